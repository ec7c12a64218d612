// Candidates for the next token, best first: by falling score, then by rising id. A score is kept as a key, an integer
// of the same order.
const BEST = 64u; // candidates kept of each list
const SORTED = 1024u; // candidates sorted at a time
const NOTHING = 0u; // key of no candidate: -inf, or beyond the vocabulary
const NOT_A_NUMBER = 0xffffffffu; // key of a score that cannot be: NaN or +inf

fn key_of(score: f32) -> u32 {
    let raw = bitcast<u32>(score);
    let bits = select(raw, 0u, raw == 0x80000000u); // -0 is 0
    if (bits & 0x7fffffffu) > 0x7f800000u || bits == 0x7f800000u {
        return NOT_A_NUMBER;
    }
    if bits == 0xff800000u {
        return NOTHING;
    }
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn score_of(key: u32) -> f32 {
    return bitcast<f32>(select(~key, key & 0x7fffffffu, key >= 0x80000000u));
}

var<workgroup> keys: array<u32, SORTED>;
var<workgroup> ids: array<u32, SORTED>;

fn is_before(a: u32, b: u32) -> bool {
    return keys[a] > keys[b] || (keys[a] == keys[b] && ids[a] < ids[b]);
}

// Sorts `keys` and `ids`; all 256 threads take part. (Batcher's bitonic sort.)
fn sort(thread: u32) {
    for (var size = 2u; size <= SORTED; size *= 2u) {
        for (var stride = size / 2u; stride > 0u; stride /= 2u) {
            workgroupBarrier();
            for (var i = thread; i < SORTED / 2u; i += 256u) {
                let low = i / stride * stride * 2u + i % stride;
                let high = low + stride;
                let falls = (low & size) == 0u;
                if is_before(high, low) == falls {
                    let key = keys[low];
                    let id = ids[low];
                    keys[low] = keys[high];
                    ids[low] = ids[high];
                    keys[high] = key;
                    ids[high] = id;
                }
            }
        }
    }
    workgroupBarrier();
}
