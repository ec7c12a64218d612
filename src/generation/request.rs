//! What to run: the input, the sampling and when to stop.

use crate::error::{Error, Result};
use crate::sampler::Settings;

/// Stop strings of one request, and bytes of each: few enough that looking for them costs nothing.
const MOST_STOPS: usize = 64;
const MOST_STOP_BYTES: usize = 1024;

/// A text, or its ids.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// Words for the tokenizer. Names of special tokens in them are read as these tokens.
    Words(String),
    /// Token ids, each below V; they need no tokenizer.
    Ids(Vec<u32>),
}

impl<T: Into<String>> From<T> for Text {
    fn from(words: T) -> Self {
        Text::Words(words.into())
    }
}

/// A turn of a chat that was had before, here or elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The user's message.
    pub message: String,
    /// The answer, in full or as far as it came.
    pub answer: String,
    /// All tokens that were read in this turn, as [`Session::ids`](super::Session::ids) gave them. They are read instead
    /// of the words, so the answer's tokens are those that the model chose, even where a tokenizer would split the
    /// text in another way.
    pub ids: Option<Vec<u32>>,
}

/// What is read before tokens are generated.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Raw text, continued. Empty to go on from what has been read.
    Prompt(Text),
    /// One chat turn, put through the chat template and answered.
    Message(String),
    /// One chat turn whose answer begins with these words; the model goes on from there.
    Begun {
        /// As in [`Input::Message`].
        message: String,
        /// The beginning of the answer. May be empty.
        answer: String,
    },
    /// Read into the state; nothing is generated.
    Read(Text),
    /// As [`Input::Read`], a token at a time, and each one is weighed before it is read; see [`Session::surprises`].
    ///
    /// [`Session::surprises`]: super::Session::surprises
    Weigh(Text),
    /// Turns of a chat, read as if they were had in this session; nothing is generated.
    Turns(Vec<Turn>),
}

/// One run of a [`Session`](super::Session).
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is read first.
    pub input: Input,
    /// How tokens are sampled; it matters only where tokens are generated.
    pub settings: Settings,
    /// The most tokens to generate, at least 1.
    pub max_tokens: usize,
    /// Texts that end the run; they are not part of the answer.
    pub stop: Vec<String>,
}

impl Request {
    /// Checks what the sampler does not check.
    pub(super) fn validate(&self) -> Result<()> {
        let bad = |what: String| Err(Error::BadArgument(what));
        if self.max_tokens == 0 {
            return bad("maxTokens is 0; it must be at least 1.".into());
        }
        if self.stop.len() > MOST_STOPS {
            return bad(format!("stop has {} texts; at most {MOST_STOPS} are possible.", self.stop.len()));
        }
        match self.stop.iter().find(|stop| stop.is_empty() || stop.len() > MOST_STOP_BYTES) {
            Some(stop) if stop.is_empty() => {
                bad("stop has an empty text, which would end every answer at once.".into())
            }
            Some(stop) => {
                bad(format!("stop has a text of {} bytes; at most {MOST_STOP_BYTES} are possible.", stop.len()))
            }
            None => Ok(()),
        }
    }
}
