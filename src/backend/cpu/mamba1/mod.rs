//! Mamba and Falcon-Mamba between the norm and out_proj.

pub mod scan;

use super::conv::{Conv, ConvBlock};
use super::layer::{self, in_proj, units};
use super::matrix::Matrix;
use super::norm::rms_scale;
use super::pool::{Columns, Part, Pool};
use super::sequences::Sequences;
use super::simd::BLOCK_COLUMNS;
use super::tiles::Tiles;
use super::weights::Layer;
use crate::allocate::filled;
#[cfg(feature = "lab")]
use crate::backend::trace::Step;
use crate::error::Result;
use crate::model;
use scan::{Scan, ScanBlock, pair_up};

/// Weights of a Mamba mixer between in_proj and out_proj.
pub struct Mamba1 {
    pub dims: model::Mamba1,
    pub conv: Conv,
    pub x_proj: Matrix,
    pub dt_proj: Matrix,
    pub scan: Scan,
}

/// What a block of tokens needs besides its input and output.
pub struct Work {
    /// `[T, R + 2N]`: output of x_proj.
    x_dbl: Vec<f32>,
    /// `[N, T]`: B and C of it, one sequence after the other.
    b_c: Vec<[f32; 2]>,
    /// The R of x_dbl for dt_proj.
    dt_tiles: Tiles,
    /// `[E]`, what the last token writes: the scan puts its result in the same place.
    #[cfg(feature = "lab")]
    last_x: Vec<f32>,
}

impl Work {
    /// Room for `tokens` tokens of whichever of these mixers needs most.
    pub fn new(mixers: &[model::Mamba1], tokens: usize) -> Result<Self> {
        let most = |of: fn(&model::Mamba1) -> usize| mixers.iter().map(of).max().unwrap_or(0);
        Ok(Self {
            x_dbl: filled(tokens * most(model::Mamba1::x_proj_rows), 0.0, "the work space")?,
            b_c: filled(tokens * most(|dims| dims.d_state), [0.0; 2], "the work space")?,
            dt_tiles: Tiles::new(tokens, most(|dims| dims.dt_rank), false)?,
            #[cfg(feature = "lab")]
            last_x: Vec::new(),
        })
    }
}

