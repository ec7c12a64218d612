//! Mamba in WebGPU shaders: WebGPU in a browser; Vulkan, Metal or Direct3D natively; the same shaders and host code.
//!
//! The state and the scores of a sequence live on the GPU in a ring of slots. Reading a token goes from one slot to the
//! next and leaves the old one as it was, so a sequence can go back to any of the last tokens by naming another slot.
//! That lets the GPU sample by itself and run ahead of the host: several tokens a submit, and the next submit before
//! the last has come back. Only ids come back; the state comes back when it is [fetched](Remote::fetch).
//!
//! Keys and values of attention are in rings of their own, a row a token. They have more rows than a token looks back at,
//! so going back is to name an earlier position, and what was read ahead is overwritten.
//!
//! One sequence is in the ring at a time. To let another one in, its state is parked beside the ring. Where there is no
//! room, the state is lost and its tokens are replayed. Results of a submit still reach the sequence that submitted it
//! after it has left the ring, because the GPU works in the order of submission.
//!
//! Sequences that generate at once leave the ring for [seats](seats), where they decode together.

mod ahead;
mod budget;
mod buffers;
mod control;
mod device;
mod dims;
mod kernels;
mod matrix;
mod pace;
mod packing;
mod plan;
#[cfg(not(target_arch = "wasm32"))]
mod profile;
mod readback;
mod rings;
mod sampling;
mod seats;
mod signal;
mod spare;
mod together;
mod turn;
mod weights;
mod whole;

use core::task::Poll;

pub use device::Device;
#[cfg(not(target_arch = "wasm32"))]
pub use profile::Timing;
pub use weights::GpuLoader;

use crate::allocate::reserved;
use crate::backend::{Arrival, Backend, Choice, Fetch, Member, Precision, Remote, Stub, Ticket, check_call};
use crate::error::{Error, Result};
use crate::model::Config;
use crate::sampler::{Recent, Sampler};
use crate::state::{Stamp, State};
use ahead::Ahead;
use control::Control;
use dims::Dims;
use pace::Pace;
use plan::Plan;
use readback::{Readback, Readbacks};
use signal::Signal;
use spare::Spares;
use together::Together;
use weights::Weights;

/// The GPU backend; made by [`GpuLoader`].
pub struct Gpu {
    device: Device,
    config: Config,
    dims: Dims,
    precision: Precision,
    weights: Weights,
    plan: Plan,
    /// The sequence in the ring, its current slot, and the tokens that it has read.
    resident: Option<Stamp>,
    slot: usize,
    position: u64,
    /// The content of this stamp is also in the host's memory.
    fetched: Option<Stamp>,
    /// Parked sequences, oldest first.
    parked: Vec<Parked>,
    parking: Spares,
    ahead: Ahead,
    /// Sequences that decode together.
    together: Together,
    /// What was submitted and is not back yet, oldest first.
    jobs: Vec<Job>,
    /// Staging buffers for the word that says that a block is read, for scores, and for a state with its scores.
    done: Readbacks,
    scores: Readbacks,
    states: Readbacks,
    pace: Pace,
    /// When the last block was read.
    last_read: web_time::Instant,
}

/// A sequence beside the ring.
struct Parked {
    stamp: Stamp,
    /// Tokens that it has read.
    position: u64,
    buffer: wgpu::Buffer,
}

