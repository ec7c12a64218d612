//! Filters of numbers.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::super::arguments::Given;
use super::super::value::{Type, as_float, as_int, fail, int, type_name, type_of};
use super::Filter;

pub(super) const FILTERS: [(&str, Filter); 5] = [
    ("abs", |_, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        match (as_int(value), as_float(value)) {
            (Some(number), _) => Ok(int(number.checked_abs().ok_or_else(|| fail("a number is too large"))?)),
            (None, Some(number)) => Ok(Value::from(number.abs())),
            _ => Err(fail(format!("abs needs a number, not {}", type_name(value)))),
        }
    }),
    ("filesizeformat", file_size),
    ("float", |_, value, arguments| {
        let given = Given::new(arguments, ["default"], 0)?;
        if value.is_undefined() {
            return Err(fail("float needs a defined value"));
        }
        let number = as_float(value).or_else(|| parse_float(value.as_str()?));
        Ok(number.map(Value::from).or_else(|| given.get(0).cloned()).unwrap_or_else(|| Value::from(0.0)))
    }),
    ("int", to_int),
    ("round", round),
];

/// `float(text)`
fn parse_float(text: &str) -> Option<f64> {
    let text = plain_digits(text)?;
    let unsigned = text.trim_start_matches(['+', '-']);
    let named = ["inf", "infinity", "nan"].iter().any(|name| unsigned.eq_ignore_ascii_case(name));
    if !named && !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok()
}

/// Without spaces around it and underscores between digits; `None` for an underscore elsewhere.
fn plain_digits(text: &str) -> Option<String> {
    let text = super::super::strings::strip(text, "strip", None);
    let bytes = text.as_bytes();
    let digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_alphanumeric);
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'_' && !(digit(index.checked_sub(1)) && digit(Some(index + 1))) {
            return None;
        }
    }
    // Digits of other scripts count too; each script has its ten in a row.
    let ascii = text.chars().filter(|c| *c != '_').map(|c| match c {
        _ if c.is_ascii() || !super::super::unicode::is_decimal(c) => c,
        _ => {
            let zero = (0..10)
                .take_while(|back| char::from_u32(c as u32 - back).is_some_and(super::super::unicode::is_decimal))
                .count();
            char::from_digit((zero as u32).saturating_sub(1) % 10, 10).unwrap_or(c)
        }
    });
    Some(ascii.collect())
}

/// `int(text, base)`
fn parse_int(text: &str, base: u32) -> Option<i128> {
    let text = plain_digits(text)?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let prefix = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 0,
    };
    let (digits, base) = match (prefix, base) {
        (1.., _) if prefix == base || base == 0 => (&digits[2..], prefix),
        (_, 0) if digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|b| b != b'0') => return None,
        (_, 0) => (digits, 10),
        _ => (digits, base),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from_str_radix(digits, base).ok()?;
    Some(if negative { -number } else { number })
}

fn to_int(_: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["default", "base"], 0)?;
    let base = u32::try_from(given.int(1, 10)?).ok().filter(|base| *base == 0 || (2..=36).contains(base));
    if value.is_undefined() {
        return Err(fail("int needs a defined value"));
    }
    let whole = |number: f64| (number.abs() < 1e38).then_some(number as i128);
    let number = match type_of(value) {
        Type::Int if as_int(value).is_none() => return Ok(value.clone()),
        Type::Float => {
            let number = as_float(value).unwrap_or(f64::NAN);
            if number.is_infinite() {
                return Err(fail("an infinite number is no int"));
            }
            whole(number)
        }
        Type::Str => {
            let text = value.as_str().unwrap_or_default();
            base.and_then(|base| parse_int(text, base)).or_else(|| parse_float(text).and_then(whole))
        }
        _ => as_int(value),
    };
    Ok(number.map(int).or_else(|| given.get(0).cloned()).unwrap_or_else(|| Value::from(0)))
}

fn round(_: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["precision", "method"], 0)?;
    let precision = given.int(0, 0)?;
    let method = given.get(1).map_or(Ok("common"), |_| given.text(1))?;
    if !["common", "ceil", "floor"].contains(&method) {
        return Err(fail("round's method is 'common', 'ceil' or 'floor'"));
    }
    let wrong = || fail(format!("round needs a number, not {}", type_name(value)));
    let number = as_float(value).ok_or_else(wrong)?;
    let places = i32::try_from(precision.clamp(-400, 400)).unwrap_or(0);
    if method != "common" {
        let scale = 10_f64.powi(places);
        let scaled = number * scale;
        if !scaled.is_finite() {
            return Err(fail("a number is too large to be rounded"));
        }
        return Ok(Value::from((if method == "ceil" { scaled.ceil() } else { scaled.floor() } + 0.0) / scale));
    }
    if let Some(whole) = as_int(value) {
        // Ints stay ints; halves go to the even one.
        let Some(scale) = 10_i128.checked_pow(places.min(0).unsigned_abs()) else { return Ok(Value::from(0)) };
        let (quotient, rest) = (whole.div_euclid(scale), whole.rem_euclid(scale));
        let up = rest * 2 > scale || rest * 2 == scale && quotient % 2 != 0;
        return Ok(int((quotient + i128::from(up)) * scale));
    }
    if !number.is_finite() || places > 320 {
        return Ok(value.clone());
    }
    if places >= 0 {
        // The decimal digits are exact, so that this rounds once.
        return format!("{number:.*}", places.unsigned_abs() as usize)
            .parse::<f64>()
            .map(Value::from)
            .map_err(|_| wrong());
    }
    let scale = 10_f64.powi(-places);
    Ok(Value::from((number / scale).round_ties_even() * scale))
}

fn file_size(_: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["binary"], 0)?;
    let binary = given.truth(0, false);
    let bytes = as_float(value).or_else(|| parse_float(value.as_str()?));
    let bytes = bytes.ok_or_else(|| fail(format!("filesizeformat needs a number, not {}", type_name(value))))?;
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if bytes == 1.0 {
        return Ok(Value::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", bytes.trunc())));
    }
    let letters = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
    let index = letters
        .iter()
        .enumerate()
        .position(|(index, _)| bytes < base.powi(index as i32 + 2))
        .unwrap_or(letters.len() - 1);
    let (letter, size) = (letters[index], bytes / base.powi(index as i32 + 1));
    Ok(Value::from(if binary {
        format!("{size:.1} {}iB", letter.to_ascii_uppercase())
    } else {
        format!("{size:.1} {letter}B")
    }))
}
