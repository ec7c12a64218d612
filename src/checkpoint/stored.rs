//! Decodes the stored tensors of a file one after the other: bytes in, whole rows of f32 out. All formats share it.

use std::borrow::Cow;
use std::collections::VecDeque;

use candle_core::CpuStorage;
use candle_core::quantized::{GgmlDType, QuantizedType};
use half::bf16;

use super::TensorSink;
use super::scaled::{Kept, Scales};
use crate::error::{Error, Result};

/// Values handed on at a time (or one row, where a row is longer): 256 KiB of f32.
const PIECE: u64 = 1 << 16;

/// No tensor has so many values; it keeps their bytes within u64.
const MOST_VALUES: u64 = 1 << 48;

/// How values are stored; all little-endian.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Encoding {
    /// An encoding that is not read here; its bytes are skipped.
    #[default]
    Unreadable,
    F32,
    F16,
    Bf16,
    /// Whole numbers; their scales are a tensor of their own ([`Stored::scaled`]).
    Int8,
    /// ggml's blocks with common scales, of candle's types that have 16-bit alignment.
    Blocks(GgmlDType),
}

impl Encoding {
    /// The smallest unit: (values, bytes).
    pub fn block(self) -> (u64, u64) {
        match self {
            Encoding::Unreadable | Encoding::Int8 => (1, 1),
            Encoding::F32 => (1, 4),
            Encoding::F16 | Encoding::Bf16 => (1, 2),
            Encoding::Blocks(kind) => (kind.block_size() as u64, kind.type_size() as u64),
        }
    }

    /// Whole units to f32, exactly.
    fn decode(self, bytes: &[u8], values: &mut Vec<f32>) -> Result<()> {
        values.clear();
        match self {
            Encoding::Unreadable => {}
            Encoding::F32 => values.extend(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b))),
            Encoding::F16 => values.extend(bytes.as_chunks().0.iter().map(|&b| half_to_f32(u16::from_le_bytes(b)))),
            Encoding::Bf16 => values.extend(bytes.as_chunks().0.iter().map(|&b| bf16::from_le_bytes(b).to_f32())),
            Encoding::Int8 => values.extend(bytes.iter().map(|&b| f32::from(b.cast_signed()))),
            Encoding::Blocks(kind) => {
                // A copy, because candle wants its blocks at even addresses.
                let aligned: Vec<u16> = bytes.as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b)).collect();
                let blocks: Box<dyn QuantizedType> = kind.from_data(Cow::Borrowed(bytemuck::cast_slice(&aligned)));
                let count = bytes.len() / kind.type_size() * kind.block_size();
                match blocks.dequantize(count) {
                    Ok(CpuStorage::F32(decoded)) => values.extend(decoded),
                    other => {
                        let what = other.err().map_or(String::new(), |error| format!(": {error}"));
                        return Err(Error::BadCheckpoint(format!("Blocks of {kind:?} cannot be decoded{what}.")));
                    }
                }
            }
        }
        Ok(())
    }
}

/// f16 to f32, exactly. It has no branches, so that compilers vectorise it.
#[inline(always)]
fn half_to_f32(half: u16) -> f32 {
    let magnitude = u32::from(half & 0x7fff);
    // The exponent's offset is 15 there and 127 here; all ones stand for infinities and for what is no number.
    let special = if magnitude >= 0x7c00 { 0x7f80_0000 } else { 0 };
    let normal = ((magnitude << 13) + (112 << 23)) | special;
    // A subnormal is a multiple of 2^-24, which is the last bit of the numbers from a half on.
    let subnormal = f32::from_bits(0.5_f32.to_bits() + magnitude) - 0.5;
    let bits = if magnitude < 0x400 { subnormal.to_bits() } else { normal };
    f32::from_bits(bits | u32::from(half & 0x8000) << 16)
}

/// One tensor of a file.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// As the sink is to know it.
    name: String,
    shape: Vec<usize>,
    encoding: Encoding,
    /// Bytes between the tensor before and this one.
    gap: u64,
    /// Bytes of one row (or of one block, where a row is less).
    unit: u64,
    /// Bytes not yet handed on.
    left: u64,
    /// The name of an encoding that is not read here.
    unreadable: Option<String>,
    /// Converts stored values to the checkpoint's.
    map: Option<fn(f32) -> f32>,
    /// What its whole numbers are multiplied by.
    scales: Option<Scales>,
    /// Whether the values are not the sink's: they are scales of a tensor that follows.
    are_scales: bool,
}

impl Stored {
    /// # Errors
    /// [`Error::BadCheckpoint`] for an empty tensor and one whose rows are not whole blocks.
    pub fn new(name: String, shape: Vec<usize>, encoding: Encoding) -> Result<Self> {
        let bad = |what: &str| Err(Error::BadCheckpoint(format!("The tensor {name} of shape {shape:?} {what}.")));
        let product = |dims: &[usize]| dims.iter().try_fold(1_u64, |n, &dim| n.checked_mul(dim as u64));
        let (values, bytes) = encoding.block();
        let Some(total) = product(&shape).filter(|&n| n < MOST_VALUES) else {
            return bad("is larger than any file");
        };
        let (last, row) = match shape.as_slice() {
            [_, rest @ ..] if !rest.is_empty() => (shape[shape.len() - 1] as u64, product(rest).unwrap_or(0)),
            [len] => (*len as u64, values),
            _ => (1, 1),
        };
        if total == 0 || row == 0 {
            return bad("is empty");
        }
        if last % values != 0 {
            return bad(&format!("has rows that are not whole blocks of {values}"));
        }
        let unit = row / values * bytes;
        let left = total / values * bytes;
        Ok(Self { name, shape, encoding, unit, left, ..Self::default() })
    }

