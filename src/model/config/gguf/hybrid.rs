//! The metadata of Granite-4.0-H (`granitehybrid`) and Falcon-H1 (`falcon-h1`), as llama.cpp's converter writes them.

use super::super::{Config, DEFAULT_WINDOW, MAX_DIMENSION, MAX_LAYERS, MAX_STATES, MAX_TAPS, Published};
use super::{FILE, Fields, bad};
use crate::checkpoint::gguf::Header;
use crate::error::{Error, Result};
use crate::model::{Added, Attention, Heads, Mamba2, Mixer, Mlp, Names, Scales};

impl Fields<'_> {
    /// Granite-4.0-H, each of whose layers is Mamba-2 or attention, and Falcon-H1, whose layers are both; each with an MLP.
    /// `is_part` as there.
    pub(super) fn hybrid(&self, header: &Header, vocab: usize, is_part: bool) -> Result<Config> {
        let is_falcon = self.architecture == "falcon-h1";
        if self.metadata.whole(&self.key("expert_count"))?.is_some_and(|experts| experts > 0) {
            return Err(Error::UnsupportedArchitecture(format!(
                "{FILE} has a mixture of experts; this page runs Granite-4.0-H without experts."
            )));
        }
        if !is_falcon && self.metadata.flag(&self.key("rope.scaling.finetuned"))?.unwrap_or(false) {
            return Err(Error::UnsupportedArchitecture(format!(
                "{FILE} has a hybrid model with rotary positions; this page runs such files without positions."
            )));
        }
        let has = |end: &str| header.tensors.iter().any(|tensor| tensor.name.ends_with(end));
        let d_model = self.required("embedding_length", MAX_DIMENSION)?;
        let layers = self.required("block_count", MAX_LAYERS)?;
        let kv_heads = self.kv_heads(layers)?;
        let heads = self.required("attention.head_count", MAX_DIMENSION)?;
        let head_dim = match self.dimension("attention.key_length", MAX_DIMENSION)? {
            Some(head_dim) => head_dim,
            None => (d_model / heads).max(1),
        };
        let context = self.dimension("context_length", u64::from(u32::MAX))?.unwrap_or(DEFAULT_WINDOW);
        let attention = |kv_heads| Attention {
            heads,
            kv_heads,
            head_dim,
            use_bias: has(".attn_q.bias"),
            rope_theta: None,
            window: context.min(DEFAULT_WINDOW),
            beside: is_falcon,
        };
        let epsilon = self.float("attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5);
        let (d_inner, mamba_heads) =
            (self.required("ssm.inner_size", MAX_DIMENSION)?, self.required("ssm.time_step_rank", MAX_DIMENSION)?);
        if d_inner % mamba_heads != 0 {
            return Err(bad(format!("has {mamba_heads} heads of Mamba, which cannot share {d_inner} channels")));
        }
        let mamba2 = Mixer::Mamba2(Mamba2 {
            heads: Heads {
                heads: mamba_heads,
                head_dim: d_inner / mamba_heads,
                groups: self.dimension("ssm.group_count", MAX_DIMENSION)?.unwrap_or(1),
                norm_before_gate: false,
            },
            d_state: self.required("ssm.state_size", MAX_STATES)?,
            d_conv: self.required("ssm.conv_kernel", MAX_TAPS)?,
            use_bias: has(".ssm_in.bias"),
            use_conv_bias: has(".ssm_conv1d.bias") || is_part && !has(".ssm_conv1d.weight"),
            time_step_limit: (0.0, f32::INFINITY),
            gated_norm: (!is_falcon || has(".ssm_norm.weight")).then_some(epsilon),
        });
        let gate = header.tensors.iter().find(|tensor| tensor.name.ends_with(".ffn_gate.weight"));
        let d_hidden = match gate.map(|tensor| tensor.shape.as_slice()) {
            Some(&[d_hidden, _]) => d_hidden,
            _ => self.required("feed_forward_length", MAX_DIMENSION)?,
        };
        let mlp = Mixer::Mlp(Mlp { d_hidden, use_bias: has(".ffn_gate.bias") });
        let rope_theta = if is_falcon { Some(self.rope_theta(head_dim)?) } else { None };
        let layer = |kv_heads: usize| {
            let attention = (kv_heads > 0).then(|| Mixer::Attention(Attention { rope_theta, ..attention(kv_heads) }));
            let mamba2 = (is_falcon || kv_heads == 0).then_some(mamba2);
            [mamba2, attention, Some(mlp)].into_iter().flatten()
        };
        let embedding = self.factor("embedding_scale", 1.0)?;
        let residual = self.factor("residual_scale", 1.0)? / embedding;
        let scales = Scales {
            added: Added { mamba: residual, attention: residual, mlp: residual },
            query: self.factor("attention.scale", (head_dim as f32).sqrt().recip())?,
            scores: 1.0 / self.factor("logit_scale", 1.0)?,
            ..Scales::default() // Falcon's factors are in the weights
        };
        Config {
            vocab,
            d_model,
            layers: kv_heads.into_iter().flat_map(layer).collect(),
            tied: !header.tensors.iter().any(|tensor| tensor.name == "output.weight"),
            norm_epsilon: (f64::from(epsilon) / f64::from(embedding).powi(2)) as f32,
            eos_tokens: self.eos_tokens(vocab)?,
            published: Published { names: Names::FalconH1, scales, context },
        }
        .checked(FILE)
    }

    /// Of each layer the heads of keys; 0 for a layer without attention.
    fn kv_heads(&self, layers: usize) -> Result<Vec<usize>> {
        let key = self.key("attention.head_count_kv");
        if let Ok(Some(all)) = self.metadata.whole(&key) {
            return match usize::try_from(all) {
                Ok(all @ 1..) if all as u64 <= MAX_DIMENSION => Ok(vec![all; layers]),
                _ => Err(bad(format!("has {key} = {all}; it must lie between 1 and {MAX_DIMENSION}"))),
            };
        }
        let each = self.metadata.numbers(&key)?.ok_or_else(|| bad(format!("does not say {key}")))?;
        if each.len() != layers {
            return Err(bad(format!("has {layers} layers, but {} numbers in {key}", each.len())));
        }
        let heads = |&heads: &i32| usize::try_from(heads).map_err(|_| bad(format!("has {heads} in {key}")));
        each.iter().map(heads).collect()
    }

    /// The base of the rotary positions, which are those of the whole head as they are.
    fn rope_theta(&self, head_dim: usize) -> Result<f32> {
        let other = |what: String| {
            Err(Error::UnsupportedArchitecture(format!(
                "{FILE} has rotary positions {what}, which this page does not run."
            )))
        };
        // llama.cpp takes linear for what says nothing, and 0 for no factor.
        if let Some(kind) = self.metadata.text(&self.key("rope.scaling.type"))?
            && !["none", "linear"].contains(&kind)
        {
            return other(format!("of the type {kind}"));
        }
        for name in ["rope.scaling.factor", "rope.scale_linear"] {
            if let Some(factor) = self.float(name)?.filter(|factor| ![0.0, 1.0].contains(factor)) {
                return other(format!("stretched {factor} times"));
            }
        }
        match self.dimension("rope.dimension_count", MAX_DIMENSION)? {
            Some(count) if count != head_dim => other(format!("in {count} of the {head_dim} channels of a head")),
            _ => Ok(self.float("rope.freq_base")?.unwrap_or(1e4)),
        }
    }

    fn float(&self, name: &str) -> Result<Option<f32>> {
        Ok(self.metadata.number(&self.key(name))?.map(|number| number as f32))
    }

    /// A number that something is multiplied with or divided by.
    fn factor(&self, name: &str, default: f32) -> Result<f32> {
        match self.float(name)? {
            None => Ok(default),
            Some(factor) if factor != 0.0 && factor.is_finite() => Ok(factor),
            Some(factor) => {
                Err(bad(format!("has {} = {factor}, with which nothing can be multiplied", self.key(name))))
            }
        }
    }
}
