//! The dimensions of a model, whatever file they come from.

mod gguf;
mod hybrid;
mod json;

use crate::error::{Error, Result};
use crate::model::{
    Attention, Extent, Heads, Mamba1, Mamba2, Memory, Mixer, Mlp, Names, Role, Scales, TensorSpec, tensors,
};

/// The dimensions of a model. Letters as in the crate's documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// V, rows of the embedding, padding included.
    pub vocab: usize,
    /// D, width of the residual stream.
    pub d_model: usize,
    /// The L layers in their order, each with its own dimensions.
    pub layers: Vec<Mixer>,
    /// The head is the embedding.
    pub tied: bool,
    /// Added to the mean square in the norms of the residual stream.
    pub norm_epsilon: f32,
    /// Tokens that end a text, as the config names them.
    pub eos_tokens: Vec<u32>,
    /// How a checkpoint becomes this model.
    pub published: Published,
}

/// How a model's makers publish it, where that is not how it runs here.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Published {
    /// What the tensors are called.
    pub names: Names,
    /// What the tensors are multiplied with.
    pub scales: Scales,
    /// The most tokens that attention was made for; 0 without attention.
    pub context: usize,
}

impl Published {
    /// Whether several layers may be one to the model's makers.
    pub(crate) fn joins_layers(&self) -> bool {
        self.names != Names::Mamba
    }
}

/// The dimensions of a model whose layers are all alike, as config files have them; becomes a [`Config`].
pub(crate) struct Uniform {
    pub architecture: Architecture,
    pub vocab: usize,
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
    pub tied: bool,
    pub use_bias: bool,
    pub use_conv_bias: bool,
    pub norm_epsilon: f32,
    /// (0, inf) unless the config says otherwise.
    pub time_step_limit: (f32, f32),
    pub eos_tokens: Vec<u32>,
}

/// The recurrence of all layers of a [`Uniform`], with its own settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Architecture {
    Mamba,
    FalconMamba {
        /// Added to the mean square in the norms of dt, B and C.
        mixer_epsilon: f32,
    },
    Mamba2(Heads),
}

/// "This is a Llama (LlamaForCausalLM); this page runs ...", from the name that a file gives the architecture.
pub(crate) fn unsupported(name: &str) -> Error {
    let family = ["ForCausalLM", "LMHeadModel", "Model"].iter().find_map(|end| name.strip_suffix(end));
    let known_as = family.map_or(name.to_owned(), |family| format!("{family} ({name})"));
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Error::UnsupportedArchitecture(format!("This is {article} {known_as}; this page runs {FAMILIES}."))
}

/// What the page runs.
pub(crate) const FAMILIES: &str = "Mamba, Mamba-2, Falcon-Mamba, Granite-4.0-H and Falcon-H1";

/// Tokens that attention sees by default, where the model was made for so many.
const DEFAULT_WINDOW: usize = 4096;

/// A larger dimension is an error or too large for any browser.
pub(crate) const MAX_DIMENSION: u64 = 1 << 24;
pub(crate) const MAX_LAYERS: u64 = 1 << 12;
pub(crate) const MAX_STATES: u64 = 1 << 12;
pub(crate) const MAX_TAPS: u64 = 1 << 10;
/// The longest row of anything: then a row for each of 32 tokens still has a length that 32 bits can count.
const MAX_WIDTH: u64 = 1 << 24;
/// The most values of a tensor: then its length, rounded up to whole blocks, can be counted in 32 bits.
const MAX_TENSOR: u64 = i32::MAX as u64;
/// More parameters than this and even int8 weights pass what wasm can address.
const MAX_PARAMETERS: u64 = 16 << 30;
/// The largest state: half of what wasm can address.
const MAX_STATE_BYTES: u64 = 1 << 31;

