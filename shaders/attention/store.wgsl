// A block of tokens, before `attention/block`: turns the queries to their positions where they are, and puts the keys
// and values into the rings. One thread a pair of a query's channels, or 16 bytes of a key and of a value.
@group(0) @binding(0) var<storage, read_write> projected: array<f32>; // [T, ROW]
@group(0) @binding(1) var<storage, read> angles: array<vec2<f32>>; // [4, 256, S / 2]
@group(0) @binding(2) var<storage, read_write> keys: array<vec4<u32>>; // [RING, J, UNITS]
@group(0) @binding(3) var<storage, read_write> values: array<vec4<u32>>; // [RING, J, UNITS]
@group(0) @binding(4) var<uniform> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3<u32>) {
    let t = at.y;
    let position = control.position + t;
    let half = S / 2u;
    let pairs = select(0u, HEADS * half, ROTATES);
    if at.x < pairs {
        let i = at.x % max(half, 1u);
        let first = t * ROW + Q_FROM + at.x / max(half, 1u) * S + i;
        let angle = turn(position, i);
        let a = projected[first];
        let b = projected[first + half];
        projected[first] = a * angle.x - b * angle.y;
        projected[first + half] = b * angle.x + a * angle.y;
        return;
    }
    let unit = (at.x - pairs) % UNITS;
    let head = (at.x - pairs) / UNITS;
    if head < KV_HEADS {
        let to = ring_at(position, head, unit);
        keys[to] = key_unit(t, head, unit, position);
        values[to] = value_unit(t, head, unit);
    }
}
