//! Mamba-2 (Dao & Gu 2024, <https://arxiv.org/abs/2405.21060>) as data.

use super::memory::{Memory, MemoryKind};
use super::names::{Name, whole};
use super::tensors::LayerRole;

/// The dimensions of a Mamba-2 mixer. Letters as in the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mamba2 {
    /// H, P and G.
    pub heads: Heads,
    /// N.
    pub d_state: usize,
    /// K.
    pub d_conv: usize,
    /// in_proj and out_proj have biases.
    pub use_bias: bool,
    /// The convolution has a bias.
    pub use_conv_bias: bool,
    /// softplus(dt) is clamped to this range.
    pub time_step_limit: (f32, f32),
    /// What the gated norm adds to the mean square; None: there is only the gate, `y * silu(z)`.
    pub gated_norm: Option<f32>,
}

/// How Mamba-2 divides its channels: E = H * P, and each head has one dt and one A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// H.
    pub heads: usize,
    /// P, channels of a head.
    pub head_dim: usize,
    /// G: the heads of a group (H / G) share B and C; the gated norm takes its mean over a group's channels.
    pub groups: usize,
    /// The gated norm multiplies by silu(z) after the norm, not before it.
    pub norm_before_gate: bool,
}

pub(super) const NAMES: [Name; 11] = [
    whole(LayerRole::Norm, "norm.weight"),
    whole(LayerRole::InProj, "mixer.in_proj.weight"),
    whole(LayerRole::InProjBias, "mixer.in_proj.bias"),
    whole(LayerRole::Conv, "mixer.conv1d.weight"),
    whole(LayerRole::ConvBias, "mixer.conv1d.bias"),
    whole(LayerRole::DtProjBias, "mixer.dt_bias"),
    whole(LayerRole::ALog, "mixer.A_log"),
    whole(LayerRole::D, "mixer.D"),
    whole(LayerRole::GatedNorm, "mixer.norm.weight"),
    whole(LayerRole::OutProj, "mixer.out_proj.weight"),
    whole(LayerRole::OutProjBias, "mixer.out_proj.bias"),
];

impl Mamba2 {
    /// E.
    pub fn d_inner(&self) -> usize {
        self.heads.heads * self.heads.head_dim
    }

    /// Values of B and C, of all groups: 2 G N.
    pub fn b_c_width(&self) -> usize {
        2 * self.heads.groups * self.d_state
    }

    /// W, channels that the convolution runs over: x, B and C.
    pub fn conv_width(&self) -> usize {
        self.d_inner() + self.b_c_width()
    }

    /// Rows of in_proj: the gate z (E), what the convolution reads (x of E, B and C of G * N each) and dt (H).
    pub fn in_proj_rows(&self) -> usize {
        self.d_inner() + self.conv_width() + self.heads.heads
    }

    /// What a layer remembers: the convolution's inputs `[K-1, W]` and the hidden state `[N, E]`.
    pub fn memories(&self) -> [Memory; 2] {
        [
            Memory::fixed(MemoryKind::Conv, self.d_conv - 1, self.conv_width()),
            Memory::fixed(MemoryKind::Ssm, self.d_state, self.d_inner()),
        ]
    }

    /// The longest row of anything that the mixer computes, counted so that it cannot wrap.
    pub(super) fn widest(&self) -> u64 {
        let Heads { heads, head_dim, groups, .. } = self.heads;
        let (h, p, g, n) = (heads as u64, head_dim as u64, groups as u64, self.d_state as u64);
        let b_c = g.saturating_mul(n).saturating_mul(2);
        h.saturating_mul(p).saturating_mul(2).saturating_add(b_c).saturating_add(h)
    }

    /// The shape of a layer's tensor; None where the model has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d: usize) -> Option<Vec<usize>> {
        let (e, h, width) = (self.d_inner(), self.heads.heads, self.conv_width());
        Some(match role {
            LayerRole::Norm => vec![d],
            LayerRole::InProj => vec![self.in_proj_rows(), d],
            LayerRole::InProjBias => return self.use_bias.then(|| vec![self.in_proj_rows()]),
            LayerRole::Conv => vec![width, 1, self.d_conv],
            LayerRole::ConvBias => return self.use_conv_bias.then(|| vec![width]),
            LayerRole::XProj | LayerRole::DtProj => return None,
            LayerRole::DtProjBias | LayerRole::ALog | LayerRole::D => vec![h],
            LayerRole::GatedNorm => return self.gated_norm.map(|_| vec![e]),
            LayerRole::OutProj => vec![d, e],
            LayerRole::OutProjBias => return self.use_bias.then(|| vec![d]),
        })
    }
}
