//! What a layer of Mamba does at one token, for the Lab.

use crate::error::{Error, Result};
use crate::model::{Config, Mixer};

/// One layer at one token, as the backend's own kernels computed it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// The step size, `[E]`: softplus of dt_proj.
    pub delta: Vec<f32>,
    /// How many times each state halves in this step, `[N, E]`: exp(delta A) = 2^-halvings. One over it is the half-life,
    /// in tokens like this one.
    pub halvings: Vec<f32>,
    /// What is written, `[E]`: after the convolution and its SiLU.
    pub x: Vec<f32>,
    /// `[N]`.
    pub b: Vec<f32>,
    /// `[N]`.
    pub c: Vec<f32>,
    /// The gate before its SiLU, `[E]`.
    pub z: Vec<f32>,
    /// The gated result, `[E]`: what out_proj reads.
    pub y: Vec<f32>,
}

/// # Errors
/// [`Error::BadArgument`] for a model with layers that are not Mamba's.
pub(super) fn check(config: &Config) -> Result<()> {
    if config.layers.iter().all(|layer| matches!(layer, Mixer::Mamba1(_))) {
        return Ok(());
    }
    Err(Error::BadArgument("The Lab watches models of Mamba-1 only; this one has layers of another kind.".into()))
}
