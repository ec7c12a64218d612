//! Mamba on the CPU: 128-bit SIMD, weights read once per block of tokens, nothing allocated per token.

mod dense;
mod kernels;
mod mamba2;
mod math;
mod matrix;
mod packed;
mod panel;
mod pool;
mod simd;
mod weights;

pub(super) use panel::int4_scale;
#[cfg(target_arch = "wasm32")]
pub(crate) use pool::workers;
pub use weights::CpuLoader;

use crate::backend::{Backend, Precision, check_call};
use crate::checkpoint::filled;
use crate::error::Result;
use crate::model::Config;
use crate::state::{LayerState, State};
use kernels::{ScanBlock, add_bias, rms_norm, rms_scale};
use mamba2::{SsdBlock, SsdWork};
use packed::Rounded;
use pool::Pool;
use weights::{Layer, Ssm, Weights};

/// Tokens read together: enough to read the weights seldom, few enough that a stop is felt at once.
const BLOCK: usize = 32;

/// The CPU backend; made by [`CpuLoader`].
pub struct Cpu {
    config: Config,
    precision: Precision,
    weights: Weights,
    work: Work,
    pool: Pool,
}

/// Activations of one block of T tokens, allocated once for the largest T.
struct Work {
    /// The residual stream, `[T, D]`.
    residual: Vec<f32>,
    /// `[T, D]`: the normed residual, then a layer's result.
    u: Vec<f32>,
    /// `[T, 2E]` (in Mamba-2 `[T, 2E + 2GN + H]`): output of in_proj.
    xz: Vec<f32>,
    /// `[T, E]` (in Mamba-2 `[T, E + 2GN]`): output of the convolution.
    x: Vec<f32>,
    /// `[T, R + 2N]`: output of x_proj.
    x_dbl: Vec<f32>,
    /// `[T, E]`: output of dt_proj; in Mamba-2 of the scan.
    dt: Vec<f32>,
    rounded: Rounded,
    ssd: Option<SsdWork>,
}

impl Cpu {
    fn new(config: Config, precision: Precision, threads: usize, weights: Weights) -> Result<Self> {
        let (c, pool) = (&config, Pool::new(threads));
        let buffer = |width: usize| filled(BLOCK * width, 0.0, "the work space");
        let work = Work {
            residual: buffer(c.d_model)?,
            u: buffer(c.d_model)?,
            xz: buffer(c.in_proj_rows())?,
            x: buffer(c.conv_width())?,
            x_dbl: buffer(c.dt_rank + 2 * c.d_state)?,
            dt: buffer(c.d_inner)?,
            rounded: Rounded::new(BLOCK, c.d_inner.max(c.d_model))?,
            ssd: match weights.layers.first().map(|layer| &layer.ssm) {
                Some(Ssm::Mamba2(ssd)) => Some(SsdWork::new(ssd, BLOCK, pool.threads())?),
                _ => None,
            },
        };
        Ok(Self { config, precision, weights, work, pool })
    }
}

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn config(&self) -> &Config {
        &self.config
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn threads(&self) -> usize {
        self.pool.threads()
    }

    fn weight_bytes(&self) -> usize {
        self.weights.bytes()
    }

    fn block(&self) -> usize {
        BLOCK
    }

    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()> {
        check_call(&self.config, BLOCK, tokens, state, logits.as_deref())?;
        let (weights, work, t, d) = (&self.weights, &mut self.work, tokens.len(), self.config.d_model);
        for (&token, row) in tokens.iter().zip(work.residual.chunks_exact_mut(d)) {
            weights.embeddings.row(token as usize, row);
        }
        for (number, layer) in weights.layers.iter().enumerate() {
            work.layer(&self.config, layer, t, state.layer(number), &self.pool);
        }
        state.position += t as u64;
        if let Some(logits) = logits {
            let (last, u) = (&work.residual[(t - 1) * d..t * d], &mut work.u[..d]);
            rms_norm(last, &weights.norm_f, self.config.norm_epsilon, u);
            let head = weights.lm_head.as_ref().unwrap_or(&weights.embeddings);
            head.multiply(u, d, 1, logits, &mut work.rounded, &self.pool);
        }
        Ok(())
    }
}

impl Work {
    /// `residual += mixer(rms_norm(residual))` for `t` tokens.
    fn layer(&mut self, c: &Config, layer: &Layer, t: usize, state: LayerState<'_>, pool: &Pool) {
        let (d, e, r, n) = (c.d_model, c.d_inner, c.dt_rank, c.d_state);
        let (rows, width, r_2n) = (c.in_proj_rows(), c.conv_width(), r + 2 * n);
        let (residual, u) = (&mut self.residual[..t * d], &mut self.u[..t * d]);
        let (x, xz) = (&mut self.x[..t * width], &mut self.xz[..t * rows]);
        let (x_dbl, dt, rounded) = (&mut self.x_dbl[..t * r_2n], &mut self.dt[..t * e], &mut self.rounded);

        rms_norm(residual, &layer.norm, c.norm_epsilon, u);
        layer.in_proj.multiply(u, d, t, xz, rounded, pool);
        add_bias(xz, &layer.in_proj_bias);
        match (&layer.ssm, &mut self.ssd) {
            (Ssm::Mamba(ssm), _) => {
                layer.conv.run(xz, rows, state.conv, x, pool);
                ssm.x_proj.multiply(x, e, t, x_dbl, rounded, pool);
                if let Some(epsilon) = ssm.norm {
                    for row in x_dbl.chunks_exact_mut(r_2n) {
                        let (dt, b_c) = row.split_at_mut(r);
                        let (b, c) = b_c.split_at_mut(n);
                        [dt, b, c].into_iter().for_each(|part| rms_scale(part, epsilon));
                    }
                }
                ssm.dt_proj.multiply(x_dbl, r_2n, t, dt, rounded, pool); // reads the first R of each row
                ssm.scan.run(ScanBlock { x, dt, xz, x_dbl, h: state.ssm }, pool);
                layer.out_proj.multiply(x, e, t, u, rounded, pool);
            }
            (Ssm::Mamba2(ssd), Some(work)) => {
                layer.conv.run(&xz[e..], rows, state.conv, x, pool);
                ssd.run(SsdBlock { zxbcdt: xz, xbc: x, h: state.ssm, y: dt }, work, pool);
                layer.out_proj.multiply(dt, e, t, u, rounded, pool);
            }
            (Ssm::Mamba2(_), None) => {} // all layers are like the first, for which `new` made the work space
        }
        add_bias(u, &layer.out_proj_bias);
        for (residual, u) in residual.iter_mut().zip(u) {
            *residual += *u;
        }
    }
}
