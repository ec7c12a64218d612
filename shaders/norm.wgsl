// out[t] = x[t] / sqrt(mean(x[t]^2) + EPSILON) * weight. One workgroup a token.
override COLS: u32;
override WIDTH: u32; // columns that count for the mean; the rest is padding
override EPSILON: f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // [T, COLS]
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>; // [COLS]
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>; // [T, COLS]

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let base = workgroup.y * (COLS / 4u);
    var squares = 0.0;
    for (var i = thread; i < COLS / 4u; i += THREADS) {
        let v = x[base + i];
        squares += dot(v, v);
    }
    let scale = inverse_root(sum_of_all(thread, squares) / f32(WIDTH) + EPSILON);
    for (var i = thread; i < COLS / 4u; i += THREADS) {
        out[base + i] = x[base + i] * scale * weight[i];
    }
}
