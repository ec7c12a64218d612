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

fn at_all(at: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(chunks[at.x], chunks[at.y], chunks[at.z], chunks[at.w]);
}

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
    let chunks_of_call = (control.tokens + CHUNK - 1u) / CHUNK;
    // Four chunks at a time, so that their loads are waited for once.
    for (var first = 0u; first < chunks_of_call; first += 4u) {
        let at = (vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u)) * STRIDE + e;
        let last = vec4<u32>((chunks_of_call - 1u) * STRIDE + e);
        let safe = min(at, last);
        let ends = at_all(safe + n * E);
        let decays = exp2(a * at_all(safe + N * E));
        for (var i = 0u; i < 4u; i++) {
            if first + i < chunks_of_call {
                chunks[at[i] + n * E] = h;
                h = decays[i] * h + ends[i];
            }
        }
    }
    state[control.slot_out * SLOT + here] = h;
}
