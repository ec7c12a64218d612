//! A layer over a block of T tokens, in a few stages. Each stage is spread over the threads, with a barrier in between.
//! Work on rows or channels that a thread has just computed is in the same stage, while they are in its cache.

use core::ops::Range;

use super::matrix::Matrix;
use super::norm::{add_bias, rms_norm};
use super::pool::{Columns, Part, Pool};
use super::sequences::Sequences;
use super::simd::BLOCK_COLUMNS;
use super::tiles::{TILE_TOKENS, Tiles};
use super::weights::{Layer, Mixer, Weights};
use super::{BLOCK_TOKENS, attention, mamba1, mamba2};
use crate::allocate::filled;
use crate::error::Result;
use crate::model::{self, Config};

/// Activations of one block of T tokens, allocated once for the largest T and the largest layers.
pub struct Work {
    /// The residual stream, `[T, D]`.
    pub residual: Vec<f32>,
    /// `[T, D]`: the normed residual, then a layer's result.
    pub u: Vec<f32>,
    /// The normed residual for in_proj.
    pub u_tiles: Tiles,
    /// `[T, 2E]` (in Mamba-2 `[T, 2E + 2GN + H]`, in attention `[T, (Q + 2J) S]`, in an MLP `[T, 2F]`): output of
    /// in_proj.
    pub projected: Vec<f32>,
    /// `[T, W]`: output of the convolution.
    pub convolved: Vec<f32>,
    /// That for x_proj, then the mixer's result for out_proj.
    pub x_tiles: Tiles,
    pub mamba1: mamba1::Work,
    pub mamba2: mamba2::Work,
    pub attention: attention::Work,
    /// `[T, E]`: in Mamba-1 output of dt_proj, in Mamba-2 of the scan; `[T, Q S]` of attention.
    pub inner: Vec<f32>,
}

impl Work {
    pub fn new(c: &Config, weights: &Weights, threads: usize) -> Result<Self> {
        let most = |of: fn(&model::Mixer) -> usize| c.layers.iter().map(of).max().unwrap_or(0);
        let buffer = |width: usize| filled(BLOCK_TOKENS * width, 0.0, "the work space");
        let (mut of_mamba1, mut of_mamba2, mut of_attention) = (Vec::new(), Vec::new(), Vec::new());
        for mixer in &c.layers {
            match mixer {
                model::Mixer::Mamba1(dims) => of_mamba1.push(*dims),
                model::Mixer::Mamba2(dims) => of_mamba2.push(*dims),
                model::Mixer::Attention(dims) => of_attention.push(*dims),
                model::Mixer::Mlp(_) => {}
            }
        }
        Ok(Self {
            residual: buffer(c.d_model)?,
            u: buffer(c.d_model)?,
            // The large matrices are all exact or all packed.
            u_tiles: weights.embeddings.tiles(BLOCK_TOKENS, c.d_model)?,
            projected: buffer(most(model::Mixer::in_proj_rows))?,
            convolved: buffer(most(model::Mixer::conv_width))?,
            x_tiles: weights.embeddings.tiles(BLOCK_TOKENS, most(model::Mixer::d_inner))?,
            mamba1: mamba1::Work::new(&of_mamba1, BLOCK_TOKENS)?,
            mamba2: mamba2::Work::new(&of_mamba2, BLOCK_TOKENS, threads)?,
            attention: attention::Work::new(&of_attention, BLOCK_TOKENS)?,
            inner: buffer(most(model::Mixer::d_inner))?,
        })
    }

