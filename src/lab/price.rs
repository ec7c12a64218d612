//! What a token costs after many tokens: Mamba beside attention of the same width, depth and precision, on the kernels of
//! the page's own cpu backend.
//!
//! Weights and memories are filled by chance, because no kernel takes longer for one number than for another.

#[cfg(test)]
mod tests;

use core::hint::black_box;

use web_time::Instant;

use crate::allocate::filled;
use crate::backend::cpu::{CpuLoader, F32x4};
use crate::backend::{Backend, Loader, Precision};
use crate::error::{Error, Result};
use crate::model::{Attention, Config, LayerRole, Mixer, Mlp, Role, tensors};
use crate::state::State;

/// S of the attention: what most published models have.
const HEAD_DIM: usize = 64;
/// The measurement of one position: so many tokens, or so many seconds, whichever ends first.
const TOKENS: usize = 20;
const SECONDS: f64 = 1.0;

/// The attention model that is as large as a Mamba: for each of its layers one of softmax attention with all heads of its
/// own (Q = J), and one gated MLP that takes the parameters that are left. It keeps the keys and values of `window` tokens.
///
/// # Errors
/// [`Error::BadArgument`] for a model that has other layers than Mamba's or Mamba-2's, or too few parameters; as
/// [`Config::checked`] when no memory can hold so many tokens.
pub fn attention_twin(mamba: &Config, window: usize) -> Result<Config> {
    let d = mamba.d_model;
    let mut twin = Config { layers: Vec::new(), published: Default::default(), ..mamba.clone() };
    let ends = twin.parameters();
    let layers = mamba.layers.len() as u64;
    let is_mamba = |mixer: &Mixer| matches!(mixer, Mixer::Mamba1(_) | Mixer::Mamba2(_));
    let of_a_layer = mamba.parameters().saturating_sub(ends) / layers.max(1);
    // q, k, v and out_proj; in_proj and out_proj of the MLP with their F rows and columns; a norm before each.
    let left = of_a_layer.saturating_sub(4 * (d * d) as u64 + 2 * d as u64) / (3 * d as u64);
    let head_dim = if d.is_multiple_of(HEAD_DIM) { HEAD_DIM } else { d };
    if !mamba.layers.iter().all(is_mamba) || left == 0 {
        return Err(Error::BadArgument("Only a Mamba or Mamba-2 model has an attention model of its size.".into()));
    }
    let attention = Mixer::Attention(Attention {
        heads: d / head_dim,
        kv_heads: d / head_dim,
        head_dim,
        use_bias: false,
        rope_theta: Some(1e4),
        window,
        beside: false,
    });
    let mlp = Mixer::Mlp(Mlp { d_hidden: left as usize, use_bias: false });
    twin.layers = (0..layers).flat_map(|_| [attention, mlp]).collect();
    twin.published.context = window;
    twin.checked("The attention model")
}

/// A model that was filled by chance, and a state that stands wherever it is put.
pub struct Runner {
    backend: Box<dyn Backend>,
    state: State,
    scores: Vec<f32>,
}

/// What one token costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Of the state after the tokens that were read: what a session keeps.
    pub kept_bytes: f64,
    /// Of weights and state, which the token reads; what it writes into Mamba's state too.
    pub moved_bytes: f64,
    /// A multiplication and an addition, of matrices, convolutions, scans and attention.
    pub multiply_adds: f64,
}

impl Runner {
    /// A model of this shape, on one thread.
    ///
    /// # Errors
    /// As the backend's, such as [`Error::OutOfMemory`].
    pub fn new(config: &Config, precision: Precision) -> Result<Self> {
        let loader = Box::new(CpuLoader::new(config.clone(), precision, 1)?);
        let backend = filled_by_chance(loader, config)?;
        let mut state = State::try_new(backend.config())?;
        let mut chance = Chance(1);
        for layer in 0..backend.config().layers.len() {
            let layer = state.layer(layer);
            for values in [layer.conv, layer.ssm, layer.keys, layer.values] {
                values.iter_mut().for_each(|value| *value = chance.next());
            }
        }
        let scores = filled(backend.config().vocab, 0.0, "the scores")?;
        Ok(Self { backend, state, scores })
    }

    /// Seconds of the token after `position` others: the fastest of a few, after one that is not counted, since other programs
    /// only ever make a token slower.
    ///
    /// # Errors
    /// [`Error::BadArgument`] where attention keeps too few tokens for that.
    pub fn seconds(&mut self, position: u64) -> Result<f64> {
        if self.backend.config().window().is_some_and(|window| position >= window as u64) {
            return Err(Error::BadArgument(format!("The attention keeps too few tokens to stand behind {position}.")));
        }
        let mut token = || -> Result<f64> {
            // The token takes the place of the one that was measured before it.
            self.state.position = position;
            let started = Instant::now();
            self.backend.prefill(&[0], &mut self.state, Some(&mut self.scores))?;
            Ok(started.elapsed().as_secs_f64())
        };
        let (mut fastest, mut all) = (f64::INFINITY, token()?);
        for _ in 0..TOKENS {
            let seconds = token()?;
            (fastest, all) = (fastest.min(seconds), all + seconds);
            if all > SECONDS {
                break;
            }
        }
        Ok(fastest)
    }

