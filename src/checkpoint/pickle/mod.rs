//! `pytorch_model.bin`: what torch.save writes, a zip archive of one pickle that says where the tensors lie, and the
//! tensors. The archive's directory is at its end, so the file is read as a whole.

mod unpickle;

use std::io::Cursor;

use candle_core::pickle::Object;
use zip::{CompressionMethod, ZipArchive};

use super::TensorSink;
use super::stored::{Encoding, Queue, Stored};
use crate::error::{Error, Result};

/// The files of an archive, as places in its bytes.
struct Archive<'a> {
    file: &'a str,
    bytes: &'a [u8],
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The folder that everything is in, with its slash.
    folder: String,
}

/// A tensor as the pickle describes it.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    encoding: Encoding,
    /// The name of its storage, and the place of its first value in there.
    storage: String,
    offset: u64,
}

/// Reads a whole file and hands its tensors on.
///
/// # Errors
/// [`Error::BadCheckpoint`] for a file that is not sound, and whatever `sink` returns.
pub(super) fn read(file: &str, bytes: Vec<u8>, sink: &mut dyn TensorSink) -> Result<()> {
    let mut archive = Archive::open(file, &bytes)?;
    if archive.entry("byteorder")?.is_some_and(|order| order.trim_ascii() != b"little") {
        return Err(archive.bad("its numbers are big-endian, which this page does not read"));
    }
    let pickle = archive.entry("data.pkl")?.ok_or_else(|| archive.bad("it holds no data.pkl"))?;
    let object = unpickle::unpickle(pickle, bytes.len() as u64)
        .map_err(|what| Error::BadCheckpoint(format!("The pickle in {file} {what}.")))?;
    let mut tensors = tensors(object).map_err(|what| archive.bad(&what))?;
    if tensors.is_empty() {
        return Err(archive.bad("it holds no tensor"));
    }
    tensors.sort_by(|a, b| (&a.storage, a.offset, &a.name).cmp(&(&b.storage, b.offset, &b.name)));
    for tensor in tensors {
        let missing = || Error::Integrity(format!("{file} lacks values of the tensor {}.", tensor.name));
        let storage = archive.entry(&format!("data/{}", tensor.storage))?.ok_or_else(missing)?;
        let (_, size) = tensor.encoding.block();
        let stored = Stored::new(tensor.name.clone(), tensor.shape.clone(), tensor.encoding)?;
        let values = tensor.offset.checked_mul(size).and_then(|start| usize::try_from(start).ok());
        let values = values.and_then(|start| storage.get(start..)).ok_or_else(missing)?;
        let values =
            usize::try_from(stored.bytes()).ok().and_then(|length| values.get(..length)).ok_or_else(missing)?;
        let mut queue = Queue::new([stored]);
        queue.advance(values, sink)?;
        if !queue.is_empty() {
            return Err(missing());
        }
    }
    Ok(())
}

impl<'a> Archive<'a> {
    fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let bad = |what: String| Error::BadCheckpoint(format!("{file} is not a sound PyTorch file: {what}."));
        if !bytes.starts_with(b"PK") {
            return Err(bad(
                "it is in the form that PyTorch wrote before version 1.6, which this page does not read".into()
            ));
        }
        let zip =
            ZipArchive::new(Cursor::new(bytes)).map_err(|error| bad(format!("its archive is damaged ({error})")))?;
        let folders = zip.file_names().filter_map(|name| Some(name.ok()?.strip_suffix("data.pkl")?.to_owned()));
        let folders: Vec<String> = folders.collect();
        match folders.as_slice() {
            [folder] => Ok(Self { file, bytes, folder: folder.clone(), zip }),
            [] => Err(bad("it holds no data.pkl".into())),
            _ => Err(bad("it holds more than one data.pkl".into())),
        }
    }

    fn bad(&self, what: &str) -> Error {
        Error::BadCheckpoint(format!("{} is not a sound PyTorch file: {what}.", self.file))
    }

    /// The bytes of a file in the archive; None when there is none of the name.
    fn entry(&mut self, name: &str) -> Result<Option<&'a [u8]>> {
        let Some(index) = self.zip.index_for_name(&format!("{}{name}", self.folder)) else { return Ok(None) };
        let found = self.zip.by_index(index).map(|entry| (entry.compression(), entry.data_start(), entry.size()));
        let (compression, start, size) =
            found.map_err(|error| self.bad(&format!("its {name} cannot be read ({error})")))?;
        if compression != CompressionMethod::Stored {
            return Err(self.bad(&format!("its {name} is compressed")));
        }
        let place =
            start.and_then(|start| Some(usize::try_from(start).ok()?..usize::try_from(start.checked_add(size)?).ok()?));
        let bytes = place.and_then(|place| self.bytes.get(place));
        bytes.map(Some).ok_or_else(|| self.bad(&format!("its {name} lies outside of it")))
    }
}

