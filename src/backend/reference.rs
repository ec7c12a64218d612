//! Mamba in plain f32 on candle tensors: the oracle. One statement a line of the papers' pseudocode, the line of
//! transformers that it mirrors beside it. Slow is fine.

mod attention;
mod mamba1;
mod mamba2;
mod mlp;

#[cfg(feature = "lab")]
use core::cell::RefCell;
use std::collections::HashMap;

use candle_core::{D, Device, Tensor};

#[cfg(feature = "lab")]
use crate::backend::trace::{self, Step};
use crate::backend::{Backend, Loader, Precision, check_call};
use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::{Config, Inventory, LayerRole, Mixer, Place, Role, Rows};
use crate::state::{LayerState, State};

/// Tokens of a call, at most: few, so that a caller can stop between calls.
const BLOCK_TOKENS: usize = 16;

/// Collects the tensors as they are.
pub struct ReferenceLoader {
    inventory: Inventory,
    current: Option<(Place, Vec<usize>, Vec<f32>)>,
    /// Whole tensors and parts of some.
    weights: HashMap<Place, Tensor>,
}

/// The oracle.
pub struct Reference {
    config: Config,
    weights: HashMap<Role, Tensor>,
    /// Where the layers say what they did at a token, while that is asked for.
    #[cfg(feature = "lab")]
    trace: RefCell<Option<Vec<Step>>>,
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Error::BadCheckpoint(format!("The reference backend could not compute with this checkpoint: {error}."))
    }
}

impl ReferenceLoader {
    /// A loader that keeps each tensor in f32, in the checkpoint's shape.
    ///
    /// # Errors
    /// None. The result is that of the other loaders.
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self { inventory: Inventory::new(&config), current: None, weights: HashMap::new() })
    }

    fn keep_current(&mut self) -> Result<()> {
        // Of a table that was known already, no row was kept.
        if let Some((place, shape, values)) = self.current.take().filter(|(_, _, values)| !values.is_empty()) {
            self.weights.insert(place, Tensor::from_vec(values, shape, &Device::Cpu)?);
        }
        Ok(())
    }

    /// The weights by role, parts put together.
    fn whole(&mut self) -> Result<HashMap<Role, Tensor>> {
        let mut parts: Vec<(Place, Tensor)> = self.weights.drain().collect();
        parts.sort_by_key(|(place, _)| place.row);
        let mut by_role: HashMap<Role, Vec<Tensor>> = HashMap::new();
        parts.into_iter().for_each(|(place, part)| by_role.entry(place.role).or_default().push(part));
        by_role.into_iter().map(|(role, parts)| Ok((role, Tensor::cat(&parts, 0)?))).collect()
    }

    /// The table that comes now has the rows of the first before `row`, and then `values`.
    fn untie(&mut self, row: usize, values: &[f32]) -> Result<()> {
        let Some((place, _, kept)) = &mut self.current else { return Ok(()) };
        let first = match self.weights.get(&Role::Embeddings.into()) {
            Some(first) => first.clone(),
            None => return Err(Error::BadCheckpoint("The checkpoint holds its embeddings twice.".into())),
        };
        if place.role == Role::Embeddings {
            self.weights.insert(Role::LmHead.into(), first.clone());
        }
        keep(kept, &first.narrow(0, 0, row)?.flatten_all()?.to_vec1::<f32>()?)?;
        keep(kept, values)
    }
}

fn keep(kept: &mut Vec<f32>, values: &[f32]) -> Result<()> {
    kept.try_reserve(values.len())
        .map_err(|_| Error::OutOfMemory("There is no memory for the model's weights.".into()))?;
    kept.extend_from_slice(values);
    Ok(())
}

impl TensorSink for ReferenceLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.keep_current()?;
        let Some(place) = self.inventory.begin(name, shape)? else { return Ok(false) };
        self.current = Some((place, shape.to_vec(), Vec::new()));
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        let Some((_, _, kept)) = &mut self.current else { return Ok(()) };
        match self.inventory.rows(values)? {
            Rows::Known => Ok(()),
            Rows::Kept(values) => keep(kept, &values),
            Rows::Untied { row, values } => self.untie(row, &values),
        }
    }
}

impl Loader for ReferenceLoader {
    fn finish(mut self: Box<Self>) -> Result<Box<dyn Backend>> {
        self.keep_current()?;
        let weights = self.whole()?;
        Ok(Box::new(Reference {
            config: self.inventory.finish()?,
            weights,
            #[cfg(feature = "lab")]
            trace: RefCell::default(),
        }))
    }
}

