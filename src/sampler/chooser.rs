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

    /// At most `most` tokens with which the text comes to an end, after `token` if it is given. None if none were found, or
    /// such a constraint does not look for them.
    ///
    /// # Errors
    /// As [`Constraint::mask`].
    fn closing(&mut self, token: Option<u32>, most: usize) -> Result<Option<Vec<u32>>> {
        let _ = (token, most);
        Ok(None)
    }

    /// This token was chosen and read. A token that ends the text is not read.
    ///
    /// # Errors
    /// As [`Constraint::mask`]. The token is in the state, so it is handed out before the run ends.
    fn accept(&mut self, token: u32) -> Result<()>;

    /// Whether the text is whole as it is, though more may follow.
    ///
    /// # Errors
    /// As [`Constraint::mask`].
    fn may_end(&mut self) -> Result<bool> {
        Ok(false)
    }

    /// Whether the text is whole and nothing may follow, so that the run ends without a token that says so.
    fn is_over(&self) -> bool {
        false
    }
}

/// When at most so many tokens may follow, the text is led to an end in time, if one is found.
const CLOSING_TOKENS: usize = 64;

/// A [`Sampler`], perhaps under a [`Constraint`].
pub struct Chooser {
    sampler: Sampler,
    constraint: Option<Box<dyn Constraint>>,
    on_host: bool,
    /// From so many tokens that may follow on, an end is looked for.
    closes_at: usize,
    /// Whether there is a way to an end from here.
    is_led: bool,
}

impl Chooser {
    /// Without a constraint, every token that the sampler allows may be chosen.
    pub fn new(sampler: Sampler, constraint: Option<Box<dyn Constraint>>) -> Self {
        Self { sampler, constraint, on_host: false, closes_at: CLOSING_TOKENS, is_led: false }
    }

    /// Has every token chosen on the host, where the scores can be looked at afterwards.
    pub fn on_host(self) -> Self {
        Self { on_host: true, ..self }
    }

    /// The sampler if a backend may sample in its place: there is no constraint, and nobody wants to see the scores.
    pub fn sampler_alone(&mut self) -> Option<&mut Sampler> {
        (self.constraint.is_none() && !self.on_host).then_some(&mut self.sampler)
    }

    /// As [`Chooser::sampler_alone`], to be looked at.
    pub fn lone_sampler(&self) -> Option<&Sampler> {
        (self.constraint.is_none() && !self.on_host).then_some(&self.sampler)
    }

    /// The next token, from its scores (V) and the tokens before it. It is one of at most `most` tokens. Under a constraint the
    /// last ones of them bring the text to an end, if a way to one was found.
    ///
    /// # Errors
    /// As [`Sampler::sample`], and what the constraint says; [`Error::BadArgument`] when it leaves no token.
    pub fn choose(&mut self, logits: &[f32], recent: &Recent, most: usize) -> Result<u32> {
        let Some(constraint) = &mut self.constraint else { return self.sampler.sample(logits, recent) };
        let chosen = self.sampler.sample_under(logits, recent, &mut **constraint)?;
        if most > self.closes_at {
            return Ok(chosen);
        }
        if !self.is_led {
            self.is_led = constraint.closing(None, most)?.is_some();
            if !self.is_led {
                // The text may be nearer to an end later. To look for it each time would take too long.
                self.closes_at = most / 4;
                return Ok(chosen);
            }
        }
        if constraint.closing(Some(chosen), most.saturating_sub(1))?.is_some() {
            return Ok(chosen);
        }
        let way = constraint.closing(None, most)?;
        Ok(way.and_then(|way| way.first().copied()).unwrap_or(chosen))
    }

    /// Whether the constraint calls the text whole as it is.
    ///
    /// # Errors
    /// What the constraint says.
    pub fn may_end(&mut self) -> Result<bool> {
        self.constraint.as_mut().map_or(Ok(false), |constraint| constraint.may_end())
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
