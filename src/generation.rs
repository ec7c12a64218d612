//! The token loop as a state machine, so that a caller can stop between any two steps.
//!
//! ```text
//! begin -> advance: Prefill, Prefill, ... Token, Token, ... End
//!                   (cancel is possible after each)
//! ```
//!
//! In a browser a step may also be Waiting: the backend's work is done elsewhere, and `advance` is to be called again
//! when [`Backend::arrival`](crate::backend::Backend::arrival) has resolved.
//!
//! Every token that was handed out has been read into the state, the last one included, so whatever is begun next
//! continues the text. A stop token is not read. Until the first token is out, a cancelled or failed run leaves no trace.

mod request;
mod stats;
mod stop;

use core::task::Poll;

use web_time::Instant;

pub use request::{Input, Request, Text};
pub use stats::Stats;
use stop::StopStrings;

use crate::allocate::copied;
use crate::conversation::{Conversation, RECORDED_BYTES};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::sampler::{Recent, Sampler};
use crate::state::{Content, Snapshot, State};
use crate::tokenizer::StreamDecoder;

/// What one [`Session::advance`] did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing yet: the backend is at work. In a browser only; natively [`Session::advance`] waits.
    Waiting,
    /// Read a block of the prompt; `read` of `total` tokens are in the state.
    Prefill { read: usize, total: usize },
    /// Generated a token. `text` holds the characters that are certain now, often none or more than the token's own.
    Token { id: u32, text: String },
    /// Nothing is left to do. `text` is what had been held back.
    End { reason: Reason, text: String },
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A stop token or a stop string came.
    Stop,
    /// As many tokens as allowed.
    Length,
    /// The text was read; nothing was to be generated.
    Read,
}

/// While a prompt is read, and while tokens are generated, the state is brought back from a backend that keeps it
/// elsewhere after so many tokens: what was read since then would have to be read again if the backend were lost.
const SETTLE_READ: usize = 4096;
const SETTLE_GENERATED: usize = 256;

/// One sequence: a state, the scores of its next token, and at most one run.
pub struct Session {
    state: State,
    /// Tokens that the backend has read, and whose effect is not in `state` and `logits` yet.
    unsettled: Vec<u32>,
    /// Position of `state` without them.
    settled_position: u64,
    /// How many of them have been read again, after the backend had lost them.
    replayed: Option<usize>,
    /// Scores of the next token, `[V]`; empty until something has been read.
    logits: Vec<f32>,
    recent: Recent,
    conversation: Conversation,
    stats: Stats,
    run: Option<Run>,
}

/// What is kept of the session until the first token is out.
struct Before {
    state: State,
    logits: Vec<f32>,
    recent: Recent,
}

struct Run {
    tokens: Vec<u32>,
    read: usize,
    /// When the step that is Waiting began.
    waiting_since: Option<Instant>,
    /// Length of the block that is being read.
    block: Option<usize>,
    /// None when nothing is to be generated.
    sampler: Option<Sampler>,
    /// Chosen, and not read yet.
    chosen: Option<u32>,
    /// Why the run is over, once it is.
    over: Option<Reason>,
    stop_tokens: Vec<u32>,
    tokens_left: usize,
    decoder: StreamDecoder,
    stops: StopStrings,
    stopped: bool,
    /// The user's message, when this is a chat turn, and the reply so far.
    message: Option<String>,
    reply: String,
    before: Option<Before>,
    started: Instant,
}

impl Session {
    pub(crate) fn new(state: State, conversation: Conversation) -> Self {
        let (logits, recent, stats) = (Vec::new(), Recent::default(), Stats::default());
        let (unsettled, settled_position, replayed) = (Vec::new(), state.position, None);
        Self { state, unsettled, settled_position, replayed, logits, recent, conversation, stats, run: None }
    }

    pub(crate) fn restore(snapshot: Snapshot) -> Result<Self> {
        let conversation = match snapshot.conversation.as_str() {
            "" => Conversation::default(),
            json => serde_json::from_str(json).map_err(|_| {
                Error::BadState("The saved state cannot be read: its conversation is not valid.".into())
            })?,
        };
        let mut session = Self::new(snapshot.state, conversation);
        session.logits = snapshot.logits;
        snapshot.recent.iter().for_each(|&token| session.recent.push(token));
        Ok(session)
    }

