//! Activations in the layout of the products: tiles of tokens. For packed weights they are rounded block by block.

use core::ops::Range;

use super::lanes::copy;
use super::panel::{Panel, largest};
use super::pool::Columns;
use super::simd::{Activation, BLOCK_COLUMNS, F32x4, GROUP, MAGIC, narrow, place_activation};
use crate::allocate::filled;
use crate::error::Result;

/// Tokens that lie together and whose products one pass takes together; with eight rows that makes eight sums, of the 16
/// registers of x86 (five or six tokens were slower). The last tile may have fewer tokens.
pub const TILE_TOKENS: usize = 4;

/// Activations of some tokens, tile after tile: either as they are or rounded.
pub struct Tiles {
    /// Of each tile `[cols, T]`; empty where they are rounded, as the rest is where they are not.
    exact: Vec<f32>,
    /// Of each tile block after block, of a block as [`place_activation`] says.
    values: Vec<Activation>,
    /// Of each tile `[blocks, T]`.
    scales: Vec<f32>,
    /// Likewise: where the sums of products start, see [`Panel::products`].
    starts: Vec<i32>,
}

/// A tile of T tokens, rounded.
pub struct RoundedTile<'a, const T: usize> {
    /// `[blocks, BLOCK_COLUMNS * T]`
    pub values: &'a [Activation],
    /// `[blocks, T]`
    pub scales: &'a [[f32; T]],
    pub starts: &'a [[i32; T]],
}

/// [`Tiles`] shared by several threads. Each fills tokens and columns of its own.
pub struct SharedTiles<'a> {
    exact: Columns<'a>,
    values: Columns<'a, Activation>,
    scales: Columns<'a, f32>,
    starts: Columns<'a, i32>,
}

impl Tiles {
    /// Room for `tokens` tokens of up to `cols` values.
    pub fn new(tokens: usize, cols: usize, are_rounded: bool) -> Result<Self> {
        let (exact, blocks) = if are_rounded { (0, cols.div_ceil(BLOCK_COLUMNS) * tokens) } else { (cols * tokens, 0) };
        let what = "the work space";
        Ok(Self {
            exact: filled(exact, 0.0, what)?,
            values: filled(blocks * BLOCK_COLUMNS, 0, what)?,
            scales: filled(blocks, 0.0, what)?,
            starts: filled(blocks, 0, what)?,
        })
    }

    pub fn share(&mut self) -> SharedTiles<'_> {
        SharedTiles {
            exact: Columns::one(&mut self.exact),
            values: Columns::one(&mut self.values),
            scales: Columns::one(&mut self.scales),
            starts: Columns::one(&mut self.starts),
        }
    }

    /// The T tokens from `first` on, which are a tile of activations of `cols` values: `[cols, T]`.
    #[inline(always)]
    pub fn exact<const T: usize>(&self, first: usize, cols: usize) -> &[[f32; T]] {
        self.exact[first * cols..(first + T) * cols].as_chunks().0
    }

    /// Likewise, rounded.
    #[inline(always)]
    pub fn rounded<const T: usize>(&self, first: usize, cols: usize) -> RoundedTile<'_, T> {
        let blocks = cols.div_ceil(BLOCK_COLUMNS);
        let range = first * blocks..(first + T) * blocks;
        RoundedTile {
            values: &self.values[range.start * BLOCK_COLUMNS..range.end * BLOCK_COLUMNS],
            scales: self.scales[range.clone()].as_chunks().0,
            starts: self.starts[range].as_chunks().0,
        }
    }
}

/// Calls `tile` with the beginning of each tile of the tokens and how many there are.
#[inline(always)]
pub fn for_tiles(tokens: Range<usize>, mut tile: impl FnMut(usize, usize)) {
    for first in tokens.clone().step_by(TILE_TOKENS) {
        tile(first, TILE_TOKENS.min(tokens.end - first));
    }
}

