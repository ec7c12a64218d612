//! The functions of the selective scan, four lanes at a time. Each has a scalar twin in the tests below.

use core::hint::black_box;

use super::simd::{F32x4, MAGIC};

/// The functions with their constants.
///
/// The browser's compiler rebuilds a vector constant, in about four instructions, wherever it is used. So the constants
/// are hidden from LLVM, which then loads them once and keeps them. The scan takes a third less time. Make one for each
/// part of a kernel.
pub struct Math {
    exp: Exp,
    decay: Decay,
    softplus: [F32x4; 7],
}

/// Smallest and greatest argument, log2(e), [`MAGIC`], 1, ln 2 in two parts, and the polynomial.
struct Exp {
    range: [F32x4; 2],
    log2_e: F32x4,
    magic: F32x4,
    one: F32x4,
    ln_2: [F32x4; 2],
    terms: [F32x4; 6],
}

/// Smallest argument, [`MAGIC`], 1, and the polynomial.
struct Decay {
    least: F32x4,
    magic: F32x4,
    one: F32x4,
    terms: [F32x4; 5],
}

impl Math {
    #[allow(clippy::approx_constant, reason = "a term of a fit, near ln 2 but not it")]
    pub fn new() -> Self {
        let hidden = |constant: f32| F32x4::splat(black_box(constant));
        Self {
            exp: Exp {
                range: [-87.3, 88.0].map(hidden),
                log2_e: hidden(core::f32::consts::LOG2_E),
                magic: hidden(MAGIC),
                one: hidden(1.0),
                ln_2: [0.693_359_4, -2.121_944_4e-4].map(hidden),
                terms: [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1].map(hidden),
            },
            decay: Decay {
                least: hidden(-126.0),
                magic: hidden(MAGIC),
                one: hidden(1.0),
                terms: [1.326_472_7e-3, 9.671_513e-3, 5.550_733_7e-2, 2.402_224_2e-1, 6.931_47e-1].map(hidden),
            },
            softplus: [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0].map(|odd| hidden(2.0 / odd)),
        }
    }

    /// e to the power of `x`: Cephes' range reduction and polynomial, relative error below 2e-7.
    /// Below -87.3 the result is 2^-126 or so rather than a denormal; above 88 it stays at e^88.
    #[inline(always)]
    pub fn exp(&self, x: F32x4) -> F32x4 {
        let Exp { range: [least, greatest], log2_e, magic, one, ln_2, terms } = &self.exp;
        let x = x.max(*least).min(*greatest);
        let shifted = x.mul_add(*log2_e, *magic);
        let n = shifted.sub(*magic);
        // ln 2 in two parts, so that n * ln 2 loses nothing.
        let r = x.sub(n.mul(ln_2[0])).sub(n.mul(ln_2[1]));
        polynomial(r, terms).mul(r.mul(r)).add(r).add(*one).times_exp2(shifted)
    }

    /// 2 to the power of `x`, which is at most 0: the polynomial of degree 5 that is 1 at 0 and has the least relative
    /// error within a half (by Lawson's algorithm; 9e-8 before rounding), relative error below 2e-7.
    /// Below -126 the result is 2^-126 or so.
    ///
    /// The decay exp(dt A) of the scan, N times a channel and token, is this with A times log2(e) prepared at load:
    /// cheaper than [`Math::exp`] by a quarter. Rounding the product changes the decay by less than 1e-7.
    #[inline(always)]
    pub fn exp2_decay(&self, x: F32x4) -> F32x4 {
        let Decay { least, magic, one, terms } = &self.decay;
        let x = x.max(*least);
        let shifted = x.add(*magic);
        let r = x.sub(shifted.sub(*magic));
        polynomial(r, terms).mul_add(r, *one).times_exp2(shifted)
    }

    /// x * sigmoid(x).
    #[inline(always)]
    pub fn silu(&self, x: F32x4) -> F32x4 {
        x.div(self.exp.one.add(self.exp(F32x4::splat(0.0).sub(x))))
    }

