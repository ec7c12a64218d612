//! Mamba-2 between the convolution and out_proj. A few tokens are steps of the recurrence; a block is read in the
//! matrix form of the SSD paper (Dao & Gu 2024, section 6), the whole block being one chunk.

use super::kernels::{load, store};
use super::math::Math;
use super::simd::{F32x4, map_in_place};
use crate::checkpoint::filled;
use crate::error::Result;
use crate::model::Heads;

/// From so many tokens on, the matrix form is the faster one. (Without tensor cores it saves one multiplication in
/// five; below, its tiles are not full.)
const SMALLEST_CHUNK: usize = 8;

/// Weights of the state space duality layer.
pub struct Ssd {
    pub heads: Heads,
    /// N.
    pub d_state: usize,
    /// A log2(e) = -exp(A_log) log2(e), `[H]`, so that exp(dt A) is 2^(dt a).
    pub a: Vec<f32>,
    /// The skip, `[H]`.
    pub d: Vec<f32>,
    /// `[H]`.
    pub dt_bias: Vec<f32>,
    pub dt_limit: (f32, f32),
    /// Of the gated norm, `[E]`.
    pub norm: Vec<f32>,
    pub epsilon: f32,
}

/// What a block of T tokens needs besides its input and output.
pub struct SsdWork {
    /// `[T, H]`: softplus(dt + bias), clamped.
    dt: Vec<f32>,
    /// `[T, T]` of one group: C\[t\] · B\[s\] for s <= t.
    scores: Vec<f32>,
    /// `[T, T]` of one head: what x\[s\] counts in y\[t\].
    mixed: Vec<f32>,
    /// `[N, T]` of one head: what x\[s\] counts in h\[n\] at the end.
    inputs: Vec<f32>,
    /// `[T]` of one head: exponents of the decay from each token to the present one, and from the start to each.
    since: Vec<f32>,
    from_start: Vec<f32>,
    /// `[E]` each, of one step: exp(dt A) and dt x.
    decay: Vec<f32>,
    dt_x: Vec<f32>,
}

impl SsdWork {
    /// Room for `tokens` tokens.
    pub fn new(ssd: &Ssd, tokens: usize) -> Result<Self> {
        let buffer = |len| filled(len, 0.0, "the work space");
        let e = ssd.norm.len();
        Ok(Self {
            dt: buffer(tokens * ssd.heads.heads)?,
            scores: buffer(tokens * tokens)?,
            mixed: buffer(tokens * tokens)?,
            inputs: buffer(ssd.d_state * tokens)?,
            since: buffer(tokens)?,
            from_start: buffer(tokens)?,
            decay: buffer(e)?,
            dt_x: buffer(e)?,
        })
    }
}

/// What the layer reads and writes for a block of T tokens.
pub struct SsdBlock<'a> {
    /// `[T, 2E + 2GN + H]`, output of in_proj: z first, dt last.
    pub zxbcdt: &'a [f32],
    /// `[T, E + 2GN]`, output of the convolution: x, B, C.
    pub xbc: &'a [f32],
    /// `[N, E]`.
    pub h: &'a mut [f32],
    /// `[T, E]`, the result.
    pub y: &'a mut [f32],
}

impl Ssd {
    /// For each channel e of head i and each token, with dt = softplus(dt + bias) of the head:
    ///
    /// `h[n] = exp(dt A) h[n] + dt x B[n]`, `y = sum over n of h[n] C[n] + D x`, `y = norm(y * silu(z)) * weight`.
    pub fn run(&self, block: SsdBlock<'_>, work: &mut SsdWork) {
        let e = self.norm.len();
        let tokens = block.y.len() / e;
        let rows = block.zxbcdt.len() / tokens;
        self.time_steps(block.zxbcdt, rows, &mut work.dt);
        if tokens < SMALLEST_CHUNK {
            self.steps(block.xbc, block.h, block.y, work);
        } else {
            self.chunk(block.xbc, block.h, block.y, work);
        }
        for (y, z) in block.y.chunks_exact_mut(e).zip(block.zxbcdt.chunks_exact(rows)) {
            self.gated_norm(y, &z[..e]);
        }
    }

