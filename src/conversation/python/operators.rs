//! Python's operators that minijinja lacks or implements differently.

use std::cmp::Ordering;

use minijinja::value::Value;
use minijinja::{Environment, Error, State};

use super::arguments::defined;
use super::text::{MOST_DEPTH, check_depth, str, too_deep};
use super::value::{Type, as_float, as_int, charge, fail, int, items, list, pairs, tuple, type_name, type_of};

/// Whether an order is the one that was asked for.
type Holds = fn(Ordering) -> bool;

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.add_function("__mod", |state: &State<'_, '_>, a: &Value, b: &Value| modulo(state, a, b));
    environment.add_function(
        "__concat",
        |state: &State<'_, '_>, parts: minijinja::value::Rest<Value>| -> Result<Value, Error> {
            let mut text = String::new();
            for part in parts.iter() {
                let part = str(state, part)?;
                charge(state, part.len())?;
                text += &part;
            }
            Ok(Value::from(text))
        },
    );
    environment.add_function(
        "__add",
        |state: &State<'_, '_>, values: minijinja::value::Rest<Value>| -> Result<Value, Error> {
            let mut values = values.0.into_iter();
            let first = values.next().unwrap_or_default();
            values.try_fold(first, |sum, value| add(state, &sum, &value))
        },
    );
    environment.add_function("__eq", |state: &State<'_, '_>, a: &Value, b: &Value| equals(state, a, b));
    environment
        .add_function("__ne", |state: &State<'_, '_>, a: &Value, b: &Value| equals(state, a, b).map(|equal| !equal));
    environment.add_function("__in", |state: &State<'_, '_>, a: &Value, b: &Value| contains(state, b, a));
    environment.add_function("__not_in", |state: &State<'_, '_>, a: &Value, b: &Value| {
        contains(state, b, a).map(|found| !found)
    });
    let orders: [(&str, Holds); 4] =
        [("__lt", Ordering::is_lt), ("__le", Ordering::is_le), ("__gt", Ordering::is_gt), ("__ge", Ordering::is_ge)];
    for (name, holds) in orders {
        environment.add_function(name, move |state: &State<'_, '_>, a: &Value, b: &Value| -> Result<bool, Error> {
            Ok(compare(state, a, b, 0)?.is_some_and(holds))
        });
    }
    // What gets a name, and what is iterated.
    environment.add_function("__kept", |state: &State<'_, '_>, value: Value| -> Result<Value, Error> {
        check_depth(state, &value, 0)?;
        Ok(value)
    });
    environment.add_function("__iterated", |state: &State<'_, '_>, value: Value| -> Result<Value, Error> {
        check_depth(state, &value, 0)?;
        match type_of(&value) {
            Type::Str | Type::Undefined => Ok(list(items(state, &value)?)),
            Type::List | Type::Tuple | Type::Dict | Type::Range | Type::Iterator => Ok(value),
            _ => Err(fail(format!("{} cannot be iterated", type_name(&value)))),
        }
    });
}

/// `a + b`. minijinja's own joins lists lazily, whatever their length.
pub(super) fn add(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        charge(state, x.len() + y.len())?;
        return Ok(Value::from([x, y].concat()));
    }
    let both = || -> Result<Vec<Value>, Error> {
        let mut both = items(state, a)?;
        both.extend(items(state, b)?);
        Ok(both)
    };
    match (type_of(a), type_of(b)) {
        (Type::List, Type::List) => return both().map(list),
        (Type::Tuple, Type::Tuple) => return both().map(tuple),
        _ => {}
    }
    match (as_int(a), as_int(b)) {
        (Some(x), Some(y)) => Ok(int(x.checked_add(y).ok_or_else(|| fail("a sum is too large"))?)),
        _ => match (as_float(a), as_float(b)) {
            (Some(x), Some(y)) => Ok(Value::from(x + y)),
            _ => Err(fail(format!("{} and {} have no sum", type_name(a), type_name(b)))),
        },
    }
}

/// `a % b`: the remainder with the sign of `b`, or a text with `b` in its places.
pub(super) fn modulo(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<Value, Error> {
    if let Some(format) = a.as_str() {
        return super::percent::format(state, format, b).map(Value::from);
    }
    match (as_int(a), as_int(b)) {
        (_, Some(0)) => Err(fail("the divisor of % is 0")),
        (Some(a), Some(b)) => {
            let remainder = a.checked_rem(b).unwrap_or(0);
            Ok(int(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }))
        }
        _ => match (as_float(a), as_float(b)) {
            (Some(_), Some(0.0)) => Err(fail("the divisor of % is 0")),
            (Some(a), Some(b)) => {
                let remainder = a % b;
                let signed = if remainder == 0.0 {
                    0.0_f64.copysign(b)
                } else if (remainder < 0.0) == (b < 0.0) {
                    remainder
                } else {
                    remainder + b
                };
                Ok(Value::from(signed))
            }
            _ => Err(fail(format!("% takes numbers, or a text and values, not {} and {}", type_name(a), type_name(b)))),
        },
    }
}

