//! Packs rows of weights as the shaders read them. A visitor waits for it, so it is written for vector instructions.

use super::dims::BLOCK_COLUMNS;
use super::matrix::Format;
use crate::backend::cpu::{F32x4, MAGIC, largest};
use crate::backend::int4;

/// Words of scales in a row.
pub fn scale_words(cols: usize) -> usize {
    (cols / BLOCK_COLUMNS).div_ceil(2)
}

/// Appends a row, padded to `cols` columns, in a format; and its scales.
pub fn pack(row: &[f32], cols: usize, format: Format, words: &mut Vec<u32>, scales: &mut Vec<u32>) {
    let end = words.len() + cols * format.bits() / 32;
    match format {
        Format::F32 => words.extend_from_slice(bytemuck::cast_slice(row)),
        Format::F16 => words.extend(halves(row)),
        Format::Int8 | Format::Int4 => {
            let first = scales.len();
            scales.resize(first + scale_words(cols), 0);
            for (number, block) in row.chunks(BLOCK_COLUMNS).enumerate() {
                let mut values = [0.0; BLOCK_COLUMNS];
                values[..block.len()].copy_from_slice(block);
                let scale = if format == Format::Int8 { pack_int8(&values, words) } else { pack_int4(&values, words) };
                scales[first + number / 2] |= scale.to_bits() >> 16 << (16 * (number % 2));
            }
        }
    }
    words.resize(end, 0);
}

/// Values in f16, two a word.
pub fn halves(values: &[f32]) -> impl Iterator<Item = u32> {
    let (pairs, last) = values.as_chunks::<2>();
    let pairs = pairs.iter().map(|&[low, high]| u32::from(half(low)) | u32::from(half(high)) << 16);
    pairs.chain(last.iter().map(|&value| u32::from(half(value))))
}

/// To f16, rounded to even; what is too large becomes the largest. It has no branches, so that compilers vectorise it.
#[inline(always)]
fn half(value: f32) -> u16 {
    let magnitude = value.to_bits() & 0x7fff_ffff;
    let finite = magnitude.min(65504_f32.to_bits());
    // The exponent's offset is 127 here and 15 there, and 13 bits go: half of the last one that stays is added, less one
    // where that one is even.
    let normal = (finite + 0xfff + (finite >> 13 & 1)).wrapping_sub(112 << 23) >> 13;
    // A subnormal is a multiple of 2^-24, which is the last bit of the numbers from a half on.
    let subnormal = (f32::from_bits(finite) + 0.5).to_bits() - 0.5_f32.to_bits();
    let is_normal = finite >= (113 << 23);
    let is_number = magnitude <= f32::INFINITY.to_bits();
    let rounded = if is_normal { normal } else { subnormal };
    (value.to_bits() >> 16 & 0x8000) as u16 | if is_number { rounded as u16 } else { 0x7e00 }
}

/// Appends a block in int8, four values a word; returns its scale, a bf16.
fn pack_int8(block: &[f32; BLOCK_COLUMNS], words: &mut Vec<u32>) -> f32 {
    // Rounded up, so that no weight is beyond 127 steps.
    let scale = bf16(largest(block) / 127.0, 0xffff);
    let word = |four: &[f32; 4]| u32::from_le_bytes(steps(four, scale).lanes().map(low_byte));
    words.extend(block.as_chunks::<4>().0.iter().map(word));
    scale
}

/// Appends a block in int4: a byte has a value of the first half in its low half, one of the second in its high one.
fn pack_int4(block: &[f32; BLOCK_COLUMNS], words: &mut Vec<u32>) -> f32 {
    let scale = bf16(int4::scale(block), 0x8000);
    let (least, most) = (F32x4::splat(MAGIC - 8.0), F32x4::splat(MAGIC + 7.0));
    let nibbles =
        |four: &[f32; 4]| steps(four, scale).max(least).min(most).lanes().map(|x| low_byte(x).wrapping_add(8));
    let (low, high) = block.as_chunks::<4>().0.split_at(BLOCK_COLUMNS / 8);
    words.extend(low.iter().zip(high).map(|(low, high)| {
        let (low, high) = (nibbles(low), nibbles(high));
        u32::from_le_bytes(core::array::from_fn(|i| low[i] | high[i] << 4))
    }));
    scale
}

/// Weights in steps of the scale, to the nearest whole number, plus [`MAGIC`].
#[inline(always)]
fn steps(weights: &[f32; 4], scale: f32) -> F32x4 {
    let magic = F32x4::splat(MAGIC);
    if scale.abs() >= f32::MIN_POSITIVE { F32x4::load(weights).div(F32x4::splat(scale)).add(magic) } else { magic }
}

/// The low eight bits of the whole number that was added to [`MAGIC`].
#[inline(always)]
fn low_byte(magic: f32) -> u8 {
    magic.to_bits() as u8
}

/// The upper half of `value` plus `round` units of the lower one.
fn bf16(value: f32, round: u32) -> f32 {
    f32::from_bits(value.to_bits().wrapping_add(round) & 0xffff_0000)
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_are_those_of_the_half_crate() {
        // All upper halves of an f32, with lower ones around what decides the rounding.
        for upper in 0..=0xffff_u32 {
            for lower in [0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x7fff, 0x8000, 0xf000, 0xffff] {
                let value = f32::from_bits(upper << 16 | lower);
                let wanted = f16::from_f32(value.clamp(-65504.0, 65504.0));
                let got = f16::from_bits(half(value));
                assert!(
                    got.to_bits() == wanted.to_bits() || got.is_nan() && value.is_nan(),
                    "{value:e}: {got} for {wanted}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn steps_are_the_nearest(block in prop::array::uniform32(-3.0_f32..3.0)) {
            let round = |value: f32, scale: f32| (value / scale).round_ties_even();
            let (mut words, mut scales) = (Vec::new(), Vec::new());
            pack(&block, BLOCK_COLUMNS, Format::Int8, &mut words, &mut scales);
            let scale = f32::from_bits(scales[0] << 16);
            let bytes: Vec<i8> = words.iter().flat_map(|word| word.to_le_bytes()).map(u8::cast_signed).collect();
            prop_assert_eq!(bytes, block.map(|value| round(value, scale) as i8).to_vec());

            let (mut words, mut scales) = (Vec::new(), Vec::new());
            pack(&block, BLOCK_COLUMNS, Format::Int4, &mut words, &mut scales);
            let scale = f32::from_bits(scales[0] << 16);
            let nibble = |value: f32| (round(value, scale).clamp(-8.0, 7.0) + 8.0) as u8;
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let wanted: Vec<u8> = (0..16).map(|i| nibble(block[i]) | nibble(block[i + 16]) << 4).collect();
            prop_assert_eq!(bytes, wanted);
        }
    }
}
