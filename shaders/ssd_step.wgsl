// One token of Mamba-2, from in_proj's result to the gated norm: the convolution with SiLU, dt, the state's update,
// C h, the skip and the gate. A workgroup takes 16 channels of a head, 16 threads a channel, each some of the states.
// Every workgroup makes the convolution of the B and C that it needs; one of those that share them moves their window.
override TAPS: u32; // K
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(3) var<storage, read> filters: array<f32>; // [K + 1, W]: the taps, oldest first, and the bias
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [E]
@group(0) @binding(6) var<storage, read> control: Control;

const THREADS = 256u;
const CHANNELS = 16u;
const PARTS = 16u;
const TILE = 256u; // states whose B and C are staged together
var<workgroup> b_c: array<f32, 2 * TILE>;
var<workgroup> x: array<f32, CHANNELS>;
var<workgroup> partial: array<f32, THREADS>;

// The convolution of its channel c; moves the window on where it is ours.
fn convolve(c: u32, is_mine: bool) -> f32 {
    let past = control.slot_in * SLOT + c;
    let next = control.slot_out * SLOT + c;
    let now = zxbcdt[E + c];
    var v = filters[TAPS * WIDTH + c] + filters[(TAPS - 1u) * WIDTH + c] * now;
    for (var tap = 0u; tap + 1u < TAPS; tap++) {
        let input = state[past + tap * WIDTH];
        v += filters[tap * WIDTH + c] * input;
        if is_mine && tap > 0u {
            state[next + (tap - 1u) * WIDTH] = input;
        }
    }
    if is_mine && TAPS > 1u {
        state[next + (TAPS - 2u) * WIDTH] = now;
    }
    return v / (1.0 + exp(-v));
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tiles = (P + CHANNELS - 1u) / CHANNELS;
    let head = workgroup.x / tiles;
    let first_p = workgroup.x % tiles * CHANNELS;
    let channel = thread % CHANNELS;
    let part = thread / CHANNELS;
    let is_mine = first_p + channel < P;
    let e = head * P + min(first_p + channel, P - 1u);
    if part == 0u {
        x[channel] = convolve(e, is_mine);
    }
    let owns_b_c = first_p == 0u && head % HEADS_PER_GROUP == 0u;
    let dt = dt_of(0u, head);
    let decay = exp2(dt * a_d[e]);
    let past = control.slot_in * SLOT + HIDDEN + e;
    let next = control.slot_out * SLOT + HIDDEN + e;
    var sum = 0.0;
    for (var first = 0u; first < N; first += TILE) {
        workgroupBarrier();
        for (var i = thread; i < 2u * TILE; i += THREADS) {
            let n = first + i % TILE;
            if n < N {
                b_c[i] = convolve(b_or_c(i / TILE, head) + n, owns_b_c);
            }
        }
        workgroupBarrier();
        let dt_x = dt * x[channel];
        for (var i = part; i < min(TILE, N - first); i += PARTS) {
            let at = (first + i) * E;
            let h = decay * state[past + at] + dt_x * b_c[i];
            if is_mine {
                state[next + at] = h;
            }
            sum += h * b_c[TILE + i];
        }
    }
    partial[thread] = sum;
    workgroupBarrier();
    if part == 0u && is_mine {
        var all = a_d[E + e] * x[channel];
        for (var i = 0u; i < PARTS; i++) {
            all += partial[i * CHANNELS + channel];
        }
        y[e] = gated(all, 0u, e);
    }
}
