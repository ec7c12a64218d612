//! A block of tokens in the matrix form of the SSD paper (Dao & Gu 2024, section 6), the whole block being one chunk:
//! three matrix products a head. With S(t, s) = sum of dt A over the tokens after s up to t,
//!
//! `y[t] = exp(S(t, start)) C[t] h + sum over s <= t of (C[t] · B[s]) exp(S(t, s)) dt[s] x[s] + D x[t]`,
//! `h    = exp(S(end, start)) h + sum over s of B[s] exp(S(end, s)) dt[s] x[s]`.

use core::ops::Range;

use super::super::lanes::{load, store};
use super::super::math::Math;
use super::super::pool::{Columns, Part, Pool};
use super::super::simd::{F32x4, map_in_place};
use super::tile::{Coefficients, TILE_COLUMNS, TILE_ROWS, Values, added_to_scaled, rows, scaled_and_added};
use super::{Mamba2, SharedBlock, most};
use crate::allocate::filled;
use crate::error::Result;
use crate::model;

/// Heads whose states are laid out together. The row of a single head is too short for the hardware prefetcher, and the
/// products would wait for every cache line.
const TOGETHER_HEADS: usize = 8;

/// Work space.
pub struct Chunk {
    /// C of each group, `[G, T / TILE_ROWS, N]`.
    c: Vec<Coefficients>,
    /// B of each group, `[G, N / TILE_ROWS, T]`.
    b: Vec<Coefficients>,
    /// C\[t\] · B\[s\] for s <= t of each group, `[G, T / TILE_ROWS, T (s)]`.
    scores: Vec<Coefficients>,
    /// For each part of a kernel.
    parts: Vec<Own>,
}

/// Work space of one part, for one head after the other.
struct Own {
    /// States at the start, `[at most TOGETHER_HEADS, P / TILE_COLUMNS, N and a bit]`.
    h: Vec<Values>,
    /// `[T]`: softplus(dt + bias), clamped.
    dt: Vec<f32>,
    /// `[T]`: dt A log2(e).
    exponents: Vec<f32>,
    /// `[T / TILE_ROWS]`: exp(S(t, start)).
    from_start: Vec<Coefficients>,
    /// `[T]`: exp(S(end, s)) dt\[s\].
    to_end: Vec<f32>,
    /// What x\[s\] counts in y\[t\], `[T / TILE_ROWS, T (s)]`.
    mixed: Vec<Coefficients>,
    /// `[P / TILE_COLUMNS, T]`.
    x: Vec<Values>,
    /// x times `to_end`, likewise.
    inputs: Vec<Values>,
    /// `[P / TILE_COLUMNS, T / TILE_ROWS]` tiles. In its place in the block, a column of it would be in a few sets of the cache.
    y: Vec<[Values; TILE_ROWS]>,
}

impl Chunk {
    pub fn new(mixers: &[model::Mamba2], tokens: usize, threads: usize) -> Result<Self> {
        let tiles = tokens.div_ceil(TILE_ROWS);
        let strips = most(mixers, |dims| dims.heads.head_dim.div_ceil(TILE_COLUMNS));
        let groups_by = |of: fn(usize) -> usize| most(mixers, |dims| dims.heads.groups * of(dims.d_state));
        let numbers = |len| filled(len, 0.0, "the work space");
        let coefficients = |len| filled(len, [0.0; TILE_ROWS], "the work space");
        let values = |len| filled(len, [0.0; TILE_COLUMNS], "the work space");
        // Two parts a thread, so that a late thread does not delay the others for long.
        let parts = if threads == 1 { 1 } else { most(mixers, |dims| dims.heads.heads).min(2 * threads) };
        let states = most(mixers, |dims| TOGETHER_HEADS.min(dims.heads.heads.div_ceil(parts)) * state_len(dims));
        let own = |_| {
            Ok(Own {
                h: values(states)?,
                dt: numbers(tokens)?,
                exponents: numbers(tokens)?,
                from_start: coefficients(tiles)?,
                to_end: numbers(tokens)?,
                mixed: coefficients(tiles * tokens)?,
                x: values(strips * tokens)?,
                inputs: values(strips * tokens)?,
                y: filled(strips * tiles, [[0.0; TILE_COLUMNS]; TILE_ROWS], "the work space")?,
            })
        };
        Ok(Self {
            c: coefficients(groups_by(|n| n) * tiles)?,
            b: coefficients(groups_by(|n| n.div_ceil(TILE_ROWS)) * tokens)?,
            scores: coefficients(groups_by(|_| 1) * tiles * tokens)?,
            parts: (0..parts).map(own).collect::<Result<_>>()?,
        })
    }
}

