//! All weights of a model on the GPU, and the loader that fills them.

use super::Gpu;
use super::budget::Need;
use super::buffers::Buffers;
use super::device::Device;
use super::dims::{Dims, MixerDims, Sections};
use super::matrix::{Format, Matrix, Memory};
use super::plan::Plan;
use super::rings::{angles, angles_len};
use crate::allocate::filled;
use crate::backend::{Backend, Compiled, Loader, Precision};
use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::{self, Config, Heads, Inventory, LayerRole, Place, Role, Rows, decay_rate};

pub struct Weights {
    pub embeddings: Matrix,
    pub norm_f: wgpu::Buffer,
    /// None when the head is the embeddings.
    pub lm_head: Option<Matrix>,
    pub layers: Vec<Layer>,
    /// Bound where a model has no bias.
    pub nothing: wgpu::Buffer,
    pub bytes: u64,
}

pub struct Layer {
    pub norm: wgpu::Buffer,
    /// One for Mamba-2 and the attention beside it, as the bias is.
    pub in_proj: Matrix,
    pub in_proj_bias: wgpu::Buffer,
    /// `[K + 1, W]`: the convolution's taps, oldest first, then its bias. Empty in attention and MLP, as `a_d` is.
    pub filters: wgpu::Buffer,
    /// A log2(e) = -exp(A_log) log2(e), then D: `[N + 1, E]` with A transposed; in Mamba-2 `[2, E]`, each head's
    /// values repeated for its channels.
    pub a_d: wgpu::Buffer,
    pub out_proj: Matrix,
    pub out_proj_bias: wgpu::Buffer,
    pub mixer: Mixer,
}

/// What only one kind of layer has.
pub enum Mixer {
    Mamba1 {
        x_proj: Matrix,
        /// `[R + 1, E]`: dt_proj transposed, then its bias.
        dt_proj: wgpu::Buffer,
    },
    Mamba2 {
        /// `[H]`
        dt_bias: wgpu::Buffer,
        /// The gated norm's weight, `[E]`; empty where there is none.
        norm: wgpu::Buffer,
    },
    Attention {
        /// See [`angles`]; nothing where the layer knows no positions.
        angles: wgpu::Buffer,
    },
    Mlp,
}

impl Weights {
    /// Buffers of zeros. The caller's error scope reports if there was no room.
    fn new(device: &Device, c: &Config, dims: &Dims, format: Format) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let embeddings = Matrix::new(memory, "embeddings", c.vocab, c.d_model, format.head());
        let lm_head = (!c.tied).then(|| Matrix::new(memory, "lm_head", c.vocab, c.d_model, format.head()));
        let norm_f = memory.floats("norm_f", dims.d);
        let nothing = memory.floats("nothing", 0);
        let rotations = Rotations::new(memory, dims, &nothing);
        let mut layers: Vec<Layer> = Vec::new();
        for layer in &dims.layers {
            let beside = layers.last().filter(|_| layer.mixer.mixer.is_beside());
            let layer = Layer::new(memory, c, dims, &layer.mixer, format, &rotations, beside);
            layers.push(layer);
        }
        Self { embeddings, norm_f, lm_head, layers, nothing, bytes: memory.bytes }
    }

    /// Gives the head a table of its own. `second` continues from `row`; the other table keeps what the embeddings hold
    /// now.
    fn untie(&mut self, device: &Device, second: Role, row: usize) {
        let memory = &mut Memory { device, bytes: self.bytes };
        let mut head = self.embeddings.copy(memory, "lm_head");
        if second == Role::LmHead { &mut head } else { &mut self.embeddings }.rewind(row);
        self.lm_head = Some(head);
        self.bytes = memory.bytes;
    }

    pub fn head(&self) -> &Matrix {
        self.lm_head.as_ref().unwrap_or(&self.embeddings)
    }
}

/// The tables of angles, of which layers share those that are equal.
struct Rotations {
    tables: Vec<((f32, usize), wgpu::Buffer)>,
    nothing: wgpu::Buffer,
}

