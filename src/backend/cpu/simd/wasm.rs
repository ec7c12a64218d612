//! WebAssembly's 128-bit SIMD.

use core::arch::wasm32::*;

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
    /// To the nearest whole number, halves to the even one; `self` lies within +-2^31.
    #[inline(always)]
    pub fn round(self) -> Self {
        Self(f32x4_nearest(self.0))
    }
    /// 2 to the power of `self`, which holds whole numbers between -126 and 127.
    #[inline(always)]
    pub fn exp2_whole(self) -> Self {
        let exponent = i32x4_add(i32x4_trunc_sat_f32x4(self.0), i32x4_splat(127));
        Self(i32x4_shl(exponent, 23))
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

/// Four partial sums of the products of 32 weights and 32 activations, as f32. Exact: |sum| < 2^24.
#[inline(always)]
pub fn dot_block(w: &[i8; 32], x: &[i16; 32]) -> F32x4 {
    // SAFETY: the offsets stay inside the two arrays.
    unsafe {
        let w = w.as_ptr();
        let x: *const v128 = x.as_ptr().cast();
        let a = i32x4_dot_i16x8(i16x8_load_extend_i8x8(w), v128_load(x));
        let b = i32x4_dot_i16x8(i16x8_load_extend_i8x8(w.add(8)), v128_load(x.add(1)));
        let c = i32x4_dot_i16x8(i16x8_load_extend_i8x8(w.add(16)), v128_load(x.add(2)));
        let d = i32x4_dot_i16x8(i16x8_load_extend_i8x8(w.add(24)), v128_load(x.add(3)));
        F32x4(f32x4_convert_i32x4(i32x4_add(i32x4_add(a, b), i32x4_add(c, d))))
    }
}
