//! Tokens that the GPU has chosen and read, and that nobody has looked at yet.

use core::task::Poll;
use std::collections::VecDeque;

use web_time::Instant;

use super::Gpu;
use super::device::Device;
use super::dims::Dims;
use super::plan::MOST_STEPS;
use super::readback::Readback;
use super::sampling;
use crate::error::Result;
use crate::sampler::{RECENT_TOKENS, Recent, Sampler};

/// Where 64 candidates do not settle the choice.
pub const UNSURE: u32 = u32::MAX;

/// How long a submit may take, so that a streamed word is never late, in seconds.
const SUBMIT_SECONDS: f64 = 0.025;
/// Submits under way: one that the GPU works on and one that waits for it.
const IN_FLIGHT: usize = 2;

pub struct Ahead {
    ids: VecDeque<u32>,
    in_flight: VecDeque<Batch>,
    /// Staging buffers, those not in flight; a few more than that, since a forgotten one comes back late.
    free: Vec<Readback>,
    /// Submitted for a sequence that was given up: only to be unmapped.
    forgotten: Vec<Readback>,
    /// Tokens of the next submit, of the first one of a sequence, and at most.
    size: usize,
    first: usize,
    most: usize,
    /// How many tokens may be unaccepted: the ring has no more slots.
    slots: usize,
}

struct Batch {
    steps: usize,
    readback: Readback,
    submission: wgpu::SubmissionIndex,
    submitted: Instant,
}

impl Ahead {
    pub fn new(device: &Device, dims: &Dims) -> Self {
        let free = (0..2 * IN_FLIGHT).map(|_| Readback::new(device, MOST_STEPS * 4)).collect();
        let (ids, in_flight, forgotten) = (VecDeque::new(), VecDeque::new(), Vec::new());
        Self { ids, in_flight, free, forgotten, size: 1, first: 1, most: dims.ahead, slots: dims.slots - 1 }
    }

    /// Submits of so many tokens always.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn fix(&mut self, tokens: usize) {
        (self.first, self.most, self.size) = (tokens, tokens, tokens);
    }

    /// The next token, if it has come.
    pub fn front(&self) -> Option<u32> {
        self.ids.front().copied()
    }

    pub fn accept(&mut self) {
        self.ids.pop_front();
    }

    /// Forgets everything: the sequence goes another way. The first token of the next way comes at once again.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.forgotten.extend(self.in_flight.drain(..).map(|batch| batch.readback));
        self.size = self.first;
    }

    fn unaccepted(&self) -> usize {
        self.ids.len() + self.in_flight.iter().map(|batch| batch.steps).sum::<usize>()
    }

    pub fn first_in_flight(&self) -> Option<&Readback> {
        self.in_flight.front().map(|batch| &batch.readback).or(self.forgotten.first())
    }

    pub fn oldest(&self) -> Option<wgpu::SubmissionIndex> {
        self.in_flight.front().map(|batch| batch.submission.clone())
    }

    /// Takes in the ids of the oldest submit.
    pub fn collect(&mut self) -> Result<Poll<()>> {
        self.tidy()?;
        let Some(batch) = self.in_flight.front() else { return Ok(Poll::Pending) };
        let steps = batch.steps;
        let ids = &mut self.ids;
        if batch.readback.take(|words| ids.extend(&words[..steps]))?.is_pending() {
            return Ok(Poll::Pending);
        }
        let seconds = batch.submitted.elapsed().as_secs_f64();
        if steps == self.size {
            self.size = match seconds {
                slow if slow > 2.0 * SUBMIT_SECONDS => (self.size / 2).max(self.first),
                quick if quick < SUBMIT_SECONDS => (self.size * 2).min(self.most),
                _ => self.size,
            };
        }
        self.free.extend(self.in_flight.pop_front().map(|batch| batch.readback));
        Ok(Poll::Ready(()))
    }

    fn tidy(&mut self) -> Result<()> {
        let mut rest = Vec::with_capacity(self.forgotten.len());
        for readback in self.forgotten.drain(..) {
            let is_back = readback.take(|_| ())?.is_ready();
            if is_back { self.free.push(readback) } else { rest.push(readback) }
        }
        self.forgotten = rest;
        Ok(())
    }
}

impl Gpu {
    /// Submits the choosing and reading of more tokens, if there is room for them and a use: at most `most` in all are
    /// wanted from here on.
    pub(super) fn go_ahead(&mut self, sampler: &Sampler, recent: &Recent, most: usize) {
        while self.ahead.in_flight.len() < IN_FLIGHT {
            let unaccepted = self.ahead.unaccepted();
            let steps = self.ahead.size.min(most.saturating_sub(unaccepted));
            if steps == 0 || unaccepted + steps > self.ahead.slots {
                return;
            }
            let Some(readback) = self.ahead.free.pop() else { return };
            let submission = self.submit_steps(sampler, recent, unaccepted, steps, &readback);
            self.ahead.in_flight.push_back(Batch { steps, readback, submission, submitted: Instant::now() });
        }
    }

    fn submit_steps(
        &self,
        sampler: &Sampler,
        recent: &Recent,
        unaccepted: usize,
        steps: usize,
        readback: &Readback,
    ) -> wgpu::SubmissionIndex {
        let (plan, queue) = (&self.plan, &self.device.queue);
        let request = sampling::request(sampler, sampler.drawn() + unaccepted as u64, steps);
        queue.write_buffer(&plan.buffers.request, 0, bytemuck::cast_slice(&request));
        if unaccepted == 0 {
            // Else the GPU stands where the last submit has brought it.
            let mut ring = [0; RECENT_TOKENS];
            let mut count = 0;
            for (place, token) in ring.iter_mut().zip(recent.iter()) {
                *place = token;
                count += 1;
            }
            queue.write_buffer(&plan.buffers.recent, 0, bytemuck::cast_slice(&ring));
            let control = [0, self.slot as u32, 1, 0, (count % RECENT_TOKENS) as u32, count as u32];
            queue.write_buffer(&plan.buffers.control, 0, bytemuck::cast_slice(&control));
        } else {
            queue.write_buffer(&plan.buffers.control, 12, bytemuck::cast_slice(&[0_u32]));
        }
        let submission = self.submit(|encoder| {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..steps {
                let token = [&plan.sample, &plan.embed, &plan.decode, &plan.head];
                token.into_iter().flatten().for_each(|dispatch| dispatch.record(&mut pass, 1));
            }
            drop(pass);
            readback.copy(encoder, &plan.buffers.chosen, 0, 0, steps * 4);
        });
        readback.start();
        submission
    }
}
