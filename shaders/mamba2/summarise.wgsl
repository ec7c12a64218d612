// The matrix form of Mamba-2 (Dao & Gu 2024, section 6) over chunks of 32 tokens side by side, first of three
// dispatches: where each chunk would end from a state of zero, h[n] = sum over s of B[s, n] exp(S(end, s)) dt[s] x[s],
// with S(t, s) the sum of dt A over the tokens after s up to t; and the sum of dt. `carry` comes next, then `mamba2/finish`.
// A workgroup takes up to 32 channels of a head through a chunk.
@group(0) @binding(3) var<storage, read> xbc: array<f32>; // [T, W]
@group(0) @binding(4) var<storage, read_write> chunks: array<f32>; // [chunks, N + 1, E]
@group(0) @binding(5) var<uniform> control: Control;

const THREADS = 256u;
const CHUNK = 32u;
const CHANNELS = 32u;
const STATES = 64u; // staged together, eight of them a thread
var<workgroup> dts: array<f32, CHUNK>;
var<workgroup> counts: array<f32, CHUNK>; // what each token counts at the end
var<workgroup> x: array<f32, CHUNK * CHANNELS>;
var<workgroup> b: array<f32, CHUNK * STATES>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tiles = (P + CHANNELS - 1u) / CHANNELS;
    let head = workgroup.x / tiles;
    let first_p = workgroup.x % tiles * CHANNELS;
    let begin = workgroup.y * CHUNK;
    let tokens = min(CHUNK, control.tokens - begin);
    if thread < CHUNK {
        dts[thread] = 0.0;
        if thread < tokens {
            dts[thread] = dt_of(begin + thread, head);
        }
    }
    workgroupBarrier();
    var dt_sum = 0.0;
    if thread < CHUNK {
        for (var s = thread + 1u; s < CHUNK; s++) {
            dt_sum += dts[s];
        }
        counts[thread] = exp2(dt_sum * a_d[head * P]) * dts[thread];
    }
    workgroupBarrier();
    for (var i = thread; i < CHUNK * CHANNELS; i += THREADS) {
        let s = i / CHANNELS;
        let p = first_p + i % CHANNELS;
        x[i] = 0.0;
        if s < tokens && p < P {
            x[i] = xbc[(begin + s) * WIDTH + head * P + p] * counts[s];
        }
    }
    let channel = thread % CHANNELS;
    let eight = thread / CHANNELS * 8u;
    let is_inside = first_p + channel < P;
    let out = workgroup.y * (N + 1u) * E + head * P + first_p + channel;
    for (var first = 0u; first < N; first += STATES) {
        workgroupBarrier();
        for (var i = thread; i < CHUNK * STATES; i += THREADS) {
            let s = i / STATES;
            let n = first + i % STATES;
            b[i] = 0.0;
            if s < tokens && n < N {
                b[i] = xbc[(begin + s) * WIDTH + b_or_c(0u, head) + n];
            }
        }
        workgroupBarrier();
        var sums: array<f32, 8>;
        for (var s = 0u; s < CHUNK; s++) {
            let v = x[s * CHANNELS + channel];
            for (var i = 0u; i < 8u; i++) {
                sums[i] += b[s * STATES + eight + i] * v;
            }
        }
        for (var i = 0u; i < 8u; i++) {
            let n = first + eight + i;
            if is_inside && n < N {
                chunks[out + n * E] = sums[i];
            }
        }
    }
    if thread < CHANNELS && is_inside {
        var sum = 0.0;
        for (var s = 0u; s < CHUNK; s++) {
            sum += dts[s];
        }
        chunks[out + N * E] = sum;
    }
}
