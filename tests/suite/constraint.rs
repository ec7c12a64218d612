//! Answers of a given shape: whatever the scores are, the text has it.
//!
//! The texts are judged by others than the maker of the automaton: serde_json, jsonschema and fancy-regex.

use std::cell::RefCell;

use fancy_regex::Regex;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::{Options, Shape, Vocabulary};
use mamba_web::generation::{Input, Reason, Request, Session, Step, Text};
use mamba_web::sampler::{Chooser, Constraint, Guided, Recent, Sampler, Settings, Walk};
use mamba_web::{Engine, Error};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::support::golden;

/// V of the vocabulary of these tests: 256 bytes, longer tokens, one that ends a text.
const END: u32 = 256 + LONGER.len() as u32;
const LONGER: [&str; 12] = ["\", \"", "\": ", "{\"", "}", "\"}", "]", "true", " a", "12", "\\u00", "é", "<|user|>"];
const MOST_TOKENS: usize = 2000;

fn vocabulary() -> Vocabulary {
    let bytes = (0..=255).map(|byte| vec![byte]);
    let special = |token: &str| token.starts_with("<|");
    let longer = LONGER.iter().map(|token| if special(token) { Vec::new() } else { token.as_bytes().to_vec() });
    Vocabulary::new(bytes.chain(longer).chain([Vec::new()]).collect()).unwrap()
}

thread_local! {
    static VOCABULARY: Vocabulary = vocabulary();
}

/// Scores by chance. Texts end sooner if quotes, brackets and the end are likely.
fn scores(state: &mut u64) -> Vec<f32> {
    let mut chance = || {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 40) as f32 / (1 << 24) as f32
    };
    let mut scores: Vec<f32> = (0..=END).map(|_| 8.0 * chance()).collect();
    for likely in [u32::from(b'"'), u32::from(b'}'), u32::from(b']'), END] {
        scores[likely as usize] += 3.0;
    }
    scores
}

/// A text of the shape with random scores; None if it did not come to an end.
fn text_of(shape: Shape, seed: u64, temperature: f32) -> Result<Option<String>, String> {
    text_within(MOST_TOKENS, shape, seed, temperature)
}

fn text_within(most: usize, shape: Shape, seed: u64, temperature: f32) -> Result<Option<String>, String> {
    let walk = VOCABULARY.with(|vocabulary| vocabulary.walk(shape))?;
    let settings = Settings { temperature, top_k: 0, seed, ..Settings::default() };
    let sampler = Sampler::new(settings, END as usize + 1).unwrap();
    let mut chooser = Chooser::new(sampler, Some(Box::new(Guided::new(walk, vec![END])) as Box<dyn Constraint>));
    assert!(chooser.sampler_alone().is_none(), "a GPU may not choose without the constraint");
    let mut state = seed ^ 0x9E37_79B9;
    let mut bytes = Vec::new();
    for left in (0..=most).rev() {
        if chooser.is_over() {
            return Ok(Some(String::from_utf8(bytes).unwrap()));
        }
        if left == 0 {
            break;
        }
        let id = chooser.choose(&scores(&mut state), &Recent::default(), left).map_err(|error| error.to_string())?;
        match id {
            END => return Ok(Some(String::from_utf8(bytes).unwrap())),
            0..256 => bytes.push(id as u8),
            id => {
                let token = LONGER[id as usize - 256];
                assert!(!token.starts_with("<|"), "a special token slipped in");
                bytes.extend(token.as_bytes());
            }
        }
        chooser.accept(id).map_err(|error| error.to_string())?;
    }
    Ok(None)
}

