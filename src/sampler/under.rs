//! Sampling under a constraint. To ask it about one token takes a hundredth of the time of a mask, so a token is drawn as if
//! there were none. Only if the constraint refuses it, the mask is made and another one is drawn.
//!
//! That is exact. Let T be the sum of the weights of the tokens that top-k leaves of the allowed ones, and Z that of those
//! that it leaves of all. Any allowed token among the k best of all is among the k best of the allowed, and T <= Z. The
//! first draw gives it with the chance weight / Z, and it should have weight / T. The second draw makes up for the
//! difference, as in speculative sampling (Leviathan et al. 2023, appendix A.1): it takes such a token by the weight times
//! 1 - T / Z, and one that is not among the k best of all by its whole weight. Top-p and min-p have no such bound: with
//! them the mask comes first.

use std::cmp::Ordering;

use super::{Candidate, Constraint, Recent, Sampler, no_token};
use crate::error::{Error, Result};

impl Sampler {
    /// As [`Sampler::sample`], of the tokens that the constraint allows alone. Top-k keeps k of them and no more: of equal
    /// scores the first.
    ///
    /// # Errors
    /// As [`Sampler::sample`], and what the constraint says; [`Error::BadArgument`] when it leaves no token.
    pub fn sample_under(&mut self, logits: &[f32], recent: &Recent, constraint: &mut dyn Constraint) -> Result<u32> {
        self.score(logits, recent)?;
        if self.settings.temperature == 0.0 {
            let best = self.best()?;
            if constraint.allows(best)? {
                return Ok(best);
            }
            self.mask(constraint)?;
            return self.best();
        }
        if self.settings.top_p < 1.0 || self.settings.min_p > 0.0 {
            self.mask(constraint)?;
            self.gather_k();
            self.weigh()?;
            return self.draw();
        }
        self.gather_k();
        let best_of_all = self.weigh()?;
        let last_of_all = self.candidates.iter().copied().max_by(Candidate::order).ok_or_else(no_token)?;
        let sum_of_all = self.sum();
        let drawn = self.draw()?;
        if constraint.allows(drawn)? {
            return Ok(drawn);
        }
        self.mask(constraint)?;
        self.gather_k();
        let best = self.weigh()?;
        // The weights are relative to the best of the allowed ones, those of the sum of all to the best of all.
        let scale = f64::from((best - best_of_all) / self.settings.temperature).exp();
        let rest = 1.0 - self.sum() * scale / sum_of_all;
        // Rounding may leave nothing of it where it is the same for all candidates and does not matter.
        if rest > 0.0 {
            let was_among = |c: &&mut Candidate| Candidate::order(c, &last_of_all) != Ordering::Greater;
            self.candidates.iter_mut().filter(was_among).for_each(|c| c.weight *= rest as f32);
        }
        self.draw()
    }

    fn mask(&mut self, constraint: &mut dyn Constraint) -> Result<()> {
        constraint.mask(&mut self.scores)?;
        match self.scores.iter().all(|&score| score == f32::NEG_INFINITY) {
            true => Err(Error::BadArgument("The constraint leaves no token that could come next.".into())),
            false => Ok(()),
        }
    }

    /// As [`Sampler::gather`], but of the tokens that are as good as the k-th only so many as make k.
    fn gather_k(&mut self) {
        self.gather();
        let k = self.settings.top_k as usize;
        if k > 0 && self.candidates.len() > k {
            self.candidates.select_nth_unstable_by(k, Candidate::order);
            self.candidates.truncate(k);
        }
    }

    fn sum(&self) -> f64 {
        self.candidates.iter().map(|c| f64::from(c.weight)).sum()
    }
}
