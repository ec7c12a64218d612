//! The state: that it is all a sequence needs, that it can be saved, and that it has one size.

use crate::allocator::limited;
use crate::support::golden;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::{EngineBuilder, ModelFiles, Options};
use mamba_web::generation::{Input, Request, Saving, Session, Step, Text, step_together};
use mamba_web::model::{Config, tensors};
use mamba_web::sampler::Settings;
use mamba_web::state::Packing;
use mamba_web::{Engine, Error};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

fn open(name: &str) -> Engine {
    Engine::open(
        &golden(name),
        &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() },
    )
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

/// A file by its name in tests/golden/state.
fn saved(name: &str) -> Vec<u8> {
    std::fs::read(golden("state").join(name)).unwrap()
}

/// Written from the files of version 1 by the first code that wrote version 2, before there were packings, texts and the
/// tokenizer's hash.
#[test]
fn the_first_files_of_version_2_still_open() {
    for name in ["chat", "mamba2-groups"] {
        let engine = open(name);
        let [first, second] =
            ["v1", "v2"].map(|version| engine.restore(&saved(&format!("{name}.{version}.mstate"))).unwrap());
        assert!(first.state() == second.state() && first.logits().unwrap() == second.logits().unwrap());
        assert_eq!(first.conversation(), second.conversation());
        assert_eq!(first.snapshot(&engine).unwrap(), second.snapshot(&engine).unwrap());
    }
}

#[test]
fn a_text_goes_with_the_state_and_is_handed_out_once() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, prompt("Hello", 3));
    let text = "{\"chat\":\"Grüße \u{1F98B}\"}";
    for packing in Packing::ALL {
        let bytes = session.save(&engine, Saving { packing, text: Some(text) }).unwrap();
        let mut restored = engine.restore(&bytes).unwrap();
        assert_eq!(restored.take_text().as_deref(), Some(text));
        assert_eq!(restored.take_text(), None);
        // What is packed once loses nothing more.
        let saving = Saving { packing, text: Some(text) };
        let again = restored.save(&engine, saving).unwrap();
        if packing != Packing::Int8 {
            assert_eq!(again, bytes);
        }
        assert_eq!(again.len(), bytes.len());
    }
    let mut plain = engine.restore(&session.snapshot(&engine).unwrap()).unwrap();
    assert_eq!(plain.take_text(), None);
    let empty = session.save(&engine, Saving { text: Some(""), ..Saving::default() }).unwrap();
    assert_eq!(engine.restore(&empty).unwrap().take_text().as_deref(), Some(""));
}

/// Written by the last code that wrote version 1 (tests/golden/make/state_v1.rs), with what it generated next.
#[test]
fn files_of_version_1_still_open() {
    let text = std::fs::read_to_string(golden("state/v1.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    for name in ["chat", "mamba2-groups"] {
        let (mut engine, want) = (open(name), &json[name]);
        let mut session = engine.restore(&saved(&format!("{name}.v1.mstate"))).unwrap();
        assert_eq!(session.position(), want["position"].as_u64().unwrap());
        assert_eq!(serde_json::to_value(session.conversation()).unwrap(), want["conversation"]);
        // Saved again it is of the new version, and holds the same.
        let again = session.snapshot(&engine).unwrap();
        assert_eq!(again[..12], *b"MAMBASTA\x02\0\0\0");
        let mut restored = engine.restore(&again).unwrap();
        assert_eq!(restored.state(), session.state());
        let ids: Vec<u32> = serde_json::from_value(want["then_7"].clone()).unwrap();
        for session in [&mut session, &mut restored] {
            let then = sampled(Input::Prompt(Text::Ids(vec![7])), 20);
            assert_eq!(run(session, &mut engine, then), ids, "{name}");
        }
    }
}

/// The reader of docs/mstate.md, written from it and not from the code.
#[test]
fn a_stranger_reads_a_file_by_its_description() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, sampled(Input::Message("Hello".into()), 20));
    let data = session.snapshot(&engine).unwrap();
    let number = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().unwrap()) as usize;
    let crc = |parts: &[&[u8]]| crc32fast::hash(&parts.concat()) as usize;
    assert_eq!((&data[..8], number(8)), (&b"MAMBASTA"[..], 2));
    let table_at = 24 + number(12);
    let mut at = table_at + 40 * number(16);
    assert_eq!((table_at % 8, number(20)), (0, crc(&[&data[..20], &data[24..at]])));
    let header: serde_json::Value = serde_json::from_slice(&data[24..table_at]).unwrap();
    assert_eq!(header["model"], engine.model_hash());
    assert_eq!(header["position"], session.position());
    assert_eq!(header["recent"].as_array().unwrap().len() as u64, session.position());
    let (mut conv, mut ssm, mut scores, mut kinds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in (table_at..at).step_by(40) {
        let (layer, kind, bytes) = (number(row), &data[row + 4..row + 8], number(row + 24));
        let payload = &data[at..at + bytes];
        assert_eq!((number(row + 28), number(row + 32), number(row + 36)), (0, crc(&[payload]), 0));
        let floats = payload.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four));
        let (is_float, shape) = (number(row + 8) == 1, (number(row + 16), number(row + 20)));
        assert_eq!(bytes, shape.0 * shape.1 * if is_float { 4 } else { 1 });
        match kind {
            b"conv" => conv.extend(floats),
            b"ssm " => ssm.extend(floats),
            b"scor" => scores.extend(floats),
            kind => assert_eq!((kind, number(row + 12) & 1), (&b"turn"[..], 1)),
        }
        kinds.push((layer, kind.to_vec(), shape));
        at += bytes.next_multiple_of(8);
    }
    assert_eq!(at, data.len());
    assert_eq!(kinds[..2], [(0, b"conv".to_vec(), (3, 64)), (0, b"ssm ".to_vec(), (16, 64))]);
    assert_eq!((kinds[3].0, kinds[4].0, kinds.len()), (1, u32::MAX as usize, 6));
    assert!(conv == session.state().conv() && ssm == session.state().ssm() && scores == session.logits().unwrap());
}

