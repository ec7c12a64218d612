//! The weights in the CPU backend's layouts, filled while the checkpoint streams in.

use super::attention::Attention;
use super::conv::Conv;
use super::mamba1::Mamba1;
use super::mamba1::scan::Scan;
use super::mamba2::Mamba2;
use super::matrix::Matrix;
use crate::allocate::filled;
use crate::backend::{Backend, Loader, Precision};
use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::{self, Config, Inventory, LayerRole, Mlp, Place, Role, Rows, decay_rate};

pub struct Weights {
    pub embeddings: Matrix,
    pub norm_f: Vec<f32>,
    /// None when the head is the embeddings.
    pub lm_head: Option<Matrix>,
    pub layers: Vec<Layer>,
}

/// `residual += out_proj(mixer(in_proj(norm(residual))))`. A bias that the model does not have is empty.
pub struct Layer {
    /// Empty in a layer that reads what the layer before it reads.
    pub norm: Vec<f32>,
    pub in_proj: Matrix,
    pub in_proj_bias: Vec<f32>,
    pub mixer: Mixer,
    pub out_proj: Matrix,
    pub out_proj_bias: Vec<f32>,
}

/// What lies between in_proj and out_proj.
pub enum Mixer {
    Mamba1(Mamba1),
    Mamba2(Mamba2),
    Attention(Attention),
    Mlp(Mlp),
}

impl Weights {
    fn new(c: &Config, precision: Precision) -> Result<Self> {
        // In int4, small matrices and those behind every score keep 8 bits.
        let sensitive = if precision == Precision::Int4 { Precision::Int8 } else { precision };
        let d = c.d_model;
        Ok(Self {
            embeddings: Matrix::new(c.vocab, d, sensitive)?,
            norm_f: vector(d)?,
            lm_head: if c.tied { None } else { Some(Matrix::new(c.vocab, d, sensitive)?) },
            layers: c.layers.iter().map(|mixer| Layer::new(c, mixer, precision, sensitive)).collect::<Result<_>>()?,
        })
    }

    /// Gives the head a table of its own. `second` continues from `row`; the other table keeps what the embeddings hold
    /// now.
    fn untie(&mut self, second: Role, row: usize) -> Result<()> {
        let mut head = self.embeddings.copy()?;
        if second == Role::LmHead { &mut head } else { &mut self.embeddings }.rewind(row);
        self.lm_head = Some(head);
        Ok(())
    }

    pub fn bytes(&self) -> u64 {
        let layers: u64 = self.layers.iter().map(Layer::bytes).sum();
        self.embeddings.bytes() + bytes([&self.norm_f]) + self.lm_head.as_ref().map_or(0, Matrix::bytes) + layers
    }
}

impl Layer {
    fn new(c: &Config, mixer: &model::Mixer, precision: Precision, sensitive: Precision) -> Result<Self> {
        let (d, e, rows, width) = (c.d_model, mixer.d_inner(), mixer.in_proj_rows(), mixer.conv_width());
        let conv = || -> Result<Conv> { Ok(Conv { taps: vector(mixer.d_conv() * width)?, bias: vector(width)? }) };
        let bias = |len| if mixer.use_bias() { vector(len) } else { Ok(Vec::new()) };
        Ok(Self {
            norm: vector(if mixer.is_beside() { 0 } else { d })?,
            in_proj: Matrix::new(rows, d, precision)?,
            in_proj_bias: bias(rows)?,
            mixer: match *mixer {
                model::Mixer::Mamba1(dims) => {
                    let (n, dt_limit) = (dims.d_state, dims.time_step_limit);
                    Mixer::Mamba1(Mamba1 {
                        dims,
                        conv: conv()?,
                        x_proj: Matrix::new(dims.x_proj_rows(), e, sensitive)?,
                        // Always f32: it is small, and its result is exponentiated twice.
                        dt_proj: Matrix::new(e, dims.dt_rank, Precision::F32)?,
                        scan: Scan { a: vector(n * e)?, d: vector(e)?, dt_bias: vector(e)?, dt_limit },
                    })
                }
                model::Mixer::Mamba2(dims) => {
                    let heads = || vector(dims.heads.heads);
                    Mixer::Mamba2(Mamba2 {
                        dims,
                        conv: conv()?,
                        a: heads()?,
                        d: heads()?,
                        dt_bias: heads()?,
                        norm: vector(if dims.gated_norm.is_some() { e } else { 0 })?,
                    })
                }
                model::Mixer::Attention(dims) => Mixer::Attention(Attention { dims }),
                model::Mixer::Mlp(dims) => Mixer::Mlp(dims),
            },
            out_proj: Matrix::new(d, e, precision)?,
            out_proj_bias: bias(d)?,
        })
    }

    fn bytes(&self) -> u64 {
        let mixer = match &self.mixer {
            Mixer::Mamba1(Mamba1 { conv, x_proj, dt_proj, scan, .. }) => {
                let vectors = bytes([&conv.taps, &conv.bias, &scan.a, &scan.d, &scan.dt_bias]);
                x_proj.bytes() + dt_proj.bytes() + vectors
            }
            Mixer::Mamba2(Mamba2 { conv, a, d, dt_bias, norm, .. }) => {
                bytes([&conv.taps, &conv.bias, a, d, dt_bias, norm])
            }
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        };
        let vectors = bytes([&self.norm, &self.in_proj_bias, &self.out_proj_bias]);
        self.in_proj.bytes() + self.out_proj.bytes() + mixer + vectors
    }
}

fn vector(len: usize) -> Result<Vec<f32>> {
    filled(len, 0.0, "the model's weights")
}

