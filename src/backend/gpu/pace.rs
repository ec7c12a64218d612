//! Sizes the blocks of a prefill: as large as possible while a stop still takes effect in time.

/// Tokens of the first call.
const FIRST: usize = 64;
/// Fewer tokens would hardly be faster, because the cost of a call and of reading the weights stays the same.
const LEAST: usize = 8;
/// How long a call may take, in seconds.
const SECONDS: f64 = 0.1;

/// Finds the length of the next block from the times of the last ones.
///
/// Twice the tokens often take far less than twice the time, because few do not fill a large GPU. So the double is
/// tried unless it is known to take too long. If half the time was left, it is tried even then.
pub struct Pace {
    /// Tokens of the next block.
    pub block: usize,
    /// The most that the buffers hold.
    most: usize,
    /// A length that took too long when it was tried last.
    too_long: usize,
}

impl Pace {
    pub fn new(most: usize) -> Self {
        Self { block: FIRST.min(most), most, too_long: usize::MAX }
    }

    /// A block of `tokens` took `seconds`.
    pub fn took(&mut self, tokens: usize, seconds: f64) {
        let double = tokens * 2;
        if tokens >= self.too_long && seconds <= SECONDS {
            self.too_long = usize::MAX; // it is not so any more
        }
        if seconds > SECONDS {
            self.too_long = tokens;
            self.block = (tokens / 2).max(LEAST).min(self.most);
        } else if tokens == self.block && (double < self.too_long || seconds < SECONDS / 2.0) {
            self.block = double.min(self.most);
            if self.block >= self.too_long {
                self.too_long = usize::MAX; // it must have been something else
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths of blocks on a GPU on which a block takes `start` seconds and each of its tokens `each`.
    fn blocks(pace: &mut Pace, start: f64, each: f64) -> Vec<usize> {
        let mut block = || {
            let tokens = pace.block;
            pace.took(tokens, start + each * tokens as f64);
            tokens
        };
        (0..12).map(|_| block()).collect()
    }

    #[test]
    fn a_block_is_doubled_until_that_is_known_to_take_too_long() {
        // 1,024 tokens take 111 ms, and 64 already more than half of what is allowed.
        let found = blocks(&mut Pace::new(4096), 0.05, 6e-5);
        assert_eq!(found[..6], [64, 128, 256, 512, 1024, 512]);
        assert!(found[5..].iter().all(|&tokens| tokens == 512), "{found:?}");
    }

    #[test]
    fn a_block_never_passes_the_buffers_or_becomes_nothing() {
        assert_eq!(blocks(&mut Pace::new(100), 0.0, 1e-6)[..3], [64, 100, 100]);
        assert_eq!(blocks(&mut Pace::new(40), 0.0, 1e-6)[0], 40);
        assert_eq!(blocks(&mut Pace::new(4096), 1.0, 1.0).last(), Some(&8));
        assert_eq!(blocks(&mut Pace::new(3), 1.0, 1.0).last(), Some(&3));
    }

    #[test]
    fn one_slow_block_does_not_keep_the_others_short() {
        let mut pace = Pace::new(4096);
        pace.took(64, 0.5); // a driver's first use of a kernel, say
        assert_eq!(pace.block, 32);
        assert_eq!(blocks(&mut pace, 0.045, 6e-5).last(), Some(&512));
    }

    /// A GPU that other programs kept busy for a while, and that takes long for a call however few tokens it has.
    #[test]
    fn short_blocks_grow_again() {
        let mut pace = Pace::new(4096);
        assert_eq!(blocks(&mut pace, 0.2, 1e-5).last(), Some(&8));
        assert_eq!(blocks(&mut pace, 0.06, 1e-5).last(), Some(&2048));
    }

    #[test]
    fn the_last_block_of_a_prompt_says_nothing_of_longer_ones() {
        let mut pace = Pace::new(4096);
        pace.took(10, 0.001);
        assert_eq!(pace.block, 64);
    }
}
