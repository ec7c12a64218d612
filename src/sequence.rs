//! One sequence on a backend: a state, the scores of its next token, and the tokens that a GPU has read since the last
//! read-back.
//!
//! This is the one place that follows the protocol of [`Remote`]. Between two calls the backend may be lost, replaced
//! by another one or used by other sequences. Then the sequence replays the tokens whose effect was lost.

use core::task::Poll;

use crate::allocate::{copied, filled, reserved};
use crate::backend::{self, Arrival, Backend, Choice, Fetch, Member, Remote, Ticket};
use crate::error::{Error, Result};
use crate::sampler::{Chooser, Recent, Sampler};
use crate::state::{State, mix};

/// See the [module](self). All methods that return a [`Poll`] are called again with the same arguments until they are
/// ready; [`Sequence::wait`] or [`Sequence::arrival`] says when.
pub struct Sequence {
    /// The state before the tokens in `behind`.
    state: State,
    /// Scores of the next token, `[V]`; empty until something has been read. They belong to `state`, so they are the
    /// sequence's only when `behind` is empty.
    logits: Vec<f32>,
    recent: Recent,
    /// Tokens that the backend has read, and whose effect is not in `state` yet.
    behind: Vec<u32>,
    /// During a replay, how many of `behind` have been read again.
    again: Option<usize>,
    /// Submitted work whose result is not back yet.
    under_way: Option<(Ticket, Work)>,
    /// Length of the block that [`Sequence::read`] has submitted and not reported as read yet.
    begun: Option<usize>,
    /// Tokens that went through the model, replayed ones each time.
    passed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Read,
    Fetch(Fetch),
}

/// Reads one token into each of several sequences on a backend that does all work itself, in one call. Each of them has
/// [chosen](Sequence::choose) its token there, and is not [behind](Sequence::behind).
///
/// # Errors
/// As [`Backend::decode_together`]; then none of the tokens has been read.
pub fn read_together(backend: &mut dyn Backend, reads: &mut [(&mut Sequence, u32)]) -> Result<()> {
    let mut all = reserved(reads.len(), "a list of sequences")?;
    for (sequence, token) in reads.iter_mut() {
        let Sequence { state, logits, .. } = &mut **sequence;
        all.push(backend::Read { token: *token, state, logits });
    }
    backend.decode_together(&mut all)?;
    for (sequence, token) in reads {
        sequence.state.renew();
        sequence.note(&[*token]);
    }
    Ok(())
}

/// Tells a backend that works elsewhere which sequences are about to [choose](Sequence::choose), and with what, so that it
/// may have them decode together. Those that first have something else to do go on by themselves.
pub fn gather<'a>(backend: &mut dyn Backend, sequences: impl Iterator<Item = (&'a mut Sequence, &'a Sampler)>) {
    let Some(remote) = backend.remote() else { return };
    let mut members: Vec<Member<'_>> = Vec::new();
    for (sequence, sampler) in sequences {
        let has_all = sequence.behind.is_empty() || remote.has(&sequence.state);
        let is_idle = sequence.again.is_none() && sequence.begun.is_none() && sequence.under_way.is_none();
        let Sequence { state, logits, .. } = sequence;
        if has_all && is_idle && !logits.is_empty() && state.make_whole().is_ok() {
            members.push(Member { sampler, state, logits });
        }
    }
    remote.gather(&mut members);
}

impl Sequence {
    /// A sequence that has read what `state` has read, without scores yet.
    pub fn new(state: State) -> Self {
        Self::restored(state, Vec::new(), Recent::default())
    }

    /// A sequence that goes on where another one was. `logits` (V) is empty when nothing has been read.
    pub fn restored(state: State, logits: Vec<f32>, recent: Recent) -> Self {
        Self { state, logits, recent, behind: Vec::new(), again: None, under_way: None, begun: None, passed: 0 }
    }

    /// A second sequence that goes on from here on its own. Unfinished work is not copied.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] when there is no room for another state.
    pub fn try_clone(&self) -> Result<Self> {
        let (state, logits) = (self.state.try_clone()?, copied(&self.logits, "the scores of the next token")?);
        let behind = copied(&self.behind, "the tokens that were read")?;
        let (begun, passed, again) = (self.begun, self.passed, self.again);
        let mut copy = Self { behind, begun, passed, again, ..Self::restored(state, logits, self.recent.clone()) };
        copy.abandon();
        Ok(copy)
    }

    /// Tokens read.
    pub fn position(&self) -> u64 {
        self.state.position + self.behind.len() as u64 - self.begun.unwrap_or(0) as u64
    }

    /// The state as of the last read-back; see [`Sequence::behind`].
    pub fn state(&self) -> &State {
        &self.state
    }

    /// As [`Sequence::state`], to be changed. The scores stay those of before.
    #[cfg(feature = "lab")]
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Scores of the next token, `[V]`, as of the last read-back, [`Sequence::fetch_scores`] or choice on the host; empty
    /// until something has been read.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// The tokens read last, for the repetition penalties.
    pub fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Whether nothing has been read yet.
    pub fn is_empty(&self) -> bool {
        self.logits.is_empty()
    }

