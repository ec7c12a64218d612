// As `rows_alone.wgsl`, for one token of up to four sequences: 16 bytes of weights are loaded once for all of them. Each sum
// has the order that it has there, so a sequence gets the bits that it would get alone. Matrices have a column a sequence.
const AT_ONCE = 4u;
// Of the staged vectors, a sequence's: 256 quads as bytes. A whole number of times 32 units of every format, so that the
// lanes take the columns that they take alone.
const SHARE = 64u;
var<workgroup> staged: array<vec4<u32>, AT_ONCE * SHARE>;
var<workgroup> blocks: array<vec4<f32>, AT_ONCE * SHARE / 2u>;

// 16 bytes of each row of a group.
struct Units {
    a: vec4<u32>,
    b: vec4<u32>,
    c: vec4<u32>,
    d: vec4<u32>,
}

fn units_of(row: u32, unit: u32) -> Units {
    let first = row_unit(row, unit);
    if PER_GROUP == 1u {
        return Units(first, first, first, first);
    }
    return Units(first, row_unit(row + 1u, unit), row_unit(row + 2u, unit), row_unit(row + 3u, unit));
}

fn dots(w: Units, a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
    if PER_GROUP == 1u {
        return vec4<f32>(dot_floats(w.a, a, b), 0.0, 0.0, 0.0);
    }
    return vec4<f32>(dot_floats(w.a, a, b), dot_floats(w.b, a, b), dot_floats(w.c, a, b), dot_floats(w.d, a, b));
}

// What a unit of columns adds to a sequence's sums, and to its squares.
struct Products {
    rows: vec4<f32>,
    squares: f32,
}

fn floats(sequence: u32, w: Units, unit: u32) -> Products {
    let quad = unit * quads_per_unit();
    var a = x_of(sequence, quad);
    var b = vec4<f32>(0.0);
    if FORMAT == F16 {
        b = x_of(sequence, quad + 1u);
    }
    var squares = 0.0;
    if NORM {
        squares = dot(a, a) + dot(b, b);
        a *= norm4(quad);
        if FORMAT == F16 {
            b *= norm4(quad + 1u);
        }
    }
    return Products(dots(w, a, b), squares);
}

// Adds a unit of columns for `count` sequences. Written out, because an array would not stay in registers.
fn add_floats(
    sums: ptr<function, mat4x4<f32>>,
    squares: ptr<function, vec4<f32>>,
    row: u32,
    unit: u32,
    first: u32,
    count: u32,
) {
    let w = units_of(row, unit);
    let p0 = floats(first, w, unit);
    (*sums)[0] += p0.rows;
    (*squares).x += p0.squares;
    if count > 1u {
        let p1 = floats(first + 1u, w, unit);
        (*sums)[1] += p1.rows;
        (*squares).y += p1.squares;
    }
    if count > 2u {
        let p2 = floats(first + 2u, w, unit);
        (*sums)[2] += p2.rows;
        (*squares).z += p2.squares;
    }
    if count > 3u {
        let p3 = floats(first + 3u, w, unit);
        (*sums)[3] += p3.rows;
        (*squares).w += p3.squares;
    }
}

fn staged_dots(w: Units, share: u32, quad: u32) -> vec4<f32> {
    let at = share * SHARE + quad;
    var b = vec4<f32>(0.0);
    if FORMAT == F16 {
        b = bitcast<vec4<f32>>(staged[at + 1u]);
    }
    return dots(w, bitcast<vec4<f32>>(staged[at]), b);
}

// The products with the columns from COLS on, which are dear to make: a workgroup makes each once. All threads must
// call it.
fn dear_floats(thread: u32, row: u32, first: u32, count: u32) -> mat4x4<f32> {
    var sums: mat4x4<f32>;
    for (var begin = COLS / 4u; begin < quads(); begin += SHARE) {
        let width = min(SHARE, quads() - begin);
        let share = thread / SHARE;
        workgroupBarrier();
        if share < count && thread % SHARE < width {
            staged[thread] = bitcast<vec4<u32>>(x_of(first + share, begin + thread % SHARE));
        }
        workgroupBarrier();
        for (var unit = thread % LANES; unit < width / quads_per_unit(); unit += LANES) {
            let w = units_of(row, begin / quads_per_unit() + unit);
            let quad = unit * quads_per_unit();
            sums[0] += staged_dots(w, 0u, quad);
            if count > 1u {
                sums[1] += staged_dots(w, 1u, quad);
            }
            if count > 2u {
                sums[2] += staged_dots(w, 2u, quad);
            }
            if count > 3u {
                sums[3] += staged_dots(w, 3u, quad);
            }
        }
    }
    return sums;
}

