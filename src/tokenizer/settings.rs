//! tokenizer_config.json and the files beside it: the names of special tokens, tokens that tokenizer.json lacks, and
//! the chat template. What they mean together follows transformers 5.

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use super::Tokenizer;
use crate::error::{Error, Result};

const CONFIG: &str = "tokenizer_config.json";
const MAP: &str = "special_tokens_map.json";
const ADDED: &str = "added_tokens.json";

/// The names that transformers gives special tokens, in the order in which it adds their tokens.
const NAMES: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
/// Lists of special tokens without a name, the newer name first.
const LISTS: [&str; 2] = ["extra_special_tokens", "additional_special_tokens"];

/// What tokenizer_config.json, special_tokens_map.json, added_tokens.json and chat_template.jinja say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenizerSettings {
    /// The token that begins a text; templates write it.
    pub bos_token: Option<String>,
    /// The token that ends a text, so it ends generation too.
    pub eos_token: Option<String>,
    /// The token for what the vocabulary cannot spell.
    pub unk_token: Option<String>,
    /// Every special token that has a name (`bos_token`, `pad_token`, ...), under that name.
    named: Vec<(String, AddedToken)>,
    /// Names that tokenizer_config.json takes away with a null.
    unnamed: Vec<String>,
    /// Names from files that count for less: where no other file gives the name, and the tokenizer has the token.
    fallback: Vec<(String, AddedToken)>,
    /// Special tokens without a name.
    extra: Vec<AddedToken>,
    /// Tokens of `added_tokens_decoder` or added_tokens.json, in the order of their ids.
    added: Vec<AddedToken>,
    /// tokenizer_config.json has `added_tokens_decoder`: it is of today, and the older files count for nothing.
    complete: bool,
    pub(super) class: Class,
    pub(super) add_prefix_space: Option<bool>,
    /// The default chat template's source.
    pub chat_template: Option<String>,
}

/// transformers' tokenizer classes that set more than tokenizer.json says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Class {
    /// No class is named. For a Mamba this means GPT-NeoX's.
    #[default]
    Unnamed,
    GptNeoX,
    Gpt2,
    /// All that matters is in tokenizer.json.
    FromFile,
}

impl TokenizerSettings {
    /// `json` is the text of tokenizer_config.json. `chat_template` is the text of chat_template.jinja, which wins over
    /// the template in tokenizer_config.json, or of chat_template.json, which counts where there is no other.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the file is not JSON or a field is of the wrong kind; the sentence names it. So for
    /// the other files.
    pub fn parse(json: Option<&str>, chat_template: Option<&str>) -> Result<Self> {
        let object = json.map_or(Ok(Map::new()), |json| object(json, CONFIG))?;
        let mut settings = Self {
            class: match object.get("tokenizer_class").and_then(Value::as_str) {
                None => Class::Unnamed,
                Some("GPTNeoXTokenizer" | "GPTNeoXTokenizerFast") => Class::GptNeoX,
                Some("GPT2Tokenizer" | "GPT2TokenizerFast") => Class::Gpt2,
                Some(_) => Class::FromFile,
            },
            add_prefix_space: object.get("add_prefix_space").and_then(Value::as_bool),
            ..Self::default()
        };
        for (name, value) in &object {
            if value.is_null() && NAMES.contains(&name.as_str()) {
                settings.unnamed.push(name.clone());
            }
        }
        settings.take_names(&object, CONFIG)?;
        if let Some(decoder) = object.get("added_tokens_decoder").filter(|decoder| !decoder.is_null()) {
            let wrong = || bad(CONFIG, "has an added_tokens_decoder that is no list of tokens by their ids");
            let mut tokens = Vec::new();
            for (id, value) in decoder.as_object().ok_or_else(wrong)? {
                let id: u32 = id.parse().map_err(|_| wrong())?;
                tokens.push((id, token(value, false).ok_or_else(wrong)?));
            }
            tokens.sort_by_key(|(id, _)| *id);
            settings.added = tokens.into_iter().map(|(_, token)| token).collect();
            settings.complete = true;
        }
        let older = chat_template.and_then(in_json);
        let own = match object.get("chat_template") {
            Some(value) => template(value)
                .map_err(|()| bad(CONFIG, format!("has chat_template = {value}, which is not a template")))?,
            None => None,
        };
        settings.chat_template = match (chat_template, older) {
            (text, None) => text.map(str::to_owned).or(own),
            (_, Some(value)) => match own {
                Some(own) => Some(own),
                None => template(&value).map_err(|()| bad("chat_template.json", "has no template"))?,
            },
        };
        Ok(settings.named())
    }

