//! Granite-4.0-H and Falcon-H1 against transformers (tests/golden/make/hybrid_cases.py): attention, MLP and Mamba-2 in one
//! model, with all factors of the two families, and a ring that turns.

use std::fs;
use std::path::Path;

use crate::configs::changed;
use crate::support::{argmax, golden, kl_divergence, load_as, load_for, read, relative_error};
use mamba_web::Engine;
use mamba_web::backend::{Backend, Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Request, Session, Step, Text};
use mamba_web::model::{Attention, Config, Heads, MemoryKind, Mixer};
use mamba_web::sampler::Settings;
use mamba_web::state::{Snapshot, State};
use safetensors::SafeTensors;
use serde_json::{Value, json};

const FOLDERS: [&str; 4] = ["granite", "granite-rope", "falcon-h1", "falcon-h1-norm"];
const EXACT: [&str; 3] = ["reference", "cpu", "gpu"];
/// M of `logits_in_window`.
const WINDOW: usize = 37;

struct Expected {
    ids: Vec<u32>,
    /// `[T, V]` each: with all tokens in sight, and with the last [`WINDOW`].
    logits: Vec<Vec<f32>>,
    logits_in_window: Vec<Vec<f32>>,
    greedy: Vec<u32>,
    /// By name: `keys.0` is `[T, J S]` of the model's layer 0, `ssm.1` is `[N, E]`.
    memories: Vec<(String, Vec<f32>)>,
}

fn expected(name: &str) -> Expected {
    let bytes = fs::read(golden(name).join("expected.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        file.tensor(name).unwrap().data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    };
    let ids = |name: &str| -> Vec<u32> {
        file.tensor(name).unwrap().data().as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes) as u32).collect()
    };
    let vocab = file.tensor("logits").unwrap().shape()[1];
    let rows = |name: &str| floats(name).chunks(vocab).map(<[f32]>::to_vec).collect();
    let memories = file.names().into_iter().filter(|name| name.contains('.'));
    Expected {
        ids: ids("input_ids"),
        logits: rows("logits"),
        logits_in_window: rows("logits_in_window"),
        greedy: ids("greedy_ids"),
        memories: memories.map(|name| (name.to_owned(), floats(name))).collect(),
    }
}

fn config(name: &str) -> Config {
    Config::parse(&fs::read_to_string(golden(name).join("config.json")).unwrap()).unwrap()
}

fn load(name: &str, backend: &str, precision: Precision, window: Option<usize>) -> Box<dyn Backend> {
    let config = match window {
        Some(tokens) => config(name).with_window(tokens).unwrap(),
        None => config(name),
    };
    load_as(config, &golden(name), backend, precision).unwrap()
}

fn fresh(model: &dyn Backend) -> State {
    State::try_new(model.config()).unwrap()
}

#[test]
fn scores_match_transformers_after_every_token() {
    for name in FOLDERS {
        let want = expected(name);
        for backend in EXACT {
            for (window, logits) in [(None, &want.logits), (Some(WINDOW), &want.logits_in_window)] {
                let mut model = load(name, backend, Precision::F32, window);
                let mut state = fresh(model.as_ref());
                let each = want.ids.iter().zip(logits);
                let worst = each.fold(0f32, |worst, (&id, want)| {
                    worst.max(relative_error(&read(model.as_mut(), &[id], 1, &mut state), want))
                });
                println!("{name} {backend}, window {window:?}: relative error {worst:.1e}");
                assert!(worst < 1e-4, "{name} {backend}, window {window:?}: {worst}");
            }
        }
    }
}

/// Layer 3 of transformers is a list of ours, of which one at most has the memory.
#[test]
fn the_state_matches_transformers() {
    for name in FOLDERS {
        let want = expected(name);
        for backend in EXACT {
            let mut model = load(name, backend, Precision::F32, None);
            let mut state = fresh(model.as_ref());
            read(model.as_mut(), &want.ids, 32, &mut state);
            let mut compared = 0;
            for (kind, tag) in [(MemoryKind::Keys, "keys"), (MemoryKind::Values, "values"), (MemoryKind::Ssm, "ssm")] {
                let mut theirs: Vec<&(String, Vec<f32>)> =
                    want.memories.iter().filter(|(name, _)| name.starts_with(tag)).collect();
                theirs.sort_by_key(|(name, _)| name.clone());
                for ((_, ours), (what, theirs)) in state.memories(kind).zip(&theirs) {
                    let error = relative_error(&ours[..theirs.len()], theirs);
                    assert!(error < 1e-4, "{name} {backend} {what}: {error}");
                    compared += 1;
                }
            }
            assert_eq!(compared, want.memories.len(), "{name}");
        }
    }
}