/// A strip of a state takes one line of the cache more than its N rows, so that the strips do not compete for the same
/// few sets of it.
fn strip_len(n: usize) -> usize {
    n + 64 / size_of::<Values>()
}

/// The strips of one head's state.
fn state_len(dims: &model::Mamba2) -> usize {
    dims.heads.head_dim.div_ceil(TILE_COLUMNS) * strip_len(dims.d_state)
}

/// What the heads of a group share, see [`Chunk`].
struct Shared<'a> {
    c: &'a [Coefficients],
    b: &'a [Coefficients],
    scores: &'a [Coefficients],
}

impl Mamba2 {
    pub(super) fn chunk(&self, block: &SharedBlock<'_>, work: &mut Chunk, pool: &Pool) {
        self.scores(block, work, pool);
        let Chunk { c, b, scores, parts } = work;
        let (heads, most) = (self.dims.heads.heads, parts.len());
        let (n, tokens) = (self.dims.d_state, block.tokens);
        let (tiles, n_tiles) = (tokens.div_ceil(TILE_ROWS), n.div_ceil(TILE_ROWS));
        let parts = Columns::new(parts, 1);
        pool.run_for(most, &|part: Part| {
            let math = Math::new();
            // SAFETY: there are at most as many parts as places, so each part has its own.
            let own = &mut unsafe { parts.row(part.range(most, 1).start, 0..1) }[0];
            let (range, room) = (part.range(heads, 1), own.h.len() / state_len(&self.dims));
            for first in range.clone().step_by(room) {
                let together = first..range.end.min(first + room);
                // SAFETY: each head belongs to one part.
                unsafe { self.lay_out(&block.h, together.clone(), &mut own.h) };
                for head in together {
                    let group = head / (heads / self.dims.heads.groups);
                    let shared = Shared {
                        c: &c[group * tiles * n..][..tiles * n],
                        b: &b[group * n_tiles * tokens..][..n_tiles * tokens],
                        scores: &scores[group * tiles * tokens..][..tiles * tokens],
                    };
                    // SAFETY: as above.
                    unsafe { self.head(&math, block, &shared, head, head - first, own) };
                }
            }
        });
    }

    /// What the heads of a group share: B and C in the order of the products, and their scores.
    fn scores(&self, block: &SharedBlock<'_>, work: &mut Chunk, pool: &Pool) {
        let (e, n, g, tokens) = (self.dims.d_inner(), self.dims.d_state, self.dims.heads.groups, block.tokens);
        let (tiles, n_tiles) = (tokens.div_ceil(TILE_ROWS), n.div_ceil(TILE_ROWS));
        let c_tiles = Columns::new(&mut work.c[..g * tiles * n], n);
        let b_tiles = Columns::new(&mut work.b[..g * n_tiles * tokens], tokens);
        let scores = Columns::new(&mut work.scores[..g * tiles * tokens], tokens);
        pool.run_for(g * tiles, &|part: Part| {
            for unit in part.range(g * tiles, 1) {
                let (group, first) = (unit / tiles, unit % tiles * TILE_ROWS);
                let end = tokens.min(first + TILE_ROWS);
                let b = |t: usize| &block.xbc(t)[e + group * n..][..n];
                let c = |t: usize| &block.xbc(t)[e + (g + group) * n..][..n];
                // SAFETY: each tile of tokens of a group belongs to one part.
                let (c_tile, scores) = unsafe { (c_tiles.row(unit, 0..n), scores.row(unit, 0..end)) };
                for i in 0..TILE_ROWS {
                    // The last token again where there is none: what comes of it is not read.
                    c_tile.iter_mut().zip(c((first + i).min(end - 1))).for_each(|(to, &c)| to[i] = c);
                }
                for t in first..end {
                    for (tile, b) in b(t).chunks(TILE_ROWS).enumerate() {
                        // SAFETY: and so does each token.
                        let to = unsafe { b_tiles.row(group * n_tiles + tile, t..t + 1) };
                        store(load::<1>(b), &mut to[0]);
                    }
                }
                for (four, scores) in scores.chunks_mut(4).enumerate() {
                    let [p, q, r, s] = [0, 1, 2, 3].map(|i| b((4 * four + i).min(end - 1)));
                    let mut sums = [F32x4::splat(0.0); 4];
                    for ((((c, p), q), r), s) in c_tile.iter().zip(p).zip(q).zip(r).zip(s) {
                        let c = F32x4::load(c);
                        for (sum, b) in sums.iter_mut().zip([p, q, r, s]) {
                            *sum = c.mul_add(F32x4::splat(*b), *sum);
                        }
                    }
                    scores.iter_mut().zip(sums).for_each(|(score, sum)| sum.store(score));
                }
            }
        });
    }

