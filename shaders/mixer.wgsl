// One token, from in_proj's result to out_proj's input in one dispatch: x_proj, all of which every workgroup makes for
// itself, and `step`. Worth it while x_proj is small: a dispatch costs more.
override ROWS: u32; // R + 2N, at most MOST_ROWS; E is at most MOST_E

const MOST_E = 2560u;
const MOST_ROWS = 256u;
const LANES = 16u; // threads that share some rows of x_proj
const GROUPS = THREADS / LANES;
const MOST_EACH = MOST_ROWS / GROUPS;
var<workgroup> x: array<vec4<f32>, MOST_E / 4>;
var<workgroup> x_dbl: array<f32, MOST_ROWS>;

fn x_dbl_at(i: u32) -> f32 {
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

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    for (var i = thread; i < E / 4u; i += THREADS) {
        x[i] = xz[i];
    }
    workgroupBarrier();
    let lane = thread % LANES;
    let each = (ROWS + GROUPS - 1u) / GROUPS;
    let first = thread / LANES * each;
    var sums: array<f32, MOST_EACH>;
    for (var unit = lane; unit < E / 8u; unit += LANES) {
        let a = x[2u * unit];
        let b = x[2u * unit + 1u];
        for (var i = 0u; i < each; i++) {
            sums[i] += dot8(min(first + i, ROWS - 1u), unit, a, b);
        }
    }
    for (var i = 0u; i < each; i += 4u) {
        partial[thread] = vec4<f32>(sums[i], sums[i + 1u], sums[i + 2u], sums[i + 3u]);
        workgroupBarrier();
        if lane < 4u && i + lane < each && first + i + lane < ROWS {
            var sum = 0.0;
            for (var j = 0u; j < LANES; j++) {
                sum += partial[thread - lane + j][lane];
            }
            x_dbl[first + i + lane] = sum;
        }
        workgroupBarrier();
    }
    advance(thread, workgroup.x);
}