/// Damages of a sound file, by what was done.
fn damages(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let length = whole.len();
    let mut all = Vec::new();
    for part in 0..24 {
        let at = part * length / 24;
        let mut change = |what: &str, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = whole.to_vec();
            change(&mut bytes);
            if bytes != whole {
                all.push((format!("{what} at {at} of {length}"), bytes));
            }
        };
        change("a bit", &|bytes| bytes[at] ^= 0x10);
        change("cut", &|bytes| bytes.truncate(at));
        change("a byte less", &|bytes| _ = bytes.remove(at));
        change("a byte more", &|bytes| bytes.insert(at, 0));
        change("zeros", &|bytes| bytes[at..(at + 64).min(length)].fill(0));
        change("the rest twice", &|bytes| bytes.extend_from_within(at..));
        change("halves exchanged", &|bytes| bytes.rotate_left(at));
    }
    // Every byte of what comes before the values.
    for at in 0..64 {
        let mut bytes = whole.to_vec();
        bytes[at] = !bytes[at];
        all.push((format!("another byte at {at} of {length}"), bytes));
    }
    all
}

#[test]
fn a_state_of_another_model_or_a_damaged_one_is_refused() {
    let mut engine = open("chat");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, prompt("Hello", 3));
    let bytes = session.snapshot(&engine).unwrap();
    for whole in [saved("chat.v1.mstate"), bytes.clone()] {
        assert_eq!(open("tiny-f32").restore(&whole).err().unwrap().code(), "wrong-model");
        let damages = damages(&whole);
        assert!(damages.len() > 200, "{}", damages.len());
        for (what, damaged) in damages {
            let error = engine.restore(&damaged).err().unwrap_or_else(|| panic!("{what}: must be refused"));
            assert_eq!(error.code(), "bad-state", "{what}: {error}");
            assert!(error.to_string().ends_with('.'), "{what}: {error}");
        }
    }
    for other in [&b""[..], &[0; 100], b"MAMBAST1", b"MAMBASTA", b"MAMBASTA\x02\0\0\0", b"MAMBASTB\x02\0\0\0"] {
        assert_eq!(engine.restore(other).err().unwrap().code(), "bad-state");
    }
    let newer = [&b"MAMBASTA\x03\0\0\0"[..], &bytes[12..]].concat();
    let error = engine.restore(&newer).err().unwrap().to_string();
    assert!(error.contains("was written by a newer version of mamba-web"), "{error}");
    // Nothing of all that has changed anything.
    assert_eq!(session.snapshot(&engine).unwrap(), bytes);
}

