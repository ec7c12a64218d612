//! Two states of one model: a mixture of them, and how far they are apart.

use serde::Serialize;

use super::{Held, Stamp, State, file};
use crate::error::{Error, Result};
use crate::model::Extent;

/// How far a memory of one state is from the same memory of another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// From 0.
    pub layer: usize,
    /// `conv` or `ssm`, in layers of attention `keys` or `vals`, as docs/mstate.md names the sections.
    pub kind: String,
    /// Norm (L2) of the difference, divided by the greater norm of the two: 0 if they are equal, 2 at most.
    pub relative: f64,
    /// Cosine of the angle between them, from -1 to 1. Of two memories of zeros 1; if one of them is zeros, 0.
    pub cosine: f64,
}

impl State {
    /// `1 - weight` times this state plus `weight` times the other one, value by value. Its position is the greater one.
    ///
    /// # Errors
    /// [`Error::WrongModel`] for a state of another model, [`Error::BadArgument`] when a layer remembers tokens one by
    /// one (attention), which cannot be mixed, [`Error::OutOfMemory`] when there is no room for another state.
    pub fn blend(&self, other: &State, weight: f32) -> Result<State> {
        let is_ring = |held: &Held| matches!(held.memory.extent, Extent::Ring { .. });
        if self.layers.iter().flatten().any(is_ring) {
            return Err(Error::BadArgument(
                "States of a model with attention cannot be blended: its layers remember tokens one by one.".into(),
            ));
        }
        self.check_alike(other)?;
        let mut blend = self.try_clone()?;
        for (to, from) in blend.layers_mut().iter_mut().flatten().zip(other.layers.iter().flatten()) {
            mix(&mut to.values, &from.values, weight);
        }
        blend.position = self.position.max(other.position);
        blend.stamp = Stamp::fresh();
        Ok(blend)
    }

    /// How far each memory is from the same memory of the other state. A ring's rows are compared as they lie.
    ///
    /// # Errors
    /// [`Error::WrongModel`] for a state of another model.
    pub fn difference(&self, other: &State) -> Result<Vec<Difference>> {
        self.check_alike(other)?;
        let layers = self.layers.iter().zip(&other.layers).enumerate();
        let memories = layers.flat_map(|(layer, (a, b))| a.iter().zip(b).map(move |both| (layer, both)));
        Ok(memories.map(|(layer, (a, b))| apart(layer, file::name(a.memory.kind), &a.values, &b.values)).collect())
    }

    fn check_alike(&self, other: &State) -> Result<()> {
        let memories = |state: &State| -> Vec<Vec<_>> {
            state.layers.iter().map(|layer| layer.iter().map(|held| held.memory).collect()).collect()
        };
        match memories(self) == memories(other) {
            true => Ok(()),
            false => Err(Error::WrongModel("The two states belong to different models.".into())),
        }
    }
}

/// In a form that gives back the first exactly for a weight of 0, and the second for 1.
pub(crate) fn mix(to: &mut [f32], from: &[f32], weight: f32) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = (1.0 - weight) * *to + weight * from;
    }
}

fn apart(layer: usize, kind: String, a: &[f32], b: &[f32]) -> Difference {
    let product = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let (of_a, of_b) = (product(a, a).sqrt(), product(b, b).sqrt());
    let square = |(&a, &b): (&f32, &f32)| (f64::from(a) - f64::from(b)).powi(2);
    // A copy may have fewer rows of a ring: the others are zeros.
    let rest = |of: &[f32]| of.get(a.len().min(b.len())..).map_or(0.0, |rest| product(rest, rest));
    let between = (a.iter().zip(b).map(square).sum::<f64>() + rest(a) + rest(b)).sqrt();
    let larger = of_a.max(of_b);
    let (relative, cosine) = match (larger, of_a * of_b) {
        (0.0, _) => (0.0, 1.0),
        (larger, 0.0) => (between / larger, 0.0),
        (larger, both) => (between / larger, (product(a, b) / both).clamp(-1.0, 1.0)),
    };
    Difference { layer, kind, relative, cosine }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Memory, MemoryKind};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn state(position: u64, conv: [f32; 2], ssm: [f32; 2]) -> State {
        let layers = [[Memory::fixed(MemoryKind::Conv, 1, 2), Memory::fixed(MemoryKind::Ssm, 2, 1)]];
        let mut state = State::with_memories(layers.into_iter(), 0).unwrap();
        state.position = position;
        let layer = state.layer(0);
        layer.conv.copy_from_slice(&conv);
        layer.ssm.copy_from_slice(&ssm);
        state
    }

    #[test]
    fn a_blend_lies_between_and_ends_are_exact() {
        let (a, b) = (state(3, [1.0, 0.1], [0.0, -4.0]), state(7, [3.0, 0.3], [1e-30, 1e30]));
        let half = a.blend(&b, 0.5).unwrap();
        assert_eq!((half.conv(), half.position), (vec![2.0, 0.2], 7));
        assert_eq!(half.ssm(), [5e-31, 5e29]);
        let (none, all) = (a.blend(&b, 0.0).unwrap(), a.blend(&b, 1.0).unwrap());
        assert_eq!((none.conv(), none.ssm()), (a.conv(), a.ssm()));
        assert_eq!((all.conv(), all.ssm()), (b.conv(), b.ssm()));
        assert!(none.stamp() != a.stamp(), "a backend must not take it for the first one");
    }

    #[test]
    fn a_difference_has_a_row_for_each_memory() {
        let (a, b) = (state(1, [3.0, 4.0], [1.0, 0.0]), state(1, [-3.0, -4.0], [0.0, 2.0]));
        let row = |kind: &str, relative, cosine| Difference { layer: 0, kind: kind.into(), relative, cosine };
        assert_eq!(a.difference(&a).unwrap(), [row("conv", 0.0, 1.0), row("ssm", 0.0, 1.0)]);
        let root = 5_f64.sqrt() / 2.0;
        assert_eq!(a.difference(&b).unwrap(), [row("conv", 2.0, -1.0), row("ssm", root, 0.0)]);
        let zero = state(0, [0.0; 2], [0.0; 2]);
        assert_eq!(zero.difference(&zero).unwrap(), [row("conv", 0.0, 1.0), row("ssm", 0.0, 1.0)]);
        assert_eq!(zero.difference(&a).unwrap(), [row("conv", 1.0, 0.0), row("ssm", 1.0, 0.0)]);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let fixed = |rows| {
            let layers = [[Memory::fixed(MemoryKind::Ssm, rows, 2)]];
            State::with_memories(layers.into_iter(), 0).unwrap()
        };
        assert_eq!(fixed(2).blend(&fixed(3), 0.5).unwrap_err().code(), "wrong-model");
        assert_eq!(fixed(2).difference(&fixed(3)).unwrap_err().code(), "wrong-model");
        let ring = Memory { kind: MemoryKind::Conv, extent: Extent::Ring { tokens: 2 }, width: 2 };
        let ring = State::with_memories([[ring]].into_iter(), 0).unwrap();
        assert_eq!(ring.blend(&ring, 0.5).unwrap_err().code(), "bad-argument");
        assert!(ring.difference(&ring).is_ok());
    }
}
