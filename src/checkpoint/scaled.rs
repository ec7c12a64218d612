//! Matrices of whole numbers with scales: `NAME` holds 8-bit numbers and `NAME_scale` what they are multiplied by.
//!
//! It is the layout "int-quantized" of the Python package compressed-tensors, symmetric, with a scale for each group of
//! columns, each row, or the whole matrix. `training/export.py` writes it. Files that the safetensors library writes have
//! wider types first, so the scales come before their matrix, and a matrix is decoded as it arrives.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// The name of the scales of a tensor.
pub(super) fn scales_of(name: &str) -> String {
    format!("{name}_scale")
}

/// Which scales the whole numbers of a matrix have, and how far it is decoded.
#[derive(Debug)]
pub(super) struct Scales {
    /// Of the tensor that holds them.
    name: String,
    /// Columns of the matrix, and how many of them share a scale.
    columns: usize,
    group: usize,
    /// Whether all rows share their scales.
    one_row: bool,
    /// Values decoded so far.
    done: usize,
}

impl Scales {
    /// `shape` is that of the matrix, `scales` that of its scales: [rows, groups], [rows, 1], [rows] or [1].
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] if they do not fit.
    pub fn new(matrix: &str, shape: &[u64], scales: &[u64]) -> Result<Self> {
        let fit = match (shape, scales) {
            (&[rows, columns], &[of, groups]) if of == rows && groups > 0 && columns.is_multiple_of(groups) => {
                Some((columns, columns / groups, false))
            }
            (&[rows, columns], &[of]) if of == rows && rows > 1 => Some((columns, columns, false)),
            (&[_, columns], &[1]) => Some((columns, columns, true)),
            _ => None,
        };
        let Some((columns, group, one_row)) = fit.filter(|&(columns, ..)| columns > 0) else {
            return Err(Error::BadCheckpoint(format!(
                "The tensor {matrix} of shape {shape:?} has scales of shape {scales:?}, which do not fit."
            )));
        };
        // A matrix whose columns do not fit into usize was refused before it has a value.
        let (columns, group) = (columns as usize, group as usize);
        Ok(Self { name: scales_of(matrix), columns, group, one_row, done: 0 })
    }

    /// Multiplies the next values, which are whole rows, by their scales.
    pub fn multiply(&mut self, values: &mut [f32], kept: &Kept) {
        let scales = kept.0.get(&self.name).map_or(&[][..], |scales| scales);
        let a_row = self.columns / self.group;
        for (row, values) in values.chunks_exact_mut(self.columns).enumerate() {
            let row = if self.one_row { 0 } else { self.done / self.columns + row };
            let scales = scales.get(row * a_row..).unwrap_or_default();
            for (values, scale) in values.chunks_exact_mut(self.group).zip(scales) {
                values.iter_mut().for_each(|value| *value *= scale);
            }
        }
        self.done += values.len();
    }
}

/// Scales that wait for their matrix, by name.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<String, Vec<f32>>);

impl Kept {
    /// # Errors
    /// [`Error::OutOfMemory`]
    pub fn add(&mut self, name: &str, values: &[f32]) -> Result<()> {
        let kept = self.0.entry(name.to_owned()).or_default();
        kept.try_reserve(values.len())
            .map_err(|_| Error::OutOfMemory(format!("There is no memory for the scales {name}.")))?;
        kept.extend_from_slice(values);
        Ok(())
    }

    pub fn drop(&mut self, scales: &Scales) {
        self.0.remove(&scales.name);
    }
}
