//! Products of matrices that fit in the cache, one tile of the result after the other.
//!
//! What a product reads is laid out before in the order in which it is read, with whatever numbers where a tile is not
//! full (lanes and rows do not mix, so they change nothing): then the innermost loop has two pointers, and no index is
//! checked in it.

use core::ops::Range;

use super::super::kernels::{load, store};
use super::super::pool::Columns;
use super::super::simd::F32x4;

/// Rows and columns of a tile, which is summed up in registers.
pub const ROWS: usize = F32x4::LANES;
pub const COLUMNS: usize = 2 * F32x4::LANES;

/// Of one term, the coefficients of a tile's rows.
pub type Coefficients = [f32; ROWS];
/// Of one term, the values of a tile's columns.
pub type Values = [f32; COLUMNS];

type Tile = [[F32x4; 2]; ROWS];

/// `sums += coefficients * values`, term by term.
#[inline(always)]
fn add_products(sums: &mut Tile, coefficients: &[Coefficients], values: &[Values]) {
    for (coefficients, values) in coefficients.iter().zip(values) {
        let values = halves(values);
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
    out: &mut [Values; ROWS],
) {
    let mut sums = [[F32x4::splat(0.0); 2]; ROWS];
    add_products(&mut sums, first.0, first.1);
    for (sums, &scale) in sums.iter_mut().zip(scale) {
        *sums = sums.map(|sum| sum.mul(F32x4::splat(scale)));
    }
    add_products(&mut sums, second.0, second.1);
    out.iter_mut().zip(sums).for_each(|(out, sums)| keep(sums, out));
}

/// `out = scale * start + product`, as many rows as `start` has, from column `column` of the rows of `out` on.
pub fn added_to_scaled(
    product: (&[Coefficients], &[Values]),
    scale: f32,
    start: &[Values],
    out: &mut [&mut [f32]; ROWS],
    column: usize,
) {
    let mut sums = [[F32x4::splat(0.0); 2]; ROWS];
    add_products(&mut sums, product.0, product.1);
    let scale = F32x4::splat(scale);
    for ((out, start), sums) in out.iter_mut().zip(start).zip(sums) {
        let [low, high] = halves(start);
        put([low.mul_add(scale, sums[0]), high.mul_add(scale, sums[1])], &mut out[column..]);
    }
}

#[inline(always)]
pub fn halves(values: &Values) -> [F32x4; 2] {
    let [a, b, c, d, e, f, g, h] = *values;
    [F32x4::load(&[a, b, c, d]), F32x4::load(&[e, f, g, h])]
}

/// The first columns of a row, as many as there are.
#[inline(always)]
pub fn take(row: &[f32]) -> [F32x4; 2] {
    if let Some(row) = row.first_chunk() {
        return halves(row);
    }
    let (low, high) = row.split_at(row.len().min(F32x4::LANES));
    [load(low, low.len()), load(high, high.len())]
}

/// The same, written.
#[inline(always)]
pub fn put(values: [F32x4; 2], row: &mut [f32]) {
    if let Some(row) = row.first_chunk_mut() {
        return keep(values, row);
    }
    let (low, high) = row.split_at_mut(row.len().min(F32x4::LANES));
    store(values[0], low, low.len());
    store(values[1], high, high.len());
}

#[inline(always)]
pub fn keep([low, high]: [F32x4; 2], to: &mut Values) {
    let (a, b) = to.split_at_mut(F32x4::LANES);
    store(low, a, F32x4::LANES);
    store(high, b, F32x4::LANES);
}

/// Columns `columns` of rows `first..first + ROWS`; no columns of a row that there is not.
///
/// # Safety
/// As for [`Columns::row`].
#[inline(always)]
#[allow(clippy::mut_from_ref, reason = "the caller promises that it is the only one")]
pub unsafe fn rows<'a>(of: &'a Columns<'_>, first: usize, columns: Range<usize>) -> [&'a mut [f32]; ROWS] {
    core::array::from_fn(|i| {
        if first + i < of.rows() {
            // SAFETY: as the caller promises; each row is given once.
            unsafe { of.row(first + i, columns.clone()) }
        } else {
            &mut []
        }
    })
}
