//! Products of rounded weights with the relaxed dot product, which is exact on every machine as long as its second
//! operand stays within 7 bits.

use core::arch::wasm32::*;
use core::hint::black_box;

use super::F32x4;
use crate::backend::cpu::simd::{Activations, BLOCK, ROWS};

/// Where in a panel the int8 weight of row `row` and column `col` lies: four columns, the four rows side by side.
pub const fn place_int8(row: usize, col: usize) -> usize {
    col / 4 * 16 + row * 4 + col % 4
}

/// The byte of the int4 weight and its shift: eight columns, the four rows side by side, the first four columns in the
/// low halves of the bytes.
pub const fn place_int4(row: usize, col: usize) -> (usize, usize) {
    (col / 8 * 16 + row * 4 + col % 4, col % 8 / 4 * 4)
}

/// A rounded activation.
pub type Activation = u8;

/// Makes activations within +-63 positive.
const RAISE: i32 = 64;

/// A rounded activation for [`dot_int8`].
#[inline(always)]
pub fn raise_int8(rounded: i8) -> Activation {
    (i32::from(rounded) + RAISE) as u8
}

/// Each row's sum of values, to take the raise off.
#[derive(Clone, Copy)]
pub struct RowSums([i16; ROWS]);

impl RowSums {
    pub const ZERO: Self = Self([0; ROWS]);

    pub fn add(&mut self, row: usize, value: i8) {
        self.0[row] += i16::from(value); // 32 * 127 fits
    }
}

/// For each panel and each block of activations the exact sums of the products with the panel's four rows, as f32.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int8<const S: usize, const T: usize>(
    w: [&[i8; BLOCK * ROWS]; S],
    sums: [&RowSums; S],
    x: [&Activations; T],
) -> [[F32x4; T]; S] {
    let mut sums = sums.map(|sums| {
        // SAFETY: four sums are eight bytes.
        let raised = unsafe { i32x4_load_extend_i16x4(sums.0.as_ptr()) };
        [i32x4_mul(raised, i32x4_splat(-RAISE)); T]
    });
    // A loop that the compiler does not unroll: of all in one piece the machine's compiler kept less in registers, and it
    // took a sixth longer.
    for eight in 0..black_box(BLOCK / 8) {
        for four in [2 * eight, 2 * eight + 1] {
            // SAFETY: eight vectors are a panel's 128 weights.
            let w = w.map(|w| unsafe { v128_load(w.as_ptr().add(16 * four).cast()) });
            for (t, x) in x.into_iter().enumerate() {
                let x = four_of(x, four);
                for (sums, w) in sums.iter_mut().zip(w) {
                    sums[t] = i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sums[t]);
                }
            }
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`. Here the weights are within 7 bits.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int4<const S: usize, const T: usize>(
    w: [&[u8; BLOCK * ROWS / 2]; S],
    x: [&Activations; T],
    starts: [i32; T],
) -> [[F32x4; T]; S] {
    let mut sums = [starts.map(|start| i32x4_splat(start)); S];
    for eight in 0..BLOCK / 8 {
        let halves = w.map(|w| {
            // SAFETY: four vectors are a panel's 64 bytes.
            let w = unsafe { v128_load(w.as_ptr().add(16 * eight).cast()) };
            (v128_and(w, u8x16_splat(15)), u8x16_shr(w, 4))
        });
        for (t, x) in x.into_iter().enumerate() {
            let (x_low, x_high) = (four_of(x, 2 * eight), four_of(x, 2 * eight + 1));
            for (sums, (low, high)) in sums.iter_mut().zip(halves) {
                sums[t] = i32x4_relaxed_dot_i8x16_i7x16_add(x_low, low, sums[t]);
                sums[t] = i32x4_relaxed_dot_i8x16_i7x16_add(x_high, high, sums[t]);
            }
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// Four activations, once for each row.
#[inline(always)]
fn four_of(x: &Activations, four: usize) -> v128 {
    debug_assert!(four < BLOCK / 4);
    // SAFETY: eight fours are the block's 32 activations.
    unsafe { v128_load32_splat(x.as_ptr().add(4 * four).cast()) }
}
