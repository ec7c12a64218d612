//! The surface for JavaScript. The classes are those of this crate; errors are thrown as `Error` with a sentence.

use wasm_bindgen::prelude::*;

use crate::{Result, Shape, Vocabulary, Walk};

/// See [`Vocabulary`].
#[wasm_bindgen]
pub struct Guide(Vocabulary);

#[wasm_bindgen]
impl Guide {
    /// `table` has for each token the number of its bytes (four bytes, the lowest first) and the bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(table: &[u8]) -> std::result::Result<Guide, JsError> {
        thrown(tokens_of(table).and_then(Vocabulary::new).map(Guide))
    }

    /// A walk through the texts of a shape, which is given as JSON.
    pub fn walk(&self, shape: &str) -> std::result::Result<GuideWalk, JsError> {
        thrown(Shape::from_json(shape).and_then(|shape| self.0.walk(shape)).map(GuideWalk))
    }
}

/// See [`Walk`].
#[wasm_bindgen]
pub struct GuideWalk(Walk);

#[wasm_bindgen]
impl GuideWalk {
    /// See [`Walk::mask`].
    pub fn mask(&mut self) -> std::result::Result<Vec<u32>, JsError> {
        thrown(self.0.mask())
    }

    /// See [`Walk::allows`].
    pub fn allows(&mut self, token: u32) -> std::result::Result<bool, JsError> {
        thrown(self.0.allows(token))
    }

    /// See [`Walk::may_end`].
    #[wasm_bindgen(js_name = mayEnd)]
    pub fn may_end(&mut self) -> std::result::Result<bool, JsError> {
        thrown(self.0.may_end())
    }

    /// See [`Walk::closing`].
    pub fn closing(&self, token: Option<u32>, most: u32) -> Option<Vec<u32>> {
        self.0.closing(token, most as usize)
    }

    /// See [`Walk::accept`].
    pub fn accept(&mut self, token: u32) -> std::result::Result<(), JsError> {
        thrown(self.0.accept(token))
    }

    /// See [`Walk::is_over`].
    #[wasm_bindgen(js_name = isOver)]
    pub fn is_over(&self) -> bool {
        self.0.is_over()
    }
}

fn tokens_of(mut table: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut tokens = Vec::new();
    while let Some((length, rest)) = table.split_first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((token, rest)) = rest.split_at_checked(length) else {
            return Err("The table of tokens ends in the middle of one.".into());
        };
        tokens.push(token.to_vec());
        table = rest;
    }
    Ok(tokens)
}

fn thrown<T>(result: Result<T>) -> std::result::Result<T, JsError> {
    result.map_err(|sentence| JsError::new(&sentence))
}
