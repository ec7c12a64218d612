//! Samples the next token from its scores: the settings, their order, and a counter-based random generator.
//!
//! The order is that of Hugging Face transformers' logits processors: repetition penalty, presence and
//! frequency penalties, logit bias, temperature, top-k, top-p, min-p. What is left is sorted by falling score
//! (ties by rising id) and one uniform number picks by the inverse of the cumulative distribution.
//!
//! ```
//! use mamba_web::sampler::{Recent, Sampler, Settings};
//!
//! # fn main() -> mamba_web::Result<()> {
//! let scores = [0.1, 2.0, 1.5, -3.0];
//! let recent = Recent::default();
//! assert_eq!(Sampler::new(Settings::greedy(), 4)?.sample(&scores, &recent)?, 1);
//!
//! let settings = Settings { temperature: 0.8, top_k: 2, ..Settings::default() };
//! let all = Sampler::new(settings, 4)?.distribution(&scores, &recent)?;
//! assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
//! # Ok(())
//! # }
//! ```

mod chooser;
mod guided;
mod under;

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

pub use chooser::{Chooser, Constraint};
pub use guided::{Guided, Walk};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::allocate::reserved;
use crate::error::{Error, Result};

/// The penalties look at this many of the most recent tokens, read or generated. A constant, so that the cost
/// of a token does not grow with the text.
pub const RECENT_TOKENS: usize = 256;

/// How the next token is chosen. [`Settings::validate`] says which values are in range.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// 0 takes the best token always; higher is more varied. 0 to 100.
    pub temperature: f32,
    /// Keeps the k best tokens, and all that are as good as the k-th; 0 keeps all.
    pub top_k: u32,
    /// Keeps the best tokens until they hold this share of the probability. 0 to 1; 1 keeps all.
    pub top_p: f32,
    /// Keeps tokens at least this likely compared with the best one. 0 to 1; 0 keeps all.
    pub min_p: f32,
    /// Divides the scores of recent tokens (multiplies them if negative). Above 0, up to 100; 1 changes nothing.
    pub repetition_penalty: f32,
    /// Taken off the score of each recent token once. -2 to 2.
    pub presence_penalty: f32,
    /// Taken off the score of a recent token for each time it occurred. -2 to 2.
    pub frequency_penalty: f32,
    /// Added to the scores of single tokens. -100 to 100.
    pub logit_bias: Vec<(u32, f32)>,
    /// The same seed gives the same text.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            temperature: 0.7,
            top_k: 40,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            presence_penalty: 0.0,
            frequency_penalty: 0.0,
            logit_bias: Vec::new(),
            seed: 0,
        }
    }
}

impl Settings {
    /// Greedy: always the best token, with nothing else applied.
    pub fn greedy() -> Self {
        Self { temperature: 0.0, top_k: 0, ..Self::default() }
    }

    /// Checks every value against its range, and the bias against a vocabulary of `vocab` (V) tokens.
    ///
    /// # Errors
    /// [`Error::BadArgument`] names the field, its value and its range.
    pub fn validate(&self, vocab: usize) -> Result<()> {
        let within = |name: &str, value: f32, low: f32, high: f32| {
            // Written so that NaN fails.
            if value >= low && value <= high {
                return Ok(());
            }
            Err(Error::BadArgument(format!("{name} is {value}; it must lie between {low} and {high}.")))
        };
        within("temperature", self.temperature, 0.0, 100.0)?;
        within("topP", self.top_p, 0.0, 1.0)?;
        within("minP", self.min_p, 0.0, 1.0)?;
        within("repetitionPenalty", self.repetition_penalty, 0.01, 100.0)?;
        within("presencePenalty", self.presence_penalty, -2.0, 2.0)?;
        within("frequencyPenalty", self.frequency_penalty, -2.0, 2.0)?;
        for &(token, bias) in &self.logit_bias {
            if token as usize >= vocab {
                return Err(Error::BadArgument(format!(
                    "logitBias names the token {token}; the model has the tokens 0 to {}.",
                    vocab.saturating_sub(1)
                )));
            }
            within(&format!("logitBias of token {token}"), bias, -100.0, 100.0)?;
        }
        Ok(())
    }
}

