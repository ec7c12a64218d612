// The first of three dispatches of the matrix form (see `shared/mamba2_chunk`): where each chunk would end from a state of
// zero, h[n] = sum over s of B[s, n] exp2(a S(end, s)) dt[s] x[s], and the sum of dt. A workgroup takes up to 64 channels
// of a head and up to 64 states. Besides, C[t] . B[s] of each group of heads, one workgroup a group: `finish` needs
// it for every head.
@group(0) @binding(4) var<storage, read_write> chunks: array<f32>; // [chunks, STRIDE]
@group(0) @binding(5) var<uniform> control: Control;

var<workgroup> counts: array<f32, CHUNK>; // what each token counts at the end

fn score(thread: u32, group: u32, chunk: u32, tokens: u32) {
    let head = group * HEADS_PER_GROUP;
    var sums: mat4x4<f32>; // [s, t]
    for (var first = 0u; first < N; first += DEPTH) {
        let n = first + thread % DEPTH;
        let b = b_c_of_four(0u, head, chunk * CHUNK, tokens, thread / DEPTH, n);
        let c = b_c_of_four(1u, head, chunk * CHUNK, tokens, thread / DEPTH, n);
        workgroupBarrier();
        put_by_places(LEFT, thread, b);
        put_by_places(RIGHT, thread, c);
        workgroupBarrier();
        add_products(thread, &sums);
    }
    let out = chunk * STRIDE + (N + 1u) * E + (group * CHUNK + row_quad(thread) * 4u) * CHUNK + column_quad(thread) * 4u;
    write_four(out, 4u, sums[0]);
    write_four(out + CHUNK, 4u, sums[1]);
    write_four(out + 2u * CHUNK, 4u, sums[2]);
    write_four(out + 3u * CHUNK, 4u, sums[3]);
}

fn write_four(at: u32, count: u32, values: vec4<f32>) {
    for (var i = 0u; i < min(count, 4u); i++) {
        chunks[at + i] = values[i];
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let chunk = workgroup.y;
    let begin = chunk * CHUNK;
    let tokens = min(CHUNK, control.tokens - begin);
    let p_tiles = (P + SIDE - 1u) / SIDE;
    let n_tiles = (N + SIDE - 1u) / SIDE;
    let head = workgroup.x / (p_tiles * n_tiles);
    if head >= GROUPS * HEADS_PER_GROUP {
        score(thread, workgroup.x - GROUPS * HEADS_PER_GROUP * p_tiles * n_tiles, chunk, tokens);
        return;
    }
    let first_p = workgroup.x / n_tiles % p_tiles * SIDE;
    let first_n = workgroup.x % n_tiles * SIDE;
    take_dts(thread, begin, tokens, head);
    if thread < CHUNK {
        let decay = a_d[head * P] * (after[thread] + runs(thread / DEPTH + 1u, CHUNK / DEPTH));
        counts[thread] = exp2(decay) * dts[thread];
    }
    var sums: mat4x4<f32>; // [n, p]
    let is_state = first_n + thread % SIDE < N;
    let is_channel = first_p + thread % SIDE < P;
    let b_from = b_or_c(0u, head) + first_n + thread % SIDE;
    let x_from = head * P + first_p + thread % SIDE;
    // What comes next is on its way while this is used.
    var b = xbc_of_four(is_state, begin, tokens, thread / SIDE, b_from);
    var x = xbc_of_four(is_channel, begin, tokens, thread / SIDE, x_from);
    for (var first = 0u; first < tokens; first += DEPTH) {
        let s = first + thread / SIDE;
        workgroupBarrier();
        put_by_terms(LEFT, thread, b);
        put_by_terms(RIGHT, thread, x * vec4<f32>(counts[s], counts[s + 4u], counts[s + 8u], counts[s + 12u]));
        workgroupBarrier();
        b = xbc_of_four(is_state, begin, tokens, s + DEPTH, b_from);
        x = xbc_of_four(is_channel, begin, tokens, s + DEPTH, x_from);
        add_products(thread, &sums);
    }
    let n = first_n + row_quad(thread) * 4u;
    let p = first_p + column_quad(thread) * 4u;
    if p >= P {
        return;
    }
    let out = chunk * STRIDE + n * E + head * P + p;
    let count = P - p;
    if n < N {
        write_four(out, count, sums[0]);
    }
    if n + 1u < N {
        write_four(out + E, count, sums[1]);
    }
    if n + 2u < N {
        write_four(out + 2u * E, count, sums[2]);
    }
    if n + 3u < N {
        write_four(out + 3u * E, count, sums[3]);
    }
    if n == 0u {
        write_four(chunk * STRIDE + N * E + head * P + p, count, vec4<f32>(runs(0u, CHUNK / DEPTH)));
    }
}
