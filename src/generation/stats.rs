//! Counts and times of a run, as docs/api.md names them.

use serde::Serialize;

/// Times are in milliseconds and count only work. `time_to_first_token_ms` is wall-clock time since the request.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stats {
    /// Tokens of the prompt or message, template included.
    pub prompt_tokens: usize,
    /// Tokens generated.
    pub tokens: usize,
    /// Tokens that went through the model: those of the prompt that were read, those generated, and those that were
    /// read again after a loss of the GPU.
    pub read_tokens: u64,
    /// Milliseconds spent reading the prompt.
    pub prefill_ms: f64,
    /// Milliseconds spent generating.
    pub decode_ms: f64,
    /// 0 until there is one.
    pub time_to_first_token_ms: f64,
}

impl Stats {
    /// Decode speed, without the prompt; 0 before the first token.
    pub fn tokens_per_second(&self) -> f64 {
        if self.decode_ms > 0.0 { self.tokens as f64 / self.decode_ms * 1e3 } else { 0.0 }
    }
}

impl Serialize for Stats {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields {
            prompt_tokens: usize,
            tokens: usize,
            read_tokens: u64,
            prefill_ms: f64,
            decode_ms: f64,
            time_to_first_token_ms: f64,
            tokens_per_second: f64,
        }
        let Stats { prompt_tokens, tokens, read_tokens, prefill_ms, decode_ms, time_to_first_token_ms } = *self;
        let tokens_per_second = self.tokens_per_second();
        Fields { prompt_tokens, tokens, read_tokens, prefill_ms, decode_ms, time_to_first_token_ms, tokens_per_second }
            .serialize(serializer)
    }
}
