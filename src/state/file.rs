//! The `.mstate` file: everything needed to go on exactly where a sequence stopped. docs/mstate.md describes it.

mod packing;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

pub use packing::Packing;
pub(super) use v2::name;

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
    /// A text of the program that saved it, opaque here.
    pub text: Option<String>,
}

/// The most bytes of [`Snapshot::text`].
pub const TEXT_BYTES: usize = 16 << 20;

/// Which model a state belongs to. It is never used with another one.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Hash of config.json and the weights.
    pub model: &'a str,
    /// Hash of the tokens' texts; None where they are not known.
    pub tokenizer: Option<&'a str>,
}

impl<'a> From<&'a str> for Identity<'a> {
    fn from(model: &'a str) -> Self {
        Self { model, tokenizer: None }
    }
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
    /// As [`Snapshot::text`].
    pub text: Option<&'a str>,
    /// How the layers' memories are kept.
    pub packing: Packing,
}

impl Content<'_> {
    /// The file, in one piece.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is no room for it, [`Error::BadArgument`] for a text of more than
    /// [`TEXT_BYTES`], [`Error::BadState`] when a value is no finite number.
    pub fn to_bytes<'a>(&self, of: impl Into<Identity<'a>>) -> Result<Vec<u8>> {
        if self.text.is_some_and(|text| text.len() > TEXT_BYTES) {
            let megabytes = TEXT_BYTES >> 20;
            return Err(Error::BadArgument(format!("The text to save with a state has more than {megabytes} MiB.")));
        }
        v2::write(self, of.into())
    }
}

impl Snapshot {
    /// The same, borrowed, to be written again.
    pub fn content(&self) -> Content<'_> {
        let Self { state, logits, recent, conversation, text } = self;
        Content { state, logits, recent, conversation, text: text.as_deref(), packing: Packing::F32 }
    }

    /// Reads a file of any version back. Its memory use is bounded by `config` and by the length of `bytes`, never by a
    /// number in the file.
    ///
    /// # Errors
    /// [`Error::BadState`] for a damaged file and for one of a newer version, [`Error::WrongModel`] for one of other
    /// weights or another tokenizer, [`Error::OutOfMemory`] when there is no room for the state.
    pub fn from_bytes<'a>(bytes: &[u8], of: impl Into<Identity<'a>>, config: &Config) -> Result<Self> {
        let of = of.into();
        let fresh = || State::try_new(config);
        match bytes.split_first_chunk() {
            Some((v1::MAGIC, _)) => v1::read(bytes, of.model, fresh, config.vocab),
            Some((v2::MAGIC, _)) => v2::read(bytes, of, fresh, config.vocab),
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

fn wrong_tokenizer() -> Error {
    Error::WrongModel(
        "The saved state was made with another tokenizer, so its tokens stand for other words than those of the model loaded."
            .into(),
    )
}

/// `saved` rows of a ring, where the model's ring has `ours`.
fn wrong_window(saved: u32, ours: usize) -> Error {
    Error::WrongModel(format!(
        "The saved state has {saved} tokens in its window, which the model's window of {ours} tokens does not hold in this \
         way. Load the model with the window that the state was saved with."
    ))
}

/// Positions are below this, so that none can wrap, and JavaScript's numbers are exact.
const POSITION_BOUND: u64 = 1 << 53;

/// # Errors
/// When so many tokens were never read.
fn check_position(position: u64) -> Result<()> {
    if position < POSITION_BOUND { Ok(()) } else { Err(damaged("it names more tokens than anybody has read")) }
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
        *to = check_float(f32::from_le_bytes(*bytes))?;
    }
    Ok(())
}

/// # Errors
/// When the value is not a finite number.
fn check_float(value: f32) -> Result<f32> {
    if value.is_finite() { Ok(value) } else { Err(damaged("it holds values that are not numbers")) }
}
