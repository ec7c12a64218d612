//! The dimensions of a model, whatever file they come from.

mod gguf;
mod json;

use crate::error::{Error, Result};
use crate::model::tensors;

/// The dimensions of a Mamba model. Letters as in the crate's documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub architecture: Architecture,
    /// V, rows of the embedding, padding included.
    pub vocab: usize,
    /// D, width of the residual stream.
    pub d_model: usize,
    /// E, channels of the selective SSM.
    pub d_inner: usize,
    /// N, states per channel.
    pub d_state: usize,
    /// R, rank of dt; Mamba-2, whose dt comes from in_proj as it is, has 0.
    pub dt_rank: usize,
    /// K, taps of the causal convolution.
    pub d_conv: usize,
    /// L.
    pub layers: usize,
    /// The head is the embedding.
    pub tied: bool,
    /// in_proj and out_proj have biases.
    pub use_bias: bool,
    /// The convolution has a bias.
    pub use_conv_bias: bool,
    /// Added to the mean square in RMSNorm.
    pub norm_epsilon: f32,
    /// softplus(dt) is clamped to this range; (0, inf) unless the config says otherwise.
    pub time_step_limit: (f32, f32),
    /// Tokens that end a text, as the config names them.
    pub eos_tokens: Vec<u32>,
}

/// Which recurrence the layers compute, and what only it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Architecture {
    /// Gu & Dao 2023, <https://arxiv.org/abs/2312.00752>.
    Mamba,
    /// Mamba with RMS norms (without weights) on dt, B and C, <https://arxiv.org/abs/2410.05355>.
    FalconMamba {
        /// Added to the mean square in these norms.
        mixer_epsilon: f32,
    },
    /// Dao & Gu 2024, <https://arxiv.org/abs/2405.21060>.
    Mamba2(Heads),
}

/// How Mamba-2 divides its channels: E = H * P, and each head has one dt and one A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// H.
    pub heads: usize,
    /// P, channels of a head.
    pub head_dim: usize,
    /// G: the heads of a group (H / G) share B and C; the gated norm takes its mean over a group's channels.
    pub groups: usize,
    /// The gated norm multiplies by silu(z) after the norm, not before it.
    pub norm_before_gate: bool,
}

impl Architecture {
    /// The name in API.md's `engine.info`.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Mamba => "mamba",
            Architecture::FalconMamba { .. } => "falcon-mamba",
            Architecture::Mamba2(_) => "mamba2",
        }
    }
}

/// "This is a Llama (LlamaForCausalLM); this page runs ...", from the name that a file gives the architecture.
pub(crate) fn unsupported(name: &str) -> Error {
    let family = ["ForCausalLM", "LMHeadModel", "Model"].iter().find_map(|end| name.strip_suffix(end));
    let known_as = family.map_or(name.to_owned(), |family| format!("{family} ({name})"));
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Error::UnsupportedArchitecture(format!(
        "This is {article} {known_as}; this page runs Mamba, Mamba-2 and Falcon-Mamba."
    ))
}

/// Beyond this a dimension is a lie or beyond any browser; it also keeps every product of two inside u64.
pub(crate) const MAX_DIMENSION: u64 = 1 << 24;
pub(crate) const MAX_LAYERS: u64 = 1 << 12;
pub(crate) const MAX_STATES: u64 = 1 << 12;
pub(crate) const MAX_TAPS: u64 = 1 << 10;

impl Config {
    /// Channels that the convolution runs over: E, in Mamba-2 E + 2 G N, since B and C go through it too.
    pub fn conv_width(&self) -> usize {
        match self.architecture {
            Architecture::Mamba | Architecture::FalconMamba { .. } => self.d_inner,
            Architecture::Mamba2(heads) => self.d_inner + 2 * heads.groups * self.d_state,
        }
    }

    /// Rows of in_proj: x and z, in Mamba-2 also B, C and dt.
    pub fn in_proj_rows(&self) -> usize {
        match self.architecture {
            Architecture::Mamba | Architecture::FalconMamba { .. } => 2 * self.d_inner,
            Architecture::Mamba2(heads) => self.d_inner + self.conv_width() + heads.heads,
        }
    }

    /// Parameters of the model, each tied tensor counted once.
    pub fn parameters(&self) -> u64 {
        tensors(self).iter().map(|spec| spec.shape.iter().map(|&n| n as u64).product::<u64>()).sum()
    }

    /// The config itself, if its parts agree. `source` is the file that the sentence names.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for dimensions that contradict each other or that nothing can hold.
    pub(crate) fn checked(self, source: &str) -> Result<Self> {
        let bad = |what: String| Err(Error::BadCheckpoint(format!("{source} {what}.")));
        let mut epsilons = vec![self.norm_epsilon];
        match self.architecture {
            Architecture::Mamba => {}
            Architecture::FalconMamba { mixer_epsilon } => epsilons.push(mixer_epsilon),
            Architecture::Mamba2(Heads { heads, head_dim, groups, .. }) => {
                if heads * head_dim != self.d_inner {
                    return bad(format!(
                        "has {heads} heads of {head_dim} channels, but the model has {} channels",
                        self.d_inner
                    ));
                }
                if heads % groups != 0 {
                    return bad(format!("has {heads} heads, which {groups} groups cannot share evenly"));
                }
            }
        }
        if let Some(epsilon) = epsilons.iter().find(|epsilon| !(epsilon.is_finite() && **epsilon >= 0.0)) {
            return bad(format!("has {epsilon} as an epsilon of a norm, which is not a small positive number"));
        }
        // More parameters than this and even int8 weights pass what wasm can address.
        let limit = 16_u64 << 30;
        let parameters = self.parameters();
        if parameters > limit {
            return bad(format!("describes a model of {parameters} parameters, more than any browser can hold"));
        }
        Ok(self)
    }
}
