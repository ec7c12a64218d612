//! Answers of a given shape: whatever the scores are, the text has it.
//!
//! The texts are judged by others than the maker of the automaton: serde_json, jsonschema and fancy-regex.

use std::cell::RefCell;

use fancy_regex::Regex;
use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::{Options, Shape, Vocabulary};
use mamba_web::generation::{Input, Reason, Request, Step, Text};
use mamba_web::sampler::{Chooser, Constraint, Guided, Recent, Sampler, Settings};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
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
    static CHANCE: RefCell<u64> = const { RefCell::new(0) };
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
    let walk = VOCABULARY.with(|vocabulary| vocabulary.walk(shape))?;
    let settings = Settings { temperature, top_k: 0, seed, ..Settings::default() };
    let sampler = Sampler::new(settings, END as usize + 1).unwrap();
    let mut chooser = Chooser::new(sampler, Some(Box::new(Guided::new(walk, vec![END])) as Box<dyn Constraint>));
    assert!(chooser.sampler_alone().is_none(), "a GPU may not choose without the constraint");
    let mut state = seed ^ 0x9E37_79B9;
    let mut bytes = Vec::new();
    for _ in 0..MOST_TOKENS {
        if chooser.is_over() {
            return Ok(Some(String::from_utf8(bytes).unwrap()));
        }
        let id = chooser.choose(&scores(&mut state), &Recent::default()).map_err(|error| error.to_string())?;
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
                    prop_assert!(error.starts_with("The constraint"), "{error}");
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
                assert!(serde_json::from_str::<Value>(&text).unwrap().is_object(), "{text}");
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

/// The text of a run and why it ended.
fn answer(engine: &mut Engine, shape: &Shape, request: Request) -> (String, Reason) {
    let mut session = engine.session(None).unwrap();
    let constraint = engine.constraint(shape.clone()).unwrap();
    session.begin_under(engine, request, Some(constraint)).unwrap();
    let mut answer = String::new();
    loop {
        match session.advance(engine).unwrap() {
            Step::Waiting | Step::Prefill { .. } => {}
            Step::Token { text, .. } => answer += &text,
            Step::End { reason, text } => return (answer + &text, reason),
        }
    }
}

#[test]
fn models_of_random_weights_give_the_shape_on_every_backend() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["name", "age"],
        "properties": { "name": { "type": "string", "maxLength": 5 }, "age": { "type": "integer", "minimum": 0, "maximum": 150 } },
    });
    let judge = jsonschema::validator_for(&schema).unwrap();
    for backend in [Name::Cpu, Name::Gpu] {
        for folder in ["chat", "neox"] {
            if !golden(folder).join("model.safetensors").exists() {
                continue; // a folder with a tokenizer only
            }
            let options = Options { backend: Some(backend), precision: Some(Precision::F32), ..Options::default() };
            let mut engine = Engine::open(&golden(folder), &options).unwrap();
            for seed in 0..6 {
                let settings = Settings { temperature: seed as f32 / 2.0, top_k: 0, seed, ..Settings::default() };
                let input = Input::Prompt(Text::Words("Hello".into()));
                let request = Request { input, settings, max_tokens: 400, stop: Vec::new() };
                let (text, reason) = answer(&mut engine, &Shape::JsonSchema(schema.clone()), request.clone());
                assert_eq!(reason, Reason::Stop, "{text}");
                assert!(judge.is_valid(&serde_json::from_str(&text).unwrap()), "{text}");
                // Cut short, it says so.
                let (text, reason) = answer(
                    &mut engine,
                    &Shape::JsonSchema(schema.clone()),
                    Request { max_tokens: 3, ..request.clone() },
                );
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
}