/// Schemas of all kinds that docs/api.md names, three levels deep.
fn schemas() -> impl Strategy<Value = Value> {
    let whole = (-50i64..50, 0i64..90)
        .prop_map(|(least, more)| json!({ "type": "integer", "minimum": least, "maximum": least + more }));
    let number = (-9i64..9, 1i64..9)
        .prop_map(|(least, more)| json!({ "type": "number", "minimum": least, "exclusiveMaximum": least + more }));
    let length = (0u32..4, 0u32..6)
        .prop_map(|(least, more)| json!({ "type": "string", "minLength": least, "maxLength": least + more }));
    let pattern =
        prop::sample::select(vec!["^[a-z]{2,5}$", "^(yes|no|maybe)$", "^[A-Z][0-9]{3}-[xyz]+$", "^\\d{4}-\\d{2}$"])
            .prop_map(|pattern| json!({ "type": "string", "pattern": pattern, "maxLength": 40 }));
    let value = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-99i64..99).prop_map(Value::from),
        "[a-z\" é]{0,6}".prop_map(Value::from),
        Just(Value::Null)
    ];
    let choice = prop::collection::hash_set(value.prop_map(|value| value.to_string()), 1..4).prop_map(
        |texts| json!({ "enum": texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect::<Vec<Value>>() }),
    );
    let plain = prop_oneof![
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": "null" })),
        Just(json!({ "const": [1, { "a": "b" }] }))
    ];
    let leaf = prop_oneof![whole, number, length, pattern, choice, plain];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let items = (inner.clone(), 0u32..3, 0u32..3)
            .prop_map(|(items, least, more)| json!({ "type": "array", "items": items, "minItems": least, "maxItems": least + more }));
        let fields = prop::collection::vec(("[a-z]{1,4}", inner.clone(), any::<bool>()), 0..4).prop_map(|fields| {
            let required: Vec<&str> = fields.iter().filter(|(_, _, needed)| *needed).map(|(name, _, _)| &**name).collect();
            let mut required = required.clone();
            required.sort_unstable();
            required.dedup();
            let properties: serde_json::Map<String, Value> = fields.iter().map(|(name, schema, _)| (name.clone(), schema.clone())).collect();
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
        });
        let either = prop::collection::vec(inner, 1..3).prop_map(|all| json!({ "anyOf": all }));
        prop_oneof![3 => fields, 2 => items, 1 => either]
    })
}

