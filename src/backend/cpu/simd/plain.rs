//! Arrays: every other machine, and the twin that the vector forms are tested against.

use super::{BLOCK, Panel};

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
    /// 2 to the power of n, where `self` is [`MAGIC`](super::MAGIC) + n and n lies between -126 and 127.
    #[inline(always)]
    pub fn exp2_of_magic(self) -> Self {
        Self(self.0.map(|x| f32::from_bits((x.to_bits() << 23).wrapping_add(127 << 23))))
    }
    #[inline(always)]
    pub fn lanes(self) -> [f32; 4] {
        self.0
    }
}

/// Where in a panel's block the weight of row `row` and column `col` lies.
pub const fn place(row: usize, col: usize) -> usize {
    col / 2 * 8 + row * 2 + col % 2
}

/// A block of rounded activations.
pub type Activations = [i16; BLOCK];

/// For each block of activations the exact sums of its products with a panel's four rows, as f32.
#[inline(always)]
pub fn dot_panel<const T: usize>(w: &Panel, x: [&Activations; T]) -> [F32x4; T] {
    x.map(|x| {
        let mut sums = [0_i32; 4];
        for (row, sum) in sums.iter_mut().enumerate() {
            *sum = (0..BLOCK).map(|col| i32::from(w.values[place(row, col)]) * i32::from(x[col])).sum();
        }
        F32x4(sums.map(|sum| sum as f32))
    })
}
