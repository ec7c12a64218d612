//! The binary form of GGUF's header (versions 2 and 3), read a value at a time as the bytes arrive.

use std::collections::BTreeMap;

use super::{Metadata, TensorInfo, Texts, Value};

/// Longer names and keys are refused (the format allows 64 and 65535).
const MAX_NAME: u64 = 1 << 16;
const MAX_VALUES: u64 = 1 << 14;
const MAX_TENSORS: u64 = 1 << 16;
const MAX_DIMENSIONS: u32 = 4;
const MAX_NESTING: u32 = 4;
/// No known file has a header near this length.
pub(super) const MAX_HEADER: u64 = 100 << 20;

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The bytes end before the value does. At least so many more are needed.
    More(u64),
    /// "its header ..."
    Bad(String),
}

type Parse<T> = Result<T, Stop>;

impl Stop {
    /// As [`Stop::More`], where so many bytes follow at the least.
    fn before(self, bytes: u64) -> Self {
        match self {
            Stop::More(lacking) => Stop::More(lacking.saturating_add(bytes)),
            bad => bad,
        }
    }
}

fn bad<T>(what: impl Into<String>) -> Parse<T> {
    Err(Stop::Bad(what.into()))
}

/// A place in the bytes.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// No text or list can be longer than this.
    most: u64,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: u64) -> Parse<&'a [u8]> {
        if len > self.most {
            return bad(format!("claims a value of {len} bytes, more than the file can hold"));
        }
        let rest = &self.bytes[self.at..];
        let taken = usize::try_from(len).ok().and_then(|len| rest.get(..len));
        let taken = taken.ok_or(Stop::More(len.saturating_sub(rest.len() as u64)))?;
        self.at += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Parse<[u8; N]> {
        let rest = &self.bytes[self.at..];
        let taken = rest.first_chunk().ok_or(Stop::More(N.saturating_sub(rest.len()) as u64))?;
        self.at += N;
        Ok(*taken)
    }

    fn u32(&mut self) -> Parse<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Parse<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn text(&mut self, most: u64) -> Parse<&'a str> {
        let len = self.u64()?;
        if len > most {
            return bad(format!("has a name or text of {len} bytes"));
        }
        str::from_utf8(self.take(len)?).or_else(|_| bad("has a text that is not UTF-8"))
    }

    /// A value of the type with this number.
    fn value(&mut self, kind: u32, nesting: u32) -> Parse<Value> {
        Ok(match kind {
            0 => Value::Unsigned(u8::from_le_bytes(self.array()?).into()),
            1 => Value::Signed(i8::from_le_bytes(self.array()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.array()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.array()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.array()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.array()?).into()),
            7 => match self.array::<1>()? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                [other] => return bad(format!("has a truth value of {other}")),
            },
            8 => Value::Text(self.text(MAX_HEADER)?.to_owned()),
            9 => self.list(nesting)?,
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            other => return bad(format!("has a value of the unknown type {other}")),
        })
    }

    fn list(&mut self, nesting: u32) -> Parse<Value> {
        let (kind, len) = (self.u32()?, self.u64()?);
        let size: u64 = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8, // a text has at least its length
            9 => 12,
            other => return bad(format!("has a list of the unknown type {other}")),
        };
        if len.checked_mul(size).is_none_or(|bytes| bytes > self.most) {
            return bad(format!("claims a list of {len} values, more than the file can hold"));
        }
        match kind {
            4 | 5 => {
                let bytes = self.take(len * size)?;
                Ok(Value::Numbers(bytes.as_chunks().0.iter().map(|&number| i32::from_le_bytes(number)).collect()))
            }
            8 => {
                let start = self.at;
                for left in (0..len).rev() {
                    self.text(MAX_HEADER).map_err(|stop| stop.before(left * size))?;
                }
                self.at = start; // all are there
                let mut texts = Texts::default();
                for _ in 0..len {
                    texts.push(self.text(MAX_HEADER)?);
                }
                Ok(Value::Texts(texts))
            }
            9 if nesting == MAX_NESTING => bad("nests lists too deeply"),
            9 => {
                for left in (0..len).rev() {
                    self.list(nesting + 1).map_err(|stop| stop.before(left * size))?;
                }
                Ok(Value::Other)
            }
            _ => {
                self.take(len * size)?;
                Ok(Value::Other)
            }
        }
    }

    fn tensor(&mut self) -> Parse<TensorInfo> {
        let name = self.text(MAX_NAME)?.to_owned();
        let dimensions = self.u32()?;
        if dimensions > MAX_DIMENSIONS {
            return bad(format!("gives the tensor {name} {dimensions} dimensions"));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            let dimension = self.u64()?;
            match usize::try_from(dimension) {
                Ok(dimension) => shape.push(dimension),
                Err(_) => return bad(format!("gives the tensor {name} a dimension of {dimension}")),
            }
        }
        shape.reverse(); // ggml has the innermost first
        Ok(TensorInfo { name, shape, kind: self.u32()?, offset: self.u64()? })
    }
}

