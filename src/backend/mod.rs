//! The backends run the model. Each keeps the weights in its own layout; all keep the contract of [`Backend`].
//!
//! * [`reference`](mod@reference): plain f32 on candle tensors, the oracle that the others are tested against.
//! * [`cpu`]: SIMD, f32, int8 or int4 weights, threads, nothing allocated per token.
//! * [`gpu`]: WebGPU shaders; the state stays on the GPU, and the GPU samples ahead of the host ([`Remote`]).
//!
//! ```
//! use mamba_web::backend::{Name, Precision};
//!
//! # fn main() -> mamba_web::Result<()> {
//! assert_eq!(Name::parse("cpu")?, Some(Name::Cpu));
//! assert_eq!(Name::parse("auto")?, None);
//! assert_eq!(Precision::parse("int8")?.map(Precision::name), Some("int8"));
//! assert!(Precision::parse("int9").is_err());
//! # Ok(())
//! # }
//! ```

mod arrival;
pub mod cpu;
pub mod gpu;
mod int4;
pub mod reference;
mod remote;
#[cfg(feature = "lab")]
pub mod trace;

pub use arrival::Arrival;
#[cfg(target_arch = "wasm32")]
pub use arrival::arrived;
pub use remote::{Choice, Fetch, Member, Remote, Stub, Ticket};

use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::Config;
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
    /// The word that [`Precision::parse`] reads, as options and the page show it.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F16 => "f16",
            Precision::Int8 => "int8",
            Precision::Int4 => "int4",
        }
    }

    /// From a caller's word; none for `auto`, which is the engine's to resolve.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for another word.
    pub fn parse(word: &str) -> Result<Option<Self>> {
        Ok(Some(match word {
            "auto" => return Ok(None),
            "f32" => Precision::F32,
            "f16" => Precision::F16,
            "int8" => Precision::Int8,
            "int4" => Precision::Int4,
            other => {
                return Err(Error::BadArgument(format!(
                    "The precision \"{other}\" is unknown; use \"auto\", \"f32\", \"f16\", \"int8\" or \"int4\"."
                )));
            }
        }))
    }
}

/// The backends that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// [`gpu`]; fails to open where there is no WebGPU (natively no Vulkan, Metal or Direct3D 12).
    Gpu,
    /// [`cpu`]; runs everywhere.
    Cpu,
    /// [`reference`](mod@reference); slow, f32 only, for comparisons.
    Reference,
}

impl Name {
    /// From a caller's word; none for `auto`, which is the engine's to resolve.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for another word.
    pub fn parse(word: &str) -> Result<Option<Self>> {
        Ok(Some(match word {
            "auto" => return Ok(None),
            "gpu" => Name::Gpu,
            "cpu" => Name::Cpu,
            "reference" => Name::Reference,
            other => {
                return Err(Error::BadArgument(format!(
                    "The backend \"{other}\" is unknown; use \"auto\", \"gpu\", \"cpu\" or \"reference\"."
                )));
            }
        }))
    }
}

/// A model ready to run. Implementations keep no conversation: all that a
/// sequence needs is in the [`State`] that the caller hands in.
pub trait Backend {
    /// The backend's name in options and on the page.
    fn name(&self) -> &'static str;

    /// The dimensions of the model; `tied` is as the file has it, whatever config.json said.
    fn config(&self) -> &Config;

    /// How the matrices are kept. Norms, biases, A and D are f32 in every precision.
    fn precision(&self) -> Precision;

    /// CPU threads that work in parallel.
    fn threads(&self) -> usize {
        1
    }

    /// Bytes that the weights occupy.
    fn weight_bytes(&self) -> u64;

    /// The GPU's name; none on the CPU.
    fn adapter(&self) -> Option<String> {
        None
    }

    /// The most tokens that one [`Backend::prefill`] should take now, at least 1. A caller can stop between two calls,
    /// so larger blocks stop later.
    fn block(&self) -> usize;

    /// Reads `tokens` (T, at least one and at most [`Backend::block`]; each below V) into `state` and,
    /// when `logits` is given, writes the V scores of the token that follows the last one. Returns when the work is
    /// done.
    ///
    /// One call with T tokens gives what T calls with one token each give.
    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()>;

