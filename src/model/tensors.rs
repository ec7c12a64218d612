//! Tensors by role: what each is for, its name and its shape, and which a checkpoint must hold.

use std::borrow::Cow;

use super::config::Config;
use super::names::{Known, Name, Part, Prefix, is_unused};
use super::scales::Fold;
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

/// Where a checkpoint's tensor belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The tensor of the model that it is, or is a part of.
    pub role: Role,
    /// Its first row there. Checkpoints keep q, k and v apart, and g and u.
    pub row: usize,
}

impl From<Role> for Place {
    fn from(role: Role) -> Self {
        Self { role, row: 0 }
    }
}

/// What a layer's tensor is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerRole {
    /// Weights of the RMS norm before the mixer, `[D]`; not in a layer that reads what the layer before it reads.
    Norm,
    /// From the normed residual stream: x and z, `[2 E, D]`; in Mamba-2 z, x, B, C and dt, `[E + W + H, D]`; in
    /// attention q, k and v, `[(Q + 2 J) S, D]`; in an MLP g and u, `[2 F, D]`.
    InProj,
    /// As many values as in_proj has rows; only with `use_bias`.
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
    /// Only in Mamba-2, and not in all: the norm between the scan and out_proj.
    GatedNorm,
    /// Back to the residual stream, `[D, E]`; in attention `[D, Q S]`, in an MLP `[D, F]`.
    OutProj,
    /// `[D]`; only with `use_bias`.
    OutProjBias,
}

/// One tensor that a checkpoint must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSpec {
    /// What the tensor is for.
    pub place: Place,
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
    /// The tensors of a layer with their names, those that it does not have among them.
    fn layer_names(&self, layer: usize) -> &'static [Name] {
        self.layers.get(layer).map_or(&[], |mixer| self.published.names.of(mixer))
    }

    /// The shape of a tensor of the model; None where the model has no such tensor.
    pub fn shape(&self, role: Role) -> Option<Vec<usize>> {
        match role {
            Role::Embeddings | Role::LmHead => Some(vec![self.vocab, self.d_model]),
            Role::NormF => Some(vec![self.d_model]),
            Role::Layer(layer, role) => self.layers.get(layer)?.shape(role, self.d_model),
        }
    }

    /// A tensor of a layer as checkpoints have it; None where the layer has no such tensor.
    fn spec(&self, layer: usize, &(role, part, _): &Name) -> Option<TensorSpec> {
        let mixer = self.layers.get(layer)?;
        let mut shape = mixer.shape(role, self.d_model)?;
        let mut row = 0;
        if part != Part::Whole {
            (row, shape[0]) = mixer.rows(part)?;
        }
        Some(TensorSpec { place: Place { role: Role::Layer(layer, role), row }, shape })
    }

    /// The number that the model's makers give a layer; they count several of ours as one.
    fn published_layer(&self, layer: usize) -> usize {
        (1..=layer).filter(|&layer| self.begins_published(layer)).count()
    }

    /// Whether the layer begins one of those that the model's makers count.
    fn begins_published(&self, layer: usize) -> bool {
        !self.published.joins_layers() || self.layers.get(layer).is_some_and(|mixer| mixer.is_first_of_published())
    }

    /// Layers as the model's makers count them: a mixer, the one beside it and their MLP are one.
    pub fn published_layers(&self) -> usize {
        (0..self.layers.len()).filter(|&layer| layer == 0 || self.begins_published(layer)).count()
    }

    /// The name of a checkpoint's tensor in Hugging Face's spelling.
    pub fn tensor_name(&self, place: impl Into<Place>) -> String {
        let place = place.into();
        let names = self.published.names;
        match place.role {
            Role::LmHead => "lm_head.weight".into(),
            Role::Embeddings | Role::NormF => {
                let end = names.ends().iter().find(|(_, role)| *role == place.role).map_or("", |(name, _)| name);
                format!("{}{end}", names.prefix())
            }
            Role::Layer(layer, _) => {
                let is_it = |name: &&Name| self.spec(layer, name).is_some_and(|spec| spec.place == place);
                let suffix = self.layer_names(layer).iter().find(is_it).map_or("", |(.., name)| name);
                format!("{}layers.{}.{suffix}", names.prefix(), self.published_layer(layer))
            }
        }
    }
}

