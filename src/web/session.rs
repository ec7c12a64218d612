//! One sequence, driven from JavaScript a step at a time.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::error::Thrown;
use super::request;
use super::values;
use crate::engine::Engine;
use crate::generation::Session;

/// See [`Session`].
#[wasm_bindgen]
pub struct WasmSession {
    session: Session,
    engine: Rc<RefCell<Engine>>,
}

impl WasmSession {
    pub(super) fn new(session: Session, engine: Rc<RefCell<Engine>>) -> Self {
        Self { session, engine }
    }
}

#[wasm_bindgen]
impl WasmSession {
    /// Starts reading and answering; `advance` does the work.
    pub fn begin(&mut self, request: &JsValue) -> Result<(), JsValue> {
        let engine = self.engine.borrow();
        let request = request::parse(&engine, request).thrown()?;
        self.session.begin(&engine, request).thrown()
    }

    /// One block of the prompt, or one token:
    /// `{kind: "prefill", read, total}`, `{kind: "token", id, text}` or `{kind: "end", reason, text}`; or
    /// `{kind: "waiting"}`, and then again when `arrival` has resolved.
    pub fn advance(&mut self) -> Result<JsValue, JsValue> {
        let step = self.session.advance(&mut self.engine.borrow_mut()).thrown()?;
        values::to_js(&step)
    }

    /// Ends what `begin` started. Tokens that were handed out stay read; their text that was held back is returned.
    pub fn cancel(&mut self) -> String {
        self.session.cancel()
    }

    /// After `cancel`: true when the session is free again, false when it has to be called again after `arrival`.
    pub fn settle(&mut self) -> Result<bool, JsValue> {
        self.session.settle(&mut self.engine.borrow_mut()).thrown()
    }

    /// A promise that resolves when there may be more to do.
    pub fn arrival(&self) -> js_sys::Promise {
        let arrival = self.engine.borrow_mut().backend().arrival();
        wasm_bindgen_futures::future_to_promise(async move {
            if let Some(arrival) = arrival {
                arrival.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Has a browser look at the GPU that would do so late by itself.
    pub fn nudge(&self) {
        self.engine.borrow_mut().backend().nudge();
    }

    /// Scores of the next token.
    pub fn logits(&self) -> Result<Vec<f32>, JsValue> {
        self.session.logits().map(<[f32]>::to_vec).thrown()
    }

    /// Tokens read so far.
    pub fn position(&self) -> f64 {
        self.session.position() as f64
    }

    /// The counts and times that API.md names.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        values::to_js(&self.session.stats())
    }

    /// The bytes of a `.mstate` file.
    pub fn snapshot(&self) -> Result<Vec<u8>, JsValue> {
        self.session.snapshot(&self.engine.borrow()).thrown()
    }

    /// A second session that goes on from here on its own.
    pub fn fork(&self) -> Result<WasmSession, JsValue> {
        let session = self.session.fork().thrown()?;
        Ok(Self::new(session, Rc::clone(&self.engine)))
    }
}
