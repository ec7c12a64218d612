//! Loading from JavaScript, which does the fetching.

use js_sys::Uint8Array;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::WasmEngine;
use super::error::Thrown;
use super::values::from_js;
use crate::backend::{self, Precision};
use crate::checkpoint::gguf::is_name_of_one;
use crate::engine::{EngineBuilder, ModelFiles, Options, Trial};
use crate::error::{Error, Result};

/// Bytes copied into wasm at a time: a large chunk must not make the memory grow.
const PIECE: u32 = 1 << 18;

/// No machine with a browser has more.
const MOST_THREADS: usize = 1024;

/// Loads a checkpoint; see [`EngineBuilder`].
#[wasm_bindgen]
pub struct ModelLoader {
    builder: EngineBuilder,
    piece: Vec<u8>,
}

#[wasm_bindgen]
impl ModelLoader {
    /// `files`: the texts `{config, tokenizer, tokenizerConfig?, specialTokensMap?, addedTokens?, generationConfig?,
    /// chatTemplate?, index?}`, and in `weights` the name of the only weight file, or of one of several shards, where it is
    /// not model.safetensors. For a GGUF file `{weights: "FILE.gguf"}` is enough, for a split one the name of any part.
    /// `options`: `{backend, precision, threads?, trial?, window?}`.
    pub async fn open(files: JsValue, options: JsValue) -> Result<ModelLoader, JsValue> {
        let builder = begin(&files, &options).await.thrown()?;
        Ok(Self { builder, piece: Vec::new() })
    }

    /// The names of the files to load, in order.
    #[wasm_bindgen(js_name = weightFiles)]
    pub fn weight_files(&self) -> Vec<String> {
        self.builder.weight_files().to_vec()
    }

    /// Begins the next file. `byte_length` is its size, where the server announces it.
    #[wasm_bindgen(js_name = beginFile)]
    pub fn begin_file(&mut self, name: &str, byte_length: Option<f64>) -> Result<(), JsValue> {
        self.builder.begin_file(name, byte_length.map(|length| length as u64)).thrown()
    }

    /// Waits only after the header of a GGUF file.
    pub async fn push(&mut self, chunk: Uint8Array) -> Result<(), JsValue> {
        let mut start = 0;
        while start < chunk.length() {
            let end = chunk.length().min(start.saturating_add(PIECE));
            self.piece.resize((end - start) as usize, 0);
            chunk.subarray(start, end).copy_to(&mut self.piece);
            self.builder.push(&self.piece).await.thrown()?;
            start = end;
        }
        Ok(())
    }

    /// Ends the current file; throws `integrity` when bytes are missing.
    #[wasm_bindgen(js_name = endFile)]
    pub fn end_file(&mut self) -> Result<(), JsValue> {
        self.builder.end_file().thrown()
    }

    /// Kernels of the backend that the browser has compiled.
    #[wasm_bindgen(getter, js_name = kernelsReady)]
    pub fn kernels_ready(&self) -> usize {
        self.builder.compiled().ready
    }

    /// Kernels that the backend needs in all; 0 on the CPU.
    #[wasm_bindgen(getter)]
    pub fn kernels(&self) -> usize {
        self.builder.compiled().of
    }

    /// Consumes the loader.
    pub async fn finish(self) -> Result<WasmEngine, JsValue> {
        self.builder.finish().await.map(WasmEngine::new).thrown()
    }
}

/// See [`ModelLoader::open`].
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Wanted {
    backend: Option<String>,
    precision: Option<String>,
    threads: Option<usize>,
    trial: Trial,
    window: Option<usize>,
}

async fn begin(files: &JsValue, options: &JsValue) -> Result<EngineBuilder> {
    let files: ModelFiles = from_js(files, "model's files")?;
    let gguf = files.weights.as_deref().is_some_and(is_name_of_one);
    if files.config.is_some() && files.tokenizer.is_none() && !gguf {
        return Err(Error::NotFound("The model has no tokenizer.json.".into()));
    }
    let wanted: Wanted = from_js(options, "options")?;
    let word = |given: Option<String>| given.unwrap_or_else(|| "auto".into());
    let options = Options {
        backend: backend::Name::parse(&word(wanted.backend))?,
        precision: Precision::parse(&word(wanted.precision))?,
        threads: wanted.threads.map(|threads| threads.min(MOST_THREADS)),
        trial: wanted.trial,
        window: wanted.window,
    };
    EngineBuilder::open(&files, &options).await
}
