//! Which tokens a run has read, so that a caller can have the same ones read again.

/// Ids of more tokens are not kept. Room for all of them (128 KiB) is taken at once, because a run may go on for ever,
/// and its memory may not grow with it.
const MOST_TOKENS: usize = 1 << 15;

/// Tokens in the order in which they were read, or nothing if they became too many.
#[derive(Debug, Clone)]
pub(super) struct Trace(Option<Vec<u32>>);

impl Default for Trace {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl Trace {
    /// Adds tokens that were read.
    pub fn push(&mut self, tokens: &[u32]) {
        let Some(ids) = &mut self.0 else { return };
        if ids.len() + tokens.len() > MOST_TOKENS || ids.try_reserve_exact(MOST_TOKENS - ids.len()).is_err() {
            self.0 = None;
        } else {
            ids.extend_from_slice(tokens);
        }
    }

    /// All of them; None if they became too many.
    pub fn ids(&self) -> Option<&[u32]> {
        self.0.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_an_end_does_not_grow_for_ever() {
        let mut trace = Trace::default();
        trace.push(&[3; MOST_TOKENS - 1]);
        trace.push(&[4]);
        assert_eq!(trace.ids().map(<[u32]>::len), Some(MOST_TOKENS));
        trace.push(&[5]);
        assert_eq!(trace.ids(), None);
        trace.push(&[6]);
        assert_eq!(trace.ids(), None);
    }
}
