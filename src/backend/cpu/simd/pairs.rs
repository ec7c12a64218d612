//! The layout of a panel for products of 16-bit pairs, which all builds use except the one with the relaxed dot
//! product.

/// Columns whose activations lie side by side: one product instruction takes them.
pub const GROUP: usize = 2;

/// The place in a panel of the int8 weight of row `row` and column `col`: pairs of columns, the eight rows side by
/// side.
pub const fn place_int8(row: usize, col: usize) -> usize {
    col / 2 * 16 + row * 2 + col % 2
}

/// The byte of the int4 weight and its shift: eight columns, the eight rows side by side, two 16-bit words a row; the
/// first quarters of the words are columns 0 and 1, the second ones columns 2 and 3, and so on.
pub const fn place_int4(row: usize, col: usize) -> (usize, usize) {
    let quarter = col % 8 / 2;
    (col / 8 * 32 + row * 4 + col % 2 * 2 + quarter / 2, quarter % 2 * 4)
}

/// A rounded activation, widened once so that no row has to.
pub type Activation = i16;

/// Not needed here.
#[derive(Clone, Copy)]
pub struct RowSums;

impl RowSums {
    pub const ZERO: Self = Self;

    pub fn set(&mut self, _row: usize, _sum: f32) {}
}

/// There is only one.
#[derive(Clone, Copy)]
pub struct Way;

impl Way {
    pub fn of_this_machine() -> Self {
        Self
    }
}
