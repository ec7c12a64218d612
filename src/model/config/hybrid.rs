//! `config.json` of Granite-4.0-H (`granitemoehybrid`) and Falcon-H1 (`falcon_h1`), with the defaults of transformers'
//! `GraniteMoeHybridConfig` and `FalconH1Config`.

use serde_json::Value;

use super::json::{FILE, Fields, bad};
use super::{Config, DEFAULT_WINDOW, MAX_DIMENSION, MAX_LAYERS, MAX_STATES, MAX_TAPS, Published};
use crate::error::{Error, Result};
use crate::model::{Added, Attention, Heads, Mamba2, Mixer, Mlp, Names, Scales};

/// What a model of either family is made of.
struct Kinds {
    mamba2: Mamba2,
    attention: Attention,
    mlp: Mlp,
}

impl Fields<'_> {
    /// transformers' `GraniteMoeHybridForCausalLM`: each layer is Mamba-2 or attention, and an MLP.
    pub(super) fn granite(&self) -> Result<Config> {
        let experts = self.number("num_local_experts")?.unwrap_or(8.0);
        if experts != 0.0 {
            return Err(Error::UnsupportedArchitecture(format!(
                "This model has {experts} experts a layer; this page runs Granite-4.0-H without experts."
            )));
        }
        let d_model = self.required("hidden_size", MAX_DIMENSION)?;
        let heads = self.dimension("num_attention_heads", MAX_DIMENSION)?.unwrap_or(32);
        let attention = Attention {
            heads,
            kv_heads: self.dimension("num_key_value_heads", MAX_DIMENSION)?.unwrap_or(heads),
            head_dim: self.head_dim(d_model, heads)?,
            use_bias: self.flag("attention_bias", false)?,
            rope_theta: match self.typed::<String>("position_embedding_type", "a name")?.as_deref() {
                Some("rope") => Some(self.rope_theta()?),
                _ => None,
            },
            window: self.window(2048)?,
            beside: false,
        };
        let d_inner = self.whole_inner(d_model)?;
        let epsilon = self.number("rms_norm_eps")?.unwrap_or(1e-6);
        let kinds = Kinds {
            mamba2: Mamba2 { gated_norm: Some(epsilon), ..self.mamba2(d_inner, false)? },
            attention,
            mlp: Mlp {
                d_hidden: self.dimension("shared_intermediate_size", MAX_DIMENSION)?.unwrap_or(1024),
                use_bias: false,
            },
        };
        let embedding = self.multiplier("embedding_multiplier")?;
        let residual = self.multiplier("residual_multiplier")?.get() / embedding.get();
        let scales = Scales {
            added: Added { mamba: residual, attention: residual, mlp: residual },
            // Of null, torch makes its own.
            query: match self.has_key("attention_multiplier") && !self.has("attention_multiplier") {
                true => (attention.head_dim as f32).sqrt().recip(),
                false => self.multiplier("attention_multiplier")?.get(),
            },
            scores: 1.0 / self.multiplier("logits_scaling")?.get(),
            ..Scales::default()
        };
        let layers = self.layer_types()?.into_iter().flat_map(|is_attention| {
            let mixer = if is_attention { Mixer::Attention(kinds.attention) } else { Mixer::Mamba2(kinds.mamba2) };
            [mixer, Mixer::Mlp(kinds.mlp)]
        });
        let names = Names::Granite;
        let published = Published { names, scales, context: self.context(2048)? };
        self.hybrid(layers.collect(), epsilon, embedding, published)
    }

    /// transformers' `FalconH1ForCausalLM`: each layer is Mamba-2 and attention side by side, and an MLP.
    pub(super) fn falcon_h1(&self) -> Result<Config> {
        let d_model = self.required("hidden_size", MAX_DIMENSION)?;
        let heads = self.dimension("num_attention_heads", MAX_DIMENSION)?.unwrap_or(32);
        let kv_heads = match self.has_key("num_key_value_heads") {
            true => self.dimension("num_key_value_heads", MAX_DIMENSION)?.unwrap_or(heads),
            false => 8,
        };
        let head_dim = self.head_dim(d_model, heads)?;
        let attention = Attention {
            heads,
            kv_heads,
            head_dim,
            use_bias: self.flag("attention_bias", false)?,
            rope_theta: Some(self.rope_theta()?),
            window: self.window(8192)?,
            beside: true,
        };
        let d_inner = match self.has_key("mamba_d_ssm") {
            // transformers takes expand * D where the key is null.
            true => match self.dimension("mamba_d_ssm", MAX_DIMENSION)? {
                Some(d_ssm) => d_ssm,
                None => self.whole_inner(d_model)?,
            },
            false => 1024,
        };
        let epsilon = self.number("rms_norm_eps")?.unwrap_or(1e-5);
        let is_normed = self.flag("mamba_rms_norm", false)?;
        let before_gate = is_normed && self.flag("mamba_norm_before_gate", true)?;
        let mamba2 = Mamba2 { gated_norm: is_normed.then_some(epsilon), ..self.mamba2(d_inner, before_gate)? };
        let (in_bias, out_bias) = (mamba2.use_bias, self.flag("projectors_bias", false)?);
        if in_bias != out_bias {
            return Err(Error::UnsupportedArchitecture(format!(
                "This model has mamba_proj_bias = {in_bias} and projectors_bias = {out_bias}; this page runs Falcon-H1 \
                 with both or with neither."
            )));
        }
        let mlp = Mlp {
            d_hidden: self.dimension("intermediate_size", MAX_DIMENSION)?.unwrap_or(14336),
            use_bias: self.flag("mlp_bias", false)?,
        };
        let embedding = self.multiplier("embedding_multiplier")?;
        let [gate, down] = self.multipliers("mlp_multipliers")?;
        let added = |factor: f32| factor / embedding.get();
        let scales = Scales {
            added: Added {
                mamba: added(self.multiplier("ssm_out_multiplier")?.get()),
                attention: added(self.multiplier("attention_out_multiplier")?.get()),
                mlp: added(down),
            },
            mamba_in: self.multiplier("ssm_in_multiplier")?.get(),
            mamba_sections: self.multipliers("ssm_multipliers")?,
            attention_in: self.multiplier("attention_in_multiplier")?.get(),
            query: (head_dim as f32).sqrt().recip(),
            key: self.multiplier("key_multiplier")?.get(),
            gate,
            scores: self.multiplier("lm_head_multiplier")?.get(),
        };
        let layers = self.dimension("num_hidden_layers", MAX_LAYERS)?;
        let layers = layers.ok_or_else(|| bad("does not say num_hidden_layers".into()))?;
        let layer = [Mixer::Mamba2(mamba2), Mixer::Attention(attention), Mixer::Mlp(mlp)];
        let names = Names::FalconH1;
        let published = Published { names, scales, context: self.context(8192)? };
        self.hybrid(layer.repeat(layers), epsilon, embedding, published)
    }

    fn hybrid(&self, layers: Vec<Mixer>, epsilon: f32, embedding: Multiplier, published: Published) -> Result<Config> {
        self.check_activation()?;
        let embedding = f64::from(embedding.get());
        Config {
            vocab: self.required("vocab_size", MAX_DIMENSION)?,
            d_model: self.required("hidden_size", MAX_DIMENSION)?,
            layers,
            tied: self.flag("tie_word_embeddings", false)?,
            norm_epsilon: (f64::from(epsilon) / (embedding * embedding)) as f32,
            eos_tokens: self.eos_tokens()?,
            published,
        }
        .checked(FILE)
    }

    /// Without its gated norm.
    fn mamba2(&self, d_inner: usize, norm_before_gate: bool) -> Result<Mamba2> {
        let heads = self.dimension("mamba_n_heads", MAX_DIMENSION)?.unwrap_or(128);
        let head_dim = match self.get("mamba_d_head") {
            None => d_inner / heads,
            Some(Value::String(word)) if word == "auto" => d_inner / heads,
            Some(_) => self.required("mamba_d_head", MAX_DIMENSION)?,
        };
        if (heads as u64).checked_mul(head_dim as u64) != Some(d_inner as u64) {
            let what = format!("has {heads} heads of {head_dim} channels, but Mamba has {d_inner} channels");
            return Err(bad(what));
        }
        Ok(Mamba2 {
            heads: Heads {
                heads,
                head_dim,
                groups: self.dimension("mamba_n_groups", MAX_DIMENSION)?.unwrap_or(1),
                norm_before_gate,
            },
            d_state: self.dimension("mamba_d_state", MAX_STATES)?.unwrap_or(256),
            d_conv: self.dimension("mamba_d_conv", MAX_TAPS)?.unwrap_or(4),
            use_bias: self.flag("mamba_proj_bias", false)?,
            // null is no truth.
            use_conv_bias: self.flag("mamba_conv_bias", !self.has_key("mamba_conv_bias"))?,
            time_step_limit: self.limit("time_step_limit")?,
            gated_norm: None,
        })
    }

    /// E of a family whose expand is a whole number.
    fn whole_inner(&self, d_model: usize) -> Result<usize> {
        self.dimension("mamba_expand", MAX_DIMENSION)?;
        self.inner("mamba_expand", d_model)
    }

    /// S: D / Q unless the file says otherwise.
    fn head_dim(&self, d_model: usize, heads: usize) -> Result<usize> {
        match self.dimension("head_dim", MAX_DIMENSION)? {
            Some(head_dim) => Ok(head_dim),
            None if d_model >= heads => Ok(d_model / heads),
            None => Err(bad(format!("has {heads} attention heads, more than the model's {d_model} channels"))),
        }
    }

    /// Of each layer, whether it is attention.
    fn layer_types(&self) -> Result<Vec<bool>> {
        let number = self.dimension("num_hidden_layers", MAX_LAYERS)?;
        // Of the two names the older one wins, as in transformers.
        let key = if self.has("layers_block_type") { "layers_block_type" } else { "layer_types" };
        let Some(types) = self.typed::<Vec<String>>(key, "a list of names")? else {
            return Ok(vec![false; number.ok_or_else(|| bad("does not say num_hidden_layers".into()))?]);
        };
        if number.is_some_and(|number| number != types.len()) || types.len() as u64 > MAX_LAYERS {
            let number = number.unwrap_or_default();
            return Err(bad(format!("has {number} layers, but {} in {key}", types.len())));
        }
        let kind = |name: &String| match name.as_str() {
            "mamba" | "linear_attention" => Ok(false),
            "attention" | "full_attention" => Ok(true),
            other => Err(Error::UnsupportedArchitecture(format!(
                "This model has a layer of the type {other}; this page runs Granite-4.0-H with layers of the types mamba \
                 and attention."
            ))),
        };
        types.iter().map(kind).collect()
    }

    /// The base of the rotary positions: of `rope_scaling`, `rope_parameters` or the file itself.
    fn rope_theta(&self) -> Result<f32> {
        let is_filled = |value: &&Value| value.as_object().is_some_and(|object| !object.is_empty());
        let own = ["rope_scaling", "rope_parameters"].iter().find_map(|key| self.get(key).filter(is_filled));
        let own = own.and_then(Value::as_object).map(Fields);
        let Some(own) = own else { return Ok(self.number("rope_theta")?.unwrap_or(1e4)) };
        let kind = match own.typed::<String>("rope_type", "a name")? {
            None => own.typed::<String>("type", "a name")?,
            kind => kind,
        };
        if let Some(kind) = kind.filter(|kind| kind != "default") {
            return Err(Error::UnsupportedArchitecture(format!(
                "This model has rotary positions of the type {kind}; this page runs the type default."
            )));
        }
        match own.number("rope_theta")? {
            Some(theta) => Ok(theta),
            None => Ok(self.number("rope_theta")?.unwrap_or(1e4)),
        }
    }

    /// The most tokens that attention was made for.
    fn context(&self, default: usize) -> Result<usize> {
        Ok(self.dimension("max_position_embeddings", u64::from(u32::MAX))?.unwrap_or(default))
    }

    fn window(&self, context: usize) -> Result<usize> {
        Ok(self.context(context)?.min(DEFAULT_WINDOW))
    }

    /// A number, which may be whole, and infinite only as transformers writes that.
    fn number(&self, name: &str) -> Result<Option<f32>> {
        self.typed(name, "a number")
    }

    /// A factor that something is divided by, or that may not be 0 because then nothing would be left.
    fn multiplier(&self, name: &str) -> Result<Multiplier> {
        Multiplier::new(self.number(name)?.unwrap_or(1.0), name)
    }

    fn multipliers<const N: usize>(&self, name: &str) -> Result<[f32; N]> {
        let Some(list) = self.typed::<Vec<f32>>(name, "a list of numbers")? else { return Ok([1.0; N]) };
        let found = list.len();
        let Ok(list) = <[f32; N]>::try_from(list) else {
            return Err(bad(format!("has {found} numbers in {name}, which must have {N}")));
        };
        list.into_iter().try_for_each(|factor| Multiplier::new(factor, name).map(drop))?;
        Ok(list)
    }
}

/// A finite number that is not 0.
#[derive(Clone, Copy)]
struct Multiplier(f32);

impl Multiplier {
    fn new(factor: f32, name: &str) -> Result<Self> {
        if factor == 0.0 || !factor.is_finite() {
            return Err(bad(format!("has {name} = {factor}, with which nothing can be multiplied")));
        }
        Ok(Self(factor))
    }

    fn get(self) -> f32 {
        self.0
    }
}
