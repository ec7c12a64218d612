//! Generation on the GPU against generation on the CPU, with the same weights in f32: the GPU chooses tokens by itself
//! and runs ahead, and nobody may notice. Runs on whatever GPU there is; a software one will do.

use std::task::Poll;

use crate::support::{golden, load_on, relative_error};
use mamba_web::backend::gpu::Device;
use mamba_web::backend::{Backend, Name, Precision};
use mamba_web::engine::{Engine, Lap, Options};
use mamba_web::generation::{Input, LoadedModel, Reason, Request, Saving, Session, Step, Text};
use mamba_web::sampler::{Chooser, Sampler, Settings};
use mamba_web::sequence::Sequence;
use mamba_web::state::{Packing, State};
use mamba_web::{Error, Result, testing};

fn open(backend: &str) -> Engine {
    let backend = Name::parse(backend).unwrap();
    Engine::open(&golden("chat"), &Options { backend, precision: Some(Precision::F32), ..Options::default() }).unwrap()
}

const PROMPT: [u32; 9] = [3, 14, 15, 92, 65, 35, 89, 79, 32];

fn request(settings: Settings, max_tokens: usize, stop: &[&str]) -> Request {
    let stop = stop.iter().map(|&text| text.to_owned()).collect();
    Request { input: Input::Prompt(Text::Ids(PROMPT.to_vec())), settings, max_tokens, stop }
}

/// `tokens_per_second` decides a race; the scores are those of the engine.
fn lap(engine: &mut Engine, tokens_per_second: f64) -> Lap {
    Lap { tokens_per_second, ..pollster::block_on(engine.run_lap()).unwrap() }
}

/// Up to `most` tokens, their text, and why the run ended if it did.
fn go(session: &mut Session, engine: &mut Engine, most: usize) -> Result<(Vec<u32>, String, Option<Reason>)> {
    let (mut ids, mut all) = (Vec::new(), String::new());
    while ids.len() < most {
        match session.advance(engine)? {
            Step::Waiting => panic!("natively, advance waits"),
            Step::Prefill { .. } => {}
            Step::Token { id, text } => {
                ids.push(id);
                all += &text;
            }
            Step::End { reason, text } => return Ok((ids, all + &text, Some(reason))),
        }
    }
    Ok((ids, all, None))
}

fn whole(engine: &mut Engine, request: Request) -> (Vec<u32>, String, Option<Reason>) {
    let mut session = engine.session(None).unwrap();
    session.begin(engine, request).unwrap();
    go(&mut session, engine, usize::MAX).unwrap()
}

#[test]
fn the_gpu_chooses_what_the_cpu_chooses() {
    let (mut cpu, mut gpu) = (open("cpu"), open("gpu"));
    let base = Settings { temperature: 0.9, top_k: 40, seed: 7, ..Settings::greedy() };
    let settings = [
        Settings::greedy(),
        base.clone(),
        Settings { top_k: 5, seed: u64::MAX, ..base.clone() },
        Settings { top_p: 0.8, ..base.clone() },
        Settings { min_p: 0.1, temperature: 1.7, ..base.clone() },
        Settings { repetition_penalty: 1.3, ..base.clone() },
        Settings { presence_penalty: 0.7, frequency_penalty: 0.4, ..base.clone() },
        Settings { logit_bias: vec![(3, 5.0), (17, -100.0)], ..base.clone() },
        Settings { repetition_penalty: 1.2, logit_bias: vec![(9, 2.0)], ..Settings::greedy() },
        // More candidates than the GPU keeps: these are chosen on the host.
        Settings { top_k: 0, ..base.clone() },
        Settings { top_k: 64, ..base },
    ];
    for settings in settings {
        let (want, text, reason) = whole(&mut cpu, request(settings.clone(), 70, &[]));
        let (got, got_text, got_reason) = whole(&mut gpu, request(settings.clone(), 70, &[]));
        assert_eq!(got, want, "{settings:?}");
        assert_eq!((got_text, got_reason), (text, reason));
    }
}

