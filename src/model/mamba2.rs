//! The layer tensors of Mamba-2 (Dao & Gu 2024).

use super::config::{Config, Heads};
use super::tensors::LayerRole;

pub(super) const NAMES: [(LayerRole, &str); 11] = [
    (LayerRole::Norm, "norm.weight"),
    (LayerRole::InProj, "mixer.in_proj.weight"),
    (LayerRole::InProjBias, "mixer.in_proj.bias"),
    (LayerRole::Conv, "mixer.conv1d.weight"),
    (LayerRole::ConvBias, "mixer.conv1d.bias"),
    (LayerRole::DtProjBias, "mixer.dt_bias"),
    (LayerRole::ALog, "mixer.A_log"),
    (LayerRole::D, "mixer.D"),
    (LayerRole::GatedNorm, "mixer.norm.weight"),
    (LayerRole::OutProj, "mixer.out_proj.weight"),
    (LayerRole::OutProjBias, "mixer.out_proj.bias"),
];

/// The shape of a layer's tensor; None where the model has no such tensor.
///
/// The rows of in_proj are the gate z (E), what the convolution reads (x of E, B and C of G * N each) and dt (H).
pub(super) fn shape(role: LayerRole, c: &Config, heads: Heads) -> Option<Vec<usize>> {
    let (d, e, h, width) = (c.d_model, c.d_inner, heads.heads, c.conv_width());
    Some(match role {
        LayerRole::Norm => vec![d],
        LayerRole::InProj => vec![c.in_proj_rows(), d],
        LayerRole::InProjBias => return c.use_bias.then(|| vec![c.in_proj_rows()]),
        LayerRole::Conv => vec![width, 1, c.d_conv],
        LayerRole::ConvBias => return c.use_conv_bias.then(|| vec![width]),
        LayerRole::XProj | LayerRole::DtProj => return None,
        LayerRole::DtProjBias | LayerRole::ALog | LayerRole::D => vec![h],
        LayerRole::GatedNorm => vec![e],
        LayerRole::OutProj => vec![d, e],
        LayerRole::OutProjBias => return c.use_bias.then(|| vec![d]),
    })
}
