//! Methods of Python's `str`. A method with an equivalent in Rust is one line; those that count in characters share
//! `Part`.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::arguments::{Given, clamp, named, size, split};
use super::numbers::aligned;
use super::str_format::{Source, format};
use super::unicode::{
    fold, is_alnum, is_alpha, is_decimal, is_digit, is_identifier, is_line_end, is_numeric, is_space, is_title, title,
};
use super::value::{Type, as_int, charge, fail, int, items, list, pairs, tuple, type_name, type_of};

/// `None` when `str` has no such method.
pub(super) fn call(state: &State<'_, '_>, text: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    charge_input(state, text).err().map(Err).or_else(|| {
        let result = plain(text, name, arguments)
            .or_else(|| searching(text, name, arguments))
            .or_else(|| cutting(state, text, name, arguments))
            .or_else(|| building(state, text, name, arguments))?;
        Some(named(result, name))
    })
}

fn charge_input(state: &State<'_, '_>, text: &str) -> Result<(), Error> {
    charge(state, text.len())
}

/// Without arguments.
fn plain(text: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let all = |is: fn(char) -> bool| Value::from(!text.is_empty() && text.chars().all(is));
    let value = match name {
        "capitalize" => Value::from(capitalize(text)),
        "casefold" => Value::from(fold(text)),
        "lower" => Value::from(text.to_lowercase()),
        "upper" => Value::from(text.to_uppercase()),
        "swapcase" => Value::from(swap_case(text)),
        "title" => Value::from(title_case(text)),
        "isalnum" => all(is_alnum),
        "isalpha" => all(is_alpha),
        "isascii" => Value::from(text.is_ascii()),
        "isdecimal" => all(is_decimal),
        "isdigit" => all(is_digit),
        "isidentifier" => Value::from(is_identifier(text)),
        "islower" => Value::from(is_lower(text)),
        "isnumeric" => all(is_numeric),
        "isprintable" => Value::from(text.chars().all(super::text::is_printable)),
        "isspace" => all(is_space),
        "istitle" => Value::from(is_title_case(text)),
        "isupper" => Value::from(is_upper(text)),
        _ => return None,
    };
    Some(Given::new(arguments, [], 0).map(|_| value))
}

/// The part of a text between two optional indices, and the characters before it.
struct Part<'a> {
    text: &'a str,
    before: usize,
}

impl<'a> Part<'a> {
    /// `None` where the part begins after the end.
    fn new<const N: usize>(text: &'a str, given: &Given<N>) -> Result<Option<Self>, Error> {
        let count = text.chars().count();
        let start = given.some_int(1)?.unwrap_or(0);
        if start > count as i128 {
            return Ok(None);
        }
        let start = clamp(start, count);
        let end = given.some_int(2)?.map_or(count, |end| clamp(end, count));
        if end < start {
            return Ok(None);
        }
        Ok(Some(Self { text: substring(text, start, end), before: start }))
    }

    fn index(&self, byte: usize) -> i128 {
        (self.before + self.text[..byte].chars().count()) as i128
    }
}

fn substring(text: &str, start: usize, end: usize) -> &str {
    let byte = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(start), byte(end));
    &text[start..end.max(start)]
}

/// By a part, from `start` to `end`.
fn searching(text: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let search = || -> Result<Value, Error> {
        let given = Given::new(arguments, ["/part", "/start", "/end"], 1)?;
        let part = Part::new(text, &given)?;
        if matches!(name, "startswith" | "endswith") {
            let holds = |wanted: &Value| -> Result<bool, Error> {
                let wanted = wanted
                    .as_str()
                    .ok_or_else(|| fail(format!("needs a str or a tuple of them, not {}", type_name(wanted))))?;
                Ok(part.as_ref().is_some_and(|part| match name {
                    "startswith" => part.text.starts_with(wanted),
                    _ => part.text.ends_with(wanted),
                }))
            };
            let wanted = given.value(0);
            if type_of(&wanted) != Type::Tuple {
                return holds(&wanted).map(Value::from);
            }
            for wanted in wanted.try_iter()? {
                if holds(&wanted)? {
                    return Ok(Value::from(true));
                }
            }
            return Ok(Value::from(false));
        }
        let wanted = given.text(0)?;
        let Some(part) = part else {
            return if name.ends_with("index") {
                Err(fail("the part is not in the text"))
            } else {
                Ok(Value::from(if name == "count" { 0 } else { -1 }))
            };
        };
        if name == "count" {
            return Ok(Value::from(part.text.matches(wanted).count()));
        }
        let found = if name.starts_with('r') { part.text.rfind(wanted) } else { part.text.find(wanted) };
        match found {
            Some(byte) => Ok(int(part.index(byte))),
            None if name.ends_with("index") => Err(fail("the part is not in the text")),
            None => Ok(Value::from(-1)),
        }
    };
    matches!(name, "count" | "find" | "rfind" | "index" | "rindex" | "startswith" | "endswith").then(search)
}

