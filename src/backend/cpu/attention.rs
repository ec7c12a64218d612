//! Attention between the norm and out_proj, over tiles of keys with a running maximum.

use core::ops::Range;

use super::lanes::{copy, load, store};
use super::layer::{self, in_proj};
use super::math::Math;
use super::matrix::Matrix;
use super::pool::{Columns, Part, Pool};
use super::sequences::{Own, Sequences};
use super::simd::F32x4;
use super::tiles::TILE_TOKENS;
use super::weights::Layer;
use crate::allocate::filled;
use crate::error::Result;
use crate::model::{self, Rotation};

/// Keys whose weights are computed before any value is added. A tile begins at a multiple of this number among all tokens
/// of the sequence. So a token's sums are the same whatever is read together with it.
const TILE_KEYS: usize = 32;

/// An attention mixer between in_proj and out_proj. It has no weights.
pub struct Attention {
    pub dims: model::Attention,
}

/// What a block of tokens needs besides its input and output.
pub struct Work {
    /// Of each rotary layer's kind: its base and S, and the turns of the tokens read last.
    turns: Vec<Turns>,
    /// `[T, Q]`: what each token has found so far in each head.
    found: Vec<Found>,
}

/// The angles of a block of T tokens.
struct Turns {
    theta: f32,
    head_dim: usize,
    rotation: Rotation,
    /// `[T]`: the positions that `angles` belong to; [`NO_POSITION`] before there are any.
    positions: Vec<u64>,
    /// `[T, S / 2]`, cosine and sine.
    angles: Vec<(f32, f32)>,
}

/// What softmax has summed up over some keys: the largest score, and the sum of the exponentials of all scores less it.
#[derive(Clone, Copy)]
struct Found {
    largest: f32,
    sum: f32,
}

const NO_POSITION: u64 = u64::MAX;

const NOTHING: Found = Found { largest: f32::NEG_INFINITY, sum: 0.0 };

impl Work {
    /// Room for `tokens` tokens of any of these mixers.
    pub fn new(mixers: &[model::Attention], tokens: usize) -> Result<Self> {
        let mut turns: Vec<Turns> = Vec::new();
        for mixer in mixers {
            let Some(theta) = mixer.rope_theta else { continue };
            let head_dim = mixer.head_dim;
            if !turns.iter().any(|turns| (turns.theta, turns.head_dim) == (theta, head_dim)) {
                let angles = filled(tokens * head_dim / 2, (0.0, 0.0), "the work space")?;
                let positions = filled(tokens, NO_POSITION, "the work space")?;
                turns.push(Turns { theta, head_dim, rotation: Rotation::new(theta, head_dim), positions, angles });
            }
        }
        let heads = mixers.iter().map(|mixer| mixer.heads).max().unwrap_or(0);
        Ok(Self { turns, found: filled(tokens * heads, NOTHING, "the work space")? })
    }

    /// `[T, S / 2]`, the angles of tokens at these positions. All layers of a call share them.
    fn angles(&mut self, dims: &model::Attention, positions: impl Iterator<Item = u64>) -> Option<&[(f32, f32)]> {
        let is_own = |turns: &&mut Turns| (Some(turns.theta), turns.head_dim) == (dims.rope_theta, dims.head_dim);
        let turns = self.turns.iter_mut().find(is_own)?;
        let kept = turns.positions.iter_mut().zip(turns.angles.chunks_exact_mut(turns.head_dim / 2));
        for ((kept, angles), position) in kept.zip(positions).filter(|((kept, _), position)| **kept != *position) {
            angles.iter_mut().zip(turns.rotation.angles(position)).for_each(|(to, angle)| *to = angle);
            *kept = position;
        }
        Some(&turns.angles)
    }
}

/// What the layer reads and writes for the T tokens that a sequence has in a block.
struct Block<'a> {
    /// Tokens before these.
    position: u64,
    tokens: usize,
    /// `[T, (Q + 2 J) S]`: q, k, v.
    qkv: &'a [f32],
    /// `[M, J S]`, the keys and the values of the tokens before these.
    keys: &'a [f32],
    values: &'a [f32],
    /// `[T, Q S]`, the result.
    y: Columns<'a>,
    /// `[T, Q]`.
    found: Columns<'a, Found>,
}

