//! What runs the model. Each backend keeps the weights in its own layout; all share one contract.
//!
//! * [`reference`](mod@reference): plain f32 on candle tensors, the oracle that the others are tested against.
//! * [`cpu`]: SIMD, f32, int8 or int4 weights, threads, nothing allocated per token.
//! * [`gpu`]: WebGPU shaders; the state stays on the GPU, which chooses tokens by itself and runs ahead.

pub mod contest;
pub mod cpu;
pub mod gpu;
pub mod reference;

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;

use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::Config;
use crate::sampler::{Recent, Sampler};
use crate::state::State;

/// How weights are kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 4 bytes a weight, as exact as the checkpoint.
    F32,
    /// 2 bytes a weight; on the GPU.
    F16,
    /// 1 byte a weight and a scale for each block of 64 columns (on the GPU 32).
    Int8,
    /// Half a byte a weight and a scale for each block of 64 columns (on the GPU 32); embeddings, head and x_proj stay in
    /// int8.
    Int4,
}

impl Precision {
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F16 => "f16",
            Precision::Int8 => "int8",
            Precision::Int4 => "int4",
        }
    }

    /// From the word used in API.md; `auto` is the caller's to resolve.
    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "f32" => Ok(Precision::F32),
            "f16" => Ok(Precision::F16),
            "int8" => Ok(Precision::Int8),
            "int4" => Ok(Precision::Int4),
            other => Err(Error::BadArgument(format!(
                "The precision \"{other}\" is not known here; use \"f32\", \"f16\", \"int8\" or \"int4\"."
            ))),
        }
    }
}

/// Resolves when a [`Backend`] that was pending may have more to say.
pub type Arrival = Pin<Box<dyn Future<Output = ()>>>;

/// A model ready to run. Implementations keep no conversation: all that a
/// sequence needs is in the [`State`] that the caller hands in.
///
/// A backend whose work is done elsewhere answers [`Poll::Pending`]: the caller waits ([`Backend::wait`] natively,
/// [`Backend::arrival`] in a browser) and calls again with the same arguments. It may also run behind: what
/// [`Backend::read`] has read is in `state` and `logits` only after [`Backend::settle`]; until then they say what they
/// said when they were settled last, and `state` names what the backend holds for them.
pub trait Backend {
    /// The backend's name as API.md has it: `reference`, `cpu`, ...
    fn name(&self) -> &'static str;

    fn config(&self) -> &Config;

    fn precision(&self) -> Precision;

    /// Threads of the CPU that work side by side.
    fn threads(&self) -> usize {
        1
    }

    /// Bytes that the weights occupy.
    fn weight_bytes(&self) -> u64;

    /// The GPU's name; none on the CPU.
    fn adapter(&self) -> Option<String> {
        None
    }

    /// The most tokens that one [`Backend::prefill`] or [`Backend::read`] should take now; a caller that wants to be
    /// able to stop sends no more than this at a time. At least 1.
    fn block(&self) -> usize;

    /// Reads `tokens` (T, at least one and at most [`Backend::block`]; each below V) into `state` and,
    /// when `logits` is given, writes the V scores of the token that follows the last one. Settled, without waiting
    /// elsewhere: a program that has to do other things meanwhile uses [`Backend::read`].
    ///
    /// One call with T tokens gives what T calls with one token each give.
    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()>;

    /// The same, perhaps pending and unsettled.
    fn read(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<Poll<()>> {
        self.prefill(tokens, state, logits).map(Poll::Ready)
    }

    /// The token that follows, which is then to be read or left. At most `most` more will be asked for.
    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<u32>> {
        let _ = (state, most);
        sampler.sample(logits, recent).map(Poll::Ready)
    }

    /// Brings `state` and `logits` (V) up to all that was read.
    fn settle(&mut self, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>> {
        let _ = (state, logits);
        Ok(Poll::Ready(()))
    }

    /// Whether `state` and its scores are up to all that was read, so that there is nothing to settle.
    fn is_settled(&self, state: &State) -> bool {
        let _ = state;
        true
    }

    /// Whether the backend still holds what was read into `state` and not settled. If not (the GPU was lost, or too
    /// many sequences took turns), the caller has to read it again.
    fn has(&self, state: &State) -> bool {
        let _ = state;
        false
    }

    /// Natively, waits for what is pending.
    fn wait(&self) {}

    /// In a browser, what to wait for; none when nothing is pending.
    fn arrival(&self) -> Option<Arrival> {
        None
    }

    /// Takes the GPU away, as a crash of its driver would, to see what happens then.
    fn lose_device(&self) {}

    /// Has a slow browser look at what is pending.
    fn nudge(&self) {}
}

/// Kernels that are ready, of those that the backend needs: what a browser compiles takes a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compiled {
    pub ready: usize,
    pub of: usize,
}

/// Takes the weights in as they stream past, then becomes a [`Backend`].
pub trait Loader: TensorSink {
    /// How far the kernels are; a CPU's are always there.
    fn compiled(&self) -> Compiled {
        Compiled::default()
    }

    /// All tensors have been seen; a missing one is an error that names it.
    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>>;
}

/// The loader of a backend by its API.md name; only `cpu` makes use of `threads`. Waits for nothing but the GPU's driver.
///
/// # Errors
/// [`Error::BadArgument`] for a name or a precision that is not known, [`Error::NoWebGpu`] and
/// [`Error::OutOfMemory`] when the GPU is not there or too small.
pub async fn open(name: &str, config: Config, precision: Precision, threads: usize) -> Result<Box<dyn Loader>> {
    match name {
        "gpu" => Ok(Box::new(gpu::GpuLoader::new(gpu::Device::open().await?, config, precision).await?)),
        "reference" => Ok(Box::new(reference::ReferenceLoader::new(config)?)),
        "cpu" => Ok(Box::new(cpu::CpuLoader::new(config, precision, threads)?)),
        other => Err(Error::BadArgument(format!(
            "The backend \"{other}\" is not known here; use \"gpu\", \"cpu\" or \"reference\"."
        ))),
    }
}

/// [`open`], waited for.
///
/// # Errors
/// As [`open`].
#[cfg(not(target_arch = "wasm32"))]
pub fn loader(name: &str, config: Config, precision: Precision, threads: usize) -> Result<Box<dyn Loader>> {
    pollster::block_on(open(name, config, precision, threads))
}

/// The checks that every backend makes before it reads tokens, so that bad input is a sentence and never a panic.
pub(crate) fn check_call(
    config: &Config,
    block: usize,
    tokens: &[u32],
    state: &State,
    logits: Option<&[f32]>,
) -> Result<()> {
    if tokens.is_empty() || tokens.len() > block {
        return Err(Error::BadArgument(format!(
            "A call reads between 1 and {block} tokens; {} were given.",
            tokens.len()
        )));
    }
    if let Some(&token) = tokens.iter().find(|&&token| token as usize >= config.vocab) {
        return Err(Error::BadArgument(format!(
            "Token {token} is not in the model's vocabulary of {} tokens.",
            config.vocab
        )));
    }
    if !state.fits(config) {
        return Err(Error::WrongModel("The state has other dimensions than the model.".into()));
    }
    if logits.is_some_and(|logits| logits.len() != config.vocab) {
        return Err(Error::BadArgument(format!("The space for logits must hold {} values.", config.vocab)));
    }
    Ok(())
}