    /// How many tokens were read since the last read-back; 0 after [`Sequence::read_back`].
    pub fn behind(&self) -> usize {
        self.behind.len()
    }

    /// How many tokens have gone through the model for this sequence: those that it read, and after a loss of the GPU
    /// those that were read again. Only differences of this number mean something.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether [`Sequence::read`] has submitted a block and not reported it as read yet.
    pub fn is_reading(&self) -> bool {
        self.begun.is_some()
    }

    /// Reads a block from the front of `tokens` (at least one token), as many as the backend takes at a time, and
    /// returns how many. With `scores`, the last block also computes the scores of the next token.
    ///
    /// # Errors
    /// What the backend returns. After [`Error::DeviceLost`] the call may be repeated with another backend.
    pub fn read(&mut self, backend: &mut dyn Backend, tokens: &[u32], scores: bool) -> Result<Poll<usize>> {
        self.make_room(backend.config().vocab)?;
        if self.catch_up(backend)?.is_pending() {
            return Ok(Poll::Pending);
        }
        if self.begun.is_none() {
            let block = &tokens[..tokens.len().min(backend.block())];
            let scores = scores && block.len() == tokens.len();
            let Some(remote) = backend.remote() else {
                backend.prefill(block, &mut self.state, scores.then_some(&mut self.logits))?;
                self.state.renew();
                return Ok(Poll::Ready(self.note(block)));
            };
            let no_room = |_| Error::OutOfMemory(format!("There is no memory for {} more tokens.", block.len()));
            self.behind.try_reserve(block.len()).map_err(no_room)?;
            let Poll::Ready(ticket) = remote.read(block, &mut self.state, scores)? else { return Ok(Poll::Pending) };
            // From here on a lost backend means that this block is replayed too.
            self.behind.extend(block);
            self.begun = Some(block.len());
            self.under_way = ticket.map(|ticket| (ticket, Work::Read));
            if self.catch_up(backend)?.is_pending() {
                return Ok(Poll::Pending);
            }
        }
        let length = self.begun.take().unwrap_or(0);
        Ok(Poll::Ready(self.note(&tokens[..length])))
    }

    /// Samples the next token. The caller then reads it or drops it. The caller will ask for at most `most` more
    /// tokens.
    ///
    /// # Errors
    /// What the backend and the chooser return.
    pub fn choose(&mut self, backend: &mut dyn Backend, chooser: &mut Chooser, most: usize) -> Result<Poll<u32>> {
        if self.catch_up(backend)?.is_pending() {
            return Ok(Poll::Pending);
        }
        if let Some(remote) = backend.remote() {
            let fetching = self.is_under_way(Work::Fetch(Fetch::Scores));
            if let Some(sampler) = chooser.sampler_alone().filter(|_| !fetching) {
                match remote.choose(sampler, &self.recent, &mut self.state, &self.logits, most)? {
                    Poll::Pending => return Ok(Poll::Pending),
                    Poll::Ready(Choice::Token(id)) => return Ok(Poll::Ready(id)),
                    Poll::Ready(Choice::Unsure) => {}
                }
            }
            if !self.behind.is_empty() && self.fetch(remote, Fetch::Scores)?.is_pending() {
                return Ok(Poll::Pending);
            }
        }
        chooser.choose(&self.logits, &self.recent, most).map(Poll::Ready)
    }

    /// Reads the newest state and scores back to the host.
    ///
    /// # Errors
    /// What the backend returns; the call may be repeated.
    pub fn read_back(&mut self, backend: &mut dyn Backend) -> Result<Poll<()>> {
        if self.catch_up(backend)?.is_pending() {
            return Ok(Poll::Pending);
        }
        match backend.remote() {
            Some(remote) if !self.behind.is_empty() => self.fetch(remote, Fetch::All),
            _ => Ok(Poll::Ready(())),
        }
    }

    /// Brings the scores of the next token to [`Sequence::logits`], without the state.
    ///
    /// # Errors
    /// What the backend returns; the call may be repeated.
    pub fn fetch_scores(&mut self, backend: &mut dyn Backend) -> Result<Poll<()>> {
        if self.catch_up(backend)?.is_pending() {
            return Ok(Poll::Pending);
        }
        match backend.remote() {
            Some(remote) if !self.behind.is_empty() => self.fetch(remote, Fetch::Scores),
            _ => Ok(Poll::Ready(())),
        }
    }

    /// A sequence that goes on from a mixture: `1 - weight` times this one's state and scores, plus `weight` times the
    /// other's. Both have been read back. Recent tokens are those of the one that counts more.
    ///
    /// # Errors
    /// As [`State::blend`]; [`Error::BadArgument`] when one of them has read nothing.
    pub fn blend(&self, other: &Self, weight: f32) -> Result<Self> {
        if self.is_empty() || other.is_empty() {
            return Err(Error::BadArgument("A session that has read nothing cannot be blended.".into()));
        }
        let state = self.state.blend(&other.state, weight)?;
        let mut logits = copied(&self.logits, "the scores of the next token")?;
        mix(&mut logits, &other.logits, weight);
        let recent = if weight > 0.5 { &other.recent } else { &self.recent };
        Ok(Self::restored(state, logits, recent.clone()))
    }

