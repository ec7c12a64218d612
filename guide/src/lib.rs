//! Says which tokens may come next, so that a text has a given shape: one of some texts, a text of a regular
//! expression, JSON of a schema, or a text of a grammar.
//!
//! llguidance makes the automaton. It is a crate of its own because the browser fetches it as a wasm module of its own,
//! when a shape is asked for the first time. It knows no model: only the bytes of its tokens.

mod closing;
mod limits;
mod shape;
#[cfg(target_arch = "wasm32")]
mod web;

use std::sync::Arc;

use closing::Closers;
use llguidance::toktrie::{ApproximateTokEnv, InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie};
use llguidance::{Matcher, ParserFactory};

pub use shape::Shape;

/// Errors are sentences.
pub type Result<T> = std::result::Result<T, String>;

/// The bytes that each token of a model stands for.
pub struct Vocabulary {
    factory: ParserFactory,
    /// A bit for each token that stands for bytes, and one for the end.
    ordinary: Arc<SimpleVob>,
    closers: Arc<Closers>,
    /// Tokens of the model, V.
    tokens: usize,
}

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
        let closers = Arc::new(Closers::new(&tokens));
        tokens.push([&[TokTrie::SPECIAL_TOKEN_MARKER], "<the end of the text>".as_bytes()].concat());
        let trie = TokTrie::from(&TokRxInfo::new(end + 1, end), &tokens);
        let environment: TokEnv = Arc::new(ApproximateTokEnv::new(trie));
        let slices = llguidance::earley::SlicedBiasComputer::general_slices();
        let mut factory = ParserFactory::new(&environment, InferenceCapabilities::default(), &slices)
            .map_err(|error| format!("The tokens of this model cannot be used for a constraint ({error})."))?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Self { factory, ordinary: Arc::new(ordinary), closers, tokens: count })
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
        let name = shape.name();
        let bad = |why: &dyn std::fmt::Display| format!("The constraint's {name} cannot be used: {}.", sentence(why));
        let grammar = shape.grammar()?;
        let parser = deeply(|| self.factory.create_parser(grammar))?.map_err(|error| bad(&format!("{error:#}")))?;
        let (ordinary, closers) = (Arc::clone(&self.ordinary), Arc::clone(&self.closers));
        let mut walk = Walk { matcher: Matcher::new(Ok(parser)), ordinary, closers };
        let mask = walk.mask().map_err(|error| bad(&error))?;
        if mask.iter().all(|&bits| bits == 0) {
            return Err(bad(&"no text of this model's tokens has this shape"));
        }
        // The library counts the ways to go on at the first token. There is no use in waiting for that.
        let first =
            mask.iter().zip(0..).find(|(bits, _)| **bits != 0).map(|(bits, word)| 32 * word + bits.trailing_zeros());
        if let Some(first) = first.filter(|&first| (first as usize) < self.tokens) {
            walk.clone().matcher.consume_token(first).map_err(|error| bad(&error))?;
        }
        Ok(walk)
    }
}

/// Calls the library with a large stack. It follows rules and references that lead to others by recursion, with some 3 kB of
/// the stack for each. `shape.rs` bounds how many there can be. A wasm module has no such stack. It stops with a trap then,
/// and www/engine/program/guide.js starts it anew.
#[cfg(not(target_arch = "wasm32"))]
fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    const STACK_BYTES: usize = 1 << 29;
    let failed = || "The constraint cannot be used: there is no memory to follow it.".to_owned();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.map_err(|_| failed())?.join().map_err(|_| failed())
    })
}

#[cfg(target_arch = "wasm32")]
fn deeply<T>(work: impl FnOnce() -> T) -> Result<T> {
    Ok(work())
}

/// How far a text has come.
#[derive(Clone)]
pub struct Walk {
    matcher: Matcher,
    ordinary: Arc<SimpleVob>,
    closers: Arc<Closers>,
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

    /// Whether this token may come next, as [`Walk::mask`] would say. It looks at one token's bytes, so it takes a hundredth of
    /// the time.
    ///
    /// # Errors
    /// As [`Walk::mask`].
    pub fn allows(&mut self, token: u32) -> Result<bool> {
        // The end has a token of its own, of which the caller knows nothing.
        let is_ordinary = (token as usize) < self.ordinary.len() - 1 && self.ordinary.is_allowed(token);
        Ok(is_ordinary && self.matcher.validate_tokens(&[token]).map_err(|error| lost(&error))? == 1)
    }

    /// Whether the text may end here, as bit V of [`Walk::mask`] would say.
    ///
    /// # Errors
    /// As [`Walk::mask`].
    pub fn may_end(&mut self) -> Result<bool> {
        Ok(self.is_over() || self.matcher.is_accepting().map_err(|error| lost(&error))?)
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

/// The first line of a message of the library, without its full stop. It may repeat all of the shape, so it is cut.
fn sentence(message: &dyn std::fmt::Display) -> String {
    const MOST_CHARACTERS: usize = 300;
    let message = message.to_string();
    if message.starts_with("panic: ") {
        return "it is too large".into(); // a count of the library overflows
    }
    if message.contains("items; max is") {
        return "there are too many ways to go on at one place; in a grammar, terminals have none".into();
    }
    let line = message.lines().next().unwrap_or_default().trim_end_matches(['.', ' ', ':']);
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}...", &line[..end]).trim_end_matches('.').to_owned(),
        None => line.to_owned(),
    }
}
