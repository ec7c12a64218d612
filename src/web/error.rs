//! What JavaScript catches: an `Error` with the properties `code` and `hint`.

use js_sys::Object;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::values::to_js;
use crate::error::{Error, Result};

/// For results on their way to JavaScript.
pub(crate) trait Thrown<T> {
    fn thrown(self) -> Result<T, JsValue>;
}

impl<T> Thrown<T> for Result<T> {
    fn thrown(self) -> Result<T, JsValue> {
        self.map_err(|error| thrown(&error))
    }
}

#[derive(Serialize)]
struct Properties {
    code: &'static str,
    hint: &'static str,
}

fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name("MambaError");
    match to_js(&Properties { code: error.code(), hint: error.hint() }) {
        Ok(properties) => Object::assign(&thrown, &Object::from(properties)).into(),
        Err(_) => thrown.into(), // two strings always become an object
    }
}
