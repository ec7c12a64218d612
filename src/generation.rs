//! The token loop as a state machine, so that a caller can stop between any two steps.
//!
//! ```text
//! begin -> advance: Prefill, Prefill, ... Token, Token, ... End
//!                   (cancel is possible after each)
//! ```
//!
//! Every token that was handed out has been read into the state, the last one included, so whatever is begun next
//! continues the text. A stop token is not read. Until the first token is out, a cancelled or failed run leaves no trace.

mod request;
mod stats;
mod stop;

use web_time::Instant;

pub use request::{Input, Request, Text};
pub use stats::Stats;
use stop::StopStrings;

use crate::conversation::{Conversation, RECORDED_BYTES};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::sampler::{Recent, Sampler};
use crate::state::{Snapshot, State};
use crate::tokenizer::StreamDecoder;

/// What one [`Session::advance`] did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
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

/// One sequence: a state, the scores of its next token, and at most one run.
pub struct Session {
    state: State,
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
    /// None when nothing is to be generated.
    sampler: Option<Sampler>,
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
        Self { state, logits, recent, conversation, stats, run: None }
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
        if self.run.is_some() {
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
        let before = Before { state: self.state.clone(), logits: self.logits.clone(), recent: self.recent.clone() };
        let reply = String::with_capacity(if message.is_some() { RECORDED_BYTES } else { 0 });
        self.stats = Stats { prompt_tokens: tokens.len(), ..Stats::default() };
        self.run = Some(Run {
            tokens,
            read: 0,
            sampler,
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
    /// then.
    pub fn advance(&mut self, engine: &mut Engine) -> Result<Step> {
        let Some(mut run) = self.run.take() else {
            return Err(Error::BadArgument("Nothing is being generated in this session.".into()));
        };
        match self.step(&mut run, engine) {
            Ok(step) => {
                if !matches!(step, Step::End { .. }) {
                    self.run = Some(run);
                }
                Ok(step)
            }
            Err(error) => {
                self.stop(run);
                Err(error)
            }
        }
    }

    fn step(&mut self, run: &mut Run, engine: &mut Engine) -> Result<Step> {
        let start = Instant::now();
        if run.read < run.tokens.len() {
            let block = &run.tokens[run.read..];
            let block = &block[..block.len().min(engine.backend().block())];
            let last = run.read + block.len() == run.tokens.len();
            self.logits.resize(engine.config().vocab, 0.0);
            let logits = last.then_some(self.logits.as_mut_slice());
            engine.backend().prefill(block, &mut self.state, logits)?;
            block.iter().for_each(|&token| self.recent.push(token));
            run.read += block.len();
            self.stats.prefill_ms += milliseconds(start);
            return Ok(Step::Prefill { read: run.read, total: run.tokens.len() });
        }
        let Some(sampler) = &mut run.sampler else {
            return Ok(Step::End { reason: Reason::Read, text: String::new() });
        };
        if run.stopped {
            return self.end(run, engine, Reason::Stop);
        }
        if run.tokens_left == 0 {
            return self.end(run, engine, Reason::Length);
        }
        let id = sampler.sample(&self.logits, &self.recent)?;
        if run.stop_tokens.contains(&id) {
            return self.end(run, engine, Reason::Stop);
        }
        engine.backend().prefill(&[id], &mut self.state, Some(&mut self.logits))?;
        self.recent.push(id);
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
        self.stats.decode_ms += milliseconds(start);
        Ok(Step::Token { id, text })
    }

    fn end(&mut self, run: &mut Run, engine: &Engine, reason: Reason) -> Result<Step> {
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
    /// before the run began. Returns the text of these tokens that was still held back.
    pub fn cancel(&mut self) -> String {
        self.run.take().map(|run| self.stop(run)).unwrap_or_default()
    }

    fn stop(&mut self, mut run: Run) -> String {
        let held = run.stops.held().to_owned();
        if let Some(before) = run.before {
            self.state = before.state;
            self.logits = before.logits;
            self.recent = before.recent;
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
        if self.run.as_ref().is_some_and(|run| run.read < run.tokens.len()) {
            return Err(Error::Busy("The prompt is still being read.".into()));
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
    /// [`Error::Busy`] during a run.
    pub fn snapshot(&self, engine: &Engine) -> Result<Vec<u8>> {
        self.idle("saved")?;
        let snapshot = Snapshot {
            state: self.state.clone(),
            logits: self.logits.clone(),
            recent: self.recent.iter().collect(),
            conversation: serde_json::to_string(&self.conversation).unwrap_or_default(), // strings always serialise
        };
        Ok(snapshot.to_bytes(engine.model_hash()))
    }

    /// A second session that goes on from here on its own.
    ///
    /// # Errors
    /// [`Error::Busy`] during a run.
    pub fn fork(&self) -> Result<Self> {
        self.idle("forked")?;
        let (state, logits, recent) = (self.state.clone(), self.logits.clone(), self.recent.clone());
        Ok(Self { state, logits, recent, conversation: self.conversation.clone(), stats: self.stats, run: None })
    }

    fn idle(&self, what: &str) -> Result<()> {
        if self.run.is_some() {
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
