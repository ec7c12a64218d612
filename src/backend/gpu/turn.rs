//! Whose turn it is in the ring: sequences are brought in, and parked beside it.

use core::task::Poll;

use super::Gpu;
use crate::error::Result;
use crate::state::State;

/// The most parked sequences.
const MOST_PARKED: usize = 4;

impl Gpu {
    /// Copies between a slot and `buffer`, which holds a state as [`Dims::pad`](super::dims::Dims::pad) has it and then the scores.
    pub(super) fn copy_slot(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        slot: usize,
        buffer: &wgpu::Buffer,
        into_slot: bool,
    ) {
        let (d, buffers) = (&self.dims, &self.plan.buffers);
        let scores = d.scores as u64 * 4;
        let layers = d.layers.iter().map(|layer| {
            let (at, bytes) = layer.place(slot);
            (&buffers.state, at, layer.start as u64 * 4, bytes)
        });
        let pieces = layers.chain([(&buffers.scores, slot as u64 * scores, d.state_len() as u64 * 4, scores)]);
        for (ring, at, here, bytes) in pieces {
            if into_slot {
                encoder.copy_buffer_to_buffer(buffer, here, ring, at, bytes);
            } else {
                encoder.copy_buffer_to_buffer(ring, at, buffer, here, bytes);
            }
        }
    }

    /// Makes `state` the sequence in the ring. Pending while the GPU allocates a buffer to park the current one.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the host has no room for it on its way; nothing has changed then.
    pub(super) fn bring(&mut self, state: &mut State, logits: Option<&[f32]>) -> Result<Poll<()>> {
        let wanted = state.stamp();
        if self.resident == Some(wanted) {
            return Ok(Poll::Ready(()));
        }
        let leaves = self.resident.filter(|&resident| self.fetched != Some(resident));
        if let Some(place) = self.parked.iter().position(|(stamp, _)| *stamp == wanted) {
            // The two change places, by way of the next slot.
            self.ahead.clear();
            let (_, buffer) = self.parked.remove(place);
            let slot = self.next_slot(self.slot);
            self.submit(|encoder| {
                self.copy_slot(encoder, slot, &buffer, true);
                if leaves.is_some() {
                    self.copy_slot(encoder, self.slot, &buffer, false);
                }
            });
            self.slot = slot;
            match leaves {
                Some(stamp) => self.parked.push((stamp, buffer)),
                None => self.parking.give(buffer),
            }
        } else {
            // First, because it may fail for want of room.
            let padded = self.dims.pad(state)?;
            if let Some(stamp) = leaves {
                let Poll::Ready(buffer) = self.room_to_park() else { return Ok(Poll::Pending) };
                // Without room the state is lost, and its sequence replays the tokens.
                if let Some(buffer) = buffer {
                    self.submit(|encoder| self.copy_slot(encoder, self.slot, &buffer, false));
                    self.parked.push((stamp, buffer));
                }
            }
            self.ahead.clear();
            self.upload(&padded, logits);
            self.fetched = Some(wanted);
        }
        self.resident = Some(wanted);
        Ok(Poll::Ready(()))
    }

    /// A buffer for a sequence to be parked: a new one or, where there is no more, that of the oldest parked sequence.
    fn room_to_park(&mut self) -> Poll<Option<wgpu::Buffer>> {
        if self.parked.len() < MOST_PARKED {
            match self.parking.get(&self.device) {
                Poll::Ready(None) => {}
                other => return other,
            }
        }
        Poll::Ready((!self.parked.is_empty()).then(|| self.parked.remove(0).1))
    }

    /// `padded` is a state as [`Dims::pad`](super::dims::Dims::pad) has it.
    fn upload(&self, padded: &[f32], logits: Option<&[f32]>) {
        let (d, queue) = (&self.dims, &self.device.queue);
        for layer in &d.layers {
            let at = layer.place(self.slot).0;
            queue.write_buffer(&self.plan.buffers.state, at, bytemuck::cast_slice(layer.of(padded)));
        }
        if let Some(logits) = logits {
            let at = self.slot * d.scores * 4;
            queue.write_buffer(&self.plan.buffers.scores, at as u64, bytemuck::cast_slice(logits));
        }
    }
}