#[test]
fn json_of_random_schemas_is_valid_whatever_the_scores_are() {
    let (mut whole, mut refused) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::new(Config {
        cases: 3000,
        rng_seed: RngSeed::Fixed(24),
        failure_persistence: None,
        ..Config::default()
    });
    let tallies = RefCell::new((&mut whole, &mut refused));
    runner
        .run(&(schemas(), any::<u64>(), prop::sample::select(vec![0.0f32, 1.0, 5.0])), |(schema, seed, temperature)| {
            let (whole, refused) = &mut *tallies.borrow_mut();
            let text = match text_of(Shape::JsonSchema(schema.clone()), seed, temperature) {
                Ok(Some(text)) => text,
                Ok(None) => return Ok(()),
                Err(error) => {
                    // At its beginning, and never in the middle of a text.
                    prop_assert!(error.starts_with("The constraint's JSON schema cannot be used: "), "{error}");
                    prop_assert!(error.ends_with('.') && !error.contains('\n'), "{error}");
                    **refused += 1;
                    return Ok(());
                }
            };
            **whole += 1;
            let value: Value =
                serde_json::from_str(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
            let judge = jsonschema::validator_for(&schema).unwrap();
            prop_assert!(judge.is_valid(&value), "{text} is not valid under {schema}");
            Ok(())
        })
        .unwrap();
    assert!(whole > 2900 && refused < 30, "{whole} texts were whole, {refused} schemas were refused");
}

#[test]
fn a_token_that_is_asked_about_is_allowed_exactly_if_the_mask_has_it() {
    let object = json!({ "type": "object", "additionalProperties": false, "required": ["a", "b"], "properties": {
        "a": { "type": "string", "minLength": 2, "maxLength": 9 },
        "b": { "type": "array", "items": { "enum": [true, 12, "é\n"] }, "maxItems": 3 } } });
    let shapes = [
        Shape::JsonSchema(object),
        Shape::JsonSchema(json!(true)),
        Shape::Regex("([a-c]{1,3}[ ,])+(é|[^\\n]{0,3})".into()),
        Shape::Choices(["a", "ab", "true", "1212", "<|user|>"].map(String::from).to_vec()),
        Shape::Grammar("start: \"(\" item (\",\" item)* \")\"\nitem: /[0-9]+/ | start".into()),
    ];
    let mut state = 5;
    for shape in shapes.iter().cycle().take(20) {
        let mut walk = VOCABULARY.with(|vocabulary| vocabulary.walk(shape.clone())).unwrap();
        for _ in 0..25 {
            let mask = walk.mask().unwrap();
            let has = |id: u32| mask[id as usize / 32] & 1 << (id % 32) != 0;
            for id in 0..=END {
                assert_eq!(walk.allows(id).unwrap(), has(id), "token {id} of {shape:?}");
            }
            assert_eq!(walk.may_end().unwrap(), has(END + 1), "the end of {shape:?}");
            assert!(!walk.allows(END + 1).unwrap() && !walk.allows(u32::MAX).unwrap());
            let scores = scores(&mut state);
            let best =
                (0..=END).filter(|&id| has(id)).max_by(|&a, &b| scores[a as usize].total_cmp(&scores[b as usize]));
            let Some(best) = best else { break };
            walk.accept(best).unwrap();
        }
    }
}

/// The end that is looked for is one, and nearly always there is one that is found.
#[test]
fn with_little_room_a_text_is_led_to_its_end_in_time() {
    let story = json!({ "type": "object", "additionalProperties": false, "required": ["name", "story", "tags"], "properties": {
        "name": { "enum": ["a fox", "a bird"] }, "story": { "type": "string" },
        "tags": { "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 } } });
    let judge = jsonschema::validator_for(&story).unwrap();
    for seed in 0..40 {
        let most = 50 + seed as usize * 5;
        let text = text_within(most, Shape::JsonSchema(story.clone()), seed, 2.0).unwrap();
        let text = text.unwrap_or_else(|| panic!("{most} tokens, seed {seed}"));
        assert!(judge.is_valid(&serde_json::from_str(&text).unwrap()), "{text}");
        // Any JSON, which may be deeply nested; a grammar that knows nothing of JSON; and choices.
        if let Some(text) = text_within(20, Shape::JsonSchema(json!(true)), seed, 5.0).unwrap() {
            serde_json::from_str::<IgnoredAny>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        let regex = Regex::new("^[a-f]{2,90}-[0-9]{4}!\\z").unwrap();
        let text = text_within(12, Shape::Regex("[a-f]{2,90}-[0-9]{4}!".into()), seed, 2.0).unwrap().unwrap();
        assert!(regex.is_match(&text).unwrap(), "{text}");
        let grammar = "start: \"(\" item (\",\" item)* \")\"\nitem: /[0-9]+/ | start";
        let text = text_within(30, Shape::Grammar(grammar.into()), seed, 2.0).unwrap().unwrap();
        assert!(text.starts_with('(') && text.ends_with(')') && text.len() <= 60, "{text}");
        // Where there is no room for an end, there is none.
        assert_eq!(text_within(9, Shape::Choices(vec!["red, green or blue".into()]), seed, 2.0).unwrap(), None);
        assert_eq!(text_within(9, Shape::JsonSchema(story.clone()), seed, 2.0).unwrap(), None);
    }
    // Random schemas: with the room that they may need at most, nearly all texts are whole.
    let (mut whole, mut all) = (0, 0);
    let mut runner = proptest::test_runner::TestRunner::new(Config {
        cases: 400,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..Config::default()
    });
    let tallies = RefCell::new((&mut whole, &mut all));
    runner
        .run(&(schemas(), any::<u64>(), 1..80usize), |(schema, seed, most)| {
            let Ok(text) = text_within(most, Shape::JsonSchema(schema.clone()), seed, 1.0) else { return Ok(()) };
            let (whole, all) = &mut *tallies.borrow_mut();
            **all += usize::from(most > 60);
            let Some(text) = text else { return Ok(()) };
            **whole += usize::from(most > 60);
            let value = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
            prop_assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{text} under {schema}");
            Ok(())
        })
        .unwrap();
    assert!(whole * 20 > all * 19, "{whole} of {all}");
}

#[test]
fn texts_of_regular_expressions_match() {
    for regex in ["[a-c]{2,4}x?", "(ab|cd)+[0-9]", "\\d{3}-\\d{4}", "[^\\n]{1,9}", "é+|[α-ω]{3}", "a.c", "(?i)yes|no"]
    {
        let judge = Regex::new(&format!("^(?:{regex})\\z")).unwrap();
        for seed in 0..60 {
            let text = text_of(Shape::Regex(regex.into()), seed, seed as f32 / 20.0).unwrap().unwrap();
            assert!(judge.is_match(&text).unwrap(), "{text:?} is not of {regex}");
        }
    }
}

#[test]
fn choices_are_exact_and_each_of_them_comes() {
    let choices = ["yes", "no", "yes, but", "say \"é\" /\\ <|user|>\n", "12"];
    let mut seen = std::collections::HashSet::new();
    for seed in 0..300 {
        let shape = Shape::Choices(choices.map(String::from).to_vec());
        let text = text_of(shape, seed, 3.0).unwrap().unwrap();
        assert!(choices.contains(&&*text), "{text:?}");
        seen.insert(text);
    }
    assert_eq!(seen.len(), choices.len());
}

#[test]
fn any_object_and_grammars() {
    for seed in 0..50 {
        for schema in [json!(true), json!({})] {
            if let Some(text) = text_of(Shape::JsonSchema(schema), seed, 1.0).unwrap() {
                // Its numbers may be larger than any of serde_json's.
                serde_json::from_str::<IgnoredAny>(&text).unwrap();
                assert!(text.starts_with('{'), "{text}");
            }
        }
        let grammar = "start: \"(\" item (\",\" item)* \")\"\nitem: /[0-9]+/ | start";
        if let Some(text) = text_of(Shape::Grammar(grammar.into()), seed, 1.0).unwrap() {
            let depth = text.chars().fold(0, |depth, c| depth + i32::from(c == '(') - i32::from(c == ')'));
            assert!(depth == 0 && text.starts_with('(') && text.ends_with(')'), "{text}");
        }
        // Neither the name of a special token nor its number lets it in.
        for special in ["start: <[267]>", "start: <|user|>"] {
            assert!(text_of(Shape::Grammar(special.into()), seed, 1.0).is_err());
        }
    }
}

#[test]
fn what_cannot_be_followed_is_a_sentence() {
    let bad = [
        Shape::Choices(vec![]),
        Shape::Choices(vec![String::new()]),
        Shape::Regex("(".into()),
        Shape::Regex("a(?=b)".into()),
        Shape::Regex("[^\\x00-\\x{10FFFF}]".into()),
        Shape::JsonSchema(json!(false)),
        Shape::JsonSchema(json!({ "type": "strange" })),
        Shape::JsonSchema(json!({ "type": "integer", "minimum": 3, "maximum": 1 })),
        Shape::JsonSchema(json!({ "type": "array", "items": { "type": "integer" }, "uniqueItems": true })),
        Shape::JsonSchema(json!({ "$ref": "https://example.org/schema" })),
        Shape::Grammar(" ".into()),
        Shape::Grammar("start: nothing".into()),
    ];
    for shape in bad {
        let error = VOCABULARY.with(|vocabulary| vocabulary.walk(shape.clone())).err();
        let error = error.unwrap_or_else(|| panic!("{shape:?} was taken"));
        assert!(error.starts_with("The constraint") && error.ends_with('.') && !error.contains('\n'), "{error}");
    }
    for json in ["{}", "{\"choices\":[\"a\"],\"regex\":\"b\"}", "{\"shape\":1}", "7", "{\"regex\":1}"] {
        assert!(Shape::from_json(json).unwrap_err().starts_with("The constraint must be"));
    }
}

/// What would take seconds or minutes to follow, or fail at the first token, is refused at once. What is large but can be
/// followed is not.
#[test]
fn shapes_of_too_many_ways_are_refused_before_they_take_time() {
    let terminals = |count: usize| {
        let names: Vec<String> = (0..count).map(|i| format!("T{i}")).collect();
        let rules: String = (0..count).map(|i| format!("T{i}: /[a-z]+{i}/\n")).collect();
        Shape::Grammar(format!("start: ({})+\n{rules}", names.join("|")))
    };
    let object = |name: String| json!({ "type": "object", "properties": { name.clone(): { "type": "integer" } }, "required": [name] });
    let alternatives = |i: usize, count: usize| json!({ "anyOf": (0..count).map(|j| object(format!("p{i}_{j}"))).collect::<Vec<_>>() });
    let product = |factors: usize, count: usize| json!({ "allOf": (0..factors).map(|i| alternatives(i, count)).collect::<Vec<_>>() });
    let behind_references = json!({
        "allOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/b" }, { "$ref": "#/$defs/a" }],
        "$defs": { "a": alternatives(0, 20), "b": alternatives(1, 20) },
    });
    let patterns = |count: u8| json!({ "allOf": (0..count).map(|i| json!({ "type": "string", "pattern": format!("(.*{}.*){{3}}", char::from(b'a' + i)) })).collect::<Vec<_>>() });
    let optional = |count: usize| {
        let properties: serde_json::Map<String, Value> =
            (0..count).map(|i| (format!("p{i}"), json!({ "type": "integer" }))).collect();
        Shape::JsonSchema(json!({ "type": "object", "properties": properties }))
    };
    let made = |shape: Shape| VOCABULARY.with(|vocabulary| vocabulary.walk(shape)).map(drop);
    let combinations = "it demands one of more than 1000 combinations at one place";
    for (shape, why) in [
        (terminals(2000), "there are too many ways to go on at one place"),
        (optional(800), "there are too many ways to go on at one place"),
        (Shape::JsonSchema(product(3, 20)), combinations),
        (
            Shape::JsonSchema(json!({ "type": "array", "items": { "properties": { "x": product(4, 20) } } })),
            combinations,
        ),
        (Shape::JsonSchema(behind_references), combinations),
        (Shape::JsonSchema(patterns(30)), "it demands more than 4 patterns of one text"),
        (Shape::Choices(vec!["a".repeat(40_000), "b".repeat(40_000)]), "at most 65536 are possible"),
    ] {
        let error = made(shape).unwrap_err();
        assert!(error.contains(why) && error.ends_with('.') && error.len() < 300, "{error}");
    }
    let tree = json!({ "type": "object", "properties": { "pattern": { "$ref": "#" }, "allOf": { "$ref": "#" }, "anyOf": alternatives(0, 50) } });
    for shape in [terminals(500), optional(300)]
        .into_iter()
        .chain([product(2, 20), patterns(2), alternatives(0, 300), tree].map(Shape::JsonSchema))
    {
        made(shape).unwrap();
    }
    let many: Vec<String> = (0..4096).map(|i| format!("choice {i}")).collect();
    assert!(many.contains(&text_of(Shape::Choices(many.clone()), 1, 1.0).unwrap().unwrap()));
}

/// The text of a run and why it ended.
fn finish(engine: &mut Engine, session: &mut Session) -> (String, Reason) {
    let mut answer = String::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Waiting | Step::Prefill { .. } => {}
            Step::Token { text, .. } => answer += &text,
            Step::End { reason, text } => return (answer + &text, reason),
        }
    }
}

fn answer(engine: &mut Engine, shape: &Shape, request: Request) -> (String, Reason) {
    let mut session = engine.session(None).unwrap();
    under(engine, &mut session, shape, request)
}

#[test]
fn a_model_of_random_weights_gives_the_shape_on_every_backend() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["name", "age"],
        "properties": { "name": { "type": "string", "maxLength": 5 }, "age": { "type": "integer", "minimum": 0, "maximum": 150 } },
    });
    let judge = jsonschema::validator_for(&schema).unwrap();
    for (backend, precision) in [(Name::Cpu, Precision::F32), (Name::Cpu, Precision::Int4), (Name::Gpu, Precision::F32)]
    {
        let options = Options { backend: Some(backend), precision: Some(precision), ..Options::default() };
        let mut engine = Engine::open(&golden("chat"), &options).unwrap();
        for seed in 0..6 {
            let settings = Settings { temperature: seed as f32 / 2.0, top_k: 0, seed, ..Settings::default() };
            let input = Input::Prompt(Text::Words("Hello".into()));
            let request = Request { input, settings, max_tokens: 400, stop: Vec::new() };
            let (text, reason) = answer(&mut engine, &Shape::JsonSchema(schema.clone()), request.clone());
            assert_eq!(reason, Reason::Stop, "{text}");
            assert!(judge.is_valid(&serde_json::from_str(&text).unwrap()), "{text}");
            // Cut short, it says so.
            let (text, reason) =
                answer(&mut engine, &Shape::JsonSchema(schema.clone()), Request { max_tokens: 3, ..request.clone() });
            assert!(reason == Reason::Length && serde_json::from_str::<Value>(&text).is_err());
            // A stop string ends it, whatever the shape says.
            let (text, reason) = answer(
                &mut engine,
                &Shape::JsonSchema(schema.clone()),
                Request { stop: vec!["name".into()], ..request },
            );
            assert!(reason == Reason::Stop && text == "{\"", "{text}");
        }
    }
}

