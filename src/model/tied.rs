//! Embeddings and head of a model with a tied head, according to its config. The file decides whether it is tied.
//!
//! A file may hold one of the two tables, both with equal values, or both with different ones. transformers ties them
//! in the first two cases, and not in the third. No table is held for a later comparison: each few rows of the first
//! table leave a hash, and the second table is skipped as long as its hashes are the same. If a row differs, the second
//! table begins as a copy of the first, and goes on from there.

use std::borrow::Cow;

use xxhash_rust::xxh3::Xxh3;

use super::tensors::Role;
use crate::error::{Error, Result};

/// Rows with a common hash. Backends lay rows side by side, eight at most, and go on from such a place.
pub const GROUP_ROWS: usize = 8;

/// What a loader does with rows.
#[derive(Debug, PartialEq)]
pub enum Rows<'a> {
    /// Keeps them.
    Kept(Cow<'a, [f32]>),
    /// Skips them: the tied table holds them already.
    Known,
    /// Embeddings and head are two tables that are equal before `row`. Both begin as what came first; the table that
    /// comes now goes on from `row` with `values`. Once only; later rows are [`Rows::Kept`].
    Untied {
        /// The first row that the second table does not share; a multiple of [`GROUP_ROWS`].
        row: usize,
        /// Whole rows of D values, from `row` on.
        values: Vec<f32>,
    },
}

/// Follows the two tables of a model whose head is said to be tied.
#[derive(Debug, Default)]
pub(super) struct Tables {
    first: Option<Role>,
    second: Option<Role>,
    /// Of the first table, [`GROUP_ROWS`] rows each.
    hashes: Vec<u64>,
    /// The unfinished group.
    group: Group,
    /// Whole groups of the second table that were the same.
    same: usize,
}

#[derive(Default)]
struct Group {
    hash: Xxh3,
    rows: usize,
    /// Kept of the second table only.
    values: Vec<f32>,
}

impl core::fmt::Debug for Group {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Group({} rows)", self.rows)
    }
}

impl Tables {
    /// Embeddings or head begin. Returns where their rows go until they are told apart: the embeddings' place for the
    /// first to come, the table's own for the second. None when the same table comes again.
    pub fn begin(&mut self, role: Role) -> Option<Role> {
        match (self.first, self.second) {
            (None, _) => {
                self.first = Some(role);
                Some(Role::Embeddings)
            }
            (Some(first), None) if first != role => {
                self.second = Some(role);
                self.group = Group::default();
                Some(role)
            }
            _ => None,
        }
    }

    /// The next rows, of `width` values each, of the table that has begun last and has `rows` rows.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn rows<'a>(&mut self, values: &'a [f32], width: usize, rows: usize) -> Result<Rows<'a>> {
        let is_second = self.second.is_some();
        for (at, row) in values.chunks(width).enumerate() {
            self.group.hash.update(bytemuck::cast_slice(row));
            self.group.rows += 1;
            if is_second {
                self.keep(row)?;
            }
            let done = if is_second { self.same * GROUP_ROWS } else { self.hashes.len() * GROUP_ROWS };
            if self.group.rows < GROUP_ROWS && done + self.group.rows < rows {
                continue;
            }
            let Group { hash, values: mut kept, .. } = core::mem::take(&mut self.group);
            if !is_second {
                self.hashes.try_reserve(1).map_err(|_| no_memory())?;
                self.hashes.push(hash.digest());
            } else if self.hashes.get(self.same) == Some(&hash.digest()) {
                self.same += 1;
                kept.clear();
                self.group.values = kept; // its memory
            } else {
                kept.extend_from_slice(&values[(at + 1) * width..]);
                return Ok(Rows::Untied { row: done, values: kept });
            }
        }
        Ok(if is_second { Rows::Known } else { Rows::Kept(values.into()) })
    }

    fn keep(&mut self, row: &[f32]) -> Result<()> {
        self.group.values.try_reserve(row.len()).map_err(|_| no_memory())?;
        self.group.values.extend_from_slice(row);
        Ok(())
    }
}

fn no_memory() -> Error {
    Error::OutOfMemory("There is no memory to compare the head with the embeddings.".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const WIDTH: usize = 3;

    /// Hands two tables in, pieces of `piece` rows at a time, and does with the rows what a loader does. Returns both
    /// tables, and whether they were told apart.
    fn load(first: &[f32], second: &[f32], piece: usize) -> (Vec<f32>, Vec<f32>, bool) {
        let mut tables = Tables::default();
        assert_eq!(tables.begin(Role::LmHead), Some(Role::Embeddings));
        let rows = first.len() / WIDTH;
        let mut kept = Vec::new();
        for piece in first.chunks(piece * WIDTH) {
            assert_eq!(tables.rows(piece, WIDTH, rows).unwrap(), Rows::Kept(piece.into()));
            kept.extend_from_slice(piece);
        }
        assert_eq!(tables.begin(Role::LmHead), None);
        assert_eq!(tables.begin(Role::Embeddings), Some(Role::Embeddings));
        let mut other: Option<Vec<f32>> = None;
        for piece in second.chunks(piece * WIDTH) {
            match &mut other {
                Some(other) => other.extend_from_slice(piece),
                None => match tables.rows(piece, WIDTH, rows).unwrap() {
                    Rows::Known => {}
                    Rows::Untied { row, values } => {
                        assert!(row.is_multiple_of(GROUP_ROWS));
                        other = Some([&kept[..row * WIDTH], &values].concat());
                    }
                    Rows::Kept(_) => panic!("rows of the second table are compared"),
                },
            }
        }
        assert_eq!(tables.begin(Role::Embeddings), None);
        let is_untied = other.is_some();
        (kept.clone(), other.unwrap_or(kept), is_untied)
    }

    proptest! {
        #[test]
        fn two_tables_become_what_they_are(rows in 1..40_usize, piece in 1..20_usize, differs in prop::option::of(0..120_usize)) {
            let first: Vec<f32> = (0..rows * WIDTH).map(|n| n as f32).collect();
            let mut second = first.clone();
            if let Some(place) = differs {
                second[place % (rows * WIDTH)] += 0.5;
            }
            let got = load(&first, &second, piece);
            prop_assert_eq!(got, (first, second, differs.is_some()));
        }
    }
}
