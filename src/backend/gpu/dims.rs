//! Sizes on the GPU, where rows are padded so that every load is a whole vector and every block whole.

use crate::error::{Error, Result};
use crate::model::{Architecture, Config, Heads};
use crate::state::State;

/// Rows are padded to multiples of this many values: a block of int8, eight vectors.
pub const BLOCK: usize = 32;

/// Tokens that a chunk of the selective scan has, and one of Mamba-2's matrix form.
const SCAN_CHUNK: usize = 64;
const SSD_CHUNK: usize = 32;

/// Memory that the ring of states, and the activations of a prefill, may take.
const SLOT_BYTES: usize = 64 << 20;
const ACTIVATION_BYTES: usize = 48 << 20;
/// So many tokens read ahead in one submit, at most.
pub const MOST_AHEAD: usize = 16;
const MOST_TOKENS: usize = 2048;

/// How a row of several things lies on the GPU: each begins at a whole block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections([usize; 4]);

impl Sections {
    /// At most four, with so many values each.
    fn new(lengths: &[usize]) -> Self {
        Self(core::array::from_fn(|i| lengths.get(i).copied().unwrap_or(0)))
    }

    pub fn one(length: usize) -> Self {
        Self::new(&[length])
    }

    /// Values, padding included.
    pub fn padded(&self) -> usize {
        self.0.iter().map(|length| length.next_multiple_of(BLOCK)).sum()
    }

    /// Where a section begins, with the padding.
    pub fn start(&self, section: usize) -> usize {
        self.0[..section].iter().map(|length| length.next_multiple_of(BLOCK)).sum()
    }

    /// Of each section: where it begins without padding, with it, and how long it is.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        (0..self.0.len()).map(|i| (self.0[..i].iter().sum(), self.start(i), self.0[i]))
    }

    /// A row with its padding.
    fn pad(&self, row: &[f32], out: &mut [f32]) {
        for (from, to, length) in self.runs() {
            out[to..to + length].copy_from_slice(&row[from..from + length]);
        }
    }

    /// A row without it.
    fn unpad(&self, padded: &[f32], row: &mut [f32]) {
        for (to, from, length) in self.runs() {
            row[to..to + length].copy_from_slice(&padded[from..from + length]);
        }
    }
}

/// Padded dimensions, and how many of each thing are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dims {
    /// D and E, padded to whole blocks.
    pub d: usize,
    pub e: usize,
    pub n: usize,
    pub r: usize,
    pub k: usize,
    /// Mamba-2's.
    pub heads: Option<Heads>,
    /// The rows of in_proj: x and z; in Mamba-2 z, x, B and C, dt.
    pub projected: Sections,
    /// What the convolution runs over: x; in Mamba-2 x, B and C.
    pub convolved: Sections,
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
    /// Whether one kernel can do what x_proj and `step` do, and whether it does: fewer dispatches for more arithmetic.
    pub can_fuse: bool,
    pub fused: bool,
    /// The most tokens of a prefill call.
    pub tokens: usize,
    /// Tokens of a chunk, of which a long call has several side by side.
    pub chunk: usize,
}

