//! Files changed by chance: each is read, or refused with a sentence; nothing panics, hangs, or takes memory that a file
//! only claims to need. `PROPTEST_CASES=100000 cargo test --test memory fuzz` searches longer.

use crate::allocator::held_at_most;
use crate::strangers::{
    archive, build, gguf, is_sentence, other_tokenizers, read_within_bounds, tokenize, tokenizer_json, whole,
};
use crate::support::gguf::GgufFile;
use mamba_web::model::Config;
use mamba_web::state::{Content, Identity, Packing, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Fewer in wasm, which is not made for speed in tests.
const CASES: u32 = if cfg!(target_arch = "wasm32") { 60 } else { 400 };

const CONFIGS: [&str; 4] = [
    include_str!("../golden/tiny-f32/config.json"),
    include_str!("../golden/falcon/config.json"),
    include_str!("../golden/mamba2/config.json"),
    include_str!("../golden/mamba2-original/config.json"),
];

/// Changes a file at some places.
fn damage(bytes: &[u8], changes: &[(u32, u8, u8)], cut: Option<u32>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for &(place, kind, value) in changes {
        if bytes.is_empty() {
            break;
        }
        let place = place as usize % bytes.len();
        match kind % 4 {
            0 => bytes[place] = value,
            1 => bytes[place] ^= 1 << (value % 8),
            2 => drop(bytes.remove(place)),
            _ => bytes.insert(place, value),
        }
    }
    if let Some(cut) = cut {
        let length = cut as usize % (bytes.len() + 1);
        bytes.truncate(length);
    }
    bytes
}

fn changes() -> impl Strategy<Value = (Vec<(u32, u8, u8)>, Option<u32>)> {
    let changes = prop::collection::vec((any::<u32>(), any::<u8>(), any::<u8>()), 0..6);
    (changes, prop::option::weighted(0.2, any::<u32>()))
}

/// Places in the first bytes, where the lengths and counts are.
fn header_changes(length: usize) -> impl Strategy<Value = Vec<(u32, u8, u8)>> {
    prop::collection::vec(
        (0..length as u32, any::<u8>(), prop_oneof![Just(0xFF), Just(0), Just(0x7F), any::<u8>()]),
        1..4,
    )
}

fn survive(bytes: &[u8], chunk: usize, known: bool) {
    if let Err(error) = read_within_bounds(bytes, chunk, known.then_some(bytes.len() as u64)) {
        is_sentence(&error);
    }
}

/// A random JSON value in a random place.
fn graft(json: &mut Value, path: &[usize], value: Value) {
    let Some((&step, rest)) = path.split_first() else {
        *json = value;
        return;
    };
    let child = match json {
        Value::Object(map) if !map.is_empty() => {
            let len = map.len();
            map.iter_mut().nth(step % len).map(|(_, child)| child)
        }
        Value::Array(list) if !list.is_empty() => {
            let len = list.len();
            list.get_mut(step % len)
        }
        _ => None,
    };
    match child {
        Some(child) => graft(child, rest, value),
        None => *json = value,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let words =
        ["", "a", "ab", "<s>", "A", "BPE", "WordPiece", "Unigram", "ByteLevel", "Metaspace", "Split", "auto", "mamba2"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![Just(0_i64), Just(-1), Just(1), Just(8), Just(i64::MAX), any::<i64>()].prop_map(Value::from),
        prop_oneof![Just(0.0), Just(1e300), Just(-2.5)].prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,6}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_gguf_files((changes, cut) in changes(), start in header_changes(900), at_start: bool, chunk in 1..5000_usize, known: bool) {
        let bytes = include_bytes!("../golden/gguf/mamba2.q8_0.gguf");
        let changes = if at_start { start } else { changes };
        let bytes = damage(bytes, &changes, cut);
        survive(&bytes, chunk.max(50), known);
        if let Err(error) = build(&gguf(), &bytes) {
            is_sentence(&error);
        }
    }

    #[test]
    fn damaged_tokenizers_in_gguf_files(places in header_changes(600), token in "\\PC{0,4}", merge in "\\PC{0,6}") {
        let file = GgufFile::mamba()
            .text("tokenizer.ggml.model", "gpt2")
            .texts("tokenizer.ggml.tokens", ["a", "b", "ab", &token])
            .numbers("tokenizer.ggml.token_type", &[1, 4, 3, i32::from(places[0].1 % 7)])
            .texts("tokenizer.ggml.merges", ["a b", &merge])
            .whole("tokenizer.ggml.bos_token_id", u32::from(places[0].2))
            .raw("tokenizer.ggml.add_bos_token", 7, &[places[0].1 % 2]);
        let bytes = whole(file).bytes();
        for bytes in [damage(&bytes, &places, None), bytes] {
            match build(&gguf(), &bytes) {
                Ok(engine) => drop(engine.tokenize("ab a\u{1F600}").and_then(|ids| engine.detokenize(&ids))),
                Err(error) => is_sentence(&error),
            }
        }
    }

    #[test]
    fn damaged_safetensors_files((changes, cut) in changes(), start in header_changes(1500), at_start: bool, chunk in 50..5000_usize, known: bool) {
        let bytes = include_bytes!("../golden/mamba2-original/model.safetensors");
        let changes = if at_start { start } else { changes };
        survive(&damage(bytes, &changes, cut), chunk, known);
    }

    #[test]
    fn damaged_pickles((changes, cut) in changes(), start in header_changes(3000), at_start: bool, known: bool, strided: bool) {
        let bytes: &[u8] = match strided {
            true => include_bytes!("../golden/strided/pytorch_model.bin"),
            false => include_bytes!("../golden/mamba2-original/pytorch_model.bin"),
        };
        let changes = if at_start { start } else { changes };
        survive(&damage(bytes, &changes, cut), 4096, known);
    }

    #[test]
    fn pickles_of_random_operations(operations in prop::collection::vec(prop_oneof![
        prop::sample::select(b"}])(NKqhsueatRbQ.".to_vec()).prop_map(|code| match code {
            b'K' | b'q' | b'h' => vec![code, 1],
            other => vec![other],
        }),
        prop::sample::select(vec![0x81_u8, 0x85, 0x86, 0x87, 0x88]).prop_map(|code| vec![code]),
        Just(b"ctorch\nFloatStorage\n".to_vec()),
        Just(b"X\x01\0\0\0a".to_vec()),
    ], 0..60)) {
        let pickle = [&b"\x80\x02"[..], &operations.concat(), b"."].concat();
        survive(&archive(&[("m/data.pkl", &pickle), ("m/data/0", &[0; 8])]), 1000, true);
    }

    #[test]
    fn configs_with_a_graft(which in 0..4_usize, path in prop::collection::vec(any::<usize>(), 1..4), value in any_json()) {
        let mut json: Value = serde_json::from_str(CONFIGS[which]).unwrap();
        graft(&mut json, &path, value);
        match Config::parse(&json.to_string()) {
            Ok(config) => drop(config.parameters()),
            Err(error) => is_sentence(&error),
        }
    }

    #[test]
    fn configs_of_any_text(text in "\\PC{0,80}", place in 0..400_usize) {
        let mut json = CONFIGS[3].to_owned();
        let place = json.floor_char_boundary(place.min(json.len()));
        json.insert_str(place, &text);
        for json in [&json, &text] {
            if let Err(error) = Config::parse(json) {
                is_sentence(&error);
            }
        }
    }

    #[test]
    fn tokenizers_with_a_graft(which in 0..5_usize, path in prop::collection::vec(any::<usize>(), 1..6), value in any_json()) {
        let mut json = other_tokenizers().into_iter().nth(which).unwrap_or_else(tokenizer_json);
        graft(&mut json, &path, value);
        if let Err(error) = tokenize(json.to_string().as_bytes()) {
            is_sentence(&error);
        }
    }

    #[test]
    fn damaged_tokenizers((changes, cut) in changes()) {
        if let Err(error) = tokenize(&damage(tokenizer_json().to_string().as_bytes(), &changes, cut)) {
            is_sentence(&error);
        }
    }

    /// With wrong checksums, and with right ones, so that what lies behind them is reached as well.
    #[test]
    fn damaged_states(
        form in 0..4_usize, (changes, cut) in changes(), start in header_changes(600), at_start: bool, repair: bool,
    ) {
        let (whole, model, config) = state_file(form);
        let mut bytes = damage(&whole, if at_start { &start } else { &changes }, cut);
        if repair {
            repair_checksums(&mut bytes);
        }
        let (result, most) = held_at_most(|| Snapshot::from_bytes(&bytes, model.as_str(), &config));
        // The state and what its header says, the latter as text and as numbers.
        let bound = config.state_bytes() as usize + 4 * config.vocab + 4 * bytes.len() + 65_536;
        prop_assert!(most <= bound, "{} bytes for a file of {}", most, bytes.len());
        match result {
            Err(error) => is_sentence(&error),
            Ok(snapshot) if bytes == whole => prop_assert_eq!(snapshot.state.position, 23),
            Ok(snapshot) => prop_assert!(repair && snapshot.logits.iter().all(|score| score.is_finite())),
        }
    }
}

/// tests/golden/state/chat.v1.mstate, as it is or in version 2 in one of its packings, with its model's hash and config.
fn state_file(form: usize) -> (Vec<u8>, String, Config) {
    let bytes = include_bytes!("../golden/state/chat.v1.mstate").to_vec();
    let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[12..12 + length]).unwrap();
    let model = header["model"].as_str().unwrap().to_owned();
    let config = Config::parse(include_str!("../golden/chat/config.json")).unwrap();
    let Some(&packing) = Packing::ALL.get(form) else { return (bytes, model, config) };
    let snapshot = Snapshot::from_bytes(&bytes, model.as_str(), &config).unwrap();
    let content = Content { packing, text: Some("{\"title\":\"A chat\"}"), ..snapshot.content() };
    let of = Identity { model: &model, tokenizer: Some("00112233445566778899aabbccddeeff") };
    (content.to_bytes(of).unwrap(), model, config)
}

/// Makes the checksums right that a damaged file still has places for.
fn repair_checksums(bytes: &mut Vec<u8>) {
    let number =
        |bytes: &[u8], at: usize| bytes.get(at..at + 4).map(|four| u32::from_le_bytes(four.try_into().unwrap()));
    if bytes.starts_with(b"MAMBAST1") {
        bytes.truncate(bytes.len() - 4);
        bytes.extend(crc32fast::hash(bytes).to_le_bytes());
    } else if let (Some(header), Some(sections)) = (number(bytes, 12), number(bytes, 16)) {
        let table_at = 24_usize.saturating_add(header as usize);
        let end = table_at.saturating_add((sections as usize).saturating_mul(40));
        let mut at = end;
        for entry in (table_at..end).step_by(40) {
            let Some(length) = number(bytes, entry + 24) else { break };
            let Some(payload) = bytes.get(at..at.saturating_add(length as usize)) else { break };
            let checksum = crc32fast::hash(payload).to_le_bytes();
            let Some(place) = bytes.get_mut(entry + 32..entry + 36) else { break };
            place.copy_from_slice(&checksum);
            at += (length as usize).next_multiple_of(8);
        }
        if let Some(rest) = bytes.get(24..end) {
            let mut hasher = crc32fast::Hasher::new();
            hasher.update(&bytes[..20]);
            hasher.update(rest);
            let checksum = hasher.finalize().to_le_bytes();
            bytes[20..24].copy_from_slice(&checksum);
        }
    }
}
