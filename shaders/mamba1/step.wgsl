// One token, from x_proj's result to out_proj's input.
@group(0) @binding(0) var<storage, read> x_dbl: array<f32>; // [R + 2N]

fn x_dbl_at(i: u32) -> f32 {
    return x_dbl[i];
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    advance(thread, workgroup.x);
}