    /// Reads one token into each of several sequences (k, any number), and writes the scores of the token that follows it
    /// there. Gives what k calls of [`Backend::prefill`] give. A backend may read its weights once for several of them.
    ///
    /// # Errors
    /// As [`Backend::prefill`]. If a token, a state or a buffer is not the model's, or there is no memory, nothing has
    /// changed in any of the sequences.
    fn decode_together(&mut self, reads: &mut [Read<'_>]) -> Result<()> {
        prepare_together(self.config(), reads)?;
        reads.iter_mut().try_for_each(|read| self.prefill(&[read.token], read.state, Some(read.logits)))
    }

    /// As [`Backend::prefill`] with one token, and what each layer of Mamba did.
    ///
    /// # Errors
    /// [`Error::BadArgument`] on a backend that cannot say it, or for a model with layers of another kind.
    #[cfg(feature = "lab")]
    fn trace(&mut self, _token: u32, _state: &mut State, _logits: &mut [f32]) -> Result<Vec<trace::Step>> {
        Err(Error::BadArgument(format!("The backend {} cannot be watched; use \"cpu\".", self.name())))
    }

    /// The asynchronous part of a backend such as the GPU's; None where [`Backend::prefill`] does all work itself.
    fn remote(&mut self) -> Option<&mut dyn Remote> {
        None
    }
}

/// What [`Backend::decode_together`] does for one sequence.
pub struct Read<'a> {
    /// The token to read, below V.
    pub token: u32,
    /// The state that it is read into.
    pub state: &'a mut State,
    /// `[V]`, takes the scores of the next token.
    pub logits: &'a mut [f32],
}

/// How many of the backend's kernels are compiled. A browser takes a while to compile them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compiled {
    /// Kernels that are compiled.
    pub ready: usize,
    /// Kernels that the backend needs in all; 0 on a CPU.
    pub of: usize,
}

/// Takes the weights in as they stream past, then becomes a [`Backend`].
pub trait Loader: TensorSink {
    /// Progress of the kernels' compilation. A CPU backend has nothing to compile.
    fn compiled(&self) -> Compiled {
        Compiled::default()
    }

    /// Call this after the last tensor. A missing tensor is an error that names it.
    fn finish(self: Box<Self>) -> Result<Box<dyn Backend>>;
}

/// Opens the loader of a backend. Only the CPU backend uses `threads`. Waits for nothing but the GPU's driver.
///
/// # Errors
/// [`Error::NoWebGpu`] and [`Error::OutOfMemory`] when there is no GPU or it has too little memory.
pub async fn open(name: Name, config: Config, precision: Precision, threads: usize) -> Result<Box<dyn Loader>> {
    match name {
        Name::Gpu => Ok(Box::new(gpu::GpuLoader::new(gpu::Device::open().await?, config, precision).await?)),
        Name::Reference => Ok(Box::new(reference::ReferenceLoader::new(config)?)),
        Name::Cpu => Ok(Box::new(cpu::CpuLoader::new(config, precision, threads)?)),
    }
}

/// As [`open`], but blocks until the loader is open.
///
/// # Errors
/// As [`open`].
#[cfg(not(target_arch = "wasm32"))]
pub fn loader(name: Name, config: Config, precision: Precision, threads: usize) -> Result<Box<dyn Loader>> {
    pollster::block_on(open(name, config, precision, threads))
}

/// The checks that every backend makes before it reads tokens. Bad input becomes an error, never a panic.
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
        return Err(Error::WrongModel("The state's dimensions differ from the model's.".into()));
    }
    if logits.is_some_and(|logits| logits.len() != config.vocab) {
        return Err(Error::BadArgument(format!("The buffer for the logits must hold {} values.", config.vocab)));
    }
    Ok(())
}

/// Makes certain that each of the sequences can be read into, before any of them is.
pub(crate) fn prepare_together(config: &Config, reads: &mut [Read<'_>]) -> Result<()> {
    reads.iter().try_for_each(|read| check_call(config, 1, &[read.token], read.state, Some(read.logits)))?;
    reads.iter_mut().try_for_each(|read| read.state.make_whole())
}
