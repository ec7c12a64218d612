//! Supplies what minijinja lacks or does differently from jinja2 as transformers sets it up.

mod arguments;
mod containers;
mod date;
mod filters;
mod globals;
mod json;
mod macros;
mod numbers;
mod operators;
mod percent;
mod str_format;
mod strings;
mod tests;
mod text;
mod unicode;
mod value;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use value::fail;

/// Begins the detail of an error that the template raised itself.
pub(super) const RAISED: &str = "raised: ";

pub(super) fn install(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(method);
    environment.set_formatter(|output, state, value| match value.as_str() {
        _ if !matches!(state.auto_escape(), AutoEscape::None) => minijinja::escape_formatter(output, state, value),
        Some(text) => output.write_str(text).map_err(Error::from),
        None => output.write_str(&text::str(state, value)?).map_err(Error::from),
    });
    operators::install(environment);
    macros::install(environment);
    filters::install(environment);
    tests::install(environment);
    globals::install(environment);
}

fn method(state: &mut State<'_, '_>, value: &Value, name: &str, arguments: &[Value]) -> Result<Value, Error> {
    let result = match value.as_str() {
        Some(text) => strings::call(state, text, name, arguments),
        // minijinja's `loop.cycle` divides by the number of arguments.
        None if name == "__cycle" && arguments.is_empty() => Some(Err(fail("cycle needs at least one value"))),
        None if name == "__cycle" => Some(value.call_method(state, "cycle", arguments)),
        None => containers::call(state, value, name, arguments),
    };
    result.unwrap_or_else(|| Err(Error::from(ErrorKind::UnknownMethod)))
}
