//! Every pipeline, buffer and bind group of a model, made once at load: the token loop only records dispatches.

mod mamba1;
mod mamba2;

use super::device::Device;
use super::dims::{Dims, LayerDims, MixerDims};
use super::kernels::{self, Dispatch, Kernel, Pipeline, Rows};
use super::matrix::{Format, Matrix, Memory};
use super::weights::{Layer, Mixer, Weights};
use crate::model::{self, Config};
use crate::sampler::RECENT_TOKENS;
use mamba1::Mamba1;
use mamba2::Mamba2;

/// f32::MAX for an infinite limit, which an override may not be.
fn finite(value: f32) -> f64 {
    f64::from(value.clamp(f32::MIN, f32::MAX))
}

fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// Buffers for the data between kernels.
pub struct Buffers {
    /// `Control` of `shaders/shared/control.wgsl`.
    pub control: wgpu::Buffer,
    /// Ids to read.
    pub tokens: wgpu::Buffer,
    /// Of each layer `[slots, (K-1) W + N E]`, from [`LayerDims::ring`] on.
    pub state: wgpu::Buffer,
    /// `[slots, V]`
    pub scores: wgpu::Buffer,
    /// `Request` of `shaders/shared/request.wgsl`.
    pub request: wgpu::Buffer,
    /// A ring of the most recent ids.
    pub recent: wgpu::Buffer,
    /// Ids chosen in a submit.
    pub chosen: wgpu::Buffer,
    residual: wgpu::Buffer,
    u: wgpu::Buffer,
    /// in_proj's output: x and z; in Mamba-2 z, x, B and C, dt. For one token convolved already.
    projected: wgpu::Buffer,
    /// The convolution's output, `[T, W]`.
    convolved: wgpu::Buffer,
    /// Mamba-1's `[T, R + 2N]` and `[T, E]`.
    x_dbl: wgpu::Buffer,
    dt: wgpu::Buffer,
    /// out_proj's input, `[T, E]`.
    y: wgpu::Buffer,
    /// `[chunks, N + 1, E]`
    chunks: wgpu::Buffer,
    best: wgpu::Buffer,
    /// Of all of them.
    pub bytes: u64,
}

/// Words of `Request`: eight numbers, 64 pairs, 64 words.
pub const REQUEST_WORDS: usize = 8 + 2 * 64 + 64;
/// Steps that a submit can have, from `Request.chance`.
pub const MOST_STEPS: usize = 64;
/// Scores that a workgroup of `rank` looks at, and what it keeps of them.
const LIST_SCORES: usize = 1024;
const KEPT_SCORES: usize = 64;

impl Buffers {
    /// Buffers of zeros. The caller's error scope reports if there was no room.
    pub fn new(device: &Device, dims: &Dims) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let t = dims.tokens;
        Self {
            control: memory.floats("control", 8),
            tokens: memory.floats("tokens", t),
            state: memory.buffer("state", dims.ring_bytes()),
            scores: memory.floats("scores", dims.slots * dims.scores),
            request: memory.floats("request", REQUEST_WORDS),
            recent: memory.floats("recent", RECENT_TOKENS),
            chosen: memory.floats("chosen", MOST_STEPS),
            residual: memory.floats("residual", t * dims.d),
            u: memory.floats("u", t * dims.d),
            projected: memory.floats("projected", t * dims.most(|m| m.projected.padded())),
            convolved: memory.floats("convolved", t * dims.most(MixerDims::width)),
            x_dbl: memory.floats("x_dbl", t * dims.most(|m| m.x_dbl)),
            dt: memory.floats("dt", t * dims.most(|m| if m.x_dbl > 0 { m.e } else { 0 })),
            y: memory.floats("y", t * dims.most(|m| m.e)),
            chunks: memory.floats("chunks", dims.most(|m| m.chunk_ends(t))),
            best: memory.floats("best", dims.vocab.div_ceil(LIST_SCORES) * KEPT_SCORES * 2),
            bytes: memory.bytes,
        }
    }
}

/// What is recorded for each kind of call, in order.
pub struct Plan {
    pub buffers: Buffers,
    pub embed: Vec<Dispatch>,
    /// All layers, one token.
    pub decode: Vec<Dispatch>,
    /// All layers, a block of tokens of each [`Length`].
    prefill: [Vec<Dispatch>; 3],
    pub head: Vec<Dispatch>,
    pub sample: Vec<Dispatch>,
    /// Different pipelines.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the native benchmark"))]
    pub pipelines: usize,
}

