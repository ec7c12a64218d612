//! The tokens inside the tags of a Jinja template, as jinja2's lexer cuts them.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{{` or `{%`, with its sign.
    Open,
    /// `}}` or `%}`, with its sign.
    Close,
    Name,
    Number,
    Text,
    Operator,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// Bytes of the source.
    pub range: Range<usize>,
}

/// Operators of more than one character, before their beginnings.
const OPERATORS: [&str; 7] = ["//", "**", "==", "!=", "<=", ">=", ".."];

/// The newlines of jinja2's lexer: `\r\n` and `\r` become `\n`, everywhere.
pub(super) fn normalise_newlines(source: &str) -> String {
    source.replace("\r\n", "\n").replace('\r', "\n")
}

/// The tags of the template, each from its [`Kind::Open`] to its [`Kind::Close`]. A tag that is not closed, and what
/// follows it, is left out: minijinja says what is wrong with it. Beside them, where each `{% raw %}` without a sign
/// closes.
pub(super) fn tags(source: &str) -> (Vec<Vec<Token>>, Vec<usize>) {
    let mut tags = Vec::new();
    let mut raws = Vec::new();
    let mut at = 0;
    while let Some(found) = source[at..].find('{') {
        let start = at + found;
        at = match source.as_bytes().get(start + 1) {
            Some(b'#') => match source[start + 2..].find("#}") {
                Some(end) => start + 2 + end + 2,
                None => break,
            },
            Some(b'%') => match raw_end(&source[start..]) {
                Some((length, open)) => {
                    let close = start + open - 2;
                    if !source[..close].ends_with(['-', '+']) {
                        raws.push(close);
                    }
                    start + length
                }
                None => match tag(source, start, "%}") {
                    Some((tokens, end)) => {
                        tags.push(tokens);
                        end
                    }
                    None => break,
                },
            },
            Some(b'{') => match tag(source, start, "}}") {
                Some((tokens, end)) => {
                    tags.push(tokens);
                    end
                }
                None => break,
            },
            _ => start + 1,
        };
    }
    (tags, raws)
}

/// The length of a raw block that starts here, and of its `{% raw %}`.
fn raw_end(source: &str) -> Option<(usize, usize)> {
    let open = word_tag(source, "raw")?;
    let mut at = open;
    loop {
        at += source[at..].find("{%")?;
        match word_tag(&source[at..], "endraw") {
            Some(length) => return Some((at + length, open)),
            None => at += 2,
        }
    }
}

/// The length of `{% word %}` at the start of `source`.
fn word_tag(source: &str, word: &str) -> Option<usize> {
    let inner = source.strip_prefix("{%")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner).trim_start();
    let rest = inner.strip_prefix(word)?.trim_start();
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).strip_prefix("%}")?;
    Some(source.len() - rest.len())
}

fn tag(source: &str, start: usize, close: &str) -> Option<(Vec<Token>, usize)> {
    let signed = source[start + 2..].starts_with(['-', '+']);
    let mut at = start + 2 + usize::from(signed);
    let mut tokens = vec![Token { kind: Kind::Open, range: start..at }];
    let mut depth = 0_usize;
    loop {
        at += source[at..].len() - source[at..].trim_start().len();
        let rest = &source[at..];
        let first = rest.chars().next()?;
        if depth == 0 {
            let sign = usize::from(rest.starts_with(['-', '+']));
            if rest[sign..].starts_with(close) {
                let end = at + sign + 2;
                tokens.push(Token { kind: Kind::Close, range: at..end });
                return Some((tokens, end));
            }
        }
        let (kind, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' | '\u{80}'.. => (Kind::Name, word(rest).max(first.len_utf8())),
            '0'..='9' => (Kind::Number, number(rest)),
            '\'' | '"' => (Kind::Text, text(rest, first)?),
            _ => {
                match first {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                (Kind::Operator, OPERATORS.iter().find(|operator| rest.starts_with(**operator)).map_or(1, |o| o.len()))
            }
        };
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
}

fn word(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
}

/// Digits, letters of a radix or exponent, a fraction and the sign of an exponent.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let more = match byte {
            b'0'..=b'9' | b'_' | b'a'..=b'z' | b'A'..=b'Z' => true,
            b'.' => digit(at + 1),
            b'+' | b'-' => !hexadecimal && matches!(bytes[at - 1], b'e' | b'E') && digit(at + 1),
            _ => false,
        };
        if !more {
            break;
        }
        at += 1;
    }
    at
}

fn text(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What Python makes of the text between the quotes; `None` for an escape that it refuses, or one that names a
/// character (`\N{BULLET}`).
pub(super) fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    let mut high = None;
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        let escape = characters.next()?;
        let code = match escape {
            '\n' => continue,
            '\\' | '\'' | '"' => escape as u32,
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            'x' | 'u' | 'U' => {
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let hex = characters.as_str().get(..digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
                characters = characters.as_str()[digits..].chars();
                u32::from_str_radix(hex, 16).ok()?
            }
            '0'..='7' => {
                let rest = characters.as_str();
                let more = rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = rest[..more].bytes().fold(escape as u32 - 48, |value, b| value * 8 + u32::from(b - b'0'));
                characters = rest[more..].chars();
                value
            }
            'N' => return None,
            _ => {
                text.push('\\');
                escape as u32
            }
        };
        // Two halves of a pair are one character. Half a pair is none.
        match (high.take(), code) {
            (None, 0xD800..=0xDBFF) => high = Some(code),
            (Some(high), 0xDC00..=0xDFFF) => {
                text.push(char::from_u32(0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00))?)
            }
            (None, _) => text.push(char::from_u32(code)?),
            (Some(_), _) => return None,
        }
    }
    if high.is_some() { None } else { Some(text) }
}

/// A literal for minijinja.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::from("'");
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\'' => literal.push_str("\\'"),
            '\n' => literal.push_str("\\n"),
            '\0'..='\x1f' => literal.push_str(&format!("\\x{:02x}", character as u32)),
            _ => literal.push(character),
        }
    }
    literal.push('\'');
    literal
}
