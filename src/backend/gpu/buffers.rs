//! Buffers for the data between kernels.

use super::device::Device;
use super::dims::{Dims, MixerDims};
use super::matrix::Memory;
use super::rings::RingDims;
use crate::sampler::RECENT_TOKENS;

/// Words of `Request`: eight numbers, 64 pairs, 64 words.
pub const REQUEST_WORDS: usize = 8 + 2 * 64 + 64;
/// Steps that a submit can have, from `Request.chance`.
pub const MOST_STEPS: usize = 64;
/// Sequences that may decode together, and the words that each has in `Control`.
pub const MOST_SEQUENCES: usize = 8;
pub const CONTROL_WORDS: usize = 12;
/// Scores that a workgroup of `rank` looks at, and what it keeps of them.
pub const LIST_SCORES: usize = 1024;
const KEPT_SCORES: usize = 64;

/// All buffers but those of the weights.
pub struct Buffers {
    /// `Control` of `shaders/shared/control.wgsl`, for as many sequences as a kernel may look for.
    pub control: wgpu::Buffer,
    /// Ids to read.
    pub tokens: wgpu::Buffer,
    /// Of each layer `[slots, (K-1) W + N E]`, from [`LayerDims::ring`](super::dims::LayerDims::ring) on.
    pub state: wgpu::Buffer,
    /// `[slots, V]`
    pub scores: wgpu::Buffer,
    /// `Request` of `shaders/shared/request.wgsl`, of each sequence.
    pub request: wgpu::Buffer,
    /// Of each seat a ring of the most recent ids.
    pub recent: wgpu::Buffer,
    /// Of each sequence the ids chosen in a submit.
    pub chosen: wgpu::Buffer,
    pub residual: wgpu::Buffer,
    pub u: wgpu::Buffer,
    /// in_proj's output: x and z; in Mamba-2 z, x, B and C, dt. For one token convolved already.
    pub projected: wgpu::Buffer,
    /// The convolution's output, `[T, W]`.
    pub convolved: wgpu::Buffer,
    /// Mamba-1's `[T, R + 2N]` and `[T, E]`.
    pub x_dbl: wgpu::Buffer,
    pub dt: wgpu::Buffer,
    /// out_proj's input, `[T, E]`; for one token of attention see `shaders/shared/attention_parts.wgsl`.
    pub y: wgpu::Buffer,
    /// Of each attention layer the keys and the values, `[seats, M and more, J, S]`.
    pub rings: Vec<Option<[wgpu::Buffer; 2]>>,
    /// Of each chunk what its kernels pass on, see [`MixerDims::chunk_len`].
    pub chunks: wgpu::Buffer,
    pub best: wgpu::Buffer,
    /// Of all of them.
    pub bytes: u64,
}

impl Buffers {
    /// Buffers of zeros. The caller's error scope reports if there was no room.
    pub fn new(device: &Device, dims: &Dims) -> Self {
        let memory = &mut Memory { device, bytes: 0 };
        let (t, seats) = (dims.tokens, dims.seats);
        Self {
            control: memory.floats("control", MOST_SEQUENCES * CONTROL_WORDS),
            tokens: memory.floats("tokens", t),
            state: memory.buffer("state", dims.ring_bytes()),
            scores: memory.floats("scores", dims.slots * dims.scores),
            request: memory.floats("request", seats * REQUEST_WORDS),
            recent: memory.floats("recent", seats * RECENT_TOKENS),
            chosen: memory.floats("chosen", seats * MOST_STEPS),
            residual: memory.floats("residual", t * dims.d),
            u: memory.floats("u", t * dims.d),
            projected: memory.floats("projected", t * dims.most(|m| m.projected.padded())),
            convolved: memory.floats("convolved", t * dims.most(MixerDims::width)),
            x_dbl: memory.floats("x_dbl", t * dims.most(|m| m.x_dbl)),
            dt: memory.floats("dt", t * dims.most(|m| if m.x_dbl > 0 { m.e } else { 0 })),
            y: memory.buffer("y", dims.mixed() * 4),
            rings: dims.layers.iter().map(|layer| layer.rings.map(|rings| memory.rings(&rings, seats))).collect(),
            chunks: memory.floats("chunks", dims.most(|m| m.chunk_ends(t))),
            best: memory.floats("best", seats * dims.vocab.div_ceil(LIST_SCORES) * KEPT_SCORES * 2),
            bytes: memory.bytes,
        }
    }
}

impl Memory<'_> {
    fn rings(&mut self, rings: &RingDims, seats: usize) -> [wgpu::Buffer; 2] {
        ["keys", "values"].map(|name| self.buffer(name, seats as u64 * rings.bytes()))
    }
}