/// Length classes of a block of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// At most a chunk of the scan.
    Chunk = 0,
    /// Several chunks, but few enough that products of large tiles would leave most of a GPU without work.
    Short = 1,
    Long = 2,
}

impl Length {
    const ALL: [Self; 3] = [Self::Chunk, Self::Short, Self::Long];
    /// Tokens of the longest short block.
    const SHORT_TOKENS: usize = 512;

    fn of(tokens: usize, chunk: usize) -> Self {
        match tokens {
            few if few <= chunk => Self::Chunk,
            some if some <= Self::SHORT_TOKENS => Self::Short,
            _ => Self::Long,
        }
    }

    /// Whether a product of so many rows is made in small tiles (0) or in large ones (1).
    fn tiles(self, rows: usize) -> usize {
        /// This many rows occupy a whole GPU with large tiles even if tokens are few.
        const MANY_ROWS: usize = 2048;
        usize::from(self == Self::Long || self == Self::Short && rows >= MANY_ROWS)
    }
}

/// Rows of a workgroup of `matvec`: more for larger matrices.
fn per_group(rows: usize) -> usize {
    if rows >= 16384 { 4 } else { 1 }
}

/// Threads of `rows.wgsl` that share a row: fewer where rows are short, so that each has some loads under way.
fn lanes(format: Format, cols: usize) -> usize {
    let units = cols * format.bits() / 128;
    (units / 6).next_power_of_two().clamp(8, 32)
}

/// Workgroups of `matvec` and `in_proj` for so many rows of a matrix.
pub fn matvec_groups(matrix: &Matrix, rows: usize) -> u32 {
    groups(rows, 256 / lanes(matrix.format, matrix.cols) * per_group(rows))
}

pub struct Maker<'a> {
    device: &'a Device,
    dims: &'a Dims,
    config: &'a Config,
    pipelines: usize,
}

impl<'a> Maker<'a> {
    pub fn new(device: &'a Device, dims: &'a Dims, config: &'a Config) -> Self {
        Self { device, dims, config, pipelines: 0 }
    }

    fn pipeline(&mut self, kernel: &Kernel, overrides: &[(&str, f64)]) -> Pipeline {
        self.pipelines += 1;
        kernel.pipeline(self.device, overrides)
    }

