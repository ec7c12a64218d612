//! Reads the dimensions from a GGUF file's metadata.

mod hybrid;

use super::{Architecture, Config, MAX_DIMENSION, MAX_LAYERS, MAX_STATES, MAX_TAPS, Uniform, unsupported};
use crate::checkpoint::gguf::{Header, Metadata};
use crate::error::{Error, Result};
use crate::model::{Heads, Mixer};

const FILE: &str = "The GGUF file";
/// GGUF files do not store it, and all published Falcon-Mambas have this value.
const FALCON_EPSILON: f32 = 1e-6;

fn bad(what: String) -> Error {
    Error::BadCheckpoint(format!("{FILE} {what}."))
}

impl Config {
    /// Reads the dimensions from the header of a GGUF file of the architecture `mamba`, `mamba2`, `granitehybrid` or
    /// `falcon-h1`. The tensors decide what the metadata leaves open: whether the head is tied, which biases and norms
    /// there are, and V. Of a split model only the first part's tensors are known. A head in a later part is noticed when
    /// it arrives.
    ///
    /// # Errors
    /// As [`Config::parse`]; sentences name the key.
    pub fn from_gguf(header: &Header) -> Result<Self> {
        let metadata = &header.metadata;
        let name = metadata.text("general.architecture")?.ok_or_else(|| {
            Error::UnsupportedArchitecture(format!("{FILE} does not say which architecture its model is."))
        })?;
        let is_hybrid = match name {
            "mamba" | "mamba2" => false,
            "granitehybrid" | "falcon-h1" => true,
            other => return Err(unsupported(other)),
        };
        let fields = Fields { metadata, architecture: name };
        let embeddings = header.tensors.iter().find(|tensor| tensor.name == "token_embd.weight");
        let is_part = metadata.whole("split.count")?.is_some_and(|count| count > 1);
        let vocab = match embeddings.map(|tensor| tensor.shape.as_slice()) {
            Some(&[vocab, _]) if (1..=MAX_DIMENSION).contains(&(vocab as u64)) => vocab,
            Some(shape) => return Err(bad(format!("has a token_embd.weight of shape {shape:?}"))),
            None if is_part => fields.vocab()?,
            None => return Err(bad("lacks the tensor token_embd.weight".into())),
        };
        if is_hybrid { fields.hybrid(header, vocab, is_part) } else { fields.mamba(header, vocab, is_part) }
    }

    /// This config of a GGUF file with what only config.json can say: Falcon-Mamba's second epsilon, the limits of time
    /// steps, where the gate is, tokens that end a text. Repositories of GGUF files often have a config.json that is a
    /// stub or another model's. A config.json that does not describe this model is ignored.
    #[must_use]
    pub fn completed(self, json: Option<&str>) -> Self {
        let Some(Ok(theirs)) = json.map(Config::parse) else { return self };
        let mut completed = self.clone();
        for layers in completed.layers.iter_mut().zip(&theirs.layers) {
            match layers {
                (Mixer::Mamba1(ours), Mixer::Mamba1(theirs)) => {
                    ours.time_step_limit = theirs.time_step_limit;
                    if let (Some(ours), Some(theirs)) = (&mut ours.part_norms, theirs.part_norms) {
                        *ours = theirs;
                    }
                }
                (Mixer::Mamba2(ours), Mixer::Mamba2(theirs)) => {
                    ours.time_step_limit = theirs.time_step_limit;
                    ours.heads.norm_before_gate = theirs.heads.norm_before_gate;
                    if let (Some(ours), Some(theirs)) = (&mut ours.gated_norm, theirs.gated_norm) {
                        *ours = theirs;
                    }
                }
                (Mixer::Attention(ours), Mixer::Attention(theirs)) => ours.window = theirs.window,
                _ => {}
            }
        }
        let ends = theirs.eos_tokens.clone();
        // Padded vocabularies and rounded numbers may differ.
        let (context, eos_tokens) = (theirs.published.context, completed.eos_tokens.clone());
        let Self { vocab, tied, norm_epsilon, published, .. } = completed;
        if completed != (Self { vocab, tied, norm_epsilon, eos_tokens, published, ..theirs }) {
            return self;
        }
        completed.published.context = context;
        completed.eos_tokens.extend(ends.into_iter().filter(|&id| (id as usize) < vocab));
        completed
    }
}

