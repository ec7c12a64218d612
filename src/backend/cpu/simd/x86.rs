//! SSE2, which every x86-64 machine has.

use core::arch::x86_64::*;

pub use super::pairs::{Activation, GROUP, RowSums, Way, place_int4, place_int8};
use super::{BLOCK_COLUMNS, PANEL_ROWS};

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

/// As `f32` the halves that [`Scales`](crate::backend::cpu::panel) keeps.
#[inline(always)]
pub fn widen(halves: &[u16; PANEL_ROWS]) -> [F32x4; 2] {
    sse2!({
        let (zero, halves) = (_mm_setzero_si128(), _mm_loadu_si128(halves.as_ptr().cast())); // eight halves are 16 bytes
        [_mm_unpacklo_epi16(zero, halves), _mm_unpackhi_epi16(zero, halves)].map(|wide| F32x4(_mm_castsi128_ps(wide)))
    })
}

/// The whole numbers of magnitude up to 128 that were left in `magic`, see [`MAGIC`](super::MAGIC).
#[inline(always)]
pub fn narrow(magic: F32x4, _is_raised: bool) -> [Activation; 4] {
    let mut narrow = [0; 4];
    sse2!({
        let wide = _mm_srai_epi32(_mm_slli_epi32(_mm_castps_si128(magic.0), 16), 16);
        _mm_storel_epi64(narrow.as_mut_ptr().cast(), _mm_packs_epi32(wide, wide)); // four activations are 8 bytes
    });
    narrow
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
    let mut sums = [[sse2!(_mm_setzero_si128()); T]; 2];
    for pair in 0..BLOCK_COLUMNS / 2 {
        let w = sse2!({
            let bytes = _mm_loadu_si128(w.as_ptr().add(16 * pair).cast()); // of BLOCK_COLUMNS / 2 vectors
            [_mm_unpacklo_epi8(bytes, bytes), _mm_unpackhi_epi8(bytes, bytes)].map(|twice| _mm_srai_epi16(twice, 8))
        });
        add_products(&mut sums, w, x, pair);
    }
    sums.map(|sums| sums.map(|sum| F32x4(sse2!(_mm_cvtepi32_ps(sum)))))
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
    let mut sums = [starts.map(|start| sse2!(_mm_set1_epi32(start))); 2];
    for eight in 0..BLOCK_COLUMNS / 8 {
        let quarters = [0, 1].map(|half| {
            sse2!({
                let w = _mm_loadu_si128(w.as_ptr().add(32 * eight + 16 * half).cast()); // of BLOCK_COLUMNS / 4 vectors
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

/// Adds the products of pair `pair` of the activations with the eight rows' pairs of weights.
#[inline(always)]
fn add_products<const T: usize>(sums: &mut [[__m128i; T]; 2], w: [__m128i; 2], x: &[Activation], pair: usize) {
    debug_assert!(pair < BLOCK_COLUMNS / 2);
    for t in 0..T {
        // Of the T * BLOCK_COLUMNS / 2 pairs.
        let x = sse2!(_mm_set1_epi32(x.as_ptr().add(2 * (pair * T + t)).cast::<i32>().read_unaligned()));
        for (sums, w) in sums.iter_mut().zip(w) {
            sums[t] = sse2!(_mm_add_epi32(sums[t], _mm_madd_epi16(w, x)));
        }
    }
}
