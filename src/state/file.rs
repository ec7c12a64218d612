//! The `.mstate` file: everything needed to go on exactly where a sequence stopped. docs/mstate.md describes it.

#[cfg(test)]
mod tests;
mod v1;
mod v2;

use super::State;
use crate::error::{Error, Result};
use crate::model::Config;

/// What a file holds.
#[derive(Debug, PartialEq)]
pub struct Snapshot {
    /// The recurrent state, with its position.
    pub state: State,
    /// Scores of the next token, `[V]`; empty when nothing has been read yet.
    pub logits: Vec<f32>,
    /// The most recent tokens, oldest first, for the repetition penalties.
    pub recent: Vec<u32>,
    /// The turns so far as JSON, opaque here.
    pub conversation: String,
}

/// What to save: a [`Snapshot`] by reference.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// As [`Snapshot::state`].
    pub state: &'a State,
    /// As [`Snapshot::logits`].
    pub logits: &'a [f32],
    /// As [`Snapshot::recent`].
    pub recent: &'a [u32],
    /// As [`Snapshot::conversation`].
    pub conversation: &'a str,
}

impl Content<'_> {
    /// The file, in one piece. `model` identifies the weights, so that a state is never used with others.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is no room for it.
    pub fn to_bytes(&self, model: &str) -> Result<Vec<u8>> {
        v2::write(self, model)
    }
}

impl Snapshot {
    /// The same, borrowed, to be written again.
    pub fn content(&self) -> Content<'_> {
        let Self { state, logits, recent, conversation } = self;
        Content { state, logits, recent, conversation }
    }

    /// Reads a file of any version back. Its memory use is bounded by `config` and by the length of `bytes`, never by a
    /// number in the file.
    ///
    /// # Errors
    /// [`Error::BadState`] for a damaged file and for one of a newer version, [`Error::WrongModel`] for one of other
    /// weights, [`Error::OutOfMemory`] when there is no room for the state.
    pub fn from_bytes(bytes: &[u8], model: &str, config: &Config) -> Result<Self> {
        let fresh = || State::try_new(config);
        match bytes.split_first_chunk() {
            Some((v1::MAGIC, _)) => v1::read(bytes, model, fresh, config.vocab),
            Some((v2::MAGIC, _)) => v2::read(bytes, model, fresh, config.vocab),
            _ => Err(damaged("it does not start like a .mstate file")),
        }
    }
}

fn damaged(what: impl core::fmt::Display) -> Error {
    Error::BadState(format!("The saved state cannot be read: {what}."))
}

fn newer() -> Error {
    Error::BadState(
        "The saved state cannot be read: it was written by a newer version of mamba-web. Reload the page to get it."
            .into(),
    )
}

fn wrong_model() -> Error {
    Error::WrongModel("The saved state belongs to another model than the one loaded.".into())
}

/// # Errors
/// When a token is not in the vocabulary.
fn check_tokens(recent: &[u32], vocab: usize) -> Result<()> {
    if recent.iter().any(|&token| token as usize >= vocab) {
        return Err(damaged("it names a token outside the vocabulary"));
    }
    Ok(())
}

/// Little-endian f32 into `to`, as many as both have.
///
/// # Errors
/// When a value is not a finite number.
fn take_floats<'a>(bytes: &[u8], to: impl IntoIterator<Item = &'a mut f32>) -> Result<()> {
    for (to, bytes) in to.into_iter().zip(bytes.as_chunks().0) {
        *to = f32::from_le_bytes(*bytes);
        if !to.is_finite() {
            return Err(damaged("it holds values that are not numbers"));
        }
    }
    Ok(())
}
