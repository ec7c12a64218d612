//! Stop strings in a stream of text.

/// Finds the first stop string. Text that might be the beginning of one is held back until that is certain.
#[derive(Debug, Clone, Default)]
pub(super) struct StopStrings {
    stops: Vec<String>,
    /// Shorter than the longest stop string.
    held: String,
}

impl StopStrings {
    /// None of them empty.
    pub fn new(stops: Vec<String>) -> Self {
        Self { stops, held: String::new() }
    }

    /// Takes the next piece and appends to `text` what cannot be part of a stop string. Returns true when a stop string
    /// is complete; the text after it is dropped.
    pub fn push(&mut self, piece: &str, text: &mut String) -> bool {
        self.held.push_str(piece);
        if let Some(start) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            text.push_str(&self.held[..start]);
            self.held.clear();
            return true;
        }
        let certain = self
            .held
            .char_indices()
            .map(|(at, _)| at)
            .find(|&at| self.stops.iter().any(|stop| stop.starts_with(&self.held[at..])))
            .unwrap_or(self.held.len());
        text.extend(self.held.drain(..certain));
        false
    }

    /// What is held back.
    pub fn held(&self) -> &str {
        &self.held
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(stops: &[&str], pieces: &[String]) -> (Vec<String>, String, bool) {
        let mut strings = StopStrings::new(stops.iter().map(|&stop| stop.into()).collect());
        let mut texts = Vec::new();
        for piece in pieces {
            let mut text = String::new();
            let stopped = strings.push(piece, &mut text);
            texts.push(text);
            if stopped {
                return (texts, String::new(), true);
            }
        }
        (texts, strings.held().into(), false)
    }

    #[test]
    fn text_is_held_only_as_long_as_needed() {
        let pieces = ["ab", "c", "\nUs", "e", "less\nUser", ": no"].map(String::from);
        let (texts, _, stopped) = run(&["\nUser:"], &pieces);
        assert_eq!(texts, ["ab", "c", "", "", "\nUseless", ""]);
        assert!(stopped);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in "[abé]{0,30}", stops in prop::collection::vec("[abé]{1,4}", 0..4), cuts in prop::collection::vec(0..3_usize, 0..30)) {
            let stops: Vec<&str> = stops.iter().map(String::as_str).collect();
            let mut pieces = vec![String::new()];
            for (i, character) in text.chars().enumerate() {
                if cuts.get(i) == Some(&0) {
                    pieces.push(String::new());
                }
                pieces.last_mut().unwrap().push(character);
            }
            let (texts, held, stopped) = run(&stops, &pieces);
            // The stop string that is complete first is not always the one that begins first; any is right that
            // leaves no whole stop string in the text, and nothing is lost.
            let out = texts.concat() + &held;
            prop_assert!(text.starts_with(&out));
            prop_assert_eq!(stopped, stops.iter().any(|stop| text.contains(stop)));
            prop_assert!(!stops.iter().any(|stop| out.contains(stop)));
            if stopped {
                prop_assert!(stops.iter().any(|stop| text[out.len()..].starts_with(stop)));
            } else {
                prop_assert_eq!(out, text);
            }
        }
    }
}
