//! Causal attention with grouped queries (<https://arxiv.org/abs/2305.13245>) over the last tokens, as data.

use super::memory::{Memory, MemoryKind};
use super::names::Part;
use super::tensors::LayerRole;

/// The dimensions of an attention layer. Letters as in the crate's documentation.
///
/// With q, k and v from in_proj, `y = softmax(q kᵀ) v` of each head, over the token itself and the M - 1 before it. What a
/// model multiplies q kᵀ with is in in_proj already ([`Scales`](super::Scales)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// Q, heads of queries.
    pub heads: usize,
    /// J, heads of keys and values. Q / J heads of queries share one.
    pub kv_heads: usize,
    /// S, channels of a head.
    pub head_dim: usize,
    /// in_proj and out_proj have biases.
    pub use_bias: bool,
    /// The base of the rotary positions (<https://arxiv.org/abs/2104.09864>); None: the layer knows no positions.
    pub rope_theta: Option<f32>,
    /// M, tokens that the ring keeps.
    pub window: usize,
    /// The layer reads what the layer before it reads, and has no norm of its own: `h += before(u) + this(u)`.
    pub beside: bool,
}

impl Attention {
    /// Q S, channels of the queries and of the result.
    pub fn q_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// J S, channels of the keys, and of the values.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Rows of in_proj: q, k and v.
    pub fn in_proj_rows(&self) -> usize {
        self.q_width() + 2 * self.kv_width()
    }

    /// What a layer remembers: the keys, rotated already, and the values of the last M tokens, `[M, J S]` each.
    pub fn memories(&self) -> [Memory; 2] {
        [MemoryKind::Keys, MemoryKind::Values].map(|kind| Memory::ring(kind, self.window, self.kv_width()))
    }

    /// The longest row of anything that the mixer computes, counted so that it cannot wrap.
    pub(super) fn widest(&self) -> u64 {
        let (q, j, s) = (self.heads as u64, self.kv_heads as u64, self.head_dim as u64);
        q.saturating_add(j.saturating_mul(2)).saturating_mul(s)
    }

    /// The first row and the number of rows of a part of in_proj.
    pub(super) fn rows(&self, part: Part) -> Option<(usize, usize)> {
        let (q, kv) = (self.q_width(), self.kv_width());
        match part {
            Part::Whole => Some((0, self.in_proj_rows())),
            Part::Query => Some((0, q)),
            Part::Key => Some((q, kv)),
            Part::Value => Some((q + kv, kv)),
            Part::Gate | Part::Up => None,
        }
    }

    /// The shape of a layer's tensor; None where the model has no such tensor.
    pub(super) fn shape(&self, role: LayerRole, d: usize) -> Option<Vec<usize>> {
        match role {
            LayerRole::Norm if !self.beside => Some(vec![d]),
            LayerRole::InProj => Some(vec![self.in_proj_rows(), d]),
            LayerRole::InProjBias if self.use_bias => Some(vec![self.in_proj_rows()]),
            LayerRole::OutProj => Some(vec![d, self.q_width()]),
            LayerRole::OutProjBias if self.use_bias => Some(vec![d]),
            _ => None,
        }
    }
}

/// Rotary positions: the token number `position` turns the channels i and i + S/2 of each head of its query and its key
/// as a point of the plane, by `position * theta^(-2 i / S)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    /// `[S / 2]`, the angle of one token.
    frequencies: Vec<f32>,
}

impl Rotation {
    /// Of heads with `head_dim` channels, an even number.
    pub fn new(theta: f32, head_dim: usize) -> Self {
        let frequency = |i: usize| f64::from(theta).powf(-2.0 * i as f64 / head_dim as f64) as f32;
        Self { frequencies: (0..head_dim / 2).map(frequency).collect() }
    }

    /// The cosine and the sine of each of the S / 2 angles. In f64, because a conversation may be longer than f32 can
    /// count.
    pub fn angles(&self, position: u64) -> impl Iterator<Item = (f32, f32)> {
        self.frequencies.iter().map(move |&frequency| {
            let (sin, cos) = (position as f64 * f64::from(frequency)).sin_cos();
            (cos as f32, sin as f32)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_first_pair_turns_by_one_radian_a_token() {
        let rotation = Rotation::new(10_000.0, 4);
        let angles: Vec<(f32, f32)> = rotation.angles(3).collect();
        let want = [3f64, 0.03].map(|angle| (angle.cos() as f32, angle.sin() as f32));
        for ((cos, sin), (want_cos, want_sin)) in angles.iter().zip(want) {
            assert!((cos - want_cos).abs() < 1e-6 && (sin - want_sin).abs() < 1e-6);
        }
        assert_eq!(angles.len(), 2);
        assert!(rotation.angles(0).eq([(1.0, 0.0); 2]));
    }

    #[test]
    fn angles_stay_exact_far_beyond_any_context() {
        let far = (1u64 << 40) + 1;
        let (cos, sin) = Rotation::new(1e4, 2).angles(far).next().unwrap();
        assert!(
            (f64::from(cos) - (far as f64).cos()).abs() < 1e-6 && (f64::from(sin) - (far as f64).sin()).abs() < 1e-6
        );
    }
}
