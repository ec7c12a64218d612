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
const DEPTH = 16u; // terms at a time
const ROW4 = (SIDE + 4u) / 4u; // padded against bank conflicts
const LEFT = 0u;
const RIGHT = DEPTH * ROW4;
var<workgroup> factors: array<vec4<f32>, 2u * DEPTH * ROW4>; // LEFT [DEPTH, rows], RIGHT [DEPTH, columns]

// dt of each token, 0 beyond the last one. In each run of DEPTH tokens: its sum up to a token, and after it.
var<workgroup> dts: array<f32, CHUNK>;
var<workgroup> up_to: array<f32, CHUNK>;
var<workgroup> after: array<f32, CHUNK>;

// A thread brings four values of each side: by terms, those of term thread / 64 and of every fourth after it, for place
// thread % 64; or by places, those of term thread % 16, for place thread / 16 and every sixteenth after it. It is the way
// in which neighbouring threads read neighbouring values.
fn put_by_terms(side: u32, thread: u32, v: vec4<f32>) {
    let at = side + thread / SIDE * ROW4 + thread % SIDE / 4u;
    let part = thread % 4u;
    factors[at][part] = v.x;
    factors[at + 4u * ROW4][part] = v.y;
    factors[at + 8u * ROW4][part] = v.z;
    factors[at + 12u * ROW4][part] = v.w;
}

fn put_by_places(side: u32, thread: u32, v: vec4<f32>) {
    let at = side + thread % DEPTH * ROW4 + thread / DEPTH / 4u;
    let part = thread / DEPTH % 4u;
    factors[at][part] = v.x;
    factors[at + 4u][part] = v.y;
    factors[at + 8u][part] = v.z;
    factors[at + 12u][part] = v.w;
}

// The quad of rows and the quad of columns of a thread. 32 threads have 4 x 8 of them: so they read the fewest different
// places.
fn row_quad(thread: u32) -> u32 {
    return thread / 8u % 4u + thread / 64u * 4u;
}

fn column_quad(thread: u32) -> u32 {
    return thread % 8u + thread / 32u % 2u * 8u;
}

// Adds the products of the tile to those of this thread: [row, column].
fn add_products(thread: u32, sums: ptr<function, mat4x4<f32>>) {
    for (var k = 0u; k < DEPTH; k++) {
        let rows = factors[LEFT + k * ROW4 + row_quad(thread)];
        let columns = factors[RIGHT + k * ROW4 + column_quad(thread)];
        (*sums)[0] += rows.x * columns;
        (*sums)[1] += rows.y * columns;
        (*sums)[2] += rows.z * columns;
        (*sums)[3] += rows.w * columns;
    }
}

// A value of a row of the convolution, if it is inside.
fn xbc_at(is_inside: bool, t: u32, at: u32) -> f32 {
    if is_inside {
        return xbc[t * WIDTH + at];
    }
    return 0.0;
}

// B (part 0) or C (part 1) of a group, of one state at four tokens of a chunk, every sixteenth; zeros where there is none.
fn b_c_of_four(part: u32, head: u32, begin: u32, tokens: u32, t: u32, n: u32) -> vec4<f32> {
    let at = b_or_c(part, head) + n;
    return vec4<f32>(
        xbc_at(n < N && t < tokens, begin + t, at), xbc_at(n < N && t + 16u < tokens, begin + t + 16u, at),
        xbc_at(n < N && t + 32u < tokens, begin + t + 32u, at), xbc_at(n < N && t + 48u < tokens, begin + t + 48u, at));
}

// A value of the convolution's rows (is there one?) for four tokens of a chunk, every fourth.
fn xbc_of_four(is_inside: bool, begin: u32, tokens: u32, t: u32, at: u32) -> vec4<f32> {
    return vec4<f32>(
        xbc_at(is_inside && t < tokens, begin + t, at), xbc_at(is_inside && t + 4u < tokens, begin + t + 4u, at),
        xbc_at(is_inside && t + 8u < tokens, begin + t + 8u, at),
        xbc_at(is_inside && t + 12u < tokens, begin + t + 12u, at));
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
