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
const SPECIAL: [(&str, &str); 6] = [
    ("bos_token", "tokenizer.ggml.bos_token_id"),
    ("eos_token", "tokenizer.ggml.eos_token_id"),
    ("unk_token", "tokenizer.ggml.unknown_token_id"),
    ("sep_token", "tokenizer.ggml.seperator_token_id"), // spelt so
    ("pad_token", "tokenizer.ggml.padding_token_id"),
    ("eot_token", "tokenizer.ggml.eot_token_id"),
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
    /// [`Error::BadTokenizer`] for a kind of tokenizer that is not known here, and for one that is not sound.
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
        // Rows of padding have invented names, which no text is to be read as.
        let used = tokens.iter().enumerate().filter(|(id, _)| !is(*id, token_type::UNUSED));
        let ids: Vocab = used.map(|(id, token)| (token.to_owned(), id as u32)).collect();
        let merges = merges(metadata.texts("tokenizer.ggml.merges")?, &ids)?;
        let pipeline = pipeline(metadata.text(PRE)?.unwrap_or("gpt-2"))?;
        let model = BPE::builder().vocab_and_merges(ids, merges).ignore_merges(pipeline.ignore_merges).build();
        let mut inner = tokenizers::Tokenizer::new(model.map_err(unusable)?);
        if pipeline.nfc {
            inner.with_normalizer(Some(NFC)).map_err(unusable)?;
        }
        inner.with_pre_tokenizer(Some(pipeline.pre_tokenizer));
        inner.with_decoder(Some(ByteLevelDecoder::default()));
        let added = |kind: i32, special: bool| -> Vec<AddedToken> {
            let texts = tokens.iter().enumerate().filter(|(id, token)| is(*id, kind) && !token.is_empty());
            texts.map(|(_, token)| AddedToken::from(token, special)).collect()
        };
        inner.add_special_tokens(added(token_type::CONTROL, true)).map_err(unusable)?;
        inner.add_tokens(added(token_type::USER_DEFINED, false)).map_err(unusable)?;
        if let Some(processor) = around(metadata, settings, &inner)? {
            inner.with_post_processor(Some(processor));
        }
        Self::build(inner, settings, vocab, "The GGUF file's tokenizer").map(Some)
    }
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
}

/// What llama.cpp's names of pre-tokenizers stand for, as the tokenizer.json of the models has it that they were
/// made from; llama.cpp itself leaves Unicode normalisation out.
fn pipeline(name: &str) -> Result<Pipeline> {
    let gpt2 = || ByteLevel::new(false, true, true);
    let split = |regex: &str| -> Result<PreTokenizerWrapper> {
        let pattern = tokenizers::pre_tokenizers::split::SplitPattern::Regex(regex.into());
        let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(unusable)?;
        Ok(split.into())
    };
    let bytes = || ByteLevel::new(false, true, false).into();
    let (nfc, pre_tokenizer, ignore_merges) = match name {
        "gpt-2" | "gpt2" | "default" => (false, gpt2().into(), false),
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
        "llama-bpe" | "llama3" | "llama-v3" => {
            (false, Sequence::new(vec![split(&words("{1,3}"))?, bytes()]).into(), true)
        }
        "qwen2" => (true, Sequence::new(vec![split(&words(""))?, bytes()]).into(), false),
        other => {
            return Err(bad(format!(
                "splits words in a way called \"{other}\", which is not known here; \
                 use the model's safetensors files with their tokenizer.json"
            )));
        }
    };
    Ok(Pipeline { nfc, pre_tokenizer, ignore_merges })
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
    inner: &tokenizers::Tokenizer,
) -> Result<Option<TemplateProcessing>> {
    let wanted = |flag: &str, token: &Option<String>| -> Result<Option<(String, u32)>> {
        if !metadata.flag(flag)?.unwrap_or(false) {
            return Ok(None);
        }
        Ok(token.as_ref().and_then(|token| Some((token.clone(), inner.token_to_id(token)?))))
    };
    let bos = wanted("tokenizer.ggml.add_bos_token", &settings.bos_token)?;
    let eos = wanted("tokenizer.ggml.add_eos_token", &settings.eos_token)?;
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
