// One token of each sequence, of Mamba-2 and of the attention beside it, from in_proj's result to what out_proj reads. Neither needs the
// other's result, and in a browser one dispatch more would take longer than they do.
override ATTENTION: u32; // workgroups that attention has; they come first, because theirs is more work

@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [sequences, Y_ROW]: E, then `attention_parts.wgsl`
@group(0) @binding(5) var<uniform> controls: array<Control, MOST_SEQUENCES>;
@group(0) @binding(6) var<storage, read> angles: array<vec2<f32>>; // [4, 256, S / 2]
@group(0) @binding(7) var<storage, read_write> keys: array<vec4<u32>>; // [seats, RING, J, UNITS]
@group(0) @binding(8) var<storage, read_write> values: array<vec4<u32>>; // [seats, RING, J, UNITS]

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    if workgroup.x < ATTENTION {
        attention_step(thread, workgroup.x, workgroup.y);
    } else {
        mamba2_step(thread, workgroup.x - ATTENTION, workgroup.y);
    }
}
