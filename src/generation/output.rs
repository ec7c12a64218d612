//! Turns the tokens of a run into text.

use super::stop::StopStrings;
use crate::conversation::{Conversation, RECORDED_BYTES};
use crate::error::Result;
use crate::tokenizer::{StreamDecoder, Tokenizer};

/// Whole characters, up to a stop string; and the record of a chat turn.
pub(super) struct Output {
    decoder: StreamDecoder,
    stops: StopStrings,
    stopped: bool,
    turn: Option<Turn>,
}

struct Turn {
    message: String,
    /// The reply so far, up to the length that the record keeps.
    reply: String,
}

impl Output {
    /// `message` is the user's, when this is a chat turn.
    pub fn new(decoder: StreamDecoder, stops: StopStrings, message: Option<String>) -> Self {
        let turn = message.map(|message| Turn { message, reply: String::with_capacity(RECORDED_BYTES) });
        Self { decoder, stops, stopped: false, turn }
    }

    /// Whether a stop string has come.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Takes the next token and returns the text that is certain now.
    pub fn push(&mut self, id: u32, tokenizer: &Tokenizer) -> Result<String> {
        let (mut piece, mut text) = (String::new(), String::new());
        self.decoder.push(tokenizer, id, &mut piece)?;
        self.stopped = self.stops.push(&piece, &mut text);
        self.note(&text);
        Ok(text)
    }

    /// Ends the text and returns what had been held back.
    pub fn finish(&mut self, tokenizer: Option<&Tokenizer>) -> Result<String> {
        let (mut rest, mut text) = (String::new(), String::new());
        if !self.stopped {
            if let Some(tokenizer) = tokenizer {
                self.decoder.finish(tokenizer, &mut rest)?;
            }
            if !self.stops.push(&rest, &mut text) {
                text.push_str(self.stops.held());
            }
        }
        self.note(&text);
        Ok(text)
    }

    /// Ends a cancelled run and returns the certain part of what had been held back.
    pub fn break_off(&mut self) -> String {
        let held = self.stops.held().to_owned();
        self.note(&held);
        held
    }

    /// Adds the turn to the conversation, if the run was one.
    pub fn record(self, conversation: &mut Conversation) {
        if let Some(Turn { message, reply }) = self.turn {
            conversation.record(&message, &reply);
        }
    }

    fn note(&mut self, text: &str) {
        if let Some(Turn { reply, .. }) = &mut self.turn {
            let space = RECORDED_BYTES.saturating_sub(reply.len());
            reply.push_str(&text[..text.floor_char_boundary(space)]);
        }
    }
}
