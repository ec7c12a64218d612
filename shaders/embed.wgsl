// residual[t] = embeddings[tokens[t]], for the rows FIRST .. FIRST + ROWS that this part of the table holds.
// One workgroup for 64 quads of one token.
override FIRST: u32;
override ROWS: u32;

@group(0) @binding(2) var<storage, read> tokens: array<u32>;
@group(0) @binding(3) var<storage, read_write> residual: array<vec4<f32>>; // [T, D]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let quads = COLS / 4u;
    let token = tokens[at.y];
    if at.x < quads && token >= FIRST && token < FIRST + ROWS {
        residual[at.y * quads + at.x] = weight4(token - FIRST, at.x);
    }
}
