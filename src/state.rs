//! The recurrent state: all that the model remembers, in a size that never changes,
//! and the `.mstate` file that holds it.
//!
//! L * (E * N + W * (K - 1)) floats, whatever the number of tokens read. W is the width of the convolution:
//! E, in Mamba-2 E + 2 G N.

use core::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::checkpoint::copied;
use crate::error::{Error, Result};
use crate::model::Config;

/// Names one content of a state: two states with the same stamp hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64);

impl Stamp {
    fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The state of one sequence, in f32.
///
/// Channels run fastest in both parts, because each channel's recurrence is independent of all others:
/// neighbouring SIMD lanes (and GPU threads) own neighbouring channels.
#[derive(Debug, Clone)]
pub struct State {
    layers: usize,
    /// Values per layer of `conv`: (K - 1) * W.
    conv_len: usize,
    /// Values per layer of `ssm`: N * E.
    ssm_len: usize,
    /// The last K - 1 inputs of each convolution, `[L, K-1, W]`, oldest first.
    conv: Vec<f32>,
    /// The hidden state h, `[L, N, E]`; in Mamba-2 the channel e of E is number e % P of the head e / P.
    ssm: Vec<f32>,
    /// Tokens read so far.
    pub position: u64,
    stamp: Stamp,
}

/// By content, whatever the stamps.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (self.layers, self.conv_len, self.ssm_len, self.position)
            == (other.layers, other.conv_len, other.ssm_len, other.position)
            && self.conv == other.conv
            && self.ssm == other.ssm
    }
}

/// One layer's part of the state.
pub struct LayerState<'a> {
    /// `[K-1, W]`, oldest input first.
    pub conv: &'a mut [f32],
    /// `[N, E]`.
    pub ssm: &'a mut [f32],
}

impl State {
    /// The state before the first token: all zeros.
    pub fn new(config: &Config) -> Self {
        let conv_len = (config.d_conv - 1) * config.conv_width();
        let ssm_len = config.d_state * config.d_inner;
        Self {
            layers: config.layers,
            conv_len,
            ssm_len,
            conv: vec![0.0; config.layers * conv_len],
            ssm: vec![0.0; config.layers * ssm_len],
            position: 0,
            stamp: Stamp::fresh(),
        }
    }

    /// A copy, which has the same stamp.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is no room for it.
    pub fn try_clone(&self) -> Result<Self> {
        let (conv, ssm) = (copied(&self.conv, "a state")?, copied(&self.ssm, "a state")?);
        Ok(Self { conv, ssm, ..*self })
    }

    /// Names the content, for a backend that keeps a copy.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The content is about to change.
    pub fn renew(&mut self) {
        self.stamp = Stamp::fresh();
    }

    /// True when the dimensions are those of the model.
    pub fn fits(&self, config: &Config) -> bool {
        self.layers == config.layers
            && self.conv_len == (config.d_conv - 1) * config.conv_width()
            && self.ssm_len == config.d_state * config.d_inner
    }

    pub fn layer(&mut self, layer: usize) -> LayerState<'_> {
        LayerState {
            conv: &mut self.conv[layer * self.conv_len..][..self.conv_len],
            ssm: &mut self.ssm[layer * self.ssm_len..][..self.ssm_len],
        }
    }

    /// The bytes that the state occupies, the same at every position.
    pub fn bytes(&self) -> usize {
        (self.conv.len() + self.ssm.len()) * size_of::<f32>()
    }

    /// `conv` of all layers, `[L, K-1, W]`.
    pub fn conv(&self) -> &[f32] {
        &self.conv
    }

    /// `ssm` of all layers, `[L, N, E]`.
    pub fn ssm(&self) -> &[f32] {
        &self.ssm
    }
}

/// Everything needed to go on exactly where a sequence stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub state: State,
    /// Scores of the next token, `[V]`; empty when nothing has been read yet.
    pub logits: Vec<f32>,
    /// The most recent tokens, oldest first, for the repetition penalties.
    pub recent: Vec<u32>,
    /// The turns so far as JSON, opaque here.
    pub conversation: String,
}

const MAGIC: &[u8; 8] = b"MAMBAST1";

#[derive(Serialize, Deserialize)]
struct Header {
    model: String,
    layers: usize,
    conv_len: usize,
    ssm_len: usize,
    logits_len: usize,
    position: u64,
    recent: Vec<u32>,
    conversation: String,
}

impl Snapshot {
    /// The `.mstate` file: magic, header length (u32), header (JSON), then conv, ssm and logits as
    /// little-endian f32, then the CRC-32 of everything before it.
    ///
    /// `model` identifies the weights, so that a state is never used with others.
    pub fn to_bytes(&self, model: &str) -> Vec<u8> {
        let header = Header {
            model: model.to_owned(),
            layers: self.state.layers,
            conv_len: self.state.conv_len,
            ssm_len: self.state.ssm_len,
            logits_len: self.logits.len(),
            position: self.state.position,
            recent: self.recent.clone(),
            conversation: self.conversation.clone(),
        };
        let header = serde_json::to_vec(&header).unwrap_or_default(); // plain numbers and strings always serialise
        let mut bytes = Vec::with_capacity(16 + header.len() + self.state.bytes() + self.logits.len() * 4);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&header);
        for values in [&self.state.conv, &self.state.ssm, &self.logits] {
            for value in values {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a `.mstate` file back.
    ///
    /// # Errors
    /// [`Error::BadState`] for a damaged file, [`Error::WrongModel`] for one of other weights.
    pub fn from_bytes(bytes: &[u8], model: &str, config: &Config) -> Result<Self> {
        let damaged = |what: &str| Error::BadState(format!("The saved state cannot be read: {what}."));
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| damaged("it does not start like a .mstate file"))?;
        let (body, crc) = bytes.split_last_chunk::<4>().ok_or_else(|| damaged("it is too short"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return Err(damaged("its checksum does not match, so it was cut short or changed"));
        }
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("it is too short"))?;
        let length = u32::from_le_bytes(*length) as usize;
        let rest = &rest[..rest.len().saturating_sub(4)]; // without the checksum
        let (header, values) = rest.split_at_checked(length).ok_or_else(|| damaged("its header is cut short"))?;
        let header: Header = serde_json::from_slice(header).map_err(|_| damaged("its header is not valid"))?;
        let mut state = State::new(config);
        let wrong = header.model != model
            || header.layers != state.layers
            || header.conv_len != state.conv_len
            || header.ssm_len != state.ssm_len;
        if wrong {
            return Err(Error::WrongModel("The saved state belongs to another model than the one loaded.".into()));
        }
        if header.logits_len != 0 && header.logits_len != config.vocab {
            return Err(damaged("its scores do not fit the vocabulary"));
        }
        if header.recent.iter().any(|&token| token as usize >= config.vocab) {
            return Err(damaged("it names a token outside the vocabulary"));
        }
        if values.len() != (state.conv.len() + state.ssm.len() + header.logits_len) * 4 {
            return Err(damaged("its length does not match its header"));
        }
        let mut logits = vec![0.0; header.logits_len];
        let targets = state.conv.iter_mut().chain(&mut state.ssm).chain(&mut logits);
        for (target, chunk) in targets.zip(values.as_chunks::<4>().0) {
            *target = f32::from_le_bytes(*chunk);
            if !target.is_finite() {
                return Err(damaged("it holds values that are not numbers"));
            }
        }
        state.position = header.position;
        Ok(Self { state, logits, recent: header.recent, conversation: header.conversation })
    }
}
