// Mamba-2's heads: P channels each, with one dt and one A; the heads of a group share B and C.
override E: u32; // H * P, padded
override N: u32;
override P: u32;
override GROUPS: u32;
override HEADS_PER_GROUP: u32;
override WIDTH: u32; // W, values in a row of the convolution: x of E, B and C of GROUPS * N each, padded
override DT_MIN: f32;
override DT_MAX: f32;
// The gate comes before the gated norm, so the end of the scan applies it.
override GATE: bool;

@group(0) @binding(0) var<storage, read> projected: array<f32>; // [T, ROW]: z of E, W, dt
@group(0) @binding(1) var<storage, read> dt_bias: array<f32>; // [H]
@group(0) @binding(2) var<storage, read> a_d: array<f32>; // [2, E]: A log2(e), and D

fn dt_of(t: u32, head: u32) -> f32 {
    return clamp(softplus(projected[t * ROW + E + WIDTH + head] + dt_bias[head]), DT_MIN, DT_MAX);
}

// The place of a head's B (part 0) or C (part 1) in a row of the convolution.
fn b_or_c(part: u32, head: u32) -> u32 {
    return E + (part * GROUPS + head / HEADS_PER_GROUP) * N;
}

fn gated(v: f32, t: u32, e: u32) -> f32 {
    if !GATE {
        return v;
    }
    let z = projected[t * ROW + e];
    return v * z / (1.0 + exp(-z));
}
