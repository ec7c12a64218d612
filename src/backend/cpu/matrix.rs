//! Weight matrices in the CPU's layouts, filled row by row while they stream in, and their products.

use super::simd::{F32x4, dot_block};
use crate::backend::Precision;
use crate::checkpoint::zeros;
use crate::error::Result;

/// Weights that share one scale.
pub const BLOCK: usize = 32;

/// A matrix of `rows` x `cols`; multiplies activations from the right: `out = x Wᵀ`.
pub enum Matrix {
    /// Row after row.
    F32 { cols: usize, values: Vec<f32> },
    /// Row after row, each padded with zeros to whole blocks; weight = value * scale.
    Int8 { cols: usize, values: Vec<[i8; BLOCK]>, scales: Vec<f32> },
}

/// Activations of T tokens quantised for an int8 product: i16 saves widening them for every row.
#[derive(Default)]
pub struct Quantised {
    blocks: usize,
    values: Vec<[i16; BLOCK]>,
    scales: Vec<f32>,
}

impl Quantised {
    /// Room for `tokens` rows of `cols` values.
    pub fn new(tokens: usize, cols: usize) -> Result<Self> {
        let blocks = cols.div_ceil(BLOCK) * tokens;
        let values = zeros(blocks, "the work space")?;
        Ok(Self { blocks: 0, values, scales: zeros(blocks, "the work space")? })
    }

    /// Rounds each block of 32 activations to multiples of its largest / 127.
    fn fill(&mut self, x: &[f32], stride: usize, tokens: usize, cols: usize) {
        self.blocks = cols.div_ceil(BLOCK);
        let places = self.values.iter_mut().zip(&mut self.scales);
        let rows = (0..tokens).flat_map(|t| x[t * stride..][..cols].chunks(BLOCK));
        for ((values, scale), x) in places.zip(rows) {
            *scale = quantise(x, |i, q| values[i] = q.into());
            values[x.len()..].fill(0);
        }
    }
}

/// Hands round(x / scale) to `put` and returns the scale, the largest |x| / 127.
fn quantise(x: &[f32], mut put: impl FnMut(usize, i8)) -> f32 {
    let largest = x.iter().fold(0f32, |m, x| m.max(x.abs()));
    let scale = largest / 127.0;
    // A block so small that its scale's inverse is not finite is a block of zeros.
    let inverse = if scale >= f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 };
    for (i, &x) in x.iter().enumerate() {
        put(i, (x * inverse).round_ties_even() as i8); // `as` saturates
    }
    if inverse == 0.0 { 0.0 } else { scale }
}

impl Matrix {
    /// An empty matrix with its memory reserved.
    pub fn new(rows: usize, cols: usize, precision: Precision) -> Result<Self> {
        let what = "the model's weights";
        Ok(match precision {
            Precision::F32 => {
                let mut values = zeros(rows * cols, what)?;
                values.clear();
                Matrix::F32 { cols, values }
            }
            Precision::Int8 => {
                let blocks = cols.div_ceil(BLOCK) * rows;
                let mut values = zeros(blocks, what)?;
                values.clear();
                let mut scales = zeros(blocks, what)?;
                scales.clear();
                Matrix::Int8 { cols, values, scales }
            }
        })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        match self {
            Matrix::F32 { values, .. } => values.extend_from_slice(rows),
            Matrix::Int8 { cols, values, scales } => {
                for block in rows.chunks(*cols).flat_map(|row| row.chunks(BLOCK)) {
                    let mut quants = [0; BLOCK];
                    scales.push(quantise(block, |i, q| quants[i] = q));
                    values.push(quants);
                }
            }
        }
    }

    pub fn bytes(&self) -> usize {
        match self {
            Matrix::F32 { values, .. } => size_of_val(values.as_slice()),
            Matrix::Int8 { values, scales, .. } => size_of_val(values.as_slice()) + size_of_val(scales.as_slice()),
        }
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Matrix::F32 { cols, values } => out.copy_from_slice(&values[row * cols..][..*cols]),
            Matrix::Int8 { cols, values, scales } => {
                let blocks = cols.div_ceil(BLOCK);
                let places = out.chunks_mut(BLOCK).zip(&values[row * blocks..]).zip(&scales[row * blocks..]);
                for ((out, values), scale) in places {
                    for (out, &value) in out.iter_mut().zip(values) {
                        *out = f32::from(value) * scale;
                    }
                }
            }
        }
    }

    /// `out[t, r] = W[r] · x[t]` for `tokens` rows of `x` (each `stride` apart) and all rows of the matrix;
    /// `out` is `[tokens, rows]`, dense. `work` holds the quantised activations.
    pub fn multiply(&self, x: &[f32], stride: usize, tokens: usize, out: &mut [f32], work: &mut Quantised) {
        match self {
            Matrix::F32 { cols, values } => multiply_f32(values, *cols, x, stride, tokens, out),
            Matrix::Int8 { cols, values, scales } => {
                work.fill(x, stride, tokens, *cols);
                multiply_int8(values, scales, work, tokens, out);
            }
        }
    }
}

