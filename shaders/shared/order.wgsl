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
var<workgroup> keys: array<u32, PLACES>;
var<workgroup> ids: array<u32, PLACES>;

// A thread has four neighbouring places, all in one list. They are vectors, because arrays would be slow.
fn keys4(at: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(keys[at.x], keys[at.y], keys[at.z], keys[at.w]);
}

fn ids4(at: vec4<u32>) -> vec4<u32> {
    return vec4<u32>(ids[at.x], ids[at.y], ids[at.z], ids[at.w]);
}

fn places(thread: u32) -> vec4<u32> {
    return vec4<u32>(thread * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
}

// Stores a candidate at its place. A place of PLACES drops it.
fn put(place: u32, key: u32, id: u32) {
    if place < PLACES {
        keys[place] = key;
        ids[place] = id;
    }
}

// Moves the candidates at this thread's places to others.
fn move_all(thread: u32, to: vec4<u32>) {
    let key = keys4(places(thread));
    let id = ids4(places(thread));
    workgroupBarrier();
    put(to.x, key.x, id.x);
    put(to.y, key.y, id.y);
    put(to.z, key.z, id.z);
    put(to.w, key.w, id.w);
    workgroupBarrier();
}

// Sorts every list, whose ids must rise. The place of a candidate is the number of candidates before it. All threads
// must call it, and `merge`.
fn sort(thread: u32) {
    workgroupBarrier();
    let at = places(thread);
    let key = keys4(at);
    let list = at.x / BEST * BEST;
    var to = vec4<u32>(list);
    for (var i = 0u; i < BEST; i++) {
        let other = vec4<u32>(keys[list + i]);
        to += vec4<u32>((other > key) | ((other == key) & (vec4<u32>(list + i) < at)));
    }
    move_all(thread, to);
}

// Merges sorted lists two by two. The best candidates of all end up in the first list.
fn merge(thread: u32) {
    workgroupBarrier();
    let at = places(thread);
    let list = at.x / BEST;
    let other = vec4<u32>((list ^ 1u) * BEST);
    for (var lists = LISTS_AT_ONCE; lists > 1u; lists /= 2u) {
        var to = vec4<u32>(PLACES);
        if list < lists {
            let key = keys4(at);
            let id = ids4(at);
            // Binary search: how many candidates of the other list come before each of these. Of equals, the first
            // list's come first.
            var before = vec4<u32>(0u);
            for (var step = BEST; step > 0u; step /= 2u) {
                let against = other + min(before + step, vec4<u32>(BEST)) - 1u;
                let other_key = keys4(against);
                let other_id = ids4(against);
                let is_first = (other_id < id) | ((other_id == id) & (against < at));
                let is_before = (other_key > key) | ((other_key == key) & is_first);
                before += select(vec4<u32>(0u), vec4<u32>(step), is_before & (before + step <= vec4<u32>(BEST)));
            }
            let rank = at % BEST + before;
            to = select(vec4<u32>(PLACES), list / 2u * BEST + rank, rank < vec4<u32>(BEST));
        }
        move_all(thread, to);
    }
}
