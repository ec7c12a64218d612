//! A way to an end of the text, for when there is little room left.
//!
//! It is looked for step by step: what has to come, else what closes JSON if it may come, else the longest token that the mask
//! has. That is not the shortest way, and where there is one it may not be found. But a way that is found is one, whatever the
//! shape: the automaton has followed it.

use crate::Walk;

/// A mask costs as much as fifty questions about single tokens.
const MOST_MASKS: usize = 8;

/// Tokens of a vocabulary that come to ends, in the order in which they are tried.
#[derive(Debug, Default)]
pub(crate) struct Closers {
    /// Letters that a text between quotes mostly may have, and nothing else of JSON.
    inside: Vec<u32>,
    /// What ends a text between quotes, and perhaps what it is in.
    quotes: Vec<u32>,
    /// What ends a list, an object or a group, or begins and ends a value.
    outside: Vec<u32>,
    /// Bytes of each token.
    lengths: Vec<u8>,
}

impl Closers {
    pub(crate) fn new(tokens: &[Vec<u8>]) -> Self {
        let all_of = |token: &[u8], first: &[u8]| {
            token.first().is_some_and(|byte| first.contains(byte)) && token.iter().all(|byte| b"\"]})".contains(byte))
        };
        let mut closers = Self::default();
        let mut scalars = Vec::new();
        for (id, token) in (0..).zip(tokens) {
            closers.lengths.push(u8::try_from(token.len()).unwrap_or(u8::MAX));
            match &token[..] {
                b"~" | b"x" => closers.inside.push(id),
                b"[]" | b"{}" | b"0" | b"null" => scalars.push(id),
                token if all_of(token, b"\"") => closers.quotes.push(id),
                token if all_of(token, b"]})") => closers.outside.push(id),
                _ => {}
            }
        }
        let longest_first = |&id: &u32| std::cmp::Reverse(closers.lengths[id as usize]);
        closers.quotes.sort_by_key(longest_first);
        closers.outside.sort_by_key(longest_first);
        closers.outside.extend(scalars);
        closers.outside.extend(&closers.quotes);
        closers
    }
}

impl Walk {
    /// At most `most` tokens with which the text comes to an end, after `token` if it is given; none if it may end there. None
    /// if the token may not come, or no such way was found.
    pub fn closing(&self, token: Option<u32>, most: usize) -> Option<Vec<u32>> {
        // What goes wrong on the way is no fault of the run.
        let mut walk = self.clone();
        if let Some(token) = token {
            if !walk.allows(token).ok()? {
                return None;
            }
            walk.accept(token).ok()?;
        }
        let (mut way, mut masks) = (Vec::new(), 0);
        while !walk.may_end().ok()? {
            if way.len() >= most {
                return None;
            }
            // The same at each place of the way, so that it is found again from there.
            let mut next = walk.forced()?;
            if next.is_empty() {
                next.extend(walk.closer());
            }
            if next.is_empty() {
                if masks == MOST_MASKS {
                    return None;
                }
                masks += 1;
                next.push(walk.longest()?);
            }
            for id in next {
                walk.accept(id).ok()?;
                way.push(id);
            }
        }
        (way.len() <= most).then_some(way)
    }

    /// Tokens of the bytes that have to come.
    fn forced(&mut self) -> Option<Vec<u32>> {
        let bytes = self.matcher.compute_ff_bytes();
        Some(self.matcher.tok_env().ok()?.tok_trie().greedy_tokenize(&bytes))
    }

    fn closer(&mut self) -> Option<u32> {
        let closers = self.closers.clone();
        let mut first = |ids: &[u32]| ids.iter().copied().find(|&id| self.allows(id).is_ok_and(|allowed| allowed));
        match first(&closers.inside) {
            Some(_) => first(&closers.quotes),
            None => first(&closers.outside),
        }
    }

    /// The token with the most bytes that may come; of several the first.
    fn longest(&mut self) -> Option<u32> {
        let mask = self.mask().ok()?;
        let may_come = |id: &u32| mask[*id as usize / 32] & 1 << (id % 32) != 0;
        let ids = 0..u32::try_from(self.closers.lengths.len()).ok()?;
        ids.filter(may_come).rev().max_by_key(|&id| self.closers.lengths[id as usize])
    }
}
