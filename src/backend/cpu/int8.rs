//! int8 matrices: blocks of 32 columns share a scale, four rows side by side so that each SIMD lane owns a row
//! and no sum across lanes is ever needed.

use super::simd::{
    ACTIVATION_MAX, Activations, BLOCK, F32x4, MAGIC, Panel, ROWS, WEIGHT_MAX, activation, dot_panel, place,
};
use crate::checkpoint::filled;
use crate::error::Result;

/// `rows` x `cols` weights, rounded block by block.
pub struct Int8 {
    rows: usize,
    cols: usize,
    /// Panels of a strip of four rows one after the other, strip after strip; missing rows and columns are zero.
    panels: Vec<Panel>,
    /// Rows pushed so far.
    filled: usize,
}

/// Activations of T tokens, rounded block by block for the product with an int8 matrix.
pub struct Rounded {
    values: Vec<Activations>,
    scales: Vec<f32>,
}

/// The scale of a block whose largest magnitude is `largest`, and its inverse; zeros where nothing is left to round.
fn scale(largest: f32, steps: f32) -> (f32, f32) {
    let scale = largest / steps;
    if scale >= f32::MIN_POSITIVE { (scale, 1.0 / scale) } else { (0.0, 0.0) }
}

fn largest(values: &[f32]) -> f32 {
    let (lanes, rest) = values.as_chunks::<4>();
    let largest = lanes.iter().fold(F32x4::splat(0.0), |largest, x| F32x4::load(x).abs().max(largest));
    // Comparisons, because f32::max is a library call in wasm.
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    largest.lanes().into_iter().chain(rest.iter().map(|x| x.abs())).fold(0.0, greater)
}

impl Rounded {
    /// Room for `tokens` rows of up to `cols` values.
    pub fn new(tokens: usize, cols: usize) -> Result<Self> {
        let blocks = cols.div_ceil(BLOCK) * tokens;
        let what = "the work space";
        Ok(Self { values: filled(blocks, [activation(0); BLOCK], what)?, scales: filled(blocks, 0.0, what)? })
    }

    /// Rounds each block of activations to multiples of its largest / 63.
    pub fn fill(&mut self, x: &[f32], stride: usize, tokens: usize, cols: usize) {
        let rows = (0..tokens).flat_map(|t| x[t * stride..][..cols].chunks(BLOCK));
        for ((values, kept), x) in self.values.iter_mut().zip(&mut self.scales).zip(rows) {
            let (scale, inverse) = scale(largest(x), ACTIVATION_MAX);
            *kept = scale;
            let (four, rest) = x.as_chunks::<4>();
            let (put_four, put_rest) = values.as_chunks_mut::<4>();
            for (values, x) in put_four.iter_mut().zip(four) {
                let rounded = F32x4::load(x).mul_add(F32x4::splat(inverse), F32x4::splat(MAGIC));
                *values = rounded.lanes().map(|rounded| activation(rounded.to_bits() as i8));
            }
            let put = put_four[four.len()..].as_flattened_mut().iter_mut().chain(put_rest);
            for (value, x) in put.zip(rest) {
                *value = activation((x * inverse + MAGIC).to_bits() as i8);
            }
            values[x.len()..].fill(activation(0));
        }
    }
}

impl Int8 {
    /// A matrix of zeros to be filled by [`Int8::push`].
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        let len = rows.div_ceil(ROWS) * cols.div_ceil(BLOCK);
        let panels = filled(len, Panel::ZERO, "the model's weights")?;
        Ok(Self { rows, cols, panels, filled: 0 })
    }

    pub fn cols(&self) -> usize {
        self.cols
    }

    pub fn bytes(&self) -> usize {
        size_of_val(self.panels.as_slice())
    }

    /// Rounds and keeps whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        let blocks = self.cols.div_ceil(BLOCK);
        for row in rows.chunks(self.cols) {
            let lane = self.filled % ROWS;
            let strip = &mut self.panels[self.filled / ROWS * blocks..][..blocks];
            for (panel, weights) in strip.iter_mut().zip(row.chunks(BLOCK)) {
                // Half an f32 is enough for a scale, if it is rounded up and the weights are rounded to its multiples.
                let (scale, _) = scale(largest(weights), WEIGHT_MAX);
                let half = (scale.to_bits().saturating_add(0xffff) >> 16) as u16;
                let scale = f32::from_bits(u32::from(half) << 16);
                panel.scales[lane] = half;
                for (col, weight) in weights.iter().enumerate().filter(|_| scale > 0.0) {
                    panel.set(lane, col, (weight / scale).round_ties_even() as i8);
                }
            }
            self.filled += 1;
        }
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        let (blocks, lane) = (self.cols.div_ceil(BLOCK), row % ROWS);
        for (panel, out) in self.panels[row / ROWS * blocks..].iter().zip(out.chunks_mut(BLOCK)) {
            let scale = panel.scales().lanes()[lane];
            for (col, out) in out.iter_mut().enumerate() {
                *out = f32::from(panel.values[place(lane, col)]) * scale;
            }
        }
    }

    /// `out[t, r] = W[r] · x[t]`, `out` dense `[tokens, rows]`.
    pub fn multiply(&self, x: &Rounded, tokens: usize, out: &mut [f32]) {
        let blocks = self.cols.div_ceil(BLOCK);
        for (strip, panels) in self.panels.chunks_exact(blocks).enumerate() {
            let mut t = 0;
            while t + 4 <= tokens {
                self.strip::<4>(strip, panels, x, t, out);
                t += 4;
            }
            while t < tokens {
                self.strip::<1>(strip, panels, x, t, out);
                t += 1;
            }
        }
    }

    /// Four rows times the T tokens from `first` on: each weight is read once for all T.
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
    fn strip<const T: usize>(&self, strip: usize, panels: &[Panel], x: &Rounded, first: usize, out: &mut [f32]) {
        let blocks = panels.len();
        let values: [&[Activations]; T] = core::array::from_fn(|t| &x.values[(first + t) * blocks..][..blocks]);
        let scales: [&[f32]; T] = core::array::from_fn(|t| &x.scales[(first + t) * blocks..][..blocks]);
        let mut sums = [F32x4::splat(0.0); T];
        for (b, panel) in panels.iter().enumerate() {
            let products = dot_panel(panel, values.map(|x| &x[b]));
            let weight_scales = panel.scales();
            for ((sum, product), scales) in sums.iter_mut().zip(products).zip(scales) {
                *sum = product.mul_add(weight_scales.mul(F32x4::splat(scales[b])), *sum);
            }
        }
        let width = ROWS.min(self.rows - strip * ROWS);
        for (t, sum) in sums.iter().enumerate() {
            out[(first + t) * self.rows + strip * ROWS..][..width].copy_from_slice(&sum.lanes()[..width]);
        }
    }
}
