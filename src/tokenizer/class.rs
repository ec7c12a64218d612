//! Applies what is outside of tokenizer.json: tokens from other files, and settings of transformers' tokenizer classes.

use tokenizers::processors::PostProcessorWrapper;
use tokenizers::{AddedToken, Model, PreTokenizerWrapper};

use super::TokenizerSettings;
use super::settings::Class;

/// Changes tokenizer.json's tokenizer as transformers does when it loads the whole folder. `vocab` is V: tokens that
/// would lie beyond are not added, since the model has no use for them.
pub fn complete(
    tokenizer: &mut tokenizers::Tokenizer,
    settings: &TokenizerSettings,
    vocab: usize,
) -> Result<(), tokenizers::Error> {
    of_class(tokenizer, settings);
    let added = tokenizer.get_added_tokens_decoder();
    let known = |content: &str| added.values().find(|token| token.content == content).cloned();
    let mut next = next_id(tokenizer, added.keys().copied());
    let fits = |token: &AddedToken| {
        if token.content.is_empty() {
            return false;
        }
        if tokenizer.token_to_id(&token.content).is_some() {
            return true;
        }
        let fits = next < vocab;
        next += 1;
        fits
    };
    let tokens: Vec<AddedToken> = settings.tokens_to_add(known).into_iter().filter(fits).collect();
    if !tokens.is_empty() {
        tokenizer.add_tokens(tokens)?;
    }
    Ok(())
}

/// The id that the library gives the next new token.
fn next_id(tokenizer: &tokenizers::Tokenizer, added: impl Iterator<Item = u32>) -> usize {
    let base = tokenizer.get_model().get_vocab_size();
    let highest = added.max().map_or(0, |id| id as usize + 1);
    highest.max(base)
}

/// GPT-NeoX's and GPT-2's classes set the space before a text by their own setting. GPT-NeoX's puts nothing around a
/// text: transformers 5 uses `add_bos_token` only without a tokenizer.json. Only tokenizers of the class's own kind are
/// changed, since others name the class by mistake.
fn of_class(tokenizer: &mut tokenizers::Tokenizer, settings: &TokenizerSettings) {
    let Some(PreTokenizerWrapper::ByteLevel(byte_level)) = tokenizer.get_pre_tokenizer() else { return };
    let mut byte_level = *byte_level;
    byte_level.add_prefix_space = match settings.class {
        Class::FromFile => return,
        Class::Unnamed => settings.add_prefix_space.unwrap_or(byte_level.add_prefix_space),
        Class::GptNeoX | Class::Gpt2 => settings.add_prefix_space.unwrap_or(false),
    };
    tokenizer.with_pre_tokenizer(Some(byte_level));
    if settings.class == Class::GptNeoX {
        tokenizer.with_post_processor(None::<PostProcessorWrapper>);
    }
}
