//! Turns a request into the tokens to read.

use super::{Input, LoadedModel, Text};
use crate::conversation::Conversation;
use crate::error::{Error, Result};
use crate::sequence::Sequence;

/// What a run begins with.
pub(super) struct Start {
    pub tokens: Vec<u32>,
    /// The user's message, when this is a chat turn.
    pub message: Option<String>,
}

/// The tokens that `input` adds to `sequence`.
pub(super) fn start(
    model: &dyn LoadedModel,
    input: &Input,
    sequence: &Sequence,
    conversation: &mut Conversation,
) -> Result<Start> {
    let empty = |what: &str| Error::BadArgument(format!("The {what} is empty."));
    let (what, text) = match input {
        Input::Message(message) => {
            let template = model.chat_template()?.ok_or_else(|| {
                Error::BadArgument(
                    "This is a base model without a chat template: it continues a prompt and answers no messages."
                        .into(),
                )
            })?;
            if message.trim().is_empty() {
                return Err(empty("message"));
            }
            let tokenizer = model.tokenizer()?;
            let text = conversation.next_turn(message, template, tokenizer)?;
            return Ok(Start { tokens: tokenizer.encode_guarded(&text)?, message: Some(message.clone()) });
        }
        Input::Prompt(text) => ("prompt", text),
        Input::Read(text) => ("text to read", text),
    };
    let tokens = match text {
        Text::Words(words) if words.is_empty() => Vec::new(),
        Text::Words(words) => model.tokenizer()?.encode(words, sequence.position() == 0)?,
        Text::Ids(ids) => ids.clone(),
    };
    check_ids(&tokens, model.config().vocab)?;
    let goes_on = matches!(input, Input::Prompt(_)) && !sequence.is_empty();
    if tokens.is_empty() && !goes_on {
        return Err(empty(what));
    }
    Ok(Start { tokens, message: None })
}

/// # Errors
/// [`Error::BadArgument`] for an id that a vocabulary of `vocab` (V) tokens does not have.
pub(crate) fn check_ids(ids: &[u32], vocab: usize) -> Result<()> {
    match ids.iter().find(|&&id| id as usize >= vocab) {
        Some(id) => Err(Error::BadArgument(format!("Token {id} is not in the model's vocabulary of {vocab} tokens."))),
        None => Ok(()),
    }
}
