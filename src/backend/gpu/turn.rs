//! Whose turn it is in the ring: sequences are brought in, and parked beside it.

use core::task::Poll;

use super::whole::Home;
use super::{Gpu, Parked};
use crate::error::Result;
use crate::state::{Stamp, State};

/// The most parked sequences.
const MOST_PARKED: usize = 4;

impl Gpu {
    /// The ring's slots and rings.
    pub(super) fn home(&self) -> Home<'_> {
        Home { dims: &self.dims, buffers: &self.plan.buffers, seat: 0 }
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
        if self.leave_seat(wanted).is_pending() {
            return Ok(Poll::Pending);
        }
        let leaves = self.resident.filter(|&resident| self.fetched != Some(resident));
        if let Some(place) = self.parked.iter().position(|parked| parked.stamp == wanted) {
            let parked = self.parked.remove(place);
            // Slots change places by way of the next one. Rings have no room for two.
            let swaps = leaves.is_some() && !self.dims.has_rings();
            if !swaps
                && let Some(stamp) = leaves
                && self.park(stamp).is_pending()
            {
                self.parked.insert(place, parked);
                return Ok(Poll::Pending);
            }
            self.ahead.clear();
            let slot = self.next_slot(self.slot);
            self.submit(|encoder| {
                self.home().copy_whole(encoder, slot, parked.position, &parked.buffer, true);
                if swaps {
                    self.home().copy_whole(encoder, self.slot, self.position, &parked.buffer, false);
                }
            });
            match leaves.filter(|_| swaps) {
                Some(stamp) => {
                    self.parked.push(Parked { stamp, position: self.position, buffer: parked.buffer });
                }
                None => self.parking.give(parked.buffer),
            }
            (self.slot, self.position) = (slot, parked.position);
        } else {
            // First, because it may fail for want of room.
            let values = match state.is_blank() && state.position == 0 {
                true => None,
                false => Some((self.dims.pad(state)?, self.dims.pack_rings(state)?)),
            };
            if let Some(stamp) = leaves
                && self.park(stamp).is_pending()
            {
                return Ok(Poll::Pending);
            }
            self.ahead.clear();
            self.position = state.position;
            match values {
                Some((padded, rings)) => self.upload(&padded, &rings),
                None => self.blank(),
            }
            if let Some(logits) = logits {
                let at = self.slot * self.dims.scores * 4;
                self.device.queue.write_buffer(&self.plan.buffers.scores, at as u64, bytemuck::cast_slice(logits));
            }
            self.fetched = Some(wanted);
        }
        self.resident = Some(wanted);
        Ok(Poll::Ready(()))
    }

    /// Parks the sequence in the ring. Without room its state is lost, and it reads its tokens again.
    fn park(&mut self, stamp: Stamp) -> Poll<()> {
        let Poll::Ready(buffer) = self.room_to_park() else { return Poll::Pending };
        if let Some(buffer) = buffer {
            self.submit(|encoder| self.home().copy_whole(encoder, self.slot, self.position, &buffer, false));
            self.parked.push(Parked { stamp, position: self.position, buffer });
        }
        Poll::Ready(())
    }

    /// A buffer for a sequence to be parked: a new one or, where there is no more, that of the oldest parked sequence.
    pub(super) fn room_to_park(&mut self) -> Poll<Option<wgpu::Buffer>> {
        if self.parked.len() < MOST_PARKED {
            match self.parking.get(&self.device) {
                Poll::Ready(None) => {}
                other => return other,
            }
        }
        Poll::Ready((!self.parked.is_empty()).then(|| self.parked.remove(0).buffer))
    }

    /// `padded` and `rings` are a state as [`Dims::pad`](super::dims::Dims::pad) and
    /// [`Dims::pack_rings`](super::dims::Dims::pack_rings) have it.
    fn upload(&self, padded: &[f32], rings: &[u32]) {
        let (d, queue) = (&self.dims, &self.device.queue);
        let first = (d.state_len() + d.scores) as u64 * 4;
        for (ring, at, here, bytes) in self.home().ring_pieces(self.position) {
            let rows = &bytemuck::cast_slice::<u32, u8>(rings)[(here - first) as usize..][..bytes as usize];
            queue.write_buffer(ring, at, rows);
        }
        for layer in d.layers.iter().filter(|layer| layer.mixer.slot() > 0) {
            let at = layer.place(self.slot).0;
            queue.write_buffer(&self.plan.buffers.state, at, bytemuck::cast_slice(layer.of(padded)));
        }
    }

    /// Makes the current slot that of a sequence that has read nothing. The GPU fills it with zeros itself: to send a state
    /// of 19 MB takes a browser longer than to read a short prompt.
    fn blank(&self) {
        self.submit(|encoder| {
            for layer in self.dims.layers.iter().filter(|layer| layer.mixer.slot() > 0) {
                let (at, bytes) = layer.place(self.slot);
                encoder.clear_buffer(&self.plan.buffers.state, at, Some(bytes));
            }
        });
    }
}
