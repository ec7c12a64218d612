//! The tests that need no process of their own are one binary, because each binary links the whole engine.
//! `cargo test --test suite parity` runs those of one file.

mod checkpoints;
mod configs;
mod constraint;
mod examples;
mod generation;
mod gguf;
mod gpu;
mod gpu_attention;
mod gpu_numbers;
mod gpu_shapes;
mod gpu_together;
mod hybrid;
mod kernels;
mod mixed;
mod packing;
mod parity;
mod pickle;
mod remote;
mod sampler;
mod saves;
mod scaled;
mod template;
mod together;
mod tokenizer;
mod turns;
mod weigh;

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

/// Rust builds no file that nobody names, so a forgotten one would never run.
#[test]
fn every_file_is_run() {
    for room in ["suite", "memory"] {
        let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(room);
        let main = std::fs::read_to_string(room.join("main.rs")).unwrap();
        for file in std::fs::read_dir(room).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap();
            assert!(name == "main" || main.contains(&format!("\nmod {name};\n")), "{} is in no binary", file.display());
        }
    }
}
