//! A loaded model: weights in a backend, the tokenizer, the chat template, and what the checkpoint recommends.
//!
//! ```
//! use std::path::Path;
//!
//! use mamba_web::Engine;
//! use mamba_web::backend::Name;
//! use mamba_web::engine::Options;
//!
//! # fn main() -> mamba_web::Result<()> {
//! let model = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default"));
//! let engine = Engine::open(model, &Options { backend: Some(Name::Cpu), ..Options::default() })?;
//! let ids = engine.tokenize("A red cat.")?;
//! assert_eq!(engine.detokenize(&ids)?, "A red cat.");
//! assert!(engine.info().parameters > 10_000_000);
//! # Ok(())
//! # }
//! ```

mod autotune;
mod builder;
mod defaults;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
#[cfg(not(target_arch = "wasm32"))]
mod shaped;
mod warm;

use core::cell::OnceCell;

use serde::Serialize;

pub use autotune::{Lap, Trial};
pub use builder::{EngineBuilder, ModelFiles, Options};
pub use defaults::Defaults;
#[cfg(not(target_arch = "wasm32"))]
pub use shaped::{Shape, Vocabulary};
pub use warm::warm_up;

use crate::backend::Backend;
use crate::conversation::{ChatTemplate, Conversation, render_chat};
use crate::error::{Error, Result};
use crate::generation::{Input, LoadedModel, Request, Session, check_ids};
use crate::model::Config;
use crate::state::{Identity, Snapshot, State};
use crate::tokenizer::Tokenizer;

/// A model that is ready to run. All sessions of one engine share its weights.
pub struct Engine {
    backend: Box<dyn Backend>,
    backend_reason: String,
    /// Whether the GPU has not been tried yet.
    may_move: bool,
    /// None for a checkpoint without tokenizer.json, which reads and writes ids only.
    tokenizer: Option<Tokenizer>,
    /// A template that does not parse is an error only when a message is sent.
    chat_template: Result<Option<ChatTemplate>>,
    defaults: Defaults,
    stop_tokens: Vec<u32>,
    model_hash: String,
    /// Computed when it is first needed: a large vocabulary takes some milliseconds.
    tokenizer_hash: OnceCell<Option<String>>,
    /// For constraints, made when the first one is asked for.
    #[cfg(not(target_arch = "wasm32"))]
    vocabulary: OnceCell<Vocabulary>,
}

/// Facts about the model, under the names of docs/api.md.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// `mamba`, `falcon-mamba`, `mamba2`, `granite-hybrid`, `falcon-h1`, or `hybrid` for layers of several kinds.
    pub architecture: &'static str,
    /// Weights in all, a tied head counted once.
    pub parameters: u64,
    /// Layers as the model's makers count them: a mixer, what stands beside it and an MLP are one.
    pub layers: usize,
    /// D.
    pub d_model: usize,
    /// N; the largest one where layers differ.
    pub d_state: usize,
    /// V, padding included.
    pub vocab: usize,
    /// `gpu`, `cpu` or `reference`.
    pub backend: &'static str,
    /// Why this backend was chosen, in a sentence.
    pub backend_reason: String,
    /// The GPU's name; none on the CPU.
    pub adapter: Option<String>,
    /// `f32`, `f16`, `int8` or `int4`.
    pub precision: &'static str,
    /// What this was compiled for: `plain` or `relaxed` SIMD or `threads` (relaxed too) in a browser, else `native`.
    pub build: &'static str,
    /// CPU threads that work in parallel; 1 on the GPU.
    pub threads: usize,
    /// Bytes that the weights occupy on the backend, scales included.
    pub weight_bytes: u64,
    /// Bytes of one session's state, the same at every position.
    pub state_bytes: u64,
    /// M, the tokens that attention sees; none in a model without attention, which has no window.
    pub window: Option<usize>,
    /// How many of the state's bytes are the window's.
    pub window_bytes: u64,
    /// Hash of config.json and all weights, 32 hexadecimal digits.
    pub model_hash: String,
    /// Whether the checkpoint has a chat template. Messages need one.
    pub chat_template: bool,
    /// Used where a request leaves a setting out.
    pub defaults: Defaults,
}

