//! Constant factors that some models multiply activations with. They are folded into the weights while these are read, so
//! no backend knows them.

use core::ops::Range;

use super::mixer::Mixer;
use super::tensors::{LayerRole, Place, Role};

/// The factors of a model, all 1 where it has none.
///
/// The residual stream h of a model with an embedding multiplier m is kept as h / m. Then the embeddings stay as they are,
/// also where the head is the same table, what the layers add is divided by m, and the epsilon of their norms by m².
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scales {
    /// Of what each kind of layer adds to the residual stream, biases too.
    pub added: Added,
    /// Of what Mamba-2 reads, and of the sections z, x, B, C and dt of what in_proj makes of it, biases too.
    pub mamba_in: f32,
    /// See there.
    pub mamba_sections: [f32; 5],
    /// Of what attention reads.
    pub attention_in: f32,
    /// Of q and k, biases too; what q kᵀ is multiplied with is in q.
    pub query: f32,
    /// See there.
    pub key: f32,
    /// Of the MLP's gate, its bias too.
    pub gate: f32,
    /// Of the scores.
    pub scores: f32,
}

/// Factors of what layers add to the residual stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Added {
    /// Of Mamba-1 and Mamba-2.
    pub mamba: f32,
    /// Of attention.
    pub attention: f32,
    /// Of the MLP.
    pub mlp: f32,
}

impl Default for Scales {
    fn default() -> Self {
        Self {
            added: Added { mamba: 1.0, attention: 1.0, mlp: 1.0 },
            mamba_in: 1.0,
            mamba_sections: [1.0; 5],
            attention_in: 1.0,
            query: 1.0,
            key: 1.0,
            gate: 1.0,
            scores: 1.0,
        }
    }
}

/// Rows of a tensor and what their values are multiplied with.
pub(super) type Fold = Vec<(Range<usize>, f32)>;

impl Scales {
    /// What the rows of the tensor at `place` are multiplied with; empty for a tensor that stays as it is. `mixer` is the
    /// layer's, where the tensor belongs to one. Rows are counted from the beginning of the role's whole tensor.
    pub(super) fn fold(&self, place: Place, mixer: Option<&Mixer>) -> Fold {
        let all = |factor| vec![(0..usize::MAX, factor)];
        let fold = match (place.role, mixer) {
            (Role::NormF, _) => all(self.scores),
            (Role::Layer(_, role), Some(mixer)) => match role {
                LayerRole::OutProj | LayerRole::OutProjBias => all(match mixer {
                    Mixer::Mamba1(_) | Mixer::Mamba2(_) => self.added.mamba,
                    Mixer::Attention(_) => self.added.attention,
                    Mixer::Mlp(_) => self.added.mlp,
                }),
                LayerRole::InProj | LayerRole::InProjBias => self.in_proj(mixer, role == LayerRole::InProj),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        if fold.iter().all(|(_, factor)| *factor == 1.0) { Vec::new() } else { fold }
    }

    /// Factors of the input are no factors of the bias.
    fn in_proj(&self, mixer: &Mixer, is_weight: bool) -> Fold {
        let input = |factor: f32| if is_weight { factor } else { 1.0 };
        let sections = |lengths: &[(usize, f32)]| {
            let mut start = 0;
            let section = |&(length, factor): &(usize, f32)| {
                start += length;
                (start - length..start, factor)
            };
            lengths.iter().map(section).collect()
        };
        match mixer {
            Mixer::Mamba1(_) => Vec::new(),
            Mixer::Mamba2(m) => {
                let (e, half) = (m.d_inner(), m.b_c_width() / 2);
                let lengths = [e, e, half, half, m.heads.heads];
                let factors = self.mamba_sections.map(|factor| factor * input(self.mamba_in));
                sections(&core::array::from_fn::<_, 5, _>(|i| (lengths[i], factors[i])))
            }
            Mixer::Attention(attention) => {
                let (read, kv) = (input(self.attention_in), attention.kv_width());
                sections(&[(attention.q_width(), read * self.query), (kv, read * self.key), (kv, read)])
            }
            Mixer::Mlp(mlp) => sections(&[(mlp.d_hidden, self.gate), (mlp.d_hidden, 1.0)]),
        }
    }
}
