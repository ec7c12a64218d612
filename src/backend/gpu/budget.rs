//! Checks that a model fits on a GPU before anything is allocated there.

use super::device::Device;
use super::dims::{Dims, MixerDims};
use super::matrix::{Format, matrix_bytes};
use super::rings::angles_len;
use crate::error::{Error, Result};
use crate::model::{Config, Mixer};

/// Bytes of a model on the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub weights: u64,
    /// Activations, the ring of states, and the rings of keys and values.
    pub rest: u64,
}

impl Need {
    pub fn new(c: &Config, dims: &Dims, format: Format) -> Self {
        let tables = if c.tied { 1 } else { 2 };
        let layers: u64 = dims.layers.iter().map(|layer| layer_bytes(c, dims, &layer.mixer, format)).sum();
        let angles: u64 = dims.rotations().iter().map(|&(_, head_dim)| angles_len(head_dim) as u64 * 4).sum();
        let activations = 2 * dims.d
            + dims.most(|m| m.projected.padded())
            + dims.most(MixerDims::width)
            + dims.most(|m| m.x_dbl)
            + dims.most(|m| if m.x_dbl > 0 { m.e } else { 0 });
        let floats = dims.slots as u64 * dims.scores as u64
            + dims.tokens as u64 * activations as u64
            + dims.most(|m| m.chunk_ends(dims.tokens)) as u64
            + dims.mixed();
        let rings: u64 = dims.layers.iter().filter_map(|layer| layer.rings).map(|rings| 2 * rings.bytes()).sum();
        Self {
            weights: tables * matrix_bytes(c.vocab, c.d_model, format.head()) + layers + angles,
            rest: dims.ring_bytes() + rings + floats * 4,
        }
    }

    /// # Errors
    /// [`Error::OutOfMemory`] when the device is known to have less, or can bind less than a layer's matrix.
    pub fn check(&self, device: &Device, dims: &Dims, format: Format) -> Result<()> {
        let (weights, rest) = (self.weights / 1_000_000, self.rest / 1_000_000);
        if let Some(room) = device.room()
            && self.weights + self.rest > room
        {
            let room = room / 1_000_000;
            return Err(Error::OutOfMemory(format!(
                "The model needs {weights} MB of weights and {rest} MB to work with, but it may take only {room} MB of \
                 this device's memory."
            )));
        }
        let of_layer =
            |m: &MixerDims| matrix_bytes(m.projected.padded(), dims.d, format).max(matrix_bytes(dims.d, m.e, format));
        let largest = dims.layers.iter().map(|layer| of_layer(&layer.mixer)).max().unwrap_or(0);
        let limits = device.limits();
        if largest > limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) {
            let largest = largest / 1_000_000;
            return Err(Error::OutOfMemory(format!(
                "The model has matrices of {largest} MB, which are larger than this GPU can bind."
            )));
        }
        Ok(())
    }
}

fn layer_bytes(c: &Config, dims: &Dims, m: &MixerDims, format: Format) -> u64 {
    let d_inner = m.mixer.d_inner();
    // Attention beside Mamba-2 has its rows in the other's in_proj.
    let rows = if m.mixer.is_beside() { 0 } else { m.projected.padded() };
    let (in_bias, out_bias) = (if m.in_bias { rows } else { 0 }, if m.mixer.use_bias() { dims.d } else { 0 });
    let vectors = (in_bias + out_bias) as u64 + (m.k + 1) as u64 * m.width() as u64 + m.a_d() as u64 + dims.d as u64;
    let (x_proj, own) = match m.mixer {
        Mixer::Mamba1(mamba1) => {
            (matrix_bytes(mamba1.x_proj_rows(), d_inner, format.small()), (mamba1.dt_rank + 1) as u64 * m.e as u64)
        }
        Mixer::Mamba2(mamba2) => (0, (mamba2.heads.heads + m.e) as u64),
        Mixer::Attention(_) | Mixer::Mlp(_) => (0, 0),
    };
    let in_proj = matrix_bytes(rows, c.d_model, format);
    in_proj + x_proj + matrix_bytes(c.d_model, d_inner, format) + (vectors + own) * 4
}
