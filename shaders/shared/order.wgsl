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

// The four places of a thread, next to one another in one list.
fn place(thread: u32, i: u32) -> u32 {
    return thread * EACH + i;
}

// Brings what stands at this thread's places to where `targets` says, for those that stay.
fn move_all(thread: u32, targets: array<u32, EACH>) {
    var moving: array<vec2<u32>, EACH>;
    for (var i = 0u; i < EACH; i++) {
        moving[i] = vec2<u32>(keys[place(thread, i)], ids[place(thread, i)]);
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

// Sorts every list whose ids rise: the place of a candidate is how many come before it. All threads must call it, and
// `merge`.
fn sort(thread: u32) {
    workgroupBarrier();
    let list = place(thread, 0u) / BEST * BEST;
    var mine: array<u32, EACH>;
    var targets: array<u32, EACH>;
    for (var i = 0u; i < EACH; i++) {
        mine[i] = keys[place(thread, i)];
        targets[i] = list;
    }
    for (var other = list; other < list + BEST; other++) {
        let key = keys[other];
        for (var i = 0u; i < EACH; i++) {
            targets[i] += u32((key > mine[i]) | ((key == mine[i]) & (other < place(thread, i))));
        }
    }
    move_all(thread, targets);
}

// Of all lists, each sorted, the best become the first list: lists are merged two by two.
fn merge(thread: u32) {
    workgroupBarrier();
    for (var lists = LISTS_AT_ONCE; lists > 1u; lists /= 2u) {
        let list = place(thread, 0u) / BEST;
        let other = (list ^ 1u) * BEST;
        // How many of the other list come before each of these, by halves. Of equals, those of the first list do.
        var before: array<u32, EACH>;
        var targets: array<u32, EACH>;
        if list < lists {
            for (var step = BEST; step > 0u; step /= 2u) {
                for (var i = 0u; i < EACH; i++) {
                    let at = place(thread, i);
                    let against = other + min(before[i] + step, BEST) - 1u;
                    let is_same = (keys[against] == keys[at]) & (ids[against] == ids[at]);
                    let is_first = (ids[against] < ids[at]) | (is_same & (other < at));
                    let is_before = (keys[against] > keys[at]) | ((keys[against] == keys[at]) & is_first);
                    before[i] += select(0u, step, is_before & (before[i] + step <= BEST));
                }
            }
        }
        for (var i = 0u; i < EACH; i++) {
            let rank = place(thread, i) % BEST + before[i];
            targets[i] = select(PLACES, list / 2u * BEST + rank, (list < lists) & (rank < BEST));
        }
        move_all(thread, targets);
    }
}
