//! int8 and int4 matrices: blocks of 32 columns share a scale, four rows side by side so that each SIMD lane owns a
//! row and no sum across lanes is ever needed.

use super::panel::{Panel, largest};
use super::pool::{Columns, Part, Pool};
use super::simd::{Activation, Activations, BLOCK, F32x4, MAGIC, ROWS};
use crate::checkpoint::filled;
use crate::error::Result;

/// `rows` x `cols` weights, rounded block by block.
pub struct Packed<P> {
    rows: usize,
    cols: usize,
    /// Panels of a strip of four rows one after the other, strip after strip; missing rows and columns are zero.
    panels: Vec<P>,
    /// Rows pushed so far.
    filled: usize,
}

/// Activations of T tokens, rounded block by block for the product with a packed matrix.
pub struct Rounded {
    values: Vec<Activations>,
    scales: Vec<f32>,
    /// Where the sums of products start, see [`Panel::products`].
    starts: Vec<i32>,
}

impl Rounded {
    /// Room for `tokens` rows of up to `cols` values.
    pub fn new(tokens: usize, cols: usize) -> Result<Self> {
        let blocks = cols.div_ceil(BLOCK) * tokens;
        let what = "the work space";
        Ok(Self {
            values: filled(blocks, [0; BLOCK], what)?,
            scales: filled(blocks, 0.0, what)?,
            starts: filled(blocks, 0, what)?,
        })
    }

    /// Rounds each block of activations to multiples of its largest / [`Panel::ACTIVATION_MAX`].
    pub fn fill<P: Panel>(&mut self, x: &[f32], stride: usize, tokens: usize, cols: usize, pool: &Pool) {
        let blocks = cols.div_ceil(BLOCK);
        let values = Columns::new(&mut self.values[..tokens * blocks], blocks);
        let scales = Columns::new(&mut self.scales[..tokens * blocks], blocks);
        let starts = Columns::new(&mut self.starts[..tokens * blocks], blocks);
        pool.run_for(tokens, &|part: Part| {
            for t in part.range(tokens, 1) {
                // SAFETY: each token belongs to one part.
                let (values, scales, starts) =
                    unsafe { (values.row(t, 0..blocks), scales.row(t, 0..blocks), starts.row(t, 0..blocks)) };
                let rows = x[t * stride..][..cols].chunks(BLOCK);
                for (((x, values), scale), start) in rows.zip(values).zip(scales).zip(starts) {
                    *scale = round::<P>(x, values, start);
                }
            }
        });
    }
}

/// Rounds one block; returns the scale.
#[inline(always)]
fn round<P: Panel>(x: &[f32], values: &mut Activations, start: &mut i32) -> f32 {
    let scale = largest(x) / P::ACTIVATION_MAX;
    // Nothing is left to round below.
    let (scale, inverse) = if scale >= f32::MIN_POSITIVE { (scale, 1.0 / scale) } else { (0.0, 0.0) };
    let mut sum = 0;
    let mut put = |value: &mut Activation, shifted: f32| {
        let rounded = shifted.to_bits() as i8; // MAGIC left it in the low bits
        *value = P::activation(rounded);
        sum += i32::from(rounded);
    };
    let (four, rest) = x.as_chunks::<4>();
    let (put_four, put_rest) = values.split_at_mut(four.len() * 4);
    for (values, x) in put_four.as_chunks_mut::<4>().0.iter_mut().zip(four) {
        let shifted = F32x4::load(x).mul_add(F32x4::splat(inverse), F32x4::splat(MAGIC)).lanes();
        values.iter_mut().zip(shifted).for_each(|(value, shifted)| put(value, shifted));
    }
    for (value, x) in put_rest.iter_mut().zip(rest) {
        put(value, x * inverse + MAGIC);
    }
    values[x.len()..].fill(P::activation(0));
    *start = -P::OFFSET * sum;
    scale
}

