//! Loading from a folder on disk, for the native command, tests and benchmarks.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Engine, EngineBuilder, ModelFiles, Options};
use crate::checkpoint::{self, gguf};
use crate::error::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

const SAFETENSORS: &str = "model.safetensors";
const PICKLE: &str = "pytorch_model.bin";

impl ModelFiles {
    /// Reads the small files of a checkpoint's folder. Its weights are `model.safetensors`, else shards with an index,
    /// else `pytorch_model.bin`, else the only GGUF model, in one file or split.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no config.json and no GGUF file, [`Error::BadArgument`] when there is more
    /// than one GGUF model and nothing else, [`Error::Network`] when a file cannot be read.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let mut files = Self::small_files(folder)?;
        let there = |name: &str| folder.join(name).exists();
        if files.config.is_some() {
            if there(SAFETENSORS) {
                files.index = None;
                return Ok(files);
            }
            let index = |name: &str| text(folder, name);
            files.index = match index("model.safetensors.index.json")? {
                None if there(PICKLE) => None,
                None => index("pytorch_model.bin.index.json")?,
                index => index,
            };
            if files.index.is_some() {
                return Ok(files);
            }
            if there(PICKLE) {
                files.weights = Some(PICKLE.into());
                return Ok(files);
            }
        }
        let models = gguf_models(folder);
        files.weights = match models.as_slice() {
            [only] => Some(only.clone()),
            [] if files.config.is_some() => None, // the builder asks for model.safetensors
            [] => return Err(Error::NotFound(format!("There is no config.json in {}.", folder.display()))),
            several => {
                return Err(Error::BadArgument(format!(
                    "There are {} models in {}: {}. Name one of these files.",
                    several.len(),
                    folder.display(),
                    several.join(", ")
                )));
            }
        };
        Ok(files)
    }

    /// As [`from_folder`](ModelFiles::from_folder), but the weights are `file`, and its folder has the small files. If
    /// `file` is a shard of the folder's checkpoint or one of its small files, all of the checkpoint is meant. A GGUF
    /// file that is not the only model of its folder stands alone.
    ///
    /// # Errors
    /// As `from_folder`.
    pub fn from_file(file: &Path) -> Result<Self> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let folder = parent(file);
        if gguf::is_name_of_one(&name) {
            let alone = gguf_models(folder).len() > 1;
            let files = if alone { Self::default() } else { Self::small_files(folder)? };
            return Ok(Self { weights: Some(name), ..files });
        }
        if name.ends_with(".json") || name.ends_with(".jinja") {
            return Self::from_folder(folder);
        }
        let mut files = Self::small_files(folder)?;
        for index in ["model.safetensors.index.json", "pytorch_model.bin.index.json"] {
            if let Some(index) = text(folder, index)?
                && checkpoint::shards(&index)?.contains(&name)
            {
                files.index = Some(index);
                return Ok(files);
            }
        }
        files.weights = Some(name);
        Ok(files)
    }

    /// Reads all small files, not the weights.
    fn small_files(folder: &Path) -> Result<Self> {
        let read = |name: &str| text(folder, name);
        Ok(Self {
            weights: None,
            config: read("config.json")?,
            tokenizer: read("tokenizer.json")?,
            tokenizer_config: read("tokenizer_config.json")?,
            special_tokens_map: read("special_tokens_map.json")?,
            added_tokens: read("added_tokens.json")?,
            generation_config: read("generation_config.json")?,
            chat_template: match read("chat_template.jinja")? {
                None => read("chat_template.json")?,
                template => template,
            },
            index: None,
        })
    }
}

/// The text of a file; None when there is none.
fn text(folder: &Path, name: &str) -> Result<Option<String>> {
    match std::fs::read(folder.join(name)) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Error::BadCheckpoint(format!("{name} is not a text in UTF-8."))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&folder.join(name), &error)),
    }
}

fn parent(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file for each GGUF model in the folder, in order; for a split model, the first part that is there.
fn gguf_models(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| gguf::is_name_of_one(name));
    names.sort_unstable();
    let mut models = BTreeMap::new();
    for name in names {
        let key = match gguf::Part::of(&name) {
            Some(part) => (part.stem.to_owned(), part.count),
            None => (name.clone(), 0),
        };
        models.entry(key).or_insert(name);
    }
    models.into_values().collect()
}

impl Engine {
    /// Loads a checkpoint's folder, or the checkpoint that a file in it belongs to, 1 MiB at a time.
    ///
    /// # Errors
    /// As [`EngineBuilder`]'s methods, and as [`ModelFiles::from_folder`].
    pub fn open(model: &Path, options: &Options) -> Result<Self> {
        let (files, folder) = match model.is_file() {
            true => (ModelFiles::from_file(model)?, parent(model)),
            false => (ModelFiles::from_folder(model)?, model),
        };
        let mut builder = EngineBuilder::new(&files, options)?;
        let names = builder.weight_files().to_vec();
        // Checked before anything large is read.
        if let Some(missing) = names.iter().find(|name| names.len() > 1 && !folder.join(name).exists()) {
            return Err(Error::NotFound(format!(
                "The model is in {} files; {missing} is not in {}.",
                names.len(),
                folder.display()
            )));
        }
        let mut chunk = vec![0; CHUNK];
        for name in names {
            let path = folder.join(&name);
            let mut file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
            let length = file.metadata().map_err(|error| unreadable(&path, &error))?.len();
            builder.begin_file(&name, Some(length))?;
            loop {
                match file.read(&mut chunk).map_err(|error| unreadable(&path, &error))? {
                    0 => break,
                    n => pollster::block_on(builder.push(&chunk[..n]))?,
                }
            }
            builder.end_file()?;
        }
        pollster::block_on(builder.finish())
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::NotFound(format!("There is no file {}.", path.display())),
        _ => Error::Network(format!("{} cannot be read ({error}).", path.display())),
    }
}
