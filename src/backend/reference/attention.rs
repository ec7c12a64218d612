//! Attention: transformers' `GraniteMoeHybridAttention` and `FalconH1Attention`, with a mask that lets a token see itself
//! and the M - 1 tokens before it.

use candle_core::{D, Device, Tensor};

use super::Reference;
use crate::error::Result;
use crate::model::{Attention, LayerRole, Role, Rotation};
use crate::state::LayerState;

impl Reference {
    /// `u` is `[T, D]`, so is the result; `position` tokens came before.
    pub(super) fn attention(
        &self,
        layer: usize,
        a: &Attention,
        u: &Tensor,
        position: u64,
        state: LayerState<'_>,
    ) -> Result<Tensor> {
        let (t, q_width, kv_width, s) = (u.dim(0)?, a.q_width(), a.kv_width(), a.head_dim);
        let w = |role| self.weight(Role::Layer(layer, role));

        // query_states = self.q_proj(hidden_states); key_states, value_states likewise. The scaling is in the query.
        let qkv = self.bias(u.matmul(&w(LayerRole::InProj)?.t()?)?, layer, LayerRole::InProjBias)?;
        let mut q = qkv.narrow(1, 0, q_width)?.reshape((t, a.heads, s))?;
        let mut k = qkv.narrow(1, q_width, kv_width)?.reshape((t, a.kv_heads, s))?;
        let v = qkv.narrow(1, q_width + kv_width, kv_width)?;

        // query_states, key_states = apply_rotary_pos_emb(query_states, key_states, cos, sin)
        if let Some(theta) = a.rope_theta {
            let rotation = Rotation::new(theta, s);
            (q, k) = (rotate(&q, &rotation, position)?, rotate(&k, &rotation, position)?);
        }

        // key_states, value_states = past_key_values.update(key_states, value_states): oldest first
        let past = usize::try_from(position).map_or(a.window, |position| position.min(a.window));
        let all = |ring: &mut [f32], new: Tensor| -> Result<Tensor> {
            let row = |token: u64| (token % a.window as u64) as usize * kv_width;
            let rows = (position - past as u64..position).flat_map(|token| &ring[row(token)..][..kv_width]);
            let past = Tensor::from_vec(rows.copied().collect(), (past, kv_width), &Device::Cpu)?;
            for (token, new) in (position..).zip(new.to_vec2::<f32>()?) {
                ring[row(token)..][..kv_width].copy_from_slice(&new);
            }
            Ok(Tensor::cat(&[&past, &new], 0)?.reshape((past.dim(0)? + t, a.kv_heads, s))?)
        };
        let k = all(state.keys, k.reshape((t, kv_width))?)?; // [past + T, J, S]
        let v = all(state.values, v)?;

        // key_states = repeat_kv(key_states, num_key_value_groups); value_states likewise
        let heads = |x: &Tensor, repeat: usize| -> Result<Tensor> {
            let (tokens, heads, s) = x.dims3()?;
            let x = x.reshape((tokens, heads, 1, s))?.broadcast_as((tokens, heads, repeat, s))?;
            Ok(x.reshape((tokens, heads * repeat, s))?.transpose(0, 1)?.contiguous()?) // [Q, tokens, S]
        };
        let (q, k, v) = (heads(&q, 1)?, heads(&k, a.heads / a.kv_heads)?, heads(&v, a.heads / a.kv_heads)?);

        // attn_weights = softmax(query @ key.T * scaling + mask); attn_output = attn_weights @ value
        let is_seen = |query: usize, key: usize| key <= past + query && key + a.window > past + query;
        let mask = (0..t).flat_map(|query| (0..past + t).map(move |key| (query, key)));
        let mask = mask.map(|(query, key)| if is_seen(query, key) { 0.0 } else { f32::NEG_INFINITY }).collect();
        let mask = Tensor::from_vec(mask, (1, t, past + t), &Device::Cpu)?;
        let scores = q.matmul(&k.transpose(1, 2)?.contiguous()?)?.broadcast_add(&mask)?;
        let weights = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
        let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
        let y = weights.matmul(&v)?.transpose(0, 1)?.contiguous()?.reshape((t, q_width))?;

        // attn_output = self.o_proj(attn_output)
        self.bias(y.matmul(&w(LayerRole::OutProj)?.t()?)?, layer, LayerRole::OutProjBias)
    }
}

/// `x * cos + rotate_half(x) * sin` of each head: `x` is `[T, heads, S]`.
fn rotate(x: &Tensor, rotation: &Rotation, position: u64) -> Result<Tensor> {
    let (t, _, s) = x.dims3()?;
    let (cos, sin): (Vec<f32>, Vec<f32>) = (position..).take(t).flat_map(|token| rotation.angles(token)).unzip();
    let angles = |of: Vec<f32>| Tensor::from_vec(of, (t, 1, s / 2), &Device::Cpu);
    let (cos, sin) = (angles(cos)?, angles(sin)?);
    let (a, b) = (x.narrow(2, 0, s / 2)?, x.narrow(2, s / 2, s / 2)?);
    let first = (a.broadcast_mul(&cos)? - b.broadcast_mul(&sin)?)?;
    let second = (b.broadcast_mul(&cos)? + a.broadcast_mul(&sin)?)?;
    Ok(Tensor::cat(&[first, second], 2)?)
}
