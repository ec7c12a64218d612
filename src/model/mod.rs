//! The architecture as data: the dimensions of a checkpoint and the tensors it must hold, with their shapes.

mod config;
mod mamba1;
mod mamba2;
mod tensors;

pub use config::{Architecture, Config, Heads};
pub use tensors::{Inventory, LayerRole, Role, TensorSpec, identify, tensors};
