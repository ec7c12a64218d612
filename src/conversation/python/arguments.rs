//! Arguments as a Python function takes them: by place or by name.

use minijinja::Error;
use minijinja::value::{Kwargs, Value, from_args};

use super::value::{Type, as_int, fail, type_name, type_of};

/// What a call gave, under the names of a signature.
pub(super) struct Given<const N: usize> {
    names: [&'static str; N],
    values: [Option<Value>; N],
}

impl<const N: usize> Given<N> {
    /// Of `names` the first `least` have to be given. A name that begins with `/` is taken by place only.
    pub fn new(arguments: &[Value], names: [&'static str; N], least: usize) -> Result<Self, Error> {
        let (placed, named) = split(arguments)?;
        if placed.len() > N {
            return Err(fail(format!("takes at most {N} arguments; {} were given", placed.len())));
        }
        let mut values = std::array::from_fn(|index| placed.get(index).cloned());
        for name in named.args() {
            let index = names.iter().position(|known| *known == name);
            let index = index.ok_or_else(|| fail(format!("takes no argument {name}")))?;
            if values[index].is_some() {
                return Err(fail(format!("was given {name} twice")));
            }
            values[index] = Some(named.get::<Value>(name)?);
        }
        match values.iter().take(least).position(Option::is_none) {
            Some(missing) => Err(fail(format!("needs its argument {}", names[missing].trim_start_matches('/')))),
            None => Ok(Self { names, values }),
        }
    }

    pub fn get(&self, index: usize) -> Option<&Value> {
        self.values[index].as_ref()
    }

    /// The value, `None` for Python's None and for what was not given.
    pub fn some(&self, index: usize) -> Option<&Value> {
        self.get(index).filter(|value| !value.is_none())
    }

    pub fn value(&self, index: usize) -> Value {
        self.values[index].clone().unwrap_or(Value::UNDEFINED)
    }

    fn wrong(&self, index: usize, value: &Value, wanted: &str) -> Error {
        let name = self.names[index].trim_start_matches('/');
        fail(format!("needs {wanted} as {name}, not {}", type_name(value)))
    }

    pub fn int(&self, index: usize, default: i128) -> Result<i128, Error> {
        match self.get(index) {
            None => Ok(default),
            Some(value) => as_int(value).ok_or_else(|| self.wrong(index, value, "an int")),
        }
    }

    pub fn some_int(&self, index: usize) -> Result<Option<i128>, Error> {
        match self.some(index) {
            None => Ok(None),
            Some(_) => self.int(index, 0).map(Some),
        }
    }

    pub fn text(&self, index: usize) -> Result<&str, Error> {
        match self.get(index) {
            Some(value) => value.as_str().ok_or_else(|| self.wrong(index, value, "a str")),
            None => Err(fail(format!("needs its argument {}", self.names[index]))),
        }
    }

    pub fn some_text(&self, index: usize) -> Result<Option<&str>, Error> {
        match self.some(index) {
            None => Ok(None),
            Some(_) => self.text(index).map(Some),
        }
    }

    /// Python's truth of the value.
    pub fn truth(&self, index: usize, default: bool) -> bool {
        self.get(index).map_or(default, Value::is_true)
    }
}

/// The arguments by place and those by name.
pub(super) fn split(arguments: &[Value]) -> Result<(&[Value], Kwargs), Error> {
    let (placed, named): (&[Value], Kwargs) = from_args(arguments)?;
    Ok((placed, named))
}

/// A width or a count: Python takes a negative one for 0.
pub(super) fn size(count: i128) -> usize {
    usize::try_from(count.max(0)).unwrap_or(usize::MAX)
}

/// Like a slice in Python: an index from the end if it is negative, no further than the ends.
pub(super) fn clamp(index: i128, length: usize) -> usize {
    let length = length as i128;
    let index = if index < 0 { index + length } else { index };
    index.clamp(0, length) as usize
}

/// Begins an error about arguments with the name of what was called.
pub(super) fn named<T>(result: Result<T, Error>, name: &str) -> Result<T, Error> {
    result.map_err(|error| match error.detail() {
        Some(detail) if ["takes ", "needs ", "was given "].iter().any(|verb| detail.starts_with(verb)) => {
            fail(format!("{name} {detail}"))
        }
        _ => error,
    })
}

/// A value that is not undefined.
pub(super) fn defined(value: &Value) -> Result<&Value, Error> {
    if type_of(value) == Type::Undefined { Err(fail("a value is undefined")) } else { Ok(value) }
}
