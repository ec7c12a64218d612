//! Sequences that decode together: a submit has a token of each in one pass over the weights, and chooses it with the
//! settings of each. Every one has a seat, which is slots, scores and rings of its own beside the ring of the others.
//!
//! Like the sequence in the ring, those in seats are ahead of the host. They take their steps in the same submits, but each
//! is looked at, goes back and leaves by itself.

use std::collections::VecDeque;

use core::task::Poll;
use web_time::Instant;

use super::ahead::{IN_FLIGHT, UNSURE, next_arrival, next_size};
use super::buffers::{Buffers, CONTROL_WORDS, MOST_STEPS, REQUEST_WORDS};
use super::control::Control;
use super::device::Device;
use super::dims::Dims;
use super::plan::Plan;
use super::readback::Readback;
use super::sampling;
use super::signal::Signal;
use super::weights::Weights;
use super::whole::Home;
use crate::error::Result;
use crate::model::Config;
use crate::sampler::{RECENT_TOKENS, Recent, Sampler};
use crate::state::Stamp;

/// A sequence that was not among those of so many gatherings takes no further steps: its run is over, or its reader slow.
const STAYS: u64 = 4;

pub struct Seats {
    pub dims: Dims,
    plan: Plan,
    seats: Vec<Option<Seat>>,
    in_flight: VecDeque<Batch>,
    /// Staging buffers that are not in flight.
    resting: Vec<Readback>,
    /// Steps of the next submit.
    size: usize,
    /// Counted up: the gatherings, and what tells the tokens that were discarded from those that are still wanted.
    gatherings: u64,
    epochs: u64,
}

/// A sequence in its seat.
pub struct Seat {
    pub stamp: Stamp,
    /// The content of the stamp is also in the host's memory.
    pub is_fetched: bool,
    /// Its current slot, and the tokens that it has read.
    pub slot: usize,
    pub position: u64,
    /// The last gathering that it was in.
    gathered: u64,
    /// Whether it may choose a token as one of those that were gathered.
    may_choose: bool,
    /// Whether it has chosen the front token, and may read it.
    has_chosen: bool,
    /// What it does ahead of the host; none before it has chosen here, and after that was discarded.
    going: Option<Going>,
}

/// Tokens of a seat that the GPU has sampled and read ahead of the host.
struct Going {
    epoch: u64,
    sampler: Sampler,
    /// The first random number of the next submit.
    draw: u64,
    /// Tokens that the GPU knows as recent, those ahead included.
    recent: usize,
    /// Tokens that the host will still ask for, the ones ahead included.
    most: usize,
    ids: VecDeque<u32>,
    /// Steps that are under way.
    coming: usize,
}

impl Going {
    fn unaccepted(&self) -> usize {
        self.ids.len() + self.coming
    }

    /// Steps that it wants of a submit of `size`, and those that it has room for.
    fn steps(&self, size: usize, slots: usize) -> (usize, usize) {
        let unaccepted = self.unaccepted();
        let left = self.most.saturating_sub(unaccepted);
        let is_unsure = self.ids.contains(&UNSURE);
        (if is_unsure { 0 } else { left.min(size) }, left.min((slots - 1).saturating_sub(unaccepted)))
    }
}

/// A submit: steps of some of the seats, each in a row of its own.
struct Batch {
    /// The seat of each row, and its epoch.
    rows: Vec<(usize, u64)>,
    steps: usize,
    readback: Readback,
    submission: wgpu::SubmissionIndex,
    submitted: Instant,
}

impl Seats {
    /// Begins to compile the kernels and to allocate the buffers of seats. The signal says whether there was room.
    pub fn new(device: &Device, config: &Config, dims: Dims, weights: &Weights) -> (Self, Signal) {
        let (buffers, room) = device.try_make(|| Buffers::new(device, &dims));
        let plan = Plan::new(device, config, &dims, weights, buffers);
        let staging = || Readback::with_room(device, dims.seats * MOST_STEPS * 4);
        let seats = Self {
            seats: (0..dims.seats).map(|_| None).collect(),
            in_flight: VecDeque::new(),
            // A few more than are in flight, since a discarded one becomes free only later.
            resting: (0..2 * IN_FLIGHT).map(|_| staging()).collect(),
            size: 1,
            gatherings: 0,
            epochs: 0,
            plan,
            dims,
        };
        (seats, room)
    }

