//! What runs the model. Each backend keeps the weights in its own layout; all share one contract.
//!
//! * [`reference`](mod@reference): plain f32 on candle tensors, the oracle that the others are tested against.
//! * [`cpu`]: SIMD, f32 or int8 weights, nothing allocated per token.

pub mod cpu;
pub mod reference;

use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::Config;
use crate::state::State;

/// How weights are kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 4 bytes a weight, as exact as the checkpoint.
    F32,
    /// 1 byte a weight and a scale for each block of 32.
    Int8,
}

impl Precision {
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Int8 => "int8",
        }
    }

    /// From the word used in API.md; `auto` is the caller's to resolve.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "f32" => Ok(Precision::F32),
            "int8" => Ok(Precision::Int8),
            other => Err(Error::BadArgument(format!(
                "The precision \"{other}\" is not known here; use \"f32\" or \"int8\"."
            ))),
        }
    }
}

/// A model ready to run. Implementations keep no conversation: all that a
/// sequence needs is in the [`State`] that the caller hands in.
pub trait Backend: Send {
    /// The backend's name as API.md has it: `reference`, `cpu`, ...
    fn name(&self) -> &'static str;

    fn config(&self) -> &Config;

    fn precision(&self) -> Precision;

    /// Bytes that the weights occupy.
    fn weight_bytes(&self) -> usize;

    /// The most tokens that one [`Backend::prefill`] call takes; a caller that wants to be
    /// able to stop sends no more than this at a time. At least 1.
    fn block(&self) -> usize;

    /// Reads `tokens` (T, at least one and at most [`Backend::block`]; each below V) into `state` and,
    /// when `logits` is given, writes the V scores of the token that follows the last one.
    ///
    /// One call with T tokens gives what T calls with one token each give.
    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()>;
}

/// Takes the weights in as they stream past, then becomes a [`Backend`].
pub trait Loader: TensorSink {
    /// All tensors have been seen; a missing one is an error that names it.
    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>>;
}

/// The loader of a backend by its API.md name.
pub fn loader(name: &str, config: Config, precision: Precision) -> Result<Box<dyn Loader>> {
    match name {
        "reference" => Ok(Box::new(reference::ReferenceLoader::new(config)?)),
        "cpu" => Ok(Box::new(cpu::CpuLoader::new(config, precision)?)),
        other => {
            Err(Error::BadArgument(format!("The backend \"{other}\" is not known here; use \"cpu\" or \"reference\".")))
        }
    }
}

/// The checks that every backend makes before it reads tokens, so that bad input is a sentence and never a panic.
pub(crate) fn check_call(
    config: &Config,
    block: usize,
    tokens: &[u32],
    state: &State,
    logits: Option<&[f32]>,
) -> Result<()> {
    if tokens.is_empty() || tokens.len() > block {
        return Err(Error::BadArgument(format!(
            "A call reads between 1 and {block} tokens; {} were given.",
            tokens.len()
        )));
    }
    if let Some(&token) = tokens.iter().find(|&&token| token as usize >= config.vocab) {
        return Err(Error::BadArgument(format!(
            "Token {token} is not in the model's vocabulary of {} tokens.",
            config.vocab
        )));
    }
    if !state.fits(config) {
        return Err(Error::WrongModel("The state has other dimensions than the model.".into()));
    }
    if logits.is_some_and(|logits| logits.len() != config.vocab) {
        return Err(Error::BadArgument(format!("The space for logits must hold {} values.", config.vocab)));
    }
    Ok(())
}
