//! llama.cpp's names, shapes and values of tensors, and those of the checkpoints that they were made from.

use super::TensorInfo;

/// The architectures that mix Mamba-2 with attention. Their tensors get the names of Falcon-H1 (`model/names.rs`).
const HYBRID: [&str; 2] = ["granitehybrid", "falcon-h1"];

/// Of a layer of Granite-4.0-H or Falcon-H1: llama.cpp's name and the checkpoint's.
const HYBRID_LAYER: [(&str, &str); 27] = [
    ("attn_norm.weight", "input_layernorm.weight"),
    ("ssm_in.weight", "mamba.in_proj.weight"),
    ("ssm_in.bias", "mamba.in_proj.bias"),
    ("ssm_conv1d.weight", "mamba.conv1d.weight"),
    ("ssm_conv1d.bias", "mamba.conv1d.bias"),
    ("ssm_dt.bias", "mamba.dt_bias"),
    ("ssm_a", "mamba.A_log"),
    ("ssm_d", "mamba.D"),
    ("ssm_norm.weight", "mamba.norm.weight"),
    ("ssm_out.weight", "mamba.out_proj.weight"),
    ("ssm_out.bias", "mamba.out_proj.bias"),
    ("attn_q.weight", "self_attn.q_proj.weight"),
    ("attn_q.bias", "self_attn.q_proj.bias"),
    ("attn_k.weight", "self_attn.k_proj.weight"),
    ("attn_k.bias", "self_attn.k_proj.bias"),
    ("attn_v.weight", "self_attn.v_proj.weight"),
    ("attn_v.bias", "self_attn.v_proj.bias"),
    ("attn_output.weight", "self_attn.o_proj.weight"),
    ("attn_output.bias", "self_attn.o_proj.bias"),
    ("ffn_norm.weight", "pre_ff_layernorm.weight"),
    ("ffn_norm", "pre_ff_layernorm.weight"), // as files of Falcon-H1 have it
    ("ffn_gate.weight", "feed_forward.gate_proj.weight"),
    ("ffn_gate.bias", "feed_forward.gate_proj.bias"),
    ("ffn_up.weight", "feed_forward.up_proj.weight"),
    ("ffn_up.bias", "feed_forward.up_proj.bias"),
    ("ffn_down.weight", "feed_forward.down_proj.weight"),
    ("ffn_down.bias", "feed_forward.down_proj.bias"),
];

/// Of a layer: llama.cpp's name, the checkpoint's in Mamba and in Mamba-2.
const LAYER: [(&str, &str, &str); 13] = [
    ("attn_norm.weight", "norm.weight", "norm.weight"),
    ("ssm_in.weight", "mixer.in_proj.weight", "mixer.in_proj.weight"),
    ("ssm_in.bias", "mixer.in_proj.bias", "mixer.in_proj.bias"),
    ("ssm_conv1d.weight", "mixer.conv1d.weight", "mixer.conv1d.weight"),
    ("ssm_conv1d.bias", "mixer.conv1d.bias", "mixer.conv1d.bias"),
    ("ssm_x.weight", "mixer.x_proj.weight", "mixer.x_proj.weight"),
    ("ssm_dt.weight", "mixer.dt_proj.weight", "mixer.dt_proj.weight"),
    ("ssm_dt.bias", "mixer.dt_proj.bias", "mixer.dt_bias"),
    ("ssm_a", "mixer.A_log", "mixer.A_log"),
    ("ssm_d", "mixer.D", "mixer.D"),
    ("ssm_norm.weight", "mixer.norm.weight", "mixer.norm.weight"),
    ("ssm_out.weight", "mixer.out_proj.weight", "mixer.out_proj.weight"),
    ("ssm_out.bias", "mixer.out_proj.bias", "mixer.out_proj.bias"),
];

/// The value in the checkpoint, from the one in the file.
pub type Map = fn(f32) -> f32;

/// A tensor's name and shape in the checkpoint, and what undoes the change of its values. The converter
///
/// * leaves out the 1 in the middle of `conv1d.weight`,
/// * stores A = -exp(A_log) for A_log,
/// * in Mamba-2 makes A_log and D columns, and the gated norm a matrix with a row for each group.
///
/// An unknown name stays as it is, so that the sink can refuse it.
pub fn checkpoint_form(tensor: &TensorInfo, architecture: &str) -> (String, Vec<usize>, Option<Map>) {
    let hybrid = HYBRID.contains(&architecture);
    let mamba2 = hybrid || architecture == "mamba2";
    let shape = tensor.shape.clone();
    let whole = |name: &str| (name.to_owned(), tensor.shape.clone(), None);
    match (tensor.name.as_str(), hybrid) {
        ("token_embd.weight", false) => return whole("backbone.embeddings.weight"),
        ("token_embd.weight", true) => return whole("model.embed_tokens.weight"),
        ("output_norm.weight", false) => return whole("backbone.norm_f.weight"),
        ("output_norm.weight", true) => return whole("model.final_layernorm.weight"),
        ("output.weight", _) => return whole("lm_head.weight"),
        _ => {}
    }
    let known = tensor.name.strip_prefix("blk.").and_then(|rest| {
        let (layer, name) = rest.split_once('.')?;
        if hybrid {
            return HYBRID_LAYER.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| (layer, name, ours));
        }
        let (_, first, second) = LAYER.iter().find(|(theirs, ..)| *theirs == name)?;
        Some((layer, name, if mamba2 { second } else { first }))
    });
    let Some((layer, name, ours)) = known else { return whole(&tensor.name) };
    let shape = match (name, shape.as_slice()) {
        ("ssm_conv1d.weight", &[width, taps]) => vec![width, 1, taps],
        ("ssm_a" | "ssm_d", &[heads, 1]) if mamba2 => vec![heads],
        ("ssm_norm.weight", &[groups, channels]) => vec![groups.saturating_mul(channels)],
        _ => shape,
    };
    // -0 and positive values become infinite or NaN, which the reader refuses.
    let map: Option<Map> = if name == "ssm_a" { Some(|a| (-a).ln()) } else { None };
    let body = if hybrid { "model" } else { "backbone" };
    (format!("{body}.layers.{layer}.{ours}"), shape, map)
}
