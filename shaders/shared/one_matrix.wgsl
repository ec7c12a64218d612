// What `rows.wgsl` multiplies: one matrix, and x as it lies there.
// x is an MLP's g and u, [2, COLS], and the vector is silu(g) * u.
override GATED: bool = false;
override X_ROW: u32 = 0u; // of several sequences: quads in a row of x

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [.., COLS]
@group(0) @binding(3) var<storage, read> norm: array<vec4<f32>>; // [COLS]

// Quads of columns.
fn quads() -> u32 {
    return COLS / 4u;
}

fn x4(quad: u32) -> vec4<f32> {
    if GATED {
        return silu(x[quad]) * x[quad + COLS / 4u];
    }
    return x[quad];
}

fn x_of(sequence: u32, quad: u32) -> vec4<f32> {
    return x4(sequence * X_ROW + quad);
}

// The norm's weights.
fn norm4(quad: u32) -> vec4<f32> {
    return norm[quad];
}

// 16 bytes of a row.
fn unit_of(row: u32, unit: u32) -> vec4<u32> {
    return weights[row * (COLS / 4u / quads_per_unit()) + unit];
}

fn scale_at(row: u32, block: u32) -> f32 {
    return scale_of(row, block);
}
