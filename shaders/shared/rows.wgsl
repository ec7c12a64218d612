// Rows of a matrix times a vector, for one token. A workgroup has 256 / LANES groups of lanes; each group makes
// PER_GROUP rows and reads the columns together. f32 and f16 weights use the vector as it is. For int8 and int4 it is
// first rounded to 8 bits in workgroup memory, with a scale for each 32 columns, so that the products are integer dot
// products.
override ROWS: u32;
override LANES: u32;
override PER_GROUP: u32; // 1 or 4
// Whether an RMS norm of the vector comes first, and the columns that count for it; the rest is padding.
override NORM: bool;
override COUNTED: u32;
override EPSILON: f32;

// x is an MLP's g and u, [2, COLS], and the vector is silu(g) * u.
override GATED: bool = false;

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [.., COLS]
@group(0) @binding(3) var<storage, read> norm: array<vec4<f32>>; // [COLS]

const THREADS = 256u;
const STAGE = 448u; // 7168 columns as bytes
// The vector's bytes.
var<workgroup> staged: array<vec4<u32>, STAGE>;
// Of each 32 columns of it: the scale, the sum of the bytes, the sum of the squares. Whole vectors, because anything
// smaller made int8 a fifth slower on an H200.
var<workgroup> blocks: array<vec4<f32>, STAGE / 2>;

// Quads of columns in 16 bytes of weights.
fn quads_per_unit() -> u32 {
    return select(select(select(8u, 4u, FORMAT == INT8), 2u, FORMAT == F16), 1u, FORMAT == F32);
}

// The first of the rows that a thread's group makes.
fn first_row(thread: u32, workgroup: u32) -> u32 {
    return (workgroup * (THREADS / LANES) + thread / LANES) * PER_GROUP;
}

// The index of the 16 bytes of a row. Rows beyond the last use the last one's.
fn unit_of(row: u32, unit: u32) -> u32 {
    return min(row, ROWS - 1u) * (COLS / 4u / quads_per_unit()) + unit;
}

fn x4(quad: u32) -> vec4<f32> {
    if GATED {
        return silu(x[quad]) * x[quad + COLS / 4u];
    }
    return x[quad];
}

// The product of 16 bytes of a row with a and b, in f32 or f16.
fn dot_floats(w: vec4<u32>, a: vec4<f32>, b: vec4<f32>) -> f32 {
    if FORMAT == F32 {
        return dot(bitcast<vec4<f32>>(w), a);
    }
    return dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), a)
        + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), b);
}

// The products of 16 bytes of each row, in f32 or f16; also adds to the squares.
fn floats(row: u32, base: u32, unit: u32, squares: ptr<function, f32>) -> vec4<f32> {
    let quad = unit * quads_per_unit();
    var a = x4(base + quad);
    var b = vec4<f32>(0.0);
    if FORMAT == F16 {
        b = x4(base + quad + 1u);
    }
    if NORM {
        *squares += dot(a, a) + dot(b, b);
        a *= norm[quad];
        if FORMAT == F16 {
            b *= norm[quad + 1u];
        }
    }
    let w0 = weights[unit_of(row, unit)];
    if PER_GROUP == 1u {
        return vec4<f32>(dot_floats(w0, a, b), 0.0, 0.0, 0.0);
    }
    // All loads are issued before the first is used.
    let w1 = weights[unit_of(row + 1u, unit)];
    let w2 = weights[unit_of(row + 2u, unit)];
    let w3 = weights[unit_of(row + 3u, unit)];
    return vec4<f32>(dot_floats(w0, a, b), dot_floats(w1, a, b), dot_floats(w2, a, b), dot_floats(w3, a, b));
}