    /// Bytes that its buffers need.
    pub fn bytes(dims: &Dims) -> u64 {
        let rings = dims.layers.iter().filter_map(|layer| layer.rings).map(|rings| 2 * rings.bytes());
        dims.ring_bytes() + (dims.slots * dims.scores) as u64 * 4 + dims.seats as u64 * rings.sum::<u64>()
    }

    pub fn home(&self, place: usize) -> Home<'_> {
        Home { dims: &self.dims, buffers: &self.plan.buffers, seat: place }
    }

    pub fn seat(&self, place: usize) -> Option<&Seat> {
        self.seats.get(place)?.as_ref()
    }

    fn taken(&self) -> impl Iterator<Item = (usize, &Seat)> {
        self.seats.iter().enumerate().filter_map(|(place, seat)| Some((place, seat.as_ref()?)))
    }

    /// A seat whose sequence is this one. Several may hold the same content, as forks do.
    pub fn find(&self, stamp: Stamp) -> Option<usize> {
        self.taken().find(|(_, seat)| seat.stamp == stamp).map(|(place, _)| place)
    }

    /// Whether the sequence was gathered and has not chosen since.
    pub fn may_choose(&self, stamp: Stamp) -> bool {
        self.taken().any(|(_, seat)| seat.stamp == stamp && seat.may_choose)
    }

    /// The seat in which the sequence with this sampler chooses.
    pub fn find_chooser(&self, stamp: Stamp, sampler: &Sampler) -> Option<usize> {
        let own = |seat: &Seat| seat.going.as_ref().map(|going| going.sampler.id() == sampler.id());
        let here = || self.taken().filter(|(_, seat)| seat.stamp == stamp && seat.may_choose);
        let found = here().find(|(_, seat)| own(seat) == Some(true));
        let found = found.or_else(|| here().find(|(_, seat)| own(seat).is_none())).or_else(|| here().next());
        found.map(|(place, _)| place)
    }

    /// The seat that has read this token already.
    pub fn find_reader(&self, stamp: Stamp, token: u32) -> Option<usize> {
        let is_next = |seat: &Seat| seat.has_chosen && seat.front() == Some(token);
        self.taken().find(|(_, seat)| seat.stamp == stamp && is_next(seat)).map(|(place, _)| place)
    }

    /// Begins a gathering. Whoever is in it already finds a seat among those that are not claimed yet.
    pub fn begin_gathering(&mut self) {
        self.gatherings += 1;
    }

    /// Has the sequence choose with the others if it has a seat that no other one has claimed in this gathering.
    pub fn claim(&mut self, stamp: Stamp, sampler: &Sampler) -> bool {
        let now = self.gatherings;
        let own = |seat: &Seat| seat.going.as_ref().is_some_and(|going| going.sampler.id() == sampler.id());
        let here = |seat: &&mut Seat| seat.stamp == stamp && seat.gathered != now;
        let mut all: Vec<&mut Seat> = self.seats.iter_mut().flatten().filter(here).collect();
        all.sort_by_key(|seat| !own(seat));
        let Some(seat) = all.into_iter().next() else { return false };
        (seat.gathered, seat.may_choose) = (now, true);
        true
    }

    /// Whether any sequence is near.
    pub fn has_others(&self) -> bool {
        self.taken().any(|(_, seat)| self.is_near(seat))
    }

    /// A seat for another sequence: a free one, or else the one that was not in a gathering for longest. None where
    /// all were in the last ones.
    pub fn place(&self) -> Option<usize> {
        let free = self.seats.iter().position(Option::is_none);
        let oldest = || self.taken().min_by_key(|(_, seat)| seat.gathered);
        free.or_else(|| oldest().filter(|(_, seat)| !self.is_near(seat)).map(|(place, _)| place))
    }

    fn is_near(&self, seat: &Seat) -> bool {
        self.gatherings - seat.gathered < STAYS
    }

    /// The first slot of a seat, into which a sequence is copied.
    pub fn first_slot(&self, place: usize) -> usize {
        place * self.dims.seat_slots
    }

    /// Takes in a sequence that was copied into the first slot.
    pub fn sit(&mut self, place: usize, stamp: Stamp, position: u64, is_fetched: bool) {
        let (slot, gathered) = (self.first_slot(place), self.gatherings);
        let (may_choose, has_chosen, going) = (true, false, None);
        self.seats[place] = Some(Seat { stamp, is_fetched, slot, position, gathered, may_choose, has_chosen, going });
    }

    pub fn leave(&mut self, place: usize) {
        self.seats[place] = None;
    }

    /// The content of this stamp has come to the host.
    pub fn fetched(&mut self, stamp: Stamp) {
        self.seats.iter_mut().flatten().filter(|seat| seat.stamp == stamp).for_each(|seat| seat.is_fetched = true);
    }

    /// The sequence has read the front token, and is `stamp` now.
    pub fn accept(&mut self, place: usize, stamp: Stamp) {
        let first = self.first_slot(place);
        let slots = self.dims.seat_slots;
        let Some(seat) = &mut self.seats[place] else { return };
        if let Some(going) = &mut seat.going {
            going.ids.pop_front();
            going.most = going.most.saturating_sub(1);
        }
        seat.slot = first + (seat.slot - first + 1) % slots;
        (seat.position, seat.stamp, seat.is_fetched, seat.has_chosen) = (seat.position + 1, stamp, false, false);
    }

    /// The next token of a seat, if it has come.
    pub fn front(&self, place: usize) -> Option<u32> {
        self.seat(place)?.front()
    }

    /// The front token was handed out.
    pub fn chose(&mut self, place: usize) {
        if let Some(seat) = &mut self.seats[place] {
            (seat.may_choose, seat.has_chosen) = (false, true);
        }
    }

    /// Has a seat go on for this sampler, for at most `most` tokens. What went on for another one is discarded.
    pub fn begin(&mut self, device: &Device, place: usize, sampler: &Sampler, recent: &Recent, most: usize) {
        let Some(seat) = &mut self.seats[place] else { return };
        if let Some(going) = seat.going.as_mut().filter(|going| going.sampler.id() == sampler.id()) {
            going.most = most;
            return;
        }
        let mut ring = [0; RECENT_TOKENS];
        let mut count = 0;
        for (place, token) in ring.iter_mut().zip(recent.iter()) {
            *place = token;
            count += 1;
        }
        let at = (place * RECENT_TOKENS * 4) as u64;
        device.queue.write_buffer(&self.plan.buffers.recent, at, bytemuck::cast_slice(&ring));
        self.epochs += 1;
        seat.going = Some(Going {
            epoch: self.epochs,
            sampler: sampler.clone(),
            draw: sampler.drawn(),
            recent: count,
            most,
            ids: VecDeque::new(),
            coming: 0,
        });
    }

    /// Submits steps of all that are near and have room for them.
    pub fn go_ahead(&mut self, device: &Device) {
        while self.in_flight.len() < IN_FLIGHT {
            let (size, slots) = (self.size, self.dims.seat_slots);
            // Who has room for less than half of a submit goes with the next one, so that the others do not stop as often.
            let steps = |seat: &Seat| {
                let (wanted, room) = seat.going.as_ref().filter(|_| self.is_near(seat))?.steps(size, slots);
                (wanted > 0 && 2 * room >= wanted).then_some(room.min(size))
            };
            let rows: Vec<(usize, usize)> =
                self.taken().filter_map(|(place, seat)| Some((place, steps(seat)?))).collect();
            let Some(steps) = rows.iter().map(|&(_, steps)| steps).min().filter(|&steps| steps > 0) else { return };
            let Some(free) = self.resting.iter_mut().position(Readback::is_free) else { return };
            let readback = self.resting.swap_remove(free);
            let batch = self.submit(device, rows.into_iter().map(|(place, _)| place).collect(), steps, readback);
            self.in_flight.push_back(batch);
        }
    }

    fn submit(&mut self, device: &Device, places: Vec<usize>, steps: usize, mut readback: Readback) -> Batch {
        let sequences = places.len();
        let slots = self.dims.seat_slots;
        let mut controls = Vec::with_capacity(sequences * CONTROL_WORDS);
        let mut requests = Vec::with_capacity(sequences * REQUEST_WORDS);
        let mut rows = Vec::with_capacity(sequences);
        for place in places {
            let first = self.first_slot(place);
            let Some(seat) = &mut self.seats[place] else { continue };
            let Some(going) = &mut seat.going else { continue };
            let unaccepted = going.unaccepted();
            let control = Control {
                slot_out: (first + (seat.slot - first + unaccepted) % slots) as u32,
                recent_next: (going.recent % RECENT_TOKENS) as u32,
                recent_count: going.recent.min(RECENT_TOKENS) as u32,
                // `choose` comes first and counts the token before it.
                position: (seat.position as u32).wrapping_add(unaccepted as u32).wrapping_sub(1),
                first_slot: first as u32,
                slots: slots as u32,
                seat: place as u32,
                sequences: sequences as u32,
                ..Control::default()
            };
            controls.extend(control.words());
            requests.extend(sampling::request(&going.sampler, going.draw, steps));
            going.draw += steps as u64;
            going.recent += steps;
            going.coming += steps;
            rows.push((place, going.epoch));
        }
        let (plan, queue) = (&self.plan, &device.queue);
        queue.write_buffer(&plan.buffers.control, 0, bytemuck::cast_slice(&controls));
        queue.write_buffer(&plan.buffers.request, 0, bytemuck::cast_slice(&requests));
        let bytes = sequences * MOST_STEPS * 4;
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for _ in 0..steps {
            plan.token().for_each(|dispatch| dispatch.record(&mut pass, sequences as u32));
        }
        drop(pass);
        readback.copy(&mut encoder, &plan.buffers.chosen, 0, bytes);
        let submission = queue.submit([encoder.finish()]);
        readback.start(bytes);
        Batch { rows, steps, readback, submission, submitted: Instant::now() }
    }

    /// Takes in the ids of the oldest submit.
    pub fn collect(&mut self) -> Result<Poll<()>> {
        let Some(batch) = self.in_flight.front_mut() else { return Ok(Poll::Pending) };
        let Poll::Ready(words) = batch.readback.take(<[u32]>::to_vec)? else { return Ok(Poll::Pending) };
        let Some(batch) = self.in_flight.pop_front() else { return Ok(Poll::Pending) };
        for (&(place, epoch), ids) in batch.rows.iter().zip(words.chunks_exact(MOST_STEPS)) {
            let going = self.seats[place].as_mut().and_then(|seat| seat.going.as_mut());
            if let Some(going) = going.filter(|going| going.epoch == epoch) {
                going.ids.extend(&ids[..batch.steps]);
                going.coming -= batch.steps;
            }
        }
        if batch.steps == self.size {
            self.size = next_size(batch.steps, batch.submitted, 1..=self.dims.ahead);
        }
        self.resting.push(batch.readback);
        Ok(Poll::Ready(()))
    }

    /// Resolves when [`Seats::go_ahead`] or [`Seats::collect`] may have more to do.
    pub fn arrival(&self) -> Option<Signal> {
        next_arrival(self.in_flight.front().map(|batch| &batch.readback), &self.resting)
    }

    pub fn oldest(&self) -> Option<wgpu::SubmissionIndex> {
        self.in_flight.front().map(|batch| batch.submission.clone())
    }
}

impl Seat {
    fn front(&self) -> Option<u32> {
        self.going.as_ref()?.ids.front().copied()
    }
}
