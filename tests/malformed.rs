//! Files that are wrong, by hand and by chance: each is refused with a sentence (or read, where the change does no
//! harm); nothing panics, hangs, or takes memory that a file only claims to need.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;

use mamba_web::engine::{EngineBuilder, ModelFiles, Options};
use mamba_web::model::Config;
use mamba_web::tokenizer::{Tokenizer, TokenizerSettings};
use mamba_web::{Engine, Error, Result};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::gguf::GgufFile;
use support::{Memory, golden, read_file};

/// Counts the memory that each thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    let held = HELD.get() + change;
    HELD.set(held);
    MOST.set(MOST.get().max(held));
}

#[allow(unsafe_code, reason = "an allocator is unsafe to write; this one only counts")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What any file may take besides twice its size: the pieces in which values are handed on, and a pickle's objects.
const SLACK: isize = 2 << 20;

/// Reads a weight file without keeping its values, and checks what that took.
fn read_within_bounds(bytes: &[u8], chunk: usize, length: Option<u64>) -> Result<()> {
    struct Nothing;
    impl mamba_web::checkpoint::TensorSink for Nothing {
        fn begin(&mut self, _: &str, _: &[usize]) -> Result<bool> {
            Ok(true)
        }
        fn rows(&mut self, _: &[f32]) -> Result<()> {
            Ok(())
        }
    }
    let before = HELD.get();
    MOST.set(before);
    let result = read_file(bytes, chunk, length, &mut Nothing);
    let taken = MOST.get() - before;
    assert!(taken <= 2 * bytes.len() as isize + SLACK, "{taken} bytes for a file of {}", bytes.len());
    result
}

const CONFIG: &str = r#"{"model_type":"mamba","vocab_size":4,"hidden_size":2,"num_hidden_layers":1,"state_size":2,
    "conv_kernel":2,"intermediate_size":4,"time_step_rank":1}"#;

/// Builds an engine from the bytes of a weight file.
fn build(files: &ModelFiles, bytes: &[u8]) -> Result<Engine> {
    let mut builder = EngineBuilder::new(files, &Options { backend: "cpu".into(), precision: "f32".into() })?;
    let name = builder.weight_files()[0].clone();
    builder.begin_file(&name, Some(bytes.len() as u64))?;
    for chunk in bytes.chunks(100) {
        pollster::block_on(builder.push(chunk))?;
    }
    builder.end_file()?;
    pollster::block_on(builder.finish())
}

fn is_sentence(error: &Error) {
    let sentence = error.to_string();
    assert!(sentence.ends_with('.') && sentence.len() > 10, "{sentence:?} is no sentence");
    assert!(sentence.len() < 1000, "{sentence:?} is too long");
    assert!(!error.hint().is_empty() && !error.code().is_empty());
}

fn refused(what: &str, result: Result<impl Sized>, part: &str) {
    let error = result.err().unwrap_or_else(|| panic!("{what} must be refused"));
    is_sentence(&error);
    assert!(error.to_string().contains(part), "{what}: {error} should mention {part:?}");
}

fn gguf() -> ModelFiles {
    ModelFiles { weights: Some("model.gguf".into()), ..ModelFiles::default() }
}

fn whole(file: GgufFile) -> GgufFile {
    file.weights(4).tensor("output_norm.weight", &[2], 1.0)
}

