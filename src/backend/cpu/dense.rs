//! f32 matrices, row after row.

use core::ops::Range;

use super::pool::{Columns, Part, Pool};
use super::simd::F32x4;
use crate::checkpoint::reserved;
use crate::error::Result;

/// `rows` x `cols` weights in f32.
pub struct Dense {
    cols: usize,
    values: Vec<f32>,
}

impl Dense {
    /// An empty matrix with its memory reserved.
    pub fn new(rows: usize, cols: usize) -> Result<Self> {
        Ok(Self { cols, values: reserved(rows * cols, "the model's weights")? })
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        self.values.extend_from_slice(rows);
    }

    pub fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    /// Writes row `row` into `out` (`cols` values).
    pub fn row(&self, row: usize, out: &mut [f32]) {
        out.copy_from_slice(&self.values[row * self.cols..][..self.cols]);
    }

    /// As [`Matrix::multiply`](super::matrix::Matrix::multiply).
    pub fn multiply(&self, x: &[f32], stride: usize, tokens: usize, out: &mut [f32], pool: &Pool) {
        let rows = self.values.len() / self.cols;
        let out = Columns::new(out, rows);
        // In whole tiles, because a tile adds up in another order than a single row.
        pool.run(&|part: Part| self.rows(part.range(rows, ROWS), x, stride, tokens, &out));
    }

    fn rows(&self, rows: Range<usize>, x: &[f32], stride: usize, tokens: usize, out: &Columns) {
        let w = |r: usize| &self.values[r * self.cols..][..self.cols];
        let x = |t: usize| &x[t * stride..][..self.cols];
        // SAFETY: each row belongs to one part.
        let out = |t: usize, r: Range<usize>| unsafe { out.row(t, r) };
        if tokens == 1 {
            for (out, r) in out(0, rows.clone()).iter_mut().zip(rows) {
                *out = dot(w(r), x(0));
            }
            return;
        }
        for r in rows.clone().step_by(ROWS) {
            for t in (0..tokens).step_by(TOKENS) {
                if r + ROWS <= rows.end && t + TOKENS <= tokens {
                    let tile = dot_tile::<ROWS, TOKENS>(
                        core::array::from_fn(|i| w(r + i)),
                        core::array::from_fn(|j| x(t + j)),
                    );
                    for (j, sums) in tile.iter().enumerate() {
                        out(t + j, r..r + ROWS).copy_from_slice(sums);
                    }
                } else {
                    for t in t..tokens.min(t + TOKENS) {
                        for r in r..rows.end.min(r + ROWS) {
                            out(t, r..r + 1)[0] = dot(w(r), x(t));
                        }
                    }
                }
            }
        }
    }
}

/// Rows of weights and of activations whose sums one pass keeps in registers; 4 x 4 sums and their factors would not fit
/// into the 16 of x86.
const ROWS: usize = 4;
const TOKENS: usize = 2;

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

/// `[T, R]`: the products of R rows of weights with T of activations.
#[inline(always)]
fn dot_tile<const R: usize, const T: usize>(w: [&[f32]; R], x: [&[f32]; T]) -> [[f32; R]; T] {
    let mut sums = [[F32x4::splat(0.0); T]; R];
    let (w4, w_rest) = (w.map(|w| w.as_chunks::<4>().0), w.map(|w| w.as_chunks::<4>().1));
    let (x4, x_rest) = (x.map(|x| x.as_chunks::<4>().0), x.map(|x| x.as_chunks::<4>().1));
    let steps = w4[0].len();
    // Equal lengths, told to the compiler once, so that it checks no bound in the loop.
    let (w4, x4) = (w4.map(|w| &w[..steps]), x4.map(|x| &x[..steps]));
    for k in 0..steps {
        let x: [F32x4; T] = core::array::from_fn(|j| F32x4::load(&x4[j][k]));
        for (sums, w) in sums.iter_mut().zip(w4) {
            let w = F32x4::load(&w[k]);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = w.mul_add(x, *sum);
            }
        }
    }
    core::array::from_fn(|j| {
        core::array::from_fn(|i| sums[i][j].sum() + w_rest[i].iter().zip(x_rest[j]).map(|(w, x)| w * x).sum::<f32>())
    })
}