/// Into pieces, or without some of it.
fn cutting(state: &State<'_, '_>, text: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let cut = || -> Result<Value, Error> {
        match name {
            "strip" | "lstrip" | "rstrip" => {
                let given = Given::new(arguments, ["/chars"], 0)?;
                Ok(Value::from(strip(text, name, given.some_text(0)?)))
            }
            "removeprefix" | "removesuffix" => {
                let given = Given::new(arguments, ["/part"], 1)?;
                let part = given.text(0)?;
                let left = if name == "removeprefix" { text.strip_prefix(part) } else { text.strip_suffix(part) };
                Ok(Value::from(left.unwrap_or(text)))
            }
            "partition" | "rpartition" => {
                let given = Given::new(arguments, ["/sep"], 1)?;
                let separator = non_empty(given.text(0)?)?;
                let found = if name == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
                let parts = match (found, name) {
                    (Some((before, after)), _) => [before, separator, after],
                    (None, "partition") => [text, "", ""],
                    (None, _) => ["", "", text],
                };
                Ok(tuple(parts.into_iter().map(Value::from).collect()))
            }
            "split" | "rsplit" => {
                let given = Given::new(arguments, ["sep", "maxsplit"], 0)?;
                let most = usize::try_from(given.int(1, -1)?).unwrap_or(usize::MAX);
                let separator = given.some_text(0)?.map(non_empty).transpose()?;
                let pieces = split_text(text, separator, most, name == "rsplit");
                charge(state, pieces.len() * 32)?;
                Ok(list(pieces.into_iter().map(Value::from).collect()))
            }
            _ => {
                let given = Given::new(arguments, ["keepends"], 0)?;
                let lines = split_lines(text, given.truth(0, false));
                charge(state, lines.len() * 32)?;
                Ok(list(lines.into_iter().map(Value::from).collect()))
            }
        }
    };
    let names = [
        "strip",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
        "partition",
        "rpartition",
        "split",
        "rsplit",
        "splitlines",
    ];
    names.contains(&name).then(cut)
}

