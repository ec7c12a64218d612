use super::v2::{ENTRY_BYTES, Entry, START_BYTES, start_checksum};
use super::*;
use crate::model::{Extent, Memory, MemoryKind};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MODEL: &str = "0123456789abcdef0123456789abcdef";
const VOCAB: usize = 7;

/// Two layers: a window and a hidden state, then a ring of five tokens, as attention will have.
fn fresh() -> Result<State> {
    let ring = Memory::ring(MemoryKind::Keys, 5, 3);
    let layers = [
        vec![Memory::fixed(MemoryKind::Conv, 2, 3), Memory::fixed(MemoryKind::Ssm, 4, 2)],
        vec![ring, Memory::fixed(MemoryKind::Ssm, 0, 2)],
    ];
    State::with_memories(layers.into_iter(), 0)
}

/// A state after so many tokens; a ring holds each token's number where it belongs.
fn state(position: u64) -> State {
    let mut state = fresh().unwrap();
    state.position = position;
    for held in state.layers_mut().iter_mut().flatten() {
        for (place, value) in held.values.iter_mut().enumerate() {
            *value = place as f32 - 2.5;
        }
        if let Extent::Ring { tokens } = held.memory.extent {
            held.values.fill(0.0);
            for token in position.saturating_sub(tokens as u64)..position {
                let row = (token % tokens as u64) as usize * held.memory.width;
                held.values[row..row + held.memory.width].fill(token as f32);
            }
        }
    }
    state
}

fn snapshot(position: u64) -> Snapshot {
    let logits = (0..VOCAB).map(|i| i as f32).collect();
    Snapshot {
        state: state(position),
        logits,
        recent: vec![1, 2, 6],
        conversation: "{}".into(),
        text: Some("{\"title\":\"é\"}".into()),
    }
}

const OF: Identity<'_> = Identity { model: MODEL, tokenizer: Some("fedcba9876543210fedcba9876543210") };

fn bytes(snapshot: &Snapshot) -> Vec<u8> {
    packed(snapshot, Packing::F32)
}

fn packed(snapshot: &Snapshot, packing: Packing) -> Vec<u8> {
    Content { packing, ..snapshot.content() }.to_bytes(OF).unwrap()
}

fn read(bytes: &[u8]) -> Result<Snapshot> {
    v2::read(bytes, OF, fresh, VOCAB)
}

/// Takes a file apart and puts it together again, with right checksums, after `change` has had its way.
fn forge(bytes: &[u8], change: impl FnOnce(&mut String, &mut Vec<(Entry, Vec<u8>)>)) -> Vec<u8> {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let table_at = START_BYTES + number(12);
    let mut header = String::from_utf8(bytes[START_BYTES..table_at].to_vec()).unwrap();
    let end = table_at + number(16) * ENTRY_BYTES;
    let mut rest = &bytes[end..];
    let entries = bytes[table_at..end].as_chunks().0.iter().map(Entry::from_bytes);
    let mut sections = entries
        .map(|entry| {
            let (own, others) = rest.split_at((entry.bytes as usize).next_multiple_of(8));
            rest = others;
            (entry, own[..entry.bytes as usize].to_vec())
        })
        .collect();
    change(&mut header, &mut sections);
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut file = bytes[..12].to_vec();
    for number in [header.len(), sections.len(), 0] {
        file.extend((number as u32).to_le_bytes());
    }
    file.extend(header.as_bytes());
    for (entry, payload) in &mut sections {
        (entry.bytes, entry.checksum) = (payload.len() as u64, crc32fast::hash(payload));
        file.extend(entry.to_bytes());
    }
    let checksum = start_checksum(&file);
    file[20..24].copy_from_slice(&checksum.to_le_bytes());
    for (_, payload) in sections {
        file.extend(payload);
        file.resize(file.len().next_multiple_of(8), 0);
    }
    file
}

