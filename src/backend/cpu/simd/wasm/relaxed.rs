//! Products of rounded weights with the relaxed dot product, which is exact on every machine as long as its second
//! operand stays within 7 bits.
//!
//! Where the machine's compiler (V8's) decides: it keeps 15 vectors in registers, makes a vector constant anew wherever it
//! stands, and folds only constant offsets into a load. So the loops go by two pointers, are not unrolled by ours beyond
//! eight columns (then it spilled), and the one constant is hidden from it.

use core::arch::wasm32::*;
use core::hint::black_box;

use super::F32x4;
use crate::backend::cpu::simd::{BLOCK, ROWS};

/// Columns whose activations lie side by side: one product instruction takes them.
pub const GROUP: usize = 4;

/// Where in a panel the int8 weight of row `row` and column `col` lies: four columns, the eight rows side by side.
pub const fn place_int8(row: usize, col: usize) -> usize {
    col / 4 * 32 + row * 4 + col % 4
}

/// The byte of the int4 weight and its shift: eight columns, the eight rows side by side, the first four columns in the
/// low halves of the bytes.
pub const fn place_int4(row: usize, col: usize) -> (usize, usize) {
    (col / 8 * 32 + row * 4 + col % 4, col % 8 / 4 * 4)
}

/// A rounded activation.
pub type Activation = u8;

/// What makes activations within +-63 positive is 2 to the power of this.
const RAISE: u32 = 6;

/// Each row's sum of values, negative, to take the raise off.
#[derive(Clone, Copy)]
pub struct RowSums([i16; ROWS]);

impl RowSums {
    pub const ZERO: Self = Self([0; ROWS]);

    /// `sum` is a whole number of magnitude up to BLOCK * 128, which fits.
    pub fn set(&mut self, row: usize, sum: f32) {
        self.0[row] = -sum as i16;
    }
}

/// The whole numbers of magnitude up to 128 that were left in `magic`, see [`MAGIC`](crate::backend::cpu::simd::MAGIC);
/// raised for [`dot_int8`].
#[inline(always)]
pub fn narrow(magic: F32x4, is_raised: bool) -> [Activation; 4] {
    let raised = if is_raised { i32x4_add(magic.0, i32x4_splat(1 << RAISE)) } else { magic.0 };
    let low = i8x16_shuffle::<0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12>(raised, raised);
    i32x4_extract_lane::<0>(low).to_le_bytes()
}

/// The exact sums of the products of a panel's rows with each of T tokens' activations, as f32.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int8<const T: usize>(w: &[i8; BLOCK * ROWS], sums: &RowSums, x: &[Activation]) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK * T);
    let mut sums = [0, 4].map(|row| {
        // SAFETY: four of the eight sums are eight bytes.
        let sums = unsafe { i32x4_load_extend_i16x4(sums.0.as_ptr().add(row)) };
        [i32x4_shl(sums, RAISE); T]
    });
    let (mut w, mut x) = (w.as_ptr(), x.as_ptr());
    for _ in 0..black_box(BLOCK / 4) {
        // SAFETY: BLOCK / 4 times two vectors are a panel's weights.
        let four = [0, 16].map(|half| unsafe { v128_load(w.add(half).cast()) });
        for t in 0..T {
            // SAFETY: BLOCK / 4 times T times four are the activations.
            let x = unsafe { v128_load32_splat(x.add(4 * t).cast()) };
            for (sums, w) in sums.iter_mut().zip(four) {
                sums[t] = i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sums[t]);
            }
        }
        // SAFETY: at most to the end.
        (w, x) = unsafe { (w.add(32), x.add(4 * T)) };
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`. Here the weights are within 7 bits.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int4<const T: usize>(w: &[u8; BLOCK * ROWS / 2], x: &[Activation], starts: &[i32; T]) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK * T);
    let mut sums = [starts.map(|start| i32x4_splat(start)); 2];
    let (mut w, mut x, low_half) = (w.as_ptr(), x.as_ptr(), i8x16_splat(black_box(15)));
    for _ in 0..black_box(BLOCK / 8) {
        // SAFETY: BLOCK / 8 times two vectors are a panel's weights.
        let halves = [0, 16].map(|half| unsafe { v128_load(w.add(half).cast()) });
        // A shift of bytes would make its mask anew.
        let fours = [halves, halves.map(|halves| u16x8_shr(halves, 4))];
        for (four, w) in fours.into_iter().enumerate() {
            let w = w.map(|w| v128_and(w, low_half));
            for t in 0..T {
                // SAFETY: BLOCK / 4 times T times four are the activations.
                let x = unsafe { v128_load32_splat(x.add(4 * (four * T + t)).cast()) };
                for (sums, w) in sums.iter_mut().zip(w) {
                    sums[t] = i32x4_relaxed_dot_i8x16_i7x16_add(x, w, sums[t]);
                }
            }
        }
        // SAFETY: at most to the end.
        (w, x) = unsafe { (w.add(32), x.add(8 * T)) };
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}
