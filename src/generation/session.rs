//! A sequence and its conversation, and at most one run at a time.

use web_time::Instant;

use super::input::{self, Start};
use super::output::Output;
use super::run::Run;
use super::stop::StopStrings;
use super::trace::Trace;
use super::{Input, LoadedModel, Request, Stats, Step, Weighed};
use crate::allocate::reserved;
use crate::backend::Arrival;
use crate::conversation::Conversation;
use crate::error::{Error, Result};
use crate::sampler::{Chooser, Constraint, Recent, Sampler};
use crate::sequence::Sequence;
use crate::state::{Content, Difference, Identity, Packing, Snapshot, State};
use crate::tokenizer::StreamDecoder;

/// Tokens of context that a decoder needs to continue a text.
const CONTEXT_TOKENS: usize = 8;

/// A text that a model reads and writes. Made by [`Engine::session`](crate::Engine::session).
pub struct Session {
    pub(super) sequence: Sequence,
    conversation: Conversation,
    pub(super) stats: Stats,
    /// What the last run has read.
    trace: Trace,
    /// Of the tokens that the last run has read, if it weighed them.
    surprises: Vec<f32>,
    /// Whether the tokens of later runs are weighed.
    weighs: bool,
    run: Option<Run>,
    /// What the file that this session was restored from had as its text.
    text: Option<String>,
}

/// How a session is saved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Saving<'a> {
    /// How the state's values are kept.
    pub packing: Packing,
    /// A text of the program that saves, such as the chat in JSON; at most
    /// [`TEXT_BYTES`](crate::state::TEXT_BYTES). [`Session::take_text`] gives it back.
    pub text: Option<&'a str>,
}

impl Session {
    /// A session that continues from `state`. The state has read nothing, or exactly `conversation`.
    pub(crate) fn new(state: State, conversation: Conversation) -> Self {
        Self::of(Sequence::new(state), conversation, Stats::default())
    }

    /// A session that continues where the snapshot was taken.
    ///
    /// # Errors
    /// [`Error::BadState`] when its conversation cannot be read.
    pub(crate) fn restore(snapshot: Snapshot) -> Result<Self> {
        let conversation = match snapshot.conversation.as_str() {
            "" => Conversation::default(),
            json => serde_json::from_str(json).map_err(|_| {
                Error::BadState("The saved state cannot be read: its conversation is not valid.".into())
            })?,
        };
        let mut recent = Recent::default();
        snapshot.recent.iter().for_each(|&token| recent.push(token));
        let sequence = Sequence::restored(snapshot.state, snapshot.logits, recent);
        Ok(Self { text: snapshot.text, ..Self::of(sequence, conversation, Stats::default()) })
    }

    fn of(sequence: Sequence, conversation: Conversation, stats: Stats) -> Self {
        let (trace, surprises) = (Trace::default(), Vec::new());
        Self { sequence, conversation, stats, trace, surprises, weighs: false, run: None, text: None }
    }

    /// Starts a run; [`Session::advance`] does the work.
    ///
    /// # Errors
    /// [`Error::Busy`] while another run is going on, [`Error::BadArgument`] for an empty text, a setting out of
    /// range or a message to a model without a chat template, [`Error::OutOfMemory`] without room for a second state.
    pub fn begin(&mut self, model: &dyn LoadedModel, request: Request) -> Result<()> {
        self.begin_under(model, request, None)
    }

