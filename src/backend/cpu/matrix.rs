//! Weight matrices, filled row by row while they stream in, and their products with activations.

use core::ops::Range;

use super::dense::Dense;
use super::packed::Packed;
use super::panel::{Int4Panel, Int8Panel};
use super::pool::{Columns, Part, Pool};
use super::simd::PANEL_ROWS;
use super::tiles::{SharedTiles, TILE_TOKENS, Tiles, for_tiles};
use crate::backend::Precision;
use crate::error::{Error, Result};

/// A matrix of `rows` x `cols`; multiplies activations from the right: `out = x Wᵀ`.
pub enum Matrix {
    F32(Dense),
    Int8(Packed<Int8Panel>),
    Int4(Packed<Int4Panel>),
}

/// A matrix layout that multiplies a strip of eight rows with a tile of tokens at a time.
pub trait Strips {
    /// `out[first + t, r] = W[r] · x[first + t]` for the T tokens t from `first` on, which are a tile, and the rows r of
    /// the strip.
    ///
    /// # Safety
    /// Nothing else may use these rows' columns of `out` meanwhile.
    unsafe fn tile<const T: usize>(&self, strip: usize, x: &Tiles, first: usize, out: &Columns);

    /// As [`Matrix::product`]; whole strips are made.
    ///
    /// # Safety
    /// As there.
    unsafe fn product(&self, rows: Range<usize>, x: &Tiles, tokens: usize, out: &Columns) {
        for strip in rows.start / PANEL_ROWS..rows.end.div_ceil(PANEL_ROWS) {
            for_tiles(0..tokens, |first, some| match some {
                // SAFETY: the caller promises that nothing else uses these columns meanwhile.
                1 => unsafe { self.tile::<1>(strip, x, first, out) },
                // SAFETY: likewise.
                2 => unsafe { self.tile::<2>(strip, x, first, out) },
                // SAFETY: likewise.
                3 => unsafe { self.tile::<3>(strip, x, first, out) },
                // SAFETY: likewise.
                _ => unsafe { self.tile::<TILE_TOKENS>(strip, x, first, out) },
            });
        }
    }
}

impl Matrix {
    /// Rows of a strip, see [`Matrix::product`].
    pub const STRIP: usize = PANEL_ROWS;

    /// An empty matrix with its memory reserved.
    pub fn new(rows: usize, cols: usize, precision: Precision) -> Result<Self> {
        Ok(match precision {
            Precision::F32 => Matrix::F32(Dense::new(rows, cols)?),
            Precision::F16 => {
                return Err(Error::BadArgument(
                    "The cpu backend keeps weights in f32, int8 or int4, not in f16.".into(),
                ));
            }
            Precision::Int8 => Matrix::Int8(Packed::new(rows, cols)?),
            Precision::Int4 => Matrix::Int4(Packed::new(rows, cols)?),
        })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        match self {
            Matrix::F32(matrix) => matrix.push(rows),
            Matrix::Int8(matrix) => matrix.push(rows),
            Matrix::Int4(matrix) => matrix.push(rows),
        }
    }

    /// Goes on with row `row`: the rows before it may come later.
    pub fn seek(&mut self, row: usize) {
        match self {
            Matrix::F32(matrix) => matrix.seek(row),
            Matrix::Int8(matrix) => matrix.seek(row),
            Matrix::Int4(matrix) => matrix.seek(row),
        }
    }

    /// A copy of the matrix.
    pub fn copy(&self) -> Result<Self> {
        Ok(match self {
            Matrix::F32(matrix) => Matrix::F32(matrix.copy()?),
            Matrix::Int8(matrix) => Matrix::Int8(matrix.copy()?),
            Matrix::Int4(matrix) => Matrix::Int4(matrix.copy()?),
        })
    }

    /// Drops the rows from `row` on, the first row of a strip. They will be pushed again.
    pub fn rewind(&mut self, row: usize) {
        debug_assert!(row.is_multiple_of(Self::STRIP));
        match self {
            Matrix::F32(matrix) => matrix.rewind(row),
            Matrix::Int8(matrix) => matrix.rewind(row),
            Matrix::Int4(matrix) => matrix.rewind(row),
        }
    }

    pub fn bytes(&self) -> u64 {
        match self {
            Matrix::F32(matrix) => matrix.bytes(),
            Matrix::Int8(matrix) => matrix.bytes(),
            Matrix::Int4(matrix) => matrix.bytes(),
        }
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        match self {
            Matrix::F32(matrix) => matrix.row(row, out),
            Matrix::Int8(matrix) => matrix.row(row, out),
            Matrix::Int4(matrix) => matrix.row(row, out),
        }
    }

