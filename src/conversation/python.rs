//! What jinja2 and transformers have in templates and minijinja has not, or has otherwise.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// Begins the detail of an error that the template raised itself.
pub(super) const RAISED: &str = "raised: ";

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(|state, value, method, arguments| match value.as_str() {
        // minijinja's takes only spaces for the beginning of a word.
        Some(text) if method == "title" && arguments.is_empty() => Ok(Value::from(title(text))),
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, arguments),
    });
    environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, format!("{RAISED}{message}")))
    });
    environment.add_filter("tojson", tojson);
    // No `strftime_now`: with a clock the same words would not give the same answer. Templates that print a date test
    // whether it is defined and have a fixed date for when it is not.
    environment.set_formatter(|output, state, value| match value.kind() {
        ValueKind::Bool => output.write_str(if value.is_true() { "True" } else { "False" }).map_err(Error::from),
        ValueKind::None => output.write_str("None").map_err(Error::from),
        _ => minijinja::escape_formatter(output, state, value),
    });
}

/// transformers marks the model's words for training with `{% generation %}`; here the tags mean nothing.
pub(super) fn without_generation_tags(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        text.push_str(before);
        let Some(end) = tag.find("%}") else { break };
        let (tag, after) = tag.split_at(end + 2);
        let word = tag.trim_matches(|c: char| "{%}-+".contains(c) || c.is_whitespace());
        match word {
            "generation" => text.push_str(&tag.replace("generation", "if true")),
            "endgeneration" => text.push_str(&tag.replace("endgeneration", "endif")),
            _ => text.push_str(tag),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// `str.title`: a letter after anything that is no letter is large, all others are small.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut in_word = false;
    for character in text.chars() {
        match in_word {
            true => titled.extend(character.to_lowercase()),
            false => titled.extend(character.to_uppercase()),
        }
        in_word = character.is_lowercase() || character.is_uppercase();
    }
    titled
}

/// `json.dumps(value, ensure_ascii=False, indent=indent)`: a space after `,` and `:`, nothing escaped for HTML.
fn tojson(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => options.get::<Option<usize>>("indent")?,
    };
    let _: Option<bool> = options.get("ensure_ascii")?;
    options.assert_all_used()?;
    let mut json = Vec::new();
    let done = match indent {
        None => value.serialize(&mut Serializer::with_formatter(&mut json, Spaced)),
        Some(indent) => {
            let spaces = " ".repeat(indent.min(64));
            value.serialize(&mut Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(spaces.as_bytes())))
        }
    };
    done.map_err(|error| Error::new(ErrorKind::InvalidOperation, format!("cannot be written as JSON ({error})")))?;
    String::from_utf8(json).map_err(|_| Error::new(ErrorKind::InvalidOperation, "cannot be written as JSON"))
}

/// Python's separators.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}
