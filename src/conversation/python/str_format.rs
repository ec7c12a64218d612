//! `str.format` and `str.format_map`.

use std::iter::Peekable;
use std::str::Chars;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::numbers::{Spec, aligned, bounded, float, int, padded};
use super::text::{ascii, repr, str};
use super::value::{Type, as_float, as_int, charge, fail, type_name, type_of};

/// Where the fields find their values.
pub(super) enum Source<'a> {
    Arguments(&'a [Value], &'a Kwargs),
    Map(&'a Value),
}

struct Formatter<'a, 'b, 'c> {
    state: &'a State<'b, 'c>,
    source: Source<'a>,
    /// Fields that were counted, or `None` once one had a number.
    counted: Option<usize>,
    numbered: bool,
}

pub(super) fn format(state: &State<'_, '_>, format: &str, source: Source<'_>) -> Result<String, Error> {
    Formatter { state, source, counted: Some(0), numbered: false }.format(format, 2)
}

impl Formatter<'_, '_, '_> {
    fn format(&mut self, format: &str, depth: usize) -> Result<String, Error> {
        if depth == 0 {
            return Err(fail("a format has fields inside fields inside fields"));
        }
        let mut text = String::with_capacity(format.len());
        let mut rest = format;
        while let Some(start) = rest.find(['{', '}']) {
            text.push_str(&rest[..start]);
            let brace = &rest[start..=start];
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(fail("a format has a single }"));
            }
            let end = field_end(rest).ok_or_else(|| fail("a format has a single {"))?;
            let written = self.field(&rest[..end], depth)?;
            charge(self.state, written.len())?;
            text.push_str(&written);
            rest = &rest[end + 1..];
        }
        text.push_str(rest);
        Ok(text)
    }

    fn field(&mut self, field: &str, depth: usize) -> Result<String, Error> {
        let end = name_end(field);
        let (name, rest) = field.split_at(end);
        let (conversion, spec) = match rest.strip_prefix('!') {
            None => (None, rest.strip_prefix(':').unwrap_or("")),
            Some(rest) => {
                let mut characters = rest.chars();
                let conversion = characters.next().ok_or_else(|| fail("a format has no conversion after !"))?;
                match characters.as_str() {
                    "" => (Some(conversion), ""),
                    rest => (
                        Some(conversion),
                        rest.strip_prefix(':').ok_or_else(|| fail("a format has no : after a conversion"))?,
                    ),
                }
            }
        };
        let value = self.value(name)?;
        let value = match conversion {
            None => value,
            Some('s') => Value::from(str(self.state, &value)?),
            Some('r') => Value::from(repr(self.state, &value)?),
            Some('a') => Value::from(ascii(&repr(self.state, &value)?)),
            Some(other) => return Err(fail(format!("a format has the conversion {other}, which is not known"))),
        };
        let spec = if spec.contains(['{', '}']) { self.format(spec, depth - 1)? } else { spec.to_owned() };
        self.write(&value, &spec)
    }

    fn value(&mut self, name: &str) -> Result<Value, Error> {
        let first_end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut path) = name.split_at(first_end);
        let missing = || fail(format!("a format has the field {name}, which is not given"));
        let index = match (first, first.parse::<usize>()) {
            ("", _) => {
                if self.numbered {
                    return Err(fail("a format counts its fields and numbers them"));
                }
                let counted = self.counted.unwrap_or(0);
                self.counted = Some(counted + 1);
                Some(counted)
            }
            (_, Ok(index)) => {
                if self.counted != Some(0) {
                    return Err(fail("a format numbers its fields and counts them"));
                }
                self.numbered = true;
                Some(index)
            }
            _ => None,
        };
        let mut value = match (&self.source, index) {
            (Source::Arguments(list, _), Some(index)) => list.get(index).cloned().ok_or_else(missing)?,
            (Source::Arguments(_, named), None) => named.peek::<Value>(first).map_err(|_| missing())?,
            (Source::Map(_), Some(_)) => return Err(missing()),
            (Source::Map(map), None) => {
                let value = map.as_object().and_then(|object| object.get_value(&Value::from(first)));
                value.ok_or_else(missing)?
            }
        };
        while !path.is_empty() {
            let attribute = path.starts_with('.');
            let (key, rest) = if let Some(inner) = path.strip_prefix('[') {
                let end = inner.find(']').ok_or_else(|| fail("a format has a [ without its ]"))?;
                (&inner[..end], &inner[end + 1..])
            } else {
                let inner = path.strip_prefix('.').ok_or_else(|| fail("a format has something after a ]"))?;
                let end = inner.find(['.', '[']).unwrap_or(inner.len());
                (&inner[..end], &inner[end..])
            };
            if key.is_empty() {
                return Err(fail(format!("a format has the field {name}, which has an empty part")));
            }
            let name = key.parse::<i64>().map_or_else(|_| Value::from(key), Value::from);
            // The sandbox has no attributes that begin with an underscore.
            value = if attribute && key.starts_with('_') { Value::UNDEFINED } else { value.get_item(&name)? };
            path = rest;
        }
        Ok(value)
    }

    /// `format(value, spec)`
    fn write(&self, value: &Value, spec: &str) -> Result<String, Error> {
        let kind = type_of(value);
        if spec.is_empty() {
            return str(self.state, value);
        }
        if !matches!(kind, Type::Str | Type::Int | Type::Bool | Type::Float) {
            return Err(fail(format!("{} takes no format such as {spec}", type_name(value))));
        }
        let mut parsed = parse(self.state, spec)?;
        let unknown = |kind: char| fail(format!("{} takes no format of the type {kind}", type_name(value)));
        if let Some(text) = value.as_str() {
            if let Some(kind) = parsed.kind.filter(|kind| *kind != 's') {
                return Err(unknown(kind));
            }
            if parsed.sign.is_some() || parsed.alternate || parsed.grouping.is_some() || parsed.align == Some('=') {
                return Err(fail(format!("a str takes no format such as {spec}")));
            }
            let text: String = text.chars().take(parsed.precision.unwrap_or(usize::MAX)).collect();
            return Ok(aligned(
                &text,
                parsed.fill.unwrap_or(if parsed.zero { '0' } else { ' ' }),
                parsed.align.unwrap_or('<'),
                parsed.width,
            ));
        }
        let float_kind = matches!(parsed.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%'));
        match as_int(value).filter(|_| !float_kind) {
            Some(number) => {
                let kind = parsed.kind.unwrap_or('d');
                if parsed.precision.is_some() {
                    return Err(fail("an int takes no precision"));
                }
                if parsed.grouping == Some(',') && !matches!(kind, 'd')
                    || parsed.grouping.is_some() && matches!(kind, 'c' | 'n')
                {
                    return Err(fail(format!("the type {kind} takes no separator")));
                }
                match kind {
                    'c' => {
                        if parsed.sign.is_some() || parsed.alternate {
                            return Err(fail("the type c takes no sign"));
                        }
                        let character = u32::try_from(number).ok().and_then(char::from_u32);
                        let character = character.ok_or_else(|| fail("the type c needs a character's code"))?;
                        parsed.align = parsed.align.or(Some('<'));
                        Ok(padded(&parsed, false, "", &character.to_string()))
                    }
                    'd' | 'n' | 'x' | 'X' | 'o' | 'b' => {
                        let prefix = match (parsed.alternate, kind) {
                            (true, 'x') => "0x",
                            (true, 'X') => "0X",
                            (true, 'o') => "0o",
                            (true, 'b') => "0b",
                            _ => "",
                        };
                        Ok(padded(&parsed, number < 0, prefix, &int(number, kind)))
                    }
                    _ => Err(unknown(kind)),
                }
            }
            None => {
                let number = as_float(value).ok_or_else(|| fail("a number is too large"))?;
                let kind = match parsed.kind {
                    None => 'r',
                    Some('n') if parsed.grouping.is_some() => return Err(fail("the type n takes no separator")),
                    Some('n') => 'g',
                    Some(kind) if float_kind => kind,
                    Some(kind) => return Err(unknown(kind)),
                };
                let negative = number.is_sign_negative() && !number.is_nan();
                Ok(padded(&parsed, negative, "", &float(number, kind, parsed.precision, parsed.alternate)))
            }
        }
    }
}

