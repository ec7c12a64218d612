// A sampling request, as `sampling.rs` writes it.
struct Request {
    top_k: u32, // 1 to BEST
    temperature: f32,
    top_p: f32,
    min_p: f32,
    repetition: f32,
    presence: f32,
    frequency: f32,
    biases: u32,
    // pairs of token and bias
    bias: array<vec2<u32>, 64>,
    // the random word of each step
    chance: array<u32, STEPS>,
}

// The most steps of a submit.
const STEPS = 64u;
