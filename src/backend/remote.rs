//! What only those backends have whose work is done elsewhere.

use core::future::Future;
use core::pin::Pin;
use core::task::Poll;
use std::sync::{Arc, Weak};

use crate::error::Result;
use crate::sampler::{Recent, Sampler};
use crate::state::State;

/// Resolves when a [`Remote`] that was pending may have more to say.
pub type Arrival = Pin<Box<dyn Future<Output = ()>>>;

/// The part of a backend that only those have whose work is done elsewhere, as a GPU's is. Nothing here waits. What is
/// asked for is submitted and comes back later, and several sequences may have something under way at once.
///
/// Such a backend runs behind the host: what it has read into a sequence is only there, until it is
/// [fetched](Remote::fetch). A [`State`] holds what was fetched last, and its stamp names what the backend has made of it
/// since. [`Sequence`](crate::sequence::Sequence) is the one place that follows this protocol.
///
/// [`Poll::Pending`] means that the call has done nothing yet: the caller waits ([`Remote::wait`] natively,
/// [`Remote::arrival`] in a browser) and calls again with the same arguments.
pub trait Remote {
    /// Submits the reading of `tokens` (at most [`Backend::block`](super::Backend::block)) into what `state` names, and gives `state` the name
    /// of the result. With `scores`, those of the next token are computed. No ticket when it has been read already.
    fn read(&mut self, tokens: &[u32], state: &mut State, scores: bool) -> Result<Poll<Option<Ticket>>>;

    /// The token that follows, which is then to be read or left. At most `most` more will be asked for, so the backend may
    /// choose and read these in advance. `logits` are the scores that go with `state`, where the backend does not have it.
    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<Choice>>;

    /// Submits the copying of what `state` names.
    fn fetch(&mut self, what: Fetch, state: &mut State) -> Result<Poll<Ticket>>;

    /// Whether what the ticket stands for is done; what was fetched is then in `logits` (V), and in `state` if that was
    /// asked for. The ticket has served its turn then. One that is dropped before is forgotten.
    fn take(&mut self, ticket: &Ticket, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>>;

    /// Whether the backend holds what `state` names. If not (the device was lost, or too many sequences took turns), what
    /// was read and not fetched has to be read again.
    fn has(&self, state: &State) -> bool;

    /// Natively, waits for the ticket, else for what [`Remote::choose`] was pending for.
    fn wait(&self, ticket: Option<&Ticket>);

    /// In a browser, what to wait for, likewise; none when nothing is pending.
    fn arrival(&self, ticket: Option<&Ticket>) -> Option<Arrival>;

    /// Has a slow browser look at what is pending.
    fn hurry(&self) {}

    /// Takes the device away, as a crash of its driver would.
    #[doc(hidden)]
    fn lose_device(&self) {}
}

/// What a [`Remote`] chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The id of the chosen token, below V.
    Token(u32),
    /// It cannot choose by these settings, or not this time: the scores are to be fetched and sampled here.
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

/// Stands for something that was submitted to a [`Remote`]. Who drops it wants it no more.
#[derive(Debug, Default)]
pub struct Ticket(Arc<()>);

impl Ticket {
    /// What the backend keeps of it.
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
