//! Memory that may not be there: large buffers are asked for, and a machine without room is a sentence instead of an
//! abort, which in wasm would end the worker with all its sessions.

use crate::error::{Error, Result};

/// An empty buffer with room for `len` values of `what`.
///
/// # Errors
/// [`Error::OutOfMemory`] when there is no room.
pub(crate) fn reserved<T>(len: usize, what: &str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| {
        let megabytes = (len as f64 * size_of::<T>() as f64 / 1e6).ceil();
        Error::OutOfMemory(format!("There is no memory for {what} ({megabytes} MB)."))
    })?;
    Ok(values)
}

/// A buffer of `len` times `value`.
///
/// # Errors
/// As [`reserved`].
pub(crate) fn filled<T: Clone>(len: usize, value: T, what: &str) -> Result<Vec<T>> {
    let mut values = reserved(len, what)?;
    values.resize(len, value);
    Ok(values)
}

/// A buffer with these values.
///
/// # Errors
/// As [`reserved`].
pub(crate) fn copied<T: Copy>(from: &[T], what: &str) -> Result<Vec<T>> {
    let mut values = reserved(from.len(), what)?;
    values.extend_from_slice(from);
    Ok(values)
}

/// Makes `values` at least `len` long; what it had is of no use any more.
///
/// # Errors
/// As [`reserved`]; nothing has changed then.
pub(crate) fn grow<T: Clone + Default>(values: &mut Vec<T>, len: usize, what: &str) -> Result<()> {
    if values.len() < len {
        *values = filled(len, T::default(), what)?;
    }
    Ok(())
}
