//! The token loop on a backend whose work is done elsewhere, that is pending wherever it can be, and lost at every call in
//! turn: text, ids, state and scores are those of an undisturbed run on the CPU, to the bit.

use std::cell::Cell;
use std::rc::Rc;

use crate::support::remote::{FakeRemote, MANNER, Manner};
use crate::support::{golden, load};
use mamba_web::backend::{Backend, Name, Precision};
use mamba_web::conversation::ChatTemplate;
use mamba_web::engine::{Engine, Options};
use mamba_web::generation::{Input, LoadedModel, Reason, Request, Session, Step, Text, step_together};
use mamba_web::model::Config;
use mamba_web::sampler::{Constraint, Settings};
use mamba_web::tokenizer::Tokenizer;
use mamba_web::{Error, Result};

/// A loop that takes longer hangs.
const MOST_STEPS: usize = 100_000;

#[derive(Debug, Clone, Copy)]
enum Kind {
    Cpu,
    Remote(Manner),
}

/// An engine whose backend can be another one. When it is lost, the next of `others` takes over, and the last one stays.
struct Model<'a> {
    engine: &'a Engine,
    backend: Box<dyn Backend>,
    others: Vec<Kind>,
    calls: Rc<Cell<u64>>,
}

impl<'a> Model<'a> {
    fn new(engine: &'a Engine, kinds: &[Kind]) -> Self {
        let mut others: Vec<Kind> = kinds.iter().rev().copied().collect();
        let calls = Rc::default();
        let backend = backend(others.pop().unwrap(), &calls);
        Self { engine, backend, others, calls }
    }

