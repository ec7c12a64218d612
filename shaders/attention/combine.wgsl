// Puts together what the workgroups of `attention/step` found of a head's queries. One workgroup a head.
override S: u32;
override STRIDE: u32; // values of a part
override SPLITS: u32;
override WINDOW: u32;
override E: u32; // values in y: of all heads, and padding

@group(0) @binding(0) var<storage, read> parts: array<f32>; // [Q, SPLITS, STRIDE]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [E]
@group(0) @binding(2) var<uniform> control: Control;

const THREADS = 64u;
const KEYS = 128u; // of a part

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) heads: vec3<u32>,
) {
    let head = workgroup.x;
    let used = (min(control.position + 1u, WINDOW) + KEYS - 1u) / KEYS;
    let first = head * SPLITS * STRIDE;
    var greatest = parts[first];
    for (var split = 1u; split < used; split++) {
        greatest = max(greatest, parts[first + split * STRIDE]);
    }
    for (var c = thread; c < S; c += THREADS) {
        var sum = 0.0;
        var total = 0.0;
        for (var split = 0u; split < used; split++) {
            let part = first + split * STRIDE;
            let weight = exp(parts[part] - greatest);
            total += weight * parts[part + 1u];
            sum += weight * parts[part + 2u + c];
        }
        y[head * S + c] = sum / total;
    }
    // A layer of another size may have left values in the padding, and int8 would round by them.
    let channels = heads.x * S;
    if head == 0u && thread < E - channels {
        y[channels + thread] = 0.0;
    }
}
