//! What the tests with wrong files share: small sound files to spoil, a reader that is held to its memory.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mamba_web::backend::{Name, Precision};
use mamba_web::engine::{EngineBuilder, ModelFiles, Options};
use mamba_web::tokenizer::{Tokenizer, TokenizerSettings};
use mamba_web::{Engine, Error, Result};
use serde_json::{Value, json};

use crate::allocator::held_at_most;
use crate::support::files::read_file;
use crate::support::gguf::GgufFile;

/// What any file may take besides twice its size: the pieces in which values are handed on, and a pickle's objects.
const SLACK: usize = 2 << 20;

/// Reads a weight file without keeping its values, and checks what that took.
pub fn read_within_bounds(bytes: &[u8], chunk: usize, length: Option<u64>) -> Result<()> {
    struct Nothing;
    impl mamba_web::checkpoint::TensorSink for Nothing {
        fn begin(&mut self, _: &str, _: &[usize]) -> Result<bool> {
            Ok(true)
        }
        fn rows(&mut self, _: &[f32]) -> Result<()> {
            Ok(())
        }
    }
    let (result, taken) = held_at_most(|| read_file(bytes, chunk, length, &mut Nothing));
    assert!(taken <= 2 * bytes.len() + SLACK, "{taken} bytes for a file of {}", bytes.len());
    result
}

/// Builds an engine from the bytes of a weight file.
pub fn build(files: &ModelFiles, bytes: &[u8]) -> Result<Engine> {
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    let mut builder = at_once(EngineBuilder::open(files, &options))?;
    let name = builder.weight_files()[0].clone();
    builder.begin_file(&name, Some(bytes.len() as u64))?;
    for chunk in bytes.chunks(100) {
        at_once(builder.push(chunk))?;
    }
    builder.end_file()?;
    at_once(builder.finish())
}

/// What a future gives that does not wait, as the loader's do not on the CPU.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the loader waits, though the model is here and the CPU's"),
    }
}

pub fn is_sentence(error: &Error) {
    let sentence = error.to_string();
    assert!(sentence.ends_with('.') && sentence.len() > 10, "{sentence:?} is no sentence");
    assert!(sentence.len() < 1000, "{sentence:?} is too long");
    assert!(!error.hint().is_empty() && !error.code().is_empty());
}

pub fn gguf() -> ModelFiles {
    ModelFiles { weights: Some("model.gguf".into()), ..ModelFiles::default() }
}

pub fn whole(file: GgufFile) -> GgufFile {
    file.weights(4).tensor("output_norm.weight", &[2], 1.0)
}

/// A zip archive of stored files, as torch.save makes it.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in files {
        let start = bytes.len() as u32;
        let mut entry = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        entry.extend(crc32fast::hash(data).to_le_bytes());
        entry.extend((data.len() as u32).to_le_bytes().repeat(2));
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend([0, 0]);
        bytes.extend([&b"PK\x03\x04"[..], &entry, name.as_bytes(), data].concat());
        let rest = [&[0; 10][..], &start.to_le_bytes(), name.as_bytes()].concat();
        directory.extend([&b"PK\x01\x02\x14\x00"[..], &entry, &rest].concat());
    }
    let (start, count) = (bytes.len() as u32, (files.len() as u16).to_le_bytes());
    bytes.extend(&directory);
    bytes.extend([&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &(directory.len() as u32).to_le_bytes()].concat());
    bytes.extend([&start.to_le_bytes()[..], &[0, 0]].concat());
    bytes
}

/// A small tokenizer.json that uses what such files use.
pub fn tokenizer_json() -> Value {
    json!({
        "version": "1.0",
        "added_tokens": [{"id": 0, "content": "<s>", "special": true, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false}],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "aba": 4, "\u{120}": 5}, "merges": [["a", "b"], ["ab", "a"]]}
    })
}

/// The same with other parts, as SentencePiece's and BERT's tokenizers have them.
pub fn other_tokenizers() -> [Value; 3] {
    let with = |parts: Value| {
        let mut json = tokenizer_json();
        json.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        json
    };
    [
        with(json!({
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "_"}, {"type": "Lowercase"}]},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": true},
            "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "_"}, "content": " "},
                {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "BPE", "unk_token": "<s>", "byte_fallback": true, "fuse_unk": true,
                "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "<0xF0>": 4, "_": 5}, "merges": ["a b"]},
        })),
        with(json!({
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
                {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Digits", "individual_digits": true},
                {"type": "Split", "pattern": {"Regex": "a|b+"}, "behavior": "MergedWithNext", "invert": false}]},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
            "model": {"type": "WordPiece", "unk_token": "<s>", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 4, "vocab": {"<s>": 0, "a": 1, "##b": 2, "b": 3}},
        })),
        with(json!({
            "decoder": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "always", "split": true},
            "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
                "vocab": [["<s>", 0.0], ["a", -1.0], ["b", -2.0], ["ab", -1.5]]},
        })),
    ]
}

/// Reads a tokenizer.json and uses what comes of it.
pub fn tokenize(json: &[u8]) -> Result<Vec<u32>> {
    let tokenizer = Tokenizer::new(json, &TokenizerSettings::default(), 8)?;
    let ids = tokenizer.encode("ab a<s>bab \u{1F600}", true)?;
    tokenizer.encode_guarded(tokenizer.guard("<s>ab").as_str())?;
    tokenizer.decode(&ids)?;
    tokenizer.decode(&[0, 1, 7, u32::MAX])?;
    Ok(ids)
}
