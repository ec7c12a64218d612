//! A backend whose work is done elsewhere, in the shape of a GPU and without one: it is pending at every call that may be
//! pending, it forgets sequences that wait, it chooses in advance, and it can be lost at any call. Inside, the CPU
//! computes, so whatever happens the scores have to be those of the CPU, to the bit.

use std::cell::Cell;
use std::rc::Rc;
use std::task::Poll;

use mamba_web::backend::{Arrival, Backend, Choice, Fetch, Precision, Remote, Stub, Ticket};
use mamba_web::model::Config;
use mamba_web::sampler::{Recent, Sampler};
use mamba_web::state::{Stamp, State};
use mamba_web::{Error, Result};

/// How the backend behaves.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Tokens that it reads at a time.
    pub block: usize,
    /// So many calls are pending before one is ready.
    pub delay: u32,
    /// Sequences that it holds beside the one that it works on.
    pub parked: usize,
    /// Tokens that it chooses in advance.
    pub ahead: usize,
    /// Every so many-th choice is left to the host; 0 for none.
    pub unsure: u64,
    /// The call, counted from 1, at which it is lost.
    pub lost_at: Option<u64>,
}

pub const MANNER: Manner = Manner { block: 64, delay: 1, parked: 1, ahead: 3, unsure: 5, lost_at: None };

/// What a sequence is on the other side.
struct Held {
    stamp: Stamp,
    state: State,
    logits: Vec<f32>,
}

struct Job {
    stub: Stub,
    /// None for a block that was read.
    fetched: Option<(Fetch, State, Vec<f32>)>,
    delay: u32,
}

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Choose,
    Fetch,
}

pub struct FakeRemote {
    inner: Box<dyn Backend>,
    manner: Manner,
    /// Calls so far, which the test looks at.
    calls: Rc<Cell<u64>>,
    is_lost: bool,
    /// Calls of each kind that are still pending before the next one does something.
    delays: [u32; 3],
    /// The one that is worked on last.
    held: Vec<Held>,
    jobs: Vec<Job>,
    /// Chosen in advance by this sampler, for the sequence that is worked on.
    ahead: Vec<u32>,
    sampler: u64,
    choices: u64,
}

impl FakeRemote {
    pub fn new(inner: Box<dyn Backend>, manner: Manner, calls: Rc<Cell<u64>>) -> Self {
        calls.set(0);
        Self {
            inner,
            manner,
            calls,
            is_lost: false,
            delays: [manner.delay; 3],
            held: Vec::new(),
            jobs: Vec::new(),
            ahead: Vec::new(),
            sampler: 0,
            choices: 0,
        }
    }

    fn call(&mut self) -> Result<()> {
        self.calls.set(self.calls.get() + 1);
        if self.manner.lost_at == Some(self.calls.get()) {
            self.is_lost = true;
        }
        match self.is_lost {
            true => Err(Error::DeviceLost("The pretended GPU was lost.".into())),
            false => Ok(()),
        }
    }

    /// Whether this call is only pending.
    fn is_pending(&mut self, kind: Kind) -> bool {
        let delay = &mut self.delays[kind as usize];
        if *delay == 0 {
            *delay = self.manner.delay;
            return false;
        }
        *delay -= 1;
        true
    }

    /// Makes the sequence that `state` names the last one; the others wait, as many as there is room for.
    fn bring(&mut self, state: &State, logits: &[f32]) {
        if self.held.last().is_some_and(|last| last.stamp == state.stamp()) {
            return;
        }
        self.ahead.clear();
        let held = match self.held.iter().position(|held| held.stamp == state.stamp()) {
            Some(place) => self.held.remove(place),
            None => Held { stamp: state.stamp(), state: state.try_clone().unwrap(), logits: logits.to_vec() },
        };
        self.held.push(held);
        let most = self.manner.parked + 1;
        self.held.drain(..self.held.len().saturating_sub(most));
    }

    fn last(&mut self) -> (&mut Held, &mut dyn Backend) {
        (self.held.last_mut().expect("bring came first"), self.inner.as_mut())
    }

    fn started(&mut self, fetched: Option<(Fetch, State, Vec<f32>)>) -> Ticket {
        let ticket = Ticket::default();
        self.jobs.retain(|job| !job.stub.is_dropped());
        self.jobs.push(Job { stub: ticket.stub(), fetched, delay: self.manner.delay });
        ticket
    }
}

fn read(inner: &mut dyn Backend, held: &mut Held, tokens: &[u32], scores: bool) -> Result<()> {
    held.logits.resize(inner.config().vocab, 0.0);
    // Whatever nobody asked for is not there.
    held.logits.fill(f32::NAN);
    let blocks = tokens.len().div_ceil(inner.block());
    for (number, block) in tokens.chunks(inner.block()).enumerate() {
        let is_last = number + 1 == blocks;
        inner.prefill(block, &mut held.state, (scores && is_last).then_some(&mut held.logits))?;
    }
    Ok(())
}

