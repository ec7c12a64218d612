//! The kinds of layer. A layer is `h += mixer(RMSNorm(h))`; the kind says which mixer, with which dimensions.

use super::attention::Attention;
use super::mamba1::Mamba1;
use super::mamba2::Mamba2;
use super::memory::Memory;
use super::mlp::Mlp;
use super::names::Part;
use super::tensors::LayerRole;

/// A layer's mixer and its dimensions. Each kind is a file of the same name here, in the backends and in the plans of the
/// shaders.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mixer {
    /// Selective scan with its own A and dt for each channel; Falcon-Mamba too.
    Mamba1(Mamba1),
    /// One A and one dt for each head.
    Mamba2(Mamba2),
    /// Attention over the last tokens.
    Attention(Attention),
    /// A gated MLP.
    Mlp(Mlp),
}

impl Mixer {
    /// Channels of the mixer's result, which out_proj reads: E, in attention Q S, in an MLP F.
    pub fn d_inner(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_inner,
            Mixer::Mamba2(mamba2) => mamba2.d_inner(),
            Mixer::Attention(attention) => attention.q_width(),
            Mixer::Mlp(mlp) => mlp.d_hidden,
        }
    }

    /// N; 0 for a layer without a hidden state.
    pub fn d_state(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_state,
            Mixer::Mamba2(mamba2) => mamba2.d_state,
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        }
    }

    /// K; 0 for a layer without a convolution.
    pub fn d_conv(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_conv,
            Mixer::Mamba2(mamba2) => mamba2.d_conv,
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        }
    }

    /// W, channels that the convolution runs over: E, in Mamba-2 E + 2 G N, since B and C go through it too; 0 for a layer
    /// without a convolution.
    pub fn conv_width(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.d_inner,
            Mixer::Mamba2(mamba2) => mamba2.conv_width(),
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        }
    }

    /// Rows of in_proj: x and z; in Mamba-2 also B, C and dt; in attention q, k and v; in an MLP g and u.
    pub fn in_proj_rows(&self) -> usize {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.in_proj_rows(),
            Mixer::Mamba2(mamba2) => mamba2.in_proj_rows(),
            Mixer::Attention(attention) => attention.in_proj_rows(),
            Mixer::Mlp(mlp) => mlp.in_proj_rows(),
        }
    }

    /// Whether in_proj and out_proj have biases.
    pub fn use_bias(&self) -> bool {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.use_bias,
            Mixer::Mamba2(mamba2) => mamba2.use_bias,
            Mixer::Attention(attention) => attention.use_bias,
            Mixer::Mlp(mlp) => mlp.use_bias,
        }
    }

    /// The range to which softplus(dt) is clamped; all numbers for a layer without dt.
    pub fn time_step_limit(&self) -> (f32, f32) {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.time_step_limit,
            Mixer::Mamba2(mamba2) => mamba2.time_step_limit,
            Mixer::Attention(_) | Mixer::Mlp(_) => (0.0, f32::INFINITY),
        }
    }

    /// Whether the layer reads what the layer before it reads; see [`Attention::beside`].
    pub fn is_beside(&self) -> bool {
        matches!(self, Mixer::Attention(Attention { beside: true, .. }))
    }

    /// Whether the model's makers count a new layer here, and not an MLP or attention that belongs to the one before.
    pub(super) fn is_first_of_published(&self) -> bool {
        !self.is_beside() && !matches!(self, Mixer::Mlp(_))
    }

    /// What the layer remembers, in the order in which it is saved.
    pub fn memories(&self) -> impl Iterator<Item = Memory> + use<> {
        let memories = match self {
            Mixer::Mamba1(mamba1) => Some(mamba1.memories()),
            Mixer::Mamba2(mamba2) => Some(mamba2.memories()),
            Mixer::Attention(attention) => Some(attention.memories()),
            Mixer::Mlp(_) => None,
        };
        memories.into_iter().flatten()
    }

    pub(super) fn widest(&self) -> u64 {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.widest(),
            Mixer::Mamba2(mamba2) => mamba2.widest(),
            Mixer::Attention(attention) => attention.widest(),
            Mixer::Mlp(mlp) => mlp.widest(),
        }
    }

    /// The shape of a layer's tensor beside a residual stream of D; None where the layer has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d_model: usize) -> Option<Vec<usize>> {
        match self {
            Mixer::Mamba1(mamba1) => mamba1.shape(role, d_model),
            Mixer::Mamba2(mamba2) => mamba2.shape(role, d_model),
            Mixer::Attention(attention) => attention.shape(role, d_model),
            Mixer::Mlp(mlp) => mlp.shape(role, d_model),
        }
    }

    /// The first row of a part of in_proj and the number of its rows; None where the layer has no such part.
    pub(super) fn rows(&self, part: Part) -> Option<(usize, usize)> {
        match self {
            Mixer::Attention(attention) => attention.rows(part),
            Mixer::Mlp(mlp) => mlp.rows(part),
            Mixer::Mamba1(_) | Mixer::Mamba2(_) => (part == Part::Whole).then(|| (0, self.in_proj_rows())),
        }
    }
}

/// A log2(e) = -exp(A_log) log2(e), so that the decay exp(dt A) is 2^(dt a): what backends keep of A_log.
pub fn decay_rate(a_log: f32) -> f32 {
    -a_log.exp() * core::f32::consts::LOG2_E
}
