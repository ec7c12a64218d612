//! All weights of a model on the GPU, and the loader that fills them.

use super::Gpu;
use super::device::Device;
use super::dims::Dims;
use super::matrix::{Format, Matrix, Memory};
use crate::backend::{Backend, Loader, Precision};
use crate::checkpoint::{TensorSink, filled};
use crate::error::{Error, Result};
use crate::model::{Architecture, Config, Inventory, LayerRole, Role, identify};

pub struct Weights {
    pub embeddings: Matrix,
    pub norm_f: wgpu::Buffer,
    /// None when the head is the embeddings.
    pub lm_head: Option<Matrix>,
    pub layers: Vec<Layer>,
    /// Bound where a model has no bias.
    pub nothing: wgpu::Buffer,
    pub bytes: usize,
}

pub struct Layer {
    pub norm: wgpu::Buffer,
    pub in_proj: Matrix,
    pub in_proj_bias: wgpu::Buffer,
    /// `[K + 1, E]`: the convolution's taps, oldest first, then its bias.
    pub filters: wgpu::Buffer,
    pub x_proj: Matrix,
    /// `[R + 1, E]`: dt_proj transposed, then its bias.
    pub dt_proj: wgpu::Buffer,
    /// `[N + 1, E]`: A log2(e) = -exp(A_log) log2(e) transposed, then D.
    pub a_d: wgpu::Buffer,
    pub out_proj: Matrix,
    pub out_proj_bias: wgpu::Buffer,
}

impl Weights {
    /// Buffers of zeros. Whether there was room shows in the caller's error scope.
    fn new(device: &Device, c: &Config, dims: &Dims, format: Format) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let embeddings = Matrix::new(memory, "embeddings", c.vocab, c.d_model, format);
        let lm_head = (!c.tied).then(|| Matrix::new(memory, "lm_head", c.vocab, c.d_model, format));
        let layers = (0..c.layers)
            .map(|_| Layer {
                norm: memory.floats("norm", dims.d),
                in_proj: Matrix::halves(memory, "in_proj", c.d_inner, c.d_model, format),
                in_proj_bias: memory.floats("in_proj.bias", if c.use_bias { 2 * dims.e } else { 0 }),
                filters: memory.floats("conv1d", (dims.k + 1) * dims.e),
                x_proj: Matrix::new(memory, "x_proj", dims.r + 2 * dims.n, c.d_inner, format.small()),
                dt_proj: memory.floats("dt_proj", (dims.r + 1) * dims.e),
                a_d: memory.floats("A and D", (dims.n + 1) * dims.e),
                out_proj: Matrix::new(memory, "out_proj", c.d_model, c.d_inner, format),
                out_proj_bias: memory.floats("out_proj.bias", if c.use_bias { dims.d } else { 0 }),
            })
            .collect();
        let norm_f = memory.floats("norm_f", dims.d);
        let nothing = memory.floats("nothing", 0);
        Self { embeddings, norm_f, lm_head, layers, nothing, bytes: memory.bytes }
    }

    pub fn head(&self) -> &Matrix {
        self.lm_head.as_ref().unwrap_or(&self.embeddings)
    }
}

