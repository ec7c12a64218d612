//! Chapter 2.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::lab::lti::{Method, Mode, System, convolve, hippo_modes};
use crate::web::{Thrown, to_js};

/// What a linear system does with a signal, see [`crate::lab::lti`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Linear {
    /// N.
    states_of: usize,
    /// `[T]` by the recurrence.
    output: Vec<f64>,
    /// `[T, N]`.
    states: Vec<f64>,
    /// `[T]`.
    kernel: Vec<f64>,
    /// `[T]` by the convolution.
    convolved: Vec<f64>,
    /// Of each mode its pole, two numbers.
    poles: Vec<f64>,
    /// The discrete A, `[N, N]`.
    a: Vec<f64>,
    /// The discrete B, `[N]`.
    b: Vec<f64>,
}

/// `modes`: re, im, b, c of each. `method`: "zoh" or "bilinear".
fn run(modes: &[f64], step: f64, method: &str, signal: &[f64]) -> Result<Linear> {
    let (modes, method) = (parse_modes(modes)?, parse_method(method)?);
    let discrete = System::of(&modes).discretise(step, method)?;
    let (output, states) = discrete.scan(signal);
    let kernel = discrete.kernel(signal.len());
    let convolved = convolve(&kernel, signal);
    let poles = modes.iter().flat_map(|mode| <[f64; 2]>::from(mode.pole(step, method))).collect();
    Ok(Linear { states_of: discrete.b.len(), output, states, kernel, convolved, poles, a: discrete.a, b: discrete.b })
}

fn parse_modes(modes: &[f64]) -> Result<Vec<Mode>> {
    let (modes, rest) = modes.as_chunks::<4>();
    if modes.is_empty() || !rest.is_empty() || modes.as_flattened().iter().any(|value| !value.is_finite()) {
        return Err(Error::BadArgument("A mode is four finite numbers, and a system has at least one.".into()));
    }
    Ok(modes.iter().map(|&[re, im, b, c]| Mode { re, im, b, c }).collect())
}

fn parse_method(word: &str) -> Result<Method> {
    match word {
        "zoh" => Ok(Method::ZeroOrderHold),
        "bilinear" => Ok(Method::Bilinear),
        _ => Err(Error::BadArgument(format!("The method \"{word}\" is unknown; use \"zoh\" or \"bilinear\"."))),
    }
}

/// A linear system over a signal.
#[wasm_bindgen(js_name = labLinear)]
pub fn lab_linear(modes: &[f64], step: f64, method: &str, signal: &[f64]) -> Result<JsValue, JsValue> {
    to_js(&run(modes, step, method, signal).thrown()?)
}

/// The modes of HiPPO-LegS that reads `ago` seconds back: re, im, b, c of each.
#[wasm_bindgen(js_name = labHippo)]
pub fn lab_hippo(states: usize, ago: f64) -> Vec<f64> {
    hippo_modes(states.min(16), ago).iter().flat_map(|mode| [mode.re, mode.im, mode.b, mode.c]).collect()
}

/// The real and the imaginary part of the eigenvalue whose pole this is.
#[wasm_bindgen(js_name = labEigenvalue)]
pub fn lab_eigenvalue(re: f64, im: f64, step: f64, method: &str) -> Result<Vec<f64>, JsValue> {
    let mode = Mode { re: 0.0, im: 0.0, b: 1.0, c: 1.0 }.with_pole((re, im), step, parse_method(method).thrown()?);
    Ok(vec![mode.re, mode.im])
}