impl SharedTiles<'_> {
    /// Lays out the columns `cols` of `tokens` as they are; arguments as for [`SharedTiles::round`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn copy<'x>(
        &self,
        tokens: Range<usize>,
        cols: Range<usize>,
        width: usize,
        x: impl Fn(usize) -> &'x [f32],
    ) {
        for_tiles(tokens, |first, some| {
            let at = first * width;
            // SAFETY: activations that are the caller's alone.
            let to = unsafe { self.exact.row(0, at + cols.start * some..at + cols.end * some) };
            match some {
                1 => copy(x(first), to),
                2 => side_by_side([0, 1].map(|i| x(first + i)), to),
                3 => side_by_side([0, 1, 2].map(|i| x(first + i)), to),
                _ => side_by_side([0, 1, 2, 3].map(|i| x(first + i)), to),
            }
        });
    }

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
        let (blocks, first_block) = (width.div_ceil(BLOCK_COLUMNS), cols.start / BLOCK_COLUMNS);
        for_tiles(tokens, |first, some| {
            for i in 0..some {
                for (b, x) in (first_block..).zip(x(first + i).chunks(BLOCK_COLUMNS)) {
                    let at = first * blocks + b * some;
                    // SAFETY: blocks that are the caller's alone.
                    let (values, scale, start) = unsafe {
                        let values = self.values.row(0, at * BLOCK_COLUMNS..(at + some) * BLOCK_COLUMNS);
                        (values, self.scales.row(0, at + i..at + i + 1), self.starts.row(0, at + i..at + i + 1))
                    };
                    (scale[0], start[0]) = match some {
                        1 => round_block::<P, 1>(x, values, i),
                        2 => round_block::<P, 2>(x, values, i),
                        3 => round_block::<P, 3>(x, values, i),
                        _ => round_block::<P, TILE_TOKENS>(x, values, i),
                    };
                }
            }
        });
    }
}

/// The values of T tokens column by column.
#[inline(always)]
fn side_by_side<const T: usize>(x: [&[f32]; T], to: &mut [f32]) {
    let to = to.as_chunks_mut::<T>().0;
    let x = x.map(|x| &x[..to.len()]);
    for (col, to) in to.iter_mut().enumerate() {
        *to = x.map(|x| x[col]);
    }
}

/// Rounds one block of the tile's token `t`, missing columns to zero; returns the scale, and where sums start.
#[inline(always)]
fn round_block<P: Panel, const T: usize>(x: &[f32], values: &mut [Activation], t: usize) -> (f32, i32) {
    let Ok(x) = <&[f32; BLOCK_COLUMNS]>::try_from(x) else {
        let mut whole = [0.0; BLOCK_COLUMNS];
        whole[..x.len()].copy_from_slice(x);
        return round_block::<P, T>(&whole, values, t);
    };
    let scale = largest(x) / P::ACTIVATION_MAX;
    // The inverse of a smaller scale would overflow, so the whole block rounds to zero.
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
    let sum = sum.sum();
    // What is no number has no magnitude, and would pass for zeros: so the products become none either.
    (if sum.is_nan() { f32::NAN } else { scale }, -P::OFFSET * sum as i32)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::panel::{Int4Panel, Int8Panel, Panel};
    use super::{BLOCK_COLUMNS, Tiles};

    /// The scales of two blocks, of which the second has `value`.
    fn scales<P: Panel>(value: f32) -> Vec<f32> {
        let mut x = [0.5; BLOCK_COLUMNS + 5];
        x[BLOCK_COLUMNS + 3] = value;
        let mut tiles = Tiles::new(1, x.len(), true).unwrap();
        // SAFETY: no other thread is at work.
        unsafe { tiles.share().round::<P>(0..1, 0..x.len(), x.len(), |_| &x) };
        tiles.scales
    }

    /// Else the weights of a damaged file would give scores of zero, and random words for an error.
    #[test]
    fn what_is_no_number_stays_none() {
        for scales in [scales::<Int8Panel>, scales::<Int4Panel>] {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let scales = scales(value);
                assert!(scales[0].is_finite() && scales[1].is_nan(), "{value}: {scales:?}");
            }
            assert!(scales(f32::MAX).iter().all(|scale| scale.is_finite()));
        }
    }
}
