//! A constraint whose automaton knows bits, not scores.

use super::Constraint;
use crate::error::Result;

/// A walk through the texts of a shape: the one of `mamba-web-guide`, natively or in a wasm module of its own.
pub trait Walk {
    /// The tokens that may come next: token i is bit i % 32 of word i / 32. Bit V is set where the text may end.
    ///
    /// # Errors
    /// When the shape cannot be followed any further.
    fn mask(&mut self) -> Result<Vec<u32>>;

    /// Whether this token may come next, as [`Walk::mask`] would say, in much less time.
    ///
    /// # Errors
    /// As [`Walk::mask`].
    fn allows(&mut self, token: u32) -> Result<bool>;

    /// Whether the text may end here, as bit V of [`Walk::mask`] would say.
    ///
    /// # Errors
    /// As [`Walk::mask`].
    fn may_end(&mut self) -> Result<bool>;

    /// At most `most` tokens with which the text comes to an end, after `token` if it is given. None if none were found.
    ///
    /// # Errors
    /// As [`Walk::mask`].
    fn closing(&mut self, token: Option<u32>, most: usize) -> Result<Option<Vec<u32>>>;

    /// The token was chosen.
    ///
    /// # Errors
    /// When it was not allowed.
    fn accept(&mut self, token: u32) -> Result<()>;

    /// Whether the text is whole and nothing can follow.
    fn is_over(&self) -> bool;
}

/// Lets only those tokens be chosen with which the text stays on its [`Walk`]. Tokens that end a text may come exactly
/// where the text may end.
pub struct Guided<W> {
    walk: W,
    stop_tokens: Vec<u32>,
}

impl<W: Walk> Guided<W> {
    /// `stop_tokens` end a text of this model.
    pub fn new(walk: W, stop_tokens: Vec<u32>) -> Self {
        Self { walk, stop_tokens }
    }
}

impl<W: Walk> Constraint for Guided<W> {
    fn mask(&mut self, scores: &mut [f32]) -> Result<()> {
        let mask = self.walk.mask()?;
        let allows = |id: usize| mask.get(id / 32).is_some_and(|word| word & 1 << (id % 32) != 0);
        let may_end = allows(scores.len());
        let ends: Vec<(usize, f32)> = self
            .stop_tokens
            .iter()
            .map(|&id| id as usize)
            .filter_map(|id| Some((id, if may_end { *scores.get(id)? } else { f32::NEG_INFINITY })))
            .collect();
        // A word at a time: most of them are all zeros, or all ones.
        for (part, word) in scores.chunks_mut(32).zip(mask.iter().copied().chain(core::iter::repeat(0))) {
            match word {
                0 => part.fill(f32::NEG_INFINITY),
                u32::MAX => {}
                word => {
                    let forbidden = part.iter_mut().enumerate().filter(|(bit, _)| word & 1 << bit == 0);
                    forbidden.for_each(|(_, score)| *score = f32::NEG_INFINITY);
                }
            }
        }
        for (id, score) in ends {
            scores[id] = score;
        }
        Ok(())
    }

    fn allows(&mut self, token: u32) -> Result<bool> {
        match self.stop_tokens.contains(&token) {
            true => self.walk.may_end(),
            false => self.walk.allows(token),
        }
    }

    fn closing(&mut self, token: Option<u32>, most: usize) -> Result<Option<Vec<u32>>> {
        match token {
            Some(token) if self.stop_tokens.contains(&token) => Ok(Some(Vec::new())),
            Some(token) => self.walk.closing(Some(token), most),
            // Where the text may end, a token says so.
            None => Ok(self.walk.closing(None, most)?.map(|way| match (&way[..], self.stop_tokens.first()) {
                ([], Some(&stop)) => vec![stop],
                _ => way,
            })),
        }
    }

    fn may_end(&mut self) -> Result<bool> {
        self.walk.may_end()
    }

    fn accept(&mut self, token: u32) -> Result<()> {
        self.walk.accept(token)
    }

    fn is_over(&self) -> bool {
        self.walk.is_over()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Walk for mamba_web_guide::Walk {
    fn mask(&mut self) -> Result<Vec<u32>> {
        self.mask().map_err(crate::Error::BadArgument)
    }

    fn allows(&mut self, token: u32) -> Result<bool> {
        self.allows(token).map_err(crate::Error::BadArgument)
    }

    fn may_end(&mut self) -> Result<bool> {
        self.may_end().map_err(crate::Error::BadArgument)
    }

    fn closing(&mut self, token: Option<u32>, most: usize) -> Result<Option<Vec<u32>>> {
        Ok((*self).closing(token, most))
    }

    fn accept(&mut self, token: u32) -> Result<()> {
        self.accept(token).map_err(crate::Error::BadArgument)
    }

    fn is_over(&self) -> bool {
        self.is_over()
    }
}