/// Rows of weights and of activations that one pass keeps in registers.
const TILE: usize = 4;

fn multiply_f32(w: &[f32], cols: usize, x: &[f32], stride: usize, tokens: usize, out: &mut [f32]) {
    let rows = w.len() / cols;
    let x = |t: usize| &x[t * stride..][..cols];
    if tokens == 1 {
        for (out, row) in out.iter_mut().zip(w.chunks_exact(cols)) {
            *out = dot(row, x(0));
        }
        return;
    }
    let w = |r: usize| &w[r * cols..][..cols];
    for r in (0..rows).step_by(TILE) {
        for t in (0..tokens).step_by(TILE) {
            if r + TILE <= rows && t + TILE <= tokens {
                let tile = dot_tile([w(r), w(r + 1), w(r + 2), w(r + 3)], [x(t), x(t + 1), x(t + 2), x(t + 3)]);
                for (i, sums) in tile.iter().enumerate() {
                    for (j, &sum) in sums.iter().enumerate() {
                        out[(t + j) * rows + r + i] = sum;
                    }
                }
            } else {
                for t in t..tokens.min(t + TILE) {
                    for r in r..rows.min(r + TILE) {
                        out[t * rows + r] = dot(w(r), x(t));
                    }
                }
            }
        }
    }
}

/// Four sums in flight, so that an addition never waits for the one before it.
#[inline(always)]
fn dot(w: &[f32], x: &[f32]) -> f32 {
    let zero = F32x4::splat(0.0);
    let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
    let ((w16, w_rest), (x16, x_rest)) = (w.as_chunks::<16>(), x.as_chunks::<16>());
    for (w, x) in w16.iter().zip(x16) {
        let ([w0, w1, w2, w3], [x0, x1, x2, x3]) = (quarters(w), quarters(x));
        s0 = w0.mul_add(x0, s0);
        s1 = w1.mul_add(x1, s1);
        s2 = w2.mul_add(x2, s2);
        s3 = w3.mul_add(x3, s3);
    }
    let sum = s0.add(s1).add(s2.add(s3));
    sum.sum() + w_rest.iter().zip(x_rest).map(|(w, x)| w * x).sum::<f32>()
}

#[inline(always)]
fn quarters(values: &[f32; 16]) -> [F32x4; 4] {
    let (lanes, _) = values.as_chunks::<4>();
    [F32x4::load(&lanes[0]), F32x4::load(&lanes[1]), F32x4::load(&lanes[2]), F32x4::load(&lanes[3])]
}

#[inline(always)]
fn dot_tile(w: [&[f32]; TILE], x: [&[f32]; TILE]) -> [[f32; TILE]; TILE] {
    let mut sums = [[F32x4::splat(0.0); TILE]; TILE];
    let (w4, w_rest) = (w.map(|w| w.as_chunks::<4>().0), w.map(|w| w.as_chunks::<4>().1));
    let (x4, x_rest) = (x.map(|x| x.as_chunks::<4>().0), x.map(|x| x.as_chunks::<4>().1));
    let steps = w4[0].len();
    // Equal lengths, told to the compiler once, so that it checks no bound in the loop.
    let (w4, x4) = (w4.map(|w| &w[..steps]), x4.map(|x| &x[..steps]));
    for k in 0..steps {
        let x: [F32x4; TILE] = core::array::from_fn(|j| F32x4::load(&x4[j][k]));
        for (sums, w) in sums.iter_mut().zip(w4) {
            let w = F32x4::load(&w[k]);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = w.mul_add(x, *sum);
            }
        }
    }
    core::array::from_fn(|i| {
        core::array::from_fn(|j| {
            sums[i][j].sum() + w_rest[i].iter().zip(x_rest[j]).map(|(w, x)| w * x).sum::<f32>()
        })
    })
}

