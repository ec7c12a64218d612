// The last of three dispatches of the matrix form of Mamba-2 (see `mamba2/summarise`), `chunks` being the state h that
// each chunk begins with:
// y[t] = exp(S(t, start)) C[t] h + sum over s <= t of (C[t] . B[s]) exp(S(t, s)) dt[s] x[s] + D x[t], gated.
// A workgroup takes up to 32 channels of a head through a chunk of 32 tokens, a thread four channels of a token.
@group(0) @binding(3) var<storage, read> xbc: array<f32>; // [T, W]
@group(0) @binding(4) var<storage, read> chunks: array<f32>; // [chunks, N + 1, E]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [T, E]
@group(0) @binding(6) var<uniform> control: Control;

const THREADS = 256u;
const SIDE = 32u; // tokens of a chunk, channels, and states staged together
const PADDED = 33u; // against bank conflicts
var<workgroup> dts: array<f32, SIDE>;
var<workgroup> rows: array<f32, SIDE * SIDE>; // C [t, n], then what x[s] counts in y[t] [t, s]
var<workgroup> b: array<f32, SIDE * PADDED>; // [s, n]
var<workgroup> columns: array<f32, SIDE * SIDE>; // h [n, channel], then x [s, channel]

fn four_of(at: u32) -> vec4<f32> {
    return vec4<f32>(columns[at], columns[at + 1u], columns[at + 2u], columns[at + 3u]);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tiles = (P + SIDE - 1u) / SIDE;
    let head = workgroup.x / tiles;
    let first_p = workgroup.x % tiles * SIDE;
    let first_e = head * P + first_p;
    let begin = workgroup.y * SIDE;
    let tokens = min(SIDE, control.tokens - begin);
    let t = thread / 8u;
    let four = thread % 8u * 4u;
    if thread < SIDE {
        dts[thread] = 0.0;
        if thread < tokens {
            dts[thread] = dt_of(begin + thread, head);
        }
    }
    var scores = vec4<f32>(0.0); // C[t] . B[s], of four s
    var sums = vec4<f32>(0.0);
    for (var first = 0u; first < N; first += SIDE) {
        workgroupBarrier();
        for (var i = thread; i < SIDE * SIDE; i += THREADS) {
            let row = i / SIDE;
            let column = i % SIDE;
            rows[i] = 0.0;
            b[row * PADDED + column] = 0.0;
            columns[i] = 0.0;
            if row < tokens && first + column < N {
                let at = (begin + row) * WIDTH + first + column;
                b[row * PADDED + column] = xbc[at + b_or_c(0u, head)];
                rows[i] = xbc[at + b_or_c(1u, head)];
            }
            if first + row < N && first_p + column < P {
                columns[i] = chunks[(workgroup.y * (N + 1u) + first + row) * E + first_e + column];
            }
        }
        workgroupBarrier();
        for (var n = 0u; n < SIDE; n++) {
            let c = rows[t * SIDE + n];
            for (var i = 0u; i < 4u; i++) {
                scores[i] += c * b[(four + i) * PADDED + n];
            }
            sums += c * four_of(n * SIDE + four);
        }
    }
    workgroupBarrier();
    let a = a_d[head * P];
    let skip = a_d[E + head * P];
    // dt is summed again from each token. Differences of sums from the start would lose small decays after large ones.
    for (var i = 0u; i < 4u; i++) {
        let s = four + i;
        var counts = 0.0;
        if s <= t {
            var since = 0.0;
            for (var k = s + 1u; k <= t; k++) {
                since += dts[k];
            }
            counts = scores[i] * exp2(a * since) * dts[s];
            if s == t {
                counts += skip;
            }
        }
        rows[t * SIDE + s] = counts;
    }
    for (var i = thread; i < SIDE * SIDE; i += THREADS) {
        let s = i / SIDE;
        columns[i] = 0.0;
        if s < tokens && first_p + i % SIDE < P {
            columns[i] = xbc[(begin + s) * WIDTH + first_e + i % SIDE];
        }
    }
    workgroupBarrier();
    var from_start = 0.0;
    for (var s = 0u; s <= t; s++) {
        from_start += dts[s];
    }
    sums *= exp2(a * from_start);
    for (var s = 0u; s <= t; s++) {
        sums += rows[t * SIDE + s] * four_of(s * SIDE + four);
    }
    for (var i = 0u; i < 4u; i++) {
        if t < tokens && first_p + four + i < P {
            let e = first_e + four + i;
            y[(begin + t) * E + e] = gated(sums[i], begin + t, e);
        }
    }
}