/// A token that may still be chosen, with its probability relative to the best one's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The token, below V.
    pub id: u32,
    /// Score after penalties and bias, before the temperature.
    score: f32,
    /// exp((score - best) / temperature), so 1 for the best.
    pub weight: f32,
}

impl Candidate {
    /// Falling score, then rising id.
    fn order(a: &Self, b: &Self) -> Ordering {
        // NaN never gets here; total_cmp would tell 0 from -0.
        b.score.partial_cmp(&a.score).unwrap_or(Ordering::Equal).then(a.id.cmp(&b.id))
    }
}

/// Chooses tokens for one generation. Its memory, V scores and candidates at most, is allocated once.
#[derive(Debug, Clone)]
pub struct Sampler {
    settings: Settings,
    /// After penalties and bias, `[V]`.
    scores: Vec<f32>,
    /// The k best scores, the least of them on top.
    best: BinaryHeap<Reverse<Score>>,
    candidates: Vec<Candidate>,
    rng: ChaCha8Rng,
    drawn: u64,
    id: u64,
}

impl Sampler {
    /// A sampler whose random numbers follow from the settings' seed alone.
    ///
    /// # Errors
    /// As [`Settings::validate`]; [`Error::OutOfMemory`] when there is no room for V candidates.
    pub fn new(settings: Settings, vocab: usize) -> Result<Self> {
        settings.validate(vocab)?;
        let what = "the scores of the vocabulary";
        let (scores, candidates) = (reserved(vocab, what)?, reserved(vocab, what)?);
        let best = reserved(vocab.min(settings.top_k as usize), what)?.into();
        // The key is the seed in the first 8 bytes and zeros: simple to repeat in a shader.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&settings.seed.to_le_bytes());
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let (rng, id) = (ChaCha8Rng::from_seed(key), NEXT.fetch_add(1, Relaxed));
        Ok(Self { settings, scores, best, candidates, rng, drawn: 0, id })
    }

    /// Identifies this sampler, so that tokens sampled ahead for another one are not used.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The settings, validated for V tokens.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Random numbers drawn so far.
    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    /// Skips a number that the GPU has drawn in this sampler's place.
    pub fn skip(&mut self) {
        self.drawn += u64::from(self.settings.temperature != 0.0);
    }

    /// The n-th random number of this seed: word 0 of ChaCha8 block n, so that a shader can be given it.
    pub fn chance(&self, n: u64) -> u32 {
        let mut rng = self.rng.clone();
        rng.set_word_pos(16 * u128::from(n));
        rng.next_u32()
    }

    /// Chooses the next token from its scores, `[V]`, and the tokens before it.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when the scores are not numbers or leave no token.
    pub fn sample(&mut self, logits: &[f32], recent: &Recent) -> Result<u32> {
        self.score(logits, recent)?;
        if self.settings.temperature == 0.0 {
            return self.best();
        }
        self.gather();
        self.weigh()?;
        self.draw()
    }

    /// Draws one of the candidates by their weights.
    fn draw(&mut self) -> Result<u32> {
        let share = self.uniform();
        let mut sorted = Sorted::new(&mut self.candidates);
        let total = sorted.cut(self.settings.top_p, self.settings.min_p);
        let mut below = 0.0;
        let mut chosen = None;
        while let Some(candidate) = sorted.next() {
            below += f64::from(candidate.weight);
            chosen = Some(candidate.id);
            if below > share * total {
                break;
            }
        }
        chosen.ok_or_else(no_token)
    }