/// Where a tensor that streams past goes.
enum Target<'a> {
    Matrix(&'a mut Matrix),
    /// Into a buffer from this float on, in order.
    Vector(&'a wgpu::Buffer, usize),
    /// The same, two halves of E with padding between.
    Halves(&'a wgpu::Buffer),
    /// Rows become columns, each value passed through the function.
    Transposed(&'a wgpu::Buffer, fn(f32) -> f32),
}

/// Builds the GPU backend.
pub struct GpuLoader {
    device: Device,
    config: Config,
    dims: Dims,
    precision: Precision,
    inventory: Inventory,
    weights: Weights,
    current: Option<Role>,
    /// Values of the current tensor, for those that are not matrices; uploaded when it is whole.
    values: Vec<f32>,
}

impl GpuLoader {
    /// As [`GpuLoader::new`]; where f16 has no room, int8.
    pub async fn open(device: Device, config: Config, precision: Precision) -> Result<Self> {
        match Self::new(device.clone(), config.clone(), precision).await {
            Err(Error::OutOfMemory(_)) if precision == Precision::F16 => {
                Self::new(device, config, Precision::Int8).await
            }
            other => other,
        }
    }

    /// Takes all of the GPU's memory that the model needs.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`] for all but Mamba, [`Error::OutOfMemory`] when there is not enough,
    /// [`Error::DeviceLost`] when the GPU fails.
    pub async fn new(device: Device, config: Config, precision: Precision) -> Result<Self> {
        if config.architecture != Architecture::Mamba {
            let name = config.architecture.name();
            return Err(Error::UnsupportedArchitecture(format!(
                "The GPU backend does not run {name}; the cpu backend does."
            )));
        }
        let format = Format::of(precision)?;
        let dims = Dims::new(&config, &device.limits())?;
        let scope = device.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let weights = Weights::new(&device, &config, &dims, format);
        if let Some(error) = scope.pop().await {
            let megabytes = weights.bytes / 1_000_000;
            return Err(Error::OutOfMemory(format!("The GPU has no room for {megabytes} MB of weights ({error}).")));
        }
        device.check()?;
        let inventory = Inventory::new(&config);
        Ok(Self { device, config, dims, precision, inventory, weights, current: None, values: Vec::new() })
    }

    /// Decodes with more and simpler kernels, as large models do; to test and to time them with small ones.
    pub fn separate_kernels(mut self) -> Self {
        self.dims.fused = false;
        self
    }

    pub(super) fn into_gpu(self) -> Result<Gpu> {
        self.inventory.finish()?;
        Gpu::new(self.device, self.config, self.dims, self.precision, self.weights)
    }

    fn target<'w>(weights: &'w mut Weights, dims: &Dims, role: Role) -> Option<Target<'w>> {
        let (layer, role) = match role {
            Role::Embeddings => return Some(Target::Matrix(&mut weights.embeddings)),
            Role::NormF => return Some(Target::Vector(&weights.norm_f, 0)),
            Role::LmHead => return weights.lm_head.as_mut().map(Target::Matrix),
            Role::Layer(layer, role) => (weights.layers.get_mut(layer)?, role),
        };
        let (e, k, n, r) = (dims.e, dims.k, dims.n, dims.r);
        Some(match role {
            LayerRole::Norm => Target::Vector(&layer.norm, 0),
            LayerRole::InProj => Target::Matrix(&mut layer.in_proj),
            LayerRole::InProjBias => Target::Halves(&layer.in_proj_bias),
            LayerRole::Conv => Target::Transposed(&layer.filters, |tap| tap),
            LayerRole::ConvBias => Target::Vector(&layer.filters, k * e),
            LayerRole::XProj => Target::Matrix(&mut layer.x_proj),
            LayerRole::DtProj => Target::Transposed(&layer.dt_proj, |weight| weight),
            LayerRole::DtProjBias => Target::Vector(&layer.dt_proj, r * e),
            LayerRole::ALog => Target::Transposed(&layer.a_d, |log| -log.exp() * core::f32::consts::LOG2_E),
            LayerRole::D => Target::Vector(&layer.a_d, n * e),
            LayerRole::GatedNorm => return None,
            LayerRole::OutProj => Target::Matrix(&mut layer.out_proj),
            LayerRole::OutProjBias => Target::Vector(&layer.out_proj_bias, 0),
        })
    }
}

impl TensorSink for GpuLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.device.check()?;
        self.current = identify(&self.config, name, shape)?;
        let Some(role) = self.current else { return Ok(false) };
        self.inventory.take(role)?;
        let values = match Self::target(&mut self.weights, &self.dims, role) {
            Some(Target::Matrix(_)) | None => 0,
            Some(_) => shape.iter().product(),
        };
        self.values = filled(values, 0.0, "a tensor")?;
        self.values.clear();
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some(role) = self.current else { return Ok(()) };
        let target = Self::target(&mut self.weights, &self.dims, role);
        let (buffer, offset, values) = match target {
            Some(Target::Matrix(matrix)) => {
                matrix.push(&self.device, values);
                return Ok(());
            }
            None => return Ok(()),
            Some(target) => {
                self.values.extend_from_slice(values);
                if self.values.len() < self.values.capacity() {
                    return Ok(());
                }
                let values = core::mem::take(&mut self.values);
                let (inner, e) = (self.config.d_inner, self.dims.e);
                match target {
                    Target::Matrix(_) => return Ok(()),
                    Target::Vector(buffer, offset) => (buffer, offset, values),
                    Target::Halves(buffer) => {
                        let mut halves = filled(2 * e, 0.0, "a tensor")?;
                        halves[..inner].copy_from_slice(&values[..inner]);
                        halves[e..e + inner].copy_from_slice(&values[inner..]);
                        (buffer, 0, halves)
                    }
                    Target::Transposed(buffer, function) => {
                        let cols = values.len() / inner;
                        let mut turned = filled(cols * e, 0.0, "a tensor")?;
                        for (place, &value) in values.iter().enumerate() {
                            turned[place % cols * e + place / cols] = function(value);
                        }
                        (buffer, 0, turned)
                    }
                }
            }
        };
        self.device.queue.write_buffer(buffer, offset as u64 * 4, bytemuck::cast_slice(&values));
        Ok(())
    }
}

impl Loader for GpuLoader {
    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>> {
        Ok(Box::new(self.into_gpu()?))
    }
}