    /// Whether it was [gathered](gather) and chooses with others.
    pub fn is_gathered(&self, backend: &mut dyn Backend) -> bool {
        backend.remote().is_some_and(|remote| remote.is_gathered(&self.state))
    }

    /// Cancels unfinished work.
    pub fn abandon(&mut self) {
        self.under_way = None;
        if let Some(length) = self.begun.take() {
            self.behind.truncate(self.behind.len() - length);
            self.again = None;
            self.state.renew(); // no backend has it without these
        }
    }

    /// Natively, blocks until pending work is done.
    pub fn wait(&self, backend: &mut dyn Backend) {
        if let Some(remote) = backend.remote() {
            remote.wait(self.ticket());
        }
    }

    /// In a browser, a future to await; None when the call may be repeated at once.
    pub fn arrival(&self, backend: &mut dyn Backend) -> Option<Arrival> {
        backend.remote()?.arrival(self.ticket())
    }

    /// Ready once the submitted block has been read. Replays tokens that the backend has lost, a block at a time, so
    /// that the caller can stop in between.
    fn catch_up(&mut self, backend: &mut dyn Backend) -> Result<Poll<()>> {
        self.state.make_whole()?;
        let most = backend.block();
        let Some(remote) = backend.remote() else {
            self.under_way = None;
            return self.catch_up_here(backend);
        };
        if !self.behind.is_empty() && !remote.has(&self.state) {
            self.under_way = None;
            self.state.renew();
            self.again = Some(0);
        }
        loop {
            if self.is_under_way(Work::Read) && self.take(remote)?.is_pending() {
                return Ok(Poll::Pending);
            }
            let Some(done) = self.again else { return Ok(Poll::Ready(())) };
            let rest = &self.behind[done..];
            if rest.is_empty() {
                // A state that was lost for want of room would be lost again, so it is read back.
                if self.begun.is_none() && self.fetch(remote, Fetch::All)?.is_pending() {
                    return Ok(Poll::Pending);
                }
                self.again = None;
                return Ok(Poll::Ready(()));
            }
            let block = &rest[..rest.len().min(most)];
            let Poll::Ready(ticket) = remote.read(block, &mut self.state, true)? else { return Ok(Poll::Pending) };
            self.passed += block.len() as u64;
            self.again = Some(done + block.len());
            self.under_way = ticket.map(|ticket| (ticket, Work::Read));
        }
    }

    /// Replays on this backend what another one has read and lost.
    fn catch_up_here(&mut self, backend: &mut dyn Backend) -> Result<Poll<()>> {
        self.again = None;
        if self.behind.is_empty() {
            return Ok(Poll::Ready(()));
        }
        let length = self.behind.len().min(backend.block());
        backend.prefill(&self.behind[..length], &mut self.state, Some(&mut self.logits))?;
        self.state.renew();
        self.passed += length as u64;
        self.behind.drain(..length);
        Ok(if self.behind.is_empty() { Poll::Ready(()) } else { Poll::Pending })
    }

    fn fetch(&mut self, remote: &mut dyn Remote, what: Fetch) -> Result<Poll<()>> {
        if !self.is_under_way(Work::Fetch(what)) {
            self.under_way = None;
            let Poll::Ready(ticket) = remote.fetch(what, &mut self.state)? else { return Ok(Poll::Pending) };
            self.under_way = Some((ticket, Work::Fetch(what)));
        }
        if self.take(remote)?.is_pending() {
            return Ok(Poll::Pending);
        }
        if what == Fetch::All {
            self.state.position += self.behind.len() as u64;
            self.behind.clear();
        }
        Ok(Poll::Ready(()))
    }

    fn take(&mut self, remote: &mut dyn Remote) -> Result<Poll<()>> {
        if let Some((ticket, _)) = &self.under_way {
            if remote.take(ticket, &mut self.state, &mut self.logits)?.is_pending() {
                return Ok(Poll::Pending);
            }
            self.under_way = None;
        }
        Ok(Poll::Ready(()))
    }

    fn is_under_way(&self, work: Work) -> bool {
        self.under_way.as_ref().is_some_and(|(_, under_way)| *under_way == work)
    }

    fn ticket(&self) -> Option<&Ticket> {
        self.under_way.as_ref().map(|(ticket, _)| ticket)
    }

    fn make_room(&mut self, vocab: usize) -> Result<()> {
        if self.logits.is_empty() {
            self.logits = filled(vocab, 0.0, "the scores of the next token")?;
        }
        Ok(())
    }

    fn note(&mut self, tokens: &[u32]) -> usize {
        tokens.iter().for_each(|&token| self.recent.push(token));
        self.passed += tokens.len() as u64;
        tokens.len()
    }
}