struct Fields<'a> {
    metadata: &'a Metadata,
    architecture: &'a str,
}

impl Fields<'_> {
    /// Mamba, Falcon-Mamba and Mamba-2. `is_part`: of a split model, the tensors of which are not all known.
    fn mamba(&self, header: &Header, vocab: usize, is_part: bool) -> Result<Config> {
        let mamba2 = self.architecture == "mamba2";
        let has = |name: &str| header.tensors.iter().any(|tensor| tensor.name == name);
        let d_inner = self.required("ssm.inner_size", MAX_DIMENSION)?;
        // R in Mamba; H in Mamba-2.
        let rank = self.required("ssm.time_step_rank", MAX_DIMENSION)?;
        let architecture = if mamba2 {
            let groups = self.dimension("ssm.group_count", MAX_DIMENSION)?.unwrap_or(1);
            let heads = Heads { heads: rank, head_dim: d_inner / rank, groups, norm_before_gate: false };
            Architecture::Mamba2(heads)
        } else if self.metadata.flag(&self.key("ssm.dt_b_c_rms"))?.unwrap_or(false) {
            Architecture::FalconMamba { mixer_epsilon: FALCON_EPSILON }
        } else {
            Architecture::Mamba
        };
        let epsilon = self.metadata.number(&self.key("attention.layer_norm_rms_epsilon"))?.unwrap_or(1e-5);
        Uniform {
            architecture,
            vocab,
            d_model: self.required("embedding_length", MAX_DIMENSION)?,
            d_inner,
            d_state: self.required("ssm.state_size", MAX_STATES)?,
            dt_rank: if mamba2 { 0 } else { rank },
            d_conv: self.required("ssm.conv_kernel", MAX_TAPS)?,
            layers: self.required("block_count", MAX_LAYERS)?,
            tied: !has("output.weight"),
            use_bias: has("blk.0.ssm_in.bias"),
            // What is in a later part is as in all of llama.cpp's own files.
            use_conv_bias: has("blk.0.ssm_conv1d.bias") || is_part && !has("blk.0.ssm_conv1d.weight"),
            norm_epsilon: epsilon as f32,
            time_step_limit: (0.0, f32::INFINITY),
            eos_tokens: self.eos_tokens(vocab)?,
        }
        .checked(FILE)
    }

    fn eos_tokens(&self, vocab: usize) -> Result<Vec<u32>> {
        let mut eos_tokens = Vec::new();
        for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"] {
            let id = self.metadata.whole(key)?.and_then(|id| u32::try_from(id).ok());
            eos_tokens.extend(id.filter(|&id| (id as usize) < vocab));
        }
        Ok(eos_tokens)
    }

    fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.architecture)
    }

    fn dimension(&self, name: &str, max: u64) -> Result<Option<usize>> {
        let key = self.key(name);
        match self.metadata.whole(&key)? {
            None => Ok(None),
            Some(n @ 1..) if n <= max => Ok(Some(n as usize)),
            Some(n) => Err(bad(format!("has {key} = {n}; it must lie between 1 and {max}"))),
        }
    }

    /// V of a split model whose embeddings are in a later part.
    fn vocab(&self) -> Result<usize> {
        if let Some(vocab) = self.dimension("vocab_size", MAX_DIMENSION)? {
            return Ok(vocab);
        }
        match self.metadata.texts("tokenizer.ggml.tokens")? {
            Some(tokens) if (1..=MAX_DIMENSION).contains(&(tokens.len() as u64)) => Ok(tokens.len()),
            _ => Err(bad(format!(
                "does not say how many tokens the model has: its first part has neither {} nor tokens nor \
                 token_embd.weight",
                self.key("vocab_size")
            ))),
        }
    }

    fn required(&self, name: &str, max: u64) -> Result<usize> {
        self.dimension(name, max)?.ok_or_else(|| bad(format!("does not say {}", self.key(name))))
    }
}