/// Methods whose results are longer. Each pays for the memory first.
fn building(state: &State<'_, '_>, text: &str, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let built = match name {
        "center" | "ljust" | "rjust" => Given::new(arguments, ["/width", "/fillchar"], 1).and_then(|given| {
            let mut fill = given.get(1).map_or(Ok(" "), |_| given.text(1))?.chars();
            let (Some(fill), None) = (fill.next(), fill.next()) else {
                return Err(fail("needs one character as fillchar"));
            };
            let width = size(given.int(0, 0)?);
            charge(state, width.saturating_mul(4))?;
            Ok(match name {
                "ljust" => aligned(text, fill, '<', width),
                "rjust" => aligned(text, fill, '>', width),
                _ => center(text, fill, width),
            })
        }),
        "zfill" => Given::new(arguments, ["/width"], 1).and_then(|given| {
            let width = size(given.int(0, 0)?);
            charge(state, width)?;
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
            let missing = width.saturating_sub(text.chars().count());
            Ok([sign, &"0".repeat(missing), digits].concat())
        }),
        "expandtabs" => Given::new(arguments, ["tabsize"], 0).and_then(|given| {
            let size = size(given.int(0, 8)?);
            charge(state, text.matches('\t').count().saturating_mul(size))?;
            Ok(expand_tabs(text, size))
        }),
        "replace" => Given::new(arguments, ["/old", "/new", "/count"], 2)
            .and_then(|given| replace(state, text, given.text(0)?, given.text(1)?, given.int(2, -1)?)),
        "join" => Given::new(arguments, ["/iterable"], 1).and_then(|given| {
            let mut joined = String::new();
            for (index, item) in items(state, &given.value(0))?.iter().enumerate() {
                let item = item.as_str().ok_or_else(|| fail(format!("join needs texts, not {}", type_name(item))))?;
                charge(state, text.len() + item.len())?;
                if index > 0 {
                    joined += text;
                }
                joined += item;
            }
            Ok(joined)
        }),
        "format" => split(arguments).and_then(|(placed, named)| format(state, text, Source::Arguments(placed, &named))),
        "format_map" => {
            Given::new(arguments, ["/map"], 1).and_then(|given| format(state, text, Source::Map(&given.value(0))))
        }
        "translate" => Given::new(arguments, ["/table"], 1).and_then(|given| translate(state, text, &given.value(0))),
        "maketrans" => return Some(Given::new(arguments, ["/x", "/y", "/z"], 1).and_then(|given| make_table(&given))),
        "encode" => Err(fail("encode makes bytes of a text, and a template has none here")),
        _ => return None,
    };
    Some(built.map(Value::from))
}

fn non_empty(separator: &str) -> Result<&str, Error> {
    if separator.is_empty() { Err(fail("needs a separator that is not empty")) } else { Ok(separator) }
}

pub(super) fn strip<'a>(text: &'a str, name: &str, characters: Option<&str>) -> &'a str {
    let is = |c: char| characters.map_or_else(|| is_space(c), |characters| characters.contains(c));
    match name {
        "lstrip" => text.trim_start_matches(is),
        "rstrip" => text.trim_end_matches(is),
        _ => text.trim_matches(is),
    }
}

/// Spaces on both sides; where they are odd, Python's choice.
pub(super) fn center(text: &str, fill: char, width: usize) -> String {
    let length = text.chars().count();
    let missing = width.saturating_sub(length);
    let before = missing / 2 + (missing & width & 1);
    aligned(&aligned(text, fill, '>', length + before), fill, '<', width)
}

pub(super) fn split_text<'a>(text: &'a str, separator: Option<&str>, most: usize, from_right: bool) -> Vec<&'a str> {
    let mut pieces: Vec<&str> = match (separator, from_right) {
        (Some(separator), false) => text.splitn(most.saturating_add(1), separator).collect(),
        (Some(separator), true) => text.rsplitn(most.saturating_add(1), separator).collect(),
        (None, true) => {
            let mut pieces = Vec::new();
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() {
                let cut = if pieces.len() < most { rest.rfind(is_space) } else { None };
                let Some(at) = cut else {
                    pieces.push(rest);
                    break;
                };
                pieces.push(rest[at..].trim_start_matches(is_space));
                rest = rest[..at].trim_end_matches(is_space);
            }
            pieces
        }
        (None, false) => {
            let mut pieces = Vec::new();
            let mut rest = text.trim_start_matches(is_space);
            while !rest.is_empty() {
                let cut = if pieces.len() < most { rest.find(is_space) } else { None };
                let (piece, more) = rest.split_at(cut.unwrap_or(rest.len()));
                pieces.push(piece);
                rest = more.trim_start_matches(is_space);
            }
            pieces
        }
    };
    if from_right {
        pieces.reverse();
    }
    pieces
}

pub(super) fn split_lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, end) = match rest.find(is_line_end) {
            None => (rest, rest.len()),
            Some(at) if rest[at..].starts_with("\r\n") => (&rest[..at], at + 2),
            Some(at) => (&rest[..at], at + rest[at..].chars().next().map_or(1, char::len_utf8)),
        };
        lines.push(if keep_ends { &rest[..end] } else { line });
        rest = &rest[end..];
    }
    lines
}

