//! `pytorch_model.bin` as torch.save wrote it, against the same tensors in safetensors.

use std::fs;

use crate::support::{Memory, expected, golden, read_file};
use mamba_web::Engine;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;

/// Sorted by name, as the two formats have other orders.
fn tensors(file: &str, folder: &str, chunk: usize, known: bool) -> Memory {
    let bytes = fs::read(golden(folder).join(file)).unwrap();
    let mut memory = Memory::default();
    read_file(&bytes, chunk, known.then_some(bytes.len() as u64), &mut memory).unwrap();
    memory.0.sort_by(|a, b| a.0.cmp(&b.0));
    memory
}

#[test]
fn the_tensors_are_those_of_safetensors() {
    for folder in ["original", "mamba2-original"] {
        let want = tensors("model.safetensors", folder, 1 << 20, true);
        assert!(want.0.len() > 15);
        for (chunk, known) in [(1 << 20, true), (1000, true), (777, false)] {
            assert_eq!(tensors("pytorch_model.bin", folder, chunk, known).0, want.0, "{folder}");
        }
    }
}

/// Transposed, permuted, sliced and expanded, as torch.save leaves them (tests/golden/make/strided_cases.py).
#[test]
fn values_may_lie_in_any_order() {
    let want = tensors("model.safetensors", "strided", 1 << 20, true);
    assert_eq!(want.0.len(), 15);
    for (chunk, known) in [(1 << 20, true), (100, false)] {
        assert_eq!(tensors("pytorch_model.bin", "strided", chunk, known).0, want.0);
    }
}

#[test]
fn a_folder_with_a_pickle_is_a_model() {
    let folder = std::env::temp_dir().join(format!("mamba-web-pickle-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in ["config.json", "pytorch_model.bin"] {
        fs::copy(golden("mamba2-original").join(name), folder.join(name)).unwrap();
    }
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    let opened = [Engine::open(&folder, &options), Engine::open(&folder.join("pytorch_model.bin"), &options)];
    fs::remove_dir_all(&folder).unwrap();
    let want = expected(&golden("mamba2-original"));
    for engine in opened {
        let engine = engine.unwrap();
        assert_eq!(engine.info().architecture, "mamba2");
        assert_eq!(engine.config().vocab, want.logits[0].len());
    }
}

#[test]
fn every_cut_is_noticed() {
    let bytes = fs::read(golden("mamba2-original").join("pytorch_model.bin")).unwrap();
    for end in (0..bytes.len()).step_by(211) {
        for length in [None, Some(bytes.len() as u64), Some(end as u64)] {
            let error = read_file(&bytes[..end], 4096, length, &mut Memory::default()).expect_err("cut");
            assert!(error.to_string().ends_with('.'), "{error}");
        }
    }
}
