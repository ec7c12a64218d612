//! Version 2: magic, version, a header in JSON, a table of sections, and the sections one after the other.

use serde::{Deserialize, Serialize};

use super::super::{Held, State};
use super::{
    Content, Identity, Packing, Snapshot, TEXT_BYTES, check_position, check_tokens, damaged, newer, wrong_model,
    wrong_tokenizer, wrong_window,
};
use crate::allocate::{filled, reserved};
use crate::error::{Error, Result};
use crate::model::{Extent, MemoryKind};

/// The same for all later versions.
pub const MAGIC: &[u8; 8] = b"MAMBASTA";
const VERSION: u32 = 2;

/// Bytes before the header: magic, version, length of the header, number of sections, checksum.
pub(super) const START_BYTES: usize = 24;
pub(super) const ENTRY_BYTES: usize = 40;
/// The table and all sections begin at multiples of this.
const ALIGNMENT: usize = 8;

/// The layer of a section that belongs to no layer.
const NO_LAYER: u32 = u32::MAX;
/// A reader that does not know the section's kind may skip it.
const OPTIONAL: u32 = 1;

/// The element type of a section without numbers; [`Packing::element`] gives the others.
const BYTES: u32 = 0;

const SCORES: [u8; 4] = *b"scor";
const TURNS: [u8; 4] = *b"turn";
const TEXT: [u8; 4] = *b"text";

fn tag(kind: MemoryKind) -> [u8; 4] {
    match kind {
        MemoryKind::Conv => *b"conv",
        MemoryKind::Ssm => *b"ssm ",
        MemoryKind::Keys => *b"keys",
        MemoryKind::Values => *b"vals",
    }
}

/// The same as a word.
pub fn name(kind: MemoryKind) -> String {
    String::from_utf8_lossy(&tag(kind)).trim_end().to_owned()
}

/// Readers ignore fields that they do not know.
#[derive(Serialize, Deserialize)]
struct Header {
    /// Identifies config.json and the weights.
    model: String,
    /// Identifies what the tokens stand for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokenizer: Option<String>,
    position: u64,
    recent: Vec<u32>,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub layer: u32,
    pub kind: [u8; 4],
    pub element: u32,
    pub flags: u32,
    pub rows: u32,
    pub width: u32,
    pub bytes: u64,
    pub checksum: u32,
}

impl Entry {
    pub fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES]; // the last four stay zero
        let numbers = [self.layer, u32::from_le_bytes(self.kind), self.element, self.flags, self.rows, self.width];
        for (to, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
            *to = number.to_le_bytes();
        }
        bytes[24..32].copy_from_slice(&self.bytes.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.checksum.to_le_bytes());
        bytes
    }

    pub fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let word = |at: usize| -> [u8; 4] { core::array::from_fn(|i| bytes[at + i]) };
        let number = |at: usize| u32::from_le_bytes(word(at));
        Self {
            layer: number(0),
            kind: word(4),
            element: number(8),
            flags: number(12),
            rows: number(16),
            width: number(20),
            bytes: u64::from(number(28)) << 32 | u64::from(number(24)),
            checksum: number(32),
        }
    }

    /// How the values are kept, if the lengths are those of `rows` x `width` values.
    ///
    /// # Errors
    /// When they are not, or when the values are of an unknown type.
    fn packing(&self, rows: usize, width: usize) -> Result<Packing> {
        let Some(packing) = Packing::of_element(self.element) else {
            return Err(damaged(format_args!(
                "its {} are of the type {}, which this version of mamba-web does not know",
                self.name(),
                self.element
            )));
        };
        let bytes = packing.row_bytes(width).checked_mul(rows as u64);
        let shape = (u64::from(self.rows), u64::from(self.width), Some(self.bytes));
        if shape != (rows as u64, width as u64, bytes) {
            return Err(damaged(format_args!("its {} have another length than the model's", self.name())));
        }
        Ok(packing)
    }

    fn name(&self) -> String {
        let kind = self.kind.escape_ascii();
        if self.layer == NO_LAYER { format!("values {kind}") } else { format!("values {kind} of layer {}", self.layer) }
    }
}

/// What a section holds.
enum Payload<'a> {
    /// Rows of `width` values, one piece after the other: a ring's rows, oldest first, may be two.
    Values {
        pieces: [&'a [f32]; 2],
        width: usize,
        packing: Packing,
    },
    Bytes(&'a [u8]),
}

impl Payload<'_> {
    fn len(&self) -> usize {
        match *self {
            Payload::Values { pieces, width, packing } => {
                let rows = pieces.map(<[f32]>::len).iter().sum::<usize>() / width.max(1);
                rows * packing.row_bytes(width) as usize // no more than the values take in memory, or little more
            }
            Payload::Bytes(bytes) => bytes.len(),
        }
    }

    fn is_finite(&self) -> bool {
        match *self {
            Payload::Values { pieces, .. } => pieces.into_iter().flatten().all(|value| value.is_finite()),
            Payload::Bytes(_) => true,
        }
    }

    /// The bytes, some at a time.
    fn each(&self, mut to: impl FnMut(&[u8])) {
        match *self {
            Payload::Values { pieces, width, packing } => {
                pieces.into_iter().for_each(|values| packing.each(values, width, &mut to));
            }
            Payload::Bytes(bytes) => to(bytes),
        }
    }

    fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        self.each(|bytes| hasher.update(bytes));
        hasher.finalize()
    }
}

