// Mamba-2's norm before out_proj: y = y / sqrt(mean(y^2) + EPSILON) * weight, the mean over a group's channels; times
// silu(z) where the gate comes after the norm. One workgroup a group and token.
override E: u32; // values in a row of y
override ROW: u32; // values in a row of in_proj's result, which begins with z
override CHANNELS: u32; // of a group
override EPSILON: f32;
override GATE: bool; // here, and not in the scan

@group(0) @binding(0) var<storage, read> projected: array<f32>; // [T, ROW]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [E]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [T, E]

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let first = workgroup.x * CHANNELS;
    let row = workgroup.y * E;
    var squares = 0.0;
    for (var e = first + thread; e < first + CHANNELS; e += THREADS) {
        let v = y[row + e];
        squares += v * v;
    }
    let scale = inverse_root(sum_of_all(thread, squares) / f32(CHANNELS) + EPSILON);
    for (var e = first + thread; e < first + CHANNELS; e += THREADS) {
        var v = y[row + e] * scale * weight[e];
        if GATE {
            let z = projected[workgroup.y * ROW + e];
            v *= z / (1.0 + exp(-z));
        }
        y[row + e] = v;
    }
}
