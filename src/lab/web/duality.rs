//! Chapter 6.

use wasm_bindgen::prelude::*;

use super::watch::check;
use crate::error::Result;
use crate::generation::LoadedModel;
use crate::lab::duality::Head;
use crate::lab::hidden::Reading;
use crate::lab::trace::Watched;
use crate::web::{Thrown, WasmEngine};

/// What a layer of the page's model did at some tokens: see [`Reading`].
#[wasm_bindgen]
pub struct LabReading(Reading);

fn read(engine: &WasmEngine, ids: &[u32], layer: usize) -> Result<Reading> {
    let mut engine = engine.0.borrow_mut();
    check(&engine, layer)?;
    let mut watched = Watched::new(engine.backend())?;
    let mut reading = Reading::default();
    for &id in ids {
        let mut seen = watched.read(engine.backend(), id)?;
        reading.push(seen.steps.swap_remove(layer), watched.state.layer(layer).ssm);
    }
    Ok(reading)
}

#[wasm_bindgen]
impl LabReading {
    /// Reads the tokens from the beginning.
    #[wasm_bindgen(constructor)]
    pub fn new(engine: &WasmEngine, ids: &[u32], layer: usize) -> Result<LabReading, JsValue> {
        read(engine, ids, layer).map(Self).thrown()
    }

    /// `[T, T]`: of one channel, or of all the mean size.
    pub fn attention(&self, channel: Option<usize>) -> Result<Vec<f32>, JsValue> {
        self.0.attention(channel).thrown()
    }

    /// `[T, E]`, from the states that the kernels went through.
    pub fn recurrence(&self) -> Vec<f32> {
        self.0.recurrence().to_vec()
    }

    /// `[T, E]`, in chunks of `length` tokens.
    pub fn chunked(&self, length: usize) -> Result<Vec<f32>, JsValue> {
        self.0.chunked(length).thrown()
    }

    /// `[T, E]`, as products with the matrices.
    pub fn masked(&self) -> Vec<f32> {
        self.0.masked()
    }
}

/// One head of Mamba-2: see [`Head`].
#[wasm_bindgen]
pub struct LabHead {
    a: f32,
    dt: Vec<f32>,
    x: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

impl LabHead {
    fn head(&self) -> Result<Head<'_>, JsValue> {
        Head::new(self.a, &self.dt, &self.x, &self.b, &self.c).thrown()
    }
}

#[wasm_bindgen]
impl LabHead {
    /// `dt` `[T]`, `x` `[T, P]`, `b` and `c` `[T, N]`.
    #[wasm_bindgen(constructor)]
    pub fn new(a: f32, dt: Vec<f32>, x: Vec<f32>, b: Vec<f32>, c: Vec<f32>) -> Self {
        Self { a, dt, x, b, c }
    }

    /// `[T, P]`, token by token.
    pub fn recurrence(&self) -> Result<Vec<f32>, JsValue> {
        Ok(self.head()?.recurrence())
    }

    /// `[T, P]`, in chunks of `length` tokens.
    pub fn chunked(&self, length: usize) -> Result<Vec<f32>, JsValue> {
        self.head()?.chunked(length).thrown()
    }

    /// `[T, P]`, as one product with the matrix.
    pub fn masked(&self) -> Result<Vec<f32>, JsValue> {
        Ok(self.head()?.masked())
    }

    /// `[T, T]`, the matrix.
    pub fn matrix(&self) -> Result<Vec<f32>, JsValue> {
        Ok(self.head()?.matrix())
    }
}
