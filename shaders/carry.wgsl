// Between the two passes of a scan in chunks: turns the state that each chunk ends with (from a state of zero) into the
// state that it begins with, and writes the state after the last chunk. h decays over a chunk by exp(A * sum of dt).
// One thread a state.
override E: u32;
override N: u32;
override A_ROWS: u32; // of A: N, or 1 where all states of a channel have the same
override CHUNK: u32;
override STRIDE: u32; // floats of a chunk: the states [N, E], the sum of dt [E], perhaps more
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(0) var<storage, read> a_d: array<f32>; // [A_ROWS + 1, E]
@group(0) @binding(1) var<storage, read_write> chunks: array<f32>; // [chunks, STRIDE]
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
@group(0) @binding(3) var<uniform> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let e = at.x;
    let n = at.y;
    if e >= E {
        return;
    }
    let here = HIDDEN + n * E + e;
    let a = a_d[n % A_ROWS * E + e];
    var h = state[control.slot_in * SLOT + here];
    for (var chunk = 0u; chunk * CHUNK < control.tokens; chunk++) {
        let base = chunk * STRIDE + e;
        let end = chunks[base + n * E];
        chunks[base + n * E] = h;
        h = exp2(a * chunks[base + N * E]) * h + end;
    }
    state[control.slot_out * SLOT + here] = h;
}
