//! Says which tokens may come next, so that a text has a given shape: one of some texts, a text of a regular
//! expression, JSON of a schema, or a text of a grammar.
//!
//! llguidance makes the automaton. It is a crate of its own because the browser fetches it as a wasm module of its own,
//! when a shape is asked for the first time. It knows no model: only the bytes of its tokens.

mod shape;
#[cfg(target_arch = "wasm32")]
mod web;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use llguidance::toktrie::{ApproximateTokEnv, InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Matcher, ParserFactory};

pub use shape::Shape;

/// Errors are sentences.
pub type Result<T> = std::result::Result<T, String>;

/// The bytes that each token of a model stands for.
pub struct Vocabulary {
    factory: ParserFactory,
    /// A bit for each token that stands for bytes, and one for the end.
    ordinary: SimpleVob,
    /// Tokens of the model, V.
    tokens: usize,
    /// The shapes of the last walks, each at its beginning. Walks of one shape share what the automaton has found out, which
    /// makes the next one faster.
    known: RefCell<VecDeque<(String, Walk)>>,
}

const MOST_KNOWN: usize = 4;

impl Vocabulary {
    /// `tokens` has the bytes of each token (V). Those without bytes, such as special tokens, never come.
    ///
    /// # Errors
    /// When there are no tokens, or the automaton cannot take them.
    pub fn new(mut tokens: Vec<Vec<u8>>) -> Result<Self> {
        let count = tokens.len();
        let end = u32::try_from(count).map_err(|_| "The model has too many tokens.")?;
        // The library takes what begins with this byte for a special token; no character contains it.
        for token in tokens.iter_mut().filter(|token| token.first() == Some(&TokTrie::SPECIAL_TOKEN_MARKER)) {
            token.clear();
        }
        // One more token than the model has: it stands for the end, whatever tokens end this model's texts.
        let mut ordinary = SimpleVob::alloc(count + 1);
        for (id, _) in (0..).zip(&tokens).filter(|(_, token)| !token.is_empty()) {
            ordinary.allow_token(id);
        }
        ordinary.allow_token(end);
        tokens.push([&[TokTrie::SPECIAL_TOKEN_MARKER], "<the end of the text>".as_bytes()].concat());
        let trie = TokTrie::from(&TokRxInfo::new(end + 1, end), &tokens);
        let environment: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let slices = llguidance::earley::SlicedBiasComputer::general_slices();
        let mut factory = ParserFactory::new(&environment, InferenceCapabilities::default(), &slices)
            .map_err(|error| format!("The tokens of this model cannot be used for a constraint ({error})."))?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Self { factory, ordinary, tokens: count, known: RefCell::default() })
    }

    /// Tokens of the model, V.
    pub fn len(&self) -> usize {
        self.tokens
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.tokens == 0
    }

    /// A walk through all texts of `shape`, at its beginning.
    ///
    /// # Errors
    /// What is wrong with the shape.
    pub fn walk(&self, shape: Shape) -> Result<Walk> {
        let key = format!("{shape:?}");
        let mut known = self.known.borrow_mut();
        if let Some((_, walk)) = known.iter().find(|(of, _)| *of == key) {
            return Ok(walk.clone());
        }
        let walk = self.new_walk(shape)?;
        if known.len() == MOST_KNOWN {
            known.pop_front();
        }
        known.push_back((key, walk.clone()));
        Ok(walk)
    }

    fn new_walk(&self, shape: Shape) -> Result<Walk> {
        let name = shape.name();
        let bad = |why: &dyn std::fmt::Display| format!("The constraint's {name} cannot be used: {}.", sentence(why));
        let grammar = shape.grammar()?;
        let parser = self.factory.create_parser(grammar).map_err(|error| bad(&format!("{error:#}")))?;
        let mut walk = Walk { matcher: Matcher::new(Ok(parser)), ordinary: self.ordinary.clone() };
        let mask = walk.mask().map_err(|error| bad(&error))?;
        match mask.iter().any(|&bits| bits != 0) {
            true => Ok(walk),
            false => Err(bad(&"no text of this model's tokens has this shape")),
        }
    }
}

/// How far a text has come.
#[derive(Clone)]
pub struct Walk {
    matcher: Matcher,
    ordinary: SimpleVob,
}

impl Walk {
    /// The tokens that may come next: token i is bit i % 32 of word i / 32. Bit V is set where the text may end.
    ///
    /// # Errors
    /// When the shape is too hard to follow, which the sentence says.
    pub fn mask(&mut self) -> Result<Vec<u32>> {
        let mut mask = self.matcher.compute_mask_or_eos().map_err(|error| lost(&error))?;
        mask.and(&self.ordinary);
        Ok(mask.as_slice().to_vec())
    }

    /// The token was chosen.
    ///
    /// # Errors
    /// When it was not allowed.
    pub fn accept(&mut self, token: u32) -> Result<()> {
        self.matcher.consume_token(token).map_err(|error| lost(&error))
    }

    /// Whether the text has this shape and nothing can follow.
    pub fn is_over(&self) -> bool {
        self.matcher.is_stopped() && !self.matcher.is_error()
    }
}

fn lost(why: &dyn std::fmt::Display) -> String {
    format!("The constraint cannot be followed any further: {}.", sentence(why))
}

/// The first line of a message of the library, without its full stop.
fn sentence(message: &dyn std::fmt::Display) -> String {
    let message = message.to_string();
    message.lines().next().unwrap_or_default().trim_end_matches(['.', ' ', ':']).to_owned()
}