    /// Starts a run; [`Session::advance`] does the work.
    ///
    /// # Errors
    /// [`Error::Busy`] while another run is going on, [`Error::BadArgument`] for an empty text, a setting out of
    /// range or a message to a model without a chat template.
    pub fn begin(&mut self, engine: &Engine, request: Request) -> Result<()> {
        let started = Instant::now();
        if self.run.is_some() || !self.unsettled.is_empty() {
            return Err(Error::Busy("This session is generating already.".into()));
        }
        request.validate()?;
        let vocab = engine.config().vocab;
        let (tokens, message) = self.tokens(engine, &request.input)?;
        let generates = !matches!(request.input, Input::Read(_));
        let sampler = if generates { Some(Sampler::new(request.settings, vocab)?) } else { None };
        let decoder = match (engine.tokenizer(), &request.input) {
            (Ok(tokenizer), Input::Prompt(_)) => {
                let last: Vec<u32> = self.recent.iter().chain(tokens.iter().copied()).collect();
                StreamDecoder::after(tokenizer, &last[last.len().saturating_sub(8)..])?
            }
            _ => StreamDecoder::new(),
        };
        // A stop string that is a special token's name never shows up in the text; its token does.
        let mut stop_tokens = engine.stop_tokens().to_vec();
        let special = |name: &String| engine.tokenizer().ok().and_then(|tokenizer| tokenizer.special_id(name));
        stop_tokens.extend(request.stop.iter().filter_map(special));
        if self.logits.is_empty() {
            self.logits
                .try_reserve_exact(vocab)
                .map_err(|_| Error::OutOfMemory(format!("There is no memory for {vocab} scores.")))?;
        }
        let logits = copied(&self.logits, "a copy of the scores")?;
        let before = Before { state: self.state.try_clone()?, logits, recent: self.recent.clone() };
        let reply = String::with_capacity(if message.is_some() { RECORDED_BYTES } else { 0 });
        self.stats = Stats { prompt_tokens: tokens.len(), ..Stats::default() };
        self.run = Some(Run {
            tokens,
            read: 0,
            waiting_since: None,
            block: None,
            sampler,
            chosen: None,
            over: None,
            stop_tokens,
            tokens_left: request.max_tokens,
            decoder,
            stops: StopStrings::new(request.stop),
            stopped: false,
            message,
            reply,
            before: Some(before),
            started,
        });
        Ok(())
    }

    /// The ids to read, and the message if it is one.
    fn tokens(&self, engine: &Engine, input: &Input) -> Result<(Vec<u32>, Option<String>)> {
        let empty = |what: &str| Error::BadArgument(format!("The {what} is empty."));
        let (what, text) = match input {
            Input::Message(message) => {
                let template = engine.chat_template()?.ok_or_else(|| {
                    Error::BadArgument(
                        "This is a base model without a chat template: it continues a prompt and answers no messages."
                            .into(),
                    )
                })?;
                if message.trim().is_empty() {
                    return Err(empty("message"));
                }
                let tokenizer = engine.tokenizer()?;
                let text = self.conversation.next_turn(message, template, tokenizer)?;
                return Ok((tokenizer.encode_guarded(&text)?, Some(message.clone())));
            }
            Input::Prompt(text) => ("prompt", text),
            Input::Read(text) => ("text to read", text),
        };
        let tokens = match text {
            Text::Words(words) if words.is_empty() => Vec::new(),
            Text::Words(words) => engine.tokenizer()?.encode(words, self.state.position == 0)?,
            Text::Ids(ids) => ids.clone(),
        };
        engine.check_ids(&tokens)?;
        let goes_on = matches!(input, Input::Prompt(_)) && !self.logits.is_empty();
        if tokens.is_empty() && !goes_on {
            return Err(empty(what));
        }
        Ok((tokens, None))
    }

    /// Does the next piece of work: a block of the prompt, or a token. After [`Step::End`] the session is free again.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when nothing has begun, and whatever the backend and the sampler return; the run is over
    /// then. Not so after [`Error::DeviceLost`]: once the engine has another backend, the run goes on where it was.
    pub fn advance(&mut self, engine: &mut Engine) -> Result<Step> {
        let Some(mut run) = self.run.take() else {
            return Err(Error::BadArgument("Nothing is being generated in this session.".into()));
        };
        let result = loop {
            match self.step(&mut run, engine) {
                Ok(Step::Waiting) if cfg!(not(target_arch = "wasm32")) => engine.backend().wait(),
                other => break other,
            }
        };
        match &result {
            Ok(Step::End { .. }) => {}
            Ok(_) => self.run = Some(run),
            Err(Error::DeviceLost(_)) => {
                self.replayed = None;
                self.run = Some(run);
            }
            Err(_) => {
                self.stop(run);
            }
        }
        result
    }

    fn step(&mut self, run: &mut Run, engine: &mut Engine) -> Result<Step> {
        let start = run.waiting_since.take().unwrap_or_else(Instant::now);
        let step = self.work(run, engine)?;
        match step {
            Step::Waiting => run.waiting_since = Some(start),
            Step::Prefill { .. } => self.stats.prefill_ms += milliseconds(start),
            Step::Token { .. } => self.stats.decode_ms += milliseconds(start),
            Step::End { .. } => {}
        }
        Ok(step)
    }

