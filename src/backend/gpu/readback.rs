//! Bytes on their way back from the GPU.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, PoisonError};

use super::device::Device;
use crate::error::{Error, Result};

/// A staging buffer: copied into by a submit, then mapped.
pub struct Readback {
    buffer: wgpu::Buffer,
    mapping: Arc<Mutex<Mapping>>,
}

#[derive(Default)]
enum Mapping {
    #[default]
    Idle,
    Waiting(Option<Waker>),
    Done,
    Failed,
}

impl Readback {
    pub fn new(device: &Device, bytes: usize) -> Self {
        let buffer = device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: bytes.next_multiple_of(4) as u64,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self { buffer, mapping: Arc::default() }
    }

    /// To be copied into.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Records a copy of `bytes` from `offset` of `from` to `to` here.
    pub fn copy(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        from: &wgpu::Buffer,
        offset: usize,
        to: usize,
        bytes: usize,
    ) {
        encoder.copy_buffer_to_buffer(from, offset as u64, &self.buffer, to as u64, bytes as u64);
    }

    /// Asks for the bytes, once what fills the buffer has been submitted.
    pub fn start(&self) {
        *self.lock() = Mapping::Waiting(None);
        let mapping = Arc::clone(&self.mapping);
        self.buffer.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            let next = if result.is_ok() { Mapping::Done } else { Mapping::Failed };
            let last = core::mem::replace(&mut *mapping.lock().unwrap_or_else(PoisonError::into_inner), next);
            if let Mapping::Waiting(Some(waker)) = last {
                waker.wake();
            }
        });
    }

    /// The bytes, through `read`, when they are there. The buffer is free again then.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when they will never come.
    pub fn take<T>(&self, read: impl FnOnce(&[u32]) -> T) -> Result<Poll<T>> {
        match &*self.lock() {
            Mapping::Done => {}
            Mapping::Idle | Mapping::Waiting(_) => return Ok(Poll::Pending),
            Mapping::Failed => return Err(Error::DeviceLost("The GPU gave no result back.".into())),
        }
        *self.lock() = Mapping::Idle;
        let view = self.buffer.slice(..).get_mapped_range();
        let view = view.map_err(|error| Error::DeviceLost(format!("The GPU's result cannot be read ({error}).")))?;
        let result = read(bytemuck::cast_slice(&view));
        drop(view);
        self.buffer.unmap();
        Ok(Poll::Ready(result))
    }

    /// Resolves when [`Readback::take`] has something to say.
    pub fn arrival(&self) -> Arrival {
        Arrival(Arc::clone(&self.mapping))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mapping> {
        self.mapping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Readback::arrival`].
pub struct Arrival(Arc<Mutex<Mapping>>);

impl Future for Arrival {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Mapping::Waiting(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}
