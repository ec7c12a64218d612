// One token of the selective state space model: dt, the state's update, C h, the skip and the gate.
// One thread a channel.
override E: u32;
override N: u32;
override R: u32;
override DT_MIN: f32;
override DT_MAX: f32;
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(0) var<storage, read> xz: array<f32>; // [2, E]
@group(0) @binding(1) var<storage, read> x_dbl: array<f32>; // [R + 2N]
@group(0) @binding(2) var<storage, read> dt_proj: array<f32>; // [R + 1, E]: the weight transposed, and the bias
@group(0) @binding(3) var<storage, read> a_d: array<f32>; // [N + 1, E]: A log2(e), and D
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
@group(0) @binding(5) var<storage, read> x: array<f32>; // [E]
@group(0) @binding(6) var<storage, read_write> out: array<f32>; // [E]
@group(0) @binding(7) var<storage, read> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let e = at.x;
    if e >= E {
        return;
    }
    let past = control.slot_in * SLOT + HIDDEN + e;
    let next = control.slot_out * SLOT + HIDDEN + e;
    var dt = dt_proj[R * E + e];
    for (var r = 0u; r < R; r++) {
        dt += dt_proj[r * E + e] * x_dbl[r];
    }
    dt = clamp(softplus(dt), DT_MIN, DT_MAX);
    let input = x[e];
    let dt_x = dt * input;
    var y = a_d[N * E + e] * input;
    for (var n = 0u; n < N; n++) {
        let h = exp2(dt * a_d[n * E + e]) * state[past + n * E] + dt_x * x_dbl[R + n];
        state[next + n * E] = h;
        y += h * x_dbl[R + N + n];
    }
    let z = xz[E + e];
    out[e] = y * z / (1.0 + exp(-z));
}
