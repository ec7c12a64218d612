//! One head of Mamba-2 in three forms that are the same function: a recurrence, chunks, and one masked matrix.
//!
//! Dao & Gu 2024, "Transformers are SSMs" (<https://arxiv.org/abs/2405.21060>), sections 3 and 6. For token t,
//!
//! `h = exp(dt A) h + dt x Bᵀ`, `y = h C`; `y[t] = sum over s <= t of M[t, s] x[s]`,
//! `M[t, s] = C[t] · B[s] * exp(A (dt[s+1] + ... + dt[t])) * dt[s]`.
//!
//! The forms are written plainly, with loops that the compiler turns into SIMD; the page's own kernels are in
//! `backend/cpu/mamba2/`.
//!
//! ```
//! use mamba_web::lab::duality::Head;
//!
//! # fn main() -> mamba_web::Result<()> {
//! // Three tokens, P = 1, N = 1: half of the memory is left after each step.
//! let (dt, ones) = ([1.0; 3], [1.0; 3]);
//! let head = Head::new(-core::f32::consts::LN_2, &dt, &[4.0, 0.0, 0.0], &ones, &ones)?;
//! let close = |y: Vec<f32>| y.iter().zip([4.0, 2.0, 1.0]).all(|(y, want)| (y - want).abs() < 1e-5);
//! assert!(close(head.recurrence()) && close(head.masked()) && close(head.chunked(2)?));
//! # Ok(())
//! # }
//! ```

#[cfg(test)]
mod tests;

use crate::error::{Error, Result};

/// What the head reads: T tokens. The skip D and the gate are left out, because all forms have them alike.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// A, below 0.
    a: f32,
    /// `[T]`, after softplus.
    dt: &'a [f32],
    /// `[T, P]`.
    x: &'a [f32],
    /// `[T, N]`.
    b: &'a [f32],
    /// `[T, N]`.
    c: &'a [f32],
    /// P.
    p: usize,
    /// N.
    n: usize,
}

impl<'a> Head<'a> {
    /// A head with T = `dt.len()` tokens; P and N follow from the lengths of `x` `[T, P]`, `b` and `c` `[T, N]`.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for no tokens and for lengths that do not fit.
    pub fn new(a: f32, dt: &'a [f32], x: &'a [f32], b: &'a [f32], c: &'a [f32]) -> Result<Self> {
        let t = dt.len();
        let fits = t > 0 && !x.is_empty() && !b.is_empty() && [x, b].iter().all(|of| of.len().is_multiple_of(t));
        if !fits || b.len() != c.len() {
            return Err(Error::BadArgument(format!(
                "{t} values of dt, {} of x, {} of B and {} of C are no tokens of one head.",
                x.len(),
                b.len(),
                c.len()
            )));
        }
        Ok(Self { a, dt, x, b, c, p: x.len() / t, n: b.len() / t })
    }

    fn tokens(&self) -> usize {
        self.dt.len()
    }

    /// exp(dt A) of a token.
    fn decay(&self, t: usize) -> f32 {
        (self.dt[t] * self.a).exp()
    }

    fn part(&self, from: usize, to: usize) -> Self {
        let (p, n) = (self.p, self.n);
        let rows = |of: &'a [f32], width: usize| &of[from * width..to * width];
        Self { dt: &self.dt[from..to], x: rows(self.x, p), b: rows(self.b, n), c: rows(self.c, n), ..*self }
    }

    /// `[T, P]`, token by token: T N P steps, a state of N P numbers.
    pub fn recurrence(&self) -> Vec<f32> {
        let (p, n) = (self.p, self.n);
        let (mut h, mut y) = (vec![0.0; n * p], vec![0.0; self.tokens() * p]);
        for t in 0..self.tokens() {
            let (decay, x, y) = (self.decay(t), &self.x[t * p..][..p], &mut y[t * p..][..p]);
            let (b, c) = (&self.b[t * n..][..n], &self.c[t * n..][..n]);
            for ((h, b), c) in h.chunks_exact_mut(p).zip(b).zip(c) {
                let b = b * self.dt[t];
                for ((h, x), y) in h.iter_mut().zip(x).zip(&mut *y) {
                    *h = *h * decay + b * x;
                    *y += *h * c;
                }
            }
        }
        y
    }

