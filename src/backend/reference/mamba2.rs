//! Mamba-2: transformers' `Mamba2Mixer`, recurrent form.

use candle_core::{Device, Tensor};

use super::{Reference, rms, softplus};
use crate::error::Result;
use crate::model::{Heads, LayerRole, Mamba2, Role};
use crate::state::LayerState;

impl Reference {
    /// One SSD block: `u` is `[T, D]`, so is the result.
    pub(super) fn mamba2(&self, layer: usize, m: &Mamba2, u: &Tensor, state: LayerState<'_>) -> Result<Tensor> {
        let (t, e, n, width) = (u.dim(0)?, m.d_inner(), m.d_state, m.conv_width());
        let Heads { heads: h, head_dim: p, groups: g, norm_before_gate } = m.heads;
        let w = |role| self.weight(Role::Layer(layer, role));

        // gate, hidden_states_B_C, dt = self.in_proj(hidden_states).split([E, E + 2GN, H])
        let zxbcdt = self.bias(u.matmul(&w(LayerRole::InProj)?.t()?)?, layer, LayerRole::InProjBias)?;
        let (z, xbc, dt) = (zxbcdt.narrow(1, 0, e)?, zxbcdt.narrow(1, e, width)?, zxbcdt.narrow(1, e + width, h)?);

        // hidden_states_B_C = causal_conv1d_fn(hidden_states_B_C, conv1d.weight, conv1d.bias, activation)
        let xbc = self.conv(layer, m.d_conv, &xbc, state.conv)?;

        // hidden_states, B, C = torch.split(hidden_states_B_C, [E, GN, GN])
        let (x, b, c_) = (xbc.narrow(1, 0, e)?, xbc.narrow(1, e, g * n)?, xbc.narrow(1, e + g * n, g * n)?);

        // dt = torch.clamp(softplus(dt + dt_bias), min=dt_limit[0], max=dt_limit[1])
        let dt = softplus(&self.bias(dt, layer, LayerRole::DtProjBias)?)?;
        let dt = dt.clamp(m.time_step_limit.0, m.time_step_limit.1)?; // [T, H]

        // A = -torch.exp(self.A_log.float())
        let a = w(LayerRole::ALog)?.exp()?.neg()?; // [H]
        let per_head = |v: Tensor| v.reshape((1, h, 1))?.broadcast_as((1, h, p))?.reshape((1, e));
        // B.expand(G, H // G, N): the heads of a group share B and C, so that each of the E channels has its own column.
        let per_group = |v: Tensor| v.reshape((g, 1, n))?.broadcast_as((g, e / g, n))?.reshape((e, n))?.t();
        let d = per_head(w(LayerRole::D)?.clone())?;
        let mut state_h = Tensor::from_slice(state.ssm, (n, e), &Device::Cpu)?;
        let mut ys = Vec::with_capacity(t);
        for i in 0..t {
            let (dt, x) = (dt.narrow(0, i, 1)?, x.narrow(0, i, 1)?); // [1, H], [1, E]
            // dA = exp(dt * A)
            let decay = per_head(dt.broadcast_mul(&a)?.exp()?)?;
            // dBx = dt * B * hidden_states
            let dt_x = (per_head(dt)? * &x)?;
            let dbx = per_group(b.narrow(0, i, 1)?)?.broadcast_mul(&dt_x)?; // [N, E]
            // ssm_states = state * dA + dBx
            state_h = (state_h.broadcast_mul(&decay)? + dbx)?;
            // out = torch.bmm(ssm_states, C) + hidden_states * D
            let out = (&state_h * per_group(c_.narrow(0, i, 1)?)?)?.sum_keepdim(0)?;
            ys.push((out + (x * &d)?)?);
        }
        state.ssm.copy_from_slice(&state_h.flatten_all()?.to_vec1::<f32>()?);
        let mut y = Tensor::cat(&ys, 0)?; // [T, E]

        // scan_output = self.norm(scan_output, gate): over each group's channels, gated before or after;
        // in Falcon-H1 with mamba_rms_norm = false: scan_output = scan_output * silu(gate)
        if !norm_before_gate {
            y = (y * z.silu()?)?;
        }
        if let Some(epsilon) = m.gated_norm {
            let normed = rms(&y.reshape((t, g, e / g))?, epsilon)?.reshape((t, e))?;
            y = normed.broadcast_mul(w(LayerRole::GatedNorm)?)?;
        }
        if norm_before_gate {
            y = (y * z.silu()?)?;
        }

        // contextualized_states = self.out_proj(scan_output)
        self.bias(y.matmul(&w(LayerRole::OutProj)?.t()?)?, layer, LayerRole::OutProjBias)
    }
}
