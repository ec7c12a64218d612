// What `rows.wgsl` multiplies in a layer with attention: the columns of two matrices, Mamba-2's if attention stands
// beside one (else COLS is 0) and attention's. The vector is Mamba-2's result, and attention's, which is put together
// here from what the workgroups of its step found. `position_of` is the kernel's.
override X_ROW: u32 = 0u; // of several sequences: quads in a row of x

@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>; // [sequences, X_ROW]: COLS, then `attention_parts.wgsl`
@group(0) @binding(7) var<storage, read> more_weights: array<vec4<u32>>;
@group(0) @binding(8) var<storage, read> more_scales: array<u32>;

fn quads() -> u32 {
    return (COLS + PART) / 4u;
}

fn x4(quad: u32) -> vec4<f32> {
    return x_of(0u, quad);
}

fn x_of(sequence: u32, quad: u32) -> vec4<f32> {
    if quad < COLS / 4u {
        return x[sequence * X_ROW + quad];
    }
    return attended(sequence, quad - COLS / 4u);
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

// Four channels of attention's result. The rest of the columns is padding.
fn attended(sequence: u32, quad: u32) -> vec4<f32> {
    let channels = quad * 4u + vec4<u32>(0u, 1u, 2u, 3u);
    let heads = min(channels / S, vec4<u32>(HEADS - 1u));
    var sum = attended_of(sequence, heads.x, quad);
    if S % 4u > 0u {
        sum.y = attended_of(sequence, heads.y, quad).y;
        sum.z = attended_of(sequence, heads.z, quad).z;
        sum.w = attended_of(sequence, heads.w, quad).w;
    }
    return select(vec4<f32>(0.0), sum, channels < vec4<u32>(HEADS * S));
}

// The same with the weights of one head. Four splits at a time, so that their loads are under way together.
fn attended_of(sequence: u32, head: u32, quad: u32) -> vec4<f32> {
    let used = splits_in_use(position_of(sequence));
    let base = sequence * X_ROW;
    let four = vec4<u32>(0u, 1u, 2u, 3u);
    var greatest = vec4<f32>(NEVER);
    for (var split = 0u; split < SPLITS; split += 4u) {
        let is_used = split + four < vec4<u32>(used);
        greatest = max(greatest, select(vec4<f32>(NEVER), x[base + greatest_at(head, split) / 4u], is_used));
    }
    let most = max(max(greatest.x, greatest.y), max(greatest.z, greatest.w));
    var sum = vec4<f32>(0.0);
    var total = 0.0;
    for (var split = 0u; split < used; split += 4u) {
        let at = min(split + four, vec4<u32>(used - 1u));
        let is_used = split + four < vec4<u32>(used);
        let weight = select(vec4<f32>(0.0), exp(x[base + greatest_at(head, split) / 4u] - most), is_used);
        total += dot(weight, select(vec4<f32>(0.0), x[base + total_at(head, split) / 4u], is_used));
        sum += weight.x * part4(base, at.x, quad) + weight.y * part4(base, at.y, quad);
        sum += weight.z * part4(base, at.z, quad) + weight.w * part4(base, at.w, quad);
    }
    return sum / total;
}

fn part4(base: u32, split: u32, quad: u32) -> vec4<f32> {
    return x[base + part_at(split) / 4u + quad];
}
