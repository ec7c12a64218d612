//! The threads of the build with threads; www/engine/program/pool-worker.js runs each of them.

use wasm_bindgen::prelude::*;

use super::error::Thrown;
use crate::backend::cpu::workers;
use crate::engine;

/// A worker that only runs kernels. The pool counts it from its construction on, so it must call `work`.
#[wasm_bindgen]
pub struct KernelHelper;

#[wasm_bindgen]
impl KernelHelper {
    /// Joins the pool as a helper.
    #[allow(clippy::new_without_default, reason = "it is made by JavaScript only")]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        workers::enter();
        Self
    }

    /// Called before construction: makes the browser compile the functions that the engine will need, while the model
    /// loads.
    #[wasm_bindgen(js_name = warmUp)]
    pub fn warm_up() -> Result<(), JsValue> {
        engine::warm_up().thrown()
    }

    /// Works on parts of every kernel; never returns.
    pub fn work(self) {
        workers::help();
    }

    /// Reports that this worker failed with a part unfinished. The engine, which waits for the part, traps.
    pub fn failed() {
        workers::failed();
    }
}
