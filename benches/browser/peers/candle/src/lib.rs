//! candle-transformers' Mamba as it is, with the least around it that JavaScript can call.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::mamba::{Config, Model, State};
use wasm_bindgen::prelude::*;

/// A model and one sequence.
#[wasm_bindgen]
pub struct Mamba {
    config: Config,
    model: Model,
    state: State,
    logits: Vec<f32>,
}

#[wasm_bindgen]
impl Mamba {
    /// From a safetensors file in Hugging Face's layout, kept in f32.
    #[wasm_bindgen(constructor)]
    pub fn new(weights: Vec<u8>, d_model: usize, n_layer: usize, vocab_size: usize) -> Result<Mamba, JsError> {
        let config = Config { d_model, n_layer, vocab_size, pad_vocab_size_multiple: 8 };
        let vars = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
        // candle keeps the names of state-spaces/mamba, the file those of transformers.
        let vars = vars.rename_f(|name| name.replace("backbone.embedding.", "backbone.embeddings."));
        let model = Model::new(&config, vars.pp("backbone"))?;
        let state = State::new(1, &config, DType::F32, &Device::Cpu)?;
        Ok(Self { config, model, state, logits: Vec::new() })
    }

    /// Starts a new sequence.
    pub fn clear(&mut self) -> Result<(), JsError> {
        self.state = State::new(1, &self.config, DType::F32, &Device::Cpu)?;
        Ok(())
    }

    /// Reads tokens one by one, which is all that this implementation can do.
    pub fn read(&mut self, tokens: &[u32]) -> Result<(), JsError> {
        for &token in tokens {
            self.logits = self.step(token)?;
        }
        Ok(())
    }

    /// The likeliest next token; reads it too.
    pub fn next_token(&mut self) -> Result<u32, JsError> {
        let best = self.logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(id, _)| id as u32);
        self.logits = self.step(best)?;
        Ok(best)
    }

    fn step(&mut self, token: u32) -> candle_core::Result<Vec<f32>> {
        let input = Tensor::new(&[token], &Device::Cpu)?;
        self.model.forward(&input, &mut self.state)?.squeeze(0)?.to_vec1()
    }
}
