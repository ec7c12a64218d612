//! Buffers that are made when the work asks for them, and used again.

use core::task::Poll;

use super::device::Device;
use super::signal::Signal;

const MOST_FREE: usize = 2;

/// Buffers of one size. A new buffer is used only once the GPU has confirmed that there was room. So too little memory
/// is a result, not a fault of the device.
pub struct Spares {
    label: &'static str,
    bytes: usize,
    usage: wgpu::BufferUsages,
    free: Vec<wgpu::Buffer>,
    /// A new buffer that the GPU has not confirmed yet. A browser does so later.
    asked: Option<(wgpu::Buffer, Signal)>,
}

impl Spares {
    pub fn new(label: &'static str, bytes: usize, usage: wgpu::BufferUsages) -> Self {
        Self { label, bytes: bytes.next_multiple_of(4), usage, free: Vec::new(), asked: None }
    }

    /// A buffer; none when the GPU has no room for one.
    pub fn get(&mut self, device: &Device) -> Poll<Option<wgpu::Buffer>> {
        if let Some(buffer) = self.free.pop() {
            return Poll::Ready(Some(buffer));
        }
        let (buffer, answer) = self.asked.take().unwrap_or_else(|| self.ask(device));
        match answer.said() {
            None => {
                self.asked = Some((buffer, answer));
                Poll::Pending
            }
            Some(has_room) => Poll::Ready(has_room.then_some(buffer)),
        }
    }

    /// Takes back what [`Spares::get`] gave. Keeps a few.
    pub fn give(&mut self, buffer: wgpu::Buffer) {
        if self.free.len() < MOST_FREE {
            self.free.push(buffer);
        }
    }

    /// Resolves when [`Spares::get`] that was pending has an answer. None once it has one: whoever waits for other work must
    /// not be woken by it again and again.
    pub fn arrival(&self) -> Option<Signal> {
        self.asked.as_ref().map(|(_, answer)| answer.clone()).filter(|answer| answer.said().is_none())
    }

    fn ask(&self, device: &Device) -> (wgpu::Buffer, Signal) {
        let descriptor = wgpu::BufferDescriptor {
            label: Some(self.label),
            size: self.bytes as u64,
            usage: self.usage,
            mapped_at_creation: false,
        };
        device.try_create_buffer(&descriptor)
    }
}
