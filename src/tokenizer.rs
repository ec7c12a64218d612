//! tokenizer.json, byte for byte as the Python tokenizers library reads it, with three additions: no id beyond
//! the model's vocabulary, text that comes out a token at a time, and text in which special tokens stay plain.
//! It also makes a tokenizer from the metadata of a GGUF file.
//!
//! ```
//! use mamba_web::tokenizer::{Tokenizer, TokenizerSettings};
//!
//! # fn main() -> mamba_web::Result<()> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default/tokenizer.json");
//! # let json = std::fs::read(path).unwrap_or_default();
//! // The bytes of a tokenizer.json; the model has 4,096 tokens.
//! let tokenizer = Tokenizer::new(&json, &TokenizerSettings::default(), 4096)?;
//! let ids = tokenizer.encode("A red cat.", false)?;
//! assert_eq!(tokenizer.decode(&ids)?, "A red cat.");
//! # Ok(())
//! # }
//! ```

mod bytes;
mod check;
mod class;
mod gguf;
mod pattern;
mod settings;
mod special;
mod stream;

use std::collections::HashSet;

use tokenizers::{AddedToken, Decoder, Model, ModelWrapper};
use xxhash_rust::xxh3::Xxh3;

pub use gguf::ends_of_text;
pub use settings::TokenizerSettings;
pub use special::Guarded;
pub use stream::StreamDecoder;

use crate::error::{Error, Result};
use special::SpecialTokens;

/// Text to ids and back.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    special: SpecialTokens,
    /// Ids that decoding leaves out, as `skip_special_tokens` does.
    hidden: HashSet<u32>,
    unknown: Option<u32>,
    byte_level: bool,
}

impl Tokenizer {
    /// Reads a tokenizer.json. `settings` is what tokenizer_config.json and the files beside it say; the tokens that
    /// these add are added. The special tokens that they name, and those that the chat template spells out, cannot be
    /// written by a user's message (see [`Tokenizer::guard`]).
    /// `vocab` is V, the rows of the model's embedding; a tokenizer with fewer tokens is fine.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the file is not a tokenizer, or has an id of V or above; the sentence names it.
    pub fn new(json: &[u8], settings: &TokenizerSettings, vocab: usize) -> Result<Self> {
        let bad = |what: String| Error::BadTokenizer(format!("tokenizer.json {what}."));
        let checked = check::tokenizer(json).map_err(bad)?;
        let mut inner = tokenizers::Tokenizer::from_bytes(&checked.json)
            .map_err(|error| bad(format!("cannot be read ({error})")))?;
        class::complete(&mut inner, settings, vocab)
            .map_err(|error| bad(format!("cannot take the tokens that the files beside it add ({error})")))?;
        let mut tokenizer = Self::build(inner, settings, vocab, "tokenizer.json")?;
        if let ModelWrapper::Unigram(_) = tokenizer.inner.get_model() {
            tokenizer.unknown = checked.unk_id;
        }
        Ok(tokenizer)
    }

