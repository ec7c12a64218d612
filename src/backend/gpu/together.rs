//! Who decodes together: sequences come from the ring into seats, and go back to it when one goes on by itself.

use core::task::Poll;

use super::budget::Need;
use super::matrix::Format;
use super::seats::Seats;
use super::signal::Signal;
use super::whole::Home;
use super::{Gpu, Parked, ahead, sampling};
use crate::backend::{Choice, Member};
use crate::error::Result;
use crate::sampler::{Recent, Sampler};
use crate::state::{Stamp, State};

/// The seats, which are made when several sequences generate at once for the first time.
pub enum Together {
    Unasked,
    /// The kernels are being compiled. The signal says whether there was room for the buffers.
    Coming(Box<Seats>, Signal),
    Here(Box<Seats>),
    /// There is no room for them, so sequences take turns.
    NoRoom,
}

impl Together {
    fn seats(&self) -> Option<&Seats> {
        if let Self::Here(seats) = self { Some(seats) } else { None }
    }

    fn seats_mut(&mut self) -> Option<&mut Seats> {
        if let Self::Here(seats) = self { Some(seats) } else { None }
    }

    pub fn find(&self, stamp: Stamp) -> Option<usize> {
        self.seats()?.find(stamp)
    }

    pub fn may_choose(&self, stamp: Stamp) -> bool {
        self.seats().is_some_and(|seats| seats.may_choose(stamp))
    }

    /// The slot of a seat, and the tokens that its sequence has read.
    pub fn standing(&self, place: Option<usize>) -> Option<(usize, u64)> {
        let seat = self.seats()?.seat(place?)?;
        Some((seat.slot, seat.position))
    }

    pub fn home(&self, place: Option<usize>) -> Option<Home<'_>> {
        Some(self.seats()?.home(place?))
    }

    pub fn fetched(&mut self, stamp: Stamp) {
        if let Some(seats) = self.seats_mut() {
            seats.fetched(stamp);
        }
    }

    pub fn oldest(&self) -> Option<wgpu::SubmissionIndex> {
        self.seats()?.oldest()
    }

    pub fn arrival(&self) -> Option<Signal> {
        self.seats()?.arrival()
    }
}

impl Gpu {
    /// Whether there are seats. The first call begins to make them.
    pub(super) fn seats_are_ready(&mut self) -> bool {
        if matches!(self.together, Together::Unasked) {
            self.together = self.ask_for_seats();
        }
        if let Together::Coming(_, room) = &self.together {
            let (room, compiled) = (room.said(), self.device.compiled());
            self.together = match (core::mem::replace(&mut self.together, Together::NoRoom), room) {
                (Together::Coming(..), Some(false)) => Together::NoRoom,
                (Together::Coming(seats, _), Some(true)) if compiled.ready == compiled.of => Together::Here(seats),
                (coming, _) => coming,
            };
        }
        matches!(self.together, Together::Here(_))
    }

    fn ask_for_seats(&self) -> Together {
        let Some(dims) = self.dims.together(&self.device.limits()) else { return Together::NoRoom };
        let need = Need::new(&self.config, &self.dims, Format::of(self.precision));
        if self.device.room().is_some_and(|room| need.weights + need.rest + Seats::bytes(&dims) > room) {
            return Together::NoRoom;
        }
        let (seats, room) = Seats::new(&self.device, &self.config, dims, &self.weights);
        Together::Coming(Box::new(seats), room)
    }

