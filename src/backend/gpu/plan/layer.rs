//! The dispatches of the layers.

use super::attention::Attention;
use super::maker::{Maker, Matmul, MatmulKind, MatvecKind, Tile, groups, matvec_groups, slot, whole};
use super::mamba1::Mamba1;
use super::mamba2::Mamba2;
use super::{Buffers, Length};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::dims::{Dims, LayerDims};
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
    /// Weights of the norm of what the layer reads; the layer before's where it reads the same.
    norm: &'a wgpu::Buffer,
    /// An attention layer's rings of keys and values.
    pub rings: Option<&'a [wgpu::Buffer; 2]>,
}

impl Place<'_> {
    /// The layer's states, all slots.
    pub fn state(&self) -> wgpu::BufferBinding<'_> {
        let (offset, end) = (self.layer_dims.ring, self.layer_dims.place(self.dims.slots).0);
        wgpu::BufferBinding { buffer: &self.buffers.state, offset, size: std::num::NonZeroU64::new(end - offset) }
    }

    fn control(&self) -> wgpu::BufferBinding<'_> {
        whole(&self.buffers.control)
    }
}

/// The weights and scales of a matrix that is never split.
pub fn parts(matrix: &Matrix) -> [wgpu::BufferBinding<'_>; 2] {
    [whole(&matrix.parts[0].weights), whole(&matrix.parts[0].scales)]
}

/// What is recorded: a layer of one token, or of a block by its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Decode,
    Block(Length),
}

/// What lies between the convolution and out_proj; in decode between in_proj and out_proj.
enum MixerPlan {
    Mamba1(Mamba1),
    Mamba2(Mamba2),
    Attention(Attention),
    /// Nothing: out_proj applies the gate.
    Mlp,
}

/// The pipelines of a layer; layers of the same dimensions share them.
struct LayerPlan {
    in_proj: Pipeline,
    out_proj: Pipeline,
    norm: Pipeline,
    /// Of layers with a convolution. In decode in_proj makes it too.
    conv: Option<Pipeline>,
    /// Of few tokens, and of many.
    in_block: [Matmul; 2],
    out_block: [Matmul; 2],
    mixer: MixerPlan,
}

impl LayerPlan {
    /// None where the weights are of another kind of mixer. That cannot happen, because they were made from its
    /// dimensions.
    fn new(maker: &mut Maker<'_>, layer: &Layer, dims: &LayerDims) -> Option<Self> {
        let (d, c, m) = (maker.dims, maker.config, &dims.mixer);
        let bias = m.mixer.use_bias();
        let mixer = match (&layer.mixer, m.mixer) {
            (Mixer::Mamba1 { x_proj, .. }, model::Mixer::Mamba1(own)) => {
                MixerPlan::Mamba1(Mamba1::new(maker, x_proj, m, &own))
            }
            (Mixer::Mamba2 { .. }, model::Mixer::Mamba2(own)) => MixerPlan::Mamba2(Mamba2::new(maker, m, &own)),
            (Mixer::Attention { .. }, model::Mixer::Attention(_)) => {
                MixerPlan::Attention(Attention::new(maker, m, dims.rings.as_ref()?))
            }
            (Mixer::Mlp, model::Mixer::Mlp(_)) => MixerPlan::Mlp,
            _ => return None,
        };
        let norm_in_out_proj = match &mixer {
            MixerPlan::Mamba2(mamba2) => mamba2.norm_left().map(|epsilon| (m.mixer.d_inner(), epsilon)),
            _ => None,
        };
        let gated = matches!(mixer, MixerPlan::Mlp);
        let mut norm = Maker::numbers([("COLS", d.d), ("WIDTH", c.d_model)]);
        norm.push(("EPSILON", f64::from(c.norm_epsilon)));
        let conv = m.has_conv().then(|| {
            let mut conv = Maker::numbers([
                ("WIDTH", m.width()),
                ("ROW", m.projected.padded()),
                ("FROM", m.conv_from()),
                ("TAPS", m.k),
            ]);
            conv.push(slot(m)[0]);
            maker.pipeline(&kernels::CONV, &conv)
        });
        let (i, o) = (&layer.in_proj, &layer.out_proj);
        let (out, into) =
            (MatvecKind::Out { norm: norm_in_out_proj, bias, gated }, MatmulKind { bias, add: false, gated: false });
        Some(Self {
            mixer,
            in_proj: match conv {
                Some(_) => maker.in_proj(i, m),
                None => maker.matvec(i.format, i.cols, i.rows, 0, MatvecKind::In { bias }),
            },
            conv,
            out_proj: maker.matvec(o.format, o.cols, o.rows, 0, out),
            norm: maker.pipeline(&kernels::NORM, &norm),
            in_block: maker.matmuls(i, i.rows, into, Tile::Middle),
            out_block: maker.matmuls(o, d.d, MatmulKind { bias, add: true, gated }, Tile::Small),
        })
    }

