//! Checkpoints that are wrong: each is refused with a sentence that names what is wrong, and nothing panics.

use std::collections::BTreeMap;

use crate::support::golden;
use mamba_web::backend::{self, Name, Precision};
use mamba_web::checkpoint::Reader;
use mamba_web::model::Config;
use mamba_web::{Error, Result};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn tiny() -> (String, Tensors) {
    let dir = golden("tiny-f32");
    let config = std::fs::read_to_string(dir.join("config.json")).unwrap();
    let bytes = std::fs::read(dir.join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensors = file.iter().map(|(name, t)| (name.to_owned(), (t.dtype(), t.shape().to_vec(), t.data().to_vec())));
    (config, tensors.collect())
}

fn file(tensors: &Tensors) -> Vec<u8> {
    let views = tensors.iter().map(|(name, (dtype, shape, data))| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), data).expect("a sound tensor"))
    });
    safetensors::serialize(views, None).expect("a sound file")
}

fn load_bytes(config: &str, bytes: &[u8], length: Option<u64>) -> Result<()> {
    for (name, precision) in [
        (Name::Reference, Precision::F32),
        (Name::Cpu, Precision::F32),
        (Name::Cpu, Precision::Int8),
        (Name::Cpu, Precision::Int4),
    ] {
        let mut loader = backend::loader(name, Config::parse(config)?, precision, 1)?;
        let mut reader = Reader::new("model.safetensors", length);
        for chunk in bytes.chunks(4096) {
            reader.push(chunk, loader.as_mut())?;
        }
        reader.finish(loader.as_mut())?;
        loader.finish()?;
    }
    Ok(())
}

/// Loads a changed copy of the tiny checkpoint and returns the error.
fn refused(change: impl FnOnce(&mut Tensors)) -> Error {
    let (config, mut tensors) = tiny();
    change(&mut tensors);
    load_bytes(&config, &file(&tensors), None).expect_err("this checkpoint must be refused")
}

fn names(error: &Error, parts: &[&str]) {
    let sentence = error.to_string();
    for part in parts {
        assert!(sentence.contains(part), "{sentence:?} should mention {part:?}");
    }
    assert!(sentence.ends_with('.'), "{sentence:?} is no sentence");
    assert!(!error.hint().is_empty() && !error.code().is_empty());
}

const OUT: &str = "backbone.layers.1.mixer.out_proj.weight";

#[test]
fn the_unchanged_checkpoint_loads() {
    let (config, tensors) = tiny();
    load_bytes(&config, &file(&tensors), None).unwrap();
}

#[test]
fn a_missing_tensor_is_named() {
    let error = refused(|tensors| drop(tensors.remove(OUT)));
    names(&error, &[OUT, "lacks"]);
    assert_eq!(error.code(), "bad-checkpoint");
}

#[test]
fn an_extra_tensor_is_named() {
    for extra in
        ["backbone.layers.2.norm.weight", "model.layers.0.self_attn.q_proj.weight", "backbone.layers.x.norm.weight"]
    {
        let error = refused(|tensors| drop(tensors.insert(extra.into(), (Dtype::F32, vec![64], vec![0; 256]))));
        names(&error, &[extra]);
    }
}

#[test]
fn another_shape_is_named_with_both_shapes() {
    let error = refused(|tensors| tensors.get_mut(OUT).unwrap().1.reverse());
    names(&error, &[OUT, "[128, 64]", "[64, 128]"]);
}

#[test]
fn a_tensor_that_comes_twice_is_named() {
    let error = refused(|tensors| {
        let copy = tensors["backbone.embeddings.weight"].clone();
        tensors.insert("backbone.embedding.weight".into(), copy);
    });
    names(&error, &["twice"]);
}

#[test]
fn values_that_are_not_finite_are_named() {
    for value in [f32::NAN, f32::INFINITY] {
        let error = refused(|tensors| tensors.get_mut(OUT).unwrap().2[400..404].copy_from_slice(&value.to_le_bytes()));
        names(&error, &[OUT, "finite"]);
    }
}

#[test]
fn another_type_is_named() {
    let error = refused(|tensors| tensors.get_mut(OUT).unwrap().0 = Dtype::I32);
    names(&error, &[OUT, "I32", "BF16"]);
}

#[test]
fn a_config_of_other_dimensions_is_noticed() {
    let (config, tensors) = tiny();
    let bytes = file(&tensors);
    let value: serde_json::Value = serde_json::from_str(&config).unwrap();
    for (field, wrong) in [
        ("hidden_size", 65),
        ("num_hidden_layers", 1),
        ("num_hidden_layers", 3),
        ("state_size", 15),
        ("vocab_size", 321),
        ("conv_kernel", 5),
    ] {
        let mut value = value.clone();
        value[field] = wrong.into();
        let error = load_bytes(&value.to_string(), &bytes, None).expect_err(field);
        assert_eq!(error.code(), "bad-checkpoint", "{field}: {error}");
    }
}

#[test]
fn every_cut_and_every_flipped_header_byte_is_survived() {
    let (config, tensors) = tiny();
    let bytes = file(&tensors);
    for end in (0..bytes.len()).step_by(997) {
        assert!(load_bytes(&config, &bytes[..end], None).is_err(), "cut at {end}");
        assert!(load_bytes(&config, &bytes[..end], Some(bytes.len() as u64)).is_err(), "cut at {end}");
    }
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize + 8;
    for place in (0..header).step_by(13) {
        for flip in [1_u8, 0x20, 0x80] {
            let mut bytes = bytes.clone();
            bytes[place] ^= flip;
            // Some flips are harmless (a space); none may panic, and none may load another tensor in silence.
            if let Err(error) = load_bytes(&config, &bytes, Some(bytes.len() as u64)) {
                names(&error, &[]);
            }
        }
    }
}

#[test]
fn a_file_of_something_else_is_refused() {
    let (config, _) = tiny();
    for bytes in [
        &b"<!doctype html><title>404</title>"[..],
        b"PK\x03\x04 a zip file, padded to some length",
        b"GGUF\x03\0\0\0 more and more",
        b"",
    ] {
        assert!(load_bytes(&config, bytes, Some(bytes.len() as u64)).is_err());
        assert!(load_bytes(&config, bytes, None).is_err());
    }
}
