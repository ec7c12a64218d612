//! What JavaScript catches: an `Error` with the properties `code` and `hint`.

use wasm_bindgen::JsValue;

use super::values::set;
use crate::error::{Error, Result};

/// For results on their way to JavaScript.
pub(super) trait Thrown<T> {
    fn thrown(self) -> Result<T, JsValue>;
}

impl<T> Thrown<T> for Result<T> {
    fn thrown(self) -> Result<T, JsValue> {
        self.map_err(|error| to_js(&error))
    }
}

fn to_js(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name("MambaError");
    set(&thrown, "code", &error.code().into());
    set(&thrown, "hint", &error.hint().into());
    thrown.into()
}
