//! Turns the tokens of a run into text.

use super::stop::StopStrings;
use crate::conversation::{Conversation, RECORDED_BYTES, beginning};
use crate::error::Result;
use crate::tokenizer::{StreamDecoder, Tokenizer};

/// Whole characters, up to a stop string; and the record of a chat turn.
pub(super) struct Output {
    decoder: StreamDecoder,
    stops: StopStrings,
    stopped: bool,
    recorded: Recorded,
}

/// What the record of the chat gains at the end of a run.
pub(super) enum Recorded {
    Nothing,
    /// A turn. The answer is noted up to the length that the record keeps.
    Turn {
        message: String,
        answer: String,
    },
    /// More of the last answer.
    More(String),
    /// The whole record as it is after turns that are known.
    Turns(Conversation),
}

impl Output {
    pub fn new(decoder: StreamDecoder, stops: StopStrings, recorded: Recorded) -> Self {
        let mut output = Self { decoder, stops, stopped: false, recorded };
        if let Some(answer) = output.recorded.answer() {
            answer.truncate(beginning(answer).len());
            answer.reserve(RECORDED_BYTES - answer.len()); // so that no token takes memory
        }
        output
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

    /// Brings the record of the chat up to date.
    pub fn record(self, conversation: &mut Conversation) {
        match self.recorded {
            Recorded::Nothing => {}
            Recorded::Turn { message, answer } => conversation.record(&message, &answer),
            Recorded::More(answer) => conversation.go_on(&answer),
            Recorded::Turns(all) => *conversation = all,
        }
    }

    fn note(&mut self, text: &str) {
        if let Some(answer) = self.recorded.answer() {
            let space = RECORDED_BYTES.saturating_sub(answer.len());
            answer.push_str(&text[..text.floor_char_boundary(space)]);
        }
    }
}

impl Recorded {
    fn answer(&mut self) -> Option<&mut String> {
        match self {
            Recorded::Turn { answer, .. } | Recorded::More(answer) => Some(answer),
            Recorded::Nothing | Recorded::Turns(_) => None,
        }
    }
}
