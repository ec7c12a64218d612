// Attention of a block of tokens in tiles of 32 queries and 32 keys (Dao 2022, arXiv 2205.14135): with the greatest score
// so far, the weights of a tile are final up to a factor, so nothing of size T x T is kept. A workgroup takes 32 tokens
// of a head of queries and up to 128 of its channels, a thread four channels of each 32 of a token.
override E: u32; // values in a row of y

@group(0) @binding(0) var<storage, read> projected: array<f32>; // [T, ROW], the queries turned to their positions
@group(0) @binding(1) var<storage, read> keys: array<vec4<u32>>; // [RING, J, UNITS]
@group(0) @binding(2) var<storage, read> values: array<vec4<u32>>; // [RING, J, UNITS]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [T, E]
@group(0) @binding(4) var<uniform> control: Control;

const THREADS = 256u;
const SIDE = 32u; // tokens, keys, and channels at a time
const SLICES = 4u; // of channels of a workgroup
var<workgroup> queries: array<f32, SIDE * SIDE>; // [t, channel]
var<workgroup> columns: array<f32, SIDE * SIDE>; // keys [channel, key], then values [key, channel]
var<workgroup> weights: array<f32, SIDE * SIDE>; // [t, key]: scores, then weights

fn four_of(at: u32) -> vec4<f32> {
    return vec4<f32>(columns[at], columns[at + 1u], columns[at + 2u], columns[at + 3u]);
}

// Brings 32 channels, from a multiple of 32 on, of 32 keys (transposed) or values. Zeros beyond S and beyond `last`.
fn bring(thread: u32, are_keys: bool, head: u32, first: u32, last: u32, channel: u32) {
    let channels = unit_channels();
    let units = SIDE / channels;
    for (var i = thread; i < SIDE * units; i += THREADS) {
        let row = i / units;
        let unit = channel / channels + i % units;
        var bytes: vec4<u32>;
        if first + row <= last && unit < UNITS {
            let at = ring_at(first + row, head, unit);
            if are_keys {
                bytes = keys[at];
            } else {
                bytes = values[at];
            }
        }
        let step = select(1u, SIDE, are_keys);
        let to = select(row * SIDE, row, are_keys) + i % units * channels * step;
        let a = first4(bytes);
        let b = second4(bytes);
        for (var c = 0u; c < 4u; c++) {
            columns[to + c * step] = a[c];
            if HALF {
                columns[to + (c + 4u) * step] = b[c];
            }
        }
    }
}

// All threads must call it.
fn weighted_values(thread: u32, head: u32, first: u32, last: u32, channel: u32) -> vec4<f32> {
    workgroupBarrier();
    bring(thread, false, head, first, last, channel);
    workgroupBarrier();
    var sums = vec4<f32>(0.0);
    for (var key = 0u; key < SIDE; key++) {
        sums += weights[thread / 8u * SIDE + key] * four_of(key * SIDE + thread % 8u * 4u);
    }
    return sums;
}

fn write(t: u32, head: u32, channel: u32, sums: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if channel + i < S {
            y[t * E + head * S + channel + i] = sums[i];
        }
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let spans = (S + SIDE * SLICES - 1u) / (SIDE * SLICES);
    let query_head = workgroup.x / spans;
    let span = workgroup.x % spans * SIDE * SLICES;
    let head = query_head / (HEADS / KV_HEADS);
    let begin = workgroup.y * SIDE;
    let tokens = min(SIDE, control.tokens - begin);
    let t = thread / 8u;
    let four = thread % 8u * 4u;
    let position = control.position + begin + t;
    let last = control.position + begin + tokens - 1u;
    let oldest = oldest_of(position);
    var greatest = NEVER;
    var total = 0.0;
    var sums0 = vec4<f32>(0.0);
    var sums1 = vec4<f32>(0.0);
    var sums2 = vec4<f32>(0.0);
    var sums3 = vec4<f32>(0.0);
    for (var first = oldest_of(control.position + begin); first <= last; first += SIDE) {
        var scores = vec4<f32>(0.0);
        for (var channel = 0u; channel < S; channel += SIDE) {
            workgroupBarrier();
            for (var i = thread; i < SIDE * SIDE; i += THREADS) {
                let c = channel + i % SIDE;
                queries[i] = 0.0;
                if i / SIDE < tokens && c < S {
                    queries[i] = projected[(begin + i / SIDE) * ROW + Q_FROM + query_head * S + c];
                }
            }
            bring(thread, true, head, first, last, channel);
            workgroupBarrier();
            for (var c = 0u; c < SIDE; c++) {
                scores += queries[t * SIDE + c] * four_of(c * SIDE + four);
            }
        }
        for (var i = 0u; i < 4u; i++) {
            let key = first + four + i;
            if key < oldest || key > position {
                scores[i] = NEVER;
            }
            weights[t * SIDE + four + i] = scores[i];
        }
        workgroupBarrier();
        let before = greatest;
        for (var key = 0u; key < SIDE; key++) {
            greatest = max(greatest, weights[t * SIDE + key]);
        }
        workgroupBarrier();
        for (var i = 0u; i < 4u; i++) {
            weights[t * SIDE + four + i] = select(exp(scores[i] - greatest), 0.0, scores[i] == NEVER);
        }
        workgroupBarrier();
        let scale = exp(before - greatest);
        total *= scale;
        for (var key = 0u; key < SIDE; key++) {
            total += weights[t * SIDE + key];
        }
        sums0 = sums0 * scale + weighted_values(thread, head, first, last, span);
        if span + SIDE < S {
            sums1 = sums1 * scale + weighted_values(thread, head, first, last, span + SIDE);
        }
        if span + 2u * SIDE < S {
            sums2 = sums2 * scale + weighted_values(thread, head, first, last, span + 2u * SIDE);
        }
        if span + 3u * SIDE < S {
            sums3 = sums3 * scale + weighted_values(thread, head, first, last, span + 3u * SIDE);
        }
    }
    if t < tokens {
        let c = span + four;
        write(begin + t, query_head, c, sums0 / total);
        write(begin + t, query_head, c + SIDE, sums1 / total);
        write(begin + t, query_head, c + 2u * SIDE, sums2 / total);
        write(begin + t, query_head, c + 3u * SIDE, sums3 / total);
    }
}
