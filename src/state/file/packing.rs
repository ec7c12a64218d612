//! How the values of a memory are kept in a file: exactly, or packed with a loss.

use half::f16;

use super::{check_float, damaged};
use crate::error::{Error, Result};

/// Values that share a scale in int8. They stand side by side in a row: neighbouring channels.
const BLOCK_VALUES: usize = 32;
const SCALE_BYTES: usize = size_of::<f32>();

/// How the values of the layers' memories are kept. docs/mstate.md has the layouts and the losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Packing {
    /// As they are.
    #[default]
    F32,
    /// Half the bytes.
    F16,
    /// A quarter of the bytes and a scale for each block.
    Int8,
}

impl Packing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::F32, Self::F16, Self::Int8];

    /// By its name in the public surface.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a name that none has.
    pub fn parse(name: &str) -> Result<Self> {
        let unknown =
            || Error::BadArgument(format!("There is no packing \"{name}\"; use \"f32\", \"f16\" or \"int8\"."));
        Self::ALL.into_iter().find(|packing| packing.name() == name).ok_or_else(unknown)
    }

    /// `f32`, `f16` or `int8`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Int8 => "int8",
        }
    }

    /// The number that stands for it in a table of sections.
    pub(super) fn element(self) -> u32 {
        match self {
            Self::F32 => 1,
            Self::F16 => 2,
            Self::Int8 => 3,
        }
    }

    /// The other way round; None for other values than numbers, and for what a later version may bring.
    pub(super) fn of_element(element: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|packing| packing.element() == element)
    }

    /// This one, or f32 if it has no room for one of the values.
    pub(super) fn fitting(self, pieces: [&[f32]; 2]) -> Self {
        let most = match self {
            Self::F32 => return self,
            Self::F16 => f16::MAX.to_f32(),
            Self::Int8 => f32::MAX / 2.0, // 127 times a rounded scale must not become infinite
        };
        if pieces.into_iter().flatten().any(|value| value.abs() > most) { Self::F32 } else { self }
    }

    /// Bytes of a row of `width` values, below 2^35.
    pub(super) fn row_bytes(self, width: usize) -> u64 {
        let width = width as u64;
        match self {
            Self::F32 => width * 4,
            Self::F16 => width * 2,
            Self::Int8 => width + width.div_ceil(BLOCK_VALUES as u64) * SCALE_BYTES as u64,
        }
    }

    /// Passes the bytes of rows of `width` values on, some at a time.
    pub(super) fn each(self, values: &[f32], width: usize, mut to: impl FnMut(&[u8])) {
        const VALUES: usize = 1024;
        let mut bytes = [0; 4 * VALUES];
        match self {
            Self::F32 => {
                for values in values.chunks(VALUES) {
                    for (to, value) in bytes.as_chunks_mut().0.iter_mut().zip(values) {
                        *to = value.to_le_bytes();
                    }
                    to(&bytes[..4 * values.len()]);
                }
            }
            Self::F16 => {
                for values in values.chunks(VALUES) {
                    for (to, &value) in bytes.as_chunks_mut().0.iter_mut().zip(values) {
                        *to = f16::from_f32(value).to_le_bytes();
                    }
                    to(&bytes[..2 * values.len()]);
                }
            }
            Self::Int8 => {
                let rows = values.chunks(width.max(1));
                for block in rows.flat_map(|row| row.chunks(BLOCK_VALUES)) {
                    to(pack_block(block, &mut bytes));
                }
            }
        }
    }

    /// The values of rows of `width` values into `to`, as many as both have.
    ///
    /// # Errors
    /// When a value is not a finite number.
    pub(super) fn take<'a>(self, bytes: &[u8], width: usize, to: impl IntoIterator<Item = &'a mut f32>) -> Result<()> {
        match self {
            Self::F32 => super::take_floats(bytes, to),
            Self::F16 => {
                for (to, bytes) in to.into_iter().zip(bytes.as_chunks().0) {
                    *to = check_float(f16::from_le_bytes(*bytes).to_f32())?;
                }
                Ok(())
            }
            Self::Int8 => {
                let mut to = to.into_iter();
                let row_bytes = usize::try_from(self.row_bytes(width)).map_err(|_| damaged("its rows are too long"))?;
                let rows = bytes.chunks(row_bytes.max(1));
                for block in rows.flat_map(|row| row.chunks(SCALE_BYTES + BLOCK_VALUES)) {
                    let Some((scale, values)) = block.split_first_chunk() else { break };
                    let scale = f32::from_le_bytes(*scale);
                    for (&value, to) in values.iter().zip(to.by_ref()) {
                        *to = check_float(f32::from(value.cast_signed()) * scale)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// The scale of a block of at most [`BLOCK_VALUES`] values, and the values as its multiples.
fn pack_block<'a>(block: &[f32], bytes: &'a mut [u8]) -> &'a [u8] {
    let largest = block.iter().fold(0.0, |largest: f32, value| largest.max(value.abs()));
    // A value that is no number must not become one.
    let scale = if block.iter().all(|value| value.is_finite()) { largest / 127.0 } else { f32::NAN };
    bytes[..SCALE_BYTES].copy_from_slice(&scale.to_le_bytes());
    let end = SCALE_BYTES + block.len();
    for (to, value) in bytes[SCALE_BYTES..end].iter_mut().zip(block) {
        // Where the scale is 0 or rounds to it, so do the values.
        let steps = if scale > 0.0 { (value / scale).round().clamp(-127.0, 127.0) } else { 0.0 };
        *to = (steps as i8).cast_unsigned();
    }
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn there_and_back(packing: Packing, values: &[f32], width: usize) -> Result<Vec<f32>> {
        let mut bytes = Vec::new();
        packing.each(values, width, |piece| bytes.extend_from_slice(piece));
        assert_eq!(bytes.len() as u64, packing.row_bytes(width) * (values.len() / width) as u64);
        let mut back = vec![f32::NAN; values.len()];
        packing.take(&bytes, width, &mut back)?;
        Ok(back)
    }

    /// Rows that are no multiple of a block, and more values than are passed on at a time.
    #[test]
    fn values_come_back_within_the_bound_of_their_packing() {
        for width in [1, 31, 32, 33, 100] {
            let values: Vec<f32> = (0..width * 47).map(|i| ((i * 435) % 1999) as f32 / 100.0 - 9.0).collect();
            assert_eq!(there_and_back(Packing::F32, &values, width).unwrap(), values);
            let close = |packing, bound: f32| {
                let back = there_and_back(packing, &values, width).unwrap();
                let worst = values.iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst <= bound && worst > 0.0, "{packing:?}, {width}: {worst}");
            };
            close(Packing::F16, 11.0 / 2048.0);
            if width > 1 {
                close(Packing::Int8, 11.0 / 254.0 + 1e-6);
            }
        }
    }

    #[test]
    fn zeros_and_extremes() {
        let tiny = [0.0, -0.0, f32::MIN_POSITIVE, -1e-45, 1e-30];
        for packing in Packing::ALL {
            let back = there_and_back(packing, &tiny, 5).unwrap();
            assert!(back.iter().zip(tiny).all(|(a, b)| (a - b).abs() <= 1e-30 / 127.0 || packing == Packing::F16));
            assert_eq!(there_and_back(packing, &[], 5).unwrap(), [0.0; 0]);
        }
        let large = [f32::MAX, -f32::MAX, 1.0];
        assert_eq!(Packing::F16.fitting([&[], &large]), Packing::F32);
        assert_eq!(Packing::F16.fitting([&[65504.0], &[-65504.0]]), Packing::F16);
        assert_eq!(Packing::Int8.fitting([&large, &[]]), Packing::F32);
        assert!(there_and_back(Packing::Int8, &large.map(|value| value / 2.0), 3).unwrap()[0] > 1.7e38);
        for value in [f32::NAN, f32::INFINITY] {
            for packing in Packing::ALL {
                assert_eq!(there_and_back(packing, &[1.0, value], 2).unwrap_err().code(), "bad-state");
            }
        }
    }

    #[test]
    fn names() {
        for packing in Packing::ALL {
            assert_eq!(Packing::parse(packing.name()).unwrap(), packing);
            assert_eq!(Packing::of_element(packing.element()), Some(packing));
        }
        assert_eq!(Packing::parse("int4").unwrap_err().code(), "bad-argument");
        assert_eq!((Packing::of_element(0), Packing::of_element(4)), (None, None));
    }
}