    /// As [`Session::begin`], with a constraint on the tokens, such as a grammar.
    ///
    /// # Errors
    /// As [`Session::begin`].
    pub fn begin_under(
        &mut self,
        model: &dyn LoadedModel,
        request: Request,
        constraint: Option<Box<dyn Constraint>>,
    ) -> Result<()> {
        let started = Instant::now();
        if self.run.is_some() {
            return Err(Error::Busy("This session is generating already.".into()));
        }
        request.validate()?;
        let Request { input, settings, max_tokens, stop } = request;
        let Start { tokens, recorded } = input::start(model, &input, &self.sequence, &mut self.conversation)?;
        let chooser = match input {
            Input::Read(_) | Input::Weigh(_) | Input::Turns(_) => None,
            _ => {
                let chooser = Chooser::new(Sampler::new(settings, model.config().vocab)?, constraint);
                Some(if self.weighs { chooser.on_host() } else { chooser })
            }
        };
        let decoder = match (model.tokenizer(), &input) {
            (Ok(tokenizer), Input::Prompt(_) | Input::Begun { .. }) => {
                let last: Vec<u32> = self.sequence.recent().iter().chain(tokens.iter().copied()).collect();
                StreamDecoder::after(tokenizer, &last[last.len().saturating_sub(CONTEXT_TOKENS)..])?
            }
            _ => StreamDecoder::new(),
        };
        // A stop string that is a special token's name never shows up in the text; its token does.
        let mut stop_tokens = model.stop_tokens().to_vec();
        let special = |name: &String| model.tokenizer().ok().and_then(|tokenizer| tokenizer.special_id(name));
        stop_tokens.extend(stop.iter().filter_map(special));
        let weighs_prompt = matches!(input, Input::Weigh(_));
        let surprises = weighs_prompt.then(|| reserved(tokens.len(), "the surprise of each token")).transpose()?;
        let before = self.sequence.try_clone()?;
        self.stats = Stats { prompt_tokens: tokens.len(), ..Stats::default() };
        self.trace = Trace::default();
        self.surprises.clear();
        self.run = Some(Run {
            tokens,
            read: 0,
            chooser,
            stop_tokens,
            tokens_left: max_tokens,
            chosen: None,
            over: None,
            fault: None,
            output: Output::new(decoder, StopStrings::new(stop), recorded),
            trace: Trace::default(),
            weighs: self.weighs,
            weighed: None,
            surprises,
            passed_before: self.sequence.passed(),
            before: Some(before),
            started,
            waiting_since: None,
        });
        Ok(())
    }

    /// Does the next piece of work: a block of the prompt, or a token. After [`Step::End`] the session is free again.
    /// Never blocks, so it may return [`Step::Waiting`].
    ///
    /// # Errors
    /// [`Error::BadArgument`] when nothing has begun, and whatever the backend and the sampler return. An error ends
    /// the run, except [`Error::DeviceLost`]: once the engine has another backend, the run continues where it was.
    pub fn step(&mut self, model: &mut dyn LoadedModel) -> Result<Step> {
        let mut run = self.take_run()?;
        let result = run.step(&mut self.sequence, &mut self.stats, model);
        self.keep_run(run, result)
    }

    pub(super) fn take_run(&mut self) -> Result<Run> {
        self.run.take().ok_or_else(|| Error::BadArgument("Nothing is being generated in this session.".into()))
    }

    /// Goes on with the run after a step, or ends it.
    pub(super) fn keep_run(&mut self, run: Run, result: Result<Step>) -> Result<Step> {
        match &result {
            Ok(Step::End { .. }) => {
                self.trace = run.trace;
                self.surprises = run.surprises.unwrap_or_default();
                run.output.record(&mut self.conversation);
            }
            Ok(_) | Err(Error::DeviceLost(_)) => self.run = Some(run),
            Err(_) => {
                self.stop(run);
            }
        }
        result
    }

    /// As [`Session::step`], but natively it blocks instead of returning [`Step::Waiting`].
    ///
    /// # Errors
    /// As [`Session::step`].
    pub fn advance(&mut self, model: &mut dyn LoadedModel) -> Result<Step> {
        loop {
            match self.step(model)? {
                Step::Waiting if cfg!(not(target_arch = "wasm32")) => self.sequence.wait(model.backend()),
                step => return Ok(step),
            }
        }
    }

    /// Reads the newest state and scores back from a GPU. Returns true when done; after false, call it again. A run
    /// does this by itself before [`Step::End`]. After [`Session::cancel`] or a failed run the caller must do it before
    /// [`Session::logits`] or [`Session::snapshot`]. Never blocks.
    ///
    /// # Errors
    /// What the backend returns. The session stays usable, and the next run continues from all that was read.
    pub fn step_back(&mut self, model: &mut dyn LoadedModel) -> Result<bool> {
        Ok(self.sequence.read_back(model.backend())?.is_ready())
    }

