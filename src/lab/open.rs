//! The Lab's two ordinary Mamba models (selective and DNA), which have a config.json and weights but no tokenizer.

use crate::Engine;
use crate::backend::{Name, Precision};
use crate::engine::{EngineBuilder, ModelFiles, Options};
use crate::error::Result;

/// An engine on the cpu backend, one thread, f32: these models are too small for less. It never waits.
///
/// # Errors
/// As [`EngineBuilder`].
pub async fn open(config: &str, weights: &[u8]) -> Result<Engine> {
    let files = ModelFiles { config: Some(config.to_owned()), ..ModelFiles::default() };
    let (backend, precision, threads) = (Some(Name::Cpu), Some(Precision::F32), Some(1));
    let options = Options { backend, precision, threads, ..Options::default() };
    let mut builder = EngineBuilder::open(&files, &options).await?;
    builder.begin_file("model.safetensors", Some(weights.len() as u64))?;
    builder.push(weights).await?;
    builder.end_file()?;
    builder.finish().await
}
