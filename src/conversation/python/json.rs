//! `tojson` as transformers has it: Python's `json.dumps`, without jinja2's escapes for HTML.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::arguments::{Given, named, size};
use super::operators::{compare, sorted};
use super::text::{enter, float};
use super::value::{Type, as_float, as_int, charge, fail, items, pairs, type_name, type_of};

struct Writer<'a, 'b, 'c> {
    state: &'a State<'b, 'c>,
    text: String,
    paid: usize,
    ascii: bool,
    indent: Option<String>,
    /// Between items, and after a key.
    separators: [String; 2],
    sort: bool,
}

pub(super) fn tojson(state: &State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let names = ["ensure_ascii", "indent", "separators", "sort_keys"];
    let given = named(Given::new(arguments, names, 0), "tojson")?;
    let indent = match given.some(1) {
        None => None,
        Some(indent) => Some(match indent.as_str() {
            Some(text) => text.to_owned(),
            None => {
                let count = size(named(given.int(1, 0), "tojson")?);
                charge(state, count)?;
                " ".repeat(count)
            }
        }),
    };
    let separators = match given.some(2) {
        None => [if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()],
        Some(both) => match items(state, both)?.as_slice() {
            [item, key] => match (item.as_str(), key.as_str()) {
                (Some(item), Some(key)) => [item.to_owned(), key.to_owned()],
                _ => return Err(fail("tojson needs two texts as separators")),
            },
            _ => return Err(fail("tojson needs two texts as separators")),
        },
    };
    let (ascii, sort) = (given.truth(0, false), given.truth(3, false));
    let mut writer = Writer { state, text: String::new(), paid: 0, ascii, indent, separators, sort };
    writer.value(value, 0)?;
    charge(state, writer.text.len() - writer.paid)?;
    Ok(Value::from(writer.text))
}

impl Writer<'_, '_, '_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        enter(self.state, depth, self.text.len(), &mut self.paid)?;
        match type_of(value) {
            Type::Str => self.string(value.as_str().unwrap_or_default()),
            Type::List | Type::Tuple => {
                let list = items(self.state, value)?;
                let empty = list.is_empty();
                self.text.push('[');
                for (index, item) in list.iter().enumerate() {
                    self.between(index, depth + 1)?;
                    self.value(item, depth + 1)?;
                }
                self.end(empty, depth)?;
                self.text.push(']');
            }
            Type::Dict => {
                let mut all = pairs(value);
                if self.sort {
                    all = sorted_by_key(self.state, all)?;
                }
                let empty = all.is_empty();
                self.text.push('{');
                for (index, (key, value)) in all.iter().enumerate() {
                    self.between(index, depth + 1)?;
                    match (key.as_str(), scalar(key)) {
                        (Some(key), _) => self.string(key),
                        (None, Some(key)) => self.string(&key),
                        (None, None) => return Err(fail(format!("tojson takes no key that is {}", type_name(key)))),
                    }
                    self.text.push_str(&self.separators[1]);
                    self.value(value, depth + 1)?;
                }
                self.end(empty, depth)?;
                self.text.push('}');
            }
            _ => {
                let text = scalar(value).ok_or_else(|| fail(format!("tojson cannot write {}", type_name(value))))?;
                self.text.push_str(&text);
            }
        }
        Ok(())
    }

    /// What stands before an item.
    fn between(&mut self, index: usize, depth: usize) -> Result<(), Error> {
        if index > 0 {
            self.text.push_str(&self.separators[0]);
        }
        self.line(depth)
    }

    fn end(&mut self, empty: bool, depth: usize) -> Result<(), Error> {
        if empty { Ok(()) } else { self.line(depth) }
    }

    fn line(&mut self, depth: usize) -> Result<(), Error> {
        if let Some(indent) = &self.indent {
            charge(self.state, indent.len() * depth)?;
            self.text.push('\n');
            self.text.push_str(&indent.repeat(depth));
        }
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\x08' => self.text.push_str("\\b"),
                '\x0c' => self.text.push_str("\\f"),
                '\0'..='\x1f' => self.escape(character),
                ' '..='~' => self.text.push(character),
                _ if self.ascii => self.escape(character),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    fn escape(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            self.text.push_str(&format!("\\u{unit:04x}"));
        }
    }
}

/// Numbers, booleans and None.
fn scalar(value: &Value) -> Option<String> {
    match type_of(value) {
        Type::None => Some("null".into()),
        Type::Bool => Some(if value.is_true() { "true" } else { "false" }.into()),
        Type::Int => Some(as_int(value).map_or_else(|| value.to_string(), |int| int.to_string())),
        Type::Float => as_float(value).map(|number| match number {
            _ if number.is_nan() => "NaN".into(),
            f64::INFINITY => "Infinity".into(),
            f64::NEG_INFINITY => "-Infinity".into(),
            _ => float(number),
        }),
        _ => None,
    }
}

pub(super) fn sorted_by_key(state: &State<'_, '_>, all: Vec<(Value, Value)>) -> Result<Vec<(Value, Value)>, Error> {
    sorted(all, &|(a, _), (b, _)| compare(state, a, b, 0))
}