// Rounds columns into workgroup memory, from quad `first` on, a multiple of eight of them: a thread takes a quad, eight
// threads share a block of 32. All threads must call it.
fn stage(thread: u32, base: u32, first: u32, quads: u32) {
    for (var start = 0u; start < quads; start += THREADS) {
        let quad = start + thread;
        let at = first + min(quad, quads - 1u);
        var v = x4(base + at);
        var squares = 0.0;
        if NORM {
            squares = dot(v, v);
            v *= norm[at];
        }
        let sizes = abs(v);
        let largest = max_over_eight(thread, max(max(sizes.x, sizes.y), max(sizes.z, sizes.w)));
        let scale = largest / 127.0;
        let inverse = select(0.0, 1.0 / scale, scale > 1e-30);
        let word = pack_i8(vec4<i32>(round(v * inverse)));
        let sums = sum_over_eight(thread, vec2<f32>(f32(dot_i8(word, 0x01010101u)), squares));
        if quad < quads {
            let block = quad / 8u;
            // int8 reads one half of a block after the other, int4 both at once. So neighbouring threads access
            // neighbouring words.
            let half = quad / 4u % 2u;
            staged[select(half * (STAGE / 2u) + block, block * 2u + half, FORMAT == INT8)][quad % 4u] = word;
            if quad % 8u == 0u {
                blocks[block] = vec4<f32>(scale, sums, 0.0);
            }
        }
    }
}

fn dot16(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot_i8(a.x, b.x) + dot_i8(a.y, b.y) + dot_i8(a.z, b.z) + dot_i8(a.w, b.w);
}

// The product of 16 bytes of a row with the staged vector from quad `first` on: 16 columns of int8, 32 of int4.
fn packed(row: u32, first: u32, unit: u32) -> f32 {
    let w = weights[unit_of(row, first / quads_per_unit() + unit)];
    let local = select(unit, unit / 2u, FORMAT == INT8);
    let scale = scale_of(min(row, ROWS - 1u), first / 8u + local) * blocks[local].x;
    if FORMAT == INT8 {
        return f32(dot16(w, staged[unit])) * scale;
    }
    let half = vec4<u32>(0x0f0f0f0fu);
    let sum = dot16(w & half, staged[unit]) + dot16((w >> vec4<u32>(4u)) & half, staged[STAGE / 2u + unit]);
    return (f32(sum) - 8.0 * blocks[local].y) * scale;
}

// Rows row .. row + PER_GROUP times the vector that begins at quad `base` of x; lane i of the group gets row + i's.
// All threads must call it.
fn rows_times_x(thread: u32, row: u32, base: u32) -> f32 {
    let lane = thread % LANES;
    var sums = vec4<f32>(0.0);
    var squares = 0.0;
    if FORMAT == F32 || FORMAT == F16 {
        let units = COLS / 4u / quads_per_unit();
        for (var i = 0u; i < units / LANES; i++) {
            sums += floats(row, base, i * LANES + lane, &squares);
        }
        if lane < units % LANES {
            sums += floats(row, base, units / LANES * LANES + lane, &squares);
        }
    } else {
        // An array in a loop. All four rows in registers at once were a quarter slower here.
        var each: array<f32, 4>;
        for (var first = 0u; first < COLS / 4u; first += STAGE * 4u) {
            let quads = min(STAGE * 4u, COLS / 4u - first);
            stage(thread, base, first, quads);
            workgroupBarrier();
            for (var unit = lane; unit < quads / quads_per_unit(); unit += LANES) {
                for (var i = 0u; i < PER_GROUP; i++) {
                    each[i] += packed(row + i, first, unit);
                }
                if NORM && (FORMAT == INT4 || unit % 2u == 0u) {
                    squares += blocks[select(unit, unit / 2u, FORMAT == INT8)].z;
                }
            }
            workgroupBarrier();
        }
        sums = vec4<f32>(each[0], each[1], each[2], each[3]);
    }
    let all = sum_over_lanes(thread, sums, squares);
    if NORM {
        return all.x * inverseSqrt(all.y / f32(COUNTED) + EPSILON);
    }
    return all.x;
}