impl Uniform {
    /// The config with its layers one by one, if its parts agree. `source` is the file that the sentence names.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for dimensions that contradict each other or that nothing can hold.
    pub(crate) fn checked(self, source: &str) -> Result<Config> {
        let Self { d_inner, d_state, dt_rank, d_conv, use_bias, use_conv_bias, time_step_limit, .. } = self;
        let mamba1 = |part_norms| {
            Mixer::Mamba1(Mamba1 {
                d_inner,
                d_state,
                dt_rank,
                d_conv,
                use_bias,
                use_conv_bias,
                time_step_limit,
                part_norms,
            })
        };
        let mixer = match self.architecture {
            Architecture::Mamba => mamba1(None),
            Architecture::FalconMamba { mixer_epsilon } => mamba1(Some(mixer_epsilon)),
            Architecture::Mamba2(heads) => {
                let Heads { heads: h, head_dim: p, .. } = heads;
                if (h as u64).checked_mul(p as u64) != Some(d_inner as u64) {
                    return Err(bad(
                        source,
                        format!("has {h} heads of {p} channels, but the model has {d_inner} channels"),
                    ));
                }
                let gated_norm = Some(self.norm_epsilon);
                Mixer::Mamba2(Mamba2 { heads, d_state, d_conv, use_bias, use_conv_bias, time_step_limit, gated_norm })
            }
        };
        Config {
            vocab: self.vocab,
            d_model: self.d_model,
            layers: vec![mixer; self.layers],
            tied: self.tied,
            norm_epsilon: self.norm_epsilon,
            eos_tokens: self.eos_tokens,
            published: Published::default(),
        }
        .checked(source)
    }
}

fn bad(source: &str, what: String) -> Error {
    Error::BadCheckpoint(format!("{source} {what}."))
}