/// Each number comes from the same operations; but Mamba-2 reads a block in another form.
#[test]
fn prefill_in_one_call_equals_token_by_token() {
    for name in FOLDERS {
        let want = expected(name);
        for window in [None, Some(WINDOW), Some(5)] {
            for (backend, precision) in [
                ("reference", Precision::F32),
                ("cpu", Precision::F32),
                ("cpu", Precision::Int8),
                ("cpu", Precision::Int4),
                ("gpu", Precision::F32),
            ] {
                let mut model = load(name, backend, precision, window);
                let mut single = fresh(model.as_ref());
                let one = read(model.as_mut(), &want.ids, 1, &mut single);
                for chunk in [2, 3, 7, 32] {
                    let mut state = fresh(model.as_ref());
                    let many = read(model.as_mut(), &want.ids, chunk, &mut state);
                    let error = relative_error(&many, &one);
                    // A value at the border of two roundings may fall to either side.
                    let bound = if precision == Precision::F32 { 2e-5 } else { 3e-2 };
                    assert!(error < bound, "{name} {backend} {precision:?} {window:?}, {chunk} at a time: {error}");
                    // Steps of the recurrence are the same ones.
                    let is_equal = chunk < 12 && backend == "cpu";
                    assert!(!is_equal || (many == one && state == single), "{name} {precision:?} {window:?}, {chunk}");
                }
            }
        }
    }
}

