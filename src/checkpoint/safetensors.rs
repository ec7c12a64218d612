//! safetensors, pushed in as it arrives: the header first, then one tensor after the other, a few rows at a time.

use std::collections::VecDeque;

use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};

/// Values handed on at a time (or one row, where a row is longer): 256 KiB of f32.
const PIECE: usize = 1 << 16;
/// No known checkpoint comes near this; a header that claims more is a lie.
const MAX_HEADER: u64 = 100 << 20;

/// Reads one safetensors file from chunks of any size.
pub struct Reader {
    file: String,
    length: Option<u64>,
    received: u64,
    /// Bytes received and not yet handed on: at most one chunk more than what `needed` asks for.
    pending: Vec<u8>,
    header: Option<Header>,
    values: Vec<f32>,
}

struct Header {
    tensors: VecDeque<Tensor>,
    begun: bool,
    wanted: bool,
}

struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    /// Bytes of one row.
    row: usize,
    /// Bytes not yet handed on.
    left: usize,
}

impl Reader {
    /// `file` is the name that errors mention; `length` its size in bytes, where the server or the disk says it.
    pub fn new(file: impl Into<String>, length: Option<u64>) -> Self {
        Self { file: file.into(), length, received: 0, pending: Vec::new(), header: None, values: Vec::new() }
    }

    /// Takes the next bytes of the file and hands all rows that are complete to `sink`.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for a header or a tensor that is not right, [`Error::Integrity`] for bytes
    /// beyond the end, and whatever `sink` returns.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        self.received += bytes.len() as u64;
        if self.length.is_some_and(|length| self.received > length) {
            return Err(Error::Integrity(format!("{} is longer than announced.", self.file)));
        }
        self.pending
            .try_reserve(bytes.len())
            .map_err(|_| Error::OutOfMemory(format!("There is no memory to read {}.", self.file)))?;
        self.pending.extend_from_slice(bytes);
        if self.header.is_none() {
            self.header = self.take_header()?;
        }
        let Some(header) = &mut self.header else { return Ok(()) };
        let mut taken = 0;
        while let Some(tensor) = header.tensors.front_mut() {
            if !header.begun {
                header.wanted = sink.begin(&tensor.name, &tensor.shape)?;
                header.begun = true;
            }
            let available = &self.pending[taken..];
            let piece = (PIECE * tensor.dtype_bytes()).max(tensor.row);
            let whole = available.len().min(tensor.left).min(piece) / tensor.row * tensor.row;
            if tensor.left > 0 && whole == 0 {
                break;
            }
            if header.wanted && whole > 0 {
                tensor.convert(&available[..whole], &mut self.values)?;
                sink.rows(&self.values)?;
            }
            taken += whole;
            tensor.left -= whole;
            if tensor.left == 0 {
                header.tensors.pop_front();
                header.begun = false;
            }
        }
        if header.tensors.is_empty() && taken < self.pending.len() {
            return Err(Error::BadCheckpoint(format!("{} goes on after its last tensor.", self.file)));
        }
        self.pending.drain(..taken);
        Ok(())
    }

    /// The file has ended.
    ///
    /// # Errors
    /// [`Error::Integrity`] if bytes are missing; the sentence says how many came.
    pub fn finish(self) -> Result<()> {
        if self.header.is_some_and(|header| header.tensors.is_empty()) {
            return Ok(());
        }
        let of = self.length.map_or(String::new(), |length| format!(" of {length}"));
        Err(Error::Integrity(format!("{} ended early, after {}{of} bytes.", self.file, self.received)))
    }

    fn take_header(&mut self) -> Result<Option<Header>> {
        let bad =
            |what: String| Error::BadCheckpoint(format!("{} is not a sound safetensors file: {what}.", self.file));
        let Some((length, rest)) = self.pending.split_first_chunk::<8>() else { return Ok(None) };
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER || self.length.is_some_and(|total| length > total.saturating_sub(8)) {
            return Err(bad(format!("its header claims {length} bytes, more than the file can hold")));
        }
        if (rest.len() as u64) < length {
            return Ok(None);
        }
        let end = 8 + length as usize;
        // The library checks that the tensors' bytes follow each other without gap or overlap and fit their shapes.
        let metadata: Metadata = serde_json::from_slice(&self.pending[8..end])
            .map_err(|error| bad(format!("its header is wrong ({error})")))?;
        let mut tensors = VecDeque::new();
        for name in metadata.offset_keys() {
            let Some(info) = metadata.info(&name) else { continue };
            let (start, stop) = info.data_offsets;
            let tensor = Tensor::new(name, info.dtype, info.shape.clone(), stop - start)?;
            tensors.push_back(tensor);
        }
        if tensors.is_empty() {
            return Err(bad("it holds no tensor".into()));
        }
        let expected = end as u64 + metadata.data_len() as u64;
        if let Some(total) = self.length.filter(|&total| total != expected) {
            return Err(Error::Integrity(format!("{} has {total} bytes; its header asks for {expected}.", self.file)));
        }
        self.pending.drain(..end);
        Ok(Some(Header { tensors, begun: false, wanted: false }))
    }
}

