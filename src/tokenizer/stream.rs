//! Ids in, whole characters out.

use super::Tokenizer;
use super::bytes::byte_of;
use crate::error::Result;

/// A character has at most four bytes, so at most four tokens; a text that still ends in U+FFFD after this many
/// has a real one.
const MOST_TOKENS_OF_A_CHARACTER: usize = 4;
/// Tokens kept as context for the next one.
const MOST_CONTEXT: usize = 16;

/// Decodes a stream of tokens. Its memory and the cost of a token do not grow with the text.
///
/// All pieces put together are what [`Tokenizer::decode`] makes of all ids at once. One exception: where a tokenizer
/// with byte tokens (`<0xE2>`) meets bytes that are no character, `decode` also replaces the whole characters just
/// before them by U+FFFD; here they are out already and stay.
#[derive(Debug, Clone, Default)]
pub struct StreamDecoder {
    /// For byte-level tokenizers: bytes that do not make a character yet, at most three.
    bytes: Vec<u8>,
    /// How many of `bytes`, or of the tokens that wait, come from the text before, until the first token has come.
    begun: usize,
    /// For all others: the context, already out, then the tokens that wait.
    window: Vec<u32>,
    context: usize,
    /// What the context alone decodes to.
    context_text: String,
}

impl StreamDecoder {
    /// A decoder for a new text: a leading space that the tokenizer adds to every text is left out.
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder for the continuation of a text that ends in `ids`: a leading space stays, and so does what the last tokens
    /// have begun of a character, if it goes on.
    pub fn after(tokenizer: &Tokenizer, ids: &[u32]) -> Result<Self> {
        let mut decoder = Self::default();
        if tokenizer.byte_level {
            let shown = ids.iter().filter_map(|&id| tokenizer.shown(id));
            shown.for_each(|token| push_bytes(&mut decoder.bytes, &token));
            drain_characters(&mut decoder.bytes, &mut String::new());
            decoder.begun = decoder.bytes.len();
        } else {
            let shown = ids.iter().filter(|&&id| tokenizer.shown(id).is_some()).copied();
            decoder.window = shown.collect();
            let byte = |&id: &u32| byte_of(tokenizer, &tokenizer.shown(id)?);
            let last = decoder.window.rsplit(|id| byte(id).is_none()).next().unwrap_or_default();
            let mut begun: Vec<u8> = last.iter().filter_map(byte).collect();
            drain_characters(&mut begun, &mut String::new());
            decoder.begun = begun.len();
            // The context begins with a whole character: the rest of one would spoil the bytes that follow it.
            let end = decoder.window.len() - decoder.begun;
            let context = &decoder.window[end.saturating_sub(MOST_TOKENS_OF_A_CHARACTER)..end];
            let rest = context.iter().take_while(|id| byte(id).is_some_and(|byte| byte & 0xC0 == 0x80)).count();
            decoder.context = context.len() - rest;
            decoder.window.drain(..end - decoder.context);
            decoder.context_text = tokenizer.decode(&decoder.window[..decoder.context])?;
        }
        Ok(decoder)
    }

    /// Takes the next token and appends the characters that are complete now to `text`.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32, text: &mut String) -> Result<()> {
        let Some(token) = tokenizer.shown(id) else { return Ok(()) };
        if tokenizer.byte_level {
            push_bytes(&mut self.bytes, &token);
            self.drop_begun(tokenizer);
            drain_characters(&mut self.bytes, text);
            return Ok(());
        }
        self.window.push(id);
        self.drop_begun(tokenizer);
        let waiting = self.window.len() - self.context;
        let decoded = tokenizer.decode(&self.window)?;
        if decoded.ends_with(char::REPLACEMENT_CHARACTER) && waiting < MOST_TOKENS_OF_A_CHARACTER {
            return Ok(());
        }
        self.emit(tokenizer, &decoded, text)
    }

    /// The text has ended: appends what still waits, incomplete characters as U+FFFD.
    pub fn finish(&mut self, tokenizer: &Tokenizer, text: &mut String) -> Result<()> {
        self.drop_begun(tokenizer);
        text.push_str(&String::from_utf8_lossy(&self.bytes));
        self.bytes.clear();
        if self.window.len() > self.context {
            let decoded = tokenizer.decode(&self.window)?;
            self.emit(tokenizer, &decoded, text)?;
        }
        Ok(())
    }

    /// Drops what the text before has begun of a character, unless it goes on.
    fn drop_begun(&mut self, tokenizer: &Tokenizer) {
        let begun = core::mem::take(&mut self.begun);
        if begun == 0 {
            return;
        }
        let of_tokens = self.window[self.context..].iter().map_while(|&id| byte_of(tokenizer, &tokenizer.shown(id)?));
        let bytes: Vec<u8> = self.bytes.iter().copied().chain(of_tokens).collect();
        let first = bytes.utf8_chunks().next();
        if first.is_some_and(|chunk| chunk.valid().is_empty() && chunk.invalid().len() == begun) {
            if tokenizer.byte_level {
                self.bytes.drain(..begun);
            } else {
                self.window.drain(self.context..self.context + begun);
            }
        }
    }

    fn emit(&mut self, tokenizer: &Tokenizer, decoded: &str, text: &mut String) -> Result<()> {
        let waiting = &self.window[self.context..];
        match decoded.strip_prefix(self.context_text.as_str()) {
            Some(piece) => text.push_str(piece),
            // Broken byte tokens have changed the context's text as well; see the exception above.
            None => text.push_str(&tokenizer.decode(waiting)?),
        }
        // The tokens that just came out are context enough, unless they are blank: their spaces may be among those
        // that the decoder takes off the beginning of a text.
        let alone = tokenizer.decode(waiting)?;
        if !alone.trim().is_empty() {
            self.window.drain(..self.context);
            self.context_text = alone;
        } else {
            let excess = self.window.len().saturating_sub(MOST_CONTEXT);
            self.window.drain(..excess);
            self.context_text = tokenizer.decode(&self.window)?;
        }
        self.context = self.window.len();
        Ok(())
    }
}

/// The bytes that a byte-level token stands for (GPT-2's `bytes_to_unicode`, the other way round). A token with a
/// character outside of that alphabet, such as an added one with plain spaces, stands for its own UTF-8.
pub(super) fn push_bytes(bytes: &mut Vec<u8>, token: &str) {
    let start = bytes.len();
    for character in token.chars() {
        let byte = match u32::from(character) {
            code @ (0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF) => code,
            code @ 0x100..=0x120 => code - 0x100,
            code @ 0x121..=0x142 => code - 0x121 + 0x7F,
            0x143 => 0xAD,
            _ => {
                bytes.truncate(start);
                bytes.extend_from_slice(token.as_bytes());
                return;
            }
        };
        bytes.push(byte as u8);
    }
}

/// Moves all characters that are complete to `text`; what cannot become one turns into U+FFFD, in the same places as
/// with `String::from_utf8_lossy` of the whole.
fn drain_characters(bytes: &mut Vec<u8>, text: &mut String) {
    let mut done = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        done += chunk.valid().len();
        let invalid = chunk.invalid();
        let at_the_end = done + invalid.len() == bytes.len();
        if at_the_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
            break; // may become a character yet
        }
        if !invalid.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            done += invalid.len();
        }
    }
    bytes.drain(..done);
}
