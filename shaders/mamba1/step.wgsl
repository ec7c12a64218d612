// One token of each sequence, from x_proj's result to out_proj's input.
override X_DBL: u32; // values in a row of x_dbl

@group(0) @binding(0) var<storage, read> x_dbl: array<f32>; // [sequences, X_DBL]: R + 2N and padding

fn x_dbl_at(row: u32, i: u32) -> f32 {
    return x_dbl[row * X_DBL + i];
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    advance(thread, workgroup.x, workgroup.y);
}