impl layer::Work {
    /// From the normed residual to the input of out_proj, which it lays out.
    pub fn attention(&mut self, layer: &Layer, mixer: &Attention, mut sequences: Sequences<'_>, pool: &Pool) {
        let (dims, t, each) = (&mixer.dims, sequences.tokens(), sequences.each);
        let (e, rows, heads, u) = (dims.q_width(), dims.in_proj_rows(), dims.heads, &self.u_tiles);
        let qkv = &mut self.projected[..t * rows];
        let out = Columns::new(qkv, rows);
        // SAFETY: each row belongs to one part.
        pool.run(&|part: Part| unsafe { in_proj(layer, part.range(rows, Matrix::STRIP), u, t, &out) });
        let positions = sequences.each(|_, own| own.position..own.position + each as u64).into_iter().flatten();
        if let Some(angles) = self.attention.angles(dims, positions) {
            for (qkv, angles) in qkv.chunks_exact_mut(rows).zip(angles.chunks_exact(dims.head_dim / 2)) {
                let (turned, _) = qkv.split_at_mut(e + dims.kv_width());
                turned.chunks_exact_mut(dims.head_dim).for_each(|head| rotate(head, angles));
            }
        }
        let y = Columns::new(&mut self.inner[..t * e], e);
        let found = Columns::new(&mut self.attention.found[..t * heads], heads);
        let blocks = sequences.each(|tokens, own| Block {
            position: own.position,
            tokens: each,
            qkv: &qkv[tokens.start * rows..tokens.end * rows],
            keys: own.memories.keys,
            values: own.memories.values,
            y: y.part(tokens.clone()),
            found: found.part(tokens),
        });
        let all = || blocks.iter().flat_map(|block| (0..heads).map(move |head| (block, head)));
        pool.run_for(t / each * heads, &|part: Part| {
            let own = part.range(t / each * heads, 1);
            // SAFETY: each head of a sequence belongs to one part.
            all().skip(own.start).take(own.len()).for_each(|(block, head)| unsafe { mixer.head(head, block) });
        });
        // Only now, because a full ring still held keys that the first of these tokens see.
        sequences.each(|tokens, own| remember(dims, &qkv[tokens.start * rows..tokens.end * rows], own));
        let (y, tiles) = (&self.inner[..t * e], self.x_tiles.share());
        pool.run_for(t.div_ceil(TILE_TOKENS), &|part: Part| {
            // SAFETY: each token belongs to one part.
            unsafe { layer.out_proj.lay_out(&tiles, part.range(t, TILE_TOKENS), 0..e, e, |t| &y[t * e..][..e]) };
        });
    }
}