fn multiply_int8(w: &[[i8; BLOCK]], scales: &[f32], x: &Quantised, tokens: usize, out: &mut [f32]) {
    let blocks = x.blocks;
    let rows = w.len() / blocks;
    for (r, (w, ws)) in w.chunks_exact(blocks).zip(scales.chunks_exact(blocks)).enumerate() {
        for t in 0..tokens {
            let (x, xs) = (&x.values[t * blocks..][..blocks], &x.scales[t * blocks..][..blocks]);
            let mut sum = F32x4::splat(0.0);
            for (((w, ws), x), xs) in w.iter().zip(ws).zip(x).zip(xs) {
                sum = dot_block(w, x).mul_add(F32x4::splat(ws * xs), sum);
            }
            out[t * rows + r] = sum.sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(seed: u32, len: usize, magnitude: f32) -> Vec<f32> {
        let mut s = seed.wrapping_mul(2_654_435_761) | 1;
        (0..len)
            .map(|_| {
                s ^= s << 13;
                s ^= s >> 17;
                s ^= s << 5;
                (s as f32 / u32::MAX as f32 - 0.5) * 2.0 * magnitude
            })
            .collect()
    }

    fn product(w: &Matrix, rows: usize, cols: usize, x: &[f32], stride: usize, tokens: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; tokens * rows];
        w.multiply(x, stride, tokens, &mut out, &mut Quantised::new(tokens, cols).unwrap());
        out
    }

    /// The scalar twin: what the products are, in f64.
    fn plain(w: &[f32], cols: usize, x: &[f32], stride: usize, tokens: usize) -> Vec<f64> {
        (0..tokens)
            .flat_map(|t| {
                w.chunks(cols).map(move |w| {
                    w.iter().zip(&x[t * stride..]).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum()
                })
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn f32_products_are_right(rows in 1..20_usize, cols in 1..90_usize, pad in 0..5_usize, tokens in 1..11_usize, seed: u32) {
            let stride = cols + pad;
            let (w, x) = (sample(seed, rows * cols, 1.0), sample(seed ^ 7, stride * tokens, 2.0));
            let mut matrix = Matrix::new(rows, cols, Precision::F32).unwrap();
            w.chunks(cols * 3).for_each(|rows| matrix.push(rows));
            let got = product(&matrix, rows, cols, &x, stride, tokens);
            for (got, expected) in got.iter().zip(plain(&w, cols, &x, stride, tokens)) {
                prop_assert!((f64::from(*got) - expected).abs() < 1e-5 * cols as f64);
            }
            let mut row = vec![0.0; cols];
            matrix.row(rows - 1, &mut row);
            prop_assert_eq!(&row[..], &w[(rows - 1) * cols..]);
        }

        #[test]
        fn int8_products_are_those_of_the_rounded_values(
            rows in 1..20_usize, cols in 1..90_usize, pad in 0..5_usize, tokens in 1..11_usize, seed: u32, power in -40..38_i32,
        ) {
            let stride = cols + pad;
            let (w, x) = (sample(seed, rows * cols, 1.0), sample(seed ^ 7, stride * tokens, 10f32.powi(power / 2)));
            let mut matrix = Matrix::new(rows, cols, Precision::Int8).unwrap();
            matrix.push(&w);
            let got = product(&matrix, rows, cols, &x, stride, tokens);
            // The same rounding written out: per block of 32, to multiples of the largest / 127.
            let round = |values: &[f32]| -> Vec<f32> {
                values.chunks(BLOCK).flat_map(|block| {
                    let scale = block.iter().fold(0f32, |m, v| m.max(v.abs())) / 127.0;
                    block.iter().map(move |v| if scale < f32::MIN_POSITIVE { 0.0 } else { (v / scale).round() * scale })
                }).collect()
            };
            let w: Vec<f32> = w.chunks(cols).flat_map(round).collect();
            let x: Vec<f32> = x.chunks(stride).flat_map(|row| round(&row[..cols])).collect();
            let size = x.iter().fold(0f32, |m, x| m.max(x.abs()));
            for (got, expected) in got.iter().zip(plain(&w, cols, &x, cols, tokens)) {
                // One step of rounding apart at most, where v / scale and v * (1 / scale) fall on two sides of a half.
                prop_assert!((f64::from(*got) - expected).abs() <= 0.02 * f64::from(size) + 1e-30);
            }
            let mut row = vec![0.0; cols];
            matrix.row(0, &mut row);
            for (got, expected) in row.iter().zip(&w) {
                prop_assert!((got - expected).abs() <= 1.01 / 127.0);
            }
        }
    }

    #[test]
    fn int8_is_exact_at_the_edges() {
        // Extreme weights and activations everywhere: the integer sums must not wrap.
        for (a, b) in [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let mut matrix = Matrix::new(1, 64, Precision::Int8).unwrap();
            matrix.push(&[a; 64]);
            let got = product(&matrix, 1, 64, &[b; 64], 64, 1)[0];
            assert!((got - 64.0 * a * b).abs() < 1e-4, "{got}");
        }
        for x in [0.0, 1e-45, f32::MIN_POSITIVE, 1e18] {
            let mut matrix = Matrix::new(1, 5, Precision::Int8).unwrap();
            matrix.push(&[x; 5]);
            assert!(product(&matrix, 1, 5, &[x; 5], 5, 1)[0] >= 0.0);
            assert!(product(&matrix, 1, 5, &[0.0; 5], 5, 1)[0] == 0.0);
        }
    }
}
