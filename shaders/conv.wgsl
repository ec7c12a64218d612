// A block of tokens: x[t] = silu(bias + sum over k of taps[k] * input[t - (K - 1) + k]), inputs before the block from
// the state's window. One thread a quad of channels and token; the last token's threads write the new window.
override WIDTH: u32; // W, channels of the convolution
override ROW: u32; // values in a row of the input, of which the channels begin at FROM
override FROM: u32;
override TAPS: u32; // K
override SLOT: u32;

@group(0) @binding(0) var<storage, read> inputs: array<vec4<f32>>; // [T, ROW]
@group(0) @binding(1) var<storage, read> filters: array<vec4<f32>>; // [K + 1, W]
@group(0) @binding(2) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>; // [T, W]
@group(0) @binding(4) var<uniform> control: Control;

// The input `back` tokens before the block's token t; back <= t + K - 1.
fn input(past: u32, t: u32, back: u32, i: u32) -> vec4<f32> {
    let width = WIDTH / 4u;
    if back <= t {
        return inputs[((t - back) * ROW + FROM) / 4u + i];
    }
    return state[past + (TAPS - 1u + t - back) * width + i];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let width = WIDTH / 4u;
    let i = at.x;
    let t = at.y;
    if i >= width {
        return;
    }
    let past = (control.slot_in * SLOT) / 4u;
    var v = filters[TAPS * width + i];
    for (var tap = 0u; tap < TAPS; tap++) {
        v += filters[tap * width + i] * input(past, t, TAPS - 1u - tap, i);
    }
    x[t * width + i] = silu(v);
    if t + 1u == control.tokens {
        let next = (control.slot_out * SLOT) / 4u;
        for (var tap = 1u; tap < TAPS; tap++) {
            state[next + (tap - 1u) * width + i] = input(past, t, TAPS - 1u - tap, i);
        }
    }
}
