//! GGUF files that the `gguf` package has written (tests/golden/make/gguf_files.py) against the same weights in
//! safetensors, and the tokenizer inside against tokenizer.json.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use mamba_web::Engine;
use mamba_web::Result;
use mamba_web::backend::{self, Backend, Loader, Precision};
use mamba_web::checkpoint::{TensorSink, gguf};
use mamba_web::engine::{EngineBuilder, ModelFiles, Options};
use mamba_web::generation::{Input, Request, Session, Step};
use mamba_web::model::Config;
use mamba_web::sampler::Settings;
use mamba_web::state::State;
use safetensors::SafeTensors;
use serde_json::Value;
use support::gguf::GgufFile;
use support::{Memory, argmax, expected, golden, kl_divergence, load_as, read, read_file, relative_error};

fn file(name: &str) -> PathBuf {
    golden("gguf").join(name)
}

/// A loader that is made when the header has come.
struct FromHeader {
    backend: &'static str,
    precision: Precision,
    loader: Option<Box<dyn Loader>>,
}

impl TensorSink for FromHeader {
    fn header(&mut self, header: &gguf::Header) -> Result<()> {
        self.loader = Some(backend::loader(self.backend, Config::from_gguf(header)?, self.precision, 1)?);
        Ok(())
    }
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.loader.as_mut().expect("the header comes first").begin(name, shape)
    }
    fn rows(&mut self, values: &[f32]) -> Result<()> {
        self.loader.as_mut().expect("the header comes first").rows(values)
    }
}

fn load(name: &str, backend: &'static str, precision: Precision) -> Box<dyn Backend> {
    let bytes = fs::read(file(name)).unwrap();
    let mut sink = FromHeader { backend, precision, loader: None };
    read_file(&bytes, 10_007, Some(bytes.len() as u64), &mut sink).unwrap();
    sink.loader.unwrap().finish().unwrap()
}

/// The same model from safetensors. A GGUF file cannot say Falcon-Mamba's mixer_rms_eps, for which 1e-6 is assumed.
fn original(name: &str, backend: &str) -> Box<dyn Backend> {
    let json = fs::read_to_string(golden(name).join("config.json")).unwrap();
    let mut json: Value = serde_json::from_str(&json).unwrap();
    json["mixer_rms_eps"] = 1e-6.into();
    load_as(Config::parse(&json.to_string()).unwrap(), &golden(name), backend, Precision::F32).unwrap()
}

#[test]
fn blocks_are_decoded_as_the_gguf_package_does() {
    let bytes = fs::read(file("blocks.gguf")).unwrap();
    let want = fs::read(file("blocks.safetensors")).unwrap();
    let want = SafeTensors::deserialize(&want).unwrap();
    for chunk in [bytes.len(), 1000, 7] {
        let mut memory = Memory::default();
        read_file(&bytes, chunk, None, &mut memory).unwrap();
        assert_eq!(memory.0.len(), 8);
        for (name, shape, values) in &memory.0 {
            let want = want.tensor(name).unwrap();
            assert_eq!(shape, want.shape(), "{name}");
            let want: Vec<f32> = want.data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
            let error = relative_error(values, &want);
            assert!(error < 1e-6, "{name}: {error}");
        }
    }
}

#[test]
fn every_architecture_is_the_same_in_both_formats() {
    for (name, format) in [("chat", "f16"), ("falcon", "f32"), ("mamba2", "f32"), ("mamba2-groups", "bf16")] {
        let want = expected(&golden(name));
        for backend in ["reference", "cpu", "gpu"] {
            let mut ours = load(&format!("{name}.{format}.gguf"), backend, Precision::F32);
            let mut theirs = original(name, backend);
            let (config, theirs_config) = (ours.config().clone(), theirs.config().clone());
            assert_eq!(config, Config { eos_tokens: config.eos_tokens.clone(), ..theirs_config });
            let got = read(ours.as_mut(), &want.input_ids, 64, &mut State::try_new(&config).unwrap());
            let same = read(theirs.as_mut(), &want.input_ids, 64, &mut State::try_new(&config).unwrap());
            // The file has A and not its logarithm.
            let error = relative_error(&got, &same);
            assert!(error < 2e-5, "{name} {backend}: {error}");
            if name != "falcon" {
                assert!(relative_error(&got, want.logits.last().unwrap()) < 1e-4, "{name} {backend}");
            }
        }
    }
}

