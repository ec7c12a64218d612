// Weights kept as f32 or as packed f16, in rows of COLS values (a multiple of 32).
const F32 = 0u;
const F16 = 1u;
const INT8 = 2u;
const INT4 = 3u;

override FORMAT: u32;
override COLS: u32;

@group(0) @binding(0) var<storage, read> weights: array<vec4<u32>>;

// Four values of a row, from column 4 * quad.
fn float4(row: u32, quad: u32) -> vec4<f32> {
    if FORMAT == F32 {
        return bitcast<vec4<f32>>(weights[row * (COLS / 4u) + quad]);
    }
    let eight = weights[row * (COLS / 8u) + quad / 2u];
    let four = select(eight.xy, eight.zw, (quad & 1u) == 1u);
    return vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
}
