//! Every pipeline, buffer and bind group of a model, made once at load: the token loop only records dispatches.

use super::device::Device;
use super::dims::{CHUNK, Dims};
use super::kernels::{self, Dispatch, Kernel, Pipeline, Rows};
use super::matrix::{Format, Matrix, Memory};
use super::weights::Weights;
use crate::model::Config;
use crate::sampler::RECENT_TOKENS;

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
    /// `[L, slots, K-1+N, E]`, each layer from [`Dims::layer_stride`] on.
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
    xz: wgpu::Buffer,
    x: wgpu::Buffer,
    x_dbl: wgpu::Buffer,
    dt: wgpu::Buffer,
    y: wgpu::Buffer,
    /// `[chunks, N + 1, E]`
    chunks: wgpu::Buffer,
    best: wgpu::Buffer,
}

/// Words of `Request`: eight numbers, 64 pairs, 64 words.
pub const REQUEST_WORDS: usize = 8 + 2 * 64 + 64;
/// Steps that a submit can have, from `Request.chance`.
pub const MOST_STEPS: usize = 64;
/// Scores that `rank` sorts together, and what it keeps of them.
const LIST: usize = 1024;
const KEPT: usize = 64;

impl Buffers {
    fn new(memory: &mut Memory<'_>, dims: &Dims) -> Self {
        let t = dims.tokens;
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
            xz: memory.floats("xz", t * 2 * dims.e),
            x: memory.floats("x", t * dims.e),
            x_dbl: memory.floats("x_dbl", t * dims.x_dbl),
            dt: memory.floats("dt", t * dims.e),
            y: memory.floats("y", t * dims.e),
            chunks: memory.floats("chunks", t.div_ceil(CHUNK) * (dims.n + 1) * dims.e),
            best: memory.floats("best", dims.vocab.div_ceil(LIST) * KEPT * 2),
        }
    }
}

/// What is recorded for each kind of call, in order.
pub struct Plan {
    pub buffers: Buffers,
    pub embed: Vec<Dispatch>,
    /// All layers, one token.
    pub decode: Vec<Dispatch>,
    /// All layers, a block of tokens of up to one chunk, and of more.
    pub prefill: Vec<Dispatch>,
    pub prefill_long: Vec<Dispatch>,
    pub head: Vec<Dispatch>,
    pub sample: Vec<Dispatch>,
    /// Bytes of the buffers.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the native benchmark"))]
    pub bytes: usize,
    /// Different pipelines.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the native benchmark"))]
    pub pipelines: usize,
}

/// Rows that a workgroup of `matvec` makes, by the size of the matrix: many where there are many.
fn per_group(rows: usize) -> usize {
    if rows >= 16384 { 4 } else { 1 }
}

const LANES: usize = 32;

/// Workgroups of `matvec`.
pub fn matvec_groups(rows: usize) -> u32 {
    groups(rows, 256 / LANES * per_group(rows))
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

    /// Of `rows` x `matrix.cols`, of which `first` rows of the result come before.
    pub fn matvec(&mut self, format: Format, cols: usize, rows: usize, first: usize, is: MatvecKind) -> Pipeline {
        let (norm, bias, add, head) = match is {
            MatvecKind::In => (true, self.config.use_bias, false, false),
            MatvecKind::Out => (false, self.config.use_bias, true, false),
            MatvecKind::Head => (true, false, false, true),
        };
        let mut overrides = Self::numbers([
            ("FORMAT", format as usize),
            ("COLS", cols),
            ("ROWS", rows),
            ("WIDTH", self.config.d_model),
            ("LANES", LANES),
            ("PER_GROUP", per_group(rows)),
            ("SCORES", self.dims.scores),
            ("FIRST", first),
        ]);
        overrides.push(("EPSILON", f64::from(self.config.norm_epsilon)));
        overrides
            .extend([("NORM", norm), ("BIAS", bias), ("ADD", add), ("IS_HEAD", head)].map(|(n, on)| (n, flag(on))));
        self.pipeline(&kernels::MATVEC, &overrides)
    }

    fn matmul(&mut self, matrix: &Matrix, out: usize, bias: bool, add: bool) -> Pipeline {
        let mut overrides = Self::numbers([
            ("FORMAT", matrix.format as usize),
            ("COLS", matrix.cols),
            ("ROWS", matrix.rows),
            ("OUT", out),
        ]);
        overrides.extend([("BIAS", flag(bias)), ("ADD", flag(add))]);
        self.pipeline(&kernels::MATMUL, &overrides)
    }

    fn scan(&mut self, mode: usize) -> Pipeline {
        let d = self.dims;
        let overrides = Self::numbers([
            ("MODE", mode),
            ("CHUNK", CHUNK),
            ("E", d.e),
            ("N", d.n),
            ("R", d.r),
            ("X_DBL", d.x_dbl),
            ("SLOT", d.layer_slot()),
            ("HIDDEN", (d.k - 1) * d.e),
        ]);
        self.pipeline(&kernels::SCAN, &overrides)
    }
}

