//! Sizes on the GPU, where rows are padded so that every load is a whole vector and every block whole.

use super::buffers::MOST_SEQUENCES;
use super::matrix::Format;
use super::rings::RingDims;
use crate::error::{Error, Result};
use crate::model::{Config, Mixer};

/// Rows are padded to multiples of this many values: a block of int8, eight vectors.
pub const BLOCK_COLUMNS: usize = 32;

/// Tokens of a chunk of Mamba-1's scan, and of Mamba-2's matrix form (`CHUNK` of `shaders/shared/mamba2_chunk.wgsl`).
const MAMBA1_CHUNK_TOKENS: usize = 64;
const MAMBA2_CHUNK_TOKENS: usize = 64;

/// The most memory of the ring of states where there is enough, and where there is little. The first holds four tokens a
/// submit of a state as large as that of Mamba-2 130M (19 MB).
const RING_BYTES: u64 = 256 << 20;
const SMALL_RING_BYTES: u64 = 64 << 20;
/// The most memory of the activations of a prefill.
const ACTIVATION_BYTES: u64 = 48 << 20;
/// Tokens read ahead in one submit, at most.
pub const MOST_AHEAD_TOKENS: usize = 16;
const MOST_BLOCK_TOKENS: usize = 2048;
/// Slots of a sequence that decodes with others: at least one that is looked at and two submits of a token, at most two of
/// four tokens. More would hide no more of the way to the host, since a submit has these tokens of each of them.
const LEAST_SEAT_SLOTS: usize = 4;
const MOST_SEAT_SLOTS: usize = 13;
/// The largest state whose bytes, with the scores, 32 bits can count.
const MOST_STATE_BYTES: u64 = 1 << 31;
/// Channels of an attention head for which `shaders/attention/step.wgsl` has room in workgroup memory.
const MOST_HEAD_CHANNELS: usize = 256;
/// Where a binding may begin: what WebGPU promises everywhere.
const BINDING_ALIGNMENT_BYTES: u64 = 256;

/// The layout of a row that holds several sections. Each begins at a whole block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections([usize; MOST_SECTIONS]);

/// Mamba-2's, and those of the attention beside it.
const MOST_SECTIONS: usize = 4 + 3;

impl Sections {
    /// At most [`MOST_SECTIONS`], with so many values each.
    fn new(lengths: &[usize]) -> Self {
        Self(core::array::from_fn(|i| lengths.get(i).copied().unwrap_or(0)))
    }

    pub fn one(length: usize) -> Self {
        Self::new(&[length])
    }

    /// These, and behind them the others.
    fn and(&self, other: &Self) -> Self {
        let mut lengths = self.0.iter().chain(&other.0).copied().filter(|&length| length > 0);
        Self(core::array::from_fn(|_| lengths.next().unwrap_or(0)))
    }

    /// Values, padding included.
    pub fn padded(&self) -> usize {
        self.0.iter().map(|length| length.next_multiple_of(BLOCK_COLUMNS)).sum()
    }

    /// Where a section begins, with the padding.
    pub fn start(&self, section: usize) -> usize {
        self.0[..section].iter().map(|length| length.next_multiple_of(BLOCK_COLUMNS)).sum()
    }

    /// Of each section: where it begins without padding, with it, and how long it is.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        (0..self.0.len()).map(|i| (self.0[..i].iter().sum(), self.start(i), self.0[i]))
    }

    /// A row with its padding.
    pub fn pad(&self, row: &[f32], out: &mut [f32]) {
        for (from, to, length) in self.runs() {
            out[to..to + length].copy_from_slice(&row[from..from + length]);
        }
    }

    /// A row without it.
    pub fn unpad(&self, padded: &[f32], row: &mut [f32]) {
        for (to, from, length) in self.runs() {
            row[to..to + length].copy_from_slice(&padded[from..from + length]);
        }
    }
}

