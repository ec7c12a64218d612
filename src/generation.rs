//! The token loop as a state machine, so that a caller can stop between any two steps.
//!
//! ```text
//! begin -> advance: Prefill, Prefill, ... Token, Token, ... End
//!                   (cancel is possible after each)
//! ```
//!
//! A step may also be Waiting: the backend's work is done elsewhere. [`Session::advance`] waits for it natively; in a
//! browser, and with [`Session::step`], the caller waits ([`Session::arrival`]) and calls again.
//!
//! Every token that was handed out has been read into the state, the last one included, so whatever is begun next
//! continues the text. A stop token is not read. Until the first token is out, a cancelled or failed run leaves no trace.
//!
//! * `session`: a sequence and its conversation, and at most one run.
//! * `run`: what was asked, how far it is, and its statistics.
//! * `together`: a step of several sessions at once.
//! * `output`: from tokens to text, up to a stop string.
//! * `input`: from a request to the tokens to read.
//! * `trace`: the tokens that a run has read.
//! * `weigh`: how likely a token was, and what else might have come.
//!
//! ```
//! use std::path::Path;
//!
//! use mamba_web::Engine;
//! use mamba_web::backend::Name;
//! use mamba_web::engine::Options;
//! use mamba_web::generation::{Input, Step, Text};
//!
//! # fn main() -> mamba_web::Result<()> {
//! # let model = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default"));
//! # let mut engine = Engine::open(model, &Options { backend: Some(Name::Cpu), ..Options::default() })?;
//! let mut session = engine.session(None)?;
//! let ids = engine.tokenize("My name is Ada.")?;
//! session.begin(&engine, engine.request(Input::Read(Text::Ids(ids.clone()))))?;
//! while !matches!(session.advance(&mut engine)?, Step::End { .. }) {}
//! // A fork costs one copy of the state, whatever was read.
//! let other = session.fork()?;
//! assert_eq!(other.position(), ids.len() as u64);
//! assert_eq!(other.logits()?, session.logits()?);
//! # Ok(())
//! # }
//! ```

mod input;
mod output;
mod request;
mod run;
mod session;
mod stats;
mod stop;
mod together;
mod trace;
mod weigh;

pub(crate) use input::check_ids;
pub use request::{Input, Request, Text, Turn};
pub use session::{Saving, Session};
pub use stats::Stats;
pub use together::step_together;
pub use weigh::{Alternative, Weighed};

use serde::Serialize;

use crate::backend::Backend;
use crate::conversation::ChatTemplate;
use crate::error::Result;
use crate::model::Config;
use crate::tokenizer::Tokenizer;

/// What a session needs of a loaded model.
pub trait LoadedModel {
    /// Where the model runs. Every session hands its own state in.
    fn backend(&mut self) -> &mut dyn Backend;

    /// The dimensions of the model.
    fn config(&self) -> &Config;

    /// The model's tokenizer, as its checkpoint has it.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when the model reads and writes ids only.
    fn tokenizer(&self) -> Result<&Tokenizer>;

    /// None for a base model.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`](crate::Error::BadTokenizer) when the template does not parse.
    fn chat_template(&self) -> Result<Option<&ChatTemplate>>;

    /// Tokens that end a text.
    fn stop_tokens(&self) -> &[u32];

    /// Identifies the model's weights.
    fn model_hash(&self) -> &str;

    /// Identifies what the tokens stand for; None where that is not known.
    fn tokenizer_hash(&self) -> Option<&str> {
        None
    }
}

/// What one [`Session::step`] did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Step {
    /// Nothing yet: the backend is at work.
    Waiting,
    /// Read a block of the prompt.
    Prefill {
        /// Tokens of the prompt that are in the state now.
        read: usize,
        /// Tokens of the prompt, template included.
        total: usize,
    },
    /// Generated a token.
    Token {
        /// The token, below V.
        id: u32,
        /// The characters that are certain now: often none, or more than the token's own.
        text: String,
    },
    /// Nothing is left to do.
    End {
        /// Why the run ended.
        reason: Reason,
        /// The end of the answer, which had been held back.
        text: String,
    },
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// A stop token or a stop string came.
    Stop,
    /// As many tokens as allowed.
    Length,
    /// The text was read; nothing was to be generated.
    Read,
}