impl layer::Work {
    /// From the normed residual to the input of out_proj, which it lays out. Each channel belongs to one part, with its
    /// row of in_proj, so the convolution goes with in_proj, and dt_proj with the scan.
    pub fn mamba1(&mut self, layer: &Layer, mixer: &Mamba1, mut sequences: Sequences<'_>, pool: &Pool) {
        let (dims, t, each) = (&mixer.dims, sequences.tokens(), sequences.each);
        let (e, n, r) = (dims.d_inner, dims.d_state, dims.dt_rank);
        let (rows, r_2n) = (dims.in_proj_rows(), dims.x_proj_rows());
        let u = &self.u_tiles;

        // The strip at the border of the two halves is made with the first.
        let border = e.next_multiple_of(Matrix::STRIP).min(rows);
        let x_tiles = self.x_tiles.share();
        let projected = Columns::new(&mut self.projected[..t * rows], rows);
        let convolved = Columns::new(&mut self.convolved[..t * e], e);
        let blocks = sequences.each(|tokens, own| ConvBlock {
            inputs: projected.part(tokens.clone()),
            offset: 0,
            past: Columns::new(own.memories.conv, e),
            out: convolved.part(tokens),
        });
        pool.run(&|part: Part| {
            // SAFETY: each channel, and each row of in_proj, belongs to one part.
            unsafe {
                for channels in units(part.range(e, BLOCK_COLUMNS), t) {
                    let end = if channels.end == e { border } else { channels.end };
                    in_proj(layer, channels.start..end, u, t, &projected);
                    blocks.iter().for_each(|block| mixer.conv.run(channels.clone(), block));
                    let x = |t| &*convolved.row(t, channels.clone());
                    mixer.x_proj.lay_out(&x_tiles, 0..t, channels.clone(), e, x);
                }
                let gate = part.range(rows - border, Matrix::STRIP);
                if gate.is_empty() {
                    return; // the strip at the border holds all, and belongs to another part
                }
                in_proj(layer, border + gate.start..border + gate.end, u, t, &projected);
            }
        });

        #[cfg(feature = "lab")]
        {
            self.mamba1.last_x.clear();
            // SAFETY: no other thread is at work.
            self.mamba1.last_x.extend_from_slice(unsafe { convolved.row(t - 1, 0..e) });
        }

        let x_dbl = &mut self.mamba1.x_dbl[..t * r_2n];
        let (x, out) = (&self.x_tiles, Columns::new(x_dbl, r_2n));
        // SAFETY: each row belongs to one part.
        pool.run(&|part: Part| unsafe { mixer.x_proj.product(part.range(r_2n, Matrix::STRIP), x, t, &out) });
        if let Some(epsilon) = dims.part_norms {
            for row in x_dbl.chunks_exact_mut(r_2n) {
                let (dt, b_c) = row.split_at_mut(r);
                let (b, c) = b_c.split_at_mut(n);
                [dt, b, c].into_iter().for_each(|part| rms_scale(part, epsilon));
            }
        }
        let b_c = &mut self.mamba1.b_c[..n * t];
        for (x_dbl, b_c) in x_dbl.chunks_exact(each * r_2n).zip(b_c.chunks_exact_mut(n * each)) {
            pair_up(x_dbl, n, b_c);
        }
        // SAFETY: no other thread is at work.
        unsafe { mixer.dt_proj.lay_out(&self.mamba1.dt_tiles.share(), 0..t, 0..r, r, |t| &x_dbl[t * r_2n..][..r]) };

        let x_tiles = self.x_tiles.share();
        let inner = Columns::new(&mut self.inner[..t * e], e);
        let blocks = sequences.each(|tokens, own| ScanBlock {
            x: convolved.part(tokens.clone()),
            dt: inner.part(tokens.clone()),
            xz: projected.part(tokens.clone()),
            b_c: &b_c[n * tokens.start..n * tokens.end],
            h: Columns::new(own.memories.ssm, e),
        });
        let dt = &self.mamba1.dt_tiles;
        pool.run(&|part: Part| {
            for channels in units(part.range(e, BLOCK_COLUMNS), t) {
                // SAFETY: each channel belongs to one part.
                unsafe {
                    mixer.dt_proj.product(channels.clone(), dt, t, &inner);
                    blocks.iter().for_each(|block| mixer.scan.run(channels.clone(), block));
                    let x = |t| &*convolved.row(t, channels.clone());
                    layer.out_proj.lay_out(&x_tiles, 0..t, channels.clone(), e, x);
                }
            }
        });
    }

    /// What the layer did at the last of the `t` tokens that it has just read. All of it still lies in the work space.
    #[cfg(feature = "lab")]
    pub fn last_step(&self, mixer: &Mamba1, t: usize) -> Step {
        let dims = &mixer.dims;
        let (e, n, rows) = (dims.d_inner, dims.d_state, dims.in_proj_rows());
        let row = |of: &[f32], width: usize| of[(t - 1) * width..t * width].to_vec();
        let (low, high) = mixer.scan.dt_limit;
        let step =
            |(dt, bias): (f32, f32)| ((dt + bias).max(0.0) + (-(dt + bias).abs()).exp().ln_1p()).clamp(low, high);
        let delta: Vec<f32> =
            row(&self.inner, e).into_iter().zip(mixer.scan.dt_bias.iter().copied()).map(step).collect();
        let b_c = self.mamba1.b_c[..n * t].chunks_exact(t).map(|of_state| of_state[t - 1]);
        Step {
            halvings: mixer.scan.a.chunks_exact(e).flat_map(|a| a.iter().zip(&delta).map(|(a, d)| -a * d)).collect(),
            x: self.mamba1.last_x.clone(),
            b: b_c.clone().map(|[b, _]| b).collect(),
            c: b_c.map(|[_, c]| c).collect(),
            z: row(&self.projected, rows)[e..2 * e].to_vec(),
            y: row(&self.convolved, e),
            delta,
        }
    }
}