    /// From the residual stream to in_proj's output.
    fn read(&self, at: &Place<'_>, call: Call, plan: &mut Vec<Dispatch>) {
        let (b, layer) = (at.buffers, at.layer);
        let [weights, scales] = parts(&layer.in_proj);
        let (bias, projected) = (whole(&layer.in_proj_bias), whole(&b.projected));
        let Call::Block(length) = call else {
            let mut buffers = vec![weights, scales, whole(&b.residual), whole(at.norm), bias, projected, at.control()];
            if self.conv.is_some() {
                buffers.extend([whole(&layer.filters), at.state()]);
            }
            let workgroups = matvec_groups(&layer.in_proj, layer.in_proj.rows);
            plan.push(self.in_proj.dispatch(at.device, &buffers, workgroups, Rows::Fixed(1)));
            return;
        };
        if !at.layer_dims.mixer.mixer.is_beside() {
            let buffers = [whole(&b.residual), whole(at.norm), whole(&b.u)];
            plan.push(self.norm.dispatch(at.device, &buffers, 1, Rows::PerTokens(1)));
        }
        let buffers = [weights, scales, whole(&b.u), bias, projected, at.control()];
        plan.push(self.in_block[length.tiles(layer.in_proj.rows)].dispatch(at.device, &buffers));
    }

    /// From there to out_proj's input.
    fn mix(&self, at: &Place<'_>, call: Call, plan: &mut Vec<Dispatch>) {
        let (b, m) = (at.buffers, &at.layer_dims.mixer);
        if let (Some(conv), Call::Block(_)) = (&self.conv, call) {
            let filters = whole(&at.layer.filters);
            let buffers = [whole(&b.projected), filters, at.state(), whole(&b.convolved), at.control()];
            plan.push(conv.dispatch(at.device, &buffers, groups(m.width() / 4, 64), Rows::PerTokens(1)));
        }
        match (&self.mixer, call) {
            (MixerPlan::Mamba1(mamba1), Call::Decode) => mamba1.decode(at, plan),
            (MixerPlan::Mamba1(mamba1), Call::Block(length)) => mamba1.block(at, length != Length::Chunk, plan),
            (MixerPlan::Mamba2(mamba2), Call::Decode) => mamba2.decode(at, plan),
            (MixerPlan::Mamba2(mamba2), Call::Block(_)) => mamba2.block(at, plan),
            (MixerPlan::Attention(attention), Call::Decode) => attention.decode(at, plan),
            (MixerPlan::Attention(attention), Call::Block(_)) => attention.block(at, plan),
            (MixerPlan::Mlp, _) => {}
        }
    }

    /// Adds out_proj's result to the residual stream.
    fn write(&self, at: &Place<'_>, call: Call, plan: &mut Vec<Dispatch>) {
        let (b, layer) = (at.buffers, at.layer);
        let [weights, scales] = parts(&layer.out_proj);
        let (bias, residual) = (whole(&layer.out_proj_bias), whole(&b.residual));
        let mixed = whole(if matches!(self.mixer, MixerPlan::Mlp) { &b.projected } else { &b.y });
        if let Call::Block(length) = call {
            let buffers = [weights, scales, mixed, bias, residual, at.control()];
            plan.push(self.out_block[length.tiles(layer.out_proj.rows)].dispatch(at.device, &buffers));
            return;
        }
        let norm = match &layer.mixer {
            Mixer::Mamba2 { norm, .. } => norm,
            _ => &at.weights.nothing,
        };
        let buffers = [weights, scales, mixed, whole(norm), bias, residual, at.control()];
        let workgroups = matvec_groups(&layer.out_proj, layer.out_proj.rows);
        plan.push(self.out_proj.dispatch(at.device, &buffers, workgroups, Rows::Fixed(1)));
    }
}

/// The ways through all layers: of one token, and of a block by its [`Length`].
pub fn layers(maker: &mut Maker<'_>, buffers: &Buffers, weights: &Weights) -> (Vec<Dispatch>, [Vec<Dispatch>; 3]) {
    let dims = maker.dims;
    let mut plans: Vec<(&LayerDims, LayerPlan)> = Vec::new();
    let mut all: Vec<(Place<'_>, usize)> = Vec::new();
    let mut norm = &weights.nothing;
    for ((layer, layer_dims), rings) in weights.layers.iter().zip(&dims.layers).zip(&buffers.rings) {
        let known = plans.iter().position(|(other, _)| other.is_like(layer_dims));
        let own = known.unwrap_or(plans.len());
        if known.is_none() {
            plans.extend(LayerPlan::new(maker, layer, layer_dims).map(|plan| (layer_dims, plan)));
        }
        if !layer_dims.mixer.mixer.is_beside() {
            norm = &layer.norm;
        }
        let rings = rings.as_ref();
        all.push((Place { device: maker.device, dims, buffers, weights, layer, layer_dims, norm, rings }, own));
    }
    let record = |call: Call| {
        let mut plan = Vec::new();
        for (number, (place, own)) in all.iter().enumerate() {
            let Some((_, own)) = plans.get(*own) else { continue };
            if !place.layer_dims.mixer.mixer.is_beside() {
                own.read(place, call, &mut plan);
            }
            own.mix(place, call, &mut plan);
            // A layer beside this one reads the residual stream as it was.
            if let Some((next, plan_of_next)) = all.get(number + 1)
                && next.layer_dims.mixer.mixer.is_beside()
                && let Some((_, plan_of_next)) = plans.get(*plan_of_next)
            {
                plan_of_next.read(next, call, &mut plan);
            }
            own.write(place, call, &mut plan);
        }
        plan
    };
    (record(Call::Decode), Length::ALL.map(|length| record(Call::Block(length))))
}