    /// What the token after `position` others costs.
    pub fn cost(&self, position: u64) -> Cost {
        let config = self.backend.config();
        let tokens = position as f64;
        let (mut kept, mut moved, mut multiply_adds) = (0.0, self.backend.weight_bytes() as f64, 0.0);
        for mixer in &config.layers {
            let fixed: f64 = mixer.memories().filter_map(|memory| memory.bytes()).map(|bytes| bytes as f64).sum();
            if let Mixer::Attention(attention) = mixer {
                let rows = tokens.min(attention.window as f64);
                let bytes = fixed / attention.window as f64 * rows;
                (kept, moved) = (kept + bytes, moved + bytes);
                multiply_adds += 2.0 * rows * attention.q_width() as f64;
            } else {
                (kept, moved) = (kept + fixed, moved + 2.0 * fixed);
                // h * decay, + dt x B, y += h C.
                multiply_adds += 3.0 * (mixer.d_inner() * mixer.d_state()) as f64;
            }
        }
        let is_multiplied = |role: Role| match role {
            Role::Embeddings => config.tied,
            Role::Layer(_, role) => role != LayerRole::ALog,
            Role::NormF | Role::LmHead => true,
        };
        let matrices =
            tensors(config).into_iter().filter(|spec| spec.shape.len() > 1 && is_multiplied(spec.place.role));
        multiply_adds += matrices.map(|spec| spec.values() as f64).sum::<f64>();
        Cost { kept_bytes: kept, moved_bytes: moved, multiply_adds }
    }

    /// The dimensions.
    pub fn config(&self) -> &Config {
        self.backend.config()
    }
}

/// Hands a loader all tensors of its model, with numbers by chance of the sizes that training begins with.
fn filled_by_chance(mut loader: Box<dyn Loader>, config: &Config) -> Result<Box<dyn Backend>> {
    let mut chance = Chance(2);
    for spec in tensors(config) {
        let name = config.tensor_name(spec.place);
        let len: usize = spec.shape.iter().product();
        let columns = len / spec.shape[0].max(1);
        let size = 1.0 / (columns.max(1) as f32).sqrt();
        let is_vector = spec.shape.len() == 1;
        if loader.begin(&name, &spec.shape)? {
            let mut row = filled(columns, 0.0, "a row of weights")?;
            for _ in 0..spec.shape[0] {
                row.iter_mut().for_each(|value| *value = if is_vector { 0.5 } else { 0.0 } + size * chance.next());
                loader.rows(&row)?;
            }
        }
    }
    loader.finish()
}

/// Numbers between -1 and 1, by Marsaglia's xorshift.
struct Chance(u32);

impl Chance {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / u32::MAX as f32 * 2.0 - 1.0
    }
}

/// What one thread of this machine can do at most, in this build: the best of a few runs of loops that do nothing else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// f32, with four lanes.
    pub multiply_adds_per_second: f64,
    /// Read from memory that no cache holds.
    pub bytes_per_second: f64,
}

/// Measures [`Peak`] in about a tenth of a second.
///
/// # Errors
/// [`Error::OutOfMemory`] without 64 MB for the reading.
pub fn peak() -> Result<Peak> {
    const RUNS: usize = 5;
    const ROUNDS: usize = 200_000;
    const CHAINS: usize = 8;
    const READ_BYTES: usize = 1 << 26;
    let best = |work: &mut dyn FnMut()| {
        let times = (0..RUNS).map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64()
        });
        times.fold(f64::INFINITY, f64::min).max(1e-9)
    };
    let (factor, more) = (F32x4::splat(black_box(0.999)), F32x4::splat(black_box(0.001)));
    let arithmetic = best(&mut || {
        let mut sums = [more; CHAINS];
        for _ in 0..ROUNDS {
            sums = sums.map(|sum| sum.mul_add(factor, more));
        }
        black_box(sums.map(F32x4::lanes));
    });
    let memory = filled(READ_BYTES / size_of::<[f32; 4]>(), [1.0_f32; 4], "the measurement")?;
    let reading = best(&mut || {
        let mut sums = [F32x4::splat(0.0); CHAINS];
        for lanes in memory.as_chunks::<CHAINS>().0 {
            for (sum, lanes) in sums.iter_mut().zip(lanes) {
                *sum = sum.add(F32x4::load(lanes));
            }
        }
        black_box(sums.map(F32x4::lanes));
    });
    Ok(Peak {
        multiply_adds_per_second: (ROUNDS * CHAINS * F32x4::LANES) as f64 / arithmetic,
        bytes_per_second: READ_BYTES as f64 / reading,
    })
}
