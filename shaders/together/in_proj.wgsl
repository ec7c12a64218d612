// As `in_proj`, for one token of each of several sequences: a workgroup makes its rows for four of them. The convolution
// goes over each one's own window.
override BIAS: bool;
// The rows from CONV_FROM on, CONV_WIDTH of them, are the convolution's channels.
override CONV_FROM: u32;
override CONV_WIDTH: u32;
override TAPS: u32; // K
// Of one layer's state: floats a slot.
override SLOT: u32;
override OUT_ROW: u32; // values in a row of out

@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [sequences, OUT_ROW]
@group(0) @binding(6) var<uniform> controls: array<Control, MOST_SEQUENCES>;
@group(0) @binding(7) var<storage, read> filters: array<f32>; // [K + 1, W]: the taps, oldest first, and the bias
@group(0) @binding(8) var<storage, read_write> state: array<f32>; // its first [K - 1, W] are the window

// The part of channel c that comes from earlier tokens. Also shifts the channel's window, except for its last place.
fn convolve_past(sequence: u32, c: u32) -> f32 {
    let past = controls[sequence].slot_in * SLOT + c;
    let next = controls[sequence].slot_out * SLOT + c;
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

fn put(sequence: u32, row: u32, product: f32, past: f32) {
    var v = product;
    if BIAS {
        v += bias[row];
    }
    let c = row - CONV_FROM;
    if row >= CONV_FROM && c < CONV_WIDTH {
        if TAPS > 1u {
            state[controls[sequence].slot_out * SLOT + (TAPS - 2u) * CONV_WIDTH + c] = v;
        }
        v = past + filters[(TAPS - 1u) * CONV_WIDTH + c] * v;
        v = v / (1.0 + exp(-v));
    }
    out[sequence * OUT_ROW + row] = v;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let sequence = workgroup.y * AT_ONCE;
    let count = min(AT_ONCE, controls[0].sequences - sequence);
    let first = first_row(thread, workgroup.x);
    let row = first + thread % LANES;
    let is_mine = thread % LANES < PER_GROUP && row < ROWS;
    let c = row - CONV_FROM;
    var past = vec4<f32>(0.0);
    if is_mine && row >= CONV_FROM && c < CONV_WIDTH {
        // Before the product, so that both loads overlap.
        past.x = convolve_past(sequence, c);
        if count > 1u {
            past.y = convolve_past(sequence + 1u, c);
        }
        if count > 2u {
            past.z = convolve_past(sequence + 2u, c);
        }
        if count > 3u {
            past.w = convolve_past(sequence + 3u, c);
        }
    }
    let products = rows_times_all(thread, first, sequence, count);
    if !is_mine {
        return;
    }
    put(sequence, row, products.x, past.x);
    if count > 1u {
        put(sequence + 1u, row, products.y, past.y);
    }
    if count > 2u {
        put(sequence + 2u, row, products.z, past.z);
    }
    if count > 3u {
        put(sequence + 3u, row, products.w, past.w);
    }
}
