//! jinja2's filters.

mod lists;
mod markup;
mod numbers;
mod texts;

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, State};

use super::arguments::{Given, named};
use super::operators::{compare, equals, sorted};
use super::text::str;
use super::value::{Type, charge, fail, items, length, type_name, type_of};

/// A filter: the value and the other arguments.
type Filter = fn(&mut State<'_, '_>, &Value, &[Value]) -> Result<Value, Error>;

pub(super) fn install(environment: &mut Environment<'static>) {
    // Filters of minijinja that jinja2 lacks.
    for name in ["bool", "chain", "lines", "split", "zip"] {
        environment.remove_filter(name);
    }
    let general: [(&'static str, Filter); 9] = [
        ("attr", |_, value, arguments| {
            let given = Given::new(arguments, ["name"], 1)?;
            // Only attributes, and what a template can reach has none but these.
            let has = type_of(value) == Type::Other;
            Ok(if has { value.get_attr(given.text(0)?)? } else { Value::UNDEFINED })
        }),
        ("count", |_, value, arguments| Given::new(arguments, [], 0).and_then(|_| Ok(Value::from(length(value)?)))),
        ("d", default),
        ("default", default),
        ("length", |_, value, arguments| Given::new(arguments, [], 0).and_then(|_| Ok(Value::from(length(value)?)))),
        ("list", |state, value, arguments| {
            Given::new(arguments, [], 0).and_then(|_| Ok(super::value::list(items(state, value)?)))
        }),
        ("pprint", |state, value, arguments| {
            let _ = Given::new(arguments, [], 0)?;
            let text = super::text::repr_sorted(state, value)?;
            if text.chars().count() > 80 {
                Err(fail("pprint writes values of one line only"))
            } else {
                Ok(Value::from(text))
            }
        }),
        ("string", |state, value, arguments| {
            let _ = Given::new(arguments, [], 0)?;
            Ok(if value.as_str().is_some() { value.clone() } else { Value::from(str(state, value)?) })
        }),
        ("tojson", |state, value, arguments| super::json::tojson(state, value, arguments)),
    ];
    for (name, filter) in
        general.into_iter().chain(texts::FILTERS).chain(markup::FILTERS).chain(numbers::FILTERS).chain(lists::FILTERS)
    {
        environment.add_filter(
            name,
            move |state: &mut State<'_, '_>, arguments: Rest<ValueOrKwargs>| -> Result<Value, Error> {
                let arguments: Vec<Value> = arguments.0.into_iter().map(ValueOrKwargs::into_value).collect();
                let (value, others) = arguments.split_first().ok_or_else(|| fail(format!("{name} needs a value")))?;
                named(filter(state, value, others), name)
            },
        );
    }
}

fn default(_: &mut State<'_, '_>, value: &Value, arguments: &[Value]) -> Result<Value, Error> {
    let given = Given::new(arguments, ["default_value", "boolean"], 0)?;
    if value.is_undefined() || given.truth(1, false) && !value.is_true() {
        return Ok(given.get(0).cloned().unwrap_or_else(|| Value::from("")));
    }
    Ok(value.clone())
}

/// What a list is sorted, grouped or made unique by: parts of each item, without their case if that is asked for.
struct Key {
    paths: Vec<Vec<Value>>,
    default: Option<Value>,
    fold: bool,
}

impl Key {
    /// `attribute` is a path such as `a.b.0`, or an index; `None` is the item itself.
    fn new(attribute: Option<&Value>, fold: bool) -> Result<Self, Error> {
        Ok(Self { paths: vec![attribute.map_or(Ok(Vec::new()), path)?], default: None, fold })
    }

    /// Several paths with commas between them.
    fn several(attribute: Option<&Value>, fold: bool) -> Result<Self, Error> {
        let paths = match attribute.and_then(|attribute| attribute.as_str()) {
            Some(text) => text.split(',').map(|part| path(&Value::from(part))).collect::<Result<_, _>>()?,
            None => vec![attribute.map_or(Ok(Vec::new()), path)?],
        };
        Ok(Self { paths, default: None, fold })
    }

    fn of(&self, state: &State<'_, '_>, item: &Value) -> Result<Value, Error> {
        let mut values = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            let mut value = item.clone();
            for key in path {
                if value.is_undefined() {
                    return Err(fail(format!("an undefined value has no {key}")));
                }
                value = value.get_item(key).unwrap_or_default();
                if let Some(default) = self.default.as_ref().filter(|_| value.is_undefined()) {
                    value = default.clone();
                }
            }
            values.push(match value.as_str() {
                Some(text) if self.fold => {
                    charge(state, text.len())?;
                    Value::from(text.to_lowercase())
                }
                _ => value,
            });
        }
        Ok(if let [value] = values.as_slice() { value.clone() } else { super::value::list(values) })
    }

    /// The items with their keys.
    fn all(&self, state: &State<'_, '_>, value: &Value) -> Result<Vec<(Value, Value)>, Error> {
        items(state, value)?.into_iter().map(|item| Ok((self.of(state, &item)?, item))).collect()
    }
}

fn path(attribute: &Value) -> Result<Vec<Value>, Error> {
    match attribute.as_str() {
        Some(text) => Ok(text
            .split('.')
            .map(|part| part.parse::<i64>().map_or_else(|_| Value::from(part), Value::from))
            .collect()),
        None if attribute.is_integer() => Ok(vec![attribute.clone()]),
        None => Err(fail(format!("an attribute is a text or an int, not {}", type_name(attribute)))),
    }
}

/// Values with their keys, sorted by these.
fn sort(state: &State<'_, '_>, keyed: Vec<(Value, Value)>, reverse: bool) -> Result<Vec<(Value, Value)>, Error> {
    sorted(keyed, &|(a, _), (b, _)| if reverse { compare(state, b, a, 0) } else { compare(state, a, b, 0) })
}

fn position(state: &State<'_, '_>, list: &[Value], value: &Value) -> Result<Option<usize>, Error> {
    for (index, other) in list.iter().enumerate() {
        if equals(state, other, value)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}
