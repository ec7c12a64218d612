//! The tokenizer inside a GGUF file: GPT-2's kind of byte-level BPE, and the pre-tokenizers that Mambas come with.

use tokenizers::decoders::byte_level::ByteLevel as ByteLevelDecoder;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::Split;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior};

use super::{Tokenizer, TokenizerSettings};
use crate::checkpoint::gguf::{Metadata, Texts};
use crate::error::{Error, Result};

const KIND: &str = "tokenizer.ggml.model";
const PRE: &str = "tokenizer.ggml.pre";
const TOKENS: &str = "tokenizer.ggml.tokens";

/// llama.cpp's numbers for what a token is.
mod token_type {
    pub const CONTROL: i32 = 3;
    pub const USER_DEFINED: i32 = 4;
    pub const UNUSED: i32 = 5;
}

/// The names of special tokens in tokenizer_config.json, and the keys of their ids.
const SPECIAL: [(&str, &str); 7] = [
    ("bos_token", "tokenizer.ggml.bos_token_id"),
    ("eos_token", "tokenizer.ggml.eos_token_id"),
    ("unk_token", "tokenizer.ggml.unknown_token_id"),
    ("sep_token", "tokenizer.ggml.seperator_token_id"), // spelt so
    ("pad_token", "tokenizer.ggml.padding_token_id"),
    ("eot_token", "tokenizer.ggml.eot_token_id"),
    ("eom_token", "tokenizer.ggml.eom_token_id"),
];

