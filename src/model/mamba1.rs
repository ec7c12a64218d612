//! Mamba (Gu & Dao 2023, <https://arxiv.org/abs/2312.00752>) as data. Falcon-Mamba has the same tensors: its norms on dt,
//! B and C have no weights.

use super::memory::{Memory, MemoryKind};
use super::names::{Name, whole};
use super::tensors::LayerRole;

/// The dimensions of a Mamba mixer. Letters as in the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mamba1 {
    /// E.
    pub d_inner: usize,
    /// N.
    pub d_state: usize,
    /// R.
    pub dt_rank: usize,
    /// K.
    pub d_conv: usize,
    /// in_proj and out_proj have biases.
    pub use_bias: bool,
    /// The convolution has a bias.
    pub use_conv_bias: bool,
    /// softplus(dt) is clamped to this range.
    pub time_step_limit: (f32, f32),
    /// Falcon-Mamba's RMS norms of dt, B and C (<https://arxiv.org/abs/2410.05355>): what is added to their mean squares.
    pub part_norms: Option<f32>,
}

pub(super) const NAMES: [Name; 12] = [
    whole(LayerRole::Norm, "norm.weight"),
    whole(LayerRole::InProj, "mixer.in_proj.weight"),
    whole(LayerRole::InProjBias, "mixer.in_proj.bias"),
    whole(LayerRole::Conv, "mixer.conv1d.weight"),
    whole(LayerRole::ConvBias, "mixer.conv1d.bias"),
    whole(LayerRole::XProj, "mixer.x_proj.weight"),
    whole(LayerRole::DtProj, "mixer.dt_proj.weight"),
    whole(LayerRole::DtProjBias, "mixer.dt_proj.bias"),
    whole(LayerRole::ALog, "mixer.A_log"),
    whole(LayerRole::D, "mixer.D"),
    whole(LayerRole::OutProj, "mixer.out_proj.weight"),
    whole(LayerRole::OutProjBias, "mixer.out_proj.bias"),
];

impl Mamba1 {
    /// Rows of in_proj: x and z.
    pub fn in_proj_rows(&self) -> usize {
        2 * self.d_inner
    }

    /// Rows of x_proj: dt, B and C.
    pub fn x_proj_rows(&self) -> usize {
        self.dt_rank + 2 * self.d_state
    }

    /// What a layer remembers: the convolution's inputs `[K-1, E]` and the hidden state `[N, E]`.
    pub fn memories(&self) -> [Memory; 2] {
        [
            Memory::fixed(MemoryKind::Conv, self.d_conv - 1, self.d_inner),
            Memory::fixed(MemoryKind::Ssm, self.d_state, self.d_inner),
        ]
    }

    /// The longest row of anything that the mixer computes, counted so that it cannot wrap.
    pub(super) fn widest(&self) -> u64 {
        let (e, n, r) = (self.d_inner as u64, self.d_state as u64, self.dt_rank as u64);
        (2 * e).max(r + 2 * n)
    }

    /// The shape of a layer's tensor; None where the model has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d: usize) -> Option<Vec<usize>> {
        let Self { d_inner: e, d_state: n, dt_rank: r, d_conv: k, .. } = *self;
        Some(match role {
            LayerRole::Norm => vec![d],
            LayerRole::InProj => vec![self.in_proj_rows(), d],
            LayerRole::InProjBias => return self.use_bias.then(|| vec![self.in_proj_rows()]),
            LayerRole::Conv => vec![e, 1, k],
            LayerRole::ConvBias => return self.use_conv_bias.then(|| vec![e]),
            LayerRole::XProj => vec![self.x_proj_rows(), e],
            LayerRole::DtProj => vec![e, r],
            LayerRole::DtProjBias => vec![e],
            LayerRole::ALog => vec![e, n],
            LayerRole::D => vec![e],
            LayerRole::GatedNorm => return None,
            LayerRole::OutProj => vec![d, e],
            LayerRole::OutProjBias => return self.use_bias.then(|| vec![d]),
        })
    }
}
