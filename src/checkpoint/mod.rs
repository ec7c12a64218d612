//! Reads container formats into named tensors, a piece at a time, so that memory never holds a whole file.
//!
//! ```
//! use mamba_web::checkpoint::{refuse_pointer, shards};
//!
//! # fn main() -> mamba_web::Result<()> {
//! let index = r#"{ "weight_map": { "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors" } }"#;
//! assert_eq!(shards(index)?.len(), 2);
//! let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n";
//! assert!(refuse_pointer("model.safetensors", pointer).is_err());
//! # Ok(())
//! # }
//! ```

pub mod gguf;
mod index;
mod pickle;
mod reader;
mod safetensors;
mod scaled;
mod stored;

pub use index::{shards, siblings};
pub use reader::Reader;

use crate::error::{Error, Result};

/// Receives tensors, in the order of the file.
///
/// A tensor of shape `[a, b, c, ...]` has `a` rows of `b * c * ...` values; one of shape `[a]` has rows of one value.
pub trait TensorSink {
    /// Receives a GGUF file's header before its first tensor. Other formats never call it.
    ///
    /// # Errors
    /// When the sink cannot use such a model.
    fn header(&mut self, header: &gguf::Header) -> Result<()> {
        let _ = header;
        Ok(())
    }

    /// The architecture of a GGUF file that does not name it, such as a later part of a split model.
    fn architecture(&self) -> Option<&str> {
        None
    }

    /// A tensor begins. True if its values are wanted.
    ///
    /// # Errors
    /// When the model has no place for a tensor of this name and shape.
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool>;

    /// Receives the next whole rows of the current tensor, in order. All values are finite f32, whatever the file's
    /// type.
    fn rows(&mut self, values: &[f32]) -> Result<()>;
}

/// Refuses the pointer texts that a clone without Git LFS has in place of its large files.
///
/// # Errors
/// [`Error::BadCheckpoint`] for such a pointer.
pub fn refuse_pointer(file: &str, contents: &[u8]) -> Result<()> {
    if contents.starts_with(b"version https://git-lfs") {
        return Err(Error::BadCheckpoint(format!(
            "{file} is only a Git LFS pointer, not the file itself; \"git lfs pull\" fetches the files."
        )));
    }
    Ok(())
}
