//! Tensors by role: what each is for, its name and its shape, and which a checkpoint must hold.

use super::config::Config;
use super::names::{LayerNames, Prefix, is_unused};
use super::tied::{Rows, Tables};
use crate::error::{Error, Result};

/// What a tensor is for. Names as in the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// `[V, D]`, a row a token.
    Embeddings,
    /// Weights of the last RMS norm, `[D]`.
    NormF,
    /// `[V, D]`. A tied head has the embeddings' role.
    LmHead,
    /// A tensor of the layer with this number.
    Layer(usize, LayerRole),
}

/// What a layer's tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerRole {
    /// Weights of the RMS norm before the mixer, `[D]`.
    Norm,
    /// x and z from the residual stream: `[2 E, D]`, in Mamba-2 `[E + W + H, D]` for z, x, B, C and dt.
    InProj,
    /// `[2 E]`, in Mamba-2 `[E + W + H]`; only with `use_bias`.
    InProjBias,
    /// The taps of the causal convolution, `[W, 1, K]`.
    Conv,
    /// `[W]`; only with `use_conv_bias`.
    ConvBias,
    /// Not in Mamba-2.
    XProj,
    /// Not in Mamba-2.
    DtProj,
    /// `dt_proj.bias`, in Mamba-2 `dt_bias`.
    DtProjBias,
    /// log(-A): `[E, N]`, in Mamba-2 `[H]`.
    ALog,
    /// The skip past the scan: `[E]`, in Mamba-2 `[H]`.
    D,
    /// Only in Mamba-2: the norm between the scan and out_proj.
    GatedNorm,
    /// Back to the residual stream, `[D, E]`.
    OutProj,
    /// `[D]`; only with `use_bias`.
    OutProjBias,
}

/// One tensor that a checkpoint must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSpec {
    /// What the tensor is for.
    pub role: Role,
    /// In values, outermost dimension first; letters as in the crate's documentation.
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
    fn layer_names(&self, layer: usize) -> LayerNames {
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

/// Assigns roles to a checkpoint's tensors and counts them, so that none is missing and none comes twice. If the config
/// says that the head is tied, it also finds out whether that is true.
#[derive(Debug)]
pub struct Inventory {
    config: Config,
    missing: Vec<Role>,
    prefix: Prefix,
    tables: Tables,
    /// Whether what comes now is one of two tables that may be equal.
    compares: bool,
}

impl Inventory {
    /// An inventory in which every tensor of the model is still missing.
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            missing: tensors(config).into_iter().map(|spec| spec.role).collect(),
            prefix: Prefix::default(),
            tables: Tables::default(),
            compares: false,
        }
    }

    /// Begins a tensor and returns its role. None for a tensor that no forward pass needs.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for a tensor that the model has no place for, for a wrong shape, and for a tensor that
    /// comes twice; the sentence names the tensor, the shape found and the shape expected.
    pub fn begin(&mut self, name: &str, shape: &[usize]) -> Result<Option<Role>> {
        let role = self.prefix.role(name, |layer| self.config.layer_names(layer));
        let Some((role, expected)) = role.and_then(|role| Some((role, self.config.shape(role)?))) else {
            if is_unused(name) {
                return Ok(None);
            }
            return Err(Error::BadCheckpoint(format!(
                "The checkpoint holds the tensor {name}, which the model that config.json describes does not have."
            )));
        };
        if expected != shape {
            return Err(Error::BadCheckpoint(format!(
                "The tensor {name} has the shape {shape:?}; config.json asks for {expected:?}."
            )));
        }
        let twice = || Error::BadCheckpoint(format!("The checkpoint holds the tensor {name} twice."));
        self.compares = self.config.tied && matches!(role, Role::Embeddings | Role::LmHead);
        let role = if self.compares { self.tables.begin(role).ok_or_else(twice)? } else { role };
        match self.missing.iter().position(|&missing| missing == role) {
            Some(place) => drop(self.missing.swap_remove(place)),
            None if self.compares => {} // the second of two tables
            None => return Err(twice()),
        }
        Ok(Some(role))
    }

    /// Says what to do with the next rows of the current tensor.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn rows<'a>(&mut self, values: &'a [f32]) -> Result<Rows<'a>> {
        if !self.compares {
            return Ok(Rows::Kept(values));
        }
        let rows = self.tables.rows(values, self.config.d_model, self.config.vocab)?;
        if let Rows::Untied { .. } = rows {
            (self.config.tied, self.compares) = (false, false);
        }
        Ok(rows)
    }

    /// Call this after the last tensor. Returns the config, with `tied` as the file has it.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] that names the first missing tensor, if one is missing.
    pub fn finish(self) -> Result<Config> {
        let Some(first) = self.missing.iter().map(|&role| self.config.tensor_name(role)).min() else {
            return Ok(self.config);
        };
        let others = match self.missing.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(Error::BadCheckpoint(format!("The checkpoint lacks the tensor {first}{others}.")))
    }
}
