//! `format % values`, as `str.__mod__`.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::numbers::{Spec, aligned, bounded, float, int, padded};
use super::text::{ascii, repr, str};
use super::value::{Type, as_float, as_int, charge, fail, type_name, type_of};

pub(super) fn format(state: &State<'_, '_>, format: &str, values: &Value) -> Result<String, Error> {
    let is_tuple = type_of(values) == Type::Tuple;
    let list: Vec<Value> = if is_tuple { values.try_iter()?.collect() } else { vec![values.clone()] };
    // A list or a dict may stay unused.
    let optional = matches!(type_of(values), Type::Dict | Type::List | Type::Range | Type::Undefined);
    let mut used_keys = false;
    let mut next = list.iter();
    let mut text = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        text.push_str(&rest[..start]);
        charge(state, rest.len())?; // which is gone through below
        let mut at = rest[start + 1..].chars().peekable();
        let mut keyed = None;
        if at.peek() == Some(&'(') {
            at.next();
            let mut depth = 1;
            let mut key = String::new();
            loop {
                let character = at.next().ok_or_else(|| fail("a format has a key that does not end"))?;
                match character {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                key.push(character);
            }
            if type_of(values) != Type::Dict {
                return Err(fail("a format with keys needs a dict"));
            }
            used_keys = true;
            let value = values.as_object().and_then(|object| object.get_value(&Value::from(key.as_str())));
            keyed = Some(value.ok_or_else(|| fail(format!("a format has the key {key}, which is not given")))?);
        }
        let mut take = || next.next().ok_or_else(|| fail("a format has more places than values"));
        let mut spec = Spec::default();
        let (mut left, mut zero) = (false, false);
        while let Some(flag) = at.next_if(|c| matches!(c, '-' | '+' | ' ' | '#' | '0')) {
            match flag {
                '-' => left = true,
                '+' => spec.sign = Some('+'),
                ' ' => spec.sign = spec.sign.or(Some(' ')),
                '#' => spec.alternate = true,
                _ => zero = true,
            }
        }
        let mut number = |at: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Result<Option<i128>, Error> {
            if at.next_if_eq(&'*').is_some() {
                let value = take()?;
                let value = as_int(value)
                    .filter(|_| type_of(value) == Type::Int)
                    .ok_or_else(|| fail("* in a format needs an int"))?;
                return bounded(state, &value.unsigned_abs().to_string())
                    .map(|size| Some(if value < 0 { -(size as i128) } else { size as i128 }));
            }
            let mut digits = String::new();
            while let Some(digit) = at.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            if digits.is_empty() { Ok(None) } else { bounded(state, &digits).map(|size| Some(size as i128)) }
        };
        if let Some(width) = number(&mut at)? {
            left |= width < 0;
            spec.width = width.unsigned_abs() as usize;
        }
        if at.next_if_eq(&'.').is_some() {
            spec.precision = Some(number(&mut at)?.unwrap_or(0).max(0) as usize);
        }
        at.next_if(|c| matches!(c, 'h' | 'l' | 'L'));
        let conversion = at.next().ok_or_else(|| fail("a format ends after %"))?;
        rest = &rest[rest.len() - at.collect::<String>().len()..];
        if conversion == '%' {
            text.push('%');
            continue;
        }
        let value = match &keyed {
            Some(value) => value,
            None => take()?,
        };
        spec.align = Some(if left { '<' } else { '>' });
        let written = convert(state, conversion, value, &mut spec, zero && !left)?;
        charge(state, written.len())?;
        text.push_str(&written);
    }
    text.push_str(rest);
    if next.next().is_some() && !(used_keys || optional && !is_tuple) {
        return Err(fail("a format has fewer places than values"));
    }
    Ok(text)
}

fn convert(
    state: &State<'_, '_>,
    conversion: char,
    value: &Value,
    spec: &mut Spec,
    zero: bool,
) -> Result<String, Error> {
    let align = spec.align.unwrap_or('>');
    match conversion {
        's' | 'r' | 'a' => {
            let text = match conversion {
                's' => str(state, value)?,
                'r' => repr(state, value)?,
                _ => ascii(&repr(state, value)?),
            };
            let text = spec.precision.map_or(text.clone(), |most| text.chars().take(most).collect());
            Ok(aligned(&text, ' ', align, spec.width))
        }
        'c' => {
            let character = match (as_int(value), value.as_str()) {
                (Some(code), _) => u32::try_from(code).ok().and_then(char::from_u32),
                (None, Some(text)) => text.chars().next().filter(|_| text.chars().count() == 1),
                _ => None,
            };
            let character = character.ok_or_else(|| fail("%c needs one character"))?;
            Ok(aligned(&character.to_string(), ' ', align, spec.width))
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let whole = matches!(conversion, 'd' | 'i' | 'u');
            let float = as_float(value).filter(|float| whole && type_of(value) == Type::Float && float.is_finite());
            let (negative, mut digits) = match (as_int(value), float) {
                (Some(number), _) => (number < 0, int(number, conversion)),
                // The digits before the point, all of them.
                (None, Some(float)) => (float <= -1.0, format!("{:.0}", float.trunc().abs())),
                _ => return Err(fail(format!("%{conversion} needs a number, not {}", type_name(value)))),
            };
            if let Some(least) = spec.precision {
                digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
            }
            let prefix = match (spec.alternate, conversion) {
                (true, 'x') => "0x",
                (true, 'X') => "0X",
                (true, 'o') => "0o",
                _ => "",
            };
            spec.zero = zero;
            spec.align = spec.align.filter(|_| !zero);
            Ok(padded(spec, negative, prefix, &digits))
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = as_float(value)
                .ok_or_else(|| fail(format!("%{conversion} needs a number, not {}", type_name(value))))?;
            spec.zero = zero;
            spec.align = spec.align.filter(|_| !zero);
            let negative = number.is_sign_negative() && !number.is_nan();
            Ok(padded(spec, negative, "", &float(number, conversion, spec.precision, spec.alternate)))
        }
        _ => Err(fail(format!("a format has %{conversion}, which is not known"))),
    }
}
