//! A few tokens as steps of the recurrence.

use core::ops::Range;

use super::super::lanes::{load, store};
use super::super::math::Math;
use super::super::pool::{Columns, Part, Pool};
use super::super::sequences::Each;
use super::super::simd::F32x4;
use super::tile::TILE_COLUMNS;
use super::{Mamba2, SharedBlock, gate, most};
use crate::allocate::filled;
use crate::error::Result;
use crate::model;

/// Rows of the state that are gone through side by side: the channels' values are read once for all of them, and this
/// many streams saturate the memory, which bounds a step. With 4 or 16 rows a step takes a seventh longer.
const STEP_ROWS: usize = 8;

/// Channels that stay together: those of a line of the cache, so that no two threads write to one.
const LINE_CHANNELS: usize = 16;

/// Work space.
pub struct Steps {
    /// `[T of all sequences, E]` each: exp(dt A) and dt x.
    decay: Vec<f32>,
    dt_x: Vec<f32>,
}

impl Steps {
    pub fn new(mixers: &[model::Mamba2], tokens: usize) -> Result<Self> {
        let buffer = || filled(tokens * most(mixers, model::Mamba2::d_inner), 0.0, "the work space");
        Ok(Self { decay: buffer()?, dt_x: buffer()? })
    }
}

/// [`Steps`] shared by several threads.
struct Inputs<'a> {
    decay: Columns<'a>,
    dt_x: Columns<'a>,
}

impl Mamba2 {
    /// The recurrence. Some rows of the state go through all tokens, then the next ones: so it is read once.
    pub(super) fn steps(&self, blocks: &Each<SharedBlock<'_>>, work: &mut Steps, pool: &Pool) {
        let e = self.dims.d_inner();
        let (decay, dt_x) = (Columns::new(&mut work.decay, e), Columns::new(&mut work.dt_x, e));
        pool.run(&|part: Part| {
            let (channels, math, mut first) = (part.range(e, LINE_CHANNELS), Math::new(), 0);
            for block in blocks.iter() {
                let tokens = first..first + block.tokens;
                first = tokens.end;
                let inputs = Inputs { decay: decay.part(tokens.clone()), dt_x: dt_x.part(tokens) };
                // SAFETY: each channel belongs to one part.
                unsafe {
                    self.inputs(&math, block, &inputs, channels.clone());
                    self.advance(block, &inputs, channels.clone());
                }
                if !self.dims.heads.norm_before_gate {
                    for t in 0..block.tokens {
                        // SAFETY: as above.
                        gate(&math, unsafe { block.y.row(t, channels.clone()) }, &block.z(t)[channels.clone()]);
                    }
                }
            }
        });
    }

    /// exp(dt A), dt x, and D x as the start of y.
    ///
    /// # Safety
    /// Nothing else may use the channels.
    unsafe fn inputs(&self, math: &Math, block: &SharedBlock<'_>, inputs: &Inputs<'_>, channels: Range<usize>) {
        let p = self.dims.heads.head_dim;
        for t in 0..block.tokens {
            let (raw, x) = (block.raw_dt(t, self.dims.heads.heads), block.xbc(t));
            for (head, &raw) in raw.iter().enumerate() {
                let own = common(&channels, head * p..(head + 1) * p);
                if own.is_empty() {
                    continue;
                }
                let dt = self.time_step(math, F32x4::splat(raw), F32x4::splat(self.dt_bias[head]));
                let decay = math.exp2_decay(dt.mul(F32x4::splat(self.a[head]))).lanes()[0];
                let (dt, d, x) = (dt.lanes()[0], self.d[head], &x[own.clone()]);
                // SAFETY: as the caller promises.
                let [decays, dt_x, y] =
                    unsafe { [&inputs.decay, &inputs.dt_x, &block.y].map(|of| of.row(t, own.clone())) };
                decays.fill(decay);
                dt_x.iter_mut().zip(x).for_each(|(dt_x, x)| *dt_x = dt * x);
                y.iter_mut().zip(x).for_each(|(y, x)| *y = d * x);
            }
        }
    }

