//! jinja2's functions, and those that transformers adds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State};

use super::arguments::{Given, named, split};
use super::operators::hashable;
use super::text::{check_depth, str};
use super::value::{Range, Type, fail, items, pairs, type_of};

type Function = fn(&State<'_, '_>, &[Value]) -> Result<Value, Error>;

const FUNCTIONS: [(&str, Function); 7] = [
    ("cycler", |_, arguments| {
        let (values, _) = split(arguments)?;
        match values {
            [] => Err(fail("needs at least one value")),
            _ => Ok(Value::from_object(Cycler { values: values.to_vec(), at: AtomicUsize::new(0) })),
        }
    }),
    ("dict", dict),
    ("joiner", |_, arguments| {
        let between = Given::new(arguments, ["sep"], 0)?.get(0).cloned();
        Ok(Value::from_object(Joiner {
            between: between.unwrap_or_else(|| Value::from(", ")),
            used: AtomicBool::new(false),
        }))
    }),
    ("namespace", namespace),
    ("raise_exception", |state, arguments| {
        let given = Given::new(arguments, ["message"], 1)?;
        Err(fail(format!("{}{}", super::RAISED, str(state, &given.value(0))?)))
    }),
    ("range", |_, arguments| {
        let given = Given::new(arguments, ["/start", "/stop", "/step"], 1)?;
        let (start, stop) =
            if given.get(1).is_some() { (given.int(0, 0)?, given.int(1, 0)?) } else { (0, given.int(0, 0)?) };
        Range::value(start, stop, given.int(2, 1)?)
    }),
    ("strftime_now", super::date::strftime_now),
];

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.remove_global("debug");
    for (name, function) in FUNCTIONS {
        environment.add_function(
            name,
            move |state: &State<'_, '_>, arguments: Rest<ValueOrKwargs>| -> Result<Value, Error> {
                let arguments: Vec<Value> = arguments.0.into_iter().map(ValueOrKwargs::into_value).collect();
                arguments.iter().try_for_each(|value| check_depth(state, value, 0))?;
                named(function(state, &arguments), name)
            },
        );
    }
}

/// `dict(...)`
fn dict(state: &State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
    let (placed, named) = split(arguments)?;
    let mut all = match placed {
        [] => Vec::new(),
        [from] if type_of(from) == Type::Dict => pairs(from),
        [from] => {
            let mut all = Vec::new();
            for pair in items(state, from)? {
                match items(state, &pair)?.as_slice() {
                    [key, value] => {
                        hashable(key)?;
                        all.push((key.clone(), value.clone()));
                    }
                    _ => return Err(fail("dict needs pairs")),
                }
            }
            all
        }
        _ => return Err(fail("dict takes at most 1 argument by place")),
    };
    for name in named.args() {
        all.push((Value::from(name), named.get::<Value>(name)?));
    }
    Ok(Value::from_pairs(all))
}

/// `namespace(...)`
fn namespace(state: &State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
    let values = dict(state, arguments)?;
    if pairs(&values).iter().any(|(name, _)| name.as_str().is_some_and(|name| name.starts_with('_'))) {
        return Err(fail("a namespace has no attributes that begin with an underscore"));
    }
    minijinja::functions::namespace(Some(values.into()))
}

/// `cycler('a', 'b').next()`
#[derive(Debug)]
struct Cycler {
    values: Vec<Value>,
    at: AtomicUsize,
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let current = || self.values[self.at.load(Ordering::Relaxed) % self.values.len()].clone();
        (key.as_str() == Some("current")).then(current)
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, _: &[Value]) -> Result<Value, Error> {
        match method {
            "next" => Ok(self.values[self.at.fetch_add(1, Ordering::Relaxed) % self.values.len()].clone()),
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// `joiner(', ')`: nothing the first time it is called, then the text.
#[derive(Debug)]
struct Joiner {
    between: Value,
    used: AtomicBool,
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let used = self.used.swap(true, Ordering::Relaxed);
        Ok(if used { self.between.clone() } else { Value::from("") })
    }
}
