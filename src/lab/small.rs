//! The three small models that stand beside Mamba in chapter 3: what a layer can do with one part of it alone.
//!
//! `training/lab/models.py` trains them and is the oracle. Layers are `h += mixer(rms_norm(h))`, as in Mamba. The mixers:
//!
//! * `lti`: a time-invariant diagonal state space model (S4D, <https://arxiv.org/abs/2206.11893>) and SiLU.
//! * `h3`: `q * diagonal(shift(k) * v)` (H3, <https://arxiv.org/abs/2212.14052>, section 3). The shift SSM is a causal
//!   convolution: its state is the last K inputs.
//! * `gated`: `silu(conv(x)) * silu(z)`, Mamba's block without its state space model.

use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::error::{Error, Result};

/// Which mixer the layers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A time-invariant state space model alone.
    Lti,
    /// Shift and diagonal state space models between two gates.
    H3,
    /// A convolution and a gate.
    Gated,
}

/// A causal convolution of each channel with K taps.
#[derive(Debug)]
struct Conv {
    /// `[E, K]`.
    taps: Vec<f32>,
    /// `[E]`.
    bias: Vec<f32>,
}

/// `h = decay h + input x`, `y = C h + D x` for each channel, discretised when it is loaded.
#[derive(Debug)]
struct Diagonal {
    /// exp(step A), `[E, N]`.
    decay: Vec<f32>,
    /// (exp(step A) - 1) / A B, `[E, N]`.
    input: Vec<f32>,
    /// `[E, N]`.
    c: Vec<f32>,
    /// `[E]`.
    d: Vec<f32>,
}

#[derive(Debug)]
struct Layer {
    /// `[D]`.
    norm: Vec<f32>,
    /// `[rows, D]`.
    in_proj: Vec<f32>,
    conv: Option<Conv>,
    ssm: Option<Diagonal>,
    /// `[D, E]`.
    out_proj: Vec<f32>,
}

/// A small model of one kind.
#[derive(Debug)]
pub struct Small {
    kind: Kind,
    /// `[V, D]`, the head too.
    embeddings: Vec<f32>,
    layers: Vec<Layer>,
    norm_f: Vec<f32>,
}

/// What a sequence leaves behind in a small model.
#[derive(Debug, Clone)]
pub struct Memory(Vec<LayerMemory>);

#[derive(Debug, Clone)]
struct LayerMemory {
    /// The last K - 1 inputs of the convolution, `[K - 1, E]`, oldest first.
    window: Vec<f32>,
    /// `[E, N]`.
    h: Vec<f32>,
}

