//! Checks a tokenizer.json for what the tokenizers library assumes, because the library would panic without it.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::pattern::{as_oniguruma, shortest_match};

/// The parts that must be sound JSON, or the library panics instead of refusing them.
#[derive(Deserialize)]
struct Parts {
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    decoder: Value,
    #[serde(default)]
    post_processor: Value,
    #[serde(default)]
    model: Unigram,
}

/// Fields of a unigram model that the library does not expose.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Unigram {
    unk_id: Option<Value>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    model: Model<'a>,
}

/// A BPE model; others have no merges.
#[derive(Deserialize)]
struct Model<'a> {
    #[serde(borrow)]
    vocab: HashMap<Cow<'a, str>, IgnoredAny>,
    #[serde(borrow)]
    merges: Vec<Merge<'a>>,
    #[serde(borrow, default)]
    continuing_subword_prefix: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Merge<'a> {
    Line(#[serde(borrow)] Cow<'a, str>),
    Pair(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Cow<'a, str>),
}

/// A tokenizer.json that is safe for the library.
pub struct Checked<'a> {
    pub json: Cow<'a, [u8]>,
    /// The id that a unigram model gives to what it does not know.
    pub unk_id: Option<u32>,
}

/// Checks what the library does not.
///
/// # Errors
/// What is wrong, as the end of a sentence about the file.
pub fn tokenizer(json: &[u8]) -> Result<Checked<'_>, String> {
    let unreadable = |error: serde_json::Error| format!("cannot be read ({error})");
    let mut parts: Parts = serde_json::from_slice(json).map_err(unreadable)?;
    let changed = [&mut parts.normalizer, &mut parts.pre_tokenizer, &mut parts.decoder].map(as_oniguruma);
    part(&parts.normalizer, "normalizer", "normalizers", normalizer)?;
    part(&parts.pre_tokenizer, "pre-tokenizer", "pretokenizers", pre_tokenizer)?;
    part(&parts.decoder, "decoder", "decoders", decoder)?;
    part(&parts.post_processor, "post-processor", "processors", post_processor)?;
    merges(json)?;
    let unk_id = parts.model.unk_id.and_then(|id| u32::try_from(id.as_u64()?).ok());
    if changed == [false; 3] {
        return Ok(Checked { json: Cow::Borrowed(json), unk_id });
    }
    let mut whole: Map<String, Value> = serde_json::from_slice(json).map_err(unreadable)?;
    whole.insert("normalizer".into(), parts.normalizer);
    whole.insert("pre_tokenizer".into(), parts.pre_tokenizer);
    whole.insert("decoder".into(), parts.decoder);
    Ok(Checked { json: serde_json::to_vec(&whole).map_err(unreadable)?.into(), unk_id })
}

/// What is wrong with a part of this type, as the end of a sentence; None for a type that is not known.
type Check = fn(&str, &Value) -> Option<Result<(), String>>;

/// Checks a part of a tokenizer, of a sequence each in its `list`.
fn part(value: &Value, what: &str, list: &str, check: Check) -> Result<(), String> {
    match value.get("type").and_then(Value::as_str) {
        None if value.is_null() => Ok(()),
        None => Err(format!("has a {what} without a type")),
        Some("Sequence") => {
            let inner = value.get(list).and_then(Value::as_array);
            inner.into_iter().flatten().try_for_each(|value| part(value, what, list, check))
        }
        // The library would try all kinds until one fits.
        Some(kind) => check(kind, value).unwrap_or_else(|| Err(format!("has a {what} of the unknown type {kind:?}"))),
    }
}

fn post_processor(kind: &str, value: &Value) -> Option<Result<(), String>> {
    match kind {
        "TemplateProcessing" => Some(template(value)),
        "BertProcessing" | "RobertaProcessing" | "ByteLevel" => Some(Ok(())),
        _ => None,
    }
}

/// Checks that the template around a text names only tokens and texts that exist.
fn template(processor: &Value) -> Result<(), String> {
    let pieces = processor.get("single").and_then(Value::as_array).ok_or("has a template that is no list")?;
    for piece in pieces {
        let id = |kind: &str| piece.get(kind).and_then(|piece| piece.get("id")).and_then(Value::as_str);
        let known = |token: &str| processor.get("special_tokens").and_then(|known| known.get(token)).is_some();
        match (id("Sequence"), id("SpecialToken")) {
            (Some("A"), None) => {}
            (None, Some(token)) if known(token) => {}
            _ => return Err(format!("has a template with {piece}, which it does not describe")),
        }
    }
    Ok(())
}

