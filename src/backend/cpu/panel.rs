//! Rounded weights: a panel is a block of 64 columns of eight rows, one row a lane of two SIMD vectors.

use super::lanes::load;
use super::simd::{
    Activation, BLOCK_COLUMNS, F32x4, GROUP, MAGIC, PANEL_ROWS, RowSums, Way, dot_int4, dot_int8, narrow, place_int4,
    place_int8, widen,
};
use crate::backend::int4;

/// One form of panel: weight = (value - [`OFFSET`](Panel::OFFSET)) * scale.
pub trait Panel: Copy + Send + Sync {
    const ZERO: Self;
    /// Taken off each value.
    const OFFSET: i32;
    /// Activations are rounded to whole numbers within plus and minus this. All builds round alike, and the products
    /// stay where the relaxed dot product is exact on every machine. So all builds give the same results.
    const ACTIVATION_MAX: f32;
    /// Whether the relaxed dot product needs the activations positive, see [`narrow`](super::simd::narrow).
    const IS_RAISED: bool;

    /// Rounds up to 64 weights into a row that held zeros; the columns after them count as zero.
    fn set_row(&mut self, row: usize, weights: &[f32]);

    /// The value of a weight, the offset taken off.
    fn value(&self, row: usize, col: usize) -> i32;

    /// The scales of rows 0 to 3 and 4 to 7.
    fn scales(&self) -> [F32x4; 2];

    /// The exact sums of the products of the values of rows 0 to 3 and 4 to 7 with each of T tokens' activations, as
    /// f32; each sum starts from the number in `starts`, which takes the offset off.
    fn products<const T: usize>(&self, way: Way, x: &[Activation], starts: &[i32; T]) -> [[F32x4; T]; 2];
}

/// 8 bits a weight. Values lie within +-127, activations within +-63, so that adding 64 makes them positive and within
/// 7 bits. One operand of the relaxed dot product has to be.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Int8Panel {
    /// In the order that [`place_int8`] gives.
    values: [i8; BLOCK_COLUMNS * PANEL_ROWS],
    scales: Scales,
    /// Each row's sum of values, to subtract the added 64 again.
    sums: RowSums,
}

/// 4 bits a weight, values 0 to 15 with an offset of 8. Here the weights are the operand within 7 bits, so activations
/// may take all of their 8.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Int4Panel {
    /// In the order that [`place_int4`] gives.
    values: [u8; BLOCK_COLUMNS * PANEL_ROWS / 2],
    scales: Scales,
}

impl Panel for Int8Panel {
    const ZERO: Self =
        Self { values: [0; BLOCK_COLUMNS * PANEL_ROWS], scales: Scales([0; PANEL_ROWS]), sums: RowSums::ZERO };
    const OFFSET: i32 = 0;
    const ACTIVATION_MAX: f32 = 63.0;
    const IS_RAISED: bool = true;

    fn set_row(&mut self, row: usize, weights: &[f32]) {
        // Rounded up, so that no weight is beyond 127 scales; then the weights are rounded to its multiples.
        let scale = self.scales.set(row, largest(weights) / 127.0, 0xffff);
        if scale == 0.0 {
            return;
        }
        let (scale, magic, mut sum) = (F32x4::splat(scale), F32x4::splat(MAGIC), F32x4::splat(0.0));
        for (four, weights) in weights.chunks(4).enumerate() {
            let shifted = load::<1>(weights)[0].div(scale).add(magic);
            sum = sum.add(shifted.sub(magic));
            for (i, group) in narrow(shifted, false).chunks_exact(GROUP).enumerate() {
                let place = place_int8(row, 4 * four + i * GROUP); // of a group's columns, which lie side by side
                for (value, rounded) in self.values[place..place + GROUP].iter_mut().zip(group) {
                    *value = *rounded as i8;
                }
            }
        }
        self.sums.set(row, sum.sum());
    }

    fn value(&self, row: usize, col: usize) -> i32 {
        self.values[place_int8(row, col)].into()
    }

    #[inline(always)]
    fn scales(&self) -> [F32x4; 2] {
        widen(&self.scales.0)
    }

    #[inline(always)]
    fn products<const T: usize>(&self, way: Way, x: &[Activation], _starts: &[i32; T]) -> [[F32x4; T]; 2] {
        dot_int8(way, &self.values, &self.sums, x)
    }
}

impl Panel for Int4Panel {
    const ZERO: Self = Self { values: [0; BLOCK_COLUMNS * PANEL_ROWS / 2], scales: Scales([0; PANEL_ROWS]) };
    const OFFSET: i32 = 8;
    const ACTIVATION_MAX: f32 = 127.0;
    const IS_RAISED: bool = false;

    fn set_row(&mut self, row: usize, weights: &[f32]) {
        let scale = self.scales.set(row, int4::scale(weights), 0x8000);
        for (col, weight) in weights.iter().enumerate().filter(|_| scale != 0.0) {
            let value = (weight / scale).round_ties_even().clamp(-8.0, 7.0) as i8 + 8;
            let (byte, shift) = place_int4(row, col);
            self.values[byte] |= (value as u8) << shift;
        }
    }

    fn value(&self, row: usize, col: usize) -> i32 {
        let (byte, shift) = place_int4(row, col);
        i32::from(self.values[byte] >> shift & 15) - Self::OFFSET
    }

    #[inline(always)]
    fn scales(&self) -> [F32x4; 2] {
        widen(&self.scales.0)
    }

    #[inline(always)]
    fn products<const T: usize>(&self, way: Way, x: &[Activation], starts: &[i32; T]) -> [[F32x4; T]; 2] {
        dot_int4(way, &self.values, x, starts)
    }
}

/// The upper halves of f32, one a row: enough, because the weights are rounded to multiples of what is left.
#[derive(Clone, Copy)]
struct Scales([u16; PANEL_ROWS]);

impl Scales {
    /// Keeps the upper half of `scale` plus `round` units of the lower one, zero where nothing is left to round;
    /// returns what was kept.
    fn set(&mut self, row: usize, scale: f32, round: u32) -> f32 {
        let scale = if scale.abs() >= f32::MIN_POSITIVE { scale } else { 0.0 };
        self.0[row] = (scale.to_bits().saturating_add(round) >> 16) as u16;
        f32::from_bits(u32::from(self.0[row]) << 16)
    }
}

/// The greatest magnitude.
pub fn largest(values: &[f32]) -> f32 {
    let (lanes, rest) = values.as_chunks::<4>();
    let largest = lanes.iter().fold(F32x4::splat(0.0), |largest, x| F32x4::load(x).abs().max(largest));
    // Comparisons, because f32::max is a library call in wasm.
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    largest.lanes().into_iter().chain(rest.iter().map(|x| x.abs())).fold(0.0, greater)
}
