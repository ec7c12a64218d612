//! Whether a model has room on a GPU, before anything of it is allocated there.

use super::device::Device;
use super::dims::Dims;
use super::matrix::{Format, matrix_bytes};
use crate::error::{Error, Result};
use crate::model::Config;

/// Bytes of a model on the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub weights: usize,
    /// What flows between the kernels, and the ring of states.
    pub rest: usize,
}

impl Need {
    pub fn new(c: &Config, dims: &Dims, format: Format) -> Self {
        let tables = if c.tied { 1 } else { 2 };
        let small = matrix_bytes(dims.r + 2 * dims.n, c.d_inner, format.small());
        let layer = matrix_bytes(dims.projected.padded(), c.d_model, format)
            + matrix_bytes(c.d_model, c.d_inner, format)
            + if dims.heads.is_none() { small } else { 0 };
        let matrices = tables * matrix_bytes(c.vocab, c.d_model, format.head()) + c.layers * layer;
        let biases = if c.use_bias { dims.projected.padded() + dims.d } else { 0 };
        let vectors = biases + (dims.k + 1) * dims.width() + (dims.a_rows() + 1) * dims.e + dims.d;
        let (own, dt) = match dims.heads {
            None => ((dims.r + 1) * dims.e, dims.x_dbl + dims.e),
            Some(heads) => (heads.heads + dims.e, 0),
        };
        let token = 2 * dims.d + dims.projected.padded() + dims.width() + dims.e + dt;
        let chunks = dims.tokens.div_ceil(dims.chunk) * (dims.n + 1) * dims.e;
        Self {
            weights: matrices + c.layers * (vectors + own) * 4,
            rest: dims.layers * dims.layer_stride() + (dims.slots * dims.scores + dims.tokens * token + chunks) * 4,
        }
    }

    /// # Errors
    /// [`Error::OutOfMemory`] when the device is known to have less, or can bind less than a layer's matrix.
    pub fn check(&self, device: &Device, dims: &Dims, format: Format) -> Result<()> {
        let (weights, rest) = (self.weights / 1_000_000, self.rest / 1_000_000);
        if let Some(room) = device.room()
            && (self.weights + self.rest) as u64 > room
        {
            let room = room / 1_000_000;
            return Err(Error::OutOfMemory(format!(
                "The model needs {weights} MB of weights and {rest} MB to work with, and of this device's memory it \
                 may take {room} MB."
            )));
        }
        let largest = matrix_bytes(dims.projected.padded(), dims.d, format).max(matrix_bytes(dims.d, dims.e, format));
        let limits = device.limits();
        if largest as u64 > limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) {
            let largest = largest / 1_000_000;
            return Err(Error::OutOfMemory(format!(
                "The model has matrices of {largest} MB, and this GPU takes none that large at once."
            )));
        }
        Ok(())
    }
}
