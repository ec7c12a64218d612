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
mod sequences;
mod simd;
mod tiles;
mod weights;

pub(super) use panel::largest;
#[cfg(target_arch = "wasm32")]
pub(crate) use pool::workers;
pub(crate) use simd::F32x4;
pub(super) use simd::MAGIC;
pub use weights::CpuLoader;

use crate::allocate::grow;
#[cfg(feature = "lab")]
use crate::backend::trace::Step;
use crate::backend::{Backend, Precision, Read, check_call, prepare_together};
use crate::error::Result;
use crate::model::Config;
use crate::state::State;
use layer::Work;
use pool::Pool;
use sequences::{Each, MOST_SEQUENCES, Sequences};
use weights::Weights;

/// Tokens read together: enough to share the reading of the weights, few enough to stop quickly.
const BLOCK_TOKENS: usize = 32;

/// The CPU backend; made by [`CpuLoader`].
pub struct Cpu {
    config: Config,
    precision: Precision,
    weights: Weights,
    work: Work,
    /// `[sequences, V]`: what [`Backend::decode_together`] computes; empty until it is called.
    scores: Vec<f32>,
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
            scores: Vec::new(),
            pool,
            #[cfg(feature = "lab")]
            trace: None,
        })
    }
}

impl Cpu {
    /// Reads `each` of the tokens into each of the states, which are whole. The residual stream has what comes of them.
    fn read(&mut self, tokens: impl Iterator<Item = u32>, each: usize, mut states: Each<&mut State>) {
        let (weights, work) = (&self.weights, &mut self.work);
        for (token, row) in tokens.zip(work.residual.chunks_exact_mut(self.config.d_model)) {
            weights.embeddings.row(token as usize, row);
        }
        for (number, layer) in weights.layers.iter().enumerate() {
            work.layer(&self.config, layer, Sequences::new(&mut states, number, each), &self.pool);
            #[cfg(feature = "lab")]
            if let (Some(steps), weights::Mixer::Mamba1(mixer)) = (&mut self.trace, &layer.mixer) {
                steps.push(work.last_step(mixer, each));
            }
        }
        states.iter_mut().for_each(|state| state.position += each as u64);
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
        self.read(tokens.iter().copied(), tokens.len(), Each::one(state));
        if let Some(logits) = logits {
            self.work.scores(&self.config, &self.weights, tokens.len() - 1, logits, &self.pool);
        }
        Ok(())
    }

    fn decode_together(&mut self, reads: &mut [Read<'_>]) -> Result<()> {
        prepare_together(&self.config, reads)?;
        let vocab = self.config.vocab;
        grow(&mut self.scores, reads.len().min(MOST_SEQUENCES) * vocab, "the scores of several sequences")?;
        for reads in reads.chunks_mut(MOST_SEQUENCES) {
            let tokens: Each<u32> = reads.iter().map(|read| read.token).collect();
            self.read(tokens.iter().copied(), 1, reads.iter_mut().map(|read| &mut *read.state).collect());
            let scores = &mut self.scores[..reads.len() * vocab];
            self.work.scores(&self.config, &self.weights, 0, scores, &self.pool);
            for (read, scores) in reads.iter_mut().zip(scores.chunks_exact(vocab)) {
                read.logits.copy_from_slice(scores);
            }
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
