//! Chapters 3, 4, 5, 7 and 8: a model of Mamba that is watched while it reads, and changes of a session's memory.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::backend::trace::Step;
use crate::error::{Error, Result};
use crate::generation::LoadedModel;
use crate::lab::trace::{Watched, forget, keep_slow, surprise};
use crate::state::State;
use crate::web::{Thrown, WasmEngine, WasmSession, to_js};

/// A sequence that is watched.
#[wasm_bindgen]
pub struct LabWatch {
    engine: Rc<RefCell<Engine>>,
    watched: Watched,
    steps: Vec<Step>,
}

#[wasm_bindgen]
impl LabWatch {
    /// Nothing is read yet.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &WasmEngine) -> Result<LabWatch, JsValue> {
        let engine = Rc::clone(&engine.0);
        let watched = Watched::new(engine.borrow_mut().backend()).thrown()?;
        Ok(Self { engine, watched, steps: Vec::new() })
    }

    /// Reads a token: its surprise in bits (NaN for the first one), then of each layer delta, half-life, the norms of what
    /// was written, of the state and of y.
    pub fn read(&mut self, id: u32) -> Result<Vec<f32>, JsValue> {
        let seen = self.watched.read(self.engine.borrow_mut().backend(), id).thrown()?;
        self.steps = seen.steps;
        let of_layer = seen.layers.iter().flat_map(|f| [f.delta, f.half_life, f.written, f.state, f.y]);
        Ok(core::iter::once(seen.surprise).chain(of_layer).collect())
    }

    /// Reads tokens as fast as it can. Gives the surprise of each in bits (NaN for the first one).
    pub fn surprises(&mut self, ids: &[u8]) -> Result<Vec<f32>, JsValue> {
        let mut engine = self.engine.borrow_mut();
        let Watched { state, logits } = &mut self.watched;
        let mut read = |id: u32| -> Result<f32> {
            let bits = surprise(logits, id);
            logits.resize(engine.config().vocab, 0.0);
            engine.backend().prefill(&[id], state, Some(logits))?;
            Ok(bits)
        };
        ids.iter().map(|&id| read(id.into())).collect::<Result<_>>().thrown()
    }

    /// Scores of the next token.
    pub fn scores(&self) -> Vec<f32> {
        self.watched.logits.clone()
    }

    /// The state of a layer, `[N, E]`.
    pub fn state(&mut self, layer: usize) -> Result<Vec<f32>, JsValue> {
        check(&self.engine.borrow(), layer).thrown()?;
        Ok(self.watched.state.layer(layer).ssm.to_vec())
    }

    /// Bytes of the state, the same after any number of tokens.
    #[wasm_bindgen(js_name = stateBytes)]
    pub fn state_bytes(&self) -> f64 {
        self.watched.state.bytes() as f64
    }

    /// What the boxes of a layer held at the last token: `[[name, values]]`.
    pub fn boxes(&self, layer: usize) -> Result<JsValue, JsValue> {
        let of = |step: &Step| {
            let Step { delta, b, c, z, y, .. } = step.clone();
            [("delta", delta), ("B", b), ("C", c), ("z", z), ("y", y)]
        };
        to_js(&self.steps.get(layer).map(of))
    }
}

pub(super) fn check(engine: &Engine, layer: usize) -> Result<()> {
    let layers = engine.config().layers.len();
    if layer < layers {
        return Ok(());
    }
    Err(Error::BadArgument(format!("The model has {layers} layers, and no layer {layer}.")))
}

/// Sets one layer's memory in a session to zero, or that of all.
#[wasm_bindgen(js_name = labForget)]
pub fn lab_forget(session: &mut WasmSession, layer: Option<usize>) -> Result<(), JsValue> {
    let engine = session.engine.borrow();
    if let Some(layer) = layer {
        check(&engine, layer).thrown()?;
    }
    forget(session.session.borrow_mut().state_mut().thrown()?, engine.config().layers.len(), layer);
    Ok(())
}

/// Sets to zero what would halve in fewer than `tokens` tokens like `id`. Returns the share of the states that stays.
#[wasm_bindgen(js_name = labKeepSlow)]
pub fn lab_keep_slow(session: &mut WasmSession, id: u32, tokens: f32) -> Result<f32, JsValue> {
    slow(session, id, tokens).thrown()
}

fn slow(session: &mut WasmSession, id: u32, tokens: f32) -> Result<f32> {
    let mut engine = session.engine.borrow_mut();
    let mut own = session.session.borrow_mut();
    let state = own.state_mut()?;
    let mut trial: State = state.try_clone()?;
    let mut scores = vec![0.0; engine.config().vocab];
    let steps = engine.backend().trace(id, &mut trial, &mut scores)?;
    Ok(keep_slow(state, &steps, tokens))
}