    fn numbers<const N: usize>(pairs: [(&'static str, usize); N]) -> Vec<(&'static str, f64)> {
        pairs.into_iter().map(|(name, value)| (name, value as f64)).collect()
    }

    /// The overrides of `shaders/shared/rows.wgsl`; `norm` says how many columns count for the norm, if there is one.
    fn rows(&self, format: Format, cols: usize, rows: usize, norm: Option<usize>) -> Vec<(&'static str, f64)> {
        let mut overrides = Self::numbers([
            ("FORMAT", format as usize),
            ("COLS", cols),
            ("ROWS", rows),
            ("LANES", lanes(format, cols)),
            ("PER_GROUP", per_group(rows)),
            ("COUNTED", norm.unwrap_or(cols)),
        ]);
        overrides.extend([("NORM", flag(norm.is_some())), ("EPSILON", f64::from(self.config.norm_epsilon))]);
        overrides
    }

    /// Of `rows` x `cols`, of which `first` rows of the result come before.
    pub fn matvec(&mut self, format: Format, cols: usize, rows: usize, first: usize, is: MatvecKind) -> Pipeline {
        let (norm, bias, add, head) = match is {
            MatvecKind::X => (None, false, false, false),
            MatvecKind::Out { norm, bias } => (norm, bias, true, false),
            MatvecKind::Head => (Some(self.config.d_model), false, false, true),
        };
        let mut overrides = self.rows(format, cols, rows, norm);
        overrides.extend(Self::numbers([("SCORES", self.dims.scores), ("FIRST", first)]));
        overrides.extend([("BIAS", bias), ("ADD", add), ("IS_HEAD", head)].map(|(n, on)| (n, flag(on))));
        self.pipeline(&kernels::MATVEC, &overrides)
    }

    /// in_proj of one token, and the convolution.
    fn in_proj(&mut self, matrix: &Matrix, m: &MixerDims) -> Pipeline {
        let mut overrides = self.rows(matrix.format, matrix.cols, matrix.rows, Some(self.config.d_model));
        overrides.extend(Self::numbers([("CONV_FROM", m.conv_from()), ("CONV_WIDTH", m.width()), ("TAPS", m.k)]));
        overrides.extend([("BIAS", flag(m.mixer.use_bias())), slot(m)[0]]);
        self.pipeline(&kernels::IN_PROJ, &overrides)
    }

    /// Of blocks of tokens, with so many tokens a thread.
    fn matmul(&mut self, matrix: &Matrix, out: usize, bias: bool, add: bool, per_thread: usize) -> Matmul {
        let mut overrides = Self::numbers([
            ("FORMAT", matrix.format as usize),
            ("COLS", matrix.cols),
            ("ROWS", matrix.rows),
            ("OUT", out),
            ("PER_THREAD", per_thread),
            ("TILE_K", if per_thread == 2 { 32 } else { 16 }),
        ]);
        overrides.extend([("BIAS", flag(bias)), ("ADD", flag(add))]);
        let pipeline = self.pipeline(&kernels::MATMUL, &overrides);
        Matmul { pipeline, x: groups(out, 64), y: Rows::PerTokens(16 * per_thread as u32) }
    }

    fn carry(&mut self, m: &MixerDims) -> Pipeline {
        let mut overrides = Self::numbers([("E", m.e), ("N", m.n), ("A_ROWS", m.a_rows()), ("CHUNK", m.chunk)]);
        overrides.extend(slot(m));
        self.pipeline(&kernels::CARRY, &overrides)
    }
}

/// A layer's state: floats a slot, and where h begins.
fn slot(m: &MixerDims) -> [(&'static str, f64); 2] {
    [("SLOT", m.slot() as f64), ("HIDDEN", m.hidden() as f64)]
}

fn dt_limits(m: &MixerDims) -> [(&'static str, f64); 2] {
    let (low, high) = m.mixer.time_step_limit();
    [("DT_MIN", finite(low)), ("DT_MAX", finite(high))]
}

/// The product of a matrix with a block of tokens.
struct Matmul {
    pipeline: Pipeline,
    x: u32,
    y: Rows,
}

impl Matmul {
    fn dispatch(&self, device: &Device, buffers: &[wgpu::BufferBinding<'_>]) -> Dispatch {
        self.pipeline.dispatch(device, buffers, self.x, self.y)
    }
}

#[derive(Clone, Copy)]
pub enum MatvecKind {
    X,
    /// `norm`: where Mamba-2's gated norm goes with it, over how many columns.
    Out {
        norm: Option<usize>,
        bias: bool,
    },
    Head,
}

pub fn whole(buffer: &wgpu::Buffer) -> wgpu::BufferBinding<'_> {
    buffer.as_entire_buffer_binding()
}

fn groups(items: usize, each: usize) -> u32 {
    items.div_ceil(each) as u32
}

impl Plan {
    pub fn new(device: &Device, c: &Config, dims: &Dims, weights: &Weights, buffers: Buffers) -> Self {
        let b = &buffers;
        let mut maker = Maker::new(device, dims, c);
        let embed = embed(&mut maker, b, weights);
        let (decode, prefill) = layers(&mut maker, b, weights);
        let head = head(&mut maker, b, weights);
        let sample = sample(&mut maker, b);
        let pipelines = maker.pipelines;
        Self { buffers, embed, decode, prefill, head, sample, pipelines }
    }

    /// The layers of a block of more than one token.
    pub fn block(&self, tokens: usize, chunk: usize) -> &[Dispatch] {
        &self.prefill[Length::of(tokens, chunk) as usize]
    }
}

fn embed(maker: &mut Maker<'_>, b: &Buffers, weights: &Weights) -> Vec<Dispatch> {
    let table = &weights.embeddings;
    let parts = table.parts.iter().map(|part| {
        let overrides = Maker::numbers([
            ("FORMAT", table.format as usize),
            ("COLS", table.cols),
            ("FIRST", part.first),
            ("ROWS", part.rows),
        ]);
        let buffers = [whole(&part.weights), whole(&part.scales), whole(&b.tokens), whole(&b.residual)];
        let x = groups(table.cols / 4, 64);
        maker.pipeline(&kernels::EMBED, &overrides).dispatch(maker.device, &buffers, x, Rows::PerTokens(1))
    });
    parts.collect()
}

fn head(maker: &mut Maker<'_>, b: &Buffers, weights: &Weights) -> Vec<Dispatch> {
    let head = weights.head();
    let parts = head.parts.iter().map(|part| {
        let pipeline = maker.matvec(head.format, head.cols, part.rows, part.first, MatvecKind::Head);
        let buffers = [
            whole(&part.weights),
            whole(&part.scales),
            whole(&b.residual),
            whole(&weights.norm_f),
            whole(&weights.nothing),
            whole(&b.scores),
            whole(&b.control),
        ];
        pipeline.dispatch(maker.device, &buffers, matvec_groups(head, part.rows), Rows::Fixed(1))
    });
    parts.collect()
}

fn sample(maker: &mut Maker<'_>, b: &Buffers) -> Vec<Dispatch> {
    let d = maker.dims;
    let lists = d.vocab.div_ceil(LIST_SCORES);
    let rank = maker.pipeline(&kernels::RANK, &Maker::numbers([("VOCAB", d.vocab), ("SCORES", d.scores)]));
    let choose = maker.pipeline(&kernels::CHOOSE, &Maker::numbers([("LISTS", lists), ("SLOTS", d.slots)]));
    let rank_buffers = [whole(&b.scores), whole(&b.request), whole(&b.recent), whole(&b.best), whole(&b.control)];
    let choose_buffers =
        [whole(&b.best), whole(&b.request), whole(&b.control), whole(&b.recent), whole(&b.chosen), whole(&b.tokens)];
    vec![
        rank.dispatch(maker.device, &rank_buffers, lists as u32, Rows::Fixed(1)),
        choose.dispatch(maker.device, &choose_buffers, 1, Rows::Fixed(1)),
    ]
}

/// A layer, and the buffers that its dispatches bind.
struct Place<'a> {
    device: &'a Device,
    dims: &'a Dims,
    buffers: &'a Buffers,
    weights: &'a Weights,
    layer: &'a Layer,
    layer_dims: &'a LayerDims,
}

impl Place<'_> {
    /// The layer's states, all slots.
    fn state(&self) -> wgpu::BufferBinding<'_> {
        let (offset, end) = (self.layer_dims.ring, self.layer_dims.place(self.dims.slots).0);
        wgpu::BufferBinding { buffer: &self.buffers.state, offset, size: std::num::NonZeroU64::new(end - offset) }
    }
}

/// The weights and scales of a matrix that is never split.
fn parts(matrix: &Matrix) -> [wgpu::BufferBinding<'_>; 2] {
    [whole(&matrix.parts[0].weights), whole(&matrix.parts[0].scales)]
}

/// What lies between the convolution and out_proj; in decode between in_proj and out_proj.
enum MixerPlan {
    Mamba1(Mamba1),
    Mamba2(Mamba2),
}

/// The pipelines of a layer; layers of the same dimensions share them.
struct LayerPlan {
    in_proj: Pipeline,
    out_proj: Pipeline,
    norm: Pipeline,
    conv: Pipeline,
    /// In small tiles, and in large ones.
    in_block: [Matmul; 2],
    out_block: [Matmul; 2],
    mixer: MixerPlan,
}

impl LayerPlan {
    /// None where the weights are of another kind of mixer. That cannot happen, because they were made from its
    /// dimensions.
    fn new(maker: &mut Maker<'_>, layer: &Layer, m: &MixerDims) -> Option<Self> {
        let (d, c, bias) = (maker.dims, maker.config, m.mixer.use_bias());
        let mixer = match (&layer.mixer, m.mixer) {
            (Mixer::Mamba1 { x_proj, .. }, model::Mixer::Mamba1(own)) => {
                MixerPlan::Mamba1(Mamba1::new(maker, x_proj, m, &own))
            }
            (Mixer::Mamba2 { .. }, model::Mixer::Mamba2(own)) => MixerPlan::Mamba2(Mamba2::new(maker, m, &own)),
            _ => return None,
        };
        let norm_in_out_proj = match &mixer {
            MixerPlan::Mamba2(mamba2) if mamba2.is_norm_left() => Some(m.mixer.d_inner()),
            MixerPlan::Mamba1(_) | MixerPlan::Mamba2(_) => None,
        };
        let mut norm = Maker::numbers([("COLS", d.d), ("WIDTH", c.d_model)]);
        norm.push(("EPSILON", f64::from(c.norm_epsilon)));
        let mut conv = Maker::numbers([
            ("WIDTH", m.width()),
            ("ROW", m.projected.padded()),
            ("FROM", m.conv_from()),
            ("TAPS", m.k),
        ]);
        conv.push(slot(m)[0]);
        let (i, o) = (&layer.in_proj, &layer.out_proj);
        Some(Self {
            mixer,
            in_proj: maker.in_proj(i, m),
            out_proj: maker.matvec(o.format, o.cols, o.rows, 0, MatvecKind::Out { norm: norm_in_out_proj, bias }),
            norm: maker.pipeline(&kernels::NORM, &norm),
            conv: maker.pipeline(&kernels::CONV, &conv),
            in_block: [4, 8].map(|each| maker.matmul(i, i.rows, bias, false, each)),
            out_block: [2, 8].map(|each| maker.matmul(o, d.d, bias, true, each)),
        })
    }

