//! Arrays: every other machine, and the twin that the vector forms are tested against.

pub use super::pairs::{Activation, GROUP, RowSums, Way, place_int4, place_int8};
use super::{BLOCK_COLUMNS, PANEL_ROWS, place_activation};

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

/// As `f32` the halves that [`Scales`](crate::backend::cpu::panel) keeps.
#[inline(always)]
pub fn widen(halves: &[u16; PANEL_ROWS]) -> [F32x4; 2] {
    let wide = |row: usize| f32::from_bits(u32::from(halves[row]) << 16);
    [0, 4].map(|row| F32x4([wide(row), wide(row + 1), wide(row + 2), wide(row + 3)]))
}

/// The whole numbers of magnitude up to 128 that were left in `magic`, see [`MAGIC`](super::MAGIC).
#[inline(always)]
pub fn narrow(magic: F32x4, _is_raised: bool) -> [Activation; 4] {
    magic.0.map(|magic| magic.to_bits() as i16)
}

/// The exact sums of the products of a panel's rows with each of T tokens' activations, as f32.
#[inline(always)]
pub fn dot_int8<const T: usize>(
    _way: Way,
    w: &[i8; BLOCK_COLUMNS * PANEL_ROWS],
    _sums: &RowSums,
    x: &[Activation],
) -> [[F32x4; T]; 2] {
    dot(&[0; T], x, |row, col| w[place_int8(row, col)].into())
}

/// As [`dot_int8`], for values from 0 to 15 and sums that begin at `starts`.
#[inline(always)]
pub fn dot_int4<const T: usize>(
    _way: Way,
    w: &[u8; BLOCK_COLUMNS * PANEL_ROWS / 2],
    x: &[Activation],
    starts: &[i32; T],
) -> [[F32x4; T]; 2] {
    dot(starts, x, |row, col| {
        let (byte, shift) = place_int4(row, col);
        (w[byte] >> shift & 15).into()
    })
}

#[inline(always)]
fn dot<const T: usize>(starts: &[i32; T], x: &[Activation], w: impl Fn(usize, usize) -> i32) -> [[F32x4; T]; 2] {
    let sum = |row: usize, t: usize| {
        let product = |col: usize| w(row, col) * i32::from(x[place_activation::<T>(t, col)]);
        (starts[t] + (0..BLOCK_COLUMNS).map(product).sum::<i32>()) as f32
    };
    [0, 4].map(|row| core::array::from_fn(|t| F32x4(core::array::from_fn(|lane| sum(row + lane, t)))))
}
