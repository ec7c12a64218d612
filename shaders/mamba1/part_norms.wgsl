// Falcon-Mamba's norms of x_proj's result: dt, B and C each divided by sqrt(mean of its squares + EPSILON).
// One workgroup a part and token.
override N: u32;
override R: u32;
override X_DBL: u32; // values in a row of x_dbl
override EPSILON: f32;

@group(0) @binding(0) var<storage, read_write> x_dbl: array<f32>; // [T, X_DBL]: dt of R, B and C of N

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let part = workgroup.x;
    let length = select(N, R, part == 0u);
    let first = workgroup.y * X_DBL + select(R + (part - 1u) * N, 0u, part == 0u);
    var squares = 0.0;
    for (var i = thread; i < length; i += THREADS) {
        let v = x_dbl[first + i];
        squares += v * v;
    }
    let scale = inverse_root(sum_of_all(thread, squares) / f32(length) + EPSILON);
    for (var i = thread; i < length; i += THREADS) {
        x_dbl[first + i] *= scale;
    }
}