    /// `[T, P]` as one product with the matrix `M`, a row at a time: T² (N + P) / 2 steps, no state.
    pub fn masked(&self) -> Vec<f32> {
        let mut y = vec![0.0; self.tokens() * self.p];
        self.rows(|t, row| add_rows(&mut y[t * self.p..][..self.p], row, self.x));
        y
    }

    /// `[T, T]`, the matrix `M` itself: how much of each token s (column) is in what token t (row) gives. 0 above the
    /// diagonal, since no token sees a later one.
    pub fn matrix(&self) -> Vec<f32> {
        let tokens = self.tokens();
        let mut all = vec![0.0; tokens * tokens];
        self.rows(|t, row| all[t * tokens..][..row.len()].copy_from_slice(row));
        all
    }

    /// Hands out the rows of the matrix `M`, each `[t + 1]`.
    fn rows(&self, mut take: impl FnMut(usize, &[f32])) {
        let (n, tokens) = (self.n, self.tokens());
        // `[N, T]`, so that the products run along the tokens.
        let mut b = vec![0.0; n * tokens];
        for (s, row) in self.b.chunks_exact(n).enumerate() {
            row.iter().enumerate().for_each(|(i, value)| b[i * tokens + s] = *value);
        }
        let decays: Vec<f32> = (0..tokens).map(|t| self.decay(t)).collect();
        let mut row = vec![0.0; tokens];
        for t in 0..tokens {
            let row = &mut row[..=t];
            row.fill(0.0);
            for (c, b) in self.c[t * n..][..n].iter().zip(b.chunks_exact(tokens)) {
                row.iter_mut().zip(b).for_each(|(m, b)| *m += c * b);
            }
            let mut since = 1.0;
            for s in (0..=t).rev() {
                row[s] *= since * self.dt[s];
                since *= decays[s];
            }
            take(t, row);
        }
    }

    /// `[T, P]` in chunks of `length` tokens: within a chunk the matrix, between chunks the state. This is what is
    /// trained with, and how the page reads a prompt.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a length of 0.
    pub fn chunked(&self, length: usize) -> Result<Vec<f32>> {
        if length == 0 {
            return Err(Error::BadArgument("A chunk has at least one token.".into()));
        }
        let (p, n) = (self.p, self.n);
        let mut y = Vec::with_capacity(self.tokens() * p);
        let mut h = vec![0.0; n * p];
        for from in (0..self.tokens()).step_by(length) {
            let chunk = self.part(from, self.tokens().min(from + length));
            let first = y.len();
            y.extend(chunk.masked());
            // What the tokens before the chunk have left: C h, decayed since the chunk began.
            let mut since = 1.0;
            for (t, y) in y[first..].chunks_exact_mut(p).enumerate() {
                since *= chunk.decay(t);
                let c: Vec<f32> = chunk.c[t * n..][..n].iter().map(|c| c * since).collect();
                add_rows(y, &c, &h);
            }
            // The state after the chunk.
            h.iter_mut().for_each(|h| *h *= since);
            let mut until = 1.0;
            for t in (0..chunk.tokens()).rev() {
                let (x, b) = (&chunk.x[t * p..][..p], &chunk.b[t * n..][..n]);
                for (h, b) in h.chunks_exact_mut(p).zip(b) {
                    let b = b * until * chunk.dt[t];
                    h.iter_mut().zip(x).for_each(|(h, x)| *h += b * x);
                }
                until *= chunk.decay(t);
            }
        }
        Ok(y)
    }
}

/// `y += factors times the rows`, rows as long as `y`.
fn add_rows(y: &mut [f32], factors: &[f32], rows: &[f32]) {
    for (factor, row) in factors.iter().zip(rows.chunks_exact(y.len())) {
        y.iter_mut().zip(row).for_each(|(y, x)| *y += factor * x);
    }
}
