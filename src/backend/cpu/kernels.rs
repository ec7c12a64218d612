//! What a layer does besides matrix products: norm, causal convolution, selective scan.
//! Each is the function of the same name in `reference`, over a block of T tokens.

use core::ops::Range;

use super::math::Math;
use super::pool::Columns;
use super::simd::{F32x4, map_in_place};

/// `out = x / sqrt(mean(x^2) + epsilon) * weight`, of one token.
pub fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let scale = inverse_rms(x, epsilon);
    for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
        *out = x * scale * weight;
    }
}

/// `x /= sqrt(mean(x^2) + epsilon)`.
pub fn rms_scale(x: &mut [f32], epsilon: f32) {
    let scale = inverse_rms(x, epsilon);
    x.iter_mut().for_each(|x| *x *= scale);
}

fn inverse_rms(x: &[f32], epsilon: f32) -> f32 {
    let (whole, rest) = x.as_chunks::<4>();
    let squares = whole.iter().map(F32x4::load).fold(F32x4::splat(0.0), |sum, x| x.mul_add(x, sum));
    let square_sum = squares.sum() + rest.iter().map(|x| x * x).sum::<f32>();
    1.0 / (square_sum / x.len() as f32 + epsilon).sqrt()
}

/// `x += bias`, of one token. No bias, nothing done.
pub fn add_bias(x: &mut [f32], bias: &[f32]) {
    x.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
}

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
        // SAFETY: the caller's alone.
        let input = |time: usize| -> &[f32] {
            let columns = channels.clone();
            // By time from the oldest input that is kept.
            match time.checked_sub(before) {
                Some(t) => unsafe { inputs.row(t, columns.start + offset..columns.end + offset) },
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

/// All models of note have as many taps; they are added up in one pass.
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
    // Equal lengths, told to the compiler once, so that it checks no bound in the loop.
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
    let (at, width) = (whole * F32x4::LANES, len % F32x4::LANES);
    if width > 0 {
        let mut sum = load(&bias.unwrap_or(out)[at..], width);
        for (taps, inputs) in taps.iter().zip(inputs) {
            sum = load(&taps[at..], width).mul_add(load(&inputs[at..], width), sum);
        }
        store(finish(sum), &mut out[at..], width);
    }
}

/// Weights of the selective state space model.
pub struct Scan {
    /// A log2(e) = -exp(A_log) log2(e), `[N, E]`, so that exp(dt A) is 2^(dt a).
    pub a: Vec<f32>,
    /// The skip, `[E]`.
    pub d: Vec<f32>,
    pub dt_bias: Vec<f32>,
    pub dt_limit: (f32, f32),
}

/// What the scan reads and writes for a block of T tokens; each thread uses the columns of its channels.
pub struct ScanBlock<'a> {
    /// `[T, E]`, output of the convolution; overwritten with the gated result.
    pub x: Columns<'a>,
    /// `[T, E]`, output of dt_proj without its bias.
    pub dt: Columns<'a>,
    /// `[T, 2E]`, of which the last E of each row are the gate.
    pub xz: Columns<'a>,
    /// `[N, T]`: B and C of each state, side by side; see [`pair_up`].
    pub b_c: &'a [[f32; 2]],
    /// `[N, E]`.
    pub h: Columns<'a>,
}

/// Puts B and C, the last 2N of each row of `x_dbl` (`[T, R + 2N]`), into the order in which the scan reads them.
pub fn pair_up(x_dbl: &[f32], n: usize, b_c: &mut [[f32; 2]]) {
    let tokens = b_c.len() / n;
    let width = x_dbl.len() / tokens;
    for (t, row) in x_dbl.chunks_exact(width).enumerate() {
        let (b, c) = row[width - 2 * n..].split_at(n);
        for (i, (&b, &c)) in b.iter().zip(c).enumerate() {
            b_c[i * tokens + t] = [b, c];
        }
    }
}

/// What a few channels have at one token.
#[derive(Clone, Copy)]
struct Step<const V: usize> {
    dt: [F32x4; V],
    dt_x: [F32x4; V],
    y: [F32x4; V],
}

impl Scan {
    /// For each of the channels e and each token t, with dt = softplus(dt + bias):
    ///
    /// `h[n] = exp(dt A[n]) h[n] + dt x B[n]`, `y = sum over n of h[n] C[n] + D x`, `x = y * silu(z)`.
    ///
    /// Channels are independent, so eight go through time together. One state after the other does so for some tokens
    /// in a register.
    ///
    /// # Safety
    /// Nothing else may use these channels' columns meanwhile.
    pub unsafe fn run(&self, channels: Range<usize>, block: &ScanBlock<'_>) {
        let (mut channel, math) = (channels.start, Math::new());
        while channel < channels.end {
            let left = channels.end - channel;
            // SAFETY: as the caller promises.
            unsafe {
                // The common cases as constants.
                match (block.x.rows(), left) {
                    (1, 8..) => self.lanes::<1, 2>(&math, block, channel, 8),
                    (_, 8..) => self.lanes::<STEPS, 2>(&math, block, channel, 8),
                    (_, _) => self.lanes::<STEPS, 1>(&math, block, channel, left.min(F32x4::LANES)),
                }
            }
            channel += if left >= 8 { 8 } else { F32x4::LANES };
        }
    }