impl Backend for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn config(&self) -> &Config {
        &self.config
    }

    fn precision(&self) -> Precision {
        Precision::F32
    }

    fn weight_bytes(&self) -> u64 {
        self.weights.values().map(|tensor| (tensor.elem_count() * size_of::<f32>()) as u64).sum()
    }

    fn block(&self) -> usize {
        BLOCK_TOKENS
    }

    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()> {
        check_call(&self.config, BLOCK_TOKENS, tokens, state, logits.as_deref())?;
        state.make_whole()?;
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut h = self.weight(Role::Embeddings)?.index_select(&ids, 0)?; // [T, D]
        let (mut u, position) = (h.clone(), state.position);
        for (layer, mixer) in self.config.layers.iter().enumerate() {
            if !mixer.is_beside() {
                u = self.rms_norm(&h, Role::Layer(layer, LayerRole::Norm))?;
            }
            h = (h + self.mixer(layer, mixer, &u, position, state.layer(layer))?)?;
        }
        state.position += tokens.len() as u64;
        if let Some(logits) = logits {
            let last = h.narrow(0, tokens.len() - 1, 1)?;
            let u = self.rms_norm(&last, Role::NormF)?;
            let head = self.weight(if self.config.tied { Role::Embeddings } else { Role::LmHead })?;
            logits.copy_from_slice(&u.matmul(&head.t()?)?.flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(())
    }

    #[cfg(feature = "lab")]
    fn trace(&mut self, token: u32, state: &mut State, logits: &mut [f32]) -> Result<Vec<Step>> {
        trace::check(&self.config)?;
        self.trace.replace(Some(Vec::with_capacity(self.config.layers.len())));
        let read = self.prefill(&[token], state, Some(logits));
        let steps = self.trace.take().unwrap_or_default();
        read.map(|()| steps)
    }
}

impl Reference {
    fn weight(&self, role: Role) -> Result<&Tensor> {
        // The loader's inventory made sure that it is there.
        self.weights
            .get(&role)
            .ok_or_else(|| Error::BadCheckpoint(format!("The tensor {} is missing.", self.config.tensor_name(role))))
    }

    fn bias(&self, x: Tensor, layer: usize, role: LayerRole) -> Result<Tensor> {
        match self.weights.get(&Role::Layer(layer, role)) {
            Some(bias) => Ok(x.broadcast_add(bias)?),
            None => Ok(x),
        }
    }

    fn rms_norm(&self, x: &Tensor, role: Role) -> Result<Tensor> {
        Ok(rms(x, self.config.norm_epsilon)?.broadcast_mul(self.weight(role)?)?)
    }

    /// One mixer: `u` is `[T, D]`, so is the result. `position` tokens came before.
    fn mixer(&self, layer: usize, mixer: &Mixer, u: &Tensor, position: u64, state: LayerState<'_>) -> Result<Tensor> {
        match mixer {
            Mixer::Attention(attention) => self.attention(layer, attention, u, position, state),
            Mixer::Mlp(mlp) => self.mlp(layer, mlp, u),
            Mixer::Mamba1(mamba1) => self.mamba1(layer, mamba1, u, state),
            Mixer::Mamba2(mamba2) => self.mamba2(layer, mamba2, u, state),
        }
    }

    /// The causal convolution of `x` (`[T, W]`) with K taps and its SiLU, with the last K - 1 inputs before it.
    fn conv(&self, layer: usize, k: usize, x: &Tensor, state: &mut [f32]) -> Result<Tensor> {
        let (t, width) = (x.dim(0)?, x.dim(1)?);
        let past = Tensor::from_slice(state, (k - 1, width), &Device::Cpu)?;
        let inputs = Tensor::cat(&[&past, x], 0)?; // [K - 1 + T, W]
        let taps = self.weight(Role::Layer(layer, LayerRole::Conv))?.reshape((width, k))?.t()?.contiguous()?; // [K, W]
        let mut conv = inputs.narrow(0, 0, t)?.broadcast_mul(&taps.narrow(0, 0, 1)?)?;
        for tap in 1..k {
            conv = (conv + inputs.narrow(0, tap, t)?.broadcast_mul(&taps.narrow(0, tap, 1)?)?)?;
        }
        state.copy_from_slice(&inputs.narrow(0, t, k - 1)?.flatten_all()?.to_vec1::<f32>()?);
        Ok(self.bias(conv, layer, LayerRole::ConvBias)?.silu()?)
    }
}

/// `x / sqrt(mean(x^2) + epsilon)` over the last dimension.
fn rms(x: &Tensor, epsilon: f32) -> Result<Tensor> {
    let mean_square = x.sqr()?.mean_keepdim(D::Minus1)?;
    Ok(x.broadcast_div(&(mean_square + f64::from(epsilon))?.sqrt()?)?)
}

/// max(x, 0) + log(1 + exp(-|x|)), which neither overflows nor loses small values to rounding.
fn softplus(x: &Tensor) -> Result<Tensor> {
    let shape = x.shape().clone();
    let values: Vec<f32> =
        x.flatten_all()?.to_vec1::<f32>()?.into_iter().map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()).collect();
    Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
}
