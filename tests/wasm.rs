//! The classes for JavaScript, in wasm, as the worker uses them.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Error, JSON, Object, Reflect, Uint8Array, Uint32Array};
use mamba_web::web::{ModelLoader, WasmEngine, WasmSession, memory_bytes};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const CONFIG: &str = include_str!("golden/chat/config.json");
const TOKENIZER: &str = include_str!("golden/chat/tokenizer.json");
const TOKENIZER_CONFIG: &str = include_str!("golden/chat/tokenizer_config.json");
const GENERATION_CONFIG: &str = include_str!("golden/chat/generation_config.json");
const WEIGHTS: &[u8] = include_bytes!("golden/chat/model.safetensors");

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

fn json(text: &str) -> JsValue {
    JSON::parse(text).unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap()
}

/// The code of what was thrown, which must be an `Error` with a sentence and a hint.
fn code<T>(result: Result<T, JsValue>) -> String {
    let thrown = result.err().expect("an error");
    let error = thrown.dyn_ref::<Error>().expect("an instance of Error");
    assert!(String::from(error.message()).len() > 10);
    assert!(text(&thrown, "hint").len() > 10);
    text(&thrown, "code")
}

fn files() -> JsValue {
    object(&[
        ("config", CONFIG.into()),
        ("tokenizer", TOKENIZER.into()),
        ("tokenizerConfig", TOKENIZER_CONFIG.into()),
        ("generationConfig", GENERATION_CONFIG.into()),
        ("chatTemplate", JsValue::UNDEFINED),
    ])
}

async fn loader(backend: &str, precision: &str) -> ModelLoader {
    ModelLoader::open(files(), object(&[("backend", backend.into()), ("precision", precision.into())])).await.unwrap()
}

async fn engine() -> WasmEngine {
    let mut loader = loader("cpu", "f32").await;
    assert_eq!(loader.weight_files(), ["model.safetensors"]);
    loader.begin_file("model.safetensors", Some(WEIGHTS.len() as f64)).unwrap();
    for chunk in WEIGHTS.chunks(50_001) {
        loader.push(Uint8Array::from(chunk)).await.unwrap();
    }
    loader.end_file().unwrap();
    loader.finish().await.unwrap()
}

fn run(session: &mut WasmSession, request: &str) -> (Vec<f64>, String, String) {
    session.begin(&json(request), None).unwrap();
    let (mut ids, mut out) = (Vec::new(), String::new());
    loop {
        let step = session.advance().unwrap();
        match text(&step, "kind").as_str() {
            "prefill" => assert!(get(&step, "read").as_f64() <= get(&step, "total").as_f64()),
            "token" => {
                ids.push(get(&step, "id").as_f64().unwrap());
                out += &text(&step, "text");
            }
            "end" => return (ids, out + &text(&step, "text"), text(&step, "reason")),
            other => panic!("{other}"),
        }
    }
}

#[wasm_bindgen_test]
async fn loads_and_tells_its_figures() {
    let info = engine().await.info().unwrap();
    for name in ["parameters", "layers", "dModel", "dState", "vocab", "threads", "weightBytes", "stateBytes"] {
        assert!(get(&info, name).as_f64().unwrap() > 0.0, "{name}");
    }
    assert_eq!((text(&info, "architecture"), text(&info, "backend"), text(&info, "precision")).0, "mamba");
    assert_eq!(text(&info, "modelHash").len(), 32);
    assert!(get(&info, "adapter").is_null());
    assert_eq!(get(&info, "chatTemplate").as_bool(), Some(true));
    assert_eq!(get(&get(&info, "defaults"), "temperature").as_f64(), Some(0.7));
    assert!(memory_bytes() > 1e6);
}

#[wasm_bindgen_test]
async fn ids_and_back() {
    let engine = engine().await;
    let ids = engine.tokenize("Hello, wörld 👋").unwrap();
    assert_eq!(engine.detokenize(&ids).unwrap(), "Hello, wörld 👋");
    assert_eq!(code(engine.detokenize(&[5000])), "bad-argument");
}

