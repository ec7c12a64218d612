//! The architecture as data: the dimensions of a checkpoint and the tensors it must hold, with their shapes.

mod config;
pub mod mamba1;

pub use config::Config;
