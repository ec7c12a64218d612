//! Known turns of a chat, read again: from then on the session is the one in which they were had.

use crate::support::golden;
use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Reason, Request, Session, Step, Turn};
use mamba_web::sampler::Settings;

fn open(folder: &str, backend: &str) -> Engine {
    let backend = Name::parse(backend).unwrap();
    let options = Options { backend, precision: Some(Precision::F32), ..Options::default() };
    Engine::open(&golden(folder), &options).unwrap()
}

fn request(input: Input, max_tokens: usize) -> Request {
    Request { input, settings: Settings::greedy(), max_tokens, stop: Vec::new() }
}

/// Runs to the end; the text and why it ended.
fn run(session: &mut Session, engine: &mut Engine, input: Input, max_tokens: usize) -> (String, Reason) {
    session.begin(engine, request(input, max_tokens)).unwrap();
    let mut all = String::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Token { text, .. } => all += &text,
            Step::End { reason, text } => return (all + &text, reason),
            Step::Waiting | Step::Prefill { .. } => {}
        }
    }
}

/// Has a chat of `turns` turns of `tokens` tokens each, the last answer cut off by hand.
fn chat(session: &mut Session, engine: &mut Engine, turns: usize, tokens: usize) -> Vec<Turn> {
    let mut had = Vec::new();
    for number in 0..turns {
        let message = format!("Question {number}, please. ");
        let answer = if number + 1 < turns {
            run(session, engine, Input::Message(message.clone()), tokens).0
        } else {
            session.begin(engine, request(Input::Message(message.clone()), 2 * tokens)).unwrap();
            let mut text = String::new();
            while session.stats().tokens < tokens {
                if let Step::Token { text: more, .. } = session.advance(engine).unwrap() {
                    text += &more;
                }
            }
            text + &session.cancel()
        };
        while !session.read_back(engine).unwrap() {}
        had.push(Turn { message, answer, ids: session.ids().map(<[u32]>::to_vec) });
    }
    had
}

/// What two sessions go on with must be the same: more of the last answer, then another turn.
fn go_on_alike(one: &mut Session, other: &mut Session, engine: &mut Engine) {
    assert_eq!(one.position(), other.position());
    assert_eq!(one.conversation(), other.conversation());
    for input in [Input::Prompt("".into()), Input::Message("And then?".into()), Input::Message("Why?".into())] {
        let want = run(one, engine, input.clone(), 9);
        assert_eq!(run(other, engine, input, 9), want);
        assert_eq!(one.conversation(), other.conversation());
    }
}

#[test]
fn known_turns_are_read_as_if_they_had_been_had_here() {
    for backend in ["cpu", "gpu"] {
        let mut engine = open("chat", backend);
        let mut had = engine.session(None).unwrap();
        let turns = chat(&mut had, &mut engine, 5, 8);
        let ids: usize = turns.iter().map(|turn| turn.ids.as_ref().unwrap().len()).sum();
        assert_eq!(ids as u64, had.position());

        let mut read = engine.session(None).unwrap();
        let (text, reason) = run(&mut read, &mut engine, Input::Turns(turns), 1);
        assert_eq!((text.as_str(), reason), ("", Reason::Read));
        assert_eq!(read.stats().read_tokens, ids as u64, "every token once");
        assert_eq!(read.stats().tokens, 0);
        if backend == "cpu" {
            assert!(read.state() == had.state() && read.logits().unwrap() == had.logits().unwrap());
        }
        go_on_alike(&mut had, &mut read, &mut engine);
    }
}

#[test]
fn turns_may_be_read_in_parts_and_without_ids() {
    let mut engine = open("chat", "cpu");
    let turns: Vec<Turn> = [("Hi there", "Hello!"), (" Who are you? ", "I am a model <|user|>."), ("Bye", "")]
        .map(|(message, answer)| Turn { message: message.into(), answer: answer.into(), ids: None })
        .into();
    let mut whole = engine.session(None).unwrap();
    run(&mut whole, &mut engine, Input::Turns(turns.clone()), 1);
    // What the template gives for them, with the names of marks in the words as plain text.
    let mark = |name: &str| engine.tokenize(name).unwrap();
    let words = |text: &str| {
        let tokenizer = engine.tokenizer().unwrap();
        tokenizer.encode_guarded(tokenizer.guard(text).as_str()).unwrap()
    };
    let (user, bot) = (mark("<|user|>"), mark("<|bot|>"));
    let want = [
        [&user, &words("Hi there"), &bot, &words("Hello!")].map(Vec::as_slice).concat(),
        [&user, &words("Who are you?"), &bot, &words("I am a model <|user|>.")].map(Vec::as_slice).concat(),
        [&user, &words("Bye"), &bot].map(Vec::as_slice).concat(),
    ];
    assert_eq!(whole.ids().unwrap(), want.concat());

    let mut parts = engine.session(None).unwrap();
    for turn in turns {
        run(&mut parts, &mut engine, Input::Turns(vec![turn]), 1);
    }
    assert_eq!(parts.state(), whole.state());
    go_on_alike(&mut whole, &mut parts, &mut engine);
}