    /// A tensor of `bytes` bytes in an encoding that is not read here. It is an error only if the sink wants it.
    ///
    /// # Errors
    /// As [`Stored::new`].
    pub fn unreadable(name: String, shape: Vec<usize>, encoding: String, bytes: u64) -> Result<Self> {
        if bytes == 0 {
            return Err(Error::BadCheckpoint(format!("The tensor {name} of shape {shape:?} is empty.")));
        }
        Ok(Self { name, shape, unit: 1, left: bytes, unreadable: Some(encoding), ..Self::default() })
    }

    /// Whole numbers of 8 bits whose scales are another tensor, which has to come first.
    pub fn scaled(mut self, scales: Scales) -> Self {
        self.scales = Some(scales);
        self
    }

    /// The values are scales: they are kept for the tensor that they belong to.
    pub fn holding_scales(mut self) -> Self {
        self.are_scales = true;
        self
    }

    pub fn after_gap(mut self, gap: u64) -> Self {
        self.gap = gap;
        self
    }

    pub fn mapped(mut self, map: Option<fn(f32) -> f32>) -> Self {
        self.map = map;
        self
    }

    /// Bytes that the values occupy.
    pub fn bytes(&self) -> u64 {
        self.left
    }

    fn decode(&mut self, bytes: &[u8], values: &mut Vec<f32>, kept: &Kept) -> Result<()> {
        self.encoding.decode(bytes, values)?;
        if let Some(scales) = &mut self.scales {
            scales.multiply(values, kept);
        }
        if let Some(map) = self.map {
            values.iter_mut().for_each(|value| *value = map(*value));
        }
        // Magnitudes are ordered like their bits. The loop does not end early, so that it is vectorised.
        let largest = values.iter().fold(0, |largest: u32, value| largest.max(value.abs().to_bits()));
        if largest < f32::INFINITY.to_bits() {
            return Ok(());
        }
        Err(Error::BadCheckpoint(format!("The tensor {} holds values that are not finite numbers.", self.name)))
    }
}

/// The tensors of a file that are still to come, in its order.
#[derive(Default)]
pub(super) struct Queue {
    tensors: VecDeque<Stored>,
    begun: bool,
    wanted: bool,
    values: Vec<f32>,
    /// Scales of tensors that follow.
    kept: Kept,
}

impl Queue {
    pub fn new(tensors: impl IntoIterator<Item = Stored>) -> Self {
        Self { tensors: tensors.into_iter().collect(), ..Self::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// Asks the sink whether it wants the first tensor.
    pub fn begin(&mut self, sink: &mut dyn TensorSink) -> Result<bool> {
        self.advance(&[], sink)?;
        Ok(self.wanted)
    }

    /// Hands all whole rows of `bytes` to the sink; returns how many bytes that took.
    pub fn advance(&mut self, bytes: &[u8], sink: &mut dyn TensorSink) -> Result<usize> {
        let mut taken = 0;
        while let Some(tensor) = self.tensors.front_mut() {
            let available = &bytes[taken..];
            if tensor.gap > 0 {
                let skipped = tensor.gap.min(available.len() as u64);
                taken += skipped as usize;
                tensor.gap -= skipped;
                if tensor.gap > 0 {
                    break;
                }
                continue;
            }
            if !self.begun {
                self.wanted = tensor.are_scales || sink.begin(&tensor.name, &tensor.shape)?;
                self.begun = true;
                if let Some(encoding) = tensor.unreadable.as_ref().filter(|_| self.wanted) {
                    return Err(Error::BadCheckpoint(format!(
                        "The tensor {} is stored as {encoding}; this page reads F32, F16, BF16, and I8 with scales.",
                        tensor.name
                    )));
                }
            }
            let (values, size) = tensor.encoding.block();
            let piece = (PIECE / values * size).max(tensor.unit);
            let whole = (available.len() as u64).min(tensor.left).min(piece) / tensor.unit * tensor.unit;
            if whole == 0 {
                break;
            }
            if self.wanted {
                tensor.decode(&available[..whole as usize], &mut self.values, &self.kept)?;
                if tensor.are_scales {
                    self.kept.add(&tensor.name, &self.values)?;
                } else {
                    sink.rows(&self.values)?;
                }
            }
            taken += whole as usize;
            tensor.left -= whole;
            if tensor.left == 0 {
                if let Some(scales) = &tensor.scales {
                    self.kept.drop(scales);
                }
                self.tensors.pop_front();
                self.begun = false;
            }
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use half::f16;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::half_to_f32;

    #[test]
    fn every_half_is_the_number_that_the_library_says() {
        for bits in 0..=u16::MAX {
            let (ours, theirs) = (half_to_f32(bits), f16::from_bits(bits).to_f32());
            assert!(
                ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan(),
                "{bits:#06x}: {ours} {theirs}"
            );
        }
    }
}
