// The second half of sampling: the best 64 of all lists, temperature, top-k, top-p, min-p, and the choice. Then
// advances the call by one token. One workgroup a sequence. If 64 candidates do not settle the choice, the token is UNSURE and the host samples.
override LISTS: u32;
const UNSURE = 0xffffffffu;
const RECENT = 256u;

@group(0) @binding(0) var<storage, read> best: array<vec2<u32>>; // [sequences, LISTS, BEST]
@group(0) @binding(1) var<storage, read> requests: array<Request>;
@group(0) @binding(2) var<storage, read_write> controls: array<Control>;
@group(0) @binding(3) var<storage, read_write> recent: array<u32>; // [seats, RECENT]
@group(0) @binding(4) var<storage, read_write> chosen: array<u32>; // [sequences, STEPS]
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>; // [sequences], what `embed` reads

var<workgroup> weights: array<f32, BEST>;

// How many of the first `count` stay by top-p and min-p, and the sum of their weights. Every loop here visits all
// places, with weights of zero at empty ones. That is faster than stopping early.
fn cut(count: u32, row: u32) -> vec2<f32> {
    var whole = 0.0;
    for (var i = 0u; i < BEST; i++) {
        whole += weights[i];
    }
    if requests[row].top_p >= 1.0 && requests[row].min_p <= 0.0 {
        return vec2<f32>(whole, f32(count));
    }
    let nucleus = select(requests[row].top_p * whole, 3e38, requests[row].top_p >= 1.0);
    var sum = 0.0;
    var end = 0u;
    for (var i = 0u; i < BEST; i++) {
        // The best one always stays.
        let stays = (i < count) & ((i == 0u) | ((sum < nucleus) & (weights[i] >= requests[row].min_p)));
        sum += select(0.0, weights[i], stays);
        end += u32(stays);
    }
    return vec2<f32>(sum, f32(end));
}

fn pick(row: u32) -> u32 {
    let chance = requests[row].chance[controls[row].step];
    if keys[0] == NOT_A_NUMBER || keys[0] == NOTHING {
        return UNSURE;
    }
    if requests[row].temperature == 0.0 {
        return ids[0];
    }
    let k = requests[row].top_k;
    // Candidates as good as the k-th stay too, and there may be more of them than these 64.
    if k < BEST && keys[k] == keys[k - 1u] && keys[k] != NOTHING {
        return UNSURE;
    }
    var count = 0u;
    for (var i = 0u; i < BEST; i++) {
        count += u32((i < k) & (keys[i] != NOTHING));
    }
    let end = cut(count, row);
    let goal = f32(chance) / 4294967296.0 * end.x;
    // Skips candidates while their summed weights do not reach the goal.
    var below = 0.0;
    var chosen_one = 0u;
    for (var i = 0u; i < BEST; i++) {
        below += weights[i];
        chosen_one += u32((below <= goal) & (i + 1u < u32(end.y)));
    }
    return ids[chosen_one];
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let row = workgroup.y;
    // From the second round on the first list keeps the best so far; the others take the next ones.
    for (var next = 0u; next < LISTS;) {
        let kept = u32(next > 0u);
        for (var i = kept * BEST + thread; i < PLACES; i += THREADS) {
            let place = (next - kept) * BEST + i;
            var candidate = vec2<u32>(NOTHING, 0xffffffffu);
            if place < LISTS * BEST {
                candidate = best[row * LISTS * BEST + place];
            }
            keys[i] = candidate.x;
            ids[i] = candidate.y;
        }
        merge(thread);
        next += LISTS_AT_ONCE - kept;
    }
    if thread < BEST {
        weights[thread] = 0.0;
        if thread < requests[row].top_k && keys[thread] != NOTHING && requests[row].temperature > 0.0 {
            weights[thread] = exp((score_of(keys[thread]) - score_of(keys[0])) / requests[row].temperature);
        }
    }
    workgroupBarrier();
    if thread > 0u {
        return;
    }
    let token = pick(row);
    let control = controls[row];
    chosen[row * STEPS + control.step] = token;
    let safe = select(token, 0u, token == UNSURE);
    tokens[row] = safe;
    recent[control.seat * RECENT + control.recent_next] = safe;
    controls[row].recent_next = (control.recent_next + 1u) % RECENT;
    controls[row].recent_count = min(control.recent_count + 1u, RECENT);
    controls[row].step = control.step + 1u;
    controls[row].position = control.position + control.tokens;
    controls[row].tokens = 1u;
    controls[row].slot_in = control.slot_out;
    controls[row].slot_out = control.first_slot + (control.slot_out - control.first_slot + 1u) % control.slots;
}
