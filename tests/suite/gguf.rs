//! GGUF files that the `gguf` package has written (tests/golden/make/gguf_files.py) against the same weights in
//! safetensors, and the tokenizer inside against tokenizer.json.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::gguf::GgufFile;
use crate::support::{Memory, argmax, expected, golden, kl_divergence, load_as, read, read_file, relative_error};
use mamba_web::Engine;
use mamba_web::Result;
use mamba_web::backend::{self, Backend, Loader, Name, Precision};
use mamba_web::checkpoint::{TensorSink, gguf};
use mamba_web::engine::{EngineBuilder, ModelFiles, Options};
use mamba_web::generation::{Input, Request, Session, Step, Text};
use mamba_web::model::{Config, Mamba2, Mixer};
use mamba_web::sampler::Settings;
use mamba_web::state::State;
use safetensors::SafeTensors;
use serde_json::Value;

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
        let name = Name::parse(self.backend)?.expect("a backend's name");
        self.loader = Some(backend::loader(name, Config::from_gguf(header)?, self.precision, 1)?);
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

/// The converter has folded Falcon's factors, and permuted Granite's q and k, which changes no score. It leaves out the
/// factor of a tied head, whose table has the embeddings' factor then.
#[test]
fn hybrids_are_the_same_in_both_formats() {
    for (file, name, scale, bound) in [
        ("granite.f32", "granite", 1.0, 2e-5),
        ("falcon-h1.f32", "falcon-h1", 1.0, 2e-5),
        ("falcon-h1-norm.bf16", "falcon-h1-norm", 2.0 / 1.5, 5e-2),
    ] {
        let ids: Vec<u32> = (0..50).map(|id| id * 3 + 1).collect();
        for backend in ["reference", "cpu"] {
            let mut ours = load(&format!("{file}.gguf"), backend, Precision::F32);
            let json = fs::read_to_string(golden(name).join("config.json")).unwrap();
            let mut config = Config::parse(&json).unwrap();
            if name == "falcon-h1-norm" {
                // The file does not say where the gate is.
                for mixer in &mut config.layers {
                    if let Mixer::Mamba2(mamba2) = mixer {
                        mamba2.heads.norm_before_gate = false;
                    }
                }
                let completed = ours.config().clone().completed(Some(&json));
                assert!(matches!(completed.layers[0], Mixer::Mamba2(Mamba2 { heads, .. }) if heads.norm_before_gate));
            }
            let mut theirs = load_as(config, &golden(name), backend, Precision::F32).unwrap();
            assert_eq!(ours.config().layers, theirs.config().layers, "{file}");
            let scores = |model: &mut dyn Backend| {
                let mut state = State::try_new(model.config()).unwrap();
                read(model, &ids, 16, &mut state)
            };
            let want: Vec<f32> = scores(theirs.as_mut()).into_iter().map(|score| score * scale).collect();
            let error = relative_error(&scores(ours.as_mut()), &want);
            println!("{file} {backend}: {error:.1e}");
            assert!(error < bound, "{file} {backend}: {error}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_hybrid_is_said_in_a_sentence() {
    let key = |name: &str| format!("granitehybrid.{name}");
    let base = || {
        let file = GgufFile::default().text("general.architecture", "granitehybrid");
        let whole = |file: GgufFile, (name, value): (&str, u32)| file.whole(&key(name), value);
        let sizes =
            [("embedding_length", 4), ("block_count", 2), ("attention.head_count", 2), ("feed_forward_length", 4)];
        let ssm = [("ssm.conv_kernel", 2), ("ssm.inner_size", 8), ("ssm.state_size", 2), ("ssm.time_step_rank", 2)];
        sizes.into_iter().chain(ssm).fold(file, whole).tensor("token_embd.weight", &[8, 4], 0.1)
    };
    let heads = |heads: &[i32]| base().numbers(&key("attention.head_count_kv"), heads);
    for (file, part) in [
        (base(), "does not say granitehybrid.attention.head_count_kv"),
        (base().whole(&key("attention.head_count_kv"), 0), "it must lie between 1 and"),
        (heads(&[0]), "2 layers, but 1 numbers"),
        (heads(&[0, -1]), "has -1 in"),
        (heads(&[0, 3]), "3 heads of keys"),
        (heads(&[0, 1]).whole(&key("expert_count"), 8), "mixture of experts"),
        (heads(&[0, 1]).raw(&key("rope.scaling.finetuned"), 7, &[1]), "rotary positions"),
        (heads(&[0, 1]).raw(&key("embedding_scale"), 6, &[0; 4]), "embedding_scale = 0"),
        (heads(&[0, 1]), "lacks the tensor model."),
    ] {
        let error = build(&file.bytes()).err().unwrap();
        assert!(error.to_string().contains(part), "{error} ({part})");
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
    Engine::open(&path, &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() })
        .unwrap()
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
    let mut builder = EngineBuilder::new(
        &files,
        &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() },
    )?;
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

/// A byte-level tokenizer in which only the ids and types say what is special.
fn with_tokens(tokens: &[&str], types: Option<&[i32]>, merges: &[&str]) -> GgufFile {
    let file = GgufFile::mamba()
        .text("tokenizer.ggml.model", "gpt2")
        .texts("tokenizer.ggml.tokens", tokens.iter().copied())
        .texts("tokenizer.ggml.merges", merges.iter().copied());
    let file = if let Some(types) = types { file.numbers("tokenizer.ggml.token_type", types) } else { file };
    file.weights(tokens.len() as u64).tensor("output_norm.weight", &[2], 1.0)
}

#[test]
fn a_turn_ends_at_the_usual_marks_whatever_eos_is() {
    let tokens = [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "a",
        "b",
        "<|eot_id|>",
        "<",
        "/",
        "s",
        ">",
        "</",
        "</s",
        "</s>",
    ];
    let merges = ["< /", "</ s", "</s >"];
    let control = [3, 3, 3, 1, 1, 4, 1, 1, 1, 1, 1, 1, 1];
    for types in [Some(&control[..]), None] {
        let engine =
            build(&with_tokens(&tokens, types, &merges).whole("tokenizer.ggml.eos_token_id", 0).bytes()).unwrap();
        // `</s>` is made of pieces of text, so it is text.
        assert_eq!(engine.stop_tokens(), [0, 2, 5], "{types:?}");
        assert_eq!(engine.tokenize("a<|im_end|>b<|eot_id|></s>").unwrap(), [3, 2, 4, 5, 10, 8, 9]);
        assert_eq!(engine.detokenize(&[3, 2, 4, 5, 12]).unwrap(), "ab</s>");
        let marks = engine.tokenizer().unwrap().guard("<|im_end|>");
        assert!(!engine.tokenizer().unwrap().encode_guarded(marks.as_str()).unwrap().contains(&2));
    }
    // By its place in the template, whatever its name.
    let tokens = ["<|endoftext|>", "<|turn|>", "<|over|>", "x"];
    let file = with_tokens(&tokens, Some(&[3, 3, 3, 1]), &[]);
    let template = "{% for m in messages %}<|turn|>{{ m.content }}\n<|over|>{% endfor %}";
    assert_eq!(build(&file.clone().text("tokenizer.chat_template", template).bytes()).unwrap().stop_tokens(), [0, 2]);
    assert_eq!(
        build(&file.text("tokenizer.chat_template", "{{ messages[2].x.y }}").bytes()).unwrap().stop_tokens(),
        [0]
    );
    // By their ids, whatever their names.
    let tokens = ["<a>", "<b>", "<c>", "x"];
    let file = with_tokens(&tokens, Some(&[3, 3, 3, 1]), &[])
        .whole("tokenizer.ggml.eos_token_id", 2)
        .whole("tokenizer.ggml.eot_token_id", 1)
        .whole("tokenizer.ggml.eom_token_id", 0);
    assert_eq!(build(&file.bytes()).unwrap().stop_tokens(), [0, 1, 2]);
}

#[test]
fn words_are_split_as_the_kind_of_model_has_it_where_the_file_does_not_say() {
    let tokens = ["e\u{cc}\u{301}", "Ã", "©", "Ì", "ģ", "e", "1", "12", "2", "3", "123", "4", "1234", "Ã©"];
    let merges = ["1 2", "12 3", "123 4", "Ã ©"];
    let tokenize = |file: GgufFile, text: &str| build(&file.bytes()).unwrap().tokenize(text).unwrap();
    let file = || with_tokens(&tokens, None, &merges);
    // GPT-NeoX composes accents and leaves numbers whole; Falcon-Mamba's tokenizer does neither.
    assert_eq!(tokenize(file(), "e\u{301}"), [13]);
    assert_eq!(tokenize(file(), "1234"), [12]);
    let falcon = || file().raw("mamba.ssm.dt_b_c_rms", 7, &[1]);
    assert_eq!(tokenize(falcon(), "e\u{301}"), [5, 3, 4]);
    assert_eq!(tokenize(falcon(), "1234"), [10, 11]);
    // What the file says counts.
    assert_eq!(tokenize(file().text("tokenizer.ggml.pre", "gpt-2"), "e\u{301}"), [5, 3, 4]);
    assert_eq!(tokenize(file().text("tokenizer.ggml.pre", "smollm"), "12"), [6, 8]);
}

/// As Python's tokenizers splits and merges thousands of texts (tests/golden/make/pre_tokenizers.py).
#[test]
fn granite_and_falcon_h1_split_words_as_python_does() {
    let json: Value = serde_json::from_str(&fs::read_to_string(golden("pre_tokenizers.json")).unwrap()).unwrap();
    let list =
        |name: &str| -> Vec<&str> { json[name].as_array().unwrap().iter().map(|x| x.as_str().unwrap()).collect() };
    let (tokens, merges) = (list("tokens"), list("merges"));
    let texts = fs::read_to_string(golden("neox/neox.encode.jsonl")).unwrap();
    let texts: Vec<Value> = texts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), texts.len());
    for (at, name) in ["dbrx", "falcon-h1"].into_iter().enumerate() {
        let file = with_tokens(&tokens, None, &merges).text("tokenizer.ggml.pre", name);
        let engine = build(&file.raw("tokenizer.ggml.add_bos_token", 7, &[0]).bytes()).unwrap();
        for (row, text) in rows.iter().zip(&texts) {
            let text = text["text"].as_str().unwrap();
            let ids: Vec<String> =
                engine.tokenizer().unwrap().encode(text, false).unwrap().iter().map(u32::to_string).collect();
            let checksum = crc32fast::hash(ids.join(",").as_bytes());
            assert_eq!(u64::from(checksum), row[at].as_u64().unwrap(), "{name}: {text:?} {ids:?}");
        }
    }
}

/// Names and contents.
type Files<'a> = &'a [(&'a str, Vec<u8>)];

/// A folder of its own with the given files.
fn folder(name: &str, files: Files) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

fn try_open(path: &Path) -> Result<Engine> {
    Engine::open(path, &Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() })
}

/// The scores after some tokens.
fn scores(engine: &mut Engine) -> Vec<f32> {
    let mut session = engine.session(None).unwrap();
    let ids = (1..40).map(|i| i * 3 % 100).collect();
    session.begin(engine, engine.request(Input::Read(Text::Ids(ids)))).unwrap();
    while !matches!(session.advance(engine).unwrap(), Step::End { .. }) {}
    session.logits().unwrap().to_vec()
}

#[test]
fn parts_of_a_split_model_are_one() {
    let want = scores(&mut open(file("mamba2.q8_0.gguf")));
    let split = file("split");
    let name = |number: usize| format!("mamba2.q8_0-0000{number}-of-00003.gguf");
    // The folder, and each of the parts.
    for path in [split.clone(), split.join(name(1)), split.join(name(2)), split.join(name(3))] {
        let mut engine = open(path);
        assert_eq!(engine.info().architecture, "mamba2");
        assert_eq!(scores(&mut engine), want);
    }
    for number in 1..=3 {
        let files = ModelFiles { weights: Some(name(number)), ..ModelFiles::default() };
        let builder = EngineBuilder::new(&files, &Options::default()).unwrap();
        assert_eq!(builder.weight_files(), [name(1), name(2), name(3)]);
    }
    let part = |number: usize| fs::read(split.join(name(number))).unwrap();
    let cases: [(&str, Files, &str, &str); 6] = [
        ("one is missing", &[(&name(1), part(1)), (&name(3), part(3))], "", "00002-of-00003.gguf is not in"),
        ("one is missing, named", &[(&name(2), part(2))], &name(2), "00001-of-00003.gguf is not in"),
        (
            "two are exchanged",
            &[(&name(1), part(1)), (&name(2), part(3)), (&name(3), part(2))],
            "",
            "should be part 2 of 3, but is part 3",
        ),
        ("a part under another name", &[("m.gguf", part(1))], "m.gguf", "part 1 of 3 of a split model"),
        ("a later part under another name", &[("m.gguf", part(3))], "m.gguf", "part 3 of 3 of a split model"),
        (
            "another count",
            &[("m-00001-of-00002.gguf", part(1)), ("m-00002-of-00002.gguf", part(2))],
            "",
            "one of 2 parts by its name and one of 3",
        ),
    ];
    for (what, files, named, part) in cases {
        let path = folder("split", files).join(named);
        let error = try_open(&path).err().unwrap_or_else(|| panic!("{what}"));
        assert!(error.to_string().contains(part), "{what}: {error}");
    }
}

/// A file with one more value. What pads it keeps the tensors where they are.
fn with_value(mut bytes: Vec<u8>, key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    let mut added = [&text(key), &kind.to_le_bytes()[..], value].concat();
    let padding = (64 - (added.len() + 8 + 3 + 4 + 8) % 32) % 32;
    added.extend([&text("pad"), &8_u32.to_le_bytes()[..], &text(&" ".repeat(padding))].concat());
    let values = u64::from_le_bytes(bytes[16..24].try_into().unwrap()) + 2;
    bytes[16..24].copy_from_slice(&values.to_le_bytes());
    bytes.splice(24..24, added);
    bytes
}

#[test]
fn falcon_h1_with_other_rotary_positions_is_refused() {
    let with = |name: &str, kind: u32, value: &[u8]| {
        let bytes = fs::read(file("falcon-h1.f32.gguf")).unwrap();
        let bytes = with_value(bytes, &format!("falcon-h1.rope.{name}"), kind, value);
        try_open(&folder("rope", &[("m.gguf", bytes)]).join("m.gguf"))
    };
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    for (name, kind, value, part) in [
        ("scaling.type", 8, text("yarn"), "of the type yarn"),
        ("scaling.factor", 6, 4_f32.to_le_bytes().to_vec(), "stretched 4 times"),
        ("scale_linear", 6, 2.5_f32.to_le_bytes().to_vec(), "stretched 2.5 times"),
        ("dimension_count", 4, 2_u32.to_le_bytes().to_vec(), "in 2 of the"),
    ] {
        let error = with(name, kind, &value).err().unwrap_or_else(|| panic!("{name}"));
        assert_eq!(error.code(), "unsupported-architecture", "{name}");
        assert!(error.to_string().contains(part), "{error}");
    }
    for (name, kind, value) in [
        ("scaling.type", 8, text("none")),
        ("scaling.type", 8, text("linear")),
        ("scaling.factor", 6, 1_f32.to_le_bytes().to_vec()),
    ] {
        assert!(with(name, kind, &value).is_ok(), "{name}");
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let header = |number: u16, count: u16, tensors: i32, file: GgufFile| {
        file.raw("split.no", 2, &number.to_le_bytes()).raw("split.count", 2, &count.to_le_bytes()).raw(
            "split.tensors.count",
            5,
            &tensors.to_le_bytes(),
        )
    };
    let first = |tensors| header(0, 2, tensors, GgufFile::mamba().weights(4)).bytes();
    let second = |tensors| header(1, 2, tensors, GgufFile::default().tensor("output_norm.weight", &[2], 1.0)).bytes();
    let plain = GgufFile::mamba().weights(4).tensor("output_norm.weight", &[2], 1.0).bytes();
    let last = GgufFile::default().raw("split.no", 10, &[255; 8]).raw("split.count", 2, &[2, 0]).bytes();
    let open = |one: Vec<u8>, two: Vec<u8>| {
        try_open(&folder("parts", &[("m-00001-of-00002.gguf", one), ("m-00002-of-00002.gguf", two)]))
    };
    assert!(open(first(12), second(12)).is_ok());
    for (one, two, part) in [
        (first(12), second(13), "another number of tensors"),
        (first(13), second(13), "hold 12 tensors, but the first one announces 13"),
        (plain.clone(), second(12), "does not say so itself"),
        (first(12), plain.clone(), "does not say so itself"),
        (first(12), first(12), "should be part 2 of 2"),
        (first(12), last.clone(), "should be part 2 of 2"),
    ] {
        let error = open(one, two).err().unwrap();
        assert_eq!(error.code(), "bad-checkpoint");
        assert!(error.to_string().contains(part), "{error}");
    }
    // The first part may have no tensors, if it has tokens.
    let tokens = |file: GgufFile| file.texts("tokenizer.ggml.tokens", ["a", "b", "c", "d"]);
    let rest = || header(1, 2, 12, GgufFile::default().weights(4).tensor("output_norm.weight", &[2], 1.0)).bytes();
    assert!(open(header(0, 2, 12, tokens(GgufFile::mamba())).bytes(), rest()).is_ok());
    let error = open(header(0, 2, 12, GgufFile::mamba()).bytes(), rest()).err().unwrap();
    assert!(error.to_string().contains("how many tokens"), "{error}");
    // A head in a later part, which only then turns out not to be the embeddings.
    let head = |file: GgufFile| file.tensor("output.weight", &[4, 2], 2.0).tensor("output_norm.weight", &[2], 1.0);
    let untied = head(GgufFile::mamba().weights(4)).bytes();
    let later = header(1, 2, 13, head(GgufFile::default())).bytes();
    let whole = try_open(&folder("whole", &[("m.gguf", untied)])).unwrap();
    let split = open(first(13), later).unwrap();
    assert_eq!(split.info().parameters, whole.info().parameters);
    // One part of one is a whole model.
    assert!(
        try_open(&folder(
            "parts",
            &[(
                "m-00001-of-00001.gguf",
                header(0, 1, 12, GgufFile::mamba().weights(4).tensor("output_norm.weight", &[2], 1.0)).bytes()
            )]
        ))
        .is_ok()
    );
    assert!(try_open(&folder("parts", &[("m-00001-of-00001.gguf", plain)])).is_ok());
}

#[test]
fn several_models_in_a_folder_are_named() {
    let bytes = || fs::read(file("tiny-f32.q8_0.gguf")).unwrap();
    let part = |number: usize| fs::read(file("split").join(format!("mamba2.q8_0-0000{number}-of-00003.gguf"))).unwrap();
    let files = [
        ("b.Q8_0.gguf", bytes()),
        ("a.F16.gguf", bytes()),
        ("c-00001-of-00003.gguf", part(1)),
        ("c-00002-of-00003.gguf", part(2)),
    ];
    let path = folder("several", &files);
    let error = try_open(&path).err().unwrap();
    assert_eq!(error.code(), "bad-argument");
    assert!(
        error.to_string().contains("3 models")
            && error.to_string().contains("a.F16.gguf, b.Q8_0.gguf, c-00001-of-00003.gguf"),
        "{error}"
    );
    assert!(try_open(&path.join("a.F16.gguf")).is_ok());
    assert_eq!(try_open(&folder("several", &[("README.md", Vec::new())])).err().unwrap().code(), "not-found");
}

#[test]
fn small_files_beside_a_gguf_file_fill_in_what_it_lacks() {
    let bytes = || fs::read(file("falcon.f32.gguf")).unwrap();
    let config = fs::read_to_string(golden("falcon").join("config.json")).unwrap();
    // The golden config has another epsilon than what is assumed for a file that cannot say it.
    let want = scores(&mut open(golden("falcon")));
    let with = |config: &str| folder("beside", &[("falcon.gguf", bytes()), ("config.json", config.into())]);
    for path in [with(&config), with(&config).join("falcon.gguf"), with(&config).join("config.json")] {
        assert!(relative_error(&scores(&mut open(path)), &want) < 2e-5);
    }
    // A stub and another model's config count for nothing.
    let alone = scores(&mut open(file("falcon.f32.gguf")));
    assert!(relative_error(&alone, &want) > 1e-4);
    let other = fs::read_to_string(golden("mamba2").join("config.json")).unwrap();
    for config in [r#"{"model_type": "mamba"}"#, "{}", "no JSON", &other] {
        assert_eq!(scores(&mut open(with(config))), alone);
    }
    // tokenizer.json, where there is one; the names and the template of the folder.
    let chat = |name: &str| fs::read(golden("chat").join(name)).unwrap();
    let bytes = fs::read(file("chat.f16.gguf")).unwrap();
    let template = br#"{"chat_template": "no"}"#;
    let path = folder(
        "beside",
        &[
            ("c.gguf", bytes),
            ("tokenizer.json", chat("tokenizer.json")),
            ("chat_template.json", template.to_vec()),
            ("special_tokens_map.json", br#"{"eos_token": "<|user|>"}"#.to_vec()),
            ("generation_config.json", br#"{"eos_token_id": 3}"#.to_vec()),
        ],
    );
    let engine = open(path);
    assert_eq!(engine.stop_tokens(), [0, 2, 3]);
    assert_eq!(engine.chat_template().unwrap().unwrap().render(&[], true).unwrap(), "no");
    assert_eq!(engine.tokenize("Hello there").unwrap(), open(golden("chat")).tokenize("Hello there").unwrap());
    // A tokenizer.json for a file without a tokenizer.
    let tiny = fs::read(file("tiny-f32.q8_0.gguf")).unwrap();
    let tokenizer = br#"{"model": {"type": "WordLevel", "vocab": {"a": 0, "?": 1}, "unk_token": "?"}}"#;
    let engine = open(folder("beside", &[("t.gguf", tiny), ("tokenizer.json", tokenizer.to_vec())]));
    assert_eq!(engine.tokenize("a").unwrap(), [0]);
}

/// As llama.cpp writes it; generation_config.json is the newer word.
#[test]
fn a_file_may_recommend_how_to_sample() {
    let of = |file: GgufFile| file.weights(5).tensor("output_norm.weight", &[2], 1.0).bytes();
    let float = |file: GgufFile, key: &str, value: f32| file.raw(key, 6, &value.to_le_bytes());
    let file =
        float(GgufFile::mamba(), "general.sampling.temp", 0.4).raw("general.sampling.top_k", 5, &20_i32.to_le_bytes());
    let file = float(float(file, "general.sampling.min_p", 0.05), "general.sampling.penalty_repeat", 1.1);
    let settings = build(&of(file.clone())).unwrap().defaults().settings.clone();
    let want = Settings { temperature: 0.4, top_k: 20, min_p: 0.05, repetition_penalty: 1.1, ..Settings::default() };
    assert_eq!(settings, want);
    let generation = br#"{"temperature": 0.7}"#.to_vec();
    let engine = open(folder("sampling", &[("s.gguf", of(file)), ("generation_config.json", generation)]));
    assert_eq!(engine.defaults().settings, Settings { temperature: 0.7, ..Settings::default() });
    let error = build(&of(float(GgufFile::mamba(), "general.sampling.temp", -1.0))).err().unwrap();
    assert_eq!(error.code(), "bad-checkpoint");
    assert!(error.to_string().contains("temperature"), "{error}");
    let text = GgufFile::mamba().text("general.sampling.temp", "hot");
    assert!(build(&of(text)).err().unwrap().to_string().contains("general.sampling.temp"));
}

#[test]
fn any_file_of_a_checkpoint_means_all_of_it() {
    let whole = scores(&mut open(golden("bare-bf16")));
    let shards: Vec<_> = fs::read_dir(golden("bare-bf16")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut opened = 0;
    for path in shards.iter().filter(|path| path.extension().is_some_and(|end| end == "json" || end == "safetensors")) {
        if !path.ends_with("expected.safetensors") {
            assert_eq!(scores(&mut open(path.clone())), whole, "{}", path.display());
            opened += 1;
        }
    }
    assert!(opened >= 4); // two shards, their index, config.json
}

#[test]
fn another_model_is_named() {
    let error = build(&GgufFile::default().text("general.architecture", "llama").tensor("x", &[1], 0.0).bytes());
    let error = error.err().unwrap();
    assert_eq!(error.code(), "unsupported-architecture");
    assert_eq!(
        error.to_string(),
        "This is a llama; this page runs Mamba, Mamba-2, Falcon-Mamba, Granite-4.0-H and Falcon-H1."
    );
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
