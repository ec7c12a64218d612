//! Activations, rounded block by block for the products with packed weights.

use core::ops::Range;

use super::panel::{Panel, largest};
use super::pool::Columns;
use super::simd::{Activation, BLOCK, F32x4, GROUP, MAGIC, narrow, place_activation};
use crate::checkpoint::filled;
use crate::error::Result;

/// Tokens that lie together and whose products one pass takes together; with eight rows that makes eight sums, of the 16
/// registers of x86 (five or six tokens were slower). What does not fill a tile lies token by token.
pub const TOKENS: usize = 4;

/// Activations of some tokens: tile after tile, of a tile block after block, of a block as [`place_activation`] says.
pub struct Rounded {
    values: Vec<Activation>,
    /// Of each tile `[blocks, T]`.
    scales: Vec<f32>,
    /// Likewise: where the sums of products start, see [`Panel::products`].
    starts: Vec<i32>,
}

/// A tile of T tokens.
pub struct Tile<'a, const T: usize> {
    /// `[blocks, BLOCK * T]`
    pub values: &'a [Activation],
    /// `[blocks, T]`
    pub scales: &'a [[f32; T]],
    pub starts: &'a [[i32; T]],
}

/// [`Rounded`] in the hands of several threads, each of which fills blocks of its own.
pub struct SharedRounded<'a> {
    values: Columns<'a, Activation>,
    scales: Columns<'a, f32>,
    starts: Columns<'a, i32>,
}

impl Rounded {
    /// Room for `tokens` tokens of up to `cols` values.
    pub fn new(tokens: usize, cols: usize) -> Result<Self> {
        let blocks = cols.div_ceil(BLOCK) * tokens;
        let what = "the work space";
        Ok(Self {
            values: filled(blocks * BLOCK, 0, what)?,
            scales: filled(blocks, 0.0, what)?,
            starts: filled(blocks, 0, what)?,
        })
    }

    pub fn share(&mut self) -> SharedRounded<'_> {
        let blocks = self.scales.len();
        SharedRounded {
            values: Columns::new(&mut self.values, blocks * BLOCK),
            scales: Columns::new(&mut self.scales, blocks),
            starts: Columns::new(&mut self.starts, blocks),
        }
    }

    /// The T tokens from `first` on, which are a tile of activations of `cols` values.
    #[inline(always)]
    pub fn tile<const T: usize>(&self, first: usize, cols: usize) -> Tile<'_, T> {
        let blocks = cols.div_ceil(BLOCK);
        let range = first * blocks..(first + T) * blocks;
        Tile {
            values: &self.values[range.start * BLOCK..range.end * BLOCK],
            scales: self.scales[range.clone()].as_chunks().0,
            starts: self.starts[range].as_chunks().0,
        }
    }
}

/// Calls `tile` with the beginning of each tile of the tokens and how many there are.
#[inline(always)]
pub fn for_tiles(tokens: Range<usize>, mut tile: impl FnMut(usize, usize)) {
    let mut t = tokens.start;
    while t + TOKENS <= tokens.end {
        tile(t, TOKENS);
        t += TOKENS;
    }
    (t..tokens.end).for_each(|t| tile(t, 1));
}

impl SharedRounded<'_> {
    /// Rounds the columns `cols` of `tokens` to multiples of the largest of each block / [`Panel::ACTIVATION_MAX`].
    ///
    /// `x(t)` gives these columns of token t, of `width` in all; `cols` begins with a block, `tokens` with a tile, and
    /// each ends so or at the end.
    ///
    /// # Safety
    /// Nothing else may use these blocks meanwhile.
    pub unsafe fn round<'x, P: Panel>(
        &self,
        tokens: Range<usize>,
        cols: Range<usize>,
        width: usize,
        x: impl Fn(usize) -> &'x [f32],
    ) {
        let (blocks, first_block) = (width.div_ceil(BLOCK), cols.start / BLOCK);
        for_tiles(tokens, |first, some| {
            for i in 0..some {
                for (b, x) in (first_block..).zip(x(first + i).chunks(BLOCK)) {
                    let at = first * blocks + b * some;
                    // SAFETY: blocks that are the caller's alone.
                    let (values, scale, start) = unsafe {
                        let values = self.values.row(0, at * BLOCK..(at + some) * BLOCK);
                        (values, self.scales.row(0, at + i..at + i + 1), self.starts.row(0, at + i..at + i + 1))
                    };
                    (scale[0], start[0]) = match some {
                        1 => round_block::<P, 1>(x, values, i),
                        _ => round_block::<P, TOKENS>(x, values, i),
                    };
                }
            }
        });
    }
}

/// Rounds one block of the tile's token `t`, missing columns to zero; returns the scale, and where sums start.
#[inline(always)]
fn round_block<P: Panel, const T: usize>(x: &[f32], values: &mut [Activation], t: usize) -> (f32, i32) {
    let Ok(x) = <&[f32; BLOCK]>::try_from(x) else {
        let mut whole = [0.0; BLOCK];
        whole[..x.len()].copy_from_slice(x);
        return round_block::<P, T>(&whole, values, t);
    };
    let scale = largest(x) / P::ACTIVATION_MAX;
    // Nothing is left to round below.
    let (scale, inverse) = if scale >= f32::MIN_POSITIVE { (scale, 1.0 / scale) } else { (0.0, 0.0) };
    let (inverse, magic, mut sum) = (F32x4::splat(inverse), F32x4::splat(MAGIC), F32x4::splat(0.0));
    let groups = values.as_chunks_mut::<GROUP>().0;
    for (four, x) in x.as_chunks().0.iter().enumerate() {
        let shifted = F32x4::load(x).mul_add(inverse, magic);
        sum = sum.add(shifted.sub(magic));
        for (i, group) in narrow(shifted, P::IS_RAISED).as_chunks().0.iter().enumerate() {
            groups[place_activation::<T>(t, 4 * four + i * GROUP) / GROUP] = *group;
        }
    }
    (scale, -P::OFFSET * sum.sum() as i32)
}
