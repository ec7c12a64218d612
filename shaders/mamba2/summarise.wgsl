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
        workgroupBarrier();
        for (var i = thread; i < DEPTH * SIDE; i += THREADS) {
            let n = first + i % DEPTH;
            put_left(i % DEPTH, i / DEPTH, b_c_at(0u, head, chunk * CHUNK, tokens, i / DEPTH, n));
            put_right(i % DEPTH, i / DEPTH, b_c_at(1u, head, chunk * CHUNK, tokens, i / DEPTH, n));
        }
        workgroupBarrier();
        add_products(thread, &sums);
    }
    let out = chunk * STRIDE + (N + 1u) * E + (group * CHUNK + thread / 16u * 4u) * CHUNK + thread % 16u * 4u;
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
    for (var first = 0u; first < tokens; first += DEPTH) {
        workgroupBarrier();
        for (var i = thread; i < DEPTH * SIDE; i += THREADS) {
            let s = first + i / SIDE;
            let p = first_p + i % SIDE;
            put_left(i / SIDE, i % SIDE, b_c_at(0u, head, begin, tokens, s, first_n + i % SIDE));
            var x = 0.0;
            if s < tokens && p < P {
                x = xbc[(begin + s) * WIDTH + head * P + p] * counts[s];
            }
            put_right(i / SIDE, i % SIDE, x);
        }
        workgroupBarrier();
        add_products(thread, &sums);
    }
    let n = first_n + thread / 16u * 4u;
    let p = first_p + thread % 16u * 4u;
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