    /// log(1 + e^x) = max(x, 0) + log1p(e^-|x|), relative error below 1e-6 also where the result is tiny.
    #[inline(always)]
    pub fn softplus(&self, x: F32x4) -> F32x4 {
        let s = F32x4::splat;
        let y = self.exp(s(0.0).sub(x.abs()));
        // log1p(y) = 2 atanh(y / (2 + y)); the argument is at most 1/3, so the series ends quickly.
        let t = y.div(y.add(s(2.0)));
        let series = polynomial(t.mul(t), &self.softplus).mul_add(t.mul(t), s(2.0));
        x.max(s(0.0)).add(series.mul(t))
    }
}

/// Evaluates a polynomial, the coefficient of the highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: F32x4, terms: &[F32x4; N]) -> F32x4 {
    terms[1..].iter().fold(terms[0], |sum, &term| sum.mul_add(x, term))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Draws vectors of a length from a range, the same ones for the same seed.
    pub fn draws(seed: u64) -> impl FnMut(usize, f32, f32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut unit = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 24) as f32
        };
        move |len, low, high| (0..len).map(|_| low + (high - low) * unit()).collect()
    }

    /// Each value is within `tolerance` of the greatest one, or of 1, of its twin in f64.
    pub fn close(got: &[f32], expected: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
        let bound = tolerance * expected.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
        for (got, expected) in got.iter().zip(expected) {
            prop_assert!((f64::from(*got) - expected).abs() <= bound, "{got} and {expected}, allowed {bound}");
        }
        prop_assert_eq!(got.len(), expected.len());
        Ok(())
    }

    pub fn silu(x: f64) -> f64 {
        x / (1.0 + (-x).exp())
    }

    fn lane(f: impl Fn(F32x4) -> F32x4, x: f32) -> f32 {
        let lanes = f(F32x4::splat(x)).lanes();
        assert!(lanes.iter().all(|y| y.to_bits() == lanes[0].to_bits()));
        lanes[0]
    }

    fn check(got: f32, expected: f64, tolerance: f64, x: f32) {
        let error = (f64::from(got) - expected).abs();
        assert!(error <= tolerance * expected.abs() + 2e-38, "f({x}) = {got}, expected {expected}");
    }

    #[test]
    fn exp_is_close_everywhere() {
        let math = Math::new();
        for i in -870_000..880_000 {
            let x = i as f32 * 1e-4;
            check(lane(|x| math.exp(x), x), f64::from(x).exp(), 2e-7, x);
        }
        for x in [-1e30, f32::NEG_INFINITY, -104.0] {
            assert!((0.0..2e-38).contains(&lane(|x| math.exp(x), x)), "exp({x})");
        }
        assert!(lane(|x| math.exp(x), 1e30).is_finite());
        assert_eq!(lane(|x| math.exp(x), 0.0), 1.0);
    }

    #[test]
    fn exp2_decay_is_close_everywhere() {
        let math = Math::new();
        for i in -1_260_000..=0 {
            let x = i as f32 * 1e-4;
            check(lane(|x| math.exp2_decay(x), x), f64::from(x).exp2(), 2e-7, x);
        }
        for x in [-1e30, f32::NEG_INFINITY, -127.0] {
            assert!((0.0..2e-38).contains(&lane(|x| math.exp2_decay(x), x)), "exp2({x})");
        }
        assert_eq!(lane(|x| math.exp2_decay(x), 0.0), 1.0);
    }

    #[test]
    fn silu_and_softplus_are_close_everywhere() {
        let math = Math::new();
        for i in -860_000..1_000_000 {
            let x = i as f32 * 1e-4;
            let wide = f64::from(x);
            check(lane(|x| math.silu(x), x), silu(wide), 1e-6, x);
            check(lane(|x| math.softplus(x), x), wide.max(0.0) + (-wide.abs()).exp().ln_1p(), 1e-6, x);
        }
        assert_eq!(lane(|x| math.silu(x), 0.0), 0.0);
        assert_eq!(lane(|x| math.softplus(x), 1e30), 1e30);
        assert!((0.0..2e-38).contains(&lane(|x| math.softplus(x), -1e30)));
        assert!(lane(|x| math.silu(x), -1e30).abs() < 1e-6);
    }
}
