//! `pytorch_model.bin`: what torch.save writes, a zip archive of one pickle that says where the tensors lie, and the
//! tensors. The archive's directory is at its end, so the file is read as a whole.

mod strided;
mod unpickle;

use std::io::Cursor;

use candle_core::pickle::Object;
use zip::{CompressionMethod, ZipArchive};

use super::TensorSink;
use super::stored::{Encoding, Queue, Stored};
use crate::error::{Error, Result};
use strided::Strided;

/// The files of an archive, as ranges of its bytes.
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
    /// Or the class of a storage that is not read here.
    encoding: Result<Encoding, String>,
    /// The name of its storage, and where its values lie in there.
    storage: String,
    place: Strided,
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
    tensors.sort_by(|a, b| (&a.storage, a.place.offset, &a.name).cmp(&(&b.storage, b.place.offset, &b.name)));
    for tensor in tensors {
        let missing = || Error::Integrity(format!("{file} lacks values of the tensor {}.", tensor.name));
        let encoding = match &tensor.encoding {
            Ok(encoding) => *encoding,
            Err(class) => {
                if sink.begin(&tensor.name, &tensor.shape)? {
                    let name = &tensor.name;
                    let what = format!("its {name} is stored as {class}; this page reads float, half and bfloat16");
                    return Err(archive.bad(&what));
                }
                continue;
            }
        };
        let storage = archive.entry(&format!("data/{}", tensor.storage))?.ok_or_else(missing)?;
        let stored = Stored::new(tensor.name.clone(), tensor.shape.clone(), encoding)?;
        // A stride of 0 repeats values, so a few bytes could claim any number of values.
        if stored.bytes() > bytes.len() as u64 {
            return Err(missing());
        }
        let (_, size) = encoding.block();
        let mut queue = Queue::new([stored]);
        // Thousands of tensors that nobody wants may claim the same few values, millions of times each.
        if !queue.begin(sink)? {
            continue;
        }
        tensor.place.rows(storage, size as usize, |values| queue.advance(values, sink))?.ok_or_else(missing)?;
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

    /// The bytes of a file in the archive; None when no file has the name.
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

/// Names under which trainers save a state dict among other things.
const WRAPPERS: [&str; 4] = ["state_dict", "model", "module", "model_state_dict"];

/// The tensors of a state dict, also of a wrapped one; other values are skipped.
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
            (Object::Unicode(name), value @ Object::Dict(_)) if WRAPPERS.contains(&name.as_str()) => {
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
            "FloatStorage" => Ok(Encoding::F32),
            "HalfStorage" => Ok(Encoding::F16),
            "BFloat16Storage" => Ok(Encoding::Bf16),
            other => Err(other.to_owned()),
        };
        let shape = self.size.iter().map(|&dimension| usize::try_from(dimension)).collect::<Result<_, _>>();
        let shape = shape.map_err(|_| format!("its {name} is larger than any file"))?;
        let place = Strided::new(self.offset, self.size, self.stride)
            .ok_or_else(|| format!("its {name} does not have a stride for each dimension"))?;
        Ok(Tensor { name, shape, encoding, storage: self.storage.to_owned(), place })
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
