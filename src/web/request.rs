//! What JavaScript passes to `session.begin`.

use std::collections::BTreeMap;

use js_sys::Uint32Array;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

use super::values::from_js;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::generation::{Input, Request, Text};

/// Whole numbers up to here are exact in JavaScript.
const MOST_SEED: f64 = 9_007_199_254_740_991.0;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Fields {
    prompt: Option<String>,
    message: Option<String>,
    /// A string or a `Uint32Array`; as it is, because an array may be long.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    read: JsValue,
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

/// Reads a request. Missing settings are those that the model's makers recommend.
pub(super) fn parse(engine: &Engine, request: &JsValue) -> Result<Request> {
    let fields: Fields = from_js(request, "request")?;
    let read = Some(fields.read).filter(|read| !read.is_null() && !read.is_undefined());
    let input = match (fields.prompt, fields.message, read) {
        (Some(prompt), None, None) => Input::Prompt(prompt.into()),
        (None, Some(message), None) => Input::Message(message),
        (None, None, Some(read)) => Input::Read(text_or_ids(&read)?),
        _ => {
            return Err(Error::BadArgument("The request must have exactly one of prompt, message and read.".into()));
        }
    };
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
    Ok(request)
}

fn text_or_ids(value: &JsValue) -> Result<Text> {
    if let Some(words) = value.as_string() {
        return Ok(Text::Words(words));
    }
    let ids = value.dyn_ref::<Uint32Array>();
    let ids = ids.ok_or_else(|| Error::BadArgument("read must be a string or a Uint32Array of token ids.".into()))?;
    let length = ids.length() as usize;
    let mut copy = Vec::new();
    copy.try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory(format!("There is no memory for {length} tokens.")))?;
    copy.resize(length, 0);
    ids.copy_to(&mut copy);
    Ok(Text::Ids(copy))
}

fn bias_of_token((token, bias): (String, f32)) -> Result<(u32, f32)> {
    let token = token.parse().map_err(|_| {
        Error::BadArgument(format!("logitBias has the key \"{token}\"; its keys must be the ids of tokens."))
    })?;
    Ok((token, bias))
}
