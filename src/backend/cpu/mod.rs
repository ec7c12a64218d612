//! Mamba on the CPU: 128-bit SIMD, weights read once per block of tokens, nothing allocated per token.

mod attention;
mod conv;
mod dense;
mod lanes;
mod layer;
mod mamba1;
mod mamba2;
mod math;
mod matrix;
mod mlp;
mod norm;
mod packed;
mod panel;
mod pool;
mod simd;
mod tiles;
mod weights;

pub(super) use panel::largest;
#[cfg(target_arch = "wasm32")]
pub(crate) use pool::workers;
pub(crate) use simd::F32x4;
pub(super) use simd::MAGIC;
pub use weights::CpuLoader;

#[cfg(feature = "lab")]
use crate::backend::trace::Step;
use crate::backend::{Backend, Precision, check_call};
use crate::error::Result;
use crate::model::Config;
use crate::state::State;
use layer::Work;
use norm::rms_norm;
use pool::Pool;
use weights::Weights;

/// Tokens read together: enough to share the reading of the weights, few enough to stop quickly.
const BLOCK_TOKENS: usize = 32;

/// The CPU backend; made by [`CpuLoader`].
pub struct Cpu {
    config: Config,
    precision: Precision,
    weights: Weights,
    work: Work,
    pool: Pool,
    /// Where the layers say what they did at a token, while that is asked for.
    #[cfg(feature = "lab")]
    trace: Option<Vec<Step>>,
}

impl Cpu {
    fn new(config: Config, precision: Precision, threads: usize, weights: Weights) -> Result<Self> {
        let pool = Pool::new(threads);
        let work = Work::new(&config, &weights, pool.threads())?;
        Ok(Self {
            config,
            precision,
            weights,
            work,
            pool,
            #[cfg(feature = "lab")]
            trace: None,
        })
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

    fn weight_bytes(&self) -> u64 {
        self.weights.bytes()
    }

    fn block(&self) -> usize {
        BLOCK_TOKENS
    }

    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()> {
        check_call(&self.config, BLOCK_TOKENS, tokens, state, logits.as_deref())?;
        state.make_whole()?;
        let (weights, work, t, d) = (&self.weights, &mut self.work, tokens.len(), self.config.d_model);
        let position = state.position;
        for (&token, row) in tokens.iter().zip(work.residual.chunks_exact_mut(d)) {
            weights.embeddings.row(token as usize, row);
        }
        for (number, layer) in weights.layers.iter().enumerate() {
            work.layer(&self.config, layer, t, position, state.layer(number), &self.pool);
            #[cfg(feature = "lab")]
            if let (Some(steps), weights::Mixer::Mamba1(mixer)) = (&mut self.trace, &layer.mixer) {
                steps.push(work.last_step(mixer, t));
            }
        }
        state.position += t as u64;
        if let Some(logits) = logits {
            let last = &work.residual[(t - 1) * d..t * d];
            let u = &mut work.u[..d];
            rms_norm(last, &weights.norm_f, self.config.norm_epsilon, u);
            let head = weights.lm_head.as_ref().unwrap_or(&weights.embeddings);
            head.multiply(u, d, d, logits, &mut work.u_tiles, &self.pool);
        }
        Ok(())
    }

    #[cfg(feature = "lab")]
    fn trace(&mut self, token: u32, state: &mut State, logits: &mut [f32]) -> Result<Vec<Step>> {
        crate::backend::trace::check(&self.config)?;
        self.trace = Some(Vec::with_capacity(self.config.layers.len()));
        let read = self.prefill(&[token], state, Some(logits));
        let steps = self.trace.take().unwrap_or_default();
        read.map(|()| steps)
    }
}
