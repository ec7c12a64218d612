//! Tokens that the GPU has sampled and read ahead of the host.

use core::ops::RangeInclusive;
use core::task::Poll;
use std::collections::VecDeque;

use web_time::Instant;

use super::Gpu;
use super::buffers::MOST_STEPS;
use super::control::Control;
use super::device::Device;
use super::dims::Dims;
use super::readback::Readback;
use super::sampling;
use super::signal::Signal;
use crate::error::Result;
use crate::sampler::{RECENT_TOKENS, Recent, Sampler};

/// Where 64 candidates do not settle the choice.
pub const UNSURE: u32 = u32::MAX;

/// How long a submit may take, so that a streamed word is never late, in seconds.
const SUBMIT_SECONDS: f64 = 0.025;
/// Submits in flight: the GPU works on one while the next one waits.
pub const IN_FLIGHT: usize = 2;

pub struct Ahead {
    ids: VecDeque<u32>,
    in_flight: VecDeque<Batch>,
    /// Staging buffers that are not in flight. A few more than the submits in flight, since a discarded one becomes
    /// free only later.
    resting: Vec<Readback>,
    /// The sampler that chose these tokens. They are useless to another one.
    sampler: Option<u64>,
    /// Tokens of the next submit, of the first one of a sequence, and at most.
    size: usize,
    first: usize,
    most: usize,
    /// The most tokens that may be unaccepted, bounded by the slots of the ring.
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
        let resting = (0..2 * IN_FLIGHT).map(|_| Readback::with_room(device, MOST_STEPS * 4)).collect();
        let (ids, in_flight, sampler) = (VecDeque::new(), VecDeque::new(), None);
        Self { ids, in_flight, resting, sampler, size: 1, first: 1, most: dims.ahead, slots: dims.slots - 1 }
    }

    /// Fixes the tokens of a submit.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn fix(&mut self, tokens: usize) {
        (self.first, self.most, self.size) = (tokens, tokens, tokens);
    }

    /// Begins to sample for `sampler`.
    pub fn is_for(&mut self, sampler: &Sampler) {
        if self.sampler != Some(sampler.id()) {
            self.clear();
            self.sampler = Some(sampler.id());
        }
    }

    /// The next token, if it has come.
    pub fn front(&self) -> Option<u32> {
        self.ids.front().copied()
    }

    pub fn accept(&mut self) {
        self.ids.pop_front();
    }

    /// Discards everything, because the sequence continues differently. The next submit is short again, so that its
    /// first token comes soon.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.resting.extend(self.in_flight.drain(..).map(|batch| batch.readback));
        self.size = self.first;
    }

    fn unaccepted(&self) -> usize {
        self.ids.len() + self.in_flight.iter().map(|batch| batch.steps).sum::<usize>()
    }

    /// Resolves when [`Gpu::go_ahead`] or [`Ahead::collect`] may have more to do.
    pub fn arrival(&self) -> Option<Signal> {
        next_arrival(self.in_flight.front().map(|batch| &batch.readback), &self.resting)
    }

    pub fn oldest(&self) -> Option<wgpu::SubmissionIndex> {
        self.in_flight.front().map(|batch| batch.submission.clone())
    }

    /// Takes in the ids of the oldest submit.
    pub fn collect(&mut self) -> Result<Poll<()>> {
        let Some(batch) = self.in_flight.front_mut() else { return Ok(Poll::Pending) };
        let steps = batch.steps;
        let ids = &mut self.ids;
        if batch.readback.take(|words| ids.extend(&words[..steps]))?.is_pending() {
            return Ok(Poll::Pending);
        }
        if steps == self.size {
            self.size = next_size(steps, batch.submitted, self.first..=self.most);
        }
        self.resting.extend(self.in_flight.pop_front().map(|batch| batch.readback));
        Ok(Poll::Ready(()))
    }
}

/// Resolves when the oldest submit's ids are here or, with none in flight, when a staging buffer may be free.
pub fn next_arrival(oldest: Option<&Readback>, resting: &[Readback]) -> Option<Signal> {
    oldest.map_or_else(|| resting.iter().find_map(Readback::arrival), Readback::arrival)
}

/// Steps of the next submit after one of `steps`, so that a submit takes about [`SUBMIT_SECONDS`].
pub fn next_size(steps: usize, submitted: Instant, within: RangeInclusive<usize>) -> usize {
    match submitted.elapsed().as_secs_f64() {
        slow if slow > 2.0 * SUBMIT_SECONDS => (steps / 2).max(*within.start()),
        quick if quick < SUBMIT_SECONDS => (steps * 2).min(*within.end()),
        _ => steps,
    }
}

impl Gpu {
    /// Submits sampling and reading of more tokens if there is room for them. The caller wants at most `most` more in
    /// all.
    pub(super) fn go_ahead(&mut self, sampler: &Sampler, recent: &Recent, most: usize) {
        while self.ahead.in_flight.len() < IN_FLIGHT {
            let unaccepted = self.ahead.unaccepted();
            let steps = self.ahead.size.min(most.saturating_sub(unaccepted));
            if steps == 0 || unaccepted + steps > self.ahead.slots {
                return;
            }
            let Some(place) = self.ahead.resting.iter_mut().position(Readback::is_free) else { return };
            let mut readback = self.ahead.resting.swap_remove(place);
            let submission = self.submit_steps(sampler, recent, unaccepted, steps, &mut readback);
            self.ahead.in_flight.push_back(Batch { steps, readback, submission, submitted: Instant::now() });
        }
    }

    fn submit_steps(
        &self,
        sampler: &Sampler,
        recent: &Recent,
        unaccepted: usize,
        steps: usize,
        readback: &mut Readback,
    ) -> wgpu::SubmissionIndex {
        let (plan, queue) = (&self.plan, &self.device.queue);
        let request = sampling::request(sampler, sampler.drawn() + unaccepted as u64, steps);
        queue.write_buffer(&plan.buffers.request, 0, bytemuck::cast_slice(&request));
        if unaccepted == 0 {
            // Otherwise the GPU continues from where the last submit ended.
            let mut ring = [0; RECENT_TOKENS];
            let mut count = 0;
            for (place, token) in ring.iter_mut().zip(recent.iter()) {
                *place = token;
                count += 1;
            }
            queue.write_buffer(&plan.buffers.recent, 0, bytemuck::cast_slice(&ring));
            // `choose` comes first and counts the token before it.
            let position = (self.position as u32).wrapping_sub(1);
            let control = Control {
                slot_out: self.slot as u32,
                recent_next: (count % RECENT_TOKENS) as u32,
                recent_count: count as u32,
                position,
                slots: self.dims.slots as u32,
                ..Control::default()
            };
            queue.write_buffer(&plan.buffers.control, 0, bytemuck::cast_slice(&control.words()));
        } else {
            queue.write_buffer(&plan.buffers.control, 12, bytemuck::cast_slice(&[0_u32]));
        }
        let submission = self.submit(|encoder| {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..steps {
                plan.token().for_each(|dispatch| dispatch.record(&mut pass, 1));
            }
            drop(pass);
            readback.copy(encoder, &plan.buffers.chosen, 0, steps * 4);
        });
        readback.start(steps * 4);
        submission
    }
}