    /// The states of `heads`, at most [`TOGETHER_HEADS`], row by row.
    ///
    /// # Safety
    /// Nothing else may use them.
    unsafe fn lay_out(&self, h: &Columns<'_>, heads: Range<usize>, to: &mut [Values]) {
        let (n, p) = (self.dims.d_state, self.dims.heads.head_dim);
        for first in (0..n).step_by(TILE_ROWS) {
            // SAFETY: as the caller promises.
            let rows = unsafe { rows(h, first, heads.start * p..heads.end * p) };
            for (place, to) in to.chunks_exact_mut(state_len(&self.dims)).take(heads.len()).enumerate() {
                for (strip, to) in to.chunks_exact_mut(strip_len(n)).enumerate() {
                    let columns = place * p + strip * TILE_COLUMNS..place * p + p.min((strip + 1) * TILE_COLUMNS);
                    for (row, to) in rows.iter().zip(&mut to[first..n.min(first + TILE_ROWS)]) {
                        store(load::<2>(&row[columns.clone()]), to);
                    }
                }
            }
        }
    }

    /// One head, whose state is in `own.h` at `place`.
    ///
    /// # Safety
    /// Nothing else may use its channels.
    unsafe fn head(
        &self,
        math: &Math,
        block: &SharedBlock<'_>,
        shared: &Shared<'_>,
        head: usize,
        place: usize,
        own: &mut Own,
    ) {
        let (n, p, tokens) = (self.dims.d_state, self.dims.heads.head_dim, block.tokens);
        let tiles = tokens.div_ceil(TILE_ROWS);
        let channels = head * p..(head + 1) * p;
        self.decays(math, block, shared.scores, head, own);
        for (t, &to_end) in own.to_end[..tokens].iter().enumerate() {
            let to = own.x.chunks_exact_mut(tokens).zip(own.inputs.chunks_exact_mut(tokens));
            for (x, (to, inputs)) in block.xbc(t)[channels.clone()].chunks(TILE_COLUMNS).zip(to) {
                let x = load::<2>(x);
                store(x, &mut to[t]);
                store(x.map(|x| x.mul(F32x4::splat(to_end))), &mut inputs[t]);
            }
        }
        let start = &own.h[place * state_len(&self.dims)..][..state_len(&self.dims)];
        let strips =
            start.chunks_exact(strip_len(n)).zip(own.x.chunks_exact(tokens)).zip(own.y.chunks_exact_mut(tiles));
        for ((h, x), y) in strips {
            let tiles = shared.c.chunks_exact(n).zip(own.mixed.chunks_exact(tokens)).zip(&own.from_start);
            for (tile, (y, ((c, mixed), decay))) in y.iter_mut().zip(tiles).enumerate() {
                // Later tokens do not count.
                let mixed = &mixed[..tokens.min((tile + 1) * TILE_ROWS)];
                scaled_and_added((c, h), decay, (mixed, x), y);
            }
        }
        for t in 0..tokens {
            // SAFETY: as the caller promises.
            let to = unsafe { block.y.row(t, channels.clone()) };
            let z = block.z(t)[channels.clone()].chunks(TILE_COLUMNS);
            for ((to, z), y) in to.chunks_mut(TILE_COLUMNS).zip(z).zip(own.y.chunks_exact(tiles)) {
                let [low, high] = load::<2>(&y[t / TILE_ROWS][t % TILE_ROWS]);
                store(
                    if self.dims.heads.norm_before_gate {
                        [low, high]
                    } else {
                        let z = load::<2>(z).map(|z| math.silu(z));
                        [low.mul(z[0]), high.mul(z[1])]
                    },
                    to,
                );
            }
        }
        let decay = own.from_start[(tokens - 1) / TILE_ROWS][(tokens - 1) % TILE_ROWS];
        for (b, first) in shared.b.chunks_exact(tokens).zip((0..n).step_by(TILE_ROWS)) {
            // SAFETY: as the caller promises.
            let mut rows = unsafe { rows(&block.h, first, channels.clone()) };
            for (strip, (start, inputs)) in
                start.chunks_exact(strip_len(n)).zip(own.inputs.chunks_exact(tokens)).enumerate()
            {
                let start = &start[first..n.min(first + TILE_ROWS)];
                added_to_scaled((b, inputs), decay, start, &mut rows, strip * TILE_COLUMNS);
            }
        }
    }

