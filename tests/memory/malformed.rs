//! Files that are wrong, made by hand: each is refused with a sentence, and none takes memory that it only claims to
//! need.

use crate::allocator::held_at_most;
use crate::strangers::{
    archive, build, gguf, is_sentence, other_tokenizers, read_within_bounds, tokenize, tokenizer_json, whole,
};
use crate::support::files::{Memory, read_file};
use crate::support::gguf::GgufFile;
use mamba_web::checkpoint::{Reader, TensorSink};
use mamba_web::engine::ModelFiles;
use mamba_web::{Error, Result};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CONFIG: &str = r#"{"model_type":"mamba","vocab_size":4,"hidden_size":2,"num_hidden_layers":1,"state_size":2,
    "conv_kernel":2,"intermediate_size":4,"time_step_rank":1}"#;

fn refused(what: &str, result: Result<impl Sized>, part: &str) {
    let error = result.err().unwrap_or_else(|| panic!("{what} must be refused"));
    is_sentence(&error);
    assert!(error.to_string().contains(part), "{what}: {error} should mention {part:?}");
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
        ("whole numbers", safetensors_file(&one("I64", "[2]", 16), 16), "I64"),
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

/// Counts values instead of keeping them.
#[derive(Default)]
struct Count(Vec<(String, Vec<usize>, u64)>);

impl TensorSink for Count {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.0.push((name.into(), shape.into(), 0));
        Ok(true)
    }
    fn rows(&mut self, values: &[f32]) -> Result<()> {
        self.0.last_mut().expect("begin came first").2 += values.len() as u64;
        Ok(())
    }
}

/// Published shards have up to 5 GB, of which a browser, which counts in 32 bits, can hold no pointer.
#[test]
fn safetensors_beyond_4_gib_are_read_as_far_as_they_come() {
    let (rows, cols) = (1 << 20, 2048_usize);
    let table = rows as u64 * cols as u64 * 2; // 4 GiB
    let shape = format!("[{rows},{cols}]");
    let header = format!(
        r#"{{"first":{{"dtype":"F32","shape":[4],"data_offsets":[0,16]}},
            "table":{{"dtype":"F16","shape":{shape},"data_offsets":[16,{}]}},
            "last":{{"dtype":"BF16","shape":[3,1,2],"data_offsets":[{},{}]}}}}"#,
        16 + table,
        16 + table,
        16 + table + 12,
    );
    let start = safetensors_file(&header, 16 + 5 * cols * 2);
    let length = 8 + header.len() as u64 + 16 + table + 12;
    assert!(length > 1 << 32);
    for known in [None, Some(length)] {
        let mut count = Count::default();
        let mut reader = Reader::new("model.safetensors", known);
        for chunk in start.chunks(1000) {
            reader.push(chunk, &mut count).unwrap();
        }
        let want = [("first".to_owned(), vec![4], 4), ("table".to_owned(), vec![rows, cols], 5 * cols as u64)];
        assert_eq!(count.0, want);
        // All sizes past 2^32 would look like small ones, were they cut to 32 bits.
        let error = reader.finish(&mut count).unwrap_err();
        assert_eq!(error.code(), "integrity", "{error}");
        assert!(error.to_string().contains("ended early"), "{error}");
    }
    for wrong in [length - 1, length + 1, length - (1 << 31), length + (1 << 32)] {
        let result = Reader::new("model.safetensors", Some(wrong)).push(&start, &mut Count::default());
        refused("another length", result, &wrong.to_string());
    }
    // Sizes that fit their tensors in 32 bits only, and offsets that wrap in 64.
    for header in [
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4294967312]}}"#.to_owned(),
        r#"{"a":{"dtype":"F32","shape":[1073741828],"data_offsets":[0,16]}}"#.to_owned(),
        r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},
            "b":{"dtype":"F32","shape":[4],"data_offsets":[4294967312,4294967328]}}"#
            .to_owned(),
        format!(r#"{{"a":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{}]}}}}"#, u64::MAX / 4, u64::MAX - 3),
    ] {
        let bytes = safetensors_file(&header, 16);
        for known in [None, Some(bytes.len() as u64)] {
            let result = read_file(&bytes, 100, known, &mut Count::default());
            refused(&header, result, ".");
        }
    }
}

/// A pickle is held whole, so one that has no room is refused at its first bytes and not after gigabytes.
#[test]
fn a_pickle_without_room_is_refused_before_it_is_begun() {
    let browser = cfg!(target_pointer_width = "32");
    for length in if browser { vec![3 << 30, 5 << 30, u64::MAX] } else { vec![1 << 60, u64::MAX] } {
        let result = Reader::new("pytorch_model.bin", Some(length)).push(b"PK\x03\x04", &mut Count::default());
        let error = result.unwrap_err();
        is_sentence(&error);
        assert!(matches!(error, Error::OutOfMemory(_)) && error.to_string().contains("safetensors"), "{error}");
    }
}

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 516567560\n";

