// One token of Mamba-2, from in_proj's result, x, B and C convolved, to the gated norm: dt, the state's update, C h, the
// skip and the gate. A workgroup takes 16 channels of a head, PARTS threads a channel, each some of the states. `state`, `y`
// and `controls` are the kernel's, `row` the sequence's.
override PARTS: u32; // at most 16
// Of one layer's state: floats a slot, of which h begins at HIDDEN.
override SLOT: u32;
override HIDDEN: u32;
override Y_ROW: u32; // values in a row of y: E, or more with attention beside

const CHANNELS = 16u;
var<workgroup> sums: array<f32, CHANNELS * 16u>;

// All threads must call it.
fn mamba2_step(thread: u32, workgroup: u32, row: u32) {
    let tiles = (P + CHANNELS - 1u) / CHANNELS;
    let head = workgroup / tiles;
    let first_p = workgroup % tiles * CHANNELS;
    let channel = thread % CHANNELS;
    let part = thread / CHANNELS;
    let is_mine = first_p + channel < P;
    let e = head * P + min(first_p + channel, P - 1u);
    let x = projected[row * ROW + E + e];
    let dt = dt_of(row, head);
    let decay = exp2(dt * a_d[e]);
    let past = controls[row].slot_in * SLOT + HIDDEN + e;
    let next = controls[row].slot_out * SLOT + HIDDEN + e;
    let b = row * ROW + E + b_or_c(0u, head);
    let c = row * ROW + E + b_or_c(1u, head);
    var sum = 0.0;
    for (var n = part; n < N; n += PARTS) {
        let h = decay * state[past + n * E] + dt * x * projected[b + n];
        if is_mine {
            state[next + n * E] = h;
        }
        sum += h * projected[c + n];
    }
    sums[thread] = sum;
    workgroupBarrier();
    if part == 0u && is_mine {
        var all = a_d[E + e] * x;
        for (var i = 0u; i < PARTS; i++) {
            all += sums[i * CHANNELS + channel];
        }
        y[row * Y_ROW + e] = gated(all, row, e);
    }
    // A layer of another size may have left values in the padding, and out_proj's norm would count them.
    let channels = GROUPS * HEADS_PER_GROUP * P;
    if workgroup == 0u && thread < E - channels {
        y[row * Y_ROW + channels + thread] = 0.0;
    }
}