/// Rules and references that lead to others, 2,000 in a row, on a stack as small as a thread has.
#[test]
fn long_chains_of_rules_are_followed_and_long_shapes_are_refused() {
    let rules = |count: usize| {
        let chain: Vec<String> = (0..count).map(|i| format!("r{i}: \"(\" r{} \")\"\n", i + 1)).collect();
        Shape::Grammar(format!("start: r0\n{}r{count}: \"x\"", chain.concat()))
    };
    let references = |count: usize| {
        let mut chain: serde_json::Map<String, Value> =
            (0..count).map(|i| (format!("d{i}"), json!({ "$ref": format!("#/$defs/d{}", i + 1) }))).collect();
        chain.insert(format!("d{count}"), json!({ "type": "null" }));
        Shape::JsonSchema(json!({ "$ref": "#/$defs/d0", "$defs": chain }))
    };
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let work = move || {
        let text = |shape| text_of(shape, 1, 1.0).unwrap().unwrap();
        assert_eq!(text(rules(900)), format!("{}x{}", "(".repeat(900), ")".repeat(900)));
        assert!(VOCABULARY.with(|vocabulary| vocabulary.walk(rules(2000))).is_ok());
        assert_eq!(text(references(1000)), "null");
        for long in [rules(9000), references(9000), Shape::Regex("a".repeat(70_000))] {
            let error = text_of(long, 1, 1.0).unwrap_err();
            assert!(error.ends_with("bytes; at most 65536 are possible."), "{error}");
        }
        let error = text_of(Shape::Regex("(".repeat(60_000)), 1, 1.0).unwrap_err();
        assert!(error.len() < 500 && error.ends_with('.'), "{error}");
    };
    small.spawn(work).unwrap().join().unwrap();
}

