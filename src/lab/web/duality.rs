//! Chapter 6.

use wasm_bindgen::prelude::*;

use crate::lab::duality::Head;
use crate::web::Thrown;

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
