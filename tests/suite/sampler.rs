//! The sampler against transformers' own processors (golden file), and against a naive one with a full sort.

use std::collections::BTreeMap;

use mamba_web::Result;
use mamba_web::sampler::{Constraint, RECENT_TOKENS, Recent, Sampler, Settings};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    settings: CaseSettings,
    logits: Vec<Option<f32>>,
    recent_ids: Vec<u32>,
    kept_ids: Vec<u32>,
    probabilities: Vec<f64>,
}

#[derive(Deserialize)]
struct CaseSettings {
    temperature: f32,
    top_k: u32,
    top_p: f32,
    min_p: f32,
    repetition_penalty: f32,
    presence_penalty: f32,
    frequency_penalty: f32,
    logit_bias: Vec<(u32, f32)>,
}

fn recent(tokens: &[u32]) -> Recent {
    let mut recent = Recent::default();
    tokens.iter().for_each(|&token| recent.push(token));
    recent
}

#[test]
fn matches_transformers() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../golden/sampler.json")).unwrap();
    assert!(cases.len() > 50);
    for case in cases {
        let name = &case.name;
        let s = case.settings;
        let settings = Settings {
            temperature: s.temperature,
            top_k: s.top_k,
            top_p: s.top_p,
            min_p: s.min_p,
            repetition_penalty: s.repetition_penalty,
            presence_penalty: s.presence_penalty,
            frequency_penalty: s.frequency_penalty,
            logit_bias: s.logit_bias,
            seed: 0,
        };
        let logits: Vec<f32> = case.logits.iter().map(|score| score.unwrap_or(f32::NEG_INFINITY)).collect();
        let recent = recent(&case.recent_ids);
        let mut sampler = Sampler::new(settings, logits.len()).unwrap();
        let ours: BTreeMap<u32, f64> = sampler.distribution(&logits, &recent).unwrap().into_iter().collect();
        let theirs: BTreeMap<u32, f64> = case.kept_ids.iter().copied().zip(case.probabilities).collect();
        for (id, &p) in &theirs {
            let q = ours.get(id).copied().unwrap_or(0.0);
            assert!((p - q).abs() <= 1e-5 * p + 1e-8, "{name}: token {id} has {q}, not {p}");
        }
        for (id, &q) in &ours {
            assert!(theirs.contains_key(id) || q < 1e-9, "{name}: token {id} should not be left");
        }
        let drawn = sampler.sample(&logits, &recent).unwrap();
        assert!(ours.contains_key(&drawn), "{name}");
    }
}

/// Everything in f64, with a full sort and no shortcuts.
fn naive(logits: &[f32], recent: &[u32], s: &Settings) -> Vec<(u32, f64)> {
    let window = &recent[recent.len().saturating_sub(RECENT_TOKENS)..];
    let mut scores: Vec<(u32, f64)> = (0..).zip(logits.iter().map(|&x| f64::from(x))).collect();
    for (id, score) in &mut scores {
        let count = window.iter().filter(|&token| token == id).count() as f64;
        if count > 0.0 {
            let penalty = f64::from(s.repetition_penalty);
            *score = if *score < 0.0 { *score * penalty } else { *score / penalty };
            *score -= f64::from(s.presence_penalty) + f64::from(s.frequency_penalty) * count;
        }
        *score += s.logit_bias.iter().filter(|(token, _)| token == id).map(|(_, bias)| f64::from(*bias)).sum::<f64>();
    }
    scores.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap().then(a.0.cmp(&b.0)));
    if s.temperature == 0.0 {
        return vec![(scores[0].0, 1.0)];
    }
    if s.top_k > 0 && (s.top_k as usize) < scores.len() {
        let kth = scores[s.top_k as usize - 1].1;
        scores.retain(|&(_, score)| score >= kth);
    }
    let best = scores[0].1;
    let softmax = |scores: &[(u32, f64)]| {
        let weights: Vec<f64> =
            scores.iter().map(|(_, score)| ((score - best) / f64::from(s.temperature)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect::<Vec<_>>()
    };
    if s.top_p < 1.0 {
        let mut above = 0.0;
        let mut kept = 0;
        for p in softmax(&scores) {
            if kept > 0 && above >= f64::from(s.top_p) {
                break;
            }
            above += p;
            kept += 1;
        }
        scores.truncate(kept);
    }
    if s.min_p > 0.0 {
        let probabilities = softmax(&scores);
        let least = f64::from(s.min_p) * probabilities[0];
        scores.truncate(probabilities.iter().filter(|&&p| p >= least).count());
    }
    let probabilities = softmax(&scores);
    scores.into_iter().map(|(id, _)| id).zip(probabilities).collect()
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        prop_oneof![Just(0.0_f32), Just(1.0), 0.1..3.0_f32],
        prop_oneof![Just(0_u32), 1..400_u32],
        prop_oneof![Just(1.0_f32), 0.0..1.0_f32],
        prop_oneof![Just(0.0_f32), 0.0..0.3_f32],
        prop_oneof![Just(1.0_f32), 0.5..2.0_f32],
        prop_oneof![Just(0.0_f32), -2.0..2.0_f32],
        prop_oneof![Just(0.0_f32), -0.1..0.1_f32],
        prop::collection::vec((0..300_u32, -5.0..5.0_f32), 0..3),
    )
        .prop_map(
            |(
                temperature,
                top_k,
                top_p,
                min_p,
                repetition_penalty,
                presence_penalty,
                frequency_penalty,
                logit_bias,
            )| Settings {
                temperature,
                top_k,
                top_p,
                min_p,
                repetition_penalty,
                presence_penalty,
                frequency_penalty,
                logit_bias,
                seed: 7,
            },
        )
}