    /// `source` begins the sentences of errors.
    fn build(
        mut inner: tokenizers::Tokenizer,
        settings: &TokenizerSettings,
        vocab: usize,
        source: &str,
    ) -> Result<Self> {
        let bad = |what: String| Error::BadTokenizer(format!("{source} {what}."));
        for (token, id) in inner.get_vocab(true) {
            if id as usize >= vocab {
                return Err(bad(format!("has the token {token:?} with the id {id}, but the model has {vocab} tokens")));
            }
        }
        // Batches are cut and padded in training, never here.
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|error| bad(format!("cannot be used ({error})")))?;
        let added = inner.get_added_tokens_decoder();
        // The library would look for such a token in blanks that the token before has taken, and panic.
        let is_blank = |token: &&AddedToken| token.lstrip && token.content.chars().all(char::is_whitespace);
        if let Some(token) = added.values().find(is_blank) {
            return Err(bad(format!("has the blank token {:?}, which takes the blanks before it", token.content)));
        }
        // The library no longer looks for a token that was special at first, be it a plain one now, but leaves it out.
        let was_special = |content: &str| inner.get_added_vocabulary().is_special_token(content);
        let is_special =
            |token: &AddedToken| token.special || settings.names(&token.content) || was_special(&token.content);
        let hidden: HashSet<u32> = added.iter().filter(|(_, token)| is_special(token)).map(|(&id, _)| id).collect();
        // Marks of turns are special by right, whether or not the file says so. Runs of spaces (GPT-NeoX) are not.
        let template = settings.chat_template.as_deref().unwrap_or_default();
        let is_of_template = |content: &str| {
            let edge = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace());
            content.len() > 2
                && edge(content.chars().next())
                && edge(content.chars().next_back())
                && template.contains(content)
        };
        let is_mark = |content: &str| settings.lists(content) || is_of_template(content);
        let mut special: Vec<(u32, AddedToken)> =
            added.into_iter().filter(|(id, token)| hidden.contains(id) || is_mark(&token.content)).collect();
        special.sort_unstable_by_key(|(id, _)| *id);
        let special =
            SpecialTokens::install(&mut inner, special).map_err(|error| bad(format!("cannot be used ({error})")))?;
        let unknown = match inner.get_model() {
            ModelWrapper::BPE(model) => model.unk_token.as_deref().and_then(|token| inner.token_to_id(token)),
            ModelWrapper::WordPiece(model) => inner.token_to_id(&model.unk_token),
            ModelWrapper::WordLevel(model) => inner.token_to_id(&model.unk_token),
            ModelWrapper::Unigram(_) => None,
        };
        let byte_level = matches!(inner.get_decoder(), Some(tokenizers::DecoderWrapper::ByteLevel(_)));
        Ok(Self { inner, special, hidden, unknown, byte_level })
    }

    /// Ids of `text`. Special tokens that the text spells out become special tokens. `add_special` also adds those
    /// that the tokenizer puts around a text (a beginning-of-text mark, where it has one).
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the tokenizer cannot encode the text.
    pub fn encode(&self, text: &str, add_special: bool) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        self.encode_renamed(&self.special.rename(text), add_special, &mut ids)?;
        Ok(ids)
    }

    /// Prepares a user's words for a place in a larger text, so that [`Tokenizer::encode_guarded`] takes none of
    /// them for a special token.
    pub fn guard(&self, text: &str) -> Guarded {
        self.special.guard(text)
    }

    /// As [`Tokenizer::encode`], for a text that has [guarded](Tokenizer::guard) parts: in these a special token's
    /// name is plain text. No special token is added around the text.
    pub fn encode_guarded(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        self.encode_renamed(&self.special.rename(text), false, &mut ids)?;
        Ok(ids)
    }

    fn encode_renamed(&self, text: &str, add_special: bool, ids: &mut Vec<u32>) -> Result<()> {
        let failed = |error| Error::BadTokenizer(format!("The tokenizer cannot encode the text ({error})."));
        let encoding = self.inner.encode_fast(text, add_special).map_err(failed)?;
        ids.try_reserve(encoding.len())
            .map_err(|_| Error::OutOfMemory(format!("There is no memory for {} tokens.", encoding.len())))?;
        for (&id, &by_the_tokenizer) in encoding.get_ids().iter().zip(encoding.get_special_tokens_mask()) {
            match self.special.of_second_name(id) {
                Some(special) => ids.push(special),
                // A model that matches whole words may have found a special token's name by itself.
                None if by_the_tokenizer == 0 && self.special.contains(id) && Some(id) != self.unknown => {
                    self.spell(id, ids)?;
                }
                None => ids.push(id),
            }
        }
        Ok(())
    }

    /// A special token's name character by character, as plain text.
    fn spell(&self, special: u32, ids: &mut Vec<u32>) -> Result<()> {
        let word = self.inner.id_to_token(special).unwrap_or_default();
        let mut buffer = [0; 4];
        for character in word.chars() {
            let encoding = self
                .inner
                .encode_fast(&*character.encode_utf8(&mut buffer), false)
                .map_err(|error| Error::BadTokenizer(format!("The tokenizer cannot encode the text ({error}).")))?;
            ids.extend(encoding.get_ids().iter().filter(|&&id| !self.special.contains(id)));
        }
        Ok(())
    }

    /// The text of `ids`, special tokens left out; the same as `decode` of the Python library.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut tokens = Vec::new();
        tokens
            .try_reserve_exact(ids.len())
            .map_err(|_| Error::OutOfMemory(format!("There is no memory for {} tokens.", ids.len())))?;
        tokens.extend(ids.iter().filter_map(|&id| self.shown(id)));
        if tokens.is_empty() {
            return Ok(String::new()); // some decoders cannot stand an empty list
        }
        match self.inner.get_decoder() {
            None => Ok(tokens.join(" ")),
            Some(decoder) => decoder
                .decode(tokens)
                .map_err(|error| Error::BadTokenizer(format!("The tokenizer cannot decode the tokens ({error})."))),
        }
    }

    /// The bytes that each token below `vocab` (V) adds to a text. Special tokens, and ids without a token, add none.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when a token cannot be decoded.
    pub fn token_bytes(&self, vocab: usize) -> Result<Vec<Vec<u8>>> {
        bytes::of_tokens(self, vocab)
    }

    /// The spelling of a token. None for special tokens and padding ids, which decoding leaves out.
    fn shown(&self, id: u32) -> Option<String> {
        if self.hidden.contains(&id) { None } else { self.spelling(id) }
    }

    /// The spelling of a token, special or not.
    fn spelling(&self, id: u32) -> Option<String> {
        let added = self.inner.get_added_vocabulary().simple_id_to_token(id);
        added.filter(|token| !SpecialTokens::is_second_name(token)).or_else(|| self.inner.get_model().id_to_token(id))
    }

    /// Identifies what the ids below `vocab` (V) stand for: 32 hexadecimal digits. Two files that only differ in how they
    /// are written give the same.
    pub fn vocabulary_hash(&self, vocab: usize) -> String {
        let mut hash = Xxh3::new();
        for id in 0..vocab.try_into().unwrap_or(u32::MAX) {
            if let Some(token) = self.spelling(id) {
                hash.update(&id.to_le_bytes());
                hash.update(token.as_bytes());
                hash.update(&[0xFF]); // which no text contains
            }
        }
        format!("{:032x}", hash.digest128())
    }

    /// The id of a token by its spelling, `<|endoftext|>` for example.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// The id of a special token by its name.
    pub fn special_id(&self, token: &str) -> Option<u32> {
        self.id(token).filter(|&id| self.special.contains(id))
    }

    /// The special token whose name `text` begins with.
    pub fn leading_special(&self, text: &str) -> Option<u32> {
        self.special.leading(text)
    }
}
