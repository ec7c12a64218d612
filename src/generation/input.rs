//! Turns a request into the tokens to read.

use super::output::Recorded;
use super::{Input, LoadedModel, Text, Turn};
use crate::conversation::Conversation;
use crate::error::{Error, Result};
use crate::sequence::Sequence;

/// What a run begins with.
pub(super) struct Start {
    pub tokens: Vec<u32>,
    /// What the record of the chat gains at its end.
    pub recorded: Recorded,
}

/// The tokens that `input` adds to `sequence`.
pub(super) fn start(
    model: &dyn LoadedModel,
    input: &Input,
    sequence: &Sequence,
    conversation: &mut Conversation,
) -> Result<Start> {
    let (what, text) = match input {
        Input::Message(message) => return begun(model, conversation, message, ""),
        Input::Begun { message, answer } => return begun(model, conversation, message, answer),
        Input::Turns(turns) => return read_turns(model, conversation.clone(), turns),
        Input::Prompt(text) => ("prompt", text),
        Input::Read(text) | Input::Weigh(text) => ("text to read", text),
    };
    let tokens = match text {
        Text::Words(words) if words.is_empty() => Vec::new(),
        Text::Words(words) => model.tokenizer()?.encode(words, sequence.position() == 0)?,
        Text::Ids(ids) => ids.clone(),
    };
    check_ids(&tokens, model.config().vocab)?;
    let goes_on = matches!(input, Input::Prompt(_)) && !sequence.is_empty();
    if !tokens.is_empty() {
        return Ok(Start { tokens, recorded: Recorded::Nothing });
    }
    if !goes_on {
        return Err(empty(what));
    }
    Ok(Start { tokens, recorded: Recorded::More(String::new()) })
}

fn empty(what: &str) -> Error {
    Error::BadArgument(format!("The {what} is empty."))
}

/// A turn whose answer is to go on after `answer`.
fn begun(model: &dyn LoadedModel, conversation: &mut Conversation, message: &str, answer: &str) -> Result<Start> {
    let mut tokens = asked(model, conversation, message)?;
    append(&mut tokens, &answered(model, answer)?)?;
    Ok(Start { tokens, recorded: Recorded::Turn { message: message.into(), answer: answer.into() } })
}

/// The turns one after the other. `conversation` is a copy, so that a run that is cancelled leaves no trace.
fn read_turns(model: &dyn LoadedModel, mut conversation: Conversation, turns: &[Turn]) -> Result<Start> {
    let mut tokens = Vec::new();
    for Turn { message, answer, ids } in turns {
        // The record has to be as it would have become, which is why a known turn goes through the template too.
        let words = asked(model, &mut conversation, message)?;
        match ids {
            Some(ids) => {
                check_ids(ids, model.config().vocab)?;
                append(&mut tokens, ids)?;
            }
            None => {
                append(&mut tokens, &words)?;
                append(&mut tokens, &answered(model, answer)?)?;
            }
        }
        conversation.record(message, answer);
    }
    if tokens.is_empty() {
        return Err(empty("chat to read"));
    }
    Ok(Start { tokens, recorded: Recorded::Turns(conversation) })
}

/// What a message adds, put through the chat template.
fn asked(model: &dyn LoadedModel, conversation: &mut Conversation, message: &str) -> Result<Vec<u32>> {
    let template = model.chat_template()?.ok_or_else(|| {
        Error::BadArgument(
            "This is a base model without a chat template: it continues a prompt and answers no messages.".into(),
        )
    })?;
    if message.trim().is_empty() {
        return Err(empty("message"));
    }
    let tokenizer = model.tokenizer()?;
    let text = conversation.next_turn(message, template, tokenizer)?;
    tokenizer.encode_guarded(&text)
}

/// The words of an answer. On their own, because the model's first token came after the last one of the question.
fn answered(model: &dyn LoadedModel, answer: &str) -> Result<Vec<u32>> {
    let tokenizer = model.tokenizer()?;
    tokenizer.encode_guarded(tokenizer.guard(answer).as_str())
}

fn append(tokens: &mut Vec<u32>, more: &[u32]) -> Result<()> {
    let length = tokens.len() + more.len();
    let no_room = |_| Error::OutOfMemory(format!("There is no memory for {length} tokens."));
    tokens.try_reserve(more.len()).map_err(no_room)?;
    tokens.extend_from_slice(more);
    Ok(())
}

/// # Errors
/// [`Error::BadArgument`] for an id that a vocabulary of `vocab` (V) tokens does not have.
pub(crate) fn check_ids(ids: &[u32], vocab: usize) -> Result<()> {
    match ids.iter().find(|&&id| id as usize >= vocab) {
        Some(id) => Err(Error::BadArgument(format!("Token {id} is not in the model's vocabulary of {vocab} tokens."))),
        None => Ok(()),
    }
}