#[test]
fn gguf_files() {
    build(&gguf(), &whole(GgufFile::mamba()).bytes()).unwrap();
    let good = || whole(GgufFile::mamba());
    let empty = GgufFile::default;
    let arch = || empty().text("general.architecture", "mamba");
    let list = |kind: u32, len: u64| [&kind.to_le_bytes()[..], &len.to_le_bytes()].concat();
    let mut nested = list(9, 1);
    (0..9).for_each(|_| nested.extend(list(9, 1)));
    let tokens = |tokens: &[&str], merges: &[&str]| {
        whole(
            GgufFile::mamba()
                .text("tokenizer.ggml.model", "gpt2")
                .texts("tokenizer.ggml.tokens", tokens.iter().copied())
                .texts("tokenizer.ggml.merges", merges.iter().copied()),
        )
        .bytes()
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("version 1", good().bytes_with(1, 12, 7), "version 1"),
        ("version 4", good().bytes_with(4, 12, 7), "version 4"),
        ("big-endian", good().bytes_with(3_u32.swap_bytes(), 12, 7), "big-endian"),
        ("more values than there are", good().bytes_with(3, 12, 8), "header"),
        ("fewer values than there are", good().bytes_with(3, 12, 6), "."),
        ("all values there can be", good().bytes_with(3, 12, u64::MAX), "claims"),
        ("all tensors there can be", good().bytes_with(3, u64::MAX, 7), "claims"),
        ("more tensors than there are", good().bytes_with(3, 13, 7), "."),
        ("fewer tensors than there are", good().bytes_with(3, 11, 7), "."),
        ("no architecture", whole(empty()).bytes(), "which architecture"),
        ("a llama", whole(empty().text("general.architecture", "llama")).bytes(), "This is a llama"),
        ("an architecture that is a number", whole(empty().whole("general.architecture", 1)).bytes(), "not a text"),
        ("no dimensions", whole(arch()).bytes(), "does not say mamba."),
        ("no tensor", GgufFile::mamba().bytes(), "no tensor"),
        ("a missing tensor", GgufFile::mamba().weights(4).bytes(), "lacks the tensor backbone.norm_f.weight"),
        ("a tensor twice", good().tensor("output_norm.weight", &[2], 1.0).bytes(), "twice"),
        ("a tensor of another model", good().tensor("blk.0.attn_q.weight", &[2], 1.0).bytes(), "attn_q"),
        ("a layer too many", good().tensor("blk.1.attn_norm.weight", &[2], 1.0).bytes(), "layers.1.norm"),
        ("another shape", GgufFile::mamba().weights(4).tensor("output_norm.weight", &[3], 1.0).bytes(), "[3]"),
        ("an empty tensor", GgufFile::mamba().entry("spare", &[0, 4], 0, 0).bytes(), "is empty"),
        ("a tensor of all values", GgufFile::mamba().entry("spare", &[u64::MAX], 0, 0).bytes(), "spare"),
        ("two great dimensions", GgufFile::mamba().entry("spare", &[1 << 40, 1 << 40], 0, 0).bytes(), "spare"),
        ("five dimensions", GgufFile::mamba().entry("spare", &[1; 5], 0, 0).bytes(), "5 dimensions"),
        ("a tensor beyond the end", good().entry("spare", &[1 << 20], 0, 1 << 20).bytes(), "asks for"),
        ("a tensor at the end of all", good().entry("spare", &[1], 0, u64::MAX - 31).bytes(), "spare"),
        ("tensors that overlap", good().entry("spare", &[4], 0, 0).bytes(), "where it cannot be"),
        ("a place between", good().entry("spare", &[4], 0, 4).bytes(), "where it cannot be"),
        ("an unknown type", GgufFile::mamba().entry("spare", &[4], 99, 0).bytes(), "type 99"),
        ("a type of two bits", GgufFile::mamba().entry("spare", &[256], 10, 0).bytes(), "type 10"),
        ("half a block", GgufFile::mamba().entry("spare", &[16], 8, 0).bytes(), "whole blocks of 32"),
        ("rows of half blocks", GgufFile::mamba().entry("spare", &[2, 16], 2, 0).bytes(), "whole blocks of 32"),
        ("alignment 0", whole(GgufFile::mamba().whole("general.alignment", 0)).bytes(), "alignment is 0"),
        ("alignment 3", whole(GgufFile::mamba().whole("general.alignment", 3)).bytes(), "alignment is 3"),
        ("a key twice", whole(GgufFile::mamba().whole("mamba.block_count", 1)).bytes(), "twice"),
        ("a value of no type", whole(GgufFile::mamba().raw("x", 13, &[0; 8])).bytes(), "unknown type 13"),
        ("a list of no type", whole(GgufFile::mamba().raw("x", 9, &list(77, 1))).bytes(), "unknown type 77"),
        ("a list without end", whole(GgufFile::mamba().raw("x", 9, &list(0, u64::MAX))).bytes(), "more than the file"),
        ("a list of texts without end", whole(GgufFile::mamba().raw("x", 9, &list(8, 1 << 60))).bytes(), "more than"),
        ("lists in lists in lists", whole(GgufFile::mamba().raw("x", 9, &nested)).bytes(), "too deeply"),
        ("a text without end", whole(GgufFile::mamba().raw("x", 8, &[0xFF; 8])).bytes(), "text of"),
        ("a text that is none", whole(GgufFile::mamba().raw("x", 8, &[1, 0, 0, 0, 0, 0, 0, 0, 0xFF])).bytes(), "UTF-8"),
        ("a third truth", whole(GgufFile::mamba().raw("x", 7, &[2])).bytes(), "truth"),
        ("no layers", whole(arch().whole("mamba.block_count", 0)).bytes(), "."),
        (
            "A above zero",
            {
                let bytes = good().bytes();
                let minus_one = (-1f32).to_le_bytes();
                let at = bytes.windows(4).position(|window| window == minus_one).unwrap();
                [&bytes[..at], &1f32.to_le_bytes(), &bytes[at + 4..]].concat()
            },
            "A_log holds values that are not finite",
        ),
        ("bytes after the end", [good().bytes(), vec![0; 64]].concat(), "goes on"),
        ("more tokens than rows", tokens(&["a", "b", "c", "d", "e"], &[]), "5 tokens"),
        ("a merge of unknown tokens", tokens(&["a", "b", "ab"], &["x y"]), "x y"),
        ("a merge into no token", tokens(&["a", "b", "ab"], &["ab ab"]), "ab ab"),
        ("a merge of one", tokens(&["a", "b", "ab"], &["ab"]), "makes no token"),
        ("an unknown tokenizer", whole(GgufFile::mamba().text("tokenizer.ggml.model", "llama")).bytes(), "llama"),
        (
            "an unknown pre-tokenizer",
            whole(
                GgufFile::mamba()
                    .text("tokenizer.ggml.model", "gpt2")
                    .texts("tokenizer.ggml.tokens", ["a"])
                    .text("tokenizer.ggml.pre", "tekken"),
            )
            .bytes(),
            "tekken",
        ),
        (
            "tokens that are numbers",
            whole(GgufFile::mamba().text("tokenizer.ggml.model", "gpt2").numbers("tokenizer.ggml.tokens", &[1]))
                .bytes(),
            "list of texts",
        ),
    ];
    assert!(cases.len() > 45);
    for (what, bytes, part) in cases {
        refused(what, build(&gguf(), &bytes), part);
        for chunk in [7, 1 << 20] {
            let _ = read_within_bounds(&bytes, chunk, Some(bytes.len() as u64));
            let _ = read_within_bounds(&bytes, chunk, None);
        }
    }
}

