//! What is in a checkpoint: its tensors with their shapes and the largest value of each, read as a stream.
//!
//!     cargo run --release --example inspect -- www/models/default/model.safetensors

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use mamba_web::checkpoint::{Reader, TensorSink};
use mamba_web::{Error, Result};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 1 << 20;

fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1) else {
        eprintln!("usage: cargo run --release --example inspect -- FILE");
        return ExitCode::FAILURE;
    };
    match inspect(Path::new(&file)) {
        Ok(tensors) => {
            for Tensor { name, shape, largest } in &tensors {
                println!("{name:56} {shape:?}, at most {largest:.3}");
            }
            let weights: usize = tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
            println!("{} tensors, {weights} weights", tensors.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error} ({})", error.hint());
            ExitCode::FAILURE
        }
    }
}

/// One tensor of the file.
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    /// The largest magnitude in it.
    pub largest: f32,
}

#[derive(Default)]
struct Tensors(Vec<Tensor>);

impl TensorSink for Tensors {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.0.push(Tensor { name: name.into(), shape: shape.into(), largest: 0.0 });
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        if let Some(tensor) = self.0.last_mut() {
            tensor.largest = values.iter().fold(tensor.largest, |largest, value| largest.max(value.abs()));
        }
        Ok(())
    }
}

/// The tensors of a safetensors, GGUF or `pytorch_model.bin` file, in its order.
///
/// # Errors
/// When the file cannot be read or is no checkpoint.
pub fn inspect(file: &Path) -> Result<Vec<Tensor>> {
    let unreadable = |error: std::io::Error| Error::NotFound(format!("{} cannot be read ({error}).", file.display()));
    let mut bytes = File::open(file).map_err(unreadable)?;
    let length = bytes.metadata().map_err(unreadable)?.len();
    let mut reader = Reader::new(file.file_name().unwrap_or_default().to_string_lossy(), Some(length));
    let mut tensors = Tensors::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = bytes.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        reader.push(chunk.get(..read).unwrap_or_default(), &mut tensors)?;
    }
    reader.finish(&mut tensors)?;
    Ok(tensors.0)
}
