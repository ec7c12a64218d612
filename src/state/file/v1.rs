//! Version 1, of the first releases, which is only read. Magic, header length (u32), header (JSON), then conv of all layers, ssm of
//! all layers and the scores as little-endian f32, then the CRC-32 of everything before it.

use serde::Deserialize;

use super::super::State;
use super::{Snapshot, check_position, check_tokens, damaged, take_floats, wrong_model};
use crate::allocate::filled;
use crate::error::Result;
use crate::model::MemoryKind;

pub const MAGIC: &[u8; 8] = b"MAMBAST1";

#[derive(Deserialize)]
struct Header {
    model: String,
    layers: usize,
    /// Values of one layer.
    conv_len: usize,
    ssm_len: usize,
    logits_len: usize,
    position: u64,
    recent: Vec<u32>,
    conversation: String,
}

pub fn read(bytes: &[u8], model: &str, fresh: impl FnOnce() -> Result<State>, vocab: usize) -> Result<Snapshot> {
    let (body, crc) = bytes.split_last_chunk::<4>().ok_or_else(|| damaged("it is too short"))?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return Err(damaged("its checksum does not match, so it was cut short or changed"));
    }
    let rest = body.get(MAGIC.len()..).ok_or_else(|| damaged("it is too short"))?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("it is too short"))?;
    let length = u32::from_le_bytes(*length) as usize;
    let (header, values) = rest.split_at_checked(length).ok_or_else(|| damaged("its header is cut short"))?;
    let header: Header = serde_json::from_slice(header).map_err(|_| damaged("its header is not valid"))?;
    if header.model != model {
        return Err(wrong_model());
    }
    let mut state = fresh()?;
    let [conv, ssm] = [(MemoryKind::Conv, header.conv_len), (MemoryKind::Ssm, header.ssm_len)];
    for (kind, length) in [conv, ssm] {
        let mut lengths = state.memories(kind).map(|(_, values)| values.len());
        if header.layers != state.layers.len() || lengths.any(|len| len != length) {
            return Err(wrong_model());
        }
    }
    if header.logits_len != 0 && header.logits_len != vocab {
        return Err(damaged("its scores do not fit the vocabulary"));
    }
    check_tokens(&header.recent, vocab)?;
    check_position(header.position)?;
    if values.len() as u64 != state.bytes() + header.logits_len as u64 * 4 {
        return Err(damaged("its length does not match its header"));
    }
    let mut logits = filled(header.logits_len, 0.0, "the scores")?;
    let mut rest = values;
    for kind in [MemoryKind::Conv, MemoryKind::Ssm] {
        for held in state.layers_mut().iter_mut().flatten().filter(|held| held.memory.kind == kind) {
            let (own, others) = rest.split_at(size_of_val(held.values.as_slice())); // the length was compared above
            take_floats(own, &mut held.values)?;
            rest = others;
        }
    }
    take_floats(rest, &mut logits)?;
    state.position = header.position;
    Ok(Snapshot { state, logits, recent: header.recent, conversation: header.conversation, text: None })
}
