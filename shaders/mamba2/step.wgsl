// One token of Mamba-2, from in_proj's result, x, B and C convolved, to the gated norm: dt, the state's update, C h, the
// skip and the gate. A workgroup takes 16 channels of a head, 16 threads a channel, each some of the states.
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [E]
@group(0) @binding(5) var<uniform> control: Control;

const THREADS = 256u;
const CHANNELS = 16u;
const PARTS = 16u;
var<workgroup> partial: array<f32, THREADS>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tiles = (P + CHANNELS - 1u) / CHANNELS;
    let head = workgroup.x / tiles;
    let first_p = workgroup.x % tiles * CHANNELS;
    let channel = thread % CHANNELS;
    let part = thread / CHANNELS;
    let is_mine = first_p + channel < P;
    let e = head * P + min(first_p + channel, P - 1u);
    let x = zxbcdt[E + e];
    let dt = dt_of(0u, head);
    let decay = exp2(dt * a_d[e]);
    let past = control.slot_in * SLOT + HIDDEN + e;
    let next = control.slot_out * SLOT + HIDDEN + e;
    let b = E + b_or_c(0u, head);
    let c = E + b_or_c(1u, head);
    var sum = 0.0;
    for (var n = part; n < N; n += PARTS) {
        let h = decay * state[past + n * E] + dt * x * zxbcdt[b + n];
        if is_mine {
            state[next + n * E] = h;
        }
        sum += h * zxbcdt[c + n];
    }
    partial[thread] = sum;
    workgroupBarrier();
    if part == 0u && is_mine {
        var all = a_d[E + e] * x;
        for (var i = 0u; i < PARTS; i++) {
            all += partial[i * CHANNELS + channel];
        }
        y[e] = gated(all, 0u, e);
    }
    // A layer of another size may have left values in the padding, and out_proj's norm would count them.
    let channels = GROUPS * HEADS_PER_GROUP * P;
    if workgroup.x == 0u && thread < E - channels {
        y[channels + thread] = 0.0;
    }
}