    /// A layer of one token.
    fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (b, layer, control) = (at.buffers, at.layer, || whole(&at.buffers.control));
        let [weights, scales] = parts(&layer.in_proj);
        let (residual, norm, bias) = (whole(&b.residual), whole(&layer.norm), whole(&layer.in_proj_bias));
        let (projected, filters) = (whole(&b.projected), whole(&layer.filters));
        let buffers = [weights, scales, residual, norm, bias, projected, control(), filters, at.state()];
        plan.push(self.in_proj.dispatch(
            at.device,
            &buffers,
            matvec_groups(&layer.in_proj, layer.in_proj.rows),
            Rows::Fixed(1),
        ));
        match &self.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.decode(at, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.decode(at, plan),
        }
        let norm = match &layer.mixer {
            Mixer::Mamba1 { .. } => &at.weights.nothing,
            Mixer::Mamba2 { norm, .. } => norm,
        };
        let [weights, scales] = parts(&layer.out_proj);
        let (y, bias, residual) = (whole(&b.y), whole(&layer.out_proj_bias), whole(&b.residual));
        let buffers = [weights, scales, y, whole(norm), bias, residual, control()];
        plan.push(self.out_proj.dispatch(
            at.device,
            &buffers,
            matvec_groups(&layer.out_proj, layer.out_proj.rows),
            Rows::Fixed(1),
        ));
    }

