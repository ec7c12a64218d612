//! Maps the names in a checkpoint to tensors.
//!
//! transformers' `backbone.layers.0.norm.weight` is also found as `layers.0.norm.weight` (saved from the model without its
//! head), `model.backbone.layers...` (Mamba-Codestral), and behind the names of whatever class held the model when it
//! was saved. So the end of a name says which tensor it is, and what stands before it must be the same for all tensors of a
//! file: then no name can mean a part of another model, a moving average for example.

use super::mamba1;
use super::mamba2;
use super::mixer::Mixer;
use super::tensors::{LayerRole, Role};

/// How a family of models names its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// Mamba, Mamba-2 and Falcon-Mamba: `backbone.layers.0.mixer...`.
    #[default]
    Mamba,
    /// Granite-4.0-H: `model.layers.0.mamba...`, `self_attn`, `shared_mlp`.
    Granite,
    /// Falcon-H1: `model.layers.0.mamba...`, `self_attn`, `feed_forward`. GGUF files of Granite are read under these
    /// names too, because there gate and up are two tensors.
    FalconH1,
}

/// The part of in_proj that a tensor holds, in models that keep these apart; of any other tensor the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Query,
    Key,
    Value,
    Gate,
    Up,
}

/// A tensor of a layer, and its name after the layer's number.
pub(super) type Name = (LayerRole, Part, &'static str);

/// The name of a whole tensor.
pub(super) const fn whole(role: LayerRole, name: &'static str) -> Name {
    (role, Part::Whole, name)
}

/// The layout of layers that no published model has alone, as tests use them.
const ATTENTION_OR_MLP: [Name; 5] = [
    whole(LayerRole::Norm, "norm.weight"),
    whole(LayerRole::InProj, "mixer.in_proj.weight"),
    whole(LayerRole::InProjBias, "mixer.in_proj.bias"),
    whole(LayerRole::OutProj, "mixer.out_proj.weight"),
    whole(LayerRole::OutProjBias, "mixer.out_proj.bias"),
];

const HYBRID_MAMBA2: [Name; 11] = [
    whole(LayerRole::Norm, "input_layernorm.weight"),
    whole(LayerRole::InProj, "mamba.in_proj.weight"),
    whole(LayerRole::InProjBias, "mamba.in_proj.bias"),
    whole(LayerRole::Conv, "mamba.conv1d.weight"),
    whole(LayerRole::ConvBias, "mamba.conv1d.bias"),
    whole(LayerRole::DtProjBias, "mamba.dt_bias"),
    whole(LayerRole::ALog, "mamba.A_log"),
    whole(LayerRole::D, "mamba.D"),
    whole(LayerRole::GatedNorm, "mamba.norm.weight"),
    whole(LayerRole::OutProj, "mamba.out_proj.weight"),
    whole(LayerRole::OutProjBias, "mamba.out_proj.bias"),
];

const HYBRID_ATTENTION: [Name; 9] = [
    whole(LayerRole::Norm, "input_layernorm.weight"),
    (LayerRole::InProj, Part::Query, "self_attn.q_proj.weight"),
    (LayerRole::InProj, Part::Key, "self_attn.k_proj.weight"),
    (LayerRole::InProj, Part::Value, "self_attn.v_proj.weight"),
    (LayerRole::InProjBias, Part::Query, "self_attn.q_proj.bias"),
    (LayerRole::InProjBias, Part::Key, "self_attn.k_proj.bias"),
    (LayerRole::InProjBias, Part::Value, "self_attn.v_proj.bias"),
    whole(LayerRole::OutProj, "self_attn.o_proj.weight"),
    whole(LayerRole::OutProjBias, "self_attn.o_proj.bias"),
];

const GRANITE_MLP: [Name; 3] = [
    whole(LayerRole::Norm, "post_attention_layernorm.weight"),
    whole(LayerRole::InProj, "shared_mlp.input_linear.weight"),
    whole(LayerRole::OutProj, "shared_mlp.output_linear.weight"),
];

const FALCON_H1_MLP: [Name; 7] = [
    whole(LayerRole::Norm, "pre_ff_layernorm.weight"),
    (LayerRole::InProj, Part::Gate, "feed_forward.gate_proj.weight"),
    (LayerRole::InProj, Part::Up, "feed_forward.up_proj.weight"),
    (LayerRole::InProjBias, Part::Gate, "feed_forward.gate_proj.bias"),
    (LayerRole::InProjBias, Part::Up, "feed_forward.up_proj.bias"),
    whole(LayerRole::OutProj, "feed_forward.down_proj.weight"),
    whole(LayerRole::OutProjBias, "feed_forward.down_proj.bias"),
];

impl Names {
    /// What stands before all names in transformers' files.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Names::Mamba => "backbone.",
            Names::Granite | Names::FalconH1 => "model.",
        }
    }

    /// The tensors that belong to no layer, each under its usual name first.
    pub(super) fn ends(self) -> &'static [(&'static str, Role)] {
        const HEAD: (&str, Role) = ("lm_head.weight", Role::LmHead);
        match self {
            Names::Mamba => &[
                ("embeddings.weight", Role::Embeddings),
                ("embedding.weight", Role::Embeddings),
                ("norm_f.weight", Role::NormF),
                HEAD,
            ],
            Names::Granite => &[("embed_tokens.weight", Role::Embeddings), ("norm.weight", Role::NormF), HEAD],
            Names::FalconH1 => {
                &[("embed_tokens.weight", Role::Embeddings), ("final_layernorm.weight", Role::NormF), HEAD]
            }
        }
    }

    /// The tensors of a layer, those that this one does not have among them.
    pub(super) fn of(self, mixer: &Mixer) -> &'static [Name] {
        match (mixer, self) {
            (Mixer::Mamba1(_), _) => &mamba1::NAMES,
            (Mixer::Mamba2(_), Names::Mamba) => &mamba2::NAMES,
            (Mixer::Mamba2(_), _) => &HYBRID_MAMBA2,
            (Mixer::Attention(_) | Mixer::Mlp(_), Names::Mamba) => &ATTENTION_OR_MLP,
            (Mixer::Attention(_), _) => &HYBRID_ATTENTION,
            (Mixer::Mlp(_), Names::Granite) => &GRANITE_MLP,
            (Mixer::Mlp(_), Names::FalconH1) => &FALCON_H1_MLP,
        }
    }
}

