//! Products of rounded weights with the relaxed dot products, which are exact on every machine as long as their second
//! operand stays within 7 bits.
//!
//! Four products at a time are one instruction of ARM and of x86 with AVX-VNNI. Other x86 has an instruction for two
//! products, and using it directly is faster there. Both ways are exact, so each machine may use its own, see [`Way`].
//!
//! V8's compiler keeps 15 vectors in registers, rebuilds a vector constant wherever it is used, and folds only constant
//! offsets into a load. So the loops use two pointers, unroll at most eight columns (more spilled), and hide the
//! constants from the compiler.

use core::arch::wasm32::*;
use core::hint::black_box;

use super::F32x4;
use crate::backend::cpu::simd::{BLOCK_COLUMNS, PANEL_ROWS};

/// Columns whose activations lie side by side: one product instruction takes them.
pub const GROUP: usize = 4;

/// The place in a panel of the int8 weight of row `row` and column `col`: four columns, the eight rows side by side.
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
pub struct RowSums([i16; PANEL_ROWS]);

impl RowSums {
    pub const ZERO: Self = Self([0; PANEL_ROWS]);

    /// `sum` is a whole number of magnitude up to BLOCK_COLUMNS * 128, which fits.
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

/// Which products this machine has an instruction for.
#[derive(Clone, Copy)]
pub enum Way {
    Fours,
    Pairs,
}

impl Way {
    /// Beyond 7 bits it shows: with pairs, x86 stops at 32767 in each.
    pub fn of_this_machine() -> Self {
        let (a, b) = (i8x16_splat(black_box(127)), u8x16_splat(black_box(255)));
        let fours = i32x4_relaxed_dot_i8x16_i7x16_add(a, b, i32x4_splat(0));
        if i32x4_extract_lane::<0>(fours) == 2 * i32::from(i16::MAX) { Self::Pairs } else { Self::Fours }
    }
}

/// The exact sums of the products of a panel's rows with each of T tokens' activations, as f32.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int8<const T: usize>(
    way: Way,
    w: &[i8; BLOCK_COLUMNS * PANEL_ROWS],
    sums: &RowSums,
    x: &[Activation],
) -> [[F32x4; T]; 2] {
    match way {
        Way::Fours => dot_int8_by::<false, T>(w, sums, x),
        Way::Pairs => dot_int8_by::<true, T>(w, sums, x),
    }
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`. Here the weights are within 7 bits.
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_int4<const T: usize>(
    way: Way,
    w: &[u8; BLOCK_COLUMNS * PANEL_ROWS / 2],
    x: &[Activation],
    starts: &[i32; T],
) -> [[F32x4; T]; 2] {
    match way {
        Way::Fours => dot_int4_by::<false, T>(w, x, starts),
        Way::Pairs => dot_int4_by::<true, T>(w, x, starts),
    }
}

#[target_feature(enable = "relaxed-simd")]
#[inline]
fn dot_int8_by<const IN_PAIRS: bool, const T: usize>(
    w: &[i8; BLOCK_COLUMNS * PANEL_ROWS],
    sums: &RowSums,
    x: &[Activation],
) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK_COLUMNS * T);
    let mut sums = [0, 4].map(|row| {
        // SAFETY: four of the eight sums are eight bytes.
        let sums = unsafe { i32x4_load_extend_i16x4(sums.0.as_ptr().add(row)) };
        [i32x4_shl(sums, RAISE); T]
    });
    let (mut w, mut x, ones) = (w.as_ptr(), x.as_ptr(), i16x8_splat(black_box(1)));
    for _ in 0..black_box(BLOCK_COLUMNS / 4) {
        // SAFETY: BLOCK_COLUMNS / 4 times two vectors are a panel's weights.
        let four = [0, 16].map(|half| unsafe { v128_load(w.add(half).cast()) });
        for t in 0..T {
            // SAFETY: BLOCK_COLUMNS / 4 times T times four are the activations.
            let x = unsafe { v128_load32_splat(x.add(4 * t).cast()) };
            for (sums, w) in sums.iter_mut().zip(four) {
                sums[t] = if IN_PAIRS {
                    i32x4_add(sums[t], i32x4_dot_i16x8(i16x8_relaxed_dot_i8x16_i7x16(w, x), ones))
                } else {
                    i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sums[t])
                };
            }
        }
        // SAFETY: at most to the end.
        (w, x) = unsafe { (w.add(32), x.add(4 * T)) };
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

#[target_feature(enable = "relaxed-simd")]
#[inline]
fn dot_int4_by<const IN_PAIRS: bool, const T: usize>(
    w: &[u8; BLOCK_COLUMNS * PANEL_ROWS / 2],
    x: &[Activation],
    starts: &[i32; T],
) -> [[F32x4; T]; 2] {
    assert_eq!(x.len(), BLOCK_COLUMNS * T);
    let mut sums = [starts.map(|start| i32x4_splat(start)); 2];
    let (mut w, mut x) = (w.as_ptr(), x.as_ptr());
    let (low_half, ones) = (i8x16_splat(black_box(15)), i16x8_splat(black_box(1)));
    // In pairs, 16 bits hold a lane's sum over 32 columns: 16 products of 15 and 128.
    let columns = if IN_PAIRS { BLOCK_COLUMNS / 2 } else { BLOCK_COLUMNS };
    for _ in 0..BLOCK_COLUMNS / columns {
        let mut parts = if IN_PAIRS { [[i16x8_splat(0); T]; 2] } else { sums };
        for _ in 0..black_box(columns / 8) {
            // SAFETY: BLOCK_COLUMNS / 8 times two vectors are a panel's weights.
            let halves = [0, 16].map(|half| unsafe { v128_load(w.add(half).cast()) });
            // A shift of bytes would make its mask anew.
            let fours = [halves, halves.map(|halves| u16x8_shr(halves, 4))];
            for (four, w) in fours.into_iter().enumerate() {
                let w = w.map(|w| v128_and(w, low_half));
                for t in 0..T {
                    // SAFETY: BLOCK_COLUMNS / 4 times T times four are the activations.
                    let x = unsafe { v128_load32_splat(x.add(4 * (four * T + t)).cast()) };
                    for (parts, w) in parts.iter_mut().zip(w) {
                        parts[t] = if IN_PAIRS {
                            i16x8_add(parts[t], i16x8_relaxed_dot_i8x16_i7x16(x, w))
                        } else {
                            i32x4_relaxed_dot_i8x16_i7x16_add(x, w, parts[t])
                        };
                    }
                }
            }
            // SAFETY: at most to the end.
            (w, x) = unsafe { (w.add(32), x.add(8 * T)) };
        }
        if IN_PAIRS {
            for (sums, parts) in sums.iter_mut().zip(parts) {
                for (sum, part) in sums.iter_mut().zip(parts) {
                    *sum = i32x4_add(*sum, i32x4_dot_i16x8(part, ones));
                }
            }
        } else {
            sums = parts;
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(f32x4_convert_i32x4(sum))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    proptest! {
        /// The tests beside this module see only what the machine chose.
        #[test]
        fn both_ways_to_multiply_agree(
            int8 in prop::collection::vec(prop_oneof![any::<i8>(), Just(127), Just(-128)], BLOCK_COLUMNS * PANEL_ROWS),
            int4 in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xff), Just(0)], BLOCK_COLUMNS * PANEL_ROWS / 2),
            raised in prop::collection::vec(prop_oneof![0..=127_u8, Just(127), Just(0)], 4 * BLOCK_COLUMNS),
            x in prop::collection::vec(prop_oneof![any::<u8>(), Just(127), Just(128)], 4 * BLOCK_COLUMNS),
            sums: [i16; PANEL_ROWS],
            starts: [i16; 4],
        ) {
            let lanes = |sums: [[F32x4; 4]; 2]| sums.map(|sums| sums.map(F32x4::lanes));
            let (int8, sums): (&[i8; BLOCK_COLUMNS * PANEL_ROWS], _) = (int8.as_slice().try_into().unwrap(), RowSums(sums));
            let pairs = lanes(dot_int8_by::<true, 4>(int8, &sums, &raised));
            prop_assert_eq!(pairs, lanes(dot_int8_by::<false, 4>(int8, &sums, &raised)));
            let (int4, starts): (&[u8; BLOCK_COLUMNS * PANEL_ROWS / 2], _) = (int4.as_slice().try_into().unwrap(), starts.map(i32::from));
            let pairs = lanes(dot_int4_by::<true, 4>(int4, &x, &starts));
            prop_assert_eq!(pairs, lanes(dot_int4_by::<false, 4>(int4, &x, &starts)));
        }
    }
}
