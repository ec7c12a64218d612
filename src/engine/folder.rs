//! Loading from a folder on disk, for the native command, tests and benchmarks.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Engine, EngineBuilder, ModelFiles, Options};
use crate::checkpoint::gguf;
use crate::error::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

impl ModelFiles {
    /// Reads the small files of a checkpoint's folder. Its weights are `model.safetensors`, else shards with an index,
    /// else `pytorch_model.bin`, else the only `.gguf` file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no config.json and no GGUF file, [`Error::Network`] when a file cannot be
    /// read.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let read = |name: &str| match std::fs::read(folder.join(name)) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| Error::BadCheckpoint(format!("{name} is not a text in UTF-8."))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&folder.join(name), &error)),
        };
        let there = |name: &str| folder.join(name).exists();
        let mut files = Self {
            weights: None,
            config: read("config.json")?,
            tokenizer: read("tokenizer.json")?,
            tokenizer_config: read("tokenizer_config.json")?,
            generation_config: read("generation_config.json")?,
            chat_template: read("chat_template.jinja")?,
            index: None,
        };
        if files.config.is_none() {
            let missing = || Error::NotFound(format!("There is no config.json in {}.", folder.display()));
            files.weights = Some(only_gguf(folder).ok_or_else(missing)?);
        } else if !there(SAFETENSORS) {
            files.index = match read("model.safetensors.index.json")? {
                None if there(PICKLE) => None,
                None => read("pytorch_model.bin.index.json")?,
                index => index,
            };
            files.weights = if files.index.is_none() && there(PICKLE) { Some(PICKLE.into()) } else { None };
        }
        Ok(files)
    }

    /// As [`from_folder`](ModelFiles::from_folder), but the weights are `file`, and its folder has the small files. A
    /// GGUF file stands alone.
    ///
    /// # Errors
    /// As `from_folder`.
    pub fn from_file(file: &Path) -> Result<Self> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut files = if gguf::is_name_of_one(&name) { Self::default() } else { Self::from_folder(folder)? };
        (files.weights, files.index) = (Some(name), None);
        Ok(files)
    }
}

const SAFETENSORS: &str = "model.safetensors";
const PICKLE: &str = "pytorch_model.bin";

/// The name of the GGUF file in a folder that has just one.
fn only_gguf(folder: &Path) -> Option<String> {
    let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names = names.filter(|name| gguf::is_name_of_one(name));
    names.next().filter(|_| names.next().is_none())
}

impl Engine {
    /// Loads a checkpoint's folder, or a weight file in one, 1 MiB at a time.
    ///
    /// # Errors
    /// As [`EngineBuilder`]'s methods, and as [`ModelFiles::from_folder`].
    pub fn open(model: &Path, options: &Options) -> Result<Self> {
        let (files, folder) = match model.is_file() {
            true => (ModelFiles::from_file(model)?, model.parent().unwrap_or(model)),
            false => (ModelFiles::from_folder(model)?, model),
        };
        let mut builder = EngineBuilder::new(&files, options)?;
        let mut chunk = vec![0; CHUNK];
        for name in builder.weight_files().to_vec() {
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