proptest! {
    #[test]
    fn matches_a_full_sort(
        // Some of them whole numbers, so that there are equal ones.
        logits in prop::collection::vec(prop_oneof![-8.0..8.0_f32, (-8..8).prop_map(|x: i32| x as f32)], 300),
        tokens in prop::collection::vec(0..300_u32, 0..600),
        settings in settings(),
    ) {
        let expected = naive(&logits, &tokens, &settings);
        let mut sampler = Sampler::new(settings, 300).unwrap();
        let ours = sampler.distribution(&logits, &recent(&tokens)).unwrap();
        // In f32 a token at the very edge may fall on the other side.
        prop_assert!(ours.len().abs_diff(expected.len()) <= 1, "{} and {}", ours.len(), expected.len());
        for (a, b) in ours.iter().zip(&expected) {
            prop_assert!((a.1 - b.1).abs() < 1e-3 * b.1 + 1e-6, "{a:?} {b:?}");
        }
        let drawn = sampler.sample(&logits, &recent(&tokens)).unwrap();
        prop_assert!(ours.iter().any(|&(id, _)| id == drawn));
    }

    #[test]
    fn no_scores_can_make_it_panic(
        logits in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(f32::MAX), Just(f32::MIN), Just(0.0), Just(-0.0), -1e30..1e30_f32], 1..50),
        settings in settings(),
    ) {
        let settings = Settings { logit_bias: Vec::new(), ..settings };
        let bad = logits.iter().any(|x| x.is_nan() || *x == f32::INFINITY) || logits.iter().all(|x| *x == f32::NEG_INFINITY);
        let result = Sampler::new(settings, logits.len()).unwrap().sample(&logits, &recent(&[0, 0]));
        match result {
            Ok(token) => prop_assert!(!bad && (token as usize) < logits.len()),
            // Penalties may carry a score near the end of f32 over it.
            Err(error) => prop_assert_eq!(error.code(), "bad-checkpoint"),
        }
    }
}

#[test]
fn scores_that_are_no_numbers_are_a_sentence() {
    let mut sampler = Sampler::new(Settings::default(), 3).unwrap();
    let error = sampler.sample(&[0.0, f32::NAN, 1.0], &Recent::default()).unwrap_err();
    assert!(error.to_string().contains("token 1 is NaN"), "{error}");
    assert!(sampler.sample(&[f32::NEG_INFINITY; 3], &Recent::default()).is_err());
    assert!(sampler.sample(&[0.0, 1.0, 2.0], &Recent::default()).is_ok());
}

#[test]
fn frequencies_follow_the_probabilities() {
    let logits: Vec<f32> = (0..100).map(|i| -0.1 * i as f32).collect();
    for (top_k, top_p, min_p) in [(0, 1.0, 0.0), (10, 1.0, 0.0), (0, 0.8, 0.0), (0, 1.0, 0.2)] {
        let settings = Settings { temperature: 1.0, top_k, top_p, min_p, seed: 3, ..Settings::default() };
        let mut sampler = Sampler::new(settings, 100).unwrap();
        let expected = sampler.distribution(&logits, &Recent::default()).unwrap();
        let mut counts = [0.0; 100];
        let draws = 100_000;
        for _ in 0..draws {
            counts[sampler.sample(&logits, &Recent::default()).unwrap() as usize] += 1.0;
        }
        // Chi-squared has a mean of the degrees of freedom and twice that as variance.
        let chi: f64 = expected
            .iter()
            .map(|&(id, p)| {
                let expected = p * f64::from(draws);
                (counts[id as usize] - expected).powi(2) / expected
            })
            .sum();
        let freedom = expected.len() as f64 - 1.0;
        assert!(chi < freedom + 4.0 * (2.0 * freedom).sqrt(), "chi squared {chi} with {freedom}");
        assert_eq!(counts.iter().sum::<f64>(), f64::from(draws));
        assert!(counts.iter().skip(expected.len()).all(|&count| count == 0.0));
    }
}

