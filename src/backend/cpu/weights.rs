//! The weights in the CPU backend's layouts, filled while the checkpoint streams in.

use super::kernels::{Conv, Scan};
use super::matrix::Matrix;
use crate::backend::{Backend, Loader, Precision};
use crate::checkpoint::{TensorSink, filled};
use crate::error::{Error, Result};
use crate::model::{Config, Inventory, LayerRole, Role, identify};

pub struct Weights {
    pub embeddings: Matrix,
    pub norm_f: Vec<f32>,
    /// None when the head is the embeddings.
    pub lm_head: Option<Matrix>,
    pub layers: Vec<Layer>,
}

/// A bias that the model does not have is empty.
pub struct Layer {
    pub norm: Vec<f32>,
    pub in_proj: Matrix,
    pub in_proj_bias: Vec<f32>,
    pub conv: Conv,
    pub x_proj: Matrix,
    pub dt_proj: Matrix,
    pub scan: Scan,
    pub out_proj: Matrix,
    pub out_proj_bias: Vec<f32>,
}

impl Weights {
    fn new(c: &Config, precision: Precision) -> Result<Self> {
        let vector = |len| filled(len, 0.0, "the model's weights");
        let (d, e, n, r) = (c.d_model, c.d_inner, c.d_state, c.dt_rank);
        let bias = |len| if c.use_bias { vector(len) } else { Ok(Vec::new()) };
        let layer = |_| {
            Ok(Layer {
                norm: vector(d)?,
                in_proj: Matrix::new(2 * e, d, precision)?,
                in_proj_bias: bias(2 * e)?,
                conv: Conv { taps: vector(c.d_conv * e)?, bias: vector(e)? },
                x_proj: Matrix::new(r + 2 * n, e, precision)?,
                // Small, and what it makes is exponentiated twice: always exact.
                dt_proj: Matrix::new(e, r, Precision::F32)?,
                scan: Scan { a: vector(n * e)?, d: vector(e)?, dt_bias: vector(e)?, dt_limit: c.time_step_limit },
                out_proj: Matrix::new(d, e, precision)?,
                out_proj_bias: bias(d)?,
            })
        };
        Ok(Self {
            embeddings: Matrix::new(c.vocab, d, precision)?,
            norm_f: vector(d)?,
            lm_head: if c.tied { None } else { Some(Matrix::new(c.vocab, d, precision)?) },
            layers: (0..c.layers).map(layer).collect::<Result<_>>()?,
        })
    }

    pub fn bytes(&self) -> usize {
        let vector = |values: &Vec<f32>| size_of_val(values.as_slice());
        let layer = |l: &Layer| {
            let matrices = [&l.in_proj, &l.x_proj, &l.dt_proj, &l.out_proj].map(Matrix::bytes);
            let vectors = [
                &l.norm,
                &l.in_proj_bias,
                &l.conv.taps,
                &l.conv.bias,
                &l.scan.a,
                &l.scan.d,
                &l.scan.dt_bias,
                &l.out_proj_bias,
            ];
            matrices.iter().sum::<usize>() + vectors.map(vector).iter().sum::<usize>()
        };
        self.embeddings.bytes()
            + vector(&self.norm_f)
            + self.lm_head.as_ref().map_or(0, Matrix::bytes)
            + self.layers.iter().map(layer).sum::<usize>()
    }
}

/// Where the rows of the tensor that streams past go.
enum Target<'a> {
    Matrix(&'a mut Matrix),
    Vector(&'a mut [f32]),
    /// Rows become columns, each value passed through the function.
    Transposed(&'a mut [f32], fn(f32) -> f32),
}

/// Builds the CPU backend.
pub struct CpuLoader {
    config: Config,
    precision: Precision,
    inventory: Inventory,
    weights: Option<Weights>,
    current: Option<Role>,
    /// Values of the current tensor taken so far.
    filled: usize,
}

impl CpuLoader {
    pub fn new(config: Config, precision: Precision) -> Result<Self> {
        let inventory = Inventory::new(&config);
        Ok(Self { config, precision, inventory, weights: None, current: None, filled: 0 })
    }

    fn target(weights: &mut Weights, role: Role) -> Option<Target<'_>> {
        let (layer, role) = match role {
            Role::Embeddings => return Some(Target::Matrix(&mut weights.embeddings)),
            Role::NormF => return Some(Target::Vector(&mut weights.norm_f)),
            Role::LmHead => return weights.lm_head.as_mut().map(Target::Matrix),
            Role::Layer(layer, role) => (weights.layers.get_mut(layer)?, role),
        };
        Some(match role {
            LayerRole::Norm => Target::Vector(&mut layer.norm),
            LayerRole::InProj => Target::Matrix(&mut layer.in_proj),
            LayerRole::InProjBias => Target::Vector(&mut layer.in_proj_bias),
            LayerRole::Conv => Target::Transposed(&mut layer.conv.taps, |tap| tap),
            LayerRole::ConvBias => Target::Vector(&mut layer.conv.bias),
            LayerRole::XProj => Target::Matrix(&mut layer.x_proj),
            LayerRole::DtProj => Target::Matrix(&mut layer.dt_proj),
            LayerRole::DtProjBias => Target::Vector(&mut layer.scan.dt_bias),
            LayerRole::ALog => Target::Transposed(&mut layer.scan.a, |log| -log.exp() * core::f32::consts::LOG2_E),
            LayerRole::D => Target::Vector(&mut layer.scan.d),
            LayerRole::GatedNorm => return None,
            LayerRole::OutProj => Target::Matrix(&mut layer.out_proj),
            LayerRole::OutProjBias => Target::Vector(&mut layer.out_proj_bias),
        })
    }
}

impl TensorSink for CpuLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.current = identify(&self.config, name, shape)?;
        self.filled = 0;
        let Some(role) = self.current else { return Ok(false) };
        self.inventory.take(role)?;
        if self.weights.is_none() {
            // Not before the first tensor has shown that file and config speak of the same model.
            self.weights = Some(Weights::new(&self.config, self.precision)?);
        }
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some((weights, role)) = self.weights.as_mut().zip(self.current) else { return Ok(()) };
        let e = self.config.d_inner;
        match Self::target(weights, role) {
            Some(Target::Matrix(matrix)) => matrix.push(values),
            Some(Target::Vector(vector)) => vector[self.filled..][..values.len()].copy_from_slice(values),
            Some(Target::Transposed(matrix, function)) => {
                let cols = matrix.len() / e;
                for (place, &value) in (self.filled..).zip(values) {
                    matrix[place % cols * e + place / cols] = function(value);
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
        self.inventory.finish()?;
        let weights = self.weights.ok_or_else(|| Error::BadCheckpoint("The checkpoint holds no weights.".into()))?;
        Ok(Box::new(super::Cpu::new(self.config, self.precision, weights)?))
    }
}