    fn time_steps(&self, zxbcdt: &[f32], rows: usize, dt: &mut [f32]) {
        let (h, math) = (self.heads.heads, Math::new());
        let (low, high) = (F32x4::splat(self.dt_limit.0), F32x4::splat(self.dt_limit.1));
        for (dt, row) in dt.chunks_exact_mut(h).zip(zxbcdt.chunks_exact(rows)) {
            for ((dt, raw), bias) in dt.iter_mut().zip(&row[rows - h..]).zip(&self.dt_bias) {
                *dt = raw + bias;
            }
            map_in_place(dt, |x| math.softplus(x).max(low).min(high));
        }
    }

    /// The recurrence, for each token once over the state in the order in which it lies in memory.
    fn steps(&self, xbc: &[f32], h: &mut [f32], y: &mut [f32], work: &mut SsdWork) {
        let (e, n, Heads { heads, head_dim: p, groups: g, .. }) = (self.norm.len(), self.d_state, self.heads);
        let SsdWork { dt, decay, dt_x, .. } = work;
        let math = Math::new();
        for ((y, xbc), dt) in y.chunks_exact_mut(e).zip(xbc.chunks_exact(e + 2 * g * n)).zip(dt.chunks_exact(heads)) {
            let (x, b_c) = xbc.split_at(e);
            let (b, c) = b_c.split_at(g * n);
            for (head, &dt) in dt.iter().enumerate() {
                let channels = head * p..(head + 1) * p;
                decay[channels.clone()].fill(math.exp2_decay(F32x4::splat(dt * self.a[head])).lanes()[0]);
                for i in channels {
                    dt_x[i] = dt * x[i];
                    y[i] = self.d[head] * x[i];
                }
            }
            for (state, h) in h.chunks_exact_mut(e).enumerate() {
                for group in 0..g {
                    let channels = group * (e / g)..(group + 1) * (e / g);
                    let (b, c) = (b[group * n + state], c[group * n + state]);
                    let decayed = h[channels.clone()].iter_mut().zip(&decay[channels.clone()]);
                    for (((h, decay), dt_x), y) in decayed.zip(&dt_x[channels.clone()]).zip(&mut y[channels]) {
                        *h = *h * decay + dt_x * b;
                        *y += *h * c;
                    }
                }
            }
        }
    }

    /// A block of tokens: three matrix products a head. With S(t, s) = sum of dt A over the tokens after s up to t,
    ///
    /// `y[t] = exp(S(t, start)) C[t] h + sum over s <= t of (C[t] · B[s]) exp(S(t, s)) dt[s] x[s] + D x[t]`,
    /// `h    = exp(S(end, start)) h + sum over s of B[s] exp(S(end, s)) dt[s] x[s]`.
    fn chunk(&self, xbc: &[f32], h: &mut [f32], y: &mut [f32], work: &mut SsdWork) {
        let (e, n, Heads { heads, head_dim: p, groups: g, .. }) = (self.norm.len(), self.d_state, self.heads);
        let tokens = y.len() / e;
        let width = e + 2 * g * n;
        y.fill(0.0);
        for group in 0..g {
            let (b, c) = (&xbc[e + group * n..], &xbc[e + (g + group) * n..]);
            for t in 0..tokens {
                for s in 0..=t {
                    work.scores[t * tokens + s] = dot(&c[t * width..][..n], &b[s * width..][..n]);
                }
            }
            for head in group * (heads / g)..(group + 1) * (heads / g) {
                self.decays(head, tokens, work);
                for (s, &weight) in work.since[..tokens].iter().enumerate() {
                    for (state, &b) in b[s * width..][..n].iter().enumerate() {
                        work.inputs[state * tokens + s] = b * weight;
                    }
                }
                let (x, h, y) = (&xbc[head * p..], &mut h[head * p..], &mut y[head * p..]);
                let earlier = Product { coefficients: c, coefficient_stride: width, rows: h, row_stride: e, terms: n };
                earlier.add(y, e, tokens, p, 1.0);
                for (y, &decay) in y.chunks_mut(e).zip(&work.from_start[..tokens]) {
                    y[..p].iter_mut().for_each(|y| *y *= decay);
                }
                for t in (0..tokens).step_by(TILE) {
                    // Above the diagonal there are zeros, so these rows end with it.
                    let some = TILE.min(tokens - t);
                    let coefficients = &work.mixed[t * tokens..];
                    let (rows, row_stride, terms) = (x, width, t + some);
                    let present = Product { coefficients, coefficient_stride: tokens, rows, row_stride, terms };
                    present.add(&mut y[t * e..], e, some, p, 1.0);
                }
                let coefficients = &work.inputs;
                let update =
                    Product { coefficients, coefficient_stride: tokens, rows: x, row_stride: width, terms: tokens };
                update.add(h, e, n, p, work.from_start[tokens - 1]);
            }
        }
    }

