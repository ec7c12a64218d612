//! What a constraint may be.

use llguidance::api::{GrammarWithLexer, TopLevelGrammar};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Result, limits};

/// The most texts to choose from. More of them are better said as a regular expression.
const MOST_CHOICES: usize = 4096;

/// The longest regular expression, JSON schema or grammar, and all choices together.
const MOST_BYTES: usize = 1 << 16;

/// The shape of a text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// One of these texts.
    Choices(Vec<String>),
    /// A text that the regular expression matches as a whole. The syntax is that of Rust's `regex`, without anchors.
    Regex(String),
    /// JSON that is valid under the schema; `true` and `{}` take any object.
    JsonSchema(Value),
    /// A text of the grammar, in llguidance's form of Lark.
    Grammar(String),
}

impl Shape {
    /// Reads `{"choices": [...]}`, `{"regex": "..."}`, `{"json_schema": {...}}` or `{"grammar": "..."}`.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| {
            format!("The constraint must be one of choices, regex, json_schema and grammar ({error}).")
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Shape::Choices(_) => "list of choices",
            Shape::Regex(_) => "regular expression",
            Shape::JsonSchema(_) => "JSON schema",
            Shape::Grammar(_) => "grammar",
        }
    }

    pub(crate) fn grammar(self) -> Result<TopLevelGrammar> {
        let bytes = match &self {
            Shape::Choices(choices) => choices.iter().map(String::len).sum(),
            Shape::Regex(text) | Shape::Grammar(text) => text.len(),
            Shape::JsonSchema(schema) => schema.to_string().len(),
        };
        if bytes > MOST_BYTES {
            let name = self.name();
            return Err(format!("The constraint's {name} has {bytes} bytes; at most {MOST_BYTES} are possible."));
        }
        Ok(match self {
            Shape::Choices(choices) => TopLevelGrammar::from_lark(one_of(&choices)?),
            Shape::Regex(regex) => TopLevelGrammar::from_regex(&regex),
            Shape::JsonSchema(schema) => {
                limits::check(&schema)?;
                TopLevelGrammar::from_grammar(GrammarWithLexer::from_json_schema(spaced(schema)?))
            }
            Shape::Grammar(grammar) if grammar.trim().is_empty() => {
                return Err("The constraint's grammar is empty.".into());
            }
            Shape::Grammar(grammar) => TopLevelGrammar::from_lark(grammar),
        })
    }
}

/// The grammar of a list of texts.
fn one_of(choices: &[String]) -> Result<String> {
    if choices.is_empty() || choices.len() > MOST_CHOICES {
        return Err(format!("The constraint has {} choices; 1 to {MOST_CHOICES} are possible.", choices.len()));
    }
    if choices.iter().any(String::is_empty) {
        return Err("The constraint has an empty text among its choices.".into());
    }
    // A string of Lark is one of JSON. A terminal of all texts becomes one expression; a rule would have as many ways to go on.
    let texts: Vec<String> = choices.iter().map(|choice| json!(choice).to_string()).collect();
    Ok(format!("start: TEXT\nTEXT: {}", texts.join(" | ")))
}

/// The schema with the blanks that JSON has between its parts here: one after each comma and colon, as models mostly
/// write it. With any blanks, a weak model may write nothing else.
fn spaced(schema: Value) -> Result<Value> {
    let mut schema = match schema {
        Value::Bool(true) => json!({ "type": "object" }),
        Value::Object(fields) if fields.is_empty() => json!({ "type": "object" }),
        schema => schema,
    };
    let Some(fields) = schema.as_object_mut() else {
        return Err("The constraint's JSON schema must be an object, or true for any JSON object.".into());
    };
    let blanks = json!({ "item_separator": ", ", "key_separator": ": ", "whitespace_flexible": false });
    fields.entry("x-guidance").or_insert(blanks);
    Ok(schema)
}