/// Turns the channels i and i + S / 2 of a head by the angle i.
fn rotate(head: &mut [f32], angles: &[(f32, f32)]) {
    let (first, second) = head.split_at_mut(angles.len());
    for ((a, b), (cos, sin)) in first.iter_mut().zip(second).zip(angles) {
        (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
    }
}

/// Takes the keys and the values of a block into the ring.
fn remember(dims: &model::Attention, qkv: &[f32], Own { position, memories: state }: &mut Own<'_>) {
    let (q, kv) = (dims.q_width(), dims.kv_width());
    for (token, row) in (*position..).zip(qkv.chunks_exact(dims.in_proj_rows())) {
        let at = (token % dims.window as u64) as usize * kv;
        copy(&row[q..q + kv], &mut state.keys[at..at + kv]);
        copy(&row[q + kv..], &mut state.values[at..at + kv]);
    }
}

impl Attention {
    /// One head of all tokens: `y = softmax(q kᵀ) v` over the keys that each token sees.
    ///
    /// # Safety
    /// Nothing else may use this head's columns of the block meanwhile.
    unsafe fn head(&self, head: usize, block: &Block<'_>) {
        let (dims, math) = (&self.dims, Math::new());
        let (s, window) = (dims.head_dim, dims.window as u64);
        let columns = head * s..(head + 1) * s;
        // SAFETY: as the caller promises; no two calls are for one token at a time.
        let own = |t: usize| unsafe { (block.y.row(t, columns.clone()), &mut block.found.row(t, head..head + 1)[0]) };
        for t in 0..block.tokens {
            let (y, found) = own(t);
            y.fill(0.0);
            *found = NOTHING;
        }
        let end = block.position + block.tokens as u64;
        let first_seen = |token: u64| (token + 1).saturating_sub(window);
        let mut tile = first_seen(block.position) / TILE_KEYS as u64 * TILE_KEYS as u64;
        while tile < end {
            let next = tile + TILE_KEYS as u64;
            for t in 0..block.tokens {
                let token = block.position + t as u64;
                let seen = tile.max(first_seen(token))..next.min(token + 1);
                if !seen.is_empty() {
                    let q = &block.qkv[t * dims.in_proj_rows()..][columns.clone()];
                    let (y, found) = own(t);
                    self.tile(&math, q, self.rows(head, block, seen), y, found);
                }
            }
            tile = next;
        }
        for t in 0..block.tokens {
            let (y, found) = own(t);
            let share = 1.0 / found.sum;
            y.iter_mut().for_each(|y| *y *= share);
        }
    }

    /// The keys and the values of some tokens in the ring or in the block, at most a tile: `[S]` each.
    #[inline(always)]
    fn rows<'a>(&self, head: usize, block: &Block<'a>, seen: Range<u64>) -> Tile<'a> {
        let (dims, s) = (&self.dims, self.dims.head_dim);
        let (kv, column) = (dims.kv_width(), head / (dims.heads / dims.kv_heads) * s);
        let row = |token: u64| match token.checked_sub(block.position) {
            None => {
                let at = (token % dims.window as u64) as usize * kv + column;
                (&block.keys[at..at + s], &block.values[at..at + s])
            }
            Some(t) => {
                let at = t as usize * dims.in_proj_rows() + dims.q_width() + column;
                (&block.qkv[at..at + s], &block.qkv[at + kv..at + kv + s])
            }
        };
        let count = (seen.end - seen.start) as usize;
        let mut tile = Tile { rows: [(&[], &[]); TILE_KEYS], count };
        tile.rows.iter_mut().zip(seen).for_each(|(to, token)| *to = row(token));
        tile
    }

    /// Adds a tile's values to `y`, each with the exponential of its score.
    #[inline(always)]
    fn tile(&self, math: &Math, q: &[f32], tile: Tile<'_>, y: &mut [f32], found: &mut Found) {
        let rows = &tile.rows[..tile.count];
        let mut weights = [f32::NEG_INFINITY; TILE_KEYS];
        for (weight, (key, _)) in weights.iter_mut().zip(rows) {
            *weight = dot(q, key);
        }
        let largest = weights[..tile.count].iter().fold(found.largest, |most, &score| most.max(score));
        let exp = |x: f32| math.exp(F32x4::splat(x - largest)).lanes()[0];
        // Nothing before: the exponential of minus infinity.
        let before = if found.sum == 0.0 { 0.0 } else { exp(found.largest) };
        let (lanes, splat) = (weights.as_chunks_mut().0, F32x4::splat(largest));
        lanes.iter_mut().for_each(|lanes| math.exp(F32x4::load(lanes).sub(splat)).store(lanes));
        let weights = &weights[..tile.count];
        *found = Found { largest, sum: weights.iter().fold(found.sum * before, |sum, weight| sum + weight) };
        let before = F32x4::splat(before);
        let mut channel = 0;
        while channel < y.len() {
            let columns = channel..y.len().min(channel + 2 * F32x4::LANES);
            let mut sums = load::<2>(&y[columns.clone()]).map(|sum| sum.mul(before));
            for (weight, (_, value)) in weights.iter().zip(rows) {
                let (weight, value) = (F32x4::splat(*weight), load::<2>(&value[columns.clone()]));
                sums = core::array::from_fn(|i| value[i].mul_add(weight, sums[i]));
            }
            store(sums, &mut y[columns.clone()]);
            channel = columns.end;
        }
    }
}

/// The keys and the values of some tokens.
struct Tile<'a> {
    rows: [(&'a [f32], &'a [f32]); TILE_KEYS],
    count: usize,
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks(), b.as_chunks());
    let mut sum = F32x4::splat(0.0);
    for (a, b) in a.iter().zip(b) {
        sum = F32x4::load(a).mul_add(F32x4::load(b), sum);
    }
    if !a_rest.is_empty() {
        let ([a], [b]) = (load(a_rest), load(b_rest));
        sum = a.mul_add(b, sum);
    }
    sum.sum()
}
