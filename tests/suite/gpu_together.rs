//! Sequences that decode together on the GPU: each says what it would say alone, whatever the others do.

use std::task::Poll;

use crate::mixed::models;
use crate::support::{fill_by_chance, golden, relative_error};
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{Backend, Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, LoadedModel, Reason, Request, Session, Step, Text, step_together};
use mamba_web::model::Config;
use mamba_web::sampler::{Chooser, Sampler, Settings};
use mamba_web::sequence::{Sequence, gather};
use mamba_web::state::State;
use mamba_web::{Engine, Error, Result, testing};

/// Fewer than a product takes at once, and more.
const COUNTS: [usize; 2] = [3, 7];

fn gpu(device: &Device, config: &Config, precision: Precision, fused: bool) -> Box<dyn Backend> {
    let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision)).unwrap();
    let loader = if fused { loader.fused_kernels() } else { loader };
    fill_by_chance(Box::new(loader), config, 7)
}

/// A sequence with a prompt, settings and a length of its own.
struct Writer {
    sequence: Sequence,
    chooser: Chooser,
    most: usize,
    ids: Vec<u32>,
}

impl Writer {
    fn new(backend: &mut dyn Backend, number: usize) -> Self {
        let base = Settings { temperature: 0.9, top_k: 20, seed: number as u64, ..Settings::greedy() };
        let settings = match number {
            0 => Settings::greedy(),
            1 => Settings { repetition_penalty: 1.3, presence_penalty: 0.4, ..base },
            2 => Settings { top_p: 0.8, logit_bias: vec![(3, 2.0), (9, -100.0)], ..base },
            _ => base,
        };
        let chooser = Chooser::new(Sampler::new(settings, backend.config().vocab).unwrap(), None);
        let sequence = Sequence::new(State::try_new(backend.config()).unwrap());
        let mut writer = Self { sequence, chooser, most: 17 - 2 * number, ids: Vec::new() };
        let prompt: Vec<u32> = (0..5 + 11 * number as u32).map(|i| (i + number as u32) * 37 % 131).collect();
        // The shortest blocks: the length of others follows how busy the machine is, and their sums have another order.
        for block in prompt.chunks(8) {
            let read = writer.until(backend, |own, backend| own.sequence.read(backend, block, true));
            assert_eq!(read, block.len());
        }
        // The state is in the host's memory, so that nothing has to be read again.
        writer.read_back(backend);
        writer
    }

    fn until<T>(
        &mut self,
        backend: &mut dyn Backend,
        mut call: impl FnMut(&mut Self, &mut dyn Backend) -> Result<Poll<T>>,
    ) -> T {
        loop {
            match call(self, backend).unwrap() {
                Poll::Ready(value) => return value,
                Poll::Pending => self.sequence.wait(backend),
            }
        }
    }

    /// A token; none while it has to wait for one.
    fn step(&mut self, backend: &mut dyn Backend) -> Option<u32> {
        let left = self.most - self.ids.len();
        let Poll::Ready(id) = self.sequence.choose(backend, &mut self.chooser, left).unwrap() else { return None };
        self.until(backend, |own, backend| own.sequence.read(backend, &[id], true));
        self.ids.push(id);
        Some(id)
    }

    fn go_alone(&mut self, backend: &mut dyn Backend) {
        while self.ids.len() < self.most {
            if self.step(backend).is_none() {
                self.sequence.wait(backend);
            }
        }
        self.read_back(backend);
    }

    fn read_back(&mut self, backend: &mut dyn Backend) {
        self.until(backend, |own, backend| own.sequence.read_back(backend));
    }

    fn is_like(&self, other: &Self) -> bool {
        let (a, b) = (&self.sequence, &other.sequence);
        self.ids == other.ids && is_close((a.state(), a.logits()), (b.state(), b.logits()))
    }
}

/// The sums are the same and in the same order, but a compiler may round a product before it is added or not.
const CLOSE: f32 = 2e-5;

fn is_close((a, a_logits): (&State, &[f32]), (b, b_logits): (&State, &[f32])) -> bool {
    let memories = a.all().zip(b.all()).filter(|(_, want)| !want.is_empty());
    let worst = memories.map(|(a, b)| relative_error(a, b)).fold(relative_error(a_logits, b_logits), f32::max);
    a.position == b.position && worst < CLOSE
}

