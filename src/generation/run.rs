//! One run: its request and its progress.

use core::task::Poll;

use web_time::Instant;

use super::output::Output;
use super::trace::Trace;
use super::weigh::{Weighed, surprise};
use super::{LoadedModel, Reason, Stats, Step};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::sampler::{Chooser, Sampler};
use crate::sequence::Sequence;

/// The state is read back from a GPU after this many tokens, in prefill and in decode. If the GPU is lost, only the
/// tokens since then must be replayed.
const READ_BACK_PROMPT_TOKENS: usize = 4096;
const READ_BACK_GENERATED_TOKENS: usize = 256;
/// The first token does not wait for a read-back of the prompt.
const FIRST_TOKENS: usize = 16;

pub(super) struct Run {
    /// Tokens of the prompt, and how many of them have been read.
    pub tokens: Vec<u32>,
    pub read: usize,
    /// None when nothing is to be generated.
    pub chooser: Option<Chooser>,
    pub stop_tokens: Vec<u32>,
    pub tokens_left: usize,
    /// The sampled token that has not been read yet.
    pub chosen: Option<u32>,
    /// Why the run is over, once it is.
    pub over: Option<Reason>,
    pub output: Output,
    /// What failed once the last token had been read.
    pub fault: Option<Error>,
    /// The tokens read so far.
    pub trace: Trace,
    /// Whether generated tokens are weighed, and the last one if so.
    pub weighs: bool,
    pub weighed: Option<Weighed>,
    /// Of each token read so far, if those of the prompt are weighed.
    pub surprises: Option<Vec<f32>>,
    /// What [`Sequence::passed`] was at the beginning.
    pub passed_before: u64,
    /// The sequence as it was, until the first token is out.
    pub before: Option<Sequence>,
    pub started: Instant,
    /// When the step that returned [`Step::Waiting`] began.
    pub waiting_since: Option<Instant>,
}

/// How far a step came without reading a token that was generated.
pub(super) enum Half {
    /// To its end.
    Done(Step),
    /// This token is to be read; then [`Run::take`] ends the step.
    Read(u32),
}

impl Run {
    /// Whether a part of the prompt is still to be read.
    pub fn is_reading(&self) -> bool {
        self.read < self.tokens.len()
    }

    /// What its next token will be chosen with, if a backend may choose it.
    pub fn sampler(&self) -> Option<&Sampler> {
        let is_choosing = self.over.is_none() && !self.is_reading() && self.chosen.is_none() && self.tokens_left > 0;
        self.chooser.as_ref().filter(|_| is_choosing && !self.output.is_stopped())?.lone_sampler()
    }

    /// The next piece of work, timed.
    pub fn step(&mut self, sequence: &mut Sequence, stats: &mut Stats, model: &mut dyn LoadedModel) -> Result<Step> {
        let start = self.waiting_since.take().unwrap_or_else(Instant::now);
        let step = self.work(sequence, stats, model);
        self.note(start, sequence, stats, step)
    }

    /// Counts what a step that began at `start` has done.
    pub fn note(&mut self, start: Instant, sequence: &Sequence, stats: &mut Stats, step: Result<Step>) -> Result<Step> {
        stats.read_tokens = sequence.passed() - self.passed_before;
        let step = step?;
        match step {
            Step::Waiting => self.waiting_since = Some(start),
            Step::Prefill { .. } => stats.prefill_ms += milliseconds(start),
            Step::Token { .. } => stats.decode_ms += milliseconds(start),
            Step::End { .. } => {}
        }
        Ok(step)
    }

    /// The next piece of work.
    pub fn work(&mut self, sequence: &mut Sequence, stats: &mut Stats, model: &mut dyn LoadedModel) -> Result<Step> {
        match self.first_half(sequence, stats, model)? {
            Half::Done(step) => Ok(step),
            Half::Read(id) => match sequence.read(model.backend(), &[id], true)? {
                Poll::Pending => Ok(Step::Waiting),
                Poll::Ready(_) => Ok(self.take(id, stats, model)),
            },
        }
    }

