//! What each token does to memory: the step sizes, half-lives and norms of all layers of Mamba while a model reads.
//!
//! Gu & Dao 2023, "Mamba" (<https://arxiv.org/abs/2312.00752>), section 3.2 and algorithm 2:
//! `h_t = exp(delta_t A) h_(t-1) + delta_t B_t x_t`, `y_t = C_t h_t`.

use crate::backend::Backend;
use crate::backend::trace::Step;
use crate::error::Result;
use crate::state::State;

/// One layer at one token, in few numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The mean step size of the E channels.
    pub delta: f32,
    /// The median half-life of the E * N states, in tokens like this one.
    pub half_life: f32,
    /// The norm of what was written: of `h_t - exp(delta_t A) h_(t-1)`.
    pub written: f32,
    /// The norm of the state after the token.
    pub state: f32,
    /// The norm of the gated readout, which out_proj reads.
    pub y: f32,
}

/// What reading one token showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// -log2 of the probability that the token had before it was read; NaN for the first one.
    pub surprise: f32,
    /// Of each layer.
    pub layers: Vec<Figures>,
    /// Of each layer.
    pub steps: Vec<Step>,
}

/// A state that is watched while a model reads.
#[derive(Debug)]
pub struct Watched {
    /// The state after the last token.
    pub state: State,
    /// Scores of the next token, `[V]`; empty before the first token.
    pub logits: Vec<f32>,
}

impl Watched {
    /// The state before the first token.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`] without room for a state.
    pub fn new(backend: &dyn Backend) -> Result<Self> {
        Ok(Self { state: State::try_new(backend.config())?, logits: Vec::new() })
    }

    /// Reads a token.
    ///
    /// # Errors
    /// As [`Backend::trace`], and [`crate::Error::OutOfMemory`].
    pub fn read(&mut self, backend: &mut dyn Backend, token: u32) -> Result<Seen> {
        let mut before = self.state.try_clone()?;
        let surprise = surprise(&self.logits, token);
        self.logits.resize(backend.config().vocab, 0.0);
        let steps = backend.trace(token, &mut self.state, &mut self.logits)?;
        let layers = steps
            .iter()
            .enumerate()
            .map(|(number, step)| figures(step, before.layer(number).ssm, self.state.layer(number).ssm));
        Ok(Seen { surprise, layers: layers.collect(), steps })
    }
}

/// -log2 of the probability of `token` by its scores; NaN without scores or for a token that they lack.
pub fn surprise(logits: &[f32], token: u32) -> f32 {
    let Some(&own) = logits.get(token as usize) else { return f32::NAN };
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|score| (score - most).exp()).sum();
    (sum.ln() + most - own) * core::f32::consts::LOG2_E
}

fn figures(step: &Step, before: &[f32], after: &[f32]) -> Figures {
    let written = after
        .iter()
        .zip(before)
        .zip(&step.halvings)
        .map(|((after, before), halvings)| after - (-halvings).exp2() * before);
    let mut halvings = step.halvings.clone();
    let middle = halvings.len() / 2;
    let (_, median, _) = halvings.select_nth_unstable_by(middle, f32::total_cmp);
    Figures {
        delta: step.delta.iter().sum::<f32>() / step.delta.len() as f32,
        half_life: 1.0 / *median,
        written: norm(written),
        state: norm(after.iter().copied()),
        y: norm(step.y.iter().copied()),
    }
}

fn norm(values: impl Iterator<Item = f32>) -> f32 {
    values.map(|value| value * value).sum::<f32>().sqrt()
}

/// Sets the state of one of `layers` layers to zero, or of all: what it remembers and the window of its convolution.
pub fn forget(state: &mut State, layers: usize, layer: Option<usize>) {
    state.renew();
    for number in (0..layers).filter(|number| layer.is_none_or(|layer| layer == *number)) {
        let layer = state.layer(number);
        layer.ssm.fill(0.0);
        layer.conv.fill(0.0);
    }
}

/// Sets to zero what halves faster than once in `tokens` tokens, by the steps of a token. Returns the share that stays.
pub fn keep_slow(state: &mut State, steps: &[Step], tokens: f32) -> f32 {
    state.renew();
    let (mut kept, mut all) = (0_usize, 0_usize);
    for (number, step) in steps.iter().enumerate() {
        for (value, halvings) in state.layer(number).ssm.iter_mut().zip(&step.halvings) {
            all += 1;
            if halvings * tokens > 1.0 {
                *value = 0.0;
            } else {
                kept += 1;
            }
        }
    }
    kept as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests;