fn writers(backend: &mut dyn Backend, count: usize) -> Vec<Writer> {
    (0..count).map(|number| Writer::new(backend, number)).collect()
}

/// All at once, each to its own length.
fn go_together(backend: &mut dyn Backend, all: &mut [Writer]) {
    while all.iter().any(|writer| writer.ids.len() < writer.most) {
        let mut running: Vec<_> = all.iter_mut().filter(|writer| writer.ids.len() < writer.most).collect();
        let choosing = running.iter_mut().filter_map(|writer| {
            let Writer { sequence, chooser, .. } = &mut **writer;
            Some((sequence, chooser.lone_sampler()?))
        });
        gather(backend, choosing);
        // Those without a seat go one after the other, each to its token.
        let mut has_all_waited = true;
        for writer in running {
            if !writer.sequence.is_gathered(backend) {
                writer.until(backend, |own, backend| Ok(own.step(backend).map_or(Poll::Pending, Poll::Ready)));
                has_all_waited = false;
            } else {
                has_all_waited &= writer.step(backend).is_none();
            }
        }
        if has_all_waited {
            backend.remote().unwrap().wait(None);
        }
    }
    all.iter_mut().for_each(|writer| writer.read_back(backend));
}

fn check(model: &mut dyn Backend, count: usize, what: &str) {
    let mut alone = writers(model, count);
    alone.iter_mut().for_each(|writer| writer.go_alone(model));
    let mut all = writers(model, count);
    let passed: Vec<u64> = all.iter().map(|writer| writer.sequence.passed()).collect();
    go_together(model, &mut all);
    for (number, (one, other)) in alone.iter().zip(&all).enumerate() {
        assert_eq!(other.ids, one.ids, "{what}, number {number} of {count}");
        assert!(other.is_like(one), "{what}, number {number} of {count}: its state or scores");
        let own = other.sequence.passed() - passed[number];
        assert_eq!(own, other.ids.len() as u64, "{what}: every one has a seat, so nothing is read again");
    }
}

#[test]
fn each_sequence_says_what_it_says_alone() {
    let device = pollster::block_on(Device::open()).unwrap();
    for (name, config) in models() {
        let mut model = gpu(&device, &config, Precision::F32, false);
        COUNTS.iter().for_each(|&count| check(model.as_mut(), count, name));
    }
    for (place, precision, fused) in [
        (7, Precision::F32, true),
        (0, Precision::F16, false),
        (1, Precision::Int8, false),
        (5, Precision::Int8, true),
        (2, Precision::Int4, false),
    ] {
        let (name, config) = &models()[place];
        let mut model = gpu(&device, config, precision, fused);
        check(model.as_mut(), 7, &format!("{name}, {precision:?}, fused {fused}"));
    }
}

/// One more than there are seats: it goes on in the ring beside them.
#[test]
fn more_sequences_than_seats_are_served_too() {
    let device = pollster::block_on(Device::open()).unwrap();
    let (_, config) = models().swap_remove(2);
    let mut model = gpu(&device, &config, Precision::F32, false);
    let mut alone = writers(model.as_mut(), 8);
    alone.iter_mut().for_each(|writer| writer.go_alone(model.as_mut()));
    let mut all = writers(model.as_mut(), 8);
    all.extend(writers(model.as_mut(), 2));
    go_together(model.as_mut(), &mut all);
    for (number, writer) in all.iter().enumerate() {
        assert!(writer.is_like(&alone[number % 8]), "number {number}");
    }
}

/// Without memory for seats they take turns, as before.
#[test]
fn a_gpu_without_room_for_seats_still_serves_all() {
    let device = pollster::block_on(Device::open()).unwrap();
    let (_, config) = models().swap_remove(3);
    let mut model = gpu(&device, &config, Precision::F32, false);
    let mut alone = writers(model.as_mut(), 3);
    alone.iter_mut().for_each(|writer| writer.go_alone(model.as_mut()));
    let mut all = writers(model.as_mut(), 3);
    // Only then: the rest needs buffers of its own.
    testing::be_full(&device, true);
    let lone = all[0].chooser.lone_sampler().unwrap();
    assert!(!model.remote().unwrap().gathers(lone));
    testing::be_full(&device, false);
    assert!(!model.remote().unwrap().gathers(lone));
    go_together(model.as_mut(), &mut all);
    assert!(alone.iter().zip(&all).all(|(one, other)| other.is_like(one)));
}