/// A mixer's dimensions with their padding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixerDims {
    /// Without it.
    pub mixer: Mixer,
    /// Columns of out_proj, padded to whole blocks: E; in attention Q S, in an MLP F.
    pub e: usize,
    /// N, and K: 0 and 1 in attention and MLP.
    pub n: usize,
    pub k: usize,
    /// The rows of in_proj: x and z; in Mamba-2 z, x, B and C, dt; in attention q, k, v; in an MLP g and u.
    pub own: Sections,
    /// The rows of the matrix that they lie in, whose product is one row of activations: those of Mamba-2 and of the
    /// attention beside it are one.
    pub projected: Sections,
    /// Where the layer's own begin there.
    pub from: usize,
    /// The same of its result for one token: out_proj reads both.
    pub mixed_from: usize,
    /// Whether that matrix has a bias.
    pub in_bias: bool,
    /// What the convolution runs over: x; in Mamba-2 x, B and C.
    pub convolved: Sections,
    /// Values in a row of x_dbl: R + 2N, padded to whole vectors; 0 in Mamba-2.
    pub x_dbl: usize,
    /// Tokens of a chunk, of which a long call has several side by side.
    pub chunk: usize,
}

impl MixerDims {
    /// Of all layers of a model.
    fn all(layers: &[Mixer]) -> Vec<Self> {
        let mut all: Vec<Self> = layers.iter().copied().map(Self::new).collect();
        for at in 1..all.len() {
            if all[at].mixer.is_beside() {
                let (own, beside) = (all[at - 1], &mut all[at]);
                (beside.projected, beside.from) = (own.own.and(&beside.own), own.own.padded());
                beside.mixed_from = own.e;
                beside.in_bias |= own.in_bias;
                let both = *beside;
                all[at - 1] = Self { projected: both.projected, in_bias: both.in_bias, ..own };
            }
        }
        all
    }

    fn new(mixer: Mixer) -> Self {
        let d_inner = mixer.d_inner();
        let (own, convolved, x_dbl, chunk) = match mixer {
            Mixer::Mamba1(m) => {
                let own = Sections::new(&[d_inner, d_inner]);
                (own, Sections::one(d_inner), m.x_proj_rows().next_multiple_of(4), MAMBA1_CHUNK_TOKENS)
            }
            Mixer::Mamba2(m) => {
                let own = Sections::new(&[d_inner, d_inner, m.b_c_width(), m.heads.heads]);
                (own, Sections::new(&[d_inner, m.b_c_width()]), 0, MAMBA2_CHUNK_TOKENS)
            }
            Mixer::Attention(m) => {
                let own = Sections::new(&[m.q_width(), m.kv_width(), m.kv_width()]);
                (own, Sections::one(0), 0, MAMBA1_CHUNK_TOKENS)
            }
            Mixer::Mlp(m) => (Sections::new(&[m.d_hidden; 2]), Sections::one(0), 0, MAMBA1_CHUNK_TOKENS),
        };
        let e = d_inner.next_multiple_of(BLOCK_COLUMNS);
        let (n, k, in_bias) = (mixer.d_state(), mixer.d_conv().max(1), mixer.use_bias());
        Self { mixer, e, n, k, own, projected: own, from: 0, mixed_from: 0, in_bias, convolved, x_dbl, chunk }
    }

    /// S, if there are more than a workgroup has room for.
    fn too_many_head_channels(&self) -> Option<usize> {
        match self.mixer {
            Mixer::Attention(attention) if attention.head_dim > MOST_HEAD_CHANNELS => Some(attention.head_dim),
            _ => None,
        }
    }

    /// Whether there is a convolution, and a state after it.
    pub fn has_conv(&self) -> bool {
        self.width() > 0
    }

    /// Values of A and D.
    pub fn a_d(&self) -> usize {
        if self.has_conv() { (self.a_rows() + 1) * self.e } else { 0 }
    }

    /// W: channels of the convolution.
    pub fn width(&self) -> usize {
        self.convolved.padded()
    }

    /// Where its channels begin in a row of in_proj's output.
    pub fn conv_from(&self) -> usize {
        match self.mixer {
            Mixer::Mamba1(_) => 0,
            Mixer::Mamba2(_) => self.projected.start(1),
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        }
    }

