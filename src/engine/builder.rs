//! Loads a model a file and a chunk at a time, from any source of bytes.

use core::cell::OnceCell;

use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use super::autotune::{self, Chosen, CpuOptions, Loading, Trial};
use super::{Defaults, Engine};
use crate::backend::{self, Compiled, Precision};
use crate::checkpoint::{self, Reader, TensorSink, gguf};
use crate::conversation::{ChatTemplate, after_reply};
use crate::error::{Error, Result};
use crate::model::Config;
use crate::tokenizer::{Tokenizer, TokenizerSettings, ends_of_text};

/// What `precision: "auto"` means on the cpu backend. A token costs one pass over the weights, so one byte a weight
/// instead of four is faster and takes a quarter of the memory; the change in the scores is small (tests/parity).
const AUTO_PRECISION: Precision = Precision::Int8;

/// The most threads by default. Decoding is bound by memory, and a few cores use up its bandwidth. The page has the
/// same number (www/engine/program/wasm.js).
const AUTO_THREADS: usize = 4;

/// The texts of a checkpoint's small files; None for those that it does not have. A GGUF file needs none of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ModelFiles {
    /// The name of the only weight file, where it is not model.safetensors: `FILE.gguf`, `pytorch_model.bin`, ...; or of
    /// one of several shards; or of any part of a split GGUF model, `FILE-00001-of-00003.gguf`.
    pub weights: Option<String>,
    /// config.json
    pub config: Option<String>,
    /// tokenizer.json
    pub tokenizer: Option<String>,
    /// tokenizer_config.json
    pub tokenizer_config: Option<String>,
    /// special_tokens_map.json
    pub special_tokens_map: Option<String>,
    /// added_tokens.json
    pub added_tokens: Option<String>,
    /// generation_config.json
    pub generation_config: Option<String>,
    /// chat_template.jinja, or chat_template.json where that is not there
    pub chat_template: Option<String>,
    /// model.safetensors.index.json (or pytorch_model.bin.index.json), of a checkpoint in several weight files
    pub index: Option<String>,
}

impl ModelFiles {
    /// # Errors
    /// [`Error::BadCheckpoint`] when a file is only a Git LFS pointer; the sentence names the file.
    fn refuse_pointers(&self) -> Result<()> {
        let texts = [
            ("config.json", &self.config),
            ("tokenizer.json", &self.tokenizer),
            ("tokenizer_config.json", &self.tokenizer_config),
            ("special_tokens_map.json", &self.special_tokens_map),
            ("added_tokens.json", &self.added_tokens),
            ("generation_config.json", &self.generation_config),
            ("chat_template.jinja", &self.chat_template),
            ("The index of the weight files", &self.index),
        ];
        let mut texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        texts.try_for_each(|(name, text)| checkpoint::refuse_pointer(name, text.as_bytes()))
    }
}

/// How to run the model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// None for the faster one on this machine.
    pub backend: Option<backend::Name>,
    /// None for the one that suits the backend and the model.
    pub precision: Option<Precision>,
    /// The most threads of the cpu backend; None for as many as help.
    pub threads: Option<usize>,
    /// Without a `backend`, when the GPU is tried.
    pub trial: Trial,
    /// M, the tokens that attention sees; None for 4,096, or as many as the model was made for if these are fewer. A model
    /// without attention has no window.
    pub window: Option<usize>,
}

impl Options {
    /// Opens the loader that the options ask for, or two for a race.
    async fn loader(&self, config: Config) -> Result<Loading> {
        use backend::Name::{Cpu, Gpu, Reference};
        let asked = self.precision;
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.unwrap_or_else(|| cores().min(AUTO_THREADS));
        let gpu_precision = asked.unwrap_or_else(|| autotune::gpu_precision(&config));
        let (name, precision) = match (self.backend, asked) {
            // A precision that only one of the two supports leaves nothing to race.
            (None, Some(Precision::Int4)) => (Cpu, Precision::Int4),
            (None, Some(Precision::F16)) | (Some(Gpu), _) => (Gpu, gpu_precision),
            (None, asked) => {
                let cpu = CpuOptions { precision: asked.unwrap_or(AUTO_PRECISION), threads };
                return Loading::auto(config, cpu, gpu_precision, self.trial).await;
            }
            (Some(Reference), None | Some(Precision::F32)) => (Reference, Precision::F32),
            (Some(Reference), Some(_)) => {
                return Err(Error::BadArgument("The reference backend keeps weights in f32 only.".into()));
            }
            (Some(Cpu), asked) => (Cpu, asked.unwrap_or(AUTO_PRECISION)),
        };
        let it = backend::open(name, config, precision, threads).await?;
        Ok(Loading::One(Chosen::at_last(it, "It was asked for.".into())))
    }
}