    /// Gives seats to the members that have none yet. What goes wrong shows when they choose.
    pub(super) fn gather_all(&mut self, members: &mut [Member<'_>]) {
        if self.device.check().is_err() || members.len() < 2 && self.together.seats().is_none() {
            return;
        }
        if !self.seats_are_ready() {
            return;
        }
        let Some(seats) = self.together.seats_mut() else { return };
        seats.begin_gathering();
        let mut others = Vec::new();
        for member in members.iter_mut().filter(|member| sampling::is_supported(member.sampler.settings())) {
            if !seats.claim(member.state.stamp(), member.sampler) {
                others.push(member);
            }
        }
        let is_alone = others.len() == 1 && !seats.has_others();
        for member in others.into_iter().filter(|_| !is_alone) {
            if !self.take_in(member) {
                return;
            }
        }
    }

    /// Moves a sequence to a seat; false if it stays where it is.
    fn take_in(&mut self, member: &mut Member<'_>) -> bool {
        let stamp = member.state.stamp();
        let Some(place) = self.together.seats().and_then(Seats::place) else { return false };
        if self.together.seats().is_some_and(|seats| seats.seat(place).is_some()) && self.empty(place).is_pending() {
            return false;
        }
        // Another seat may have the same content, as after a fork.
        let twin = self.together.find(stamp);
        if twin.is_none() && !matches!(self.bring(member.state, Some(member.logits)), Ok(Poll::Ready(()))) {
            return false;
        }
        let Poll::Ready(Some(buffer)) = self.parking.get(&self.device) else { return false };
        let (slot, position) = self.together.standing(twin).unwrap_or((self.slot, self.position));
        let (from, to) = (self.together.home(twin).unwrap_or_else(|| self.home()), self.together.home(Some(place)));
        let (Some(to), Some(seats)) = (to, self.together.seats()) else { return false };
        let first = seats.first_slot(place);
        self.submit(|encoder| {
            from.copy_whole(encoder, slot, position, &buffer, false);
            to.copy_whole(encoder, first, position, &buffer, true);
        });
        self.parking.give(buffer);
        let is_fetched = match twin {
            Some(twin) => seats.seat(twin).is_some_and(|seat| seat.is_fetched),
            None => self.fetched == Some(stamp),
        };
        if twin.is_none() {
            self.resident = None;
            self.ahead.clear();
        }
        if let Some(seats) = self.together.seats_mut() {
            seats.sit(place, stamp, position, is_fetched);
        }
        true
    }

    /// Parks the sequence of a seat, unless the host has its state. Without room it is lost, and reads its tokens again.
    fn empty(&mut self, place: usize) -> Poll<()> {
        let Some(seat) = self.together.seats().and_then(|seats| seats.seat(place)) else { return Poll::Ready(()) };
        let (stamp, slot, position, is_fetched) = (seat.stamp, seat.slot, seat.position, seat.is_fetched);
        if !is_fetched {
            let Poll::Ready(buffer) = self.room_to_park() else { return Poll::Pending };
            if let (Some(buffer), Some(home)) = (buffer, self.together.home(Some(place))) {
                self.submit(|encoder| home.copy_whole(encoder, slot, position, &buffer, false));
                self.parked.push(Parked { stamp, position, buffer });
            }
        }
        if let Some(seats) = self.together.seats_mut() {
            seats.leave(place);
        }
        Poll::Ready(())
    }

    /// Parks the sequence if it has a seat, so that it can go back to the ring. Pending also where it was not kept: called
    /// again, the caller finds that out, and what it has in the host's memory may be older.
    pub(super) fn leave_seat(&mut self, stamp: Stamp) -> Poll<()> {
        let Some(place) = self.together.find(stamp) else { return Poll::Ready(()) };
        if self.empty(place).is_pending() || !self.parked.iter().any(|parked| parked.stamp == stamp) {
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// As [`Remote::choose`](crate::backend::Remote::choose) for a sequence that was gathered; none for another one.
    pub(super) fn choose_together(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &State,
        most: usize,
    ) -> Result<Option<Poll<Choice>>> {
        let device = self.device.clone();
        let Some(seats) = self.together.seats_mut() else { return Ok(None) };
        let Some(place) = seats.find_chooser(state.stamp(), sampler) else { return Ok(None) };
        seats.begin(&device, place, sampler, recent, most);
        loop {
            let front = seats.front(place);
            seats.go_ahead(&device);
            match front {
                Some(ahead::UNSURE) => return Ok(Some(Poll::Ready(Choice::Unsure))),
                Some(id) => {
                    sampler.skip();
                    seats.chose(place);
                    return Ok(Some(Poll::Ready(Choice::Token(id))));
                }
                None => {
                    if seats.collect().map_err(|error| device.fail(error))?.is_pending() {
                        return Ok(Some(Poll::Pending));
                    }
                }
            }
        }
    }

    /// Whether a seat has read the token already, which is the state then.
    pub(super) fn accept_together(&mut self, token: u32, state: &mut State) -> Result<bool> {
        let Some(place) = self.together.seats().and_then(|seats| seats.find_reader(state.stamp(), token)) else {
            return Ok(false);
        };
        let (_, position) = self.together.standing(Some(place)).unwrap_or_default();
        self.check_position(position)?;
        state.renew();
        if let Some(seats) = self.together.seats_mut() {
            seats.accept(place, state.stamp());
        }
        Ok(true)
    }
}
