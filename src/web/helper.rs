//! The threads of the build with threads; www/engine/pool-worker.js runs each of them.

use wasm_bindgen::prelude::*;

use super::error::Thrown;
use crate::backend::cpu::workers;
use crate::engine;

/// A worker that does nothing but kernels. It counts from its making on, so it must go on to `work`.
#[wasm_bindgen]
pub struct KernelHelper;

#[wasm_bindgen]
impl KernelHelper {
    #[allow(clippy::new_without_default, reason = "it is made by JavaScript only")]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        workers::enter();
        Self
    }

    /// Before it is made: has the browser compile what the engine will need while that waits for the model.
    #[wasm_bindgen(js_name = warmUp)]
    pub fn warm_up() -> Result<(), JsValue> {
        engine::warm_up().thrown()
    }

    /// Does parts of every kernel; never returns.
    pub fn work(self) {
        workers::help();
    }

    /// A part that it had taken will never be done: the engine, which waits for it, traps.
    pub fn failed() {
        workers::failed();
    }
}