#[test]
fn greedy_ids_match_transformers() {
    for name in FOLDERS {
        let want = expected(name);
        for backend in EXACT {
            let mut model = load(name, backend, Precision::F32, None);
            let mut state = fresh(model.as_ref());
            let mut scores = read(model.as_mut(), &want.ids, 64, &mut state);
            for (at, &id) in want.greedy.iter().enumerate() {
                assert_eq!(argmax(&scores), id, "{name} {backend}, token {at}");
                scores = read(model.as_mut(), &[id], 1, &mut state);
            }
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for name in FOLDERS {
        let want = expected(name);
        for precision in [Precision::F32, Precision::Int8, Precision::Int4] {
            let result = |threads| {
                let mut model = load_for(threads, &golden(name), precision).unwrap();
                let mut state = fresh(model.as_ref());
                let mut scores = Vec::new();
                for chunk in [1, 5, 32] {
                    scores.extend(read(model.as_mut(), &want.ids, chunk, &mut state));
                }
                (scores, state)
            };
            let alone = result(1);
            assert!([2, 5].iter().all(|&threads| result(threads) == alone), "{name} {precision:?}");
        }
    }
}

#[test]
fn packed_weights_stay_close() {
    // Heads of six channels, whose rounded scores softmax makes large, are the worst case of a bad case.
    for (precision, bound) in [(Precision::Int8, 0.25), (Precision::Int4, 2.0)] {
        for (name, backend) in FOLDERS.into_iter().flat_map(|name| [(name, "cpu"), (name, "gpu")]) {
            let want = expected(name);
            let mut model = load(name, backend, precision, None);
            let mut state = fresh(model.as_ref());
            let divergences = want
                .ids
                .iter()
                .zip(&want.logits)
                .map(|(&id, want)| kl_divergence(want, &read(model.as_mut(), &[id], 1, &mut state)));
            let mean = divergences.sum::<f64>() / want.ids.len() as f64;
            println!("{name} {backend} {}: mean KL divergence {mean:.2e} nats", precision.name());
            assert!(mean < bound, "{name} {backend} {precision:?}: {mean}");
        }
    }
}

/// Before the ring is full, when it has just turned, and later.
#[test]
fn a_saved_state_goes_on_exactly() {
    for name in FOLDERS {
        let ids = expected(name).ids;
        let mut model = load(name, "cpu", Precision::F32, Some(WINDOW));
        for read_before in [1, WINDOW - 1, WINDOW, WINDOW + 1, 70] {
            let mut state = fresh(model.as_ref());
            let logits = read(model.as_mut(), &ids[..read_before], 8, &mut state);
            let mut fork = state.try_clone().unwrap();
            let snapshot = Snapshot { state, logits, recent: vec![], conversation: String::new(), text: None };
            let bytes = snapshot.content().to_bytes("model").unwrap();
            let mut restored = Snapshot::from_bytes(&bytes, "model", model.config()).unwrap();
            assert_eq!(restored, snapshot, "{name}, {read_before}");
            let scores = read(model.as_mut(), &ids[read_before..], 8, &mut fork);
            assert_eq!(read(model.as_mut(), &ids[read_before..], 8, &mut restored.state), scores, "{name}");
            assert!(restored.state == fork, "{name}, {read_before}");
        }
    }
}

#[test]
fn a_state_of_another_window_is_opened_as_long_as_it_fits() {
    let with = |tokens| load("falcon-h1", "cpu", Precision::F32, Some(tokens));
    let ids = expected("falcon-h1").ids;
    for (tokens, fits) in [(20, true), (21, false)] {
        let (mut model, other) = (with(40), with(20));
        let mut state = fresh(model.as_ref());
        let logits = read(model.as_mut(), &ids[..tokens], 8, &mut state);
        let saved = Snapshot { state, logits, recent: vec![], conversation: String::new(), text: None };
        let bytes = saved.content().to_bytes("model").unwrap();
        match Snapshot::from_bytes(&bytes, "model", other.config()) {
            Ok(opened) => assert!(fits && opened.logits == saved.logits),
            Err(error) => assert!(!fits && error.code() == "wrong-model" && error.to_string().contains("21 tokens")),
        }
    }
}

/// A copy to go back to costs no more than what was read.
#[test]
fn a_copy_holds_only_the_tokens_that_were_read() {
    let mut model = load("granite", "cpu", Precision::F32, None);
    let mut state = fresh(model.as_ref());
    read(model.as_mut(), &[1, 2, 3], 3, &mut state);
    let mut copy = state.try_clone().unwrap();
    assert!(copy == state && copy.bytes() * 4 < state.bytes(), "{} of {}", copy.bytes(), state.bytes());
    let scores = read(model.as_mut(), &[4], 1, &mut copy);
    assert_eq!(scores, read(model.as_mut(), &[4], 1, &mut state));
    assert!(copy == state && copy.bytes() == state.bytes());
}

fn request(ids: &[u32]) -> Request {
    let settings = Settings { temperature: 1.0, repetition_penalty: 1.2, seed: 5, ..Settings::default() };
    Request { input: Input::Prompt(Text::Ids(ids.to_vec())), settings, max_tokens: 15, stop: Vec::new() }
}

/// One step of a run; the token, and whether it was the last.
fn step(session: &mut Session, engine: &mut Engine, ids: &mut Vec<u32>) -> bool {
    match session.advance(engine).unwrap() {
        Step::Token { id, .. } => ids.push(id),
        Step::End { .. } => return true,
        Step::Waiting | Step::Prefill { .. } => {}
    }
    false
}

fn run(session: &mut Session, engine: &mut Engine, request: Request) -> Vec<u32> {
    let mut ids = Vec::new();
    session.begin(engine, request).unwrap();
    while !step(session, engine, &mut ids) {}
    ids
}

/// Forks, saves, going back and turns between sessions, before a ring of 40 tokens is full and after.
#[test]
fn sessions_keep_their_promises() {
    for name in ["granite", "falcon-h1"] {
        let options = Options {
            backend: Some(Name::Cpu),
            precision: Some(Precision::Int8),
            window: Some(40),
            ..Options::default()
        };
        let mut engine = Engine::open(&golden(name), &options).unwrap();
        assert_eq!(engine.info().layers, config(name).published_layers(), "{name}");
        let mut session = engine.session(None).unwrap();
        for round in 0..4 {
            run(&mut session, &mut engine, request(&[7, 30 + round, 2]));
            let saved = session.snapshot(&engine).unwrap();
            let (mut fork, mut other) = (session.fork().unwrap(), session.fork().unwrap());
            let mut restored = engine.restore(&saved).unwrap();
            // A run that is broken off before its first token changes nothing.
            session.begin(&engine, request(&[9; 50])).unwrap();
            session.advance(&mut engine).unwrap();
            session.cancel();
            assert!(session.snapshot(&engine).unwrap() == saved, "{name}, round {round}");
            let want = run(&mut session, &mut engine, request(&[11, 12]));
            assert_eq!(run(&mut restored, &mut engine, request(&[11, 12])), want, "{name}, round {round}");
            // Two at once, step by step.
            let (mut ids, mut others) = (Vec::new(), Vec::new());
            fork.begin(&engine, request(&[11, 12])).unwrap();
            other.begin(&engine, request(&[11, 12])).unwrap();
            let (mut done, mut other_done) = (false, false);
            while !(done && other_done) {
                done = done || step(&mut fork, &mut engine, &mut ids);
                other_done = other_done || step(&mut other, &mut engine, &mut others);
            }
            assert!(ids == want && others == want, "{name}, round {round}");
            let after = session.snapshot(&engine).unwrap();
            assert!(fork.snapshot(&engine).unwrap() == after && restored.snapshot(&engine).unwrap() == after, "{name}");
        }
    }
}

/// Only the tokens that are in the ring are in the file.
#[test]
fn a_saved_state_has_only_what_is_in_the_ring() {
    for name in FOLDERS {
        let mut model = load(name, "cpu", Precision::F32, None);
        let bytes = |model: &mut dyn Backend, tokens: usize| {
            let mut state = fresh(model);
            let logits = read(model, &vec![3; tokens], 8, &mut state);
            let saved = Snapshot { state, logits, recent: vec![], conversation: String::new(), text: None };
            saved.content().to_bytes("model").unwrap().len()
        };
        let (few, more) = (bytes(model.as_mut(), 10), bytes(model.as_mut(), 12));
        let is_attention = |mixer: &&Mixer| matches!(mixer, Mixer::Attention(_));
        let of_token = |mixer: &Mixer| mixer.memories().map(|memory| memory.width * 4).sum::<usize>();
        let a_token: usize = model.config().layers.iter().filter(is_attention).map(of_token).sum();
        assert!((more - few).abs_diff(2 * a_token) < 64, "{name}: {few} and {more} bytes, {a_token} a token");
        assert!(few as u64 * 4 < model.config().state_bytes(), "{name}");
    }
}

#[test]
fn the_window_is_between_one_token_and_what_the_model_was_made_for() {
    assert_eq!(config("granite").published.context, 131_072);
    for name in FOLDERS {
        let config = config(name);
        let rings = |config: &Config| config.state_bytes();
        let (small, default) = (config.clone().with_window(1).unwrap(), rings(&config));
        assert!(rings(&small) < default, "{name}");
        for tokens in [0, config.published.context + 1, usize::MAX] {
            let error = config.clone().with_window(tokens).unwrap_err();
            assert_eq!(error.code(), "bad-argument");
            assert!(error.to_string().contains(&config.published.context.to_string()), "{error}");
        }
    }
    // A model without attention has no window to choose.
    let json = fs::read_to_string(golden("mamba2").join("config.json")).unwrap();
    let config = Config::parse(&json).unwrap();
    assert_eq!(config.clone().with_window(7).unwrap(), config);
}

fn refused(folder: &Path, change: impl Fn(&mut serde_json::Value)) -> mamba_web::Error {
    let json = fs::read_to_string(folder.join("config.json")).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    change(&mut json);
    Config::parse(&json.to_string()).unwrap_err()
}

#[test]
fn what_cannot_be_run_is_said_in_a_sentence() {
    let (granite, falcon) = (golden("granite-rope"), golden("falcon-h1"));
    let yarn = serde_json::json!({"rope_type": "yarn", "factor": 4.0});
    let old = serde_json::json!({"type": "longrope"});
    for (error, part) in [
        (refused(&granite, |json| json["num_local_experts"] = 64.into()), "64 experts"),
        (refused(&granite, |json| drop(json.as_object_mut().unwrap().remove("num_local_experts"))), "8 experts"),
        (refused(&granite, |json| json["layers_block_type"][1] = "sliding_attention".into()), "sliding_attention"),
        (refused(&granite, |json| drop(json["layers_block_type"].as_array_mut().unwrap().pop())), "3 layers, but 2"),
        (refused(&granite, |json| json["rope_scaling"] = yarn.clone()), "type yarn"),
        (refused(&falcon, |json| json["rope_scaling"] = old.clone()), "type longrope"),
        (refused(&falcon, |json| json["head_dim"] = 13.into()), "odd"),
        (refused(&falcon, |json| json["num_key_value_heads"] = 3.into()), "3 heads of keys"),
        (refused(&falcon, |json| json["mamba_d_head"] = 9.into()), "7 heads of 9"),
        (refused(&falcon, |json| json["mamba_n_groups"] = 2.into()), "2 groups"),
        (refused(&falcon, |json| json["embedding_multiplier"] = 0.into()), "embedding_multiplier = 0"),
        (refused(&falcon, |json| json["ssm_multipliers"] = vec![1.0; 4].into()), "4 numbers in ssm_multipliers"),
        (refused(&falcon, |json| json["projectors_bias"] = true.into()), "projectors_bias"),
        (refused(&falcon, |json| json["max_position_embeddings"] = 0.into()), "max_position_embeddings"),
        (refused(&falcon, |json| json["hidden_act"] = "gelu".into()), "gelu"),
    ] {
        assert!(error.to_string().contains(part), "{error} ({part})");
    }
}

/// What the golden file has of a layer, of ours.
fn layer(mixer: &Mixer) -> Value {
    match *mixer {
        Mixer::Mamba2(m) => {
            let Heads { heads, head_dim, groups, norm_before_gate } = m.heads;
            json!(["mamba2", {
                "inner": m.d_inner(), "heads": heads, "head_dim": head_dim, "groups": groups, "state": m.d_state,
                "taps": m.d_conv, "bias": m.use_bias, "out_bias": m.use_bias, "conv_bias": m.use_conv_bias,
                "limit": [m.time_step_limit.0, m.time_step_limit.1], "norm": m.gated_norm,
                "before_gate": norm_before_gate,
            }])
        }
        Mixer::Attention(Attention { heads, kv_heads, head_dim, use_bias, rope_theta, .. }) => json!(["attention", {
            "heads": heads, "kv_heads": kv_heads, "head_dim": head_dim, "bias": use_bias, "theta": rope_theta,
        }]),
        Mixer::Mlp(mlp) => json!(["mlp", {"hidden": mlp.d_hidden, "bias": mlp.use_bias}]),
        Mixer::Mamba1(_) => unreachable!("no hybrid has it"),
    }
}

/// As written, numbers to the precision of what was computed from them.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => match (ours.as_f64(), theirs.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * b.abs(),
            (Some(a), None) => theirs.is_null() && a == 8f64.sqrt().recip() as f32 as f64, // a null factor of q
            _ => ours == theirs,
        },
    }
}