/// Modules that PyTorch puts around others, anywhere in a name.
const WRAPPERS: [&str; 5] =
    ["module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

/// Last parts of the names of buffers that Mamba-like models have carried along and that no forward pass needs: tables
/// and counters that are made anew, Falcon-Mamba's norm weights that are all one, Falcon-H1's factors of the config.
const UNUSED: [&str; 6] = ["inv_freq", "position_ids", "num_batches_tracked", "b_c_rms", "dt_rms", "mup_vector"];

/// Whether a tensor can be left out, as transformers leaves it out: a buffer of no use, or the value head that
/// reinforcement learning has put beside the model.
pub(super) fn is_unused(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    UNUSED.contains(&last) || name.split('.').any(|part| part == "v_head")
}

/// A name without what stands before it and without wrappers.
#[derive(Debug, PartialEq)]
pub(super) enum Known<'a> {
    /// A tensor that belongs to no layer.
    End(Role),
    /// A tensor of the layer with this number, as the file counts layers, and its name after that.
    Layer(usize, &'a str),
}

/// The prefix of all names in a file; known after the first tensor.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    body: Option<String>,
    head: Option<String>,
}

impl Prefix {
    /// What `find` says of the name; None for a name that it does not know, or that has another prefix than the rest of
    /// the file.
    pub fn find<T>(&mut self, name: &str, names: Names, find: impl Fn(Known<'_>) -> Option<T>) -> Option<T> {
        let parts: Vec<&str> = name.split('.').filter(|part| !WRAPPERS.contains(part)).collect();
        let name = parts.join(".");
        let (prefix, known) = split(&name, names)?;
        let is_head = known == Known::End(Role::LmHead);
        let found = find(known)?;
        let of = if is_head { &mut self.head } else { &mut self.body };
        if of.get_or_insert_with(|| prefix.to_owned()) != prefix {
            return None;
        }
        // The head is beside the body's module, or beside what is in it.
        match (&self.body, &self.head) {
            (Some(body), Some(head)) if !body.starts_with(head.as_str()) => None,
            _ => Some(found),
        }
    }
}

/// A layer's tensors first: the name of one may end like a name that belongs to no layer.
fn split(name: &str, names: Names) -> Option<(&str, Known<'_>)> {
    let whole = |prefix: &str| prefix.is_empty() || prefix.ends_with('.');
    if let Some((at, _)) = name.match_indices("layers.").find(|&(at, _)| whole(&name[..at])) {
        let (layer, suffix) = name[at..].strip_prefix("layers.")?.split_once('.')?;
        return Some((&name[..at], Known::Layer(layer.parse().ok()?, suffix)));
    }
    let end = |&(end, role): &(&str, Role)| Some((name.strip_suffix(end).filter(|prefix| whole(prefix))?, role));
    let (prefix, role) = names.ends().iter().find_map(end)?;
    Some((prefix, Known::End(role)))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn roles(names: &[&str]) -> Vec<Option<Role>> {
        let mut prefix = Prefix::default();
        let find = |known: Known<'_>| match known {
            Known::End(role) => Some(role),
            Known::Layer(layer, "norm.weight") => Some(Role::Layer(layer, LayerRole::Norm)),
            Known::Layer(layer, "mixer.in_proj.weight") => Some(Role::Layer(layer, LayerRole::InProj)),
            Known::Layer(..) => None,
        };
        names.iter().map(|name| prefix.find(name, Names::Mamba, find)).collect()
    }