/// Whether the library can run a normalizer on any text. No known Mamba comes near what is refused here.
fn normalizer(kind: &str, value: &Value) -> Option<Result<(), String>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Some(match kind {
        "Precompiled" => Err("has a precompiled normalizer, which this page does not read".into()),
        "Prepend" if text("prepend").is_none_or(str::is_empty) => Err("prepends nothing".into()),
        // The library loses count where it puts a text between two characters; taking nothing away is no harm.
        "Replace" if text("content") != Some("") => {
            let pattern = |kind: &str| value.get("pattern").and_then(|pattern| pattern.get(kind)?.as_str());
            let shortest = match (pattern("String"), pattern("Regex")) {
                (Some(literal), _) => literal.len(),
                (None, Some(regex)) => shortest_match(regex),
                (None, None) => usize::MAX, // the library refuses it
            };
            match shortest {
                0 => Err(format!("replaces {}, which may match between two characters", value["pattern"])),
                _ => Ok(()),
            }
        }
        "BertNormalizer" | "Strip" | "StripAccents" | "NFC" | "NFD" | "NFKC" | "NFKD" | "Lowercase" | "Nmt"
        | "Prepend" | "Replace" | "ByteLevel" => Ok(()),
        _ => return None,
    })
}

/// Whether the library can split any text.
fn pre_tokenizer(kind: &str, value: &Value) -> Option<Result<(), String>> {
    Some(match kind {
        "FixedLength" if value.get("length").is_some_and(|length| length == 0) => {
            Err("splits texts into pieces of no length".into())
        }
        "BertPreTokenizer" | "ByteLevel" | "CharDelimiterSplit" | "Delimiter" | "Digits" | "FixedLength"
        | "Metaspace" | "Punctuation" | "Split" | "UnicodeScripts" | "Whitespace" | "WhitespaceSplit" => Ok(()),
        _ => return None,
    })
}

/// Whether the library can join any tokens.
fn decoder(kind: &str, value: &Value) -> Option<Result<(), String>> {
    Some(match kind {
        // The library cuts from both ends of a token, though it may be shorter. Known files cut at the beginning alone.
        "Strip" if value.get("stop").is_some_and(|stop| stop != 0) => {
            Err("has a decoder that cuts the ends of tokens, which this page does not run".into())
        }
        "BPEDecoder" | "ByteFallback" | "ByteLevel" | "CTC" | "Fuse" | "Metaspace" | "Replace" | "Strip"
        | "WordPiece" => Ok(()),
        _ => return None,
    })
}

/// Checks that each merge makes a token of two tokens. What is no BPE model passes: the library refuses it or reads it
/// by itself.
fn merges(json: &[u8]) -> Result<(), String> {
    let Model { vocab, merges, continuing_subword_prefix } = match serde_json::from_slice::<File>(json) {
        Ok(file) => file.model,
        // The library takes the last one, which would not be the one that was checked.
        Err(error) if error.to_string().starts_with("duplicate field") => return Err(format!("has a {error}")),
        Err(_) => return Ok(()),
    };
    let prefix = continuing_subword_prefix.unwrap_or_default();
    let sound = |first: &str, second: &str| {
        let Some(rest) = second.get(prefix.len()..) else { return false };
        [first, second, &format!("{first}{rest}")].iter().all(|token| vocab.contains_key(*token))
    };
    let unsound = merges.iter().find_map(|merge| match merge {
        Merge::Line(line) if line.starts_with("#version") => None,
        Merge::Line(line) if line.split_once(' ').is_some_and(|(first, second)| sound(first, second)) => None,
        Merge::Line(line) => Some(line.clone().into_owned()),
        Merge::Pair(first, second) if sound(first, second) => None,
        Merge::Pair(first, second) => Some(format!("{first} {second}")),
    });
    unsound.map_or(Ok(()), |merge| Err(format!("has the merge {merge:?}, which makes no token of two")))
}
