// One token, from in_proj's result to out_proj's input in one dispatch: `mix` and `step` together. Every workgroup
// makes the convolution of all channels and the whole of x_proj for itself, and then takes 64 channels through the
// selective state space model, four threads a channel. Worth it while x_proj is small: a dispatch costs more.
override E: u32; // a multiple of 32, at most MOST_E
override N: u32;
override R: u32;
override ROWS: u32; // R + 2N, at most MOST_ROWS
override TAPS: u32; // K
override DT_MIN: f32;
override DT_MAX: f32;
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(1) var<storage, read> xz: array<f32>; // [2, E]
@group(0) @binding(2) var<storage, read> filters: array<f32>; // [K + 1, E]: the taps, oldest first, and the bias
@group(0) @binding(3) var<storage, read> dt_proj: array<f32>; // [R + 1, E]: the weight transposed, and the bias
@group(0) @binding(4) var<storage, read> a_d: array<f32>; // [N + 1, E]: A log2(e), and D
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [E]
@group(0) @binding(7) var<storage, read> control: Control;

const THREADS = 256u;
const CHANNELS = 64u;
const PARTS = 4u;
const LANES = 32u; // threads that share a row of x_proj
const MOST_E = 2560u;
const MOST_ROWS = 256u;
var<workgroup> x: array<vec4<f32>, MOST_E / 4>;
var<workgroup> x_dbl: array<f32, MOST_ROWS>;
var<workgroup> partial: array<vec4<f32>, THREADS>;

// The product of eight columns of a row of x_proj with a and b.
fn dot8(row: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    if FORMAT == F32 {
        return dot(float4(row, 2u * unit), a) + dot(float4(row, 2u * unit + 1u), b);
    }
    let w = weights[row * (E / 8u) + unit];
    return dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), a)
        + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), b);
}

// The convolution of channel e; the workgroup that owns the channel moves its window on.
fn convolve(e: u32, is_mine: bool) -> f32 {
    let past = control.slot_in * SLOT + e;
    let next = control.slot_out * SLOT + e;
    let now = xz[e];
    var v = filters[TAPS * E + e] + filters[(TAPS - 1u) * E + e] * now;
    for (var tap = 0u; tap + 1u < TAPS; tap++) {
        let input = state[past + tap * E];
        v += filters[tap * E + e] * input;
        if is_mine && tap > 0u {
            state[next + (tap - 1u) * E] = input;
        }
    }
    if is_mine && TAPS > 1u {
        state[next + (TAPS - 2u) * E] = now;
    }
    return v;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    for (var i = thread; i < E / 4u; i += THREADS) {
        let e = i * 4u;
        let is_mine = e / CHANNELS == workgroup.x;
        x[i] = silu(vec4<f32>(
            convolve(e, is_mine), convolve(e + 1u, is_mine), convolve(e + 2u, is_mine), convolve(e + 3u, is_mine)));
    }
    workgroupBarrier();
    // Four rows at a time, so that a thread waits for four loads together.
    let lane = thread % LANES;
    for (var first = 0u; first < ROWS; first += THREADS / LANES * 4u) {
        let row = first + thread / LANES * 4u;
        let rows = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(ROWS - 1u));
        var sums = vec4<f32>(0.0);
        for (var unit = lane; unit < E / 8u; unit += LANES) {
            let a = x[2u * unit];
            let b = x[2u * unit + 1u];
            sums += vec4<f32>(
                dot8(rows.x, unit, a, b), dot8(rows.y, unit, a, b), dot8(rows.z, unit, a, b), dot8(rows.w, unit, a, b));
        }
        partial[thread] = sums;
        workgroupBarrier();
        if lane == 0u {
            var all = vec4<f32>(0.0);
            for (var i = 0u; i < LANES; i++) {
                all += partial[thread + i];
            }
            for (var i = 0u; i < 4u; i++) {
                if row + i < ROWS {
                    x_dbl[row + i] = all[i];
                }
            }
        }
        workgroupBarrier();
    }

    let channel = thread % CHANNELS;
    let part = thread / CHANNELS;
    let e = min(workgroup.x * CHANNELS + channel, E - 1u);
    let is_inside = workgroup.x * CHANNELS + channel < E;
    var sum = 0.0;
    for (var r = part; r < R; r += PARTS) {
        sum += dt_proj[r * E + e] * x_dbl[r];
    }
    partial[thread].x = sum;
    workgroupBarrier();
    var dt = dt_proj[R * E + e];
    for (var i = 0u; i < PARTS; i++) {
        dt += partial[i * CHANNELS + channel].x;
    }
    workgroupBarrier();
    dt = clamp(softplus(dt), DT_MIN, DT_MAX);
    let input = x[e / 4u][e % 4u];
    let past = control.slot_in * SLOT + HIDDEN + e;
    let next = control.slot_out * SLOT + HIDDEN + e;
    sum = 0.0;
    for (var n = part; n < N; n += PARTS) {
        let h = exp2(dt * a_d[n * E + e]) * state[past + n * E] + dt * input * x_dbl[R + n];
        if is_inside {
            state[next + n * E] = h;
        }
        sum += h * x_dbl[R + N + n];
    }
    partial[thread].x = sum;
    workgroupBarrier();
    if part == 0u && is_inside {
        var all = a_d[N * E + e] * input;
        for (var i = 0u; i < PARTS; i++) {
            all += partial[i * CHANNELS + channel].x;
        }
        let z = xz[E + e];
        y[e] = all * z / (1.0 + exp(-z));
    }
}
