// One token: the norm, in_proj, and the causal convolution with SiLU for those rows that are its channels. The
// convolution of a channel needs no other rows.
override BIAS: bool;
// The rows from CONV_FROM on, CONV_WIDTH of them, are the convolution's channels.
override CONV_FROM: u32;
override CONV_WIDTH: u32;
override TAPS: u32; // K
// Of one layer's state: floats a slot.
override SLOT: u32;

@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [ROWS]
@group(0) @binding(6) var<uniform> control: Control;
@group(0) @binding(7) var<storage, read> filters: array<f32>; // [K + 1, W]: the taps, oldest first, and the bias
@group(0) @binding(8) var<storage, read_write> state: array<f32>; // its first [K - 1, W] are the window

// The part of channel c that comes from earlier tokens. Also shifts the channel's window, except for its last place.
fn convolve_past(c: u32) -> f32 {
    let past = control.slot_in * SLOT + c;
    let next = control.slot_out * SLOT + c;
    var v = filters[TAPS * CONV_WIDTH + c];
    for (var tap = 0u; tap + 1u < TAPS; tap++) {
        let input = state[past + tap * CONV_WIDTH];
        v += filters[tap * CONV_WIDTH + c] * input;
        if tap > 0u {
            state[next + (tap - 1u) * CONV_WIDTH] = input;
        }
    }
    return v;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let first = first_row(thread, workgroup.x);
    let row = first + thread % LANES;
    let is_mine = thread % LANES < PER_GROUP && row < ROWS;
    let c = row - CONV_FROM;
    let is_channel = row >= CONV_FROM && c < CONV_WIDTH;
    var past = 0.0;
    if is_mine && is_channel {
        // Before the product, so that both loads overlap.
        past = convolve_past(c);
    }
    var v = rows_times_x(thread, first, 0u);
    if !is_mine {
        return;
    }
    if BIAS {
        v += bias[row];
    }
    if is_channel {
        if TAPS > 1u {
            state[control.slot_out * SLOT + (TAPS - 2u) * CONV_WIDTH + c] = v;
        }
        v = past + filters[(TAPS - 1u) * CONV_WIDTH + c] * v;
        v = v / (1.0 + exp(-v));
    }
    out[row] = v;
}