/// A section to be written. Rows and widths are below 2^32, as [`Config::checked`](crate::model::Config) has made sure.
struct Section<'a> {
    layer: u32,
    kind: [u8; 4],
    rows: usize,
    width: usize,
    payload: Payload<'a>,
}

impl Section<'_> {
    fn entry(&self) -> Entry {
        let (element, flags) = match self.payload {
            Payload::Values { packing, .. } => (packing.element(), 0),
            Payload::Bytes(_) => (BYTES, OPTIONAL),
        };
        Entry {
            layer: self.layer,
            kind: self.kind,
            element,
            flags,
            rows: self.rows as u32,
            width: self.width as u32,
            bytes: self.payload.len() as u64,
            checksum: self.payload.checksum(),
        }
    }
}

fn sections<'a>(content: &Content<'a>) -> Vec<Section<'a>> {
    let mut sections = Vec::new();
    for (layer, memories) in (0..).zip(&content.state.layers) {
        for Held { memory, values } in memories {
            let (rows, width) = (memory.rows_at(content.state.position), memory.width);
            let oldest = memory.oldest_row(content.state.position) * width;
            let pieces = [&values[oldest..rows * width], &values[..oldest]];
            let payload = Payload::Values { pieces, width, packing: content.packing.fitting(pieces) };
            sections.push(Section { layer, kind: tag(memory.kind), rows, width, payload });
        }
    }
    let mut whole = |kind, width, payload| sections.push(Section { layer: NO_LAYER, kind, rows: 1, width, payload });
    if !content.logits.is_empty() {
        // Exact in every packing, so that the next token is the one that would have come.
        let (pieces, width) = ([content.logits, &[]], content.logits.len());
        whole(SCORES, width, Payload::Values { pieces, width, packing: Packing::F32 });
    }
    if !content.conversation.is_empty() {
        whole(TURNS, content.conversation.len(), Payload::Bytes(content.conversation.as_bytes()));
    }
    if let Some(text) = content.text {
        whole(TEXT, text.len(), Payload::Bytes(text.as_bytes()));
    }
    sections
}

pub fn write(content: &Content<'_>, of: Identity<'_>) -> Result<Vec<u8>> {
    let header = Header {
        model: of.model.to_owned(),
        tokenizer: of.tokenizer.map(str::to_owned),
        position: content.state.position,
        recent: content.recent.to_vec(),
    };
    let mut header = serde_json::to_vec(&header).unwrap_or_default(); // plain numbers and strings always serialise
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let sections = sections(content);
    // No reader would take it, and who saved it would learn so too late.
    if !sections.iter().all(|section| section.payload.is_finite()) {
        return Err(Error::BadState(
            "This state holds values that are not numbers, so it cannot be saved; the model's weights may be damaged."
                .into(),
        ));
    }
    let payloads: usize = sections.iter().map(|section| section.payload.len().next_multiple_of(ALIGNMENT)).sum();
    let mut bytes = reserved(START_BYTES + header.len() + sections.len() * ENTRY_BYTES + payloads, "a saved state")?;

    bytes.extend_from_slice(MAGIC);
    for number in [VERSION, header.len() as u32, sections.len() as u32, 0] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&header);
    sections.iter().for_each(|section| bytes.extend_from_slice(&section.entry().to_bytes()));
    let checksum = start_checksum(&bytes);
    bytes[START_BYTES - 4..START_BYTES].copy_from_slice(&checksum.to_le_bytes());

    for section in &sections {
        section.payload.each(|piece| bytes.extend_from_slice(piece));
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
    }
    Ok(bytes)
}

/// Of everything before the sections, except the checksum's own place.
pub(super) fn start_checksum(start: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&start[..START_BYTES - 4]);
    hasher.update(&start[START_BYTES..]);
    hasher.finalize()
}

/// A file's parts.
struct Parts<'a> {
    header: Header,
    table: &'a [[u8; ENTRY_BYTES]],
    /// All sections.
    rest: &'a [u8],
}

