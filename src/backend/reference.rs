//! Mamba-1 in plain f32 on candle tensors: the oracle. One statement a line of the paper's pseudocode,
//! the line of transformers' `MambaMixer.slow_forward` that it mirrors beside it. Slow is fine.

use std::collections::HashMap;

use candle_core::{D, Device, Tensor};

use crate::backend::{Backend, Loader, Precision, check_call};
use crate::checkpoint::TensorSink;
use crate::error::{Error, Result};
use crate::model::{Config, Inventory, LayerRole, Role, identify};
use crate::state::{LayerState, State};

/// Tokens per call: short, so that a caller can stop between calls.
const BLOCK: usize = 16;

/// Collects the tensors as they are.
pub struct ReferenceLoader {
    config: Config,
    inventory: Inventory,
    current: Option<(Role, Vec<usize>, Vec<f32>)>,
    weights: HashMap<Role, Tensor>,
}

/// The oracle.
pub struct Reference {
    config: Config,
    weights: HashMap<Role, Tensor>,
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Error::BadCheckpoint(format!("The reference backend could not compute with this checkpoint: {error}."))
    }
}

impl ReferenceLoader {
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self { inventory: Inventory::new(&config), config, current: None, weights: HashMap::new() })
    }

    fn keep_current(&mut self) -> Result<()> {
        if let Some((role, shape, values)) = self.current.take() {
            self.weights.insert(role, Tensor::from_vec(values, shape, &Device::Cpu)?);
        }
        Ok(())
    }
}

impl TensorSink for ReferenceLoader {
    fn begin(&mut self, name: &str, shape: &[usize]) -> Result<bool> {
        self.keep_current()?;
        let Some(role) = identify(&self.config, name, shape)? else { return Ok(false) };
        self.inventory.take(role)?;
        self.current = Some((role, shape.to_vec(), Vec::new()));
        Ok(true)
    }

    fn rows(&mut self, values: &[f32]) -> Result<()> {
        if let Some((_, _, kept)) = &mut self.current {
            kept.try_reserve(values.len())
                .map_err(|_| Error::OutOfMemory("There is no memory for the model's weights.".into()))?;
            kept.extend_from_slice(values);
        }
        Ok(())
    }
}

