// One token: the causal convolution with SiLU, then x_proj. Every workgroup makes the convolution of all channels for
// itself (cheaper than another dispatch) and PER_GROUP rows of x_proj; together they write x and move the window on.
override ROWS: u32; // R + 2N
override TAPS: u32; // K
override PER_GROUP: u32;
// Of one layer's state: floats a slot.
override SLOT: u32;

@group(0) @binding(1) var<storage, read> xz: array<vec4<f32>>; // [2, E]
@group(0) @binding(2) var<storage, read> filters: array<vec4<f32>>; // [K + 1, E]: the taps, oldest first, and the bias
@group(0) @binding(3) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> x: array<vec4<f32>>; // [E]
@group(0) @binding(5) var<storage, read_write> x_dbl: array<f32>; // [R + 2N]
@group(0) @binding(6) var<storage, read> control: Control;

const THREADS = 256u;
const MOST_PER_GROUP = 4u;
var<workgroup> partial: array<f32, THREADS>;

@compute @workgroup_size(256)
fn main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
) {
    let e = COLS / 4u;
    let past = (control.slot_in * SLOT) / 4u;
    let next = (control.slot_out * SLOT) / 4u;
    let row = workgroup.x * PER_GROUP;
    var sums: array<f32, MOST_PER_GROUP>;
    for (var i = thread; i < e; i += THREADS) {
        let writes = (i / THREADS) % workgroups.x == workgroup.x;
        let now = xz[i];
        var v = filters[TAPS * e + i] + filters[(TAPS - 1u) * e + i] * now;
        for (var tap = 0u; tap + 1u < TAPS; tap++) {
            let input = state[past + tap * e + i];
            v += filters[tap * e + i] * input;
            if writes && tap > 0u {
                state[next + (tap - 1u) * e + i] = input;
            }
        }
        v = silu(v);
        if writes {
            x[i] = v;
            if TAPS > 1u {
                state[next + (TAPS - 2u) * e + i] = now;
            }
        }
        for (var j = 0u; j < PER_GROUP; j++) {
            sums[j] += dot(float4(min(row + j, ROWS - 1u), i), v);
        }
    }
    for (var j = 0u; j < PER_GROUP; j++) {
        partial[thread] = sums[j];
        workgroupBarrier();
        for (var half = THREADS / 2u; half > 0u; half /= 2u) {
            if thread < half {
                partial[thread] += partial[thread + half];
            }
            workgroupBarrier();
        }
        if thread == 0u && row + j < ROWS {
            x_dbl[row + j] = partial[0];
        }
        workgroupBarrier();
    }
}