    /// Rows of A: one for each state, in Mamba-2 one for all.
    pub fn a_rows(&self) -> usize {
        match self.mixer {
            Mixer::Mamba1(_) => self.n,
            Mixer::Mamba2(_) => 1,
            Mixer::Attention(_) | Mixer::Mlp(_) => 0,
        }
    }

    /// Values of the mixer's result for a token; an MLP leaves it to out_proj.
    pub fn mixed(&self) -> usize {
        if let Mixer::Mlp(_) = self.mixer { 0 } else { self.e }
    }

    /// Values of a chunk that kernels pass on: its states `[N, E]`, its sum of dt `[E]`, in Mamba-2 C . B of each group.
    /// Counted so that they cannot wrap.
    pub fn chunk_len(&self) -> u64 {
        let scores = match self.mixer {
            Mixer::Mamba2(own) => (own.heads.groups * self.chunk * self.chunk) as u64,
            _ => 0,
        };
        if self.has_conv() { (self.n + 1) as u64 * self.e as u64 + scores } else { 0 }
    }

    /// Values of all chunks of a call of so many tokens.
    pub fn chunk_ends(&self, tokens: usize) -> usize {
        tokens.div_ceil(self.chunk) * self.chunk_len() as usize
    }

    /// Floats of the layer's state in a slot: the window `[K-1, W]`, then h `[N, E]`.
    pub fn slot(&self) -> usize {
        self.hidden() + self.n * self.e
    }

    /// Where in it h begins.
    pub fn hidden(&self) -> usize {
        (self.k - 1) * self.width()
    }

    /// The bytes of [`slot`](Self::slot), counted so that they cannot wrap.
    fn slot_bytes(&self) -> u64 {
        ((self.k - 1) as u64 * self.width() as u64 + self.n as u64 * self.e as u64) * 4
    }

    /// Bytes of a token's largest activation: in_proj's output, or its share of the states at the chunks' ends.
    fn token_bytes(&self) -> u64 {
        let ends = self.chunk_len() * 4 / self.chunk as u64;
        (self.projected.padded() as u64 * 4).max(ends)
    }

    /// Whether one kernel can replace x_proj and `step`, with fewer dispatches and more arithmetic. The limits are
    /// those of shaders/mamba1/mixer.wgsl, and the size at which its arithmetic costs more than a dispatch in a
    /// browser.
    pub fn can_fuse(&self) -> bool {
        match self.mixer {
            Mixer::Mamba1(m) => {
                let rows = m.x_proj_rows();
                m.part_norms.is_none() && self.e <= 2560 && rows <= 128 && rows * self.e <= 1 << 18
            }
            Mixer::Mamba2(_) | Mixer::Attention(_) | Mixer::Mlp(_) => false,
        }
    }
}

/// A layer's dimensions, and where its states are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerDims {
    pub mixer: MixerDims,
    /// In the buffer of all states, in bytes: slot after slot.
    pub ring: u64,
    /// In a whole state, in floats.
    pub start: usize,
    /// Only of attention.
    pub rings: Option<RingDims>,
}

impl LayerDims {
    /// Where in the buffer of all states the layer's part of a slot begins, and how many bytes it has.
    pub fn place(&self, slot: usize) -> (u64, u64) {
        let bytes = self.mixer.slot_bytes();
        (self.ring + slot as u64 * bytes, bytes)
    }

    /// Values that the layer leaves for out_proj for one token: with attention the parts of its result too, behind those of
    /// the Mamba-2 that it stands beside.
    pub fn mixed_row(&self) -> u64 {
        let parts = self.rings.map(|rings| self.mixer.mixed_from as u64 + rings.parts_len());
        parts.unwrap_or(self.mixer.mixed() as u64)
    }

    /// The layer's part of a whole state.
    pub fn of<'s>(&self, state: &'s [f32]) -> &'s [f32] {
        &state[self.start..][..self.mixer.slot()]
    }
}