/// What a session has generated, and how it ended.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    ids: Vec<u32>,
    text: String,
    end: Option<Reason>,
}

fn open(backend: Name) -> Engine {
    let options = Options { backend: Some(backend), precision: Some(Precision::F32), ..Options::default() };
    Engine::open(&golden("chat"), &options).unwrap()
}

fn request(ids: &[u32], seed: u64, max_tokens: usize) -> Request {
    let settings = Settings { temperature: 0.9, top_k: 20, seed, ..Settings::greedy() };
    Request { input: Input::Prompt(Text::Ids(ids.to_vec())), settings, max_tokens, stop: Vec::new() }
}

/// A step of each that runs, in one pass. Device losses go to the caller.
fn pass(sessions: &mut [Session], engine: &mut Engine, answers: &mut [Answer]) -> Result<()> {
    let (places, mut running): (Vec<usize>, Vec<&mut Session>) =
        sessions.iter_mut().enumerate().filter(|(_, session)| session.is_running()).unzip();
    let steps = step_together(&mut running, engine);
    let mut has_waited = true;
    let mut lost = Ok(());
    for (place, step) in places.into_iter().zip(steps) {
        let answer = &mut answers[place];
        has_waited &= matches!(step, Ok(Step::Waiting));
        match step {
            Ok(Step::Waiting | Step::Prefill { .. }) => {}
            Ok(Step::Token { id, text }) => {
                answer.ids.push(id);
                answer.text += &text;
            }
            Ok(Step::End { reason, text }) => {
                answer.text += &text;
                answer.end = Some(reason);
            }
            Err(error) => lost = Err(error),
        }
    }
    if has_waited && let Some(remote) = engine.backend().remote() {
        remote.wait(None);
    }
    lost
}

fn answers(count: usize) -> Vec<Answer> {
    (0..count).map(|_| Answer::default()).collect()
}

/// All at once, or one after the other. `disturb` may do something before each step of all.
fn go(
    sessions: &mut [Session],
    engine: &mut Engine,
    at_once: bool,
    mut disturb: impl FnMut(&[Answer], &mut [Session]),
) -> Vec<Answer> {
    let mut all = answers(sessions.len());
    let alone = if at_once { sessions.len().max(1) } else { 1 };
    for (sessions, answers) in sessions.chunks_mut(alone).zip(all.chunks_mut(alone)) {
        while sessions.iter().any(Session::is_running) {
            disturb(answers, sessions);
            pass(sessions, engine, answers).unwrap();
        }
    }
    all
}

/// Forks of a session, some with a prompt of their own. One is greedy, one ends at a stop string, one is chosen on the
/// host, and one ends after a token.
fn begin(engine: &mut Engine, stop: &str) -> Vec<Session> {
    let mut base = engine.session(None).unwrap();
    base.begin(engine, request(&[3, 14, 15, 92, 65], 0, 4)).unwrap();
    go(core::slice::from_mut(&mut base), engine, false, |_, _| {});
    let all = [
        Request { settings: Settings::greedy(), ..request(&[], 0, 40) },
        Request { stop: vec![stop.into()], ..request(&[], 1, 40) },
        request(&(0..100).map(|i| i * 7 % 60).collect::<Vec<_>>(), 2, 30),
        Request { settings: Settings { top_k: 0, ..request(&[], 3, 0).settings }, ..request(&[], 3, 12) },
        request(&[], 4, 1),
        Request {
            settings: Settings { repetition_penalty: 1.2, ..request(&[], 5, 0).settings },
            ..request(&[9], 5, 50)
        },
    ];
    let one = |request| {
        let mut session = base.fork().unwrap();
        session.begin(engine, request).unwrap();
        session
    };
    all.into_iter().map(one).collect()
}

