//! What packing a state costs: how far the numbers move, and what the model makes of that.

use std::path::Path;

use crate::support::{argmax, kl_divergence, load, read};
use mamba_web::backend::Precision;
use mamba_web::model::Config;
use mamba_web::state::{Content, Packing, Snapshot, State};
use mamba_web::tokenizer::{Tokenizer, TokenizerSettings};

/// Texts, tokens of each before the state is saved, and tokens that are read with it afterwards.
const TEXTS: usize = 3;
const BEFORE: usize = 300;
const AFTER: usize = 64;

/// What is left of a state, and the bytes of its file.
fn packed(state: &State, packing: Packing, config: &Config) -> (State, usize) {
    let content =
        Content { state, logits: &[], recent: &[], conversation: "", text: None, packing }.to_bytes("a model").unwrap();
    (Snapshot::from_bytes(&content, "a model", config).unwrap().state, content.len())
}

/// Norm of the difference, as a share of the norm.
fn moved(from: &[f32], to: &[f32]) -> f64 {
    let square = |value: f32| f64::from(value) * f64::from(value);
    let apart: f64 = from.iter().zip(to).map(|(a, b)| square(a - b)).sum();
    (apart / from.iter().map(|&value| square(value)).sum::<f64>()).sqrt()
}

fn held_out() -> Vec<u32> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let settings = TokenizerSettings::parse(Some(&file("www/models/default/tokenizer_config.json")), None).unwrap();
    let tokenizer = Tokenizer::new(file("www/models/default/tokenizer.json").as_bytes(), &settings, 4096).unwrap();
    let mut ids = Vec::new();
    for line in file("benches/data/held-out.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        ids.extend(tokenizer.encode(line["text"].as_str().unwrap(), false).unwrap());
    }
    ids
}

/// docs/mstate.md states these numbers.
#[test]
fn the_loss_of_a_packed_state_is_as_documented() {
    let ids = held_out();
    let mut model =
        load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default"), "cpu", Precision::F32).unwrap();
    let config = model.config().clone();
    // Norm of what was lost, divergence of the next tokens' probabilities in nats, share of equal first choices, size.
    let bounds = [
        (Packing::F32, 0.0, 0.0, 1.0, 1.01),
        (Packing::F16, 4e-4, 1e-6, 0.99, 0.51),
        (Packing::Int8, 2e-2, 1e-4, 0.97, 0.29),
    ];
    let (mut conv, mut ssm, mut share) = ([0.0_f64; 3], [0.0_f64; 3], [0.0; 3]);
    let (mut nats, mut equal, mut total) = ([0.0; 3], [0; 3], 0);
    for text in ids.chunks_exact(BEFORE + AFTER).take(TEXTS) {
        let mut state = State::try_new(&config).unwrap();
        read(model.as_mut(), &text[..BEFORE], 32, &mut state);
        let mut others = bounds.map(|(packing, ..)| packed(&state, packing, &config));
        for (i, (other, length)) in others.iter().enumerate() {
            share[i] = *length as f64 / config.state_bytes() as f64;
            conv[i] = conv[i].max(moved(&state.conv(), &other.conv()));
            ssm[i] = ssm[i].max(moved(&state.ssm(), &other.ssm()));
        }
        for &id in &text[BEFORE..] {
            let mut next = |state: &mut State| read(model.as_mut(), &[id], 1, state);
            let want = next(&mut state);
            for (i, (other, _)) in others.iter_mut().enumerate() {
                let got = next(other);
                nats[i] += kl_divergence(&want, &got);
                equal[i] += usize::from(argmax(&want) == argmax(&got));
            }
            total += 1;
        }
    }
    assert_eq!(total, TEXTS * AFTER);
    for (i, (packing, most_moved, most_nats, least_equal, most_bytes)) in bounds.into_iter().enumerate() {
        let (conv, ssm, share) = (conv[i], ssm[i], share[i]);
        let (nats, equal) = (nats[i] / total as f64, equal[i] as f64 / total as f64);
        println!(
            "{}: {share:.3} of the bytes, conv moved {conv:.1e}, ssm {ssm:.1e}, {nats:.1e} nats, same first choice {:.1} %",
            packing.name(),
            equal * 100.0
        );
        assert!(share <= most_bytes && conv <= most_moved && ssm <= most_moved);
        assert!(nats <= most_nats && equal >= least_equal);
    }
}