    /// The `width` channels (4 V, or fewer where V is 1) from `channel` on.
    #[inline(always)]
    unsafe fn lanes<const STEPS: usize, const V: usize>(
        &self,
        math: &Math,
        block: &ScanBlock<'_>,
        channel: usize,
        width: usize,
    ) {
        let (e, tokens) = (self.d.len(), block.x.rows());
        let channels = channel..channel + width;
        let load = |row: &[f32]| -> [F32x4; V] {
            core::array::from_fn(|v| load(&row[v * F32x4::LANES..], if V == 1 { width } else { F32x4::LANES }))
        };
        let store = |values: [F32x4; V], row: &mut [f32]| {
            for (v, value) in values.into_iter().enumerate() {
                store(value, &mut row[v * F32x4::LANES..], if V == 1 { width } else { F32x4::LANES });
            }
        };
        let (d, bias) = (load(&self.d[channels.clone()]), load(&self.dt_bias[channels.clone()]));
        let (low, high) = (F32x4::splat(self.dt_limit.0), F32x4::splat(self.dt_limit.1));
        let zero = [F32x4::splat(0.0); V];
        let mut all = [Step { dt: zero, dt_x: zero, y: zero }; STEPS];
        for first in (0..tokens).step_by(STEPS) {
            let steps = &mut all[..STEPS.min(tokens - first)];
            for (t, step) in (first..).zip(&mut *steps) {
                // SAFETY: as the caller promises; so below.
                let (x, dt) = unsafe { (block.x.row(t, channels.clone()), block.dt.row(t, channels.clone())) };
                let (x, dt) = (load(x), load(dt));
                for v in 0..V {
                    step.dt[v] = math.softplus(dt[v].add(bias[v])).max(low).min(high);
                    step.dt_x[v] = step.dt[v].mul(x[v]);
                    step.y[v] = d[v].mul(x[v]);
                }
            }
            for (i, b_c) in block.b_c.chunks_exact(tokens).enumerate() {
                // SAFETY: as above.
                let state = unsafe { block.h.row(i, channels.clone()) };
                let a = load(&self.a[i * e..][channels.clone()]);
                let mut h = load(state);
                for (step, &[b, c]) in steps.iter_mut().zip(&b_c[first..]) {
                    let (b, c) = (F32x4::splat(b), F32x4::splat(c));
                    for v in 0..V {
                        let decay = math.exp2_decay(a[v].mul(step.dt[v]));
                        h[v] = decay.mul_add(h[v], step.dt_x[v].mul(b));
                        step.y[v] = h[v].mul_add(c, step.y[v]);
                    }
                }
                store(h, state);
            }
            for (t, step) in (first..).zip(&*steps) {
                // SAFETY: as above.
                let z = load(unsafe { block.xz.row(t, e + channel..e + channel + width) });
                let gated = core::array::from_fn(|v| step.y[v].mul(math.silu(z[v])));
                // SAFETY: as above.
                store(gated, unsafe { block.x.row(t, channels.clone()) });
            }
        }
    }
}

/// Tokens that a state stays in a register for, where there are several.
const STEPS: usize = 16;

/// The first `width` (at most four) values, the missing lanes zero.
#[inline(always)]
pub fn load(from: &[f32], width: usize) -> F32x4 {
    if width == F32x4::LANES
        && let Some((lanes, _)) = from.split_first_chunk()
    {
        return F32x4::load(lanes);
    }
    let mut lanes = [0.0; 4];
    lanes[..width].copy_from_slice(&from[..width]);
    F32x4::load(&lanes)
}

#[inline(always)]
pub fn store(value: F32x4, to: &mut [f32], width: usize) {
    if width == F32x4::LANES
        && let Some((lanes, _)) = to.split_first_chunk_mut()
    {
        return value.store(lanes);
    }
    to[..width].copy_from_slice(&value.lanes()[..width]);
}

/// As `copy_from_slice`, which in wasm is a slow call.
#[inline(always)]
fn copy(from: &[f32], to: &mut [f32]) {
    for at in (0..to.len()).step_by(F32x4::LANES) {
        let width = F32x4::LANES.min(to.len() - at);
        store(load(&from[at..], width), &mut to[at..], width);
    }
}