struct Job {
    stub: Stub,
    work: Work,
    readback: Readback,
    submission: wgpu::SubmissionIndex,
    started: web_time::Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Read {
        tokens: usize,
    },
    Scores,
    /// The state with this stamp, after so many tokens.
    State(Stamp, u64),
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
        let state_bytes = dims.whole_bytes();
        let mut gpu = Self {
            ahead: Ahead::new(&device, &dims),
            together: Together::Unasked,
            done: Readbacks::new("end of a block", 4),
            scores: Readbacks::new("scores to fetch", dims.scores * 4),
            states: Readbacks::new("state to fetch", state_bytes),
            parking: Spares::new(
                "parked state",
                state_bytes,
                wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            ),
            pace: Pace::new(dims.tokens),
            last_read: web_time::Instant::now(),
            resident: None,
            slot: 0,
            position: 0,
            fetched: None,
            parked: Vec::new(),
            jobs: Vec::new(),
            device,
            config,
            dims,
            precision,
            weights,
            plan,
        };
        // Buffers that every session needs are created now.
        if let Poll::Ready(states) = gpu.states.get(&gpu.device) {
            let states = states.ok_or_else(|| no_room("give a state back", state_bytes))?;
            gpu.states.give(states);
        }
        gpu.device.check()?;
        gpu.device.works();
        Ok(gpu)
    }

    fn next_slot(&self, slot: usize) -> usize {
        (slot + 1) % self.dims.slots
    }

    fn submit(&self, record: impl FnOnce(&mut wgpu::CommandEncoder)) -> wgpu::SubmissionIndex {
        let mut encoder = self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder);
        self.device.queue.submit([encoder.finish()])
    }

    /// Notes that `state` is about to change on the GPU.
    fn renew(&mut self, state: &mut State) {
        state.renew();
        self.resident = Some(state.stamp());
    }

    fn write_control(&self, slot_in: usize, slot_out: usize, tokens: usize) {
        // The recent tokens are written where something is chosen.
        let [slot_in, slot_out, tokens] = [slot_in, slot_out, tokens].map(|number| number as u32);
        let position = self.position as u32;
        let control =
            Control { slot_in, slot_out, tokens, position, slots: self.dims.slots as u32, ..Control::default() };
        self.device.queue.write_buffer(&self.plan.buffers.control, 0, bytemuck::cast_slice(&control.words()));
    }

    /// # Errors
    /// [`Error::BadArgument`] if a position is near the last one that the shaders can count.
    fn check_position(&self, position: u64) -> Result<()> {
        const LAST: u64 = 4_294_900_000;
        if self.dims.has_rings() && position > LAST {
            return Err(Error::BadArgument(format!("With attention, a session on the GPU ends after {LAST} tokens.")));
        }
        Ok(())
    }

    /// Submits the reading of a block by the sequence in the ring.
    fn start_read(&mut self, tokens: &[u32], with_scores: bool, mut done: Readback) -> Ticket {
        self.ahead.clear();
        let next = self.next_slot(self.slot);
        self.write_control(self.slot, next, tokens.len());
        self.device.queue.write_buffer(&self.plan.buffers.tokens, 0, bytemuck::cast_slice(tokens));
        let (plan, t) = (&self.plan, tokens.len() as u32);
        let layers = plan.layers(tokens.len(), self.dims.chunk);
        let submission = self.submit(|encoder| {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            plan.embed.iter().chain(layers).for_each(|dispatch| dispatch.record(&mut pass, t));
            if with_scores {
                plan.head.iter().for_each(|dispatch| dispatch.record(&mut pass, t));
            }
            drop(pass);
            done.copy(encoder, &plan.buffers.control, 0, 4);
        });
        done.start(4);
        self.slot = next;
        self.position += tokens.len() as u64;
        self.started(Work::Read { tokens: tokens.len() }, done, submission)
    }

    fn started(&mut self, work: Work, readback: Readback, submission: wgpu::SubmissionIndex) -> Ticket {
        let ticket = Ticket::default();
        self.jobs.push(Job { stub: ticket.stub(), work, readback, submission, started: web_time::Instant::now() });
        ticket
    }

    fn readbacks(&mut self, work: Work) -> &mut Readbacks {
        match work {
            Work::Read { .. } => &mut self.done,
            Work::Scores => &mut self.scores,
            Work::State(..) => &mut self.states,
        }
    }

    /// Takes back the buffers of dropped tickets.
    fn tidy(&mut self) {
        while let Some(place) = self.jobs.iter().position(|job| job.stub.is_dropped()) {
            let Job { work, readback, .. } = self.jobs.remove(place);
            self.readbacks(work).give(readback);
        }
    }

    fn job(&self, ticket: &Ticket) -> Option<&Job> {
        self.jobs.iter().find(|job| job.stub.is_of(ticket))
    }
}

fn no_room(to: &str, bytes: usize) -> Error {
    Error::OutOfMemory(format!("The GPU has no room to {to} ({} MB).", bytes.div_ceil(1_000_000)))
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

    /// Natively only: a browser's GPU makes no progress while the thread blocks.
    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()> {
        if cfg!(target_arch = "wasm32") {
            return Err(Error::BadArgument(
                "In a browser the GPU backend is asynchronous; use its remote interface.".into(),
            ));
        }
        let mut scratch = Vec::new();
        let with_scores = logits.is_some();
        let scores = match logits {
            Some(logits) => logits,
            None => {
                scratch.resize(self.config.vocab, 0.0);
                &mut scratch
            }
        };
        check_call(&self.config, self.dims.tokens, tokens, state, Some(scores))?;
        let waited = |gpu: &mut Self, ticket: Option<Ticket>, state: &mut State, scores: &mut [f32]| -> Result<()> {
            let Some(ticket) = ticket else { return Ok(()) };
            while gpu.take(&ticket, state, scores)?.is_pending() {
                gpu.wait(Some(&ticket));
            }
            Ok(())
        };
        loop {
            if let Poll::Ready(ticket) = self.read(tokens, state, with_scores)? {
                waited(self, ticket, state, scores)?;
                break;
            }
            self.wait(None);
        }
        loop {
            if let Poll::Ready(ticket) = self.fetch(Fetch::All, state)? {
                waited(self, Some(ticket), state, scores)?;
                break;
            }
            self.wait(None);
        }
        state.position += tokens.len() as u64;
        Ok(())
    }

    fn remote(&mut self) -> Option<&mut dyn Remote> {
        Some(self)
    }
}

