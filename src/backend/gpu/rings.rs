//! An attention layer's rings of keys and values. Unlike what lies in slots, a ring has a row for each token, so to go
//! back is to forget the rows after a position.

use half::f16;

use super::dims::BLOCK_COLUMNS;
use super::packing::halves;
use crate::model;

/// Keys at a time of a workgroup of `attention/step`.
const TILE_KEYS: usize = 128;

/// The sizes of a layer's two rings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RingDims {
    pub attention: model::Attention,
    /// M rows that the next token sees, and as many as a call writes or the GPU may be ahead: those before are still
    /// there when the sequence goes back.
    pub rows: usize,
    /// In f16, and otherwise in f32.
    pub half: bool,
}

impl RingDims {
    /// As it is for a sequence that goes ahead by so many rows at most, and reads no blocks.
    pub fn with_rows(self, ahead: usize) -> Self {
        Self { rows: self.window() + ahead, ..self }
    }

    /// M.
    pub fn window(&self) -> usize {
        self.attention.window
    }

    /// Channels in 16 bytes.
    fn unit_channels(&self) -> usize {
        if self.half { 8 } else { 4 }
    }

    /// Times 16 bytes of a head.
    pub fn units(&self) -> usize {
        self.attention.head_dim.div_ceil(self.unit_channels())
    }

    fn row_words(&self) -> usize {
        self.attention.kv_heads * self.units() * 4
    }

    /// Bytes of one of the rings.
    pub fn bytes(&self) -> u64 {
        self.rows as u64 * self.row_words() as u64 * 4
    }

    /// Rows of a whole state after `position` tokens: those that the next token may look back at. The token t has row
    /// t % M.
    fn state_rows(&self, position: u64) -> u64 {
        position.min(self.window() as u64)
    }

    /// Words of these rows of one ring.
    pub fn state_words(&self, position: u64) -> u64 {
        self.state_rows(position) * self.row_words() as u64
    }

    /// Values of these rows in a [`State`](crate::state::State).
    pub fn values(&self, position: u64) -> usize {
        self.state_rows(position) as usize * self.attention.kv_width()
    }

    /// Quads of channels of a head.
    pub fn quads(&self) -> usize {
        self.units() * self.unit_channels() / 4
    }

    /// Workgroups that share the keys of a head. The more there are, the fewer tiles each has one after the other, and the
    /// more out_proj has to put together.
    pub fn splits(&self) -> usize {
        const FEW: usize = 16;
        const MOST: usize = 256;
        let tiles = self.window().div_ceil(TILE_KEYS);
        tiles.min((2 * tiles.isqrt()).clamp(FEW, MOST))
    }

    /// Values that one of them leaves, see `shaders/shared/attention_parts.wgsl`.
    pub fn part(&self) -> usize {
        self.attention.q_width().next_multiple_of(BLOCK_COLUMNS)
    }

    /// Values that all of them leave, with the two that each says of each head.
    pub fn parts_len(&self) -> u64 {
        let said = 2 * self.attention.heads as u64 * self.splits().next_multiple_of(4) as u64;
        self.splits() as u64 * self.part() as u64 + said
    }

    /// The rows of a whole state after `position` tokens. Of each piece: the bytes where it begins in a ring and in the
    /// ring's part of a whole state, and its length.
    pub fn pieces(&self, position: u64) -> impl Iterator<Item = (u64, u64, u64)> + use<> {
        let (rows, window, row_bytes) = (self.rows as u64, self.window() as u64, self.row_words() as u64 * 4);
        let mut next = position.saturating_sub(window);
        core::iter::from_fn(move || {
            let (from, to) = (next % rows, next % window);
            let count = (position - next).min(rows - from).min(window - to);
            next += count;
            (count > 0).then_some((from * row_bytes, to * row_bytes, count * row_bytes))
        })
    }

    /// Rows of a ring, `[.., J S]`, as the GPU has them.
    pub fn pack(&self, rows: &[f32], words: &mut [u32]) {
        let heads = rows.chunks_exact(self.attention.head_dim);
        for (head, words) in heads.zip(words.chunks_exact_mut(self.units() * 4)) {
            if self.half {
                words.iter_mut().zip(halves(head)).for_each(|(word, pair)| *word = pair);
            } else {
                words.iter_mut().zip(head).for_each(|(word, value)| *word = value.to_bits());
            }
        }
    }

    /// The inverse of [`RingDims::pack`].
    pub fn unpack(&self, words: &[u32], rows: &mut [f32]) {
        let value = |words: &[u32], channel: usize| match self.half {
            true => f16::from_bits((words[channel / 2] >> (16 * (channel % 2))) as u16).to_f32(),
            false => f32::from_bits(words[channel]),
        };
        let heads = rows.chunks_exact_mut(self.attention.head_dim);
        for (head, words) in heads.zip(words.chunks_exact(self.units() * 4)) {
            head.iter_mut().enumerate().for_each(|(channel, to)| *to = value(words, channel));
        }
    }
}

/// `[4, 256, S / 2]`: the cosine and the sine of the angle of each pair of channels for each byte of a position, as
/// `shaders/shared/rotary.wgsl` adds them up.
pub fn angles(theta: f32, head_dim: usize) -> Vec<f32> {
    let rotation = model::Rotation::new(theta, head_dim);
    let numbers = (0..4).flat_map(|byte| (0..256u64).map(move |number| number << (8 * byte)));
    numbers.flat_map(|position| rotation.angles(position).flat_map(|(cos, sin)| [cos, sin])).collect()
}

/// Floats of such a table.
pub fn angles_len(head_dim: usize) -> usize {
    4 * 256 * (head_dim / 2) * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn ring(window: usize, rows: usize, half: bool) -> RingDims {
        let attention = model::Attention {
            heads: 6,
            kv_heads: 3,
            head_dim: 5,
            use_bias: false,
            rope_theta: None,
            window,
            beside: false,
        };
        RingDims { attention, rows, half }
    }

    /// Every token that may be looked back at is in one piece, at its row in both.
    #[test]
    fn pieces_hold_the_window_and_nothing_else() {
        for (window, rows) in [(5, 5), (5, 8), (7, 40), (1, 2)] {
            let ring = ring(window, rows, true);
            let row = ring.row_words() as u64 * 4;
            for position in 0..100 {
                let mut found = Vec::new();
                for (from, to, bytes) in ring.pieces(position) {
                    assert!(from + bytes <= ring.bytes() && to + bytes <= ring.state_words(position) * 4);
                    found.extend((0..bytes / row).map(|i| (from / row + i, to / row + i)));
                }
                let tokens = position.saturating_sub(window as u64)..position;
                let want: Vec<_> = tokens.map(|t| (t % rows as u64, t % window as u64)).collect();
                assert_eq!(found, want, "{window} of {rows} at {position}");
            }
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        let values: Vec<f32> = (0..4 * 15).map(|i| (i as f32 - 20.0) / 8.0).collect();
        for half in [true, false] {
            let ring = ring(4, 6, half);
            let mut words = vec![0; 4 * ring.row_words()];
            let mut back = vec![f32::NAN; values.len()];
            ring.pack(&values, &mut words);
            ring.unpack(&words, &mut back);
            assert_eq!(back, values);
        }
    }
}
