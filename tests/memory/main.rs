//! The tests that count or limit memory, which takes an allocator of their own. Those of files run in wasm too.

mod allocator;
mod fuzz;
mod malformed;
#[cfg(not(target_arch = "wasm32"))]
mod state;
mod strangers;

#[path = "../support/mod.rs"]
mod support;
