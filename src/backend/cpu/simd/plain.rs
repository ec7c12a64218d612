//! Arrays: every other machine, and the twin that the vector forms are tested against.

pub use super::pairs::{Activation, RowSums, place_int4, place_int8, raise_int8};
use super::{Activations, BLOCK, ROWS};

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
    /// `self` times 2 to the power of n, where `magic` is [`MAGIC`](super::MAGIC) + n and neither `self` nor the result
    /// is denormal or beyond the range: n is added to the exponent.
    #[inline(always)]
    pub fn times_exp2(self, magic: Self) -> Self {
        map(self.0, magic.0, |x, n| f32::from_bits(x.to_bits().wrapping_add(n.to_bits() << 23)))
    }
    #[inline(always)]
    pub fn lanes(self) -> [f32; 4] {
        self.0
    }
}

/// For each panel and each block of activations the exact sums of the products with the panel's four rows, as f32.
#[inline(always)]
pub fn dot_int8<const S: usize, const T: usize>(
    w: [&[i8; BLOCK * ROWS]; S],
    _sums: [&RowSums; S],
    x: [&Activations; T],
) -> [[F32x4; T]; S] {
    w.map(|w| x.map(|x| dot([0; ROWS], x, |row, col| w[place_int8(row, col)].into())))
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const S: usize, const T: usize>(
    w: [&[u8; BLOCK * ROWS / 2]; S],
    x: [&Activations; T],
    starts: [i32; T],
) -> [[F32x4; T]; S] {
    w.map(|w| {
        core::array::from_fn(|t| {
            dot([starts[t]; ROWS], x[t], |row, col| {
                let (byte, shift) = place_int4(row, col);
                (w[byte] >> shift & 15).into()
            })
        })
    })
}

#[inline(always)]
fn dot(mut sums: [i32; ROWS], x: &Activations, w: impl Fn(usize, usize) -> i32) -> F32x4 {
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum += (0..BLOCK).map(|col| w(row, col) * i32::from(x[col])).sum::<i32>();
    }
    F32x4(sums.map(|sum| sum as f32))
}
