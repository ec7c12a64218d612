// As `attention/out_proj`, for one token of each of several sequences: a workgroup makes its rows for four of them.
override BIAS: bool;
override MORE_BIAS: bool;
override OUT_ROW: u32; // values in a row of out

@group(0) @binding(3) var<storage, read> more_bias: array<f32>; // [ROWS], attention's
@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS], Mamba-2's
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [sequences, OUT_ROW]
@group(0) @binding(6) var<uniform> controls: array<Control, MOST_SEQUENCES>;

fn position_of(sequence: u32) -> u32 {
    return controls[sequence].position;
}

fn put(sequence: u32, row: u32, product: f32) {
    var sum = product;
    if BIAS {
        sum += bias[row];
    }
    if MORE_BIAS {
        sum += more_bias[row];
    }
    out[sequence * OUT_ROW + row] += sum;
}
