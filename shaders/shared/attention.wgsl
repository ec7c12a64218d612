// Attention's heads: HEADS of queries with S channels each, of which HEADS / KV_HEADS share a head of keys and values.
// The keys (turned to their positions) and the values of the last tokens are in two rings, the token at position p in
// row p % RING: for each head UNITS times 16 bytes, the rest of the last ones zeros.
override HEADS: u32; // Q
override KV_HEADS: u32; // J
override S: u32;
override UNITS: u32;
override HALF: bool; // the rings are in f16, and in f32 otherwise
override WINDOW: u32; // M, tokens that a token sees, itself included
override RING: u32; // rows of a ring: M, and those that a call may write before the last M are no longer needed
override Q_FROM: u32; // where q begins in a row of in_proj's result

const NEVER = -3e38; // a score that counts for nothing

// The first position that the token at a position sees.
fn oldest_of(position: u32) -> u32 {
    return position + 1u - min(position + 1u, WINDOW);
}

// The place of 16 bytes of a head in a ring.
fn ring_at(position: u32, head: u32, unit: u32) -> u32 {
    return (position % RING * KV_HEADS + head) * UNITS + unit;
}

// Where the rings of a seat begin.
fn seat_at(seat: u32) -> u32 {
    return seat * RING * KV_HEADS * UNITS;
}

// Channels in 16 bytes of a ring.
fn unit_channels() -> u32 {
    return select(4u, 8u, HALF);
}

// Channels 0 to 3, and 4 to 7 if there are so many.
fn first4(unit: vec4<u32>) -> vec4<f32> {
    if HALF {
        return vec4<f32>(unpack2x16float(unit.x), unpack2x16float(unit.y));
    }
    return bitcast<vec4<f32>>(unit);
}

fn second4(unit: vec4<u32>) -> vec4<f32> {
    if HALF {
        return vec4<f32>(unpack2x16float(unit.z), unpack2x16float(unit.w));
    }
    return vec4<f32>(0.0);
}
