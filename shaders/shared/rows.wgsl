// Rows of a matrix times a vector (`rows_alone.wgsl`), or times the vectors of several sequences (`rows_together.wgsl`). A
// workgroup has 256 / LANES groups of lanes; each group makes PER_GROUP rows and reads the columns together. f32 and f16
// weights use the vector as it is. For int8 and int4 it is first rounded to 8 bits in workgroup memory, with a scale for
// each 32 columns, so that the products are integer dot products. `one_matrix.wgsl` or `two_matrices.wgsl` says where the
// weights and the vector lie.
override ROWS: u32;
override LANES: u32;
override PER_GROUP: u32; // 1 or 4
// Whether an RMS norm of the vector comes first, and the columns that count for it; the rest is padding.
override NORM: bool;
override COUNTED: u32;
override EPSILON: f32;

const THREADS = 256u;

// Quads of columns in 16 bytes of weights.
fn quads_per_unit() -> u32 {
    return select(select(select(8u, 4u, FORMAT == INT8), 2u, FORMAT == F16), 1u, FORMAT == F32);
}

// The first of the rows that a thread's group makes.
fn first_row(thread: u32, workgroup: u32) -> u32 {
    return (workgroup * (THREADS / LANES) + thread / LANES) * PER_GROUP;
}

// The product of 16 bytes of a row with a and b, in f32 or f16.
fn dot_floats(w: vec4<u32>, a: vec4<f32>, b: vec4<f32>) -> f32 {
    if FORMAT == F32 {
        return dot(bitcast<vec4<f32>>(w), a);
    }
    return dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), a)
        + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), b);
}

// 16 bytes of a row. Rows beyond the last use the last one's.
fn row_unit(row: u32, unit: u32) -> vec4<u32> {
    return unit_of(min(row, ROWS - 1u), unit);
}

// The greatest size in a block of 32 columns, of which eight threads have a quad each. Bits without the sign are in the order
// of the sizes, and what is no number comes last. So the block's scale is none either, and the products are none.
fn largest_of_block(thread: u32, v: vec4<f32>) -> f32 {
    let sizes = bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu);
    return bitcast<f32>(max_over_eight(thread, max(max(sizes.x, sizes.y), max(sizes.z, sizes.w))));
}

fn dot16(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot_i8(a.x, b.x) + dot_i8(a.y, b.y) + dot_i8(a.z, b.z) + dot_i8(a.w, b.w);
}