    fn work(&mut self, run: &mut Run, engine: &mut Engine) -> Result<Step> {
        if self.replay(engine)?.is_pending() {
            return Ok(Step::Waiting);
        }
        if run.over.is_none() && run.read < run.tokens.len() {
            return self.read_block(run, engine);
        }
        if run.over.is_none() {
            run.over = match &run.sampler {
                None => Some(Reason::Read),
                Some(_) if run.stopped => Some(Reason::Stop),
                Some(_) if run.tokens_left == 0 => Some(Reason::Length),
                Some(_) => None,
            };
        }
        match run.over {
            Some(reason) => self.end(run, engine, reason),
            None => self.next_token(run, engine),
        }
    }

    fn read_block(&mut self, run: &mut Run, engine: &mut Engine) -> Result<Step> {
        let block = &run.tokens[run.read..];
        // A block that has been begun ends as it was begun.
        let length = run.block.unwrap_or_else(|| block.len().min(engine.backend().block()));
        let block = &block[..length];
        let last = run.read + length == run.tokens.len();
        self.logits.resize(engine.config().vocab, 0.0);
        let logits = last.then_some(self.logits.as_mut_slice());
        run.block = Some(length);
        if engine.backend().read(block, &mut self.state, logits)?.is_pending() {
            return Ok(Step::Waiting);
        }
        run.block = None;
        self.note_read(block, engine);
        run.read += length;
        Ok(Step::Prefill { read: run.read, total: run.tokens.len() })
    }

    fn next_token(&mut self, run: &mut Run, engine: &mut Engine) -> Result<Step> {
        let limit = if self.stats.tokens < 16 { SETTLE_READ } else { SETTLE_GENERATED };
        if self.unsettled.len() >= limit && run.chosen.is_none() && !self.settle(engine)? {
            return Ok(Step::Waiting);
        }
        let Some(sampler) = &mut run.sampler else { return Ok(Step::Waiting) };
        let id = match run.chosen {
            Some(id) => id,
            None => {
                let backend = engine.backend();
                let chosen = backend.choose(sampler, &self.recent, &mut self.state, &self.logits, run.tokens_left)?;
                let Poll::Ready(id) = chosen else { return Ok(Step::Waiting) };
                id
            }
        };
        if run.stop_tokens.contains(&id) {
            run.over = Some(Reason::Stop);
            return self.end(run, engine, Reason::Stop);
        }
        run.chosen = Some(id);
        if engine.backend().read(&[id], &mut self.state, Some(&mut self.logits))?.is_pending() {
            return Ok(Step::Waiting);
        }
        run.chosen = None;
        self.note_read(&[id], engine);
        run.before = None;
        run.tokens_left -= 1;
        let mut text = String::new();
        if let Ok(tokenizer) = engine.tokenizer() {
            let mut piece = String::new();
            run.decoder.push(tokenizer, id, &mut piece)?;
            run.stopped = run.stops.push(&piece, &mut text);
        }
        run.note(&text);
        if self.stats.tokens == 0 {
            self.stats.time_to_first_token_ms = milliseconds(run.started);
        }
        self.stats.tokens += 1;
        Ok(Step::Token { id, text })
    }

    fn note_read(&mut self, tokens: &[u32], engine: &mut Engine) {
        tokens.iter().for_each(|&token| self.recent.push(token));
        if engine.backend().is_settled(&self.state) {
            self.unsettled.clear();
            self.settled_position = self.state.position;
        } else {
            self.unsettled.extend(tokens);
        }
    }

    /// Reads again what the backend has lost, from where the host's copy of the state stands.
    fn replay(&mut self, engine: &mut Engine) -> Result<Poll<()>> {
        if self.replayed.is_none() {
            if self.unsettled.is_empty() || engine.backend().has(&self.state) {
                return Ok(Poll::Ready(()));
            }
            self.state.renew();
            self.state.position = self.settled_position;
            self.replayed = Some(0);
        }
        while let Some(done) = self.replayed {
            let rest = &self.unsettled[done..];
            let block = &rest[..rest.len().min(engine.backend().block())];
            if engine.backend().read(block, &mut self.state, Some(&mut self.logits))?.is_pending() {
                return Ok(Poll::Pending);
            }
            let next = done + block.len();
            self.replayed = (next < self.unsettled.len()).then_some(next);
        }
        self.note_read(&[], engine);
        Ok(Poll::Ready(()))
    }

