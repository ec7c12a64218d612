// New queries, keys and values: turned to their positions, and in the bytes of the rings. `projected`, in_proj's result, and
// `angles` are the kernel's.
override K_FROM: u32; // where k and v begin in a row of `projected`
override V_FROM: u32;
override ROTATES: bool;

// The nearest numbers of f16. What is no number stays none, where `clamp` may make one of it.
fn within_f16(v: vec4<f32>) -> vec4<f32> {
    let is_none = (bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu)) >= vec4<u32>(0x7f800000u);
    return select(clamp(v, vec4<f32>(-65504.0), vec4<f32>(65504.0)), v, is_none);
}

fn pack_unit(a: vec4<f32>, b: vec4<f32>) -> vec4<u32> {
    if !HALF {
        return bitcast<vec4<u32>>(a);
    }
    let x = within_f16(a);
    let y = within_f16(b);
    return vec4<u32>(pack2x16float(x.xy), pack2x16float(x.zw), pack2x16float(y.xy), pack2x16float(y.zw));
}

// The cosine and the sine of pair i's angle at a position. The table has them for each byte of a position, because a
// product of a position and a frequency would be exact to a few digits only.
fn turn(position: u32, i: u32) -> vec2<f32> {
    var all = vec2<f32>(1.0, 0.0);
    for (var byte = 0u; byte < 4u; byte++) {
        let number = (position >> (8u * byte)) & 255u;
        if number > 0u {
            let one = angles[(byte * 256u + number) * (S / 2u) + i];
            all = vec2<f32>(all.x * one.x - all.y * one.y, all.x * one.y + all.y * one.x);
        }
    }
    return all;
}

// Channel c of the head that begins at `first`, turned to a position; 0 beyond S.
fn turned(first: u32, c: u32, position: u32) -> f32 {
    if c >= S {
        return 0.0;
    }
    let v = projected[first + c];
    if !ROTATES {
        return v;
    }
    let half = max(S / 2u, 1u);
    let angle = turn(position, c % half);
    let other = projected[first + select(c - half, c + half, c < half)];
    return v * angle.x + select(other, -other, c < half) * angle.y;
}

fn turned4(first: u32, c: u32, position: u32) -> vec4<f32> {
    return vec4<f32>(
        turned(first, c, position), turned(first, c + 1u, position),
        turned(first, c + 2u, position), turned(first, c + 3u, position));
}

// What a ring holds of the new token t.
fn key_unit(t: u32, head: u32, unit: u32, position: u32) -> vec4<u32> {
    let first = t * ROW + K_FROM + head * S;
    let c = unit * unit_channels();
    if !HALF {
        return pack_unit(turned4(first, c, position), vec4<f32>(0.0));
    }
    return pack_unit(turned4(first, c, position), turned4(first, c + 4u, position));
}

fn value_unit(t: u32, head: u32, unit: u32) -> vec4<u32> {
    let first = t * ROW + V_FROM + head * S;
    let c = unit * unit_channels();
    var a: vec4<f32>;
    var b: vec4<f32>;
    for (var i = 0u; i < 4u; i++) {
        if c + i < S {
            a[i] = projected[first + c + i];
        }
        if HALF && c + 4u + i < S {
            b[i] = projected[first + c + 4u + i];
        }
    }
    return pack_unit(a, b);
}
