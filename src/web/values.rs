//! To and from JavaScript values.

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

use super::error::Thrown;
use crate::error::{Error, Result};

/// Sets a property of an object that was made here.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Only a frozen object or a setter that throws could refuse, and these objects are plain.
    let _ = Reflect::set(object, &name.into(), value);
}

/// A plain object with the fields of `value`. By way of JSON: it is called once a load and a few times an answer, and
/// a serialiser of its own would be code to download.
pub(super) fn from_json(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = serde_json::to_string(value).map_err(|error| Error::BadArgument(error.to_string())).thrown()?;
    js_sys::JSON::parse(&json)
}

/// The fields of an object that a caller wrote, each checked for its kind; a field of another name is refused.
pub(super) struct Fields<'a> {
    object: &'a JsValue,
    what: &'static str,
}

impl<'a> Fields<'a> {
    pub fn new(object: &'a JsValue, what: &'static str, known: &[&str]) -> Result<Self> {
        if !object.is_object() || js_sys::Array::is_array(object) {
            return Err(Error::BadArgument(format!("The {what} must be an object.")));
        }
        for name in js_sys::Object::keys(object.unchecked_ref::<js_sys::Object>()).iter() {
            let name = name.as_string().unwrap_or_default();
            if !known.contains(&name.as_str()) {
                return Err(Error::BadArgument(format!(
                    "The {what} has the field \"{name}\", which is not known; there are {}.",
                    known.join(", ")
                )));
            }
        }
        Ok(Self { object, what })
    }

    /// `None` where it is missing, undefined or null.
    pub fn get(&self, name: &str) -> Option<JsValue> {
        Reflect::get(self.object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
    }

    fn bad<T>(&self, name: &str, kind: &str) -> Result<T> {
        Err(Error::BadArgument(format!("{name} of the {} must be {kind}.", self.what)))
    }

    pub fn text(&self, name: &str) -> Result<Option<String>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_string().map_or_else(|| self.bad(name, "a string"), |text| Ok(Some(text))),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<f32>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map_or_else(|| self.bad(name, "a number"), |number| Ok(Some(number as f32))),
        }
    }

    /// A whole number from 0 to `most`.
    pub fn whole(&self, name: &str, most: f64) -> Result<Option<u64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0 && *n <= most) {
            Some(number) => Ok(Some(number as u64)),
            None => self.bad(name, &format!("a whole number from 0 to {most}")),
        }
    }

    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let texts = js_sys::Array::is_array(&value)
            .then(|| value.unchecked_ref::<js_sys::Array>().iter().map(|text| text.as_string()).collect());
        texts.flatten().map_or_else(|| self.bad(name, "a list of strings"), Ok)
    }
}
