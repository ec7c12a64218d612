//! jinja2's tests: `value is ...`.

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State};

use super::operators::{compare, contains, equals, modulo, same};
use super::strings::{is_lower, is_upper};
use super::text::str;
use super::value::{Type, charge, fail, is_native, type_of};

type Test = fn(&State<'_, '_>, &Value, Option<&Value>) -> Result<bool, Error>;

/// Those of one value.
const UNARY: [(&str, Test); 19] = [
    ("boolean", |_, value, _| Ok(type_of(value) == Type::Bool)),
    ("callable", |_, value, _| Ok(is_callable(value))),
    ("defined", |_, value, _| Ok(!value.is_undefined())),
    ("escaped", |_, value, _| Ok(value.is_safe())),
    ("even", |state, value, _| leaves(state, value, &Value::from(2), 0)),
    ("false", |_, value, _| Ok(type_of(value) == Type::Bool && !value.is_true())),
    ("float", |_, value, _| Ok(type_of(value) == Type::Float)),
    ("integer", |_, value, _| Ok(type_of(value) == Type::Int)),
    ("iterable", |_, value, _| {
        Ok(!matches!(type_of(value), Type::None | Type::Bool | Type::Int | Type::Float | Type::Other)
            || is_native(value, "Loop"))
    }),
    ("lower", |state, value, _| str(state, value).map(|text| is_lower(&text))),
    ("mapping", |_, value, _| Ok(type_of(value) == Type::Dict)),
    ("none", |_, value, _| Ok(value.is_none())),
    ("number", |_, value, _| Ok(matches!(type_of(value), Type::Bool | Type::Int | Type::Float))),
    ("odd", |state, value, _| leaves(state, value, &Value::from(2), 1)),
    ("sequence", |_, value, _| {
        Ok(matches!(type_of(value), Type::Undefined | Type::Str | Type::List | Type::Tuple | Type::Dict | Type::Range))
    }),
    ("string", |_, value, _| Ok(type_of(value) == Type::Str)),
    ("true", |_, value, _| Ok(type_of(value) == Type::Bool && value.is_true())),
    ("undefined", |_, value, _| Ok(value.is_undefined())),
    ("upper", |state, value, _| str(state, value).map(|text| is_upper(&text))),
];

/// Those of a value and another one, with all their names.
const BINARY: [(&[&str], Test); 9] = [
    (&["eq", "==", "equalto"], |state, a, b| equals(state, a, other(b)?)),
    (&["ne", "!="], |state, a, b| equals(state, a, other(b)?).map(|equal| !equal)),
    (&["lt", "<", "lessthan"], |state, a, b| Ok(compare(state, a, other(b)?, 0)?.is_some_and(|order| order.is_lt()))),
    (&["le", "<="], |state, a, b| Ok(compare(state, a, other(b)?, 0)?.is_some_and(|order| order.is_le()))),
    (
        &["gt", ">", "greaterthan"],
        |state, a, b| Ok(compare(state, a, other(b)?, 0)?.is_some_and(|order| order.is_gt())),
    ),
    (&["ge", ">="], |state, a, b| Ok(compare(state, a, other(b)?, 0)?.is_some_and(|order| order.is_ge()))),
    (&["in"], |state, a, b| contains(state, other(b)?, a)),
    (&["sameas"], |_, a, b| Ok(same(a, other(b)?))),
    (&["divisibleby"], |state, a, b| leaves(state, a, other(b)?, 0)),
];

pub(super) fn install(environment: &mut Environment<'static>) {
    // Tests of minijinja that jinja2 lacks.
    for name in ["int", "safe", "startingwith", "endingwith"] {
        environment.remove_test(name);
    }
    for (name, test) in UNARY {
        add(environment, name, 0, test);
    }
    for (names, test) in BINARY {
        for name in names {
            add(environment, name, 1, test);
        }
    }
}

fn add(environment: &mut Environment<'static>, name: &'static str, more: usize, test: Test) {
    environment.add_test(name, move |state: &State<'_, '_>, arguments: Rest<ValueOrKwargs>| -> Result<bool, Error> {
        let arguments: Vec<Value> = arguments.0.into_iter().map(ValueOrKwargs::into_value).collect();
        charge(state, arguments.iter().filter_map(Value::as_str).map(str::len).sum())?; // which the test goes through
        match arguments.split_first() {
            Some((value, others)) if others.len() == more => test(state, value, others.first()),
            _ => Err(fail(format!("the test {name} takes {more} arguments"))),
        }
    });
}

fn other(value: Option<&Value>) -> Result<&Value, Error> {
    value.ok_or_else(|| fail("a test needs a value to compare with"))
}

fn is_callable(value: &Value) -> bool {
    value.kind() == ValueKind::Plain
        || is_native(value, "Loop")
        || is_native(value, "Macro")
        || value.downcast_object_ref::<super::macros::Macro>().is_some()
        || value.is_undefined()
}

/// Whether `value % by` is `rest`.
fn leaves(state: &State<'_, '_>, value: &Value, by: &Value, rest: i64) -> Result<bool, Error> {
    equals(state, &modulo(state, value, by)?, &Value::from(rest))
}
