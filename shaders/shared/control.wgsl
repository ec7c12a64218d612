// The progress of a call, or of each of several sequences that decode together. The host writes it before a call; `choose`
// advances it between the tokens of one submit.
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
    // The sequence's slots: the first one, and how many they are.
    first_slot: u32,
    slots: u32,
    // Which of the rings of keys and values, and of recent tokens, is the sequence's.
    seat: u32,
    // Sequences of the call.
    sequences: u32,
    unused: u32, // whole vectors, as uniforms have them
}

// Sequences that may decode together: each has a row of activations.
const MOST_SEQUENCES = 8u;
