//! `config.json`, in Hugging Face's spelling and in that of the original state-spaces checkpoints.

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};

/// The dimensions of a Mamba-1 model. Letters as in the crate's documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// V, rows of the embedding, padding included.
    pub vocab: usize,
    /// D, width of the residual stream.
    pub d_model: usize,
    /// E, channels of the selective SSM.
    pub d_inner: usize,
    /// N, states per channel.
    pub d_state: usize,
    /// R, rank of dt.
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

/// Beyond this a dimension is a lie or beyond any browser; it also keeps every product of two inside u64.
const MAX_DIMENSION: u64 = 1 << 24;
const MAX_LAYERS: u64 = 1 << 12;

impl Config {
    /// Reads a `config.json` of either spelling.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`] for another model family, [`Error::BadCheckpoint`] for anything
    /// that is missing, absurd or contradictory; both name the field.
    pub fn parse(json: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json).map_err(|error| bad(format!("is not valid JSON ({error})")))?;
        let object = value.as_object().ok_or_else(|| bad("is not a JSON object".into()))?;
        let fields = Fields(object);
        if fields.has("ssm_cfg") || (fields.has("d_model") && !fields.has("model_type")) {
            fields.original()
        } else {
            fields.hugging_face()
        }
    }

    /// Parameters of the model, each tied tensor counted once.
    pub fn parameters(&self) -> u64 {
        crate::model::mamba1::tensors(self)
            .iter()
            .map(|spec| spec.shape.iter().map(|&n| n as u64).product::<u64>())
            .sum()
    }
}

fn bad(what: String) -> Error {
    Error::BadCheckpoint(format!("config.json {what}."))
}

struct Fields<'a>(&'a serde_json::Map<String, Value>);

