//! What tests and benchmarks need of the inside, and no program should use.

use crate::backend::gpu::Device;
use crate::engine::Engine;
use crate::generation::LoadedModel;

/// Takes the GPU away, as a crash of its driver would, to see what happens then: work on it fails with
/// [`Error::DeviceLost`](crate::Error::DeviceLost), and its sessions go on with another engine of the same model.
pub fn lose_device(engine: &mut Engine) {
    if let Some(remote) = engine.backend().remote() {
        remote.lose_device();
    }
}

/// Does as if bindings had to be smaller, as on a lesser GPU.
pub fn limit_bindings(device: &mut Device, bytes: u64) {
    device.limit_bindings(bytes);
}

/// Does as if there were only so much memory for a model.
pub fn limit_room(device: &mut Device, bytes: u64) {
    device.limit_room(bytes);
}

/// Does as if WGSL had no products of packed bytes.
pub fn unpack(device: &mut Device) {
    device.unpack();
}

/// Does as if the GPU had no memory for another buffer, or no longer.
pub fn be_full(device: &Device, full: bool) {
    device.be_full(full);
}

#[cfg(not(target_arch = "wasm32"))]
pub use gpu::*;

/// What `cargo bench --bench gpu` measures.
#[cfg(not(target_arch = "wasm32"))]
mod gpu {
    use crate::backend::gpu::Gpu;
    use crate::error::Result;

    pub use crate::backend::gpu::Timing;

    /// Submits of `tokens` tokens always, where it was as many as are quick.
    pub fn fix_ahead(gpu: &mut Gpu, tokens: usize) {
        gpu.fix_ahead(tokens);
    }

    /// Prefill calls of `tokens` tokens from now on.
    pub fn fix_block(gpu: &mut Gpu, tokens: usize) {
        gpu.fix_block(tokens);
    }

    /// Every kind of dispatch of a token, or of a block of `tokens`.
    ///
    /// # Errors
    /// What the device says.
    pub fn profile(gpu: &Gpu, tokens: usize) -> Result<Vec<Timing>> {
        gpu.profile(tokens)
    }
}
