//! Special tokens that only the template may write.
//!
//! A chat template puts special tokens (`<|user|>`) and the user's words into one text. If the user writes the name
//! of a special token, it must stay plain text, or a message could end the turn and speak as the model. Encoding the
//! parts one by one would be wrong, because tokens may span them (`User: ` and `Hello` make ` Hello`).
//!
//! So the tokenizer's own search for special tokens is off. Each special token has a second name that no text
//! contains, made of a Unicode noncharacter and a character of a private plane, and the names outside of guarded
//! words are replaced by these just before encoding. Noncharacters are for such internal use and not for interchange.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use tokenizers::{AddedToken, Model};

/// Begins the second name of a special token.
const SECOND_NAME: char = '\u{8FFFE}';
/// Stands before a character at which no special token may begin.
const GUARD: char = '\u{8FFFF}';
/// Replaces these two in a user's text.
const REPLACEMENT: char = '\u{FFFD}';
/// The second name of the i-th special token ends in the character with this number plus i.
const FIRST: u32 = 0xF0000;

/// A text in which no special token begins; only for [`encode_guarded`](super::Tokenizer::encode_guarded).
#[derive(Debug, Clone, PartialEq)]
pub struct Guarded(String);

impl Guarded {
    /// The text with a guard character wherever a special token could begin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

struct SpecialToken {
    name: String,
    id: u32,
    single_word: bool,
}

/// The special tokens of one tokenizer.
pub(super) struct SpecialTokens {
    tokens: Vec<SpecialToken>,
    /// Indices into `tokens` by the first byte of the name, longest name first.
    by_first_byte: Vec<Vec<usize>>,
    ids: HashSet<u32>,
    /// From the ids that the tokenizer gave the second names to indices into `tokens`.
    seconds: HashMap<u32, usize>,
}

impl SpecialTokens {
    /// Gives the tokenizer the second names and turns its own search for the first ones off.
    pub fn install(
        tokenizer: &mut tokenizers::Tokenizer,
        special: Vec<(u32, AddedToken)>,
    ) -> Result<Self, tokenizers::Error> {
        let mut added = fillers(tokenizer)?;
        let mut tokens = Vec::new();
        let mut by_first_byte = vec![Vec::new(); 256];
        for (id, token) in special {
            let Some(second) = second_name(tokens.len()) else { break };
            let Some(&first_byte) = token.content.as_bytes().first() else { continue };
            by_first_byte[usize::from(first_byte)].push(tokens.len());
            // Not special for the tokenizer, so that its search finds them; matched before normalisation.
            added.push(AddedToken {
                content: second,
                single_word: false,
                normalized: false,
                special: false,
                ..token.clone()
            });
            tokens.push(SpecialToken { name: token.content.clone(), id, single_word: token.single_word });
            added.push(AddedToken { special: true, ..token });
        }
        tokenizer.add_tokens(added)?;
        tokenizer.set_encode_special_tokens(true);
        for bucket in &mut by_first_byte {
            bucket.sort_by_key(|&i: &usize| std::cmp::Reverse(tokens[i].name.len()));
        }
        let ids = tokens.iter().map(|token| token.id).collect();
        let second = |i: usize| tokenizer.token_to_id(&second_name(i)?);
        let seconds = (0..tokens.len()).filter_map(|i| Some((second(i)?, i))).collect();
        Ok(Self { tokens, by_first_byte, ids, seconds })
    }

    /// Whether `id` is a special token.
    pub fn contains(&self, id: u32) -> bool {
        self.ids.contains(&id)
    }

    /// The special token whose name `text` begins with.
    pub fn leading(&self, text: &str) -> Option<u32> {
        self.find(text, 0, true).map(|i| self.tokens[i].id)
    }

    /// The special token whose second name has the id `id`.
    pub fn of_second_name(&self, id: u32) -> Option<u32> {
        self.seconds.get(&id).map(|&i| self.tokens[i].id)
    }

    pub fn is_second_name(token: &str) -> bool {
        token.starts_with(SECOND_NAME)
    }

    /// The longest special token whose name `text` has at the byte `at`.
    fn find(&self, text: &str, at: usize, any: bool) -> Option<usize> {
        let bytes = text.as_bytes();
        let bucket = &self.by_first_byte[usize::from(*bytes.get(at)?)];
        bucket.iter().copied().find(|&i| {
            let token = &self.tokens[i];
            bytes[at..].starts_with(token.name.as_bytes())
                && (any || !token.single_word || is_single_word(text, at, at + token.name.len()))
        })
    }

    /// Replaces special tokens' names by their second names, and takes the guards out.
    pub fn rename<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut renamed = String::new();
        let mut copied = 0;
        let mut at = 0;
        while at < text.len() {
            let bytes = text.as_bytes();
            // U+8FFFE and U+8FFFF are F2 8F BF BE and F2 8F BF BF.
            if bytes[at] == 0xF2 && (text[at..].starts_with(GUARD) || text[at..].starts_with(SECOND_NAME)) {
                renamed.push_str(&text[copied..at]);
                let guard = text[at..].starts_with(GUARD);
                at += GUARD.len_utf8();
                if !guard {
                    renamed.push(REPLACEMENT);
                }
                copied = at;
                // The guarded character itself is not looked at.
                if guard && let Some(character) = text[at..].chars().next() {
                    at += character.len_utf8();
                }
            } else if let Some(i) = self.find(text, at, false) {
                renamed.push_str(&text[copied..at]);
                renamed.extend(second_name(i));
                at += self.tokens[i].name.len();
                copied = at;
            } else {
                at += 1;
                while !text.is_char_boundary(at) {
                    at += 1;
                }
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        renamed.push_str(&text[copied..]);
        Cow::Owned(renamed)
    }

    /// Puts a guard wherever a special token's name begins.
    pub fn guard(&self, text: &str) -> Guarded {
        let mut guarded = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            if character == GUARD || character == SECOND_NAME {
                guarded.push(REPLACEMENT);
                continue;
            }
            if self.find(text, at, true).is_some() {
                guarded.push(GUARD);
            }
            guarded.push(character);
        }
        Guarded(guarded)
    }
}

/// Of the i-th special token.
fn second_name(i: usize) -> Option<String> {
    let last = char::from_u32(FIRST.checked_add(u32::try_from(i).ok()?)?)?;
    Some(format!("{SECOND_NAME}{last}"))
}

/// The tokenizer numbers new tokens from the count of its tokens on. Where the ids of the model have gaps, these
/// tokens, which no text matches, take up the numbers that are not free.
fn fillers(tokenizer: &tokenizers::Tokenizer) -> Result<Vec<AddedToken>, tokenizers::Error> {
    let vocabulary = tokenizer.get_model().get_vocab();
    let highest = vocabulary.values().max().map_or(0, |&id| id as usize + 1);
    let gap = highest - vocabulary.len().min(highest);
    if gap > 1 << 16 {
        return Err(format!("{gap} of its ids below {highest} have no token").into());
    }
    let filler =
        |i| AddedToken { content: format!("{SECOND_NAME}{GUARD}{i}"), normalized: false, ..AddedToken::default() };
    Ok((0..gap).map(filler).collect())
}

fn is_single_word(text: &str, start: usize, end: usize) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !word(text[..start].chars().next_back()) && !word(text[end..].chars().next())
}
