//! One sequence, driven from JavaScript a step at a time.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::constraint::{GuideWalk, Remote};
use super::error::Thrown;
use super::request;
use super::values;
use crate::backend::arrived;
use crate::engine::Engine;
use crate::generation::{LoadedModel, Saving, Session};
use crate::sampler::{Constraint, Guided};
use crate::state::Packing;

/// See [`Session`].
#[wasm_bindgen]
pub struct WasmSession {
    /// Shared with a [`WasmPass`](super::WasmPass) while there is one.
    pub(crate) session: Rc<RefCell<Session>>,
    pub(crate) engine: Rc<RefCell<Engine>>,
}

impl WasmSession {
    pub(super) fn new(session: Session, engine: Rc<RefCell<Engine>>) -> Self {
        Self { session: Rc::new(RefCell::new(session)), engine }
    }
}

#[wasm_bindgen]
impl WasmSession {
    /// Starts reading and answering; `advance` does the work. `walk`, if there is one, is freed at the end.
    pub fn begin(&mut self, request: &JsValue, walk: Option<GuideWalk>) -> Result<(), JsValue> {
        let walk = walk.map(Remote);
        let engine = self.engine.borrow();
        let (request, weighs) = request::parse(&engine, request).thrown()?;
        let mut session = self.session.borrow_mut();
        session.weigh(weighs);
        let guided = |walk| Box::new(Guided::new(walk, engine.stop_tokens().to_vec())) as Box<dyn Constraint>;
        session.begin_under(&*engine, request, walk.map(guided)).thrown()
    }

    /// One block of the prompt, or one token:
    /// `{kind: "prefill", read, total}`, `{kind: "token", id, text}` or `{kind: "end", reason, text}`; or
    /// `{kind: "waiting"}`, and then again when `arrival` has resolved.
    pub fn advance(&mut self) -> Result<JsValue, JsValue> {
        let step = self.session.borrow_mut().step(&mut *self.engine.borrow_mut()).thrown()?;
        values::to_js(&step)
    }

    /// Whether its next step is a token, which a pass may take together with those of other sessions. On a GPU the first
    /// call begins to compile what that needs.
    #[wasm_bindgen(getter, js_name = mayJoin)]
    pub fn may_join(&self) -> bool {
        self.session.borrow().may_join(&mut *self.engine.borrow_mut())
    }

    /// Ends what `begin` started. Tokens that were handed out stay read; their text that was held back is returned.
    pub fn cancel(&mut self) -> String {
        self.session.borrow_mut().cancel()
    }

    /// Of the last token, if the request asked for its surprise: `{surprise, alternatives: [{id, text, probability}]}`.
    pub fn weighed(&self) -> Result<JsValue, JsValue> {
        self.session.borrow().weighed().map_or(Ok(JsValue::UNDEFINED), values::to_js)
    }

    /// Of each token that the last run has read and weighed, in nats; NaN for the first one of a session.
    pub fn surprises(&self) -> Vec<f32> {
        self.session.borrow().surprises().to_vec()
    }

    /// A session that goes on from a mixture of two states: `1 - weight` parts of this one.
    pub fn blend(&self, other: &WasmSession, weight: f32) -> Result<WasmSession, JsValue> {
        let session = self.session.borrow().blend(&other.session.borrow(), weight).thrown()?;
        Ok(Self::new(session, Rc::clone(&self.engine)))
    }

    /// How far the two states are apart: `[{layer, kind, relative, cosine}]`.
    pub fn difference(&self, other: &WasmSession) -> Result<JsValue, JsValue> {
        values::to_js(&self.session.borrow().difference(&other.session.borrow()).thrown()?)
    }

    /// Before `logits` and `snapshot`, and after `cancel`: true when the state is in the worker's memory, false when this
    /// has to be called again after `arrival`.
    #[wasm_bindgen(js_name = readBack)]
    pub fn read_back(&mut self) -> Result<bool, JsValue> {
        self.session.borrow_mut().step_back(&mut *self.engine.borrow_mut()).thrown()
    }

    /// A promise that resolves when there may be more to do.
    pub fn arrival(&self) -> js_sys::Promise {
        let engine = Rc::clone(&self.engine);
        let arrival = self.session.borrow().arrival(&mut *engine.borrow_mut());
        wasm_bindgen_futures::future_to_promise(async move {
            if let Some(arrival) = arrival {
                let hurry = || {
                    if let Ok(mut engine) = engine.try_borrow_mut()
                        && let Some(remote) = engine.backend().remote()
                    {
                        remote.hurry();
                    }
                };
                arrived(arrival, hurry).await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Scores of the next token.
    pub fn logits(&self) -> Result<Vec<f32>, JsValue> {
        self.session.borrow().logits().map(<[f32]>::to_vec).thrown()
    }

    /// Tokens read so far.
    pub fn position(&self) -> f64 {
        self.session.borrow().position() as f64
    }

    /// The counts and times that docs/api.md names.
    pub fn stats(&self) -> Result<JsValue, JsValue> {
        values::to_js(&self.session.borrow().stats())
    }

    /// All tokens that the last run has read; undefined if they were too many to be kept.
    pub fn ids(&self) -> Option<Vec<u32>> {
        self.session.borrow().ids().map(<[u32]>::to_vec)
    }

    /// The bytes of a `.mstate` file, packed as `packing` says (exact if it is not given), perhaps with a text.
    pub fn snapshot(&self, packing: Option<String>, text: Option<String>) -> Result<Vec<u8>, JsValue> {
        let packing = packing.as_deref().map_or(Ok(Packing::F32), Packing::parse).thrown()?;
        self.session.borrow().save(&*self.engine.borrow(), Saving { packing, text: text.as_deref() }).thrown()
    }

    /// The text of the file that the session was restored from, once.
    #[wasm_bindgen(js_name = takeText)]
    pub fn take_text(&mut self) -> Option<String> {
        self.session.borrow_mut().take_text()
    }

    /// A second session that continues independently from the same state.
    pub fn fork(&self) -> Result<WasmSession, JsValue> {
        let session = self.session.borrow().fork().thrown()?;
        Ok(Self::new(session, Rc::clone(&self.engine)))
    }
}
