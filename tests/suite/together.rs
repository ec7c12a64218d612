//! Several sequences at once: each is what it would be alone.

use crate::mixed::{cpu, models};
use crate::support::{fill_by_chance, golden, read};
use mamba_web::backend::{self, Backend, Name, Precision, Read};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Reason, Request, Session, Step, Text, step_together};
use mamba_web::model::Config;
use mamba_web::sampler::{Constraint, Settings};
use mamba_web::state::State;
use mamba_web::{Engine, Error, Result};

/// More than the backend takes in one pass over the weights, and every rest of a tile below that.
const SEQUENCES: [usize; 7] = [1, 2, 3, 4, 5, 8, 11];
const STEPS: u32 = 3;

/// Tokens by chance.
fn token(sequence: usize, step: u32) -> u32 {
    (sequence as u32 * 31 + step + 1).wrapping_mul(2_654_435_761) % 131
}

/// States that have read texts of different lengths, some of them none and some more than the shortest window.
fn states(model: &mut dyn Backend, count: usize) -> Vec<State> {
    let state = |sequence: usize| {
        let mut state = State::try_new(model.config()).unwrap();
        let text: Vec<u32> = (0..sequence as u32 * 9 % 40).map(|step| token(sequence + 50, step)).collect();
        if !text.is_empty() {
            read(model, &text, 32, &mut state);
        }
        state
    };
    (0..count).map(state).collect()
}

