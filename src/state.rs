//! The recurrent state: all that the model remembers, as a list of memories. The model's layers describe them.
//!
//! In Mamba and Mamba-2 each layer has two memories of fixed size, together L * (E * N + W * (K - 1)) floats, whatever
//! the number of tokens read. W is the width of the convolution: E, in Mamba-2 E + 2 G N. Attention has two rings, the keys
//! and the values of the last M tokens; an MLP has nothing.
//!
//! ```
//! use mamba_web::model::Config;
//! use mamba_web::state::State;
//!
//! # fn main() -> mamba_web::Result<()> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default/config.json");
//! # let json = std::fs::read_to_string(path).unwrap_or_default();
//! let state = State::try_new(&Config::parse(&json)?)?;
//! // 16 layers, E = 896, N = 16, K = 4, floats of 4 bytes.
//! assert_eq!(state.bytes(), 16 * 896 * (16 + 3) * 4);
//! # Ok(())
//! # }
//! ```

mod compare;
mod file;

use core::sync::atomic::{AtomicU64, Ordering};

pub use compare::Difference;
pub(crate) use compare::mix;
pub use file::{Content, Identity, Packing, Snapshot, TEXT_BYTES};

use crate::allocate::{copied, filled};
use crate::error::{Error, Result};
use crate::model::{Config, Memory, MemoryKind, Mixer};

/// Identifies the content of a state: states with the same stamp are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64);

impl Stamp {
    fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The state of one sequence, in f32. It may be hundreds of megabytes, so every copy of it can fail.
///
/// Channels run fastest in all memories, because each channel's recurrence is independent of all others: neighbouring
/// SIMD lanes (and GPU threads) own neighbouring channels.
#[derive(Debug)]
pub struct State {
    /// Of each layer its memories, in the order of [`Mixer::memories`].
    layers: Vec<Vec<Held>>,
    /// Tokens read so far.
    pub position: u64,
    stamp: Stamp,
    /// Whether nothing has been written since it was made of zeros.
    is_blank: bool,
}

/// A memory and its values: all of them, or of a copy those of the rows that hold something.
#[derive(Debug)]
struct Held {
    memory: Memory,
    values: Vec<f32>,
}

impl Held {
    /// The values of the rows that hold something after `position` tokens.
    fn used(&self, position: u64) -> &[f32] {
        &self.values[..self.memory.rows_at(position) * self.memory.width]
    }
}

/// Compares the content and ignores the stamps.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let equal = |(a, b): (&Held, &Held)| a.memory == b.memory && a.used(self.position) == b.used(self.position);
        let all_equal = |(a, b): (&Vec<Held>, &Vec<Held>)| a.len() == b.len() && a.iter().zip(b).all(equal);
        self.position == other.position
            && self.layers.len() == other.layers.len()
            && self.layers.iter().zip(&other.layers).all(all_equal)
    }
}

/// One layer's part of the state; a memory that the layer does not have is empty.
pub struct LayerState<'a> {
    /// `[K-1, W]`, oldest input first.
    pub conv: &'a mut [f32],
    /// `[N, E]`.
    pub ssm: &'a mut [f32],
    /// `[M, J S]`, the row of token t is number t % M.
    pub keys: &'a mut [f32],
    /// As `keys`.
    pub values: &'a mut [f32],
}

impl State {
    /// The state before the first token: all zeros.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine has no room for it.
    pub fn try_new(config: &Config) -> Result<Self> {
        Self::with_memories(config.layers.iter().map(Mixer::memories), config.state_bytes())
    }

    /// `bytes` is their total size, for the error's sentence.
    fn with_memories<M: IntoIterator<Item = Memory>>(layers: impl Iterator<Item = M>, bytes: u64) -> Result<Self> {
        let held = |memory: Memory| {
            let values = memory.values().and_then(|values| usize::try_from(values).ok());
            let values = filled(values.ok_or_else(|| no_room(bytes))?, 0.0, "a state").map_err(|_| no_room(bytes))?;
            Ok(Held { memory, values })
        };
        let layers = layers.map(|memories| memories.into_iter().map(held).collect()).collect::<Result<_>>()?;
        Ok(Self { layers, position: 0, stamp: Stamp::fresh(), is_blank: true })
    }

