// The first half of sampling: penalties and bias on the scores, then the best 64 of every 1024 tokens. The second
// dimension are the sequences.
override VOCAB: u32;
override SCORES: u32; // scores in a slot, VOCAB and padding

@group(0) @binding(0) var<storage, read> scores: array<f32>; // [slots, SCORES]
@group(0) @binding(1) var<storage, read> requests: array<Request>;
@group(0) @binding(2) var<storage, read> recent: array<u32>; // [seats, RECENT], rings
@group(0) @binding(3) var<storage, read_write> best: array<vec2<u32>>; // [sequences, lists, BEST]: key and id
@group(0) @binding(4) var<uniform> controls: array<Control, MOST_SEQUENCES>;

const RECENT = 256u;
var<workgroup> ring: array<u32, RECENT>;

fn penalised(row: u32, id: u32, raw: f32) -> f32 {
    var score = raw;
    if requests[row].repetition != 1.0 || requests[row].presence != 0.0 || requests[row].frequency != 0.0 {
        var count = 0u;
        for (var i = 0u; i < controls[row].recent_count; i++) {
            count += u32(ring[i] == id);
        }
        if count > 0u {
            score = select(score / requests[row].repetition, score * requests[row].repetition, score < 0.0);
            score -= requests[row].presence + requests[row].frequency * f32(count);
        }
    }
    for (var i = 0u; i < requests[row].biases; i++) {
        if requests[row].bias[i].x == id {
            score += bitcast<f32>(requests[row].bias[i].y);
        }
    }
    return score;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3<u32>) {
    let row = workgroup.y;
    ring[thread] = recent[controls[row].seat * RECENT + thread];
    workgroupBarrier();
    for (var i = thread; i < PLACES; i += THREADS) {
        let id = workgroup.x * PLACES + i;
        var key = NOTHING;
        if id < VOCAB {
            // The scores after the last token, because `choose` has not advanced the call yet.
            key = key_of(penalised(row, id, scores[controls[row].slot_out * SCORES + id]));
        }
        keys[i] = key;
        ids[i] = id;
    }
    sort(thread);
    merge(thread);
    if thread < BEST {
        best[(row * ((VOCAB + PLACES - 1u) / PLACES) + workgroup.x) * BEST + thread] = vec2<u32>(keys[thread], ids[thread]);
    }
}
