// Four bytes in a word, with the instructions that most GPUs have.

fn pack_i8(v: vec4<i32>) -> u32 {
    return pack4xI8(v);
}

fn unpack_i8(word: u32) -> vec4<i32> {
    return unpack4xI8(word);
}

fn unpack_u8(word: u32) -> vec4<u32> {
    return unpack4xU8(word);
}

// The product of four signed bytes with four others.
fn dot_i8(a: u32, b: u32) -> i32 {
    return dot4I8Packed(a, b);
}