    /// Of one head: `mixed`, `from_start`, and in `since` exp(S(end, s)) dt\[s\].
    ///
    /// The sums S are added up from each token anew: differences of sums from the start would lose small decays
    /// after large ones.
    fn decays(&self, head: usize, tokens: usize, work: &mut SsdWork) {
        let SsdWork { dt, scores, mixed, since, from_start, .. } = work;
        let (dt, math) = (|t: usize| dt[t * self.heads.heads + head], Math::new());
        let since = &mut since[..tokens];
        let mut start = 0.0;
        for t in 0..tokens {
            let exponent = dt(t) * self.a[head];
            start += exponent;
            from_start[t] = start;
            since[..t].iter_mut().for_each(|since| *since += exponent);
            since[t] = 0.0;
            let row = &mut mixed[t * tokens..][..tokens];
            row[..=t].copy_from_slice(&since[..=t]);
            map_in_place(&mut row[..=t], |x| math.exp2_decay(x));
            for (s, (mixed, score)) in row[..=t].iter_mut().zip(&scores[t * tokens..]).enumerate() {
                *mixed *= score * dt(s);
            }
            row[t] += self.d[head];
            row[t + 1..].fill(0.0);
        }
        map_in_place(&mut from_start[..tokens], |x| math.exp2_decay(x));
        map_in_place(since, |x| math.exp2_decay(x));
        since.iter_mut().enumerate().for_each(|(s, since)| *since *= dt(s));
    }

    /// `y = norm(y * silu(z)) * weight`, the mean taken over each group's channels; or gated after the norm.
    fn gated_norm(&self, y: &mut [f32], z: &[f32]) {
        let channels = self.norm.len() / self.heads.groups;
        let before = !self.heads.norm_before_gate;
        if before {
            gate(y, z);
        }
        for (y, weight) in y.chunks_exact_mut(channels).zip(self.norm.chunks_exact(channels)) {
            super::kernels::rms_scale(y, self.epsilon);
            y.iter_mut().zip(weight).for_each(|(y, weight)| *y *= weight);
        }
        if !before {
            gate(y, z);
        }
    }
}

