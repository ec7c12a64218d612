//! A constraint whose automaton runs in another wasm module (guide/), which www/worker.js fetches when it is first needed.

use js_sys::{Error as JsError, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::sampler::Walk;

#[wasm_bindgen]
extern "C" {
    /// `GuideWalk` of guide/src/web.rs.
    pub type GuideWalk;

    #[wasm_bindgen(method, catch)]
    fn mask(this: &GuideWalk) -> core::result::Result<Uint32Array, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn allows(this: &GuideWalk, token: u32) -> core::result::Result<bool, JsValue>;

    #[wasm_bindgen(method, catch, js_name = mayEnd)]
    fn may_end(this: &GuideWalk) -> core::result::Result<bool, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn closing(this: &GuideWalk, token: Option<u32>, most: u32) -> core::result::Result<Option<Uint32Array>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn accept(this: &GuideWalk, token: u32) -> core::result::Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = isOver)]
    fn is_over(this: &GuideWalk) -> bool;

    #[wasm_bindgen(method)]
    fn free(this: &GuideWalk);
}

/// Frees the other module's memory at the end of the run.
pub(super) struct Remote(pub GuideWalk);

impl Walk for Remote {
    fn mask(&mut self) -> Result<Vec<u32>> {
        self.0.mask().map(|mask| mask.to_vec()).map_err(told)
    }

    fn allows(&mut self, token: u32) -> Result<bool> {
        self.0.allows(token).map_err(told)
    }

    fn may_end(&mut self) -> Result<bool> {
        self.0.may_end().map_err(told)
    }

    fn closing(&mut self, token: Option<u32>, most: usize) -> Result<Option<Vec<u32>>> {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        Ok(self.0.closing(token, most).map_err(told)?.map(|way| way.to_vec()))
    }

    fn accept(&mut self, token: u32) -> Result<()> {
        self.0.accept(token).map_err(told)
    }

    fn is_over(&self) -> bool {
        self.0.is_over()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.0.free();
    }
}

fn told(thrown: JsValue) -> Error {
    let sentence = thrown.dyn_ref::<JsError>().map(|error| String::from(error.message()));
    Error::BadArgument(sentence.unwrap_or_else(|| "The constraint cannot be followed.".into()))
}
