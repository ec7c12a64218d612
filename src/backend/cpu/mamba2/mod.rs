//! Mamba-2 between the norm and out_proj. A few tokens are steps of the recurrence (`step.rs`); a block is read
//! in the matrix form of the SSD paper (`chunk.rs`).

mod chunk;
mod step;
#[cfg(test)]
mod tests;
mod tile;

use super::conv::{Conv, ConvBlock};
use super::lanes::{load, store};
use super::layer::{self, in_proj};
use super::math::Math;
use super::matrix::Matrix;
use super::norm::rms_scale;
use super::pool::{Columns, Part, Pool};
use super::sequences::{Each, Sequences};
use super::simd::{BLOCK_COLUMNS, F32x4};
use super::tiles::TILE_TOKENS;
use super::weights::Layer;
use crate::error::Result;
use crate::model;
use chunk::Chunk;
use step::Steps;

/// From this many tokens on, the matrix form is faster. It saves one multiplication in five, but first has to lay out
/// the state.
const SMALLEST_CHUNK_TOKENS: usize = 12;

/// Weights of a Mamba-2 mixer between in_proj and out_proj.
pub struct Mamba2 {
    pub dims: model::Mamba2,
    pub conv: Conv,
    /// A log2(e) = -exp(A_log) log2(e), `[H]`, so that exp(dt A) is 2^(dt a).
    pub a: Vec<f32>,
    /// The skip, `[H]`.
    pub d: Vec<f32>,
    /// `[H]`.
    pub dt_bias: Vec<f32>,
    /// Of the gated norm, `[E]`; empty without one.
    pub norm: Vec<f32>,
}

/// What a block of tokens needs besides its input and output.
pub struct Work {
    steps: Steps,
    chunk: Chunk,
}

impl Work {
    /// Room for `tokens` tokens and `threads` threads of whichever of these mixers needs most.
    pub fn new(mixers: &[model::Mamba2], tokens: usize, threads: usize) -> Result<Self> {
        let steps = Steps::new(mixers, tokens.min(SMALLEST_CHUNK_TOKENS - 1))?;
        Ok(Self { steps, chunk: Chunk::new(mixers, tokens, threads)? })
    }
}

/// The most that any of the mixers needs of something.
fn most(mixers: &[model::Mamba2], of: impl Fn(&model::Mamba2) -> usize) -> usize {
    mixers.iter().map(of).max().unwrap_or(0)
}

impl layer::Work {
    /// As [`mamba1`](layer::Work::mamba1); here a head needs the channels of B and C too.
    pub fn mamba2(&mut self, layer: &Layer, mixer: &Mamba2, mut sequences: Sequences<'_>, pool: &Pool) {
        let (dims, t) = (&mixer.dims, sequences.tokens());
        let (e, rows, width) = (dims.d_inner(), dims.in_proj_rows(), dims.conv_width());
        let u = &self.u_tiles;
        let projected = Columns::new(&mut self.projected[..t * rows], rows);
        let convolved = Columns::new(&mut self.convolved[..t * width], width);
        let blocks = sequences.each(|tokens, own| ConvBlock {
            inputs: projected.part(tokens.clone()),
            offset: e,
            past: Columns::new(own.memories.conv, width),
            out: convolved.part(tokens),
        });
        // SAFETY: each row, then each channel, belongs to one part.
        unsafe {
            pool.run(&|part: Part| in_proj(layer, part.range(rows, Matrix::STRIP), u, t, &projected));
            pool.run(&|part: Part| {
                let channels = part.range(width, BLOCK_COLUMNS);
                blocks.iter().for_each(|block| mixer.conv.run(channels.clone(), block));
            });
        }
        let (zxbcdt, xbc, y) = (&self.projected[..t * rows], &self.convolved[..t * width], &mut self.inner[..t * e]);
        let h = sequences.each(|_, own| &mut *own.memories.ssm);
        mixer.run(Block { zxbcdt, xbc, h, y }, &mut self.mamba2, pool);
        let (y, tiles) = (&*y, self.x_tiles.share());
        pool.run_for(t.div_ceil(TILE_TOKENS), &|part: Part| {
            // SAFETY: each token belongs to one part.
            unsafe { layer.out_proj.lay_out(&tiles, part.range(t, TILE_TOKENS), 0..e, e, |t| &y[t * e..][..e]) };
        });
    }
}

/// What the layer reads and writes for a block of T tokens, an equal number of each sequence.
pub struct Block<'a> {
    /// `[T, 2E + 2GN + H]`, output of in_proj: z first, dt last.
    pub zxbcdt: &'a [f32],
    /// `[T, E + 2GN]`, output of the convolution: x, B, C.
    pub xbc: &'a [f32],
    /// `[N, E]` of each sequence.
    pub h: Each<&'a mut [f32]>,
    /// `[T, E]`, the result.
    pub y: &'a mut [f32],
}

