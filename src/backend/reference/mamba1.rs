//! Mamba and Falcon-Mamba: transformers' `MambaMixer` and `FalconMambaMixer`, full sequence form.

use candle_core::{Device, Tensor};

use super::{Reference, rms, softplus};
#[cfg(feature = "lab")]
use crate::backend::trace::Step;
use crate::error::Result;
use crate::model::{LayerRole, Mamba1, Role};
use crate::state::LayerState;

impl Reference {
    /// One selective SSM block: `u` is `[T, D]`, so is the result.
    pub(super) fn mamba1(&self, layer: usize, m: &Mamba1, u: &Tensor, state: LayerState<'_>) -> Result<Tensor> {
        let (t, e, n, r) = (u.dim(0)?, m.d_inner, m.d_state, m.dt_rank);
        let w = |role| self.weight(Role::Layer(layer, role));

        // projected_states = self.in_proj(input_states); hidden_states, gate = projected_states.chunk(2)
        let xz = self.bias(u.matmul(&w(LayerRole::InProj)?.t()?)?, layer, LayerRole::InProjBias)?;
        let (x, z) = (xz.narrow(1, 0, e)?, xz.narrow(1, e, e)?);

        // hidden_states = causal_conv1d_fn(hidden_states, conv1d.weight, conv1d.bias, activation)
        let x = self.conv(layer, m.d_conv, &x, state.conv)?;

        // time_step, B, C = torch.split(self.x_proj(hidden_states), [R, N, N])
        let x_dbl = x.matmul(&w(LayerRole::XProj)?.t()?)?;
        let (mut dt, mut b, mut c_) = (x_dbl.narrow(1, 0, r)?, x_dbl.narrow(1, r, n)?, x_dbl.narrow(1, r + n, n)?);
        if let Some(epsilon) = m.part_norms {
            // time_step = self.dt_layernorm(time_step); B = self.b_layernorm(B); C = self.c_layernorm(C)
            (dt, b, c_) = (rms(&dt, epsilon)?, rms(&b, epsilon)?, rms(&c_, epsilon)?);
        }

        // discrete_time_step = softplus(self.dt_proj(time_step))
        let dt = self.bias(dt.contiguous()?.matmul(&w(LayerRole::DtProj)?.t()?)?, layer, LayerRole::DtProjBias)?;
        let dt = softplus(&dt)?.clamp(m.time_step_limit.0, m.time_step_limit.1)?; // [T, E]

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

        #[cfg(feature = "lab")]
        if let Some(steps) = &mut *self.trace.borrow_mut() {
            let row = |of: &Tensor| of.narrow(0, t - 1, 1)?.flatten_all()?.to_vec1::<f32>();
            let halvings = (a.broadcast_mul(&dt.narrow(0, t - 1, 1)?)? * -core::f64::consts::LOG2_E)?;
            let halvings = halvings.flatten_all()?.to_vec1::<f32>()?;
            steps.push(Step {
                delta: row(&dt)?,
                halvings,
                x: row(&x)?,
                b: row(&b)?,
                c: row(&c_)?,
                z: row(&z)?,
                y: row(&y)?,
            });
        }

        // contextualized_states = self.out_proj(scan_output)
        self.bias(y.matmul(&w(LayerRole::OutProj)?.t()?)?, layer, LayerRole::OutProjBias)
    }
}
