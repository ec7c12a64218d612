// What `rows.wgsl` multiplies in a layer with attention: the columns of two matrices, Mamba-2's if attention stands
// beside one (else COLS is 0) and attention's. The vector is Mamba-2's result, and attention's, which is put together
// here from what the workgroups of its step found.
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [COLS], then `attention_parts.wgsl`
@group(0) @binding(7) var<storage, read> more_weights: array<vec4<u32>>;
@group(0) @binding(8) var<storage, read> more_scales: array<u32>;

fn quads() -> u32 {
    return (COLS + PART) / 4u;
}

fn x4(quad: u32) -> vec4<f32> {
    if quad < COLS / 4u {
        return x[quad];
    }
    return attended(quad - COLS / 4u);
}

// There is no norm here.
fn norm4(quad: u32) -> vec4<f32> {
    return vec4<f32>(1.0);
}

fn unit_of(row: u32, unit: u32) -> vec4<u32> {
    let units = COLS / 4u / quads_per_unit();
    if unit < units {
        return weights[row * units + unit];
    }
    return more_weights[row * (PART / 4u / quads_per_unit()) + unit - units];
}

fn scale_at(row: u32, block: u32) -> f32 {
    if block < COLS / 32u {
        return scale_of(row, block);
    }
    let at = block - COLS / 32u;
    return scale_in(more_scales[row * ((PART / 32u + 1u) / 2u) + at / 2u], at);
}

// Four channels of attention's result.
fn attended(quad: u32) -> vec4<f32> {
    let channels = quad * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let heads = min(channels / S, vec4<u32>(HEADS - 1u));
    let used = splits_in_use();
    var greatest = vec4<f32>(NEVER);
    for (var split = 0u; split < used; split++) {
        greatest = max(greatest, of_heads(heads, split, 0u));
    }
    var sum = vec4<f32>(0.0);
    var total = vec4<f32>(0.0);
    for (var split = 0u; split < used; split++) {
        let weight = exp(of_heads(heads, split, 0u) - greatest);
        total += weight * of_heads(heads, split, 1u);
        sum += weight * x[part_at(split) / 4u + quad];
    }
    // The rest of the columns is padding.
    return select(vec4<f32>(0.0), sum / total, channels < vec4<u32>(HEADS * S));
}

// What a split found of each of four heads: the greatest score (0), the sum of the weights (1).
fn of_heads(heads: vec4<u32>, split: u32, what: u32) -> vec4<f32> {
    let first = x_at(head_at(heads.x, split) + what);
    if S % 4u == 0u {
        return vec4<f32>(first); // all four are one
    }
    return vec4<f32>(
        first, x_at(head_at(heads.y, split) + what),
        x_at(head_at(heads.z, split) + what), x_at(head_at(heads.w, split) + what));
}

fn x_at(at: u32) -> f32 {
    return x[at / 4u][at % 4u];
}