impl<'a> Block<'a> {
    fn shared(self, mamba2: &Mamba2) -> Each<SharedBlock<'a>> {
        let (Self { zxbcdt, xbc, h, y }, e) = (self, mamba2.dims.d_inner());
        let all = y.len() / e;
        let (y, each) = (Columns::new(y, e), all / h.len());
        let rows = |of: &'a [f32], first: usize| {
            let width = of.len() / all;
            Rows { width, of: &of[first * width..][..each * width] }
        };
        let of_sequence = |(first, h): (usize, &'a mut [f32])| SharedBlock {
            tokens: each,
            zxbcdt: rows(zxbcdt, first),
            xbc: rows(xbc, first),
            h: Columns::new(h, e),
            y: y.part(first..first + each),
        };
        (0..all).step_by(each).zip(h).map(of_sequence).collect()
    }
}

/// One sequence's part of a [`Block`], shared by several threads.
struct SharedBlock<'a> {
    /// Tokens of this sequence, called T from here on.
    tokens: usize,
    zxbcdt: Rows<'a>,
    xbc: Rows<'a>,
    h: Columns<'a>,
    y: Columns<'a>,
}

impl Mamba2 {
    /// For each channel e of head i and each token, with dt = softplus(dt + bias) of the head:
    ///
    /// `h[n] = exp(dt A) h[n] + dt x B[n]`, `y = sum over n of h[n] C[n] + D x`, `y = norm(y * silu(z)) * weight`,
    ///
    /// or `y = norm(y) * weight * silu(z)` with [`norm_before_gate`](model::Heads::norm_before_gate), or `y = y * silu(z)`
    /// without a [`gated_norm`](model::Mamba2::gated_norm).
    pub fn run(&self, block: Block<'_>, work: &mut Work, pool: &Pool) {
        let blocks = block.shared(self);
        if blocks.iter().all(|block| block.tokens < SMALLEST_CHUNK_TOKENS) {
            self.steps(&blocks, &mut work.steps, pool);
        } else {
            blocks.iter().for_each(|block| self.chunk(block, &mut work.chunk, pool));
        }
        self.gated_norm(&blocks, pool);
    }

    /// Four time steps, of one head or of several.
    #[inline(always)]
    fn time_step(&self, math: &Math, raw: F32x4, bias: F32x4) -> F32x4 {
        let (low, high) = self.dims.time_step_limit;
        math.softplus(raw.add(bias)).max(F32x4::splat(low)).min(F32x4::splat(high))
    }

    /// `y = norm(y) * weight`, the mean taken over each group's channels, and `y *= silu(z)` if the gate comes after
    /// the norm. Otherwise `y` is gated already.
    fn gated_norm(&self, blocks: &Each<SharedBlock<'_>>, pool: &Pool) {
        let Some(epsilon) = self.dims.gated_norm else { return };
        let e = self.norm.len();
        let channels = e / self.dims.heads.groups;
        let all = || blocks.iter().flat_map(|block| (0..block.tokens).map(move |t| (block, t)));
        let tokens = all().count();
        pool.run_for(tokens, &|part: Part| {
            let (math, own) = (Math::new(), part.range(tokens, 1));
            for (block, t) in all().skip(own.start).take(own.len()) {
                // SAFETY: each token belongs to one part.
                let y = unsafe { block.y.row(t, 0..e) };
                for (y, weight) in y.chunks_exact_mut(channels).zip(self.norm.chunks_exact(channels)) {
                    rms_scale(y, epsilon);
                    y.iter_mut().zip(weight).for_each(|(y, weight)| *y *= weight);
                }
                if self.dims.heads.norm_before_gate {
                    gate(&math, y, &block.z(t)[..e]);
                }
            }
        });
    }
}

/// A matrix whose rows belong to the tokens.
struct Rows<'a> {
    of: &'a [f32],
    width: usize,
}

impl<'a> Rows<'a> {
    fn row(&self, t: usize) -> &'a [f32] {
        &self.of[t * self.width..][..self.width]
    }
}

impl<'a> SharedBlock<'a> {
    /// `[E]`, the gate of token `t` (and what follows).
    fn z(&self, t: usize) -> &'a [f32] {
        self.zxbcdt.row(t)
    }

    /// `[H]`, dt of token `t` as in_proj gave it.
    fn raw_dt(&self, t: usize, heads: usize) -> &'a [f32] {
        &self.zxbcdt.row(t)[self.zxbcdt.width - heads..]
    }

    /// `[E + 2GN]`, x, B and C of token `t`.
    fn xbc(&self, t: usize) -> &'a [f32] {
        self.xbc.row(t)
    }
}

/// `y *= silu(z)`.
#[inline(always)]
fn gate(math: &Math, y: &mut [f32], z: &[f32]) {
    let ((y, y_rest), (z, z_rest)) = (y.as_chunks_mut(), z.as_chunks());
    for (y, z) in y.iter_mut().zip(z) {
        F32x4::load(y).mul(math.silu(F32x4::load(z))).store(y);
    }
    let ([y], [z]) = (load(y_rest), load(z_rest));
    store([y.mul(math.silu(z))], y_rest);
}
