// Rows of a matrix times one vector, for one token of one sequence.
const STAGE = 448u; // 7168 columns as bytes
// The vector's bytes. In f32 and f16 its values from column COLS on.
var<workgroup> staged: array<vec4<u32>, STAGE>;
// Of each 32 columns of it: the scale, the sum of the bytes, the sum of the squares. Whole vectors, because anything
// smaller made int8 a fifth slower on an H200.
var<workgroup> blocks: array<vec4<f32>, STAGE / 2>;

// The products of 16 bytes of each row with a and b, in f32 or f16.
fn dots(row: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    let w0 = row_unit(row, unit);
    if PER_GROUP == 1u {
        return vec4<f32>(dot_floats(w0, a, b), 0.0, 0.0, 0.0);
    }
    // All loads are issued before the first is used.
    let w1 = row_unit(row + 1u, unit);
    let w2 = row_unit(row + 2u, unit);
    let w3 = row_unit(row + 3u, unit);
    return vec4<f32>(dot_floats(w0, a, b), dot_floats(w1, a, b), dot_floats(w2, a, b), dot_floats(w3, a, b));
}

// The same with the columns of the vector that begins at quad `base` of x; also adds to the squares.
fn floats(row: u32, base: u32, unit: u32, squares: ptr<function, f32>) -> vec4<f32> {
    let quad = unit * quads_per_unit();
    var a = x4(base + quad);
    var b = vec4<f32>(0.0);
    if FORMAT == F16 {
        b = x4(base + quad + 1u);
    }
    if NORM {
        *squares += dot(a, a) + dot(b, b);
        a *= norm4(quad);
        if FORMAT == F16 {
            b *= norm4(quad + 1u);
        }
    }
    return dots(row, unit, a, b);
}

// The products with the columns from COLS on, which are dear to make: a workgroup makes each once. All threads must
// call it.
fn dear_floats(thread: u32, row: u32) -> vec4<f32> {
    var sums = vec4<f32>(0.0);
    for (var first = COLS / 4u; first < quads(); first += STAGE) {
        let count = min(STAGE, quads() - first);
        workgroupBarrier();
        for (var quad = thread; quad < count; quad += THREADS) {
            staged[quad] = bitcast<vec4<u32>>(x4(first + quad));
        }
        workgroupBarrier();
        for (var unit = thread % LANES; unit < count / quads_per_unit(); unit += LANES) {
            let quad = unit * quads_per_unit();
            var b = vec4<f32>(0.0);
            if FORMAT == F16 {
                b = bitcast<vec4<f32>>(staged[quad + 1u]);
            }
            sums += dots(row, first / quads_per_unit() + unit, bitcast<vec4<f32>>(staged[quad]), b);
        }
    }
    return sums;
}

// Rounds columns into workgroup memory, from quad `first` on, a multiple of eight of them: a thread takes a quad, eight
// threads share a block of 32. All threads must call it.
fn stage(thread: u32, base: u32, first: u32, count: u32) {
    for (var start = 0u; start < count; start += THREADS) {
        let quad = start + thread;
        let at = first + min(quad, count - 1u);
        var v = x4(base + at);
        var squares = 0.0;
        if NORM {
            squares = dot(v, v);
            v *= norm4(at);
        }
        let scale = largest_of_block(thread, v) / 127.0;
        let inverse = select(0.0, 1.0 / scale, scale > 1e-30);
        let word = pack_i8(vec4<i32>(round(v * inverse)));
        let sums = sum_over_eight(thread, vec2<f32>(f32(dot_i8(word, 0x01010101u)), squares));
        if quad < count {
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

// The product of 16 bytes of a row with the staged vector from quad `first` on: 16 columns of int8, 32 of int4.
fn packed(row: u32, first: u32, unit: u32) -> f32 {
    let w = row_unit(row, first / quads_per_unit() + unit);
    let local = select(unit, unit / 2u, FORMAT == INT8);
    let scale = scale_at(min(row, ROWS - 1u), first / 8u + local) * blocks[local].x;
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
        if quads() > COLS / 4u {
            sums = dear_floats(thread, row);
        }
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
        for (var first = 0u; first < quads(); first += STAGE * 4u) {
            let count = min(STAGE * 4u, quads() - first);
            stage(thread, base, first, count);
            workgroupBarrier();
            for (var unit = lane; unit < count / quads_per_unit(); unit += LANES) {
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
        return all.x * inverse_root(all.y / f32(COUNTED) + EPSILON);
    }
    return all.x;
}
