//! Reads safetensors as it arrives: the header first, then one tensor after the other, a few rows at a time.

use core::fmt::{self, Formatter};
use std::collections::{HashMap, HashSet};

use safetensors::Dtype;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::TensorSink;
use super::scaled::{Scales, scales_of};
use super::stored::{Encoding, Queue, Stored};
use crate::error::{Error, Result};

/// No known checkpoint comes near this length; a header that claims more is refused.
const MAX_HEADER: u64 = 100 << 20;

/// Progress through one safetensors file.
pub(super) enum Safetensors {
    Header,
    Tensors(Queue),
}

impl Safetensors {
    /// Consumes complete items from the front of `bytes` and returns their length. `file` is the name that errors
    /// mention; `total` the file's length, where it is known.
    pub fn advance(
        &mut self,
        bytes: &[u8],
        file: &str,
        total: Option<u64>,
        sink: &mut dyn TensorSink,
    ) -> Result<usize> {
        let mut taken = 0;
        if let Safetensors::Header = self {
            let Some((queue, length)) = header(bytes, file, total)? else { return Ok(0) };
            *self = Safetensors::Tensors(queue);
            taken = length;
        }
        let Safetensors::Tensors(queue) = self else { return Ok(taken) };
        taken += queue.advance(&bytes[taken..], sink)?;
        if queue.is_empty() && taken < bytes.len() {
            return Err(Error::BadCheckpoint(format!("{file} goes on after its last tensor.")));
        }
        Ok(taken)
    }

    /// Whether the last tensor has been handed on.
    pub fn is_done(&self) -> bool {
        matches!(self, Safetensors::Tensors(queue) if queue.is_empty())
    }
}

/// The tensors that the header announces, and the header's length; None while it is not complete.
fn header(bytes: &[u8], file: &str, total: Option<u64>) -> Result<Option<(Queue, usize)>> {
    let bad = |what: String| Error::BadCheckpoint(format!("{file} is not a sound safetensors file: {what}."));
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return Ok(None) };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER || total.is_some_and(|total| length > total.saturating_sub(8)) {
        return Err(bad(format!("its header claims {length} bytes, more than the file can hold")));
    }
    let Some(json) = rest.get(..length as usize) else { return Ok(None) };
    let wrong = |what: String| bad(format!("its header is wrong ({what})"));
    let Entries(mut entries) = serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
    entries.sort_unstable_by_key(|(_, entry)| entry.data_offsets);
    // Matrices of whole numbers, by the name of their scales.
    let shapes: HashMap<String, Vec<u64>> = entries.iter().map(|(name, e)| (name.clone(), e.shape.clone())).collect();
    let is_whole = |entry: &Entry| entry.dtype == Dtype::I8;
    let matrices: HashSet<String> =
        entries.iter().filter(|(_, e)| is_whole(e)).map(|(name, _)| scales_of(name)).collect();
    let mut end = 0;
    let mut tensors = Vec::new();
    let mut scales = HashSet::new();
    for (name, entry) in entries {
        let (from, to) = entry.data_offsets;
        if from != end || to < from {
            return Err(wrong(format!("the bytes of {name} do not follow those before them")));
        }
        if entry.bytes() != Some(to - from) {
            return Err(wrong(format!("{name} of shape {:?} cannot have {} bytes", entry.shape, to - from)));
        }
        end = to;
        let own = scales_of(&name);
        tensors.push(match shapes.get(&own).filter(|_| is_whole(&entry)) {
            Some(shape) if scales.contains(&own) => entry.scaled(name, shape)?,
            Some(_) => {
                return Err(bad(format!(
                    "the scales of {name} come after it, and the safetensors library writes them first"
                )));
            }
            None if matrices.contains(&name) => {
                scales.insert(name.clone());
                entry.stored(name)?.holding_scales()
            }
            None => entry.stored(name)?,
        });
    }
    if tensors.is_empty() {
        return Err(bad("it holds no tensor".into()));
    }
    let start = 8 + length as usize;
    let expected = end.checked_add(start as u64).ok_or_else(|| wrong("it asks for more than any file".into()))?;
    if let Some(total) = total.filter(|&total| total != expected) {
        return Err(Error::Integrity(format!("{file} has {total} bytes; its header asks for {expected}.")));
    }
    Ok(Some((Queue::new(tensors), start)))
}

/// What a header says of a tensor. The library's own type counts in usize, which in wasm ends at 4 GiB.
#[derive(Deserialize)]
struct Entry {
    dtype: Dtype,
    shape: Vec<u64>,
    /// From the header's end on.
    data_offsets: (u64, u64),
}

impl Entry {
    /// Bytes that the values take; None if that cannot be counted.
    fn bytes(&self) -> Option<u64> {
        let bits = self.shape.iter().try_fold(self.dtype.bitsize() as u64, |n, &dimension| n.checked_mul(dimension))?;
        bits.is_multiple_of(8).then_some(bits / 8)
    }

    /// A matrix of whole numbers with scales of this shape.
    fn scaled(self, name: String, scales: &[u64]) -> Result<Stored> {
        let scales = Scales::new(&name, &self.shape, scales)?;
        Ok(Stored::new(name.clone(), self.dimensions(&name)?, Encoding::Int8)?.scaled(scales))
    }

    /// The shape as this machine counts.
    fn dimensions(&self, name: &str) -> Result<Vec<usize>> {
        self.shape.iter().map(|&dimension| usize::try_from(dimension)).collect::<std::result::Result<_, _>>().map_err(
            |_| {
                let Self { shape, .. } = self;
                Error::BadCheckpoint(format!("The tensor {name} of shape {shape:?} is larger than any file."))
            },
        )
    }

    fn stored(self, name: String) -> Result<Stored> {
        let shape = self.dimensions(&name)?;
        let encoding = match self.dtype {
            Dtype::F32 => Encoding::F32,
            Dtype::F16 => Encoding::F16,
            Dtype::BF16 => Encoding::Bf16,
            other => {
                let (from, to) = self.data_offsets;
                return Stored::unreadable(name, shape, format!("{other:?}"), to - from);
            }
        };
        Stored::new(name, shape, encoding)
    }
}

/// The header's entries, in the order that they are written in.
struct Entries(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Entries;
            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("a map of tensors")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        entries.push((name, map.next_value()?));
                    }
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::super::Reader;
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
        reader.finish(&mut memory)?;
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

    /// The length comes first in the file. Some lengths, such as 0x0280, are the first bytes of a pickle, too.
    #[test]
    fn headers_of_every_length_are_read() {
        let header = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        for length in (64_usize..2048).step_by(8) {
            let bytes = file(&format!("{header:length$}"), &1.5_f32.to_le_bytes());
            assert_eq!(read(&bytes, 100, None).unwrap().0[0].2, [1.5], "{length}");
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
