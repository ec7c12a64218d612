// Sums over groups of LANES threads, through workgroup memory. `lanes_subgroups.wgsl` does the same where a subgroup
// has at least that many threads.
var<workgroup> parts: array<vec4<f32>, 256>;
var<workgroup> squares_of: array<f32, 256>;

// Sums over all threads of a group. Each of the first four lanes gets the sum of component `lane` of v, and the sum of
// s. All threads must call it.
fn sum_over_lanes(thread: u32, v: vec4<f32>, s: f32) -> vec2<f32> {
    let lane = thread % LANES;
    parts[thread] = v;
    squares_of[thread] = s;
    workgroupBarrier();
    var sums = vec2<f32>(0.0);
    if lane < 4u {
        for (var i = 0u; i < LANES; i++) {
            sums += vec2<f32>(parts[thread - lane + i][lane], squares_of[thread - lane + i]);
        }
    }
    return sums;
}

// The greatest value of eight neighbouring threads, the first of which is a multiple of eight. All threads must call it.
fn max_over_eight(thread: u32, v: u32) -> u32 {
    workgroupBarrier();
    squares_of[thread] = bitcast<f32>(v);
    workgroupBarrier();
    var most = v;
    for (var i = 0u; i < 8u; i++) {
        most = max(most, bitcast<u32>(squares_of[thread / 8u * 8u + i]));
    }
    return most;
}

// The same for their sums.
fn sum_over_eight(thread: u32, v: vec2<f32>) -> vec2<f32> {
    workgroupBarrier();
    parts[thread] = vec4<f32>(v, 0.0, 0.0);
    workgroupBarrier();
    var sums = vec2<f32>(0.0);
    for (var i = 0u; i < 8u; i++) {
        sums += parts[thread / 8u * 8u + i].xy;
    }
    return sums;
}
