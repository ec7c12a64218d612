//! Filters of texts.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::super::arguments::{Given, size, split};
use super::super::strings::{capitalize, center, replace, split_lines, strip};
use super::super::text::str;
use super::super::unicode::is_alnum;
use super::super::value::{charge, fail, tuple};
use super::Filter;

pub(super) const FILTERS: [(&str, Filter); 11] = [
    ("capitalize", |state, value, arguments| plain(state, value, arguments, capitalize)),
    ("center", |state, value, arguments| {
        let given = Given::new(arguments, ["width"], 0)?;
        let width = size(given.int(0, 80)?);
        charge(state, width)?;
        Ok(Value::from(center(&str(state, value)?, ' ', width)))
    }),
    ("format", |state, value, arguments| {
        let (placed, named) = split(arguments)?;
        let values = match (placed, named.args().next()) {
            (placed, None) => tuple(placed.to_vec()),
            ([], Some(_)) => dict(&named)?,
            _ => return Err(fail("format takes values by place or by name")),
        };
        super::super::percent::format(state, &str(state, value)?, &values).map(Value::from)
    }),
    ("indent", indent),
    ("lower", |state, value, arguments| plain(state, value, arguments, str::to_lowercase)),
    ("replace", |state, value, arguments| {
        let given = Given::new(arguments, ["old", "new", "count"], 2)?;
        let (old, new) = (str(state, &given.value(0))?, str(state, &given.value(1))?);
        replace(state, &str(state, value)?, &old, &new, given.some_int(2)?.unwrap_or(-1)).map(Value::from)
    }),
    ("title", |state, value, arguments| plain(state, value, arguments, title)),
    ("trim", |state, value, arguments| {
        let given = Given::new(arguments, ["chars"], 0)?;
        Ok(Value::from(strip(&str(state, value)?, "strip", given.some_text(0)?)))
    }),
    ("truncate", truncate),
    ("upper", |state, value, arguments| plain(state, value, arguments, str::to_uppercase)),
    ("wordcount", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        let text = str(state, value)?;
        Ok(Value::from(text.split(|c: char| !is_alnum(c) && c != '_').filter(|word| !word.is_empty()).count()))
    }),
];

fn plain(
    state: &State<'_, '_>,
    value: &Value,
    arguments: &[Value],
    change: impl Fn(&str) -> String,
) -> Result<Value, Error> {
    let _ = Given::new(arguments, [], 0)?;
    Ok(Value::from(change(&str(state, value)?)))
}

fn dict(named: &Kwargs) -> Result<Value, Error> {
    let pairs = named.args().map(|name| Ok((Value::from(name), named.get::<Value>(name)?)));
    Ok(Value::from_pairs(pairs.collect::<Result<Vec<_>, Error>>()?))
}

/// jinja2's own: words begin after spaces, `-` and opening brackets.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut first = true;
    for piece in text.split_inclusive(|c: char| super::super::unicode::is_space(c) || "-({[<".contains(c)) {
        let end = piece
            .char_indices()
            .next_back()
            .filter(|(_, c)| super::super::unicode::is_space(*c) || "-({[<".contains(*c));
        let word = &piece[..end.map_or(piece.len(), |(at, _)| at)];
        for (index, character) in word.chars().enumerate() {
            match index {
                0 if first => titled.extend(character.to_uppercase()),
                _ => break,
            }
        }
        let rest = word.chars().next().map_or(0, char::len_utf8);
        titled += &word[rest..].to_lowercase();
        titled += &piece[word.len()..];
        first = true;
    }
    titled
}

fn indent(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["width", "first", "blank"], 0)?;
    let text = value.as_str().ok_or_else(|| fail("indent needs a text"))?;
    let indention = match given.get(0).and_then(|width| width.as_str()) {
        Some(text) => text.to_owned(),
        None => {
            let width = size(given.int(0, 4)?);
            charge(state, width)?;
            " ".repeat(width)
        }
    };
    let text = format!("{text}\n");
    let lines = split_lines(&text, false);
    charge(state, lines.len().saturating_mul(indention.len()))?;
    let mut indented = if given.truth(1, false) { indention.clone() } else { String::new() };
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            indented.push('\n');
            if !line.is_empty() || given.truth(2, false) {
                indented += &indention;
            }
        }
        indented += line;
    }
    Ok(Value::from(indented))
}

fn truncate(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["length", "killwords", "end", "leeway"], 0)?;
    let text = value.as_str().ok_or_else(|| fail("truncate needs a text"))?;
    let end = given.get(2).map_or(Ok("..."), |_| given.text(2))?;
    let length = size(given.int(0, 255)?);
    let kept =
        length.checked_sub(end.chars().count()).ok_or_else(|| fail("truncate needs a length that end fits into"))?;
    let leeway =
        usize::try_from(given.some_int(3)?.unwrap_or(5)).map_err(|_| fail("truncate needs a leeway of 0 or more"))?;
    charge(state, text.len())?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(value.clone());
    }
    let cut: String = text.chars().take(kept).collect();
    let cut =
        if given.truth(1, false) { &cut } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before) };
    Ok(Value::from([cut, end].concat()))
}
