//! Warms the code up: answers a first message with a tiny model.
//!
//! Chromium compiles each function of the wasm when it is first called, on the thread that calls it, and all threads
//! share what is compiled. From a model's files to its first token these are some 740. So a thread that has nothing to
//! do while the model is read (www/engine/program/pool-worker.js) calls most of them before the engine does; the tokenizer's
//! regular expression, one for all tokenizers, is then there as well.

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::{EngineBuilder, ModelFiles, Options};
use crate::backend;
use crate::error::{Error, Result};
use crate::generation::{Input, Session, Step};

const CONFIG: &str = r#"{"model_type": "mamba", "vocab_size": 8, "hidden_size": 32, "intermediate_size": 64,
    "num_hidden_layers": 1, "state_size": 16, "conv_kernel": 4, "expand": 2, "time_step_rank": 2, "eos_token_id": 0,
    "use_bias": false, "use_conv_bias": true, "hidden_act": "silu", "layer_norm_epsilon": 1e-5,
    "tie_word_embeddings": true}"#;

/// The kind of tokenizer that nearly all Mambas have.
const TOKENIZER: &str = r#"{"version": "1.0", "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
    "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    "post_processor": null, "truncation": null, "padding": null,
    "added_tokens": [{"id": 0, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}],
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": {"<|end|>": 0, "H": 1, "e": 2, "l": 3, "o": 4, "He": 5, "ll": 6}, "merges": ["H e", "l l"]}}"#;

const TOKENIZER_CONFIG: &str = r#"{"eos_token": "<|end|>", "chat_template": "{% for message in messages %}{% if message['role'] == 'user' %}{{ message['content'] | trim }}<|end|>{% endif %}{% endfor %}"}"#;

const GENERATION_CONFIG: &str = r#"{"eos_token_id": [0], "do_sample": true, "temperature": 0.5, "top_k": 4}"#;

const SHAPES: [(&str, &[usize]); 12] = [
    ("backbone.embeddings.weight", &[8, 32]),
    ("backbone.layers.0.mixer.A_log", &[64, 16]),
    ("backbone.layers.0.mixer.D", &[64]),
    ("backbone.layers.0.mixer.conv1d.bias", &[64]),
    ("backbone.layers.0.mixer.conv1d.weight", &[64, 1, 4]),
    ("backbone.layers.0.mixer.dt_proj.bias", &[64]),
    ("backbone.layers.0.mixer.dt_proj.weight", &[64, 2]),
    ("backbone.layers.0.mixer.in_proj.weight", &[128, 32]),
    ("backbone.layers.0.mixer.out_proj.weight", &[32, 64]),
    ("backbone.layers.0.mixer.x_proj.weight", &[34, 64]),
    ("backbone.layers.0.norm.weight", &[32]),
    ("backbone.norm_f.weight", &[32]),
];

/// Loads a tiny model and lets it answer.
///
/// # Errors
/// Only a bug in this crate makes it fail.
pub fn warm_up() -> Result<()> {
    let files = ModelFiles {
        config: Some(CONFIG.into()),
        tokenizer: Some(TOKENIZER.into()),
        tokenizer_config: Some(TOKENIZER_CONFIG.into()),
        generation_config: Some(GENERATION_CONFIG.into()),
        ..ModelFiles::default()
    };
    let options = Options { backend: Some(backend::Name::Cpu), threads: Some(1), ..Options::default() };
    let mut builder = at_once(EngineBuilder::open(&files, &options))?;
    let weights = weights();
    builder.begin_file("model.safetensors", Some(weights.len() as u64))?;
    at_once(builder.push(&weights))?;
    builder.end_file()?;
    let mut engine = at_once(builder.finish())?;
    let mut session: Session = engine.session(None)?;
    let mut request = engine.request(Input::Message("Hello, how are you?".into()));
    request.max_tokens = 2;
    session.begin(&engine, request)?;
    while !matches!(session.advance(&mut engine)?, Step::End { .. }) {}
    Ok(())
}

/// A file of zeros in f16.
fn weights() -> Vec<u8> {
    let mut end = 0;
    let entries = SHAPES.map(|(name, shape)| {
        let start = end;
        end += 2 * shape.iter().product::<usize>();
        format!(r#""{name}":{{"dtype":"F16","shape":{shape:?},"data_offsets":[{start},{end}]}}"#)
    });
    let header = format!("{{{}}}", entries.join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + end, 0);
    file
}

/// The result of a future that never waits. The loader's futures never wait on the CPU.
fn at_once<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            Err(Error::Busy("The loader waits although the model is in memory and runs on the CPU.".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_tiny_model_is_loaded_and_answers() {
        super::warm_up().unwrap();
    }
}