/// Allows these tokens and no others.
struct Only<'a>(&'a [u32]);

impl Constraint for Only<'_> {
    fn mask(&mut self, scores: &mut [f32]) -> Result<()> {
        let forbidden = (0..).zip(scores).filter(|(id, _)| !self.0.contains(id));
        forbidden.for_each(|(_, score)| *score = f32::NEG_INFINITY);
        Ok(())
    }

    fn allows(&mut self, token: u32) -> Result<bool> {
        Ok(self.0.contains(&token))
    }

    fn accept(&mut self, _: u32) -> Result<()> {
        Ok(())
    }
}

/// The judge is the distribution of the masked scores, which is compared with transformers' above.
#[test]
fn under_a_constraint_frequencies_are_those_of_the_masked_scores() {
    const DRAWS: usize = 20_000;
    let logits: Vec<f32> = vec![2.0, -0.5, 1.9, 0.7, 0.1, 1.2, -3.0, 1.0, 0.3, 1.8, -80.0, 0.9];
    let base = Settings { top_k: 0, temperature: 1.0, ..Settings::default() };
    let variants = [
        base.clone(),
        Settings { top_k: 4, ..base.clone() },
        Settings { top_k: 6, temperature: 0.4, repetition_penalty: 1.5, ..base.clone() },
        Settings { top_p: 0.6, ..base.clone() },
        Settings { min_p: 0.3, top_k: 5, logit_bias: vec![(4, 2.0)], ..base },
    ];
    let read = recent(&[0, 2, 2, 7]);
    // The best one, some of the best, some of the others, and only tokens that nobody would draw.
    for allowed in [&[0u32, 3][..], &[1, 4, 7, 8], &[2, 5, 9, 11, 6], &[6, 10], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]
    {
        for settings in &variants {
            let mut masked = logits.clone();
            Only(allowed).mask(&mut masked).unwrap();
            let mut sampler = Sampler::new(settings.clone(), logits.len()).unwrap();
            let want: BTreeMap<u32, f64> = sampler.distribution(&masked, &read).unwrap().into_iter().collect();
            let mut counts = vec![0usize; logits.len()];
            for _ in 0..DRAWS {
                counts[sampler.sample_under(&logits, &read, &mut Only(allowed)).unwrap() as usize] += 1;
            }
            for (id, &count) in (0..).zip(&counts) {
                let p = want.get(&id).copied().unwrap_or(0.0);
                let (share, spread) = (count as f64 / DRAWS as f64, (p * (1.0 - p) / DRAWS as f64).sqrt());
                assert!((share - p).abs() <= 4.5 * spread, "token {id} of {allowed:?}: {share}, not {p}, {settings:?}");
            }
            let greedy = Settings { temperature: 0.0, ..settings.clone() };
            let mut sampler = Sampler::new(greedy, logits.len()).unwrap();
            let best = sampler.sample_under(&logits, &read, &mut Only(allowed)).unwrap();
            assert_eq!(best, sampler.sample(&masked, &read).unwrap());
        }
    }
    // Equal scores: no more than k of them.
    let mut sampler = Sampler::new(Settings { top_k: 2, ..Settings::default() }, 6).unwrap();
    let drawn = (0..200).map(|_| sampler.sample_under(&[1.0; 6], &read, &mut Only(&[1, 3, 4, 5])).unwrap());
    assert_eq!(drawn.collect::<std::collections::BTreeSet<_>>(), [1, 3].into());
}

