//! Tensors by role: what each is for, its name and its shape, and which a checkpoint must hold.

use super::config::Config;
use crate::error::{Error, Result};

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
    /// Not in Mamba-2.
    XProj,
    /// Not in Mamba-2.
    DtProj,
    /// `dt_proj.bias`, in Mamba-2 `dt_bias`.
    DtProjBias,
    ALog,
    D,
    /// Only in Mamba-2: the norm between the scan and out_proj.
    GatedNorm,
    OutProj,
    OutProjBias,
}

/// One tensor that a checkpoint must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSpec {
    pub role: Role,
    pub shape: Vec<usize>,
}

impl TensorSpec {
    /// How many values the tensor has.
    pub fn values(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, &n| product.saturating_mul(n as u64))
    }
}

impl Config {
    /// The tensors of a layer with their names.
    fn layer_names(&self, layer: usize) -> &'static [(LayerRole, &'static str)] {
        self.layers.get(layer).map_or(&[], |mixer| mixer.names())
    }

    /// The shape of a tensor of the model; None where the model has no such tensor.
    pub fn shape(&self, role: Role) -> Option<Vec<usize>> {
        match role {
            Role::Embeddings | Role::LmHead => Some(vec![self.vocab, self.d_model]),
            Role::NormF => Some(vec![self.d_model]),
            Role::Layer(layer, role) => self.layers.get(layer)?.shape(role, self.d_model),
        }
    }

    /// The role of a tensor by its name, in either spelling.
    fn role(&self, name: &str) -> Option<Role> {
        // Mamba-Codestral has one more module around the model.
        match name.strip_prefix("model.").unwrap_or(name) {
            "backbone.embeddings.weight" | "backbone.embedding.weight" => Some(Role::Embeddings),
            "backbone.norm_f.weight" => Some(Role::NormF),
            "lm_head.weight" => Some(Role::LmHead),
            name => {
                let (layer, suffix) = name.strip_prefix("backbone.layers.")?.split_once('.')?;
                let layer = layer.parse().ok()?;
                let role = self.layer_names(layer).iter().find(|(_, name)| *name == suffix)?.0;
                Some(Role::Layer(layer, role))
            }
        }
    }

    /// The name of a tensor in Hugging Face's spelling.
    pub fn tensor_name(&self, role: Role) -> String {
        match role {
            Role::Embeddings => "backbone.embeddings.weight".into(),
            Role::NormF => "backbone.norm_f.weight".into(),
            Role::LmHead => "lm_head.weight".into(),
            Role::Layer(layer, role) => {
                let suffix = self.layer_names(layer).iter().find(|(r, _)| *r == role).map_or("", |(_, name)| name);
                format!("backbone.layers.{layer}.{suffix}")
            }
        }
    }
}

/// All tensors of the model, a tied head counted once (as the embeddings).
pub fn tensors(config: &Config) -> Vec<TensorSpec> {
    let ends = [Role::Embeddings, Role::NormF].into_iter().chain((!config.tied).then_some(Role::LmHead));
    let layers = (0..config.layers.len())
        .flat_map(|layer| config.layer_names(layer).iter().map(move |&(role, _)| Role::Layer(layer, role)));
    ends.chain(layers).filter_map(|role| Some(TensorSpec { role, shape: config.shape(role)? })).collect()
}

/// Finds what a checkpoint's tensor is for.
///
/// `None` for a copy that is not needed: the head of a model whose head is tied.
///
/// # Errors
/// [`Error::BadCheckpoint`] for a tensor that the model has no place for, and for one of another shape;
/// the sentence names the tensor, the shape found and the shape expected.
pub fn identify(config: &Config, name: &str, shape: &[usize]) -> Result<Option<Role>> {
    let role = config.role(name);
    let Some(expected) = role.and_then(|role| config.shape(role)) else {
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
    config: Config,
    missing: Vec<Role>,
}

impl Inventory {
    pub fn new(config: &Config) -> Self {
        Self { config: config.clone(), missing: tensors(config).into_iter().map(|spec| spec.role).collect() }
    }

    /// Ticks a tensor off.
    pub fn take(&mut self, role: Role) -> Result<()> {
        let place = self.missing.iter().position(|&missing| missing == role).ok_or_else(|| {
            Error::BadCheckpoint(format!("The checkpoint holds the tensor {} twice.", self.config.tensor_name(role)))
        })?;
        self.missing.swap_remove(place);
        Ok(())
    }

    /// An error that names the first missing tensor, if one is missing.
    pub fn finish(&self) -> Result<()> {
        let Some(first) = self.missing.iter().map(|&role| self.config.tensor_name(role)).min() else { return Ok(()) };
        let others = match self.missing.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(Error::BadCheckpoint(format!("The checkpoint lacks the tensor {first}{others}.")))
    }
}
