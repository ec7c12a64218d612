//! Values as Python writes them: `str()` and `repr()`.

use std::fmt::Write;

use minijinja::value::Value;
use minijinja::{Error, State};

use super::value::{Items, Range, Type, charge, fail, is_native, pairs, type_of};

/// Values inside each other, as deep as they may be written, compared or kept. A template can make deeper ones step by
/// step, and a browser's stack ends somewhere.
pub(super) const MOST_DEPTH: usize = 200;

/// `str(value)`.
pub(super) fn str(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_undefined() => Ok(String::new()),
        None => repr(state, value),
    }
}

/// `repr(value)`.
pub(super) fn repr(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let mut writer = Writer { state, text: String::new(), paid: 0, sorted: false };
    writer.value(value, 0)?;
    Ok(writer.text)
}

/// `repr(value)` with the keys of dicts in order, as `pprint` writes it.
pub(super) fn repr_sorted(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let mut writer = Writer { state, text: String::new(), paid: 0, sorted: true };
    writer.value(value, 0)?;
    Ok(writer.text)
}

struct Writer<'a, 'b, 'c> {
    state: &'a State<'b, 'c>,
    text: String,
    /// Bytes of `text` that fuel was taken for.
    paid: usize,
    sorted: bool,
}

impl Writer<'_, '_, '_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        enter(self.state, depth, self.text.len(), &mut self.paid)?;
        match type_of(value) {
            Type::Undefined => self.text.push_str("Undefined"),
            Type::None => self.text.push_str("None"),
            Type::Bool => self.text.push_str(if value.is_true() { "True" } else { "False" }),
            Type::Int => write(&mut self.text, value),
            Type::Float => self.text.push_str(&float(f64::try_from(value.clone())?)),
            Type::Str => {
                let text = value.as_str().unwrap_or_default();
                if value.is_safe() {
                    self.text.push_str("Markup(");
                }
                quote(&mut self.text, text);
                if value.is_safe() {
                    self.text.push(')');
                }
            }
            Type::List => self.sequence('[', value.try_iter()?, "]", depth)?,
            Type::Tuple if value.len() == Some(1) => self.sequence('(', value.try_iter()?, ",)", depth)?,
            Type::Tuple => self.sequence('(', value.try_iter()?, ")", depth)?,
            Type::Dict => self.dict(value, depth)?,
            Type::Iterator => {
                let view = value.downcast_object_ref::<Items>().and_then(|items| items.view);
                self.text.push_str(view.unwrap_or("generator"));
                self.text.push('(');
                self.sequence('[', value.try_iter()?, "])", depth)?;
            }
            Type::Range => {
                if let Some(Range { start, stop, step, .. }) = value.downcast_object_ref::<Range>() {
                    match step {
                        1 => write(&mut self.text, &format_args!("range({start}, {stop})")),
                        _ => write(&mut self.text, &format_args!("range({start}, {stop}, {step})")),
                    }
                }
            }
            Type::Other if is_native(value, "Namespace") => {
                self.text.push_str("<Namespace ");
                self.dict(value, depth)?;
                self.text.push('>');
            }
            Type::Other if is_native(value, "Loop") => {
                let field = |name| value.get_attr(name).unwrap_or_default();
                write(&mut self.text, &format_args!("<LoopContext {}/{}>", field("index"), field("length")));
            }
            Type::Other => write(&mut self.text, value),
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        open: char,
        values: impl Iterator<Item = Value>,
        close: &str,
        depth: usize,
    ) -> Result<(), Error> {
        self.text.push(open);
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(&value, depth + 1)?;
        }
        self.text.push_str(close);
        Ok(())
    }

    fn dict(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.text.push('{');
        let mut all = pairs(value);
        if self.sorted {
            all = super::json::sorted_by_key(self.state, all)?;
        }
        for (index, (key, value)) in all.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(&key, depth + 1)?;
            self.text.push_str(": ");
            self.value(&value, depth + 1)?;
        }
        self.text.push('}');
        Ok(())
    }
}

/// Output that fuel is taken for at a time, in bytes.
const CHARGED_BYTES: usize = 4096;

/// Every value that is written, here or as JSON, begins with this: its depth is bounded, and it takes fuel, as does what
/// was written since `paid`. `written` is the length of the output.
pub(super) fn enter(state: &State<'_, '_>, depth: usize, written: usize, paid: &mut usize) -> Result<(), Error> {
    if depth > MOST_DEPTH {
        return Err(too_deep());
    }
    state.consume_fuel(1)?;
    if written - *paid > CHARGED_BYTES {
        charge(state, written - *paid)?;
        *paid = written;
    }
    Ok(())
}

pub(super) fn too_deep() -> Error {
    fail(format!("a value has more than {MOST_DEPTH} others inside each other"))
}

/// Refuses a value that is nested too deeply, and pays for its size.
pub(super) fn check_depth(state: &State<'_, '_>, value: &Value, depth: usize) -> Result<(), Error> {
    if depth > MOST_DEPTH {
        return Err(too_deep());
    }
    match type_of(value) {
        Type::List | Type::Tuple | Type::Iterator => {
            charge(state, value.len().unwrap_or(0).saturating_mul(16))?;
            state.consume_fuel(1)?;
            value.try_iter()?.try_for_each(|item| check_depth(state, &item, depth + 1))
        }
        Type::Dict => {
            state.consume_fuel(1)?;
            pairs(value).iter().try_for_each(|(key, item)| {
                check_depth(state, key, depth + 1)?;
                check_depth(state, item, depth + 1)
            })
        }
        // A namespace can hold itself; its values were looked at when they were set.
        _ => Ok(()),
    }
}

fn write(text: &mut String, value: &impl std::fmt::Display) {
    let _ = write!(text, "{value}"); // a String takes everything
}

/// `repr` of a float: the shortest digits that give it back.
pub(super) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if value != 0.0 && !(1e-4..1e16).contains(&value.abs()) {
        let scientific = format!("{value:e}");
        return match scientific.split_once('e') {
            Some((digits, exponent)) => format!("{digits}e{}", signed_exponent(exponent.parse().unwrap_or(0))),
            None => scientific,
        };
    }
    let text = value.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

/// `+07`
pub(super) fn signed_exponent(exponent: i32) -> String {
    format!("{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

fn quote(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => out.extend(['\\', quote]),
            _ if is_printable(character) => out.push(character),
            _ => escape(out, character),
        }
    }
    out.push(quote);
}

/// `\x7f`, `\u2028`, `\U000e0001`
pub(super) fn escape(out: &mut String, character: char) {
    let code = character as u32;
    match code {
        0..=0xff => write(out, &format_args!("\\x{code:02x}")),
        0x100..=0xffff => write(out, &format_args!("\\u{code:04x}")),
        _ => write(out, &format_args!("\\U{code:08x}")),
    }
}

/// `ascii(value)` of what `repr` wrote.
pub(super) fn ascii(repr: &str) -> String {
    let mut text = String::with_capacity(repr.len());
    for character in repr.chars() {
        if character.is_ascii() { text.push(character) } else { escape(&mut text, character) }
    }
    text
}

/// `str.isprintable` of one character. Rust's own `Debug` asks the same of Unicode.
pub(super) fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        _ if character.is_ascii() => false,
        // After another one, a mark is not escaped for being a mark.
        _ => ["a", character.encode_utf8(&mut [0; 4])].concat().escape_debug().count() == 2,
    }
}
