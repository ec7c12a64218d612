//! Mamba in WebGPU shaders: WebGPU in a browser; Vulkan, Metal or Direct3D natively; the same shaders and host code.
//!
//! The state and the scores of a sequence live on the GPU in a ring of slots. Reading a token goes from one slot to the
//! next and leaves the old one as it was, so going back to any of the last tokens is a matter of naming another slot.
//! That lets the GPU choose tokens by itself and run ahead of what has been looked at: several tokens a submit, and
//! the next submit before the last has come back. Only ids come back; the state comes when [`Backend::settle`] asks.

mod ahead;
mod budget;
mod device;
mod dims;
mod kernels;
mod matrix;
mod pace;
mod plan;
#[cfg(not(target_arch = "wasm32"))]
mod profile;
mod readback;
mod sampling;
mod weights;

use core::task::Poll;

pub use device::Device;
#[cfg(not(target_arch = "wasm32"))]
pub use profile::Timing;
pub use weights::GpuLoader;

use crate::backend::{Arrival, Backend, Precision, check_call};
use crate::error::Result;
use crate::model::Config;
use crate::sampler::{Recent, Sampler};
use crate::state::{Stamp, State};
use ahead::Ahead;
use dims::Dims;
use pace::Pace;
use plan::Plan;
use readback::Readback;
use weights::Weights;

/// Sequences that wait on the GPU while another one is worked on.
const MOST_PARKED: usize = 4;

/// The GPU backend; made by [`GpuLoader`].
pub struct Gpu {
    device: Device,
    config: Config,
    dims: Dims,
    precision: Precision,
    weights: Weights,
    plan: Plan,
    /// The sequence in the ring, and the slot that it stands in.
    resident: Option<Stamp>,
    slot: usize,
    /// The content of this stamp is also in the host's memory.
    settled: Option<Stamp>,
    /// Sequences that had to make room, oldest first.
    parked: Vec<(Stamp, wgpu::Buffer)>,
    ahead: Ahead,
    job: Option<Job>,
    /// Comes back when a prefill call is done.
    done: Readback,
    /// The state and the scores, for [`Backend::settle`].
    copy: Readback,
    scores: Readback,
    pace: Pace,
}

/// What was submitted and is not back yet, for the sequence with this stamp.
struct Job {
    kind: JobKind,
    stamp: Stamp,
    started: web_time::Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum JobKind {
    Read { tokens: usize },
    Scores,
    Settle,
}

impl Gpu {
    fn new(
        device: Device,
        config: Config,
        dims: Dims,
        precision: Precision,
        weights: Weights,
        plan: Plan,
    ) -> Result<Self> {
        let state_bytes = dims.state_len() * 4;
        let gpu = Self {
            ahead: Ahead::new(&device, &dims),
            done: Readback::new(&device, 4),
            copy: Readback::new(&device, state_bytes + dims.scores * 4),
            scores: Readback::new(&device, dims.scores * 4),
            pace: Pace::new(dims.tokens),
            resident: None,
            slot: 0,
            settled: None,
            parked: Vec::new(),
            job: None,
            device,
            config,
            dims,
            precision,
            weights,
            plan,
        };
        gpu.device.check()?;
        Ok(gpu)
    }

    fn next_slot(&self, slot: usize) -> usize {
        (slot + 1) % self.dims.slots
    }

    /// Copies between a slot and `buffer`, which holds a state as `Dims::pad` has it and then the scores.
    fn copy_slot(&self, encoder: &mut wgpu::CommandEncoder, slot: usize, buffer: &wgpu::Buffer, into_slot: bool) {
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

    fn submit(&self, record: impl FnOnce(&mut wgpu::CommandEncoder)) -> wgpu::SubmissionIndex {
        let mut encoder = self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder);
        self.device.queue.submit([encoder.finish()])
    }

