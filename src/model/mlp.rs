//! The gated MLP (SwiGLU, <https://arxiv.org/abs/2002.05202>) as data. It remembers nothing.

use super::names::Part;
use super::tensors::LayerRole;

/// The dimensions of an MLP: `out_proj(silu(g) * u)`, with g and u from in_proj. Letters as in the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mlp {
    /// F, channels of the gate g, and of u.
    pub d_hidden: usize,
    /// in_proj and out_proj have biases.
    pub use_bias: bool,
}

impl Mlp {
    /// Rows of in_proj: g and u.
    pub fn in_proj_rows(&self) -> usize {
        2 * self.d_hidden
    }

    /// The longest row of anything that the mixer computes, counted so that it cannot wrap.
    pub(super) fn widest(&self) -> u64 {
        (self.d_hidden as u64).saturating_mul(2)
    }

    /// The first row and the number of rows of a part of in_proj.
    pub(super) fn rows(&self, part: Part) -> Option<(usize, usize)> {
        match part {
            Part::Whole => Some((0, self.in_proj_rows())),
            Part::Gate => Some((0, self.d_hidden)),
            Part::Up => Some((self.d_hidden, self.d_hidden)),
            Part::Query | Part::Key | Part::Value => None,
        }
    }

    /// The shape of a layer's tensor; None where the model has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d: usize) -> Option<Vec<usize>> {
        match role {
            LayerRole::Norm => Some(vec![d]),
            LayerRole::InProj => Some(vec![self.in_proj_rows(), d]),
            LayerRole::InProjBias if self.use_bias => Some(vec![self.in_proj_rows()]),
            LayerRole::OutProj => Some(vec![d, self.d_hidden]),
            LayerRole::OutProjBias if self.use_bias => Some(vec![d]),
            _ => None,
        }
    }
}
