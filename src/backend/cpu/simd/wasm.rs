//! WebAssembly's 128-bit SIMD.

use core::arch::wasm32::*;

#[cfg(feature = "relaxed-simd")]
use super::ACTIVATION_MAX;
use super::{BLOCK, Panel};

#[derive(Clone, Copy)]
pub struct F32x4(v128);

impl F32x4 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self(f32x4_splat(x))
    }
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        // SAFETY: an array of four f32 is 16 readable bytes, and v128.load needs no alignment.
        Self(unsafe { v128_load(from.as_ptr().cast()) })
    }
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        // SAFETY: as in `load`, and writable.
        unsafe { v128_store(to.as_mut_ptr().cast(), self.0) }
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        Self(f32x4_add(self.0, o.0))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        Self(f32x4_sub(self.0, o.0))
    }
    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        Self(f32x4_mul(self.0, o.0))
    }
    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        Self(f32x4_div(self.0, o.0))
    }
    /// The greater of each pair; `o` where `self` is not a number.
    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        Self(f32x4_pmax(o.0, self.0))
    }
    /// The lesser of each pair; `o` where `self` is not a number.
    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        Self(f32x4_pmin(o.0, self.0))
    }
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(f32x4_abs(self.0))
    }
    /// 2 to the power of n, where `self` is [`MAGIC`](super::MAGIC) + n and n lies between -126 and 127.
    #[inline(always)]
    pub fn exp2_of_magic(self) -> Self {
        Self(i32x4_add(i32x4_shl(self.0, 23), i32x4_splat(127 << 23)))
    }
    #[inline(always)]
    pub fn lanes(self) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
        ]
    }
}

/// Where in a panel's block the weight of row `row` and column `col` lies: pairs of columns, the four rows side by side.
#[cfg(not(feature = "relaxed-simd"))]
pub const fn place(row: usize, col: usize) -> usize {
    col / 2 * 8 + row * 2 + col % 2
}

/// A block of rounded activations, widened once so that no row has to.
#[cfg(not(feature = "relaxed-simd"))]
pub type Activations = [i16; BLOCK];

/// For each block of activations the exact sums of its products with a panel's four rows, as f32.
#[cfg(not(feature = "relaxed-simd"))]
#[inline(always)]
pub fn dot_panel<const T: usize>(w: &Panel, x: [&Activations; T]) -> [F32x4; T] {
    let mut sums = [i32x4_splat(0); T];
    for pair in 0..BLOCK / 2 {
        // SAFETY: 16 pairs of four rows are the panel's 128 weights, 16 pairs the block's 32 activations.
        unsafe {
            let w = i16x8_load_extend_i8x8(w.values.as_ptr().add(8 * pair));
            for (sum, x) in sums.iter_mut().zip(x) {
                let x = v128_load32_splat(x.as_ptr().add(2 * pair).cast());
                *sum = i32x4_add(*sum, i32x4_dot_i16x8(w, x));
            }
        }
    }
    sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
}

/// Where in a panel's block the weight of row `row` and column `col` lies: four columns, the four rows side by side.
#[cfg(feature = "relaxed-simd")]
pub const fn place(row: usize, col: usize) -> usize {
    col / 4 * 16 + row * 4 + col % 4
}

/// A block of rounded activations, raised by [`ACTIVATION_MAX`] + 1 so that they are positive.
#[cfg(feature = "relaxed-simd")]
pub type Activations = [u8; BLOCK];

/// For each block of activations the exact sums of its products with a panel's four rows, as f32.
///
/// The relaxed dot product is exact on every machine because its second operand stays within 7 bits;
/// the products with the raise are taken off again through the rows' sums.
#[cfg(feature = "relaxed-simd")]
#[target_feature(enable = "relaxed-simd")]
#[inline]
pub fn dot_panel<const T: usize>(w: &Panel, x: [&Activations; T]) -> [F32x4; T] {
    // SAFETY: four sums are eight bytes; eight vectors are the panel's 128 weights, eight words the 32 activations.
    unsafe {
        let raised = i32x4_load_extend_i16x4(w.sums.as_ptr());
        let raised = i32x4_mul(raised, i32x4_splat(-(ACTIVATION_MAX as i32 + 1)));
        let mut sums = [raised; T];
        for four in 0..BLOCK / 4 {
            let w = v128_load(w.values.as_ptr().add(16 * four).cast());
            for (sum, x) in sums.iter_mut().zip(x) {
                let x = v128_load32_splat(x.as_ptr().add(4 * four).cast());
                *sum = i32x4_relaxed_dot_i8x16_i7x16_add(w, x, *sum);
            }
        }
        sums.map(|sum| F32x4(f32x4_convert_i32x4(sum)))
    }
}
