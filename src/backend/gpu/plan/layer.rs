//! The dispatches of the layers.

use super::maker::{Maker, Matmul, MatvecKind, groups, matvec_groups, slot, whole};
use super::mamba1::Mamba1;
use super::mamba2::Mamba2;
use super::{Buffers, Length};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::dims::{Dims, LayerDims, MixerDims};
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::matrix::Matrix;
use crate::backend::gpu::weights::{Layer, Mixer, Weights};
use crate::model;

/// A layer, and the buffers that its dispatches bind.
pub struct Place<'a> {
    pub device: &'a Device,
    pub dims: &'a Dims,
    pub buffers: &'a Buffers,
    pub weights: &'a Weights,
    pub layer: &'a Layer,
    pub layer_dims: &'a LayerDims,
}

impl Place<'_> {
    /// The layer's states, all slots.
    pub fn state(&self) -> wgpu::BufferBinding<'_> {
        let (offset, end) = (self.layer_dims.ring, self.layer_dims.place(self.dims.slots).0);
        wgpu::BufferBinding { buffer: &self.buffers.state, offset, size: std::num::NonZeroU64::new(end - offset) }
    }
}

/// The weights and scales of a matrix that is never split.
pub fn parts(matrix: &Matrix) -> [wgpu::BufferBinding<'_>; 2] {
    [whole(&matrix.parts[0].weights), whole(&matrix.parts[0].scales)]
}

/// What lies between the convolution and out_proj; in decode between in_proj and out_proj.
enum MixerPlan {
    Mamba1(Mamba1),
    Mamba2(Mamba2),
}

/// The pipelines of a layer; layers of the same dimensions share them.
struct LayerPlan {
    in_proj: Pipeline,
    out_proj: Pipeline,
    norm: Pipeline,
    conv: Pipeline,
    /// In small tiles, and in large ones.
    in_block: [Matmul; 2],
    out_block: [Matmul; 2],
    mixer: MixerPlan,
}

impl LayerPlan {
    /// None where the weights are of another kind of mixer. That cannot happen, because they were made from its
    /// dimensions.
    fn new(maker: &mut Maker<'_>, layer: &Layer, m: &MixerDims) -> Option<Self> {
        let (d, c, bias) = (maker.dims, maker.config, m.mixer.use_bias());
        let mixer = match (&layer.mixer, m.mixer) {
            (Mixer::Mamba1 { x_proj, .. }, model::Mixer::Mamba1(own)) => {
                MixerPlan::Mamba1(Mamba1::new(maker, x_proj, m, &own))
            }
            (Mixer::Mamba2 { .. }, model::Mixer::Mamba2(own)) => MixerPlan::Mamba2(Mamba2::new(maker, m, &own)),
            _ => return None,
        };
        let norm_in_out_proj = match &mixer {
            MixerPlan::Mamba2(mamba2) if mamba2.is_norm_left() => Some(m.mixer.d_inner()),
            MixerPlan::Mamba1(_) | MixerPlan::Mamba2(_) => None,
        };
        let mut norm = Maker::numbers([("COLS", d.d), ("WIDTH", c.d_model)]);
        norm.push(("EPSILON", f64::from(c.norm_epsilon)));
        let mut conv = Maker::numbers([
            ("WIDTH", m.width()),
            ("ROW", m.projected.padded()),
            ("FROM", m.conv_from()),
            ("TAPS", m.k),
        ]);
        conv.push(slot(m)[0]);
        let (i, o) = (&layer.in_proj, &layer.out_proj);
        Some(Self {
            mixer,
            in_proj: maker.in_proj(i, m),
            out_proj: maker.matvec(o.format, o.cols, o.rows, 0, MatvecKind::Out { norm: norm_in_out_proj, bias }),
            norm: maker.pipeline(&kernels::NORM, &norm),
            conv: maker.pipeline(&kernels::CONV, &conv),
            in_block: [4, 8].map(|each| maker.matmul(i, i.rows, bias, false, each)),
            out_block: [2, 8].map(|each| maker.matmul(o, d.d, bias, true, each)),
        })
    }

