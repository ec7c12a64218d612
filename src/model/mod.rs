//! The architecture as data: the dimensions of a checkpoint and the tensors it must hold, with their shapes.

mod config;
mod mamba1;
mod mamba2;
mod names;
mod tensors;
mod tied;

pub use config::{Architecture, Config, Heads};
pub use tensors::{Inventory, LayerRole, Role, TensorSpec, tensors};
pub use tied::{GROUP_ROWS, Rows};