/// Takes the weight files in the order of [`EngineBuilder::weight_files`], each as
/// [`begin_file`](EngineBuilder::begin_file), any number of [`push`](EngineBuilder::push) and
/// [`end_file`](EngineBuilder::end_file), and becomes an [`Engine`]. After an error the builder can only be dropped.
pub struct EngineBuilder {
    intake: Intake,
    options: Options,
    weight_files: Vec<String>,
    /// Files that have ended.
    done: usize,
    reader: Option<Reader>,
    hash: Xxh3,
    failed: Option<Error>,
}

/// Receives the tensors.
struct Intake {
    /// The small files, kept until a GGUF file's header has been read.
    files: ModelFiles,
    /// Of a GGUF model.
    parts: gguf::Parts,
    stage: Stage,
}

/// What is known of the model. It comes from config.json before the tensors, or from a GGUF file's header.
enum Stage {
    /// Nothing is known yet.
    Unknown,
    /// As a GGUF file has it, for [`EngineBuilder::push`] to open a backend.
    Described(Box<Description>),
    Open(Box<Model>),
}

/// What the model is.
struct Description {
    config: Config,
    tokenizer: Option<Tokenizer>,
    chat_template: Result<Option<ChatTemplate>>,
    defaults: Defaults,
    /// Tokens that end a text by any file but the config.
    stop_tokens: Vec<u32>,
}

/// A model that is being loaded into a backend.
struct Model {
    loader: Loading,
    tokenizer: Option<Tokenizer>,
    chat_template: Result<Option<ChatTemplate>>,
    defaults: Defaults,
    stop_tokens: Vec<u32>,
}

impl ModelFiles {
    /// Special tokens and chat template, merged from all files.
    fn settings(&self) -> Result<TokenizerSettings> {
        let mut settings = TokenizerSettings::parse(self.tokenizer_config.as_deref(), self.chat_template.as_deref())?;
        if let Some(map) = &self.special_tokens_map {
            settings = settings.with_special_tokens_map(map)?;
        }
        if let Some(added) = &self.added_tokens {
            settings = settings.with_added_tokens(added)?;
        }
        Ok(settings)
    }

    /// The names of the weight files, in order.
    fn weight_files(&self) -> Result<Vec<String>> {
        Ok(match (&self.weights, &self.index) {
            // The name of one part stands for the whole model.
            (Some(name), _) => {
                let parts = gguf::Part::of(name).map(gguf::Part::names).or_else(|| checkpoint::siblings(name));
                parts.unwrap_or_else(|| vec![name.clone()])
            }
            (None, Some(index)) => checkpoint::shards(index)?,
            (None, None) => vec!["model.safetensors".into()],
        })
    }
}

impl Description {
    /// From the small files alone.
    fn new(config: Config, files: &ModelFiles) -> Result<Self> {
        let settings = files.settings()?;
        let tokenizer = match &files.tokenizer {
            Some(json) => Some(Tokenizer::new(json.as_bytes(), &settings, config.vocab)?),
            None => None,
        };
        Self::with_tokenizer(config, settings, tokenizer, files)
    }