    #[test]
    fn any_prefix_that_all_names_share_is_right() {
        let want = [Role::Embeddings, Role::Layer(11, LayerRole::InProj), Role::NormF, Role::LmHead].map(Some);
        for (body, head) in [
            ("backbone.", ""),
            ("", ""),
            ("model.backbone.", "model."),
            ("model.backbone.", ""),
            ("module.backbone.", "module."),
            ("_orig_mod.module.model.backbone.", "_orig_mod.module.model."),
            ("base_model.model.backbone.", "base_model.model."),
            ("model.", "model."),
            ("net.", ""),
        ] {
            let name = |prefix: &str, end: &str| format!("{prefix}{end}");
            let names = [
                name(body, "embeddings.weight"),
                name(body, "layers.11.mixer.in_proj.weight"),
                name(body, "norm_f.weight"),
                name(head, "lm_head.weight"),
            ];
            let names = names.each_ref().map(String::as_str);
            assert_eq!(roles(&names), want, "{names:?}");
            let reversed: Vec<&str> = names.iter().rev().copied().collect();
            assert!(roles(&reversed).iter().all(Option::is_some), "{reversed:?}");
        }
        let inside = ["backbone.layers.0._orig_mod.norm.weight", "backbone.layers.1._fsdp_wrapped_module.norm.weight"];
        assert_eq!(roles(&inside), [0, 1].map(|layer| Some(Role::Layer(layer, LayerRole::Norm))));
    }

    #[test]
    fn names_of_two_models_are_told_apart() {
        for other in [
            "ema.backbone.norm_f.weight",
            "norm_f.weight",
            "decoder.layers.0.norm.weight",
            "other.lm_head.weight",
            "backbone.layers.0.norm_f.weight",
            "backbone.layers.0.self_attn.q_proj.weight",
            "backbone.layers.x.norm.weight",
            "backbone.myembeddings.weight",
            "backbone.norm_f.weight.absmax",
            "",
        ] {
            let found = roles(&["backbone.layers.0.norm.weight", other]);
            assert_eq!(found, [Some(Role::Layer(0, LayerRole::Norm)), None], "{other}");
        }
    }

    #[test]
    fn what_no_forward_pass_needs_is_known() {
        for name in ["backbone.layers.0.mixer.dt_rms", "v_head.summary.weight", "backbone.rotary_emb.inv_freq"] {
            assert!(is_unused(name), "{name}");
        }
        for name in ["backbone.norm_f.weight", "backbone.layers.0.mixer.init_states", "lm_head.bias", "dt_rms.weight"] {
            assert!(!is_unused(name), "{name}");
        }
    }
}
