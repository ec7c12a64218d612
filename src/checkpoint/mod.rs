//! From container formats to named tensors, one piece at a time, so that a file is never held whole.

pub mod gguf;
mod index;
mod pickle;
mod reader;
mod safetensors;
mod stored;

pub use index::{shards, siblings};
pub use reader::Reader;

use crate::error::{Error, Result};

/// Takes tensors in, in whatever order the file has them.
///
/// A tensor of shape `[a, b, c, ...]` has `a` rows of `b * c * ...` values; one of shape `[a]` has rows of one value.
pub trait TensorSink {
    /// A GGUF file's own account of the model, before its first tensor. Other formats have none.
    ///
    /// # Errors
    /// When the sink cannot use such a model.
    fn header(&mut self, header: &gguf::Header) -> Result<()> {
        let _ = header;
        Ok(())
    }

    /// What a GGUF file's architecture is where it does not say so itself, as the later parts of a split model.
    fn architecture(&self) -> Option<&str> {
        None
    }

    /// A tensor begins. True if its values are wanted.
    ///
    /// # Errors
    /// When the model has no place for a tensor of this name and shape.
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool>;

    /// The next whole rows of the tensor begun last, in order, all finite, in f32 whatever the file had.
    fn rows(&mut self, values: &[f32]) -> Result<()>;
}

/// A repository that was cloned without Git LFS has, instead of its large files, texts that say where they are.
///
/// # Errors
/// [`Error::BadCheckpoint`] that says so, for such a text.
pub fn refuse_pointer(file: &str, contents: &[u8]) -> Result<()> {
    if contents.starts_with(b"version https://git-lfs") {
        return Err(Error::BadCheckpoint(format!(
            "{file} is only a Git LFS pointer, not the file itself; \"git lfs pull\" fetches the files."
        )));
    }
    Ok(())
}