    /// A layer of one token.
    fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (b, layer, control) = (at.buffers, at.layer, || whole(&at.buffers.control));
        let [weights, scales] = parts(&layer.in_proj);
        let (residual, norm, bias) = (whole(&b.residual), whole(&layer.norm), whole(&layer.in_proj_bias));
        let (projected, filters) = (whole(&b.projected), whole(&layer.filters));
        let buffers = [weights, scales, residual, norm, bias, projected, control(), filters, at.state()];
        plan.push(self.in_proj.dispatch(
            at.device,
            &buffers,
            matvec_groups(&layer.in_proj, layer.in_proj.rows),
            Rows::Fixed(1),
        ));
        match &self.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.decode(at, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.decode(at, plan),
        }
        let norm = match &layer.mixer {
            Mixer::Mamba1 { .. } => &at.weights.nothing,
            Mixer::Mamba2 { norm, .. } => norm,
        };
        let [weights, scales] = parts(&layer.out_proj);
        let (y, bias, residual) = (whole(&b.y), whole(&layer.out_proj_bias), whole(&b.residual));
        let buffers = [weights, scales, y, whole(norm), bias, residual, control()];
        plan.push(self.out_proj.dispatch(
            at.device,
            &buffers,
            matvec_groups(&layer.out_proj, layer.out_proj.rows),
            Rows::Fixed(1),
        ));
    }

    /// A layer of a block of tokens.
    fn block(&self, at: &Place<'_>, length: Length, plan: &mut Vec<Dispatch>) {
        let (b, m, layer, control) = (at.buffers, &at.layer_dims.mixer, at.layer, || whole(&at.buffers.control));
        let each = Rows::PerTokens(1);
        let buffers = [whole(&b.residual), whole(&layer.norm), whole(&b.u)];
        plan.push(self.norm.dispatch(at.device, &buffers, 1, each));
        let [weights, scales] = parts(&layer.in_proj);
        let (bias, projected) = (whole(&layer.in_proj_bias), || whole(&b.projected));
        let buffers = [weights, scales, whole(&b.u), bias, projected(), control()];
        plan.push(self.in_block[length.tiles(layer.in_proj.rows)].dispatch(at.device, &buffers));
        let buffers = [projected(), whole(&layer.filters), at.state(), whole(&b.convolved), control()];
        plan.push(self.conv.dispatch(at.device, &buffers, groups(m.width() / 4, 64), each));
        match &self.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.block(at, length != Length::Chunk, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.block(at, plan),
        }
        let [weights, scales] = parts(&layer.out_proj);
        let (y, bias, residual) = (whole(&b.y), whole(&layer.out_proj_bias), whole(&b.residual));
        let buffers = [weights, scales, y, bias, residual, control()];
        plan.push(self.out_block[length.tiles(layer.out_proj.rows)].dispatch(at.device, &buffers));
    }
}

/// The ways through all layers: of one token, and of a block by its [`Length`].
pub fn layers(maker: &mut Maker<'_>, buffers: &Buffers, weights: &Weights) -> (Vec<Dispatch>, [Vec<Dispatch>; 3]) {
    let (mut decode, mut prefill) = (Vec::new(), [const { Vec::new() }; 3]);
    let mut plans: Vec<(MixerDims, LayerPlan)> = Vec::new();
    for (layer, layer_dims) in weights.layers.iter().zip(&maker.dims.layers) {
        let m = &layer_dims.mixer;
        if !plans.iter().any(|(dims, _)| dims == m) {
            plans.extend(LayerPlan::new(maker, layer, m).map(|plan| (*m, plan)));
        }
        let Some((_, own)) = plans.iter().find(|(dims, _)| dims == m) else { continue };
        let place = Place { device: maker.device, dims: maker.dims, buffers, weights, layer, layer_dims };
        own.decode(&place, &mut decode);
        for (length, plan) in Length::ALL.into_iter().zip(&mut prefill) {
            own.block(&place, length, plan);
        }
    }
    (decode, prefill)
}
