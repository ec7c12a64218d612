//! What a layer remembers between two calls, as data: the state, its file and the backends get all sizes from here.

/// One thing that a layer remembers: rows of `width` values in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What the values are.
    pub kind: MemoryKind,
    /// How many rows there are.
    pub extent: Extent,
    /// f32 values in a row.
    pub width: usize,
}

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryKind {
    /// The last K - 1 inputs of the causal convolution, oldest first: `[K-1, W]`.
    Conv,
    /// The hidden state h: `[N, E]`. In Mamba-2 the channel e of E is number e % P of the head e / P.
    Ssm,
    /// Keys of the last tokens, at their positions: `[M, J S]`.
    Keys,
    /// Values of the last tokens: `[M, J S]`.
    Values,
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The same number at every position.
    Fixed {
        /// Rows, all of them in use from the start.
        rows: usize,
    },
    /// One for each token, of which the last `tokens` are kept. The row of token t is number t % `tokens`.
    Ring {
        /// The most rows that are kept.
        tokens: usize,
    },
}

impl Memory {
    /// A memory of `rows` rows at every position.
    pub const fn fixed(kind: MemoryKind, rows: usize, width: usize) -> Self {
        Self { kind, extent: Extent::Fixed { rows }, width }
    }

    /// A memory of the last `tokens` tokens, a row each.
    pub const fn ring(kind: MemoryKind, tokens: usize, width: usize) -> Self {
        Self { kind, extent: Extent::Ring { tokens }, width }
    }

    /// Rows that there is room for.
    pub fn rows(&self) -> usize {
        match self.extent {
            Extent::Fixed { rows } => rows,
            Extent::Ring { tokens } => tokens,
        }
    }

    /// Rows that hold something after `position` tokens.
    pub fn rows_at(&self, position: u64) -> usize {
        match self.extent {
            Extent::Fixed { rows } => rows,
            Extent::Ring { tokens } => usize::try_from(position).map_or(tokens, |read| read.min(tokens)),
        }
    }

    /// Index of the oldest row after `position` tokens.
    pub fn oldest_row(&self, position: u64) -> usize {
        match self.extent {
            Extent::Ring { tokens } if position > tokens as u64 => (position % tokens as u64) as usize,
            Extent::Fixed { .. } | Extent::Ring { .. } => 0,
        }
    }

    /// Values that there is room for; None if u64 cannot count them.
    pub fn values(&self) -> Option<u64> {
        (self.rows() as u64).checked_mul(self.width as u64)
    }

    /// The bytes of these values.
    pub fn bytes(&self) -> Option<u64> {
        self.values()?.checked_mul(size_of::<f32>() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_fixed_memory_has_one_size() {
        let memory = Memory::fixed(MemoryKind::Ssm, 16, 640);
        for position in [0, 1, 16, u64::MAX] {
            assert_eq!((memory.rows_at(position), memory.oldest_row(position)), (16, 0));
        }
        assert_eq!((memory.values(), memory.bytes()), (Some(10_240), Some(40_960)));
    }

    #[test]
    fn a_ring_grows_until_it_is_full_and_turns_then() {
        let ring = Memory::ring(MemoryKind::Keys, 5, 3);
        let at = |position| (ring.rows_at(position), ring.oldest_row(position));
        assert_eq!([0, 1, 5, 6, 9, 10, 11].map(at), [(0, 0), (1, 0), (5, 0), (5, 1), (5, 4), (5, 0), (5, 1)]);
        assert_eq!(at(u64::MAX), (5, (u64::MAX % 5) as usize));
        // Room is taken for all of it at once, so that nothing is allocated while tokens are read.
        assert_eq!(ring.bytes(), Some(60));
    }

    #[test]
    fn sizes_beyond_any_machine_are_none_and_do_not_wrap() {
        let large = Memory::fixed(MemoryKind::Ssm, 4096, 1 << 20);
        assert_eq!(large.bytes(), Some(1 << 34)); // 0 in 32 bits
        #[cfg(target_pointer_width = "64")]
        {
            let absurd = Memory::fixed(MemoryKind::Ssm, 1 << 33, 1 << 33);
            assert_eq!((absurd.values(), absurd.bytes()), (None, None));
            let values_only = Memory::fixed(MemoryKind::Ssm, 1 << 31, 1 << 32);
            assert_eq!((values_only.values(), values_only.bytes()), (Some(1 << 63), None));
        }
    }
}
