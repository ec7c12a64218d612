//! `config.json`, in Hugging Face's spelling and in that of the original state-spaces checkpoints.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Architecture, Config, FAMILIES, MAX_DIMENSION, MAX_LAYERS, MAX_STATES, MAX_TAPS, Uniform};
use crate::checkpoint::refuse_pointer;
use crate::error::{Error, Result};
use crate::model::Heads;

impl Config {
    /// Reads a `config.json` of either spelling.
    ///
    /// # Errors
    /// [`Error::UnsupportedArchitecture`] for another model family, [`Error::BadCheckpoint`] for anything
    /// that is missing, absurd or contradictory; both name the field.
    pub fn parse(json: &str) -> Result<Self> {
        refuse_pointer(FILE, json.as_bytes())?;
        let value: Value =
            serde_json::from_str(&quoted(json)).map_err(|error| bad(format!("is not valid JSON ({error})")))?;
        let object = value.as_object().ok_or_else(|| bad("is not a JSON object".into()))?;
        let fields = Fields(object);
        if fields.is_original() { fields.original() } else { fields.hugging_face() }
    }
}

pub(super) const FILE: &str = "config.json";

pub(super) fn bad(what: String) -> Error {
    Error::BadCheckpoint(format!("{FILE} {what}."))
}

/// "This is a Llama (LlamaForCausalLM); this page runs ..."
fn unsupported(class: Option<&str>, model_type: Option<&str>) -> Error {
    let Some(name) = class.or(model_type) else {
        return Error::UnsupportedArchitecture(format!(
            "config.json does not say which architecture this is; this page runs {FAMILIES}."
        ));
    };
    super::unsupported(name)
}

/// Python's json writes numbers that JSON does not have as bare words; here they become strings.
fn quoted(json: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !WORDS.iter().any(|word| json.contains(word)) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 64);
    let (mut rest, mut in_string) = (json, false);
    while let Some(c) = rest.chars().next() {
        let word = WORDS.iter().find(|word| !in_string && rest.starts_with(**word));
        let taken = match (word, c) {
            (Some(word), _) => {
                text.extend(["\"", word, "\""]);
                rest = &rest[word.len()..];
                continue;
            }
            (None, '\\') if in_string => c.len_utf8() + rest[1..].chars().next().map_or(0, char::len_utf8),
            (None, '"') => {
                in_string = !in_string;
                1
            }
            (None, _) => c.len_utf8(),
        };
        text.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    Cow::Owned(text)
}

pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl Fields<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether the file has the key, be it null.
    pub(super) fn has_key(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn typed<'de, T: Deserialize<'de>>(&'de self, name: &str, kind: &str) -> Result<Option<T>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|_| bad(format!("has {name} = {value}, which is not {kind}")))
    }

    pub(super) fn dimension(&self, name: &str, max: u64) -> Result<Option<usize>> {
        match self.typed::<u64>(name, "a whole number")? {
            None => Ok(None),
            Some(n @ 1..) if n <= max => Ok(Some(n as usize)),
            Some(n) => Err(bad(format!("has {name} = {n}; it must lie between 1 and {max}"))),
        }
    }

    pub(super) fn required(&self, name: &str, max: u64) -> Result<usize> {
        self.dimension(name, max)?.ok_or_else(|| bad(format!("does not say {name}")))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool> {
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

    pub(super) fn inner(&self, expand: &str, d_model: usize) -> Result<usize> {
        let expand: f64 = self.typed(expand, "a number")?.unwrap_or(2.0);
        let inner = expand * d_model as f64;
        if !(1.0..=MAX_DIMENSION as f64).contains(&inner) {
            return Err(bad(format!("has expand = {expand}, which gives {inner} channels")));
        }
        Ok(inner as usize)
    }

    /// Whether the file is in the original layout.
    ///
    /// Files of one layout carry keys of the other: state-spaces/mamba-130m-hf has `d_model`, `n_layer` and `ssm_cfg` beside
    /// all of transformers' keys, and copies of the original checkpoints have got a `model_type`. So the layout is the one
    /// whose keys are complete: transformers' if there is a `hidden_size`, and `model_type` or a class says which family;
    /// else the original one if there is an `ssm_cfg`, or `d_model` and `n_layer`. XLNet has the latter two as well, so
    /// they count only beside a Mamba's `model_type` or without any.
    fn is_original(&self) -> bool {
        let (is_named, family) = (self.has("model_type"), self.family());
        if self.has("hidden_size") && (is_named || family.is_some()) {
            return false;
        }
        let is_mamba = !is_named || family.is_some();
        self.has("ssm_cfg") || (self.has("d_model") && is_mamba && (self.has("n_layer") || !is_named))
    }

    /// The family of transformers: by `model_type`, else by the class that the model was saved from.
    fn family(&self) -> Option<&'static str> {
        const FAMILIES: [(&str, [&str; 2]); 5] = [
            ("mamba", ["MambaForCausalLM", "MambaModel"]),
            ("mamba2", ["Mamba2ForCausalLM", "Mamba2Model"]),
            ("falcon_mamba", ["FalconMambaForCausalLM", "FalconMambaModel"]),
            ("granitemoehybrid", ["GraniteMoeHybridForCausalLM", "GraniteMoeHybridModel"]),
            ("falcon_h1", ["FalconH1ForCausalLM", "FalconH1Model"]),
        ];
        let found = match self.get("model_type").and_then(Value::as_str) {
            Some(model_type) => FAMILIES.iter().find(|(name, _)| *name == model_type),
            None => FAMILIES.iter().find(|(_, classes)| self.class().is_some_and(|class| classes.contains(&class))),
        };
        found.map(|(name, _)| *name)
    }

    fn class(&self) -> Option<&str> {
        self.get("architectures")?.get(0)?.as_str()
    }

    /// # Errors
    /// [`Error::UnsupportedArchitecture`] for another activation than silu.
    pub(super) fn check_activation(&self) -> Result<()> {
        match self.typed::<String>("hidden_act", "a name")?.filter(|act| act != "silu" && act != "swish") {
            None => Ok(()),
            Some(act) => {
                Err(Error::UnsupportedArchitecture(format!("This model uses the activation {act}; Mamba uses silu.")))
            }
        }
    }

    /// MambaForCausalLM, FalconMambaForCausalLM and Mamba2ForCausalLM of transformers. Fields that these ignore are
    /// ignored here too (tests/golden/configs.json).
    fn hugging_face(&self) -> Result<Config> {
        let d_model = || match self.dimension("hidden_size", MAX_DIMENSION)? {
            Some(n) => Ok(n),
            None => self.required("d_model", MAX_DIMENSION),
        };
        let (architecture, d_state, tied) = match self.family() {
            Some("mamba") => (Architecture::Mamba, 16, true),
            Some("falcon_mamba") => {
                let mixer_epsilon = self.typed("mixer_rms_eps", "a number")?.unwrap_or(1e-6);
                (Architecture::FalconMamba { mixer_epsilon }, 16, true)
            }
            Some("mamba2") => {
                let heads = Heads {
                    heads: self.dimension("num_heads", MAX_DIMENSION)?.unwrap_or(128),
                    head_dim: self.dimension("head_dim", MAX_DIMENSION)?.unwrap_or(64),
                    groups: self.dimension("n_groups", MAX_DIMENSION)?.unwrap_or(8),
                    // transformers ignores the field of this name that some configs have.
                    norm_before_gate: false,
                };
                (Architecture::Mamba2(heads), 128, false)
            }
            Some("granitemoehybrid") => return self.granite(),
            Some("falcon_h1") => return self.falcon_h1(),
            _ => return Err(unsupported(self.class(), self.get("model_type").and_then(Value::as_str))),
        };
        self.check_activation()?;
        let d_model = d_model()?;
        let mamba2 = matches!(architecture, Architecture::Mamba2(_));
        let d_inner = match self.dimension("intermediate_size", MAX_DIMENSION)? {
            Some(n) if !mamba2 => n,
            _ => self.inner("expand", d_model)?,
        };
        let layers = match self.dimension("num_hidden_layers", MAX_LAYERS)? {
            Some(n) => n,
            None => self.required("n_layer", MAX_LAYERS)?,
        };
        Uniform {
            architecture,
            vocab: self.required("vocab_size", MAX_DIMENSION)?,
            d_model,
            d_inner,
            d_state: self.dimension("state_size", MAX_STATES)?.unwrap_or(d_state),
            dt_rank: if mamba2 { 0 } else { self.rank("time_step_rank", d_model)? },
            d_conv: self.dimension("conv_kernel", MAX_TAPS)?.unwrap_or(4),
            layers,
            tied: self.flag("tie_word_embeddings", tied)?,
            use_bias: self.flag("use_bias", false)?,
            use_conv_bias: self.flag("use_conv_bias", true)?,
            norm_epsilon: self.typed("layer_norm_epsilon", "a number")?.unwrap_or(1e-5),
            // transformers' Mamba and Falcon-Mamba have no such setting.
            time_step_limit: if mamba2 { self.limit("time_step_limit")? } else { (0.0, f32::INFINITY) },
            eos_tokens: self.eos_tokens()?,
        }
        .checked(FILE)
    }

    /// The state-spaces package: d_model, n_layer, ssm_cfg, and a vocabulary padded to a multiple.
    fn original(&self) -> Result<Config> {
        let unsupported = |what: &str| Err(Error::UnsupportedArchitecture(format!("This model {what}.")));
        let empty = Map::new();
        let ssm = Fields(match self.get("ssm_cfg") {
            None => &empty,
            Some(value) => value.as_object().ok_or_else(|| bad("has an ssm_cfg that is not an object".into()))?,
        });
        let mamba2 = match ssm.typed::<String>("layer", "a name")?.as_deref() {
            None | Some("Mamba1") => false,
            Some("Mamba2") => true,
            Some(layer) => return unsupported(&format!("has layers of type {layer}; this page runs {FAMILIES}")),
        };
        let attention = self.get("attn_layer_idx").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if attention || self.typed::<u64>("d_intermediate", "a whole number")?.is_some_and(|n| n > 0) {
            return unsupported("mixes Mamba with attention or MLP layers; this page runs pure Mamba");
        }
        if !self.flag("rms_norm", true)? || !ssm.flag("rmsnorm", true)? {
            return unsupported("uses another norm than RMSNorm; this page runs Mamba with RMSNorm");
        }
        if ssm.flag("D_has_hdim", false)? || ssm.has("d_ssm") {
            return unsupported("uses D_has_hdim or d_ssm, which no published Mamba-2 does");
        }
        let d_model = self.required("d_model", MAX_DIMENSION)?;
        let d_inner = ssm.inner("expand", d_model)?;
        let architecture = match mamba2 {
            false => Architecture::Mamba,
            true => {
                let head_dim = ssm.dimension("headdim", MAX_DIMENSION)?.unwrap_or(64);
                Architecture::Mamba2(Heads {
                    heads: d_inner / head_dim,
                    head_dim,
                    groups: ssm.dimension("ngroups", MAX_DIMENSION)?.unwrap_or(1),
                    norm_before_gate: ssm.flag("norm_before_gate", false)?,
                })
            }
        };
        let multiple = self.dimension("pad_vocab_size_multiple", 1 << 16)?.unwrap_or(8);
        Uniform {
            architecture,
            vocab: self.required("vocab_size", MAX_DIMENSION)?.next_multiple_of(multiple),
            d_model,
            d_inner,
            d_state: ssm.dimension("d_state", MAX_STATES)?.unwrap_or(if mamba2 { 128 } else { 16 }),
            dt_rank: if mamba2 { 0 } else { ssm.rank("dt_rank", d_model)? },
            d_conv: ssm.dimension("d_conv", MAX_TAPS)?.unwrap_or(4),
            layers: self.required("n_layer", MAX_LAYERS)?,
            tied: self.flag("tie_embeddings", true)?,
            use_bias: ssm.flag("bias", false)?,
            use_conv_bias: ssm.flag("conv_bias", true)?,
            norm_epsilon: 1e-5,
            time_step_limit: ssm.limit("dt_limit")?,
            eos_tokens: self.eos_tokens()?,
        }
        .checked(FILE)
    }

    /// The range of dt. transformers has written an infinite bound as the bare word Infinity and, later, as an object.
    pub(super) fn limit(&self, name: &str) -> Result<(f32, f32)> {
        let Some(value) = self.get(name) else { return Ok((0.0, f32::INFINITY)) };
        let bound = |value: &Value| match value.get("__float__").unwrap_or(value) {
            Value::Number(n) => n.as_f64().map(|n| n as f32),
            Value::String(word) if matches!(word.as_str(), "inf" | "Infinity" | "Inf") => Some(f32::INFINITY),
            _ => None,
        };
        match value.as_array().map(Vec::as_slice) {
            Some([low, high]) => bound(low).zip(bound(high)),
            _ => None,
        }
        .filter(|(low, high)| low <= high && *low >= 0.0)
        .ok_or_else(|| bad(format!("has {name} = {value}, which is not a range")))
    }

    pub(super) fn eos_tokens(&self) -> Result<Vec<u32>> {
        match self.get("eos_token_id") {
            None => Ok(Vec::new()),
            Some(Value::Array(_)) => Ok(self.typed("eos_token_id", "a list of token ids")?.unwrap_or_default()),
            Some(_) => Ok(self.typed("eos_token_id", "a token id")?.into_iter().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mamba1, Mixer};

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
        assert!(matches!(hf.layers[..], [Mixer::Mamba1(Mamba1 { d_inner: 1536, dt_rank: 48, .. }), ..]));
        assert_eq!((hf.layers.len(), hf.tied), (24, true));
        assert_eq!(hf.parameters(), 129_135_360); // the count that transformers prints
    }

    #[test]
    fn another_architecture_is_named() {
        let error = Config::parse(r#"{"model_type":"llama","architectures":["LlamaForCausalLM"]}"#).unwrap_err();
        assert_eq!(error.code(), "unsupported-architecture");
        assert!(error.to_string().contains("LlamaForCausalLM"), "{error}");
        assert_eq!(
            error.to_string(),
            "This is a Llama (LlamaForCausalLM); this page runs Mamba, Mamba-2, Falcon-Mamba, Granite-4.0-H and \
             Falcon-H1."
        );
        for (json, part) in [
            (r#"{"model_type":"opt"}"#, "This is an opt;"),
            (r#"{"architectures":["JambaForCausalLM"]}"#, "This is a Jamba (JambaForCausalLM);"),
            (r#"{"vocab_size":8}"#, "does not say"),
            (r#"{"d_model":64,"n_layer":2,"vocab_size":8,"ssm_cfg":{"layer":"Mamba3"}}"#, "Mamba3"),
            (r#"{"d_model":64,"n_layer":2,"vocab_size":8,"attn_layer_idx":[1]}"#, "attention"),
            (r#"{"d_model":64,"n_layer":2,"vocab_size":8,"ssm_cfg":{"layer":"Mamba2","rmsnorm":false}}"#, "RMSNorm"),
        ] {
            let error = Config::parse(json).unwrap_err();
            assert_eq!(error.code(), "unsupported-architecture");
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn both_spellings_of_mamba2_130m_agree() {
        let hf = Config::parse(
            r#"{"architectures":["Mamba2ForCausalLM"],"model_type":"mamba2","vocab_size":50288,"hidden_size":768,
                "num_hidden_layers":24,"num_heads":24,"head_dim":64,"n_groups":1,"state_size":128,"expand":2,
                "norm_before_gate":true,"tie_word_embeddings":true,"time_step_limit":[0.0,Infinity]}"#,
        )
        .unwrap();
        let original = Config::parse(
            r#"{"d_model":768,"d_intermediate":0,"n_layer":24,"vocab_size":50277,"ssm_cfg":{"layer":"Mamba2"},
                "attn_layer_idx":[],"attn_cfg":{},"rms_norm":true,"residual_in_fp32":true,"fused_add_norm":true,
                "pad_vocab_size_multiple":16,"tie_embeddings":true}"#,
        )
        .unwrap();
        assert_eq!(hf, original);
        assert_eq!(hf.architecture(), "mamba2");
        assert_eq!((hf.layers[0].conv_width(), hf.layers[0].in_proj_rows()), (1792, 3352));
        assert_eq!(hf.parameters(), 128_989_632); // the count that transformers prints
    }

    #[test]
    fn falcon_mamba_is_told_apart() {
        let config = Config::parse(
            r#"{"model_type":"falcon_mamba","vocab_size":65024,"hidden_size":4096,"num_hidden_layers":64,
                "intermediate_size":8192,"time_step_rank":256,"tie_word_embeddings":false,"mixer_rms_eps":1e-6}"#,
        )
        .unwrap();
        assert!(matches!(config.layers[63], Mixer::Mamba1(Mamba1 { part_norms: Some(1e-6), .. })));
        assert_eq!(config.parameters(), 7_272_665_088); // the count that transformers prints
    }

    #[test]
    fn words_that_only_python_writes_are_read() {
        let limit = |text: &str| {
            let mamba2 = HF.replace(r#""model_type":"mamba""#, r#""model_type":"mamba2","num_heads":24,"n_groups":1"#);
            let stray = format!(r#""a\"b":"Infinity \" NaN","time_step_limit":{text}"#);
            Config::parse(&mamba2.replace(r#""expand":2"#, &stray)).map(|config| config.layers[0].time_step_limit())
        };
        let infinite = (0.5, f32::INFINITY);
        assert_eq!(limit("[0.5,Infinity]").unwrap(), infinite);
        assert_eq!(limit(r#"[0.5,"inf"]"#).unwrap(), infinite);
        assert_eq!(limit(r#"[0.5,{"__float__":"Infinity"}]"#).unwrap(), infinite);
        assert_eq!(limit("[0.5,2]").unwrap(), (0.5, 2.0));
        for text in ["[-Infinity,1]", "[NaN,1]", "[1]", "7", "[2,1]"] {
            assert_eq!(limit(text).unwrap_err().code(), "bad-checkpoint", "{text}");
        }
    }

    /// Of the original layout are those whose vocabulary is padded, from 201 rows to 208.
    #[test]
    fn the_layout_is_the_one_whose_keys_are_complete() {
        for (keys, vocab) in [
            (r#""d_model":32,"n_layer":2"#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":{}"#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":{},"model_type":"mamba""#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":null,"model_type":"mamba""#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":{"layer":"Mamba1"},"model_type":"mamba_ssm""#, 208),
            (r#""d_model":32,"n_layer":2,"architectures":["MambaForCausalLM"],"model_type":"mamba""#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":{},"hidden_size":null,"model_type":"mamba""#, 208),
            (r#""d_model":32,"n_layer":2,"ssm_cfg":{},"hidden_size":32"#, 208),
            (
                r#""d_model":32,"n_layer":2,"ssm_cfg":{},"hidden_size":32,"num_hidden_layers":2,"model_type":"mamba""#,
                201,
            ),
            (
                r#""d_model":64,"n_layer":4,"ssm_cfg":{},"hidden_size":32,"num_hidden_layers":2,"model_type":"mamba""#,
                201,
            ),
            (r#""n_layer":2,"hidden_size":32,"num_hidden_layers":2,"architectures":["MambaModel"]"#, 201),
            (r#""d_model":32,"num_hidden_layers":2,"model_type":"mamba""#, 201),
        ] {
            let config = Config::parse(&format!(r#"{{"vocab_size":201,{keys}}}"#)).unwrap();
            assert_eq!((config.vocab, config.d_model, config.layers.len()), (vocab, 32, 2), "{keys}");
        }
        for json in
            [r#"{"vocab_size":9,"d_model":8,"n_layer":1,"model_type":"xlnet"}"#, r#"{"model_type":"mambaformer"}"#]
        {
            assert_eq!(Config::parse(json).unwrap_err().code(), "unsupported-architecture", "{json}");
        }
    }

    #[test]
    fn a_pointer_of_git_lfs_is_named() {
        let error = Config::parse("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n").unwrap_err();
        assert!(error.to_string().contains("Git LFS"), "{error}");
    }

    #[test]
    fn heads_that_do_not_fit_are_refused() {
        let json = |heads, dim, groups| {
            format!(
                r#"{{"model_type":"mamba2","vocab_size":8,"hidden_size":12,"num_hidden_layers":1,"num_heads":{heads},
                    "head_dim":{dim},"n_groups":{groups}}}"#
            )
        };
        assert!(Config::parse(&json(6, 4, 3)).is_ok());
        for (heads, dim, groups, part) in [(5, 4, 1, "5 heads of 4"), (6, 4, 4, "4 groups"), (6, 4, 0, "n_groups")] {
            let error = Config::parse(&json(heads, dim, groups)).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
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