#[test]
fn the_seed_decides() {
    let logits: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.7).sin()).collect();
    let draw = |seed| {
        let settings = Settings { temperature: 1.0, top_k: 0, seed, ..Settings::default() };
        let mut sampler = Sampler::new(settings, 1000).unwrap();
        (0..50).map(|_| sampler.sample(&logits, &Recent::default()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert_ne!(draw(1), draw(1 << 40));
}

#[test]
fn chance_is_word_0_of_the_nth_block_of_chacha8() {
    // With V equal scores the token is the number itself, so this pins what a shader has to compute.
    let vocab = 1 << 12;
    let logits = vec![0.0; vocab];
    let settings = Settings { temperature: 1.0, top_k: 0, seed: 0, ..Settings::default() };
    let mut sampler = Sampler::new(settings, vocab).unwrap();
    let tokens: Vec<u32> = (0..3).map(|_| sampler.sample(&logits, &Recent::default()).unwrap()).collect();
    // ChaCha8 with an all-zero key and nonce begins with the bytes 3e 00 ef 2f (ecrypt test vectors), and word 0
    // of block 0 is 0x2fef003e.
    assert_eq!(tokens[0], 0x2fef003e >> 20);
    let mut again = ChaCha::new([0; 8]);
    assert_eq!(tokens, [again.block(0) >> 20, again.block(1) >> 20, again.block(2) >> 20]);
}

/// ChaCha8 as its paper has it, for word 0 of a block.
struct ChaCha([u32; 16]);

impl ChaCha {
    fn new(key: [u32; 8]) -> Self {
        let mut state = [0; 16];
        state[..4].copy_from_slice(&[0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
        state[4..12].copy_from_slice(&key);
        Self(state)
    }

    fn block(&mut self, counter: u32) -> u32 {
        self.0[12] = counter;
        let mut x = self.0;
        let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
            for (p, q, r, bits) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
                x[p] = x[p].wrapping_add(x[q]);
                x[r] = (x[r] ^ x[p]).rotate_left(bits);
            }
        };
        for _ in 0..4 {
            (0..4).for_each(|i| quarter(i, 4 + i, 8 + i, 12 + i));
            (0..4).for_each(|i| quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4));
        }
        x[0].wrapping_add(self.0[0])
    }
}

#[test]
fn greedy_takes_the_lowest_id_of_the_best() {
    let mut sampler = Sampler::new(Settings::greedy(), 4).unwrap();
    assert_eq!(sampler.sample(&[1.0, 3.0, 3.0, 2.0], &Recent::default()).unwrap(), 1);
    assert_eq!(sampler.sample(&[0.0, -0.0, -1.0, 0.0], &Recent::default()).unwrap(), 0);
    let mut tiny = Sampler::new(Settings { temperature: 1e-30, ..Settings::default() }, 4).unwrap();
    assert_eq!(tiny.sample(&[1.0, 3.0, 3.1, 2.0], &Recent::default()).unwrap(), 2);
}

#[test]
fn values_out_of_range_are_named() {
    type Change = fn(&mut Settings, f32);
    let fields: [(&str, Change, [f32; 3]); 6] = [
        ("temperature", |s, x| s.temperature = x, [-0.1, 101.0, f32::NAN]),
        ("topP", |s, x| s.top_p = x, [-0.1, 1.1, f32::NAN]),
        ("minP", |s, x| s.min_p = x, [-0.1, 1.1, f32::NAN]),
        ("repetitionPenalty", |s, x| s.repetition_penalty = x, [0.0, -1.0, f32::INFINITY]),
        ("presencePenalty", |s, x| s.presence_penalty = x, [-2.1, 2.1, f32::NAN]),
        ("frequencyPenalty", |s, x| s.frequency_penalty = x, [-2.1, 2.1, f32::NAN]),
    ];
    for (name, change, values) in fields {
        for value in values {
            let mut settings = Settings::default();
            change(&mut settings, value);
            let error = settings.validate(10).unwrap_err();
            assert_eq!(error.code(), "bad-argument");
            assert!(error.to_string().starts_with(name) && error.to_string().contains("between"), "{error}");
        }
    }
    for bias in [(10, 0.0), (0, f32::NAN), (0, 101.0)] {
        let settings = Settings { logit_bias: vec![bias], ..Settings::default() };
        assert!(settings.validate(10).unwrap_err().to_string().contains("logitBias"));
    }
}

#[test]
fn the_window_of_recent_tokens_has_a_fixed_length() {
    let all: Vec<u32> = (0..1000).collect();
    for length in [0, 1, RECENT_TOKENS - 1, RECENT_TOKENS, RECENT_TOKENS + 1, 1000] {
        let kept: Vec<u32> = recent(&all[..length]).iter().collect();
        assert_eq!(kept, all[length.saturating_sub(RECENT_TOKENS)..length]);
    }
}

#[test]
fn a_token_costs_the_same_in_a_large_vocabulary_with_every_setting() {
    let vocab = 50_280;
    let logits: Vec<f32> = (0..vocab).map(|i| (i as f32 * 0.37).sin() * 8.0).collect();
    for (name, settings) in [
        ("top_k 40", Settings::default()),
        ("nothing", Settings { top_k: 0, ..Settings::default() }),
        ("top_p 0.9", Settings { top_k: 0, top_p: 0.9, ..Settings::default() }),
        ("greedy", Settings::greedy()),
    ] {
        let mut sampler = Sampler::new(settings, vocab).unwrap();
        let start = std::time::Instant::now();
        for _ in 0..100 {
            sampler.sample(&logits, &Recent::default()).unwrap();
        }
        println!("{name}: {:.3} ms a token, V {vocab}", start.elapsed().as_secs_f64() * 10.0);
    }
}