/// The scores after each step, and the states in the end.
fn run(
    model: &mut dyn Backend,
    mut states: Vec<State>,
    step: impl Fn(&mut dyn Backend, &mut [Read<'_>]),
) -> (Vec<Vec<f32>>, Vec<State>) {
    let vocab = model.config().vocab;
    let mut all = Vec::new();
    for number in 0..STEPS {
        let mut scores = vec![vec![f32::NAN; vocab]; states.len()];
        let mut reads = Vec::new();
        for (sequence, (state, logits)) in states.iter_mut().zip(&mut scores).enumerate() {
            reads.push(Read { token: token(sequence, number), state, logits });
        }
        step(model, &mut reads);
        all.extend(scores);
    }
    (all, states)
}

fn one_by_one(model: &mut dyn Backend, reads: &mut [Read<'_>]) {
    for Read { token, state, logits } in reads {
        model.prefill(&[*token], state, Some(logits)).unwrap();
    }
}

fn together(model: &mut dyn Backend, reads: &mut [Read<'_>]) {
    model.decode_together(reads).unwrap();
}

#[test]
fn each_sequence_gets_the_bits_that_it_gets_alone() {
    for (name, config) in models() {
        for precision in [Precision::F32, Precision::Int8, Precision::Int4] {
            for threads in [1, 3] {
                let mut model = cpu(&config, precision, threads);
                for count in SEQUENCES {
                    let begin = states(model.as_mut(), count);
                    let copies = begin.iter().map(|state| state.try_clone().unwrap()).collect();
                    let want = run(model.as_mut(), begin, one_by_one);
                    let got = run(model.as_mut(), copies, together);
                    assert!(got == want, "{name}, {precision:?}, {threads} threads, {count} sequences");
                    assert!(got.0.iter().flatten().all(|score| score.is_finite()));
                }
            }
        }
    }
}

/// What a backend does that has no pass of its own for several.
#[test]
fn reference_reads_them_one_after_the_other() {
    let (_, config) = models().swap_remove(0);
    let loader = backend::loader(Name::Reference, config.clone(), Precision::F32, 1).unwrap();
    let mut model = fill_by_chance(loader, &config, 7);
    let [begin, copies] = [0, 1].map(|_| states(model.as_mut(), 3));
    assert!(run(model.as_mut(), begin, one_by_one) == run(model.as_mut(), copies, together));
}

#[test]
fn a_read_that_is_refused_changes_no_sequence() {
    let other = models().pop().unwrap().1;
    let (_, config) = models().swap_remove(0);
    let mut model = cpu(&config, Precision::F32, 1);
    let vocab = config.vocab;
    let refused = |model: &mut dyn Backend, config: &Config, bad: u32, len: usize| {
        let mut all = states(model, 2);
        let want: Vec<State> = all.iter().map(|state| state.try_clone().unwrap()).collect();
        let mut last = State::try_new(config).unwrap();
        let mut scores = vec![vec![f32::NAN; vocab], vec![f32::NAN; vocab], vec![f32::NAN; len]];
        let reads = all.iter_mut().chain([&mut last]).zip(&mut scores).zip([1, 2, bad]);
        let mut reads: Vec<_> = reads.map(|((state, logits), token)| Read { token, state, logits }).collect();
        let error = model.decode_together(&mut reads).unwrap_err();
        assert!(all == want && scores.iter().flatten().all(|score| score.is_nan()));
        error.code()
    };
    assert_eq!(refused(model.as_mut(), &config, vocab as u32, vocab), "bad-argument");
    assert_eq!(refused(model.as_mut(), &config, 3, vocab - 1), "bad-argument");
    assert_eq!(refused(model.as_mut(), &other, 3, vocab), "wrong-model");
    assert!(model.decode_together(&mut []).is_ok());
}

/// What a session has generated, and how it ended.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    ids: Vec<u32>,
    text: String,
    end: Option<Result<Reason, Error>>,
}

impl Answer {
    fn take(&mut self, step: Result<Step>) {
        match step {
            Ok(Step::Waiting | Step::Prefill { .. }) => {}
            Ok(Step::Token { id, text }) => {
                self.ids.push(id);
                self.text += &text;
            }
            Ok(Step::End { reason, text }) => {
                self.text += &text;
                self.end = Some(Ok(reason));
            }
            Err(error) => self.end = Some(Err(error)),
        }
    }
}

/// One session after the other, to its end.
fn go_alone(sessions: &mut [Session], engine: &mut Engine) -> Vec<Answer> {
    let one = |session: &mut Session| {
        let mut answer = Answer::default();
        while answer.end.is_none() {
            answer.take(session.advance(engine));
        }
        answer
    };
    sessions.iter_mut().map(one).collect()
}

/// All at once, each until its end; `disturb` may do something before each step.
fn go_together(
    sessions: &mut [Session],
    engine: &mut Engine,
    mut disturb: impl FnMut(usize, &mut [Session]),
) -> Vec<Answer> {
    let mut answers: Vec<Answer> = sessions.iter().map(|_| Answer::default()).collect();
    for step in 0.. {
        disturb(step, sessions);
        let (places, mut running): (Vec<usize>, Vec<&mut Session>) =
            sessions.iter_mut().enumerate().filter(|(_, session)| session.is_running()).unzip();
        if running.is_empty() {
            break;
        }
        let steps = step_together(&mut running, engine);
        assert_eq!(steps.len(), places.len());
        places.into_iter().zip(steps).for_each(|(place, step)| answers[place].take(step));
    }
    answers
}

fn open(name: &str) -> Engine {
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::Int8), ..Options::default() };
    Engine::open(&golden(name), &options).unwrap()
}

fn request(ids: &[u32], seed: u64, max_tokens: usize) -> Request {
    let settings = Settings { temperature: 1.0, repetition_penalty: 1.3, seed, ..Settings::default() };
    Request { input: Input::Prompt(Text::Ids(ids.to_vec())), settings, max_tokens, stop: Vec::new() }
}

/// Forks of a session that has read a few tokens.
fn forks(engine: &mut Engine, count: usize) -> Vec<Session> {
    let mut base = engine.session(None).unwrap();
    base.begin(engine, request(&[5, 9, 2, 44], 0, 3)).unwrap();
    go_alone(core::slice::from_mut(&mut base), engine);
    (0..count).map(|_| base.fork().unwrap()).collect()
}

/// Different seeds, lengths and prompts, one of which is longer than a block; one is greedy, one ends at a stop string.
fn begin_all(sessions: &mut [Session], engine: &Engine, stop: &str) {
    let long: Vec<u32> = (0..100).map(|i| i * 7 % 60).collect();
    for (number, session) in sessions.iter_mut().enumerate() {
        let wanted = match number {
            0 => Request { settings: Settings::greedy(), ..request(&[], 0, 14) },
            1 => Request { stop: vec![stop.into()], ..request(&[1], 1, 14) },
            2 => request(&long, 2, 6),
            _ => request(&[3, 1], number as u64, 3 * number),
        };
        session.begin(engine, wanted).unwrap();
    }
}

#[test]
fn forks_at_once_are_the_forks_alone_and_so_is_what_comes_of_them() {
    for name in ["chat", "falcon", "mamba2-groups", "granite"] {
        let mut engine = open(name);
        let [mut alone, mut at_once] = [0, 1].map(|_| forks(&mut engine, 5));
        // A piece of what the second one writes, so that it ends early.
        begin_all(&mut alone, &engine, "\u{0}");
        let stop: String = go_alone(&mut alone, &mut engine)[1].text.chars().skip(4).take(2).collect();
        let stop = if stop.is_empty() { "\u{0}".into() } else { stop };
        let mut alone = forks(&mut engine, 5);
        for round in 0..2 {
            begin_all(&mut alone, &engine, &stop);
            begin_all(&mut at_once, &engine, &stop);
            let want = go_alone(&mut alone, &mut engine);
            let got = go_together(&mut at_once, &mut engine, |_, _| {});
            assert_eq!(got, want, "{name}");
            if (name, round) == ("chat", 0) {
                assert!(want[1].ids.len() < 14 && want[1].end == Some(Ok(Reason::Stop)));
            }
            for (one, other) in alone.iter().zip(&at_once) {
                assert!(one.state() == other.state() && one.logits().unwrap() == other.logits().unwrap(), "{name}");
                assert_eq!((one.ids(), one.stats().tokens), (other.ids(), other.stats().tokens));
                assert!(other.stats().decode_ms > 0.0);
            }
            // Forks of a fork go on.
            let last = |sessions: &[Session]| (0..5).map(|_| sessions[4].fork().unwrap()).collect();
            (alone, at_once) = (last(&alone), last(&at_once));
        }
    }
}

#[test]
fn one_that_is_stopped_leaves_and_goes_on_later() {
    let mut engine = open("chat");
    let mut sessions = forks(&mut engine, 4);
    begin_all(&mut sessions, &engine, "\u{0}");
    let want = go_alone(&mut sessions, &mut engine);
    let mut sessions = forks(&mut engine, 4);
    begin_all(&mut sessions, &engine, "\u{0}");
    let mut got = go_together(&mut sessions, &mut engine, |step, sessions| {
        // The first one in the middle, the third while its prompt is read.
        let place = if step == 6 { 0 } else { 2 };
        if step == 6 || step == 2 {
            assert_eq!(sessions[place].is_decoding(), place == 0);
            sessions[place].cancel();
        }
    });
    assert_eq!((got[0].ids.len(), got[2].ids.len(), &got[0].end), (6, 0, &None));
    assert_eq!([&got[1], &got[3]], [&want[1], &want[3]]);
    // What a token has begun of a character was held back, so ids are compared and not texts.
    sessions[0].begin(&engine, Request { settings: Settings::greedy(), ..request(&[], 0, 8) }).unwrap();
    begin_all(&mut sessions[2..3], &engine, ""); // as number 0
    got[0].ids.extend(go_together(&mut sessions[..1], &mut engine, |_, _| {}).remove(0).ids);
    assert_eq!(got[0].ids, want[0].ids);
    assert_eq!(go_together(&mut sessions[2..3], &mut engine, |_, _| {})[0].ids, want[0].ids, "nothing was read");
}

/// Fails at a token.
struct Failing(usize);

impl Constraint for Failing {
    fn mask(&mut self, _scores: &mut [f32]) -> Result<()> {
        Ok(())
    }

    fn allows(&mut self, _token: u32) -> Result<bool> {
        Ok(true)
    }

    fn accept(&mut self, _token: u32) -> Result<()> {
        self.0 -= 1;
        if self.0 == 0 { Err(Error::BadArgument("The constraint fails here.".into())) } else { Ok(()) }
    }
}

/// What a token leaves in the state is handed out, the first one too, whatever its constraint says afterwards.
#[test]
fn a_token_that_its_constraint_refuses_has_been_handed_out() {
    let mut engine = open("chat");
    for at in [1, 3] {
        for at_once in [false, true] {
            let mut sessions = forks(&mut engine, 1);
            let before = sessions[0].position();
            sessions[0].begin_under(&engine, request(&[7, 8], 0, 8), Some(Box::new(Failing(at)))).unwrap();
            let answer = match at_once {
                true => go_together(&mut sessions, &mut engine, |_, _| {}),
                false => go_alone(&mut sessions, &mut engine),
            }
            .remove(0);
            assert!(matches!(&answer.end, Some(Err(Error::BadArgument(_)))), "{answer:?}");
            assert_eq!(answer.ids.len(), at);
            let read = sessions[0].ids().unwrap();
            assert_eq!((&read[..2], &read[2..]), (&[7, 8][..], &answer.ids[..]));
            assert_eq!(sessions[0].position(), before + read.len() as u64);
        }
    }
}

#[test]
fn one_that_fails_does_not_disturb_the_others() {
    let mut engine = open("chat");
    let mut run = |fails: bool| {
        let mut sessions = forks(&mut engine, 3);
        for (seed, session) in sessions.iter_mut().enumerate() {
            let constraint = (fails && seed == 1).then(|| Box::new(Failing(4)) as Box<dyn Constraint>);
            session.begin_under(&engine, request(&[], seed as u64, 8), constraint).unwrap();
        }
        go_together(&mut sessions, &mut engine, |_, _| {})
    };
    let (want, got) = (run(false), run(true));
    assert_eq!([&got[0], &got[2]], [&want[0], &want[2]]);
    assert_eq!(got[1].ids, want[1].ids[..4]);
    assert!(matches!(&got[1].end, Some(Err(Error::BadArgument(_)))));
    let idle = step_together(&mut [&mut engine.session(None).unwrap()], &mut engine);
    assert_eq!(idle[0].as_ref().unwrap_err().code(), "bad-argument");
}
