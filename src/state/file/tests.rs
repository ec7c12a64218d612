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
    for held in state.layers.iter_mut().flatten() {
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
    Snapshot { state: state(position), logits, recent: vec![1, 2, 6], conversation: "{}".into() }
}

fn bytes(snapshot: &Snapshot) -> Vec<u8> {
    snapshot.content().to_bytes(MODEL).unwrap()
}

fn read(bytes: &[u8]) -> Result<Snapshot> {
    v2::read(bytes, MODEL, fresh, VOCAB)
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
fn a_file_gives_back_what_was_saved() {
    for position in [0, 1, 4, 5, 6, 13, 1 << 40] {
        let saved = snapshot(position);
        assert_eq!(read(&bytes(&saved)).unwrap(), saved, "after {position} tokens");
    }
    let empty = Snapshot { logits: vec![], recent: vec![], conversation: String::new(), ..snapshot(0) };
    assert_eq!(read(&bytes(&empty)).unwrap(), empty);
}

#[test]
fn a_ring_is_saved_as_far_as_it_is_filled_and_oldest_first() {
    let ring = |position| {
        let mut found = Vec::new();
        forge(&bytes(&snapshot(position)), |_, sections| {
            let (entry, payload) = &sections[2];
            assert_eq!((entry.layer, &entry.kind, entry.width), (1, b"conv", 3));
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

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let whole = bytes(&snapshot(8));
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
        Some((v1::MAGIC, _)) => v1::read(bytes, MODEL, fresh, VOCAB),
        Some((v2::MAGIC, _)) => read(bytes),
        _ => Err(damaged("it does not start like a .mstate file")),
    }
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
    let cases: [(&str, Change); 22] = [
        ("newer version", |_, sections| sections[0].0.kind = *b"keys"),
        ("newer version", |_, sections| sections.push((Entry { kind: *b"tree", ..sections[0].0 }, vec![]))),
        ("newer version", |_, sections| sections.swap(0, 1)),
        ("newer version", |_, sections| sections.push((sections[0].0, sections[0].1.clone()))),
        ("newer version", |_, sections| sections[0].0.layer = 2),
        ("newer version", |_, sections| sections[1].0.layer = u32::MAX),
        ("of the type 2", |_, sections| sections[0].0.element = 2),
        ("of the type 3", |_, sections| sections[1].0.element = 3),
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
        ("not a text", |_, sections| sections[5].1 = vec![0xFF]),
        ("outside the vocabulary", |header, _| *header = header.replace("6]", "7]")),
        ("header is not valid", |header, _| *header = header.replace("position", "place")),
        ("header is not valid", |header, _| header.clear()),
    ];
    let whole = bytes(&snapshot(8));
    for (number, (part, change)) in cases.into_iter().enumerate() {
        let mut entries = 0;
        let file = forge(&whole, |header, sections| {
            // Lacking the last one of a layer is found at the next.
            change(header, sections);
            entries = sections.len();
        });
        let error = read(&file).unwrap_err();
        assert_eq!(error.code(), "bad-state", "case {number} with {entries} sections: {error}");
        assert!(error.to_string().contains(part), "case {number}: {error}");
    }
    let other = forge(&whole, |header, _| *header = header.replace(MODEL, "another"));
    assert_eq!(read(&other).unwrap_err().code(), "wrong-model");
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
