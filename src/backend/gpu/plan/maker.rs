//! Makes pipelines from kernels and dimensions.

use crate::backend::gpu::device::Device;
use crate::backend::gpu::dims::{Dims, MixerDims};
use crate::backend::gpu::kernels::{self, Dispatch, Kernel, Pipeline, Rows};
use crate::backend::gpu::matrix::{Format, Matrix};
use crate::model::Config;

/// f32::MAX for an infinite limit, which an override may not be.
pub fn finite(value: f32) -> f64 {
    f64::from(value.clamp(f32::MIN, f32::MAX))
}

pub fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

/// Rows of a workgroup of `matvec`: more for larger matrices.
fn per_group(rows: usize) -> usize {
    if rows >= 16384 { 4 } else { 1 }
}

/// Threads of `rows.wgsl` that share a row: fewer where rows are short, so that each has some loads under way. In int8 and
/// int4 a thread has those of several rows under way, or waits for each before the next.
fn lanes(format: Format, cols: usize, rows: usize) -> usize {
    let units = cols * format.bits() / 128;
    let waits = matches!(format, Format::Int8 | Format::Int4) && per_group(rows) == 1;
    let each = if waits { 2 } else { 6 };
    (units / each).next_power_of_two().clamp(8, 32)
}

/// Workgroups of `matvec` and `in_proj` for so many rows of a matrix.
pub fn matvec_groups(matrix: &Matrix, rows: usize) -> u32 {
    rows_groups(matrix.format, matrix.cols, rows)
}

fn rows_groups(format: Format, cols: usize, rows: usize) -> u32 {
    groups(rows, 256 / lanes(format, cols, rows) * per_group(rows))
}

/// Values of a kernel's overrides, by name.
pub type Overrides = Vec<(&'static str, f64)>;

pub struct Maker<'a> {
    pub device: &'a Device,
    pub dims: &'a Dims,
    pub config: &'a Config,
    /// For one token of each of several sequences, which have a row of activations each. Else for one sequence.
    pub together: bool,
    /// Made so far.
    pub pipelines: usize,
}

impl<'a> Maker<'a> {
    pub fn new(device: &'a Device, dims: &'a Dims, config: &'a Config) -> Self {
        Self { device, dims, config, together: dims.seats > 1, pipelines: 0 }
    }

    pub fn pipeline(&mut self, kernel: &Kernel, overrides: &[(&str, f64)]) -> Pipeline {
        self.pipelines += 1;
        kernel.pipeline(self.device, overrides)
    }