/// `y *= silu(z)`.
fn gate(y: &mut [f32], z: &[f32]) {
    let math = Math::new();
    for at in (0..y.len()).step_by(F32x4::LANES) {
        let width = F32x4::LANES.min(y.len() - at);
        store(load(&y[at..], width).mul(math.silu(load(&z[at..], width))), &mut y[at..], width);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a4, a_rest), (b4, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let lanes = a4.iter().zip(b4).fold(F32x4::splat(0.0), |sum, (a, b)| F32x4::load(a).mul_add(F32x4::load(b), sum));
    lanes.sum() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// Rows of the result that one pass keeps in registers.
const TILE: usize = 4;

/// The product of a matrix of coefficients `[rows of the result, terms]` with a matrix `[terms, columns]`.
struct Product<'a> {
    coefficients: &'a [f32],
    coefficient_stride: usize,
    rows: &'a [f32],
    row_stride: usize,
    terms: usize,
}

impl Product<'_> {
    /// `out = scale * out + product`, `out` being `[count, columns]` with rows `stride` apart.
    fn add(&self, out: &mut [f32], stride: usize, count: usize, columns: usize, scale: f32) {
        let mut row = 0;
        while row < count {
            let whole = row + TILE <= count;
            let mut column = 0;
            while column < columns {
                let place = row * stride + column;
                let width = (columns - column).min(8);
                match (whole, width == 8) {
                    (true, true) => self.tile::<TILE, 2>(&mut out[place..], stride, row, column, 4, scale),
                    (true, false) => {
                        self.tile::<TILE, 1>(&mut out[place..], stride, row, column, width.min(4), scale);
                    }
                    (false, true) => self.tile::<1, 2>(&mut out[place..], stride, row, column, 4, scale),
                    (false, false) => self.tile::<1, 1>(&mut out[place..], stride, row, column, width.min(4), scale),
                }
                column += if width == 8 { 8 } else { width.min(4) };
            }
            row += if whole { TILE } else { 1 };
        }
    }

    /// `I` rows and `J` vectors of columns; `width` is how many lanes of a vector count.
    #[inline(always)]
    fn tile<const I: usize, const J: usize>(
        &self,
        out: &mut [f32],
        stride: usize,
        row: usize,
        column: usize,
        width: usize,
        scale: f32,
    ) {
        let coefficients: [&[f32]; I] =
            core::array::from_fn(|i| &self.coefficients[(row + i) * self.coefficient_stride..][..self.terms]);
        let mut sums = [[F32x4::splat(0.0); J]; I];
        for term in 0..self.terms {
            let at = term * self.row_stride + column;
            let values: [F32x4; J] = core::array::from_fn(|j| load(&self.rows[at + 4 * j..], width));
            for (sums, coefficients) in sums.iter_mut().zip(coefficients) {
                let coefficient = F32x4::splat(coefficients[term]);
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum = value.mul_add(coefficient, *sum);
                }
            }
        }
        for (i, sums) in sums.into_iter().enumerate() {
            for (j, sum) in sums.into_iter().enumerate() {
                let out = &mut out[i * stride + 4 * j..];
                store(load(out, width).mul_add(F32x4::splat(scale), sum), out, width);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::tests::draws;
    use super::*;
    use proptest::prelude::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        /// The chunk form and the recurrence are the same function, also when decays of very different size meet.
        #[test]
        fn a_chunk_is_its_tokens_one_by_one(
            per_group in 1..4_usize, groups in 1..4_usize, p in 1..14_usize, n in 1..20_usize, tokens in 1..33_usize, seed: u64,
        ) {
            let mut draw = draws(seed);
            let heads = Heads { heads: per_group * groups, head_dim: p, groups, norm_before_gate: false };
            let (h, e) = (heads.heads, heads.heads * p);
            let ssd = Ssd {
                heads,
                d_state: n,
                a: draw(h, -3.0, 5.0).into_iter().map(|log| -log.exp2()).collect(),
                d: draw(h, -1.0, 1.0),
                dt_bias: draw(h, -4.0, 4.0),
                dt_limit: (0.001, 5.0),
                norm: draw(e, 0.5, 1.5),
                epsilon: 1e-5,
            };
            let (width, rows) = (e + 2 * groups * n, 2 * e + 2 * groups * n + h);
            let zxbcdt = draw(tokens * rows, -3.0, 3.0);
            let xbc = draw(tokens * width, -1.0, 1.0);
            let start = draw(n * e, -1.0, 1.0);
            let mut work = SsdWork::new(&ssd, 40).unwrap();
            ssd.time_steps(&zxbcdt, rows, &mut work.dt);
            let (mut steps_h, mut steps_y) = (start.clone(), vec![f32::NAN; tokens * e]);
            ssd.steps(&xbc, &mut steps_h, &mut steps_y, &mut work);
            let (mut h, mut y) = (start, vec![f32::NAN; tokens * e]);
            ssd.chunk(&xbc, &mut h, &mut y, &mut work);
            let largest = |values: &[f32]| values.iter().fold(1e-3f32, |m, x| m.max(x.abs()));
            for (got, want) in [(&h, &steps_h), (&y, &steps_y)] {
                let bound = 2e-5 * largest(want);
                for (got, want) in got.iter().zip(want) {
                    prop_assert!((got - want).abs() <= bound, "{got} and {want}, allowed {bound}");
                }
            }
        }
    }
}
