//! A layer over a block of T tokens: a few stages, each spread over the threads, which wait for one another in between.
//! Whatever needs only the rows or channels that a thread has just made is done in the same stage, while they are in its
//! cache.

use core::ops::Range;

use super::BLOCK as BLOCK_TOKENS;
use super::conv::ConvBlock;
use super::mamba2::{Ssd, SsdBlock, SsdWork};
use super::matrix::Matrix;
use super::norm::{add_bias, rms_norm, rms_scale};
use super::pool::{Columns, Part, Pool};
use super::scan::{ScanBlock, pair_up};
use super::simd::BLOCK;
use super::tiles::{TOKENS, Tiles};
use super::weights::{Layer, Selective, Ssm, Weights};
use crate::checkpoint::filled;
use crate::error::Result;
use crate::model::Config;
use crate::state::LayerState;

/// Activations of one block of T tokens, allocated once for the largest T.
pub struct Work {
    /// The residual stream, `[T, D]`.
    pub residual: Vec<f32>,
    /// `[T, D]`: the normed residual, then a layer's result.
    pub u: Vec<f32>,
    /// The normed residual for in_proj.
    pub u_tiles: Tiles,
    /// `[T, 2E]` (in Mamba-2 `[T, 2E + 2GN + H]`): output of in_proj.
    xz: Vec<f32>,
    /// `[T, E]` (in Mamba-2 `[T, E + 2GN]`): output of the convolution.
    x: Vec<f32>,
    /// That for x_proj, then the gated result for out_proj.
    x_tiles: Tiles,
    /// `[T, R + 2N]`: output of x_proj.
    x_dbl: Vec<f32>,
    /// `[N, T]`: B and C of it.
    b_c: Vec<[f32; 2]>,
    /// The R of x_dbl for dt_proj.
    dt_tiles: Tiles,
    /// `[T, E]`: output of dt_proj; in Mamba-2 of the scan.
    dt: Vec<f32>,
    ssd: Option<SsdWork>,
}

impl Work {
    pub fn new(c: &Config, weights: &Weights, threads: usize) -> Result<Self> {
        let buffer = |width: usize| filled(BLOCK_TOKENS * width, 0.0, "the work space");
        Ok(Self {
            residual: buffer(c.d_model)?,
            u: buffer(c.d_model)?,
            // The large matrices are all exact or all packed.
            u_tiles: weights.embeddings.tiles(BLOCK_TOKENS, c.d_model)?,
            xz: buffer(c.in_proj_rows())?,
            x: buffer(c.conv_width())?,
            x_tiles: weights.embeddings.tiles(BLOCK_TOKENS, c.d_inner)?,
            x_dbl: buffer(c.dt_rank + 2 * c.d_state)?,
            dt_tiles: Tiles::new(BLOCK_TOKENS, c.dt_rank, false)?,
            b_c: filled(BLOCK_TOKENS * c.d_state, [0.0; 2], "the work space")?,
            dt: buffer(c.d_inner)?,
            ssd: match weights.layers.first().map(|layer| &layer.ssm) {
                Some(Ssm::Mamba2(ssd)) => Some(SsdWork::new(ssd, BLOCK_TOKENS, threads)?),
                _ => None,
            },
        })
    }

    /// `residual += mixer(rms_norm(residual))` for `t` tokens.
    pub fn layer(&mut self, c: &Config, layer: &Layer, t: usize, state: LayerState<'_>, pool: &Pool) {
        self.norm(c, layer, t, pool);
        match &layer.ssm {
            Ssm::Mamba(ssm) => self.mamba(c, layer, ssm, t, state, pool),
            Ssm::Mamba2(ssd) => self.mamba2(c, layer, ssd, t, state, pool),
        }
        self.out_proj(c, layer, t, pool);
    }

    /// `u = rms_norm(residual)`, and laid out.
    fn norm(&mut self, c: &Config, layer: &Layer, t: usize, pool: &Pool) {
        let d = c.d_model;
        let (u, tiles) = (Columns::new(&mut self.u[..t * d], d), self.u_tiles.share());
        pool.run_for(t.div_ceil(TOKENS), &|part: Part| {
            let tokens = part.range(t, TOKENS);
            // SAFETY: each token belongs to one part.
            unsafe {
                for t in tokens.clone() {
                    rms_norm(&self.residual[t * d..][..d], &layer.norm, c.norm_epsilon, u.row(t, 0..d));
                }
                layer.in_proj.lay_out(&tiles, tokens, 0..d, d, |t| u.row(t, 0..d));
            }
        });
    }

