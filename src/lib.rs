//! A Mamba language model that runs in a browser tab, and natively.
//!
//! An [`Engine`] is a loaded model. A [`Session`](generation::Session) reads and generates with it, a piece of work
//! at a time:
//!
//! ```
//! use std::path::Path;
//!
//! use mamba_web::Engine;
//! use mamba_web::backend::Name;
//! use mamba_web::engine::Options;
//! use mamba_web::generation::{Input, Request, Step};
//!
//! # fn main() -> mamba_web::Result<()> {
//! // A folder in the layout of Hugging Face, or a GGUF file.
//! let model = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default"));
//! let mut engine = Engine::open(model, &Options { backend: Some(Name::Cpu), ..Options::default() })?;
//! let mut session = engine.session(None)?;
//!
//! let request = engine.request(Input::Message("Hello! Who are you?".into()));
//! session.begin(&engine, Request { max_tokens: 16, ..request })?;
//! let mut answer = String::new();
//! loop {
//!     match session.advance(&mut engine)? {
//!         Step::Waiting | Step::Prefill { .. } => {}
//!         Step::Token { text, .. } => answer += &text,
//!         Step::End { text, .. } => {
//!             answer += &text;
//!             break;
//!         }
//!     }
//! }
//! println!("{answer}");
//! # assert!(!answer.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Data flows through the modules in one direction (ARCHITECTURE.md says why):
//!
//! ```text
//! bytes -> checkpoint -> model -> backend -> sampler -> sequence -> generation -> engine -> web -> the page
//! ```
//!
//! The letters of every shape: V vocabulary, D width of the residual stream, E = expand * D channels,
//! N states per channel, R rank of dt, K taps of the convolution, L layers, T tokens in the call. Mamba-2 has H heads of
//! P channels (E = H * P) and G groups of B and C; W is the width of the convolution, E or E + 2 G N.

#![warn(clippy::expect_used, clippy::undocumented_unsafe_blocks, clippy::unwrap_used, missing_docs)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail by a panic"))]

mod allocate;
pub mod backend;
pub mod checkpoint;
pub mod conversation;
pub mod engine;
pub mod error;
pub mod generation;
#[cfg(feature = "lab")]
pub mod lab;
pub mod model;
pub mod sampler;
pub mod sequence;
pub mod state;
#[doc(hidden)]
pub mod testing;
pub mod tokenizer;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use engine::Engine;
pub use error::{Error, Result};
