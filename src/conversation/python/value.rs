//! Maps minijinja's values to Python's types.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

/// Python's type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Undefined,
    None,
    Bool,
    Int,
    Float,
    Str,
    List,
    Tuple,
    Dict,
    /// What can be iterated and not indexed: generators, the views of a dict.
    Iterator,
    Range,
    /// Functions, macros, namespaces, loops.
    Other,
}

pub(super) fn type_of(value: &Value) -> Type {
    match value.kind() {
        ValueKind::Undefined => Type::Undefined,
        ValueKind::None => Type::None,
        ValueKind::Bool => Type::Bool,
        ValueKind::Number if value.is_integer() => Type::Int,
        ValueKind::Number => Type::Float,
        ValueKind::String => Type::Str,
        ValueKind::Seq | ValueKind::Iterable => {
            if value.is_tuple() || value.downcast_object_ref::<Group>().is_some() {
                Type::Tuple
            } else if value.downcast_object_ref::<Range>().is_some() {
                Type::Range
            } else if value.downcast_object_ref::<Items>().is_some() {
                Type::Iterator
            } else {
                // minijinja's own lazy ones are slices, sums and products of lists.
                Type::List
            }
        }
        ValueKind::Map if is_dict(value) => Type::Dict,
        _ => Type::Other,
    }
}

/// Loops, macros and namespaces are maps for minijinja.
fn is_dict(value: &Value) -> bool {
    value.downcast_object_ref::<super::macros::Macro>().is_none()
        && !["Namespace", "Loop", "Macro"].iter().any(|name| is_native(value, name))
}

/// Whether this is minijinja's own object of that name.
pub(super) fn is_native(value: &Value, name: &str) -> bool {
    value.as_object().is_some_and(|object| object.type_name().rsplit("::").next() == Some(name))
}

/// The name of the type, for errors.
pub(super) fn type_name(value: &Value) -> &'static str {
    match type_of(value) {
        Type::Undefined => "an undefined value",
        Type::None => "None",
        Type::Bool => "a bool",
        Type::Int => "an int",
        Type::Float => "a float",
        Type::Str => "a str",
        Type::List => "a list",
        Type::Tuple => "a tuple",
        Type::Dict => "a dict",
        Type::Iterator => "an iterator",
        Type::Range => "a range",
        Type::Other => "an object",
    }
}

pub(super) fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// An int or a bool.
pub(super) fn as_int(value: &Value) -> Option<i128> {
    match type_of(value) {
        Type::Bool => Some(i128::from(value.is_true())),
        Type::Int => i128::try_from(value.clone()).ok(),
        _ => None,
    }
}

/// An int, a bool or a float.
pub(super) fn as_float(value: &Value) -> Option<f64> {
    match type_of(value) {
        Type::Float => f64::try_from(value.clone()).ok(),
        Type::Int if as_int(value).is_none() => u128::try_from(value.clone()).ok().map(|int| int as f64),
        _ => as_int(value).map(|int| int as f64),
    }
}

pub(super) fn int(value: i128) -> Value {
    i64::try_from(value).map_or_else(|_| Value::from(value), Value::from)
}

pub(super) fn length(value: &Value) -> Result<usize, Error> {
    match type_of(value) {
        Type::Undefined => Ok(0),
        Type::Str => Ok(value.as_str().unwrap_or_default().chars().count()),
        Type::List | Type::Tuple | Type::Dict | Type::Range => Ok(value.len().unwrap_or(0)),
        Type::Iterator if value.downcast_object_ref::<Items>().is_some_and(|items| items.view.is_some()) => {
            Ok(value.len().unwrap_or(0))
        }
        _ => Err(fail(format!("{} has no length", type_name(value)))),
    }
}

/// The items of what Python can iterate.
pub(super) fn items(state: &State<'_, '_>, value: &Value) -> Result<Vec<Value>, Error> {
    match type_of(value) {
        Type::Undefined => Ok(Vec::new()),
        Type::Str => {
            let text = value.as_str().unwrap_or_default();
            charge(state, text.len() * 32)?;
            Ok(text.chars().map(Value::from).collect())
        }
        Type::List | Type::Tuple | Type::Dict | Type::Range | Type::Iterator => {
            charge(state, value.len().unwrap_or(0).saturating_mul(32))?;
            Ok(value.try_iter()?.collect())
        }
        _ => Err(fail(format!("{} cannot be iterated", type_name(value)))),
    }
}

/// The keys and values of a dict.
pub(super) fn pairs(value: &Value) -> Vec<(Value, Value)> {
    value.as_object().and_then(|object| object.try_iter_pairs()).map(Iterator::collect).unwrap_or_default()
}

/// Pays for memory before it is used.
pub(super) fn charge(state: &State<'_, '_>, bytes: usize) -> Result<(), Error> {
    state.consume_fuel((bytes / 64) as u64)
}

pub(super) fn list(values: Vec<Value>) -> Value {
    Value::from(values)
}

pub(super) fn tuple(values: Vec<Value>) -> Value {
    Value::from(Tuple::from(values))
}

/// A generator, or a view of a dict with its name.
#[derive(Debug)]
pub(super) struct Items {
    pub view: Option<&'static str>,
    pub values: Arc<[Value]>,
}

impl Items {
    pub fn generator(values: Vec<Value>) -> Value {
        Value::from_object(Self { view: None, values: values.into() })
    }

    pub fn view(name: &'static str, values: Vec<Value>) -> Value {
        Value::from_object(Self { view: Some(name), values: values.into() })
    }
}

impl Object for Items {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    /// Nothing, not even by an index.
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(Value::UNDEFINED)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let values = self.values.clone();
        Enumerator::Iter(Box::new((0..values.len()).map(move |index| values[index].clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.values.len())
    }
}

/// `range(start, stop, step)`.
#[derive(Debug)]
pub(super) struct Range {
    pub start: i128,
    pub stop: i128,
    pub step: i128,
    pub length: usize,
}

impl Range {
    /// jinja2's sandbox takes no longer ones.
    const MOST: i128 = 100_000;

    pub fn value(start: i128, stop: i128, step: i128) -> Result<Value, Error> {
        let length = match step {
            0 => return Err(fail("a range has no step of 0")),
            1.. => stop.saturating_sub(start).saturating_add(step - 1) / step,
            _ => start.saturating_sub(stop).saturating_sub(step + 1) / step.saturating_neg(),
        };
        if length > Self::MOST {
            return Err(fail(format!("a range of {length} numbers is too long")));
        }
        Ok(Value::from_object(Self { start, stop, step, length: length.max(0) as usize }))
    }
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize().filter(|index| *index < self.length)?;
        Some(int(self.start + index as i128 * self.step))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.length)
    }
}

/// One of `groupby`: a tuple whose two items have names.
#[derive(Debug)]
pub(super) struct Group {
    grouper: Value,
    list: Value,
}

impl Group {
    pub fn value(grouper: Value, list: Value) -> Value {
        Value::from_object(Self { grouper, list })
    }
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_str(), key.as_usize()) {
            (Some("grouper"), _) | (_, Some(0)) => Some(self.grouper.clone()),
            (Some("list"), _) | (_, Some(1)) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }
}