/// Padded dimensions, and how many of each thing are kept. All products fit in 32 bits where they are `usize`:
/// [`Config::checked`] and [`Dims::new`] see to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dims {
    /// D, padded to whole blocks.
    pub d: usize,
    pub layers: Vec<LayerDims>,
    /// V, and V padded to whole vectors.
    pub vocab: usize,
    pub scores: usize,
    /// States (and scores) in the ring: those of the tokens that may be looked at, and of two submits.
    pub slots: usize,
    /// The most tokens of a submit that generates.
    pub ahead: usize,
    /// Whether layers decode with fewer and larger kernels where they can.
    pub fused: bool,
    /// The most tokens of a prefill call.
    pub tokens: usize,
    /// Tokens of the smallest chunk that a layer has.
    pub chunk: usize,
    /// Words of the rings' rows in a whole state once the rings are full.
    pub ring_words: usize,
    /// Sequences that have a place in these buffers, and the slots of each.
    pub seats: usize,
    pub seat_slots: usize,
}

impl Dims {
    /// `format` is that of the large matrices. Rings are in f16 unless these are in f32.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when the state is larger than this GPU can bind, [`Error::NoWebGpu`] when a kernel has no room
    /// for the model's heads.
    pub fn new(c: &Config, limits: &wgpu::Limits, format: Format) -> Result<Self> {
        Self::with_ring(c, limits, format, RING_BYTES)
    }

    /// As [`Dims::new`] where memory is short: fewer tokens are read ahead in one submit.
    ///
    /// # Errors
    /// As [`Dims::new`].
    pub fn small(c: &Config, limits: &wgpu::Limits, format: Format) -> Result<Self> {
        Self::with_ring(c, limits, format, SMALL_RING_BYTES)
    }

    fn with_ring(c: &Config, limits: &wgpu::Limits, format: Format, ring_bytes: u64) -> Result<Self> {
        let mixers = MixerDims::all(&c.layers);
        let scores = c.vocab.next_multiple_of(4);
        let most = |of: fn(&MixerDims) -> u64| mixers.iter().map(of).max().unwrap_or(0).max(1);
        let (layer_bytes, token_bytes) = (most(MixerDims::slot_bytes), most(MixerDims::token_bytes));
        let scores_bytes = scores as u64 * 4;
        let slot_bytes = scores_bytes + mixers.iter().map(MixerDims::slot_bytes).sum::<u64>();
        let (most_bound, most_buffer) = (limits.max_storage_buffer_binding_size, limits.max_buffer_size);
        let slots = (ring_bytes.max(3 * slot_bytes) / slot_bytes)
            .min(3 * MOST_AHEAD_TOKENS as u64 + 1)
            .min(most_bound / layer_bytes)
            .min(most_buffer / slot_bytes)
            .min(most_bound / scores_bytes) as usize;
        let tokens = (ACTIVATION_BYTES.min(most_bound) / token_bytes).clamp(1, MOST_BLOCK_TOKENS as u64) as usize;
        if slots < 3 || most_bound < token_bytes || slot_bytes > MOST_STATE_BYTES {
            return Err(Error::OutOfMemory(format!(
                "The model's state ({} MB) is too large for this GPU.",
                slot_bytes / 1_000_000
            )));
        }
        if let Some(channels) = mixers.iter().find_map(MixerDims::too_many_head_channels) {
            return Err(Error::NoWebGpu(format!(
                "The model has attention heads of {channels} channels; on the GPU they may have {MOST_HEAD_CHANNELS}."
            )));
        }
        let (mut ring, mut start, mut words) = (0, 0, 0);
        let mut layers = Vec::new();
        for &mixer in &mixers {
            let attention = if let Mixer::Attention(attention) = mixer.mixer { Some(attention) } else { None };
            let rings = attention.map(|attention| RingDims {
                attention,
                rows: attention.window + tokens.max(slots),
                half: format != Format::F32,
            });
            if let Some(rings) = &rings {
                words += 2 * rings.state_words(u64::MAX);
                let bytes = rings.bytes().max((mixer.mixed_from as u64 + rings.parts_len()) * 4);
                if bytes > most_bound.min(most_buffer) || slot_bytes + words * 4 > MOST_STATE_BYTES.min(most_buffer) {
                    return Err(Error::OutOfMemory(format!(
                        "Attention over {} tokens needs rings of {} MB a layer, which are too large for this GPU. A \
                         smaller window needs less.",
                        attention.map_or(0, |attention| attention.window),
                        2 * bytes / 1_000_000
                    )));
                }
            }
            layers.push(LayerDims { mixer, ring, start, rings });
            ring += (slots as u64 * mixer.slot_bytes()).next_multiple_of(BINDING_ALIGNMENT_BYTES);
            start += mixer.slot();
        }
        Ok(Self {
            d: c.d_model.next_multiple_of(BLOCK_COLUMNS),
            layers,
            ring_words: words as usize,
            vocab: c.vocab,
            scores,
            slots,
            ahead: ((slots - 1) / 3).clamp(1, MOST_AHEAD_TOKENS),
            fused: cfg!(target_arch = "wasm32"),
            tokens,
            chunk: mixers.iter().map(|mixer| mixer.chunk).min().unwrap_or(MAMBA2_CHUNK_TOKENS),
            seats: 1,
            seat_slots: slots,
        })
    }

