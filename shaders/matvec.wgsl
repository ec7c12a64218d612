// out = W x for one token: x_proj, out_proj without attention (added into the residual), in_proj of layers without a
// convolution and the head (both with the norm before them).
override BIAS: bool;
// out += instead of out =
override ADD: bool;
// x is the last of T rows; out is the scores of the slot being written, [slots, SCORES], of which these rows begin at
// FIRST.
override IS_HEAD: bool;
override SCORES: u32;
override FIRST: u32;

@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
@group(0) @binding(6) var<uniform> control: Control;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    var base = 0u;
    if IS_HEAD {
        base = (control.tokens - 1u) * (COLS / 4u);
    }
    let first = first_row(thread, workgroup.x);
    var sum = rows_times_x(thread, first, base);
    let row = first + thread % LANES;
    if thread % LANES >= PER_GROUP || row >= ROWS {
        return;
    }
    if BIAS {
        sum += bias[row];
    }
    var at = row;
    if IS_HEAD {
        at += control.slot_out * SCORES + FIRST;
    }
    if ADD {
        sum += out[at];
    }
    out[at] = sum;
}
