//! Mamba-2: a step of the recurrence for one token, the matrix form for a block.

use super::attention::Rings;
use super::layer::Place;
use super::maker::{Maker, dt_limits, flag, groups, slot, whole};
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::weights::Mixer;
use crate::model::{self, Heads};

/// Channels of a head that a workgroup takes in a step; channels or states in a chunk.
const STEP_CHANNELS: usize = 16;
const CHUNK_SIDE: usize = 64;

pub struct Mamba2 {
    heads: Heads,
    /// The epsilon of the gated norm if `decode` leaves it to out_proj.
    pub norm_left: Option<f32>,
    step: Pipeline,
    /// None for sequences together, which read no blocks.
    block: Option<Block>,
    norm: Option<Pipeline>,
}

struct Block {
    summarise: Pipeline,
    carry: Pipeline,
    finish: Pipeline,
}

impl Mamba2 {
    pub fn new(maker: &mut Maker<'_>, at: &Place<'_>, own: &model::Mamba2) -> Self {
        let (m, heads) = (&at.layer_dims.mixer, own.heads);
        let is_gated_last = heads.norm_before_gate && own.gated_norm.is_some();
        let (row, channels) = (m.projected.padded(), own.d_inner() / heads.groups);
        let sizes = Maker::numbers([("E", m.e), ("N", m.n), ("P", heads.head_dim), ("GROUPS", heads.groups)]);
        let rows =
            Maker::numbers([("WIDTH", m.width()), ("ROW", row), ("HEADS_PER_GROUP", heads.heads / heads.groups)]);
        let gate = [("GATE", flag(!is_gated_last))];
        let sizes = [sizes, rows, dt_limits(m).to_vec(), gate.to_vec()].concat();
        let beside = at.beside.as_ref().and_then(|beside| Rings::of(beside));
        let y_row = at.beside.as_ref().map_or(m.e, |beside| beside.layer_dims.mixed_row() as usize);
        let step = [sizes.clone(), slot(m).to_vec(), Maker::numbers([("Y_ROW", y_row)])].concat();
        let step = match &beside {
            None => maker.pipeline(&kernels::MAMBA2_STEP, &[step, Maker::numbers([("PARTS", 16)])].concat()),
            Some(rings) => {
                // Half as many threads a workgroup, as attention has them.
                let both = Maker::numbers([("PARTS", 8), ("ATTENTION", rings.step_groups() as usize)]);
                maker.pipeline(&kernels::MAMBA2_STEP_BESIDE, &[step, rings.step(), both].concat())
            }
        };
        let chunk = [sizes, vec![("STRIDE", m.chunk_len() as f64)]].concat();
        let norm = own.gated_norm.map(|epsilon| {
            let norm_row = if maker.together { y_row } else { m.e };
            let mut norm = Maker::numbers([("E", norm_row), ("ROW", row), ("CHANNELS", channels)]);
            norm.extend([("EPSILON", f64::from(epsilon)), ("GATE", flag(is_gated_last))]);
            maker.pipeline(&kernels::MAMBA2_GATED_NORM, &norm)
        });
        Self {
            heads,
            // There a mean is over all columns only.
            norm_left: own.gated_norm.filter(|_| heads.groups == 1 && !is_gated_last && beside.is_none()),
            step,
            block: (!maker.together).then(|| Block {
                summarise: maker.pipeline(&kernels::MAMBA2_SUMMARISE, &chunk),
                carry: maker.carry(m),
                finish: maker.pipeline(&kernels::MAMBA2_FINISH, &chunk),
            }),
            norm,
        }
    }

    /// From in_proj's output to out_proj's input; of the attention beside it too.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let b = at.buffers;
        let [projected, dt_bias, a_d] = self.shared(at);
        let mut buffers = vec![projected, dt_bias, a_d, at.state(), whole(&b.y), whole(&b.control)];
        let mut workgroups = self.groups(STEP_CHANNELS);
        if let Some(rings) = at.beside.as_ref().and_then(|beside| Rings::of(beside)) {
            buffers.extend(rings.buffers());
            workgroups += rings.step_groups();
        }
        plan.push(self.step.dispatch(at.device, &buffers, workgroups, Rows::PerTokens(1)));
        if self.norm_left.is_none() {
            self.gated_norm(at, Rows::PerTokens(1), plan);
        }
    }

    /// From the convolution's output to out_proj's input.
    pub fn block(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let Some(block) = &self.block else { return };
        let (b, m) = (at.buffers, &at.layer_dims.mixer);
        let (workgroups, each) = (self.groups(CHUNK_SIDE), Rows::PerTokens(m.chunk as u32));
        let with_states = workgroups * groups(m.n, CHUNK_SIDE) + self.heads.groups as u32;
        let (xbc, chunks, control) = (|| whole(&b.convolved), || whole(&b.chunks), || whole(&b.control));
        let [projected, dt_bias, a_d] = self.shared(at);
        let buffers = [projected, dt_bias, a_d, xbc(), chunks(), control()];
        plan.push(block.summarise.dispatch(at.device, &buffers, with_states, each));
        let buffers = [whole(&at.layer.a_d), chunks(), at.state(), control()];
        plan.push(block.carry.dispatch(at.device, &buffers, groups(m.e, 64), Rows::Fixed(m.n as u32)));
        let [projected, dt_bias, a_d] = self.shared(at);
        let buffers = [projected, dt_bias, a_d, xbc(), chunks(), whole(&b.y), control()];
        plan.push(block.finish.dispatch(at.device, &buffers, workgroups, each));
        self.gated_norm(at, Rows::PerTokens(1), plan);
    }

    /// Workgroups for all heads.
    fn groups(&self, channels: usize) -> u32 {
        self.heads.heads as u32 * groups(self.heads.head_dim, channels)
    }

    /// The bindings of `shaders/shared/mamba2.wgsl`.
    fn shared<'a>(&self, at: &'a Place<'_>) -> [wgpu::BufferBinding<'a>; 3] {
        let dt_bias = match &at.layer.mixer {
            Mixer::Mamba2 { dt_bias, .. } => dt_bias,
            _ => &at.weights.nothing, // never: this is a plan for Mamba-2
        };
        [whole(&at.buffers.projected), whole(dt_bias), whole(&at.layer.a_d)]
    }

    fn gated_norm(&self, at: &Place<'_>, rows: Rows, plan: &mut Vec<Dispatch>) {
        let (Mixer::Mamba2 { norm, .. }, Some(pipeline)) = (&at.layer.mixer, &self.norm) else { return };
        let buffers = [whole(&at.buffers.projected), whole(norm), whole(&at.buffers.y)];
        plan.push(pipeline.dispatch(at.device, &buffers, self.heads.groups as u32, rows));
    }
}
