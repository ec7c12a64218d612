//! Norms of one token, and its biases.

use super::simd::F32x4;

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
    let mean = square_sum / x.len() as f32 + epsilon;
    // Of squares beyond all numbers the inverse would be 0, and what is too great to count with would pass for nothing.
    if mean.is_finite() { 1.0 / mean.sqrt() } else { f32::NAN }
}

/// `x += bias`, of one token. An empty bias changes nothing.
pub fn add_bias(x: &mut [f32], bias: &[f32]) {
    x.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
}

#[cfg(test)]
mod tests {
    use super::super::math::tests::{close, draws};
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

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
    }
}