fn bytes<const N: usize>(vectors: [&Vec<f32>; N]) -> u64 {
    vectors.iter().map(|vector| size_of_val(vector.as_slice()) as u64).sum()
}

/// Where the rows of the current tensor go.
enum Target<'a> {
    Matrix(&'a mut Matrix),
    Vector(&'a mut [f32]),
    /// This many rows become columns, each value passed through the function.
    Transposed(&'a mut [f32], usize, fn(f32) -> f32),
}

/// Builds the CPU backend.
pub struct CpuLoader {
    config: Config,
    precision: Precision,
    threads: usize,
    inventory: Inventory,
    weights: Option<Weights>,
    current: Option<Place>,
    /// Of a vector, the values taken so far; those before the current tensor's place included.
    filled: usize,
}

impl CpuLoader {
    /// A loader that has reserved no weights yet. `threads` counts the caller's own thread, so 1 starts none.
    ///
    /// # Errors
    /// None. The result is that of the other loaders.
    pub fn new(config: Config, precision: Precision, threads: usize) -> Result<Self> {
        let inventory = Inventory::new(&config);
        Ok(Self { config, precision, threads, inventory, weights: None, current: None, filled: 0 })
    }

    fn target(weights: &mut Weights, role: Role) -> Option<Target<'_>> {
        let (layer, role) = match role {
            Role::Embeddings => return Some(Target::Matrix(&mut weights.embeddings)),
            Role::NormF => return Some(Target::Vector(&mut weights.norm_f)),
            Role::LmHead => return weights.lm_head.as_mut().map(Target::Matrix),
            Role::Layer(layer, role) => (weights.layers.get_mut(layer)?, role),
        };
        Some(match (role, &mut layer.mixer) {
            (LayerRole::Norm, _) => Target::Vector(&mut layer.norm),
            (LayerRole::InProj, _) => Target::Matrix(&mut layer.in_proj),
            (LayerRole::InProjBias, _) => Target::Vector(&mut layer.in_proj_bias),
            (LayerRole::Conv, Mixer::Mamba1(Mamba1 { conv, .. }) | Mixer::Mamba2(Mamba2 { conv, .. })) => {
                Target::Transposed(&mut conv.taps, conv.bias.len(), |tap| tap)
            }
            (LayerRole::ConvBias, Mixer::Mamba1(Mamba1 { conv, .. }) | Mixer::Mamba2(Mamba2 { conv, .. })) => {
                Target::Vector(&mut conv.bias)
            }
            (LayerRole::OutProj, _) => Target::Matrix(&mut layer.out_proj),
            (LayerRole::OutProjBias, _) => Target::Vector(&mut layer.out_proj_bias),
            (LayerRole::XProj, Mixer::Mamba1(mamba1)) => Target::Matrix(&mut mamba1.x_proj),
            (LayerRole::DtProj, Mixer::Mamba1(mamba1)) => Target::Matrix(&mut mamba1.dt_proj),
            (LayerRole::DtProjBias, Mixer::Mamba1(mamba1)) => Target::Vector(&mut mamba1.scan.dt_bias),
            (LayerRole::ALog, Mixer::Mamba1(mamba1)) => {
                Target::Transposed(&mut mamba1.scan.a, mamba1.scan.d.len(), decay_rate)
            }
            (LayerRole::D, Mixer::Mamba1(mamba1)) => Target::Vector(&mut mamba1.scan.d),
            (LayerRole::DtProjBias, Mixer::Mamba2(mamba2)) => Target::Vector(&mut mamba2.dt_bias),
            (LayerRole::ALog, Mixer::Mamba2(mamba2)) => Target::Transposed(&mut mamba2.a, mamba2.d.len(), decay_rate),
            (LayerRole::D, Mixer::Mamba2(mamba2)) => Target::Vector(&mut mamba2.d),
            (LayerRole::GatedNorm, Mixer::Mamba2(mamba2)) => Target::Vector(&mut mamba2.norm),
            // Tensors that such a layer does not have, which the inventory has refused.
            _ => return None,
        })
    }
}

impl TensorSink for CpuLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.current = self.inventory.begin(name, shape)?;
        let Some(place) = self.current else { return Ok(false) };
        let weights = match &mut self.weights {
            Some(weights) => weights,
            // Allocated only after the first tensor has shown that file and config describe the same model.
            none => none.insert(Weights::new(&self.config, self.precision)?),
        };
        self.filled = place.row;
        if let Some(Target::Matrix(matrix)) = Self::target(weights, place.role) {
            matrix.seek(place.row);
        }
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some((weights, Place { role, .. })) = self.weights.as_mut().zip(self.current) else { return Ok(()) };
        let values = match self.inventory.rows(values)? {
            Rows::Known => return Ok(()),
            Rows::Kept(values) => values,
            Rows::Untied { row, values } => {
                weights.untie(role, row)?;
                values.into()
            }
        };
        match Self::target(weights, role) {
            Some(Target::Matrix(matrix)) => matrix.push(&values),
            Some(Target::Vector(vector)) => vector[self.filled..][..values.len()].copy_from_slice(&values),
            Some(Target::Transposed(matrix, rows, function)) => {
                let cols = matrix.len() / rows;
                for (place, &value) in (self.filled..).zip(&*values) {
                    matrix[place % cols * rows + place / cols] = function(value);
                }
            }
            None => {}
        }
        self.filled += values.len();
        Ok(())
    }
}

impl Loader for CpuLoader {
    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>> {
        let config = self.inventory.finish()?;
        let weights = self.weights.ok_or_else(|| Error::BadCheckpoint("The checkpoint holds no weights.".into()))?;
        Ok(Box::new(super::Cpu::new(config, self.precision, self.threads, weights)?))
    }
}