/// Everything before the sections found right.
fn parts(bytes: &[u8]) -> Result<Parts<'_>> {
    let too_short = || damaged("it is too short");
    let numbers = bytes.get(MAGIC.len()..START_BYTES).ok_or_else(too_short)?.as_chunks().0;
    let number = |place: usize| u32::from_le_bytes(numbers[place]);
    match number(0) {
        VERSION => {}
        version if version > VERSION => return Err(newer()),
        version => return Err(damaged(format_args!("there is no version {version} of such files"))),
    }
    // In u64, where these cannot wrap.
    let table_at = START_BYTES as u64 + u64::from(number(1));
    let end = table_at + u64::from(number(2)) * ENTRY_BYTES as u64;
    let (Ok(table_at), Ok(end)) = (usize::try_from(table_at), usize::try_from(end)) else { return Err(too_short()) };
    let (start, rest) = bytes.split_at_checked(end).ok_or_else(too_short)?;
    if start_checksum(start) != number(3) {
        return Err(damaged("its first checksum does not match, so it was cut short or changed"));
    }
    let header = serde_json::from_slice(&start[START_BYTES..table_at]);
    let header = header.map_err(|_| damaged("its header is not valid"))?;
    Ok(Parts { header, table: start[table_at..].as_chunks().0, rest })
}

pub fn read(bytes: &[u8], of: Identity<'_>, fresh: impl FnOnce() -> Result<State>, vocab: usize) -> Result<Snapshot> {
    let Parts { header, table, mut rest } = parts(bytes)?;
    if header.model != of.model {
        return Err(wrong_model());
    }
    if let (Some(saved), Some(own)) = (&header.tokenizer, of.tokenizer)
        && saved != own
    {
        return Err(wrong_tokenizer());
    }
    check_tokens(&header.recent, vocab)?;
    check_position(header.position)?;
    let mut state = fresh()?;
    state.position = header.position;
    // The layers' memories come in their order; what else there is may stand anywhere.
    let layers = (0..).zip(state.layers_mut());
    let memories = layers.flat_map(|(layer, memories)| memories.iter_mut().map(move |held| (layer, held)));
    let mut memories = memories.peekable();
    let (mut logits, mut conversation, mut text) = (Vec::new(), String::new(), None);
    for entry in table.iter().map(Entry::from_bytes) {
        let payload = next_payload(&entry, &mut rest)?;
        let is_next = |(layer, held): &(u32, &mut Held)| (*layer, tag(held.memory.kind)) == (entry.layer, entry.kind);
        if let Some((_, held)) = memories.next_if(is_next) {
            take_memory(&entry, payload, held, header.position)?;
        } else if (entry.layer, entry.kind) == (NO_LAYER, SCORES) && logits.is_empty() {
            let packing = entry.packing(1, vocab)?;
            logits = filled(vocab, 0.0, "the scores")?;
            packing.take(payload, vocab, &mut logits)?;
        } else if (entry.layer, entry.kind, entry.element) == (NO_LAYER, TURNS, BYTES) && conversation.is_empty() {
            conversation = owned(payload, "conversation")?;
        } else if (entry.layer, entry.kind, entry.element) == (NO_LAYER, TEXT, BYTES) && text.is_none() {
            if payload.len() > TEXT_BYTES {
                return Err(damaged("its text is too long"));
            }
            text = Some(owned(payload, "text")?);
        } else if entry.flags & OPTIONAL == 0 {
            return Err(newer());
        }
    }
    if let Some((layer, held)) = memories.next() {
        let kind = tag(held.memory.kind);
        return Err(damaged(format_args!("it lacks the values {} of layer {layer}", kind.escape_ascii())));
    }
    if !rest.is_empty() {
        return Err(damaged("it goes on after its last section"));
    }
    Ok(Snapshot { state, logits, recent: header.recent, conversation, text })
}

/// The bytes of the entry's section, which are next, found right.
fn next_payload<'a>(entry: &Entry, rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let cut = || damaged("it ends before its last section does");
    let bytes = usize::try_from(entry.bytes).map_err(|_| cut())?;
    let padded = bytes.checked_next_multiple_of(ALIGNMENT).ok_or_else(cut)?;
    let (section, others) = rest.split_at_checked(padded).ok_or_else(cut)?;
    *rest = others;
    let (payload, padding) = section.split_at(bytes); // `padded` is at least as long
    if crc32fast::hash(payload) != entry.checksum || padding.iter().any(|&byte| byte != 0) {
        return Err(damaged(format_args!("its {} do not match their checksum, so it was changed", entry.name())));
    }
    Ok(payload)
}

fn owned(bytes: &[u8], what: &str) -> Result<String> {
    let text = core::str::from_utf8(bytes).map_err(|_| damaged(format_args!("its {what} is not a text")))?;
    let mut copy = String::new();
    let no_room = |_| Error::OutOfMemory(format!("There is no memory for the {what} of the saved state."));
    copy.try_reserve_exact(text.len()).map_err(no_room)?;
    copy.push_str(text);
    Ok(copy)
}

fn take_memory(entry: &Entry, payload: &[u8], held: &mut Held, position: u64) -> Result<()> {
    let (memory, rows) = (held.memory, held.memory.rows_at(position));
    if matches!(memory.extent, Extent::Ring { .. }) && entry.rows as usize != rows {
        return Err(wrong_window(entry.rows, memory.rows()));
    }
    let packing = entry.packing(rows, memory.width)?;
    let (newer, older) = held.values.split_at_mut(memory.oldest_row(position) * memory.width);
    packing.take(payload, memory.width, older.iter_mut().chain(newer))
}