    /// All tokens that [`Sampler::sample`] would choose from, best first, and their probabilities. Slower than
    /// sampling, because it sorts them all.
    pub fn distribution(&mut self, logits: &[f32], recent: &Recent) -> Result<Vec<(u32, f64)>> {
        self.score(logits, recent)?;
        if self.settings.temperature == 0.0 {
            return Ok(vec![(self.best()?, 1.0)]);
        }
        self.gather();
        self.weigh()?;
        let mut sorted = Sorted::new(&mut self.candidates);
        let total = sorted.cut(self.settings.top_p, self.settings.min_p);
        let mut all = Vec::new();
        while let Some(candidate) = sorted.next() {
            all.push((candidate.id, f64::from(candidate.weight) / total));
        }
        Ok(all)
    }

    /// Applies penalties and bias. They change each score by itself, so a mask may come after them.
    fn score(&mut self, logits: &[f32], recent: &Recent) -> Result<()> {
        self.scores.clear();
        self.scores.extend_from_slice(logits);
        let (s, scores) = (&self.settings, &mut self.scores);
        if s.repetition_penalty != 1.0 || s.presence_penalty != 0.0 || s.frequency_penalty != 0.0 {
            recent.for_each_distinct(|token, count| {
                let Some(score) = scores.get_mut(token as usize) else { return };
                *score = if *score < 0.0 { *score * s.repetition_penalty } else { *score / s.repetition_penalty };
                *score -= s.presence_penalty + s.frequency_penalty * count as f32;
            });
        }
        for &(token, bias) in &s.logit_bias {
            if let Some(score) = scores.get_mut(token as usize) {
                *score += bias;
            }
        }
        let is_good = |score: f32| score < f32::INFINITY; // and a number
        if any(scores, |score| !is_good(score)) {
            let bad = scores.iter().position(|&score| !is_good(score)).unwrap_or_default();
            return Err(Error::BadCheckpoint(format!(
                "The model's score for token {bad} is {}, so no token can be chosen; the weights may be damaged.",
                scores[bad]
            )));
        }
        Ok(())
    }

    /// The token with the best score; of equal ones the first.
    fn best(&self) -> Result<u32> {
        let mut best = f32::NEG_INFINITY;
        for scores in self.scores.chunks(CHUNK) {
            if any(scores, |score| score > best) {
                best = scores.iter().fold(best, |best, &score| if score > best { score } else { best });
            }
        }
        if best == f32::NEG_INFINITY {
            return Err(no_token());
        }
        (0..).zip(&self.scores).find(|&(_, &score)| score == best).map(|(id, _)| id).ok_or_else(no_token)
    }

    /// The tokens that top-k leaves, by rising id, without those scored -inf.
    fn gather(&mut self) {
        let least = self.kth_best();
        self.candidates.clear();
        for (first, scores) in (0..).step_by(CHUNK).zip(self.scores.chunks(CHUNK)) {
            if any(scores, |score| score >= least) {
                let candidates = (first..).zip(scores).map(|(id, &score)| Candidate { id, score, weight: 0.0 });
                self.candidates.extend(candidates.filter(|c| c.score >= least && c.score != f32::NEG_INFINITY));
            }
        }
    }

    /// The k-th best score, where top-k ends: transformers keeps whatever is as good.
    fn kth_best(&mut self) -> f32 {
        let k = self.settings.top_k as usize;
        if k == 0 || k >= self.scores.len() {
            return f32::NEG_INFINITY;
        }
        self.best.clear();
        self.best.extend(self.scores[..k].iter().map(|&score| Reverse(Score(score))));
        for scores in self.scores[k..].chunks(CHUNK) {
            // Few chunks hold a better one, and one of them is found quickly.
            let least = self.best.peek().map_or(f32::NEG_INFINITY, |least| least.0.0);
            if any(scores, |score| score > least) {
                for &score in scores {
                    if let Some(mut least) = self.best.peek_mut()
                        && score > least.0.0
                    {
                        *least = Reverse(Score(score));
                    }
                }
            }
        }
        self.best.peek().map_or(f32::NEG_INFINITY, |least| least.0.0)
    }

    /// Gives the candidates their weights, and returns the best score.
    fn weigh(&mut self) -> Result<f32> {
        let best = self.candidates.iter().map(|c| c.score).max_by(f32::total_cmp).ok_or_else(no_token)?;
        let temperature = self.settings.temperature;
        for candidate in &mut self.candidates {
            candidate.weight = ((candidate.score - best) / temperature).exp();
        }
        Ok(best)
    }