impl Remote for Gpu {
    fn read(&mut self, tokens: &[u32], state: &mut State, scores: bool) -> Result<Poll<Option<Ticket>>> {
        self.device.check()?;
        self.tidy();
        check_call(&self.config, self.dims.tokens, tokens, state, None)?;
        if self.resident == Some(state.stamp()) && tokens.len() == 1 && self.ahead.front() == Some(tokens[0]) {
            // The GPU has read it already.
            self.check_position(self.position)?;
            self.ahead.accept();
            self.slot = self.next_slot(self.slot);
            self.position += 1;
            self.renew(state);
            return Ok(Poll::Ready(None));
        }
        if tokens.len() == 1 && self.accept_together(tokens[0], state)? {
            return Ok(Poll::Ready(None));
        }
        // First, or a state could be brought without its scores and then not be read: `choose` would take it as it lies there.
        let Poll::Ready(done) = self.done.get(&self.device) else { return Ok(Poll::Pending) };
        let done = done.ok_or_else(|| no_room("read", 4))?;
        let brought = self.bring(state, None).and_then(|brought| self.check_position(self.position).map(|()| brought));
        if !matches!(brought, Ok(Poll::Ready(()))) {
            self.done.give(done);
            return brought.map(|_| Poll::Pending);
        }
        self.renew(state);
        Ok(Poll::Ready(Some(self.start_read(tokens, scores, done))))
    }

    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<Choice>> {
        self.device.check()?;
        if !sampling::is_supported(sampler.settings()) {
            return Ok(Poll::Ready(Choice::Unsure));
        }
        if let Some(chosen) = self.choose_together(sampler, recent, state, most)? {
            return Ok(chosen);
        }
        if self.bring(state, Some(logits))?.is_pending() {
            return Ok(Poll::Pending);
        }
        self.ahead.is_for(sampler);
        loop {
            // While the host looks at these, the GPU goes on.
            let front = self.ahead.front();
            if front != Some(ahead::UNSURE) {
                self.go_ahead(sampler, recent, most);
            }
            match front {
                Some(ahead::UNSURE) => return Ok(Poll::Ready(Choice::Unsure)),
                Some(id) => {
                    sampler.skip();
                    return Ok(Poll::Ready(Choice::Token(id)));
                }
                None => {
                    if self.ahead.collect().map_err(|error| self.device.fail(error))?.is_pending() {
                        return Ok(Poll::Pending);
                    }
                }
            }
        }
    }

    fn fetch(&mut self, what: Fetch, state: &mut State) -> Result<Poll<Ticket>> {
        self.device.check()?;
        self.tidy();
        let place = self.together.find(state.stamp());
        if place.is_none() && self.bring(state, None)?.is_pending() {
            return Ok(Poll::Pending);
        }
        let (slot, position) = self.together.standing(place).unwrap_or((self.slot, self.position));
        let work = match what {
            Fetch::Scores => Work::Scores,
            Fetch::All => Work::State(state.stamp(), position),
        };
        let device = self.device.clone();
        let Poll::Ready(readback) = self.readbacks(work).get(&device) else { return Ok(Poll::Pending) };
        let state_bytes = self.dims.whole_bytes();
        let mut readback = readback.ok_or_else(|| no_room("give a state back", state_bytes))?;
        if place.is_none() {
            self.ahead.clear();
        }
        let home = self.together.home(place).unwrap_or_else(|| self.home());
        let submission = self.submit(|encoder| match what {
            Fetch::Scores => {
                let bytes = self.dims.scores * 4;
                readback.copy(encoder, &home.buffers.scores, slot * bytes, bytes);
            }
            Fetch::All => home.copy_whole(encoder, slot, position, readback.buffer(), false),
        });
        readback.start(match what {
            Fetch::Scores => self.dims.scores * 4,
            Fetch::All => self.dims.whole_bytes_at(position),
        });
        Ok(Poll::Ready(self.started(work, readback, submission)))
    }