/// A model whose state has a megabyte, and next to no weights.
fn large_state() -> Engine {
    let json = r#"{"model_type":"mamba2","vocab_size":8,"hidden_size":8,"expand":256,"num_heads":32,"head_dim":64,
        "n_groups":1,"state_size":64,"num_hidden_layers":2,"tie_word_embeddings":true}"#;
    let config = Config::parse(json).unwrap();
    let specs = tensors(&config).into_iter().map(|spec| (config.tensor_name(spec.place), spec.shape));
    let specs: Vec<_> =
        specs.map(|(name, shape)| (name, vec![0; 4 * shape.iter().product::<usize>()], shape)).collect();
    let views =
        specs.iter().map(|(name, data, shape)| (name, TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    let weights = safetensors::serialize(views, None).unwrap();
    let files = ModelFiles { config: Some(json.into()), ..ModelFiles::default() };
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    let mut builder = pollster::block_on(EngineBuilder::open(&files, &options)).unwrap();
    builder.begin_file("model.safetensors", Some(weights.len() as u64)).unwrap();
    pollster::block_on(builder.push(&weights)).unwrap();
    builder.end_file().unwrap();
    pollster::block_on(builder.finish()).unwrap()
}

#[test]
fn a_copy_that_does_not_fit_is_an_error_and_leaves_all_as_it_was() {
    let mut engine = large_state();
    let mut session = engine.session(None).unwrap();
    let ids = |ids: &[u32]| sampled(Input::Prompt(Text::Ids(ids.to_vec())), 5);
    run(&mut session, &mut engine, ids(&[1, 2, 3]));
    let bytes = session.snapshot(&engine).unwrap();
    let state = engine.info().state_bytes as usize;
    assert!(state > 1 << 20);
    // Nothing, room for one of the two layers, and room for nearly all of a copy.
    for room in [0, state / 2 + 4096, state - 100_000] {
        let refused = |what: &str, result: Result<(), Error>| {
            let error = result.expect_err(what);
            assert_eq!(error.code(), "out-of-memory", "{what}: {error}");
            assert!(error.to_string().contains("no memory for"), "{what}: {error}");
        };
        refused("fork", limited(room, || session.fork().map(drop)));
        refused("session", limited(room, || engine.session(None).map(drop)));
        refused("snapshot", limited(room, || session.snapshot(&engine).map(drop)));
        refused("restore", limited(room, || engine.restore(&bytes).map(drop)));
        refused("begin", limited(room, || session.begin(&engine, ids(&[4]))));
        // What was taken until then has been given back: with a little more the next one fits.
        let fits = limited(state, || [(); 2].map(|()| session.fork().map(drop).is_ok()));
        assert_eq!(fits, [true, true]);
        assert!(!session.is_running());
    }
    assert_eq!(session.snapshot(&engine).unwrap(), bytes);
    let mut restored = engine.restore(&bytes).unwrap();
    let expected = run(&mut restored, &mut engine, ids(&[5]));
    assert_eq!(run(&mut session, &mut engine, ids(&[5])), expected);
}

/// 37 MB of rings, in which next to nothing is: a session takes all of it, a copy only what was read, until it reads on.
#[test]
fn a_ring_without_room_is_a_sentence_and_a_copy_of_a_short_text_is_small() {
    let options = Options {
        backend: Some(Name::Cpu),
        precision: Some(Precision::F32),
        window: Some(131_072),
        ..Options::default()
    };
    let mut engine = Engine::open(&golden("granite"), &options).unwrap();
    assert_eq!((engine.info().window, engine.info().window_bytes), (Some(131_072), 4 * 131_072 * 18 * 4));
    let room = 1 << 20;
    let error = limited(room, || engine.session(None).map(drop)).unwrap_err();
    assert!(error.code() == "out-of-memory" && error.to_string().contains("no memory for"), "{error}");
    let ids = |ids: &[u32]| sampled(Input::Prompt(Text::Ids(ids.to_vec())), 3);
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, ids(&[1, 2, 3]));
    let mut fork = limited(room, || session.fork()).unwrap();
    let bytes = limited(room, || session.snapshot(&engine)).unwrap();
    // The whole ring is asked for before anything is read, so the fork is as it was.
    fork.begin(&engine, ids(&[4])).unwrap();
    let error = limited(room, || fork.advance(&mut engine).map(drop)).unwrap_err();
    assert_eq!(error.code(), "out-of-memory", "{error}");
    assert_eq!(fork.snapshot(&engine).unwrap(), bytes);
    // Beside one that has room, at once: only the one without room fails.
    session.begin(&engine, ids(&[5])).unwrap();
    fork.begin(&engine, ids(&[5])).unwrap();
    let steps = |sessions: &mut [&mut Session], engine: &mut Engine| limited(room, || step_together(sessions, engine));
    let mut want = Vec::new();
    let got = steps(&mut [&mut session, &mut fork], &mut engine);
    assert!(matches!(got[0], Ok(Step::Prefill { read: 1, .. })));
    assert_eq!(got[1].as_ref().unwrap_err().code(), "out-of-memory");
    while session.is_running() {
        if let Step::Token { id, .. } = steps(&mut [&mut session], &mut engine).remove(0).unwrap() {
            want.push(id);
        }
    }
    assert_eq!(fork.snapshot(&engine).unwrap(), bytes);
    assert_eq!(run(&mut fork, &mut engine, ids(&[5])), want);
}

/// Several sessions at once need room for the scores of all of them.
#[test]
fn scores_without_room_leave_all_sessions_as_they_were() {
    let mut engine = open("chat");
    let mut base = engine.session(None).unwrap();
    run(&mut base, &mut engine, prompt("Hello", 3));
    let bytes = base.snapshot(&engine).unwrap();
    let mut sessions: Vec<Session> = (0..8).map(|_| base.fork().unwrap()).collect();
    sessions.iter_mut().for_each(|session| session.begin(&engine, prompt("", 4)).unwrap());
    let mut all: Vec<&mut Session> = sessions.iter_mut().collect();
    for step in limited(0, || step_together(&mut all, &mut engine)) {
        let error = step.unwrap_err();
        assert!(error.code() == "out-of-memory" && error.to_string().contains("no memory for"), "{error}");
    }
    let want = run(&mut base, &mut engine, prompt("", 4));
    for session in &mut sessions {
        assert!(!session.is_running() && session.snapshot(&engine).unwrap() == bytes);
        assert_eq!(run(session, &mut engine, prompt("", 4)), want);
    }
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
