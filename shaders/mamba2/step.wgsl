// One token of Mamba-2 of each sequence, from in_proj's result, x, B and C convolved, to the gated norm.
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [sequences, E]
@group(0) @binding(5) var<uniform> controls: array<Control, MOST_SEQUENCES>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    mamba2_step(thread, workgroup.x, workgroup.y);
}