    /// The next random number, in [0, 1).
    fn uniform(&mut self) -> f64 {
        let chance = self.chance(self.drawn);
        self.drawn += 1;
        f64::from(chance) / 4_294_967_296.0
    }
}

/// Scores looked at together, in vectors.
const CHUNK: usize = 64;

/// Looks at all of them, because an early end would keep the compiler from using vectors.
fn any(scores: &[f32], is_so: impl Fn(f32) -> bool) -> bool {
    scores.iter().fold(false, |any, &score| any | is_so(score))
}

/// A score that is a number, in order.
#[derive(Debug, Clone, Copy)]
struct Score(f32);

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Score {}

fn no_token() -> Error {
    Error::BadCheckpoint("The model's scores leave no token to choose; the weights may be damaged.".into())
}

/// Candidates in falling order, sorted only as far as they are asked for.
struct Sorted<'a> {
    candidates: &'a mut [Candidate],
    sorted: usize,
    next: usize,
    end: usize,
}

impl<'a> Sorted<'a> {
    fn new(candidates: &'a mut [Candidate]) -> Self {
        let end = candidates.len();
        Self { candidates, sorted: 0, next: 0, end }
    }

    fn get(&mut self, i: usize) -> Option<Candidate> {
        if i >= self.sorted && i < self.candidates.len() {
            // Four times as many each time: a full sort is reached in few steps, a short prefix costs little.
            let rest = &mut self.candidates[self.sorted..];
            let more = (3 * self.sorted).max(64).min(rest.len());
            if more < rest.len() {
                rest.select_nth_unstable_by(more, Candidate::order);
            }
            rest[..more].sort_unstable_by(Candidate::order);
            self.sorted += more;
        }
        self.candidates.get(i).copied()
    }

    /// Moves the end to where top-p and min-p put it; returns the sum of the weights before it.
    fn cut(&mut self, top_p: f32, min_p: f32) -> f64 {
        let whole: f64 = self.candidates.iter().map(|c| f64::from(c.weight)).sum();
        if top_p >= 1.0 && min_p <= 0.0 {
            return whole;
        }
        let nucleus = if top_p >= 1.0 { f64::INFINITY } else { f64::from(top_p) * whole };
        let mut sum = 0.0;
        let mut end = 0;
        while let Some(candidate) = self.get(end) {
            // The best one always stays.
            if end > 0 && (sum >= nucleus || candidate.weight < min_p) {
                break;
            }
            sum += f64::from(candidate.weight);
            end += 1;
        }
        self.end = end;
        sum
    }

    fn next(&mut self) -> Option<Candidate> {
        if self.next >= self.end {
            return None;
        }
        self.next += 1;
        self.get(self.next - 1)
    }
}

/// The last [`RECENT_TOKENS`] tokens, oldest first, in constant space.
#[derive(Debug, Clone)]
pub struct Recent {
    ring: [u32; RECENT_TOKENS],
    length: usize,
    next: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self { ring: [0; RECENT_TOKENS], length: 0, next: 0 }
    }
}

impl Recent {
    /// Adds the token that was read last; the oldest goes when [`RECENT_TOKENS`] are held.
    pub fn push(&mut self, token: u32) {
        self.ring[self.next] = token;
        self.next = (self.next + 1) % RECENT_TOKENS;
        self.length = (self.length + 1).min(RECENT_TOKENS);
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let start = self.next + RECENT_TOKENS - self.length;
        (0..self.length).map(move |i| self.ring[(start + i) % RECENT_TOKENS])
    }

    fn for_each_distinct(&self, mut visit: impl FnMut(u32, usize)) {
        let mut tokens = self.ring;
        let tokens = &mut tokens[..self.length]; // filled from the front until it is full
        tokens.sort_unstable();
        for same in tokens.chunk_by(|a, b| a == b) {
            visit(same[0], same.len());
        }
    }
}