impl Rotations {
    fn new(memory: &mut Memory<'_>, dims: &Dims, nothing: &wgpu::Buffer) -> Self {
        let table = |(theta, head_dim): (f32, usize)| {
            let buffer = memory.floats("angles", angles_len(head_dim));
            memory.device.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&angles(theta, head_dim)));
            ((theta, head_dim), buffer)
        };
        Self { tables: dims.rotations().into_iter().map(table).collect(), nothing: nothing.clone() }
    }

    fn of(&self, attention: &model::Attention) -> wgpu::Buffer {
        let own = |theta| self.tables.iter().find(|(table, _)| *table == (theta, attention.head_dim));
        attention.rope_theta.and_then(own).map_or(&self.nothing, |(_, buffer)| buffer).clone()
    }
}

impl Layer {
    /// `beside` is the layer that this one stands beside.
    fn new(
        memory: &mut Memory<'_>,
        c: &Config,
        dims: &Dims,
        m: &MixerDims,
        format: Format,
        rotations: &Rotations,
        beside: Option<&Self>,
    ) -> Self {
        let (d_inner, use_bias) = (m.mixer.d_inner(), m.mixer.use_bias());
        let (in_proj, in_proj_bias) = match beside {
            Some(other) => (other.in_proj.with(m.own, m.from), other.in_proj_bias.clone()),
            None => (
                Matrix::sections(memory, "in_proj", m.projected, c.d_model, format),
                memory.floats("in_proj.bias", if m.in_bias { m.projected.padded() } else { 0 }),
            ),
        };
        Self {
            norm: memory.floats("norm", dims.d),
            in_proj,
            in_proj_bias,
            filters: memory.floats("conv1d", (m.k + 1) * m.width()),
            a_d: memory.floats("A and D", m.a_d()),
            out_proj: Matrix::new(memory, "out_proj", c.d_model, d_inner, format),
            out_proj_bias: memory.floats("out_proj.bias", if use_bias { dims.d } else { 0 }),
            mixer: match m.mixer {
                model::Mixer::Mamba1(mamba1) => Mixer::Mamba1 {
                    x_proj: Matrix::new(memory, "x_proj", mamba1.x_proj_rows(), d_inner, format.small()),
                    dt_proj: memory.floats("dt_proj", (mamba1.dt_rank + 1) * m.e),
                },
                model::Mixer::Mamba2(mamba2) => Mixer::Mamba2 {
                    dt_bias: memory.floats("dt_bias", mamba2.heads.heads),
                    norm: memory.floats("mixer.norm", mamba2.gated_norm.map_or(0, |_| m.e)),
                },
                model::Mixer::Attention(attention) => Mixer::Attention { angles: rotations.of(&attention) },
                model::Mixer::Mlp(_) => Mixer::Mlp,
            },
        }
    }
}

/// Where a tensor that streams past goes.
enum Target<'a> {
    Matrix(&'a mut Matrix),
    Columns(Columns<'a>),
}

/// A small tensor, whose rows become columns: `[cols, stride]` from `offset` on, each row at its section's place, and
/// there `repeat` times; each value passed through the function. One column is a vector.
struct Columns<'a> {
    buffer: &'a wgpu::Buffer,
    offset: usize,
    sections: Sections,
    repeat: usize,
    function: fn(f32) -> f32,
}

impl<'a> Columns<'a> {
    fn new(buffer: &'a wgpu::Buffer, offset: usize, sections: Sections) -> Self {
        Self { buffer, offset, sections, repeat: 1, function: |value| value }
    }

    fn vector(buffer: &'a wgpu::Buffer, length: usize) -> Self {
        Self::new(buffer, 0, Sections::one(length))
    }

    /// `values` in this order, with padding between sections but none after the last column.
    fn arrange(&self, values: &[f32]) -> Result<Vec<f32>> {
        let rows: usize = self.sections.runs().map(|(_, _, length)| length).sum();
        let cols = values.len() / rows;
        let end = self.sections.runs().filter(|run| run.2 > 0).map(|(_, to, length)| to + length).max().unwrap_or(0);
        let stride = self.sections.padded();
        let mut out = filled((cols - 1) * stride + end * self.repeat, 0.0, "a tensor")?;
        for (from, to, length) in self.sections.runs() {
            for row in 0..length {
                for (col, &value) in values[(from + row) * cols..][..cols].iter().enumerate() {
                    let at = col * stride + (to + row) * self.repeat;
                    out[at..at + self.repeat].fill((self.function)(value));
                }
            }
        }
        Ok(out)
    }
}