    /// Brings the state and the scores up to all that was read, where a backend keeps them elsewhere; true when it is
    /// done, false when it is to be called again (see [`Step::Waiting`]). [`Step::End`] comes after that by itself;
    /// after [`Session::cancel`] it is the caller's to do.
    ///
    /// # Errors
    /// What the backend returns.
    pub fn settle(&mut self, engine: &mut Engine) -> Result<bool> {
        loop {
            let settled = self.replay(engine)?.is_ready()
                && engine.backend().settle(&mut self.state, &mut self.logits)?.is_ready();
            if settled {
                self.unsettled.clear();
                self.settled_position = self.state.position;
            }
            if settled || cfg!(target_arch = "wasm32") {
                return Ok(settled);
            }
            engine.backend().wait();
        }
    }

    fn end(&mut self, run: &mut Run, engine: &mut Engine, reason: Reason) -> Result<Step> {
        if !self.settle(engine)? {
            return Ok(Step::Waiting);
        }
        let (mut rest, mut text) = (String::new(), String::new());
        if !run.stopped {
            if let Ok(tokenizer) = engine.tokenizer() {
                run.decoder.finish(tokenizer, &mut rest)?;
            }
            if !run.stops.push(&rest, &mut text) {
                text.push_str(run.stops.held());
            }
        }
        run.note(&text);
        if let Some(message) = run.message.take() {
            self.conversation.record(&message, &run.reply);
        }
        Ok(Step::End { reason, text })
    }

    /// Ends the run, if there is one. The tokens that were handed out stay read; if none was, the session is as it was
    /// before the run began. Returns the text of these tokens that was still held back. What follows needs
    /// [`Session::settle`] first.
    pub fn cancel(&mut self) -> String {
        self.run.take().map(|run| self.stop(run)).unwrap_or_default()
    }

    fn stop(&mut self, mut run: Run) -> String {
        let held = run.stops.held().to_owned();
        if let Some(before) = run.before {
            self.state = before.state;
            self.logits = before.logits;
            self.recent = before.recent;
            self.unsettled.clear();
            self.settled_position = self.state.position;
            self.replayed = None;
        } else if let Some(message) = run.message.take() {
            run.reply.push_str(&held);
            self.conversation.record(&message, &run.reply);
        }
        held
    }

    /// Whether a run is going on.
    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Scores of the next token, `[V]`.
    ///
    /// # Errors
    /// [`Error::BadArgument`] before anything has been read, [`Error::Busy`] while a prompt is being read.
    pub fn logits(&self) -> Result<&[f32]> {
        if self.run.as_ref().is_some_and(|run| run.read < run.tokens.len()) || !self.unsettled.is_empty() {
            return Err(Error::Busy("The text is still being read.".into()));
        }
        if self.logits.is_empty() {
            return Err(Error::BadArgument("There are no scores before something has been read.".into()));
        }
        Ok(&self.logits)
    }

    /// Tokens read so far.
    pub fn position(&self) -> u64 {
        self.state.position
    }

    /// Counts and times of the current run, or of the last one.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// The recurrent state, for inspection.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The turns of the chat so far.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Everything needed to go on exactly here, as a `.mstate` file.
    ///
    /// # Errors
    /// [`Error::Busy`] during a run, [`Error::OutOfMemory`] when there is no room for the file.
    pub fn snapshot(&self, engine: &Engine) -> Result<Vec<u8>> {
        self.idle("saved")?;
        let recent: Vec<u32> = self.recent.iter().collect();
        let conversation = serde_json::to_string(&self.conversation).unwrap_or_default(); // strings always serialise
        let (state, logits) = (&self.state, self.logits.as_slice());
        Content { state, logits, recent: &recent, conversation: &conversation }.to_bytes(engine.model_hash())
    }

    /// A second session that goes on from here on its own.
    ///
    /// # Errors
    /// [`Error::Busy`] during a run, [`Error::OutOfMemory`] when there is no room for another state; this session and all
    /// others are as they were then.
    pub fn fork(&self) -> Result<Self> {
        self.idle("forked")?;
        let logits = copied(&self.logits, "a copy of the scores")?;
        let mut fork = Self::new(self.state.try_clone()?, self.conversation.clone());
        (fork.logits, fork.recent, fork.stats) = (logits, self.recent.clone(), self.stats);
        Ok(fork)
    }

    fn idle(&self, what: &str) -> Result<()> {
        if self.run.is_some() || !self.unsettled.is_empty() {
            return Err(Error::Busy(format!("This session is generating and cannot be {what} now.")));
        }
        Ok(())
    }
}

impl Run {
    /// Adds to the record of the reply, as far as its space goes.
    fn note(&mut self, text: &str) {
        if self.message.is_some() {
            let space = RECORDED_BYTES.saturating_sub(self.reply.len());
            self.reply.push_str(&text[..text.floor_char_boundary(space)]);
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
