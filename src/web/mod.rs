//! The surface for JavaScript: thin classes over the engine, and errors with a code and a hint.
//!
//! `www/worker` runs these in a worker and www/mamba.js wraps them into the API that programs use.

mod error;
mod helper;
mod loader;
mod request;
mod session;
mod values;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::{Error, Result};
use error::Thrown;
pub use helper::KernelHelper;
pub use loader::ModelLoader;
pub use session::WasmSession;

/// Puts the text of a panic, which would be a fault in this crate, on the console.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Bytes of wasm memory in use by the module, which never shrinks.
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> f64 {
    // A page of wasm has 64 KiB.
    (core::arch::wasm32::memory_size(0) as f64) * 65536.0
}

/// A loaded model. Its memory is given back when it and all of its sessions have been freed.
#[wasm_bindgen]
pub struct WasmEngine(Rc<RefCell<Engine>>);

impl WasmEngine {
    fn new(engine: Engine) -> Self {
        Self(Rc::new(RefCell::new(engine)))
    }

    fn put(&self, other: WasmEngine, reason: &str) -> Result<()> {
        let other = Rc::into_inner(other.0).map(RefCell::into_inner);
        let other = other.ok_or_else(|| Error::Busy("The model that was loaded again is in use already.".into()))?;
        self.0.borrow_mut().replace(other, reason)
    }
}

#[wasm_bindgen]
impl WasmEngine {
    /// The figures that docs/api.md names.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        values::to_js(&self.0.borrow().info())
    }

    /// Replaces this engine by `other`, the same model loaded again. All sessions continue with it. `reason` is a
    /// sentence that says why this backend was chosen.
    pub fn replace(&self, other: WasmEngine, reason: &str) -> Result<(), JsValue> {
        self.put(other, reason).thrown()
    }

    /// Destroys the GPU device, to test what a crash of its driver does.
    #[wasm_bindgen(js_name = loseDevice)]
    pub fn lose_device(&self) {
        crate::testing::lose_device(&mut self.0.borrow_mut());
    }

    /// The ids of a text, special tokens by their names included.
    pub fn tokenize(&self, text: &str) -> Result<Vec<u32>, JsValue> {
        self.0.borrow().tokenize(text).thrown()
    }

    /// The text of ids, special tokens left out.
    pub fn detokenize(&self, ids: &[u32]) -> Result<String, JsValue> {
        self.0.borrow().detokenize(ids).thrown()
    }

    /// A new session, with a system message if the model's chat template takes one.
    pub fn session(&self, system: Option<String>) -> Result<WasmSession, JsValue> {
        let session = self.0.borrow().session(system.as_deref()).thrown()?;
        Ok(WasmSession::new(session, Rc::clone(&self.0)))
    }

    /// A session from the bytes of a `.mstate` file.
    pub fn restore(&self, bytes: &[u8]) -> Result<WasmSession, JsValue> {
        let session = self.0.borrow().restore(bytes).thrown()?;
        Ok(WasmSession::new(session, Rc::clone(&self.0)))
    }
}
