//! Filters for HTML and addresses.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::super::arguments::Given;
use super::super::text::str;
use super::super::value::{Type, charge, fail, items, pairs, type_name, type_of};
use super::Filter;

pub(super) const FILTERS: [(&str, Filter); 6] = [
    ("e", escape),
    ("escape", escape),
    ("forceescape", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        escaped(state, value).map(Value::from_safe_string)
    }),
    ("safe", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        str(state, value).map(Value::from_safe_string)
    }),
    ("urlencode", |state, value, arguments| {
        let _ = Given::new(arguments, [], 0)?;
        let list = match type_of(value) {
            Type::Dict => pairs(value),
            Type::List | Type::Tuple | Type::Iterator | Type::Range => {
                let pair = |item: &Value| match items(state, item)?.as_slice() {
                    [name, value] => Ok((name.clone(), value.clone())),
                    _ => Err(fail("urlencode needs pairs")),
                };
                items(state, value)?.iter().map(pair).collect::<Result<_, Error>>()?
            }
            _ => return quoted(state, &str(state, value)?, "/").map(Value::from),
        };
        let part = |value: &Value| -> Result<String, Error> {
            Ok(quoted(state, &str(state, value)?, "")?.replace("%20", "+"))
        };
        let parts = list.iter().map(|(name, value)| Ok([part(name)?, part(value)?].join("=")));
        Ok(Value::from(parts.collect::<Result<Vec<_>, Error>>()?.join("&")))
    }),
    ("xmlattr", |state, value, arguments| {
        let given = Given::new(arguments, ["autospace"], 0)?;
        if type_of(value) != Type::Dict {
            return Err(fail(format!("xmlattr needs a dict, not {}", type_name(value))));
        }
        let mut attributes = String::new();
        for (name, value) in pairs(value).iter().filter(|(_, value)| !value.is_none() && !value.is_undefined()) {
            let text = name.as_str().ok_or_else(|| fail("xmlattr needs names that are texts"))?;
            if text.contains(|c: char| c.is_ascii_whitespace() || "/>=".contains(c)) {
                return Err(fail(format!("{text} is no name of an attribute")));
            }
            if !attributes.is_empty() || given.truth(0, true) {
                attributes.push(' ');
            }
            attributes += &format!("{}=\"{}\"", escaped(state, name)?, escaped(state, value)?);
        }
        Ok(Value::from(attributes))
    }),
];

fn escape(state: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let _ = Given::new(arguments, [], 0)?;
    if value.is_safe() { Ok(value.clone()) } else { escaped(state, value).map(Value::from_safe_string) }
}

fn escaped(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let text = str(state, value)?;
    charge(state, text.len() * 5)?;
    let text = text.replace('&', "&amp;").replace('>', "&gt;").replace('<', "&lt;");
    Ok(text.replace('\'', "&#39;").replace('"', "&#34;"))
}

/// `urllib.parse.quote`
fn quoted(state: &State<'_, '_>, text: &str, safe: &str) -> Result<String, Error> {
    charge(state, text.len() * 3)?;
    let mut quoted = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.as_bytes().contains(&byte) {
            quoted.push(char::from(byte));
        } else {
            quoted += &format!("%{byte:02X}");
        }
    }
    Ok(quoted)
}