/// What has been read so far. Each step is taken when its bytes are all there.
#[derive(Debug, Default)]
pub(in crate::checkpoint) struct Parser {
    started: bool,
    values_left: u64,
    tensors_left: u64,
    /// With fewer bytes the next value is not complete. So a list of millions of texts is not gone through at each piece.
    needs: u64,
    pub metadata: BTreeMap<String, Value>,
    pub tensors: Vec<TensorInfo>,
}

impl Parser {
    /// Continues in `bytes`. Returns how many bytes are consumed, and whether the header is complete.
    pub fn advance(&mut self, bytes: &[u8], total: Option<u64>) -> Result<(usize, bool), String> {
        if (bytes.len() as u64) < self.needs {
            return Ok((0, false));
        }
        let mut cursor = Cursor { bytes, at: 0, most: total.unwrap_or(MAX_HEADER).min(MAX_HEADER) };
        loop {
            let done = cursor.at;
            match self.step(&mut cursor) {
                Ok(true) => {}
                Ok(false) => return Ok((done, true)),
                Err(Stop::More(lacking)) => {
                    self.needs = ((bytes.len() - done) as u64).saturating_add(lacking);
                    return Ok((done, false));
                }
                Err(Stop::Bad(what)) => return Err(what),
            }
        }
    }

    /// Reads one thing; false when there is no more.
    fn step(&mut self, cursor: &mut Cursor<'_>) -> Parse<bool> {
        if !self.started {
            cursor.u32()?; // "GGUF", by which the format was known
            match cursor.u32()? {
                2 | 3 => {}
                version if version.swap_bytes() < 16 => return bad("is big-endian, which this page does not read"),
                version => return bad(format!("is of version {version}; this page reads 2 and 3")),
            }
            (self.tensors_left, self.values_left) = (cursor.u64()?, cursor.u64()?);
            if self.tensors_left > MAX_TENSORS || self.values_left > MAX_VALUES {
                return bad(format!("claims {} tensors and {} values", self.tensors_left, self.values_left));
            }
            self.started = true;
        } else if self.values_left > 0 {
            let key = cursor.text(MAX_NAME)?;
            let kind = cursor.u32()?;
            let value = cursor.value(kind, 0)?;
            if self.metadata.insert(key.to_owned(), value).is_some() {
                return bad(format!("says {key} twice"));
            }
            self.values_left -= 1;
        } else if self.tensors_left > 0 {
            self.tensors.push(cursor.tensor()?);
            self.tensors_left -= 1;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    pub fn into_parts(self) -> (Metadata, Vec<TensorInfo>) {
        (Metadata(self.metadata), self.tensors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header whose only value is a list of `count` values of a type, each with these bytes.
    fn header_of(kind: u32, count: u64, each: &[u8]) -> Vec<u8> {
        let start = [&b"GGUF"[..], &3_u32.to_le_bytes(), &0_u64.to_le_bytes(), &1_u64.to_le_bytes()].concat();
        let key = [&1_u64.to_le_bytes()[..], b"x", &9_u32.to_le_bytes()].concat();
        let list = [&kind.to_le_bytes()[..], &count.to_le_bytes(), &each.repeat(count as usize)].concat();
        [start, key, list].concat()
    }

    /// Else a header of 100 MB would take minutes: a walk through millions of texts for each piece of it that comes.
    #[test]
    fn a_long_list_is_gone_through_a_few_times_only() {
        const KIND: usize = 37; // where the list says what its values are
        let text = [&3_u64.to_le_bytes()[..], b"abc"].concat();
        let empty_list = [&8_u32.to_le_bytes()[..], &0_u64.to_le_bytes()].concat();
        for (kind, each, most) in [(8, vec![0; 8], 2), (8, text, 15), (9, empty_list, 2)] {
            let mut bytes = header_of(kind, 20_000, &each);
            let mut parser = Parser::default();
            let (mut at, _) = parser.advance(&bytes[..KIND], None).unwrap();
            let mut looks = 0;
            for end in (100..bytes.len()).step_by(100).chain([bytes.len()]) {
                // An unknown kind is an error, if anybody looks.
                bytes[KIND] = 99;
                looks += usize::from(parser.advance(&bytes[at..end], None).is_err());
                bytes[KIND] = kind as u8;
                let (used, is_complete) = parser.advance(&bytes[at..end], None).unwrap();
                at += used;
                assert_eq!(is_complete, end == bytes.len(), "at {end}");
            }
            assert!(looks <= most, "{looks} times");
            assert_eq!((at, parser.metadata.len()), (bytes.len(), 1));
        }
    }
}
