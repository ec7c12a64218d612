//! WebAssembly's 128-bit SIMD.

use core::arch::wasm32::*;

use super::PANEL_ROWS;

#[cfg(not(feature = "relaxed-simd"))]
mod plain;
#[cfg(feature = "relaxed-simd")]
mod relaxed;

#[cfg(not(feature = "relaxed-simd"))]
pub use plain::*;
#[cfg(feature = "relaxed-simd")]
pub use relaxed::*;

/// With the feature `relaxed-simd`, LLVM makes relaxed instructions of [`F32x4::max`] and [`F32x4::min`]. They agree on
/// numbers. For a NaN, or two zeros with different signs, either operand may be the result.
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
    /// `self` times 2 to the power of n, where `magic` is [`MAGIC`](super::MAGIC) + n and neither `self` nor the result
    /// is denormal or beyond the range: n is added to the exponent.
    #[inline(always)]
    pub fn times_exp2(self, magic: Self) -> Self {
        Self(i32x4_add(self.0, i32x4_shl(magic.0, 23)))
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

/// As `f32` the halves that [`Scales`](crate::backend::cpu::panel) keeps.
#[inline(always)]
pub fn widen(halves: &[u16; PANEL_ROWS]) -> [F32x4; 2] {
    [0, 4].map(|row| {
        // SAFETY: four of the eight halves are eight bytes.
        F32x4(i32x4_shl(unsafe { u32x4_load_extend_u16x4(halves.as_ptr().add(row)) }, 16))
    })
}
