//! What each token adds to a text, for constraints on the text.

use tokenizers::DecoderWrapper;

use super::Tokenizer;
use super::stream::push_bytes;
use crate::allocate::reserved;
use crate::error::Result;

/// What stands before a token when it is decoded.
const CONTEXT: &str = "a";

pub(super) fn of_tokens(tokenizer: &Tokenizer, vocab: usize) -> Result<Vec<Vec<u8>>> {
    let mut all = reserved(vocab, "the bytes of the tokens")?;
    // Some decoders take a blank off the first token of a text, so each one is decoded after another.
    let ids = 0..u32::try_from(vocab).unwrap_or(u32::MAX);
    let before = ids.clone().find(|&id| tokenizer.decode(&[id]).is_ok_and(|text| text == CONTEXT));
    for id in ids {
        let shown = tokenizer.shown(id).filter(|_| !tokenizer.special.contains(id) && Some(id) != tokenizer.unknown);
        all.push(match (shown, before) {
            (None, _) => Vec::new(),
            (Some(token), _) if tokenizer.byte_level => {
                let mut bytes = Vec::new();
                push_bytes(&mut bytes, &token);
                bytes
            }
            (Some(token), _) if byte_of(tokenizer, &token).is_some() => {
                byte_of(tokenizer, &token).into_iter().collect()
            }
            (Some(_), Some(before)) => {
                let both = tokenizer.decode(&[before, id])?;
                both.strip_prefix(CONTEXT).unwrap_or_default().as_bytes().to_vec()
            }
            (Some(_), None) => tokenizer.decode(&[id])?.into_bytes(),
        });
    }
    Ok(all)
}

/// Whether tokens such as `<0xE2>` are bytes.
fn falls_back(tokenizer: &Tokenizer) -> bool {
    match tokenizer.inner.get_decoder() {
        Some(DecoderWrapper::ByteFallback(_)) => true,
        Some(DecoderWrapper::Sequence(decoders)) => {
            decoders.get_decoders().iter().any(|decoder| matches!(decoder, DecoderWrapper::ByteFallback(_)))
        }
        _ => false,
    }
}

/// What a token such as `<0xE2>` stands for.
pub(super) fn byte_of(tokenizer: &Tokenizer, token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2 && falls_back(tokenizer)).then(|| u8::from_str_radix(digits, 16).ok())?
}
