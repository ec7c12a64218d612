//! Requests to the GPU's sampler: the settings in the layout of `shaders/shared/request.wgsl`.

use super::buffers::{MOST_STEPS, REQUEST_WORDS};
use crate::sampler::{Sampler, Settings};

/// The sampler keeps 64 candidates and looks at the one after the k-th.
const MOST_TOP_K: u32 = 63;
const MOST_BIASES: usize = 64;

/// Whether the GPU can sample with these settings. It cannot with more than 63 candidates (or with all), or with many
/// biases; then each token's scores come to the host.
pub fn is_supported(settings: &Settings) -> bool {
    let few = settings.temperature == 0.0 || (1..=MOST_TOP_K).contains(&settings.top_k);
    few && settings.logit_bias.len() <= MOST_BIASES
}

/// The words of a request for the `steps` draws of `sampler` from number `first` on.
pub fn request(sampler: &Sampler, first: u64, steps: usize) -> [u32; REQUEST_WORDS] {
    let settings = sampler.settings();
    let mut words = [0; REQUEST_WORDS];
    words[0] = settings.top_k.clamp(1, MOST_TOP_K);
    let numbers = [
        settings.temperature,
        settings.top_p,
        settings.min_p,
        settings.repetition_penalty,
        settings.presence_penalty,
        settings.frequency_penalty,
    ];
    words[1..7].copy_from_slice(&numbers.map(f32::to_bits));
    words[7] = settings.logit_bias.len() as u32;
    let (pairs, chances) = words[8..].split_at_mut(2 * MOST_BIASES);
    for (pair, (token, bias)) in pairs.chunks_exact_mut(2).zip(&settings.logit_bias) {
        pair.copy_from_slice(&[*token, bias.to_bits()]);
    }
    for (chance, number) in chances[..steps.min(MOST_STEPS)].iter_mut().zip(first..) {
        *chance = sampler.chance(number);
    }
    words
}