    /// From a GGUF file's header. The small files beside it fill in what it lacks; A tokenizer.json there wins, because
    /// the tokenizer inside was made from it.
    fn from_gguf(header: &gguf::Header, files: &ModelFiles) -> Result<Self> {
        let metadata = &header.metadata;
        let config = Config::from_gguf(header)?.completed(files.config.as_deref());
        let (mut settings, mut own) = (files.settings()?, TokenizerSettings::from_gguf(metadata)?);
        let template = settings.chat_template.take().or(own.chat_template.take());
        (settings.chat_template, own.chat_template) = (template.clone(), template);
        let tokenizer = match &files.tokenizer {
            Some(json) => Some(Tokenizer::new(json.as_bytes(), &settings, config.vocab)?),
            None => Tokenizer::from_gguf(metadata, &own, config.vocab)?,
        };
        let settings = settings.with_names_of(own);
        let mut description = Self::with_tokenizer(config, settings, tokenizer, files)?;
        if files.generation_config.is_none() {
            description.defaults = Defaults::from_gguf(metadata, description.config.vocab)?;
        }
        description.stop_tokens.extend(ends_of_text(metadata, description.config.vocab)?);
        Ok(description)
    }

    fn with_tokenizer(
        config: Config,
        settings: TokenizerSettings,
        tokenizer: Option<Tokenizer>,
        files: &ModelFiles,
    ) -> Result<Self> {
        let (defaults, mut stop_tokens) = Defaults::parse(files.generation_config.as_deref(), config.vocab)?;
        let settings = match &tokenizer {
            Some(tokenizer) => settings.completed(tokenizer),
            None => settings,
        };
        if let (Some(tokenizer), Some(eos)) = (&tokenizer, &settings.eos_token) {
            stop_tokens.extend(tokenizer.id(eos));
        }
        let chat_template = ChatTemplate::new(&settings);
        // Without these, a chat whose turns end with a token of their own would never stop.
        if let (Some(tokenizer), Ok(Some(template))) = (&tokenizer, &chat_template) {
            stop_tokens.extend(after_reply(template).and_then(|after| tokenizer.leading_special(after.trim_start())));
        }
        Ok(Self { config, tokenizer, chat_template, defaults, stop_tokens })
    }

    async fn open(self, options: &Options) -> Result<Model> {
        let Self { mut config, tokenizer, chat_template, defaults, mut stop_tokens } = self;
        if let Some(tokens) = options.window {
            config = config.with_window(tokens)?;
        }
        stop_tokens.extend(&config.eos_tokens);
        stop_tokens.sort_unstable();
        stop_tokens.dedup();
        Ok(Model { chat_template, loader: options.loader(config).await?, tokenizer, defaults, stop_tokens })
    }
}

impl Intake {
    fn loader(&mut self) -> Result<&mut Loading> {
        match &mut self.stage {
            Stage::Open(model) => Ok(&mut model.loader),
            _ => Err(Error::NotFound("The model has no config.json, and its weights are not a GGUF file.".into())),
        }
    }
}

impl TensorSink for Intake {
    fn header(&mut self, header: &gguf::Header) -> Result<()> {
        self.parts.next(header)?;
        if let Stage::Unknown = self.stage {
            let files = core::mem::take(&mut self.files);
            self.stage = Stage::Described(Box::new(Description::from_gguf(header, &files)?));
        }
        Ok(())
    }

    fn architecture(&self) -> Option<&str> {
        self.parts.architecture()
    }

    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.loader()?.begin(name, shape)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        self.loader()?.rows(values)
    }
}

impl EngineBuilder {
    /// Checks all that can be checked before the weights come.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`], [`Error::BadCheckpoint`] and [`Error::BadTokenizer`] for malformed files,
    /// [`Error::NotFound`] without config.json for weights that need one, [`Error::BadArgument`] for options that
    /// contradict each other, and what [`backend::open`] says of the GPU.
    pub async fn open(files: &ModelFiles, options: &Options) -> Result<Self> {
        files.refuse_pointers()?;
        let mut hash = Xxh3::new();
        let weight_files = files.weight_files()?;
        let stage = match &files.config {
            // A GGUF file describes itself.
            _ if weight_files.iter().all(|name| gguf::is_name_of_one(name)) => Stage::Unknown,
            Some(json) => {
                hash.update(json.as_bytes());
                Stage::Open(Box::new(Description::new(Config::parse(json)?, files)?.open(options).await?))
            }
            None => return Err(Error::NotFound("The model has no config.json.".into())),
        };
        let files = if let Stage::Unknown = stage { files.clone() } else { ModelFiles::default() };
        let intake = Intake { files, parts: gguf::Parts::new(weight_files.clone()), stage };
        let options = options.clone();
        Ok(Self { intake, options, weight_files, done: 0, reader: None, hash, failed: None })
    }

