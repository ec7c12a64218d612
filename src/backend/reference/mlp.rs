//! The gated MLP: transformers' `GraniteMoeHybridMLP` and `FalconH1MLP`.

use candle_core::Tensor;

use super::Reference;
use crate::error::Result;
use crate::model::{LayerRole, Mlp, Role};

impl Reference {
    /// `u` is `[T, D]`, so is the result.
    pub(super) fn mlp(&self, layer: usize, mlp: &Mlp, u: &Tensor) -> Result<Tensor> {
        let w = |role| self.weight(Role::Layer(layer, role));

        // hidden_states = self.input_linear(hidden_states).chunk(2); gate_proj and up_proj in Falcon-H1
        let gu = self.bias(u.matmul(&w(LayerRole::InProj)?.t()?)?, layer, LayerRole::InProjBias)?;
        let (g, up) = (gu.narrow(1, 0, mlp.d_hidden)?, gu.narrow(1, mlp.d_hidden, mlp.d_hidden)?);

        // hidden_states = self.activation(hidden_states[0]) * hidden_states[1]
        let y = (g.silu()? * up)?;

        // hidden_states = self.output_linear(hidden_states)
        self.bias(y.matmul(&w(LayerRole::OutProj)?.t()?)?, layer, LayerRole::OutProjBias)
    }
}
