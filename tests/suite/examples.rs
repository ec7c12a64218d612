//! The programs in examples/ do what they say.

use std::path::{Path, PathBuf};

use mamba_web::Engine;
use mamba_web::backend::Name;
use mamba_web::engine::Options;

#[allow(dead_code, reason = "its main function")]
#[path = "../../examples/answers.rs"]
mod answers;
#[allow(dead_code, reason = "its main function")]
#[path = "../../examples/chat.rs"]
mod chat;
#[allow(dead_code, reason = "its main function")]
#[path = "../../examples/embedding.rs"]
mod embedding;
#[allow(dead_code, reason = "its main function")]
#[path = "../../examples/inspect.rs"]
mod inspect;

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default")
}

fn on_cpu() -> Options {
    Options { backend: Some(Name::Cpu), ..Options::default() }
}

#[test]
fn a_chat_goes_back_saves_loads_and_survives_a_wrong_command() {
    let file = std::env::temp_dir().join(format!("mamba-web-example-{}.mstate", std::process::id()));
    let at = file.display();
    let said = format!(
        "Hi.\n/save {at}\n/fork\nWhat do cats eat?\n/back\nWhat do cats eat?\n/load {at}\nWhat do cats eat?\n/back\n/load {at}x\n/dance\n/quit\nunread\n"
    );
    let mut out = Vec::new();
    chat::chat(&model(), &on_cpu(), said.as_bytes(), &mut out).unwrap();
    std::fs::remove_file(&file).unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = out.lines().skip(1).collect();
    let [greeting, first, after_back, after_load, nothing_kept, no_file, no_command] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    assert!(greeting.len() > 1 && first.len() > 1);
    assert_eq!([first, first], [after_back, after_load]);
    assert!(nothing_kept.contains("/fork"), "{nothing_kept}");
    assert!(no_file.contains("cannot be read"), "{no_file}");
    assert!(no_command.starts_with("/dance"), "{no_command}");
}

#[test]
fn chats_are_played_to_their_ends_each_on_its_own() {
    let played = |lines: &str, sampling: answers::Sampling| {
        let mut out = Vec::new();
        answers::answers(&model(), &on_cpu(), &sampling, lines.as_bytes(), &mut out)
            .map(|()| String::from_utf8(out).unwrap())
    };
    let two = "[\"My name is Oskar.\", \"What is my name?\"]\n[\"What is my name?\"]\n";
    let greedy = answers::Sampling::default;
    let out = played(two, greedy()).unwrap();
    let chats: Vec<Vec<String>> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [first, second] = chats.as_slice() else { panic!("{chats:?}") };
    assert!(first.len() == 2 && first[1].contains("Oskar"), "{first:?}");
    assert!(second.len() == 1 && !second[0].contains("Oskar"), "{second:?}");
    assert_eq!(out, played(two, greedy()).unwrap());
    let error = played("[\"Hi.\"]\n{\"said\": 1}\n", greedy()).unwrap_err().to_string();
    assert!(error.contains("Line 2"), "{error}");

    let stories = "[\"Tell me a story.\"]\n[\"Tell me a story.\"]\n";
    let sampled = |seed| answers::Sampling { temperature: 1.0, seed, ..greedy() };
    let first = played(stories, sampled(1)).unwrap();
    let lines: Vec<&str> = first.lines().collect();
    assert!(lines[0] != lines[1], "each chat has a seed of its own");
    assert_eq!(first, played(stories, sampled(1)).unwrap());
    assert_eq!(Some(lines[1]), played(stories, sampled(2)).unwrap().lines().next());
    assert!(played(stories, answers::Sampling { temperature: -1.0, ..greedy() }).is_err());
}

#[test]
fn texts_of_one_subject_are_nearer() {
    let texts =
        ["My cat sleeps all day.", "My dog sleeps all day.", "Seven plus nine is 16, minus 3."].map(String::from);
    let table = embedding::cosines(&model(), &on_cpu(), &texts).unwrap();
    for (i, row) in table.iter().enumerate() {
        assert!((row[i] - 1.0).abs() < 1e-9);
    }
    assert_eq!(table[0][1], table[1][0]);
    assert!(table[0][1] > table[0][2] && table[0][1] > table[1][2], "{table:?}");
}

#[test]
fn a_checkpoint_is_listed() {
    let tensors = inspect::inspect(&model().join("model.safetensors")).unwrap();
    let weights: usize = tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
    let engine = Engine::open(&model(), &on_cpu()).unwrap();
    assert_eq!(weights as u64, engine.info().parameters);
    let embeddings = tensors.iter().find(|tensor| tensor.name == "backbone.embeddings.weight").unwrap();
    assert_eq!(embeddings.shape, [engine.config().vocab, engine.config().d_model]);
    assert!(embeddings.largest > 0.0);
    assert!(inspect::inspect(&model().join("README.md")).is_err());
}
