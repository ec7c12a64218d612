//! Products of rounded weights with what every WebAssembly SIMD has: pairs of 16 bits.

use core::arch::wasm32::*;

use super::F32x4;
pub use crate::backend::cpu::simd::pairs::{Activation, RowSums, place_int4, place_int8, raise_int8};
use crate::backend::cpu::simd::{Activations, BLOCK, ROWS};

/// For each panel and each block of activations the exact sums of the products with the panel's four rows, as f32.
#[inline(always)]
pub fn dot_int8<const S: usize, const T: usize>(
    w: [&[i8; BLOCK * ROWS]; S],
    _sums: [&RowSums; S],
    x: [&Activations; T],
) -> [[F32x4; T]; S] {
    let mut sums = [[i32x4_splat(0); T]; S];
    for pair in 0..BLOCK / 2 {
        // SAFETY: 16 pairs of four rows are a panel's 128 weights.
        let w = w.map(|w| unsafe { i16x8_load_extend_i8x8(w.as_ptr().add(8 * pair)) });
        add_products(&mut sums, w, x, pair);
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const S: usize, const T: usize>(
    w: [&[u8; BLOCK * ROWS / 2]; S],
    x: [&Activations; T],
    starts: [i32; T],
) -> [[F32x4; T]; S] {
    let mut sums = [starts.map(|start| i32x4_splat(start)); S];
    for eight in 0..BLOCK / 8 {
        let quarters = w.map(|w| {
            // SAFETY: four vectors are a panel's 64 bytes.
            let w = unsafe { v128_load(w.as_ptr().add(16 * eight).cast()) };
            let low = |w| v128_and(w, i16x8_splat(15));
            [low(w), low(u16x8_shr(w, 4)), low(u16x8_shr(w, 8)), u16x8_shr(w, 12)]
        });
        for quarter in 0..4 {
            add_products(&mut sums, quarters.map(|quarters| quarters[quarter]), x, 4 * eight + quarter);
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// Adds the products of pair `pair` of the activations with the four rows' pairs of weights.
#[inline(always)]
fn add_products<const S: usize, const T: usize>(
    sums: &mut [[v128; T]; S],
    w: [v128; S],
    x: [&Activations; T],
    pair: usize,
) {
    debug_assert!(pair < BLOCK / 2);
    for (t, x) in x.into_iter().enumerate() {
        // SAFETY: 16 pairs are the block's 32 activations.
        let x = unsafe { v128_load32_splat(x.as_ptr().add(2 * pair).cast()) };
        for (sums, w) in sums.iter_mut().zip(w) {
            sums[t] = i32x4_add(sums[t], i32x4_dot_i16x8(w, x));
        }
    }
}
