//! Every pipeline, buffer and bind group of a model, made once at load: the token loop only records dispatches.

mod selective;
mod ssd;

use super::device::Device;
use super::dims::Dims;
use super::kernels::{self, Dispatch, Kernel, Pipeline, Rows};
use super::matrix::{Format, Matrix, Memory};
use super::weights::{Layer, Mixer, Weights};
use crate::model::Config;
use crate::sampler::RECENT_TOKENS;
use selective::Selective;
use ssd::Ssd;

/// f32::MAX for an infinite limit, which an override may not be.
fn finite(value: f32) -> f64 {
    f64::from(value.clamp(f32::MIN, f32::MAX))
}

fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// Buffers that hold what flows from kernel to kernel.
pub struct Buffers {
    /// `Control` of `shaders/shared/control.wgsl`.
    pub control: wgpu::Buffer,
    /// Ids to read.
    pub tokens: wgpu::Buffer,
    /// `[L, slots, (K-1) W + N E]`, each layer from [`Dims::layer_stride`] on.
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
    pub bytes: usize,
}

/// Words of `Request`: eight numbers, 64 pairs, 64 words.
pub const REQUEST_WORDS: usize = 8 + 2 * 64 + 64;
/// Steps that a submit can have, from `Request.chance`.
pub const MOST_STEPS: usize = 64;
/// Scores that a workgroup of `rank` looks at, and what it keeps of them.
const LIST: usize = 1024;
const KEPT: usize = 64;

