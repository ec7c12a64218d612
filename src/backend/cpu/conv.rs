//! The causal convolution over time with its SiLU, over a block of T tokens.

use core::ops::Range;

use super::lanes::{copy, load, store};
use super::math::Math;
use super::pool::Columns;
use super::simd::{F32x4, map_in_place};

/// Weights of the causal convolution over time, one filter a channel.
pub struct Conv {
    /// `[K, W]`, the oldest input's tap first.
    pub taps: Vec<f32>,
    /// `[W]`, zeros where the model has none.
    pub bias: Vec<f32>,
}

/// What the convolution reads and writes for a block of T tokens; each thread uses the columns of its channels.
pub struct ConvBlock<'a> {
    /// `[T, offset + W or more]`: the inputs are the W columns from `offset` on.
    pub inputs: Columns<'a>,
    pub offset: usize,
    /// `[K-1, W]`, oldest first: the inputs before these; moved on by T.
    pub past: Columns<'a>,
    /// `[T, W]`
    pub out: Columns<'a>,
}

impl Conv {
    /// `out[t, w] = silu(bias[w] + sum over k of taps[k, w] * input[t - (K - 1) + k, w])` for the channels w.
    ///
    /// # Safety
    /// Nothing else may use these channels' columns meanwhile.
    pub unsafe fn run(&self, channels: Range<usize>, block: &ConvBlock<'_>) {
        let ConvBlock { inputs, offset, past, out } = block;
        let (tokens, before, math) = (out.rows(), past.rows(), Math::new());
        let input = |time: usize| -> &[f32] {
            let columns = channels.clone();
            // `time` counts from the oldest input that is kept.
            match time.checked_sub(before) {
                // SAFETY: the caller promises that nothing else uses these channels' columns meanwhile.
                Some(t) => unsafe { inputs.row(t, columns.start + offset..columns.end + offset) },
                // SAFETY: likewise.
                None => unsafe { past.row(time, columns) },
            }
        };
        let (w, bias) = (self.bias.len(), &self.bias[channels.clone()]);
        let taps = |k: usize| &self.taps[k * w..][channels.clone()];
        for t in 0..tokens {
            // SAFETY: as above.
            let out = unsafe { out.row(t, channels.clone()) };
            let silu = |x: F32x4| math.silu(x);
            if before + 1 == TAPS {
                let inputs = core::array::from_fn(|k| input(t + k));
                add_taps::<TAPS>(Some(bias), core::array::from_fn(taps), inputs, out, silu);
                continue;
            }
            add_taps::<0>(Some(bias), [], [], out, |sum| sum);
            for k in 0..before + 1 {
                add_taps::<1>(None, [taps(k)], [input(t + k)], out, |sum| sum);
            }
            map_in_place(out, silu);
        }
        for slot in 0..before {
            // SAFETY: as above; no two of these are one row.
            copy(input(tokens + slot), unsafe { past.row(slot, channels.clone()) });
        }
    }
}

/// All well-known models have this many taps. They are added up in one pass.
const TAPS: usize = 4;

/// `out = finish((bias, or out) + sum over k of taps[k] * inputs[k])`
#[inline(always)]
fn add_taps<const K: usize>(
    bias: Option<&[f32]>,
    taps: [&[f32]; K],
    inputs: [&[f32]; K],
    out: &mut [f32],
    finish: impl Fn(F32x4) -> F32x4,
) {
    let (len, whole) = (out.len(), out.len() / F32x4::LANES);
    // Equal lengths let the compiler drop the bounds checks in the loop.
    let (bias_lanes, taps_lanes) =
        (bias.map(|bias| &bias.as_chunks().0[..whole]), taps.map(|x| &x.as_chunks().0[..whole]));
    let inputs_lanes = inputs.map(|x| &x.as_chunks().0[..whole]);
    for (i, out) in out.as_chunks_mut().0[..whole].iter_mut().enumerate() {
        let mut sum = F32x4::load(bias_lanes.map_or(out, |bias| &bias[i]));
        for (taps, inputs) in taps_lanes.iter().zip(inputs_lanes) {
            sum = F32x4::load(&taps[i]).mul_add(F32x4::load(&inputs[i]), sum);
        }
        finish(sum).store(out);
    }
    let at = whole * F32x4::LANES;
    if at < len {
        let one = |x: &[f32]| load::<1>(x)[0];
        let mut sum = one(&bias.unwrap_or(out)[at..]);
        for (taps, inputs) in taps.iter().zip(inputs) {
            sum = one(&taps[at..]).mul_add(one(&inputs[at..]), sum);
        }
        store([finish(sum)], &mut out[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::tests::{close, draws, silu};
    use super::super::pool::{Part, Pool};
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Read in two calls, so that the second one begins with the inputs of the first.
        #[test]
        fn convolutions_are_right(
            w in 1..20_usize, k in 2..6_usize, pad in 0..5_usize, first in 1..8_usize, second in 1..8_usize,
            threads in 1..4_usize, seed: u64,
        ) {
            let (mut draw, stride, tokens) = (draws(seed), w + pad, first + second);
            let conv = Conv { taps: draw(k * w, -1.0, 1.0), bias: draw(w, -1.0, 1.0) };
            let start = draw((k - 1) * w, -4.0, 4.0);
            let inputs = draw(tokens * stride, -4.0, 4.0);
            let (mut past, mut out, pool) = (start.clone(), vec![f32::NAN; tokens * w], Pool::new(threads));
            let (before_w, mut rows) = (pad / 2, inputs.clone());
            let (rows_first, rows_second) = rows.split_at_mut(first * stride);
            let (out_first, out_second) = out.split_at_mut(first * w);
            for (inputs, out) in [(rows_first, out_first), (rows_second, out_second)] {
                let (inputs, out) = (Columns::new(inputs, stride), Columns::new(out, w));
                let block = ConvBlock { inputs, offset: before_w, past: Columns::new(&mut past, w), out };
                // SAFETY: each channel belongs to one part.
                pool.run(&|part: Part| unsafe { conv.run(part.range(w, 4), &block) });
            }
            // All inputs of each channel, those before the block first.
            let all: Vec<&[f32]> = start.chunks(w).chain(inputs.chunks(stride).map(|row| &row[before_w..][..w])).collect();
            let expected: Vec<f64> = (0..tokens * w).map(|i| {
                let (t, w) = (i / w, i % w);
                let taps = conv.taps.chunks(conv.bias.len()).zip(&all[t..]);
                silu(f64::from(conv.bias[w]) + taps.map(|(taps, x)| f64::from(taps[w]) * f64::from(x[w])).sum::<f64>())
            }).collect();
            close(&out, &expected, 2e-6)?;
            prop_assert_eq!(past, all[tokens..].concat());
        }
    }
}