    /// A buffer for a sequence that has to wait: a new one, or that of the one that has waited longest.
    fn parking(&mut self) -> wgpu::Buffer {
        if self.parked.len() >= MOST_PARKED {
            return self.parked.remove(0).1;
        }
        self.device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("parked state"),
            size: ((self.dims.state_len() + self.dims.scores) * 4) as u64,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        })
    }

    /// Makes `state` the sequence in the ring.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`](crate::Error::OutOfMemory) when the host has no room for it on its way; nothing has changed
    /// then.
    fn bring(&mut self, state: &mut State, logits: Option<&[f32]>) -> Result<()> {
        let wanted = state.stamp();
        if self.resident == Some(wanted) {
            return Ok(());
        }
        let is_parked = self.parked.iter().any(|(stamp, _)| *stamp == wanted);
        let padded = if is_parked { Vec::new() } else { self.dims.pad(state)? };
        self.ahead.clear();
        if let Some(resident) = self.resident.filter(|&resident| self.settled != Some(resident)) {
            let buffer = self.parking();
            self.submit(|encoder| self.copy_slot(encoder, self.slot, &buffer, false));
            self.parked.push((resident, buffer));
        }
        if let Some(place) = self.parked.iter().position(|(stamp, _)| *stamp == wanted) {
            let (_, buffer) = self.parked.remove(place);
            self.submit(|encoder| self.copy_slot(encoder, self.slot, &buffer, true));
        } else {
            let (d, queue) = (&self.dims, &self.device.queue);
            for layer in &d.layers {
                let at = layer.place(self.slot).0;
                queue.write_buffer(&self.plan.buffers.state, at, bytemuck::cast_slice(layer.of(&padded)));
            }
            if let Some(logits) = logits {
                let at = self.slot * d.scores * 4;
                queue.write_buffer(&self.plan.buffers.scores, at as u64, bytemuck::cast_slice(logits));
            }
            self.settled = Some(wanted);
        }
        self.resident = Some(wanted);
        Ok(())
    }

    /// `state` is about to become something else, here.
    fn renew(&mut self, state: &mut State) {
        state.renew();
        self.resident = Some(state.stamp());
    }

    fn write_control(&self, slot_in: usize, slot_out: usize, tokens: usize) {
        let control = [slot_in as u32, slot_out as u32, tokens as u32, 0];
        self.device.queue.write_buffer(&self.plan.buffers.control, 0, bytemuck::cast_slice(&control));
    }

    /// Submits the reading of a block.
    fn start_read(&mut self, tokens: &[u32], state: &mut State, with_scores: bool) {
        self.ahead.clear();
        self.renew(state);
        let next = self.next_slot(self.slot);
        self.write_control(self.slot, next, tokens.len());
        self.device.queue.write_buffer(&self.plan.buffers.tokens, 0, bytemuck::cast_slice(tokens));
        let (plan, t) = (&self.plan, tokens.len() as u32);
        let layers = if tokens.len() == 1 { &plan.decode } else { plan.block(tokens.len(), self.dims.chunk) };
        self.submit(|encoder| {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            plan.embed.iter().chain(layers).for_each(|dispatch| dispatch.record(&mut pass, t));
            if with_scores {
                plan.head.iter().for_each(|dispatch| dispatch.record(&mut pass, t));
            }
            drop(pass);
            self.done.copy(encoder, &plan.buffers.control, 0, 0, 4);
        });
        self.slot = next;
        self.started(JobKind::Read { tokens: tokens.len() }, state.stamp());
    }

    /// What was submitted for `state`, if that is what is under way. Forgets what was submitted for another.
    fn job_of(&mut self, stamp: Stamp) -> Result<Option<JobKind>> {
        let Some(job) = &self.job else { return Ok(None) };
        if job.stamp == stamp {
            return Ok(Some(job.kind));
        }
        // Its staging buffer must come back before it is used again.
        let readback = self.readback(job.kind);
        if readback.take(|_| ())?.is_ready() {
            self.job = None;
        }
        Ok(None)
    }

    fn readback(&self, kind: JobKind) -> &Readback {
        match kind {
            JobKind::Read { .. } => &self.done,
            JobKind::Scores => &self.scores,
            JobKind::Settle => &self.copy,
        }
    }

    fn started(&mut self, kind: JobKind, stamp: Stamp) {
        self.readback(kind).start();
        self.job = Some(Job { kind, stamp, started: web_time::Instant::now() });
    }

    /// Chooses on the host, from scores that come over first.
    fn choose_here(&mut self, sampler: &mut Sampler, recent: &Recent, state: &State) -> Result<Poll<u32>> {
        if self.job.is_none() {
            self.ahead.clear();
            let at = self.slot * self.dims.scores * 4;
            self.submit(|encoder| {
                self.scores.copy(encoder, &self.plan.buffers.scores, at, 0, self.dims.scores * 4);
            });
            self.started(JobKind::Scores, state.stamp());
            return Ok(Poll::Pending);
        }
        let vocab = self.config.vocab;
        let id = self.scores.take(|words| sampler.sample(&bytemuck::cast_slice(words)[..vocab], recent))?;
        let Poll::Ready(id) = id else { return Ok(Poll::Pending) };
        self.job = None;
        id.map(Poll::Ready)
    }
}

impl Backend for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn config(&self) -> &Config {
        &self.config
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn weight_bytes(&self) -> u64 {
        self.weights.bytes
    }

    fn adapter(&self) -> Option<String> {
        Some(self.device.name())
    }

    fn block(&self) -> usize {
        self.pace.block
    }