impl Engine {
    /// Facts about the model and its backend. They are known exactly; nothing is measured.
    pub fn info(&self) -> Info {
        let config = self.config();
        Info {
            architecture: config.architecture(),
            parameters: config.parameters(),
            layers: config.published_layers(),
            d_model: config.d_model,
            d_state: config.d_state(),
            vocab: config.vocab,
            backend: self.backend.name(),
            backend_reason: self.backend_reason.clone(),
            adapter: self.backend.adapter(),
            precision: self.backend.precision().name(),
            build: match (cfg!(target_arch = "wasm32"), cfg!(feature = "relaxed-simd")) {
                (false, _) => "native",
                (true, false) => "plain",
                (true, true) if cfg!(target_feature = "atomics") => "threads",
                (true, true) => "relaxed",
            },
            threads: self.backend.threads(),
            weight_bytes: self.backend.weight_bytes(),
            state_bytes: config.state_bytes(),
            window: config.window(),
            window_bytes: config.window_bytes(),
            model_hash: self.model_hash.clone(),
            chat_template: !matches!(self.chat_template, Ok(None)),
            defaults: self.defaults.clone(),
        }
    }

    /// The dimensions of the model; `tied` is as the file has it, whatever config.json said.
    pub fn config(&self) -> &Config {
        self.backend.config()
    }

    /// Identifies config.json and the weights.
    pub fn model_hash(&self) -> &str {
        &self.model_hash
    }

    /// Identifies what the tokens stand for; None without a tokenizer.
    pub fn tokenizer_hash(&self) -> Option<&str> {
        let hash = || Some(self.tokenizer.as_ref()?.vocabulary_hash(self.config().vocab));
        self.tokenizer_hash.get_or_init(hash).as_deref()
    }

    /// What generation_config.json recommends, completed by this crate's own defaults.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    /// Tokens that end a text, collected from all of the checkpoint's files.
    pub fn stop_tokens(&self) -> &[u32] {
        &self.stop_tokens
    }

    /// The checkpoint's tokenizer, from tokenizer.json or out of a GGUF file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the checkpoint came without one.
    pub fn tokenizer(&self) -> Result<&Tokenizer> {
        self.tokenizer
            .as_ref()
            .ok_or_else(|| Error::NotFound("The checkpoint has no tokenizer.json, so it reads token ids only.".into()))
    }

    /// The chat template; None for a base model.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the template does not parse.
    pub fn chat_template(&self) -> Result<Option<&ChatTemplate>> {
        self.chat_template.as_ref().map(Option::as_ref).map_err(Error::clone)
    }

    /// Switches to the backend of `other`, the same model loaded again. `reason` is a sentence that says why this
    /// backend was chosen. Sessions replay the tokens whose effect was lost with the old backend.
    ///
    /// # Errors
    /// [`Error::WrongModel`] when it is another model.
    pub fn replace(&mut self, other: Engine, reason: &str) -> Result<()> {
        if self.model_hash != other.model_hash {
            return Err(Error::WrongModel("The model has changed since it was loaded.".into()));
        }
        *self = Self { backend_reason: reason.to_owned(), ..other };
        Ok(())
    }

    /// Looks for a GPU that is worth a race.
    ///
    /// # Errors
    /// [`Error::NoWebGpu`] when there is none.
    pub async fn find_gpu() -> Result<()> {
        autotune::open_gpu().await.map(drop)
    }

    /// Whether [`race`](Engine::race) may still find a faster backend: the model was loaded with [`Trial::Later`].
    pub fn may_move(&self) -> bool {
        self.may_move
    }

    /// A few tokens on this engine's backend, for [`race`](Engine::race). It waits only if that is a GPU.
    ///
    /// # Errors
    /// As reading and generating.
    pub async fn run_lap(&mut self) -> Result<Lap> {
        match self.backend.remote() {
            Some(_) => autotune::warm_lap(&mut *self.backend).await,
            None => autotune::lap(&mut *self.backend).await,
        }
    }

