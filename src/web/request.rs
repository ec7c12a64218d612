//! What JavaScript passes to `session.begin`.

use std::collections::BTreeMap;

use js_sys::{Array, Uint32Array};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

use super::values::from_js;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::generation::{Input, Request, Text, Turn};

/// Whole numbers up to here are exact in JavaScript.
const MOST_SEED: f64 = 9_007_199_254_740_991.0;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Fields {
    prompt: Option<String>,
    message: Option<String>,
    /// How the answer to the message begins.
    answer: Option<String>,
    /// A string or a `Uint32Array`; as it is, because an array may be long.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    read: JsValue,
    /// As `read`; each token is weighed.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    weigh: JsValue,
    /// Whether generated tokens are weighed.
    surprise: bool,
    /// A list of [`TurnFields`].
    #[serde(with = "serde_wasm_bindgen::preserve")]
    turns: JsValue,
    max_tokens: Option<u32>,
    temperature: Option<f32>,
    top_k: Option<u32>,
    top_p: Option<f32>,
    min_p: Option<f32>,
    repetition_penalty: Option<f32>,
    presence_penalty: Option<f32>,
    frequency_penalty: Option<f32>,
    /// `{"50256": -100}`
    logit_bias: Option<BTreeMap<String, f32>>,
    stop: Option<Vec<String>>,
    seed: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct TurnFields {
    message: String,
    answer: String,
    /// A `Uint32Array`.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    ids: JsValue,
}

/// Reads a request. Missing settings are those that the model's makers recommend.
/// The flag says whether generated tokens are to be weighed.
pub(super) fn parse(engine: &Engine, request: &JsValue) -> Result<(Request, bool)> {
    let fields: Fields = from_js(request, "request")?;
    let inputs = [
        fields.prompt.map(|prompt| Ok(Input::Prompt(prompt.into()))),
        fields.message.map(|message| {
            Ok(match fields.answer.clone() {
                Some(answer) => Input::Begun { message, answer },
                None => Input::Message(message),
            })
        }),
        given(fields.read).map(|read| text_or_ids(&read).map(Input::Read)),
        given(fields.weigh).map(|weigh| text_or_ids(&weigh).map(Input::Weigh)),
        given(fields.turns).map(|turns| turns_of(&turns).map(Input::Turns)),
    ];
    let mut inputs = inputs.into_iter().flatten();
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        return Err(Error::BadArgument(
            "The request must have exactly one of prompt, message, read, weigh and turns.".into(),
        ));
    };
    let input = input?;
    if fields.answer.is_some() && !matches!(input, Input::Begun { .. }) {
        return Err(Error::BadArgument("The request has the beginning of an answer, but no message.".into()));
    }
    let mut request = engine.request(input);
    let settings = &mut request.settings;
    for (setting, given) in [
        (&mut settings.temperature, fields.temperature),
        (&mut settings.top_p, fields.top_p),
        (&mut settings.min_p, fields.min_p),
        (&mut settings.repetition_penalty, fields.repetition_penalty),
        (&mut settings.presence_penalty, fields.presence_penalty),
        (&mut settings.frequency_penalty, fields.frequency_penalty),
    ] {
        *setting = given.unwrap_or(*setting);
    }
    settings.top_k = fields.top_k.unwrap_or(settings.top_k);
    settings.seed = fields.seed.unwrap_or_else(|| (js_sys::Math::random() * MOST_SEED) as u64);
    if let Some(bias) = fields.logit_bias {
        settings.logit_bias = bias.into_iter().map(bias_of_token).collect::<Result<_>>()?;
    }
    request.max_tokens = fields.max_tokens.map_or(request.max_tokens, |most| most as usize);
    request.stop = fields.stop.unwrap_or_default();
    Ok((request, fields.surprise))
}

/// What is neither null nor undefined.
fn given(value: JsValue) -> Option<JsValue> {
    Some(value).filter(|value| !value.is_null() && !value.is_undefined())
}

fn turns_of(value: &JsValue) -> Result<Vec<Turn>> {
    let turns = value.dyn_ref::<Array>();
    let turns = turns.ok_or_else(|| Error::BadArgument("turns must be a list of turns.".into()))?;
    let turn = |value: JsValue| {
        let TurnFields { message, answer, ids } = from_js(&value, "turn")?;
        Ok(Turn { message, answer, ids: given(ids).map(|ids| ids_of(&ids, "The ids of a turn")).transpose()? })
    };
    turns.iter().map(turn).collect()
}

fn text_or_ids(value: &JsValue) -> Result<Text> {
    match value.as_string() {
        Some(words) => Ok(Text::Words(words)),
        None => ids_of(value, "What is read, if it is no string,").map(Text::Ids),
    }
}

/// `what` begins the sentence of the error.
fn ids_of(value: &JsValue, what: &str) -> Result<Vec<u32>> {
    let ids = value.dyn_ref::<Uint32Array>();
    let ids = ids.ok_or_else(|| Error::BadArgument(format!("{what} must be a Uint32Array of token ids.")))?;
    let length = ids.length() as usize;
    let mut copy = Vec::new();
    copy.try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory(format!("There is no memory for {length} tokens.")))?;
    copy.resize(length, 0);
    ids.copy_to(&mut copy);
    Ok(copy)
}

fn bias_of_token((token, bias): (String, f32)) -> Result<(u32, f32)> {
    let token = token.parse().map_err(|_| {
        Error::BadArgument(format!("logitBias has the key \"{token}\"; its keys must be the ids of tokens."))
    })?;
    Ok((token, bias))
}
