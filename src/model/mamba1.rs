//! The layer tensors of Mamba (Gu & Dao 2023). Falcon-Mamba has the same: its norms on dt, B and C have no weights.

use super::config::Config;
use super::tensors::LayerRole;

pub(super) const NAMES: [(LayerRole, &str); 12] = [
    (LayerRole::Norm, "norm.weight"),
    (LayerRole::InProj, "mixer.in_proj.weight"),
    (LayerRole::InProjBias, "mixer.in_proj.bias"),
    (LayerRole::Conv, "mixer.conv1d.weight"),
    (LayerRole::ConvBias, "mixer.conv1d.bias"),
    (LayerRole::XProj, "mixer.x_proj.weight"),
    (LayerRole::DtProj, "mixer.dt_proj.weight"),
    (LayerRole::DtProjBias, "mixer.dt_proj.bias"),
    (LayerRole::ALog, "mixer.A_log"),
    (LayerRole::D, "mixer.D"),
    (LayerRole::OutProj, "mixer.out_proj.weight"),
    (LayerRole::OutProjBias, "mixer.out_proj.bias"),
];

/// The shape of a layer's tensor; None where the model has no such tensor.
pub(super) fn shape(role: LayerRole, c: &Config) -> Option<Vec<usize>> {
    let (d, e, n, r, k) = (c.d_model, c.d_inner, c.d_state, c.dt_rank, c.d_conv);
    Some(match role {
        LayerRole::Norm => vec![d],
        LayerRole::InProj => vec![2 * e, d],
        LayerRole::InProjBias => return c.use_bias.then(|| vec![2 * e]),
        LayerRole::Conv => vec![e, 1, k],
        LayerRole::ConvBias => return c.use_conv_bias.then(|| vec![e]),
        LayerRole::XProj => vec![r + 2 * n, e],
        LayerRole::DtProj => vec![e, r],
        LayerRole::DtProjBias => vec![e],
        LayerRole::ALog => vec![e, n],
        LayerRole::D => vec![e],
        LayerRole::GatedNorm => return None,
        LayerRole::OutProj => vec![d, e],
        LayerRole::OutProjBias => return c.use_bias.then(|| vec![d]),
    })
}