/// Builds the GPU backend.
pub struct GpuLoader {
    device: Device,
    config: Config,
    pub(super) dims: Dims,
    precision: Precision,
    inventory: Inventory,
    weights: Weights,
    /// Made before the weights arrive, so that the kernels compile meanwhile.
    pub(super) plan: Plan,
    /// The current tensor's place, and its rows.
    current: Option<(Place, usize)>,
    /// Values of the current tensor, for those that are not matrices; uploaded when it is whole.
    values: Vec<f32>,
}

impl GpuLoader {
    /// As [`GpuLoader::new`]; where f16 has no room, int8.
    pub async fn open(device: Device, config: Config, precision: Precision) -> Result<Self> {
        match Self::new(device.clone(), config.clone(), precision).await {
            // A browser keeps what this try has allocated until it collects garbage, or until the device is gone.
            Err(Error::OutOfMemory(_)) if precision == Precision::F16 => {
                Self::new(device.renewed().await?, config, Precision::Int8).await
            }
            other => other,
        }
    }

    /// Allocates all GPU memory of the model and starts to compile its kernels, without waiting for them.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is not enough, [`Error::DeviceLost`] when the GPU fails.
    pub async fn new(device: Device, config: Config, precision: Precision) -> Result<Self> {
        let format = Format::of(precision);
        let check = |dims: &Dims| Need::new(&config, dims, format).check(&device, dims, format);
        let mut dims = Dims::new(&config, &device.limits(), format)?;
        if check(&dims).is_err() {
            dims = Dims::small(&config, &device.limits(), format)?;
            check(&dims)?;
        }
        let scope = device.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let weights = Weights::new(&device, &config, &dims, format);
        let buffers = Buffers::new(&device, &dims);
        if let Some(error) = scope.pop().await {
            let (weights, rest) = (weights.bytes / 1_000_000, buffers.bytes / 1_000_000);
            return Err(Error::OutOfMemory(format!(
                "The GPU has no room for {weights} MB of weights and {rest} MB to work with ({error})."
            )));
        }
        device.check()?;
        let plan = Plan::new(&device, &config, &dims, &weights, buffers);
        let inventory = Inventory::new(&config);
        Ok(Self { device, config, dims, precision, inventory, weights, plan, current: None, values: Vec::new() })
    }

    /// Decodes with fewer and larger kernels where it can, as in a browser.
    pub fn fused_kernels(mut self) -> Self {
        self.dims.fused = true;
        self.plan = Plan::new(&self.device, &self.config, &self.dims, &self.weights, self.plan.buffers);
        self
    }

    /// Allocates a separate head that the config did not announce.
    fn untie(&mut self, second: Role, row: usize) -> Result<()> {
        let config = Config { tied: false, ..self.config.clone() };
        let format = Format::of(self.precision);
        Need::new(&config, &self.dims, format).check(&self.device, &self.dims, format)?;
        self.weights.untie(&self.device, second, row);
        // Now and not at the end: whoever loads waits for kernels before that.
        self.plan.move_head(&self.device, &config, &self.dims, &self.weights);
        Ok(())
    }

    pub(super) fn into_gpu(self) -> Result<Gpu> {
        let config = self.inventory.finish()?;
        self.device.check()?;
        Gpu::new(self.device, config, self.dims, self.precision, self.weights, self.plan)
    }

