//! The state: that it is all a sequence needs, that it can be saved, and that it has one size.

use std::path::Path;

use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Request, Session, Step, Text};
use mamba_web::sampler::Settings;

fn open(name: &str) -> Engine {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    Engine::open(&folder, &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() })
        .unwrap()
}

fn sampled(input: Input, max_tokens: usize) -> Request {
    let settings = Settings { temperature: 1.0, repetition_penalty: 1.2, seed: 5, ..Settings::default() };
    Request { input, settings, max_tokens, stop: Vec::new() }
}

fn run(session: &mut Session, engine: &mut Engine, request: Request) -> Vec<u32> {
    session.begin(engine, request).unwrap();
    let mut ids = Vec::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Token { id, .. } => ids.push(id),
            Step::End { .. } => return ids,
            Step::Waiting | Step::Prefill { .. } => {}
        }
    }
}

fn prompt(text: &str, max_tokens: usize) -> Request {
    sampled(Input::Prompt(text.into()), max_tokens)
}

#[test]
fn snapshots_and_forks_go_on_exactly_there() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, sampled(Input::Message("Hello".into()), 20));
    let bytes = session.snapshot(&engine).unwrap();
    let mut fork = session.fork().unwrap();
    let mut restored = engine.restore(&bytes).unwrap();
    assert_eq!(restored.snapshot(&engine).unwrap(), bytes);
    assert_eq!(restored.conversation(), session.conversation());
    for request in [prompt("", 20), sampled(Input::Message("And then?".into()), 20), prompt(" more", 20)] {
        let expected = run(&mut session, &mut engine, request.clone());
        assert_eq!(expected.len(), 20);
        assert_eq!(run(&mut fork, &mut engine, request.clone()), expected);
        assert_eq!(run(&mut restored, &mut engine, request), expected);
    }
    // A fork is on its own.
    let position = session.position();
    run(&mut fork, &mut engine, prompt("other", 5));
    assert_eq!(session.position(), position);
}

#[test]
fn a_state_of_another_model_or_a_damaged_one_is_refused() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, prompt("Hello", 3));
    let bytes = session.snapshot(&engine).unwrap();
    assert_eq!(open("tiny-f32").restore(&bytes).err().unwrap().code(), "wrong-model");
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert_eq!(engine.restore(&damaged).err().unwrap().code(), "bad-state", "byte {at}");
        assert!(engine.restore(&bytes[..at]).is_err());
    }
    assert_eq!(engine.restore(b"").err().unwrap().code(), "bad-state");
    assert_eq!(engine.restore(&[0; 100]).err().unwrap().code(), "bad-state");
}

#[test]
fn the_hash_tells_weights_apart() {
    let hash = |name: &str| open(name).model_hash().to_owned();
    assert_eq!(hash("chat"), hash("chat"));
    assert_ne!(hash("chat"), hash("tiny-f32"));
    assert_eq!(hash("bare-bf16").len(), 32);
    assert_eq!(open("chat").info().model_hash, hash("chat"));
}

#[test]
fn a_state_has_one_size() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    let size = session.state().bytes();
    assert_eq!(size, engine.info().state_bytes);
    run(&mut session, &mut engine, sampled(Input::Read(Text::Ids((0..4096).collect())), 1));
    assert_eq!((session.state().bytes(), session.position()), (size, 4096));
}
