// As `lanes.wgsl`, without workgroup memory.
fn sum_over_lanes(thread: u32, v: vec4<f32>, s: f32) -> vec2<f32> {
    var sums = v;
    var squares = s;
    for (var mask = 1u; mask < LANES; mask *= 2u) {
        sums += subgroupShuffleXor(sums, mask);
        squares += subgroupShuffleXor(squares, mask);
    }
    return vec2<f32>(sums[thread % LANES % 4u], squares);
}

fn max_over_eight(thread: u32, v: u32) -> u32 {
    var most = v;
    for (var mask = 1u; mask < 8u; mask *= 2u) {
        most = max(most, subgroupShuffleXor(most, mask));
    }
    return most;
}

fn sum_over_eight(thread: u32, v: vec2<f32>) -> vec2<f32> {
    var sums = v;
    for (var mask = 1u; mask < 8u; mask *= 2u) {
        sums += subgroupShuffleXor(sums, mask);
    }
    return sums;
}
