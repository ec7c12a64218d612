//! f32 matrices: eight rows side by side so that each SIMD lane owns a row, and a matrix is read as one stream.

use super::lanes::{load, store};
use super::matrix::Strips;
use super::pool::Columns;
use super::simd::{F32x4, PANEL_ROWS};
use super::tiles::Tiles;
use crate::allocate::{copied, filled};
use crate::error::Result;

/// `rows` x `cols` weights in f32.
pub struct Dense {
    rows: usize,
    cols: usize,
    /// `[strips, cols, PANEL_ROWS]`, missing rows zero.
    values: Vec<[f32; PANEL_ROWS]>,
    /// Where the next row goes.
    filled: usize,
}

impl Dense {
    /// A matrix of zeros to be filled by [`Dense::push`].
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        let values = filled(rows.div_ceil(PANEL_ROWS) * cols, [0.0; PANEL_ROWS], "the model's weights")?;
        Ok(Self { rows, cols, values, filled: 0 })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        for row in rows.chunks(self.cols) {
            let (strip, lane) = (self.filled / PANEL_ROWS, self.filled % PANEL_ROWS);
            for (column, value) in self.values[strip * self.cols..].iter_mut().zip(row) {
                column[lane] = *value;
            }
            self.filled += 1;
        }
    }

    /// The next row that is pushed is row `row`.
    pub fn seek(&mut self, row: usize) {
        self.filled = row;
    }

    pub fn copy(&self) -> Result<Self> {
        Ok(Self { values: copied(&self.values, "the model's weights")?, ..*self })
    }

    pub fn rewind(&mut self, row: usize) {
        self.filled = row; // what is there is overwritten
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn bytes(&self) -> u64 {
        size_of_val(self.values.as_slice()) as u64
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        for (out, column) in out.iter_mut().zip(&self.values[row / PANEL_ROWS * self.cols..]) {
            *out = column[row % PANEL_ROWS];
        }
    }
}

impl Strips for Dense {
    /// Every sum adds the columns in order, for one token as for several.
    #[inline(always)]
    unsafe fn tile<const T: usize>(&self, strip: usize, x: &Tiles, first: usize, out: &Columns) {
        let weights = &self.values[strip * self.cols..][..self.cols];
        let mut sums = [[F32x4::splat(0.0); PANEL_ROWS / F32x4::LANES]; T];
        // One column an iteration. With several, V8 loads all weights and activations before it computes, runs out of
        // registers and spills them.
        for (weights, x) in weights.iter().zip(x.exact::<T>(first, self.cols)) {
            let weights: [_; PANEL_ROWS / F32x4::LANES] = load(weights);
            for (sums, &x) in sums.iter_mut().zip(x) {
                let x = F32x4::splat(x);
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = weights.mul_add(x, *sum);
                }
            }
        }
        let rows = strip * PANEL_ROWS..self.rows.min((strip + 1) * PANEL_ROWS);
        for (t, sums) in sums.into_iter().enumerate() {
            // SAFETY: these rows are the caller's alone.
            store(sums, unsafe { out.row(first + t, rows.clone()) });
        }
    }
}