#[wasm_bindgen_test]
async fn answers() {
    let engine = engine().await;
    let mut session = engine.session(None).unwrap();
    let request = r#"{"message":"Hello","maxTokens":12,"temperature":0}"#;
    let (ids, answer, reason) = run(&mut session, request);
    assert_eq!((ids.len(), reason.as_str()), (12, "length"));
    let ids: Vec<u32> = ids.iter().map(|&id| id as u32).collect();
    assert_eq!(engine.detokenize(&ids).unwrap(), answer);
    let stats = session.stats().unwrap();
    assert_eq!(get(&stats, "tokens").as_f64(), Some(12.0));
    assert!(get(&stats, "timeToFirstTokenMs").as_f64().unwrap() >= 0.0);
    assert_eq!(session.position(), get(&stats, "promptTokens").as_f64().unwrap() + 12.0);
    assert_eq!(session.logits().unwrap().len(), 4096);
    // Saved, forked, and both go on as the first one does.
    let mut restored = engine.restore(&session.snapshot(None, None).unwrap()).unwrap();
    let mut fork = session.fork().unwrap();
    let more = r#"{"prompt":"","maxTokens":5,"seed":3,"topK":0,"temperature":1.5}"#;
    let expected = run(&mut session, more);
    assert_eq!(run(&mut restored, more), expected);
    assert_eq!(run(&mut fork, more), expected);
    // Ids and words are read alike.
    let mut words = engine.session(None).unwrap();
    assert_eq!(run(&mut words, r#"{"read":"Hello"}"#).2, "read");
    let mut by_id = engine.session(None).unwrap();
    let ids = Uint32Array::from(engine.tokenize("Hello").unwrap().as_slice());
    by_id.begin(&object(&[("read", ids.into())]), None).unwrap();
    while text(&by_id.advance().unwrap(), "kind") != "end" {}
    assert_eq!(by_id.logits().unwrap(), words.logits().unwrap());
}

#[wasm_bindgen_test]
async fn all_settings_are_taken() {
    let mut session = engine().await.session(None).unwrap();
    let request = r#"{"prompt":"Hi","maxTokens":3,"temperature":0.5,"topK":10,"topP":0.9,"minP":0.1,
        "repetitionPenalty":1.1,"presencePenalty":0.5,"frequencyPenalty":0.5,"logitBias":{"300":100},"stop":["xyz"],"seed":9}"#;
    assert_eq!(run(&mut session, request).0[0], 300.0);
}

#[wasm_bindgen_test]
async fn known_turns_are_read_again() {
    let engine = engine().await;
    let mut had = engine.session(None).unwrap();
    let (_, answer, _) = run(&mut had, r#"{"message":"Hello","maxTokens":8,"temperature":0}"#);
    let ids = Uint32Array::from(had.ids().unwrap().as_slice());
    let turn = object(&[("message", "Hello".into()), ("answer", answer.into()), ("ids", ids.into())]);
    let mut read = engine.session(None).unwrap();
    read.begin(&object(&[("turns", Array::of1(&turn).into())]), None).unwrap();
    while text(&read.advance().unwrap(), "kind") != "end" {}
    let next = r#"{"message":"Why?","answer":"Because","maxTokens":5,"temperature":0}"#;
    assert_eq!(run(&mut read, next), run(&mut had, next));
    for (turns, says) in
        [("3", "list"), ("[3]", "object"), (r#"[{"message":"a","role":"b"}]"#, "role"), ("[]", "empty")]
    {
        let thrown = read.begin(&json(&format!(r#"{{"turns":{turns}}}"#)), None).unwrap_err();
        assert_eq!(text(&thrown, "code"), "bad-argument");
        assert!(text(&thrown, "message").contains(says), "{}", text(&thrown, "message"));
    }
}

#[wasm_bindgen_test]
async fn states_are_packed_carry_a_text_and_are_compared() {
    let engine = engine().await;
    let mut session = engine.session(None).unwrap();
    run(&mut session, r#"{"message":"Hello","maxTokens":4,"temperature":0}"#);
    let exact = session.snapshot(None, None).unwrap();
    for packing in ["f32", "f16", "int8"] {
        let bytes = session.snapshot(Some(packing.into()), Some("{}".into())).unwrap();
        assert_eq!(packing == "f32", bytes.len() >= exact.len());
        let mut restored = engine.restore(&bytes).unwrap();
        assert_eq!((restored.take_text().as_deref(), restored.take_text()), (Some("{}"), None));
        let first = Array::from(&restored.difference(&session).unwrap()).get(0);
        assert_eq!(text(&first, "kind"), "conv");
        let relative = get(&first, "relative").as_f64().unwrap();
        assert!(relative < 0.02 && (relative == 0.0) == (packing == "f32"), "{packing}: {relative}");
        assert_eq!(session.blend(&restored, 0.5).unwrap().position(), session.position());
    }
    assert_eq!(code(session.snapshot(Some("int4".into()), None)), "bad-argument");
    assert_eq!(code(session.blend(&session, 2.0).map(drop)), "bad-argument");
}

#[wasm_bindgen_test]
async fn tokens_are_weighed() {
    let engine = engine().await;
    let mut session = engine.session(None).unwrap();
    session.begin(&json(r#"{"prompt":"Hello","maxTokens":2,"temperature":0,"surprise":true}"#), None).unwrap();
    let mut tokens = 0;
    loop {
        let step = session.advance().unwrap();
        match text(&step, "kind").as_str() {
            "token" => {
                let weighed = session.weighed().unwrap();
                let best = Array::from(&get(&weighed, "alternatives")).get(0);
                assert_eq!(get(&best, "id"), get(&step, "id"));
                let surprise = get(&weighed, "surprise").as_f64().unwrap();
                assert!((surprise + get(&best, "probability").as_f64().unwrap().ln()).abs() < 1e-9);
                tokens += 1;
            }
            "end" => break,
            _ => {}
        }
    }
    assert_eq!(tokens, 2);
    run(&mut session, r#"{"weigh":" and more","maxTokens":1}"#);
    assert!(session.surprises().len() > 1 && session.surprises().iter().all(|&nats| nats > 0.0));
    run(&mut session, r#"{"prompt":"","maxTokens":1}"#);
    assert!(session.weighed().unwrap().is_undefined() && session.surprises().is_empty());
}

#[wasm_bindgen_test]
async fn requests_that_make_no_sense() {
    let engine = engine().await;
    for request in [
        "{}",
        "[]",
        "3",
        r#"{"prompt":"a","message":"b"}"#,
        r#"{"prompt":"a","answer":"b"}"#,
        r#"{"prompt":3}"#,
        r#"{"read":[1,2]}"#,
        r#"{"prompt":"a","temprature":1}"#,
        r#"{"prompt":"a","temperature":"1"}"#,
        r#"{"prompt":"a","temperature":-1}"#,
        r#"{"prompt":"a","topK":1.5}"#,
        r#"{"prompt":"a","topK":-1}"#,
        r#"{"prompt":"a","maxTokens":0}"#,
        r#"{"prompt":"a","seed":1e300}"#,
        r#"{"prompt":"a","stop":"x"}"#,
        r#"{"prompt":"a","stop":[1]}"#,
        r#"{"prompt":"a","logitBias":{"x":1}}"#,
        r#"{"prompt":"a","logitBias":{"1":"1"}}"#,
        r#"{"prompt":"a","logitBias":{"4096":1}}"#,
    ] {
        let mut session = engine.session(None).unwrap();
        assert_eq!(code(session.begin(&json(request), None)), "bad-argument", "{request}");
        assert_eq!(code(session.advance()), "bad-argument");
    }
    let nan = object(&[("prompt", "a".into()), ("temperature", f64::NAN.into())]);
    assert_eq!(code(engine.session(None).unwrap().begin(&nan, None)), "bad-argument");
    let message = session_error(&engine, r#"{"prompt":"a","temprature":1}"#);
    assert!(message.contains("\"temprature\""), "{message}");
    assert_eq!(code(engine.session(Some("Be brief.".into()))), "bad-argument");
    assert_eq!(code(engine.restore(&[1, 2, 3])), "bad-state");
}

fn session_error(engine: &WasmEngine, request: &str) -> String {
    let thrown = engine.session(None).unwrap().begin(&json(request), None).unwrap_err();
    text(&thrown, "message")
}

#[wasm_bindgen_test]
async fn stops_between_steps() {
    let mut session = engine().await.session(None).unwrap();
    let request = json(r#"{"prompt":"Hello","maxTokens":100}"#);
    session.begin(&request, None).unwrap();
    assert_eq!(code(session.begin(&request, None)), "busy");
    assert_eq!(code(session.snapshot(None, None)), "busy");
    session.advance().unwrap();
    session.advance().unwrap();
    session.cancel();
    assert!(session.position() > 0.0);
    assert_eq!(code(session.advance()), "bad-argument");
    session.begin(&request, None).unwrap();
}

#[wasm_bindgen_test]
async fn loading_goes_wrong_in_a_sentence_and_can_be_tried_again() {
    let options = object(&[("backend", "auto".into()), ("precision", "auto".into())]);
    let with = async |name: &str, value: JsValue| {
        let files = files();
        Reflect::set(&files, &name.into(), &value).unwrap();
        code(ModelLoader::open(files, options.clone()).await)
    };
    assert_eq!(with("config", "<!doctype html>".into()).await, "bad-checkpoint");
    assert_eq!(with("config", r#"{"model_type":"llama"}"#.into()).await, "unsupported-architecture");
    assert_eq!(with("config", JsValue::UNDEFINED).await, "not-found");
    assert_eq!(with("tokenizer", "{}".into()).await, "bad-tokenizer");
    assert_eq!(with("generationConfig", "{".into()).await, "bad-checkpoint");
    assert_eq!(with("index", "{}".into()).await, "bad-checkpoint");
    assert_eq!(with("shards", "x".into()).await, "bad-argument");
    let bad = object(&[("backend", "tpu".into()), ("precision", "auto".into())]);
    assert_eq!(code(ModelLoader::open(files(), bad).await), "bad-argument");
    assert_eq!(code(ModelLoader::open(files(), Array::new().into()).await), "bad-argument");

    let mut short = loader("auto", "auto").await;
    assert_eq!(code(short.push(Uint8Array::new_with_length(3)).await), "bad-argument");
    assert_eq!(code(short.begin_file("other.safetensors", None)), "bad-argument");
    short.begin_file("model.safetensors", None).unwrap();
    short.push(Uint8Array::from(&WEIGHTS[..1000])).await.unwrap();
    assert_eq!(code(short.end_file()), "integrity");
    assert_eq!(code(short.finish().await), "integrity");
    let mut wrong = loader("auto", "auto").await;
    wrong.begin_file("model.safetensors", None).unwrap();
    assert_eq!(code(wrong.push(Uint8Array::from(&[255_u8; 64][..])).await), "bad-checkpoint");
    assert_eq!(code(loader("auto", "auto").await.finish().await), "bad-argument");
    engine().await;
}

#[wasm_bindgen_test]
async fn a_long_answer_takes_no_more_memory() {
    let mut session = engine().await.session(None).unwrap();
    let request = |tokens: u32| format!(r#"{{"prompt":"Hello","maxTokens":{tokens},"repetitionPenalty":1.2}}"#);
    run(&mut session, &request(200));
    let before = memory_bytes();
    run(&mut session, &request(2000));
    assert_eq!(memory_bytes(), before);
}
