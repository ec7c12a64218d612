//! GGUF, llama.cpp's format: a header with the model's dimensions and tokenizer, then the tensors, many of them in
//! blocks of few bits. <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>

mod names;
mod parse;
mod split;

use std::collections::BTreeMap;

use candle_core::quantized::GgmlDType;

use super::TensorSink;
use super::stored::{Encoding, Queue, Stored};
use crate::error::{Error, Result};
use parse::Parser;
pub use split::{Part, Parts};

/// Whether the name ends like a GGUF file's.
pub fn is_name_of_one(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".gguf")
}

/// What the header says.
#[derive(Debug)]
pub struct Header {
    /// The model's dimensions and its tokenizer.
    pub metadata: Metadata,
    /// In the order of their data, which need not be that of the file's directory.
    pub tensors: Vec<TensorInfo>,
}

/// One tensor, under the name and with the shape (outermost dimension first) that the file gives it.
#[derive(Debug, Clone)]
pub struct TensorInfo {
    /// As llama.cpp names it, `blk.0.ssm_in.weight` for example.
    pub name: String,
    /// In elements, outermost dimension first; the file has it the other way round.
    pub shape: Vec<usize>,
    kind: u32,
    offset: u64,
}

/// The key-value pairs.
#[derive(Debug, Default)]
pub struct Metadata(BTreeMap<String, Value>);

/// A value. Types that this crate does not need become [`Value::Other`].
#[derive(Debug)]
pub enum Value {
    /// A whole number of 8 to 64 bits, unsigned.
    Unsigned(u64),
    /// A whole number of 8 to 64 bits, signed.
    Signed(i64),
    /// f32, widened, or f64.
    Float(f64),
    /// A byte in the file.
    Bool(bool),
    /// UTF-8.
    Text(String),
    /// A list of 32-bit whole numbers.
    Numbers(Vec<i32>),
    /// A list of texts, such as the vocabulary.
    Texts(Texts),
    /// A list of anything else.
    Other,
}

/// A list of texts, stored as one string so that many short ones need no more memory than the file.
#[derive(Debug, Default)]
pub struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len() as u32); // a header has less than 4 GiB
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the list has no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with this number, from 0; None beyond the last.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.all[start..end])
    }

    /// The texts in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl Metadata {
    /// The value under a key, of whatever type; None when there is none.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A text, or None when the key is not there.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when the value under the key has another type.
    pub fn text(&self, key: &str) -> Result<Option<&str>> {
        self.typed(key, "a text", |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
    }

    /// True or false, or None when the key is not there.
    ///
    /// # Errors
    /// As [`Metadata::text`].
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.typed(key, "true or false", |value| if let Value::Bool(flag) = value { Some(*flag) } else { None })
    }

    /// A number of any type as f64, so whole ones beyond 2^53 are rounded; None when the key is not there.
    ///
    /// # Errors
    /// As [`Metadata::text`].
    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        self.typed(key, "a number", |value| match value {
            Value::Float(number) => Some(*number),
            Value::Unsigned(number) => Some(*number as f64),
            Value::Signed(number) => Some(*number as f64),
            _ => None,
        })
    }

    /// A whole number that is not negative, or None when the key is not there.
    ///
    /// # Errors
    /// As [`Metadata::text`]; a negative number is something else, too.
    pub fn whole(&self, key: &str) -> Result<Option<u64>> {
        self.typed(key, "a whole number", |value| match value {
            Value::Unsigned(number) => Some(*number),
            Value::Signed(number) => u64::try_from(*number).ok(),
            _ => None,
        })
    }

    /// A list of texts, or None when the key is not there.
    ///
    /// # Errors
    /// As [`Metadata::text`].
    pub fn texts(&self, key: &str) -> Result<Option<&Texts>> {
        self.typed(key, "a list of texts", |value| if let Value::Texts(texts) = value { Some(texts) } else { None })
    }

    /// A list of 32-bit whole numbers, or None when the key is not there.
    ///
    /// # Errors
    /// As [`Metadata::text`].
    pub fn numbers(&self, key: &str) -> Result<Option<&[i32]>> {
        self.typed(key, "a list of whole numbers", |value| {
            if let Value::Numbers(numbers) = value { Some(numbers.as_slice()) } else { None }
        })
    }

    fn typed<'a, T>(&'a self, key: &str, kind: &str, get: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        get(value).map(Some).ok_or_else(|| Error::BadCheckpoint(format!("The GGUF file's {key} is not {kind}.")))
    }
}