impl Config {
    /// The name in docs/api.md's `engine.info`.
    pub fn architecture(&self) -> &'static str {
        match self.published.names {
            Names::Mamba => {}
            _ if self.layers.iter().any(Mixer::is_beside) => return "falcon-h1",
            Names::Granite | Names::FalconH1 => return "granite-hybrid",
        }
        let name = |mixer: &Mixer| match mixer {
            Mixer::Mamba1(Mamba1 { part_norms: None, .. }) => "mamba",
            Mixer::Mamba1(Mamba1 { part_norms: Some(_), .. }) => "falcon-mamba",
            Mixer::Mamba2(_) => "mamba2",
            Mixer::Attention(_) | Mixer::Mlp(_) => "hybrid",
        };
        let mut names = self.layers.iter().map(name);
        let first = names.next().unwrap_or("mamba");
        if names.all(|name| name == first) { first } else { "hybrid" }
    }

    /// N; the largest one where layers differ.
    pub fn d_state(&self) -> usize {
        self.layers.iter().map(Mixer::d_state).max().unwrap_or(0)
    }

    /// Parameters of the model, each tied tensor counted once.
    pub fn parameters(&self) -> u64 {
        tensors(self).iter().fold(0, |sum: u64, spec| sum.saturating_add(spec.values()))
    }

    /// Bytes of a [`State`](crate::state::State), the same at every position; u64::MAX if u64 cannot count them.
    pub fn state_bytes(&self) -> u64 {
        self.memory_bytes(|_| true)
    }

    /// Bytes of the state's rings.
    pub fn window_bytes(&self) -> u64 {
        self.memory_bytes(|memory| matches!(memory.extent, Extent::Ring { .. }))
    }

    fn memory_bytes(&self, counts: impl Fn(&Memory) -> bool) -> u64 {
        let memories = self.layers.iter().flat_map(Mixer::memories).filter(counts);
        memories.fold(0, |sum: u64, memory| sum.saturating_add(memory.bytes().unwrap_or(u64::MAX)))
    }

    /// M, the tokens that attention sees; None in a model without attention.
    pub fn window(&self) -> Option<usize> {
        let window =
            |mixer: &Mixer| if let Mixer::Attention(attention) = mixer { Some(attention.window) } else { None };
        self.layers.iter().filter_map(window).max()
    }

    /// Checks that the dimensions agree and that 32 bits can count all sizes that follow from them, because wasm has no
    /// more. `source` is the file that the sentence names. All later arithmetic with dimensions relies on this.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] for dimensions that contradict each other or that nothing can hold.
    pub fn checked(self, source: &str) -> Result<Self> {
        let bad = |what: String| Err(bad(source, what));
        let mut epsilons = vec![self.norm_epsilon];
        for mixer in &self.layers {
            let widest = mixer.widest().max(self.d_model as u64);
            if widest > MAX_WIDTH {
                return bad(format!("describes layers with rows of {widest} values, more than any browser can hold"));
            }
            let sizes = match mixer {
                Mixer::Mamba1(mamba1) => {
                    epsilons.extend(mamba1.part_norms);
                    [mamba1.d_state, mamba1.d_conv]
                }
                Mixer::Mamba2(Mamba2 { heads: Heads { heads, groups, .. }, d_state, d_conv, gated_norm, .. }) => {
                    epsilons.extend(gated_norm);
                    if *groups == 0 || heads % groups != 0 {
                        return bad(format!("has {heads} heads, which {groups} groups cannot share evenly"));
                    }
                    [*d_state, *d_conv]
                }
                Mixer::Attention(attention) => {
                    if let Some(what) = unfit_heads(attention) {
                        return bad(what);
                    }
                    [attention.window; 2]
                }
                Mixer::Mlp(Mlp { d_hidden, .. }) => [*d_hidden; 2],
            };
            if sizes.contains(&0) || mixer.d_inner() == 0 || self.d_model == 0 {
                return bad("describes layers without channels, states or taps".into());
            }
        }
        let stands_alone = |at: usize| {
            let before = at.checked_sub(1).map(|before| self.layers[before]);
            self.layers[at].is_beside() && !matches!(before, Some(Mixer::Mamba2(_)))
        };
        if (0..self.layers.len()).any(stands_alone) {
            return bad("has attention beside a layer that is not Mamba-2".into());
        }
        if let Some(epsilon) = epsilons.iter().find(|epsilon| !(epsilon.is_finite() && **epsilon >= 0.0)) {
            return bad(format!("has {epsilon} as an epsilon of a norm, which is not a small positive number"));
        }
        let parameters = self.parameters();
        if parameters > MAX_PARAMETERS {
            return bad(format!("describes a model of {parameters} parameters, more than any browser can hold"));
        }
        let whole = |role: Role| self.shape(role).map(|shape| TensorSpec { place: role.into(), shape });
        let wholes = tensors(&self).into_iter().filter_map(|spec| whole(spec.place.role));
        if let Some(spec) = wholes.into_iter().find(|spec| spec.values() > MAX_TENSOR) {
            let (name, values) = (self.tensor_name(spec.place), spec.values());
            return bad(format!("describes a tensor {name} of {values} values, more than any browser can hold"));
        }
        let state_bytes = self.state_bytes();
        if state_bytes > MAX_STATE_BYTES {
            let megabytes = state_bytes / 1_000_000;
            return bad(format!("describes a model whose state has {megabytes} MB, more than any browser can hold"));
        }
        Ok(self)
    }

    /// The same model with attention over so many tokens; a model without attention stays as it is.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for none and for more tokens than the model was made for, and as
    /// [`checked`](Config::checked) for more than fit the state.
    pub fn with_window(mut self, tokens: usize) -> Result<Self> {
        for mixer in &mut self.layers {
            let Mixer::Attention(attention) = mixer else { continue };
            let most = self.published.context;
            if tokens == 0 || tokens > most {
                return Err(Error::BadArgument(format!(
                    "The window must have between 1 and {most} tokens, which this model was made for; {tokens} were asked \
                     for."
                )));
            }
            attention.window = tokens;
        }
        self.checked("The model with this window")
    }
}

/// What is wrong with the heads of an attention layer.
fn unfit_heads(attention: &Attention) -> Option<String> {
    let Attention { heads, kv_heads, head_dim, rope_theta, window, .. } = *attention;
    if kv_heads == 0 || heads % kv_heads != 0 {
        return Some(format!("has {heads} attention heads, which {kv_heads} heads of keys cannot serve evenly"));
    }
    if rope_theta.is_some() && head_dim % 2 != 0 {
        return Some(format!(
            "has attention heads of {head_dim} channels, an odd number, which cannot be turned in pairs"
        ));
    }
    if rope_theta.is_some_and(|theta| !(theta.is_finite() && theta > 0.0)) {
        return Some("has a rope_theta that is not a positive number".into());
    }
    (window == 0).then(|| "has attention over no tokens".into())
}

#[cfg(test)]
mod tests;