impl Fields<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn typed<'de, T: Deserialize<'de>>(&'de self, name: &str, kind: &str) -> Result<Option<T>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|_| bad(format!("has {name} = {value}, which is not {kind}")))
    }

    fn dimension(&self, name: &str, max: u64) -> Result<Option<usize>> {
        match self.typed::<u64>(name, "a whole number")? {
            None => Ok(None),
            Some(n @ 1..) if n <= max => Ok(Some(n as usize)),
            Some(n) => Err(bad(format!("has {name} = {n}; it must lie between 1 and {max}"))),
        }
    }

    fn required(&self, name: &str, max: u64) -> Result<usize> {
        self.dimension(name, max)?.ok_or_else(|| bad(format!("does not say {name}")))
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool> {
        Ok(self.typed(name, "true or false")?.unwrap_or(default))
    }

    /// `dt_rank` / `time_step_rank`: a number, or "auto" for ceil(D / 16).
    fn rank(&self, name: &str, d_model: usize) -> Result<usize> {
        match self.get(name) {
            None => Ok(d_model.div_ceil(16)),
            Some(Value::String(word)) if word == "auto" => Ok(d_model.div_ceil(16)),
            Some(_) => self.required(name, MAX_DIMENSION),
        }
    }

    fn inner(&self, expand: &str, d_model: usize) -> Result<usize> {
        let expand: f64 = self.typed(expand, "a number")?.unwrap_or(2.0);
        let inner = expand * d_model as f64;
        if !(1.0..=MAX_DIMENSION as f64).contains(&inner) {
            return Err(bad(format!("has expand = {expand}, which gives {inner} channels")));
        }
        Ok(inner as usize)
    }

    /// MambaForCausalLM of transformers.
    fn hugging_face(&self) -> Result<Config> {
        let model_type = self.get("model_type").and_then(Value::as_str);
        let architecture = self.get("architectures").and_then(|names| names.get(0)).and_then(Value::as_str);
        if !matches!((model_type, architecture), (Some("mamba"), _) | (None, Some("MambaForCausalLM"))) {
            let name = architecture.or(model_type).unwrap_or("of an unnamed architecture");
            return Err(Error::UnsupportedArchitecture(format!(
                "This model is {name}; this page runs Mamba (model_type \"mamba\", MambaForCausalLM)."
            )));
        }
        if let Some(act) = self.typed::<String>("hidden_act", "a name")?.filter(|act| act != "silu" && act != "swish") {
            return Err(Error::UnsupportedArchitecture(format!(
                "This model uses the activation {act}; Mamba uses silu."
            )));
        }
        let d_model = match self.dimension("hidden_size", MAX_DIMENSION)? {
            Some(n) => n,
            None => self.required("d_model", MAX_DIMENSION)?,
        };
        let d_inner = match self.dimension("intermediate_size", MAX_DIMENSION)? {
            Some(n) => n,
            None => self.inner("expand", d_model)?,
        };
        let layers = match self.dimension("num_hidden_layers", MAX_LAYERS)? {
            Some(n) => n,
            None => self.required("n_layer", MAX_LAYERS)?,
        };
        self.finish(Config {
            vocab: self.required("vocab_size", MAX_DIMENSION)?,
            d_model,
            d_inner,
            d_state: self.dimension("state_size", 1 << 12)?.unwrap_or(16),
            dt_rank: self.rank("time_step_rank", d_model)?,
            d_conv: self.dimension("conv_kernel", 1 << 10)?.unwrap_or(4),
            layers,
            tied: self.flag("tie_word_embeddings", true)?,
            use_bias: self.flag("use_bias", false)?,
            use_conv_bias: self.flag("use_conv_bias", true)?,
            norm_epsilon: self.typed("layer_norm_epsilon", "a number")?.unwrap_or(1e-5),
            time_step_limit: self.time_step_limit()?,
            eos_tokens: self.eos_tokens()?,
        })
    }

    /// The state-spaces package: d_model, n_layer, ssm_cfg, and a vocabulary padded to a multiple.
    fn original(&self) -> Result<Config> {
        let empty = serde_json::Map::new();
        let ssm = Fields(match self.get("ssm_cfg") {
            None => &empty,
            Some(value) => value.as_object().ok_or_else(|| bad("has an ssm_cfg that is not an object".into()))?,
        });
        if let Some(layer) = ssm.typed::<String>("layer", "a name")?.filter(|layer| layer != "Mamba1") {
            return Err(Error::UnsupportedArchitecture(format!(
                "This model has layers of type {layer}; this page runs Mamba."
            )));
        }
        let attention = self.get("attn_layer_idx").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if attention || self.typed::<u64>("d_intermediate", "a whole number")?.is_some_and(|n| n > 0) {
            return Err(Error::UnsupportedArchitecture(
                "This model mixes Mamba with attention or MLP layers; this page runs pure Mamba.".into(),
            ));
        }
        if !self.flag("rms_norm", true)? {
            return Err(Error::UnsupportedArchitecture(
                "This model uses LayerNorm; this page runs Mamba with RMSNorm.".into(),
            ));
        }
        let d_model = self.required("d_model", MAX_DIMENSION)?;
        let multiple = self.dimension("pad_vocab_size_multiple", 1 << 16)?.unwrap_or(8);
        self.finish(Config {
            vocab: self.required("vocab_size", MAX_DIMENSION)?.next_multiple_of(multiple),
            d_model,
            d_inner: ssm.inner("expand", d_model)?,
            d_state: ssm.dimension("d_state", 1 << 12)?.unwrap_or(16),
            dt_rank: ssm.rank("dt_rank", d_model)?,
            d_conv: ssm.dimension("d_conv", 1 << 10)?.unwrap_or(4),
            layers: self.required("n_layer", MAX_LAYERS)?,
            tied: self.flag("tie_embeddings", true)?,
            use_bias: ssm.flag("bias", false)?,
            use_conv_bias: ssm.flag("conv_bias", true)?,
            norm_epsilon: 1e-5,
            time_step_limit: (0.0, f32::INFINITY),
            eos_tokens: self.eos_tokens()?,
        })
    }

    fn time_step_limit(&self) -> Result<(f32, f32)> {
        // Python writes an infinite limit as the bare word Infinity or as a string; a list of two numbers is the rule.
        let Some(value) = self.get("time_step_limit") else { return Ok((0.0, f32::INFINITY)) };
        let bound = |value: &Value| match value {
            Value::Number(n) => n.as_f64().map(|n| n as f32),
            Value::String(word) if matches!(word.as_str(), "inf" | "Infinity" | "Inf") => Some(f32::INFINITY),
            _ => None,
        };
        match value.as_array().map(Vec::as_slice) {
            Some([low, high]) => bound(low).zip(bound(high)),
            _ => None,
        }
        .filter(|(low, high)| low <= high && *low >= 0.0)
        .ok_or_else(|| bad(format!("has time_step_limit = {value}, which is not a range")))
    }

    fn eos_tokens(&self) -> Result<Vec<u32>> {
        match self.get("eos_token_id") {
            None => Ok(Vec::new()),
            Some(Value::Array(_)) => Ok(self.typed("eos_token_id", "a list of token ids")?.unwrap_or_default()),
            Some(_) => Ok(self.typed("eos_token_id", "a token id")?.into_iter().collect()),
        }
    }

    fn finish(&self, config: Config) -> Result<Config> {
        if !(config.norm_epsilon.is_finite() && config.norm_epsilon >= 0.0) {
            return Err(bad(format!(
                "has layer_norm_epsilon = {}, which is not a small positive number",
                config.norm_epsilon
            )));
        }
        // More parameters than this and even int8 weights pass what wasm can address.
        let limit = 16_u64 << 30;
        let parameters = config.parameters();
        if parameters > limit {
            return Err(bad(format!("describes a model of {parameters} parameters, more than any browser can hold")));
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HF: &str = r#"{"model_type":"mamba","vocab_size":50280,"hidden_size":768,"num_hidden_layers":24,
        "state_size":16,"expand":2,"conv_kernel":4,"time_step_rank":48,"eos_token_id":0}"#;

    #[test]
    fn both_spellings_of_mamba_130m_agree() {
        let hf = Config::parse(HF).unwrap();
        let original = Config::parse(
            r#"{"d_model":768,"n_layer":24,"vocab_size":50277,"ssm_cfg":{},"rms_norm":true,
                "residual_in_fp32":true,"fused_add_norm":true,"pad_vocab_size_multiple":8}"#,
        )
        .unwrap();
        assert_eq!(hf, Config { eos_tokens: vec![0], ..original });
        assert_eq!((hf.d_inner, hf.dt_rank, hf.tied), (1536, 48, true));
        assert_eq!(hf.parameters(), 129_135_360); // the count that transformers prints
    }

    #[test]
    fn another_architecture_is_named() {
        let error = Config::parse(r#"{"model_type":"llama","architectures":["LlamaForCausalLM"]}"#).unwrap_err();
        assert_eq!(error.code(), "unsupported-architecture");
        assert!(error.to_string().contains("LlamaForCausalLM"), "{error}");
        let error =
            Config::parse(r#"{"d_model":64,"n_layer":2,"vocab_size":8,"ssm_cfg":{"layer":"Mamba2"}}"#).unwrap_err();
        assert!(error.to_string().contains("Mamba2"), "{error}");
    }

    #[test]
    fn a_bad_field_is_named() {
        for (from, to, name) in [
            (r#""hidden_size":768"#, r#""hidden_size":0"#, "hidden_size"),
            (r#""hidden_size":768"#, r#""hidden_size":"big""#, "hidden_size"),
            (r#""vocab_size":50280,"#, "", "vocab_size"),
            (r#""vocab_size":50280"#, r#""vocab_size":1152921504606846976"#, "vocab_size"),
            (r#""conv_kernel":4"#, r#""conv_kernel":-4"#, "conv_kernel"),
            (r#""expand":2"#, r#""expand":1e30"#, "expand"),
            (r#""eos_token_id":0"#, r#""eos_token_id":"end""#, "eos_token_id"),
            (r#""expand":2"#, r#""time_step_limit":[3,1]"#, "time_step_limit"),
            (r#""num_hidden_layers":24"#, r#""num_hidden_layers":99999"#, "num_hidden_layers"),
        ] {
            assert!(HF.contains(from), "{from}");
            let error = Config::parse(&HF.replace(from, to)).unwrap_err();
            assert_eq!(error.code(), "bad-checkpoint");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(Config::parse("<html>").unwrap_err().code(), "bad-checkpoint");
        assert_eq!(Config::parse("[]").unwrap_err().code(), "bad-checkpoint");
    }
}