/// The tensors of a state dict, whatever wraps it; other values are passed over.
fn tensors(object: Object) -> Result<Vec<Tensor>, String> {
    let Object::Dict(items) = object else { return Err("its pickle is no dictionary".into()) };
    let mut found = Vec::new();
    let mut inner = None;
    for (name, value) in items {
        match (name, value) {
            (Object::Unicode(name), value @ Object::Reduce { .. }) => {
                let call = Rebuild::of(&value).ok_or_else(|| format!("its {name} is no plain tensor"))?;
                found.push(call.tensor(name)?);
            }
            (Object::Unicode(name), value @ Object::Dict(_)) if matches!(name.as_str(), "state_dict" | "model") => {
                inner = Some(value);
            }
            _ => {}
        }
    }
    match inner {
        Some(inner) if found.is_empty() => tensors(inner),
        _ => Ok(found),
    }
}

/// The call that makes a tensor, `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, ...)`.
struct Rebuild<'a> {
    class: &'a str,
    storage: &'a str,
    offset: u64,
    size: Vec<u64>,
    stride: Vec<u64>,
}

impl<'a> Rebuild<'a> {
    /// From the call itself, or the same in `_rebuild_parameter`; None for anything else.
    fn of(value: &'a Object) -> Option<Self> {
        let (function, args) = call(value)?;
        let args = match (function, args) {
            ("_rebuild_tensor_v2", args) => args,
            ("_rebuild_parameter", [inner, ..]) => call(inner).filter(|(name, _)| *name == "_rebuild_tensor_v2")?.1,
            _ => return None,
        };
        let [Object::PersistentLoad(id), offset, size, stride, ..] = args else { return None };
        let Object::Tuple(id) = &**id else { return None };
        let [Object::Unicode(kind), class_of, Object::Unicode(storage), ..] = id.as_slice() else { return None };
        let (("torch", class), "storage") = (class(class_of)?, kind.as_str()) else { return None };
        Some(Self { class, storage, offset: whole(offset)?, size: wholes(size)?, stride: wholes(stride)? })
    }

    fn tensor(self, name: String) -> Result<Tensor, String> {
        let encoding = match self.class {
            "FloatStorage" => Encoding::F32,
            "HalfStorage" => Encoding::F16,
            "BFloat16Storage" => Encoding::Bf16,
            other => return Err(format!("its {name} is stored as {other}; this page reads float, half and bfloat16")),
        };
        let places = self.size.iter().zip(&self.stride);
        let dense = places.rev().try_fold(1_u64, |expected, (&dimension, &stride)| {
            (dimension == 1 || stride == expected).then(|| expected.checked_mul(dimension))?
        });
        if self.size.len() != self.stride.len() || dense.is_none() {
            return Err(format!("the values of its {name} do not lie in order"));
        }
        let shape = self.size.iter().map(|&dimension| usize::try_from(dimension)).collect::<Result<_, _>>();
        let shape = shape.map_err(|_| format!("its {name} is larger than any file"))?;
        Ok(Tensor { name, shape, encoding, storage: self.storage.to_owned(), offset: self.offset })
    }
}

/// The name of a function of `torch._utils` that is called, and its arguments.
fn call(value: &Object) -> Option<(&str, &[Object])> {
    let Object::Reduce { callable, args } = value else { return None };
    let (("torch._utils", function), Object::Tuple(args)) = (class(callable)?, &**args) else { return None };
    Some((function, args))
}

fn class(object: &Object) -> Option<(&str, &str)> {
    match object {
        Object::Class { module_name, class_name } => Some((module_name, class_name)),
        _ => None,
    }
}

fn whole(object: &Object) -> Option<u64> {
    match object {
        Object::Int(number) => u64::try_from(*number).ok(),
        Object::Long(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn wholes(object: &Object) -> Option<Vec<u64>> {
    match object {
        Object::Tuple(items) => items.iter().map(whole).collect(),
        _ => None,
    }
}
