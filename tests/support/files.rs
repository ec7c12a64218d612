//! Weight files in tests: read in chunks, kept as they come, written in any order.

use mamba_web::Result;
use mamba_web::checkpoint::{Reader, TensorSink};

/// Keeps every tensor that it is given: name, shape, values.
#[derive(Default)]
pub struct Memory(pub Vec<(String, Vec<usize>, Vec<f32>)>);

impl TensorSink for Memory {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.0.push((name.into(), shape.into(), Vec::new()));
        Ok(true)
    }
    fn rows(&mut self, values: &[f32]) -> Result<()> {
        self.0.last_mut().expect("begin came first").2.extend_from_slice(values);
        Ok(())
    }
}

/// Reads a weight file in chunks.
pub fn read_file(bytes: &[u8], chunk: usize, length: Option<u64>, sink: &mut dyn TensorSink) -> Result<()> {
    let mut reader = Reader::new("weights", length);
    for piece in bytes.chunks(chunk) {
        reader.push(piece, sink)?;
    }
    reader.finish(sink)
}

/// A tensor for [`safetensors`]: name, type, shape, bytes.
pub type Entry = (String, &'static str, Vec<usize>, Vec<u8>);

/// A tensor of f32.
pub fn floats(name: &str, shape: &[usize], values: &[f32]) -> Entry {
    (name.into(), "F32", shape.into(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A safetensors file with the tensors in just this order, in which the library would not write them.
pub fn safetensors(tensors: &[Entry]) -> Vec<u8> {
    let mut end = 0;
    let entries = tensors.iter().map(|(name, dtype, shape, bytes)| {
        let start = end;
        end += bytes.len();
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#)
    });
    let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.into_bytes());
    tensors.iter().for_each(|(.., bytes)| file.extend(bytes));
    file
}
