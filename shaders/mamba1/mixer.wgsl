// One token of each sequence, from in_proj's result to out_proj's input in one dispatch: x_proj, which every workgroup computes in full,
// and `step`. This pays while x_proj is small and costs less than a dispatch.
override ROWS: u32; // R + 2N, at most MOST_ROWS; E is at most MOST_E

const MOST_E = 2560u;
const MOST_ROWS = 128u;
const LANES = 16u; // threads that share some rows of x_proj
const GROUPS = THREADS / LANES;
var<workgroup> x: array<vec4<f32>, MOST_E / 4>;
var<workgroup> x_dbl: array<f32, MOST_ROWS>;

fn x_dbl_at(row: u32, i: u32) -> f32 {
    return x_dbl[i];
}

// The product of eight columns of a row of x_proj with a and b.
fn dot8(row: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    if FORMAT == F32 {
        return dot(float4(row, 2u * unit), a) + dot(float4(row, 2u * unit + 1u), b);
    }
    let w = weights[row * (E / 8u) + unit];
    return dot(vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)), a)
        + dot(vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)), b);
}

fn row_dot8(row: u32, unit: u32, a: vec4<f32>, b: vec4<f32>) -> f32 {
    return dot8(min(row, ROWS - 1u), unit, a, b);
}

// Adds the product of eight columns. Each component is separate, because an array would not stay in registers.
fn add_rows(first: u32, each: u32, unit: u32, sums: ptr<function, vec4<f32>>, more: ptr<function, vec4<f32>>) {
    let a = x[2u * unit];
    let b = x[2u * unit + 1u];
    *sums += vec4<f32>(
        row_dot8(first, unit, a, b), row_dot8(first + 1u, unit, a, b),
        row_dot8(first + 2u, unit, a, b), row_dot8(first + 3u, unit, a, b));
    if each > 4u {
        (*more).x += row_dot8(first + 4u, unit, a, b);
    }
    if each > 5u {
        (*more).y += row_dot8(first + 5u, unit, a, b);
    }
    if each > 6u {
        (*more).z += row_dot8(first + 6u, unit, a, b);
    }
    if each > 7u {
        (*more).w += row_dot8(first + 7u, unit, a, b);
    }
}

// Sums over the lanes, for up to four rows.
fn keep(thread: u32, first: u32, count: u32, sums: vec4<f32>) {
    let lane = thread % LANES;
    partial[thread] = sums;
    workgroupBarrier();
    if lane < count && first + lane < ROWS {
        var sum = 0.0;
        for (var i = 0u; i < LANES; i++) {
            sum += partial[thread - lane + i][lane];
        }
        x_dbl[first + lane] = sum;
    }
    workgroupBarrier();
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    for (var i = thread; i < E / 4u; i += THREADS) {
        x[i] = xz[workgroup.y * (E / 2u) + i];
    }
    workgroupBarrier();
    let lane = thread % LANES;
    let each = (ROWS + GROUPS - 1u) / GROUPS; // rows of a group of lanes: up to four, and up to four more
    let first = thread / LANES * each;
    var sums = vec4<f32>(0.0);
    var more = vec4<f32>(0.0);
    for (var i = 0u; i < E / 8u / LANES; i++) {
        add_rows(first, each, i * LANES + lane, &sums, &more);
    }
    if lane < E / 8u % LANES {
        add_rows(first, each, E / 8u / LANES * LANES + lane, &sums, &more);
    }
    keep(thread, first, min(each, 4u), sums);
    if each > 4u {
        keep(thread, first + 4u, each - 4u, more);
    }
    advance(thread, workgroup.x, workgroup.y);
}