#[test]
fn a_stop_string_in_the_middle_of_a_submit_leaves_no_trace() {
    let (mut cpu, mut gpu) = (open("cpu"), open("gpu"));
    let settings = Settings { temperature: 0.9, top_k: 20, seed: 3, ..Settings::greedy() };
    let (_, text, _) = whole(&mut cpu, request(settings.clone(), 60, &[]));
    let middle: String = text.chars().skip(text.chars().count() / 2).take(4).collect();
    let mut sessions = Vec::new();
    for engine in [&mut cpu, &mut gpu] {
        let mut session = engine.session(None).unwrap();
        session.begin(engine, request(settings.clone(), 60, &[&middle])).unwrap();
        let (ids, _, reason) = go(&mut session, engine, usize::MAX).unwrap();
        assert_eq!(reason, Some(Reason::Stop));
        sessions.push((ids, session));
    }
    let ((want, a), (got, b)) = (sessions.remove(0), sessions.remove(0));
    assert_eq!(got, want);
    assert_eq!(a.position(), b.position());
    let close = |a: &[f32], b: &[f32]| {
        let size = a.iter().fold(0f32, |m, x| m.max(x.abs()));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-4 * size)
    };
    assert!(close(a.logits().unwrap(), b.logits().unwrap()), "the scores are those after the last token");
    assert!(close(&a.state().ssm(), &b.state().ssm()) && close(&a.state().conv(), &b.state().conv()));
}

#[test]
fn a_cancelled_run_stands_where_the_last_token_was() {
    let (mut cpu, mut gpu) = (open("cpu"), open("gpu"));
    let settings = Settings { temperature: 0.9, top_k: 20, seed: 5, ..Settings::greedy() };
    let mut after = Vec::new();
    for engine in [&mut cpu, &mut gpu] {
        let mut session = engine.session(None).unwrap();
        session.begin(engine, request(settings.clone(), 100, &[])).unwrap();
        let (mut ids, ..) = go(&mut session, engine, 23).unwrap();
        session.cancel();
        assert!(session.read_back(engine).unwrap());
        assert_eq!(session.position(), (PROMPT.len() + 23) as u64);
        // A copy goes on, from a file, in the same way as the original.
        let saved = session.snapshot(engine).unwrap();
        let mut copy = engine.restore(&saved).unwrap();
        let more = Request { input: Input::Prompt("".into()), ..request(settings.clone(), 12, &[]) };
        for session in [&mut session, &mut copy] {
            session.begin(engine, more.clone()).unwrap();
            ids.extend(go(session, engine, usize::MAX).unwrap().0);
        }
        after.push(ids);
    }
    assert_eq!(after[0], after[1]);
    assert_eq!(after[1][23..35], after[1][35..]);
}

