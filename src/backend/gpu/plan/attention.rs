//! Attention: over the rings for one token, in tiles for a block.

use super::layer::Place;
use super::maker::{Maker, Overrides, flag, groups, whole};
use crate::backend::gpu::dims::MixerDims;
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::rings::RingDims;
use crate::backend::gpu::weights::Mixer;

/// The most heads of queries of a workgroup in a step.
const STEP_QUERIES: usize = 4;
/// Tokens and channels that a workgroup takes in a block.
const BLOCK_QUERIES: u32 = 32;
const BLOCK_CHANNELS: usize = 128;

/// What kernels have to know of an attention layer, and what they bind.
pub struct Rings<'a> {
    m: &'a MixerDims,
    dims: &'a RingDims,
    angles: &'a wgpu::Buffer,
    keys: &'a wgpu::Buffer,
    values: &'a wgpu::Buffer,
}

impl<'a> Rings<'a> {
    /// None where the layer is none of attention.
    pub fn of(at: &Place<'a>) -> Option<Self> {
        let (Mixer::Attention { angles }, Some([keys, values])) = (&at.layer.mixer, at.rings) else { return None };
        Some(Self { m: &at.layer_dims.mixer, dims: at.layer_dims.rings.as_ref()?, angles, keys, values })
    }

    /// Of `shaders/shared/attention.wgsl`.
    fn heads(&self) -> Overrides {
        let (dims, own) = (self.dims, &self.dims.attention);
        let mut heads = Maker::numbers([
            ("HEADS", own.heads),
            ("KV_HEADS", own.kv_heads),
            ("S", own.head_dim),
            ("UNITS", dims.units()),
            ("WINDOW", dims.window()),
            ("RING", dims.rows),
            ("Q_FROM", self.m.from),
        ]);
        heads.push(("HALF", flag(dims.half)));
        heads
    }

    /// With those of `shaders/shared/rotary.wgsl`.
    fn rotary(&self) -> Overrides {
        let [k, v] = [1, 2].map(|section| self.m.from + self.m.own.start(section));
        let rotary = Maker::numbers([("K_FROM", k), ("V_FROM", v)]);
        [self.heads(), rotary, vec![("ROTATES", flag(self.dims.attention.rope_theta.is_some()))]].concat()
    }

    /// Of `shaders/shared/attention_parts.wgsl`.
    fn parts(&self) -> Overrides {
        let dims = self.dims;
        Maker::numbers([("SPLITS", dims.splits()), ("PARTS_FROM", self.m.mixed_from), ("PART", dims.part())])
    }

    /// For out_proj of one token.
    pub fn out_proj(&self) -> Overrides {
        [self.heads(), self.parts()].concat()
    }

    /// Of `shaders/shared/attention_step.wgsl`.
    pub fn step(&self) -> Overrides {
        let (queries, quads) = (self.queries(), self.dims.quads());
        let step = Maker::numbers([("QUERIES", queries), ("QUADS", quads), ("STAGED", queries * quads)]);
        [self.rotary(), self.parts(), step].concat()
    }

    /// Workgroups of that.
    pub fn step_groups(&self) -> u32 {
        let own = &self.dims.attention;
        (self.dims.splits() * own.kv_heads * (own.heads / own.kv_heads).div_ceil(self.queries())) as u32
    }

    /// Heads of queries of a workgroup.
    fn queries(&self) -> usize {
        (self.dims.attention.heads / self.dims.attention.kv_heads).min(STEP_QUERIES)
    }

    /// What a step and `attention/store` bind.
    pub fn buffers(&self) -> [wgpu::BufferBinding<'a>; 3] {
        [self.angles, self.keys, self.values].map(whole)
    }
}

pub struct Attention {
    /// None beside Mamba-2, whose step has it.
    step: Option<Pipeline>,
    /// To store a block's keys and values, and to go over them. None for sequences together, which read no blocks.
    block: Option<[Pipeline; 2]>,
}

impl Attention {
    pub fn new(maker: &mut Maker<'_>, rings: &Rings<'_>, y_row: usize) -> Self {
        let m = rings.m;
        let row = Maker::numbers([("ROW", m.projected.padded())]);
        let step = [rings.step(), row.clone(), Maker::numbers([("Y_ROW", y_row)])].concat();
        let step = (!m.mixer.is_beside()).then(|| maker.pipeline(&kernels::ATTENTION_STEP, &step));
        let store = [rings.rotary(), row.clone()].concat();
        let block = [rings.heads(), row, Maker::numbers([("E", m.e)])].concat();
        let block = (!maker.together).then(|| {
            [maker.pipeline(&kernels::ATTENTION_STORE, &store), maker.pipeline(&kernels::ATTENTION_BLOCK, &block)]
        });
        Self { step, block }
    }

    /// From in_proj's output to what out_proj puts together.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (Some(step), Some(rings), b) = (&self.step, Rings::of(at), at.buffers) else { return };
        let [angles, keys, values] = rings.buffers();
        let buffers = [whole(&b.projected), angles, keys, values, whole(&b.y), whole(&b.control)];
        plan.push(step.dispatch(at.device, &buffers, rings.step_groups(), Rows::PerTokens(1)));
    }

    /// From in_proj's output to out_proj's input, for a block of tokens.
    pub fn block(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (Some([store, block]), Some(rings), b) = (&self.block, Rings::of(at), at.buffers) else { return };
        let (projected, control) = (|| whole(&b.projected), || whole(&b.control));
        let own = &rings.dims.attention;
        let pairs = if own.rope_theta.is_some() { own.heads * (own.head_dim / 2) } else { 0 };
        let threads = pairs + own.kv_heads * rings.dims.units();
        let [angles, keys, values] = rings.buffers();
        let buffers = [projected(), angles, keys.clone(), values.clone(), control()];
        plan.push(store.dispatch(at.device, &buffers, groups(threads, 64), Rows::PerTokens(1)));
        let buffers = [projected(), keys, values, whole(&b.y), control()];
        let x = own.heads as u32 * groups(own.head_dim, BLOCK_CHANNELS);
        plan.push(block.dispatch(at.device, &buffers, x, Rows::PerTokens(BLOCK_QUERIES)));
    }
}