/// Tokens of these names end a text or a turn, whatever else the file says: llama.cpp's list. Many files name only the
/// end of a document as `eos`, while their chat template ends turns with another token.
const ENDS: [&str; 22] = [
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|im_end|>",
    "<|end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|return|>",
    "<|call|>",
    "<|calls|>",
    "<|flush|>",
    "<|tool_response>",
    "<turn|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<eos>",
    "</s>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "[e~[",
    "<｜end▁of▁sentence｜>",
];

fn bad(what: String) -> Error {
    Error::BadTokenizer(format!("The GGUF file's tokenizer {what}."))
}

fn unusable(error: tokenizers::Error) -> Error {
    bad(format!("cannot be used ({error})"))
}

impl TokenizerSettings {
    /// The special tokens and the chat template of a GGUF file.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for a key of the wrong kind.
    pub fn from_gguf(metadata: &Metadata) -> Result<Self> {
        let mut special = Vec::new();
        if let Some(tokens) = metadata.texts(TOKENS)? {
            for (name, key) in SPECIAL {
                let id = metadata.whole(key)?.and_then(|id| usize::try_from(id).ok());
                special.extend(id.and_then(|id| tokens.get(id)).map(|text| (name.to_owned(), text.to_owned())));
            }
        }
        let template = metadata.text("tokenizer.chat_template")?.map(str::to_owned);
        Ok(Self::new(special, template))
    }
}

impl Tokenizer {
    /// The tokenizer of a GGUF file; None when it has none. `vocab` is V.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] for an unknown kind of tokenizer, and for a malformed one.
    pub fn from_gguf(metadata: &Metadata, settings: &TokenizerSettings, vocab: usize) -> Result<Option<Self>> {
        match metadata.text(KIND)? {
            None | Some("none" | "no_vocab") => return Ok(None),
            Some("gpt2") => {}
            Some(other) => {
                return Err(bad(format!("is of the kind \"{other}\"; this page reads \"gpt2\", byte-level BPE")));
            }
        }
        let tokens = metadata.texts(TOKENS)?.ok_or_else(|| bad("has no tokens".into()))?;
        let types = metadata.numbers("tokenizer.ggml.token_type")?.unwrap_or_default();
        if tokens.len() > vocab {
            return Err(bad(format!("has {} tokens, but the model has {vocab}", tokens.len())));
        }
        let is = |id: usize, kind: i32| types.get(id) == Some(&kind);
        // A token with a special meaning is special, even if the file does not say so.
        let list = metadata.texts("tokenizer.ggml.merges")?;
        let is_control = |id: usize, token: &str| {
            is(id, token_type::CONTROL)
                || !is(id, token_type::UNUSED)
                    && (ENDS.contains(&token) || token.chars().nth(1).is_some() && settings.names(token))
                    && !is_made(list, token)
        };
        // Padding rows have invented names, which must never match text.
        let used = tokens.iter().enumerate().filter(|(id, _)| !is(*id, token_type::UNUSED));
        let ids: Vocab = used.map(|(id, token)| (token.to_owned(), id as u32)).collect();
        let merges = merges(list, &ids)?;
        let pipeline = pipeline(match metadata.text(PRE)? {
            Some(name) => name,
            None => usual(metadata)?,
        })?;
        let model = BPE::builder().vocab_and_merges(ids, merges).ignore_merges(pipeline.ignore_merges).build();
        let mut inner = tokenizers::Tokenizer::new(model.map_err(unusable)?);
        if pipeline.nfc {
            inner.with_normalizer(Some(NFC)).map_err(unusable)?;
        }
        inner.with_pre_tokenizer(Some(pipeline.pre_tokenizer));
        inner.with_decoder(Some(ByteLevelDecoder::default()));
        let (mut control, mut user_defined) = (Vec::new(), Vec::new());
        for (id, token) in tokens.iter().enumerate().filter(|(_, token)| !token.is_empty()) {
            if is_control(id, token) {
                control.push(AddedToken::from(token, true));
            } else if is(id, token_type::USER_DEFINED) {
                user_defined.push(AddedToken::from(token, false));
            }
        }
        inner.add_special_tokens(control).map_err(unusable)?;
        inner.add_tokens(user_defined).map_err(unusable)?;
        if let Some(processor) = around(metadata, settings, pipeline.add_bos, &inner)? {
            inner.with_post_processor(Some(processor));
        }
        Self::build(inner, settings, vocab, "The GGUF file's tokenizer").map(Some)
    }
}

/// The tokens of a GGUF file that end a text by their names; their ids are below `vocab`.
///
/// # Errors
/// [`Error::BadCheckpoint`] for a key of the wrong kind.
pub fn ends_of_text(metadata: &Metadata, vocab: usize) -> Result<Vec<u32>> {
    let Some(tokens) = metadata.texts(TOKENS)? else { return Ok(Vec::new()) };
    let merges = metadata.texts("tokenizer.ggml.merges")?;
    let ends = tokens.iter().take(vocab).zip(0..).filter(|(token, _)| ENDS.contains(token) && !is_made(merges, token));
    Ok(ends.map(|(_, id)| id).collect())
}

/// Whether a merge makes this token. Then it is an ordinary piece of text, such as `</s>` of HTML.
fn is_made(merges: Option<&Texts>, token: &str) -> bool {
    let makes = |merge: &str| {
        merge.len() == token.len() + 1
            && merge
                .char_indices()
                .any(|(at, c)| c == ' ' && token.starts_with(&merge[..at]) && token.ends_with(&merge[at + 1..]))
    };
    merges.is_some_and(|merges| merges.iter().any(makes))
}

/// The default way to split words. Files written before April 2024 do not say it. All published models of the two kinds
/// have Falcon's and GPT-NeoX's tokenizers.
fn usual(metadata: &Metadata) -> Result<&'static str> {
    Ok(if metadata.flag("mamba.ssm.dt_b_c_rms")?.unwrap_or(false) { "falcon" } else { "gpt-neox" })
}

/// The merges, each of which must make a token of two.
fn merges(list: Option<&Texts>, ids: &Vocab) -> Result<Vec<(String, String)>> {
    let split = |merge: &str| {
        // A token may begin with a space in no byte-level alphabet, so the first space that follows something parts.
        let space = merge.char_indices().skip(1).find(|(_, c)| *c == ' ')?.0;
        let (first, second) = (&merge[..space], &merge[space + 1..]);
        let known = [first, second, &format!("{first}{second}")].iter().all(|token| ids.contains_key(*token));
        known.then(|| (first.to_owned(), second.to_owned()))
    };
    let merge =
        |merge| split(merge).ok_or_else(|| bad(format!("has the merge {merge:?}, which makes no token of two")));
    list.into_iter().flat_map(Texts::iter).map(merge).collect()
}

struct Pipeline {
    nfc: bool,
    pre_tokenizer: PreTokenizerWrapper,
    ignore_merges: bool,
    /// Whether a text begins with the `bos` token if the file does not say it.
    add_bos: bool,
}

/// The meaning of llama.cpp's names of pre-tokenizers, taken from the tokenizer.json of the original models. llama.cpp
/// itself leaves Unicode normalisation out.
fn pipeline(name: &str) -> Result<Pipeline> {
    let gpt2 = || ByteLevel::new(false, true, true);
    let split = |regex: &str| -> Result<PreTokenizerWrapper> {
        let pattern = tokenizers::pre_tokenizers::split::SplitPattern::Regex(regex.into());
        let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(unusable)?;
        Ok(split.into())
    };
    let bytes = || ByteLevel::new(false, true, false).into();
    let by_digit = || Sequence::new(vec![Digits::new(true).into(), gpt2().into()]).into();
    let (nfc, pre_tokenizer, llama) = match name {
        "gpt-2" | "gpt2" | "default" | "phi-2" | "roberta-bpe" => (false, gpt2().into(), false),
        // GPT-NeoX's, which the state-spaces checkpoints use. llama.cpp calls it after another model that has it.
        "mpt" | "olmo" | "gpt-neox" => (true, gpt2().into(), false),
        "falcon" => {
            let parts = vec![
                Punctuation::new(SplitDelimiterBehavior::Contiguous).into(),
                gpt2().into(),
                Digits::new(false).into(),
                split("[0-9][0-9][0-9]")?,
            ];
            (false, Sequence::new(parts).into(), false)
        }
        "smollm" | "starcoder" | "refact" | "codeshell" => (false, by_digit(), false),
        "llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "falcon-h1" => {
            (false, Sequence::new(vec![split(&words("{1,3}"))?, bytes()]).into(), true)
        }
        // Llama 3's pattern with the merges of GPT-2, as Granite 4 has it.
        "dbrx" => (false, Sequence::new(vec![split(&words("{1,3}"))?, bytes()]).into(), false),
        "qwen2" => (true, Sequence::new(vec![split(&words(""))?, bytes()]).into(), false),
        other => {
            return Err(bad(format!(
                "splits words in a way called \"{other}\", which is not known here; \
                 use the model's safetensors files with their tokenizer.json"
            )));
        }
    };
    Ok(Pipeline { nfc, pre_tokenizer, ignore_merges: llama, add_bos: llama })
}

