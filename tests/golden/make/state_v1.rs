//! Made tests/golden/state/*.v1.mstate and v1.json: run as tests/state_v1.rs in a checkout of d2a4bf1, the last commit
//! whose code writes version 1, with STATE_V1 set to the folder to write to.

use std::path::{Path, PathBuf};

use mamba_web::Engine;
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Request, Session, Step, Text};
use mamba_web::sampler::Settings;

fn run(session: &mut Session, engine: &mut Engine, input: Input, max_tokens: usize) -> Vec<u32> {
    let settings = Settings { temperature: 1.0, repetition_penalty: 1.2, seed: 5, ..Settings::default() };
    session.begin(engine, Request { input, settings, max_tokens, stop: Vec::new() }).unwrap();
    let mut ids = Vec::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Token { id, .. } => ids.push(id),
            Step::End { .. } => return ids,
            Step::Waiting | Step::Prefill { .. } => {}
        }
    }
}

#[test]
fn make() {
    let out = PathBuf::from(std::env::var_os("STATE_V1").expect("STATE_V1 names the folder to write to"));
    let mut all = serde_json::Map::new();
    for name in ["chat", "mamba2-groups"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let options = Options { backend: "cpu".into(), precision: "f32".into(), ..Options::default() };
        let mut engine = Engine::open(&folder, &options).unwrap();
        let mut session = engine.session(None).unwrap();
        let input = match name {
            "chat" => Input::Message("Hello".into()),
            _ => Input::Prompt(Text::Ids((1..50).collect())),
        };
        run(&mut session, &mut engine, input, 20);
        let bytes = session.snapshot(&engine).unwrap();
        std::fs::write(out.join(format!("{name}.v1.mstate")), bytes).unwrap();
        let position = session.position();
        let conversation = serde_json::to_value(session.conversation()).unwrap();
        let ids = run(&mut session, &mut engine, Input::Prompt(Text::Ids(vec![7])), 20);
        let of = serde_json::json!({ "position": position, "conversation": conversation, "then_7": ids });
        all.insert(name.into(), of);
    }
    let json = serde_json::to_string_pretty(&all).unwrap();
    std::fs::write(out.join("v1.json"), json + "\n").unwrap();
}