pub(super) fn replace(state: &State<'_, '_>, text: &str, old: &str, new: &str, count: i128) -> Result<String, Error> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let found = if old.is_empty() { text.len() + 1 } else { text.matches(old).count() }.min(count);
    charge(state, text.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(text.replacen(old, new, count))
}

fn expand_tabs(text: &str, size: usize) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                expanded.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            _ => {
                expanded.push(character);
                column = if matches!(character, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    expanded
}

fn translate(state: &State<'_, '_>, text: &str, table: &Value) -> Result<String, Error> {
    if !matches!(type_of(table), Type::Dict | Type::List | Type::Tuple | Type::Str) {
        return Err(fail(format!("translate needs a table, not {}", type_name(table))));
    }
    let mut translated = String::with_capacity(text.len());
    for character in text.chars() {
        let to = table.as_object().and_then(|object| object.get_value(&Value::from(u32::from(character))));
        match to {
            None => translated.push(character),
            Some(to) if to.is_none() => {}
            Some(to) => match (to.as_str(), as_int(&to)) {
                (Some(to), _) => {
                    charge(state, to.len())?;
                    translated += to;
                }
                (None, Some(code)) => {
                    let code = u32::try_from(code).ok().and_then(char::from_u32);
                    translated.push(code.ok_or_else(|| fail("translate needs codes of characters"))?);
                }
                _ => return Err(fail(format!("translate needs texts, codes or None, not {}", type_name(&to)))),
            },
        }
    }
    Ok(translated)
}

/// `str.maketrans`
fn make_table(given: &Given<3>) -> Result<Value, Error> {
    let code = |key: &Value| {
        key.as_str().and_then(|key| key.chars().next()).map_or_else(|| key.clone(), |c| Value::from(u32::from(c)))
    };
    if given.get(1).is_none() {
        return Ok(Value::from_pairs(pairs(&given.value(0)).into_iter().map(|(key, to)| (code(&key), to))));
    }
    let (from, to) = (given.text(0)?, given.text(1)?);
    if from.chars().count() != to.chars().count() {
        return Err(fail("maketrans needs two texts of one length"));
    }
    let both =
        from.chars().zip(to.chars()).map(|(from, to)| (Value::from(u32::from(from)), Value::from(u32::from(to))));
    let none = given.some_text(2)?.unwrap_or("").chars().map(|c| (Value::from(u32::from(c)), Value::from(())));
    Ok(Value::from_pairs(both.chain(none)))
}

pub(super) fn capitalize(text: &str) -> String {
    let Some(first) = text.chars().next() else { return String::new() };
    // In the small form of the whole text, a sigma at its end is a final one.
    let small = text.to_lowercase();
    let beginning = first.to_lowercase().map(char::len_utf8).sum::<usize>();
    title(first) + small.get(beginning..).unwrap_or("")
}

fn swap_case(text: &str) -> String {
    let small = text.to_lowercase();
    // Only a sigma's small form depends on its place; everything else goes letter by letter.
    if text.contains('Σ') && text.chars().all(|c| c.is_uppercase() || !c.is_lowercase()) {
        return small;
    }
    text.chars()
        .flat_map(|c| match c {
            _ if c.is_uppercase() => c.to_lowercase().collect::<Vec<_>>(),
            _ if c.is_lowercase() => c.to_uppercase().collect(),
            _ => vec![c],
        })
        .collect()
}

fn is_cased(character: char) -> bool {
    character.is_lowercase() || character.is_uppercase() || is_title(character)
}

fn title_case(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\0']) {
        if is_cased(character) {
            word.push(character);
            continue;
        }
        titled += &capitalize(&word);
        word.clear();
        titled.push(character);
    }
    titled.pop();
    titled
}

pub(super) fn is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(|c| c.is_uppercase() || is_title(c))
}

pub(super) fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(|c| c.is_lowercase() || is_title(c))
}

fn is_title_case(text: &str) -> bool {
    let (mut in_word, mut any) = (false, false);
    for character in text.chars() {
        if character.is_uppercase() || is_title(character) {
            if in_word {
                return false;
            }
            (in_word, any) = (true, true);
        } else if character.is_lowercase() {
            if !in_word {
                return false;
            }
            any = true;
        } else {
            in_word = false;
        }
    }
    any
}