#[derive(Clone, Copy)]
pub enum MatvecKind {
    In,
    Out,
    Head,
}

pub fn whole(buffer: &wgpu::Buffer) -> wgpu::BufferBinding<'_> {
    buffer.as_entire_buffer_binding()
}

fn groups(items: usize, each: usize) -> u32 {
    items.div_ceil(each) as u32
}

impl Plan {
    pub fn new(device: &Device, c: &Config, dims: &Dims, weights: &Weights) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let b = Buffers::new(memory, dims);
        let mut maker = Maker::new(device, dims, c);
        let embed = embed(&mut maker, &b, weights);
        let (decode, prefill, prefill_long) = layers(&mut maker, &b, weights);
        let head = head(&mut maker, &b, weights);
        let sample = sample(&mut maker, &b);
        let (bytes, pipelines) = (memory.bytes, maker.pipelines);
        Self { buffers: b, embed, decode, prefill, prefill_long, head, sample, bytes, pipelines }
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
        pipeline.dispatch(maker.device, &buffers, matvec_groups(part.rows), Rows::Fixed(1))
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

/// The three ways through all layers.
fn layers(maker: &mut Maker<'_>, b: &Buffers, weights: &Weights) -> (Vec<Dispatch>, Vec<Dispatch>, Vec<Dispatch>) {
    let (mut decode, mut prefill, mut prefill_long) = (Vec::new(), Vec::new(), Vec::new());
    let Some(like) = weights.layers.first() else { return (decode, prefill, prefill_long) };
    let (d, c, device) = (maker.dims, maker.config, maker.device);
    let x_rows = d.r + 2 * d.n;
    let slot = [("SLOT", d.layer_slot()), ("HIDDEN", (d.k - 1) * d.e)];
    let limits = [("DT_MIN", finite(c.time_step_limit.0)), ("DT_MAX", finite(c.time_step_limit.1))];

    let in_proj = maker.matvec(like.in_proj.format, like.in_proj.cols, like.in_proj.rows, 0, MatvecKind::In);
    let out_proj = maker.matvec(like.out_proj.format, like.out_proj.cols, like.out_proj.rows, 0, MatvecKind::Out);
    let mix_rows = if d.e >= 4096 { 2 } else { 1 };
    let mix = Maker::numbers([
        ("FORMAT", like.x_proj.format as usize),
        ("COLS", d.e),
        ("ROWS", x_rows),
        ("TAPS", d.k),
        ("PER_GROUP", mix_rows),
        slot[0],
    ]);
    let mixer = d.fused.then(|| {
        let mut mixer = Maker::numbers([
            ("FORMAT", like.x_proj.format as usize),
            ("COLS", d.e),
            ("E", d.e),
            ("N", d.n),
            ("R", d.r),
            ("ROWS", x_rows),
            ("TAPS", d.k),
            slot[0],
            slot[1],
        ]);
        mixer.extend(limits);
        maker.pipeline(&kernels::MIXER, &mixer)
    });
    let mix = maker.pipeline(&kernels::MIX, &mix);
    let mut step = Maker::numbers([("E", d.e), ("N", d.n), ("R", d.r), slot[0], slot[1]]);
    step.extend(limits);
    let step = maker.pipeline(&kernels::STEP, &step);

    let mut norm = Maker::numbers([("COLS", d.d), ("WIDTH", c.d_model)]);
    norm.push(("EPSILON", f64::from(c.norm_epsilon)));
    let norm = maker.pipeline(&kernels::NORM, &norm);
    let in_block = maker.matmul(&like.in_proj, 2 * d.e, c.use_bias, false);
    let conv = maker.pipeline(&kernels::CONV, &Maker::numbers([("E", d.e), ("TAPS", d.k), slot[0]]));
    let x_block = maker.matmul(&like.x_proj, d.x_dbl, false, false);
    let mut dt = Maker::numbers([("E", d.e), ("R", d.r), ("X_DBL", d.x_dbl)]);
    dt.extend(limits);
    let dt = maker.pipeline(&kernels::DT, &dt);
    let (whole_scan, summarise, finish) = (maker.scan(0), maker.scan(1), maker.scan(2));
    let carry = Maker::numbers([("E", d.e), ("N", d.n), ("CHUNK", CHUNK), slot[0], slot[1]]);
    let carry = maker.pipeline(&kernels::CARRY, &carry);
    let out_block = maker.matmul(&like.out_proj, d.d, c.use_bias, true);

    let (one, each, tile) = (Rows::Fixed(1), Rows::PerTokens(1), Rows::PerTokens(128));
    for (number, layer) in weights.layers.iter().enumerate() {
        let state = || wgpu::BufferBinding {
            buffer: &b.state,
            offset: (number * d.layer_stride()) as u64,
            size: std::num::NonZeroU64::new((d.slots * d.layer_slot() * 4) as u64),
        };
        let (control, xz, x, x_dbl) = (|| whole(&b.control), || whole(&b.xz), || whole(&b.x), || whole(&b.x_dbl));
        let matrix = |matrix: &'_ Matrix| (matrix.parts[0].weights.clone(), matrix.parts[0].scales.clone());
        let ((in_w, in_s), (x_w, x_s), (out_w, out_s)) =
            (matrix(&layer.in_proj), matrix(&layer.x_proj), matrix(&layer.out_proj));

        decode.push(in_proj.dispatch(
            device,
            &[
                whole(&in_w),
                whole(&in_s),
                whole(&b.residual),
                whole(&layer.norm),
                whole(&layer.in_proj_bias),
                xz(),
                control(),
            ],
            matvec_groups(layer.in_proj.rows),
            one,
        ));
        let (filters, dt_proj, a_d) = (|| whole(&layer.filters), || whole(&layer.dt_proj), || whole(&layer.a_d));
        if let Some(mixer) = &mixer {
            let buffers = [whole(&x_w), xz(), filters(), dt_proj(), a_d(), state(), x(), control()];
            decode.push(mixer.dispatch(device, &buffers, groups(d.e, 64), one));
        } else {
            let buffers = [whole(&x_w), xz(), filters(), state(), x(), x_dbl(), control()];
            decode.push(mix.dispatch(device, &buffers, groups(x_rows, mix_rows), one));
            let buffers = [xz(), x_dbl(), dt_proj(), a_d(), state(), x(), control()];
            decode.push(step.dispatch(device, &buffers, groups(d.e, 64), one));
        }
        decode.push(out_proj.dispatch(
            device,
            &[
                whole(&out_w),
                whole(&out_s),
                x(),
                whole(&weights.nothing),
                whole(&layer.out_proj_bias),
                whole(&b.residual),
                control(),
            ],
            matvec_groups(layer.out_proj.rows),
            one,
        ));

        for (plan, is_long) in [(&mut prefill, false), (&mut prefill_long, true)] {
            plan.push(norm.dispatch(device, &[whole(&b.residual), whole(&layer.norm), whole(&b.u)], 1, each));
            plan.push(in_block.dispatch(
                device,
                &[whole(&in_w), whole(&in_s), whole(&b.u), whole(&layer.in_proj_bias), xz(), control()],
                groups(2 * d.e, 64),
                tile,
            ));
            let buffers = [xz(), filters(), state(), x(), control()];
            plan.push(conv.dispatch(device, &buffers, groups(d.e / 4, 64), each));
            plan.push(x_block.dispatch(
                device,
                &[whole(&x_w), whole(&x_s), x(), whole(&weights.nothing), x_dbl(), control()],
                groups(d.x_dbl, 64),
                tile,
            ));
            let buffers = [x_dbl(), dt_proj(), whole(&b.dt), control()];
            plan.push(dt.dispatch(device, &buffers, groups(d.e, 64), Rows::PerTokens(8)));
            let scan = |pipeline: &Pipeline, h: wgpu::BufferBinding<'_>, y| {
                let buffers = [xz(), x(), x_dbl(), whole(&b.dt), a_d(), h, whole(&b.y), control()];
                pipeline.dispatch(device, &buffers, groups(d.e, 64), y)
            };
            if is_long {
                let chunks = Rows::PerTokens(CHUNK as u32);
                plan.push(scan(&summarise, whole(&b.chunks), chunks));
                let buffers = [a_d(), whole(&b.chunks), state(), control()];
                plan.push(carry.dispatch(device, &buffers, groups(d.e, 64), Rows::Fixed(d.n as u32)));
                plan.push(scan(&finish, whole(&b.chunks), chunks));
            } else {
                plan.push(scan(&whole_scan, state(), one));
            }
            plan.push(out_block.dispatch(
                device,
                &[
                    whole(&out_w),
                    whole(&out_s),
                    whole(&b.y),
                    whole(&layer.out_proj_bias),
                    whole(&b.residual),
                    control(),
                ],
                groups(d.d, 64),
                tile,
            ));
        }
    }
    (decode, prefill, prefill_long)
}
