// The last of three dispatches of the matrix form (see `shared/mamba2_chunk`), h being what `carry` has left of each
// chunk's beginning: y[t] = exp2(a S(t, begin)) C[t] h + sum over s <= t of (C[t] . B[s]) exp2(a S(t, s)) dt[s] x[s]
// + D x[t], gated. A workgroup takes up to 64 channels of a head through a chunk.
@group(0) @binding(4) var<storage, read> chunks: array<f32>; // [chunks, STRIDE]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [T, E]
@group(0) @binding(6) var<uniform> control: Control;

// What x[s] counts in y[t].
fn count_of(t: u32, s: u32, scores: u32, a: f32, skip: f32) -> f32 {
    if s > t {
        return 0.0;
    }
    return chunks[scores + s * CHUNK] * exp2(a * since(t, s)) * dts[s] + select(0.0, skip, s == t);
}

fn h_at(is_inside: bool, at: u32) -> f32 {
    if is_inside {
        return chunks[at];
    }
    return 0.0;
}

// A channel of four states, every fourth.
fn h_of_four(is_channel: bool, n: u32, channel: u32) -> vec4<f32> {
    let at = channel + n * E;
    return vec4<f32>(
        h_at(is_channel && n < N, at), h_at(is_channel && n + 4u < N, at + 4u * E),
        h_at(is_channel && n + 8u < N, at + 8u * E), h_at(is_channel && n + 12u < N, at + 12u * E));
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
    let is_channel = first_p + thread % SIDE < P;
    let e_from = head * P + first_p + thread % SIDE;
    var sums: mat4x4<f32>; // [t, p]
    // What comes next is on its way while this is used.
    var c = b_c_of_four(1u, head, begin, tokens, thread / DEPTH, thread % DEPTH);
    var h = h_of_four(is_channel, thread / SIDE, base + e_from);
    for (var first = 0u; first < N; first += DEPTH) {
        workgroupBarrier();
        put_by_places(LEFT, thread, c);
        put_by_terms(RIGHT, thread, h);
        workgroupBarrier();
        c = b_c_of_four(1u, head, begin, tokens, thread / DEPTH, first + DEPTH + thread % DEPTH);
        h = h_of_four(is_channel, first + DEPTH + thread / SIDE, base + e_from);
        add_products(thread, &sums);
    }
    let my_t = row_quad(thread) * 4u;
    sums[0] *= exp2(a * from_begin(my_t));
    sums[1] *= exp2(a * from_begin(my_t + 1u));
    sums[2] *= exp2(a * from_begin(my_t + 2u));
    sums[3] *= exp2(a * from_begin(my_t + 3u));
    let scores = base + (N + 1u) * E + head / HEADS_PER_GROUP * CHUNK * CHUNK + thread % SIDE;
    for (var first = 0u; first < tokens; first += DEPTH) {
        let s = first + thread / SIDE;
        let counts = vec4<f32>(
            count_of(thread % SIDE, s, scores, a, skip), count_of(thread % SIDE, s + 4u, scores, a, skip),
            count_of(thread % SIDE, s + 8u, scores, a, skip), count_of(thread % SIDE, s + 12u, scores, a, skip));
        let x = xbc_of_four(is_channel, begin, tokens, s, e_from);
        workgroupBarrier();
        put_by_terms(LEFT, thread, counts);
        put_by_terms(RIGHT, thread, x);
        workgroupBarrier();
        // Tokens before these see none of them.
        if my_t + 3u >= first {
            add_products(thread, &sums);
        }
    }
    let p = first_p + column_quad(thread) * 4u;
    if p < P {
        let e = head * P + p;
        write_four(begin, tokens, my_t, e, P - p, sums[0]);
        write_four(begin, tokens, my_t + 1u, e, P - p, sums[1]);
        write_four(begin, tokens, my_t + 2u, e, P - p, sums[2]);
        write_four(begin, tokens, my_t + 3u, e, P - p, sums[3]);
    }
}
