// The matrix form of Mamba-2 (Dao & Gu 2024, section 6) over chunks of 64 tokens side by side, in three dispatches:
// `mamba2/summarise`, `carry`, `mamba2/finish`. S(t, s) below is the sum of dt over the tokens after s up to t, so what
// s counts at t has decayed by exp2(a S(t, s)).
//
// All products are made in tiles of 64 x 64, DEPTH terms at a time through workgroup memory, four rows and four columns a
// thread.
override STRIDE: u32; // floats of a chunk: h [N, E], the sum of dt [E], C . B of each group [s, t]

@group(0) @binding(3) var<storage, read> xbc: array<f32>; // [T, W]

const THREADS = 256u;
const CHUNK = 64u;
const SIDE = 64u;
const DEPTH = 16u;
const ROW4 = (SIDE + 4u) / 4u; // padded against bank conflicts
var<workgroup> left: array<vec4<f32>, DEPTH * ROW4>; // [DEPTH, rows]
var<workgroup> right: array<vec4<f32>, DEPTH * ROW4>; // [DEPTH, columns]

// dt of each token, 0 beyond the last one. In each run of DEPTH tokens: its sum up to a token, and after it.
var<workgroup> dts: array<f32, CHUNK>;
var<workgroup> up_to: array<f32, CHUNK>;
var<workgroup> after: array<f32, CHUNK>;

fn put_left(k: u32, row: u32, value: f32) {
    left[k * ROW4 + row / 4u][row % 4u] = value;
}

fn put_right(k: u32, column: u32, value: f32) {
    right[k * ROW4 + column / 4u][column % 4u] = value;
}

// Adds the products of the tile to those of this thread: rows thread / 16 * 4 and on, columns thread % 16 * 4 and on.
fn add_products(thread: u32, sums: ptr<function, mat4x4<f32>>) {
    for (var k = 0u; k < DEPTH; k++) {
        let rows = left[k * ROW4 + thread / 16u];
        let columns = right[k * ROW4 + thread % 16u];
        (*sums)[0] += rows.x * columns;
        (*sums)[1] += rows.y * columns;
        (*sums)[2] += rows.z * columns;
        (*sums)[3] += rows.w * columns;
    }
}

// B (part 0) or C (part 1) of a head's group at a token of the chunk; 0 beyond the last one.
fn b_c_at(part: u32, head: u32, begin: u32, tokens: u32, t: u32, n: u32) -> f32 {
    if t < tokens && n < N {
        return xbc[(begin + t) * WIDTH + b_or_c(part, head) + n];
    }
    return 0.0;
}

// Fills dts, up_to and after. All threads must call it.
fn take_dts(thread: u32, begin: u32, tokens: u32, head: u32) {
    if thread < CHUNK {
        dts[thread] = 0.0;
        if thread < tokens {
            dts[thread] = dt_of(begin + thread, head);
        }
    }
    workgroupBarrier();
    if thread < CHUNK {
        let first = thread / DEPTH * DEPTH;
        var before = 0.0;
        var behind = 0.0;
        for (var i = 0u; i < DEPTH; i++) {
            before += select(0.0, dts[first + i], first + i <= thread);
            behind += select(0.0, dts[first + i], first + i > thread);
        }
        up_to[thread] = before;
        after[thread] = behind;
    }
    workgroupBarrier();
}

// The sum of dt over the runs from `first` up to, not including, `end`.
fn runs(first: u32, end: u32) -> f32 {
    var sum = 0.0;
    for (var run = first; run < end; run++) {
        sum += up_to[run * DEPTH + DEPTH - 1u];
    }
    return sum;
}

// S(t, s), s <= t. Only sums: a difference of sums from the start would lose small decays after large ones.
fn since(t: u32, s: u32) -> f32 {
    let run = s / DEPTH;
    if run < t / DEPTH {
        return after[s] + runs(run + 1u, t / DEPTH) + up_to[t];
    }
    var sum = 0.0;
    for (var i = s + 1u; i <= t; i++) {
        sum += dts[i];
    }
    return sum;
}