#[test]
fn weights_of_eight_bits_stay_close() {
    for name in ["tiny-f32", "falcon", "mamba2"] {
        let want = expected(&golden(name));
        for (backend, precision, bound) in
            [("reference", Precision::F32, 0.02), ("cpu", Precision::F32, 0.02), ("cpu", Precision::Int8, 0.15)]
        {
            let mut ours = load(&format!("{name}.q8_0.gguf"), backend, precision);
            let mut theirs = original(name, backend);
            let config = ours.config().clone();
            let (mut a, mut b) = (State::try_new(&config).unwrap(), State::try_new(&config).unwrap());
            let mut divergence = 0.0;
            for &id in &want.input_ids {
                let got = read(ours.as_mut(), &[id], 1, &mut a);
                divergence += kl_divergence(&read(theirs.as_mut(), &[id], 1, &mut b), &got) / 64.0;
            }
            println!("{name} Q8_0 {backend} {precision:?}: KL divergence {divergence:.2e} nats");
            assert!(divergence < bound, "{name} {backend} {precision:?}: {divergence}");
        }
    }
}

#[test]
fn chunks_of_every_size_give_the_same_tensors() {
    let bytes = fs::read(file("mamba2.q8_0.gguf")).unwrap();
    let mut whole = Memory::default();
    read_file(&bytes, bytes.len(), None, &mut whole).unwrap();
    for chunk in [1, 2, 31, 4096] {
        for length in [None, Some(bytes.len() as u64)] {
            let mut memory = Memory::default();
            read_file(&bytes, chunk, length, &mut memory).unwrap();
            assert_eq!(memory.0, whole.0);
        }
    }
}

fn open(path: PathBuf) -> Engine {
    Engine::open(&path, &Options { backend: "cpu".into(), precision: "f32".into(), ..Options::default() }).unwrap()
}

fn answer(engine: &mut Engine, message: &str) -> Vec<u32> {
    let settings = Settings { temperature: 0.0, ..Settings::default() };
    let request = Request { input: Input::Message(message.into()), settings, max_tokens: 20, stop: Vec::new() };
    let mut session: Session = engine.session(None).unwrap();
    session.begin(engine, request).unwrap();
    let mut ids = Vec::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Token { id, .. } => ids.push(id),
            Step::End { .. } => return ids,
            Step::Prefill { .. } | Step::Waiting => {}
        }
    }
}

#[test]
fn a_file_alone_is_a_whole_model() {
    let (mut ours, mut theirs) = (open(file("chat.f16.gguf")), open(golden("chat")));
    assert_eq!(ours.info().architecture, "mamba");
    assert_eq!(ours.info().parameters, theirs.info().parameters);
    assert_eq!(ours.stop_tokens(), [0]);
    assert!(ours.info().chat_template);
    assert_eq!(answer(&mut ours, "Hello <|bot|>"), answer(&mut theirs, "Hello <|bot|>"));
    for case in fs::read_to_string(golden("default/default.encode.jsonl")).unwrap().split_terminator('\n') {
        let case: Value = serde_json::from_str(case).unwrap();
        let text = case["text"].as_str().unwrap();
        let ids = ours.tokenize(text).unwrap();
        assert_eq!(ids, theirs.tokenize(text).unwrap(), "{text:?}");
        assert_eq!(ours.detokenize(&ids).unwrap(), theirs.detokenize(&ids).unwrap());
    }
}

#[test]
fn its_name_may_be_in_capitals() {
    let shouted = Path::new(env!("CARGO_TARGET_TMPDIR")).join("CHAT.GGUF");
    fs::copy(file("chat.f16.gguf"), &shouted).unwrap();
    assert_eq!(open(shouted).info().architecture, "mamba");
}

#[test]
fn names_of_architectures_reach_the_page() {
    for (name, architecture) in
        [("falcon.f32.gguf", "falcon-mamba"), ("mamba2.f32.gguf", "mamba2"), ("tiny-f32.q8_0.gguf", "mamba")]
    {
        assert_eq!(open(file(name)).info().architecture, architecture);
    }
    assert_eq!(open(golden("falcon")).info().architecture, "falcon-mamba");
    assert_eq!(open(golden("mamba2-original")).info().architecture, "mamba2");
}

/// Builds an engine from a file's bytes.
fn build(bytes: &[u8]) -> Result<Engine> {
    let files = ModelFiles { weights: Some("model.gguf".into()), ..ModelFiles::default() };
    let mut builder =
        EngineBuilder::new(&files, &Options { backend: "cpu".into(), precision: "f32".into(), ..Options::default() })?;
    builder.begin_file("model.gguf", Some(bytes.len() as u64))?;
    for chunk in bytes.chunks(1 << 16) {
        pollster::block_on(builder.push(chunk))?;
    }
    builder.end_file()?;
    pollster::block_on(builder.finish())
}

