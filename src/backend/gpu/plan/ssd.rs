//! Mamba-2: a step of the recurrence for one token, the matrix form for a block.

use super::{Maker, Place, flag, groups, whole};
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::weights::Mixer;
use crate::model::Heads;

/// Channels of a head that a workgroup takes, in a step and in a chunk.
const STEP_CHANNELS: usize = 16;
const CHUNK_CHANNELS: usize = 32;

pub struct Ssd {
    heads: Heads,
    step: Pipeline,
    summarise: Pipeline,
    carry: Pipeline,
    finish: Pipeline,
    norm: Pipeline,
}

impl Ssd {
    /// `dims.heads` must be there.
    pub fn new(maker: &mut Maker<'_>) -> Self {
        let (d, c) = (maker.dims, maker.config);
        let heads = d.heads.expect("only Mamba-2 has such layers");
        let (row, channels) = (d.projected.padded(), c.d_inner / heads.groups);
        let sizes = Maker::numbers([("E", d.e), ("N", d.n), ("P", heads.head_dim), ("GROUPS", heads.groups)]);
        let rows =
            Maker::numbers([("WIDTH", d.width()), ("ROW", row), ("HEADS_PER_GROUP", heads.heads / heads.groups)]);
        let gate = [("GATE", flag(!heads.norm_before_gate))];
        let sizes = [sizes, rows, maker.dt_limits().to_vec(), gate.to_vec()].concat();
        let step = [sizes.clone(), maker.slot().to_vec()].concat();
        let norm = [
            Maker::numbers([("E", d.e), ("ROW", row), ("CHANNELS", channels)]),
            vec![("EPSILON", f64::from(c.norm_epsilon)), ("GATE", flag(heads.norm_before_gate))],
        ];
        Self {
            heads,
            step: maker.pipeline(&kernels::SSD_STEP, &step),
            summarise: maker.pipeline(&kernels::SSD_SUMMARISE, &sizes),
            carry: maker.carry(),
            finish: maker.pipeline(&kernels::SSD_FINISH, &sizes),
            norm: maker.pipeline(&kernels::GATED_NORM, &norm.concat()),
        }
    }

    /// Whether `decode` leaves the gated norm to out_proj, which can take a mean over all channels only.
    pub fn is_norm_left(&self) -> bool {
        self.heads.groups == 1 && !self.heads.norm_before_gate
    }

    /// From in_proj's output to out_proj's input.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let b = at.buffers;
        let [zxbcdt, dt_bias, a_d] = self.shared(at);
        let buffers = [zxbcdt, dt_bias, a_d, at.state(), whole(&b.y), whole(&b.control)];
        plan.push(self.step.dispatch(at.device, &buffers, self.groups(STEP_CHANNELS), Rows::Fixed(1)));
        if !self.is_norm_left() {
            self.gated_norm(at, Rows::Fixed(1), plan);
        }
    }

    /// From the convolution's output to out_proj's input.
    pub fn block(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (b, d) = (at.buffers, at.dims);
        let (workgroups, each) = (self.groups(CHUNK_CHANNELS), Rows::PerTokens(d.chunk as u32));
        let (xbc, chunks, control) = (|| whole(&b.convolved), || whole(&b.chunks), || whole(&b.control));
        let [zxbcdt, dt_bias, a_d] = self.shared(at);
        let buffers = [zxbcdt, dt_bias, a_d, xbc(), chunks(), control()];
        plan.push(self.summarise.dispatch(at.device, &buffers, workgroups, each));
        let buffers = [whole(&at.layer.a_d), chunks(), at.state(), control()];
        plan.push(self.carry.dispatch(at.device, &buffers, groups(d.e, 64), Rows::Fixed(d.n as u32)));
        let [zxbcdt, dt_bias, a_d] = self.shared(at);
        let buffers = [zxbcdt, dt_bias, a_d, xbc(), chunks(), whole(&b.y), control()];
        plan.push(self.finish.dispatch(at.device, &buffers, workgroups, each));
        self.gated_norm(at, Rows::PerTokens(1), plan);
    }

    /// Workgroups for all heads.
    fn groups(&self, channels: usize) -> u32 {
        self.heads.heads as u32 * groups(self.heads.head_dim, channels)
    }

    /// The bindings of `shaders/shared/ssd.wgsl`.
    fn shared<'a>(&self, at: &'a Place<'_>) -> [wgpu::BufferBinding<'a>; 3] {
        let dt_bias = match &at.layer.mixer {
            Mixer::Ssd { dt_bias, .. } => dt_bias,
            Mixer::Selective { .. } => &at.weights.nothing, // all layers are like the first
        };
        [whole(&at.buffers.projected), whole(dt_bias), whole(&at.layer.a_d)]
    }

    fn gated_norm(&self, at: &Place<'_>, rows: Rows, plan: &mut Vec<Dispatch>) {
        let Mixer::Ssd { norm, .. } = &at.layer.mixer else { return };
        let buffers = [whole(&at.buffers.projected), whole(norm), whole(&at.buffers.y)];
        plan.push(self.norm.dispatch(at.device, &buffers, self.heads.groups as u32, rows));
    }
}
