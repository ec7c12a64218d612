//! A sampler with an optional constraint, for one generation.

use super::{Recent, Sampler};
use crate::error::Result;

/// Says which tokens may come next, as a grammar does.
pub trait Constraint {
    /// Sets the scores (V) of forbidden tokens to -inf.
    ///
    /// # Errors
    /// Any error; it ends the run.
    fn mask(&mut self, scores: &mut [f32]) -> Result<()>;

    /// Whether [`Constraint::mask`] would leave this token. It is asked first, because it takes much less time.
    ///
    /// # Errors
    /// As [`Constraint::mask`].
    fn allows(&mut self, token: u32) -> Result<bool>;

    /// This token was chosen and read. A token that ends the text is not read.
    ///
    /// # Errors
    /// As [`Constraint::mask`].
    fn accept(&mut self, token: u32) -> Result<()>;

    /// Whether the text is whole and nothing may follow, so that the run ends without a token that says so.
    fn is_over(&self) -> bool {
        false
    }
}

/// A [`Sampler`], perhaps under a [`Constraint`].
pub struct Chooser {
    sampler: Sampler,
    constraint: Option<Box<dyn Constraint>>,
    on_host: bool,
}

impl Chooser {
    /// Without a constraint, every token that the sampler allows may be chosen.
    pub fn new(sampler: Sampler, constraint: Option<Box<dyn Constraint>>) -> Self {
        Self { sampler, constraint, on_host: false }
    }

    /// Has every token chosen on the host, where the scores can be looked at afterwards.
    pub fn on_host(self) -> Self {
        Self { on_host: true, ..self }
    }

    /// The sampler if a backend may sample in its place: there is no constraint, and nobody wants to see the scores.
    pub fn sampler_alone(&mut self) -> Option<&mut Sampler> {
        (self.constraint.is_none() && !self.on_host).then_some(&mut self.sampler)
    }

    /// The next token, from its scores (V) and the tokens before it.
    ///
    /// # Errors
    /// As [`Sampler::sample`], and what the constraint says; [`Error::BadArgument`] when it leaves no token.
    pub fn choose(&mut self, logits: &[f32], recent: &Recent) -> Result<u32> {
        match &mut self.constraint {
            None => self.sampler.sample(logits, recent),
            Some(constraint) => self.sampler.sample_under(logits, recent, &mut **constraint),
        }
    }

    /// Whether the constraint lets nothing follow.
    pub fn is_over(&self) -> bool {
        self.constraint.as_ref().is_some_and(|constraint| constraint.is_over())
    }

    /// The token was read.
    ///
    /// # Errors
    /// What the constraint says.
    pub fn accept(&mut self, token: u32) -> Result<()> {
        self.constraint.as_mut().map_or(Ok(()), |constraint| constraint.accept(token))
    }
}