/// tests/golden/make/hybrid_configs.py.
#[test]
fn configs_are_read_as_transformers_reads_them() {
    let json = fs::read_to_string(golden("hybrid_configs.json")).unwrap();
    let all: Value = serde_json::from_str(&json).unwrap();
    let (mut compared, mut refused, mut wrong) = (0, 0, Vec::new());
    for row in all["rows"].as_array().unwrap() {
        let (base, changes) = (&all["bases"][row["base"].as_str().unwrap()], row["changes"].as_object().unwrap());
        let json = changed(base.as_str().unwrap(), changes);
        let ours = Config::parse(&json);
        let theirs = &row["resolved"];
        let is_absent = |key: &str| changes.get(key).is_some_and(|text| text.is_null() || text == "null");
        let asked_for = ["vocab_size", "hidden_size", "num_hidden_layers"].into_iter().any(is_absent);
        // What transformers refuses may be refused or read; a model of nothing is refused.
        if theirs.is_null() || asked_for || theirs["hidden"] == 0 {
            refused += usize::from(ours.is_err());
            continue;
        }
        let has_half = |layer: &Value| layer[1].get("out_bias").is_some_and(|bias| *bias != layer[1]["bias"]);
        if theirs["supported"] == false || theirs["layers"].as_array().unwrap().iter().any(has_half) {
            assert_eq!(ours.unwrap_err().code(), "unsupported-architecture", "{json}");
            continue;
        }
        let ours = match ours {
            Ok(ours) => ours,
            Err(error) => {
                wrong.push(format!("{error} {}", row["changes"]));
                continue;
            }
        };
        let (s, embedding) = (ours.published.scales, theirs["embedding"].as_f64().unwrap() as f32);
        let added = [s.added.mamba, s.added.attention, s.added.mlp].map(|factor| factor * embedding);
        let [z, x, b, c, dt] = s.mamba_sections;
        let rest = [s.mamba_in, z, x, b, c, dt, s.attention_in, s.query, s.key, s.gate, s.scores];
        let scales = [&added[..], &rest].concat();
        let found = json!({
            "supported": true, "vocab": ours.vocab, "hidden": ours.d_model, "tied": ours.tied, "eos": ours.eos_tokens,
            "epsilon": ours.norm_epsilon * embedding * embedding, "context": ours.published.context,
            "embedding": embedding, "layers": ours.layers.iter().map(layer).collect::<Vec<_>>(),
            "scales": scales,
        });
        for (property, found) in found.as_object().unwrap() {
            let is_free = property == "eos" && is_absent("eos_token_id");
            if !is_free && !same(found, &theirs[property]) {
                wrong.push(format!("{property}: {found}, not {}: {}", theirs[property], row["changes"]));
            }
        }
        compared += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 150 && refused > 5, "{compared} compared, {refused} refused");
}

/// A layer that the config calls attention, in a file that has Mamba-2 there.
#[test]
fn attention_without_weights_is_named() {
    let mut config = config("granite");
    config.layers[2] = config.layers[0];
    let error = load_as(config, &golden("granite"), "cpu", Precision::F32).err().unwrap();
    assert_eq!(error.code(), "bad-checkpoint");
    assert!(error.to_string().contains("model.layers.1.mamba."), "{error}");
}
