//! Chapters 3, 4 and 8: the Lab's own models.

use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::lab::open::open;
use crate::lab::small::{Boxes, Kind, Memory, Small};
use crate::web::{Thrown, WasmEngine, to_js};

fn kind_of(word: &str) -> Result<Kind> {
    match word {
        "lti" => Ok(Kind::Lti),
        "h3" => Ok(Kind::H3),
        "gated" => Ok(Kind::Gated),
        _ => Err(Error::BadArgument(format!("The kind \"{word}\" is unknown; use \"lti\", \"h3\" or \"gated\"."))),
    }
}

/// See [`Small`], with a sequence of its own.
#[wasm_bindgen]
pub struct LabSmall {
    model: Small,
    memory: Memory,
    seen: Vec<Boxes>,
}

#[wasm_bindgen]
impl LabSmall {
    /// From the bytes of a safetensors file.
    #[wasm_bindgen(constructor)]
    pub fn new(kind: &str, weights: &[u8]) -> Result<LabSmall, JsValue> {
        let model = Small::new(kind_of(kind).thrown()?, weights).thrown()?;
        Ok(Self { memory: model.memory(), model, seen: Vec::new() })
    }

    /// Begins a new sequence.
    pub fn restart(&mut self) {
        self.memory = self.model.memory();
    }

    /// Reads tokens. Gives the scores of the next one.
    pub fn read(&mut self, ids: &[u32]) -> Result<Vec<f32>, JsValue> {
        let mut scores = Vec::new();
        for &id in ids {
            (scores, self.seen) = self.model.read(id, &mut self.memory).thrown()?;
        }
        Ok(scores)
    }

    /// What the boxes of a layer held at the last token: `[[name, values]]`.
    pub fn boxes(&self, layer: usize) -> Result<JsValue, JsValue> {
        to_js(&self.seen.get(layer).map_or(&[][..], |boxes| &boxes.0))
    }
}

/// One of the Lab's own models of Mamba, from its config.json and the bytes of its weights.
#[wasm_bindgen(js_name = labOpen)]
pub async fn lab_open(config: String, weights: Vec<u8>) -> Result<WasmEngine, JsValue> {
    open(&config, &weights).await.map(WasmEngine::new).thrown()
}
