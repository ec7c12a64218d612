//! f32 matrices: eight rows side by side so that each SIMD lane owns a row, and a matrix is read as one stream.

use core::ops::Range;

use super::lanes::store;
use super::pool::Columns;
use super::rounded::{TOKENS, for_tiles};
use super::simd::{F32x4, ROWS};
use crate::checkpoint::filled;
use crate::error::Result;

/// `rows` x `cols` weights in f32.
pub struct Dense {
    rows: usize,
    cols: usize,
    /// `[strips, cols, ROWS]`, missing rows zero.
    values: Vec<[f32; ROWS]>,
    /// Rows pushed so far.
    filled: usize,
}

impl Dense {
    /// A matrix of zeros to be filled by [`Dense::push`].
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        let values = filled(rows.div_ceil(ROWS) * cols, [0.0; ROWS], "the model's weights")?;
        Ok(Self { rows, cols, values, filled: 0 })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        for row in rows.chunks(self.cols) {
            let (strip, lane) = (self.filled / ROWS, self.filled % ROWS);
            for (column, value) in self.values[strip * self.cols..].iter_mut().zip(row) {
                column[lane] = *value;
            }
            self.filled += 1;
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        for (out, column) in out.iter_mut().zip(&self.values[row / ROWS * self.cols..]) {
            *out = column[row % ROWS];
        }
    }

    /// As [`Matrix::product`](super::matrix::Matrix::product); whole strips are made. Each sum is made in the order of
    /// the columns, for one token as for several.
    pub unsafe fn product(&self, rows: Range<usize>, x: &[f32], stride: usize, tokens: usize, out: &Columns) {
        let x = |t: usize| &x[t * stride..][..self.cols];
        for strip in rows.start / ROWS..rows.end.div_ceil(ROWS) {
            for_tiles(0..tokens, |first, some| match some {
                // SAFETY: as the caller promises.
                1 => unsafe { self.tile::<1>(strip, [x(first)], first, out) },
                _ => unsafe { self.tile::<TOKENS>(strip, core::array::from_fn(|i| x(first + i)), first, out) },
            });
        }
    }

    /// A strip times T tokens: each weight is read once for all of them.
    unsafe fn tile<const T: usize>(&self, strip: usize, x: [&[f32]; T], first: usize, out: &Columns) {
        let weights = &self.values[strip * self.cols..][..self.cols];
        let mut sums = [[F32x4::splat(0.0); ROWS / 4]; T];
        let mut add = |weights: &[f32; ROWS], x: [f32; T]| {
            let weights = weights.as_chunks::<4>().0;
            for (sums, x) in sums.iter_mut().zip(x) {
                let x = F32x4::splat(x);
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = F32x4::load(weights).mul_add(x, *sum);
                }
            }
        };
        let (four, rest) = weights.as_chunks::<4>();
        let (x_four, x_rest) = (x.map(|x| &x.as_chunks::<4>().0[..four.len()]), x.map(|x| x.as_chunks::<4>().1));
        for (k, weights) in four.iter().enumerate() {
            let x = x_four.map(|x| &x[k]);
            for (i, weights) in weights.iter().enumerate() {
                add(weights, x.map(|x| x[i]));
            }
        }
        for (k, weights) in rest.iter().enumerate() {
            add(weights, x_rest.map(|x| x[k]));
        }
        let rows = strip * ROWS..self.rows.min((strip + 1) * ROWS);
        for (t, sums) in sums.into_iter().enumerate() {
            // SAFETY: these rows are the caller's alone.
            store(sums, unsafe { out.row(first + t, rows.clone()) });
        }
    }
}
