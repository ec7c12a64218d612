//! Four lanes of f32 (and the int8 dot product) in one place: WebAssembly's 128-bit SIMD in the browser,
//! plain arrays elsewhere, which the compiler turns into the machine's own vectors.
//!
//! Both forms do the same IEEE operations in the same order, with no fused multiply-add, so a native run
//! and a run in the browser give the same bits.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
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
        /// To the nearest whole number, halves to the even one.
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
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod imp {
    #[derive(Clone, Copy)]
    pub struct F32x4([f32; 4]);

    #[inline(always)]
    fn map(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> F32x4 {
        F32x4([f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])])
    }

    impl F32x4 {
        #[inline(always)]
        pub fn splat(x: f32) -> Self {
            Self([x; 4])
        }
        #[inline(always)]
        pub fn load(from: &[f32; 4]) -> Self {
            Self(*from)
        }
        #[inline(always)]
        pub fn store(self, to: &mut [f32; 4]) {
            *to = self.0;
        }
        #[inline(always)]
        pub fn add(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| a + b)
        }
        #[inline(always)]
        pub fn sub(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| a - b)
        }
        #[inline(always)]
        pub fn mul(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| a * b)
        }
        #[inline(always)]
        pub fn div(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| a / b)
        }
        /// The greater of each pair; `o` where `self` is not a number.
        #[inline(always)]
        pub fn max(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| if b < a { a } else { b })
        }
        /// The lesser of each pair; `o` where `self` is not a number.
        #[inline(always)]
        pub fn min(self, o: Self) -> Self {
            map(self.0, o.0, |a, b| if a < b { a } else { b })
        }
        #[inline(always)]
        pub fn abs(self) -> Self {
            Self(self.0.map(f32::abs))
        }
        /// To the nearest whole number, halves to the even one.
        #[inline(always)]
        pub fn round(self) -> Self {
            // Adding 1.5 * 2^23 pushes the fraction out of the mantissa: the machine's own rounding, without a call.
            const MAGIC: f32 = 12_582_912.0;
            map(self.0, self.0, |x, _| if x.abs() < 4_194_304.0 { (x + MAGIC) - MAGIC } else { x })
        }
        /// 2 to the power of `self`, which holds whole numbers between -126 and 127.
        #[inline(always)]
        pub fn exp2_whole(self) -> Self {
            Self(self.0.map(|x| f32::from_bits((((x as i32) + 127) as u32) << 23)))
        }
        #[inline(always)]
        pub fn lanes(self) -> [f32; 4] {
            self.0
        }
    }

    /// Four partial sums of the products of 32 weights and 32 activations, as f32. Exact: |sum| < 2^24.
    #[inline(always)]
    pub fn dot_block(w: &[i8; 32], x: &[i16; 32]) -> F32x4 {
        let mut sums = [0_i32; 4];
        for (i, (w, x)) in w.iter().zip(x).enumerate() {
            sums[i / 2 % 4] += i32::from(*w) * i32::from(*x);
        }
        F32x4(sums.map(|sum| sum as f32))
    }
}

pub use imp::{F32x4, dot_block};

impl F32x4 {
    pub const LANES: usize = 4;

    /// `self * a + b`, rounded twice.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        self.mul(a).add(b)
    }

    /// The sum of the four lanes, pairwise.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.lanes();
        (a + c) + (b + d)
    }
}

/// Runs `body` over four lanes at a time, the last ones padded with zeros.
#[inline(always)]
pub fn map_in_place(values: &mut [f32], body: impl Fn(F32x4) -> F32x4) {
    let (whole, rest) = values.as_chunks_mut::<4>();
    for lanes in whole {
        body(F32x4::load(lanes)).store(lanes);
    }
    if !rest.is_empty() {
        let mut lanes = [0.0; 4];
        lanes[..rest.len()].copy_from_slice(rest);
        body(F32x4::load(&lanes)).store(&mut lanes);
        rest.copy_from_slice(&lanes[..rest.len()]);
    }
}
