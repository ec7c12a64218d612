//! The surface for JavaScript: thin classes over the engine, and errors with a code and a hint.
//!
//! `www/worker` runs these in a worker and www/mamba.js wraps them into the API that programs use.

mod constraint;
mod error;
mod helper;
mod loader;
mod pass;
mod request;
mod session;
mod values;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::{Error, Result};
pub(crate) use error::Thrown;
pub use helper::KernelHelper;
pub use loader::ModelLoader;
pub use pass::WasmPass;
pub use session::WasmSession;
#[cfg(feature = "lab")]
pub(crate) use values::to_js;

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
pub struct WasmEngine(pub(crate) Rc<RefCell<Engine>>);

impl WasmEngine {
    pub(crate) fn new(engine: Engine) -> Self {
        Self(Rc::new(RefCell::new(engine)))
    }

    /// The engine itself, which no session may use yet.
    fn into_engine(self) -> Result<Engine> {
        let engine = Rc::into_inner(self.0).map(RefCell::into_inner);
        engine.ok_or_else(|| Error::Busy("The model that was loaded again is in use already.".into()))
    }

    // Only a GPU waits, and the engine whose GPU has not been tried is on the CPU.
    #[allow(clippy::await_holding_refcell_ref)]
    async fn race_with(&self, rival: WasmEngine) -> Result<bool> {
        let mut rival = rival.into_engine()?;
        let own = self.0.borrow_mut().run_lap().await?;
        let its = rival.run_lap().await;
        self.0.borrow_mut().race(&own, rival, its)
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
        let other = other.into_engine().thrown()?;
        self.0.borrow_mut().replace(other, reason).thrown()
    }

    /// Whether `race` may still find a faster backend.
    #[wasm_bindgen(getter, js_name = mayMove)]
    pub fn may_move(&self) -> bool {
        self.0.borrow().may_move()
    }

    /// Looks for a GPU before the model is loaded again for it; throws if there is none.
    #[wasm_bindgen(js_name = findGpu)]
    pub async fn find_gpu() -> Result<(), JsValue> {
        Engine::find_gpu().await.thrown()
    }

    /// Races the GPU, which `rival` runs on, against this engine's CPU. All sessions continue on the faster one. Returns
    /// whether that is the GPU. The CPU's part takes the time of some tokens at once; the GPU's part waits.
    pub async fn race(&self, rival: WasmEngine) -> Result<bool, JsValue> {
        self.race_with(rival).await.thrown()
    }

    /// Ends the trial of the GPU without a race. `reason` is a sentence.
    pub fn stay(&self, reason: &str) {
        self.0.borrow_mut().stay(reason);
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

    /// The text of a chat by the model's chat template: JSON of `{messages, tools?, prompts?}`.
    #[wasm_bindgen(js_name = renderChat)]
    pub fn render_chat(&self, json: &str) -> Result<String, JsValue> {
        self.0.borrow().render_chat(json).thrown()
    }

    /// The ids of such a text, or of a part of it.
    #[wasm_bindgen(js_name = tokenizeChat)]
    pub fn tokenize_chat(&self, text: &str) -> Result<Vec<u32>, JsValue> {
        self.0.borrow().tokenize_chat(text).thrown()
    }

    /// For a constraint: of each token the number of its bytes (four bytes, the lowest first) and the bytes.
    #[wasm_bindgen(js_name = tokenTable)]
    pub fn token_table(&self) -> Result<Vec<u8>, JsValue> {
        let engine = self.0.borrow();
        let tokens = engine.tokenizer().and_then(|tokenizer| tokenizer.token_bytes(engine.config().vocab)).thrown()?;
        let entry = |token: Vec<u8>| [&(token.len() as u32).to_le_bytes(), token.as_slice()].concat();
        Ok(tokens.into_iter().flat_map(entry).collect())
    }

    /// A new session, with a system message if the model's chat template takes one.
    pub fn session(&self, system: Option<String>) -> Result<WasmSession, JsValue> {
        let session = self.0.borrow().session(system.as_deref()).thrown()?;
        Ok(WasmSession::new(session, Rc::clone(&self.0)))
    }

    /// A step of several sessions, to which they are added.
    pub fn pass(&self) -> WasmPass {
        WasmPass::new(Rc::clone(&self.0))
    }

    /// A session from the bytes of a `.mstate` file.
    pub fn restore(&self, bytes: &[u8]) -> Result<WasmSession, JsValue> {
        let session = self.0.borrow().restore(bytes).thrown()?;
        Ok(WasmSession::new(session, Rc::clone(&self.0)))
    }
}