    /// The same model for sequences that decode together, each in a seat of its own: as many as there is room for, at most
    /// [`MOST_SEQUENCES`]. None where there is no room for two.
    pub fn together(&self, limits: &wgpu::Limits) -> Option<Self> {
        (2..=MOST_SEQUENCES).rev().find_map(|seats| self.with_seats(seats, limits))
    }

    fn with_seats(&self, seats: usize, limits: &wgpu::Limits) -> Option<Self> {
        let (most_bound, most_buffer) = (limits.max_storage_buffer_binding_size, limits.max_buffer_size);
        let scores_bytes = self.scores as u64 * 4;
        let slot_bytes = scores_bytes + self.layers.iter().map(|layer| layer.mixer.slot_bytes()).sum::<u64>();
        let layer_bytes = self.layers.iter().map(|layer| layer.mixer.slot_bytes()).max().unwrap_or(0).max(1);
        let rings = |rows: usize| self.layers.iter().filter_map(move |layer| layer.rings.map(|it| it.with_rows(rows)));
        let ring_bytes: u64 = rings(MOST_SEAT_SLOTS).map(|rings| 2 * rings.bytes()).sum();
        let most_slots = (RING_BYTES.checked_sub(seats as u64 * ring_bytes)? / slot_bytes)
            .min(most_bound / layer_bytes)
            .min(most_buffer / slot_bytes)
            .min(most_bound / scores_bytes);
        let seat_slots = (most_slots as usize / seats).min(MOST_SEAT_SLOTS);
        let largest_ring = rings(seat_slots).map(|rings| rings.bytes()).max().unwrap_or(0);
        if seat_slots < LEAST_SEAT_SLOTS || seats as u64 * largest_ring > most_bound.min(most_buffer) {
            return None;
        }
        let slots = seats * seat_slots;
        let ahead = ((seat_slots - 1) / 3).max(1);
        let mut dims = Self { slots, ahead, tokens: seats, seats, seat_slots, ..self.clone() };
        let mut ring = 0;
        for layer in &mut dims.layers {
            layer.ring = ring;
            layer.rings = layer.rings.map(|rings| rings.with_rows(seat_slots));
            ring += (slots as u64 * layer.mixer.slot_bytes()).next_multiple_of(BINDING_ALIGNMENT_BYTES);
        }
        (seats as u64 * dims.most_mixed_row() * 4 <= most_bound).then_some(dims)
    }

    /// The maximum of `of` over all layers.
    pub fn most(&self, of: impl Fn(&MixerDims) -> usize) -> usize {
        self.layers.iter().map(|layer| of(&layer.mixer)).max().unwrap_or(0)
    }

