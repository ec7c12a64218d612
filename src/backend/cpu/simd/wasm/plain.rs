//! Products of rounded weights with what every WebAssembly SIMD has: pairs of 16 bits.

use core::arch::wasm32::*;

use super::F32x4;
pub use crate::backend::cpu::simd::pairs::{Activation, RowSums, place_int4, place_int8, raise_int8};
use crate::backend::cpu::simd::{Activations, BLOCK, ROWS};

/// For each block of activations the exact sums of its products with a panel's four rows, as f32.
#[inline(always)]
pub fn dot_int8<const T: usize>(w: &[i8; BLOCK * ROWS], _sums: &RowSums, x: [&Activations; T]) -> [F32x4; T] {
    let mut sums = [i32x4_splat(0); T];
    for pair in 0..BLOCK / 2 {
        // SAFETY: 16 pairs of four rows are the panel's 128 weights.
        let w = unsafe { i16x8_load_extend_i8x8(w.as_ptr().add(8 * pair)) };
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum = add_products(*sum, w, x, pair);
        }
    }
    sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const T: usize>(w: &[u8; BLOCK * ROWS / 2], x: [&Activations; T], starts: [i32; T]) -> [F32x4; T] {
    let mut sums = starts.map(|start| i32x4_splat(start));
    for eight in 0..BLOCK / 8 {
        // SAFETY: four vectors are the panel's 64 bytes.
        let w = unsafe { v128_load(w.as_ptr().add(16 * eight).cast()) };
        let low = |w| v128_and(w, i16x8_splat(15));
        let quarters = [low(w), low(u16x8_shr(w, 4)), low(u16x8_shr(w, 8)), u16x8_shr(w, 12)];
        for (quarter, w) in quarters.into_iter().enumerate() {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = add_products(*sum, w, x, 4 * eight + quarter);
            }
        }
    }
    sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
}

/// Adds the products of pair `pair` of the activations with the four rows' pairs of weights.
#[inline(always)]
fn add_products(sum: v128, w: v128, x: &Activations, pair: usize) -> v128 {
    debug_assert!(pair < BLOCK / 2);
    // SAFETY: 16 pairs are the block's 32 activations.
    let x = unsafe { v128_load32_splat(x.as_ptr().add(2 * pair).cast()) };
    i32x4_add(sum, i32x4_dot_i16x8(w, x))
}