    fn take(&mut self, ticket: &Ticket, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>> {
        self.device.check()?;
        let Some(place) = self.jobs.iter().position(|job| job.stub.is_of(ticket)) else {
            return Err(Error::DeviceLost("The GPU has no record of this work.".into()));
        };
        let (config, dims, job) = (&self.config, &self.dims, &mut self.jobs[place]);
        let work = job.work;
        if let Work::State(_, position) = work {
            state.make_whole()?;
            // In a browser wgpu makes a copy of the bytes, which cannot fail; so there has to be room for it.
            drop(reserved::<u8>(dims.whole_bytes_at(position), "a state on its way back")?);
        }
        let taken = job.readback.take(|words| {
            let scores: &[f32] = bytemuck::cast_slice(match work {
                Work::Read { .. } => return,
                Work::Scores => words,
                Work::State(_, position) => {
                    let (padded, rest) = words.split_at(dims.state_len());
                    let (scores, rings) = rest.split_at(dims.scores);
                    dims.unpad(bytemuck::cast_slice(padded), state);
                    dims.unpack_rings(rings, position, state);
                    scores
                }
            });
            let vocab = logits.len().min(config.vocab);
            logits[..vocab].copy_from_slice(&scores[..vocab]);
        });
        if taken.map_err(|error| self.device.fail(error))?.is_pending() {
            return Ok(Poll::Pending);
        }
        let job = self.jobs.remove(place);
        match work {
            Work::Read { tokens } => {
                // The GPU may have begun it only after another sequence's.
                let seconds = job.started.max(self.last_read).elapsed().as_secs_f64();
                self.last_read = web_time::Instant::now();
                if tokens > 1 {
                    self.pace.took(tokens, seconds);
                }
            }
            Work::State(stamp, _) => {
                self.together.fetched(stamp);
                if self.resident == Some(stamp) {
                    self.fetched = Some(stamp);
                } else if let Some(place) = self.parked.iter().position(|parked| parked.stamp == stamp) {
                    self.parking.give(self.parked.remove(place).buffer);
                }
            }
            Work::Scores => {}
        }
        self.readbacks(work).give(job.readback);
        Ok(Poll::Ready(()))
    }

    fn has(&self, state: &State) -> bool {
        let stamp = state.stamp();
        self.resident == Some(stamp)
            || self.parked.iter().any(|parked| parked.stamp == stamp)
            || self.together.find(stamp).is_some()
    }

    fn gathers(&mut self, sampler: &Sampler) -> bool {
        sampling::is_supported(sampler.settings()) && self.seats_are_ready()
    }

    fn gather(&mut self, members: &mut [Member<'_>]) {
        self.gather_all(members);
    }

    fn is_gathered(&self, state: &State) -> bool {
        self.together.may_choose(state.stamp())
    }

    fn wait(&self, ticket: Option<&Ticket>) {
        // Waits for one submit only, so that the GPU still has work afterwards.
        let oldest = ticket.and_then(|ticket| self.job(ticket)).map(|job| job.submission.clone());
        if let Some(together) = self.together.oldest().filter(|_| oldest.is_none()) {
            self.device.wait(Some(together));
        }
        self.device.wait(oldest.or_else(|| self.ahead.oldest()));
    }

    fn arrival(&self, ticket: Option<&Ticket>) -> Option<Arrival> {
        let of_ticket = ticket.and_then(|ticket| self.job(ticket)).and_then(|job| job.readback.arrival());
        let of_room = || self.parking.arrival().or_else(|| self.done.arrival());
        let of_room = || of_room().or_else(|| self.states.arrival()).or_else(|| self.scores.arrival());
        // Nobody may look at what has come for one of these two, while the caller waits for the other.
        let of_ahead = || {
            let both = [self.together.arrival(), self.ahead.arrival()];
            let is_awaited = |signal: &&Signal| signal.said().is_none();
            both.iter().flatten().find(is_awaited).or(both.iter().flatten().next()).cloned()
        };
        let signal: Signal = of_ticket.or_else(of_room).or_else(of_ahead)?;
        Some(Box::pin(signal))
    }

    fn hurry(&self) {
        self.device.queue.submit([]);
    }

    fn lose_device(&self) {
        self.device.destroy();
    }
}
