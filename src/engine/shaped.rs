//! Answers of a given shape. Natively the automaton is linked in; a browser fetches it as a module of its own.

use super::Engine;
use crate::error::{Error, Result};
use crate::sampler::{Constraint, Guided};

pub use mamba_web_guide::{Shape, Vocabulary};

impl Engine {
    /// For [`Session::begin_under`](crate::generation::Session::begin_under): the answer gets this shape. It is for one
    /// run. The first one of an engine takes some time, because the tokens are sorted for it.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a shape that cannot be followed; [`Error::NotFound`] without a tokenizer.
    pub fn constraint(&self, shape: Shape) -> Result<Box<dyn Constraint>> {
        let vocabulary = match self.vocabulary.get() {
            Some(vocabulary) => vocabulary,
            None => {
                let tokens = self.tokenizer()?.token_bytes(self.config().vocab)?;
                let vocabulary = Vocabulary::new(tokens).map_err(Error::BadTokenizer)?;
                self.vocabulary.get_or_init(|| vocabulary)
            }
        };
        let walk = vocabulary.walk(shape).map_err(Error::BadArgument)?;
        Ok(Box::new(Guided::new(walk, self.stop_tokens().to_vec())))
    }
}
