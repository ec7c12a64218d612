//! Products of matrices that fit in the cache, one tile of the result after the other.
//!
//! The operands of a product are first laid out in the order in which they are read. Tiles that are not full hold
//! arbitrary numbers there; lanes and rows do not mix, so these change nothing. The innermost loop then has two
//! pointers and no bounds checks.

use core::ops::Range;

use super::super::lanes::{load, store};
use super::super::pool::Columns;
use super::super::simd::F32x4;

/// Rows and columns of a tile, which is summed up in registers.
pub const TILE_ROWS: usize = F32x4::LANES;
pub const TILE_COLUMNS: usize = 2 * F32x4::LANES;

/// Of one term, the coefficients of a tile's rows.
pub type Coefficients = [f32; TILE_ROWS];
/// Of one term, the values of a tile's columns.
pub type Values = [f32; TILE_COLUMNS];

type Tile = [[F32x4; 2]; TILE_ROWS];

/// `sums += coefficients * values`, term by term.
#[inline(always)]
fn add_products(sums: &mut Tile, coefficients: &[Coefficients], values: &[Values]) {
    for (coefficients, values) in coefficients.iter().zip(values) {
        let values = load::<2>(values);
        for (sums, &coefficient) in sums.iter_mut().zip(coefficients) {
            let coefficient = F32x4::splat(coefficient);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = value.mul_add(coefficient, *sum);
            }
        }
    }
}

/// `out = scale * first + second`, both products.
pub fn scaled_and_added(
    first: (&[Coefficients], &[Values]),
    scale: &Coefficients,
    second: (&[Coefficients], &[Values]),
    out: &mut [Values; TILE_ROWS],
) {
    let mut sums = [[F32x4::splat(0.0); 2]; TILE_ROWS];
    add_products(&mut sums, first.0, first.1);
    for (sums, &scale) in sums.iter_mut().zip(scale) {
        *sums = sums.map(|sum| sum.mul(F32x4::splat(scale)));
    }
    add_products(&mut sums, second.0, second.1);
    out.iter_mut().zip(sums).for_each(|(out, sums)| store(sums, out));
}

/// `out = scale * start + product`, as many rows as `start` has, from column `column` of the rows of `out` on.
pub fn added_to_scaled(
    product: (&[Coefficients], &[Values]),
    scale: f32,
    start: &[Values],
    out: &mut [&mut [f32]; TILE_ROWS],
    column: usize,
) {
    let mut sums = [[F32x4::splat(0.0); 2]; TILE_ROWS];
    add_products(&mut sums, product.0, product.1);
    let scale = F32x4::splat(scale);
    for ((out, start), sums) in out.iter_mut().zip(start).zip(sums) {
        let [low, high] = load(start);
        store([low.mul_add(scale, sums[0]), high.mul_add(scale, sums[1])], &mut out[column..]);
    }
}

/// Columns `columns` of rows `first..first + TILE_ROWS`; no columns of a row that there is not.
///
/// # Safety
/// As for [`Columns::row`].
#[inline(always)]
#[allow(clippy::mut_from_ref, reason = "the caller promises that it is the only one")]
pub unsafe fn rows<'a>(of: &'a Columns<'_>, first: usize, columns: Range<usize>) -> [&'a mut [f32]; TILE_ROWS] {
    core::array::from_fn(|i| {
        if first + i < of.rows() {
            // SAFETY: as the caller promises; each row is given once.
            unsafe { of.row(first + i, columns.clone()) }
        } else {
            &mut []
        }
    })
}