/// Stores as many of the lanes as there are places.
#[inline(always)]
pub fn store_rows<const V: usize>(values: [F32x4; V], to: &mut [f32]) {
    // Where there is a place for all, without a call of memory.copy.
    if to.len() == V * F32x4::LANES {
        for (value, to) in values.into_iter().zip(to.as_chunks_mut().0) {
            value.store(to);
        }
    } else {
        to.copy_from_slice(&values.map(F32x4::lanes).as_flattened()[..to.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::tests::draws;
    use super::super::pool::{Part, Pool};
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Each value is within `tolerance` of the greatest one, or of 1, of its twin in f64.
    fn close(got: &[f32], expected: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
        let bound = tolerance * expected.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
        for (got, expected) in got.iter().zip(expected) {
            prop_assert!((f64::from(*got) - expected).abs() <= bound, "{got} and {expected}, allowed {bound}");
        }
        prop_assert_eq!(got.len(), expected.len());
        Ok(())
    }

    fn silu(x: f64) -> f64 {
        x / (1.0 + (-x).exp())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn norms_are_right(d in 1..40_usize, tokens in 1..5_usize, size in -18..18_i32, seed: u64) {
            let (mut draw, size) = (draws(seed), 10f32.powi(size));
            let (x, weight) = (draw(tokens * d, -size, size), draw(d, 0.5, 1.5));
            let (mut normed, mut scaled) = (vec![f32::NAN; x.len()], x.clone());
            x.chunks(d).zip(normed.chunks_mut(d)).for_each(|(x, normed)| rms_norm(x, &weight, 1e-5, normed));
            scaled.chunks_mut(d).for_each(|x| rms_scale(x, 1e-5));
            let expected: Vec<f64> = x.chunks(d).flat_map(|x| {
                let squares: f64 = x.iter().map(|&x| f64::from(x).powi(2)).sum();
                let scale = 1.0 / (squares / d as f64 + 1e-5).sqrt();
                x.iter().map(move |&x| f64::from(x) * scale)
            }).collect();
            close(&scaled, &expected, 1e-6)?;
            let weighted: Vec<f64> = expected.iter().zip(weight.iter().cycle()).map(|(x, &w)| x * f64::from(w)).collect();
            close(&normed, &weighted, 1e-6)?;
        }

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

        #[test]
        fn scans_are_right(
            e in 1..20_usize, n in 1..20_usize, r in 0..4_usize, tokens in 1..36_usize, threads in 1..4_usize, seed: u64,
        ) {
            let mut draw = draws(seed);
            let scan = Scan {
                a: draw(n * e, -3.0, 5.0).into_iter().map(|log| -log.exp2()).collect(),
                d: draw(e, -1.0, 1.0),
                dt_bias: draw(e, -4.0, 4.0),
                dt_limit: (0.001, 5.0),
            };
            let (x, dt) = (draw(tokens * e, -1.0, 1.0), draw(tokens * e, -3.0, 3.0));
            let (xz, x_dbl) = (draw(tokens * 2 * e, -9.0, 9.0), draw(tokens * (r + 2 * n), -1.0, 1.0));
            let start = draw(n * e, -1.0, 1.0);
            let (mut y, mut h) = (x.clone(), start.clone());
            let (mut dt_rows, mut xz_rows, mut b_c) = (dt.clone(), xz.clone(), vec![[f32::NAN; 2]; n * tokens]);
            pair_up(&x_dbl, n, &mut b_c);
            let block = ScanBlock {
                x: Columns::new(&mut y, e),
                dt: Columns::new(&mut dt_rows, e),
                xz: Columns::new(&mut xz_rows, 2 * e),
                b_c: &b_c,
                h: Columns::new(&mut h, e),
            };
            // SAFETY: each channel belongs to one part.
            Pool::new(threads).run(&|part: Part| unsafe { scan.run(part.range(e, 4), &block) });
            let (mut state, mut expected): (Vec<f64>, _) = (start.into_iter().map(f64::from).collect(), Vec::new());
            for i in 0..tokens * e {
                let (t, e, width) = (i / e, i % e, e);
                let x = f64::from(x[i]);
                let dt = (f64::from(dt[i]) + f64::from(scan.dt_bias[e])).exp().ln_1p().clamp(0.001, 5.0);
                let mut sum = f64::from(scan.d[e]) * x;
                let (b, c) = x_dbl[t * (r + 2 * n) + r..][..2 * n].split_at(n);
                for (n, (&b, &c)) in b.iter().zip(c).enumerate() {
                    let h = &mut state[n * width + e];
                    *h = (dt * f64::from(scan.a[n * width + e])).exp2() * *h + dt * x * f64::from(b);
                    sum += *h * f64::from(c);
                }
                expected.push(sum * silu(f64::from(xz[t * 2 * width + width + e])));
            }
            close(&y, &expected, 1e-5)?;
            close(&h, &state, 1e-5)?;
        }
    }
}
