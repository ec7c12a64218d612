//! The weights in the CPU backend's layouts, filled while the checkpoint streams in.

use super::conv::Conv;
use super::mamba2::Ssd;
use super::matrix::Matrix;
use super::scan::Scan;
use crate::backend::{Backend, Loader, Precision};
use crate::checkpoint::{TensorSink, filled};
use crate::error::{Error, Result};
use crate::model::{Architecture, Config, Inventory, LayerRole, Role, Rows};

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
    pub ssm: Ssm,
    pub out_proj: Matrix,
    pub out_proj_bias: Vec<f32>,
}

/// What lies between the convolution and out_proj.
pub enum Ssm {
    Mamba(Selective),
    Mamba2(Ssd),
}

/// Of Mamba and Falcon-Mamba.
pub struct Selective {
    pub x_proj: Matrix,
    /// The epsilon of Falcon-Mamba's norms of dt, B and C.
    pub norm: Option<f32>,
    pub dt_proj: Matrix,
    pub scan: Scan,
}

impl Weights {
    fn new(c: &Config, precision: Precision) -> Result<Self> {
        let vector = |len| filled(len, 0.0, "the model's weights");
        // In int4, what is small, or what every score comes from, keeps 8 bits.
        let sensitive = if precision == Precision::Int4 { Precision::Int8 } else { precision };
        let (d, e, n, r) = (c.d_model, c.d_inner, c.d_state, c.dt_rank);
        let (rows, width) = (c.in_proj_rows(), c.conv_width());
        let bias = |len| if c.use_bias { vector(len) } else { Ok(Vec::new()) };
        let selective = |norm| -> Result<Ssm> {
            Ok(Ssm::Mamba(Selective {
                x_proj: Matrix::new(r + 2 * n, e, sensitive)?,
                norm,
                // Small, and what it makes is exponentiated twice: always exact.
                dt_proj: Matrix::new(e, r, Precision::F32)?,
                scan: Scan { a: vector(n * e)?, d: vector(e)?, dt_bias: vector(e)?, dt_limit: c.time_step_limit },
            }))
        };
        let ssm = || match c.architecture {
            Architecture::Mamba => selective(None),
            Architecture::FalconMamba { mixer_epsilon } => selective(Some(mixer_epsilon)),
            Architecture::Mamba2(heads) => Ok(Ssm::Mamba2(Ssd {
                heads,
                d_state: n,
                a: vector(heads.heads)?,
                d: vector(heads.heads)?,
                dt_bias: vector(heads.heads)?,
                dt_limit: c.time_step_limit,
                norm: vector(e)?,
                epsilon: c.norm_epsilon,
            })),
        };
        let layer = |_| {
            Ok(Layer {
                norm: vector(d)?,
                in_proj: Matrix::new(rows, d, precision)?,
                in_proj_bias: bias(rows)?,
                conv: Conv { taps: vector(c.d_conv * width)?, bias: vector(width)? },
                ssm: ssm()?,
                out_proj: Matrix::new(d, e, precision)?,
                out_proj_bias: bias(d)?,
            })
        };
        Ok(Self {
            embeddings: Matrix::new(c.vocab, d, sensitive)?,
            norm_f: vector(d)?,
            lm_head: if c.tied { None } else { Some(Matrix::new(c.vocab, d, sensitive)?) },
            layers: (0..c.layers).map(layer).collect::<Result<_>>()?,
        })
    }

    /// Embeddings and head are not one: `second` goes on from `row`, the other is what the embeddings are now.
    fn untie(&mut self, second: Role, row: usize) -> Result<()> {
        let mut head = self.embeddings.copy()?;
        if second == Role::LmHead { &mut head } else { &mut self.embeddings }.rewind(row);
        self.lm_head = Some(head);
        Ok(())
    }

