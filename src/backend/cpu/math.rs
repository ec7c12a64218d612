//! The functions of the selective scan, four lanes at a time. Each has a scalar twin in the tests below.

use super::simd::{F32x4, MAGIC};

/// e to the power of `x`: Cephes' range reduction and polynomial, relative error below 2e-7.
/// Below -87.3 the result is 2^-126 or so rather than a denormal; above 88 it stays at e^88.
#[inline(always)]
pub fn exp(x: F32x4) -> F32x4 {
    let s = F32x4::splat;
    let x = x.max(s(-87.3)).min(s(88.0));
    let shifted = x.mul_add(s(core::f32::consts::LOG2_E), s(MAGIC));
    let n = shifted.sub(s(MAGIC));
    // ln 2 in two parts, so that n * ln 2 loses nothing.
    let r = x.sub(n.mul(s(0.693_359_4))).sub(n.mul(s(-2.121_944_4e-4)));
    let p = s(1.987_569_1e-4);
    let p = p.mul_add(r, s(1.398_199_9e-3));
    let p = p.mul_add(r, s(8.333_452e-3));
    let p = p.mul_add(r, s(4.166_579_6e-2));
    let p = p.mul_add(r, s(1.666_666_5e-1));
    let p = p.mul_add(r, s(5e-1));
    let p = p.mul(r.mul(r)).add(r).add(s(1.0));
    p.times_exp2(shifted)
}

/// 2 to the power of `x`, which is at most 0: Cephes' polynomial, relative error below 2e-7.
/// Below -126 the result is 2^-126 or so.
///
/// The decay exp(dt A) of the scan, N times a channel and token, is this with A times log2(e) prepared at load:
/// cheaper than [`exp`] by a fifth, and what the rounding of the product does to the decay is below 1e-7.
#[inline(always)]
pub fn exp2_decay(x: F32x4) -> F32x4 {
    let s = F32x4::splat;
    let x = x.max(s(-126.0));
    let shifted = x.add(s(MAGIC));
    let r = x.sub(shifted.sub(s(MAGIC)));
    let p = s(1.535_336_2e-4);
    let p = p.mul_add(r, s(1.339_887_4e-3));
    let p = p.mul_add(r, s(9.618_437e-3));
    let p = p.mul_add(r, s(5.550_332_5e-2));
    let p = p.mul_add(r, s(2.402_264_8e-1));
    let p = p.mul_add(r, s(6.931_472e-1));
    let p = p.mul_add(r, s(1.0));
    p.times_exp2(shifted)
}

/// x * sigmoid(x).
#[inline(always)]
pub fn silu(x: F32x4) -> F32x4 {
    let one = F32x4::splat(1.0);
    x.div(one.add(exp(F32x4::splat(0.0).sub(x))))
}

/// log(1 + e^x) = max(x, 0) + log1p(e^-|x|), relative error below 1e-6 also where the result is tiny.
#[inline(always)]
pub fn softplus(x: F32x4) -> F32x4 {
    let s = F32x4::splat;
    let y = exp(s(0.0).sub(x.abs()));
    // log1p(y) = 2 atanh(y / (2 + y)); the argument is at most 1/3, so the series ends quickly.
    let t = y.div(y.add(s(2.0)));
    let q = t.mul(t);
    let p = s(2.0 / 15.0);
    let p = p.mul_add(q, s(2.0 / 13.0));
    let p = p.mul_add(q, s(2.0 / 11.0));
    let p = p.mul_add(q, s(2.0 / 9.0));
    let p = p.mul_add(q, s(2.0 / 7.0));
    let p = p.mul_add(q, s(2.0 / 5.0));
    let p = p.mul_add(q, s(2.0 / 3.0));
    let p = p.mul_add(q, s(2.0));
    x.max(s(0.0)).add(p.mul(t))
}

#[cfg(test)]
pub mod tests {
    use super::*;
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

    fn lane(f: impl Fn(F32x4) -> F32x4, x: f32) -> f32 {
        let lanes = f(F32x4::splat(x)).lanes();
        assert!(lanes.iter().all(|y| y.to_bits() == lanes[0].to_bits()));
        lanes[0]
    }

    fn close(got: f32, expected: f64, tolerance: f64, x: f32) {
        let error = (f64::from(got) - expected).abs();
        assert!(error <= tolerance * expected.abs() + 2e-38, "f({x}) = {got}, expected {expected}");
    }

    #[test]
    fn exp_is_close_everywhere() {
        for i in -870_000..880_000 {
            let x = i as f32 * 1e-4;
            close(lane(exp, x), f64::from(x).exp(), 2e-7, x);
        }
        for x in [-1e30, f32::NEG_INFINITY, -104.0] {
            assert!((0.0..2e-38).contains(&lane(exp, x)), "exp({x})");
        }
        assert!(lane(exp, 1e30).is_finite());
        assert_eq!(lane(exp, 0.0), 1.0);
    }

    #[test]
    fn exp2_decay_is_close_everywhere() {
        for i in -1_260_000..=0 {
            let x = i as f32 * 1e-4;
            close(lane(exp2_decay, x), f64::from(x).exp2(), 2e-7, x);
        }
        for x in [-1e30, f32::NEG_INFINITY, -127.0] {
            assert!((0.0..2e-38).contains(&lane(exp2_decay, x)), "exp2({x})");
        }
        assert_eq!(lane(exp2_decay, 0.0), 1.0);
    }

    #[test]
    fn silu_and_softplus_are_close_everywhere() {
        for i in -860_000..1_000_000 {
            let x = i as f32 * 1e-4;
            let wide = f64::from(x);
            close(lane(silu, x), wide / (1.0 + (-wide).exp()), 1e-6, x);
            close(lane(softplus, x), wide.max(0.0) + (-wide.abs()).exp().ln_1p(), 1e-6, x);
        }
        assert_eq!(lane(silu, 0.0), 0.0);
        assert_eq!(lane(softplus, 1e30), 1e30);
        assert!((0.0..2e-38).contains(&lane(softplus, -1e30)));
        assert!(lane(silu, -1e30).abs() < 1e-6);
    }
}
