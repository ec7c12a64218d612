//! Chats that a program wrote in JSON: messages of any role and with any fields, and tools.

use minijinja::value::{Value, ValueKind};
use serde::Deserialize;

use super::ChatTemplate;
use crate::error::{Error, Result};
use crate::tokenizer::Tokenizer;

/// What the template gets. The values keep the order of their fields, which templates write out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chat {
    messages: Value,
    /// None for the template if there are none.
    #[serde(default)]
    tools: Value,
    /// Whether the beginning of the model's next message follows.
    #[serde(default)]
    prompts: bool,
}

/// The text of `json`, `{messages, tools?, prompts?}`, as `apply_chat_template` of transformers writes it. All that the
/// program wrote is [guarded](Tokenizer::guard), so the text is for [`Tokenizer::encode_guarded`].
///
/// # Errors
/// [`Error::BadArgument`] for JSON of another shape, [`Error::BadTokenizer`] when the template fails or refuses it.
pub fn render_chat(json: &str, template: &ChatTemplate, tokenizer: &Tokenizer) -> Result<String> {
    let chat: Chat = serde_json::from_str(json)
        .map_err(|error| Error::BadArgument(format!("The chat is not JSON of messages and tools ({error}).")))?;
    if chat.messages.kind() != ValueKind::Seq {
        return Err(Error::BadArgument("The messages of a chat must be a list.".into()));
    }
    let guarded =
        |value: &Value| guard(value, tokenizer).map_err(|_| Error::BadArgument("The chat cannot be read.".into()));
    let tools = if chat.tools.is_undefined() { Value::from(()) } else { guarded(&chat.tools)? };
    template.render_with(guarded(&chat.messages)?, json.len(), chat.prompts, &[("tools", tools)])
}

/// Guards every string in a value that came from JSON, the names of fields too.
fn guard(value: &Value, tokenizer: &Tokenizer) -> core::result::Result<Value, minijinja::Error> {
    match value.kind() {
        ValueKind::String => Ok(Value::from(tokenizer.guard(value.as_str().unwrap_or_default()).as_str())), // it is one
        ValueKind::Seq => value.try_iter()?.map(|item| guard(&item, tokenizer)).collect::<core::result::Result<_, _>>(),
        ValueKind::Map => {
            let pair = |key: Value| Ok((guard(&key, tokenizer)?, guard(&value.get_item(&key)?, tokenizer)?));
            let pairs = value.try_iter()?.map(pair).collect::<core::result::Result<Vec<_>, minijinja::Error>>()?;
            Ok(Value::from_pairs(pairs)) // collected as a value they would be a list
        }
        _ => Ok(value.clone()),
    }
}
