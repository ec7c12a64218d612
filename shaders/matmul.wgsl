// out[t, r] = W[r] · x[t] for a block of tokens. A workgroup makes a tile of 16 PER_THREAD tokens x 64 rows, a thread
// PER_THREAD x 4 of it, TILE_K columns at a time through workgroup memory. More tokens a thread mean less work in all.
// Fewer tokens mean more workgroups and room for more columns, so threads wait less often for memory.
override PER_THREAD: u32; // 8, 4 or 2
override TILE_K: u32; // 16, or 32 where PER_THREAD is 2
override ROWS: u32; // of the weights
override OUT: u32; // values in a row of out, a multiple of 4, at least ROWS
override BIAS: bool;
override ADD: bool; // out += instead of out =
override GATED: bool = false; // a row of x is an MLP's g and u, COLS each, and silu(g) * u is multiplied

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [T, COLS], or [T, 2, COLS]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [ROWS]
@group(0) @binding(4) var<storage, read_write> out: array<vec4<f32>>; // [T, OUT]
@group(0) @binding(5) var<uniform> control: Control;

const TILE_R = 64u;
const PAD = 4u; // against bank conflicts
var<workgroup> tile_x: array<vec4<f32>, TILE_K * (PER_THREAD * 16u + PAD) / 4u>; // [K, T]
var<workgroup> tile_w: array<vec4<f32>, TILE_K * (TILE_R + PAD) / 4u>; // [K, R]

fn x4(t: u32, quad: u32) -> vec4<f32> {
    if t >= control.tokens {
        return vec4<f32>(0.0);
    }
    if GATED {
        let at = t * (COLS / 2u) + quad;
        return silu(x[at]) * x[at + COLS / 4u];
    }
    return x[t * (COLS / 4u) + quad];
}

fn w4(r: u32, quad: u32) -> vec4<f32> {
    if r < ROWS {
        return weight4(r, quad);
    }
    return vec4<f32>(0.0);
}

// Adds the products of four tokens with a quad of rows. Matrices with constant indices: an array would not stay in
// registers.
fn add_products(sums: ptr<function, mat4x4<f32>>, x: vec4<f32>, w: vec4<f32>) {
    (*sums)[0] += x.x * w;
    (*sums)[1] += x.y * w;
    if PER_THREAD > 2u {
        (*sums)[2] += x.z * w;
        (*sums)[3] += x.w * w;
    }
}

// Four tokens (or PER_THREAD, where that is less) of a quad of rows.
fn write_four(t: u32, r: u32, sums: mat4x4<f32>) {
    if r >= OUT {
        return;
    }
    var offset = vec4<f32>(0.0);
    if BIAS {
        for (var j = 0u; j < 4u; j++) {
            if r + j < ROWS {
                offset[j] = bias[r + j];
            }
        }
    }
    write(t, r, sums[0] + offset);
    write(t + 1u, r, sums[1] + offset);
    if PER_THREAD > 2u {
        write(t + 2u, r, sums[2] + offset);
        write(t + 3u, r, sums[3] + offset);
    }
}

fn write(t: u32, r: u32, value: vec4<f32>) {
    if t < control.tokens {
        let at = (t * OUT + r) / 4u;
        if ADD {
            out[at] += value;
        } else {
            out[at] = value;
        }
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let tile_t = PER_THREAD * 16u;
    let first_t = workgroup.y * tile_t;
    let first_r = workgroup.x * TILE_R;
    let my_r = thread % 16u; // a quad of rows
    let my_t = thread / 16u; // PER_THREAD tokens
    var sums: mat4x4<f32>; // of the first four tokens
    var more: mat4x4<f32>; // of the other four
    // A thread loads four tokens (or rows) x four columns. The next loads are in flight while these are used.
    let quad = thread % (TILE_K / 4u);
    let bring_x = tile_t * TILE_K / 16u;
    let brings_x = thread < bring_x;
    let brings_w = !brings_x && thread < bring_x + TILE_R * TILE_K / 16u;
    let group = select(thread - bring_x, thread, brings_x) / (TILE_K / 4u);
    let t = first_t + group * 4u;
    let r = first_r + group * 4u;
    var next: mat4x4<f32>;
    for (var k = 0u; k <= COLS / 4u; k += TILE_K / 4u) {
        if k > 0u {
            // Transposed: a column of the tile is a vector of four tokens (or rows).
            let four = transpose(next);
            if brings_x {
                let at = quad * (tile_t + PAD) + group;
                tile_x[at] = four[0];
                tile_x[at + (tile_t + PAD) / 4u] = four[1];
                tile_x[at + (tile_t + PAD) / 2u] = four[2];
                tile_x[at + (tile_t + PAD) / 4u * 3u] = four[3];
            } else if brings_w {
                let at = quad * (TILE_R + PAD) + group;
                tile_w[at] = four[0];
                tile_w[at + (TILE_R + PAD) / 4u] = four[1];
                tile_w[at + (TILE_R + PAD) / 2u] = four[2];
                tile_w[at + (TILE_R + PAD) / 4u * 3u] = four[3];
            }
        }
        workgroupBarrier();
        if k < COLS / 4u {
            if brings_x {
                next = mat4x4<f32>(x4(t, k + quad), x4(t + 1u, k + quad), x4(t + 2u, k + quad), x4(t + 3u, k + quad));
            } else if brings_w {
                next = mat4x4<f32>(w4(r, k + quad), w4(r + 1u, k + quad), w4(r + 2u, k + quad), w4(r + 3u, k + quad));
            }
        }
        if k == 0u {
            continue;
        }
        for (var i = 0u; i < TILE_K; i++) {
            let w = tile_w[i * ((TILE_R + PAD) / 4u) + my_r];
            var four = tile_x[i * ((tile_t + PAD) / 4u) + my_t * PER_THREAD / 4u];
            if PER_THREAD == 2u && my_t % 2u == 1u {
                four = four.zwxy;
            }
            add_products(&sums, four, w);
            if PER_THREAD == 8u {
                add_products(&more, tile_x[i * ((tile_t + PAD) / 4u) + my_t * 2u + 1u], w);
            }
        }
        workgroupBarrier();
    }
    let out_t = first_t + my_t * PER_THREAD;
    let out_r = first_r + my_r * 4u;
    write_four(out_t, out_r, sums);
    if PER_THREAD == 8u {
        write_four(out_t + 4u, out_r, more);
    }
}
