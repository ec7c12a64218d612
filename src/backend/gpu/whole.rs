//! A whole state on its way to the GPU and back: what a slot has, and the rings' rows.

use super::buffers::Buffers;
use super::dims::{Dims, LayerDims};
use crate::allocate::filled;
use crate::error::Result;
use crate::state::State;

/// Where a sequence's slots, scores, keys and values are.
pub struct Home<'a> {
    pub dims: &'a Dims,
    pub buffers: &'a Buffers,
    /// Which of the rings of keys and values are its own.
    pub seat: usize,
}

impl<'a> Home<'a> {
    /// Copies between a slot, with the rings' rows before `position`, and `buffer`, which holds a whole state: as
    /// [`Dims::pad`] has it, then the scores, then as [`Dims::pack_rings`] has it.
    pub fn copy_whole(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        slot: usize,
        position: u64,
        buffer: &wgpu::Buffer,
        into_slot: bool,
    ) {
        let (d, buffers) = (self.dims, self.buffers);
        let scores = d.scores as u64 * 4;
        let layers = d.layers.iter().map(|layer| {
            let (at, bytes) = layer.place(slot);
            (&buffers.state, at, layer.start as u64 * 4, bytes)
        });
        let end = d.state_len() as u64 * 4;
        let rings = self.ring_pieces(position);
        let pieces = layers.chain(rings).chain([(&buffers.scores, slot as u64 * scores, end, scores)]);
        for (ring, at, here, bytes) in pieces.filter(|piece| piece.3 > 0) {
            if into_slot {
                encoder.copy_buffer_to_buffer(buffer, here, ring, at, bytes);
            } else {
                encoder.copy_buffer_to_buffer(ring, at, buffer, here, bytes);
            }
        }
    }

    /// The rings' rows before `position`: the ring, where a piece begins in it and in a whole state, and its bytes.
    pub fn ring_pieces(&self, position: u64) -> impl Iterator<Item = (&'a wgpu::Buffer, u64, u64, u64)> + use<'a> {
        let (dims, buffers, seat) = (self.dims, self.buffers, self.seat as u64);
        let mut here = (dims.state_len() + dims.scores) as u64 * 4;
        let layers = dims.layers.iter().zip(&buffers.rings);
        let rings = layers.filter_map(|(layer, buffers)| layer.rings.zip(buffers.as_ref()));
        let rings = rings.flat_map(|(rings, buffers)| buffers.iter().map(move |buffer| (rings, buffer)));
        rings.flat_map(move |(rings, buffer)| {
            let (start, first) = (here, seat * rings.bytes());
            here += rings.state_words(position) * 4;
            rings.pieces(position).map(move |(at, to, bytes)| (buffer, first + at, start + to, bytes))
        })
    }
}

impl Dims {
    /// `state` in the GPU's layout: (K-1) W + N E floats a layer, padded.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when there is no room for it.
    pub fn pad(&self, state: &mut State) -> Result<Vec<f32>> {
        let mut padded = filled(self.state_len(), 0.0, "a state on its way to the GPU")?;
        let with_slots = self.layers.iter().enumerate().filter(|(_, layer)| layer.mixer.has_conv());
        for (number, LayerDims { mixer, start, .. }) in with_slots {
            let (from, unpadded) = (state.layer(number), mixer.mixer);
            let (window, h) = padded[*start..][..mixer.slot()].split_at_mut(mixer.hidden());
            let rows = from.conv.chunks_exact(unpadded.conv_width());
            for (out, row) in window.chunks_exact_mut(mixer.width()).zip(rows) {
                mixer.convolved.pad(row, out);
            }
            for (out, row) in h.chunks_exact_mut(mixer.e).zip(from.ssm.chunks_exact(unpadded.d_inner())) {
                out[..row.len()].copy_from_slice(row);
            }
        }
        Ok(padded)
    }

    /// The inverse of [`Dims::pad`].
    pub fn unpad(&self, padded: &[f32], state: &mut State) {
        for (number, layer) in self.layers.iter().enumerate().filter(|(_, layer)| layer.mixer.has_conv()) {
            let (to, mixer, unpadded) = (state.layer(number), &layer.mixer, layer.mixer.mixer);
            let (window, h) = layer.of(padded).split_at(mixer.hidden());
            let rows = to.conv.chunks_exact_mut(unpadded.conv_width());
            for (row, from) in rows.zip(window.chunks_exact(mixer.width())) {
                mixer.convolved.unpad(from, row);
            }
            for (row, from) in to.ssm.chunks_exact_mut(unpadded.d_inner()).zip(h.chunks_exact(mixer.e)) {
                row.copy_from_slice(&from[..row.len()]);
            }
        }
    }

    /// The rings' rows of `state` in the GPU's layout, layer after layer the keys and the values.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when there is no room for them.
    pub fn pack_rings(&self, state: &mut State) -> Result<Vec<u32>> {
        let position = state.position;
        let words = self.whole_bytes_at(position) / 4 - self.state_len() - self.scores;
        let mut words = filled(words, 0, "a state on its way to the GPU")?;
        let mut rest = words.as_mut_slice();
        for (number, layer) in self.layers.iter().enumerate() {
            let Some(rings) = &layer.rings else { continue };
            let from = state.layer(number);
            for rows in [from.keys, from.values] {
                let (own, after) = rest.split_at_mut(rings.state_words(position) as usize);
                rings.pack(&rows[..rings.values(position)], own);
                rest = after;
            }
        }
        Ok(words)
    }

    /// The inverse of [`Dims::pack_rings`], after `position` tokens.
    pub fn unpack_rings(&self, words: &[u32], position: u64, state: &mut State) {
        let mut rest = words;
        for (number, layer) in self.layers.iter().enumerate() {
            let Some(rings) = &layer.rings else { continue };
            let to = state.layer(number);
            for rows in [to.keys, to.values] {
                let (own, after) = rest.split_at(rings.state_words(position) as usize);
                rings.unpack(own, &mut rows[..rings.values(position)]);
                rest = after;
            }
        }
    }
}
