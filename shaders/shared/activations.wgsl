// 1 / sqrt(mean), of squares. A mean beyond all numbers stays so: its inverse would be 0, and what is too great to count with
// would pass for nothing.
fn inverse_root(mean: f32) -> f32 {
    return select(inverseSqrt(mean), mean, bitcast<u32>(mean) >= 0x7f800000u);
}

fn silu(v: vec4<f32>) -> vec4<f32> {
    return v / (1.0 + exp(-v));
}

// ln(1 + e^v); the series keeps what 1 + e^v would round away.
fn softplus(v: f32) -> f32 {
    if v > 20.0 {
        return v;
    }
    let e = exp(v);
    if e < 0.05 {
        return e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - e * (0.25 - e * 0.2))));
    }
    return log(1.0 + e);
}
