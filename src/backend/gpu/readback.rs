//! Bytes on their way back from the GPU.

use core::task::Poll;

use super::device::Device;
use super::signal::Signal;
use super::spare::Spares;
use crate::error::{Error, Result};

/// What a buffer has to be to be read here.
const USAGE: wgpu::BufferUsages = wgpu::BufferUsages::MAP_READ.union(wgpu::BufferUsages::COPY_DST);

const MOST_RESTING: usize = 2;

/// A staging buffer: copied into by a submit, then mapped.
pub struct Readback {
    buffer: wgpu::Buffer,
    /// Bytes that were asked for, from the buffer's beginning on.
    bytes: u64,
    /// Resolves when they are mapped.
    here: Option<Signal>,
}

impl Readback {
    fn new(buffer: wgpu::Buffer) -> Self {
        Self { buffer, bytes: 0, here: None }
    }

    /// With a buffer of its own.
    pub fn with_room(device: &Device, bytes: usize) -> Self {
        Self::new(device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: bytes.next_multiple_of(4) as u64,
            usage: USAGE,
            mapped_at_creation: false,
        }))
    }

    /// To be copied into.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Records a copy of `bytes` from `offset` of `from`.
    pub fn copy(&self, encoder: &mut wgpu::CommandEncoder, from: &wgpu::Buffer, offset: usize, bytes: usize) {
        encoder.copy_buffer_to_buffer(from, offset as u64, &self.buffer, 0, bytes as u64);
    }

    /// Asks for the first `bytes` bytes, a multiple of 4, once what fills the buffer has been submitted. A browser copies
    /// what is asked for, so it should not be more than what is used.
    pub fn start(&mut self, bytes: usize) {
        let signal = Signal::default();
        (self.here, self.bytes) = (Some(signal.clone()), bytes as u64);
        self.buffer.slice(..self.bytes).map_async(wgpu::MapMode::Read, move |result| signal.say(result.is_ok()));
    }

    /// The bytes, through `read`, when they are there. The buffer is free again then.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when they will never come.
    pub fn take<T>(&mut self, read: impl FnOnce(&[u32]) -> T) -> Result<Poll<T>> {
        match self.here.as_ref().and_then(Signal::said) {
            None => return Ok(Poll::Pending),
            Some(false) => return Err(Error::DeviceLost("The GPU gave no result back.".into())),
            Some(true) => self.here = None,
        }
        let view = self.buffer.slice(..self.bytes).get_mapped_range();
        let view = view.map_err(|error| Error::DeviceLost(format!("The GPU's result cannot be read ({error}).")))?;
        let result = read(bytemuck::cast_slice(&view));
        drop(view);
        self.buffer.unmap();
        Ok(Poll::Ready(result))
    }

    /// Whether the buffer can be copied into. A buffer whose bytes were discarded is free only after they have arrived.
    /// Otherwise wgpu would return them for the next copy.
    pub fn is_free(&mut self) -> bool {
        match self.here.as_ref().map(Signal::said) {
            None => true,
            Some(None) => false,
            Some(Some(well)) => {
                self.here = None;
                if well {
                    self.buffer.unmap();
                }
                true
            }
        }
    }

    /// Resolves when [`Readback::take`] has something to say; none when nothing was asked for.
    pub fn arrival(&self) -> Option<Signal> {
        self.here.clone()
    }
}

/// Staging buffers of one size, made when the work asks for them, and used again.
pub struct Readbacks {
    spares: Spares,
    /// Buffers that are not in use. Some may still wait for discarded bytes.
    resting: Vec<Readback>,
}

impl Readbacks {
    pub fn new(label: &'static str, bytes: usize) -> Self {
        Self { spares: Spares::new(label, bytes, USAGE), resting: Vec::new() }
    }

    /// A free one; none when the GPU has no room for it.
    pub fn get(&mut self, device: &Device) -> Poll<Option<Readback>> {
        match self.resting.iter_mut().position(Readback::is_free) {
            Some(place) => Poll::Ready(Some(self.resting.swap_remove(place))),
            None => self.spares.get(device).map(|buffer| buffer.map(Readback::new)),
        }
    }

    /// Takes back what [`Readbacks::get`] gave; keeps a few.
    pub fn give(&mut self, readback: Readback) {
        if self.resting.len() < MOST_RESTING {
            self.resting.push(readback);
        }
    }

    /// Resolves when [`Readbacks::get`] that was pending has an answer.
    pub fn arrival(&self) -> Option<Signal> {
        self.spares.arrival()
    }
}