    pub fn bytes(&self) -> usize {
        let vector = |values: &Vec<f32>| size_of_val(values.as_slice());
        let layer = |l: &Layer| {
            let ssm = match &l.ssm {
                Ssm::Mamba(Selective { x_proj, dt_proj, scan, .. }) => {
                    let vectors = [&scan.a, &scan.d, &scan.dt_bias].map(vector);
                    x_proj.bytes() + dt_proj.bytes() + vectors.iter().sum::<usize>()
                }
                Ssm::Mamba2(ssd) => [&ssd.a, &ssd.d, &ssd.dt_bias, &ssd.norm].map(vector).iter().sum(),
            };
            let vectors = [&l.norm, &l.in_proj_bias, &l.conv.taps, &l.conv.bias, &l.out_proj_bias].map(vector);
            l.in_proj.bytes() + l.out_proj.bytes() + ssm + vectors.iter().sum::<usize>()
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
    current: Option<Role>,
    /// Values of the current tensor taken so far.
    filled: usize,
}

impl CpuLoader {
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
        Some(match (role, &mut layer.ssm) {
            (LayerRole::Norm, _) => Target::Vector(&mut layer.norm),
            (LayerRole::InProj, _) => Target::Matrix(&mut layer.in_proj),
            (LayerRole::InProjBias, _) => Target::Vector(&mut layer.in_proj_bias),
            (LayerRole::Conv, _) => Target::Transposed(&mut layer.conv.taps, layer.conv.bias.len(), |tap| tap),
            (LayerRole::ConvBias, _) => Target::Vector(&mut layer.conv.bias),
            (LayerRole::OutProj, _) => Target::Matrix(&mut layer.out_proj),
            (LayerRole::OutProjBias, _) => Target::Vector(&mut layer.out_proj_bias),
            (LayerRole::XProj, Ssm::Mamba(ssm)) => Target::Matrix(&mut ssm.x_proj),
            (LayerRole::DtProj, Ssm::Mamba(ssm)) => Target::Matrix(&mut ssm.dt_proj),
            (LayerRole::DtProjBias, Ssm::Mamba(ssm)) => Target::Vector(&mut ssm.scan.dt_bias),
            (LayerRole::ALog, Ssm::Mamba(ssm)) => Target::Transposed(&mut ssm.scan.a, ssm.scan.d.len(), decay_rate),
            (LayerRole::D, Ssm::Mamba(ssm)) => Target::Vector(&mut ssm.scan.d),
            (LayerRole::DtProjBias, Ssm::Mamba2(ssm)) => Target::Vector(&mut ssm.dt_bias),
            (LayerRole::ALog, Ssm::Mamba2(ssm)) => Target::Transposed(&mut ssm.a, ssm.d.len(), decay_rate),
            (LayerRole::D, Ssm::Mamba2(ssm)) => Target::Vector(&mut ssm.d),
            (LayerRole::GatedNorm, Ssm::Mamba2(ssm)) => Target::Vector(&mut ssm.norm),
            // Tensors that the architecture does not have, which `identify` has refused.
            (LayerRole::GatedNorm, Ssm::Mamba(_)) | (LayerRole::XProj | LayerRole::DtProj, Ssm::Mamba2(_)) => {
                return None;
            }
        })
    }
}

/// A log2(e) from A_log, so that exp(dt A) is 2^(dt a).
fn decay_rate(a_log: f32) -> f32 {
    -a_log.exp() * core::f32::consts::LOG2_E
}

impl TensorSink for CpuLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.current = self.inventory.begin(name, shape)?;
        self.filled = 0;
        if self.current.is_none() {
            return Ok(false);
        }
        if self.weights.is_none() {
            // Not before the first tensor has shown that file and config speak of the same model.
            self.weights = Some(Weights::new(&self.config, self.precision)?);
        }
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some((weights, role)) = self.weights.as_mut().zip(self.current) else { return Ok(()) };
        let differing;
        let values = match self.inventory.rows(values)? {
            Rows::Known => return Ok(()),
            Rows::Kept(values) => values,
            Rows::Untied { row, values } => {
                weights.untie(role, row)?;
                differing = values;
                &differing
            }
        };
        match Self::target(weights, role) {
            Some(Target::Matrix(matrix)) => matrix.push(values),
            Some(Target::Vector(vector)) => vector[self.filled..][..values.len()].copy_from_slice(values),
            Some(Target::Transposed(matrix, rows, function)) => {
                let cols = matrix.len() / rows;
                for (place, &value) in (self.filled..).zip(values) {
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
