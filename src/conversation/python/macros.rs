//! A macro that sorts its arguments by Python's rules before minijinja's runs (see `source/macros.rs`).

use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, Value};
use minijinja::{Environment, Error, State};

use super::arguments::split;
use super::text::check_depth;
use super::value::{fail, list, tuple};

/// What the rewritten signature has after the macro's own arguments.
const ADDED: [&str; 3] = ["__missing", "varargs", "kwargs"];

#[derive(Debug)]
pub(super) struct Macro {
    inner: Value,
    names: Vec<String>,
    varargs: bool,
    kwargs: bool,
    caller: bool,
}

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.add_function("__macro", |inner: Value, varargs: bool, kwargs: bool| -> Result<Value, Error> {
        let names = inner.get_attr("arguments")?.try_iter()?;
        let mut names: Vec<String> = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
        names.truncate(names.len().saturating_sub(ADDED.len()));
        let caller = inner.get_attr("caller")?.is_true();
        Ok(Value::from_object(Macro { inner, names, varargs, kwargs, caller }))
    });
}

impl Object for Macro {
    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["name", "arguments", "catch_varargs", "catch_kwargs", "caller"])
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => self.inner.get_attr("name").ok(),
            "arguments" => Some(tuple(self.names.iter().map(|name| Value::from(name.as_str())).collect())),
            "catch_varargs" => Some(Value::from(self.varargs)),
            "catch_kwargs" => Some(Value::from(self.kwargs)),
            "caller" => Some(Value::from(self.caller)),
            _ => None,
        }
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, arguments: &[Value]) -> Result<Value, Error> {
        let name = self.inner.get_attr("name")?;
        let (placed, named) = split(arguments)?;
        for value in placed {
            check_depth(state, value, 0)?;
        }
        let mut values: Vec<Option<Value>> = placed.iter().take(self.names.len()).cloned().map(Some).collect();
        values.resize(self.names.len(), None);
        let more = placed.get(self.names.len()..).unwrap_or_default();
        if !more.is_empty() && !self.varargs {
            return Err(fail(format!("the macro {name} takes at most {} arguments", self.names.len())));
        }
        let mut rest = Vec::new();
        let mut caller = None;
        for key in named.args() {
            let value = named.get::<Value>(key)?;
            check_depth(state, &value, 0)?;
            match self.names.iter().position(|known| known == key) {
                Some(index) if values[index].is_some() => {
                    return Err(fail(format!("the macro {name} was given {key} twice")));
                }
                Some(index) => values[index] = Some(value),
                None if key == "caller" && self.caller => caller = Some((key, value)),
                None if self.kwargs => rest.push((Value::from(key), value)),
                None => return Err(fail(format!("the macro {name} takes no argument {key}"))),
            }
        }
        let missing = self.names.iter().zip(&values).filter(|(_, value)| value.is_none());
        let missing = list(missing.map(|(name, _)| Value::from(name.as_str())).collect());
        let mut given: Vec<Value> = values.into_iter().map(Option::unwrap_or_default).collect();
        given.extend([missing, tuple(more.to_vec()), Value::from_pairs(rest)]);
        given.extend(caller.map(|caller| Value::from(Kwargs::from_iter([caller]))));
        self.inner.call(state, &given)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.inner)
    }
}