#[test]
fn what_no_reader_takes_is_not_written() {
    for value in [f32::NAN, f32::INFINITY] {
        let (mut in_state, mut in_scores) = (snapshot(5), snapshot(5));
        in_state.state.layers[0][0].values[0] = value;
        in_scores.logits[1] = value;
        for spoiled in [in_state, in_scores] {
            let error = spoiled.content().to_bytes(OF).unwrap_err();
            assert!(matches!(error, Error::BadState(_)) && error.to_string().contains("not numbers"), "{error}");
        }
    }
}

#[test]
fn a_file_gives_back_what_was_saved() {
    for position in [0, 1, 4, 5, 6, 13, 1 << 40] {
        let saved = snapshot(position);
        assert_eq!(read(&bytes(&saved)).unwrap(), saved, "after {position} tokens");
    }
    let empty = Snapshot { logits: vec![], recent: vec![], conversation: String::new(), text: None, ..snapshot(0) };
    assert_eq!(read(&bytes(&empty)).unwrap(), empty);
}

#[test]
fn a_ring_is_saved_as_far_as_it_is_filled_and_oldest_first() {
    let ring = |position| {
        let mut found = Vec::new();
        forge(&bytes(&snapshot(position)), |_, sections| {
            let (entry, payload) = &sections[2];
            assert_eq!((entry.layer, &entry.kind, entry.width), (1, b"keys", 3));
            assert_eq!(payload.len(), entry.rows as usize * 12);
            let rows = payload.as_chunks().0.iter().step_by(3);
            found = rows.map(|&value| f32::from_le_bytes(value)).collect();
        });
        found
    };
    assert_eq!(ring(0), [0.0; 0]);
    assert_eq!(ring(2), [0.0, 1.0]);
    assert_eq!(ring(5), [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(ring(8), [3.0, 4.0, 5.0, 6.0, 7.0]);
}

/// Only the layers' memories are packed, and the values here are such that nothing is lost but the last bits.
#[test]
fn a_packed_file_gives_back_what_was_saved() {
    for position in [0, 3, 5, 13] {
        let saved = snapshot(position);
        for packing in [Packing::F16, Packing::Int8] {
            let file = packed(&saved, packing);
            assert!(file.len() < bytes(&saved).len());
            let back = read(&file).unwrap();
            assert_eq!(back.state.position, position);
            let values = |state: &State| state.layers.iter().flatten().flat_map(|held| held.values.clone()).collect();
            let (want, got): (Vec<f32>, Vec<f32>) = (values(&saved.state), values(&back.state));
            let worst = want.iter().zip(&got).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= if packing == Packing::F16 { 0.0 } else { 4.5 / 254.0 + 1e-6 }, "{packing:?}: {worst}");
            assert_eq!(Snapshot { state: saved.state.try_clone().unwrap(), ..back }, saved, "all else is exact");
        }
    }
    // A value without room in f16 keeps its section as it is.
    let mut large = snapshot(1);
    large.state.layers[0][1].values[3] = 1e6;
    let back = read(&packed(&large, Packing::F16)).unwrap();
    assert_eq!(back, large);
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    Packing::ALL.into_iter().for_each(notices_every_change);
}

fn notices_every_change(packing: Packing) {
    let whole = packed(&snapshot(8), packing);
    for at in 0..whole.len() {
        for bit in [0x01, 0x80] {
            let mut damaged = whole.clone();
            damaged[at] ^= bit;
            assert_eq!(read_any(&damaged).unwrap_err().code(), "bad-state", "byte {at}");
        }
        assert_eq!(read_any(&whole[..at]).unwrap_err().code(), "bad-state", "cut at {at}");
    }
    assert_eq!(read_any(&[whole.as_slice(), &[0]].concat()).unwrap_err().code(), "bad-state");
}

/// As `Snapshot::from_bytes`, for these layers.
fn read_any(bytes: &[u8]) -> Result<Snapshot> {
    match bytes.split_first_chunk() {
        Some((v1::MAGIC, _)) => v1::read(bytes, OF.model, fresh, VOCAB),
        Some((v2::MAGIC, _)) => read(bytes),
        _ => Err(damaged("it does not start like a .mstate file")),
    }
}

#[test]
fn a_state_without_the_tokenizers_hash_or_a_text_still_opens() {
    let mut saved = snapshot(8);
    saved.text = None;
    let older = saved.content().to_bytes(MODEL).unwrap();
    assert!(!String::from_utf8_lossy(&older).contains("tokenizer"));
    assert_eq!(read(&older).unwrap(), saved);
    // A reader that does not know its own tokenizer takes any.
    assert_eq!(v2::read(&bytes(&saved), MODEL.into(), fresh, VOCAB).unwrap(), saved);
}

#[test]
fn older_readers_skip_what_they_may() {
    let saved = snapshot(8);
    let file = forge(&bytes(&saved), |header, sections| {
        let tree = Entry { kind: *b"tree", flags: 1, ..sections[0].0 };
        sections.insert(0, (tree, b"anything".to_vec()));
        sections.push((Entry { kind: *b"text", flags: 1 | 1 << 31, element: 77, ..tree }, vec![7; 13]));
        let end = header.rfind('}').unwrap();
        header.insert_str(end, r#","later":[1]"#);
    });
    assert_eq!(read(&file).unwrap(), saved);
}

#[test]
fn sound_files_of_something_else_are_refused_with_a_sentence() {
    type Change = fn(&mut String, &mut Vec<(Entry, Vec<u8>)>);
    let exact: [(&str, Change); 25] = [
        ("newer version", |_, sections| sections[0].0.kind = *b"keys"),
        ("newer version", |_, sections| sections.push((Entry { kind: *b"tree", ..sections[0].0 }, vec![]))),
        ("newer version", |_, sections| sections.swap(0, 1)),
        ("newer version", |_, sections| sections.push((sections[0].0, sections[0].1.clone()))),
        ("newer version", |_, sections| sections[0].0.layer = 2),
        ("newer version", |_, sections| sections[1].0.layer = u32::MAX),
        ("of the type 4", |_, sections| sections[0].0.element = 4),
        ("of the type 4294967295", |_, sections| sections[1].0.element = u32::MAX),
        ("have another length", |_, sections| sections[0].0.element = 2),
        ("of the type 0", |_, sections| sections[4].0.element = 0),
        ("ssm  of layer 0 have another length", |_, sections| sections[1].0.rows = 5),
        ("have another length", |_, sections| sections[1].0.width = 0),
        ("have another length", |_, sections| sections[0].1.truncate(5)),
        ("have another length", |_, sections| sections[0].1.clear()),
        ("values scor have another length", |_, sections| sections[4].1.extend([0; 4])),
        ("lacks the values ssm  of layer 1", |_, sections| drop(sections.remove(3))),
        ("lacks the values conv of layer 0", |_, sections| sections.clear()),
        ("not numbers", |_, sections| sections[1].1[..4].copy_from_slice(&f32::NAN.to_le_bytes())),
        ("not numbers", |_, sections| sections[4].1[..4].copy_from_slice(&f32::INFINITY.to_le_bytes())),
        ("conversation is not a text", |_, sections| sections[5].1 = vec![0xFF]),
        ("its text is not a text", |_, sections| sections[6].1 = vec![0xC3]),
        ("outside the vocabulary", |header, _| *header = header.replace("6]", "7]")),
        ("more tokens than anybody", |header, _| {
            *header = header.replace(r#""position":8"#, r#""position":9007199254740992"#)
        }),
        ("header is not valid", |header, _| *header = header.replace("position", "place")),
        ("header is not valid", |header, _| header.clear()),
    ];
    let f16: [(&str, Change); 4] = [
        ("not numbers", |_, sections| sections[0].1[..2].copy_from_slice(&[0, 0x7C])),
        ("not numbers", |_, sections| sections[2].1[4..6].copy_from_slice(&[1, 0xFE])),
        ("have another length", |_, sections| sections[0].0.element = 1),
        ("have another length", |_, sections| sections[1].1.truncate(15)),
    ];
    let int8: [(&str, Change); 7] = [
        ("not numbers", |_, sections| sections[0].1[..4].copy_from_slice(&f32::NAN.to_le_bytes())),
        ("not numbers", |_, sections| sections[1].1[..4].copy_from_slice(&f32::INFINITY.to_le_bytes())),
        ("not numbers", |_, sections| sections[2].1[7..11].copy_from_slice(&f32::MAX.to_le_bytes())),
        ("have another length", |_, sections| sections[0].1.truncate(7)),
        ("have another length", |_, sections| sections[0].0.element = 2),
        ("have another length", |_, sections| sections[2].1.extend([0; 7])),
        ("of the type 0", |_, sections| sections[1].0.element = 0),
    ];
    let [exact, f16, int8] = [(&exact[..], Packing::F32), (&f16, Packing::F16), (&int8, Packing::Int8)]
        .map(|(cases, packing)| cases.iter().map(move |&(part, change)| (part, change, packing)));
    for (number, (part, change, packing)) in exact.chain(f16).chain(int8).enumerate() {
        let mut entries = 0;
        let whole = packed(&snapshot(8), packing);
        let file = forge(&whole, |header, sections| {
            // Lacking the last one of a layer is found at the next.
            change(header, sections);
            entries = sections.len();
        });
        let error = read(&file).unwrap_err();
        assert_eq!(error.code(), "bad-state", "case {number} with {entries} sections: {error}");
        assert!(error.to_string().contains(part), "case {number}: {error}");
    }
    let whole = bytes(&snapshot(8));
    for (own, says) in [(OF.model, "another model"), (OF.tokenizer.unwrap(), "another tokenizer")] {
        let error = read(&forge(&whole, |header, _| *header = header.replace(own, "another"))).unwrap_err();
        assert_eq!(error.code(), "wrong-model");
        assert!(error.to_string().contains(says), "{error}");
    }
    let text = "x".repeat(TEXT_BYTES + 1);
    let long = forge(&whole, |_, sections| sections[6].1 = text.clone().into_bytes());
    assert!(read(&long).unwrap_err().to_string().contains("its text is too long"));
    let long = Content { text: Some(&text), ..snapshot(8).content() }.to_bytes(OF).unwrap_err();
    assert_eq!(long.code(), "bad-argument");
    let mut newer = whole.clone();
    newer[8] = 3;
    let error = read(&newer).unwrap_err().to_string();
    assert!(error.contains("was written by a newer version of mamba-web"), "{error}");
}

/// A file that claims to be long takes no memory for it: there is nothing in it to take memory for.
#[test]
fn lengths_that_lie_are_refused() {
    let whole = bytes(&snapshot(8));
    for (at, number) in [(12, u32::MAX), (12, 0), (12, 8), (16, u32::MAX), (16, 0), (16, 1 << 30)] {
        let mut file = whole.clone();
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
        assert_eq!(read(&file).unwrap_err().code(), "bad-state");
    }
    for lie in [u64::MAX, u64::MAX - 7, 1 << 63, 1 << 32, 1 << 20, 0] {
        // The table is found right by its checksum, and then seen to lie.
        let mut file = forge(&whole, |_, _| {});
        let table_at = START_BYTES + u32::from_le_bytes(file[12..16].try_into().unwrap()) as usize;
        file[table_at + 24..table_at + 32].copy_from_slice(&lie.to_le_bytes());
        let sections = u32::from_le_bytes(file[16..20].try_into().unwrap()) as usize;
        let checksum = start_checksum(&file[..table_at + sections * ENTRY_BYTES]);
        file[20..24].copy_from_slice(&checksum.to_le_bytes());
        assert_eq!(read(&file).unwrap_err().code(), "bad-state", "{lie} bytes");
    }
}