    /// As [`Session::step_back`], but natively it blocks until done.
    ///
    /// # Errors
    /// As [`Session::step_back`].
    pub fn read_back(&mut self, model: &mut dyn LoadedModel) -> Result<bool> {
        loop {
            let is_done = self.step_back(model)?;
            if is_done || cfg!(target_arch = "wasm32") {
                return Ok(is_done);
            }
            self.sequence.wait(model.backend());
        }
    }

    /// In a browser, a future to await after [`Step::Waiting`]; None when the call may be repeated at once.
    pub fn arrival(&self, model: &mut dyn LoadedModel) -> Option<Arrival> {
        self.sequence.arrival(model.backend())
    }

    /// Ends the run, if there is one. Tokens that were handed out stay read. If there were none, the session is as it
    /// was before the run began. Returns the part of their text that was still held back.
    pub fn cancel(&mut self) -> String {
        self.run.take().map(|run| self.stop(run)).unwrap_or_default()
    }

    fn stop(&mut self, mut run: Run) -> String {
        let held = run.output.break_off();
        match run.before {
            Some(before) => self.sequence = before,
            None => {
                self.sequence.abandon();
                self.trace = run.trace;
                run.output.record(&mut self.conversation);
            }
        }
        held
    }

    /// Whether a run is going on.
    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Whether a run is going on that has read its prompt, so that its steps are tokens.
    pub fn is_decoding(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_reading())
    }

    /// Whether its next step may be one with those of other sessions, see [`step_together`](super::step_together): it
    /// generates, and on a backend that works elsewhere it may do so with others.
    pub fn may_join(&self, model: &mut dyn LoadedModel) -> bool {
        let Some(run) = self.run.as_ref().filter(|run| !run.is_reading()) else { return false };
        match (model.backend().remote(), run.chooser.as_ref().and_then(Chooser::lone_sampler)) {
            (None, _) => true,
            (Some(remote), Some(sampler)) => remote.gathers(sampler),
            (Some(_), None) => false,
        }
    }

    /// Whether its last step had to wait.
    pub(super) fn is_waiting(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.waiting_since.is_some())
    }

    /// The sequence, and what it is about to choose with, if a backend may choose.
    pub(super) fn choosing(&mut self) -> Option<(&mut Sequence, &Sampler)> {
        let sampler = self.run.as_ref()?.sampler()?;
        Some((&mut self.sequence, sampler))
    }

    /// Scores of the next token, `[V]`.
    ///
    /// # Errors
    /// [`Error::BadArgument`] before anything has been read, [`Error::Busy`] while a prompt is being read, or before
    /// the scores have been [read back](Session::read_back).
    pub fn logits(&self) -> Result<&[f32]> {
        if self.run.as_ref().is_some_and(Run::is_reading) {
            return Err(Error::Busy("The text is still being read.".into()));
        }
        self.is_here()?;
        if self.sequence.is_empty() {
            return Err(Error::BadArgument("There are no scores before something has been read.".into()));
        }
        Ok(self.sequence.logits())
    }

    /// Tokens read so far.
    pub fn position(&self) -> u64 {
        self.sequence.position()
    }

    /// Counts and times of the current run, or of the last one.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// All tokens that the last run has read, the prompt and the answer, so that [`Input::Turns`] can have them read
    /// again. None after a run of more than 2^15 tokens, whose ids are not kept.
    pub fn ids(&self) -> Option<&[u32]> {
        self.trace.ids()
    }

    /// From the next run on, weighs each generated token: how likely the model found it, and what else might have come
    /// ([`Session::weighed`]). On a GPU the scores of each token then come to the host, which takes time.
    pub fn weigh(&mut self, on: bool) {
        self.weighs = on;
    }

    /// What the run that is going on weighed for its last token.
    pub fn weighed(&self) -> Option<&Weighed> {
        self.run.as_ref()?.weighed.as_ref()
    }

    /// After a run with [`Input::Weigh`], for each of its tokens -ln of the probability that the model gave it before it
    /// was read, in nats. The first token of a session is not a number, because nothing was expected yet.
    pub fn surprises(&self) -> &[f32] {
        &self.surprises
    }

    /// A session that goes on from a mixture of this state and the other's: `1 - weight` parts of this one. The scores of
    /// the next token are mixed alike. The record of the chat is that of the one that counts more.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a weight outside of 0 to 1, when one of them has read nothing, and for a model with
    /// attention; [`Error::WrongModel`] for sessions of different models; [`Error::Busy`] during a run, or while a state
    /// has not been [read back](Session::read_back); [`Error::OutOfMemory`] when there is no room for another state.
    pub fn blend(&self, other: &Session, weight: f32) -> Result<Self> {
        if !(0.0..=1.0).contains(&weight) {
            return Err(Error::BadArgument(format!("The weight of a blend is {weight}; it must be from 0 to 1.")));
        }
        for session in [self, other] {
            session.is_idle("blended")?;
            session.is_here()?;
        }
        let conversation = if weight > 0.5 { &other.conversation } else { &self.conversation };
        Ok(Self::of(self.sequence.blend(&other.sequence, weight)?, conversation.clone(), Stats::default()))
    }

    /// How far the state of each layer is from the other session's.
    ///
    /// # Errors
    /// [`Error::WrongModel`] for sessions of different models, [`Error::Busy`] as for [`Session::blend`].
    pub fn difference(&self, other: &Session) -> Result<Vec<Difference>> {
        for session in [self, other] {
            session.is_idle("compared")?;
            session.is_here()?;
        }
        self.sequence.state().difference(other.sequence.state())
    }

    /// The recurrent state as of the last read-back, for inspection.
    pub fn state(&self) -> &State {
        self.sequence.state()
    }

    /// The state, to be changed by an experiment. The scores of the next token stay as they are until something is read.
    ///
    /// # Errors
    /// [`Error::Busy`] as for [`Session::blend`].
    #[cfg(feature = "lab")]
    pub fn state_mut(&mut self) -> Result<&mut State> {
        self.is_idle("changed")?;
        self.is_here()?;
        Ok(self.sequence.state_mut())
    }

    /// The turns of the chat so far; of a long chat only the last ones.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Everything needed to go on exactly here, as a `.mstate` file.
    ///
    /// # Errors
    /// [`Error::Busy`] during a run, or while the state has not been [read back](Session::read_back),
    /// [`Error::OutOfMemory`] when there is no room for the file.
    pub fn snapshot(&self, model: &dyn LoadedModel) -> Result<Vec<u8>> {
        self.save(model, Saving::default())
    }

    /// As [`Session::snapshot`], perhaps packed and with a text. What was packed goes on nearly there.
    ///
    /// # Errors
    /// As [`Session::snapshot`], and [`Error::BadArgument`] for a text that is too long.
    pub fn save(&self, model: &dyn LoadedModel, Saving { packing, text }: Saving<'_>) -> Result<Vec<u8>> {
        self.is_idle("saved")?;
        self.is_here()?;
        let (state, logits) = (self.sequence.state(), self.sequence.logits());
        let recent: Vec<u32> = self.sequence.recent().iter().collect();
        let conversation = serde_json::to_string(&self.conversation).unwrap_or_default(); // strings always serialise
        let of = Identity { model: model.model_hash(), tokenizer: model.tokenizer_hash() };
        Content { state, logits, recent: &recent, conversation: &conversation, text, packing }.to_bytes(of)
    }

    /// The text that the file had which this session was restored from. The session does not keep it after that.
    pub fn take_text(&mut self) -> Option<String> {
        self.text.take()
    }

    /// A second session that continues independently from the same state.
    ///
    /// # Errors
    /// [`Error::Busy`] during a run, [`Error::OutOfMemory`] when there is no room for another state. Other sessions are
    /// not affected.
    pub fn fork(&self) -> Result<Self> {
        self.is_idle("forked")?;
        Ok(Self::of(self.sequence.try_clone()?, self.conversation.clone(), self.stats))
    }

    fn is_idle(&self, what: &str) -> Result<()> {
        match self.run {
            Some(_) => Err(Error::Busy(format!("This session is generating and cannot be {what} now."))),
            None => Ok(()),
        }
    }

    fn is_here(&self) -> Result<()> {
        match self.sequence.behind() {
            0 => Ok(()),
            _ => Err(Error::Busy("The state of this session has not been read back from the GPU yet.".into())),
        }
    }
}
