// out += W x for one token of a layer with attention, and of the Mamba-2 that it stands beside.
override BIAS: bool;
override MORE_BIAS: bool;

@group(0) @binding(3) var<storage, read> more_bias: array<f32>; // [ROWS], attention's
@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS], Mamba-2's
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [ROWS]
@group(0) @binding(6) var<uniform> control: Control;

fn position_of(sequence: u32) -> u32 {
    return control.position;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let first = first_row(thread, workgroup.x);
    var sum = rows_times_x(thread, first, 0u);
    let row = first + thread % LANES;
    if thread % LANES >= PER_GROUP || row >= ROWS {
        return;
    }
    if BIAS {
        sum += bias[row];
    }
    if MORE_BIAS {
        sum += more_bias[row];
    }
    out[row] += sum;
}