    /// Of one head: everything before the products.
    ///
    /// The sums S are added up from each token anew: differences of sums from the start would lose small decays
    /// after large ones.
    fn decays(&self, math: &Math, block: &SharedBlock<'_>, scores: &[Coefficients], head: usize, own: &mut Own) {
        let (tokens, a) = (block.tokens, self.a[head]);
        let (dt, exponents) = (&mut own.dt[..tokens], &mut own.exponents[..tokens]);
        for (t, dt) in dt.iter_mut().enumerate() {
            *dt = block.raw_dt(t, self.dims.heads.heads)[head];
        }
        let bias = F32x4::splat(self.dt_bias[head]);
        map_in_place(dt, |raw| self.time_step(math, raw, bias));
        exponents.iter_mut().zip(&*dt).for_each(|(exponent, dt)| *exponent = dt * a);

        let to_end = &mut own.to_end[..tokens];
        let mut sum = 0.0;
        for (to_end, exponent) in to_end.iter_mut().zip(&*exponents).rev() {
            *to_end = sum;
            sum += exponent;
        }
        map_in_place(to_end, |sum| math.exp2_decay(sum));
        to_end.iter_mut().zip(&*dt).for_each(|(to_end, dt)| *to_end *= dt);

        let rows = own.mixed.chunks_exact_mut(tokens).zip(scores.chunks_exact(tokens));
        for (tile, ((mixed, scores), from_start)) in rows.zip(&mut own.from_start).enumerate() {
            let (first, mut sums) = (tile * TILE_ROWS, [0.0; TILE_ROWS]);
            // The diagonal: t is s or a little more.
            for s in (first..tokens.min(first + TILE_ROWS)).rev() {
                let lane = s - first;
                let decays = math.exp2_decay(F32x4::load(&sums)).lanes();
                mixed[s] = core::array::from_fn(|t| if t < lane { 0.0 } else { decays[t] * scores[s][t] * dt[s] });
                mixed[s][lane] += self.d[head];
                sums[lane..].iter_mut().for_each(|sum| *sum += exponents[s]);
            }
            let mut sums = F32x4::load(&sums);
            let earlier = mixed[..first].iter_mut().zip(&scores[..first]).zip(&dt[..first]).zip(&exponents[..first]);
            for (((mixed, score), &dt), &exponent) in earlier.rev() {
                math.exp2_decay(sums).mul(F32x4::load(score)).mul(F32x4::splat(dt)).store(mixed);
                sums = sums.add(F32x4::splat(exponent));
            }
            math.exp2_decay(sums).store(from_start);
        }
    }
}
