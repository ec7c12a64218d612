// The last of three dispatches of the matrix form (see `shared/mamba2_chunk`), h being what `carry` has left of each chunk's
// beginning: y[t] = exp2(a S(t, begin)) C[t] h + sum over s <= t of (C[t] . B[s]) exp2(a S(t, s)) dt[s] x[s] + D x[t],
// gated. A workgroup takes up to 64 channels of a head through a chunk.
@group(0) @binding(4) var<storage, read> chunks: array<f32>; // [chunks, STRIDE]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [T, E]
@group(0) @binding(6) var<uniform> control: Control;

// What x[s] counts in y[t].
fn count_of(t: u32, s: u32, score: f32, a: f32, skip: f32) -> f32 {
    if s > t {
        return 0.0;
    }
    return score * exp2(a * since(t, s)) * dts[s] + select(0.0, skip, s == t);
}

fn from_begin(t: u32) -> f32 {
    return runs(0u, t / DEPTH) + up_to[t];
}

fn write_four(begin: u32, tokens: u32, t: u32, e: u32, count: u32, values: vec4<f32>) {
    if t < tokens {
        for (var i = 0u; i < min(count, 4u); i++) {
            y[(begin + t) * E + e + i] = gated(values[i], begin + t, e + i);
        }
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tiles = (P + SIDE - 1u) / SIDE;
    let head = workgroup.x / tiles;
    let first_p = workgroup.x % tiles * SIDE;
    let base = workgroup.y * STRIDE;
    let begin = workgroup.y * CHUNK;
    let tokens = min(CHUNK, control.tokens - begin);
    let a = a_d[head * P];
    let skip = a_d[E + head * P];
    take_dts(thread, begin, tokens, head);
    var sums: mat4x4<f32>; // [t, p]
    for (var first = 0u; first < N; first += DEPTH) {
        workgroupBarrier();
        for (var i = thread; i < DEPTH * SIDE; i += THREADS) {
            put_left(i % DEPTH, i / DEPTH, b_c_at(1u, head, begin, tokens, i / DEPTH, first + i % DEPTH));
            let n = first + i / SIDE;
            let p = first_p + i % SIDE;
            var h = 0.0;
            if n < N && p < P {
                h = chunks[base + n * E + head * P + p];
            }
            put_right(i / SIDE, i % SIDE, h);
        }
        workgroupBarrier();
        add_products(thread, &sums);
    }
    let my_t = thread / 16u * 4u;
    sums[0] *= exp2(a * from_begin(my_t));
    sums[1] *= exp2(a * from_begin(my_t + 1u));
    sums[2] *= exp2(a * from_begin(my_t + 2u));
    sums[3] *= exp2(a * from_begin(my_t + 3u));
    let scores = base + (N + 1u) * E + head / HEADS_PER_GROUP * CHUNK * CHUNK;
    for (var first = 0u; first < tokens; first += DEPTH) {
        workgroupBarrier();
        for (var i = thread; i < DEPTH * SIDE; i += THREADS) {
            let s = first + i / SIDE;
            let p = first_p + i % SIDE;
            let score = chunks[scores + s * CHUNK + i % SIDE];
            put_left(i / SIDE, i % SIDE, count_of(i % SIDE, s, score, a, skip));
            var x = 0.0;
            if s < tokens && p < P {
                x = xbc[(begin + s) * WIDTH + head * P + p];
            }
            put_right(i / SIDE, i % SIDE, x);
        }
        workgroupBarrier();
        // Tokens before these see none of them.
        if my_t + 3u >= first {
            add_products(thread, &sums);
        }
    }
    let p = first_p + thread % 16u * 4u;
    if p < P {
        let e = head * P + p;
        write_four(begin, tokens, my_t, e, P - p, sums[0]);
        write_four(begin, tokens, my_t + 1u, e, P - p, sums[1]);
        write_four(begin, tokens, my_t + 2u, e, P - p, sums[2]);
        write_four(begin, tokens, my_t + 3u, e, P - p, sums[3]);
    }
}