/// A session of the golden chat model that has read something, on the CPU.
fn begun() -> (Engine, Session) {
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    let mut engine = Engine::open(&golden("chat"), &options).unwrap();
    let mut session = engine.session(None).unwrap();
    session.begin(&engine, request(0, "Hello", 2)).unwrap();
    finish(&mut engine, &mut session);
    (engine, session)
}

fn request(seed: u64, prompt: &str, max_tokens: usize) -> Request {
    let settings = Settings { temperature: 1.5, top_k: 0, seed, ..Settings::default() };
    Request { input: Input::Prompt(Text::Words(prompt.into())), settings, max_tokens, stop: Vec::new() }
}

fn under(engine: &mut Engine, session: &mut Session, shape: &Shape, request: Request) -> (String, Reason) {
    let constraint = engine.constraint(shape.clone()).unwrap();
    session.begin_under(engine, request, Some(constraint)).unwrap();
    finish(engine, session)
}

/// More could follow, but there is no room for it.
#[test]
fn a_text_that_its_last_token_makes_whole_ends_with_stop() {
    let (mut engine, mut session) = begun();
    for (shape, is_whole) in [("[a-z]{2,30}", true), ("[a-z]{29,30}", false)] {
        for seed in 0..4 {
            let (text, reason) = under(&mut engine, &mut session, &Shape::Regex(shape.into()), request(seed, "a", 2));
            assert!((2..29).contains(&text.len()), "{text}");
            assert_eq!(reason, if is_whole { Reason::Stop } else { Reason::Length }, "{shape}: {text}");
        }
    }
}