/// The record forgets old turns; whether it may follows from turns that were rendered, so those that are read count.
#[test]
fn a_long_chat_is_read_with_the_record_that_it_had() {
    let mut engine = open("chat", "cpu");
    let mut had = engine.session(None).unwrap();
    let turns = chat(&mut had, &mut engine, 70, 2);
    assert!(had.conversation().messages().len() < 2 * 70);
    let mut read = engine.session(None).unwrap();
    run(&mut read, &mut engine, Input::Turns(turns), 1);
    go_on_alike(&mut had, &mut read, &mut engine);
}

/// What has to be done before the first token of a chat of so many turns is read.
#[test]
fn two_thousand_turns_are_put_through_the_template() {
    let engine = open("chat", "cpu");
    let turn = |number| Turn { message: format!("Question {number}"), answer: "An answer. ".repeat(20), ids: None };
    let turns: Vec<Turn> = (0..2000).map(turn).collect();
    let mut session = engine.session(None).unwrap();
    let start = std::time::Instant::now();
    session.begin(&engine, request(Input::Turns(turns), 1)).unwrap();
    println!("{} tokens of 2000 turns begun in {:.2} s", session.stats().prompt_tokens, start.elapsed().as_secs_f64());
    session.cancel();
    assert!(session.stats().prompt_tokens > 2000 * 40 && session.conversation().messages().is_empty());
}

#[test]
fn an_answer_may_be_begun_for_the_model() {
    let mut engine = open("chat", "cpu");
    let begun = Input::Begun { message: "Hi".into(), answer: "I think that".into() };
    let mut one = engine.session(None).unwrap();
    let (text, _) = run(&mut one, &mut engine, begun, 6);
    let turn = Turn { message: "Hi".into(), answer: "I think that".into(), ids: None };
    let mut other = engine.session(None).unwrap();
    run(&mut other, &mut engine, Input::Turns(vec![turn]), 1);
    assert_eq!(run(&mut other, &mut engine, Input::Prompt("".into()), 6).0, text);
    assert_eq!(one.conversation().messages()[1].content, format!("I think that{text}"));
    assert_eq!(one.state(), other.state());
    go_on_alike(&mut one, &mut other, &mut engine);
}

#[test]
fn reading_that_is_stopped_or_refused_leaves_no_trace() {
    let mut engine = open("chat", "cpu");
    let mut session = engine.session(None).unwrap();
    run(&mut session, &mut engine, Input::Message("Hello".into()), 4);
    let before = session.snapshot(&engine).unwrap();
    let turn = |message: &str, ids| Turn { message: message.into(), answer: "Yes. ".repeat(200), ids };
    session.begin(&engine, request(Input::Turns(vec![turn("One", None), turn("Two", None)]), 1)).unwrap();
    assert!(matches!(session.advance(&mut engine).unwrap(), Step::Prefill { read, total } if read < total));
    assert!(session.stats().read_tokens > 0);
    session.cancel();
    assert_eq!((session.snapshot(&engine).unwrap(), session.ids()), (before.clone(), Some(&[][..])));
    for (turns, says) in [
        (vec![], "chat to read is empty"),
        (vec![turn("One", None), turn(" ", None)], "message is empty"),
        (vec![turn("One", Some(vec![4096]))], "Token 4096"),
    ] {
        let error = session.begin(&engine, request(Input::Turns(turns), 1)).unwrap_err();
        assert_eq!(error.code(), "bad-argument");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(session.snapshot(&engine).unwrap(), before);
    }
    let mut base = open("tiny-f32", "cpu");
    let mut session = base.session(None).unwrap();
    let error = session.begin(&base, request(Input::Turns(vec![turn("One", Some(vec![1]))]), 1)).unwrap_err();
    assert!(error.to_string().contains("base model"), "{error}");
    run(&mut session, &mut base, Input::Read(mamba_web::generation::Text::Ids(vec![1, 2])), 1);
    assert_eq!(session.ids(), Some(&[1, 2][..]));
}
