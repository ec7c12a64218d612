//! The classic linear state space model, before text: `h' = A h + B x`, `y = C h`. A, B and C stay; x, h and y change.
//!
//! Gu et al. 2022, "Efficiently Modeling Long Sequences with Structured State Spaces" (<https://arxiv.org/abs/2111.00396>),
//! section 2. All numbers are f64, because the Lab compares two ways to the same output. Here T counts samples of the signal.

mod hippo;
mod matrix;
#[cfg(test)]
mod tests;

use crate::error::{Error, Result};
pub use hippo::{hippo, hippo_modes};

/// A continuous system with one input and one output.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    /// A, `[N, N]`.
    pub a: Vec<f64>,
    /// B, `[N]`.
    pub b: Vec<f64>,
    /// C, `[N]`.
    pub c: Vec<f64>,
}

/// A part of a system that the other parts do not touch: an eigenvalue of A, and how it is written and read. One with an
/// imaginary part stands for itself and its conjugate, and has two states, which turn around each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Real part of the eigenvalue, per second. Below 0, the mode forgets.
    pub re: f64,
    /// Imaginary part, radians per second; 0 for a mode of one state.
    pub im: f64,
    /// Its entry of B.
    pub b: f64,
    /// Its entry of C.
    pub c: f64,
}

/// How a step of time becomes a step of the recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// x stays as it is until the next sample: `exp(step A)`. Mamba's way.
    ZeroOrderHold,
    /// The trapezoid between two samples: `(1 - step/2 A)^-1 (1 + step/2 A)`. S4's way.
    Bilinear,
}

/// The recurrence `h = A h + B x`, `y = C h` between two samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Discrete {
    /// `[N, N]`.
    pub a: Vec<f64>,
    /// `[N]`.
    pub b: Vec<f64>,
    /// `[N]`.
    pub c: Vec<f64>,
}

impl Mode {
    /// The eigenvalue of the recurrence, a point of the plane. Inside the unit circle, the mode forgets.
    pub fn pole(&self, step: f64, method: Method) -> (f64, f64) {
        let (re, im) = (self.re * step, self.im * step);
        match method {
            Method::ZeroOrderHold => (re.exp() * im.cos(), re.exp() * im.sin()),
            Method::Bilinear => divide((1.0 + re / 2.0, im / 2.0), (1.0 - re / 2.0, -im / 2.0)),
        }
    }

    /// The same mode with another pole: the inverse of [`Mode::pole`]. A pole at the centre becomes one that forgets
    /// within a step.
    pub fn with_pole(&self, pole: (f64, f64), step: f64, method: Method) -> Self {
        let (re, im) = match method {
            Method::ZeroOrderHold => (pole.0.hypot(pole.1).max(1e-6).ln(), pole.1.atan2(pole.0)),
            Method::Bilinear => {
                let (re, im) = divide((pole.0 - 1.0, pole.1), (pole.0 + 1.0, pole.1));
                (2.0 * re, 2.0 * im)
            }
        };
        Self { re: re / step, im: im / step, ..*self }
    }

    fn states(&self) -> usize {
        if self.im == 0.0 { 1 } else { 2 }
    }
}

fn divide((a, b): (f64, f64), (c, d): (f64, f64)) -> (f64, f64) {
    let size = c * c + d * d;
    ((a * c + b * d) / size, (b * c - a * d) / size)
}

impl System {
    /// The system whose A has the modes along its diagonal; a pair is `[[re, -im], [im, re]]`, and is written to and read
    /// from its first state.
    pub fn of(modes: &[Mode]) -> Self {
        let n: usize = modes.iter().map(Mode::states).sum();
        let (mut a, mut b, mut c) = (vec![0.0; n * n], vec![0.0; n], vec![0.0; n]);
        let mut at = 0;
        for mode in modes {
            (b[at], c[at], a[at * n + at]) = (mode.b, mode.c, mode.re);
            if mode.states() == 2 {
                a[at * n + at + 1] = -mode.im;
                a[(at + 1) * n + at] = mode.im;
                a[(at + 1) * n + at + 1] = mode.re;
            }
            at += mode.states();
        }
        Self { a, b, c }
    }

    /// The recurrence with so many seconds between two samples.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a step that is no positive number, and for a system that grows so fast that the bilinear
    /// step has no solution.
    pub fn discretise(&self, step: f64, method: Method) -> Result<Discrete> {
        if !(step.is_finite() && step > 0.0) {
            return Err(Error::BadArgument(format!("The step must be a positive number of seconds, not {step}.")));
        }
        let n = self.b.len();
        let (a, b) = match method {
            Method::ZeroOrderHold => {
                // exp of [[A, B], [0, 0]] is [[exp(step A), the integral times B], [0, 1]].
                let m = n + 1;
                let mut joined = vec![0.0; m * m];
                for i in 0..n {
                    for j in 0..n {
                        joined[i * m + j] = self.a[i * n + j] * step;
                    }
                    joined[i * m + n] = self.b[i] * step;
                }
                let exp = matrix::exp(&joined, m);
                let a = (0..n).flat_map(|i| exp[i * m..i * m + n].to_vec()).collect();
                (a, (0..n).map(|i| exp[i * m + n]).collect())
            }
            Method::Bilinear => {
                let mut left = matrix::identity(n);
                let mut right = vec![0.0; n * (n + 1)];
                for i in 0..n {
                    for j in 0..n {
                        let half = self.a[i * n + j] * step / 2.0;
                        right[i * (n + 1) + j] = left[i * n + j] + half;
                        left[i * n + j] -= half;
                    }
                    right[i * (n + 1) + n] = self.b[i] * step;
                }
                let solved = matrix::solve(left, right, n).ok_or_else(|| {
                    Error::BadArgument("This system has no bilinear step of this length; use a shorter one.".into())
                })?;
                let a = (0..n).flat_map(|i| solved[i * (n + 1)..][..n].to_vec()).collect();
                (a, (0..n).map(|i| solved[i * (n + 1) + n]).collect())
            }
        };
        Ok(Discrete { a, b, c: self.c.clone() })
    }
}

impl Discrete {
    /// The recurrence over a signal `[T]` from an empty state: the output `[T]` and the states `[T, N]`.
    pub fn scan(&self, signal: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let n = self.b.len();
        let mut states = Vec::with_capacity(signal.len() * n);
        let mut h = vec![0.0; n];
        let output = signal.iter().map(|x| {
            h = self.step(&h, *x);
            states.extend_from_slice(&h);
            dot(&self.c, &h)
        });
        (output.collect(), states)
    }

    /// The convolution's kernel `[T]`: `C B, C A B, C A² B, ...`, what the system still says of a single 1 after each step.
    pub fn kernel(&self, tokens: usize) -> Vec<f64> {
        let mut h = self.b.clone();
        let step = |_| {
            let said = dot(&self.c, &h);
            h = matrix::times(&self.a, &h, self.b.len());
            said
        };
        (0..tokens).map(step).collect()
    }

    fn step(&self, h: &[f64], x: f64) -> Vec<f64> {
        let mut next = matrix::times(&self.a, h, self.b.len());
        next.iter_mut().zip(&self.b).for_each(|(h, b)| *h += b * x);
        next
    }
}

/// The causal convolution `y[t] = sum over s <= t of kernel[t - s] x[s]`, summed directly.
pub fn convolve(kernel: &[f64], signal: &[f64]) -> Vec<f64> {
    let at = |t: usize| (0..=t).filter_map(|s| Some(kernel.get(t - s)? * signal[s])).sum();
    (0..signal.len()).map(at).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
