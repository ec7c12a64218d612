// A block of tokens: dt[t, e] = softplus(dt_proj[e] · x_dbl[t, ..R] + bias[e]), clamped. A thread: one channel, eight
// tokens, so that a weight is read once for eight.
override E: u32;
override R: u32;
override X_DBL: u32; // values in a row of x_dbl
override DT_MIN: f32;
override DT_MAX: f32;

@group(0) @binding(0) var<storage, read> x_dbl: array<vec4<f32>>; // [T, X_DBL]
@group(0) @binding(1) var<storage, read> dt_proj: array<f32>; // [R + 1, E]: the weight transposed, and the bias
@group(0) @binding(2) var<storage, read_write> dt: array<f32>; // [T, E]
@group(0) @binding(3) var<uniform> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let e = at.x;
    if e >= E {
        return;
    }
    let last = control.tokens - 1u;
    let first = at.y * 8u;
    var sums: array<f32, 8>;
    let bias = dt_proj[R * E + e];
    for (var r = 0u; r < R; r += 4u) {
        var w: vec4<f32>;
        for (var i = 0u; i < 4u; i++) {
            if r + i < R {
                w[i] = dt_proj[(r + i) * E + e];
            }
        }
        for (var i = 0u; i < 8u; i++) {
            sums[i] += dot(w, x_dbl[(min(first + i, last) * X_DBL + r) / 4u]);
        }
    }
    for (var i = 0u; i < 8u; i++) {
        if first + i <= last {
            dt[(first + i) * E + e] = clamp(softplus(sums[i] + bias), DT_MIN, DT_MAX);
        }
    }
}