    /// With what special_tokens_map.json says. Of the time before `added_tokens_decoder` it wins over
    /// tokenizer_config.json, as in transformers; beside one it only fills in names that are missing.
    pub fn with_special_tokens_map(mut self, json: &str) -> Result<Self> {
        let object = object(json, MAP)?;
        if self.complete {
            let mut map = Self::default();
            map.take_names(&object, MAP)?;
            self.fallback.extend(map.named);
        } else {
            let before = std::mem::take(&mut self.extra);
            self.take_names(&object, MAP)?;
            self.unnamed.retain(|name| !object.contains_key(name));
            let after = std::mem::take(&mut self.extra);
            self.extra = before;
            for token in after {
                if !self.extra.iter().any(|known| known.content == token.content) {
                    self.extra.push(token);
                }
            }
        }
        Ok(self.named())
    }

    /// With the tokens of added_tokens.json, a file of the time before `added_tokens_decoder`, beside which it counts
    /// for nothing. Comes after [`with_special_tokens_map`](Self::with_special_tokens_map), which says which are special.
    pub fn with_added_tokens(mut self, json: &str) -> Result<Self> {
        let object = object(json, ADDED)?;
        if self.complete {
            return Ok(self);
        }
        let mut tokens = Vec::new();
        for (content, id) in &object {
            let id =
                id.as_u64().ok_or_else(|| bad(ADDED, format!("gives {content:?} the id {id}, which is no token")))?;
            let special = self.special().any(|token| token.content == *content);
            tokens.push((id, AddedToken::from(content, special)));
        }
        tokens.sort_by_key(|(id, _)| *id);
        self.added = tokens.into_iter().map(|(_, token)| token).collect();
        Ok(self)
    }

    /// With the names of `other` where these files give none.
    #[must_use]
    pub fn with_names_of(mut self, other: Self) -> Self {
        self.fallback.extend(other.named);
        self
    }

    /// With names of special tokens from where they come last: from files that count for less, and from the tokenizer's
    /// class. Only what `tokenizer` has counts.
    #[must_use]
    pub fn completed(mut self, tokenizer: &Tokenizer) -> Self {
        const END: &str = "<|endoftext|>";
        const OF_CLASS: [(&str, &str); 4] =
            [("bos_token", END), ("eos_token", END), ("unk_token", END), ("pad_token", "<|padding|>")];
        let of_class = match self.class {
            Class::GptNeoX => &OF_CLASS[..],
            Class::Unnamed if tokenizer.byte_level => &OF_CLASS[..],
            Class::Gpt2 => &OF_CLASS[..3],
            Class::Unnamed | Class::FromFile => &[],
        };
        let of_class = of_class.iter().map(|&(name, text)| (name.to_owned(), AddedToken::from(text, true)));
        for (name, token) in std::mem::take(&mut self.fallback).into_iter().chain(of_class) {
            let free = self.find(&name).is_none() && !self.unnamed.contains(&name);
            if free && tokenizer.id(&token.content).is_some() {
                self.named.push((name, token));
            }
        }
        self.named()
    }

    /// From special tokens (name, text) and the default chat template.
    pub(super) fn new(special: Vec<(String, String)>, chat_template: Option<String>) -> Self {
        let named = special.into_iter().map(|(name, text)| (name, AddedToken::from(text, true))).collect();
        Self { named, chat_template, class: Class::FromFile, ..Self::default() }.named()
    }

    /// Puts the names that came from several files in their order, and sets the fields that repeat them.
    fn named(mut self) -> Self {
        self.named.sort_by_key(|(name, _)| NAMES.iter().position(|known| known == name).unwrap_or(NAMES.len()));
        let text = |name: &str| self.find(name).map(|token| token.content.clone());
        (self.bos_token, self.eos_token, self.unk_token) = (text("bos_token"), text("eos_token"), text("unk_token"));
        self
    }

    fn find(&self, name: &str) -> Option<&AddedToken> {
        self.named.iter().find(|(key, _)| key == name).map(|(_, token)| token)
    }

