//! Numbers as Python's format specifications write them; `%` and `str.format` share them.

use minijinja::{Error, State};

use super::text::signed_exponent;
use super::value::{charge, fail};

/// Characters that a width or a precision may ask for. Python has no bound, but no prompt has such a number.
const MOST_DIGITS: usize = 10_000;

/// The parts of a specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Spec {
    pub fill: Option<char>,
    /// `0` before the width: zeros behind the sign, or after a text.
    pub zero: bool,
    pub align: Option<char>,
    pub sign: Option<char>,
    pub alternate: bool,
    pub width: usize,
    pub grouping: Option<char>,
    pub precision: Option<usize>,
    pub kind: Option<char>,
}

/// A width or precision that was read from a format.
pub(super) fn bounded(state: &State<'_, '_>, digits: &str) -> Result<usize, Error> {
    let number = digits.parse().unwrap_or(usize::MAX);
    charge(state, number.saturating_mul(4))?;
    if number > MOST_DIGITS { Err(fail(format!("a width or precision of {digits} is too large"))) } else { Ok(number) }
}

/// Digits of a finite value without its sign, in one of `e E f F g G %`.
fn digits(value: f64, kind: char, precision: usize, alternate: bool) -> String {
    let point = |mut text: String| {
        if alternate && !text.contains('.') {
            text.push('.');
        }
        text
    };
    match kind {
        'f' | 'F' => point(format!("{value:.precision$}")),
        '%' => point(format!("{:.precision$}", value * 100.0)) + "%",
        'e' | 'E' => {
            let text = format!("{value:.precision$e}");
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let text = point(mantissa.to_owned()) + "e" + &signed_exponent(exponent.parse().unwrap_or(0));
            if kind == 'E' { text.to_uppercase() } else { text }
        }
        _ => {
            let precision = precision.max(1);
            let text = format!("{value:.*e}", precision - 1);
            let exponent: i32 = text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
            let scientific = exponent < -4 || exponent >= precision as i32;
            let mut text = match scientific {
                true => text.split_once('e').map_or_else(String::new, |(mantissa, _)| mantissa.to_owned()),
                false => format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize),
            };
            if !alternate && text.contains('.') {
                text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
            }
            text = point(text);
            if scientific {
                text = text + "e" + &signed_exponent(exponent);
            }
            if kind == 'G' { text.to_uppercase() } else { text }
        }
    }
}

/// A float without its sign; `kind` is one of `e E f F g G %`, or `r` for the shortest digits.
pub(super) fn float(value: f64, kind: char, precision: Option<usize>, alternate: bool) -> String {
    let value = value.abs();
    if !value.is_finite() {
        let text = if value.is_nan() { "nan" } else { "inf" };
        let text = if kind.is_uppercase() { text.to_uppercase() } else { text.to_owned() };
        return if kind == '%' { text + "%" } else { text };
    }
    match (kind, precision) {
        ('r', None) => {
            let text = super::text::float(value);
            match text.split_once('e') {
                Some((mantissa, exponent)) if alternate && !mantissa.contains('.') => format!("{mantissa}.e{exponent}"),
                _ => text,
            }
        }
        // Without a type: as `g`, but with a digit after the point, and scientific one digit earlier.
        ('r', Some(precision)) => {
            let precision = precision.max(1);
            let text = format!("{value:.*e}", precision - 1);
            let exponent: i32 = text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
            if exponent >= -4 && exponent == precision as i32 - 1 {
                let text = digits(value, 'e', precision - 1, alternate);
                let mantissa = text.split_once('e').map_or("", |(mantissa, _)| mantissa);
                let mantissa = if mantissa.contains('.') {
                    mantissa.trim_end_matches('0').trim_end_matches('.')
                } else {
                    mantissa
                };
                let point = if alternate && !mantissa.contains('.') { "." } else { "" };
                return format!("{mantissa}{point}e{}", signed_exponent(exponent));
            }
            let text = digits(value, 'g', precision, alternate);
            if text.contains(['.', 'e']) { text } else { text + ".0" }
        }
        (kind, precision) => digits(value, kind, precision.unwrap_or(6), alternate),
    }
}

/// An int without its sign, in one of `d x X o b`.
pub(super) fn int(value: i128, kind: char) -> String {
    let value = value.unsigned_abs();
    match kind {
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'o' => format!("{value:o}"),
        'b' => format!("{value:b}"),
        _ => value.to_string(),
    }
}

/// Puts sign, prefix, digits and padding together.
pub(super) fn padded(spec: &Spec, negative: bool, prefix: &str, digits: &str) -> String {
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let align = spec.align.unwrap_or(if spec.zero { '=' } else { '>' });
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
    let group = if matches!(spec.kind, Some('x' | 'X' | 'o' | 'b')) { 4 } else { 3 };
    let fixed = sign.len() + prefix.len();
    let digits = match spec.grouping {
        Some(separator) => {
            let inner = if align == '=' && fill == '0' { spec.width.saturating_sub(fixed) } else { 0 };
            grouped(digits, separator, group, inner)
        }
        None => digits.to_owned(),
    };
    if align == '=' {
        let missing = spec.width.saturating_sub(fixed + digits.chars().count());
        return [sign, prefix, &fill.to_string().repeat(missing), &digits].concat();
    }
    aligned(&[sign, prefix, &digits].concat(), fill, align, spec.width)
}

/// Separators in the whole part, and zeros before it up to `width` characters.
fn grouped(digits: &str, separator: char, group: usize, width: usize) -> String {
    let end =
        digits.find(|c: char| !c.is_ascii_hexdigit() || (group == 3 && !c.is_ascii_digit())).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let mut reversed: Vec<char> = Vec::new();
    let mut left = whole.chars().rev();
    let mut count = 0;
    loop {
        let next = match left.next() {
            Some(digit) => digit,
            None if reversed.len() + rest.len() < width => '0',
            None => break,
        };
        if count > 0 && count % group == 0 {
            reversed.push(separator);
        }
        reversed.push(next);
        count += 1;
    }
    reversed.iter().rev().collect::<String>() + rest
}

/// `text` in a field of `width` characters.
pub(super) fn aligned(text: &str, fill: char, align: char, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let before = match align {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let fill = fill.to_string();
    [&fill.repeat(before), text, &fill.repeat(missing - before)].concat()
}