fn safetensors_file(header: &str, data: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat()
}

#[test]
fn safetensors_files() {
    let entry = |name: &str, dtype: &str, shape: &str, from: usize, to: usize| {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    };
    let one = |dtype, shape, to| format!("{{{}}}", entry("backbone.norm_f.weight", dtype, shape, 0, to));
    let cases = [
        ("nothing", vec![], "ended early"),
        ("a web page", b"<!doctype html><title>404 Not Found</title>".to_vec(), "header claims"),
        ("no header", safetensors_file("", 0), "header is wrong"),
        ("no tensors", safetensors_file("{}", 0), "no tensor"),
        ("no object", safetensors_file("[1]", 4), "header is wrong"),
        ("cut JSON", safetensors_file(r#"{"a":{"dtype":"F32""#, 4), "header is wrong"),
        ("deep JSON", safetensors_file(&"[".repeat(5000), 4), "header is wrong"),
        ("a length of all bytes", vec![0xFF; 64], "header claims"),
        ("a type unknown to all", safetensors_file(&one("F33", "[2]", 8), 8), "header is wrong"),
        ("whole numbers", safetensors_file(&one("I64", "[1]", 8), 8), "I64"),
        ("a shape that is too small", safetensors_file(&one("F32", "[1]", 8), 8), "header is wrong"),
        ("a shape that is too large", safetensors_file(&one("F32", "[1099511627776,1099511627776]", 8), 8), "header"),
        ("another shape", safetensors_file(&one("F32", "[3]", 12), 12), "[3]"),
        ("an empty shape", safetensors_file(&one("F32", "[0]", 0), 0), "is empty"),
        ("too few bytes", safetensors_file(&one("F32", "[2]", 8), 4), "asks for"),
        ("too many bytes", safetensors_file(&one("F32", "[2]", 8), 12), "asks for"),
        ("an unknown tensor", safetensors_file(&format!("{{{}}}", entry("x", "F32", "[2]", 0, 8)), 8), "tensor x"),
        (
            "a gap",
            safetensors_file(
                &format!("{{{},{}}}", entry("a", "F32", "[1]", 0, 4), entry("b", "F32", "[1]", 8, 12)),
                12,
            ),
            "header is wrong",
        ),
        ("only one of many", safetensors_file(&one("F32", "[2]", 8), 8), "lacks the tensor"),
    ];
    for (what, bytes, part) in cases {
        let files = ModelFiles { config: Some(CONFIG.into()), ..ModelFiles::default() };
        refused(what, build(&files, &bytes), part);
        for length in [None, Some(bytes.len() as u64)] {
            let _ = read_within_bounds(&bytes, 11, length);
        }
    }
}

/// A zip archive of stored files, as torch.save makes it.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
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

/// The pickle of `{"backbone.norm_f.weight": tensor}`; the parts are the storage's class, offset, size and stride.
fn state_dict(class: &str, offset: &[u8], size: &[u8], stride: &[u8]) -> Vec<u8> {
    let text = |text: &str| [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    [
        &b"\x80\x02}"[..],
        &text("backbone.norm_f.weight"),
        b"ctorch._utils\n_rebuild_tensor_v2\n((",
        &text("storage"),
        format!("ctorch\n{class}\n").as_bytes(),
        &text("0"),
        &text("cpu"),
        b"K\x02tQ",
        offset,
        size,
        stride,
        b"\x89}tRs.",
    ]
    .concat()
}

#[test]
fn pickles() {
    let (two, one) = (&b"K\x02\x85"[..], &b"K\x01\x85"[..]);
    let values = [0_u8; 8];
    let of = |pickle: &[u8]| archive(&[("m/data.pkl", pickle), ("m/data/0", &values)]);
    let norm = state_dict("FloatStorage", b"K\0", two, one);
    let mut memory = Memory::default();
    let good = of(&norm);
    read_file(&good, 1000, Some(good.len() as u64), &mut memory).unwrap();
    assert_eq!(memory.0, [("backbone.norm_f.weight".to_owned(), vec![2], vec![0.0; 2])]);

    let doubling = [&b"\x80\x02K\x01q\0"[..], &b"h\0h\0\x86q\0".repeat(200), b"."].concat();
    let nested = [&b"\x80\x02K\x01"[..], &b"\x85".repeat(100_000), b"."].concat();
    let dicts = [&b"\x80\x02"[..], &b"}K\x01".repeat(60), b"K\x01", &b"s".repeat(60), b"."].concat();
    let puts = [&b"\x80\x02]("[..], &b"K\x01".repeat(5000), b"e", &b"q\0q\x01q\x02".repeat(50_000), b"."].concat();
    let command = b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.";
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a pickle alone", norm.clone(), "before version 1.6"),
        ("an archive cut short", good[..good.len() - 9].to_vec(), "archive is damaged"),
        ("only the beginning", b"PK\x03\x04".to_vec(), "archive is damaged"),
        ("an archive of nothing", archive(&[]), "."),
        ("no pickle", archive(&[("m/data/0", &values)]), "no data.pkl"),
        ("two pickles", archive(&[("m/data.pkl", &norm), ("n/data.pkl", &norm)]), "more than one"),
        ("big-endian", archive(&[("m/data.pkl", &norm), ("m/byteorder", b"big"), ("m/data/0", &values)]), "big-endian"),
        ("no values", archive(&[("m/data.pkl", &norm)]), "lacks values"),
        ("too few values", archive(&[("m/data.pkl", &norm), ("m/data/0", &values[..7])]), "lacks values"),
        ("an empty pickle", of(b""), "ends early"),
        ("a pickle without end", of(&norm[..norm.len() - 1]), "ends early"),
        ("an unknown operation", of(b"\x80\x02\xFE."), "cannot be read"),
        ("no object", of(b"\x80\x02."), "cannot be read"),
        ("a number", of(b"\x80\x02K\x01."), "no dictionary"),
        ("an empty dictionary", of(b"\x80\x02}."), "no tensor"),
        ("a command", of(command), "no dictionary"),
        (
            "a command for a tensor",
            of(&[&b"\x80\x02}X\x01\0\0\0a"[..], &command[2..command.len() - 1], b"s."].concat()),
            "no plain tensor",
        ),
        ("items for a number", of(b"\x80\x02K\x01K\x01K\x01s."), "that has none"),
        ("items for nothing", of(b"\x80\x02s."), "that has none"),
        ("items without a mark", of(b"\x80\x02}K\x01K\x01u."), "without a mark"),
        ("an odd item", of(b"\x80\x02}(K\x01u."), "cannot be read"),
        ("a memo that is empty", of(b"\x80\x02h\x07."), "cannot be read"),
        ("a text of 4 GiB", of(b"\x80\x02X\xFF\xFF\xFF\xFFabc."), "longer than itself"),
        ("a number of 255 bytes", of(&[&b"\x80\x02\x8a\xFF"[..], &[1; 255], b"."].concat()), "64 bits"),
        ("doubling copies", of(&doubling), "."),
        ("a tower of tuples", of(&nested), "nests too deeply"),
        ("a tower of dictionaries", of(&dicts), "nests too deeply"),
        ("copies without end", of(&puts), "too intricate"),
        ("doubles", of(&state_dict("DoubleStorage", b"K\0", two, one)), "DoubleStorage"),
        ("a stride of 2", of(&state_dict("FloatStorage", b"K\0", two, two)), "do not lie in order"),
        ("no stride", of(&state_dict("FloatStorage", b"K\0", two, b")")), "do not lie in order"),
        ("a size that is no tuple", of(&state_dict("FloatStorage", b"K\0", b"K\x02", one)), "no plain tensor"),
        ("a negative size", of(&state_dict("FloatStorage", b"K\0", b"J\xFF\xFF\xFF\xFF\x85", one)), "no plain tensor"),
        ("a great size", of(&state_dict("FloatStorage", b"K\0", b"\x8a\x08\0\0\0\0\0\0\0\x7F\x85", one)), "backbone"),
        ("an offset", of(&state_dict("FloatStorage", b"K\x01", two, one)), "lacks values"),
        ("a great offset", of(&state_dict("FloatStorage", b"\x8a\x08\0\0\0\0\0\0\0\x7F", two, one)), "lacks values"),
    ];
    assert!(cases.len() > 30);
    for (what, bytes, part) in cases {
        refused(what, read_within_bounds(&bytes, 1 << 20, Some(bytes.len() as u64)), part);
        let _ = read_within_bounds(&bytes, 1000, None);
    }
}

/// A small tokenizer.json that uses what such files use.
fn tokenizer_json() -> Value {
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
fn other_tokenizers() -> [Value; 3] {
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
fn tokenize(json: &[u8]) -> Result<Vec<u32>> {
    let tokenizer = Tokenizer::new(json, &TokenizerSettings::default(), 8)?;
    let ids = tokenizer.encode("ab a<s>bab \u{1F600}", true)?;
    tokenizer.encode_guarded(tokenizer.guard("<s>ab").as_str())?;
    tokenizer.decode(&ids)?;
    tokenizer.decode(&[0, 1, 7, u32::MAX])?;
    Ok(ids)
}

#[test]
fn tokenizers() {
    assert_eq!(tokenize(tokenizer_json().to_string().as_bytes()).unwrap()[..3], [0, 3, 5]);
    for json in other_tokenizers() {
        assert!(tokenize(json.to_string().as_bytes()).is_ok(), "{json}");
    }
    let with = |pointer: &str, value: Value| {
        let mut json = tokenizer_json();
        *json.pointer_mut(pointer).unwrap() = value;
        json.to_string()
    };
    let cases = [
        ("nothing", String::new(), "cannot be read"),
        ("a web page", "<!doctype html>".into(), "cannot be read"),
        ("a list", "[]".into(), "cannot be read"),
        ("no model", with("/model", Value::Null), "cannot be read"),
        ("an unknown model", with("/model/type", json!("GPT")), "cannot be read"),
        ("no vocabulary", with("/model/vocab", json!([])), "cannot be read"),
        ("a negative id", with("/model/vocab/a", json!(-1)), "cannot be read"),
        ("an id beyond the model", with("/model/vocab/a", json!(8)), "with the id 8"),
        ("a merge of unknown tokens", with("/model/merges", json!([["x", "y"]])), "x y"),
        ("a merge longer than any token", with("/model/merges", json!([["aba", "aba"]])), "aba aba"),
        ("a merge of three", with("/model/merges", json!(["a b a"])), "a b a"),
        ("a merge of one", with("/model/merges", json!(["ab"])), "makes no token"),
        ("a prefix longer than tokens", with("/model/continuing_subword_prefix", json!("#####")), "makes no token"),
        (
            "a field twice",
            tokenizer_json().to_string().replace(r#""merges":"#, r#""merges":[["aba","aba"]],"merges":"#),
            "duplicate",
        ),
        ("an unknown pre-tokenizer", with("/pre_tokenizer/type", json!("None")), "cannot be read"),
        (
            "a broken pattern",
            with(
                "/pre_tokenizer",
                json!({"type": "Split", "pattern": {"Regex": "("},
            "behavior": "Isolated", "invert": false}),
            ),
            "cannot be read",
        ),
        ("an added token beyond the model", with("/added_tokens/0/content", json!("<new>")), "."),
        (
            "a precompiled normalizer",
            with(
                "/normalizer",
                json!({"type": "Sequence", "normalizers": [
            {"type": "Precompiled", "precompiled_charsmap": "AAAA"}]}),
            ),
            "precompiled",
        ),
        (
            "a decoder of half a character",
            tokenizer_json().to_string().replace(r#""decoder":{"#, r#""decoder":{"x":"\ud800","#),
            "cannot be read",
        ),
        ("depth", format!("{}1{}", "[".repeat(9999), "]".repeat(9999)), "cannot be read"),
    ];
    for (what, json, part) in cases {
        if let Err(error) = tokenize(json.as_bytes()) {
            is_sentence(&error);
            assert!(error.to_string().contains(part), "{what}: {error}");
        } else {
            assert_eq!(part, ".", "{what} must be refused");
        }
    }
}

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
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_gguf_files((changes, cut) in changes(), start in header_changes(900), at_start: bool, chunk in 1..5000_usize, known: bool) {
        let bytes = fs::read(golden("gguf/mamba2.q8_0.gguf")).unwrap();
        let changes = if at_start { start } else { changes };
        let bytes = damage(&bytes, &changes, cut);
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
        let bytes = fs::read(golden("mamba2-original/model.safetensors")).unwrap();
        let changes = if at_start { start } else { changes };
        survive(&damage(&bytes, &changes, cut), chunk, known);
    }

    #[test]
    fn damaged_pickles((changes, cut) in changes(), start in header_changes(3000), at_start: bool, known: bool) {
        let bytes = fs::read(golden("mamba2-original/pytorch_model.bin")).unwrap();
        let changes = if at_start { start } else { changes };
        survive(&damage(&bytes, &changes, cut), 4096, known);
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
        let folder = ["tiny-f32", "falcon", "mamba2", "mamba2-original"][which];
        let text = fs::read_to_string(golden(folder).join("config.json")).unwrap();
        let mut json: Value = serde_json::from_str(&text).unwrap();
        graft(&mut json, &path, value);
        match Config::parse(&json.to_string()) {
            Ok(config) => drop(config.parameters()),
            Err(error) => is_sentence(&error),
        }
    }

    #[test]
    fn configs_of_any_text(text in "\\PC{0,80}", place in 0..400_usize) {
        let mut json = fs::read_to_string(golden("mamba2-original/config.json")).unwrap();
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
}