    /// `rows` are those of the tensor, which may be a part of the role's.
    fn target<'w>(weights: &'w mut Weights, dims: &Dims, c: &Config, place: Place, rows: usize) -> Option<Target<'w>> {
        let (number, role) = match place.role {
            Role::Embeddings => return Some(Target::Matrix(&mut weights.embeddings)),
            Role::NormF => return Some(Target::Columns(Columns::vector(&weights.norm_f, c.d_model))),
            Role::LmHead => return weights.lm_head.as_mut().map(Target::Matrix),
            Role::Layer(number, role) => (number, role),
        };
        let (layer, m) = (weights.layers.get_mut(number)?, &dims.layers.get(number)?.mixer);
        let (e, d_after_a) = (m.mixer.d_inner(), m.a_rows() * m.e);
        let columns = match (role, &mut layer.mixer, m.mixer) {
            (LayerRole::InProj, ..) => return Some(Target::Matrix(&mut layer.in_proj)),
            (LayerRole::OutProj, ..) => return Some(Target::Matrix(&mut layer.out_proj)),
            (LayerRole::XProj, Mixer::Mamba1 { x_proj, .. }, _) => return Some(Target::Matrix(x_proj)),
            (LayerRole::Norm, ..) => Columns::vector(&layer.norm, c.d_model),
            (LayerRole::InProjBias, ..) if rows == m.mixer.in_proj_rows() => {
                Columns::new(&layer.in_proj_bias, m.from, m.own)
            }
            (LayerRole::InProjBias, ..) => {
                // A part is a section.
                let (_, to, length) = m.own.runs().find(|&(from, ..)| from == place.row)?;
                Columns::new(&layer.in_proj_bias, m.from + to, Sections::one(length))
            }
            (LayerRole::OutProjBias, ..) => Columns::vector(&layer.out_proj_bias, c.d_model),
            (LayerRole::Conv, ..) => Columns::new(&layer.filters, 0, m.convolved),
            (LayerRole::ConvBias, ..) => Columns::new(&layer.filters, m.k * m.width(), m.convolved),
            (LayerRole::DtProj, Mixer::Mamba1 { dt_proj, .. }, _) => Columns::vector(dt_proj, e),
            (LayerRole::DtProjBias, Mixer::Mamba1 { dt_proj, .. }, model::Mixer::Mamba1(mamba1)) => {
                Columns::new(dt_proj, mamba1.dt_rank * m.e, Sections::one(e))
            }
            (LayerRole::ALog, Mixer::Mamba1 { .. }, _) => {
                Columns { function: decay_rate, ..Columns::vector(&layer.a_d, e) }
            }
            (LayerRole::D, Mixer::Mamba1 { .. }, _) => Columns::new(&layer.a_d, d_after_a, Sections::one(e)),
            (LayerRole::DtProjBias, Mixer::Mamba2 { dt_bias, .. }, model::Mixer::Mamba2(mamba2)) => {
                Columns::vector(dt_bias, mamba2.heads.heads)
            }
            (LayerRole::GatedNorm, Mixer::Mamba2 { norm, .. }, _) => Columns::vector(norm, e),
            (LayerRole::ALog | LayerRole::D, Mixer::Mamba2 { .. }, model::Mixer::Mamba2(mamba2)) => {
                let Heads { heads, head_dim: repeat, .. } = mamba2.heads;
                let columns = Columns { repeat, ..Columns::vector(&layer.a_d, heads) };
                if role == LayerRole::ALog {
                    Columns { function: decay_rate, ..columns }
                } else {
                    Columns { offset: d_after_a, ..columns }
                }
            }
            // Tensors that such a layer does not have, which the inventory has refused.
            _ => return None,
        };
        Some(Target::Columns(columns))
    }
}

impl TensorSink for GpuLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.device.check()?;
        let place = self.inventory.begin(name, shape)?;
        self.current = place.map(|place| (place, shape[0]));
        let Some(place) = place else { return Ok(false) };
        let values = match Self::target(&mut self.weights, &self.dims, &self.config, place, shape[0]) {
            Some(Target::Matrix(matrix)) => {
                matrix.rewind(place.row);
                0
            }
            None => 0,
            Some(Target::Columns(_)) => shape.iter().product(),
        };
        self.values = filled(values, 0.0, "a tensor")?;
        self.values.clear();
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some((place, rows)) = self.current else { return Ok(()) };
        let values = match self.inventory.rows(values)? {
            Rows::Known => return Ok(()),
            Rows::Kept(values) => values,
            Rows::Untied { row, values } => {
                self.untie(place.role, row)?;
                values.into()
            }
        };
        match Self::target(&mut self.weights, &self.dims, &self.config, place, rows) {
            None => {}
            Some(Target::Matrix(matrix)) => matrix.push(&self.device, &values),
            Some(Target::Columns(columns)) => {
                self.values.extend_from_slice(&values);
                if self.values.len() == self.values.capacity() {
                    let arranged = columns.arrange(&core::mem::take(&mut self.values))?;
                    let at = columns.offset as u64 * 4;
                    self.device.queue.write_buffer(columns.buffer, at, bytemuck::cast_slice(&arranged));
                }
            }
        }
        Ok(())
    }
}

impl Loader for GpuLoader {
    fn compiled(&self) -> Compiled {
        self.device.compiled()
    }

    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>> {
        Ok(Box::new(self.into_gpu()?))
    }
}
