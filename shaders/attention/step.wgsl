// One token of attention. A workgroup takes up to four heads of queries that share their keys, over KEYS keys; what all
// workgroups of a head found is put together by `attention/combine`. The new token's key and value go into the rings.
override QUERIES: u32; // heads of queries of a workgroup, at most 4
override SPLITS: u32; // times KEYS, at least WINDOW

@group(0) @binding(0) var<storage, read> projected: array<f32>; // [ROW]
@group(0) @binding(1) var<storage, read> angles: array<vec2<f32>>; // [4, 256, S / 2]
@group(0) @binding(2) var<storage, read_write> keys: array<vec4<u32>>; // [RING, J, UNITS]
@group(0) @binding(3) var<storage, read_write> values: array<vec4<u32>>; // [RING, J, UNITS]
// [Q, SPLITS, 2 + UNITS * channels of a unit]: the greatest score, the sum of the weights, that of the weighted values
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;
@group(0) @binding(5) var<uniform> control: Control;

const THREADS = 128u;
const KEYS = 128u;
var<workgroup> queries: array<vec4<f32>, QUERIES * UNITS * 2u>;
var<workgroup> new_key: array<vec4<u32>, UNITS>;
var<workgroup> new_value: array<vec4<u32>, UNITS>;
var<workgroup> weights: array<vec4<f32>, KEYS>; // of each key for the heads of queries
var<workgroup> partial: array<vec4<f32>, THREADS * 2u>;

// The product of a head's query with 16 bytes of a key.
fn query_dot(query: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    let at = (query * UNITS + unit) * 2u;
    return dot(queries[at], a) + dot(queries[at + 1u], b);
}

fn greatest_of_all(thread: u32, value: vec4<f32>) -> vec4<f32> {
    workgroupBarrier();
    partial[thread] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] = max(partial[thread], partial[thread + half]);
        }
        workgroupBarrier();
    }
    return partial[0];
}

fn total_of_all(thread: u32, value: vec4<f32>) -> vec4<f32> {
    workgroupBarrier();
    partial[thread] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if thread < half {
            partial[thread] += partial[thread + half];
        }
        workgroupBarrier();
    }
    return partial[0];
}

// Sums a head's weighted values over the groups of threads, and writes them.
fn write(thread: u32, query: u32, split: u32, greatest: f32, total: f32, a: vec4<f32>, b: vec4<f32>) {
    workgroupBarrier();
    partial[thread * 2u] = a;
    partial[thread * 2u + 1u] = b;
    workgroupBarrier();
    let channels = unit_channels();
    let to = (query * SPLITS + split) * (2u + UNITS * channels);
    if thread == 0u {
        parts[to] = greatest;
        parts[to + 1u] = total;
    }
    if thread < UNITS {
        var low = vec4<f32>(0.0);
        var high = vec4<f32>(0.0);
        for (var i = thread; i < THREADS / UNITS * UNITS; i += UNITS) {
            low += partial[i * 2u];
            high += partial[i * 2u + 1u];
        }
        for (var i = 0u; i < 4u; i++) {
            parts[to + 2u + thread * channels + i] = low[i];
            if HALF {
                parts[to + 2u + thread * channels + 4u + i] = high[i];
            }
        }
    }
}

@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let split = workgroup.x;
    let per_head = HEADS / KV_HEADS;
    let batches = (per_head + QUERIES - 1u) / QUERIES;
    let head = workgroup.y / batches;
    let first_query = head * per_head + workgroup.y % batches * QUERIES;
    let count = min(QUERIES, (head + 1u) * per_head - first_query);
    let position = control.position;
    let first = oldest_of(position) + split * KEYS;
    if first > position {
        return;
    }
    let end = min(first + KEYS, position + 1u);
    for (var i = thread; i < QUERIES * UNITS * 2u; i += THREADS) {
        let query = i / (UNITS * 2u);
        let unit = i / 2u % UNITS;
        queries[i] = vec4<f32>(0.0);
        if query < count && (HALF || i % 2u == 0u) {
            queries[i] = turned4(Q_FROM + (first_query + query) * S, unit * unit_channels() + i % 2u * 4u, position);
        }
    }
    if thread < UNITS && end > position {
        new_key[thread] = key_unit(0u, head, thread, position);
        new_value[thread] = value_unit(0u, head, thread);
        if workgroup.y % batches == 0u {
            let at = ring_at(position, head, thread);
            keys[at] = new_key[thread];
            values[at] = new_value[thread];
        }
    }
    workgroupBarrier();
    let key = first + thread;
    let is_there = key < end;
    var scores = vec4<f32>(NEVER);
    if is_there {
        scores = vec4<f32>(0.0);
        for (var unit = 0u; unit < UNITS; unit++) {
            var bytes: vec4<u32>;
            if key == position {
                bytes = new_key[unit];
            } else {
                bytes = keys[ring_at(key, head, unit)];
            }
            let a = first4(bytes);
            let b = second4(bytes);
            scores.x += query_dot(0u, unit, a, b);
            if QUERIES > 1u {
                scores.y += query_dot(1u, unit, a, b);
            }
            if QUERIES > 2u {
                scores.z += query_dot(2u, unit, a, b);
            }
            if QUERIES > 3u {
                scores.w += query_dot(3u, unit, a, b);
            }
        }
    }
    let greatest = greatest_of_all(thread, scores);
    let weight = select(vec4<f32>(0.0), exp(scores - greatest), is_there);
    weights[thread] = weight;
    let total = total_of_all(thread, weight);
    // Groups of UNITS threads take the keys in turn. A column a head of queries.
    let unit = thread % UNITS;
    let groups = THREADS / UNITS;
    var low: mat4x4<f32>;
    var high: mat4x4<f32>;
    if thread < groups * UNITS {
        for (var at = first + thread / UNITS; at < end; at += groups) {
            var bytes: vec4<u32>;
            if at == position {
                bytes = new_value[unit];
            } else {
                bytes = values[ring_at(at, head, unit)];
            }
            let a = first4(bytes);
            let b = second4(bytes);
            let w = weights[at - first];
            low[0] += w.x * a;
            high[0] += w.x * b;
            low[1] += w.y * a;
            high[1] += w.y * b;
            low[2] += w.z * a;
            high[2] += w.z * b;
            low[3] += w.w * a;
            high[3] += w.w * b;
        }
    }
    write(thread, first_query, split, greatest.x, total.x, low[0], high[0]);
    if count > 1u {
        write(thread, first_query + 1u, split, greatest.y, total.y, low[1], high[1]);
    }
    if count > 2u {
        write(thread, first_query + 2u, split, greatest.z, total.z, low[2], high[2]);
    }
    if count > 3u {
        write(thread, first_query + 3u, split, greatest.w, total.w, low[3], high[3]);
    }
}
