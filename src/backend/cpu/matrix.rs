//! Weight matrices, filled row by row while they stream in, and their products with activations.

use super::dense::Dense;
use super::int8::{Int8, Rounded};
use crate::backend::Precision;
use crate::error::{Error, Result};

/// A matrix of `rows` x `cols`; multiplies activations from the right: `out = x Wᵀ`.
pub enum Matrix {
    F32(Dense),
    Int8(Int8),
}

impl Matrix {
    /// An empty matrix with its memory reserved.
    pub fn new(rows: usize, cols: usize, precision: Precision) -> Result<Self> {
        Ok(match precision {
            Precision::F32 => Matrix::F32(Dense::new(rows, cols)?),
            Precision::Int8 => Matrix::Int8(Int8::new(rows, cols)?),
            Precision::F16 => {
                return Err(Error::BadArgument("The cpu backend keeps weights in f32 or int8, not in f16.".into()));
            }
        })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        match self {
            Matrix::F32(matrix) => matrix.push(rows),
            Matrix::Int8(matrix) => matrix.push(rows),
        }
    }

    pub fn bytes(&self) -> usize {
        match self {
            Matrix::F32(matrix) => matrix.bytes(),
            Matrix::Int8(matrix) => matrix.bytes(),
        }
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Matrix::F32(matrix) => matrix.row(row, out),
            Matrix::Int8(matrix) => matrix.row(row, out),
        }
    }

    /// `out[t, r] = W[r] · x[t]` for `tokens` rows of `x` (each `stride` apart) and all rows of the matrix;
    /// `out` is `[tokens, rows]`, dense. `work` holds the rounded activations.
    pub fn multiply(&self, x: &[f32], stride: usize, tokens: usize, out: &mut [f32], work: &mut Rounded) {
        match self {
            Matrix::F32(matrix) => matrix.multiply(x, stride, tokens, out),
            Matrix::Int8(matrix) => {
                work.fill(x, stride, tokens, matrix.cols());
                matrix.multiply(work, tokens, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::BLOCK;
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
        w.multiply(x, stride, tokens, &mut out, &mut Rounded::new(tokens, cols).unwrap());
        out
    }

    /// The scalar twin: what the products are, in f64.
    fn plain(w: &[f32], cols: usize, x: &[f32], stride: usize, tokens: usize) -> Vec<f64> {
        (0..tokens)
            .flat_map(|t| {
                w.chunks(cols)
                    .map(move |w| w.iter().zip(&x[t * stride..]).map(|(&w, &x)| f64::from(w) * f64::from(x)).sum())
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
            // The same rounding written out: to multiples of the largest / 63, the weights as the matrix kept them.
            let round = |values: &[f32]| -> Vec<f32> {
                values.chunks(BLOCK).flat_map(|block| {
                    let scale = block.iter().fold(0f32, |m, v| m.max(v.abs())) / 63.0;
                    block.iter().map(move |v| if scale < f32::MIN_POSITIVE { 0.0 } else { (v / scale).round() * scale })
                }).collect()
            };
            let kept: Vec<f32> = (0..rows).flat_map(|r| {
                let mut row = vec![f32::NAN; cols];
                matrix.row(r, &mut row);
                row
            }).collect();
            let x: Vec<f32> = x.chunks(stride).flat_map(|row| round(&row[..cols])).collect();
            let size = x.iter().fold(0f32, |m, x| m.max(x.abs()));
            for (got, expected) in got.iter().zip(plain(&kept, cols, &x, cols, tokens)) {
                // Where x / scale and x * (1 / scale) fall on two sides of a half, they are one step apart.
                prop_assert!((f64::from(*got) - expected).abs() <= 0.02 * f64::from(size) + 1e-30);
            }
            for (kept, weight) in kept.iter().zip(&w) {
                prop_assert!((kept - weight).abs() <= 0.51 / 127.0 * 1.01);
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
            assert!((got - 64.0 * a * b).abs() < 0.3, "{got}"); // the scale is rounded up by at most 2^-7
        }
        for x in [0.0, 1e-45, f32::MIN_POSITIVE, 1e18] {
            let mut matrix = Matrix::new(1, 5, Precision::Int8).unwrap();
            matrix.push(&[x; 5]);
            assert!(product(&matrix, 1, 5, &[x; 5], 5, 1)[0] >= 0.0);
            assert!(product(&matrix, 1, 5, &[0.0; 5], 5, 1)[0] == 0.0);
        }
    }
}
