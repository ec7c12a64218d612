//! `strftime_now`: the date that templates write into their system message.
//!
//! It is the same on every day, so that the same words give the same answer: 26 July 2024, midnight. Llama 3.1's
//! template, from which most others have these lines, writes that date where it has no clock.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::arguments::Given;
use super::value::charge;

/// What the directives of C's `strftime` write for that date.
const DIRECTIVES: [(char, &str); 42] = [
    ('%', "%"),
    ('A', "Friday"),
    ('B', "July"),
    ('C', "20"),
    ('D', "07/26/24"),
    ('F', "2024-07-26"),
    ('G', "2024"),
    ('H', "00"),
    ('I', "12"),
    ('M', "00"),
    ('P', "am"),
    ('R', "00:00"),
    ('S', "00"),
    ('T', "00:00:00"),
    ('U', "29"),
    ('V', "30"),
    ('W', "30"),
    ('X', "00:00:00"),
    ('Y', "2024"),
    ('Z', ""),
    ('a', "Fri"),
    ('b', "Jul"),
    ('c', "Fri Jul 26 00:00:00 2024"),
    ('d', "26"),
    ('e', "26"),
    ('f', "000000"),
    ('g', "24"),
    ('h', "Jul"),
    ('j', "208"),
    ('k', " 0"),
    ('l', "12"),
    ('m', "07"),
    ('n', "\n"),
    ('p', "AM"),
    ('r', "12:00:00 AM"),
    ('s', "1721952000"),
    ('t', "\t"),
    ('u', "5"),
    ('w', "5"),
    ('x', "07/26/24"),
    ('y', "24"),
    ('z', ""),
];

pub(super) fn strftime_now(state: &State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["format"], 1)?;
    let format = given.text(0)?;
    charge(state, format.len() * 12)?;
    Ok(Value::from(write(format)))
}

fn write(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        text.push_str(&rest[..start]);
        let directive = &rest[start + 1..];
        let flag = directive.chars().next().filter(|c| matches!(c, '-' | '_' | '0' | '^'));
        let letter = directive[flag.map_or(0, char::len_utf8)..].chars().next();
        let known = DIRECTIVES.iter().find(|(known, _)| Some(*known) == letter);
        let (written, length) = match (letter, known) {
            (_, Some((letter, written))) => (*written, letter.len_utf8()),
            // C keeps unknown directives as they are.
            _ => {
                text.push('%');
                rest = directive;
                continue;
            }
        };
        let is_number = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ') && !written.is_empty();
        let bare = written.trim_start_matches(['0', ' ']);
        let bare = if bare.is_empty() { "0" } else { bare };
        match flag {
            Some('-') if is_number => text.push_str(bare),
            Some('_') if is_number => text.push_str(&format!("{bare:>0$}", written.len())),
            Some('0') if is_number => text.push_str(&written.replace(' ', "0")),
            Some('^') => text.push_str(&written.to_uppercase()),
            _ => text.push_str(written),
        }
        rest = &directive[flag.map_or(0, char::len_utf8) + length..];
    }
    text.push_str(rest);
    text
}
