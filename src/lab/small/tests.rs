use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::*;
use crate::generation::LoadedModel;
use crate::lab::open::open;
use crate::lab::trace::Watched;

/// `tests/golden/make/lab_small.py` writes it: scores of the PyTorch models that were trained.
#[derive(Deserialize)]
struct Golden {
    ids: Vec<u32>,
    scores: BTreeMap<usize, Vec<f32>>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn golden(kind: &str) -> Golden {
    let text = std::fs::read_to_string(root().join("tests/golden/lab/small.json")).unwrap();
    serde_json::from_value(serde_json::from_str::<serde_json::Value>(&text).unwrap()[kind].clone()).unwrap()
}

fn bytes(kind: &str) -> Vec<u8> {
    std::fs::read(root().join(format!("www/models/lab/{kind}.safetensors"))).unwrap()
}

/// Our recurrences, a token at a time, against PyTorch's long convolutions over the whole sequence.
#[test]
fn three_models_say_what_torch_says() {
    for (name, kind) in [("lti", Kind::Lti), ("h3", Kind::H3), ("gated", Kind::Gated)] {
        let (model, golden) = (Small::new(kind, &bytes(name)).unwrap(), golden(name));
        let mut memory = model.memory();
        for (place, &id) in golden.ids.iter().enumerate() {
            let (scores, boxes) = model.read(id, &mut memory).unwrap();
            assert_eq!(boxes.len(), 2);
            if let Some(expected) = golden.scores.get(&place) {
                assert_eq!(scores.len(), expected.len());
                let apart = scores.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 2e-3, "{name} at {place}: {apart}");
            }
        }
    }
}

/// The two Mamba models run on the engine's own kernels.
#[test]
fn the_engine_reads_the_selective_models() {
    for name in ["selective", "dna"] {
        let config = std::fs::read_to_string(root().join(format!("www/models/lab/{name}.json"))).unwrap();
        let mut engine = pollster::block_on(open(&config, &bytes(name))).unwrap();
        let golden = golden(name);
        let mut watched = Watched::new(engine.backend()).unwrap();
        for (place, &id) in golden.ids.iter().enumerate() {
            watched.read(engine.backend(), id).unwrap();
            if let Some(expected) = golden.scores.get(&place) {
                let apart = watched.logits.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(watched.logits.len() == expected.len() && apart < 2e-3, "{name} at {place}: {apart}");
            }
        }
    }
}

#[test]
fn other_files_are_refused() {
    assert!(matches!(Small::new(Kind::H3, b"no"), Err(Error::BadCheckpoint(_))));
    assert!(matches!(Small::new(Kind::H3, &bytes("gated")), Err(Error::BadCheckpoint(_))));
    let model = Small::new(Kind::Gated, &bytes("gated")).unwrap();
    assert!(matches!(model.read(147, &mut model.memory()), Err(Error::BadArgument(_))));
}