/// All tensors of a checkpoint of the model, a tied head counted once (as the embeddings).
pub fn tensors(config: &Config) -> Vec<TensorSpec> {
    let ends = [Role::Embeddings, Role::NormF].into_iter().chain((!config.tied).then_some(Role::LmHead));
    let ends = ends.filter_map(|role| Some(TensorSpec { place: role.into(), shape: config.shape(role)? }));
    let layer = |layer| config.layer_names(layer).iter().filter_map(move |name| config.spec(layer, name));
    ends.chain((0..config.layers.len()).flat_map(layer)).collect()
}

/// Finds the places of a checkpoint's tensors and counts them, so that none is missing and none comes twice. It folds the
/// model's [`Scales`](super::Scales) into the values. If the config says that the head is tied, it also finds out whether
/// that is true.
#[derive(Debug)]
pub struct Inventory {
    config: Config,
    /// The first of our layers of each of those that the model's makers count.
    firsts: Vec<usize>,
    missing: Vec<Place>,
    /// Of the current tensor: what its rows are multiplied with, the length of a row, and values taken so far, those of
    /// the rows before it in the role's tensor included.
    fold: Fold,
    row_len: usize,
    taken: usize,
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
            firsts: (0..config.layers.len()).filter(|&layer| layer == 0 || config.begins_published(layer)).collect(),
            missing: tensors(config).into_iter().map(|spec| spec.place).collect(),
            fold: Fold::new(),
            row_len: 1,
            taken: 0,
            prefix: Prefix::default(),
            tables: Tables::default(),
            compares: false,
        }
    }

    /// Begins a tensor and returns its place. None for a tensor that no forward pass needs.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for a tensor that the model has no place for, for a wrong shape, and for a tensor that
    /// comes twice; the sentence names the tensor, the shape found and the shape expected.
    pub fn begin(&mut self, name: &str, shape: &[usize]) -> Result<Option<Place>> {
        let (config, firsts) = (&self.config, &self.firsts);
        let found = self.prefix.find(name, config.published.names, |known| match known {
            Known::End(role) => Some(TensorSpec { place: role.into(), shape: config.shape(role)? }),
            Known::Layer(number, suffix) => {
                let layers = *firsts.get(number)?..firsts.get(number + 1).map_or(config.layers.len(), |&next| next);
                layers.into_iter().find_map(|layer| {
                    let names = config.layer_names(layer).iter().filter(|(.., name)| *name == suffix);
                    names.filter_map(|name| config.spec(layer, name)).next()
                })
            }
        });
        let Some(TensorSpec { place, shape: expected }) = found else {
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
        self.compares = self.config.tied && matches!(place.role, Role::Embeddings | Role::LmHead);
        let place = match self.compares {
            true => self.tables.begin(place.role).ok_or_else(twice)?.into(),
            false => place,
        };
        match self.missing.iter().position(|&missing| missing == place) {
            Some(at) => drop(self.missing.swap_remove(at)),
            None if self.compares => {} // the second of two tables
            None => return Err(twice()),
        }
        let mixer = if let Role::Layer(layer, _) = place.role { self.config.layers.get(layer) } else { None };
        self.fold = self.config.published.scales.fold(place, mixer);
        self.row_len = shape[1..].iter().product();
        self.taken = place.row * self.row_len;
        Ok(Some(place))
    }

    /// Says what to do with the next rows of the current tensor.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn rows<'a>(&mut self, values: &'a [f32]) -> Result<Rows<'a>> {
        if !self.compares {
            return Ok(Rows::Kept(self.folded(values)));
        }
        let rows = self.tables.rows(values, self.config.d_model, self.config.vocab)?;
        if let Rows::Untied { .. } = rows {
            (self.config.tied, self.compares) = (false, false);
        }
        Ok(rows)
    }

    /// The values, multiplied with their rows' factors.
    fn folded<'a>(&mut self, values: &'a [f32]) -> Cow<'a, [f32]> {
        if self.fold.is_empty() {
            return values.into();
        }
        let from = self.taken;
        self.taken += values.len();
        let factor = |at: usize| {
            let row = (from + at) / self.row_len;
            self.fold.iter().find(|(rows, _)| rows.contains(&row)).map_or(1.0, |(_, factor)| *factor)
        };
        values.iter().enumerate().map(|(at, value)| value * factor(at)).collect()
    }

    /// Call this after the last tensor. Returns the config, with `tied` as the file has it.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] that names the first missing tensor, if one is missing.
    pub fn finish(self) -> Result<Config> {
        let Some(first) = self.missing.iter().map(|&place| self.config.tensor_name(place)).min() else {
            return Ok(self.config);
        };
        let others = match self.missing.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        Err(Error::BadCheckpoint(format!("The checkpoint lacks the tensor {first}{others}.")))
    }
}
