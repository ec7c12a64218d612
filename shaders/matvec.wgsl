// out = W x for one token: in_proj (with the norm before it), out_proj (added into the residual), the head (with the
// last norm). A workgroup has 256 / LANES groups of lanes; each group makes PER_GROUP rows and reads the columns
// together. The input goes through workgroup memory once: as f32, or for int8 rounded to 8 bits with a scale for
// each 32 columns, so that the products are integer dot products.
override ROWS: u32;
// Columns that count for the norm; the rest is padding.
override WIDTH: u32;
override EPSILON: f32;
override LANES: u32;
override PER_GROUP: u32;
override NORM: bool;
override BIAS: bool;
// out += instead of out =
override ADD: bool;
// out is the scores of the slot being written, [slots, SCORES], of which these rows begin at FIRST.
override IS_HEAD: bool;
override SCORES: u32;
override FIRST: u32;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [T, COLS], of which the last row is read
@group(0) @binding(3) var<storage, read> norm: array<vec4<f32>>; // [COLS]
@group(0) @binding(4) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
@group(0) @binding(6) var<storage, read> control: Control;

const THREADS = 256u;
const STAGE = 512u; // vectors: 2048 columns as f32, 8192 as bytes
const MOST_PER_GROUP = 4u;

var<workgroup> staged: array<vec4<u32>, STAGE>;
var<workgroup> staged_scale: array<f32, 256>; // of each 32 columns
var<workgroup> partial: array<f32, THREADS>;

// Puts columns in workgroup memory, from quad `first` on; returns this thread's part of the sum of squares.
fn stage_float(thread: u32, base: u32, first: u32, quads: u32) -> f32 {
    var squares = 0.0;
    for (var i = thread; i < quads; i += THREADS) {
        var v = x[base + first + i];
        if NORM {
            squares += dot(v, v);
            v *= norm[first + i];
        }
        staged[i] = bitcast<vec4<u32>>(v);
    }
    return squares;
}

// The same, rounded: a thread takes whole blocks of 32 columns.
fn stage_int8(thread: u32, base: u32, first: u32, quads: u32) -> f32 {
    var squares = 0.0;
    for (var block = thread; block < quads / 8u; block += THREADS) {
        var v: array<vec4<f32>, 8>;
        var largest = vec4<f32>(0.0);
        for (var i = 0u; i < 8u; i++) {
            let at = first + block * 8u + i;
            v[i] = x[base + at];
            if NORM {
                squares += dot(v[i], v[i]);
                v[i] *= norm[at];
            }
            largest = max(largest, abs(v[i]));
        }
        let scale = max(max(largest.x, largest.y), max(largest.z, largest.w)) / 127.0;
        let inverse = select(0.0, 1.0 / scale, scale > 1e-30);
        staged_scale[block] = scale;
        for (var half = 0u; half < 2u; half++) {
            var words: vec4<u32>;
            for (var i = 0u; i < 4u; i++) {
                words[i] = pack4xI8(vec4<i32>(round(v[half * 4u + i] * inverse)));
            }
            staged[block * 2u + half] = words;
        }
    }
    return squares;
}

// The product of 16 bytes (int8), 8 halves (f16) or 4 floats (f32) of a row with what is staged at the same place.
fn product(row: u32, first: u32, unit: u32) -> f32 {
    if FORMAT == INT8 {
        let w = weights[row * (COLS / 16u) + first / 4u + unit];
        let v = staged[unit];
        let sum = dot4I8Packed(w.x, v.x) + dot4I8Packed(w.y, v.y) + dot4I8Packed(w.z, v.z) + dot4I8Packed(w.w, v.w);
        return f32(sum) * (scale_of(row, first / 8u + unit / 2u) * staged_scale[unit / 2u]);
    }
    if FORMAT == F16 {
        let w = weights[row * (COLS / 8u) + first / 2u + unit];
        return dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), bitcast<vec4<f32>>(staged[2u * unit]))
            + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), bitcast<vec4<f32>>(staged[2u * unit + 1u]));
    }
    return dot(bitcast<vec4<f32>>(weights[row * (COLS / 4u) + first + unit]), bitcast<vec4<f32>>(staged[unit]));
}

// The sum over `count` neighbours from `start` in `partial`.
fn gather(start: u32, count: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < count; i++) {
        sum += partial[start + i];
    }
    return sum;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let base = (control.tokens - 1u) * (COLS / 4u);
    let lane = thread % LANES;
    let row = (workgroup.x * (THREADS / LANES) + thread / LANES) * PER_GROUP;
    let chunk = select(STAGE, STAGE * 4u, FORMAT == INT8); // quads staged at a time
    let per_unit = select(select(1u, 2u, FORMAT == F16), 4u, FORMAT == INT8); // quads in 16 bytes of weights
    var sums: array<f32, MOST_PER_GROUP>;
    var squares = 0.0;
    for (var first = 0u; first < COLS / 4u; first += chunk) {
        let quads = min(chunk, COLS / 4u - first);
        if FORMAT == INT8 {
            squares += stage_int8(thread, base, first, quads);
        } else {
            squares += stage_float(thread, base, first, quads);
        }
        workgroupBarrier();
        for (var unit = lane; unit < quads / per_unit; unit += LANES) {
            for (var i = 0u; i < PER_GROUP; i++) {
                sums[i] += product(min(row + i, ROWS - 1u), first, unit);
            }
        }
        workgroupBarrier();
    }
    var scale = 1.0;
    if NORM {
        partial[thread] = squares;
        workgroupBarrier();
        // Two steps of sixteen: short for every thread.
        let part = gather(thread / 16u * 16u, 16u);
        workgroupBarrier();
        partial[thread] = part;
        workgroupBarrier();
        var sum = 0.0;
        for (var i = 0u; i < 16u; i++) {
            sum += partial[i * 16u];
        }
        scale = inverseSqrt(sum / f32(WIDTH) + EPSILON);
        workgroupBarrier();
    }
    for (var i = 0u; i < PER_GROUP; i++) {
        partial[thread] = sums[i];
        workgroupBarrier();
        if lane == 0u && row + i < ROWS {
            var sum = gather(thread, LANES) * scale;
            if BIAS {
                sum += bias[row + i];
            }
            var at = row + i;
            if IS_HEAD {
                at += control.slot_out * SCORES + FIRST;
            }
            if ADD {
                sum += out[at];
            }
            out[at] = sum;
        }
        workgroupBarrier();
    }
}