    /// Natively only: waits for the GPU.
    fn prefill(&mut self, tokens: &[u32], state: &mut State, mut logits: Option<&mut [f32]>) -> Result<()> {
        while self.read(tokens, state, logits.as_deref_mut())?.is_pending() {
            self.wait();
        }
        let mut scratch = Vec::new();
        let scores = match logits {
            Some(logits) => logits,
            None => {
                scratch.resize(self.config.vocab, 0.0);
                &mut scratch
            }
        };
        while self.settle(state, scores)?.is_pending() {
            self.wait();
        }
        Ok(())
    }

    fn read(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<Poll<()>> {
        self.device.check()?;
        if let Some(JobKind::Read { tokens: count }) = self.job_of(state.stamp())? {
            if self.done.take(|_| ())?.is_pending() {
                return Ok(Poll::Pending);
            }
            let seconds = self.job.take().map_or(0.0, |job| job.started.elapsed().as_secs_f64());
            if count > 1 {
                self.pace.took(count, seconds);
            }
            state.position += count as u64;
            return Ok(Poll::Ready(()));
        }
        if self.job.is_some() {
            return Ok(Poll::Pending);
        }
        check_call(&self.config, self.dims.tokens, tokens, state, logits.as_deref())?;
        if self.resident == Some(state.stamp()) && tokens.len() == 1 && self.ahead.front() == Some(tokens[0]) {
            // The GPU has read it already.
            self.ahead.accept();
            self.slot = self.next_slot(self.slot);
            self.renew(state);
            state.position += 1;
            return Ok(Poll::Ready(()));
        }
        self.bring(state, None)?;
        self.start_read(tokens, state, logits.is_some());
        Ok(Poll::Pending)
    }

    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<u32>> {
        self.device.check()?;
        let job = self.job_of(state.stamp())?;
        if job.is_none() && self.job.is_some() {
            return Ok(Poll::Pending);
        }
        self.bring(state, Some(logits))?;
        if job == Some(JobKind::Scores) || !sampling::is_supported(sampler.settings()) {
            return self.choose_here(sampler, recent, state);
        }
        if let Some(id) = self.ahead.front() {
            if id == ahead::UNSURE {
                return self.choose_here(sampler, recent, state);
            }
            // While the host looks at these, the GPU goes on.
            self.go_ahead(sampler, recent, most);
            sampler.skip();
            return Ok(Poll::Ready(id));
        }
        self.go_ahead(sampler, recent, most);
        match self.ahead.collect()? {
            Poll::Pending => Ok(Poll::Pending),
            Poll::Ready(()) => self.choose(sampler, recent, state, logits, most),
        }
    }

    fn settle(&mut self, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>> {
        self.device.check()?;
        let stamp = state.stamp();
        if self.is_settled(state) {
            return Ok(Poll::Ready(()));
        }
        if self.job_of(stamp)? == Some(JobKind::Settle) {
            let (vocab, dims) = (self.config.vocab, &self.dims);
            let copied = self.copy.take(|words| {
                let (padded, scores) = words.split_at(dims.state_len());
                dims.unpad(bytemuck::cast_slice(padded), state);
                let vocab = logits.len().min(vocab);
                logits[..vocab].copy_from_slice(&bytemuck::cast_slice(scores)[..vocab]);
            })?;
            if copied.is_ready() {
                self.job = None;
                self.settled = Some(stamp);
            }
            return Ok(copied);
        }
        if self.job.is_some() {
            return Ok(Poll::Pending);
        }
        self.bring(state, None)?;
        self.ahead.clear();
        self.submit(|encoder| self.copy_slot(encoder, self.slot, self.copy.buffer(), false));
        self.started(JobKind::Settle, stamp);
        Ok(Poll::Pending)
    }

    fn is_settled(&self, state: &State) -> bool {
        self.settled == Some(state.stamp()) || !self.has(state)
    }

    fn has(&self, state: &State) -> bool {
        let stamp = state.stamp();
        self.resident == Some(stamp) || self.parked.iter().any(|(parked, _)| *parked == stamp)
    }

    fn wait(&self) {
        // Not for the submit after the one that is waited for: the GPU is to have work meanwhile.
        let oldest = if self.job.is_none() { self.ahead.oldest() } else { None };
        self.device.wait(oldest);
    }

    fn arrival(&self) -> Option<Arrival> {
        let readback = match &self.job {
            Some(job) => self.readback(job.kind),
            None => self.ahead.first_in_flight()?,
        };
        Some(Box::pin(readback.arrival()))
    }

    fn lose_device(&self) {
        self.device.destroy();
    }

    fn nudge(&self) {
        self.device.queue.submit([]);
    }
}
