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
