//! Attention: over the rings for one token, in tiles for a block.

use super::layer::Place;
use super::maker::{Maker, flag, groups, whole};
use crate::backend::gpu::dims::MixerDims;
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::rings::RingDims;
use crate::backend::gpu::weights::Mixer;

/// The most heads of queries of a workgroup in a step.
const STEP_QUERIES: usize = 4;
/// Tokens and channels that a workgroup takes in a block.
const BLOCK_QUERIES: u32 = 32;
const BLOCK_CHANNELS: usize = 128;

pub struct Attention {
    rings: RingDims,
    /// Overrides that out_proj shares.
    pub parts: Vec<(&'static str, f64)>,
    step: Pipeline,
    store: Pipeline,
    block: Pipeline,
}

impl Attention {
    pub fn new(maker: &mut Maker<'_>, m: &MixerDims, rings: &RingDims) -> Self {
        let own = &rings.attention;
        let row = m.projected.padded();
        let heads = Maker::numbers([("HEADS", own.heads), ("KV_HEADS", own.kv_heads), ("S", own.head_dim)]);
        let sizes =
            Maker::numbers([("UNITS", rings.units()), ("WINDOW", rings.window()), ("RING", rings.rows), ("ROW", row)]);
        let starts = [0, 1, 2].map(|section| m.from + m.own.start(section));
        let shared = [heads, sizes, vec![("HALF", flag(rings.half)), ("Q_FROM", starts[0] as f64)]].concat();
        let rotary = Maker::numbers([("K_FROM", starts[1]), ("V_FROM", starts[2])]);
        let store = [shared.clone(), rotary, vec![("ROTATES", flag(own.rope_theta.is_some()))]].concat();
        let parts = Maker::numbers([("SPLITS", rings.splits()), ("PARTS_FROM", m.mixed_from), ("PART", rings.part())]);
        let queries = Maker::numbers([("QUERIES", Self::queries(rings)), ("QUADS", rings.quads())]);
        let step = [store.clone(), parts.clone(), queries].concat();
        let block = [shared.clone(), Maker::numbers([("E", m.e)])].concat();
        Self {
            rings: *rings,
            parts: [shared, parts].concat(),
            step: maker.pipeline(&kernels::ATTENTION_STEP, &step),
            store: maker.pipeline(&kernels::ATTENTION_STORE, &store),
            block: maker.pipeline(&kernels::ATTENTION_BLOCK, &block),
        }
    }

    /// Heads of queries of a workgroup.
    fn queries(rings: &RingDims) -> usize {
        (rings.attention.heads / rings.attention.kv_heads).min(STEP_QUERIES)
    }

    /// From in_proj's output to what out_proj puts together.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (Mixer::Attention { angles }, Some([keys, values])) = (&at.layer.mixer, at.rings) else { return };
        let (b, own) = (at.buffers, &self.rings.attention);
        let batches = (own.heads / own.kv_heads).div_ceil(Self::queries(&self.rings));
        let buffers = [&b.projected, angles, keys, values, &b.y, &b.control].map(whole);
        let workgroups = (self.rings.splits() * own.kv_heads * batches) as u32;
        plan.push(self.step.dispatch(at.device, &buffers, workgroups, Rows::Fixed(1)));
    }

    /// The same for a block of tokens.
    pub fn block(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let (Mixer::Attention { angles }, Some([keys, values])) = (&at.layer.mixer, at.rings) else { return };
        let (b, own) = (at.buffers, &self.rings.attention);
        let (projected, control) = (|| whole(&b.projected), || whole(&b.control));
        let pairs = if own.rope_theta.is_some() { own.heads * (own.head_dim / 2) } else { 0 };
        let threads = pairs + own.kv_heads * self.rings.units();
        let buffers = [projected(), whole(angles), whole(keys), whole(values), control()];
        plan.push(self.store.dispatch(at.device, &buffers, groups(threads, 64), Rows::PerTokens(1)));
        let buffers = [projected(), whole(keys), whole(values), whole(&b.y), control()];
        let x = own.heads as u32 * groups(own.head_dim, BLOCK_CHANNELS);
        plan.push(self.block.dispatch(at.device, &buffers, x, Rows::PerTokens(BLOCK_QUERIES)));
    }
}
