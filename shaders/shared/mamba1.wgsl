// One token of the selective state space model, after x_proj: dt, the state's update, C h, the skip and the gate. A
// workgroup takes 64 channels, 16 threads a quad of them, each with some of R and some of N. x_dbl is the kernel's, `row`
// the sequence's.
override E: u32; // a multiple of 32
override N: u32;
override R: u32;
override DT_MIN: f32;
override DT_MAX: f32;
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(1) var<storage, read> xz: array<vec4<f32>>; // [sequences, 2, E], x after the convolution
@group(0) @binding(2) var<storage, read> dt_proj: array<vec4<f32>>; // [R + 1, E]: the weight transposed, and the bias
@group(0) @binding(3) var<storage, read> a_d: array<vec4<f32>>; // [N + 1, E]: A log2(e), and D
@group(0) @binding(4) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4<f32>>; // [sequences, E]
@group(0) @binding(6) var<uniform> controls: array<Control, MOST_SEQUENCES>;

const THREADS = 256u;
const QUADS = 16u;
const PARTS = 16u;
var<workgroup> partial: array<vec4<f32>, THREADS>;

// The sum of the values of all threads of a quad.
fn sum_of_parts(thread: u32, value: vec4<f32>) -> vec4<f32> {
    workgroupBarrier();
    partial[thread] = value;
    workgroupBarrier();
    var sum = vec4<f32>(0.0);
    for (var i = thread % QUADS; i < THREADS; i += QUADS) {
        sum += partial[i];
    }
    return sum;
}

// All threads must call it.
fn advance(thread: u32, workgroup: u32, row: u32) {
    let width = E / 4u;
    let part = thread / QUADS;
    let is_inside = workgroup * QUADS + thread % QUADS < width;
    let e = min(workgroup * QUADS + thread % QUADS, width - 1u);
    var sum = vec4<f32>(0.0);
    for (var i = 0u; i < R / PARTS; i++) {
        let r = i * PARTS + part;
        sum += dt_proj[r * width + e] * x_dbl_at(row, r);
    }
    if part < R % PARTS {
        let r = R / PARTS * PARTS + part;
        sum += dt_proj[r * width + e] * x_dbl_at(row, r);
    }
    let raw = sum_of_parts(thread, sum) + dt_proj[R * width + e];
    let dt = clamp(
        vec4<f32>(softplus(raw.x), softplus(raw.y), softplus(raw.z), softplus(raw.w)),
        vec4<f32>(DT_MIN), vec4<f32>(DT_MAX));
    let inputs = row * 2u * width;
    let x = xz[inputs + e];
    let past = (controls[row].slot_in * SLOT + HIDDEN) / 4u + e;
    let next = (controls[row].slot_out * SLOT + HIDDEN) / 4u + e;
    sum = vec4<f32>(0.0);
    for (var n = part; n < N; n += PARTS) {
        let h = exp2(dt * a_d[n * width + e]) * state[past + n * width] + dt * x * x_dbl_at(row, R + n);
        if is_inside {
            state[next + n * width] = h;
        }
        sum += h * x_dbl_at(row, R + N + n);
    }
    let all = sum_of_parts(thread, sum);
    if part == 0u && is_inside {
        y[row * width + e] = (all + a_d[N * width + e] * x) * silu(xz[inputs + width + e]);
    }
}
