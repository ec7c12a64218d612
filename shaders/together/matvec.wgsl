// As `matvec`, for one token of each of several sequences: a workgroup makes its rows for four of them.
override BIAS: bool;
// out += instead of out =
override ADD: bool;
// out is the scores of the slots being written, [slots, SCORES], of which these rows begin at FIRST.
override IS_HEAD: bool;
override SCORES: u32;
override FIRST: u32;
override OUT_ROW: u32; // values in a row of out

@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [sequences, OUT_ROW]
@group(0) @binding(6) var<uniform> controls: array<Control, MOST_SEQUENCES>;

fn put(sequence: u32, row: u32, product: f32) {
    var sum = product;
    if BIAS {
        sum += bias[row];
    }
    var at = sequence * OUT_ROW + row;
    if IS_HEAD {
        at = row + controls[sequence].slot_out * SCORES + FIRST;
    }
    if ADD {
        sum += out[at];
    }
    out[at] = sum;
}
