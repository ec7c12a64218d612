//! The gated MLP between the norm and out_proj.

use super::lanes::{load, store};
use super::layer::{self, in_proj};
use super::math::Math;
use super::matrix::Matrix;
use super::pool::{Columns, Part, Pool};
use super::simd::{BLOCK_COLUMNS, F32x4};
use super::weights::Layer;
use crate::model::Mlp;

impl layer::Work {
    /// `g = silu(g) * u`, where in_proj makes g and u, and lays it out for out_proj.
    pub fn mlp(&mut self, layer: &Layer, mlp: &Mlp, t: usize, pool: &Pool) {
        let (f, rows, u) = (mlp.d_hidden, mlp.in_proj_rows(), &self.u_tiles);
        let (gu, tiles) = (Columns::new(&mut self.projected[..t * rows], rows), self.x_tiles.share());
        // SAFETY: each row belongs to one part.
        pool.run(&|part: Part| unsafe { in_proj(layer, part.range(rows, Matrix::STRIP), u, t, &gu) });
        pool.run(&|part: Part| {
            let (channels, math) = (part.range(f, BLOCK_COLUMNS), Math::new());
            // SAFETY: each channel belongs to one part.
            unsafe {
                for t in 0..t {
                    let up = gu.row(t, f + channels.start..f + channels.end);
                    gate_up(&math, gu.row(t, channels.clone()), up);
                }
                layer.out_proj.lay_out(&tiles, 0..t, channels.clone(), f, |t| &*gu.row(t, channels.clone()));
            }
        });
    }
}

/// `g = silu(g) * u`.
#[inline(always)]
fn gate_up(math: &Math, g: &mut [f32], u: &[f32]) {
    for (g, u) in g.chunks_mut(F32x4::LANES).zip(u.chunks(F32x4::LANES)) {
        let ([gate], [up]) = (load(g), load(u));
        store([math.silu(gate).mul(up)], g);
    }
}