    /// For each token `h[n] = decay h[n] + dt_x B[n]`, `y += h[n] C[n]`.
    ///
    /// # Safety
    /// Nothing else may use the channels.
    unsafe fn advance(&self, block: &SharedBlock<'_>, inputs: &Inputs<'_>, channels: Range<usize>) {
        let (n, per_group) = (self.dims.d_state, self.dims.d_inner() / self.dims.heads.groups);
        let whole = n - n % STEP_ROWS;
        for group in 0..self.dims.heads.groups {
            let own = common(&channels, group * per_group..(group + 1) * per_group);
            if own.is_empty() {
                continue;
            }
            // SAFETY: as the caller promises.
            unsafe {
                for first in (0..whole).step_by(STEP_ROWS) {
                    self.advance_rows::<STEP_ROWS>(block, inputs, group, first, own.clone());
                }
                for first in whole..n {
                    self.advance_rows::<1>(block, inputs, group, first, own.clone());
                }
            }
        }
    }

    /// The same for `R` rows of the state and channels of one group.
    ///
    /// # Safety
    /// Nothing else may use the channels.
    unsafe fn advance_rows<const R: usize>(
        &self,
        block: &SharedBlock<'_>,
        inputs: &Inputs<'_>,
        group: usize,
        first: usize,
        channels: Range<usize>,
    ) {
        let (e, n, g) = (self.dims.d_inner(), self.dims.d_state, self.dims.heads.groups);
        // SAFETY: as the caller promises.
        let mut h: [_; R] = core::array::from_fn(|r| unsafe { block.h.row(first + r, channels.clone()) });
        for t in 0..block.tokens {
            let b_c = &block.xbc(t)[e..];
            let [b, c] = [group, g + group].map(|place| core::array::from_fn(|r| b_c[place * n + first + r]));
            // SAFETY: as the caller promises.
            let [decay, dt_x, y] =
                unsafe { [&inputs.decay, &inputs.dt_x, &block.y].map(|of| of.row(t, channels.clone())) };
            step(h.each_mut().map(|h| &mut **h), b, c, decay, dt_x, y);
        }
    }
}

/// What two ranges have in common.
fn common(a: &Range<usize>, b: Range<usize>) -> Range<usize> {
    a.start.max(b.start)..a.end.min(b.end)
}

/// Some rows of the state by one step.
#[inline(always)]
fn step<const R: usize>(h: [&mut [f32]; R], b: [f32; R], c: [f32; R], decay: &[f32], dt_x: &[f32], y: &mut [f32]) {
    let (b, c) = (b.map(F32x4::splat), c.map(F32x4::splat));
    let next = |h: [F32x4; 2], decay: [F32x4; 2], dt_x: [F32x4; 2], y: &mut [F32x4; 2], r: usize| -> [F32x4; 2] {
        core::array::from_fn(|i| {
            let h = h[i].mul_add(decay[i], dt_x[i].mul(b[r]));
            y[i] = h.mul_add(c[r], y[i]);
            h
        })
    };
    let (y, y_rest) = y.as_chunks_mut::<TILE_COLUMNS>();
    // All of one length, which is known then: no index is checked in the loop.
    let len = y.len();
    let (decay, decay_rest) = decay.as_chunks::<TILE_COLUMNS>();
    let (dt_x, dt_x_rest) = dt_x.as_chunks::<TILE_COLUMNS>();
    let (decay, dt_x) = (&decay[..len], &dt_x[..len]);
    let mut h = h.map(|h| h.as_chunks_mut::<TILE_COLUMNS>()).map(|(h, rest)| (&mut h[..len], rest));
    for (i, y) in y.iter_mut().enumerate() {
        let (decay, dt_x, mut sums) = (load::<2>(&decay[i]), load::<2>(&dt_x[i]), load::<2>(y));
        for (r, (h, _)) in h.iter_mut().enumerate() {
            store(next(load::<2>(&h[i]), decay, dt_x, &mut sums, r), &mut h[i]);
        }
        store(sums, y);
    }
    if !y_rest.is_empty() {
        let (decay, dt_x, mut sums) = (load::<2>(decay_rest), load::<2>(dt_x_rest), load::<2>(y_rest));
        for (r, (_, h)) in h.iter_mut().enumerate() {
            store(next(load::<2>(h), decay, dt_x, &mut sums, r), h);
        }
        store(sums, y_rest);
    }
}
