//! What the model thought of its tokens, and states side by side.

use crate::support::{golden, kl_divergence};
use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Request, Session, Step, Text, Weighed};
use mamba_web::sampler::Settings;

fn open(folder: &str, backend: &str) -> Engine {
    let backend = Name::parse(backend).unwrap();
    let options = Options { backend, precision: Some(Precision::F32), ..Options::default() };
    Engine::open(&golden(folder), &options).unwrap()
}

fn request(input: Input, settings: Settings) -> Request {
    Request { input, settings, max_tokens: 12, stop: Vec::new() }
}

fn read(ids: &[u32]) -> Request {
    request(Input::Read(Text::Ids(ids.to_vec())), Settings::greedy())
}

/// The tokens of a run, and what each was weighed.
fn run(session: &mut Session, engine: &mut Engine, request: Request) -> Vec<(u32, Option<Weighed>)> {
    session.begin(engine, request).unwrap();
    let mut all = Vec::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Token { id, .. } => all.push((id, session.weighed().cloned())),
            Step::End { .. } => return all,
            Step::Waiting | Step::Prefill { .. } => {}
        }
    }
}

#[test]
fn tokens_are_weighed_by_the_scores_that_they_were_chosen_by() {
    let sampled = Settings { temperature: 1.3, top_k: 40, repetition_penalty: 1.2, seed: 4, ..Settings::default() };
    for backend in ["cpu", "gpu"] {
        let mut engine = open("chat", backend);
        for settings in [Settings::greedy(), sampled.clone()] {
            let hello = || request(Input::Prompt("Hello".into()), settings.clone());
            let mut plain = engine.session(None).unwrap();
            let unweighed = run(&mut plain, &mut engine, hello());
            assert!(unweighed.iter().all(|(_, weighed)| weighed.is_none()));
            let mut session = engine.session(None).unwrap();
            session.weigh(true);
            let all = run(&mut session, &mut engine, hello());
            let ids = |all: &[(u32, Option<Weighed>)]| -> Vec<u32> { all.iter().map(|(id, _)| *id).collect() };
            assert_eq!(ids(&all), ids(&unweighed), "the choice is the same");

            // The same tokens, weighed while they are read.
            let mut scored = engine.session(None).unwrap();
            let prompt = read(&engine.tokenize("Hello").unwrap());
            run(&mut scored, &mut engine, prompt);
            run(&mut scored, &mut engine, request(Input::Weigh(Text::Ids(ids(&all))), Settings::greedy()));
            assert_eq!((scored.surprises().len(), scored.ids().unwrap()), (12, &ids(&all)[..]));
            assert_eq!(scored.position(), session.position());
            for ((id, weighed), &surprise) in all.iter().zip(scored.surprises()) {
                let Weighed { surprise: own, alternatives } = weighed.as_ref().unwrap();
                assert!((own - f64::from(surprise)).abs() < 1e-3, "{own} {surprise}");
                assert_eq!(alternatives.len(), 5);
                assert!(alternatives.is_sorted_by(|a, b| a.probability >= b.probability));
                assert!(alternatives.iter().map(|one| one.probability).sum::<f64>() <= 1.0);
                assert_eq!(alternatives[0].text, engine.detokenize(&[alternatives[0].id]).unwrap());
                if let Some(same) = alternatives.iter().find(|one| one.id == *id) {
                    assert!((-same.probability.ln() - own).abs() < 1e-9);
                }
                if settings == Settings::greedy() {
                    assert_eq!(alternatives[0].id, *id);
                }
            }
            assert!(session.weighed().is_none(), "the run is over");
        }
    }
}

