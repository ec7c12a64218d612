//! The sampling that the model's makers recommend, and the tokens that end a text: from generation_config.json or a GGUF file.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Map, Value};

use crate::checkpoint::gguf::Metadata;
use crate::error::{Error, Result};
use crate::sampler::Settings;

/// What applies where a request says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// The sampling that the checkpoint recommends.
    pub settings: Settings,
    /// The most tokens that a request generates.
    pub max_tokens: usize,
}

/// A page's answer: some paragraphs.
const MAX_TOKENS: usize = 256;

const FILE: &str = "generation_config.json";

/// What llama.cpp calls what generation_config.json has.
const GGUF_KEYS: [(&str, &str); 5] = [
    ("general.sampling.temp", "temperature"),
    ("general.sampling.top_k", "top_k"),
    ("general.sampling.top_p", "top_p"),
    ("general.sampling.min_p", "min_p"),
    ("general.sampling.penalty_repeat", "repetition_penalty"),
];

impl Defaults {
    /// Also returns the ids of the tokens that end a text.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] names the field that is not as it should be.
    pub(super) fn parse(json: Option<&str>, vocab: usize) -> Result<(Self, Vec<u32>)> {
        let bad = |error| Error::BadCheckpoint(format!("{FILE} is not valid ({error})."));
        let object = json.map_or(Ok(Map::new()), |json| serde_json::from_str(json).map_err(bad))?;
        Self::read(&object, FILE, vocab)
    }

    /// As [`Defaults::parse`], from a GGUF file, which names the tokens elsewhere.
    pub(super) fn from_gguf(metadata: &Metadata, vocab: usize) -> Result<Self> {
        let mut object = Map::new();
        for (key, name) in GGUF_KEYS {
            if let Some(value) = metadata.number(key)? {
                object.insert(name.into(), value.into());
            }
        }
        Ok(Self::read(&object, "The sampling that the GGUF file recommends", vocab)?.0)
    }

    fn read(object: &Map<String, Value>, source: &str, vocab: usize) -> Result<(Self, Vec<u32>)> {
        let bad = |what: String| Error::BadCheckpoint(format!("{source} {what}."));
        let get = |name: &str| object.get(name).filter(|value| !value.is_null());
        let number = |name: &str| match get(name) {
            None => Ok(None),
            Some(value) => {
                value.as_f64().map(Some).ok_or_else(|| bad(format!("has {name} = {value}, which is no number")))
            }
        };
        let mut settings = Settings::default();
        for (name, field) in [
            ("temperature", &mut settings.temperature),
            ("top_p", &mut settings.top_p),
            ("min_p", &mut settings.min_p),
            ("repetition_penalty", &mut settings.repetition_penalty),
        ] {
            if let Some(value) = number(name)? {
                *field = value as f32;
            }
        }
        if let Some(k) = number("top_k")? {
            settings.top_k = k as u32; // saturates, and as many as that is all
        }
        if get("do_sample") == Some(&Value::Bool(false)) {
            settings.temperature = 0.0;
        }
        settings.validate(vocab).map_err(|error| bad(format!("is out of range: {error}")))?;
        let max_tokens = match number("max_new_tokens")? {
            Some(n) if n >= 1.0 => n as usize,
            _ => MAX_TOKENS,
        };
        let stop = match get("eos_token_id") {
            None => Vec::new(),
            Some(Value::Array(list)) => list.iter().collect(),
            Some(one) => vec![one],
        };
        let id = |value: &&Value| {
            let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
            id.ok_or_else(|| bad(format!("has eos_token_id = {value}, which is no token")))
        };
        let stop_tokens = stop.iter().map(id).collect::<Result<_>>()?;
        Ok((Self { settings, max_tokens }, stop_tokens))
    }
}

/// The number that somebody wrote: 0.6, and not 0.6000000238418579, which is what its f32 is as a JavaScript number.
fn decimal(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value)) // Rust's own text of a number is one
}

/// Under the names of docs/api.md.
impl Serialize for Defaults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let s = &self.settings;
        let mut fields = serializer.serialize_struct("Defaults", 8)?;
        fields.serialize_field("maxTokens", &self.max_tokens)?;
        fields.serialize_field("temperature", &decimal(s.temperature))?;
        fields.serialize_field("topK", &s.top_k)?;
        fields.serialize_field("topP", &decimal(s.top_p))?;
        fields.serialize_field("minP", &decimal(s.min_p))?;
        fields.serialize_field("repetitionPenalty", &decimal(s.repetition_penalty))?;
        fields.serialize_field("presencePenalty", &decimal(s.presence_penalty))?;
        fields.serialize_field("frequencyPenalty", &decimal(s.frequency_penalty))?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_makers_recommend() {
        let json = r#"{"do_sample":true,"temperature":0.6,"top_k":20,"top_p":0.9,"repetition_penalty":1.1,
            "max_new_tokens":100,"eos_token_id":[0,2],"min_p":null}"#;
        let (defaults, stop) = Defaults::parse(Some(json), 10).unwrap();
        assert_eq!((defaults.settings.temperature, defaults.settings.top_k, defaults.max_tokens), (0.6, 20, 100));
        assert_eq!(stop, [0, 2]);
        let (defaults, stop) =
            Defaults::parse(Some(r#"{"do_sample":false,"temperature":0.6,"eos_token_id":3}"#), 10).unwrap();
        assert_eq!((defaults.settings.temperature, stop), (0.0, vec![3]));
        assert_eq!(Defaults::parse(None, 10).unwrap().0.settings, Settings::default());
        // As a number, not as a text: a serialiser that makes JavaScript's numbers takes an f32 for the number that it is.
        let value = serde_json::to_value(&Defaults::parse(Some(json), 10).unwrap().0).unwrap();
        assert_eq!(value["temperature"].as_f64(), Some(0.6));
        assert_eq!(value["repetitionPenalty"].as_f64(), Some(1.1));
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (json, name) in [
            ("[]", "valid"),
            (r#"{"temperature":"hot"}"#, "temperature"),
            (r#"{"temperature":-1}"#, "temperature"),
            (r#"{"top_p":2}"#, "topP"),
            (r#"{"eos_token_id":"end"}"#, "eos_token_id"),
            (r#"{"eos_token_id":[1,-1]}"#, "eos_token_id"),
        ] {
            let error = Defaults::parse(Some(json), 10).unwrap_err();
            assert_eq!(error.code(), "bad-checkpoint");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