    /// Ends the trial of the GPU, which `rival` runs on: takes its backend if it gives the same scores and is faster.
    /// Sessions go on with it in the middle of a sentence; their states move. Returns whether it was taken;
    /// [`Info::backend_reason`] says why.
    ///
    /// # Errors
    /// [`Error::WrongModel`] when it is another model.
    pub fn race(&mut self, own: &Lap, rival: Engine, its: Result<Lap>) -> Result<bool> {
        self.may_move = false;
        let name = rival.backend.adapter().unwrap_or_else(|| rival.backend.name().to_owned());
        let autotune::Verdict { gpu_wins, reason } = autotune::judge(own, its, &name);
        if gpu_wins {
            self.replace(rival, &reason)?;
        } else {
            self.backend_reason = reason;
        }
        Ok(gpu_wins)
    }

    /// Ends the trial of the GPU without one. `reason` is a sentence.
    pub fn stay(&mut self, reason: &str) {
        self.may_move = false;
        self.backend_reason = reason.to_owned();
    }

    /// The ids of `text`. The name of a special token becomes that token's id.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the checkpoint came without a tokenizer.
    pub fn tokenize(&self, text: &str) -> Result<Vec<u32>> {
        self.tokenizer()?.encode(text, true)
    }

    /// The text of `ids`, special tokens left out.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for an id that the model does not have, [`Error::NotFound`] without a tokenizer.
    pub fn detokenize(&self, ids: &[u32]) -> Result<String> {
        check_ids(ids, self.config().vocab)?;
        self.tokenizer()?.decode(ids)
    }

    /// The text of a chat in JSON by the model's chat template (see [`render_chat`]); for [`Engine::tokenize_chat`].
    ///
    /// # Errors
    /// [`Error::BadArgument`] without a chat template, else those of [`render_chat`].
    pub fn render_chat(&self, json: &str) -> Result<String> {
        let template = self.chat_template()?.ok_or_else(|| {
            Error::BadArgument("This is a base model without a chat template, so it answers no messages.".into())
        })?;
        render_chat(json, template, self.tokenizer()?)
    }

    /// The ids of a text that [`Engine::render_chat`] gave, or of a part of it. Only the template's own words become special
    /// tokens.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the checkpoint came without a tokenizer.
    pub fn tokenize_chat(&self, text: &str) -> Result<Vec<u32>> {
        self.tokenizer()?.encode_guarded(text)
    }

    /// A request with the settings that the model's makers recommend.
    pub fn request(&self, input: Input) -> Request {
        let Defaults { settings, max_tokens, .. } = &self.defaults;
        Request { input, settings: settings.clone(), max_tokens: *max_tokens, stop: Vec::new() }
    }

    /// A new session, with nothing read.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when there is a system message and the model's chat template has no place for one,
    /// [`Error::OutOfMemory`] when there is no room for another state.
    pub fn session(&self, system: Option<&str>) -> Result<Session> {
        let template = if system.is_some() { self.chat_template()? } else { None };
        Ok(Session::new(State::try_new(self.config())?, Conversation::new(system, template)?))
    }

    /// Opens a `.mstate` file. The session continues exactly where the saved one stopped.
    ///
    /// # Errors
    /// [`Error::BadState`] for a damaged file, [`Error::WrongModel`] for one of another model or tokenizer.
    pub fn restore(&self, bytes: &[u8]) -> Result<Session> {
        let of = Identity { model: &self.model_hash, tokenizer: self.tokenizer_hash() };
        Session::restore(Snapshot::from_bytes(bytes, of, self.config())?)
    }
}

impl LoadedModel for Engine {
    fn backend(&mut self) -> &mut dyn Backend {
        &mut *self.backend
    }

    fn config(&self) -> &Config {
        self.config()
    }

    fn tokenizer(&self) -> Result<&Tokenizer> {
        self.tokenizer()
    }

    fn chat_template(&self) -> Result<Option<&ChatTemplate>> {
        self.chat_template()
    }

    fn stop_tokens(&self) -> &[u32] {
        self.stop_tokens()
    }

    fn model_hash(&self) -> &str {
        self.model_hash()
    }

    fn tokenizer_hash(&self) -> Option<&str> {
        self.tokenizer_hash()
    }
}
