// One token of attention. A workgroup of 128 threads takes up to four heads of queries that share their keys, over the keys
// of a split; out_proj puts together what all splits of a head found. The new token's key and value go into the rings.
// `projected`, `angles`, `keys`, `values`, `y`, Y_ROW and `controls` are the kernel's, `row` the sequence's.
override QUERIES: u32; // heads of queries of a workgroup, at most 4
override QUADS: u32; // of a head's channels, as the rings have them
override STAGED: u32; // QUERIES * QUADS: naga 30 takes no product as a size before other overrides

const THREADS = 128u;
var<workgroup> queries: array<vec4<f32>, STAGED>;
var<workgroup> new_key: array<vec4<u32>, UNITS>;
var<workgroup> new_value: array<vec4<u32>, UNITS>;
var<workgroup> weights: array<vec4<f32>, KEYS>; // of each key for the heads of queries
var<workgroup> partial: array<vec4<f32>, THREADS * 2u>;

// The product of a head's query with 16 bytes of a key.
fn query_dot(query: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    let at = query * QUADS + unit * unit_channels() / 4u;
    if HALF {
        return dot(queries[at], a) + dot(queries[at + 1u], b);
    }
    return dot(queries[at], a);
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
fn write(thread: u32, row: u32, query: u32, split: u32, greatest: f32, total: f32, a: vec4<f32>, b: vec4<f32>) {
    workgroupBarrier();
    partial[thread * 2u] = a;
    partial[thread * 2u + 1u] = b;
    workgroupBarrier();
    if thread == 0u {
        y[row * Y_ROW + greatest_at(query, split)] = greatest;
        y[row * Y_ROW + total_at(query, split)] = total;
    }
    if thread < UNITS {
        var low = vec4<f32>(0.0);
        var high = vec4<f32>(0.0);
        for (var i = thread; i < THREADS / UNITS * UNITS; i += UNITS) {
            low += partial[i * 2u];
            high += partial[i * 2u + 1u];
        }
        let c = thread * unit_channels();
        let to = row * Y_ROW + part_at(split) + query * S + c;
        for (var i = 0u; i < 4u; i++) {
            if c + i < S {
                y[to + i] = low[i];
            }
            if HALF && c + 4u + i < S {
                y[to + 4u + i] = high[i];
            }
        }
    }
}

// A key's products with the heads of queries.
fn scores_of(seat: u32, key: u32, end: u32, position: u32, head: u32) -> vec4<f32> {
    if key >= end {
        return vec4<f32>(NEVER);
    }
    let before = max(position, 1u) - 1u;
    var scores = vec4<f32>(0.0);
    for (var unit = 0u; unit < UNITS; unit++) {
        let bytes = select(keys[seat_at(seat) + ring_at(min(key, before), head, unit)], new_key[unit], key == position);
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
    return scores;
}

// All threads must call it. `workgroup` counts the splits of each batch of queries.
fn attention_step(thread: u32, workgroup: u32, row: u32) {
    let split = workgroup % SPLITS;
    let batch = workgroup / SPLITS;
    let per_head = HEADS / KV_HEADS;
    let batches = (per_head + QUERIES - 1u) / QUERIES;
    let head = batch / batches;
    let first_query = head * per_head + batch % batches * QUERIES;
    let count = min(QUERIES, (head + 1u) * per_head - first_query);
    let position = controls[row].position;
    let seat = controls[row].seat;
    let first = oldest_of(position) + split * keys_of_split(position);
    if first > position {
        return;
    }
    let end = min(first + keys_of_split(position), position + 1u);
    for (var i = thread; i < STAGED; i += THREADS) {
        let query = i / QUADS;
        queries[i] = vec4<f32>(0.0);
        if query < count {
            queries[i] = turned4(row * ROW + Q_FROM + (first_query + query) * S, i % QUADS * 4u, position);
        }
    }
    if thread < UNITS && end > position {
        new_key[thread] = key_unit(row, head, thread, position);
        new_value[thread] = value_unit(row, head, thread);
        if batch % batches == 0u {
            let at = seat_at(seat) + ring_at(position, head, thread);
            keys[at] = new_key[thread];
            values[at] = new_value[thread];
        }
    }
    workgroupBarrier();
    // Groups of UNITS threads take a tile's values in turn. A column a head of queries.
    let unit = thread % UNITS;
    let groups = THREADS / UNITS;
    let last = max(position, 1u) - 1u;
    var low: mat4x4<f32>;
    var high: mat4x4<f32>;
    var greatest = vec4<f32>(NEVER);
    var sums = vec4<f32>(0.0); // of the weights of this thread's keys
    for (var tile = first; tile < end; tile += KEYS) {
        let scores = scores_of(seat, tile + thread, end, position, head);
        // What earlier tiles gave, as if their greatest score had been this one.
        let before = greatest;
        greatest = max(before, greatest_of_all(thread, scores));
        let scale = exp(before - greatest);
        let weight = select(vec4<f32>(0.0), exp(scores - greatest), tile + thread < end);
        weights[thread] = weight;
        workgroupBarrier();
        sums = sums * scale + weight;
        low = mat4x4<f32>(low[0] * scale.x, low[1] * scale.y, low[2] * scale.z, low[3] * scale.w);
        high = mat4x4<f32>(high[0] * scale.x, high[1] * scale.y, high[2] * scale.z, high[3] * scale.w);
        if thread < groups * UNITS {
            for (var key = thread / UNITS; key < KEYS; key += groups) {
                // Keys beyond the newest have no weight. That is less than to wait for one load after the other.
                let at = tile + key;
                let bytes = select(values[seat_at(seat) + ring_at(min(at, last), head, unit)], new_value[unit], at >= position);
                let a = first4(bytes);
                let b = second4(bytes);
                let w = weights[key];
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
    }
    let total = total_of_all(thread, sums);
    write(thread, row, first_query, split, greatest.x, total.x, low[0], high[0]);
    if count > 1u {
        write(thread, row, first_query + 1u, split, greatest.y, total.y, low[1], high[1]);
    }
    if count > 2u {
        write(thread, row, first_query + 2u, split, greatest.z, total.z, low[2], high[2]);
    }
    if count > 3u {
        write(thread, row, first_query + 3u, split, greatest.w, total.w, low[3], high[3]);
    }
}