/// The pattern of Llama 3 and Qwen 2, which differ in how many digits are one word.
fn words(digits: &str) -> String {
    [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}",
        digits,
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ]
    .concat()
}

/// What adds the tokens at the beginning and end of a text, if the file wants them.
fn around(
    metadata: &Metadata,
    settings: &TokenizerSettings,
    add_bos: bool,
    inner: &tokenizers::Tokenizer,
) -> Result<Option<TemplateProcessing>> {
    let wanted = |flag: &str, usual: bool, token: &Option<String>| -> Result<Option<(String, u32)>> {
        if !metadata.flag(flag)?.unwrap_or(usual) {
            return Ok(None);
        }
        Ok(token.as_ref().and_then(|token| Some((token.clone(), inner.token_to_id(token)?))))
    };
    let bos = wanted("tokenizer.ggml.add_bos_token", add_bos, &settings.bos_token)?;
    let eos = wanted("tokenizer.ggml.add_eos_token", false, &settings.eos_token)?;
    if bos.is_none() && eos.is_none() {
        return Ok(None);
    }
    let name = |token: &Option<(String, u32)>| token.as_ref().map(|(name, _)| name.clone());
    let pieces: Vec<String> = name(&bos).into_iter().chain(["$A".to_owned()]).chain(name(&eos)).collect();
    let failed = |error: String| bad(format!("cannot add its tokens around a text ({error})"));
    TemplateProcessing::builder()
        .try_single(pieces)
        .map_err(|error| failed(error.to_string()))?
        .special_tokens(bos.into_iter().chain(eos).collect::<Vec<_>>())
        .build()
        .map(Some)
        .map_err(|error| failed(error.to_string()))
}
