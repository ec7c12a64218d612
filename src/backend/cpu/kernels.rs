//! What a layer does besides matrix products: norm, causal convolution, selective scan.
//! Each is the function of the same name in `reference`, over a block of T tokens.

use super::math::Math;
use super::pool::{Columns, Part, Pool};
use super::simd::{F32x4, map_in_place};

/// `out[t] = x[t] / sqrt(mean(x[t]^2) + epsilon) * weight`; `x` and `out` are `[T, D]`.
pub fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let d = weight.len();
    for (x, out) in x.chunks_exact(d).zip(out.chunks_exact_mut(d)) {
        let scale = inverse_rms(x, epsilon);
        for ((out, x), weight) in out.iter_mut().zip(x).zip(weight) {
            *out = x * scale * weight;
        }
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

/// `x[t] += bias`, `x` is `[T, bias.len()]`. No bias, nothing done.
pub fn add_bias(x: &mut [f32], bias: &[f32]) {
    if bias.is_empty() {
        return;
    }
    for row in x.chunks_exact_mut(bias.len()) {
        for (x, bias) in row.iter_mut().zip(bias) {
            *x += bias;
        }
    }
}

/// Weights of the causal convolution over time, one filter a channel.
pub struct Conv {
    /// `[K, W]`, the oldest input's tap first.
    pub taps: Vec<f32>,
    /// `[W]`, zeros where the model has none.
    pub bias: Vec<f32>,
}

impl Conv {
    /// `out[t, w] = silu(bias[w] + sum over k of taps[k, w] * input[t - (K - 1) + k, w])`.
    ///
    /// `inputs` has rows `stride` apart, of which the first W are the inputs; `past` (`[K-1, W]`, oldest first)
    /// holds the inputs before them and is moved on by T; `out` is `[T, W]`.
    pub fn run(&self, inputs: &[f32], stride: usize, past: &mut [f32], out: &mut [f32], pool: &Pool) {
        let w = self.bias.len();
        let k = self.taps.len() / w;
        let tokens = out.len() / w;
        let input = |t: usize| &inputs[t * stride..][..w];
        let (out, before) = (Columns::new(out, w), &*past);
        pool.run(&|part: Part| {
            let (channels, math) = (part.range(w, F32x4::LANES), Math::new());
            for t in 0..tokens {
                // SAFETY: each channel belongs to one part.
                let out = unsafe { out.row(t, channels.clone()) };
                out.copy_from_slice(&self.bias[channels.clone()]);
                for (tap, taps) in self.taps.chunks_exact(w).enumerate() {
                    let age = k - 1 - tap; // steps back in time
                    let input = if age <= t { input(t - age) } else { &before[(k - 1 + t - age) * w..][..w] };
                    for ((out, tap), input) in out.iter_mut().zip(&taps[channels.clone()]).zip(&input[channels.clone()])
                    {
                        *out += tap * input;
                    }
                }
                map_in_place(out, |x| math.silu(x));
            }
        });
        if tokens < k - 1 {
            past.copy_within(tokens * w.., 0);
        }
        for slot in (k - 1).saturating_sub(tokens)..k - 1 {
            past[slot * w..][..w].copy_from_slice(input(tokens + slot - (k - 1)));
        }
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

/// What the scan reads and writes for a block of T tokens.
pub struct ScanBlock<'a> {
    /// `[T, E]`, output of the convolution; overwritten with the gated result.
    pub x: &'a mut [f32],
    /// `[T, E]`, output of dt_proj without its bias.
    pub dt: &'a [f32],
    /// `[T, 2E]`, of which the last E of each row are the gate.
    pub xz: &'a [f32],
    /// `[T, R + 2N]`, of which the last 2N of each row are B and C.
    pub x_dbl: &'a [f32],
    /// `[N, E]`.
    pub h: &'a mut [f32],
}

impl Scan {
    /// For each channel e and token t, with dt = softplus(dt + bias):
    ///
    /// `h[n] = exp(dt A[n]) h[n] + dt x B[n]`, `y = sum over n of h[n] C[n] + D x`, `x = y * silu(z)`.
    ///
    /// Channels are independent, so four go through time together. One state after the other does so for some tokens in
    /// a register.
    pub fn run(&self, block: ScanBlock<'_>, pool: &Pool) {
        let e = self.d.len();
        let ScanBlock { x, dt, xz, x_dbl, h } = block;
        let block = SharedBlock { x: Columns::new(x, e), dt, xz, x_dbl, h: Columns::new(h, e) };
        pool.run(&|part: Part| {
            let (channels, math) = (part.range(e, F32x4::LANES), Math::new());
            for channel in channels.clone().step_by(F32x4::LANES) {
                // The common cases as constants.
                match (block.x.rows(), channels.end - channel) {
                    (1, F32x4::LANES..) => self.lanes::<1>(&math, &block, channel, F32x4::LANES),
                    (_, F32x4::LANES..) => self.lanes::<STEPS>(&math, &block, channel, F32x4::LANES),
                    (_, width) => self.lanes::<STEPS>(&math, &block, channel, width),
                }
            }
        });
    }

    #[inline(always)]
    fn lanes<const STEPS: usize>(&self, math: &Math, block: &SharedBlock<'_>, channel: usize, width: usize) {
        let e = self.d.len();
        let n = self.a.len() / e;
        let tokens = block.x.rows();
        let r_2n = block.x_dbl.len() / tokens;
        let d = load(&self.d[channel..], width);
        let bias = load(&self.dt_bias[channel..], width);
        let (low, high) = (F32x4::splat(self.dt_limit.0), F32x4::splat(self.dt_limit.1));
        let channels = channel..channel + width;
        let zero = [F32x4::splat(0.0); STEPS];
        for first in (0..tokens).step_by(STEPS) {
            let steps = STEPS.min(tokens - first);
            let (mut dt, mut dt_x, mut y) = (zero, zero, zero);
            for s in 0..steps {
                let t = first + s;
                // SAFETY: each channel belongs to one part.
                let x = load(unsafe { block.x.row(t, channels.clone()) }, width);
                dt[s] = math.softplus(load(&block.dt[t * e + channel..], width).add(bias)).max(low).min(high);
                dt_x[s] = dt[s].mul(x);
                y[s] = d.mul(x);
            }
            for i in 0..n {
                // SAFETY: as above.
                let state = unsafe { block.h.row(i, channels.clone()) };
                let a = load(&self.a[i * e + channel..], width);
                let mut h = load(state, width);
                let rows = block.x_dbl[first * r_2n..].chunks_exact(r_2n);
                for (((row, &dt), &dt_x), y) in rows.zip(&dt[..steps]).zip(&dt_x).zip(&mut y) {
                    let (b, c) = (F32x4::splat(row[r_2n - 2 * n + i]), F32x4::splat(row[r_2n - n + i]));
                    h = math.exp2_decay(a.mul(dt)).mul_add(h, dt_x.mul(b));
                    *y = h.mul_add(c, *y);
                }
                store(h, state, width);
            }
            for (t, y) in (first..).zip(&y[..steps]) {
                let z = load(&block.xz[t * 2 * e + e + channel..], width);
                // SAFETY: as above.
                store(y.mul(math.silu(z)), unsafe { block.x.row(t, channels.clone()) }, width);
            }
        }
    }
}

/// Tokens that a state stays in a register for, where there are several.
const STEPS: usize = 16;

/// A [`ScanBlock`] in the hands of several threads.
struct SharedBlock<'a> {
    x: Columns<'a>,
    dt: &'a [f32],
    xz: &'a [f32],
    x_dbl: &'a [f32],
    h: Columns<'a>,
}

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

#[cfg(test)]
mod tests {
    use super::super::math::tests::draws;
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
            rms_norm(&x, &weight, 1e-5, &mut normed);
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
            let (out_first, out_second) = out.split_at_mut(first * w);
            conv.run(&inputs, stride, &mut past, out_first, &pool);
            conv.run(&inputs[first * stride..], stride, &mut past, out_second, &pool);
            // All inputs of each channel, those before the block first.
            let all: Vec<&[f32]> = start.chunks(w).chain(inputs.chunks(stride).map(|row| &row[..w])).collect();
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
            scan.run(ScanBlock { x: &mut y, dt: &dt, xz: &xz, x_dbl: &x_dbl, h: &mut h }, &Pool::new(threads));
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