#[test]
fn a_constraint_belongs_to_one_run_and_not_to_forks_or_what_is_restored() {
    let (mut engine, mut session) = begun();
    let shape = Shape::Regex("[a-f]{4}-[0-9]{3,5}!".into());
    let judge = Regex::new("^[a-f]{4}-[0-9]{3,5}!\\z").unwrap();
    // Undo and another answer: the page keeps a fork from before the answer, or its file.
    let before = session.fork().unwrap();
    let file = before.snapshot(&engine).unwrap();
    let (first, reason) = under(&mut engine, &mut session, &shape, request(7, "a", 60));
    assert!(judge.is_match(&first).unwrap() && reason == Reason::Stop, "{first}");
    let (again, _) = under(&mut engine, &mut before.fork().unwrap(), &shape, request(7, "a", 60));
    let mut opened = engine.restore(&file).unwrap();
    let (restored, _) = under(&mut engine, &mut opened, &shape, request(7, "a", 60));
    assert!(again == first && restored == first, "{first} {again} {restored}");
    let others: std::collections::HashSet<String> = (0..8)
        .map(|seed| under(&mut engine, &mut before.fork().unwrap(), &shape, request(seed, "a", 60)).0)
        .inspect(|text| assert!(judge.is_match(text).unwrap(), "{text}"))
        .collect();
    assert!(others.len() > 4, "{others:?}");
    // Afterwards the session and its fork go on alike, and free of it, as one does that has read the same tokens.
    let ids = session.ids().unwrap().to_vec();
    let mut reader = before.fork().unwrap();
    reader.begin(&engine, Request { input: Input::Read(Text::Ids(ids)), ..request(1, "", 1) }).unwrap();
    finish(&mut engine, &mut reader);
    let mut fork = session.fork().unwrap();
    let texts = [&mut session, &mut fork, &mut reader].map(|session| {
        session.begin(&engine, request(1, "b", 24)).unwrap();
        finish(&mut engine, session).0
    });
    assert!(texts[0] == texts[1] && texts[0] == texts[2] && !judge.is_match(&texts[0]).unwrap(), "{texts:?}");
    // Two forks under two constraints, step by step in turns.
    let (mut a, mut b) = (before.fork().unwrap(), before.fork().unwrap());
    let (small, large) = ("[a-z]{12}", "[A-Z]{12}");
    for (session, regex) in [(&mut a, small), (&mut b, large)] {
        let constraint = engine.constraint(Shape::Regex(regex.into())).unwrap();
        session.begin_under(&engine, request(3, "a", 60), Some(constraint)).unwrap();
    }
    let mut texts = [String::new(), String::new()];
    let mut ended = [false; 2];
    while ended != [true; 2] {
        for (i, session) in [&mut a, &mut b].into_iter().enumerate().filter(|(i, _)| !ended[*i]).collect::<Vec<_>>() {
            match session.advance(&mut engine).unwrap() {
                Step::Waiting | Step::Prefill { .. } => {}
                Step::Token { text, .. } => texts[i] += &text,
                Step::End { text, .. } => {
                    texts[i] += &text;
                    ended[i] = true;
                }
            }
        }
    }
    for (text, regex) in texts.iter().zip([small, large]) {
        assert!(Regex::new(&format!("^{regex}\\z")).unwrap().is_match(text).unwrap(), "{texts:?}");
    }
}

