// The selective scan over a block of tokens, one thread a channel, its states in registers 16 at a time, B and C of
// 16 tokens in workgroup memory.
//
// A long block is cut into chunks of CHUNK tokens that go through time side by side, in three dispatches:
// SUMMARISE (each chunk from a state of zero: where it would end, and the sum of dt), `carry` (the state that each
// chunk begins with), FINISH (each chunk again, from there, with its outputs). A short block is one chunk: WHOLE.
const WHOLE = 0u;
const SUMMARISE = 1u;
const FINISH = 2u;
override MODE: u32;
override CHUNK: u32;
override E: u32;
override N: u32;
override R: u32;
override X_DBL: u32; // values in a row of x_dbl
override SLOT: u32;
override HIDDEN: u32;

@group(0) @binding(0) var<storage, read> xz: array<f32>; // [T, 2, E]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [T, E]
@group(0) @binding(2) var<storage, read> x_dbl: array<f32>; // [T, X_DBL]
@group(0) @binding(3) var<storage, read> dt: array<f32>; // [T, E]
@group(0) @binding(4) var<storage, read> a_d: array<f32>; // [N + 1, E]: A log2(e), and D
@group(0) @binding(5) var<storage, read_write> h_store: array<f32>; // WHOLE: the state; else [chunks, N + 1, E]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [T, E]
@group(0) @binding(7) var<uniform> control: Control;

const THREADS = 64u;
const TILE = 16u;
const GROUP = 16u; // states in registers
var<workgroup> b_c: array<f32, TILE * GROUP * 2>; // [TILE, 2, GROUP]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let e = min(workgroup.x * THREADS + thread, E - 1u);
    let is_mine = workgroup.x * THREADS + thread < E;
    let begin = workgroup.y * CHUNK;
    let end = select(min(begin + CHUNK, control.tokens), control.tokens, MODE == WHOLE);
    var h_in = workgroup.y * (N + 1u) * E + e;
    var h_out = h_in;
    if MODE == WHOLE {
        h_in = control.slot_in * SLOT + HIDDEN + e;
        h_out = control.slot_out * SLOT + HIDDEN + e;
    }
    var dt_sum = 0.0;
    let skip = a_d[N * E + e];
    for (var group = 0u; group < N; group += GROUP) {
        var h: array<f32, GROUP>;
        var a: array<f32, GROUP>;
        for (var n = 0u; n < GROUP; n++) {
            if group + n < N {
                a[n] = a_d[(group + n) * E + e];
                if MODE != SUMMARISE {
                    h[n] = h_store[h_in + (group + n) * E];
                }
            }
        }
        for (var tile = begin; tile < end; tile += TILE) {
            workgroupBarrier();
            for (var i = thread; i < TILE * GROUP * 2u; i += THREADS) {
                let t = tile + i / (GROUP * 2u);
                let n = group + i % GROUP;
                let part = (i / GROUP) % 2u; // B or C
                var value = 0.0;
                if t < end && n < N {
                    value = x_dbl[t * X_DBL + R + part * N + n];
                }
                b_c[i] = value;
            }
            workgroupBarrier();
            // The inputs of the tile's tokens together, so that their loads are waited for once.
            var dts: array<f32, TILE>;
            var xs: array<f32, TILE>;
            for (var i = 0u; i < TILE; i++) {
                let t = min(tile + i, end - 1u);
                dts[i] = dt[t * E + e];
                xs[i] = x[t * E + e];
            }
            for (var i = 0u; i < TILE; i++) {
                let t = tile + i;
                if t < end {
                    let dt_x = dts[i] * xs[i];
                    let at = i * GROUP * 2u;
                    var sum = 0.0;
                    for (var n = 0u; n < GROUP; n++) {
                        h[n] = exp2(dts[i] * a[n]) * h[n] + dt_x * b_c[at + n];
                        sum += h[n] * b_c[at + GROUP + n];
                    }
                    if group == 0u {
                        dt_sum += dts[i];
                    }
                    if MODE != SUMMARISE && is_mine {
                        if group > 0u {
                            sum += y[t * E + e];
                        }
                        if group + GROUP >= N {
                            let z = xz[(2u * t + 1u) * E + e];
                            sum = (sum + skip * xs[i]) * z / (1.0 + exp(-z));
                        }
                        y[t * E + e] = sum;
                    }
                }
            }
        }
        if MODE != FINISH && is_mine {
            for (var n = 0u; n < GROUP; n++) {
                if group + n < N {
                    h_store[h_out + (group + n) * E] = h[n];
                }
            }
        }
    }
    if MODE == SUMMARISE && is_mine {
        h_store[h_out + N * E] = dt_sum;
    }
}