/// GPT-NeoX's tokenizer, which is what llama.cpp's converter puts into the state-spaces models.
#[test]
fn gpt_neox_from_its_tokens_and_merges() {
    let json: Value = serde_json::from_slice(&fs::read(golden("neox/tokenizer.json")).unwrap()).unwrap();
    let mut tokens = vec![String::new(); 50_280];
    let mut types = vec![5; tokens.len()]; // unused
    for (id, token) in tokens.iter_mut().enumerate() {
        *token = format!("[PAD{id}]");
    }
    for (token, id) in json["model"]["vocab"].as_object().unwrap() {
        let id = id.as_u64().unwrap() as usize;
        (tokens[id], types[id]) = (token.clone(), 1);
    }
    for token in json["added_tokens"].as_array().unwrap() {
        let id = token["id"].as_u64().unwrap() as usize;
        let kind = if token["special"].as_bool().unwrap() { 3 } else { 4 };
        (tokens[id], types[id]) = (token["content"].as_str().unwrap().to_owned(), kind);
    }
    let merges = json["model"]["merges"].as_array().unwrap().iter().map(|merge| merge.as_str().unwrap());
    let file = GgufFile::mamba()
        .text("tokenizer.ggml.model", "gpt2")
        .text("tokenizer.ggml.pre", "mpt")
        .texts("tokenizer.ggml.tokens", tokens.iter().map(String::as_str))
        .numbers("tokenizer.ggml.token_type", &types)
        .texts("tokenizer.ggml.merges", merges)
        .whole("tokenizer.ggml.eos_token_id", 0)
        .weights(50_280)
        .tensor("output_norm.weight", &[2], 1.0);
    let engine = build(&file.bytes()).unwrap();
    for case in fs::read_to_string(golden("neox/neox.encode.jsonl")).unwrap().split_terminator('\n') {
        let case: Value = serde_json::from_str(case).unwrap();
        let ids: Vec<u32> = serde_json::from_value(case["ids"].clone()).unwrap();
        if case["group"] == "newer-unicode" {
            continue; // two tables of Unicode may rightly differ (tests/golden/README.md)
        }
        assert_eq!(engine.tokenize(case["text"].as_str().unwrap()).unwrap(), ids, "{case}");
        assert_eq!(engine.detokenize(&ids).unwrap(), case["decoded"].as_str().unwrap());
    }
}

#[test]
fn a_beginning_mark_is_added_where_the_file_wants_one() {
    let file = |add: u8| {
        GgufFile::mamba()
            .text("tokenizer.ggml.model", "gpt2")
            .texts("tokenizer.ggml.tokens", ["<s>", "a", "b", "ab"])
            .numbers("tokenizer.ggml.token_type", &[3, 1, 1, 1])
            .texts("tokenizer.ggml.merges", ["a b"])
            .whole("tokenizer.ggml.bos_token_id", 0)
            .raw("tokenizer.ggml.add_bos_token", 7, &[add])
            .weights(4)
            .tensor("output_norm.weight", &[2], 1.0)
            .bytes()
    };
    assert_eq!(build(&file(1)).unwrap().tokenize("ab").unwrap(), [0, 3]);
    assert_eq!(build(&file(0)).unwrap().tokenize("abb").unwrap(), [3, 2]);
}

#[test]
fn another_model_is_named() {
    let error = build(&GgufFile::default().text("general.architecture", "llama").tensor("x", &[1], 0.0).bytes());
    let error = error.err().unwrap();
    assert_eq!(error.code(), "unsupported-architecture");
    assert_eq!(error.to_string(), "This is a llama; this page runs Mamba, Mamba-2 and Falcon-Mamba.");
}

#[test]
fn greedy_ids_survive_the_change_of_format() {
    let want = expected(&golden("mamba2-groups"));
    let mut model = load("mamba2-groups.bf16.gguf", "cpu", Precision::F32);
    let mut state = State::try_new(model.config()).unwrap();
    let mut logits = read(model.as_mut(), &want.input_ids, 64, &mut state);
    for &id in &want.greedy_ids {
        assert_eq!(argmax(&logits), id);
        logits = read(model.as_mut(), &[id], 1, &mut state);
    }
}