fn are_like<'a>(alone: &'a [Session], at_once: &'a [Session]) {
    for (number, (one, other)) in alone.iter().zip(at_once).enumerate() {
        let standing = |session: &'a Session| (session.state(), session.logits().unwrap());
        assert!(is_close(standing(one), standing(other)), "number {number}");
        assert_eq!((one.ids(), one.stats().tokens), (other.ids(), other.stats().tokens), "number {number}");
    }
}

#[test]
fn sessions_at_once_are_the_sessions_alone_and_so_is_what_comes_of_them() {
    let mut engine = open(Name::Gpu);
    let mut alone = begin(&mut engine, "\u{0}");
    let text = go(&mut alone, &mut engine, false, |_, _| {}).swap_remove(1).text;
    let stop: String = text.chars().skip(20).take(3).collect();
    let (mut alone, mut at_once) = (begin(&mut engine, &stop), begin(&mut engine, &stop));
    let want = go(&mut alone, &mut engine, false, |_, _| {});
    let got = go(&mut at_once, &mut engine, true, |_, _| {});
    assert_eq!(got, want);
    assert!(want[1].end == Some(Reason::Stop) && want[1].ids.len() < 40);
    are_like(&alone, &at_once);
    // They go on from where they are, at once and each by itself in turn.
    for (number, session) in alone.iter_mut().chain(&mut at_once).enumerate() {
        session.begin(&engine, request(&[5], number as u64 % 6, 20)).unwrap();
    }
    let want = go(&mut alone, &mut engine, false, |_, _| {});
    let mut got = answers(6);
    for round in 0.. {
        if !at_once.iter().any(Session::is_running) {
            break;
        }
        // Some steps are those of one session alone.
        let some = if round % 7 == 6 { round % 5..round % 5 + 1 } else { 0..6 };
        pass(&mut at_once[some.clone()], &mut engine, &mut got[some]).unwrap();
    }
    assert_eq!(got, want);
    are_like(&alone, &at_once);
}

#[test]
fn one_that_is_cancelled_leaves_the_others_as_they_are_and_goes_on_later() {
    let mut engine = open(Name::Gpu);
    let (mut alone, mut at_once) = (begin(&mut engine, "\u{0}"), begin(&mut engine, "\u{0}"));
    let want = go(&mut alone, &mut engine, false, |_, _| {});
    let got = go(&mut at_once, &mut engine, true, |answers, sessions| {
        if answers[0].ids.len() == 7 && sessions[0].is_running() {
            sessions[0].cancel();
        }
    });
    assert_eq!((&got[0].ids[..], &got[1..]), (&want[0].ids[..7], &want[1..]));
    assert!(at_once[0].read_back(&mut engine).unwrap());
    assert_eq!(at_once[0].position(), alone[0].position() - 33);
    at_once[0].begin(&engine, Request { settings: Settings::greedy(), ..request(&[], 0, 33) }).unwrap();
    let rest = go(&mut at_once[..1], &mut engine, true, |_, _| {});
    assert_eq!(rest[0].ids, want[0].ids[7..]);
    assert_eq!(alone[0].position(), at_once[0].position());
    are_like(&alone[1..], &at_once[1..]);
}

/// In the middle, the GPU is lost or another backend takes over.
#[test]
fn sessions_at_once_lose_no_token_with_the_gpu() {
    let mut engine = open(Name::Gpu);
    let mut alone = begin(&mut engine, "\u{0}");
    let want = go(&mut alone, &mut engine, false, |_, _| {});
    for moment in [0, 1, 5, 11, 24] {
        for (next, is_lost) in [(Name::Gpu, true), (Name::Cpu, true), (Name::Cpu, false)] {
            let mut engine = open(Name::Gpu);
            let mut sessions = begin(&mut engine, "\u{0}");
            let mut got = answers(sessions.len());
            while got[0].ids.len() < moment {
                pass(&mut sessions, &mut engine, &mut got).unwrap();
            }
            if is_lost {
                testing::lose_device(&mut engine);
                let error = pass(&mut sessions, &mut engine, &mut got).unwrap_err();
                assert!(matches!(error, Error::DeviceLost(_)), "{error}");
            }
            let mut engine = open(next);
            while sessions.iter().any(Session::is_running) {
                pass(&mut sessions, &mut engine, &mut got).unwrap();
            }
            assert_eq!(got, want, "after {moment} tokens, {next:?}");
        }
    }
}
