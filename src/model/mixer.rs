//! The kinds of layer. A layer is `h += mixer(RMSNorm(h))`; the kind says which mixer, with which dimensions.

use super::mamba1::{self, Mamba1};
use super::mamba2::{self, Mamba2};
use super::memory::Memory;
use super::tensors::LayerRole;

/// A layer's mixer and its dimensions. Each kind is a file of the same name here, in the backends and in the plans of the
/// shaders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mixer {
    /// Selective scan with its own A and dt for each channel; Falcon-Mamba too.
    Mamba1(Mamba1),
    /// One A and one dt for each head.
    Mamba2(Mamba2),
}

impl Mixer {
    /// E.
    pub fn d_inner(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_inner,
            Mixer::Mamba2(mamba2) => mamba2.d_inner(),
        }
    }

    /// N.
    pub fn d_state(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_state,
            Mixer::Mamba2(mamba2) => mamba2.d_state,
        }
    }

    /// K.
    pub fn d_conv(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_conv,
            Mixer::Mamba2(mamba2) => mamba2.d_conv,
        }
    }

    /// W, channels that the convolution runs over: E, in Mamba-2 E + 2 G N, since B and C go through it too.
    pub fn conv_width(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_inner,
            Mixer::Mamba2(mamba2) => mamba2.conv_width(),
        }
    }

    /// Rows of in_proj: x and z, in Mamba-2 also B, C and dt.
    pub fn in_proj_rows(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.in_proj_rows(),
            Mixer::Mamba2(mamba2) => mamba2.in_proj_rows(),
        }
    }

    /// Whether in_proj and out_proj have biases.
    pub fn use_bias(&self) -> bool {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.use_bias,
            Mixer::Mamba2(mamba2) => mamba2.use_bias,
        }
    }

    /// The range to which softplus(dt) is clamped.
    pub fn time_step_limit(&self) -> (f32, f32) {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.time_step_limit,
            Mixer::Mamba2(mamba2) => mamba2.time_step_limit,
        }
    }

    /// What the layer remembers, in the order in which it is saved.
    pub fn memories(&self) -> impl Iterator<Item = Memory> + use<> {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.memories(),
            Mixer::Mamba2(mamba2) => mamba2.memories(),
        }
        .into_iter()
    }

    pub(super) fn widest(&self) -> u64 {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.widest(),
            Mixer::Mamba2(mamba2) => mamba2.widest(),
        }
    }

    /// The layer's tensors with their names.
    pub(super) fn names(&self) -> &'static [(LayerRole, &'static str)] {
        match self {
            Mixer::Mamba1(_) => &mamba1::NAMES,
            Mixer::Mamba2(_) => &mamba2::NAMES,
        }
    }

    /// The shape of a layer's tensor beside a residual stream of D; None where the layer has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d_model: usize) -> Option<Vec<usize>> {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.shape(role, d_model),
            Mixer::Mamba2(mamba2) => mamba2.shape(role, d_model),
        }
    }
}

/// A log2(e) = -exp(A_log) log2(e), so that the decay exp(dt A) is 2^(dt a): what backends keep of A_log.
pub fn decay_rate(a_log: f32) -> f32 {
    -a_log.exp() * core::f32::consts::LOG2_E
}