/// One mixer's values at one token, by the names of chapter 4's boxes.
#[derive(Debug, Clone, Default)]
pub struct Boxes(pub Vec<(&'static str, Vec<f32>)>);

const EPSILON: f32 = 1e-5;

fn silu(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}

/// `x / sqrt(mean(x^2) + epsilon) * weight`
fn rms_norm(x: &[f32], weight: &[f32]) -> Vec<f32> {
    let scale = (x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32 + EPSILON).sqrt().recip();
    x.iter().zip(weight).map(|(x, weight)| x * scale * weight).collect()
}

/// `[rows, x.len()]` times x.
fn product(matrix: &[f32], x: &[f32]) -> Vec<f32> {
    matrix.chunks_exact(x.len()).map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
}

impl Conv {
    fn step(&self, x: &[f32], window: &mut Vec<f32>) -> Vec<f32> {
        let (e, k) = (x.len(), self.taps.len() / x.len());
        window.extend_from_slice(x);
        let at = |channel: usize| {
            (0..k).map(|tap| self.taps[channel * k + tap] * window[tap * e + channel]).sum::<f32>() + self.bias[channel]
        };
        let y = (0..e).map(at).collect();
        window.drain(..e);
        y
    }
}

impl Diagonal {
    fn step(&self, x: &[f32], h: &mut [f32]) -> Vec<f32> {
        let n = h.len() / x.len();
        let channel = |(e, &x): (usize, &f32)| {
            let mut y = self.d[e] * x;
            let weights = self.decay.iter().zip(&self.input).zip(&self.c).skip(e * n);
            for (h, ((decay, input), c)) in h.iter_mut().skip(e * n).take(n).zip(weights) {
                *h = decay * *h + input * x;
                y += c * *h;
            }
            y
        };
        x.iter().enumerate().map(channel).collect()
    }
}

impl Layer {
    /// The mixer's result for the normed input, `[E]` before out_proj, and all values on the way.
    fn mix(&self, kind: Kind, u: &[f32], memory: &mut LayerMemory) -> (Vec<f32>, Boxes) {
        let projected = product(&self.in_proj, u);
        let conv = |x: &[f32], memory: &mut LayerMemory| match &self.conv {
            Some(conv) => conv.step(x, &mut memory.window),
            None => x.to_vec(),
        };
        let ssm = |x: &[f32], memory: &mut LayerMemory| match &self.ssm {
            Some(ssm) => ssm.step(x, &mut memory.h),
            None => x.to_vec(),
        };
        let times = |a: &[f32], b: &[f32]| -> Vec<f32> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
        match kind {
            Kind::Lti => {
                let out = ssm(&projected, memory);
                let y: Vec<f32> = out.iter().copied().map(silu).collect();
                (y.clone(), Boxes(vec![("x", projected), ("ssm", out), ("y", y)]))
            }
            Kind::H3 => {
                let e = projected.len() / 3;
                let (q, k, v) = (&projected[..e], &projected[e..2 * e], &projected[2 * e..]);
                let shift = conv(k, memory);
                let written = times(&shift, v);
                let out = ssm(&written, memory);
                let y = times(q, &out);
                let (q, k, v) = (q.to_vec(), k.to_vec(), v.to_vec());
                (
                    y.clone(),
                    Boxes(vec![
                        ("q", q),
                        ("k", k),
                        ("v", v),
                        ("shift", shift),
                        ("kv", written),
                        ("ssm", out),
                        ("y", y),
                    ]),
                )
            }
            Kind::Gated => {
                let e = projected.len() / 2;
                let x: Vec<f32> = conv(&projected[..e], memory).into_iter().map(silu).collect();
                let gate: Vec<f32> = projected[e..].iter().copied().map(silu).collect();
                let y = times(&x, &gate);
                (y.clone(), Boxes(vec![("x", projected[..e].to_vec()), ("conv", x), ("gate", gate), ("y", y)]))
            }
        }
    }
}

impl Small {
    /// A model from the bytes of its safetensors file (f16).
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for another file.
    pub fn new(kind: Kind, bytes: &[u8]) -> Result<Self> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| bad(&error.to_string()))?;
        let tensor = |name: &str| -> Result<(Vec<usize>, Vec<f32>)> {
            let view = file.tensor(name).map_err(|error| bad(&error.to_string()))?;
            if view.dtype() != Dtype::F16 {
                return Err(bad(&format!("{name} is not f16")));
            }
            let values = view.data().as_chunks::<2>().0.iter().map(|pair| f16::from_le_bytes(*pair).to_f32());
            Ok((view.shape().to_vec(), values.collect()))
        };
        let of = |name: &str| tensor(&format!("backbone.{name}")).map(|(_, values)| values);
        let (shape, embeddings) = tensor("backbone.embeddings.weight")?;
        let &[_, d] = shape.as_slice() else { return Err(bad("the embeddings are no table")) };
        let count =
            (0..).take_while(|layer| file.tensor(&format!("backbone.layers.{layer}.norm.weight")).is_ok()).count();
        let layers = (0..count).map(|number| {
            let part = |name: &str| of(&format!("layers.{number}.{name}"));
            let out_proj = part("mixer.out_proj.weight")?;
            let (e, in_proj) = (out_proj.len() / d, part("mixer.in_proj.weight")?);
            let rows = match kind {
                Kind::Lti => 1,
                Kind::H3 => 3,
                Kind::Gated => 2,
            };
            if in_proj.len() != rows * e * d {
                return Err(bad("it is of another kind"));
            }
            let conv = match kind {
                Kind::Lti => None,
                _ => Some(Conv { taps: part("mixer.conv1d.weight")?, bias: part("mixer.conv1d.bias")? }),
            };
            let ssm = match kind {
                Kind::Gated => None,
                _ => Some(discretise(
                    &part("mixer.ssm.A_log")?,
                    &part("mixer.ssm.log_step")?,
                    &part("mixer.ssm.B")?,
                    part("mixer.ssm.C")?,
                    part("mixer.ssm.D")?,
                )),
            };
            Ok(Layer { norm: part("norm.weight")?, in_proj, conv, ssm, out_proj })
        });
        Ok(Self { kind, layers: layers.collect::<Result<_>>()?, norm_f: of("norm_f.weight")?, embeddings })
    }

    /// The memory before the first token.
    pub fn memory(&self) -> Memory {
        let of = |layer: &Layer| {
            let e = layer.out_proj.len() / layer.norm.len();
            LayerMemory {
                window: vec![0.0; layer.conv.as_ref().map_or(0, |conv| conv.taps.len() - e)],
                h: vec![0.0; layer.ssm.as_ref().map_or(0, |ssm| ssm.decay.len())],
            }
        };
        Memory(self.layers.iter().map(of).collect())
    }

    /// Reads a token. Gives the scores of the next one, `[V]`, and what is in each layer's boxes.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for a token that is not below V.
    pub fn read(&self, token: u32, memory: &mut Memory) -> Result<(Vec<f32>, Vec<Boxes>)> {
        let d = self.norm_f.len();
        let row = self.embeddings.chunks_exact(d).nth(token as usize);
        let mut h = row.ok_or_else(|| Error::BadArgument(format!("The model has no token {token}.")))?.to_vec();
        let mut seen = Vec::with_capacity(self.layers.len());
        for (layer, memory) in self.layers.iter().zip(&mut memory.0) {
            let (y, boxes) = layer.mix(self.kind, &rms_norm(&h, &layer.norm), memory);
            h.iter_mut().zip(product(&layer.out_proj, &y)).for_each(|(h, y)| *h += y);
            seen.push(boxes);
        }
        Ok((product(&self.embeddings, &rms_norm(&h, &self.norm_f)), seen))
    }
}

fn discretise(a_log: &[f32], log_step: &[f32], b: &[f32], c: Vec<f32>, d: Vec<f32>) -> Diagonal {
    let n = a_log.len() / log_step.len();
    let a = |i: usize| -a_log[i].exp();
    let exponent = |i: usize| log_step[i / n].exp() * a(i);
    Diagonal {
        decay: (0..a_log.len()).map(|i| exponent(i).exp()).collect(),
        input: (0..a_log.len()).map(|i| exponent(i).exp_m1() / a(i) * b[i]).collect(),
        c,
        d,
    }
}

fn bad(why: &str) -> Error {
    Error::BadCheckpoint(format!("This is not one of the Lab's small models: {why}."))
}

#[cfg(test)]
mod tests;
