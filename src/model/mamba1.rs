//! The tensors of Mamba-1 (Gu & Dao 2023), by role, with their shapes.

use crate::error::{Error, Result};
use crate::model::Config;

/// What a tensor is for. Names as in the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Embeddings,
    NormF,
    LmHead,
    /// A tensor of the layer with this number.
    Layer(usize, LayerRole),
}

/// What a layer's tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerRole {
    Norm,
    InProj,
    InProjBias,
    Conv,
    ConvBias,
    XProj,
    DtProj,
    DtProjBias,
    ALog,
    D,
    OutProj,
    OutProjBias,
}

/// One tensor that a checkpoint must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSpec {
    pub role: Role,
    pub shape: Vec<usize>,
}

impl LayerRole {
    const ALL: [(LayerRole, &'static str); 12] = [
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

    fn shape(self, c: &Config) -> Option<Vec<usize>> {
        let (d, e, n, r, k) = (c.d_model, c.d_inner, c.d_state, c.dt_rank, c.d_conv);
        Some(match self {
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
            LayerRole::OutProj => vec![d, e],
            LayerRole::OutProjBias => return c.use_bias.then(|| vec![d]),
        })
    }
}

/// All tensors of the model, a tied head counted once (as the embeddings).
pub fn tensors(config: &Config) -> Vec<TensorSpec> {
    let mut specs = vec![
        TensorSpec { role: Role::Embeddings, shape: vec![config.vocab, config.d_model] },
        TensorSpec { role: Role::NormF, shape: vec![config.d_model] },
    ];
    if !config.tied {
        specs.push(TensorSpec { role: Role::LmHead, shape: vec![config.vocab, config.d_model] });
    }
    for layer in 0..config.layers {
        for (role, _) in LayerRole::ALL {
            if let Some(shape) = role.shape(config) {
                specs.push(TensorSpec { role: Role::Layer(layer, role), shape });
            }
        }
    }
    specs
}

impl Role {
    /// The name in Hugging Face's spelling.
    pub fn name(self) -> String {
        match self {
            Role::Embeddings => "backbone.embeddings.weight".into(),
            Role::NormF => "backbone.norm_f.weight".into(),
            Role::LmHead => "lm_head.weight".into(),
            Role::Layer(layer, role) => {
                let suffix = LayerRole::ALL.iter().find(|(r, _)| *r == role).map_or("", |(_, name)| name);
                format!("backbone.layers.{layer}.{suffix}")
            }
        }
    }

    /// The role of a tensor by its name, in either spelling.
    fn by_name(name: &str) -> Option<Role> {
        match name {
            "backbone.embeddings.weight" | "backbone.embedding.weight" => return Some(Role::Embeddings),
            "backbone.norm_f.weight" => return Some(Role::NormF),
            "lm_head.weight" => return Some(Role::LmHead),
            _ => {}
        }
        let (layer, suffix) = name.strip_prefix("backbone.layers.")?.split_once('.')?;
        let role = LayerRole::ALL.iter().find(|(_, name)| *name == suffix)?.0;
        Some(Role::Layer(layer.parse().ok()?, role))
    }
}

/// Finds what a checkpoint's tensor is for.
///
/// `None` for a copy that is not needed: the head of a model whose head is tied.
///
/// # Errors
/// [`Error::BadCheckpoint`] for a tensor that the model has no place for, and for one of another shape;
/// the sentence names the tensor, the shape found and the shape expected.
pub fn identify(config: &Config, name: &str, shape: &[usize]) -> Result<Option<Role>> {
    let role = Role::by_name(name);
    let (expected, needed) = match role {
        Some(Role::Embeddings | Role::LmHead) => (Some(vec![config.vocab, config.d_model]), true),
        Some(Role::NormF) => (Some(vec![config.d_model]), true),
        Some(Role::Layer(layer, role)) => (role.shape(config), layer < config.layers),
        None => (None, false),
    };
    let Some(expected) = expected.filter(|_| needed) else {
        return Err(Error::BadCheckpoint(format!(
            "The checkpoint holds the tensor {name}, which the model that config.json describes does not have."
        )));
    };
    if expected != shape {
        return Err(Error::BadCheckpoint(format!(
            "The tensor {name} has the shape {shape:?}; config.json asks for {expected:?}."
        )));
    }
    Ok(role.filter(|&role| role != Role::LmHead || !config.tied))
}

/// Keeps count of the tensors seen, so that none is missing and none comes twice.
#[derive(Debug)]
pub struct Inventory {
    missing: Vec<Role>,
}

impl Inventory {
    pub fn new(config: &Config) -> Self {
        Self { missing: tensors(config).into_iter().map(|spec| spec.role).collect() }
    }

    /// Ticks a tensor off.
    pub fn take(&mut self, role: Role) -> Result<()> {
        let place =
            self.missing.iter().position(|&missing| missing == role).ok_or_else(|| {
                Error::BadCheckpoint(format!("The checkpoint holds the tensor {} twice.", role.name()))
            })?;
        self.missing.swap_remove(place);
        Ok(())
    }

    /// An error that names the first missing tensor, if one is missing.
    pub fn finish(&self) -> Result<()> {
        let Some(first) = self.missing.iter().map(|role| role.name()).min() else { return Ok(()) };
        let others = match self.missing.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(Error::BadCheckpoint(format!("The checkpoint lacks the tensor {first}{others}.")))
    }
}
