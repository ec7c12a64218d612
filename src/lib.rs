//! A Mamba language model that runs in a browser tab.
//!
//! The way of the data, one line down only (ARCHITECTURE.md says why):
//!
//! ```text
//! bytes -> checkpoint -> model -> backend -> sampler -> sequence -> generation -> engine -> web -> the page
//! ```
//!
//! The letters of every shape: V vocabulary, D width of the residual stream, E = expand * D channels,
//! N states per channel, R rank of dt, K taps of the convolution, L layers, T tokens in the call. Mamba-2 has H heads of
//! P channels (E = H * P) and G groups of B and C; W is the width of the convolution, E or E + 2 G N.

#![warn(clippy::expect_used, clippy::undocumented_unsafe_blocks, clippy::unwrap_used)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail by a panic"))]

mod allocate;
pub mod backend;
pub mod checkpoint;
pub mod conversation;
pub mod engine;
pub mod error;
pub mod generation;
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
