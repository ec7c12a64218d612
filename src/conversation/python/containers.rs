//! Methods of Python's lists, tuples, dicts and numbers. jinja2's sandbox lets no template change a list or a dict.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::arguments::{Given, clamp, named};
use super::operators::{equals, hashable};
use super::value::{Items, Type, as_float, as_int, fail, int, items, pairs, tuple, type_of};

const CHANGE_LISTS: [&str; 8] = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
const CHANGE_DICTS: [&str; 5] = ["clear", "pop", "popitem", "setdefault", "update"];

/// `None` when the value has no such method.
pub(super) fn call(
    state: &State<'_, '_>,
    value: &Value,
    name: &str,
    arguments: &[Value],
) -> Option<Result<Value, Error>> {
    let result = match type_of(value) {
        Type::List | Type::Tuple | Type::Range => sequence(state, value, name, arguments),
        Type::Dict => dict(state, value, name, arguments),
        Type::Int | Type::Bool | Type::Float => number(value, name, arguments),
        _ => None,
    };
    result.map(|result| named(result, name))
}

fn unchangeable(what: &str, name: &str) -> Option<Result<Value, Error>> {
    Some(Err(fail(format!("{name} changes a {what}, and a template may change none"))))
}

fn sequence(state: &State<'_, '_>, value: &Value, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    match name {
        "count" => Some(Given::new(arguments, ["/value"], 1).and_then(|given| {
            let mut count = 0;
            for item in items(state, value)? {
                count += usize::from(equals(state, &item, &given.value(0))?);
            }
            Ok(Value::from(count))
        })),
        "index" => Some(Given::new(arguments, ["/value", "/start", "/end"], 1).and_then(|given| {
            let all = items(state, value)?;
            let start = clamp(given.int(1, 0)?, all.len());
            let end = clamp(given.int(2, all.len() as i128)?, all.len());
            for (index, item) in all.iter().enumerate().take(end).skip(start) {
                if equals(state, item, &given.value(0))? {
                    return Ok(Value::from(index));
                }
            }
            Err(fail("the value is not in the list"))
        })),
        "copy" if type_of(value) == Type::List => Some(Given::new(arguments, [], 0).map(|_| value.clone())),
        _ if type_of(value) == Type::List && CHANGE_LISTS.contains(&name) => unchangeable("list", name),
        _ => None,
    }
}

fn dict(state: &State<'_, '_>, value: &Value, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let view = |name: &'static str, part: fn((Value, Value)) -> Value| {
        let all = Given::new(arguments, [], 0).and_then(|_| items(state, value));
        Some(all.map(|_| Items::view(name, pairs(value).into_iter().map(part).collect())))
    };
    match name {
        "keys" => view("dict_keys", |(key, _)| key),
        "values" => view("dict_values", |(_, value)| value),
        "items" => view("dict_items", |(key, value)| tuple(vec![key, value])),
        "copy" => Some(Given::new(arguments, [], 0).map(|_| value.clone())),
        "get" => Some(Given::new(arguments, ["/key", "/default"], 1).and_then(|given| {
            hashable(&given.value(0))?;
            let found = value.as_object().and_then(|object| object.get_value(&given.value(0)));
            Ok(found.or_else(|| given.get(1).cloned()).unwrap_or_else(|| Value::from(())))
        })),
        "fromkeys" => Some(Given::new(arguments, ["/iterable", "/value"], 1).and_then(|given| {
            let keys = items(state, &given.value(0))?;
            keys.iter().try_for_each(hashable)?;
            let each = given.get(1).cloned().unwrap_or_else(|| Value::from(()));
            Ok(Value::from_pairs(keys.into_iter().map(|key| (key, each.clone()))))
        })),
        _ if CHANGE_DICTS.contains(&name) => unchangeable("dict", name),
        _ => None,
    }
}

fn number(value: &Value, name: &str, arguments: &[Value]) -> Option<Result<Value, Error>> {
    let result = match name {
        "bit_length" => int(as_int(value)
            .filter(|_| type_of(value) != Type::Float)?
            .unsigned_abs()
            .checked_ilog2()
            .map_or(0, |log| i128::from(log) + 1)),
        "bit_count" => int(i128::from(as_int(value)?.unsigned_abs().count_ones())),
        "conjugate" => value.clone(),
        "is_integer" if type_of(value) == Type::Float => Value::from(as_float(value)?.fract() == 0.0),
        _ => return None,
    };
    Some(Given::new(arguments, [], 0).map(|_| result))
}
