//! A few tokens as steps of the recurrence.

use core::ops::Range;

use super::super::math::Math;
use super::super::pool::{Columns, Part, Pool};
use super::super::simd::F32x4;
use super::tile::{COLUMNS, halves, keep, put, take};
use super::{SharedBlock, Ssd, SsdWork, gate};

/// Rows of the state that are gone through side by side: what belongs to the channels is read once for all of them, and
/// so many streams keep the memory busy, for which a step waits. With 4 it takes a tenth longer, with 16 a fifth.
const ROWS: usize = 8;

/// Channels that stay together: those of a line of the cache, so that no two threads write to one.
const LINE: usize = 16;

/// Some channels and what they take in at one token.
struct Inputs<'a> {
    channels: Range<usize>,
    /// exp(dt A).
    decay: &'a mut [f32],
    /// dt x.
    dt_x: &'a mut [f32],
    /// The skip, then the result.
    y: &'a mut [f32],
}

impl Ssd {
    /// The recurrence, for each token once over the state in the order in which it lies in memory.
    pub(super) fn steps(&self, block: &SharedBlock<'_>, work: &mut SsdWork, pool: &Pool) {
        let e = self.norm.len();
        let (decay, dt_x) = (Columns::new(&mut work.decay, e), Columns::new(&mut work.dt_x, e));
        pool.run(&|part: Part| {
            let (channels, math) = (part.range(e, LINE), Math::new());
            // SAFETY: each channel belongs to one part.
            let (decay, dt_x) = unsafe { (decay.row(0, channels.clone()), dt_x.row(0, channels.clone())) };
            for t in 0..block.y.rows() {
                // SAFETY: as above.
                let y = unsafe { block.y.row(t, channels.clone()) };
                let mut inputs = Inputs { channels: channels.clone(), decay, dt_x, y };
                self.inputs(&math, block, t, &mut inputs);
                // SAFETY: as above.
                unsafe { self.step(block, t, &mut inputs) };
                if !self.heads.norm_before_gate {
                    gate(&math, y, &block.z(t)[channels.clone()]);
                }
            }
        });
    }

    /// exp(dt A), dt x and D x.
    fn inputs(&self, math: &Math, block: &SharedBlock<'_>, t: usize, inputs: &mut Inputs<'_>) {
        let (p, channels) = (self.heads.head_dim, &inputs.channels);
        let (dt, x) = (block.raw_dt(t, self.heads.heads), block.xbc(t));
        for head in channels.start / p..channels.end.div_ceil(p) {
            let own = (head * p).max(channels.start)..((head + 1) * p).min(channels.end);
            let dt = self.time_step(math, F32x4::splat(dt[head]), F32x4::splat(self.dt_bias[head]));
            let decay = math.exp2_decay(dt.mul(F32x4::splat(self.a[head]))).lanes()[0];
            let (dt, d, x) = (dt.lanes()[0], self.d[head], &x[own.clone()]);
            let own = own.start - channels.start..own.end - channels.start;
            inputs.decay[own.clone()].fill(decay);
            inputs.dt_x[own.clone()].iter_mut().zip(x).for_each(|(dt_x, x)| *dt_x = dt * x);
            inputs.y[own].iter_mut().zip(x).for_each(|(y, x)| *y = d * x);
        }
    }

    /// `h[n] = decay h[n] + dt_x B[n]`, `y += h[n] C[n]`.
    ///
    /// # Safety
    /// Nothing else may use the channels of the state.
    unsafe fn step(&self, block: &SharedBlock<'_>, t: usize, inputs: &mut Inputs<'_>) {
        let (e, n, g) = (self.norm.len(), self.d_state, self.heads.groups);
        let (b, c) = block.xbc(t)[e..].split_at(g * n);
        let Inputs { channels, decay, dt_x, y } = inputs;
        for group in channels.start / (e / g)..channels.end.div_ceil(e / g) {
            let own = (group * (e / g)).max(channels.start)..((group + 1) * (e / g)).min(channels.end);
            let inner = own.start - channels.start..own.end - channels.start;
            let (decay, dt_x, y) = (&decay[inner.clone()], &dt_x[inner.clone()], &mut y[inner]);
            // SAFETY: as the caller promises.
            let row = |state: usize| unsafe { block.h.row(state, own.clone()) };
            let (b, c) = (&b[group * n..][..n], &c[group * n..][..n]);
            let ((b_rows, b_rest), (c_rows, c_rest)) = (b.as_chunks::<ROWS>(), c.as_chunks());
            for (i, (b, c)) in b_rows.iter().zip(c_rows).enumerate() {
                advance(core::array::from_fn(|r| row(i * ROWS + r)), *b, *c, decay, dt_x, y);
            }
            for (state, (&b, &c)) in (n - b_rest.len()..n).zip(b_rest.iter().zip(c_rest)) {
                advance([row(state)], [b], [c], decay, dt_x, y);
            }
        }
    }
}

/// Some rows of the state by one step.
#[inline(always)]
fn advance<const R: usize>(h: [&mut [f32]; R], b: [f32; R], c: [f32; R], decay: &[f32], dt_x: &[f32], y: &mut [f32]) {
    let (b, c) = (b.map(F32x4::splat), c.map(F32x4::splat));
    let step = |h: [F32x4; 2], decay: [F32x4; 2], dt_x: [F32x4; 2], y: &mut [F32x4; 2], r: usize| {
        core::array::from_fn(|i| {
            let h = h[i].mul_add(decay[i], dt_x[i].mul(b[r]));
            y[i] = h.mul_add(c[r], y[i]);
            h
        })
    };
    let (y, y_rest) = y.as_chunks_mut::<COLUMNS>();
    // All of one length, which is known then: no index is checked in the loop.
    let len = y.len();
    let (decay, decay_rest) = decay.as_chunks::<COLUMNS>();
    let (dt_x, dt_x_rest) = dt_x.as_chunks::<COLUMNS>();
    let (decay, dt_x) = (&decay[..len], &dt_x[..len]);
    let mut h = h.map(|h| h.as_chunks_mut::<COLUMNS>()).map(|(h, rest)| (&mut h[..len], rest));
    for (i, y) in y.iter_mut().enumerate() {
        let (decay, dt_x, mut sums) = (halves(&decay[i]), halves(&dt_x[i]), halves(y));
        for (r, (h, _)) in h.iter_mut().enumerate() {
            keep(step(halves(&h[i]), decay, dt_x, &mut sums, r), &mut h[i]);
        }
        keep(sums, y);
    }
    if !y_rest.is_empty() {
        let (decay, dt_x, mut sums) = (take(decay_rest), take(dt_x_rest), take(y_rest));
        for (r, (_, h)) in h.iter_mut().enumerate() {
            put(step(take(h), decay, dt_x, &mut sums, r), h);
        }
        put(sums, y_rest);
    }
}
