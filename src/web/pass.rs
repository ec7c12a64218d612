//! One step of several sessions at once.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::error::Thrown;
use super::session::WasmSession;
use super::values;
use crate::engine::Engine;
use crate::generation::{Session, Step, step_together};

/// Sessions of one engine that take their next steps at once, see [`step_together`]. JavaScript passes classes one at a
/// time, so they are added before.
#[wasm_bindgen]
pub struct WasmPass {
    sessions: Vec<Rc<RefCell<Session>>>,
    engine: Rc<RefCell<Engine>>,
}

impl WasmPass {
    pub(super) fn new(engine: Rc<RefCell<Engine>>) -> Self {
        Self { sessions: Vec::new(), engine }
    }
}

#[wasm_bindgen]
impl WasmPass {
    /// Another session of the engine. One that is there already counts once.
    pub fn add(&mut self, session: &WasmSession) {
        if !self.sessions.iter().any(|other| Rc::ptr_eq(other, &session.session)) {
            self.sessions.push(Rc::clone(&session.session));
        }
    }

    /// Does the step, and frees the pass. Gives for each session, in the order of `add`, `{step}` as
    /// [`advance`](WasmSession::advance) gives it, or `{error}`.
    pub fn advance(self) -> Result<Array, JsValue> {
        let mut borrowed: Vec<_> = self.sessions.iter().map(|session| session.borrow_mut()).collect();
        let mut sessions: Vec<&mut Session> = borrowed.iter_mut().map(|session| &mut **session).collect();
        let steps = step_together(&mut sessions, &mut *self.engine.borrow_mut());
        steps.into_iter().map(outcome).collect()
    }
}

fn outcome(step: crate::Result<Step>) -> Result<JsValue, JsValue> {
    let (name, value) = match step.thrown() {
        Ok(step) => ("step", values::to_js(&step)?),
        Err(error) => ("error", error),
    };
    let outcome = Object::new();
    Reflect::set(&outcome, &name.into(), &value)?;
    Ok(outcome.into())
}