impl Backend for FakeRemote {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn config(&self) -> &Config {
        self.inner.config()
    }

    fn precision(&self) -> Precision {
        self.inner.precision()
    }

    fn weight_bytes(&self) -> u64 {
        self.inner.weight_bytes()
    }

    fn block(&self) -> usize {
        self.manner.block
    }

    fn prefill(&mut self, _: &[u32], _: &mut State, _: Option<&mut [f32]>) -> Result<()> {
        panic!("nobody waits for what is done elsewhere");
    }

    fn remote(&mut self) -> Option<&mut dyn Remote> {
        Some(self)
    }
}

impl Remote for FakeRemote {
    fn read(&mut self, tokens: &[u32], state: &mut State, scores: bool) -> Result<Poll<Option<Ticket>>> {
        self.call()?;
        assert!((1..=self.manner.block).contains(&tokens.len()), "{} tokens at a time", tokens.len());
        let is_last = self.held.last().is_some_and(|last| last.stamp == state.stamp());
        let is_read = is_last && tokens.len() == 1 && self.ahead.first() == Some(&tokens[0]);
        if !is_read && self.is_pending(Kind::Read) {
            return Ok(Poll::Pending);
        }
        self.bring(state, &[]);
        let (held, inner) = self.last();
        read(inner, held, tokens, scores)?;
        state.renew();
        held.stamp = state.stamp();
        if is_read {
            self.ahead.remove(0);
            return Ok(Poll::Ready(None));
        }
        self.ahead.clear();
        Ok(Poll::Ready(Some(self.started(None))))
    }

    fn choose(
        &mut self,
        sampler: &mut Sampler,
        recent: &Recent,
        state: &mut State,
        logits: &[f32],
        most: usize,
    ) -> Result<Poll<Choice>> {
        self.call()?;
        if self.is_pending(Kind::Choose) {
            return Ok(Poll::Pending);
        }
        self.bring(state, logits);
        self.choices += 1;
        if self.manner.unsure != 0 && self.choices.is_multiple_of(self.manner.unsure) {
            return Ok(Poll::Ready(Choice::Unsure));
        }
        if self.sampler != sampler.id() {
            self.ahead.clear();
            self.sampler = sampler.id();
        }
        if self.ahead.is_empty() {
            let (mut sampler, mut recent) = (sampler.clone(), recent.clone());
            let most = self.manner.ahead.min(most);
            let (held, inner) = self.last();
            let mut run =
                Held { stamp: held.stamp, state: held.state.try_clone().unwrap(), logits: held.logits.clone() };
            let mut chosen = Vec::new();
            for _ in 0..most {
                let id = sampler.sample(&run.logits, &recent)?;
                read(inner, &mut run, &[id], true)?;
                recent.push(id);
                chosen.push(id);
            }
            self.ahead = chosen;
        }
        sampler.skip();
        Ok(Poll::Ready(Choice::Token(self.ahead[0])))
    }

    fn fetch(&mut self, what: Fetch, state: &mut State) -> Result<Poll<Ticket>> {
        self.call()?;
        if self.is_pending(Kind::Fetch) {
            return Ok(Poll::Pending);
        }
        assert!(self.has(state), "what is fetched is there");
        self.bring(state, &[]);
        self.ahead.clear();
        let (held, _) = self.last();
        let fetched = (what, held.state.try_clone().unwrap(), held.logits.clone());
        Ok(Poll::Ready(self.started(Some(fetched))))
    }

    fn take(&mut self, ticket: &Ticket, state: &mut State, logits: &mut [f32]) -> Result<Poll<()>> {
        self.call()?;
        let place = self.jobs.iter().position(|job| job.stub.is_of(ticket)).expect("a ticket of this backend");
        if self.jobs[place].delay > 0 {
            self.jobs[place].delay -= 1;
            return Ok(Poll::Pending);
        }
        match self.jobs.remove(place).fetched {
            None => {}
            Some((Fetch::Scores, _, scores)) => logits.copy_from_slice(&scores),
            Some((Fetch::All, mut from, scores)) => {
                for layer in 0..self.inner.config().layers.len() {
                    let (to, from) = (state.layer(layer), from.layer(layer));
                    to.conv.copy_from_slice(from.conv);
                    to.ssm.copy_from_slice(from.ssm);
                }
                logits.copy_from_slice(&scores);
            }
        }
        Ok(Poll::Ready(()))
    }

    fn has(&self, state: &State) -> bool {
        self.held.iter().any(|held| held.stamp == state.stamp())
    }

    fn wait(&self, _: Option<&Ticket>) {}

    fn arrival(&self, _: Option<&Ticket>) -> Option<Arrival> {
        None
    }
}
