//! What JavaScript passes to `session.begin`.

use js_sys::{Object, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};

use super::values::Fields;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::generation::{Input, Request, Text};
use crate::sampler::Settings;

const FIELDS: [&str; 14] = [
    "prompt",
    "message",
    "read",
    "maxTokens",
    "temperature",
    "topK",
    "topP",
    "minP",
    "repetitionPenalty",
    "presencePenalty",
    "frequencyPenalty",
    "logitBias",
    "stop",
    "seed",
];

/// Whole numbers up to here are exact in JavaScript.
const MOST_SEED: f64 = 9_007_199_254_740_991.0;
const MOST: f64 = u32::MAX as f64;

/// Reads a request; what it does not say is as the model's makers recommend.
pub(super) fn parse(engine: &Engine, request: &JsValue) -> Result<Request> {
    let fields = Fields::new(request, "request", &FIELDS)?;
    let input = match (fields.text("prompt")?, fields.text("message")?, fields.get("read")) {
        (Some(prompt), None, None) => Input::Prompt(prompt.into()),
        (None, Some(message), None) => Input::Message(message),
        (None, None, Some(read)) => Input::Read(text_or_ids(&read)?),
        _ => {
            return Err(Error::BadArgument("The request must have exactly one of prompt, message and read.".into()));
        }
    };
    let mut request = engine.request(input);
    let settings = &mut request.settings;
    let Settings { temperature, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty, .. } = settings;
    for (name, value) in [
        ("temperature", temperature),
        ("topP", top_p),
        ("minP", min_p),
        ("repetitionPenalty", repetition_penalty),
        ("presencePenalty", presence_penalty),
        ("frequencyPenalty", frequency_penalty),
    ] {
        *value = fields.number(name)?.unwrap_or(*value);
    }
    if let Some(k) = fields.whole("topK", MOST)? {
        settings.top_k = k as u32;
    }
    settings.seed = match fields.whole("seed", MOST_SEED)? {
        Some(seed) => seed,
        None => (js_sys::Math::random() * MOST_SEED) as u64,
    };
    if let Some(bias) = fields.get("logitBias") {
        settings.logit_bias = logit_bias(&bias)?;
    }
    if let Some(most) = fields.whole("maxTokens", MOST)? {
        request.max_tokens = most as usize;
    }
    request.stop = fields.texts("stop")?;
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

/// `{"50256": -100}`
fn logit_bias(value: &JsValue) -> Result<Vec<(u32, f32)>> {
    let bad = || Error::BadArgument("logitBias must be an object from token ids to numbers.".into());
    if !value.is_object() {
        return Err(bad());
    }
    let entries = Object::entries(value.unchecked_ref::<Object>());
    let entry = |entry: JsValue| {
        let entry: js_sys::Array = entry.unchecked_into(); // Object.entries gives arrays of two
        let token = entry.get(0).as_string()?.parse().ok()?;
        Some((token, entry.get(1).as_f64()? as f32))
    };
    entries.iter().map(|pair| entry(pair).ok_or_else(bad)).collect()
}
