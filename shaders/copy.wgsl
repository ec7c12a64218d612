// Copies; for the benchmark, which compares other kernels' speed with this one's. A workgroup takes 4096 vectors.
@group(0) @binding(0) var<storage, read> here: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> there: array<vec4<u32>>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let first = workgroup.x * 4096u + thread;
    for (var i = 0u; i < 16u; i++) {
        there[first + i * 256u] = here[first + i * 256u];
    }
}