    /// Bytes of the buffer of all states, in which each layer has all its slots from [`LayerDims::ring`] on.
    pub fn ring_bytes(&self) -> u64 {
        let last = self.layers.last().map(|layer| layer.place(self.slots).0);
        last.unwrap_or(0).next_multiple_of(BINDING_ALIGNMENT_BYTES)
    }

    /// Values that mixers leave for out_proj: for a block, and for one token the parts of attention's result too.
    pub fn mixed(&self) -> u64 {
        (self.seats as u64 * self.most_mixed_row()).max(self.tokens as u64 * self.most(MixerDims::mixed) as u64)
    }

    /// The same for one token of one sequence.
    fn most_mixed_row(&self) -> u64 {
        self.layers.iter().map(LayerDims::mixed_row).max().unwrap_or(0)
    }

    /// The base and S of each kind of rotary positions.
    pub fn rotations(&self) -> Vec<(f32, usize)> {
        let mut all = Vec::new();
        for attention in self.layers.iter().filter_map(|layer| layer.rings).map(|rings| rings.attention) {
            let own = attention.rope_theta.map(|theta| (theta, attention.head_dim));
            all.extend(own.filter(|own| !all.contains(own)));
        }
        all
    }

    /// Whether layers have rings besides slots.
    pub fn has_rings(&self) -> bool {
        self.ring_words > 0
    }

    /// Bytes of the largest whole state: what a slot has, the scores, and the rings' rows.
    pub fn whole_bytes(&self) -> usize {
        (self.state_len() + self.scores + self.ring_words) * 4
    }

    /// Bytes of a whole state after `position` tokens.
    pub fn whole_bytes_at(&self, position: u64) -> usize {
        let rings = self.layers.iter().filter_map(|layer| layer.rings);
        let words: u64 = rings.map(|rings| 2 * rings.state_words(position)).sum();
        (self.state_len() + self.scores + words as usize) * 4
    }

    /// Floats of what a slot has of a state, layer after layer.
    pub fn state_len(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.start + layer.mixer.slot())
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Need;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Mamba-2 130M, whose state has 19 MB.
    #[test]
    fn a_large_state_is_read_ahead_where_there_is_memory() {
        let config = Config::parse(
            r#"{"model_type":"mamba2","vocab_size":50288,"hidden_size":768,"num_hidden_layers":24,"state_size":128,
                "num_heads":24,"head_dim":64,"n_groups":1}"#,
        )
        .unwrap();
        let limits = wgpu::Limits { max_buffer_size: 1 << 30, ..wgpu::Limits::default() };
        let dims = Dims::new(&config, &limits, Format::F16).unwrap();
        assert_eq!((dims.ahead, dims.tokens), (4, MOST_BLOCK_TOKENS));
        assert!(dims.ring_bytes() <= RING_BYTES);
        let small = Dims::small(&config, &limits, Format::F16).unwrap();
        assert_eq!(small.ahead, 1);
        assert!(small.ring_bytes() <= SMALL_RING_BYTES);
    }

    /// Sizes of the GPU, which wrapped above 4 GiB in the 32 bits of wasm.
    #[test]
    fn a_model_of_many_gigabytes_is_counted_in_full() {
        let config = Config::parse(
            r#"{"model_type":"falcon_mamba","vocab_size":65024,"hidden_size":4096,"num_hidden_layers":64,
                "intermediate_size":8192,"time_step_rank":256,"tie_word_embeddings":false}"#,
        )
        .unwrap();
        let dims = Dims::new(&config, &wgpu::Limits::default(), Format::F32).unwrap();
        let bytes = |format| Need::new(&config, &dims, format).weights;
        // 7,272,665,088 parameters: 4 bytes each in f32, 17 bits a weight and its share of a scale in int8.
        assert!((29_090_000_000..29_200_000_000).contains(&bytes(Format::F32)), "{}", bytes(Format::F32));
        assert!((7_700_000_000..8_400_000_000).contains(&bytes(Format::Int8)), "{}", bytes(Format::Int8));
        assert_eq!(dims.state_len(), 64 * (3 + 16) * 8192);
    }
}
