//! Whose tokens a block has: in prefill all are one sequence's, in decode several sequences have one each. Products take
//! them all alike. What a layer remembers is each sequence's own.

use core::ops::Range;

use crate::state::{LayerState, State};

/// Sequences that one pass over the weights takes; more of them take several. A stop waits for one pass at most.
pub const MOST_SEQUENCES: usize = 8;

/// Something of each sequence of a block, in their order. It is on the stack, because there is one for each layer.
pub struct Each<T>([Option<T>; MOST_SEQUENCES]);

impl<T> Each<T> {
    /// That of a single sequence.
    pub fn one(item: T) -> Self {
        [item].into_iter().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map_while(Option::as_ref)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map_while(Option::as_mut)
    }

    pub fn len(&self) -> usize {
        self.iter().count()
    }
}

impl<T> IntoIterator for Each<T> {
    type Item = T;
    type IntoIter = core::iter::Flatten<core::array::IntoIter<Option<T>, MOST_SEQUENCES>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().flatten()
    }
}

impl<T> FromIterator<T> for Each<T> {
    /// Of at most [`MOST_SEQUENCES`].
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let all = Self(core::array::from_fn(|_| items.next()));
        debug_assert!(items.next().is_none());
        all
    }
}

/// What the sequences of a block of T tokens remember in one layer. Each has as many of the tokens, one sequence after the
/// other.
pub struct Sequences<'a> {
    all: Each<Own<'a>>,
    /// Tokens of each sequence.
    pub each: usize,
}

/// One sequence.
pub struct Own<'a> {
    /// Tokens that it has read before these.
    pub position: u64,
    pub memories: LayerState<'a>,
}

impl<'a> Sequences<'a> {
    /// Of layer number `layer`, with `each` tokens of each sequence.
    pub fn new(states: &'a mut Each<&mut State>, layer: usize, each: usize) -> Self {
        let own = |state: &'a mut &mut State| Own { position: state.position, memories: state.layer(layer) };
        Self { all: states.iter_mut().map(own).collect(), each }
    }

    /// T.
    pub fn tokens(&self) -> usize {
        self.each * self.all.len()
    }

    /// Something for each sequence, made of its tokens' numbers in the block and of what it remembers.
    pub fn each<'s, T>(&'s mut self, mut of: impl FnMut(Range<usize>, &'s mut Own<'a>) -> T) -> Each<T> {
        let each = self.each;
        self.all.iter_mut().enumerate().map(|(i, own)| of(i * each..(i + 1) * each, own)).collect()
    }
}
