//! Maps the names in a checkpoint to tensors.
//!
//! transformers' `backbone.layers.0.norm.weight` is also found as `layers.0.norm.weight` (saved from the model without its
//! head), `model.backbone.layers...` (Mamba-Codestral), and behind the names of whatever class held the model when it
//! was saved. So the end of a name says which tensor it is, and what stands before it must be the same for all tensors of a
//! file: then no name can mean a part of another model, a moving average for example.

use super::tensors::{LayerRole, Role};

/// Modules that PyTorch puts around others, anywhere in a name.
const WRAPPERS: [&str; 5] =
    ["module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

/// Last parts of the names of buffers that Mamba-like models have carried along and that no forward pass needs: tables
/// and counters that are made anew, and Falcon-Mamba's norm weights that are all one.
const UNUSED: [&str; 5] = ["inv_freq", "position_ids", "num_batches_tracked", "b_c_rms", "dt_rms"];

/// Whether a tensor can be left out, as transformers leaves it out: a buffer of no use, or the value head that
/// reinforcement learning has put beside the model.
pub(super) fn is_unused(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    UNUSED.contains(&last) || name.split('.').any(|part| part == "v_head")
}

/// The tensors of a layer with their names.
pub(super) type LayerNames = &'static [(LayerRole, &'static str)];

/// The prefix of all names in a file; known after the first tensor.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    body: Option<String>,
    head: Option<String>,
}

impl Prefix {
    /// The role of a tensor; None for a name that the model does not have, or that has another prefix than the rest of
    /// the file. `layer_names` are the tensors of the layer with this number.
    pub fn role(&mut self, name: &str, layer_names: impl Fn(usize) -> LayerNames) -> Option<Role> {
        let parts: Vec<&str> = name.split('.').filter(|part| !WRAPPERS.contains(part)).collect();
        let name = parts.join(".");
        let (prefix, role) = split(&name, layer_names)?;
        let of = if role == Role::LmHead { &mut self.head } else { &mut self.body };
        if of.get_or_insert_with(|| prefix.to_owned()) != prefix {
            return None;
        }
        // The head is beside the body's module, or beside what is in it.
        match (&self.body, &self.head) {
            (Some(body), Some(head)) if !body.starts_with(head.as_str()) => None,
            _ => Some(role),
        }
    }
}

fn split(name: &str, layer_names: impl Fn(usize) -> LayerNames) -> Option<(&str, Role)> {
    let ends = [
        ("embeddings.weight", Role::Embeddings),
        ("embedding.weight", Role::Embeddings),
        ("norm_f.weight", Role::NormF),
        ("lm_head.weight", Role::LmHead),
    ];
    let whole = |prefix: &&str| prefix.is_empty() || prefix.ends_with('.');
    if let Some(found) = ends.iter().find_map(|&(end, role)| Some((name.strip_suffix(end).filter(whole)?, role))) {
        return Some(found);
    }
    let (at, _) = name.match_indices("layers.").find(|&(at, _)| whole(&&name[..at]))?;
    let (layer, suffix) = name[at..].strip_prefix("layers.")?.split_once('.')?;
    let layer = layer.parse().ok()?;
    let (role, _) = layer_names(layer).iter().find(|(_, name)| *name == suffix)?;
    Some((&name[..at], Role::Layer(layer, *role)))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const NAMES: [(LayerRole, &str); 2] =
        [(LayerRole::Norm, "norm.weight"), (LayerRole::InProj, "mixer.in_proj.weight")];

    fn roles(names: &[&str]) -> Vec<Option<Role>> {
        let mut prefix = Prefix::default();
        names.iter().map(|name| prefix.role(name, |_| &NAMES)).collect()
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