    /// A layer of a block of tokens.
    fn block(&self, at: &Place<'_>, length: Length, plan: &mut Vec<Dispatch>) {
        let (b, m, layer, control) = (at.buffers, &at.layer_dims.mixer, at.layer, || whole(&at.buffers.control));
        let each = Rows::PerTokens(1);
        let buffers = [whole(&b.residual), whole(&layer.norm), whole(&b.u)];
        plan.push(self.norm.dispatch(at.device, &buffers, 1, each));
        let [weights, scales] = parts(&layer.in_proj);
        let (bias, projected) = (whole(&layer.in_proj_bias), || whole(&b.projected));
        let buffers = [weights, scales, whole(&b.u), bias, projected(), control()];
        plan.push(self.in_block[length.tiles(layer.in_proj.rows)].dispatch(at.device, &buffers));
        let buffers = [projected(), whole(&layer.filters), at.state(), whole(&b.convolved), control()];
        plan.push(self.conv.dispatch(at.device, &buffers, groups(m.width() / 4, 64), each));
        match &self.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.block(at, length != Length::Chunk, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.block(at, plan),
        }
        let [weights, scales] = parts(&layer.out_proj);
        let (y, bias, residual) = (whole(&b.y), whole(&layer.out_proj_bias), whole(&b.residual));
        let buffers = [weights, scales, y, bias, residual, control()];
        plan.push(self.out_block[length.tiles(layer.out_proj.rows)].dispatch(at.device, &buffers));
    }
}

/// The ways through all layers: of one token, and of a block by its [`Length`].
fn layers(maker: &mut Maker<'_>, buffers: &Buffers, weights: &Weights) -> (Vec<Dispatch>, [Vec<Dispatch>; 3]) {
    let (mut decode, mut prefill) = (Vec::new(), [const { Vec::new() }; 3]);
    let mut plans: Vec<(MixerDims, LayerPlan)> = Vec::new();
    for (layer, layer_dims) in weights.layers.iter().zip(&maker.dims.layers) {
        let m = &layer_dims.mixer;
        if !plans.iter().any(|(dims, _)| dims == m) {
            plans.extend(LayerPlan::new(maker, layer, m).map(|plan| (*m, plan)));
        }
        let Some((_, own)) = plans.iter().find(|(dims, _)| dims == m) else { continue };
        let place = Place { device: maker.device, dims: maker.dims, buffers, weights, layer, layer_dims };
        own.decode(&place, &mut decode);
        for (length, plan) in Length::ALL.into_iter().zip(&mut prefill) {
            own.block(&place, length, plan);
        }
    }
    (decode, prefill)
}
