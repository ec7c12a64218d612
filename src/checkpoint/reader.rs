//! Reads one weight file of any format as it arrives.

use super::gguf::Gguf;
use super::pickle;
use super::safetensors::Safetensors;
use super::{TensorSink, refuse_pointer};
use crate::error::{Error, Result};

/// Reads one weight file from chunks of any size, and hands tensors on as soon as their rows are complete. The format
/// is known by the file's first bytes.
///
/// Of safetensors and GGUF, at most one row and one chunk are buffered. A pickle's index is at its end, so a pickle is
/// buffered whole.
pub struct Reader {
    file: String,
    length: Option<u64>,
    received: u64,
    /// Bytes received and not yet handed on.
    pending: Vec<u8>,
    format: Option<Format>,
}

enum Format {
    Safetensors(Safetensors),
    Gguf(Box<Gguf>),
    Pickle,
    /// The file begins like a pointer of Git LFS.
    Pointer,
}

impl Format {
    fn of(start: [u8; 4]) -> Self {
        match &start {
            b"GGUF" => Format::Gguf(Box::default()),
            // A zip archive, which torch.save writes; or a bare pickle, which `pickle` refuses as too old. safetensors
            // begins with its header's length, which may look like a pickle; but there the fourth byte is at most 6.
            b"PK\x03\x04" | [0x80, 2..=5, _, 7..=0xff] => Format::Pickle,
            // "version https://git-lfs...", in which no other format begins.
            b"vers" => Format::Pointer,
            _ => Format::Safetensors(Safetensors::Header),
        }
    }
}

impl Reader {
    /// `file` is the name that errors mention; `length` its size in bytes, where the server or the disk reports it.
    pub fn new(file: impl Into<String>, length: Option<u64>) -> Self {
        Self { file: file.into(), length, received: 0, pending: Vec::new(), format: None }
    }

    /// Takes the next bytes of the file and hands all rows that are complete to `sink`. Those that come together with
    /// the end of a GGUF file's header wait for the next call, which gives the caller time to prepare for the model.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for a malformed header or tensor, [`Error::Integrity`] for bytes beyond the end, and
    /// whatever `sink` returns.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<()> {
        self.received += bytes.len() as u64;
        if self.length.is_some_and(|length| self.received > length) {
            return Err(Error::Integrity(format!("{} is longer than announced.", self.file)));
        }
        self.keep(bytes)?;
        if self.format.is_none() {
            self.format = self.pending.first_chunk().map(|start| Format::of(*start));
            if let Some(Format::Pickle) = self.format {
                self.make_room()?;
            }
        }
        let taken = match &mut self.format {
            None | Some(Format::Pickle | Format::Pointer) => 0,
            Some(Format::Safetensors(format)) => format.advance(&self.pending, &self.file, self.length, sink)?,
            Some(Format::Gguf(format)) => format.advance(&self.pending, &self.file, self.length, sink)?,
        };
        self.pending.drain(..taken);
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Error::Integrity`] if bytes are missing; the sentence says how many came. For a pickle, as
    /// [`push`](Reader::push).
    pub fn finish(mut self, sink: &mut dyn TensorSink) -> Result<()> {
        self.push(&[], sink)?;
        let whole = self.length.is_none_or(|length| length == self.received);
        let done = match &self.format {
            None => false,
            Some(Format::Safetensors(format)) => format.is_done(),
            Some(Format::Gguf(format)) => format.is_done(),
            Some(Format::Pickle) if whole => return pickle::read(&self.file, self.pending, sink),
            Some(Format::Pickle) => false,
            Some(Format::Pointer) => {
                refuse_pointer(&self.file, &self.pending)?;
                return Err(Error::BadCheckpoint(format!("{} is a text, not the weights of a model.", self.file)));
            }
        };
        if done {
            return Ok(());
        }
        let of = self.length.map_or(String::new(), |length| format!(" of {length}"));
        Err(Error::Integrity(format!("{} ended early, after {}{of} bytes.", self.file, self.received)))
    }

    /// Reserves room for a file that is read as a whole, before more of it arrives. A file without room is refused at
    /// its beginning, and the buffer never has to grow.
    fn make_room(&mut self) -> Result<()> {
        let Some(length) = self.length else { return Ok(()) };
        let rest = usize::try_from(length).map(|length| length.saturating_sub(self.pending.len()));
        if rest.is_ok_and(|rest| self.pending.try_reserve_exact(rest).is_ok()) {
            return Ok(());
        }
        Err(Error::OutOfMemory(format!(
            "A PyTorch file is read as a whole, and there is no memory for the {} MB of {}. As safetensors the same \
             model is read piece by piece.",
            length.div_ceil(1_000_000),
            self.file
        )))
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        self.pending
            .try_reserve(bytes.len())
            .map_err(|_| Error::OutOfMemory(format!("There is no memory to read {}.", self.file)))?;
        self.pending.extend_from_slice(bytes);
        Ok(())
    }
}