#[test]
fn the_first_token_of_a_session_comes_after_nothing() {
    let mut engine = open("chat", "cpu");
    let mut session = engine.session(None).unwrap();
    let weigh = |ids: &[u32]| request(Input::Weigh(Text::Ids(ids.to_vec())), Settings::greedy());
    run(&mut session, &mut engine, weigh(&[5, 6, 7]));
    let all = session.surprises().to_vec();
    assert!(all[0].is_nan() && all[1] > 0.0 && all[2] > 0.0);
    let mut at_once = engine.session(None).unwrap();
    run(&mut at_once, &mut engine, read(&[5, 6, 7]));
    assert_eq!(at_once.state(), session.state());
    // A session that goes on has expected something.
    run(&mut session, &mut engine, weigh(&[8]));
    assert!(session.surprises()[0] > 0.0);
    let before = session.snapshot(&engine).unwrap();
    session.begin(&engine, weigh(&[1; 100])).unwrap();
    for _ in 0..3 {
        session.advance(&mut engine).unwrap();
    }
    session.cancel();
    assert_eq!((session.snapshot(&engine).unwrap(), session.surprises().len()), (before, 0));
    assert_eq!(session.begin(&engine, weigh(&[])).unwrap_err().code(), "bad-argument");
}

#[test]
fn a_blend_goes_on_between_two_texts() {
    for folder in ["chat", "mamba2-groups"] {
        let mut engine = open(folder, "cpu");
        let mut of = |ids: &[u32]| {
            let mut session = engine.session(None).unwrap();
            run(&mut session, &mut engine, read(ids));
            session
        };
        let (a, b) = (of(&[1, 2, 3, 4]), of(&[9, 8, 7]));
        for (weight, same) in [(0.0, &a), (1.0, &b)] {
            let blend = a.blend(&b, weight).unwrap();
            assert!(blend.state().ssm() == same.state().ssm() && blend.logits().unwrap() == same.logits().unwrap());
            assert_eq!(blend.position(), 4);
        }
        let mut half = a.blend(&b, 0.5).unwrap();
        let apart = |session: &Session| {
            let all = session.difference(&a).unwrap();
            all.iter().map(|one| one.relative).sum::<f64>() / all.len() as f64
        };
        let (near, far) = (apart(&half), apart(&b));
        assert!(0.0 < near && near < far, "{near} {far}");
        assert_eq!(apart(&a.fork().unwrap()), 0.0);
        let kinds: Vec<_> = b.difference(&a).unwrap().into_iter().map(|one| (one.layer, one.kind)).collect();
        assert_eq!(kinds[..2], [(0, "conv".into()), (0, "ssm".into())]);
        assert_eq!(kinds.len(), 2 * engine.info().layers);
        // It is a session as any other.
        let (from_a, from_b) = (half.logits().unwrap(), b.logits().unwrap());
        assert!(kl_divergence(from_a, from_b) > 0.0);
        let tokens = run(&mut half, &mut engine, request(Input::Prompt("".into()), Settings::greedy()));
        assert!(!tokens.is_empty() && half.position() == 4 + tokens.len() as u64);
    }
}

#[test]
fn what_cannot_be_blended_or_compared_is_refused() {
    let mut engine = open("chat", "cpu");
    let empty = engine.session(None).unwrap();
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, read(&[1, 2]));
    for weight in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        assert_eq!(session.blend(&session, weight).err().unwrap().code(), "bad-argument");
    }
    assert_eq!(session.blend(&empty, 0.5).err().unwrap().code(), "bad-argument");
    assert!(session.difference(&empty).unwrap().iter().all(|one| one.relative == 1.0 && one.cosine == 0.0));
    let mut other = open("mamba2-groups", "cpu");
    let mut stranger = other.session(None).unwrap();
    run(&mut stranger, &mut other, read(&[1, 2]));
    assert_eq!(session.blend(&stranger, 0.5).err().unwrap().code(), "wrong-model");
    assert_eq!(session.difference(&stranger).unwrap_err().code(), "wrong-model");
    let mut busy = session.fork().unwrap();
    busy.begin(&engine, request(Input::Prompt("".into()), Settings::greedy())).unwrap();
    assert_eq!(session.blend(&busy, 0.5).err().unwrap().code(), "busy");
    assert_eq!(busy.difference(&session).unwrap_err().code(), "busy");
}
