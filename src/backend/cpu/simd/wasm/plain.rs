//! Products of rounded weights with what every WebAssembly SIMD has: pairs of 16 bits.

use core::arch::wasm32::*;

use super::F32x4;
pub use crate::backend::cpu::simd::pairs::{Activation, GROUP, RowSums, Way, place_int4, place_int8};
use crate::backend::cpu::simd::{BLOCK_COLUMNS, PANEL_ROWS};

/// The whole numbers of magnitude up to 128 that were left in `magic`, see [`MAGIC`](crate::backend::cpu::simd::MAGIC).
#[inline(always)]
pub fn narrow(magic: F32x4, _is_raised: bool) -> [Activation; 4] {
    let low = i16x8_shuffle::<0, 2, 4, 6, 0, 2, 4, 6>(magic.0, magic.0);
    let four = i64x2_extract_lane::<0>(low);
    [four as i16, (four >> 16) as i16, (four >> 32) as i16, (four >> 48) as i16]
}

/// The exact sums of the products of a panel's rows with each of T tokens' activations, as f32.
#[inline(always)]
pub fn dot_int8<const T: usize>(
    _way: Way,
    w: &[i8; BLOCK_COLUMNS * PANEL_ROWS],
    _sums: &RowSums,
    x: &[Activation],
) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK_COLUMNS * T);
    let mut sums = [[i32x4_splat(0); T]; 2];
    for pair in 0..BLOCK_COLUMNS / 2 {
        // SAFETY: BLOCK_COLUMNS / 2 pairs of eight rows are a panel's weights.
        let w = [0, 8].map(|half| unsafe { i16x8_load_extend_i8x8(w.as_ptr().add(16 * pair + half)) });
        add_products(&mut sums, w, x, pair);
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const T: usize>(
    _way: Way,
    w: &[u8; BLOCK_COLUMNS * PANEL_ROWS / 2],
    x: &[Activation],
    starts: &[i32; T],
) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK_COLUMNS * T);
    let mut sums = [starts.map(|start| i32x4_splat(start)); 2];
    for eight in 0..BLOCK_COLUMNS / 8 {
        let quarters = [0, 16].map(|half| {
            // SAFETY: BLOCK_COLUMNS / 4 vectors are a panel's weights.
            let w = unsafe { v128_load(w.as_ptr().add(32 * eight + half).cast()) };
            let low = |w| v128_and(w, i16x8_splat(15));
            [low(w), low(u16x8_shr(w, 4)), low(u16x8_shr(w, 8)), u16x8_shr(w, 12)]
        });
        for quarter in 0..4 {
            add_products(&mut sums, quarters.map(|quarters| quarters[quarter]), x, 4 * eight + quarter);
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

/// Adds the products of pair `pair` of the activations with the eight rows' pairs of weights.
#[inline(always)]
fn add_products<const T: usize>(sums: &mut [[v128; T]; 2], w: [v128; 2], x: &[Activation], pair: usize) {
    debug_assert!(pair < BLOCK_COLUMNS / 2);
    for t in 0..T {
        // SAFETY: T * BLOCK_COLUMNS / 2 pairs are the activations.
        let x = unsafe { v128_load32_splat(x.as_ptr().add(2 * (pair * T + t)).cast()) };
        for (sums, w) in sums.iter_mut().zip(w) {
            sums[t] = i32x4_add(sums[t], i32x4_dot_i16x8(w, x));
        }
    }
}
