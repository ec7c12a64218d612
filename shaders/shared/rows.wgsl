// Rows of a matrix times a vector, for one token. A workgroup has 256 / LANES groups of lanes; each group makes
// PER_GROUP rows and reads the columns together. f32 and f16 weights meet the vector as it is; for int8 and int4 it is
// rounded to 8 bits in workgroup memory first, with a scale for each 32 columns, so that the products are integer dot
// products.
override ROWS: u32;
override LANES: u32;
override PER_GROUP: u32; // at most MOST_PER_GROUP and LANES
// Whether an RMS norm of the vector comes first, and the columns that count for it; the rest is padding.
override NORM: bool;
override COUNTED: u32;
override EPSILON: f32;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [.., COLS]
@group(0) @binding(3) var<storage, read> norm: array<vec4<f32>>; // [COLS]

const THREADS = 256u;
const MOST_PER_GROUP = 4u;
const STAGE = 512u; // 8192 columns as bytes
// The vector's bytes; then each thread's sums.
var<workgroup> staged: array<vec4<u32>, STAGE>;
// Of each 32 columns of it: the scale, the sum of the bytes, the sum of the squares; then each thread's sum of squares.
var<workgroup> blocks: array<vec4<f32>, THREADS>;

// Quads of columns in 16 bytes of weights.
fn quads_per_unit() -> u32 {
    return select(select(select(8u, 4u, FORMAT == INT8), 2u, FORMAT == F16), 1u, FORMAT == F32);
}

// The first of the rows that a thread's group makes.
fn first_row(thread: u32, workgroup: u32) -> u32 {
    return (workgroup * (THREADS / LANES) + thread / LANES) * PER_GROUP;
}

// 16 bytes of each of the rows from `row` on. They are asked for together, so that they are waited for once.
fn weights_of(row: u32, unit: u32) -> array<vec4<u32>, MOST_PER_GROUP> {
    var all: array<vec4<u32>, MOST_PER_GROUP>;
    for (var i = 0u; i < PER_GROUP; i++) {
        all[i] = weights[min(row + i, ROWS - 1u) * (COLS / 4u / quads_per_unit()) + unit];
    }
    return all;
}

// Adds what 16 bytes of each row make, in f32 or f16.
fn add_floats(row: u32, base: u32, unit: u32, sums: ptr<function, array<f32, MOST_PER_GROUP>>, squares: ptr<function, f32>) {
    let quad = unit * quads_per_unit();
    var a = x[base + quad];
    var b = vec4<f32>(0.0);
    if FORMAT == F16 {
        b = x[base + quad + 1u];
    }
    if NORM {
        *squares += dot(a, a) + dot(b, b);
        a *= norm[quad];
        if FORMAT == F16 {
            b *= norm[quad + 1u];
        }
    }
    let all = weights_of(row, unit);
    for (var i = 0u; i < PER_GROUP; i++) {
        let w = all[i];
        if FORMAT == F16 {
            (*sums)[i] += dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), a)
                + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), b);
        } else {
            (*sums)[i] += dot(bitcast<vec4<f32>>(w), a);
        }
    }
}

// Rounds columns into workgroup memory, from quad `first` on: a thread takes whole blocks of 32.
fn stage(thread: u32, base: u32, first: u32, quads: u32) {
    for (var block = thread; block < quads / 8u; block += THREADS) {
        var v: array<vec4<f32>, 8>;
        var squares = 0.0;
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
        var sum = 0;
        for (var half = 0u; half < 2u; half++) {
            var words: vec4<u32>;
            for (var i = 0u; i < 4u; i++) {
                words[i] = pack4xI8(vec4<i32>(round(v[half * 4u + i] * inverse)));
                sum += dot4I8Packed(words[i], 0x01010101u);
            }
            // int8 reads on from half to half, int4 both halves at once: then neighbours have neighbouring words.
            staged[select(half * (STAGE / 2u) + block, block * 2u + half, FORMAT == INT8)] = words;
        }
        blocks[block] = vec4<f32>(scale, f32(sum), squares, 0.0);
    }
}

fn dot16(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

// The same for what is staged from quad `first` on: 16 columns of int8, 32 of int4.
fn add_packed(row: u32, first: u32, unit: u32, sums: ptr<function, array<f32, MOST_PER_GROUP>>, squares: ptr<function, f32>) {
    let all = weights_of(row, first / quads_per_unit() + unit);
    let local = select(unit, unit / 2u, FORMAT == INT8);
    let block = blocks[local];
    var scales: array<f32, MOST_PER_GROUP>;
    for (var i = 0u; i < PER_GROUP; i++) {
        scales[i] = scale_of(min(row + i, ROWS - 1u), first / 8u + local) * block.x;
    }
    let low = staged[unit];
    var high: vec4<u32>;
    if FORMAT == INT4 {
        high = staged[STAGE / 2u + unit];
    }
    for (var i = 0u; i < PER_GROUP; i++) {
        let w = all[i];
        if FORMAT == INT8 {
            (*sums)[i] += f32(dot16(w, low)) * scales[i];
        } else {
            let sum = dot16(w & vec4<u32>(0x0f0f0f0fu), low) + dot16((w >> vec4<u32>(4u)) & vec4<u32>(0x0f0f0f0fu), high);
            (*sums)[i] += (f32(sum) - 8.0 * block.y) * scales[i];
        }
    }
    if FORMAT == INT4 || unit % 2u == 0u {
        *squares += block.z;
    }
}

// Rows row .. row + PER_GROUP times the vector that begins at quad `base` of x; lane i of the group gets row + i's.
// All threads must call it.
fn rows_times_x(thread: u32, row: u32, base: u32) -> f32 {
    let lane = thread % LANES;
    var sums: array<f32, MOST_PER_GROUP>;
    var squares = 0.0;
    if FORMAT == F32 || FORMAT == F16 {
        let units = COLS / 4u / quads_per_unit();
        for (var i = 0u; i < units / LANES; i++) {
            add_floats(row, base, i * LANES + lane, &sums, &squares);
        }
        if lane < units % LANES {
            add_floats(row, base, units / LANES * LANES + lane, &sums, &squares);
        }
    } else {
        for (var first = 0u; first < COLS / 4u; first += STAGE * 4u) {
            let quads = min(STAGE * 4u, COLS / 4u - first);
            stage(thread, base, first, quads);
            workgroupBarrier();
            for (var unit = lane; unit < quads / quads_per_unit(); unit += LANES) {
                add_packed(row, first, unit, &sums, &squares);
            }
            workgroupBarrier();
        }
    }
    staged[thread] = bitcast<vec4<u32>>(vec4<f32>(sums[0], sums[1], sums[2], sums[3]));
    blocks[thread].x = squares;
    workgroupBarrier();
    if lane >= PER_GROUP {
        return 0.0;
    }
    var sum = 0.0;
    squares = 0.0;
    for (var i = 0u; i < LANES; i++) {
        let at = thread - lane + i;
        sum += bitcast<f32>(staged[at][lane]);
        squares += blocks[at].x;
    }
    if NORM {
        sum *= inverseSqrt(squares / f32(COUNTED) + EPSILON);
    }
    return sum;
}
