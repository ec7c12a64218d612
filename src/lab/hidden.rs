//! The attention that a layer of Mamba hides: each channel's recurrence, written out as a matrix over the tokens.
//!
//! Ali et al. 2024, "The Hidden Attention of Mamba Models" (<https://arxiv.org/abs/2403.01590>), section 3. For channel e,
//!
//! `C[t] h[t] = sum over s <= t of M[t, s] x[s]`, `M[t, s] = sum over n of C[t, n] decay[s + 1 ... t, n] delta[s] B[s, n]`.
//!
//! Mamba-1 has such a matrix for each of its E channels. Mamba-2 has one for each head ([`super::duality`]).

#[cfg(test)]
mod tests;

use crate::backend::trace::Step;
use crate::error::{Error, Result};

/// What one layer did at T tokens, as a backend's kernels computed it.
#[derive(Debug, Default)]
pub struct Reading {
    /// Of each token.
    steps: Vec<Step>,
    /// `[N, E]` of each token: exp(delta A).
    decays: Vec<Vec<f32>>,
    /// `[E]` of each token: C h.
    recurrence: Vec<f32>,
}

impl Reading {
    /// Adds a token: its step, and the layer's state after it, `[N, E]`.
    pub fn push(&mut self, step: Step, state: &[f32]) {
        let mut readout = vec![0.0; step.x.len()];
        for (c, h) in step.c.iter().zip(state.chunks_exact(readout.len())) {
            readout.iter_mut().zip(h).for_each(|(y, h)| *y += c * h);
        }
        self.recurrence.extend(readout);
        self.decays.push(step.halvings.iter().map(|halvings| (-halvings).exp2()).collect());
        self.steps.push(step);
    }

    /// T.
    pub fn tokens(&self) -> usize {
        self.steps.len()
    }

    /// E.
    pub fn channels(&self) -> usize {
        self.steps.first().map_or(0, |step| step.x.len())
    }

    /// `[T, E]`: C h, with the states that the backend itself went through.
    pub fn recurrence(&self) -> &[f32] {
        &self.recurrence
    }

    /// `[T, E]`: the same as a product with the matrices, without any state.
    pub fn masked(&self) -> Vec<f32> {
        let mut y = vec![0.0; self.recurrence.len()];
        self.add_rows(0, &[], &mut y);
        y
    }

    /// `[T, E]` in chunks of `length` tokens: within a chunk the matrices, between chunks the state.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a length of 0.
    pub fn chunked(&self, length: usize) -> Result<Vec<f32>> {
        if length == 0 {
            return Err(Error::BadArgument("A chunk has at least one token.".into()));
        }
        let e = self.channels();
        let mut y = vec![0.0; self.recurrence.len()];
        let mut h = vec![0.0; self.decays.first().map_or(0, Vec::len)];
        for (number, y) in y.chunks_mut(length * e.max(1)).enumerate() {
            let from = number * length;
            self.add_rows(from, &h, y);
            for t in from..self.tokens().min(from + length) {
                self.advance(t, &mut h);
            }
        }
        Ok(y)
    }

    /// `[T, T]`: how much of each token s (column) is in what token t (row) reads from memory; of one channel, or of all the
    /// mean size. 0 above the diagonal, because no token sees a later one.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a channel that the layer does not have.
    pub fn attention(&self, channel: Option<usize>) -> Result<Vec<f32>> {
        let (tokens, e) = (self.tokens(), self.channels());
        if let Some(channel) = channel.filter(|channel| *channel >= e) {
            return Err(Error::BadArgument(format!("The layer has {e} channels, and no channel {channel}.")));
        }
        let mut all = vec![0.0; tokens * tokens];
        self.rows(0..tokens, |t, s, weights| {
            all[t * tokens + s] = match channel {
                Some(channel) => weights[channel],
                None => weights.iter().map(|weight| weight.abs()).sum::<f32>() / e as f32,
            };
        });
        Ok(all)
    }

    /// Adds to `y` `[_, E]` what the tokens from `from` on read: of each other, and of the state `h` `[N, E]` that they found.
    fn add_rows(&self, from: usize, h: &[f32], y: &mut [f32]) {
        let e = self.channels().max(1);
        let to = from + y.len() / e;
        let since = self.rows(from..to, |t, s, weights| {
            let row = &mut y[(t - from) * e..][..e];
            row.iter_mut().zip(weights).zip(&self.steps[s].x).for_each(|((y, m), x)| *y += m * x);
        });
        for (t, since) in (from..to).zip(since) {
            let row = &mut y[(t - from) * e..][..e];
            for ((c, h), since) in self.steps[t].c.iter().zip(h.chunks_exact(e)).zip(since.chunks_exact(e)) {
                row.iter_mut().zip(h).zip(since).for_each(|((y, h), since)| *y += c * since * h);
            }
        }
    }

    /// Hands out `M[t, s]` of all channels, `[E]`, for each pair of these tokens. Returns the decay, `[N, E]`, from before
    /// the first of them to each.
    fn rows(&self, tokens: core::ops::Range<usize>, mut take: impl FnMut(usize, usize, &[f32])) -> Vec<Vec<f32>> {
        let e = self.channels().max(1);
        let mut weights = vec![0.0; e];
        let until = |t: usize| {
            let mut since = vec![1.0; self.decays[t].len()];
            for s in (tokens.start..=t).rev() {
                weights.fill(0.0);
                let (c, step) = (&self.steps[t].c, &self.steps[s]);
                for ((c, b), since) in c.iter().zip(&step.b).zip(since.chunks_exact(e)) {
                    weights.iter_mut().zip(since).for_each(|(m, since)| *m += c * b * since);
                }
                weights.iter_mut().zip(&step.delta).for_each(|(m, delta)| *m *= delta);
                take(t, s, &weights);
                since.iter_mut().zip(&self.decays[s]).for_each(|(since, decay)| *since *= decay);
            }
            since
        };
        tokens.clone().map(until).collect()
    }

    /// The state after a token, from the one before it, `[N, E]`.
    fn advance(&self, t: usize, h: &mut [f32]) {
        let Step { delta, b, x, .. } = &self.steps[t];
        let e = self.channels().max(1);
        for ((h, decay), b) in h.chunks_exact_mut(e).zip(self.decays[t].chunks_exact(e)).zip(b) {
            for (((h, decay), delta), x) in h.iter_mut().zip(decay).zip(delta).zip(x) {
                *h = decay * *h + delta * b * x;
            }
        }
    }
}