/// Where the field ends that begins after its `{`.
fn field_end(rest: &str) -> Option<usize> {
    let (mut depth, mut bracket) = (1_usize, false);
    let mut in_name = true;
    for (at, character) in rest.char_indices() {
        match character {
            '[' if in_name => bracket = true,
            ']' => bracket = false,
            _ if bracket => {}
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            ':' | '!' => in_name = false,
            _ => {}
        }
    }
    None
}

/// Where the name of a field ends: at `!` or `:` outside brackets.
fn name_end(field: &str) -> usize {
    let mut bracket = false;
    for (at, character) in field.char_indices() {
        match character {
            '[' => bracket = true,
            ']' => bracket = false,
            '!' | ':' if !bracket => return at,
            _ => {}
        }
    }
    field.len()
}

fn parse(state: &State<'_, '_>, text: &str) -> Result<Spec, Error> {
    let bad = || fail(format!("a format has {text}, which is not one"));
    let is_align = |c: &char| matches!(c, '<' | '>' | '=' | '^');
    let mut spec = Spec::default();
    let mut rest = text.chars().peekable();
    if text.chars().nth(1).is_some_and(|second| is_align(&second)) {
        spec.fill = rest.next();
    }
    spec.align = rest.next_if(is_align);
    spec.sign = rest.next_if(|c| matches!(c, '+' | '-' | ' '));
    spec.alternate = rest.next_if_eq(&'#').is_some();
    spec.zero = rest.next_if_eq(&'0').is_some();
    let width = digits(&mut rest);
    if !width.is_empty() {
        spec.width = bounded(state, &width)?;
    }
    spec.grouping = rest.next_if(|c| matches!(c, ',' | '_'));
    if rest.next_if_eq(&'.').is_some() {
        let precision = digits(&mut rest);
        if precision.is_empty() {
            return Err(bad());
        }
        spec.precision = Some(bounded(state, &precision)?);
    }
    spec.kind = rest.next_if(|c| c.is_ascii_alphabetic() || *c == '%');
    if rest.next().is_none() { Ok(spec) } else { Err(bad()) }
}

fn digits(rest: &mut Peekable<Chars<'_>>) -> String {
    std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect()
}