/// Progress through one GGUF file.
pub(super) enum Gguf {
    Header {
        parser: Parser,
        /// Bytes consumed.
        read: u64,
    },
    Tensors {
        queue: Queue,
        /// Bytes that may still follow the last tensor.
        padding: u64,
    },
}

impl Default for Gguf {
    fn default() -> Self {
        Gguf::Header { parser: Parser::default(), read: 0 }
    }
}

impl Gguf {
    /// Consumes complete items from the front of `bytes` and returns their length. `file` is the name that errors
    /// mention; `total` the file's length, where it is known.
    pub fn advance(
        &mut self,
        bytes: &[u8],
        file: &str,
        total: Option<u64>,
        sink: &mut dyn TensorSink,
    ) -> Result<usize> {
        let bad = |what: String| Error::BadCheckpoint(format!("{file} is not a sound GGUF file: its header {what}."));
        let mut taken = 0;
        if let Gguf::Header { parser, read } = self {
            let (used, complete) = parser.advance(bytes, total).map_err(bad)?;
            *read += used as u64;
            taken = used;
            if !complete {
                if *read + (bytes.len() - used) as u64 > parse::MAX_HEADER {
                    return Err(bad("does not end".into()));
                }
                return Ok(taken);
            }
            let (metadata, tensors) = std::mem::take(parser).into_parts();
            let header = Header { metadata, tensors };
            let architecture = match header.metadata.text("general.architecture")? {
                Some(own) => own,
                None => sink.architecture().unwrap_or_default(),
            };
            let (queue, padding) = plan(&header, architecture, *read, total, file)?;
            sink.header(&header)?;
            *self = Gguf::Tensors { queue, padding };
            return Ok(taken);
        }
        let Gguf::Tensors { queue, padding } = self else { return Ok(taken) };
        taken += queue.advance(&bytes[taken..], sink)?;
        if queue.is_empty() {
            let rest = (bytes.len() - taken) as u64;
            *padding = padding
                .checked_sub(rest)
                .ok_or_else(|| Error::BadCheckpoint(format!("{file} goes on after its last tensor.")))?;
            taken = bytes.len();
        }
        Ok(taken)
    }

    /// Whether the last tensor has been handed on.
    pub fn is_done(&self) -> bool {
        matches!(self, Gguf::Tensors { queue, .. } if queue.is_empty())
    }
}

const DEFAULT_ALIGNMENT: u64 = 32;
const MAX_ALIGNMENT: u64 = 1 << 16;

/// The tensors in the order of the file, and how many bytes may follow the last. `read` is the header's length.
fn plan(header: &Header, architecture: &str, read: u64, total: Option<u64>, file: &str) -> Result<(Queue, u64)> {
    let bad = |what: String| Err(Error::BadCheckpoint(format!("{file} is not a sound GGUF file: {what}.")));
    let alignment = header.metadata.whole("general.alignment")?.unwrap_or(DEFAULT_ALIGNMENT);
    if !(alignment.is_power_of_two() && alignment <= MAX_ALIGNMENT) {
        return bad(format!("its alignment is {alignment}"));
    }
    let mut tensors: Vec<&TensorInfo> = header.tensors.iter().collect();
    tensors.sort_by_key(|tensor| tensor.offset);
    // The first part of a split model may hold no more than the header.
    if tensors.is_empty() && header.metadata.get("split.count").is_none() {
        return bad("it holds no tensor".into());
    }
    let start = read.next_multiple_of(alignment);
    let mut end = read;
    let mut stored = Vec::new();
    for tensor in tensors {
        let Some(begin) = start.checked_add(tensor.offset).filter(|begin| begin % alignment == 0 && *begin >= end)
        else {
            return bad(format!("the tensor {} lies at {}, where it cannot be", tensor.name, tensor.offset));
        };
        let Some(encoding) = encoding(tensor.kind) else {
            return Err(Error::BadCheckpoint(format!(
                "The tensor {} is stored as ggml's type {}; this page reads F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, \
                 Q4_K, Q5_K and Q6_K.",
                tensor.name, tensor.kind
            )));
        };
        let (name, shape, map) = names::checkpoint_form(tensor, architecture);
        // Checked in the stored shape, whose last dimension decides whether rows are whole blocks.
        Stored::new(tensor.name.clone(), tensor.shape.clone(), encoding)?;
        let tensor = Stored::new(name, shape, encoding)?.after_gap(begin - end).mapped(map);
        let Some(next) = begin.checked_add(tensor.bytes()) else {
            return bad("it is longer than any file".into());
        };
        end = next;
        stored.push(tensor);
    }
    if let Some(total) = total.filter(|&total| total < end) {
        return Err(Error::Integrity(format!("{file} has {total} bytes; its header asks for {end}.")));
    }
    let padded = end.checked_next_multiple_of(alignment).unwrap_or(end);
    Ok((Queue::new(stored), padded - end))
}

