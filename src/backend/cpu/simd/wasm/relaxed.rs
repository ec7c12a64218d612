//! Products of rounded weights with the relaxed dot product, which is exact on every machine as long as its second
//! operand stays within 7 bits.

use core::arch::wasm32::*;

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

/// For each block of activations the exact sums of its products with a panel's four rows, as f32.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int8<const T: usize>(w: &[i8; BLOCK * ROWS], sums: &RowSums, x: [&Activations; T]) -> [F32x4; T] {
    // SAFETY: four sums are eight bytes.
    let raised = unsafe { i32x4_load_extend_i16x4(sums.0.as_ptr()) };
    let mut sums = [i32x4_mul(raised, i32x4_splat(-RAISE)); T];
    for four in 0..BLOCK / 4 {
        // SAFETY: eight vectors are the panel's 128 weights.
        let w = unsafe { v128_load(w.as_ptr().add(16 * four).cast()) };
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum = i32x4_relaxed_dot_i8x16_i7x16_add(w, four_of(x, four), *sum);
        }
    }
    sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`. Here the weights are within 7 bits.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int4<const T: usize>(w: &[u8; BLOCK * ROWS / 2], x: [&Activations; T], starts: [i32; T]) -> [F32x4; T] {
    let mut sums = starts.map(|start| i32x4_splat(start));
    for eight in 0..BLOCK / 8 {
        // SAFETY: four vectors are the panel's 64 bytes.
        let w = unsafe { v128_load(w.as_ptr().add(16 * eight).cast()) };
        let (low, high) = (v128_and(w, u8x16_splat(15)), u8x16_shr(w, 4));
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum = i32x4_relaxed_dot_i8x16_i7x16_add(four_of(x, 2 * eight), low, *sum);
            *sum = i32x4_relaxed_dot_i8x16_i7x16_add(four_of(x, 2 * eight + 1), high, *sum);
        }
    }
    sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
}

/// Four activations, once for each row.
#[inline(always)]
fn four_of(x: &Activations, four: usize) -> v128 {
    debug_assert!(four < BLOCK / 4);
    // SAFETY: eight fours are the block's 32 activations.
    unsafe { v128_load32_splat(x.as_ptr().add(4 * four).cast()) }
}
