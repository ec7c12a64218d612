//! Converts JavaScript's values to Rust's and back, through serde.

use js_sys::Array;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_wasm_bindgen::{Deserializer as FromJs, Serializer as ToJs};
use wasm_bindgen::JsValue;

use super::error::Thrown;
use crate::error::{Error, Result};

/// A plain object (or string, or number) with what `value` holds. Numbers of any size become JavaScript's numbers.
pub(crate) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&ToJs::json_compatible()).map_err(|error| Error::BadArgument(error.to_string())).thrown()
}

/// Reads an object that a caller wrote; `what` names it in the sentence. A field that `T` does not have is refused if `T`
/// says so (`deny_unknown_fields`).
pub(super) fn from_js<T: DeserializeOwned>(value: &JsValue, what: &str) -> Result<T> {
    if !value.is_object() || Array::is_array(value) {
        return Err(Error::BadArgument(format!("The {what} must be an object.")));
    }
    serde_path_to_error::deserialize(AllFields(value.clone())).map_err(|error| {
        let path = error.path().to_string();
        Error::BadArgument(sentence(what, &path, &error.into_inner().to_string()))
    })
}

/// serde-wasm-bindgen looks up the known fields of a struct and never sees the others; as a map it hands over all.
struct AllFields(JsValue);

impl<'de> Deserializer<'de> for AllFields {
    type Error = serde_wasm_bindgen::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        FromJs::from(self.0).deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Turns serde's message, which has Rust's names of types, into a sentence.
fn sentence(what: &str, path: &str, words: &str) -> String {
    let words = words.strip_prefix("Error: ").unwrap_or(words);
    if let Some(rest) = words.strip_prefix("unknown field `")
        && let Some((name, known)) = rest.split_once("`, expected ")
    {
        let known = known.trim_start_matches("one of ").replace('`', "");
        return format!("The {what} has the field \"{name}\", which is not known; there are {known}.");
    }
    let found = ["invalid type: ", "invalid value: "].iter().find_map(|start| words.strip_prefix(start));
    if let Some((found, expected)) = found.and_then(|rest| rest.rsplit_once(", expected ")) {
        let expected = match expected {
            "u32" | "u64" | "usize" => "a whole number",
            "f32" | "f64" => "a number",
            "a sequence" => "a list",
            "a map" => "an object",
            other => other,
        };
        return format!("{path} of the {what} is {}; it must be {expected}.", found.replace('`', ""));
    }
    format!("{path} of the {what} cannot be read ({words}).")
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_wrong_value_is_a_sentence_in_the_words_of_a_reader() {
        let said = sentence("request", "topK", "invalid type: floating point `1.5`, expected u32");
        assert_eq!(said, "topK of the request is floating point 1.5; it must be a whole number.");
        let said = sentence("request", ".", "unknown field `topp`, expected one of `prompt`, `topP`");
        assert_eq!(said, "The request has the field \"topp\", which is not known; there are prompt, topP.");
        let said = sentence("options", "threads", "something else");
        assert_eq!(said, "threads of the options cannot be read (something else).");
    }
}
