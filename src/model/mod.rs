//! The architecture as data: the dimensions of a checkpoint and the tensors it must hold, with their shapes.

mod config;
mod mamba1;
mod mamba2;
mod memory;
mod mixer;
mod names;
mod tensors;
mod tied;

pub use config::Config;
pub use mamba1::Mamba1;
pub use mamba2::{Heads, Mamba2};
pub use memory::{Extent, Memory, MemoryKind};
pub use mixer::{Mixer, decay_rate};
pub use tensors::{Inventory, LayerRole, Role, TensorSpec, tensors};
pub use tied::{GROUP_ROWS, Rows};
