// The progress of a call. The host writes it before a call; `choose` advances it between the tokens of one submit.
struct Control {
    // The slot that holds the state and the scores before these tokens, and the one they go to.
    slot_in: u32,
    slot_out: u32,
    // T
    tokens: u32,
    // Tokens chosen in this submit.
    step: u32,
    // Where the next recent token goes, and how many there are.
    recent_next: u32,
    recent_count: u32,
    // Tokens that the sequence had read before these.
    position: u32,
}