impl<P: Panel> Packed<P> {
    /// A matrix of zeros to be filled by [`Packed::push`].
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        let len = rows.div_ceil(ROWS) * cols.div_ceil(BLOCK);
        Ok(Self { rows, cols, panels: filled(len, P::ZERO, "the model's weights")?, filled: 0 })
    }

    pub fn bytes(&self) -> usize {
        size_of_val(self.panels.as_slice())
    }

    /// Rounds and keeps whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        let blocks = self.cols.div_ceil(BLOCK);
        for row in rows.chunks(self.cols) {
            let strip = &mut self.panels[self.filled / ROWS * blocks..][..blocks];
            for (panel, weights) in strip.iter_mut().zip(row.chunks(BLOCK)) {
                panel.set_row(self.filled % ROWS, weights);
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
                *out = panel.value(lane, col) as f32 * scale;
            }
        }
    }

    /// `out[t, r] = W[r] · x[t]`, `out` dense `[tokens, rows]`.
    pub fn multiply(
        &self,
        x: &[f32],
        stride: usize,
        tokens: usize,
        out: &mut [f32],
        rounded: &mut Rounded,
        pool: &Pool,
    ) {
        rounded.fill::<P>(x, stride, tokens, self.cols, pool);
        let (rounded, out) = (&*rounded, Columns::new(out, self.rows));
        pool.run(&|part: Part| {
            let strips = part.range(self.rows.div_ceil(ROWS), P::STRIPS);
            for strip in strips.clone().step_by(P::STRIPS) {
                match P::STRIPS.min(strips.end - strip) {
                    3 => self.strips::<3>(strip, rounded, tokens, &out),
                    2 => self.strips::<2>(strip, rounded, tokens, &out),
                    some => (strip..strip + some).for_each(|strip| self.strips::<1>(strip, rounded, tokens, &out)),
                }
            }
        });
    }

    /// The S strips from `strip` on times all tokens.
    #[inline(always)]
    fn strips<const S: usize>(&self, strip: usize, x: &Rounded, tokens: usize, out: &Columns<f32>) {
        let mut t = 0;
        while t + TOKENS <= tokens {
            self.tile::<S, TOKENS>(strip, x, t, out);
            t += TOKENS;
        }
        while t < tokens {
            self.tile::<S, 1>(strip, x, t, out);
            t += 1;
        }
    }

    /// S strips of four rows times the T tokens from `first` on: each weight is read once for all T, each activation
    /// once for all S.
    #[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
    fn tile<const S: usize, const T: usize>(&self, strip: usize, x: &Rounded, first: usize, out: &Columns<f32>) {
        let blocks = self.cols.div_ceil(BLOCK);
        let panels: [&[P]; S] = core::array::from_fn(|s| &self.panels[(strip + s) * blocks..][..blocks]);
        let values: [&[Activations]; T] = core::array::from_fn(|t| &x.values[(first + t) * blocks..][..blocks]);
        let scales: [&[f32]; T] = core::array::from_fn(|t| &x.scales[(first + t) * blocks..][..blocks]);
        let starts: [&[i32]; T] = core::array::from_fn(|t| &x.starts[(first + t) * blocks..][..blocks]);
        let mut sums = [[F32x4::splat(0.0); T]; S];
        for b in 0..blocks {
            let panels = panels.map(|panels| &panels[b]);
            let products = P::products(panels, values.map(|x| &x[b]), starts.map(|start| start[b]));
            let scales = scales.map(|scales| F32x4::splat(scales[b]));
            for ((sums, products), panel) in sums.iter_mut().zip(products).zip(panels) {
                let weight_scales = panel.scales();
                for ((sum, product), scale) in sums.iter_mut().zip(products).zip(scales) {
                    *sum = product.mul_add(weight_scales.mul(scale), *sum);
                }
            }
        }
        for (s, sums) in sums.iter().enumerate() {
            let rows = (strip + s) * ROWS..self.rows.min((strip + s + 1) * ROWS);
            for (t, sum) in sums.iter().enumerate() {
                // SAFETY: each strip of rows belongs to one part.
                unsafe { out.row(first + t, rows.clone()) }.copy_from_slice(&sum.lanes()[..rows.len()]);
            }
        }
    }
}

/// Tokens that one pass takes together; with [`Panel::STRIPS`] 8 or 12 sums, of the 16 registers of x86.
const TOKENS: usize = 4;
