//! int8 and int4 matrices: blocks of 64 columns share a scale, eight rows side by side so that each SIMD lane owns a
//! row and no sum across lanes is ever needed.

use super::lanes::store;
use super::matrix::Strips;
use super::panel::Panel;
use super::pool::Columns;
use super::simd::{BLOCK_COLUMNS, F32x4, PANEL_ROWS, Way};
use super::tiles::{RoundedTile, Tiles};
use crate::allocate::{copied, filled};
use crate::error::Result;

/// `rows` x `cols` weights, rounded block by block.
pub struct Packed<P> {
    rows: usize,
    cols: usize,
    /// The form of the products on this machine.
    way: Way,
    /// Panels of a strip of eight rows one after the other, strip after strip; missing rows and columns are zero.
    panels: Vec<P>,
    /// Where the next row goes.
    filled: usize,
}

impl<P: Panel> Packed<P> {
    /// A matrix of zeros to be filled by [`Packed::push`].
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        let len = rows.div_ceil(PANEL_ROWS) * cols.div_ceil(BLOCK_COLUMNS);
        let panels = filled(len, P::ZERO, "the model's weights")?;
        Ok(Self { rows, cols, way: Way::of_this_machine(), panels, filled: 0 })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn bytes(&self) -> u64 {
        size_of_val(self.panels.as_slice()) as u64
    }

    /// Rounds and keeps whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        let blocks = self.cols.div_ceil(BLOCK_COLUMNS);
        for row in rows.chunks(self.cols) {
            let strip = &mut self.panels[self.filled / PANEL_ROWS * blocks..][..blocks];
            for (panel, weights) in strip.iter_mut().zip(row.chunks(BLOCK_COLUMNS)) {
                panel.set_row(self.filled % PANEL_ROWS, weights);
            }
            self.filled += 1;
        }
    }

    /// The next row that is pushed is row `row`.
    pub fn seek(&mut self, row: usize) {
        self.filled = row;
    }

    pub fn copy(&self) -> Result<Self> {
        Ok(Self { panels: copied(&self.panels, "the model's weights")?, ..*self })
    }

    /// Zeroes the rows from `row` on, the first row of a strip.
    pub fn rewind(&mut self, row: usize) {
        let blocks = self.cols.div_ceil(BLOCK_COLUMNS);
        self.panels[row / PANEL_ROWS * blocks..].fill(P::ZERO);
        self.filled = row;
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        let (blocks, lane) = (self.cols.div_ceil(BLOCK_COLUMNS), row % PANEL_ROWS);
        for (panel, out) in self.panels[row / PANEL_ROWS * blocks..].iter().zip(out.chunks_mut(BLOCK_COLUMNS)) {
            let scale = panel.scales()[lane / 4].lanes()[lane % 4];
            for (col, out) in out.iter_mut().enumerate() {
                *out = panel.value(lane, col) as f32 * scale;
            }
        }
    }
}

impl<P: Panel> Strips for Packed<P> {
    /// Each weight is read once for all T tokens, each activation once for all eight rows.
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
    unsafe fn tile<const T: usize>(&self, strip: usize, x: &Tiles, first: usize, out: &Columns) {
        let blocks = self.cols.div_ceil(BLOCK_COLUMNS);
        let panels = &self.panels[strip * blocks..][..blocks];
        let RoundedTile { values, scales, starts } = x.rounded::<T>(first, self.cols);
        let mut sums = [[F32x4::splat(0.0); T]; 2];
        for (((panel, x), scales), starts) in
            panels.iter().zip(values.chunks_exact(BLOCK_COLUMNS * T)).zip(scales).zip(starts)
        {
            let products = panel.products::<T>(self.way, x, starts);
            for ((sums, products), weight_scales) in sums.iter_mut().zip(products).zip(panel.scales()) {
                for ((sum, product), scale) in sums.iter_mut().zip(products).zip(scales) {
                    *sum = product.mul_add(weight_scales.mul(F32x4::splat(*scale)), *sum);
                }
            }
        }
        let rows = strip * PANEL_ROWS..self.rows.min((strip + 1) * PANEL_ROWS);
        for t in 0..T {
            // SAFETY: these rows are the caller's alone.
            store(sums.map(|sums| sums[t]), unsafe { out.row(first + t, rows.clone()) });
        }
    }
}