#[test]
fn pointers_of_git_lfs() {
    let with = |files: ModelFiles| ModelFiles { config: files.config.or(Some(CONFIG.into())), ..files };
    for name in ["model.safetensors", "pytorch_model.bin", "model.gguf", "model-00001-of-00002.safetensors"] {
        let files = ModelFiles { weights: Some(name.into()), ..ModelFiles::default() };
        for files in [with(files.clone()), files].into_iter().take(if name.ends_with("gguf") { 2 } else { 1 }) {
            refused(name, build(&files, POINTER.as_bytes()), "Git LFS");
        }
        for chunk in [1, 7, 1000] {
            let result = read_file(POINTER.as_bytes(), chunk, None, &mut Memory::default());
            refused(name, result, "Git LFS");
        }
    }
    let text = || Some(POINTER.to_owned());
    let none = ModelFiles::default;
    for (name, files) in [
        ("config.json", ModelFiles { config: text(), ..none() }),
        ("tokenizer.json", ModelFiles { tokenizer: text(), ..none() }),
        ("tokenizer_config.json", ModelFiles { tokenizer_config: text(), ..none() }),
        ("generation_config.json", ModelFiles { generation_config: text(), ..none() }),
        ("chat_template.jinja", ModelFiles { chat_template: text(), ..none() }),
        ("index", ModelFiles { index: text(), ..none() }),
    ] {
        let result = build(&with(files), b"");
        refused(name, result, "Git LFS");
    }
    let result = read_file(b"version 2 of my model", 5, None, &mut Memory::default());
    refused("another text", result, "is a text");
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

/// Thousands of such tensors would each be gathered, value by value, before anybody said that it is not wanted.
#[test]
fn what_nobody_wants_of_a_pickle_is_not_gathered() {
    struct Nobody;
    impl TensorSink for Nobody {
        fn begin(&mut self, _: &str, _: &[usize]) -> Result<bool> {
            Ok(false)
        }
        fn rows(&mut self, _: &[f32]) -> Result<()> {
            panic!("nobody wants it");
        }
    }
    let size = [b"J", &2_000_000_i32.to_le_bytes()[..], b"\x85"].concat();
    let repeated = state_dict("FloatStorage", b"K\0", &size, b"K\0\x85");
    let bytes = archive(&[("m/data.pkl", &repeated), ("m/data/0", &vec![0; 8_000_000])]);
    let (result, taken) = held_at_most(|| read_file(&bytes, 1 << 16, Some(bytes.len() as u64), &mut Nobody));
    result.unwrap();
    assert!(taken < bytes.len() + (4 << 20), "{taken} bytes for a file of {}", bytes.len());
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
        ("a stride of 2", of(&state_dict("FloatStorage", b"K\0", two, two)), "lacks values"),
        ("no stride", of(&state_dict("FloatStorage", b"K\0", two, b")")), "a stride for each"),
        ("a size that is no tuple", of(&state_dict("FloatStorage", b"K\0", b"K\x02", one)), "no plain tensor"),
        ("a negative size", of(&state_dict("FloatStorage", b"K\0", b"J\xFF\xFF\xFF\xFF\x85", one)), "no plain tensor"),
        ("a great size", of(&state_dict("FloatStorage", b"K\0", b"\x8a\x08\0\0\0\0\0\0\0\x7F\x85", one)), "backbone"),
        (
            "a stride beyond all",
            of(&state_dict("FloatStorage", b"K\0", two, b"\x8a\x08\0\0\0\0\0\0\0\x7F\x85")),
            "lacks",
        ),
        (
            "a great size of one value",
            of(&state_dict("FloatStorage", b"K\0", b"\x8a\x06\0\0\0\0\0\x01\x85", b"K\0\x85")),
            if cfg!(target_pointer_width = "32") { "larger than any file" } else { "lacks values" },
        ),
        ("an offset", of(&state_dict("FloatStorage", b"K\x01", two, one)), "lacks values"),
        ("a great offset", of(&state_dict("FloatStorage", b"\x8a\x08\0\0\0\0\0\0\0\x7F", two, one)), "lacks values"),
    ];
    assert!(cases.len() > 30);
    for (what, bytes, part) in cases {
        refused(what, read_within_bounds(&bytes, 1 << 20, Some(bytes.len() as u64)), part);
        let _ = read_within_bounds(&bytes, 1000, None);
    }
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
        ("an unknown pre-tokenizer", with("/pre_tokenizer/type", json!("None")), "unknown type \"None\""),
        ("a pre-tokenizer of no type", with("/pre_tokenizer", json!({"add_prefix_space": true})), "without a type"),
        (
            "pieces of no length",
            with(
                "/pre_tokenizer",
                json!({"type": "Sequence", "pretokenizers": [{"type": "FixedLength", "length": 0}]}),
            ),
            "no length",
        ),
        ("an unknown decoder", with("/decoder/type", json!("None")), "unknown type \"None\""),
        ("a decoder of no type", with("/decoder", json!({"prefix": "##"})), "without a type"),
        (
            "a decoder that cuts more than there is",
            with(
                "/decoder",
                json!({"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 1}]}),
            ),
            "cuts the ends",
        ),
        (
            "two tokens that take the same blanks",
            with(
                "/added_tokens",
                json!([{"id": 1, "content": "a", "special": false, "single_word": false, "lstrip": false, "rstrip": true,
                    "normalized": false}, {"id": 6, "content": " ", "special": false, "single_word": false, "lstrip": true,
                    "rstrip": false, "normalized": false}]),
            ),
            "takes the blanks",
        ),
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
