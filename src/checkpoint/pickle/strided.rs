//! Where a tensor's values lie in its storage: PyTorch saves a transposed, sliced or expanded tensor as it is, a part of
//! its storage with a stride for each dimension.

use crate::error::{Error, Result};

/// Bytes that are gathered before they are handed on.
const PIECE: usize = 1 << 18;

/// The value at the indices i lies at `offset + sum(i * stride)`, counted in values.
#[derive(Debug)]
pub struct Strided {
    pub offset: u64,
    /// Size and stride of each dimension, the outermost first.
    dimensions: Vec<(u64, u64)>,
}

impl Strided {
    /// None without one stride for each dimension.
    pub fn new(offset: u64, size: Vec<u64>, stride: Vec<u64>) -> Option<Self> {
        (size.len() == stride.len()).then(|| Self { offset, dimensions: size.into_iter().zip(stride).collect() })
    }

    /// Hands the bytes of all values on in the order of rows. `take` says how many bytes it took; the rest comes again
    /// with those that follow. None if values lie outside of the storage. A value has `size` bytes, at most 8.
    ///
    /// # Errors
    /// What `take` says, and [`Error::OutOfMemory`].
    pub fn rows(
        &self,
        storage: &[u8],
        size: usize,
        mut take: impl FnMut(&[u8]) -> Result<usize>,
    ) -> Result<Option<()>> {
        let Some((first, count)) = self.bounds(storage.len(), size) else { return Ok(None) };
        if self.is_dense() {
            let values = &storage[first * size..][..count * size];
            return take(values).map(|_| Some(()));
        }
        // Those within its bounds are within usize.
        let dimensions: Vec<_> =
            self.dimensions.iter().map(|&(size, stride)| (size as usize, stride as usize)).collect();
        let Some((&(length, step), outer)) = dimensions.split_last() else { return Ok(None) };
        let mut piece = Vec::new();
        for run in 0..count / length {
            let (mut at, mut rest) = (first, run);
            for &(length, stride) in outer.iter().rev() {
                at += rest % length * stride;
                rest /= length;
            }
            piece
                .try_reserve(length * size)
                .map_err(|_| Error::OutOfMemory("There is no memory for a row of a tensor.".into()))?;
            for value in 0..length {
                piece.extend_from_slice(&storage[(at + value * step) * size..][..size]);
            }
            if piece.len() >= PIECE || run + 1 == count / length {
                let taken = take(&piece)?;
                piece.drain(..taken);
            }
        }
        Ok(Some(()))
    }

    /// The place of the first value and the number of all; None if they do not all lie in `bytes` bytes of storage.
    fn bounds(&self, bytes: usize, size: usize) -> Option<(usize, usize)> {
        let (mut last, mut count) = (self.offset, 1_u64);
        for &(length, stride) in &self.dimensions {
            last = last.checked_add(length.checked_sub(1)?.checked_mul(stride)?)?;
            count = count.checked_mul(length)?;
        }
        let end = last.checked_add(1)?.checked_mul(size as u64)?;
        if end > bytes as u64 {
            return None;
        }
        Some((usize::try_from(self.offset).ok()?, usize::try_from(count).ok()?))
    }

    /// Whether the values lie in the order of rows already.
    fn is_dense(&self) -> bool {
        let expected = self.dimensions.iter().rev().try_fold(1_u64, |expected, &(length, stride)| {
            (length == 1 || stride == expected).then(|| expected.checked_mul(length))?
        });
        expected.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by the definition, one value at a time.
    fn plain(offset: usize, dimensions: &[(usize, usize)], storage: &[u8]) -> Vec<u8> {
        match dimensions {
            [] => vec![storage[offset]],
            [(length, stride), rest @ ..] => {
                (0..*length).flat_map(|i| plain(offset + i * stride, rest, storage)).collect()
            }
        }
    }

    fn rows(offset: usize, dimensions: &[(usize, usize)], storage: &[u8], size: usize, unit: usize) -> Option<Vec<u8>> {
        let (sizes, strides) = dimensions.iter().map(|&(size, stride)| (size as u64, stride as u64)).unzip();
        let strided = Strided::new(offset as u64, sizes, strides).unwrap();
        let mut all = Vec::new();
        let taken = strided.rows(storage, size, |bytes| {
            let whole = bytes.len() / unit * unit;
            all.extend_from_slice(&bytes[..whole]);
            Ok(whole)
        });
        taken.unwrap().map(|()| all)
    }

    proptest! {
        #[test]
        fn any_strides_give_the_order_of_rows(
            offset in 0..5_usize,
            dimensions in prop::collection::vec((1..5_usize, 0..7_usize), 0..4),
        ) {
            let storage: Vec<u8> = (0..100).collect();
            prop_assert_eq!(rows(offset, &dimensions, &storage, 1, 1), Some(plain(offset, &dimensions, &storage)));
        }
    }

    #[test]
    fn values_of_several_bytes_and_many_pieces() {
        let (height, width) = (300, 700);
        let storage: Vec<u8> = (0..height * width).flat_map(|n| (n as u32).to_le_bytes()).collect();
        let transposed = rows(0, &[(width, 1), (height, width)], &storage, 4, height * 4).unwrap();
        let want: Vec<u8> =
            (0..width).flat_map(|x| (0..height).flat_map(move |y| ((y * width + x) as u32).to_le_bytes())).collect();
        assert!(transposed == want);
        let row = rows(2, &[(1, 9), (3, 2)], &[0, 1, 2, 3, 4, 5, 6], 1, 1);
        assert_eq!(row.unwrap(), [2, 4, 6]);
    }

    #[test]
    fn values_outside_of_the_storage_are_noticed() {
        let storage = [0; 8];
        assert!(rows(0, &[(2, 4), (4, 1)], &storage, 1, 1).is_some());
        for (offset, dimensions) in [
            (1, &[(2, 4), (4, 1)][..]),
            (0, &[(9, 1)]),
            (8, &[]),
            (0, &[(2, 8)]),
            (0, &[(usize::MAX, 2)]),
            (usize::MAX, &[(2, 1)]),
            (0, &[(usize::MAX, 0), (usize::MAX, 0)]),
            (0, &[(0, 1)]),
        ] {
            assert_eq!(rows(offset, dimensions, &storage, 1, 1), None, "{offset} {dimensions:?}");
        }
    }
}
