use proptest::prelude::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::super::math::tests::draws;
use super::*;
use crate::model::Heads;

/// A layer and what it reads, with decays of very different size.
struct Case {
    mamba2: Mamba2,
    tokens: usize,
    zxbcdt: Vec<f32>,
    xbc: Vec<f32>,
    h: Vec<f32>,
}

impl Case {
    fn new(
        (per_group, groups, p, n): (usize, usize, usize, usize),
        norm_before_gate: bool,
        tokens: usize,
        seed: u64,
    ) -> Self {
        let mut draw = draws(seed);
        let heads = Heads { heads: per_group * groups, head_dim: p, groups, norm_before_gate };
        let (h, e) = (heads.heads, heads.heads * p);
        let mamba2 = Mamba2 {
            dims: model::Mamba2 {
                heads,
                d_state: n,
                d_conv: 4,
                use_bias: false,
                use_conv_bias: true,
                time_step_limit: (0.001, 5.0),
                gated_norm: Some(1e-5),
            },
            conv: Conv { taps: vec![], bias: vec![] }, // not part of the test
            a: draw(h, -3.0, 5.0).into_iter().map(|log| -log.exp2()).collect(),
            d: draw(h, -1.0, 1.0),
            dt_bias: draw(h, -4.0, 4.0),
            norm: draw(e, 0.5, 1.5),
        };
        Self {
            zxbcdt: draw(tokens * (2 * e + 2 * groups * n + h), -3.0, 3.0),
            xbc: draw(tokens * (e + 2 * groups * n), -1.0, 1.0),
            h: draw(n * e, -1.0, 1.0),
            mamba2,
            tokens,
        }
    }

    /// y and the state after it, by `body`.
    fn results(&self, body: impl FnOnce(Block<'_>)) -> (Vec<f32>, Vec<f32>) {
        let (mut h, mut y) = (self.h.clone(), vec![f32::NAN; self.tokens * self.mamba2.norm.len()]);
        body(Block { zxbcdt: &self.zxbcdt, xbc: &self.xbc, h: Each::one(&mut h), y: &mut y });
        (y, h)
    }

    fn run(&self, work: &mut Work, threads: usize) -> (Vec<f32>, Vec<f32>) {
        self.results(|block| self.mamba2.run(block, work, &Pool::new(threads)))
    }

    /// The twin: the recurrence in f64, as [`Mamba2::run`] has it.
    fn expected(&self) -> (Vec<f64>, Vec<f64>) {
        let (mamba2, wide) = (&self.mamba2, |x: f32| f64::from(x));
        let (e, n, Heads { heads, head_dim: p, groups: g, norm_before_gate }) =
            (mamba2.norm.len(), mamba2.dims.d_state, mamba2.dims.heads);
        let silu = |z: f64| z / (1.0 + (-z).exp());
        let (mut h, mut out): (Vec<f64>, _) = (self.h.iter().copied().map(wide).collect(), Vec::new());
        let rows = self.zxbcdt.chunks(2 * e + 2 * g * n + heads).zip(self.xbc.chunks(e + 2 * g * n));
        for (zxbcdt, xbc) in rows {
            let mut y: Vec<f64> = (0..e)
                .map(|channel| {
                    let (head, group) = (channel / p, channel / (e / g));
                    let raw = wide(zxbcdt[2 * e + 2 * g * n + head]) + wide(mamba2.dt_bias[head]);
                    let dt = raw
                        .exp()
                        .ln_1p()
                        .clamp(wide(mamba2.dims.time_step_limit.0), wide(mamba2.dims.time_step_limit.1));
                    let (b, c) = (&xbc[e + group * n..], &xbc[e + (g + group) * n..]);
                    let mut y = wide(mamba2.d[head]) * wide(xbc[channel]);
                    for state in 0..n {
                        let h = &mut h[state * e + channel];
                        *h = (dt * wide(mamba2.a[head])).exp2() * *h + dt * wide(xbc[channel]) * wide(b[state]);
                        y += *h * wide(c[state]);
                    }
                    if norm_before_gate { y } else { y * silu(wide(zxbcdt[channel])) }
                })
                .collect();
            for y in y.chunks_mut(e / g) {
                let mean = y.iter().map(|y| y * y).sum::<f64>() / y.len() as f64;
                y.iter_mut().for_each(|y| *y /= (mean + 1e-5).sqrt());
            }
            for (channel, y) in y.iter_mut().enumerate() {
                *y *= wide(mamba2.norm[channel]);
                if norm_before_gate {
                    *y *= silu(wide(zxbcdt[channel]));
                }
            }
            out.extend(y);
        }
        (out, h)
    }
}

fn close(got: &[f32], expected: impl IntoIterator<Item = f64>, tolerance: f64) -> Result<(), TestCaseError> {
    let expected: Vec<f64> = expected.into_iter().collect();
    let bound = tolerance * expected.iter().fold(1e-3, |m: f64, x| m.max(x.abs()));
    prop_assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        prop_assert!((f64::from(*got) - expected).abs() <= bound, "{} and {}, allowed {}", got, expected, bound);
    }
    Ok(())
}

/// Heads of a group, groups, P, N.
fn shapes() -> impl Strategy<Value = (usize, usize, usize, usize)> {
    (1..12_usize, 1..4_usize, 1..20_usize, 1..20_usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Any number of threads gives the same bits, also where the work space was used for another length before.
    #[test]
    fn a_block_is_right(shape in shapes(), norm_before_gate: bool, tokens in 1..41_usize, before in 1..41_usize, seed: u64) {
        let case = Case::new(shape, norm_before_gate, tokens, seed);
        let (y, h) = case.run(&mut Work::new(&[case.mamba2.dims], 40, 1).unwrap(), 1);
        let (expected_y, expected_h) = case.expected();
        // The norm makes all of a group as large as its greatest, so errors of tiny ones come through.
        close(&y, expected_y, 1e-4)?;
        close(&h, expected_h, 2e-5)?;
        let earlier = Case::new(shape, norm_before_gate, before, !seed);
        for threads in [2, 3] {
            let mut work = Work::new(&[case.mamba2.dims], 40, threads).unwrap();
            earlier.run(&mut work, threads);
            let (again_y, again_h) = case.run(&mut work, threads);
            let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
            prop_assert!(same(&y, &again_y) && same(&h, &again_h), "{} threads", threads);
        }
    }

    /// The chunk form and the recurrence are the same function, whichever of them a block of this length takes.
    #[test]
    fn a_chunk_is_its_tokens_one_by_one(shape in shapes(), tokens in 1..41_usize, threads in 1..4_usize, seed: u64) {
        let (case, pool) = (Case::new(shape, true, tokens, seed), Pool::new(threads));
        let (mut steps, mut chunk) = (Steps::new(&[case.mamba2.dims], 40).unwrap(), Chunk::new(&[case.mamba2.dims], 40, threads).unwrap());
        let (steps_y, steps_h) = case.results(|block| case.mamba2.steps(&block.shared(&case.mamba2), &mut steps, &pool));
        let (y, h) = case.results(|block| {
            block.shared(&case.mamba2).iter().for_each(|block| case.mamba2.chunk(block, &mut chunk, &pool));
        });
        close(&y, steps_y.into_iter().map(f64::from), 2e-5)?;
        close(&h, steps_h.into_iter().map(f64::from), 2e-5)?;
    }
}
