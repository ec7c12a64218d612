// Weights in any format. int8: four values a word. int4: a block of 32 columns in four words, value + 8, the first 16
// columns in the low halves of their bytes, the other 16 in the high ones. Both: for each block a scale (bf16, two a
// word, whole words a row).
@group(0) @binding(1) var<storage, read> scales: array<u32>;

fn scale_of(row: u32, block: u32) -> f32 {
    return scale_in(scales[row * ((COLS / 32u + 1u) / 2u) + block / 2u], block);
}

fn scale_in(pair: u32, block: u32) -> f32 {
    return bitcast<f32>(select(pair << 16u, pair & 0xffff0000u, (block & 1u) == 1u));
}

// Four values of a row, from column 4 * quad.
fn weight4(row: u32, quad: u32) -> vec4<f32> {
    if FORMAT == INT8 {
        let four = unpack_i8(weights[row * (COLS / 16u) + quad / 4u][quad % 4u]);
        return vec4<f32>(four) * scale_of(row, quad / 8u);
    }
    if FORMAT == INT4 {
        let words = weights[row * (COLS / 32u) + quad / 8u][quad % 4u] >> (quad % 8u / 4u * 4u);
        return (vec4<f32>(unpack_u8(words & 0x0f0f0f0fu)) - 8.0) * scale_of(row, quad / 8u);
    }
    return float4(row, quad);
}
