// One token of attention of each sequence, from in_proj's result to what out_proj puts together.
override Y_ROW: u32; // values in a row of y

@group(0) @binding(0) var<storage, read> projected: array<f32>; // [sequences, ROW]
@group(0) @binding(1) var<storage, read> angles: array<vec2<f32>>; // [4, 256, S / 2]
@group(0) @binding(2) var<storage, read_write> keys: array<vec4<u32>>; // [seats, RING, J, UNITS]
@group(0) @binding(3) var<storage, read_write> values: array<vec4<u32>>; // [seats, RING, J, UNITS]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [sequences, Y_ROW], see `attention_parts.wgsl`
@group(0) @binding(5) var<uniform> controls: array<Control, MOST_SEQUENCES>;

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    attention_step(thread, workgroup.x, workgroup.y);
}
