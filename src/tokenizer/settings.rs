//! tokenizer_config.json: the names of special tokens, and the chat template.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// What tokenizer_config.json (and chat_template.jinja) say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenizerSettings {
    pub bos_token: Option<String>,
    pub eos_token: Option<String>,
    pub unk_token: Option<String>,
    /// Every special token that the file names, under its name there (`bos_token`, `pad_token`, ...).
    special: Vec<(String, String)>,
    /// The default chat template's source.
    pub chat_template: Option<String>,
}

impl TokenizerSettings {
    /// `chat_template` is the text of chat_template.jinja, which wins over the one in tokenizer_config.json.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the file is not JSON or a field is of the wrong kind; the sentence names it.
    pub fn parse(json: Option<&str>, chat_template: Option<&str>) -> Result<Self> {
        let bad = |what: String| Error::BadTokenizer(format!("tokenizer_config.json {what}."));
        let object: Map<String, Value> = match json {
            None => Map::new(),
            Some(json) => serde_json::from_str(json).map_err(|error| bad(format!("is not valid ({error})")))?,
        };
        let mut special = Vec::new();
        for (name, value) in &object {
            if name.ends_with("_token") && !name.starts_with("add_") && !value.is_null() && !value.is_boolean() {
                let text =
                    token_text(value).ok_or_else(|| bad(format!("has {name} = {value}, which is not a token")))?;
                special.push((name.clone(), text.to_owned()));
            }
        }
        for value in object.get("additional_special_tokens").and_then(Value::as_array).into_iter().flatten() {
            special.extend(token_text(value).map(|text| ("additional_special_tokens".to_owned(), text.to_owned())));
        }
        let chat_template = match (chat_template, object.get("chat_template")) {
            (Some(text), _) => Some(text.to_owned()),
            (None, None | Some(Value::Null)) => None,
            (None, Some(Value::String(text))) => Some(text.clone()),
            (None, Some(Value::Array(list))) => named_template(list),
            (None, Some(other)) => return Err(bad(format!("has chat_template = {other}, which is not a template"))),
        };
        Ok(Self::new(special, chat_template))
    }

    /// From special tokens (name, text) and the default chat template.
    pub(super) fn new(special: Vec<(String, String)>, chat_template: Option<String>) -> Self {
        let find = |name: &str| special.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone());
        let (bos_token, eos_token, unk_token) = (find("bos_token"), find("eos_token"), find("unk_token"));
        Self { bos_token, eos_token, unk_token, special, chat_template }
    }

    /// The special tokens that the file names.
    pub(super) fn named_tokens(&self) -> impl Iterator<Item = &str> {
        self.special.iter().map(|(_, text)| text.as_str())
    }

    /// The special tokens by their names, for the template's variables.
    pub fn special_tokens(&self) -> impl Iterator<Item = (&str, &str)> {
        self.special
            .iter()
            .filter(|(name, _)| name.ends_with("_token"))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// A token is a string, or an object with its text as `content`.
fn token_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("content")?.as_str())
}

/// From `[{"name": "default", "template": "..."}, ...]`: the default one, or the only one.
fn named_template(list: &[Value]) -> Option<String> {
    let template = |entry: &Value| entry.get("template").and_then(Value::as_str).map(str::to_owned);
    let default = list.iter().find(|entry| entry.get("name").and_then(Value::as_str) == Some("default"));
    match (default, list) {
        (Some(entry), _) => template(entry),
        (None, [only]) => template(only),
        (None, _) => None,
    }
}