    /// From the normed residual to the input of out_proj, which it lays out. Each channel belongs to one part, with its
    /// row of in_proj, so the convolution goes with in_proj, and dt_proj with the scan.
    fn mamba(&mut self, c: &Config, layer: &Layer, ssm: &Selective, t: usize, state: LayerState<'_>, pool: &Pool) {
        let (e, n, r) = (c.d_inner, c.d_state, c.dt_rank);
        let (rows, r_2n) = (c.in_proj_rows(), r + 2 * n);
        let u = &self.u_tiles;

        // The strip at the border of the two halves is made with the first.
        let border = e.next_multiple_of(Matrix::STRIP).min(rows);
        let x_tiles = self.x_tiles.share();
        let block = ConvBlock {
            inputs: Columns::new(&mut self.xz[..t * rows], rows),
            offset: 0,
            past: Columns::new(state.conv, e),
            out: Columns::new(&mut self.x[..t * e], e),
        };
        pool.run(&|part: Part| {
            // SAFETY: each channel, and each row of in_proj, belongs to one part.
            unsafe {
                for channels in units(part.range(e, BLOCK), t) {
                    let end = if channels.end == e { border } else { channels.end };
                    in_proj(layer, channels.start..end, u, t, &block.inputs);
                    layer.conv.run(channels.clone(), &block);
                    let x = |t| &*block.out.row(t, channels.clone());
                    ssm.x_proj.lay_out(&x_tiles, 0..t, channels.clone(), e, x);
                }
                let gate = part.range(rows - border, Matrix::STRIP);
                in_proj(layer, border + gate.start..border + gate.end, u, t, &block.inputs);
            }
        });

        let x_dbl = &mut self.x_dbl[..t * r_2n];
        let (x, out) = (&self.x_tiles, Columns::new(x_dbl, r_2n));
        // SAFETY: each row belongs to one part.
        pool.run(&|part: Part| unsafe { ssm.x_proj.product(part.range(r_2n, Matrix::STRIP), x, t, &out) });
        if let Some(epsilon) = ssm.norm {
            for row in x_dbl.chunks_exact_mut(r_2n) {
                let (dt, b_c) = row.split_at_mut(r);
                let (b, c) = b_c.split_at_mut(n);
                [dt, b, c].into_iter().for_each(|part| rms_scale(part, epsilon));
            }
        }
        let b_c = &mut self.b_c[..n * t];
        pair_up(x_dbl, n, b_c);
        // SAFETY: no other thread is at work.
        unsafe { ssm.dt_proj.lay_out(&self.dt_tiles.share(), 0..t, 0..r, r, |t| &x_dbl[t * r_2n..][..r]) };

        let x_tiles = self.x_tiles.share();
        let block = ScanBlock {
            x: Columns::new(&mut self.x[..t * e], e),
            dt: Columns::new(&mut self.dt[..t * e], e),
            xz: Columns::new(&mut self.xz[..t * rows], rows),
            b_c,
            h: Columns::new(state.ssm, e),
        };
        let dt = &self.dt_tiles;
        pool.run(&|part: Part| {
            for channels in units(part.range(e, BLOCK), t) {
                // SAFETY: each channel belongs to one part.
                unsafe {
                    ssm.dt_proj.product(channels.clone(), dt, t, &block.dt);
                    ssm.scan.run(channels.clone(), &block);
                    let x = |t| &*block.x.row(t, channels.clone());
                    layer.out_proj.lay_out(&x_tiles, 0..t, channels.clone(), e, x);
                }
            }
        });
    }

    /// As [`Work::mamba`]; here a head needs the channels of B and C too.
    fn mamba2(&mut self, c: &Config, layer: &Layer, ssd: &Ssd, t: usize, state: LayerState<'_>, pool: &Pool) {
        let (e, rows, width) = (c.d_inner, c.in_proj_rows(), c.conv_width());
        let u = &self.u_tiles;
        let block = ConvBlock {
            inputs: Columns::new(&mut self.xz[..t * rows], rows),
            offset: e,
            past: Columns::new(state.conv, width),
            out: Columns::new(&mut self.x[..t * width], width),
        };
        // SAFETY: each row, then each channel, belongs to one part.
        unsafe {
            pool.run(&|part: Part| in_proj(layer, part.range(rows, Matrix::STRIP), u, t, &block.inputs));
            pool.run(&|part: Part| layer.conv.run(part.range(width, BLOCK), &block));
        }
        let (zxbcdt, xbc, y) = (&self.xz[..t * rows], &self.x[..t * width], &mut self.dt[..t * e]);
        // All layers are like the first, for which `new` made the work space.
        if let Some(work) = &mut self.ssd {
            ssd.run(SsdBlock { zxbcdt, xbc, h: state.ssm, y }, work, pool);
        }
        let (y, tiles) = (&*y, self.x_tiles.share());
        pool.run_for(t.div_ceil(TOKENS), &|part: Part| {
            // SAFETY: each token belongs to one part.
            unsafe { layer.out_proj.lay_out(&tiles, part.range(t, TOKENS), 0..e, e, |t| &y[t * e..][..e]) };
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
unsafe fn in_proj(layer: &Layer, rows: Range<usize>, u: &Tiles, tokens: usize, out: &Columns) {
    // SAFETY: as the caller promises.
    unsafe {
        layer.in_proj.product(rows.clone(), u, tokens, out);
        if let Some(bias) = layer.in_proj_bias.get(rows.clone()) {
            (0..tokens).for_each(|t| add_bias(out.row(t, rows.clone()), bias));
        }
    }
}

/// A part's channels, for a block of tokens so few at a time that what is made of them stays in the cache.
fn units(channels: Range<usize>, tokens: usize) -> impl Iterator<Item = Range<usize>> {
    let unit = if tokens == 1 { channels.len().max(1) } else { BLOCK };
    channels.clone().step_by(unit).map(move |start| start..channels.end.min(start + unit))
}
