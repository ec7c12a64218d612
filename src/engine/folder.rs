//! Loading from a folder on disk, for the native command, tests and benchmarks.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Engine, EngineBuilder, ModelFiles, Options};
use crate::error::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

impl ModelFiles {
    /// Reads the small files of a checkpoint's folder.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no config.json, [`Error::Network`] when a file cannot be read.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let read = |name: &str| match std::fs::read(folder.join(name)) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| Error::BadCheckpoint(format!("{name} is not a text in UTF-8."))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&folder.join(name), &error)),
        };
        let config = read("config.json")?
            .ok_or_else(|| Error::NotFound(format!("There is no config.json in {}.", folder.display())))?;
        let single = folder.join("model.safetensors").exists();
        Ok(Self {
            config,
            tokenizer: read("tokenizer.json")?,
            tokenizer_config: read("tokenizer_config.json")?,
            generation_config: read("generation_config.json")?,
            chat_template: read("chat_template.jinja")?,
            index: if single { None } else { read("model.safetensors.index.json")? },
        })
    }
}

impl Engine {
    /// Loads a checkpoint's folder, 1 MiB at a time.
    ///
    /// # Errors
    /// As [`EngineBuilder`]'s methods, and as [`ModelFiles::from_folder`].
    pub fn open(folder: &Path, options: &Options) -> Result<Self> {
        let mut builder = EngineBuilder::new(&ModelFiles::from_folder(folder)?, options)?;
        let mut chunk = vec![0; CHUNK];
        for name in builder.weight_files().to_vec() {
            let path = folder.join(&name);
            let mut file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
            let length = file.metadata().map_err(|error| unreadable(&path, &error))?.len();
            builder.begin_file(&name, Some(length))?;
            loop {
                match file.read(&mut chunk).map_err(|error| unreadable(&path, &error))? {
                    0 => break,
                    n => builder.push(&chunk[..n])?,
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
