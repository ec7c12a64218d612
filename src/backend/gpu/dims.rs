//! Sizes on the GPU, where rows are padded so that every load is a whole vector and every block whole.

use crate::error::{Error, Result};
use crate::model::Config;
use crate::state::State;

/// Rows are padded to multiples of this many values: a block of int8, eight vectors.
pub const BLOCK: usize = 32;

/// Tokens that a chunk of the scan has.
pub const CHUNK: usize = 64;

/// Memory that the ring of states, and the activations of a prefill, may take.
const SLOT_BYTES: usize = 64 << 20;
const ACTIVATION_BYTES: usize = 48 << 20;
/// So many tokens read ahead in one submit, at most.
pub const MOST_AHEAD: usize = 16;
const MOST_TOKENS: usize = 2048;

/// Padded dimensions, and how many of each thing are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dims {
    /// D and E, padded to whole blocks.
    pub d: usize,
    pub e: usize,
    pub n: usize,
    pub r: usize,
    pub k: usize,
    /// Values in a row of x_dbl: R + 2N, padded to whole vectors.
    pub x_dbl: usize,
    /// V, and V padded to whole vectors.
    pub vocab: usize,
    pub scores: usize,
    pub layers: usize,
    /// States (and scores) in the ring: those of the tokens that may be looked at, and of two submits.
    pub slots: usize,
    /// The most tokens of a submit that generates.
    pub ahead: usize,
    /// Whether one kernel does what `mix` and `step` do: fewer dispatches for more arithmetic.
    pub fused: bool,
    /// The most tokens of a prefill call.
    pub tokens: usize,
}

impl Dims {
    /// # Errors
    /// [`Error::OutOfMemory`] when the state is larger than this GPU can bind.
    pub fn new(c: &Config, limits: &wgpu::Limits) -> Result<Self> {
        let (d, e) = (c.d_model.next_multiple_of(BLOCK), c.d_inner.next_multiple_of(BLOCK));
        let (k, n, r) = (c.d_conv, c.d_state, c.dt_rank);
        let x_dbl = (r + 2 * n).next_multiple_of(4);
        let scores = c.vocab.next_multiple_of(4);
        let slot_bytes = (c.layers * (n + k - 1) * e + scores) * 4;
        let most_bound = usize::try_from(limits.max_storage_buffer_binding_size).unwrap_or(usize::MAX);
        let most_buffer = usize::try_from(limits.max_buffer_size).unwrap_or(usize::MAX);
        let room = SLOT_BYTES.max(3 * slot_bytes) / slot_bytes;
        let slots = room
            .min(3 * MOST_AHEAD + 1)
            .min(most_bound / ((n + k - 1) * e * 4))
            .min(most_buffer / slot_bytes)
            .min(most_bound / (scores * 4));
        let token_bytes = 2 * e * 4; // the largest activation
        let tokens = (ACTIVATION_BYTES.min(most_bound) / token_bytes).clamp(1, MOST_TOKENS);
        if slots < 3 || most_bound < token_bytes {
            return Err(Error::OutOfMemory(format!(
                "The model's state ({} MB) is too large for this GPU.",
                slot_bytes / 1_000_000
            )));
        }
        let ahead = ((slots - 1) / 3).clamp(1, MOST_AHEAD);
        let (layers, vocab) = (c.layers, c.vocab);
        // The limits of shaders/mixer.wgsl, and where its arithmetic would cost more than a dispatch.
        let fused = e <= 2560 && r + 2 * n <= 256 && (r + 2 * n) * e <= 1 << 18;
        Ok(Self { d, e, n, r, k, x_dbl, vocab, scores, layers, slots, ahead, fused, tokens })
    }

    /// Floats of one layer's state in a slot: the window `[K-1, E]`, then h `[N, E]`.
    pub fn layer_slot(&self) -> usize {
        (self.k - 1 + self.n) * self.e
    }

    /// Bytes of one layer's states, all slots, so that the next layer's begin where a binding may.
    pub fn layer_stride(&self) -> usize {
        (self.slots * self.layer_slot() * 4).next_multiple_of(256)
    }

    /// Floats of a whole state, layer after layer.
    pub fn state_len(&self) -> usize {
        self.layers * self.layer_slot()
    }

    /// `state` as the GPU has it: `[L, K-1+N, E]`, padded.
    pub fn pad(&self, c: &Config, state: &mut State) -> Vec<f32> {
        let mut padded = vec![0.0; self.state_len()];
        for (layer, out) in padded.chunks_exact_mut(self.layer_slot()).enumerate() {
            let from = state.layer(layer);
            let rows = from.conv.chunks_exact(c.d_inner).chain(from.ssm.chunks_exact(c.d_inner));
            for (out, row) in out.chunks_exact_mut(self.e).zip(rows) {
                out[..c.d_inner].copy_from_slice(row);
            }
        }
        padded
    }

    /// The other way round.
    pub fn unpad(&self, c: &Config, padded: &[f32], state: &mut State) {
        for (layer, from) in padded.chunks_exact(self.layer_slot()).enumerate() {
            let to = state.layer(layer);
            let rows = to.conv.chunks_exact_mut(c.d_inner).chain(to.ssm.chunks_exact_mut(c.d_inner));
            for (row, from) in rows.zip(from.chunks_exact(self.e)) {
                row.copy_from_slice(&from[..c.d_inner]);
            }
        }
    }
}
