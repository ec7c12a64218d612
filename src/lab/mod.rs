//! What the Lab shows (`www/lab.html`): state space models from the classic one to Mamba-2, as plain functions.
//!
//! * [`lti`]: the linear time-invariant model, discretised two ways, as a recurrence and as a convolution.
//! * [`price`]: what a token costs Mamba, and what it costs attention of the same size.
//! * [`duality`]: one head of Mamba-2 as a recurrence, in chunks, and as a masked matrix.
//! * [`hidden`]: the matrices that a layer of the page's model hides, over the tokens that it reads.
//! * [`small`]: three small models to set beside Mamba: time-invariant, H3, gated MLP.
//! * [`trace`]: what each token does to the memory of a model of Mamba.
//! * [`open`](mod@open): the Lab's own models of Mamba on the engine.
//!
//! The chat page has none of this: it is compiled with the feature `lab`, into a wasm of its own.

pub mod duality;
pub mod hidden;
pub mod lti;
pub mod open;
pub mod price;
pub mod small;
pub mod trace;
#[cfg(target_arch = "wasm32")]
mod web;
