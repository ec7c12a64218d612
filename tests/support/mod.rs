//! What several tests share.

#![allow(dead_code, unused_imports, reason = "each binary uses its own part")]

pub mod files;
pub mod gguf;
#[cfg(not(target_arch = "wasm32"))] // it waits for the GPU, as only a thread of its own may
mod models;
pub mod remote;

pub use files::{Memory, read_file};
#[cfg(not(target_arch = "wasm32"))]
pub use models::*;