    /// Takes all special tokens of a file; a name that is known already gets the new token.
    fn take_names(&mut self, object: &Map<String, Value>, file: &str) -> Result<()> {
        let mut take = |name: &str, token: AddedToken| match self.named.iter_mut().find(|(key, _)| key == name) {
            Some((_, known)) => *known = token,
            None => self.named.push((name.to_owned(), token)),
        };
        for name in NAMES {
            match object.get(name) {
                None | Some(Value::Null | Value::Bool(_)) => {}
                Some(value) => match token(value, true) {
                    Some(token) => take(name, token),
                    None => return Err(bad(file, format!("has {name} = {value}, which is not a token"))),
                },
            }
        }
        // A model's own names, among which may be something else.
        for (name, value) in object {
            if name.ends_with("_token") && !NAMES.contains(&name.as_str()) {
                token(value, true).into_iter().for_each(|token| take(name, token));
            }
        }
        // A list of tokens without names, or an object of tokens by their names. Under the newer name many files have an
        // empty object.
        let is_filled = |list: &&Value| match list {
            Value::Array(tokens) => !tokens.is_empty(),
            Value::Object(tokens) => !tokens.is_empty(),
            _ => false,
        };
        match LISTS.iter().find_map(|list| object.get(*list).filter(is_filled)) {
            Some(Value::Object(tokens)) => {
                for (name, value) in tokens {
                    token(value, true).into_iter().for_each(|token| take(name, token));
                }
            }
            Some(Value::Array(tokens)) => self.extra.extend(tokens.iter().filter_map(|value| token(value, true))),
            _ => {}
        }
        Ok(())
    }

    fn special(&self) -> impl Iterator<Item = &AddedToken> {
        self.named.iter().map(|(_, token)| token).chain(&self.extra)
    }

    /// Whether this token has a name such as `eos_token`.
    pub(super) fn names(&self, content: &str) -> bool {
        self.named.iter().any(|(_, token)| token.content == content)
    }

    /// Whether this token is among the special ones without a name. If tokenizer.json has it as a plain one, its text is
    /// shown all the same.
    pub(super) fn lists(&self, content: &str) -> bool {
        self.extra.iter().any(|token| token.content == content)
    }

    /// The tokens that transformers adds to those of tokenizer.json, in its order. `known` says which tokenizer.json
    /// has: a listed token gets the flags of the list, a named one stays as it is.
    pub(super) fn tokens_to_add(&self, known: impl Fn(&str) -> Option<AddedToken>) -> Vec<AddedToken> {
        let mut tokens: Vec<AddedToken> = Vec::new();
        for token in &self.added {
            let known = known(&token.content);
            // Today's list says how a token is to be read; of the older file only what is new counts.
            if if self.complete { known.as_ref() == Some(token) } else { known.is_some() } {
                continue;
            }
            let special = token.special || self.names(&token.content);
            tokens.push(AddedToken { special, ..token.clone() });
        }
        for token in self.special() {
            if known(&token.content).is_none() && !tokens.iter().any(|other| other.content == token.content) {
                tokens.push(token.clone());
            }
        }
        tokens
    }

    /// The special tokens by their names, for the template's variables.
    pub fn special_tokens(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named.iter().map(|(name, token)| (name.as_str(), token.content.as_str()))
    }
}

fn bad(file: &str, what: impl std::fmt::Display) -> Error {
    Error::BadTokenizer(format!("{file} {what}."))
}

fn object(json: &str, file: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(json).map_err(|error| bad(file, format!("is not valid ({error})")))
}

/// A token is a string, or an object with its text as `content` and the flags of the tokenizers library. `special` is
/// what it is unless it says so itself.
fn token(value: &Value, special: bool) -> Option<AddedToken> {
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let content = value.as_str().or_else(|| value.get("content")?.as_str())?;
    let special = special || flag("special").unwrap_or(false);
    let mut token = AddedToken::from(content, special);
    token.single_word = flag("single_word").unwrap_or(false);
    token.lstrip = flag("lstrip").unwrap_or(false);
    token.rstrip = flag("rstrip").unwrap_or(false);
    token.normalized = flag("normalized").unwrap_or(!special);
    Some(token)
}

/// The template of chat_template.json, `{"chat_template": ...}`; None when the text is no such file, so a template.
fn in_json(text: &str) -> Option<Value> {
    let mut object: Map<String, Value> = serde_json::from_str(text).ok()?;
    object.remove("chat_template")
}

/// A template is a text, or one of several by their names: `[{"name": "default", "template": "..."}, ...]` or
/// `{"default": "...", ...}`, of which the default one counts, or the only one.
fn template(value: &Value) -> Result<Option<String>, ()> {
    let named: Vec<(&str, &Value)> = match value {
        Value::Null => return Ok(None),
        Value::String(text) => return Ok(Some(text.clone())),
        Value::Array(list) => {
            list.iter().filter_map(|entry| Some((entry.get("name")?.as_str()?, entry.get("template")?))).collect()
        }
        Value::Object(object) => object.iter().map(|(name, template)| (name.as_str(), template)).collect(),
        _ => return Err(()),
    };
    let default = named.iter().find(|(name, _)| *name == "default");
    let only = if let [only] = named.as_slice() { Some(only) } else { None };
    Ok(default.or(only).and_then(|(_, template)| template.as_str()).map(str::to_owned))
}
