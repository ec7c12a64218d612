//! Loading, a file and a chunk at a time, wherever the bytes come from.

use xxhash_rust::xxh3::Xxh3;

use super::{Defaults, Engine};
use crate::backend::contest::{self, Chosen, Loading};
use crate::backend::{self, Precision};
use crate::checkpoint::{self, Reader};
use crate::conversation::ChatTemplate;
use crate::error::{Error, Result};
use crate::model::Config;
use crate::tokenizer::{Tokenizer, TokenizerSettings};

/// What `precision: "auto"` means on the cpu backend. A token costs one pass over the weights, so one byte a weight
/// instead of four is faster and takes a quarter of the memory; the change in the scores is small (tests/parity).
const AUTO_PRECISION: Precision = Precision::Int8;

/// The texts of a checkpoint's small files; None for those that it does not have.
#[derive(Debug, Clone, Default)]
pub struct ModelFiles {
    /// config.json
    pub config: String,
    /// tokenizer.json
    pub tokenizer: Option<String>,
    /// tokenizer_config.json
    pub tokenizer_config: Option<String>,
    /// generation_config.json
    pub generation_config: Option<String>,
    /// chat_template.jinja
    pub chat_template: Option<String>,
    /// model.safetensors.index.json, of a checkpoint in several weight files
    pub index: Option<String>,
}

/// How to run the model, in API.md's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub backend: String,
    pub precision: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { backend: "auto".into(), precision: "auto".into() }
    }
}

impl Options {
    /// The loader, or two of them, that these words ask for.
    async fn loader(&self, config: Config) -> Result<Loading> {
        let backend = self.backend.as_str();
        let asked = match self.precision.as_str() {
            "auto" => None,
            word => Some(Precision::parse(word)?),
        };
        let gpu_precision = asked.unwrap_or_else(|| contest::gpu_precision(&config));
        // What only the GPU can keep is no race.
        if backend == "auto" && asked != Some(Precision::F16) {
            return Loading::auto(config, asked.unwrap_or(AUTO_PRECISION), gpu_precision).await;
        }
        let (backend, precision) = match (backend, asked) {
            ("auto" | "gpu", _) => ("gpu", gpu_precision),
            ("reference", None | Some(Precision::F32)) => ("reference", Precision::F32),
            ("reference", Some(_)) => {
                return Err(Error::BadArgument("The reference backend keeps weights in f32 only.".into()));
            }
            (other, asked) => (other, asked.unwrap_or(AUTO_PRECISION)),
        };
        let it = backend::open(backend, config, precision).await?;
        Ok(Loading::One(Chosen { it, reason: "It was asked for.".into() }))
    }
}

/// Takes the weight files in the order of [`EngineBuilder::weight_files`], each as
/// [`begin_file`](EngineBuilder::begin_file), any number of [`push`](EngineBuilder::push) and
/// [`end_file`](EngineBuilder::end_file), and becomes an [`Engine`]. After an error only dropping it is of use.
pub struct EngineBuilder {
    loader: Loading,
    weight_files: Vec<String>,
    /// Files that have ended.
    done: usize,
    reader: Option<Reader>,
    hash: Xxh3,
    failed: Option<Error>,
    tokenizer: Option<Tokenizer>,
    chat_template: Result<Option<ChatTemplate>>,
    defaults: Defaults,
    stop_tokens: Vec<u32>,
}

impl EngineBuilder {
    /// Checks all that can be checked before the weights come.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`], [`Error::BadCheckpoint`] and [`Error::BadTokenizer`] for files that are not
    /// right, [`Error::BadArgument`] for options that are not known, and what [`backend::open`] says of the GPU.
    pub async fn open(files: &ModelFiles, options: &Options) -> Result<Self> {
        let config = Config::parse(&files.config)?;
        let weight_files = match &files.index {
            Some(index) => checkpoint::shards(index)?,
            None => vec!["model.safetensors".into()],
        };
        let settings = TokenizerSettings::parse(files.tokenizer_config.as_deref(), files.chat_template.as_deref())?;
        let tokenizer = match &files.tokenizer {
            Some(json) => Some(Tokenizer::new(json.as_bytes(), &settings, config.vocab)?),
            None => None,
        };
        let (defaults, mut stop_tokens) = Defaults::parse(files.generation_config.as_deref(), config.vocab)?;
        stop_tokens.extend(&config.eos_tokens);
        if let (Some(tokenizer), Some(eos)) = (&tokenizer, &settings.eos_token) {
            stop_tokens.extend(tokenizer.id(eos));
        }
        stop_tokens.sort_unstable();
        stop_tokens.dedup();
        let mut hash = Xxh3::new();
        hash.update(files.config.as_bytes());
        Ok(Self {
            chat_template: ChatTemplate::new(&settings),
            loader: options.loader(config).await?,
            weight_files,
            done: 0,
            reader: None,
            hash,
            failed: None,
            tokenizer,
            defaults,
            stop_tokens,
        })
    }

    /// [`EngineBuilder::open`], waited for.
    ///
    /// # Errors
    /// As [`EngineBuilder::open`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(files: &ModelFiles, options: &Options) -> Result<Self> {
        pollster::block_on(Self::open(files, options))
    }

    /// The names of the files to load, in order: `model.safetensors`, or the shards that the index names.
    pub fn weight_files(&self) -> &[String] {
        &self.weight_files
    }

    /// The next file begins; `byte_length` is its size, where it is known.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when it is not this file's turn.
    pub fn begin_file(&mut self, name: &str, byte_length: Option<u64>) -> Result<()> {
        self.check()?;
        match self.weight_files.get(self.done) {
            Some(expected) if expected == name && self.reader.is_none() => {
                self.reader = Some(Reader::new(name, byte_length));
                Ok(())
            }
            Some(expected) => {
                Err(Error::BadArgument(format!("The file {name} was begun when {expected} was to come.")))
            }
            None => Err(Error::BadArgument(format!("The file {name} was begun when all had been loaded."))),
        }
    }

    /// The next bytes of the file.
    ///
    /// # Errors
    /// As [`Reader::push`], and [`Error::BadCheckpoint`] for tensors that the model does not have.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.check()?;
        let reader =
            self.reader.as_mut().ok_or_else(|| Error::BadArgument("Bytes came before any file was begun.".into()))?;
        self.hash.update(bytes);
        reader.push(bytes, &mut self.loader).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// The file has ended.
    ///
    /// # Errors
    /// [`Error::Integrity`] when bytes are missing.
    pub fn end_file(&mut self) -> Result<()> {
        self.check()?;
        let reader = self.reader.take().ok_or_else(|| Error::BadArgument("No file was begun.".into()))?;
        reader.finish().inspect_err(|error| self.failed = Some(error.clone()))?;
        self.done += 1;
        Ok(())
    }

    /// All files have ended.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when a tensor is missing, [`Error::BadArgument`] when a file is.
    pub async fn finish(self) -> Result<Engine> {
        self.check()?;
        if let Some(missing) = self.weight_files.get(self.done) {
            return Err(Error::BadArgument(format!("The file {missing} has not been loaded.")));
        }
        let Chosen { it: backend, reason: backend_reason } = self.loader.finish().await?;
        Ok(Engine {
            backend,
            backend_reason,
            tokenizer: self.tokenizer,
            chat_template: self.chat_template,
            defaults: self.defaults,
            stop_tokens: self.stop_tokens,
            model_hash: format!("{:032x}", self.hash.digest128()),
        })
    }

    fn check(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}
