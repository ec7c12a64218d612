//! The dispatches of the layers.

use super::attention::{Attention, Rings};
use super::maker::{Maker, Matmul, MatmulKind, MatvecKind, Tile, groups, matvec_groups, product_rows, slot, whole};
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
    /// An attention layer's rings of keys and values.
    pub rings: Option<&'a [wgpu::Buffer; 2]>,
    /// The attention beside it.
    pub beside: Option<Box<Self>>,
}

impl Place<'_> {
    /// Whether the same pipelines serve both.
    fn is_like(&self, other: &Self) -> bool {
        let dims = |place: &Self| place.beside.as_ref().map(|beside| beside.layer_dims.mixer);
        self.layer_dims.mixer == other.layer_dims.mixer && dims(self) == dims(other)
    }

    /// The layer whose attention out_proj adds: this one, or that beside it.
    fn attention(&self) -> Option<&Self> {
        self.beside.as_deref().or_else(|| self.rings.map(|_| self))
    }

    /// Its own out_proj, and whether that has a bias.
    fn out_proj(&self) -> (&Matrix, bool) {
        (&self.layer.out_proj, self.layer_dims.mixer.mixer.use_bias())
    }

    pub fn product_rows(&self) -> Rows {
        product_rows(self.dims)
    }

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
    Attention(Attention),
    /// Nothing: out_proj applies the gate.
    Mlp,
}

/// The pipelines of a layer, and of the attention beside it; layers of the same dimensions share them.
struct LayerPlan {
    in_proj: Pipeline,
    /// None for sequences together, which read no blocks.
    block: Option<BlockPlan>,
    own: Mixing,
    beside: Option<Mixing>,
    /// Of one token, in so many workgroups: one for both.
    out_proj: (Pipeline, u32),
}

/// What comes before the mixer in a block.
struct BlockPlan {
    norm: Pipeline,
    /// Of few tokens, and of many.
    in_proj: [Matmul; 2],
    /// Of layers with a convolution. In decode in_proj makes it too.
    conv: Option<Pipeline>,
}

/// A layer's mixer, and its out_proj of a block.
struct Mixing {
    mixer: MixerPlan,
    /// Of few tokens, and of many.
    out_block: Option<[Matmul; 2]>,
}

impl BlockPlan {
    fn new(maker: &mut Maker<'_>, at: &Place<'_>) -> Self {
        let (d, c, m, i) = (maker.dims, maker.config, &at.layer_dims.mixer, &at.layer.in_proj);
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
        let kind = MatmulKind { bias: m.in_bias, add: false, gated: false };
        Self {
            norm: maker.pipeline(&kernels::NORM, &norm),
            in_proj: maker.matmuls(i, i.rows, kind, Tile::Middle),
            conv,
        }
    }
}

impl LayerPlan {
    /// None where the weights are of another kind of mixer. That cannot happen, because they were made from its
    /// dimensions.
    fn new(maker: &mut Maker<'_>, at: &Place<'_>) -> Option<Self> {
        let (m, i) = (&at.layer_dims.mixer, &at.layer.in_proj);
        let own = Mixing::new(maker, at)?;
        let beside = at.beside.as_ref().and_then(|beside| Mixing::new(maker, beside));
        let out_proj = match at.attention().and_then(|attention| Some((attention, Rings::of(attention)?))) {
            Some((attention, rings)) => {
                let mamba2 = at.beside.as_ref().map(|_| at.out_proj());
                let x_row = attention.layer_dims.mixed_row() as usize;
                maker.two_out_proj(mamba2, attention.out_proj(), &rings.out_proj(), x_row)
            }
            None => {
                let norm = match &own.mixer {
                    MixerPlan::Mamba2(mamba2) => mamba2.norm_left.map(|epsilon| (m.mixer.d_inner(), epsilon)),
                    _ => None,
                };
                let ((o, bias), gated) = (at.out_proj(), matches!(own.mixer, MixerPlan::Mlp));
                let out = MatvecKind::Out { norm, bias, gated };
                (maker.matvec(o.format, o.cols, o.rows, 0, out), matvec_groups(o, o.rows))
            }
        };
        Some(Self {
            own,
            beside,
            out_proj,
            in_proj: match m.has_conv() {
                true => maker.in_proj(i, m),
                false => maker.matvec(i.format, i.cols, i.rows, 0, MatvecKind::In { bias: m.in_bias }),
            },
            block: (!maker.together).then(|| BlockPlan::new(maker, at)),
        })
    }

    fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (b, layer) = (at.buffers, at.layer);
        let [weights, scales] = parts(&layer.in_proj);
        let (residual, bias) = (whole(&b.residual), whole(&layer.in_proj_bias));
        let mut buffers =
            vec![weights, scales, residual, whole(&layer.norm), bias, whole(&b.projected), whole(&b.control)];
        if at.layer_dims.mixer.has_conv() {
            buffers.extend([whole(&layer.filters), at.state()]);
        }
        let workgroups = matvec_groups(&layer.in_proj, layer.in_proj.rows);
        plan.push(self.in_proj.dispatch(at.device, &buffers, workgroups, at.product_rows()));
        match &self.own.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.decode(at, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.decode(at, plan),
            MixerPlan::Attention(attention) => attention.decode(at, plan),
            MixerPlan::Mlp => {}
        }
        let attention = at.attention().map(|attention| attention.layer);
        let third = match (attention, &layer.mixer) {
            (Some(attention), _) => &attention.out_proj_bias,
            (None, Mixer::Mamba2 { norm, .. }) => norm,
            (None, _) => &at.weights.nothing,
        };
        let [weights, scales] = parts(&layer.out_proj);
        let (bias, residual) = (whole(&layer.out_proj_bias), whole(&b.residual));
        let mut buffers = vec![weights, scales, self.own.mixed(at), whole(third), bias, residual, whole(&b.control)];
        buffers.extend(attention.into_iter().flat_map(|attention| parts(&attention.out_proj)));
        let (out_proj, workgroups) = &self.out_proj;
        plan.push(out_proj.dispatch(at.device, &buffers, *workgroups, at.product_rows()));
    }

    fn block(&self, at: &Place<'_>, length: Length, plan: &mut Vec<Dispatch>) {
        let Some(block) = &self.block else { return };
        let (b, layer, m) = (at.buffers, at.layer, &at.layer_dims.mixer);
        let [weights, scales] = parts(&layer.in_proj);
        let buffers = [whole(&b.residual), whole(&layer.norm), whole(&b.u)];
        plan.push(block.norm.dispatch(at.device, &buffers, 1, Rows::PerTokens(1)));
        let (bias, control) = (whole(&layer.in_proj_bias), || whole(&b.control));
        let buffers = [weights, scales, whole(&b.u), bias, whole(&b.projected), control()];
        plan.push(block.in_proj[length.tiles(layer.in_proj.rows)].dispatch(at.device, &buffers));
        if let Some(conv) = &block.conv {
            let filters = whole(&layer.filters);
            let buffers = [whole(&b.projected), filters, at.state(), whole(&b.convolved), control()];
            plan.push(conv.dispatch(at.device, &buffers, groups(m.width() / 4, 64), Rows::PerTokens(1)));
        }
        self.own.block(at, length, plan);
        if let (Some(mixing), Some(beside)) = (&self.beside, &at.beside) {
            mixing.block(beside, length, plan);
        }
    }
}

impl Mixing {
    fn new(maker: &mut Maker<'_>, at: &Place<'_>) -> Option<Self> {
        let (d, layer, m) = (maker.dims, at.layer, &at.layer_dims.mixer);
        let (o, bias) = at.out_proj();
        let mixer = match (&layer.mixer, m.mixer) {
            (Mixer::Mamba1 { x_proj, .. }, model::Mixer::Mamba1(own)) => {
                MixerPlan::Mamba1(Mamba1::new(maker, x_proj, m, &own))
            }
            (Mixer::Mamba2 { .. }, model::Mixer::Mamba2(own)) => MixerPlan::Mamba2(Mamba2::new(maker, at, &own)),
            (Mixer::Attention { .. }, model::Mixer::Attention(_)) => {
                let y_row = at.layer_dims.mixed_row() as usize;
                MixerPlan::Attention(Attention::new(maker, &Rings::of(at)?, y_row))
            }
            (Mixer::Mlp, model::Mixer::Mlp(_)) => MixerPlan::Mlp,
            _ => return None,
        };
        let gated = matches!(mixer, MixerPlan::Mlp);
        let kind = MatmulKind { bias, add: true, gated };
        let out_block = (!maker.together).then(|| maker.matmuls(o, d.d, kind, Tile::Small));
        Some(Self { mixer, out_block })
    }

    fn block(&self, at: &Place<'_>, length: Length, plan: &mut Vec<Dispatch>) {
        match &self.mixer {
            MixerPlan::Mamba1(mamba1) => mamba1.block(at, length != Length::Chunk, plan),
            MixerPlan::Mamba2(mamba2) => mamba2.block(at, plan),
            MixerPlan::Attention(attention) => attention.block(at, plan),
            MixerPlan::Mlp => {}
        }
        let Some(out_block) = &self.out_block else { return };
        let (b, layer) = (at.buffers, at.layer);
        let [weights, scales] = parts(&layer.out_proj);
        let (bias, residual) = (whole(&layer.out_proj_bias), whole(&b.residual));
        let buffers = [weights, scales, self.mixed(at), bias, residual, whole(&b.control)];
        plan.push(out_block[length.tiles(layer.out_proj.rows)].dispatch(at.device, &buffers));
    }

    /// out_proj's input.
    fn mixed<'a>(&self, at: &Place<'a>) -> wgpu::BufferBinding<'a> {
        whole(if matches!(self.mixer, MixerPlan::Mlp) { &at.buffers.projected } else { &at.buffers.y })
    }
}

/// The ways through all layers: of one token, and of a block by its [`Length`].
pub fn layers(maker: &mut Maker<'_>, buffers: &Buffers, weights: &Weights) -> (Vec<Dispatch>, [Vec<Dispatch>; 3]) {
    let (device, dims) = (maker.device, maker.dims);
    let mut rest = weights.layers.iter().zip(&dims.layers).zip(buffers.rings.iter().map(Option::as_ref)).peekable();
    let mut all = Vec::new();
    while let Some(next) = rest.next() {
        let beside = rest.next_if(|((_, dims), _)| dims.mixer.mixer.is_beside());
        let place = |((layer, layer_dims), rings), beside| Place {
            device,
            dims,
            buffers,
            weights,
            layer,
            layer_dims,
            rings,
            beside,
        };
        all.push(place(next, beside.map(|beside| Box::new(place(beside, None)))));
    }
    let mut plans: Vec<(&Place<'_>, LayerPlan)> = Vec::new();
    let (mut decode, mut blocks) = (Vec::new(), Length::ALL.map(|_| Vec::new()));
    for at in &all {
        if !plans.iter().any(|(other, _)| other.is_like(at)) {
            plans.extend(LayerPlan::new(maker, at).map(|plan| (at, plan)));
        }
        let Some((_, plan)) = plans.iter().find(|(other, _)| other.is_like(at)) else { continue };
        plan.decode(at, &mut decode);
        for length in Length::ALL {
            plan.block(at, length, &mut blocks[length as usize]);
        }
    }
    (decode, blocks)
}