impl Dims {
    /// # Errors
    /// [`Error::OutOfMemory`] when the state is larger than this GPU can bind.
    pub fn new(c: &Config, limits: &wgpu::Limits) -> Result<Self> {
        let (d, e) = (c.d_model.next_multiple_of(BLOCK), c.d_inner.next_multiple_of(BLOCK));
        let (k, n, r) = (c.d_conv, c.d_state, c.dt_rank);
        let x_dbl = (r + 2 * n).next_multiple_of(4);
        let scores = c.vocab.next_multiple_of(4);
        let (heads, projected, convolved, chunk) = match c.architecture {
            Architecture::Mamba | Architecture::FalconMamba { .. } => {
                (None, Sections::new(&[c.d_inner, c.d_inner]), Sections::one(c.d_inner), SCAN_CHUNK)
            }
            Architecture::Mamba2(heads) => {
                let b_c = 2 * heads.groups * n;
                let projected = Sections::new(&[c.d_inner, c.d_inner, b_c, heads.heads]);
                (Some(heads), projected, Sections::new(&[c.d_inner, b_c]), SSD_CHUNK)
            }
        };
        let layer_bytes = ((k - 1) * convolved.padded() + n * e) * 4;
        let slot_bytes = c.layers * layer_bytes + scores * 4;
        let most_bound = usize::try_from(limits.max_storage_buffer_binding_size).unwrap_or(usize::MAX);
        let most_buffer = usize::try_from(limits.max_buffer_size).unwrap_or(usize::MAX);
        let room = SLOT_BYTES.max(3 * slot_bytes) / slot_bytes;
        let slots = room
            .min(3 * MOST_AHEAD + 1)
            .min(most_bound / layer_bytes)
            .min(most_buffer / slot_bytes)
            .min(most_bound / (scores * 4));
        // The largest activation: in_proj's output, or the states at the chunks' ends.
        let token_bytes = (projected.padded() * 4).max((n + 1) * e * 4 / chunk);
        let tokens = (ACTIVATION_BYTES.min(most_bound) / token_bytes).clamp(1, MOST_TOKENS);
        if slots < 3 || most_bound < token_bytes {
            return Err(Error::OutOfMemory(format!(
                "The model's state ({} MB) is too large for this GPU.",
                slot_bytes / 1_000_000
            )));
        }
        let ahead = ((slots - 1) / 3).clamp(1, MOST_AHEAD);
        let (layers, vocab) = (c.layers, c.vocab);
        // The limits of shaders/mixer.wgsl, and where its arithmetic would cost more than a browser's dispatch.
        let can_fuse =
            c.architecture == Architecture::Mamba && e <= 2560 && r + 2 * n <= 128 && (r + 2 * n) * e <= 1 << 18;
        Ok(Self {
            d,
            e,
            n,
            r,
            k,
            heads,
            projected,
            convolved,
            x_dbl,
            vocab,
            scores,
            layers,
            slots,
            ahead,
            can_fuse,
            fused: can_fuse && cfg!(target_arch = "wasm32"),
            tokens,
            chunk,
        })
    }

    /// W: channels of the convolution.
    pub fn width(&self) -> usize {
        self.convolved.padded()
    }

    /// Where its channels begin in a row of in_proj's output.
    pub fn conv_from(&self) -> usize {
        if self.heads.is_some() { self.projected.start(1) } else { 0 }
    }

    /// Rows of A: one for each state, in Mamba-2 one for all.
    pub fn a_rows(&self) -> usize {
        if self.heads.is_some() { 1 } else { self.n }
    }

    /// Floats of one layer's state in a slot: the window `[K-1, W]`, then h `[N, E]`.
    pub fn layer_slot(&self) -> usize {
        self.hidden() + self.n * self.e
    }

    /// Where in it h begins.
    pub fn hidden(&self) -> usize {
        (self.k - 1) * self.width()
    }

    /// Bytes of one layer's states, all slots, so that the next layer's begin where a binding may.
    pub fn layer_stride(&self) -> usize {
        (self.slots * self.layer_slot() * 4).next_multiple_of(256)
    }

    /// Floats of a whole state, layer after layer.
    pub fn state_len(&self) -> usize {
        self.layers * self.layer_slot()
    }

    /// `state` as the GPU has it: `[L, (K-1) W + N E]`, padded.
    pub fn pad(&self, c: &Config, state: &mut State) -> Vec<f32> {
        let mut padded = vec![0.0; self.state_len()];
        for (layer, out) in padded.chunks_exact_mut(self.layer_slot()).enumerate() {
            let from = state.layer(layer);
            let (window, h) = out.split_at_mut(self.hidden());
            for (out, row) in window.chunks_exact_mut(self.width()).zip(from.conv.chunks_exact(c.conv_width())) {
                self.convolved.pad(row, out);
            }
            for (out, row) in h.chunks_exact_mut(self.e).zip(from.ssm.chunks_exact(c.d_inner)) {
                out[..c.d_inner].copy_from_slice(row);
            }
        }
        padded
    }

    /// The other way round.
    pub fn unpad(&self, c: &Config, padded: &[f32], state: &mut State) {
        for (layer, from) in padded.chunks_exact(self.layer_slot()).enumerate() {
            let to = state.layer(layer);
            let (window, h) = from.split_at(self.hidden());
            for (row, from) in to.conv.chunks_exact_mut(c.conv_width()).zip(window.chunks_exact(self.width())) {
                self.convolved.unpad(from, row);
            }
            for (row, from) in to.ssm.chunks_exact_mut(c.d_inner).zip(h.chunks_exact(self.e)) {
                row.copy_from_slice(&from[..c.d_inner]);
            }
        }
    }
}
