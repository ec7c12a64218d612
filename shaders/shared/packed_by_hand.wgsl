// The same as packed.wgsl, to the bit, for browsers whose WGSL lacks packed_4x8_integer_dot_product.

fn pack_i8(v: vec4<i32>) -> u32 {
    let bytes = (bitcast<vec4<u32>>(v) & vec4<u32>(0xffu)) << vec4<u32>(0u, 8u, 16u, 24u);
    return bytes.x | bytes.y | bytes.z | bytes.w;
}

fn unpack_i8(word: u32) -> vec4<i32> {
    // Each byte goes to the top, and comes down again with its sign.
    return bitcast<vec4<i32>>(vec4<u32>(word) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u);
}

fn unpack_u8(word: u32) -> vec4<u32> {
    return (vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu);
}

// The product of four signed bytes with four others.
fn dot_i8(a: u32, b: u32) -> i32 {
    let products = unpack_i8(a) * unpack_i8(b);
    return products.x + products.y + products.z + products.w;
}