#[test]
fn stop_strings_and_cancelling_cut_a_shape_short() {
    let (mut engine, session) = begun();
    let shape = Shape::Choices(vec!["red, green and blue".into()]);
    let whole = "red, green and blue";
    // Inside a token or across some, first of several, at the very end, and never.
    for (stop, text) in [
        (vec!["green"], "red, "),
        (vec!["d, g"], "re"),
        (vec!["blue", " a"], "red, green"),
        (vec!["lue"], "red, green and b"),
        (vec!["purple"], whole),
    ] {
        let stop: Vec<String> = stop.into_iter().map(String::from).collect();
        let request = Request { stop, ..request(1, "a", 60) };
        assert_eq!(under(&mut engine, &mut session.fork().unwrap(), &shape, request), (text.into(), Reason::Stop));
    }
    // Cancelled after some tokens: a later run is free, and one under the same shape begins it anew.
    let mut session = session.fork().unwrap();
    let constraint = engine.constraint(shape.clone()).unwrap();
    session.begin_under(&engine, request(1, "a", 60), Some(constraint)).unwrap();
    let mut begun = String::new();
    while begun.len() < 4 {
        if let Step::Token { text, .. } = session.advance(&mut engine).unwrap() {
            begun += &text;
        }
    }
    begun += &session.cancel();
    session.read_back(&mut engine).unwrap();
    assert!(whole.starts_with(&begun) && begun.len() < whole.len(), "{begun}");
    assert_eq!(under(&mut engine, &mut session, &shape, request(1, "a", 60)).0, whole);
    session.begin(&engine, request(1, "a", 20)).unwrap();
    assert_ne!(finish(&mut engine, &mut session).0, whole);
}