    pub fn numbers<const N: usize>(pairs: [(&'static str, usize); N]) -> Overrides {
        pairs.into_iter().map(|(name, value)| (name, value as f64)).collect()
    }

    /// The overrides of `shaders/shared/rows.wgsl`, with the columns of a second matrix behind those of the first; `norm`
    /// says how many columns count for the norm, if there is one, and its epsilon.
    fn rows(&self, format: Format, [cols, more]: [usize; 2], rows: usize, norm: Option<(usize, f32)>) -> Overrides {
        let mut overrides = Self::numbers([
            ("FORMAT", format as usize),
            ("COLS", cols),
            ("ROWS", rows),
            ("LANES", lanes(format, cols + more, rows)),
            ("PER_GROUP", per_group(rows)),
            ("COUNTED", norm.map_or(cols, |(counted, _)| counted)),
        ]);
        let epsilon = norm.map_or(0.0, |(_, epsilon)| f64::from(epsilon));
        overrides.extend([("NORM", flag(norm.is_some())), ("EPSILON", epsilon)]);
        overrides
    }

    /// The norm of the residual stream.
    fn norm(&self) -> Option<(usize, f32)> {
        Some((self.config.d_model, self.config.norm_epsilon))
    }

    /// Of `rows` x `cols`, of which `first` rows of the result come before.
    pub fn matvec(&mut self, format: Format, cols: usize, rows: usize, first: usize, is: MatvecKind) -> Pipeline {
        let (mut norm, mut with_bias, mut is_gated) = (None, false, false);
        let (mut x_row, mut out_row) = (cols, rows);
        match is {
            MatvecKind::X { x, out } => (x_row, out_row) = (x, out),
            MatvecKind::In { bias } => (norm, with_bias) = (self.norm(), bias),
            MatvecKind::Out { norm: own, bias, gated } => {
                (norm, with_bias, is_gated) = (own, bias, gated);
                (x_row, out_row) = (if gated { 2 * cols } else { cols }, self.dims.d);
            }
            MatvecKind::Head => norm = self.norm(),
        }
        let mut overrides = self.rows(format, [cols, 0], rows, norm);
        overrides.extend(Self::numbers([("SCORES", self.dims.scores), ("FIRST", first)]));
        let (is_out, is_head) = (matches!(is, MatvecKind::Out { .. }), matches!(is, MatvecKind::Head));
        let flags = [("BIAS", with_bias), ("GATED", is_gated), ("ADD", is_out), ("IS_HEAD", is_head)];
        overrides.extend(flags.map(|(name, on)| (name, flag(on))));
        self.product([&kernels::MATVEC, &kernels::TOGETHER_MATVEC], overrides, x_row, out_row)
    }

    /// in_proj of one token, and the convolution.
    pub fn in_proj(&mut self, matrix: &Matrix, m: &MixerDims) -> Pipeline {
        let mut overrides = self.rows(matrix.format, [matrix.cols, 0], matrix.rows, self.norm());
        overrides.extend(Self::numbers([("CONV_FROM", m.conv_from()), ("CONV_WIDTH", m.width()), ("TAPS", m.k)]));
        overrides.extend([("BIAS", flag(m.in_bias)), slot(m)[0]]);
        self.product([&kernels::IN_PROJ, &kernels::TOGETHER_IN_PROJ], overrides, matrix.cols, matrix.rows)
    }

    /// A product for one sequence, or for several, which have rows of so many values in what comes in and goes out.
    fn product(
        &mut self,
        [alone, together]: [&Kernel; 2],
        mut overrides: Overrides,
        x_row: usize,
        out_row: usize,
    ) -> Pipeline {
        if !self.together {
            return self.pipeline(alone, &overrides);
        }
        overrides.extend(Self::numbers([("X_ROW", x_row / 4), ("OUT_ROW", out_row)]));
        self.pipeline(together, &overrides)
    }

    /// out_proj of a layer with attention, whose overrides are `attention`, for one token; `mamba2` is that of the layer
    /// that it stands beside. Both are in one format. `x_row` are the values that they leave for it. With the number of
    /// workgroups.
    pub fn two_out_proj(
        &mut self,
        mamba2: Option<(&Matrix, bool)>,
        (own, bias): (&Matrix, bool),
        attention: &Overrides,
        x_row: usize,
    ) -> (Pipeline, u32) {
        let cols = mamba2.map_or(0, |(matrix, _)| matrix.cols);
        let mut overrides = self.rows(own.format, [cols, own.cols], own.rows, None);
        overrides.extend([("BIAS", flag(mamba2.is_some_and(|(_, bias)| bias))), ("MORE_BIAS", flag(bias))]);
        overrides.extend(attention);
        let kernels = [&kernels::ATTENTION_OUT_PROJ, &kernels::TOGETHER_OUT_PROJ];
        let pipeline = self.product(kernels, overrides, x_row, self.dims.d);
        (pipeline, rows_groups(own.format, cols + own.cols, own.rows))
    }

    /// Of blocks of tokens.
    pub fn matmul(&mut self, matrix: &Matrix, out: usize, is: MatmulKind, tile: Tile) -> Matmul {
        let mut overrides = Self::numbers([
            ("FORMAT", matrix.format as usize),
            ("COLS", matrix.cols),
            ("ROWS", matrix.rows),
            ("OUT", out),
            ("PER_THREAD", tile.per_thread()),
            ("TILE_K", tile.columns()),
        ]);
        overrides.extend([("BIAS", is.bias), ("ADD", is.add), ("GATED", is.gated)].map(|(name, on)| (name, flag(on))));
        let pipeline = self.pipeline(&kernels::MATMUL, &overrides);
        Matmul { pipeline, x: groups(out, 64), y: Rows::PerTokens(16 * tile.per_thread() as u32) }
    }

    /// Of few tokens, in such tiles, and of many.
    pub fn matmuls(&mut self, matrix: &Matrix, out: usize, is: MatmulKind, few: Tile) -> [Matmul; 2] {
        let (of_few, many) = (self.matmul(matrix, out, is, few), Tile::of_long_block(matrix));
        let of_many = if many == few { of_few.clone() } else { self.matmul(matrix, out, is, many) };
        [of_few, of_many]
    }

    pub fn carry(&mut self, m: &MixerDims) -> Pipeline {
        let mut overrides = Self::numbers([("E", m.e), ("N", m.n), ("A_ROWS", m.a_rows()), ("CHUNK", m.chunk)]);
        overrides.push(("STRIDE", m.chunk_len() as f64));
        overrides.extend(slot(m));
        self.pipeline(&kernels::CARRY, &overrides)
    }
}

/// A layer's state: floats a slot, and where h begins.
pub fn slot(m: &MixerDims) -> [(&'static str, f64); 2] {
    [("SLOT", m.slot() as f64), ("HIDDEN", m.hidden() as f64)]
}

pub fn dt_limits(m: &MixerDims) -> [(&'static str, f64); 2] {
    let (low, high) = m.mixer.time_step_limit();
    [("DT_MIN", finite(low)), ("DT_MAX", finite(high))]
}

/// How a workgroup of `shaders/matmul.wgsl` makes 64 rows of a product: of 32, 64 or 128 tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tile {
    Small,
    Middle,
    Large,
}

impl Tile {
    /// Of a long block. Large tiles are less work in all, but a matrix of few rows makes so few of them that the last
    /// ones leave most of a GPU without work. Packed weights are unpacked for each tile, so there large ones gain more.
    pub fn of_long_block(matrix: &Matrix) -> Self {
        const MANY_ROWS: usize = 4096;
        const MANY_PACKED_ROWS: usize = 2048;
        let many = if matrix.format.has_scales() { MANY_PACKED_ROWS } else { MANY_ROWS };
        if matrix.rows >= many { Self::Large } else { Self::Middle }
    }

    /// Tokens of a thread.
    fn per_thread(self) -> usize {
        match self {
            Self::Small => 2,
            Self::Middle => 4,
            Self::Large => 8,
        }
    }

    /// Columns at a time.
    fn columns(self) -> usize {
        if self == Self::Small { 32 } else { 16 }
    }
}

/// The product of a matrix with a block of tokens.
#[derive(Clone)]
pub struct Matmul {
    pipeline: Pipeline,
    x: u32,
    y: Rows,
}

impl Matmul {
    pub fn dispatch(&self, device: &Device, buffers: &[wgpu::BufferBinding<'_>]) -> Dispatch {
        self.pipeline.dispatch(device, buffers, self.x, self.y)
    }
}

#[derive(Clone, Copy)]
pub enum MatvecKind {
    /// Values in a row of what it reads, and of what it writes.
    X {
        x: usize,
        out: usize,
    },
    /// in_proj without a convolution.
    In {
        bias: bool,
    },
    Out {
        /// Where Mamba-2's gated norm goes with it: over how many columns, and its epsilon.
        norm: Option<(usize, f32)>,
        bias: bool,
        /// The vector is an MLP's gate and u.
        gated: bool,
    },
    Head,
}

/// What a product of a block of tokens does besides.
#[derive(Clone, Copy, Default)]
pub struct MatmulKind {
    pub bias: bool,
    /// The result is added to what is there.
    pub add: bool,
    /// A token is an MLP's gate and u.
    pub gated: bool,
}

/// Workgroups of a product beside each other: one reads the weights for one sequence, or for four (`AT_ONCE` of
/// `shaders/shared/rows_together.wgsl`).
pub fn product_rows(dims: &Dims) -> Rows {
    if dims.seats > 1 { Rows::PerTokens(4) } else { Rows::Fixed(1) }
}

pub fn whole(buffer: &wgpu::Buffer) -> wgpu::BufferBinding<'_> {
    buffer.as_entire_buffer_binding()
}

pub fn groups(items: usize, each: usize) -> u32 {
    items.div_ceil(each) as u32
}