impl Buffers {
    /// Buffers of zeros. Whether there was room shows in the caller's error scope.
    pub fn new(device: &Device, dims: &Dims) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let t = dims.tokens;
        let of_selective = if dims.heads.is_some() { 0 } else { t };
        Self {
            control: memory.floats("control", 8),
            tokens: memory.floats("tokens", t),
            state: memory.buffer("state", dims.layers * dims.layer_stride()),
            scores: memory.floats("scores", dims.slots * dims.scores),
            request: memory.floats("request", REQUEST_WORDS),
            recent: memory.floats("recent", RECENT_TOKENS),
            chosen: memory.floats("chosen", MOST_STEPS),
            residual: memory.floats("residual", t * dims.d),
            u: memory.floats("u", t * dims.d),
            projected: memory.floats("projected", t * dims.projected.padded()),
            convolved: memory.floats("convolved", t * dims.width()),
            x_dbl: memory.floats("x_dbl", of_selective * dims.x_dbl),
            dt: memory.floats("dt", of_selective * dims.e),
            y: memory.floats("y", t * dims.e),
            chunks: memory.floats("chunks", t.div_ceil(dims.chunk) * (dims.n + 1) * dims.e),
            best: memory.floats("best", dims.vocab.div_ceil(LIST) * KEPT * 2),
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

/// How long a block of tokens is.
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
    const SHORT: usize = 512;

    fn of(tokens: usize, chunk: usize) -> Self {
        match tokens {
            few if few <= chunk => Self::Chunk,
            some if some <= Self::SHORT => Self::Short,
            _ => Self::Long,
        }
    }

    /// Whether a product of so many rows is made in small tiles (0) or in large ones (1).
    fn tiles(self, rows: usize) -> usize {
        /// So many rows make work for a whole GPU of large tiles also where tokens are few.
        const MANY_ROWS: usize = 2048;
        usize::from(self == Self::Long || self == Self::Short && rows >= MANY_ROWS)
    }
}

/// Rows that a workgroup of `matvec` makes, by the size of the matrix: many where there are many.
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
        let c = self.config;
        let (norm, bias, add, head) = match is {
            MatvecKind::X => (None, false, false, false),
            MatvecKind::Out { norm } => (norm.then_some(c.d_inner), c.use_bias, true, false),
            MatvecKind::Head => (Some(c.d_model), false, false, true),
        };
        let mut overrides = self.rows(format, cols, rows, norm);
        overrides.extend(Self::numbers([("SCORES", self.dims.scores), ("FIRST", first)]));
        overrides.extend([("BIAS", bias), ("ADD", add), ("IS_HEAD", head)].map(|(n, on)| (n, flag(on))));
        self.pipeline(&kernels::MATVEC, &overrides)
    }

    /// in_proj of one token, and the convolution.
    fn in_proj(&mut self, matrix: &Matrix) -> Pipeline {
        let d = self.dims;
        let mut overrides = self.rows(matrix.format, matrix.cols, matrix.rows, Some(self.config.d_model));
        overrides.extend(Self::numbers([("CONV_FROM", d.conv_from()), ("CONV_WIDTH", d.width()), ("TAPS", d.k)]));
        overrides.extend([("BIAS", flag(self.config.use_bias)), self.slot()[0]]);
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

    /// A layer's state: floats a slot, and where h begins.
    fn slot(&self) -> [(&'static str, f64); 2] {
        [("SLOT", self.dims.layer_slot() as f64), ("HIDDEN", self.dims.hidden() as f64)]
    }

    fn dt_limits(&self) -> [(&'static str, f64); 2] {
        let (low, high) = self.config.time_step_limit;
        [("DT_MIN", finite(low)), ("DT_MAX", finite(high))]
    }

    fn carry(&mut self) -> Pipeline {
        let d = self.dims;
        let mut overrides = Self::numbers([("E", d.e), ("N", d.n), ("A_ROWS", d.a_rows()), ("CHUNK", d.chunk)]);
        overrides.extend(self.slot());
        self.pipeline(&kernels::CARRY, &overrides)
    }
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
    /// `norm`: Mamba-2's gated norm goes with it.
    Out {
        norm: bool,
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
    let lists = d.vocab.div_ceil(LIST);
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
    number: usize,
}

impl Place<'_> {
    /// The layer's states, all slots.
    fn state(&self) -> wgpu::BufferBinding<'_> {
        let (dims, state) = (self.dims, &self.buffers.state);
        wgpu::BufferBinding {
            buffer: state,
            offset: (self.number * dims.layer_stride()) as u64,
            size: std::num::NonZeroU64::new((dims.slots * dims.layer_slot() * 4) as u64),
        }
    }
}

/// The weights and scales of a matrix that is never split.
fn parts(matrix: &Matrix) -> [wgpu::BufferBinding<'_>; 2] {
    [whole(&matrix.parts[0].weights), whole(&matrix.parts[0].scales)]
}

/// What lies between the convolution and out_proj; in decode between in_proj and out_proj.
enum MixerPlan {
    Selective(Selective),
    Ssd(Ssd),
}

/// What all layers have in common.
struct Around {
    in_proj: Pipeline,
    out_proj: Pipeline,
    norm: Pipeline,
    conv: Pipeline,
    /// In small tiles, and in large ones.
    in_block: [Matmul; 2],
    out_block: [Matmul; 2],
    mixer: MixerPlan,
}

impl Around {
    fn new(maker: &mut Maker<'_>, like: &Layer) -> Self {
        let (d, c) = (maker.dims, maker.config);
        let mixer = match &like.mixer {
            Mixer::Selective { x_proj, .. } => MixerPlan::Selective(Selective::new(maker, x_proj)),
            Mixer::Ssd { .. } => MixerPlan::Ssd(Ssd::new(maker)),
        };
        let norm_in_out_proj = matches!(&mixer, MixerPlan::Ssd(ssd) if ssd.is_norm_left());
        let mut norm = Maker::numbers([("COLS", d.d), ("WIDTH", c.d_model)]);
        norm.push(("EPSILON", f64::from(c.norm_epsilon)));
        let mut conv = Maker::numbers([
            ("WIDTH", d.width()),
            ("ROW", d.projected.padded()),
            ("FROM", d.conv_from()),
            ("TAPS", d.k),
        ]);
        conv.push(maker.slot()[0]);
        let (i, o) = (&like.in_proj, &like.out_proj);
        Self {
            mixer,
            in_proj: maker.in_proj(i),
            out_proj: maker.matvec(o.format, o.cols, o.rows, 0, MatvecKind::Out { norm: norm_in_out_proj }),
            norm: maker.pipeline(&kernels::NORM, &norm),
            conv: maker.pipeline(&kernels::CONV, &conv),
            in_block: [4, 8].map(|each| maker.matmul(i, i.rows, c.use_bias, false, each)),
            out_block: [2, 8].map(|each| maker.matmul(o, d.d, c.use_bias, true, each)),
        }
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
        let norm = match (&self.mixer, &layer.mixer) {
            (MixerPlan::Selective(selective), _) => {
                selective.decode(at, plan);
                &at.weights.nothing
            }
            (MixerPlan::Ssd(ssd), Mixer::Ssd { norm, .. }) => {
                ssd.decode(at, plan);
                norm
            }
            (MixerPlan::Ssd(_), Mixer::Selective { .. }) => return, // all layers are like the first
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
        let (b, d, layer, control) = (at.buffers, at.dims, at.layer, || whole(&at.buffers.control));
        let each = Rows::PerTokens(1);
        let buffers = [whole(&b.residual), whole(&layer.norm), whole(&b.u)];
        plan.push(self.norm.dispatch(at.device, &buffers, 1, each));
        let [weights, scales] = parts(&layer.in_proj);
        let (bias, projected) = (whole(&layer.in_proj_bias), || whole(&b.projected));
        let buffers = [weights, scales, whole(&b.u), bias, projected(), control()];
        plan.push(self.in_block[length.tiles(layer.in_proj.rows)].dispatch(at.device, &buffers));
        let buffers = [projected(), whole(&layer.filters), at.state(), whole(&b.convolved), control()];
        plan.push(self.conv.dispatch(at.device, &buffers, groups(d.width() / 4, 64), each));
        match &self.mixer {
            MixerPlan::Selective(selective) => selective.block(at, length != Length::Chunk, plan),
            MixerPlan::Ssd(ssd) => ssd.block(at, plan),
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
    let Some(like) = weights.layers.first() else { return (decode, prefill) };
    let around = Around::new(maker, like);
    for (number, layer) in weights.layers.iter().enumerate() {
        let place = Place { device: maker.device, dims: maker.dims, buffers, weights, layer, number };
        around.decode(&place, &mut decode);
        for (length, plan) in Length::ALL.into_iter().zip(&mut prefill) {
            around.block(&place, length, plan);
        }
    }
    (decode, prefill)
}