impl Tensor {
    fn new(name: String, dtype: Dtype, shape: Vec<usize>, bytes: usize) -> Result<Self> {
        if !matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16) {
            return Err(Error::BadCheckpoint(format!(
                "The tensor {name} is stored as {dtype:?}; this page reads F32, F16 and BF16."
            )));
        }
        let rows = shape.first().copied().unwrap_or(1);
        if rows == 0 || bytes == 0 {
            return Err(Error::BadCheckpoint(format!("The tensor {name} of shape {shape:?} is empty.")));
        }
        Ok(Self { name, dtype, row: bytes / rows, shape, left: bytes })
    }

    fn dtype_bytes(&self) -> usize {
        if self.dtype == Dtype::F32 { 4 } else { 2 }
    }

    /// Little-endian bytes of whole values to f32, exact for all three types.
    fn convert(&self, bytes: &[u8], values: &mut Vec<f32>) -> Result<()> {
        values.clear();
        match self.dtype {
            Dtype::F32 => values.extend(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b))),
            Dtype::BF16 => values.extend(bytes.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32())),
            _ => values.extend(bytes.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32())),
        }
        if values.iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        Err(Error::BadCheckpoint(format!("The tensor {} holds values that are not finite numbers.", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers everything it is given.
    #[derive(Default)]
    struct Memory(Vec<(String, Vec<usize>, Vec<f32>)>);

    impl TensorSink for Memory {
        fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
            self.0.push((name.into(), shape.into(), Vec::new()));
            Ok(!name.starts_with("skip"))
        }
        fn rows(&mut self, values: &[f32]) -> Result<()> {
            self.0.last_mut().unwrap().2.extend_from_slice(values);
            Ok(())
        }
    }

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn read(bytes: &[u8], chunk: usize, length: Option<u64>) -> Result<Memory> {
        let mut memory = Memory::default();
        let mut reader = Reader::new("model.safetensors", length);
        for piece in bytes.chunks(chunk) {
            reader.push(piece, &mut memory)?;
        }
        reader.finish()?;
        Ok(memory)
    }

    fn sample() -> Vec<u8> {
        let header = r#"{"b":{"dtype":"F16","shape":[3],"data_offsets":[24,30]},
            "skip":{"dtype":"F32","shape":[1],"data_offsets":[30,34]},
            "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
            "c":{"dtype":"BF16","shape":[1,1,2],"data_offsets":[34,38]}}"#;
        let mut data: Vec<u8> = (1..=6).flat_map(|n| (n as f32).to_le_bytes()).collect();
        data.extend([0.5, -2.0, 65504.0].iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()));
        data.extend(9f32.to_le_bytes());
        data.extend([1.5, -0.25].iter().flat_map(|&x| bf16::from_f32(x).to_le_bytes()));
        file(header, &data)
    }

    #[test]
    fn chunks_of_every_size_give_the_same_tensors() {
        let bytes = sample();
        for chunk in 1..=bytes.len() {
            for length in [None, Some(bytes.len() as u64)] {
                let tensors = read(&bytes, chunk, length).unwrap().0;
                let names: Vec<_> = tensors.iter().map(|t| t.0.as_str()).collect();
                assert_eq!(names, ["a", "b", "skip", "c"]);
                assert_eq!(tensors[0].2, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
                assert_eq!(tensors[1].2, [0.5, -2.0, 65504.0]);
                assert!(tensors[2].2.is_empty());
                assert_eq!((tensors[3].1.as_slice(), tensors[3].2.as_slice()), (&[1, 1, 2][..], &[1.5, -0.25][..]));
            }
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes = sample();
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end], 7, None).err().map(|e| e.code()), Some("integrity"), "cut at {end}");
            assert!(read(&bytes[..end], 7, Some(end as u64)).is_err(), "cut at {end}, length known");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(read(&longer, 7, None).is_err());
        assert!(read(&longer, 7, Some(bytes.len() as u64)).is_err());
    }

    #[test]
    fn headers_that_lie_are_refused() {
        for (header, data) in [
            (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 8),
            (r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 8),
            (r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
            (
                r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
                6,
            ),
            (r#"{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4]}}"#, 4),
            (r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, 4),
            (r#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#, 0),
            (r#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 8),
            (r#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4),
            (r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
            (r#"{"a":1}"#, 4),
            ("{}", 0),
            ("<!doctype html>", 4),
            ("", 0),
        ] {
            let bytes = file(header, &vec![0; data]);
            for length in [None, Some(bytes.len() as u64)] {
                assert!(read(&bytes, 64, length).is_err(), "{header}");
            }
        }
        // A header length beyond the file, and beyond all reason.
        for length in [1 << 20, u64::MAX, i64::MAX as u64] {
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.extend_from_slice(b"{}");
            assert_eq!(read(&bytes, 64, Some(10)).err().unwrap().code(), "bad-checkpoint");
            assert!(read(&bytes, 64, None).is_err());
        }
    }

    #[test]
    fn values_that_are_not_numbers_are_refused() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let header = r#"{"weights":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
            let error = read(&file(header, &value.to_le_bytes()), 64, None).err().unwrap();
            assert!(error.to_string().contains("weights"), "{error}");
        }
    }
}
