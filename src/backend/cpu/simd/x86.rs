//! SSE2, which every x86-64 machine has.

use core::arch::x86_64::*;

pub use super::pairs::{Activation, RowSums, place_int4, place_int8, raise_int8};
use super::{Activations, BLOCK, ROWS};

/// Evaluates SSE2 intrinsics.
macro_rules! sse2 {
    ($e:expr) => {
        // SAFETY: SSE2 is part of x86-64 itself; each use that takes a pointer says why it is in bounds.
        unsafe { $e }
    };
}

#[derive(Clone, Copy)]
pub struct F32x4(__m128);

impl F32x4 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self(sse2!(_mm_set1_ps(x)))
    }
    #[inline(always)]
    pub fn load(from: &[f32; 4]) -> Self {
        Self(sse2!(_mm_loadu_ps(from.as_ptr()))) // four f32 are 16 readable bytes of any alignment
    }
    #[inline(always)]
    pub fn store(self, to: &mut [f32; 4]) {
        sse2!(_mm_storeu_ps(to.as_mut_ptr(), self.0)) // as in `load`, and writable
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        Self(sse2!(_mm_add_ps(self.0, o.0)))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        Self(sse2!(_mm_sub_ps(self.0, o.0)))
    }
    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        Self(sse2!(_mm_mul_ps(self.0, o.0)))
    }
    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        Self(sse2!(_mm_div_ps(self.0, o.0)))
    }
    /// The greater of each pair; `o` where `self` is not a number.
    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        Self(sse2!(_mm_max_ps(self.0, o.0)))
    }
    /// The lesser of each pair; `o` where `self` is not a number.
    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        Self(sse2!(_mm_min_ps(self.0, o.0)))
    }
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(sse2!(_mm_andnot_ps(_mm_set1_ps(-0.0), self.0)))
    }
    /// `self` times 2 to the power of n, where `magic` is [`MAGIC`](super::MAGIC) + n and neither `self` nor the result
    /// is denormal or beyond the range: n is added to the exponent.
    #[inline(always)]
    pub fn times_exp2(self, magic: Self) -> Self {
        Self(sse2!({
            let exponent = _mm_slli_epi32(_mm_castps_si128(magic.0), 23);
            _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(self.0), exponent))
        }))
    }
    #[inline(always)]
    pub fn lanes(self) -> [f32; 4] {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes
    }
}

/// For each panel and each block of activations the exact sums of the products with the panel's four rows, as f32.
#[inline(always)]
pub fn dot_int8<const S: usize, const T: usize>(
    w: [&[i8; BLOCK * ROWS]; S],
    _sums: [&RowSums; S],
    x: [&Activations; T],
) -> [[F32x4; T]; S] {
    let mut sums = [[sse2!(_mm_setzero_si128()); T]; S];
    for pair in 0..BLOCK / 2 {
        // 16 pairs of four rows are a panel's 128 weights.
        let w = w.map(|w| {
            sse2!({
                let bytes = _mm_loadl_epi64(w.as_ptr().add(8 * pair).cast());
                _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8)
            })
        });
        add_products(&mut sums, w, x, pair);
    }
    sums.map(|sums| sums.map(|sum| F32x4(sse2!(_mm_cvtepi32_ps(sum)))))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const S: usize, const T: usize>(
    w: [&[u8; BLOCK * ROWS / 2]; S],
    x: [&Activations; T],
    starts: [i32; T],
) -> [[F32x4; T]; S] {
    let mut sums = [starts.map(|start| sse2!(_mm_set1_epi32(start))); S];
    for eight in 0..BLOCK / 8 {
        // Four vectors are a panel's 64 bytes.
        let quarters = w.map(|w| {
            sse2!({
                let w = _mm_loadu_si128(w.as_ptr().add(16 * eight).cast());
                let low = |w| _mm_and_si128(w, _mm_set1_epi16(15));
                [low(w), low(_mm_srli_epi16(w, 4)), low(_mm_srli_epi16(w, 8)), _mm_srli_epi16(w, 12)]
            })
        });
        for quarter in 0..4 {
            add_products(&mut sums, quarters.map(|quarters| quarters[quarter]), x, 4 * eight + quarter);
        }
    }
    sums.map(|sums| sums.map(|sum| F32x4(sse2!(_mm_cvtepi32_ps(sum)))))
}

/// Adds the products of pair `pair` of the activations with the four rows' pairs of weights.
#[inline(always)]
fn add_products<const S: usize, const T: usize>(
    sums: &mut [[__m128i; T]; S],
    w: [__m128i; S],
    x: [&Activations; T],
    pair: usize,
) {
    debug_assert!(pair < BLOCK / 2);
    for (t, x) in x.into_iter().enumerate() {
        // Of the block's 16 pairs.
        let x = sse2!(_mm_set1_epi32(x.as_ptr().add(2 * pair).cast::<i32>().read_unaligned()));
        for (sums, w) in sums.iter_mut().zip(w) {
            sums[t] = sse2!(_mm_add_epi32(sums[t], _mm_madd_epi16(w, x)));
        }
    }
}