    /// As [`EngineBuilder::open`], but blocks.
    ///
    /// # Errors
    /// As [`EngineBuilder::open`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(files: &ModelFiles, options: &Options) -> Result<Self> {
        pollster::block_on(Self::open(files, options))
    }

    /// The names of the files to load, in order: the only file, the shards that the index names, or all parts of a
    /// split GGUF model.
    pub fn weight_files(&self) -> &[String] {
        &self.weight_files
    }

    /// Progress of the backend's kernels, which compile while the weights arrive.
    pub fn compiled(&self) -> Compiled {
        match &self.intake.stage {
            Stage::Open(model) => model.loader.compiled(),
            Stage::Unknown | Stage::Described(_) => Compiled::default(),
        }
    }

    /// Begins the next file. `byte_length` is its size, where known.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when another file is next.
    pub fn begin_file(&mut self, name: &str, byte_length: Option<u64>) -> Result<()> {
        self.check()?;
        match self.weight_files.get(self.done) {
            Some(expected) if expected == name && self.reader.is_none() => {
                self.reader = Some(Reader::new(name, byte_length));
                Ok(())
            }
            Some(expected) => Err(Error::BadArgument(format!("The file {name} was begun, but {expected} is next."))),
            None => Err(Error::BadArgument(format!("The file {name} was begun after all files had been loaded."))),
        }
    }

    /// Takes the next bytes of the file. Waits only once: after a GGUF file's header, until the backend is open.
    ///
    /// # Errors
    /// As [`Reader::push`], [`Error::BadCheckpoint`] for tensors that the model does not have, and for what a GGUF
    /// file says of the model as [`open`](EngineBuilder::open).
    pub async fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.check()?;
        if self.reader.is_none() {
            return Err(before_a_file()); // a slip that spoils nothing
        }
        self.take(bytes).await.inspect_err(|error| self.failed = Some(error.clone()))
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let reader = self.reader.as_mut().ok_or_else(before_a_file)?;
        self.hash.update(bytes);
        reader.push(bytes, &mut self.intake)?;
        match core::mem::replace(&mut self.intake.stage, Stage::Unknown) {
            Stage::Described(description) => {
                self.intake.stage = Stage::Open(Box::new(description.open(&self.options).await?));
                reader.push(&[], &mut self.intake) // the rows that came with the header
            }
            other => {
                self.intake.stage = other;
                Ok(())
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Integrity`] when bytes are missing.
    pub fn end_file(&mut self) -> Result<()> {
        self.check()?;
        let reader = self.reader.take().ok_or_else(|| Error::BadArgument("No file was begun.".into()))?;
        reader.finish(&mut self.intake).inspect_err(|error| self.failed = Some(error.clone()))?;
        self.done += 1;
        Ok(())
    }

    /// Ends loading and returns the engine.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when a tensor is missing, [`Error::BadArgument`] when a file is.
    pub async fn finish(self) -> Result<Engine> {
        self.check()?;
        if let Some(missing) = self.weight_files.get(self.done) {
            return Err(Error::BadArgument(format!("The file {missing} has not been loaded.")));
        }
        self.intake.parts.finish()?;
        let Stage::Open(model) = self.intake.stage else {
            return Err(Error::BadCheckpoint("The weights do not say which model they belong to.".into()));
        };
        let Chosen { it: backend, reason: backend_reason, may_move } = model.loader.finish().await?;
        Ok(Engine {
            backend,
            backend_reason,
            may_move,
            tokenizer: model.tokenizer,
            chat_template: model.chat_template,
            defaults: model.defaults,
            stop_tokens: model.stop_tokens,
            model_hash: format!("{:032x}", self.hash.digest128()),
            tokenizer_hash: OnceCell::new(),
            #[cfg(not(target_arch = "wasm32"))]
            vocabulary: OnceCell::new(),
        })
    }

    fn check(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}

fn before_a_file() -> Error {
    Error::BadArgument("Bytes came before any file was begun.".into())
}
