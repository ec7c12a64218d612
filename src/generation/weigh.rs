//! How likely the model found a token, and what else it weighed.

use serde::Serialize;

use crate::error::Result;
use crate::tokenizer::Tokenizer;

const MOST_ALTERNATIVES: usize = 5;

/// A token by the model's scores alone: before penalties, bias, temperature and the filters of sampling.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weighed {
    /// Of the token, in nats: -ln of its probability.
    pub surprise: f64,
    /// The most likely tokens, the first one most of all; the token itself may be among them.
    pub alternatives: Vec<Alternative>,
}

/// A token that might have come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alternative {
    /// Below V.
    pub id: u32,
    /// Its text alone; empty for a special token and without a tokenizer.
    pub text: String,
    /// 0 to 1.
    pub probability: f64,
}

/// Logarithm of the sum of the exponentials of the scores `[V]`, so that `score - it` is the logarithm of a probability.
fn log_total(scores: &[f32]) -> f64 {
    let top = f64::from(scores.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    top + scores.iter().map(|&score| (f64::from(score) - top).exp()).sum::<f64>().ln()
}

/// Of a token, in nats; `scores` (V) are those that it was chosen by.
pub(super) fn surprise(scores: &[f32], id: u32) -> f64 {
    scores.get(id as usize).map_or(f64::INFINITY, |&score| log_total(scores) - f64::from(score))
}

impl Weighed {
    /// Of the token `id` by the scores (V) before it.
    ///
    /// # Errors
    /// What the tokenizer returns.
    pub(super) fn new(scores: &[f32], id: u32, tokenizer: Option<&Tokenizer>) -> Result<Self> {
        let total = log_total(scores);
        // A handful of the best ones: nearly all scores are compared with the last of them only.
        let mut best: Vec<(u32, f32)> = Vec::with_capacity(MOST_ALTERNATIVES + 1);
        for (id, &score) in (0..).zip(scores) {
            if best.len() == MOST_ALTERNATIVES && best.last().is_some_and(|&(_, least)| score <= least) {
                continue;
            }
            best.insert(best.partition_point(|&(_, other)| other >= score), (id, score));
            best.truncate(MOST_ALTERNATIVES);
        }
        let alternative = |(id, score): (u32, f32)| {
            let text = tokenizer.map_or(Ok(String::new()), |tokenizer| tokenizer.decode(&[id]))?;
            Ok(Alternative { id, text, probability: (f64::from(score) - total).exp() })
        };
        let alternatives = best.into_iter().map(alternative).collect::<Result<_>>()?;
        Ok(Self { surprise: surprise(scores, id), alternatives })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn probabilities_are_those_of_the_scores() {
        let scores = [1.0_f32, 3.0, -2.0, 3.0, 0.0, f32::NEG_INFINITY, 2.5, 800.0 - 800.0].map(|score| score + 700.0);
        let total: f64 = scores.iter().map(|&score| f64::from(score - 703.0).exp()).sum();
        let weighed = Weighed::new(&scores, 2, None).unwrap();
        assert!((weighed.surprise - (5.0 + total.ln())).abs() < 1e-9);
        let ids: Vec<u32> = weighed.alternatives.iter().map(|alternative| alternative.id).collect();
        assert_eq!(ids, [1, 3, 6, 0, 4], "the first of equal ones first");
        assert!((weighed.alternatives[2].probability - (-0.5_f64).exp() / total).abs() < 1e-9);
        let all: f64 = (0..8).map(|id| (-surprise(&scores, id)).exp()).sum();
        assert!((all - 1.0).abs() < 1e-9);
        assert_eq!((surprise(&scores, 5), surprise(&scores, 8)), (f64::INFINITY, f64::INFINITY));
        assert_eq!(Weighed::new(&scores[..2], 0, None).unwrap().alternatives.len(), 2);
    }
}
