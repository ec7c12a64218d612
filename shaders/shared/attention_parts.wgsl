// What a step of attention leaves for out_proj, in y from PARTS_FROM on. SPLITS workgroups share the keys in sight, each
// some tiles of KEYS. Of each split the sums of weighted values, [SPLITS, PART]; then of each head and split the greatest
// scores, [HEADS, SPLITS padded to whole vectors], and the sums of the weights.
override SPLITS: u32;
override PARTS_FROM: u32; // a multiple of 4, as PART is
override PART: u32; // HEADS * S, padded

const KEYS = 128u;

// Of the token at a position.
fn keys_in_sight(position: u32) -> u32 {
    return min(position + 1u, WINDOW);
}

fn keys_of_split(position: u32) -> u32 {
    let each = KEYS * SPLITS;
    return (keys_in_sight(position) + each - 1u) / each * KEYS;
}

// The others have no keys, and leave nothing.
fn splits_in_use(position: u32) -> u32 {
    return (keys_in_sight(position) + keys_of_split(position) - 1u) / keys_of_split(position);
}

fn part_at(split: u32) -> u32 {
    return PARTS_FROM + split * PART;
}

fn greatest_at(head: u32, split: u32) -> u32 {
    return PARTS_FROM + SPLITS * PART + head * ((SPLITS + 3u) / 4u * 4u) + split;
}

fn total_at(head: u32, split: u32) -> u32 {
    return greatest_at(HEADS + head, split);
}