/// The files of tests/golden/state, whatever wrote them, and those that each backend writes of them, in all packings.
#[test]
fn a_saved_state_goes_on_alike_on_every_backend() {
    let json = std::fs::read_to_string(golden("state/v1.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let want: Vec<u32> = serde_json::from_value(json["chat"]["then_7"].clone()).unwrap();
    let settings = Settings { temperature: 1.0, repetition_penalty: 1.2, seed: 5, ..Settings::default() };
    let then = Request { input: Input::Prompt(Text::Ids(vec![7])), ..request(settings, 20, &[]) };
    let mut engines = [open("cpu"), open("gpu"), open("reference")];
    let golden = ["v1", "v2"].map(|version| std::fs::read(golden(&format!("state/chat.{version}.mstate"))).unwrap());
    let mut files: Vec<Vec<u8>> = golden.into();
    for engine in &engines {
        let session = engine.restore(&files[0]).unwrap();
        let save = |packing| session.save(engine, Saving { packing, text: None }).unwrap();
        files.extend([Packing::F32, Packing::F16].map(save));
    }
    for file in &files {
        for engine in &mut engines {
            let mut session = engine.restore(file).unwrap();
            session.begin(engine, then.clone()).unwrap();
            assert_eq!(go(&mut session, engine, usize::MAX).unwrap().0, want);
        }
    }
}

/// As many sequences as the GPU holds at once, fewer, and more, so that some are read again.
#[test]
fn sequences_that_take_turns_do_not_mix() {
    let mut gpu = open("gpu");
    let settings = |seed| Settings { temperature: 0.9, top_k: 20, seed, ..Settings::greedy() };
    let want: Vec<_> = (0..8).map(|seed| whole(&mut gpu, request(settings(seed), 24, &[])).0).collect();
    for count in [2, 4, 5, 6, 8] {
        let mut sessions: Vec<_> = (0..count)
            .map(|seed| {
                let mut session = gpu.session(None).unwrap();
                session.begin(&gpu, request(settings(seed), 24, &[])).unwrap();
                (session, Vec::new())
            })
            .collect();
        for turn in 0..24 {
            for (session, ids) in &mut sessions {
                ids.extend(go(session, &mut gpu, 1 + turn % 3).unwrap_or_default().0);
            }
            if sessions.iter().all(|(_, ids)| ids.len() == 24) {
                break;
            }
        }
        for ((_, ids), want) in sessions.iter().zip(&want) {
            assert_eq!(ids, want, "{count} sequences");
        }
    }
}

/// What comes back goes to who asked for it, in whatever order they look.
#[test]
fn sequences_under_way_at_once_do_not_mix() {
    let mut gpu = open("gpu");
    let tokens = |number: u32| (0..150).map(|i| (i * 37 + number * 101) % 4000 + 5).collect();
    let begin = |gpu: &Engine, number: u32| {
        let mut session = gpu.session(None).unwrap();
        // One of three is sampled on the host.
        let settings = Settings { temperature: 0.9, top_k: 20 * (number % 3), ..Settings::greedy() };
        let request = Request { input: Input::Prompt(Text::Ids(tokens(number))), ..request(settings, 7, &[]) };
        session.begin(gpu, request).unwrap();
        session
    };
    let alone: Vec<_> = (0..3)
        .map(|number| {
            let mut session = begin(&gpu, number);
            let (ids, ..) = go(&mut session, &mut gpu, usize::MAX).unwrap();
            (ids, session.logits().unwrap().to_vec(), session.position())
        })
        .collect();
    let mut sessions: Vec<_> = (0..3).map(|number| (begin(&gpu, number), Vec::new())).collect();
    for turn in 0..10_000 {
        let mut has_all_waited = true;
        for place in 0..3 {
            // Forwards, then backwards.
            let (session, ids) = &mut sessions[if turn % 2 == 0 { place } else { 2 - place }];
            if !session.is_running() {
                continue;
            }
            match session.step(&mut gpu).unwrap() {
                Step::Waiting => continue,
                Step::Token { id, .. } => ids.push(id),
                Step::Prefill { .. } | Step::End { .. } => {}
            }
            has_all_waited = false;
        }
        if has_all_waited {
            gpu.backend().remote().unwrap().wait(None);
        }
        if sessions.iter().all(|(session, _)| !session.is_running()) {
            break;
        }
    }
    for ((session, ids), (want, logits, position)) in sessions.iter().zip(&alone) {
        assert_eq!(ids, want);
        assert_eq!(session.position(), *position);
        // Blocks may have other lengths.
        assert!(relative_error(session.logits().unwrap(), logits) < 1e-4);
    }
}

type Call<'a> = &'a mut dyn FnMut(&mut Sequence, &mut dyn Backend) -> Result<Poll<u32>>;

/// Without room to park a state the sequence is read again; the device is none the worse.
#[test]
fn a_gpu_without_room_for_another_sequence_still_serves_it() {
    let device = pollster::block_on(Device::open()).unwrap();
    let mut gpu = load_on(&device, &golden("chat")).unwrap();
    let vocab = gpu.config().vocab;
    let mut generate = |full: &[bool]| -> Vec<Vec<u32>> {
        let mut all: Vec<_> = (0..3)
            .map(|seed| {
                let settings = Settings { temperature: 0.9, top_k: 20, seed, ..Settings::greedy() };
                let chooser = Chooser::new(Sampler::new(settings, vocab).unwrap(), None);
                (Sequence::new(State::try_new(gpu.config()).unwrap()), chooser, Vec::new())
            })
            .collect();
        for turn in 0..6 {
            for (sequence, chooser, ids) in &mut all {
                testing::be_full(&device, full[turn % full.len()]);
                let mut until = |call: Call<'_>| loop {
                    match call(sequence, gpu.as_mut()).unwrap() {
                        Poll::Ready(value) => break value,
                        Poll::Pending => sequence.wait(gpu.as_mut()),
                    }
                };
                let mut read = if turn == 0 { 0 } else { PROMPT.len() };
                while read < PROMPT.len() {
                    read += until(&mut |s, gpu| Ok(s.read(gpu, &PROMPT[read..], true)?.map(|n| n as u32))) as usize;
                }
                let id = until(&mut |s, gpu| s.choose(gpu, chooser, 6 - turn));
                until(&mut |s, gpu| Ok(s.read(gpu, &[id], true)?.map(|read| read as u32)));
                ids.push(id);
            }
        }
        all.into_iter().map(|(_, _, ids)| ids).collect()
    };
    let want = generate(&[false]);
    assert_eq!(generate(&[true]), want);
    assert_eq!(generate(&[false, true, true]), want);
}

/// What was chosen in advance for one answer is nothing to the next one.
#[test]
fn an_answer_that_stops_at_once_says_nothing_of_the_next_one() {
    let (mut cpu, mut gpu) = (open("cpu"), open("gpu"));
    let mut answers = Vec::new();
    for engine in [&mut cpu, &mut gpu] {
        let stop = engine.stop_tokens()[0];
        let mut session = engine.session(None).unwrap();
        let stops = Settings { temperature: 0.9, top_k: 20, logit_bias: vec![(stop, 100.0)], ..Settings::greedy() };
        let read = Request { input: Input::Read(Text::Ids(PROMPT.to_vec())), ..request(stops.clone(), 1, &[]) };
        // Everything is read back when the answer begins, so that there is nothing to be read back when it ends.
        for request in [read, Request { input: Input::Prompt("".into()), ..request(stops, 9, &[]) }] {
            session.begin(engine, request).unwrap();
            assert!(go(&mut session, engine, usize::MAX).unwrap().0.is_empty());
        }
        for seed in 1..4 {
            let settings = Settings { temperature: 0.9, top_k: 20, seed, ..Settings::greedy() };
            let mut twin = session.fork().unwrap();
            let more = Request { input: Input::Prompt("".into()), ..request(settings, 9, &[]) };
            twin.begin(engine, more).unwrap();
            answers.push(go(&mut twin, engine, usize::MAX).unwrap().0);
        }
    }
    let (cpu, gpu) = answers.split_at(3);
    assert_eq!(gpu, cpu);
    assert!(cpu.iter().all(|ids| !ids.is_empty()));
}

#[test]
fn a_lost_gpu_loses_no_token() {
    let (mut cpu, mut gpu) = (open("cpu"), open("gpu"));
    let settings = Settings { temperature: 0.9, top_k: 20, seed: 11, ..Settings::greedy() };
    let want = whole(&mut cpu, request(settings.clone(), 60, &[])).0;
    let mut session = gpu.session(None).unwrap();
    session.begin(&gpu, request(settings, 60, &[])).unwrap();
    let (mut ids, ..) = go(&mut session, &mut gpu, 17).unwrap();
    testing::lose_device(&mut gpu);
    let error = go(&mut session, &mut gpu, 1).unwrap_err();
    assert!(matches!(error, Error::DeviceLost(_)), "{error}");
    // On another device, which is lost as well, and then on the CPU.
    let mut again = open("gpu");
    ids.extend(go(&mut session, &mut again, 20).unwrap().0);
    testing::lose_device(&mut again);
    assert!(go(&mut session, &mut again, 1).is_err());
    ids.extend(go(&mut session, &mut cpu, usize::MAX).unwrap().0);
    assert_eq!(ids, want);
}

#[test]
fn the_gpu_takes_over_in_the_middle_of_a_sentence() {
    let sampled = Settings { temperature: 0.9, top_k: 40, seed: 7, ..Settings::greedy() };
    for settings in [Settings::greedy(), sampled] {
        let expected = whole(&mut open("cpu"), request(settings.clone(), 12, &[]));
        for moment in [0, 1, 5, 11] {
            let (mut engine, mut rival) = (open("cpu"), open("gpu"));
            let mut session = engine.session(None).unwrap();
            session.begin(&engine, request(settings.clone(), 12, &[])).unwrap();
            let (mut ids, mut text, _) = go(&mut session, &mut engine, moment).unwrap();
            let (own, its) = (lap(&mut engine, 1.0), lap(&mut rival, 2.0));
            assert!(engine.race(&own, rival, Ok(its)).unwrap());
            assert_eq!(engine.info().backend, "gpu");
            let (more, rest, reason) = go(&mut session, &mut engine, usize::MAX).unwrap();
            ids.extend(more);
            text += &rest;
            assert_eq!((ids, text, reason), expected, "moved after {moment} tokens");
        }
    }
}

#[test]
fn a_gpu_that_is_slower_or_wrong_does_not_take_over() {
    let laps: [fn(&mut Engine) -> Result<Lap>; 3] = [
        |rival| Ok(lap(rival, 0.5)),
        |rival| {
            let right = lap(rival, 9.0);
            Ok(Lap { scores: right.scores.iter().rev().copied().collect(), ..right })
        },
        |_| Err(Error::DeviceLost("The GPU was taken away.".into())),
    ];
    let reasons = ["0 tokens/s on", "its scores are not the CPU's", "The GPU was taken away."];
    let mut engine = open("cpu");
    let expected = whole(&mut engine, request(Settings::greedy(), 8, &[]));
    for (its, reason) in laps.into_iter().zip(reasons) {
        let (own, mut rival) = (lap(&mut engine, 1.0), open("gpu"));
        let its = its(&mut rival);
        assert!(!engine.race(&own, rival, its).unwrap());
        let info = engine.info();
        assert!(info.backend == "cpu" && info.backend_reason.contains(reason), "{}", info.backend_reason);
        assert_eq!(whole(&mut engine, request(Settings::greedy(), 8, &[])), expected);
    }
}
