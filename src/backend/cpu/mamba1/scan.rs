//! The selective scan, with its gate, over a block of T tokens.

use core::ops::Range;

use super::super::lanes::{load, store};
use super::super::math::Math;
use super::super::pool::Columns;
use super::super::simd::F32x4;

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
                    (_, 8..) => self.lanes::<STEP_TOKENS, 2>(&math, block, channel, 8),
                    (_, _) => self.lanes::<STEP_TOKENS, 1>(&math, block, channel, left.min(F32x4::LANES)),
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
        let (d, bias) = (load::<V>(&self.d[channels.clone()]), load::<V>(&self.dt_bias[channels.clone()]));
        let (low, high) = (F32x4::splat(self.dt_limit.0), F32x4::splat(self.dt_limit.1));
        let zero = [F32x4::splat(0.0); V];
        let mut all = [Step { dt: zero, dt_x: zero, y: zero }; STEPS];
        for first in (0..tokens).step_by(STEPS) {
            let steps = &mut all[..STEPS.min(tokens - first)];
            for (t, step) in (first..).zip(&mut *steps) {
                // SAFETY: as the caller promises; so below.
                let (x, dt) = unsafe { (block.x.row(t, channels.clone()), block.dt.row(t, channels.clone())) };
                let (x, dt) = (load::<V>(x), load::<V>(dt));
                for v in 0..V {
                    step.dt[v] = math.softplus(dt[v].add(bias[v])).max(low).min(high);
                    step.dt_x[v] = step.dt[v].mul(x[v]);
                    step.y[v] = d[v].mul(x[v]);
                }
            }
            for (i, b_c) in block.b_c.chunks_exact(tokens).enumerate() {
                // SAFETY: as above.
                let state = unsafe { block.h.row(i, channels.clone()) };
                let a = load::<V>(&self.a[i * e..][channels.clone()]);
                let mut h = load::<V>(state);
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
                let z = load::<V>(unsafe { block.xz.row(t, e + channel..e + channel + width) });
                let gated: [_; V] = core::array::from_fn(|v| step.y[v].mul(math.silu(z[v])));
                // SAFETY: as above.
                store(gated, unsafe { block.x.row(t, channels.clone()) });
            }
        }
    }
}

/// Tokens that a state stays in a register for, where there are several.
const STEP_TOKENS: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::super::math::tests::{close, draws, silu};
    use super::super::super::pool::{Part, Pool};
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

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
