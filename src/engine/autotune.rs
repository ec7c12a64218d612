//! `backend: "auto"`: races the GPU against the CPU. What a browser reports about its GPU decides nothing.
//!
//! Both load the weights. The GPU must then reproduce the CPU's scores on a few tokens (the self-test), and both
//! generate a few tokens (the race). The loser is dropped. In a browser the GPU needs longer to be ready than the CPU,
//! so there the CPU answers first and the race comes later (`Trial`).

use core::task::Poll;

use serde::Deserialize;
use web_time::Instant;

use crate::backend::gpu::{Device, GpuLoader};
use crate::backend::{Backend, Compiled, Loader, Precision, cpu};
use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::Config;
use crate::sampler::{Chooser, Sampler, Settings};
use crate::sequence::Sequence;
use crate::state::State;

/// A larger model is not loaded twice for a race; it goes to the GPU.
const MOST_PARAMETERS: u64 = 600_000_000;
/// Up to this size the GPU keeps two bytes a weight, above it one.
const MOST_F16_PARAMETERS: u64 = 400_000_000;
const TOKENS: usize = 12;
/// A GPU that decodes a little slower than the CPU still prefills faster.
const LEAD: f64 = 0.9;

/// The GPU's default precision.
pub fn gpu_precision(config: &Config) -> Precision {
    if config.parameters() <= MOST_F16_PARAMETERS { Precision::F16 } else { Precision::Int8 }
}

/// When the GPU is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trial {
    /// While the model is loaded: the engine is ready when the race is over.
    #[default]
    Now,
    /// Later: the CPU's engine is ready first, and [`Engine::race`](super::Engine::race) may replace its backend. A
    /// model that is too large to be loaded twice is loaded as with `Now`.
    Later,
    /// This is that later time: the engine is the GPU's. A GPU that is a program on the CPU is refused.
    Rival,
}

/// How the CPU would run the model.
pub struct CpuOptions {
    pub precision: Precision,
    pub threads: usize,
}

/// A loader or backend, and a sentence that says why it was chosen.
pub struct Chosen<T> {
    pub it: T,
    pub reason: String,
    /// Whether the GPU has not been tried yet.
    pub may_move: bool,
}

impl<T> Chosen<T> {
    pub fn at_last(it: T, reason: String) -> Self {
        Self { it, reason, may_move: false }
    }
}

/// A model being loaded into one backend, or into two until the race has decided.
pub enum Loading {
    One(Chosen<Box<dyn Loader>>),
    /// `gpu` holds the error once the GPU has failed.
    Two {
        cpu: Box<dyn Loader>,
        gpu: Result<Box<dyn Loader>>,
        name: String,
    },
}

impl Loading {
    /// Opens the GPU if there is a real one with room, and the CPU beside it for a race. Of a `trial` that is not now, only
    /// one of the two.
    ///
    /// # Errors
    /// What the CPU's loader says. If no GPU can be used, that becomes the reason; it is an error only of a rival.
    pub async fn auto(config: Config, cpu: CpuOptions, gpu_precision: Precision, trial: Trial) -> Result<Self> {
        let is_small = config.parameters() <= MOST_PARAMETERS;
        let open_cpu = || -> Result<Box<dyn Loader>> {
            Ok(Box::new(cpu::CpuLoader::new(config.clone(), cpu.precision, cpu.threads)?))
        };
        if trial == Trial::Later && is_small {
            let reason = "The GPU has not been tried yet.".into();
            return Ok(Self::One(Chosen { it: open_cpu()?, reason, may_move: true }));
        }
        let only_cpu = |reason: Error| match trial {
            Trial::Rival => Err(reason),
            Trial::Now | Trial::Later => Ok(Self::One(Chosen::at_last(open_cpu()?, reason.to_string()))),
        };
        let device = match open_gpu().await {
            Ok(device) => device,
            Err(error) => return only_cpu(error),
        };
        let name = device.name();
        let gpu: Box<dyn Loader> = match GpuLoader::open(device, config.clone(), gpu_precision).await {
            Ok(loader) => Box::new(loader),
            Err(error) => return only_cpu(error),
        };
        if trial == Trial::Rival {
            return Ok(Self::One(Chosen::at_last(gpu, String::new())));
        }
        if !is_small {
            let reason = format!("The model is too large to be loaded twice for a race; {name} has room for it.");
            return Ok(Self::One(Chosen::at_last(gpu, reason)));
        }
        Ok(Self::Two { cpu: open_cpu()?, gpu: Ok(gpu), name })
    }

    /// Progress of the kernels' compilation.
    pub fn compiled(&self) -> Compiled {
        match self {
            Self::One(one) => one.it.compiled(),
            Self::Two { gpu, .. } => gpu.as_ref().map(|gpu| gpu.compiled()).unwrap_or_default(),
        }
    }

    /// Call this after the last tensor. Returns a backend, and why it was chosen.
    ///
    /// # Errors
    /// As [`Loader::finish`].
    pub async fn finish(self) -> Result<Chosen<Box<dyn Backend>>> {
        let (cpu, gpu, name) = match self {
            Self::One(Chosen { it, reason, may_move }) => return Ok(Chosen { it: it.finish()?, reason, may_move }),
            Self::Two { cpu, gpu, name } => (cpu.finish()?, gpu.and_then(|gpu| gpu.finish()), name),
        };
        match gpu {
            Ok(gpu) => race(cpu, gpu, &name).await,
            Err(error) => Ok(Chosen::at_last(cpu, error.to_string())),
        }
    }
}