// Rounds a sequence's columns into its share, a quad a thread, from quad `begin` on. All threads must call it.
fn stage(thread: u32, sequence: u32, share: u32, begin: u32, width: u32) {
    let at = begin + min(thread, width - 1u);
    var v = x_of(sequence, at);
    var squares = 0.0;
    if NORM {
        squares = dot(v, v);
        v *= norm4(at);
    }
    let scale = largest_of_block(thread, v) / 127.0;
    let inverse = select(0.0, 1.0 / scale, scale > 1e-30);
    let word = pack_i8(vec4<i32>(round(v * inverse)));
    let sums = sum_over_eight(thread, vec2<f32>(f32(dot_i8(word, 0x01010101u)), squares));
    if thread < width {
        let block = thread / 8u;
        let half = thread / 4u % 2u;
        let place = select(half * (SHARE / 2u) + block, block * 2u + half, FORMAT == INT8);
        staged[share * SHARE + place][thread % 4u] = word;
        if thread % 8u == 0u {
            blocks[share * (SHARE / 2u) + block] = vec4<f32>(scale, sums, 0.0);
        }
    }
}

// The product of 16 bytes of a row, whose scale is `scale`, with a share's bytes.
fn packed(w: vec4<u32>, scale: f32, share: u32, unit: u32) -> f32 {
    let local = select(unit, unit / 2u, FORMAT == INT8);
    let block = blocks[share * (SHARE / 2u) + local];
    let both = scale * block.x;
    let at = share * SHARE + unit;
    if FORMAT == INT8 {
        return f32(dot16(w, staged[at])) * both;
    }
    let half = vec4<u32>(0x0f0f0f0fu);
    let sum = dot16(w & half, staged[at]) + dot16((w >> vec4<u32>(4u)) & half, staged[at + SHARE / 2u]);
    return (f32(sum) - 8.0 * block.y) * both;
}

// The same for `count` sequences.
fn packed_all(row: u32, begin: u32, unit: u32, count: u32) -> vec4<f32> {
    let w = row_unit(row, begin / quads_per_unit() + unit);
    let local = select(unit, unit / 2u, FORMAT == INT8);
    let scale = scale_at(min(row, ROWS - 1u), begin / 8u + local);
    var all = vec4<f32>(packed(w, scale, 0u, unit), 0.0, 0.0, 0.0);
    if count > 1u {
        all.y = packed(w, scale, 1u, unit);
    }
    if count > 2u {
        all.z = packed(w, scale, 2u, unit);
    }
    if count > 3u {
        all.w = packed(w, scale, 3u, unit);
    }
    return all;
}

fn squares_of_block(local: u32) -> vec4<f32> {
    const each = SHARE / 2u;
    return vec4<f32>(
        blocks[local].z, blocks[each + local].z, blocks[2u * each + local].z, blocks[3u * each + local].z);
}

// The sum over the lanes of a group, after the norm. All threads must call it.
fn result_of(thread: u32, sums: vec4<f32>, squares: f32) -> f32 {
    workgroupBarrier(); // whoever still sums up the last one
    let all = sum_over_lanes(thread, sums, squares);
    if NORM {
        return all.x * inverse_root(all.y / f32(COUNTED) + EPSILON);
    }
    return all.x;
}

// Rows row .. row + PER_GROUP times the vectors of `count` sequences from `first` on; lane i of the group gets row + i's, a
// component a sequence. All threads must call it.
fn rows_times_all(thread: u32, row: u32, first: u32, count: u32) -> vec4<f32> {
    let lane = thread % LANES;
    var sums: mat4x4<f32>;
    var squares = vec4<f32>(0.0);
    if FORMAT == F32 || FORMAT == F16 {
        if quads() > COLS / 4u {
            sums = dear_floats(thread, row, first, count);
        }
        let units = COLS / 4u / quads_per_unit();
        for (var i = 0u; i < units / LANES; i++) {
            add_floats(&sums, &squares, row, i * LANES + lane, first, count);
        }
        if lane < units % LANES {
            add_floats(&sums, &squares, row, units / LANES * LANES + lane, first, count);
        }
    } else {
        // Of each row, a component a sequence.
        var each: array<vec4<f32>, 4>;
        for (var begin = 0u; begin < quads(); begin += SHARE * 4u) {
            let width = min(SHARE * 4u, quads() - begin);
            for (var share = 0u; share < count; share++) {
                stage(thread, first + share, share, begin, width);
            }
            workgroupBarrier();
            for (var unit = lane; unit < width / quads_per_unit(); unit += LANES) {
                for (var i = 0u; i < PER_GROUP; i++) {
                    each[i] += packed_all(row + i, begin, unit, count);
                }
                if NORM && (FORMAT == INT4 || unit % 2u == 0u) {
                    squares += squares_of_block(select(unit, unit / 2u, FORMAT == INT8));
                }
            }
            workgroupBarrier();
        }
        sums = transpose(mat4x4<f32>(each[0], each[1], each[2], each[3]));
    }
    var results = vec4<f32>(result_of(thread, sums[0], squares.x), 0.0, 0.0, 0.0);
    if count > 1u {
        results.y = result_of(thread, sums[1], squares.y);
    }
    if count > 2u {
        results.z = result_of(thread, sums[2], squares.z);
    }
    if count > 3u {
        results.w = result_of(thread, sums[3], squares.w);
    }
    return results;
}