pub(super) fn equals(state: &State<'_, '_>, a: &Value, b: &Value) -> Result<bool, Error> {
    equal(state, a, b, 0)
}

fn equal(state: &State<'_, '_>, a: &Value, b: &Value, depth: usize) -> Result<bool, Error> {
    if depth > MOST_DEPTH {
        return Err(too_deep());
    }
    state.consume_fuel(1)?;
    let (kind_a, kind_b) = (type_of(a), type_of(b));
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        charge(state, x.len())?;
        return Ok(x == y);
    }
    if let (Some(x), Some(y)) = (as_int(a), as_int(b)) {
        return Ok(x == y);
    }
    if let (Some(x), Some(y)) = (as_float(a), as_float(b)) {
        return Ok(x == y);
    }
    match (kind_a, kind_b) {
        (Type::List, Type::List) | (Type::Tuple, Type::Tuple) | (Type::Range, Type::Range) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (x, y) in a.try_iter()?.zip(b.try_iter()?) {
                if !equal(state, &x, &y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Type::Dict, Type::Dict) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, x) in pairs(a) {
                let Ok(y) = b.get_item(&key) else { return Ok(false) };
                if y.is_undefined() || !equal(state, &x, &y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(kind_a == kind_b && (matches!(kind_a, Type::None | Type::Undefined) || same(a, b))),
    }
}

/// Python's `is`, as far as it can be told.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    type_of(a) == type_of(b) && minijinja::tests::is_sameas(a, b)
}

/// The order of two values; `None` beside a NaN.
pub(super) fn compare(state: &State<'_, '_>, a: &Value, b: &Value, depth: usize) -> Result<Option<Ordering>, Error> {
    if depth > MOST_DEPTH {
        return Err(too_deep());
    }
    state.consume_fuel(1)?;
    if let (Some(x), Some(y)) = (a.as_str(), b.as_str()) {
        charge(state, x.len().min(y.len()))?;
        return Ok(Some(x.cmp(y)));
    }
    if let (Some(x), Some(y)) = (as_int(a), as_int(b)) {
        return Ok(Some(x.cmp(&y)));
    }
    if let (Some(x), Some(y)) = (as_float(a), as_float(b)) {
        return Ok(x.partial_cmp(&y));
    }
    match (type_of(a), type_of(b)) {
        (Type::List, Type::List) | (Type::Tuple, Type::Tuple) => {
            for (x, y) in a.try_iter()?.zip(b.try_iter()?) {
                if !equal(state, &x, &y, depth + 1)? {
                    return compare(state, &x, &y, depth + 1);
                }
            }
            Ok(Some(a.len().cmp(&b.len())))
        }
        _ => Err(fail(format!("{} and {} have no order", type_name(a), type_name(b)))),
    }
}

/// Sorts as Python does: stable, and only what has an order. Rust's own sort may panic where there is none, as beside a NaN.
pub(super) fn sorted<T>(
    mut list: Vec<T>,
    order: &impl Fn(&T, &T) -> Result<Option<Ordering>, Error>,
) -> Result<Vec<T>, Error> {
    if list.len() < 2 {
        return Ok(list);
    }
    let second = list.split_off(list.len() / 2);
    let (first, second) = (sorted(list, order)?, sorted(second, order)?);
    let mut all = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    while let (Some(a), Some(b)) = (first.peek(), second.peek()) {
        let is_second = order(b, a)?.is_some_and(Ordering::is_lt);
        all.extend(if is_second { second.next() } else { first.next() });
    }
    all.extend(first);
    all.extend(second);
    Ok(all)
}

/// `item in container`
pub(super) fn contains(state: &State<'_, '_>, container: &Value, item: &Value) -> Result<bool, Error> {
    if let Some(text) = container.as_str() {
        let part = item.as_str().ok_or_else(|| fail(format!("{} cannot be in a str", type_name(item))))?;
        charge(state, text.len())?;
        return Ok(text.contains(part));
    }
    if type_of(container) == Type::Dict {
        hashable(defined(item)?)?;
        return Ok(container.as_object().is_some_and(|object| object.get_value(item).is_some()));
    }
    for other in items(state, container)? {
        if equals(state, &other, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn hashable(value: &Value) -> Result<(), Error> {
    match type_of(value) {
        Type::List | Type::Dict => Err(fail(format!("{} is no key", type_name(value)))),
        _ => Ok(()),
    }
}