    /// The step, up to where a token that was generated is read.
    pub fn first_half(&mut self, sequence: &mut Sequence, stats: &Stats, model: &mut dyn LoadedModel) -> Result<Half> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if self.over.is_none() && self.is_reading() {
            return self.read_block(sequence, model.backend()).map(Half::Done);
        }
        if self.over.is_none() {
            self.over = match &mut self.chooser {
                None => Some(Reason::Read),
                Some(chooser) if self.output.is_stopped() || chooser.is_over() => Some(Reason::Stop),
                // A text that its last token has made whole is not cut short.
                Some(chooser) if self.tokens_left == 0 => {
                    Some(if chooser.may_end()? { Reason::Stop } else { Reason::Length })
                }
                Some(_) => None,
            };
        }
        match self.over {
            Some(reason) => self.end(sequence, model, reason).map(Half::Done),
            None => self.choose(sequence, stats, model),
        }
    }

    fn read_block(&mut self, sequence: &mut Sequence, backend: &mut dyn Backend) -> Result<Step> {
        let is_due = sequence.behind() >= READ_BACK_PROMPT_TOKENS && !sequence.is_reading();
        if is_due && sequence.read_back(backend)?.is_pending() {
            return Ok(Step::Waiting);
        }
        let mut next = &self.tokens[self.read..];
        if let Some(surprises) = &mut self.surprises {
            next = &next[..1];
            // Not again after a wait.
            if surprises.len() == self.read {
                if sequence.fetch_scores(backend)?.is_pending() {
                    return Ok(Step::Waiting);
                }
                let before = sequence.logits();
                surprises.push(if before.is_empty() { f32::NAN } else { surprise(before, next[0]) as f32 });
            }
        }
        let Poll::Ready(length) = sequence.read(backend, next, true)? else {
            return Ok(Step::Waiting);
        };
        self.trace.push(&self.tokens[self.read..][..length]);
        self.read += length;
        Ok(Step::Prefill { read: self.read, total: self.tokens.len() })
    }

    fn choose(&mut self, sequence: &mut Sequence, stats: &Stats, model: &mut dyn LoadedModel) -> Result<Half> {
        let many = if stats.tokens < FIRST_TOKENS { READ_BACK_PROMPT_TOKENS } else { READ_BACK_GENERATED_TOKENS };
        let is_due = sequence.behind() >= many && self.chosen.is_none();
        if is_due && sequence.read_back(model.backend())?.is_pending() {
            return Ok(Half::Done(Step::Waiting));
        }
        let Some(chooser) = &mut self.chooser else { return Ok(Half::Done(Step::Waiting)) };
        let id = match self.chosen {
            Some(id) => id,
            None => match sequence.choose(model.backend(), chooser, self.tokens_left)? {
                Poll::Pending => return Ok(Half::Done(Step::Waiting)),
                Poll::Ready(id) => {
                    if self.weighs {
                        self.weighed = Some(Weighed::new(sequence.logits(), id, model.tokenizer().ok())?);
                    }
                    id
                }
            },
        };
        if self.stop_tokens.contains(&id) {
            self.over = Some(Reason::Stop);
            return self.end(sequence, model, Reason::Stop).map(Half::Done);
        }
        self.chosen = Some(id);
        Ok(Half::Read(id))
    }

    /// Takes note of the token that was chosen and has been read. It is handed out whatever comes of it, because it is in
    /// the state; what fails ends the run in the next step.
    pub fn take(&mut self, id: u32, stats: &mut Stats, model: &dyn LoadedModel) -> Step {
        self.trace.push(&[id]);
        self.chosen = None;
        self.before = None;
        self.tokens_left -= 1;
        let accepted = self.chooser.as_mut().map_or(Ok(()), |chooser| chooser.accept(id));
        let text = match model.tokenizer() {
            Ok(tokenizer) => self.output.push(id, tokenizer),
            Err(_) => Ok(String::new()), // a model without one gives ids only
        };
        self.fault = accepted.err().or_else(|| text.as_ref().err().cloned());
        if stats.tokens == 0 {
            stats.time_to_first_token_ms = milliseconds(self.started);
        }
        stats.tokens += 1;
        Step::Token { id, text: text.unwrap_or_default() }
    }

    fn end(&mut self, sequence: &mut Sequence, model: &mut dyn LoadedModel, reason: Reason) -> Result<Step> {
        if sequence.read_back(model.backend())?.is_pending() {
            return Ok(Step::Waiting);
        }
        Ok(Step::End { reason, text: self.output.finish(model.tokenizer().ok())? })
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