/// ggml's numbers for its types.
fn encoding(kind: u32) -> Option<Encoding> {
    Some(match kind {
        0 => Encoding::F32,
        1 => Encoding::F16,
        30 => Encoding::Bf16,
        2 => Encoding::Blocks(GgmlDType::Q4_0),
        3 => Encoding::Blocks(GgmlDType::Q4_1),
        6 => Encoding::Blocks(GgmlDType::Q5_0),
        7 => Encoding::Blocks(GgmlDType::Q5_1),
        8 => Encoding::Blocks(GgmlDType::Q8_0),
        12 => Encoding::Blocks(GgmlDType::Q4K),
        13 => Encoding::Blocks(GgmlDType::Q5K),
        14 => Encoding::Blocks(GgmlDType::Q6K),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Takes only tensors of two values.
    #[derive(Default)]
    struct Small(Vec<(String, Vec<f32>)>);

    impl TensorSink for Small {
        fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
            let wanted = shape == [2];
            if wanted {
                self.0.push((name.to_owned(), Vec::new()));
            }
            Ok(wanted)
        }

        fn rows(&mut self, values: &[f32]) -> Result<()> {
            self.0.last_mut().expect("a tensor has begun").1.extend(values);
            Ok(())
        }
    }

    /// A tensor of f16 or f32 in a header, its shape innermost first.
    fn entry(name: &str, shape: &[u64], kind: u32, offset: u64) -> Vec<u8> {
        let shape_bytes: Vec<u8> = shape.iter().flat_map(|dim| dim.to_le_bytes()).collect();
        let name = [&(name.len() as u64).to_le_bytes()[..], name.as_bytes()].concat();
        [&name[..], &(shape.len() as u32).to_le_bytes(), &shape_bytes, &kind.to_le_bytes(), &offset.to_le_bytes()]
            .concat()
    }

    /// 4 GiB and more, where 32 bits are not enough: a tensor of this size, and one that lies behind it and a gap.
    #[test]
    fn files_of_more_than_four_gib() {
        const LARGE: u64 = 4 << 30;
        const BEHIND: u64 = LARGE + (1 << 30);
        let mut header = [&b"GGUF"[..], &3_u32.to_le_bytes(), &3_u64.to_le_bytes(), &0_u64.to_le_bytes()].concat();
        header.extend(entry("first", &[2], 0, 0));
        header.extend(entry("large", &[1 << 31], 1, 32));
        header.extend(entry("last", &[2], 0, BEHIND));
        header.resize(header.len().next_multiple_of(32), 0);
        let total = header.len() as u64 + BEHIND + 8;
        let (mut file, mut sink) = (Gguf::default(), Small::default());
        let mut send = |bytes: &[u8]| {
            let mut sent = 0;
            while sent < bytes.len() {
                let taken = file.advance(&bytes[sent..], "m.gguf", Some(total), &mut sink).unwrap();
                assert!(taken > 0);
                sent += taken;
            }
        };
        send(&header);
        send(&[1.0_f32.to_le_bytes(), 2.0_f32.to_le_bytes()].concat());
        let zeros = vec![0; 16 << 20];
        let mut between = BEHIND - 8;
        while between > 0 {
            let next = between.min(zeros.len() as u64);
            send(&zeros[..next as usize]);
            between -= next;
        }
        send(&[3.0_f32.to_le_bytes(), 4.0_f32.to_le_bytes()].concat());
        assert!(file.is_done());
        assert_eq!(sink.0, [("first".to_owned(), vec![1.0, 2.0]), ("last".to_owned(), vec![3.0, 4.0])]);
        // One byte less is told by its full size.
        let error = Gguf::default().advance(&header, "m.gguf", Some(total - 1), &mut Small::default()).unwrap_err();
        assert_eq!(error, Error::Integrity(format!("m.gguf has {} bytes; its header asks for {total}.", total - 1)));
    }
}
