// out[t, r] = W[r] · x[t] for a block of tokens. A workgroup makes a tile of 128 tokens x 64 rows, a thread 8 x 4 of
// it, 16 columns at a time through workgroup memory.
override ROWS: u32; // of the weights
override OUT: u32; // values in a row of out, a multiple of 4, at least ROWS
override BIAS: bool;
override ADD: bool; // out += instead of out =

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [T, COLS]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(4) var<storage, read_write> out: array<vec4<f32>>; // [T, OUT]
@group(0) @binding(5) var<storage, read> control: Control;

const TILE_T = 128u;
const TILE_R = 64u;
const TILE_K = 16u;
const PAD = 4u; // against bank conflicts
var<workgroup> tile_x: array<vec4<f32>, TILE_K * (TILE_T + PAD) / 4>; // [K, T]
var<workgroup> tile_w: array<vec4<f32>, TILE_K * (TILE_R + PAD) / 4>; // [K, R]

fn x4(t: u32, quad: u32) -> vec4<f32> {
    if t < control.tokens {
        return x[t * (COLS / 4u) + quad];
    }
    return vec4<f32>(0.0);
}

fn w4(r: u32, quad: u32) -> vec4<f32> {
    if r < ROWS {
        return weight4(r, quad);
    }
    return vec4<f32>(0.0);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tokens = control.tokens;
    let first_t = workgroup.y * TILE_T;
    let first_r = workgroup.x * TILE_R;
    let my_r = thread % 16u; // a quad of rows
    let my_t = thread / 16u; // eight tokens
    var sums: array<vec4<f32>, 8>;
    // A thread brings four tokens (or rows) x four columns; the next ones are on their way while these are used.
    let quad = thread % 4u;
    let group = (thread % 128u) / 4u;
    let t = first_t + group * 4u;
    let r = first_r + group * 4u;
    var next: mat4x4<f32>;
    for (var k = 0u; k <= COLS / 4u; k += TILE_K / 4u) {
        if k > 0u {
            // Turned round: a column of the tile is a vector of four tokens (or rows).
            let four = transpose(next);
            if thread < 128u {
                let at = quad * (TILE_T + PAD) + group;
                tile_x[at] = four[0];
                tile_x[at + (TILE_T + PAD) / 4u] = four[1];
                tile_x[at + (TILE_T + PAD) / 2u] = four[2];
                tile_x[at + (TILE_T + PAD) / 4u * 3u] = four[3];
            } else if thread < 192u {
                let at = quad * (TILE_R + PAD) + group;
                tile_w[at] = four[0];
                tile_w[at + (TILE_R + PAD) / 4u] = four[1];
                tile_w[at + (TILE_R + PAD) / 2u] = four[2];
                tile_w[at + (TILE_R + PAD) / 4u * 3u] = four[3];
            }
        }
        workgroupBarrier();
        if k < COLS / 4u {
            if thread < 128u {
                next = mat4x4<f32>(x4(t, k + quad), x4(t + 1u, k + quad), x4(t + 2u, k + quad), x4(t + 3u, k + quad));
            } else if thread < 192u {
                next = mat4x4<f32>(w4(r, k + quad), w4(r + 1u, k + quad), w4(r + 2u, k + quad), w4(r + 3u, k + quad));
            }
        }
        if k == 0u {
            continue;
        }
        for (var i = 0u; i < TILE_K; i++) {
            let w = tile_w[i * ((TILE_R + PAD) / 4u) + my_r];
            let a = tile_x[i * ((TILE_T + PAD) / 4u) + my_t * 2u];
            let b = tile_x[i * ((TILE_T + PAD) / 4u) + my_t * 2u + 1u];
            sums[0] += a.x * w;
            sums[1] += a.y * w;
            sums[2] += a.z * w;
            sums[3] += a.w * w;
            sums[4] += b.x * w;
            sums[5] += b.y * w;
            sums[6] += b.z * w;
            sums[7] += b.w * w;
        }
        workgroupBarrier();
    }
    let out_r = first_r + my_r * 4u;
    if out_r >= OUT {
        return;
    }
    var offset = vec4<f32>(0.0);
    if BIAS {
        for (var j = 0u; j < 4u; j++) {
            if out_r + j < ROWS {
                offset[j] = bias[out_r + j];
            }
        }
    }
    for (var i = 0u; i < 8u; i++) {
        let out_t = first_t + my_t * 8u + i;
        if out_t < tokens {
            let at = (out_t * OUT + out_r) / 4u;
            var sum = sums[i] + offset;
            if ADD {
                sum += out[at];
            }
            out[at] = sum;
        }
    }
}