impl Loader for ReferenceLoader {
    fn finish(mut self: Box<Self>) -> Result<Box<dyn Backend>> {
        self.keep_current()?;
        self.inventory.finish()?;
        Ok(Box::new(Reference { config: self.config, weights: self.weights }))
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

    fn weight_bytes(&self) -> usize {
        self.weights.values().map(|tensor| tensor.elem_count() * size_of::<f32>()).sum()
    }

    fn block(&self) -> usize {
        BLOCK
    }

    fn prefill(&mut self, tokens: &[u32], state: &mut State, logits: Option<&mut [f32]>) -> Result<()> {
        check_call(&self.config, BLOCK, tokens, state, logits.as_deref())?;
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut h = self.weight(Role::Embeddings)?.index_select(&ids, 0)?; // [T, D]
        for layer in 0..self.config.layers {
            let u = self.rms_norm(&h, Role::Layer(layer, LayerRole::Norm))?;
            h = (h + self.mixer(layer, &u, state.layer(layer))?)?;
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
        let mean_square = x.sqr()?.mean_keepdim(D::Minus1)?;
        let normed = x.broadcast_div(&(mean_square + self.config.norm_epsilon as f64)?.sqrt()?)?;
        Ok(normed.broadcast_mul(self.weight(role)?)?)
    }

    /// One selective SSM block: `u` is `[T, D]`, so is the result.
    fn mixer(&self, layer: usize, u: &Tensor, state: LayerState<'_>) -> Result<Tensor> {
        let c = &self.config;
        let (t, e, n, r, k) = (u.dim(0)?, c.d_inner, c.d_state, c.dt_rank, c.d_conv);
        let w = |role| self.weight(Role::Layer(layer, role));

        // projected_states = self.in_proj(input_states); hidden_states, gate = projected_states.chunk(2)
        let xz = self.bias(u.matmul(&w(LayerRole::InProj)?.t()?)?, layer, LayerRole::InProjBias)?;
        let (x, z) = (xz.narrow(1, 0, e)?, xz.narrow(1, e, e)?);

        // hidden_states = self.act(self.conv1d(hidden_states)), with the last K - 1 inputs before it
        let past = Tensor::from_slice(state.conv, (k - 1, e), &Device::Cpu)?;
        let inputs = Tensor::cat(&[&past, &x], 0)?; // [K - 1 + T, E]
        let taps = w(LayerRole::Conv)?.reshape((e, k))?.t()?.contiguous()?; // [K, E]
        let mut conv = inputs.narrow(0, 0, t)?.broadcast_mul(&taps.narrow(0, 0, 1)?)?;
        for tap in 1..k {
            conv = (conv + inputs.narrow(0, tap, t)?.broadcast_mul(&taps.narrow(0, tap, 1)?)?)?;
        }
        let x = self.bias(conv, layer, LayerRole::ConvBias)?.silu()?;
        state.conv.copy_from_slice(&inputs.narrow(0, t, k - 1)?.flatten_all()?.to_vec1::<f32>()?);

        // time_step, B, C = torch.split(self.x_proj(hidden_states), [R, N, N])
        let x_dbl = x.matmul(&w(LayerRole::XProj)?.t()?)?;
        let (dt, b, c_) = (x_dbl.narrow(1, 0, r)?, x_dbl.narrow(1, r, n)?, x_dbl.narrow(1, r + n, n)?);

        // discrete_time_step = softplus(self.dt_proj(time_step))
        let dt = self.bias(dt.contiguous()?.matmul(&w(LayerRole::DtProj)?.t()?)?, layer, LayerRole::DtProjBias)?;
        let dt = softplus(&dt)?.clamp(c.time_step_limit.0, c.time_step_limit.1)?; // [T, E]

        // A = -exp(A_log); discrete_A = exp(A * dt); discrete_B = dt * B; deltaB_u = discrete_B * x
        let a = w(LayerRole::ALog)?.exp()?.neg()?.t()?.contiguous()?; // [N, E]
        let mut h = Tensor::from_slice(state.ssm, (n, e), &Device::Cpu)?;
        let mut ys = Vec::with_capacity(t);
        for i in 0..t {
            let (dt, x) = (dt.narrow(0, i, 1)?, x.narrow(0, i, 1)?); // [1, E]
            let (b, c_) = (b.narrow(0, i, 1)?.t()?, c_.narrow(0, i, 1)?.t()?); // [N, 1]
            // ssm_state = discrete_A * ssm_state + deltaB_u
            let decay = a.broadcast_mul(&dt)?.exp()?;
            h = ((decay * h)? + b.broadcast_mul(&(dt * x)?)?)?;
            // scan_output = ssm_state @ C
            ys.push(h.broadcast_mul(&c_)?.sum_keepdim(0)?);
        }
        state.ssm.copy_from_slice(&h.flatten_all()?.to_vec1::<f32>()?);

        // scan_output = (scan_output + hidden_states * self.D) * self.act(gate)
        let y = (Tensor::cat(&ys, 0)? + x.broadcast_mul(w(LayerRole::D)?)?)?;
        let y = (y * z.silu()?)?;

        // contextualized_states = self.out_proj(scan_output)
        self.bias(y.matmul(&w(LayerRole::OutProj)?.t()?)?, layer, LayerRole::OutProjBias)
    }
}

/// max(x, 0) + log(1 + exp(-|x|)), which neither overflows nor loses small values to rounding.
fn softplus(x: &Tensor) -> Result<Tensor> {
    let shape = x.shape().clone();
    let values: Vec<f32> =
        x.flatten_all()?.to_vec1::<f32>()?.into_iter().map(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()).collect();
    Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
}
