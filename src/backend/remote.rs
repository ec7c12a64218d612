//! The asynchronous part of a backend, for those that do not work on the calling thread.

use core::task::Poll;
use std::sync::{Arc, Weak};

use super::Arrival;
use crate::error::Result;
use crate::sampler::{Recent, Sampler};
use crate::state::State;

/// The asynchronous part of a backend, which the GPU backend has. No method blocks except [`Remote::wait`]. Work is
/// submitted and its results come back later. Several sequences may have work in flight at once.
///
/// The newest state of a sequence is only on the device until the host [fetches](Remote::fetch) it. A [`State`] holds
/// what was fetched last, and its stamp names the newer state on the device. [`Sequence`](crate::sequence::Sequence) is
/// the one place that follows this protocol.
///
/// [`Poll::Pending`] means that the call has done nothing yet. The caller waits ([`Remote::wait`] natively,
/// [`Remote::arrival`] in a browser) and calls again with the same arguments.
pub trait Remote {
    /// Submits a forward pass of `tokens` (at most [`Backend::block`](super::Backend::block)) into the state that
    /// `state` names, and renames `state` to the result. `scores` says whether the scores of the next token are
    /// computed too. No ticket means that the device has read these tokens already.
    fn read(&mut self, tokens: &[u32], state: &mut State, scores: bool) -> Result<Poll<Option<Ticket>>>;

    /// Samples the next token. The caller then reads it or drops it. The caller will ask for at most `most` more
    /// tokens, so the backend may sample and read that many ahead. `logits` are the scores of `state`, for a backend
    /// that does not hold it.
    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<Choice>>;

    /// Submits a copy of what `state` names to the host.
    fn fetch(&mut self, what: Fetch, state: &mut State) -> Result<Poll<Ticket>>;

    /// Ready when the work of the ticket is done. Fetched scores are then in `logits` (V), and a fetched state is in
    /// `state`. Each ticket is taken once. The result of a dropped ticket is discarded.
    fn take(&mut self, ticket: &Ticket, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>>;

    /// Whether the backend holds what `state` names. If not, the tokens read since the last fetch must be replayed: the
    /// device was lost, or too many sequences took turns.
    fn has(&self, state: &State) -> bool;

    /// Whether a sequence with this sampler may [gather](Remote::gather) with others. The first call may begin to prepare
    /// for it, and a later one find it ready.
    fn gathers(&mut self, _sampler: &Sampler) -> bool {
        false
    }

    /// These sequences are about to [choose](Remote::choose), each of them once. The backend may have them decode
    /// together from now on, so that its weights are read once for all. It changes nothing else: each chooses and reads
    /// as before, and one that does so without having been gathered goes on by itself.
    fn gather(&mut self, _members: &mut [Member<'_>]) {}

    /// Whether this one of them decodes with others.
    fn is_gathered(&self, _state: &State) -> bool {
        false
    }

    /// Natively, blocks until the ticket's work is done; without a ticket, until [`Remote::choose`] can go on.
    fn wait(&self, ticket: Option<&Ticket>);

    /// The same as a future, for a browser; None when nothing is pending.
    fn arrival(&self, ticket: Option<&Ticket>) -> Option<Arrival>;

    /// Makes a browser that checks the GPU too seldom check it now.
    fn hurry(&self) {}

    /// Destroys the device, to test what a crash of its driver does.
    #[doc(hidden)]
    fn lose_device(&self) {}
}

/// A sequence that is about to choose.
pub struct Member<'a> {
    /// What it will choose with.
    pub sampler: &'a Sampler,
    /// Names the sequence.
    pub state: &'a mut State,
    /// The scores of `state`, for a backend that does not hold it.
    pub logits: &'a [f32],
}

/// What a [`Remote`] chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The id of the chosen token, below V.
    Token(u32),
    /// The device cannot sample with these settings, or not this token. The host fetches the scores and samples.
    Unsure,
}

/// What is copied from a [`Remote`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// The scores of the next token, `[V]`.
    Scores,
    /// The state and the scores.
    All,
}

/// A handle of work that was submitted to a [`Remote`]. If it is dropped, the result is discarded.
#[derive(Debug, Default)]
pub struct Ticket(Arc<()>);

impl Ticket {
    /// The half that the backend keeps.
    pub fn stub(&self) -> Stub {
        Stub(Arc::downgrade(&self.0))
    }
}

/// The other half of a [`Ticket`].
#[derive(Debug)]
pub struct Stub(Weak<()>);

impl Stub {
    /// Whether the two are halves of one; a ticket has any number of stubs.
    pub fn is_of(&self, ticket: &Ticket) -> bool {
        core::ptr::eq(self.0.as_ptr(), Arc::as_ptr(&ticket.0))
    }

    /// Whether the ticket was dropped.
    pub fn is_dropped(&self) -> bool {
        self.0.strong_count() == 0
    }
}
