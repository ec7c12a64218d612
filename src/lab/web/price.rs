//! Chapter 1.

use wasm_bindgen::prelude::*;

use crate::backend::Precision;
use crate::error::{Error, Result};
use crate::lab::price::{Runner, attention_twin, peak};
use crate::model::Config;
use crate::web::Thrown;

/// A model of the shape of a config.json, to measure; see [`Runner`].
#[wasm_bindgen]
pub struct LabRunner(Runner);

fn runner(config: &str, precision: &str, window: Option<usize>) -> Result<LabRunner> {
    let precision = Precision::parse(precision)?
        .ok_or_else(|| Error::BadArgument("The precision to measure must be named.".into()))?;
    let config = Config::parse(config)?;
    let config = if let Some(window) = window { attention_twin(&config, window)? } else { config };
    Ok(LabRunner(Runner::new(&config, precision)?))
}

#[wasm_bindgen]
impl LabRunner {
    /// The model itself, or with a window the attention model of its size, which keeps so many tokens.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, precision: &str, window: Option<usize>) -> Result<LabRunner, JsValue> {
        runner(config, precision, window).thrown()
    }

    /// Seconds, bytes that are kept, bytes that are moved and multiply-adds of the token after `position` others.
    pub fn measure(&mut self, position: f64) -> Result<Vec<f64>, JsValue> {
        let position = position as u64;
        let seconds = self.0.seconds(position).thrown()?;
        let cost = self.0.cost(position);
        Ok(vec![seconds, cost.kept_bytes, cost.moved_bytes, cost.multiply_adds])
    }

    /// Parameters of the model.
    pub fn parameters(&self) -> f64 {
        self.0.config().parameters() as f64
    }
}

/// Multiply-adds and bytes a second that one thread of this machine reaches at most.
#[wasm_bindgen(js_name = labPeak)]
pub fn lab_peak() -> Result<Vec<f64>, JsValue> {
    let peak = peak().thrown()?;
    Ok(vec![peak.multiply_adds_per_second, peak.bytes_per_second])
}
