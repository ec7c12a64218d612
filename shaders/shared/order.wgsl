// Candidates for the next token, best first: by falling score, then by rising id. A score is kept as a key, an integer
// of the same order.
const BEST = 64u; // candidates in a list
const LISTS_AT_ONCE = 16u;
const PLACES = BEST * LISTS_AT_ONCE;
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

const THREADS = 256u;
const EACH = PLACES / THREADS; // places of a thread
var<workgroup> keys: array<u32, PLACES>;
var<workgroup> ids: array<u32, PLACES>;

// Whether what stands at a comes before what stands at b; of equals, what stands first.
fn is_before(a: u32, b: u32) -> bool {
    if keys[a] != keys[b] {
        return keys[a] > keys[b];
    }
    return ids[a] < ids[b] || (ids[a] == ids[b] && a < b);
}

// Brings what stands at this thread's places to where `targets` says, for those that stay.
fn move_all(thread: u32, targets: array<u32, EACH>) {
    var moving: array<vec2<u32>, EACH>;
    for (var i = 0u; i < EACH; i++) {
        let at = i * THREADS + thread;
        moving[i] = vec2<u32>(keys[at], ids[at]);
    }
    workgroupBarrier();
    for (var i = 0u; i < EACH; i++) {
        if targets[i] < PLACES {
            keys[targets[i]] = moving[i].x;
            ids[targets[i]] = moving[i].y;
        }
    }
    workgroupBarrier();
}

// Sorts every list: the place of a candidate is how many come before it. All threads must call it, and `merge`.
fn sort(thread: u32) {
    workgroupBarrier();
    var targets: array<u32, EACH>;
    for (var i = 0u; i < EACH; i++) {
        let at = i * THREADS + thread;
        let list = at / BEST * BEST;
        var place = list;
        for (var other = list; other < list + BEST; other++) {
            place += u32(is_before(other, at));
        }
        targets[i] = place;
    }
    move_all(thread, targets);
}

// Of all lists, each sorted, the best become the first list: lists are merged two by two.
fn merge(thread: u32) {
    workgroupBarrier();
    for (var lists = LISTS_AT_ONCE; lists > 1u; lists /= 2u) {
        var targets: array<u32, EACH>;
        for (var i = 0u; i < EACH; i++) {
            let at = i * THREADS + thread;
            targets[i] = PLACES;
            if at < lists * BEST {
                // How many of the other list come before this one, by halves.
                let other = (at / BEST ^ 1u) * BEST;
                var before = 0u;
                for (var step = BEST; step > 0u; step /= 2u) {
                    if before + step <= BEST && is_before(other + before + step - 1u, at) {
                        before += step;
                    }
                }
                let place = at % BEST + before;
                if place < BEST {
                    targets[i] = at / (2u * BEST) * BEST + place;
                }
            }
        }
        move_all(thread, targets);
    }
}