    /// The result of a call that may find the backend lost.
    fn found<T>(&mut self, mut call: impl FnMut(&mut Self) -> Result<T>) -> T {
        loop {
            match call(self) {
                Ok(value) => return value,
                Err(Error::DeviceLost(_)) if !self.others.is_empty() => {
                    let next = self.others.pop().unwrap();
                    self.backend = backend(next, &Rc::default());
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn session(&self) -> Session {
        self.engine.session(None).unwrap()
    }

    /// Up to `most` steps, those that wait included.
    fn go(&mut self, session: &mut Session, most: usize) -> Answer {
        let mut answer = Answer::default();
        for _ in 0..most {
            match self.found(|model| session.step(model)) {
                Step::Waiting | Step::Prefill { .. } => {}
                Step::Token { id, text } => {
                    answer.ids.push(id);
                    answer.text += &text;
                }
                Step::End { reason, text } => {
                    answer.text += &text;
                    answer.reason = Some(reason);
                    return answer;
                }
            }
        }
        assert!(most < MOST_STEPS, "it hangs");
        answer
    }

    fn run(&mut self, session: &mut Session, request: Request) -> Answer {
        session.begin(self, request).unwrap();
        self.go(session, MOST_STEPS)
    }

    fn saved(&mut self, session: &mut Session) -> Vec<u8> {
        for _ in 0..MOST_STEPS {
            if self.found(|model| session.step_back(model)) {
                return session.snapshot(self).unwrap();
            }
        }
        panic!("it hangs")
    }
}

fn backend(kind: Kind, calls: &Rc<Cell<u64>>) -> Box<dyn Backend> {
    let cpu = load(&golden("chat"), "cpu", Precision::F32).unwrap();
    match kind {
        Kind::Cpu => cpu,
        Kind::Remote(manner) => Box::new(FakeRemote::new(cpu, manner, Rc::clone(calls))),
    }
}

impl LoadedModel for Model<'_> {
    fn backend(&mut self) -> &mut dyn Backend {
        self.backend.as_mut()
    }
    fn config(&self) -> &Config {
        self.engine.config()
    }
    fn tokenizer(&self) -> Result<&Tokenizer> {
        self.engine.tokenizer()
    }
    fn chat_template(&self) -> Result<Option<&ChatTemplate>> {
        self.engine.chat_template()
    }
    fn stop_tokens(&self) -> &[u32] {
        self.engine.stop_tokens()
    }
    fn model_hash(&self) -> &str {
        self.engine.model_hash()
    }
}

#[derive(Debug, Default, PartialEq)]
struct Answer {
    ids: Vec<u32>,
    text: String,
    reason: Option<Reason>,
}

/// All that came of a scenario: answers and saved states.
type Outcome = (Vec<Answer>, Vec<Vec<u8>>);

fn engine() -> Engine {
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    Engine::open(&golden("chat"), &options).unwrap()
}

fn ids(count: usize) -> Vec<u32> {
    (0..count as u32).map(|i| i.wrapping_mul(2_654_435_761) % 4000 + 5).collect()
}

fn request(input: Input, seed: u64, max_tokens: usize) -> Request {
    let settings = Settings { temperature: 0.9, top_k: 20, repetition_penalty: 1.1, seed, ..Settings::greedy() };
    Request { input, settings, max_tokens, stop: Vec::new() }
}

fn prompt(tokens: usize, seed: u64, max_tokens: usize) -> Request {
    request(Input::Prompt(Text::Ids(ids(tokens))), seed, max_tokens)
}

fn go_on(seed: u64, max_tokens: usize) -> Request {
    request(Input::Prompt("".into()), seed, max_tokens)
}

fn a_prompt(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let read = model.run(&mut session, request(Input::Read(Text::Ids(ids(150))), 0, 1));
    let saved = model.saved(&mut session);
    (vec![read], vec![saved])
}

/// Longer than what is read without being read back.
fn a_long_prompt(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let answer = model.run(&mut session, prompt(4200, 1, 2));
    let saved = model.saved(&mut session);
    (vec![answer], vec![saved])
}

fn decoding(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let greedy = Request { settings: Settings::greedy(), ..prompt(70, 0, 5) };
    let answers = vec![model.run(&mut session, greedy), model.run(&mut session, go_on(3, 11))];
    let saved = model.saved(&mut session);
    (answers, vec![saved])
}

/// An answer in which so much is behind that it is read back in the middle.
fn reading_back(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let answer = model.run(&mut session, prompt(256, 4, 18));
    let saved = model.saved(&mut session);
    (vec![answer], vec![saved])
}

/// Nothing is read of the first answer, because a stop token is its first; the second one is another.
fn a_stop_token_first(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let mut stops = prompt(20, 5, 8);
    stops.settings.logit_bias = vec![(2, 100.0)];
    let mut answers = vec![model.run(&mut session, stops.clone())];
    let before = model.saved(&mut session);
    stops.input = Input::Prompt("".into());
    answers.push(model.run(&mut session, stops));
    let after = model.saved(&mut session);
    assert_eq!(before, after);
    answers.push(model.run(&mut session, go_on(6, 8)));
    let saved = model.saved(&mut session);
    (answers, vec![after, saved])
}

fn turns_of_a_chat(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    let message = |text: &str, seed| request(Input::Message(text.into()), seed, 7);
    let mut answers = vec![model.run(&mut session, message("Hi there", 1))];
    let mut other = session.fork().unwrap();
    answers.push(model.run(&mut session, message("Bye", 2)));
    answers.push(model.run(&mut other, message("Once more", 3)));
    let saved = [&mut session, &mut other].map(|session| model.saved(session));
    (answers, saved.into())
}

/// A prompt and an answer that are broken off.
fn cancelling(model: &mut Model<'_>) -> Outcome {
    let mut session = model.session();
    session.begin(model, prompt(150, 1, 9)).unwrap();
    model.go(&mut session, 2);
    session.cancel();
    let nothing = model.saved(&mut session);
    session.begin(model, prompt(40, 2, 30)).unwrap();
    let mut answer = Answer::default();
    while answer.ids.len() < 11 {
        let more = model.go(&mut session, 1);
        answer.ids.extend(more.ids);
        answer.text += &more.text;
    }
    answer.text += &session.cancel();
    let last = model.run(&mut session, go_on(3, 5));
    let saved = model.saved(&mut session);
    (vec![answer, last], vec![nothing, saved])
}

/// Three at once, whose steps take turns whether they wait or not: more than the other side has room for.
fn taking_turns(model: &mut Model<'_>) -> Outcome {
    let mut all: Vec<(Session, Answer)> = (0..3)
        .map(|number| {
            let mut session = model.session();
            session.begin(model, prompt(65 + number, number as u64, 4)).unwrap();
            (session, Answer::default())
        })
        .collect();
    // Whoever is in the middle of something goes on with it: else two that have no room would read again for ever.
    for turn in 0..MOST_STEPS {
        let (session, answer) = &mut all[turn % 3];
        while session.is_running() {
            match model.found(|model| session.step(model)) {
                Step::Waiting => continue,
                Step::Prefill { .. } => {}
                Step::Token { id, text } => {
                    answer.ids.push(id);
                    answer.text += &text;
                }
                Step::End { reason, text } => {
                    answer.text += &text;
                    answer.reason = Some(reason);
                }
            }
            break;
        }
        if all.iter().all(|(session, _)| !session.is_running()) {
            break;
        }
    }
    let saved = all.iter_mut().map(|(session, _)| model.saved(session)).collect();
    (all.into_iter().map(|(_, answer)| answer).collect(), saved)
}

type Scenario = fn(&mut Model<'_>) -> Outcome;

const SCENARIOS: [(&str, Scenario, usize); 8] = [
    ("prompt", a_prompt, 64),
    ("long prompt", a_long_prompt, 1024),
    ("decoding", decoding, 64),
    ("reading back", reading_back, 64),
    ("stop token first", a_stop_token_first, 64),
    ("turns of a chat", turns_of_a_chat, 8),
    ("cancelling", cancelling, 64),
    ("taking turns", taking_turns, 64),
];

fn manners(block: usize) -> [Manner; 4] {
    let usual = Manner { block, ..MANNER };
    [
        usual,
        Manner { delay: 0, ..usual },
        Manner { delay: 3, parked: 0, ahead: 1, ..usual },
        Manner { parked: 4, unsure: 1, ..usual },
    ]
}

#[test]
fn nobody_notices_where_the_work_is_done() {
    let engine = engine();
    for (name, scenario, block) in SCENARIOS {
        let want = scenario(&mut Model::new(&engine, &[Kind::Cpu]));
        for manner in manners(block) {
            let got = scenario(&mut Model::new(&engine, &[Kind::Remote(manner)]));
            assert!(got == want, "{name}, {manner:?}: {:?}, not {:?}", got.0, want.0);
        }
    }
}

/// Lost at every call, and replaced in one of several ways.
fn lose(number: usize) {
    let engine = engine();
    let (name, scenario, block) = SCENARIOS[number];
    let want = scenario(&mut Model::new(&engine, &[Kind::Cpu]));
    let usual = Manner { block, ..MANNER };
    let mut model = Model::new(&engine, &[Kind::Remote(usual)]);
    scenario(&mut model);
    let calls = model.calls.get();
    assert!(calls > 10, "{name}: {calls} calls");
    for lost_at in 1..=calls {
        let lost = |at| Kind::Remote(Manner { lost_at: Some(at), ..usual });
        let smaller = Manner { block: 5, delay: 2, ..usual };
        let others: &[Kind] = match (lost_at + lost_at / 4) % 4 {
            0 => &[Kind::Cpu],
            1 => &[Kind::Remote(usual)],
            2 => &[Kind::Remote(smaller)],
            // Lost again while the tokens are read again, at different calls.
            _ => &[lost(1 + lost_at % 5), lost(1 + lost_at % 7), Kind::Remote(smaller)],
        };
        let kinds = [&[lost(lost_at)], others].concat();
        let got = scenario(&mut Model::new(&engine, &kinds));
        assert!(got == want, "{name}, lost at {lost_at}, {kinds:?}: {:?}, not {:?}", got.0, want.0);
    }
}

macro_rules! lose {
    ($($name:ident: $number:literal)*) => { $(#[test] fn $name() { lose($number); })* };
}

lose! {
    lost_in_a_prompt: 0
    lost_in_a_long_prompt: 1
    lost_while_decoding: 2
    lost_while_reading_back: 3
    lost_around_a_stop_token_that_comes_first: 4
    lost_in_a_chat: 5
    lost_around_a_cancelled_run: 6
    lost_while_several_take_turns: 7
}

/// Lost in the middle of a step, which then ends on the CPU, where several take their steps at once.
#[test]
fn what_was_lost_comes_first_where_several_go_on_at_once() {
    let engine = engine();
    let mut cpu = Model::new(&engine, &[Kind::Cpu]);
    let want = [0, 1].map(|seed| {
        let mut session = cpu.session();
        cpu.run(&mut session, prompt(30, seed, 9))
    });
    for lost_at in 1..=60 {
        let mut model = Model::new(&engine, &[Kind::Remote(Manner { lost_at: Some(lost_at), ..MANNER })]);
        let mut all = [0, 1].map(|seed| {
            let mut session = model.session();
            session.begin(&model, prompt(30, seed, 9)).unwrap();
            (session, Answer::default())
        });
        for step in 0.. {
            assert!(step < MOST_STEPS, "it hangs");
            let running = all.iter_mut().filter(|(session, _)| session.is_running());
            let (mut sessions, answers): (Vec<&mut Session>, Vec<&mut Answer>) =
                running.map(|(session, answer)| (session, answer)).unzip();
            if sessions.is_empty() {
                break;
            }
            for (answer, step) in answers.into_iter().zip(step_together(&mut sessions, &mut model)) {
                match step {
                    Ok(Step::Waiting | Step::Prefill { .. }) => {}
                    Ok(Step::Token { id, text }) => {
                        answer.ids.push(id);
                        answer.text += &text;
                    }
                    Ok(Step::End { reason, text }) => {
                        answer.text += &text;
                        answer.reason = Some(reason);
                    }
                    Err(Error::DeviceLost(_)) => model.backend = backend(Kind::Cpu, &Rc::default()),
                    Err(error) => panic!("{error}"),
                }
            }
        }
        assert_eq!(all.map(|(_, answer)| answer), want, "lost at {lost_at}");
    }
}

/// Wherever a run is broken off, also in the middle of a step, the session stands where its last token was.
#[test]
fn a_run_that_is_cancelled_anywhere_stands_where_its_last_token_was() {
    let engine = engine();
    let end = |model: &mut Model<'_>, session: &mut Session| (model.saved(session), model.run(session, go_on(9, 5)));
    let mut read = None;
    for manner in manners(16) {
        for steps in 0.. {
            let mut model = Model::new(&engine, &[Kind::Remote(manner)]);
            let mut session = model.session();
            model.run(&mut session, request(Input::Read(Text::Ids(ids(6))), 0, 1));
            let before = model.saved(&mut session);
            session.begin(&model, prompt(40, 8, 12)).unwrap();
            let answer = model.go(&mut session, steps);
            session.cancel();
            let position = session.position();
            let (saved, after) = end(&mut model, &mut session);
            let tokens = answer.ids.len();
            assert_eq!(position, if tokens == 0 { 6 } else { 46 + tokens as u64 }, "{manner:?}, after {steps} steps");
            // The same by a limit, on the CPU.
            let mut cpu = Model::new(&engine, &[Kind::Cpu]);
            let mut twin = cpu.engine.restore(&before).unwrap();
            if tokens > 0 {
                let whole = cpu.run(&mut twin, prompt(40, 8, tokens));
                assert_eq!(whole.ids, answer.ids);
            }
            assert!((saved, after) == end(&mut cpu, &mut twin), "{manner:?}, after {steps} steps");
            if answer.reason.is_some() {
                read = Some(steps);
                break;
            }
        }
    }
    assert!(read.is_some());
}

/// What fails outside of a run is tried again; meanwhile the session is not busy.
#[test]
fn a_session_that_could_not_be_read_back_goes_on() {
    let engine = engine();
    let mut cpu = Model::new(&engine, &[Kind::Cpu]);
    let mut twin = cpu.session();
    let want = [cpu.run(&mut twin, prompt(30, 1, 4)), cpu.run(&mut twin, go_on(2, 6))];
    for lost_at in 0..6 {
        let mut model = Model::new(&engine, &[Kind::Remote(MANNER)]);
        let mut session = model.session();
        session.begin(&model, prompt(30, 1, 9)).unwrap();
        let mut answer = Answer::default();
        while answer.ids.len() < 4 {
            let more = model.go(&mut session, 1);
            answer.ids.extend(more.ids);
        }
        assert_eq!(answer.ids, want[0].ids);
        session.cancel();
        let calls = Rc::new(Cell::new(0));
        // The same sequence, which this one does not have: it has to be read again, and that fails.
        model.backend = backend(Kind::Remote(Manner { lost_at: Some(lost_at + 1), ..MANNER }), &calls);
        let error = (0..100).find_map(|_| session.step_back(&mut model).err()).unwrap();
        assert_eq!(error.code(), "device-lost");
        assert_eq!(session.snapshot(&model).unwrap_err().code(), "busy");
        model.backend = backend(Kind::Remote(MANNER), &calls);
        let mut fork = session.fork().unwrap();
        for session in [&mut session, &mut fork] {
            assert_eq!(model.run(session, go_on(2, 6)), want[1]);
            assert!(model.saved(session) == cpu.saved(&mut twin));
        }
    }
}

/// Only ids that are multiples of three, in rising order; a token that ends the text when there is none.
struct Rising(u32);

impl Constraint for Rising {
    fn mask(&mut self, scores: &mut [f32]) -> Result<()> {
        for (id, score) in (0..).zip(scores) {
            if id != 2 && (id % 3 != 0 || id <= self.0) {
                *score = f32::NEG_INFINITY;
            }
        }
        Ok(())
    }

    fn allows(&mut self, token: u32) -> Result<bool> {
        Ok(token == 2 || (token.is_multiple_of(3) && token > self.0))
    }

    fn accept(&mut self, token: u32) -> Result<()> {
        assert!(token > self.0 && token.is_multiple_of(3));
        self.0 = token;
        Ok(())
    }
}

#[test]
fn a_constraint_is_kept_wherever_the_work_is_done() {
    let engine = engine();
    let mut answers = Vec::new();
    for kind in [Kind::Cpu, Kind::Remote(MANNER), Kind::Remote(Manner { lost_at: Some(40), ..MANNER })] {
        let mut model = Model::new(&engine, &[kind, Kind::Cpu]);
        let mut session = model.session();
        session.begin_under(&model, prompt(20, 4, 30), Some(Box::new(Rising(3)))).unwrap();
        let answer = model.go(&mut session, MOST_STEPS);
        assert!(answer.ids.is_sorted() && answer.ids.iter().all(|id| id % 3 == 0) && answer.ids.len() > 2);
        answers.push((answer, model.saved(&mut session)));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // One that leaves nothing is an error of who made it, and the session is as before.
    struct Nothing;
    impl Constraint for Nothing {
        fn mask(&mut self, scores: &mut [f32]) -> Result<()> {
            scores.fill(f32::NEG_INFINITY);
            Ok(())
        }
        fn allows(&mut self, _: u32) -> Result<bool> {
            Ok(false)
        }
        fn accept(&mut self, _: u32) -> Result<()> {
            Ok(())
        }
    }
    let mut model = Model::new(&engine, &[Kind::Cpu]);
    let mut session = model.session();
    session.begin_under(&model, prompt(20, 4, 30), Some(Box::new(Nothing))).unwrap();
    let error = (0..9).find_map(|_| session.step(&mut model).err()).unwrap();
    assert!(error.code() == "bad-argument" && error.to_string().contains("constraint"), "{error}");
    assert!(!session.is_running() && session.position() == 0);
}
