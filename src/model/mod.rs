//! The architecture as data: the dimensions of a checkpoint and the tensors it must hold, with their shapes.
//!
//! ```
//! use mamba_web::model::{Config, tensors};
//!
//! # fn main() -> mamba_web::Result<()> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/models/default/config.json");
//! # let json = std::fs::read_to_string(path).unwrap_or_default();
//! // The text of a config.json.
//! let config = Config::parse(&json)?;
//! assert_eq!((config.layers.len(), config.d_model, config.d_state()), (16, 448, 16));
//! let embedding = &tensors(&config)[0];
//! assert_eq!(embedding.shape, [config.vocab, config.d_model]);
//! # Ok(())
//! # }
//! ```

mod attention;
mod config;
mod mamba1;
mod mamba2;
mod memory;
mod mixer;
mod mlp;
mod names;
mod scales;
mod tensors;
mod tied;

pub use attention::{Attention, Rotation};
pub use config::{Config, Published};
pub use mamba1::Mamba1;
pub use mamba2::{Heads, Mamba2};
pub use memory::{Extent, Memory, MemoryKind};
pub use mixer::{Mixer, decay_rate};
pub use mlp::Mlp;
pub use names::Names;
pub use scales::{Added, Scales};
pub use tensors::{Inventory, LayerRole, Place, Role, TensorSpec, tensors};
pub use tied::{GROUP_ROWS, Rows};