impl Loading {
    /// Passes data to the loader or to both. A GPU that fails leaves the race.
    fn feed<T>(&mut self, mut hand: impl FnMut(&mut dyn Loader) -> Result<T>) -> Result<T> {
        let (cpu, gpu) = match self {
            Self::One(one) => return hand(one.it.as_mut()),
            Self::Two { cpu, gpu, .. } => (cpu, gpu),
        };
        if let Ok(loader) = gpu
            && let Err(fault) = hand(loader.as_mut())
        {
            *gpu = Err(fault);
        }
        hand(cpu.as_mut())
    }
}

impl TensorSink for Loading {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.feed(|loader| loader.begin(name, shape))
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        self.feed(|loader| loader.rows(values))
    }
}

async fn race(mut cpu: Box<dyn Backend>, mut gpu: Box<dyn Backend>, name: &str) -> Result<Chosen<Box<dyn Backend>>> {
    let on_cpu = lap(cpu.as_mut()).await?;
    let Verdict { gpu_wins, reason } = judge(&on_cpu, warm_lap(gpu.as_mut()).await, name);
    Ok(Chosen::at_last(if gpu_wins { gpu } else { cpu }, reason))
}

/// A GPU that may win a race.
///
/// # Errors
/// [`Error::NoWebGpu`] when there is none, or only a program on the CPU.
pub async fn open_gpu() -> Result<Device> {
    let device = Device::open().await?;
    if device.is_software() {
        return Err(Error::NoWebGpu(format!("The only GPU here is {}, a program on the CPU.", device.name())));
    }
    Ok(device)
}

/// Who has won a race, and why, in a sentence.
pub struct Verdict {
    pub gpu_wins: bool,
    pub reason: String,
}

/// Compares what the two have given. A GPU that has failed has lost.
pub fn judge(on_cpu: &Lap, on_gpu: Result<Lap>, name: &str) -> Verdict {
    let lost = |why: &dyn core::fmt::Display| Verdict {
        gpu_wins: false,
        reason: format!("{name} failed the self-test: {why}"),
    };
    let on_gpu = match on_gpu {
        Ok(lap) => lap,
        Err(error) => return lost(&error),
    };
    if !is_alike(&on_cpu.scores, &on_gpu.scores) {
        return lost(&"its scores are not the CPU's.");
    }
    let (c, g) = (on_cpu.tokens_per_second, on_gpu.tokens_per_second);
    Verdict { gpu_wins: g >= LEAD * c, reason: format!("{g:.0} tokens/s on {name}, {c:.0} on the CPU.") }
}

/// Whether rounded weights explain the difference.
fn is_alike(a: &[f32], b: &[f32]) -> bool {
    let spread = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let difference = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
    difference <= 0.05 * spread(a) // so false for what is not a number
}

/// A backend's part of a race: what it gave on a few tokens.
pub struct Lap {
    /// After the tokens, `[V]`.
    pub scores: Vec<f32>,
    /// In decoding.
    pub tokens_per_second: f64,
}

/// As [`lap`], with all shaders compiled.
pub async fn warm_lap(backend: &mut dyn Backend) -> Result<Lap> {
    lap(backend).await?;
    lap(backend).await
}

/// Reads a few tokens spread over the vocabulary, then generates a few.
pub async fn lap(backend: &mut dyn Backend) -> Result<Lap> {
    let vocab = backend.config().vocab;
    let prompt: Vec<u32> = (0..TOKENS).map(|i| (i * vocab / TOKENS) as u32).collect();
    let mut sequence = Sequence::new(State::try_new(backend.config())?);
    let mut read = 0;
    while read < prompt.len() {
        read +=
            until(&mut sequence, backend, |sequence, backend| sequence.read(backend, &prompt[read..], true)).await?;
    }
    until(&mut sequence, backend, Sequence::read_back).await?;
    let scores = sequence.logits().to_vec();
    let mut chooser = Chooser::new(Sampler::new(Settings::greedy(), vocab)?, None);
    let started = Instant::now();
    for left in (1..=TOKENS).rev() {
        let choose = |sequence: &mut Sequence, backend: &mut dyn Backend| sequence.choose(backend, &mut chooser, left);
        let id = until(&mut sequence, backend, choose).await?;
        until(&mut sequence, backend, |sequence, backend| sequence.read(backend, &[id], true)).await?;
    }
    until(&mut sequence, backend, Sequence::read_back).await?;
    Ok(Lap { scores, tokens_per_second: TOKENS as f64 / started.elapsed().as_secs_f64() })
}

/// Calls again until it is ready.
async fn until<T>(
    sequence: &mut Sequence,
    backend: &mut dyn Backend,
    mut call: impl FnMut(&mut Sequence, &mut dyn Backend) -> Result<Poll<T>>,
) -> Result<T> {
    loop {
        if let Poll::Ready(value) = call(sequence, backend)? {
            return Ok(value);
        }
        #[cfg(target_arch = "wasm32")]
        if let Some(arrival) = sequence.arrival(backend) {
            let hurry = || backend.remote().map_or((), |remote| remote.hurry());
            crate::backend::arrived(arrival, hurry).await;
        }
        #[cfg(not(target_arch = "wasm32"))]
        sequence.wait(backend);
    }
}