/// A walk that fails in the middle.
struct Failing<W>(W, u32);

impl<W: Walk> Walk for Failing<W> {
    fn mask(&mut self) -> mamba_web::Result<Vec<u32>> {
        self.1 = self.1.checked_sub(1).ok_or_else(|| Error::BadArgument("The constraint broke.".into()))?;
        self.0.mask()
    }

    fn allows(&mut self, token: u32) -> mamba_web::Result<bool> {
        self.1 = self.1.checked_sub(1).ok_or_else(|| Error::BadArgument("The constraint broke.".into()))?;
        self.0.allows(token)
    }

    fn may_end(&mut self) -> mamba_web::Result<bool> {
        self.0.may_end()
    }

    fn closing(&mut self, token: Option<u32>, most: usize) -> mamba_web::Result<Option<Vec<u32>>> {
        self.0.closing(token, most)
    }

    fn accept(&mut self, token: u32) -> mamba_web::Result<()> {
        self.0.accept(token)
    }

    fn is_over(&self) -> bool {
        self.0.is_over()
    }
}

#[test]
fn a_constraint_that_fails_in_the_middle_ends_the_run_and_the_session_goes_on() {
    let (mut engine, mut session) = begun();
    let vocabulary = Vocabulary::new(engine.tokenizer().unwrap().token_bytes(engine.config().vocab).unwrap()).unwrap();
    let walk = vocabulary.walk(Shape::Regex("[a-z]{30}".into())).unwrap();
    let constraint = Box::new(Guided::new(Failing(walk, 3), engine.stop_tokens().to_vec()));
    session.begin_under(&engine, request(1, "a", 60), Some(constraint)).unwrap();
    let mut text = String::new();
    let error = loop {
        match session.advance(&mut engine) {
            Ok(Step::Token { text: more, .. }) => text += &more,
            Ok(Step::End { .. }) => panic!("it went on"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.to_string() == "The constraint broke." && !session.is_running(), "{error}");
    assert!(Regex::new("^[a-z]+$").unwrap().is_match(&text).unwrap(), "{text}");
    session.read_back(&mut engine).unwrap();
    let shape = Shape::Choices(vec!["yes".into()]);
    assert_eq!(under(&mut engine, &mut session, &shape, request(1, "a", 9)), ("yes".into(), Reason::Stop));
}