    /// `residual += mixer(rms_norm(residual))` for the tokens of some sequences.
    pub fn layer(&mut self, c: &Config, layer: &Layer, sequences: Sequences<'_>, pool: &Pool) {
        let t = sequences.tokens();
        // Without a norm of its own, the layer reads what the layer before it has read, which is still there.
        if !layer.norm.is_empty() {
            self.norm(c, layer, t, pool);
        }
        match &layer.mixer {
            Mixer::Attention(attention) => self.attention(layer, attention, sequences, pool),
            Mixer::Mlp(mlp) => self.mlp(layer, mlp, t, pool),
            Mixer::Mamba1(mamba1) => self.mamba1(layer, mamba1, sequences, pool),
            Mixer::Mamba2(mamba2) => self.mamba2(layer, mamba2, sequences, pool),
        }
        self.out_proj(c, layer, t, pool);
    }

    /// The scores of the tokens that follow those from number `first` of the residual stream on: `[some tokens, V]`.
    pub fn scores(&mut self, c: &Config, weights: &Weights, first: usize, scores: &mut [f32], pool: &Pool) {
        let (d, tokens) = (c.d_model, scores.len() / c.vocab);
        let u = &mut self.u[..tokens * d];
        for (residual, u) in self.residual[first * d..].chunks_exact(d).zip(u.chunks_exact_mut(d)) {
            rms_norm(residual, &weights.norm_f, c.norm_epsilon, u);
        }
        let head = weights.lm_head.as_ref().unwrap_or(&weights.embeddings);
        head.multiply(u, d, d, scores, &mut self.u_tiles, pool);
    }

    /// `u = rms_norm(residual)`, and laid out.
    fn norm(&mut self, c: &Config, layer: &Layer, t: usize, pool: &Pool) {
        let d = c.d_model;
        let (u, tiles) = (Columns::new(&mut self.u[..t * d], d), self.u_tiles.share());
        pool.run_for(t.div_ceil(TILE_TOKENS), &|part: Part| {
            let tokens = part.range(t, TILE_TOKENS);
            // SAFETY: each token belongs to one part.
            unsafe {
                for t in tokens.clone() {
                    rms_norm(&self.residual[t * d..][..d], &layer.norm, c.norm_epsilon, u.row(t, 0..d));
                }
                layer.in_proj.lay_out(&tiles, tokens, 0..d, d, |t| u.row(t, 0..d));
            }
        });
    }

    /// `residual += out_proj(the mixer's result)`
    fn out_proj(&mut self, c: &Config, layer: &Layer, t: usize, pool: &Pool) {
        let (d, mixed) = (c.d_model, &self.x_tiles);
        let (u, residual) = (Columns::new(&mut self.u[..t * d], d), Columns::new(&mut self.residual[..t * d], d));
        pool.run(&|part: Part| {
            let rows = part.range(d, Matrix::STRIP);
            // SAFETY: each row belongs to one part.
            unsafe {
                layer.out_proj.product(rows.clone(), mixed, t, &u);
                for t in 0..t {
                    let (u, residual) = (u.row(t, rows.clone()), residual.row(t, rows.clone()));
                    add_bias(u, layer.out_proj_bias.get(rows.clone()).unwrap_or(&[]));
                    add_bias(residual, u);
                }
            }
        });
    }
}

/// The rows `rows` of in_proj.
///
/// # Safety
/// As [`Matrix::product`].
pub unsafe fn in_proj(layer: &Layer, rows: Range<usize>, u: &Tiles, tokens: usize, out: &Columns) {
    // SAFETY: as the caller promises.
    unsafe {
        layer.in_proj.product(rows.clone(), u, tokens, out);
        if let Some(bias) = layer.in_proj_bias.get(rows.clone()) {
            (0..tokens).for_each(|t| add_bias(out.row(t, rows.clone()), bias));
        }
    }
}

/// Splits a part's channels into pieces whose results for a block of tokens fit in the cache.
pub fn units(channels: Range<usize>, tokens: usize) -> impl Iterator<Item = Range<usize>> {
    let unit = if tokens == 1 { channels.len().max(1) } else { BLOCK_COLUMNS };
    channels.clone().step_by(unit).map(move |start| start..channels.end.min(start + unit))
}