    /// A copy. It has the same stamp, since its content is equal. Of a ring that is not full it holds only the rows in use,
    /// until it is [made whole](State::make_whole): a copy to go back to may never be read on.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine has no room for a second one; nothing has changed then.
    pub fn try_clone(&self) -> Result<Self> {
        let held = |held: &Held| {
            let values = copied(held.used(self.position), "a copy of the state").map_err(|_| no_room(self.bytes()))?;
            Ok(Held { memory: held.memory, values })
        };
        let layers = self.layers.iter().map(|layer| layer.iter().map(held).collect()).collect::<Result<_>>()?;
        Ok(Self { layers, ..*self })
    }

    /// Takes the rest of the memory of a copy. A backend does this before it reads.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the machine has no room for it; nothing has changed then.
    pub fn make_whole(&mut self) -> Result<()> {
        for held in self.layers.iter_mut().flatten() {
            // It was allocated before, so both numbers fit.
            let len = held.memory.rows() * held.memory.width;
            let bytes = (len as u64).saturating_mul(size_of::<f32>() as u64);
            held.values.try_reserve_exact(len - held.values.len()).map_err(|_| no_room(bytes))?;
            held.values.resize(len, 0.0);
        }
        Ok(())
    }

    /// Names the content, for a backend that keeps a copy.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Gives the state a fresh stamp, because its content is about to change.
    pub fn renew(&mut self) {
        self.stamp = Stamp::fresh();
    }

    /// Whether it is certainly all zeros, so that a backend elsewhere need not be sent them.
    pub fn is_blank(&self) -> bool {
        self.is_blank
    }

    /// The memories, to be changed.
    fn layers_mut(&mut self) -> &mut Vec<Vec<Held>> {
        self.is_blank = false;
        &mut self.layers
    }

    /// True when the memories are those of the model.
    pub fn fits(&self, config: &Config) -> bool {
        self.layers.len() == config.layers.len()
            && self.layers.iter().zip(&config.layers).all(|(layer, mixer)| {
                layer.iter().map(|held| held.memory).eq(mixer.memories()) // so the lengths are equal, too
            })
    }

    /// The memories of one layer, to be changed in place.
    ///
    /// # Panics
    /// When `layer` is not below L.
    pub fn layer(&mut self, layer: usize) -> LayerState<'_> {
        let mut state = LayerState { conv: &mut [], ssm: &mut [], keys: &mut [], values: &mut [] };
        for held in &mut self.layers_mut()[layer] {
            match held.memory.kind {
                MemoryKind::Conv => state.conv = &mut held.values,
                MemoryKind::Ssm => state.ssm = &mut held.values,
                MemoryKind::Keys => state.keys = &mut held.values,
                MemoryKind::Values => state.values = &mut held.values,
            }
        }
        state
    }

    /// The bytes that the state occupies, the same at every position; fewer for a copy that was not made whole.
    pub fn bytes(&self) -> u64 {
        self.layers.iter().flatten().map(|held| size_of_val(held.values.as_slice()) as u64).sum()
    }

    /// The layers' memories of a kind, with the layers' numbers.
    pub fn memories(&self, kind: MemoryKind) -> impl Iterator<Item = (usize, &[f32])> {
        let layers = self.layers.iter().enumerate();
        let all = layers.flat_map(|(layer, memories)| memories.iter().map(move |held| (layer, held)));
        all.filter(move |(_, held)| held.memory.kind == kind).map(|(layer, held)| (layer, held.values.as_slice()))
    }

    /// All memories, layer after layer.
    pub fn all(&self) -> impl Iterator<Item = &[f32]> {
        self.layers.iter().flatten().map(|held| held.values.as_slice())
    }

    /// The windows of all layers one after the other, `[L, K-1, W]`, for inspection.
    pub fn conv(&self) -> Vec<f32> {
        self.memories(MemoryKind::Conv).flat_map(|(_, values)| values).copied().collect()
    }

    /// The hidden states of all layers one after the other, `[L, N, E]`, for inspection.
    pub fn ssm(&self) -> Vec<f32> {
        self.memories(MemoryKind::Ssm).flat_map(|(_, values)| values).copied().collect()
    }
}

fn no_room(bytes: u64) -> Error {
    let megabytes = bytes.div_ceil(1_000_000);
    Error::OutOfMemory(format!("There is no memory for another copy of the model's state ({megabytes} MB)."))
}