    fn rows(&self) -> usize {
        match self {
            Matrix::F32(matrix) => matrix.rows(),
            Matrix::Int8(matrix) => matrix.rows(),
            Matrix::Int4(matrix) => matrix.rows(),
        }
    }

    /// Room for `tokens` rows of activations of up to `cols` values, laid out for such a matrix.
    pub fn tiles(&self, tokens: usize, cols: usize) -> Result<Tiles> {
        Tiles::new(tokens, cols, !matches!(self, Matrix::F32(_)))
    }

    /// Lays out activations for [`Matrix::product`], rounded where that is needed; as [`SharedTiles::round`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn lay_out<'x>(
        &self,
        to: &SharedTiles,
        tokens: Range<usize>,
        cols: Range<usize>,
        width: usize,
        x: impl Fn(usize) -> &'x [f32],
    ) {
        // SAFETY: as the caller promises.
        unsafe {
            match self {
                Matrix::F32(_) => to.copy(tokens, cols, width, x),
                Matrix::Int8(_) => to.round::<Int8Panel>(tokens, cols, width, x),
                Matrix::Int4(_) => to.round::<Int4Panel>(tokens, cols, width, x),
            }
        }
    }

    /// `out[t, r] = W[r] · x[t]` for the first `tokens` tokens t and the rows r in `rows`. `rows` begins at a strip,
    /// and ends at a strip or at the last row. `out` is `[tokens, rows]`.
    ///
    /// # Safety
    /// Nothing else may use these columns of `out` meanwhile.
    pub unsafe fn product(&self, rows: Range<usize>, x: &Tiles, tokens: usize, out: &Columns) {
        debug_assert!(rows.start.is_multiple_of(Self::STRIP));
        debug_assert!(rows.end.is_multiple_of(Self::STRIP) || rows.end == self.rows());
        // SAFETY: as the caller promises.
        unsafe {
            match self {
                Matrix::F32(matrix) => matrix.product(rows, x, tokens, out),
                Matrix::Int8(matrix) => matrix.product(rows, x, tokens, out),
                Matrix::Int4(matrix) => matrix.product(rows, x, tokens, out),
            }
        }
    }

    /// Lays out the rows of `values`, the first `cols` values of each `stride`, and multiplies them with all rows. For
    /// callers that cannot merge either step with other work.
    pub fn multiply(&self, values: &[f32], stride: usize, cols: usize, out: &mut [f32], work: &mut Tiles, pool: &Pool) {
        let rows = self.rows();
        let tokens = out.len() / rows;
        let tiles = work.share();
        pool.run_for(tokens.div_ceil(TILE_TOKENS), &|part: Part| {
            // SAFETY: each token belongs to one part.
            unsafe {
                self.lay_out(&tiles, part.range(tokens, TILE_TOKENS), 0..cols, cols, |t| &values[t * stride..][..cols])
            };
        });
        let out = Columns::new(out, rows);
        // SAFETY: each row belongs to one part.
        pool.run(&|part: Part| unsafe { self.product(part.range(rows, Self::STRIP), work, tokens, &out) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::BLOCK_COLUMNS;
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
        let product = |threads| {
            let mut out = vec![f32::NAN; tokens * rows];
            w.multiply(x, stride, cols, &mut out, &mut w.tiles(tokens, cols).unwrap(), &Pool::new(threads));
            out
        };
        let alone = product(1);
        assert!([2, 3].iter().all(|&threads| product(threads) == alone), "threads change the result");
        // Nor does it matter how many tokens are read together.
        for (t, together) in alone.chunks(rows).enumerate() {
            let mut out = vec![f32::NAN; rows];
            w.multiply(&x[t * stride..], stride, cols, &mut out, &mut w.tiles(1, cols).unwrap(), &Pool::new(1));
            assert_eq!(out, together, "token {t}");
        }
        alone
    }

    fn rows_of(matrix: &Matrix, rows: usize, cols: usize) -> Vec<f32> {
        let mut all = vec![f32::NAN; rows * cols];
        all.chunks_mut(cols).enumerate().for_each(|(row, out)| matrix.row(row, out));
        all
    }

    /// Multiples of the largest in a block of 64 / `steps`, written out.
    fn round(values: &[f32], steps: f32) -> impl Iterator<Item = f32> {
        values.chunks(BLOCK_COLUMNS).flat_map(move |block| {
            let scale = block.iter().fold(0f32, |m, v| m.max(v.abs())) / steps;
            block.iter().map(move |v| if scale < f32::MIN_POSITIVE { 0.0 } else { (v / scale).round() * scale })
        })
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
        fn f32_products_are_right(rows in 1..20_usize, cols in 1..150_usize, pad in 0..5_usize, tokens in 1..11_usize, seed: u32) {
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
        fn packed_products_are_those_of_the_rounded_values(
            rows in 1..20_usize, cols in 1..150_usize, pad in 0..5_usize, tokens in 1..11_usize, seed: u32, power in -40..38_i32,
            (precision, steps) in prop::sample::select(vec![(Precision::Int8, 63.0), (Precision::Int4, 127.0)]),
        ) {
            let stride = cols + pad;
            let (w, x) = (sample(seed, rows * cols, 1.0), sample(seed ^ 7, stride * tokens, 10f32.powi(power / 2)));
            let mut matrix = Matrix::new(rows, cols, precision).unwrap();
            w.chunks(cols * 3).for_each(|rows| matrix.push(rows));
            let got = product(&matrix, rows, cols, &x, stride, tokens);
            // The weights as the matrix kept them times the activations, rounded here.
            let kept = rows_of(&matrix, rows, cols);
            let x: Vec<f32> = x.chunks(stride).flat_map(|row| round(&row[..cols], steps)).collect();
            let size = x.iter().fold(0f32, |m, x| m.max(x.abs()));
            for (got, expected) in got.iter().zip(plain(&kept, cols, &x, cols, tokens)) {
                // Where x / scale and x * (1 / scale) fall on two sides of a half, they are one step apart.
                prop_assert!((f64::from(*got) - expected).abs() <= 0.02 * f64::from(size) + 1e-30);
            }
        }

        #[test]
        fn int8_keeps_every_weight_within_half_a_step(cols in 1..150_usize, seed: u32, power in -18..36_i32) {
            let largest = 10f32.powi(power);
            let w = sample(seed, cols * 5, largest);
            let mut matrix = Matrix::new(5, cols, Precision::Int8).unwrap();
            matrix.push(&w);
            for (kept, weight) in rows_of(&matrix, 5, cols).iter().zip(&w) {
                prop_assert!((kept - weight).abs() <= 0.51 / 127.0 * 1.01 * largest);
            }
        }

        #[test]
        fn int4_is_never_worse_than_a_whole_7_for_the_greatest(cols in 1..65_usize, seed: u32, power in -18..36_i32) {
            let w = sample(seed, cols, 10f32.powi(power));
            let mut matrix = Matrix::new(1, cols, Precision::Int4).unwrap();
            matrix.push(&w);
            let size = w.iter().fold(0f32, |m, w| m.max(w.abs()));
            let error = |kept: &mut dyn Iterator<Item = f32>| -> f32 {
                kept.zip(&w).map(|(kept, w)| ((kept - w) / size).powi(2)).sum()
            };
            let ours = error(&mut rows_of(&matrix, 1, cols).into_iter());
            // What is kept of a scale is one of 256, at most 2^-9 beside it.
            prop_assert!(ours <= error(&mut round(&w, 7.0)) + 64.0 * (2f32.powi(-9) * 0.3).powi(2) + 0.01);
            prop_assert!(ours <= cols as f32 / 100.0, "{}", ours);
        }
    }

    #[test]
    fn packed_products_are_exact_at_the_edges() {
        for precision in [Precision::Int8, Precision::Int4] {
            // Extreme weights and activations everywhere: the integer sums must not wrap.
            for (a, b) in [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)] {
                let mut matrix = Matrix::new(1, 128, precision).unwrap();
                matrix.push(&[a; 128]);
                let got = product(&matrix, 1, 128, &[b; 128], 128, 1)[0];
                assert!((got - 128.0 * a * b).abs() < 0.6, "{got}"); // a scale keeps 8 bits
            }
            for x in [0.0, 1e-45, f32::MIN_POSITIVE, 1e18, f32::MAX / 2.0] {
                let mut matrix = Matrix::new(1, 5, precision).unwrap();
                matrix.push(&[x; 5]);
                let kept = rows_of(&matrix, 1, 5);
                assert!(kept.iter().all(|w| (w / x - 1.0).abs() < 0.01 || (x < 2e-37 && *w == 0.0)), "{x}: {kept:?}");
                assert!(product(&matrix, 1, 5, &[0.0; 5], 5, 1)[0] == 0.0);
                assert!(product(&matrix, 1, 5, &[x.min(1e18); 5], 5, 1)[0] >= 0.0);
            }
        }
    }
}
