"""What transformers makes of the config.json of a Granite-4.0-H or a Falcon-H1, with keys absent, null or of other values.

As in config_cases.py, what a row resolves to is read off the model that transformers builds and runs.
"""

import json

import torch

from make.config_cases import ABSENT, loaded, same

INFINITE = {"__float__": "Infinity"}
BASES = {
    # ibm-granite/granite-4.0-h-350m
    "granite": {
        "architectures": ["GraniteMoeHybridForCausalLM"], "model_type": "granitemoehybrid", "attention_bias": False,
        "attention_dropout": 0.0, "attention_multiplier": 0.015625, "bos_token_id": 3, "embedding_multiplier": 12,
        "eos_token_id": 5, "hidden_act": "silu", "hidden_size": 32, "initializer_range": 0.1, "intermediate_size": 48,
        "layer_types": ["mamba", "attention"], "logits_scaling": 3, "mamba_chunk_size": 256, "mamba_conv_bias": True,
        "mamba_d_conv": 4, "mamba_d_head": 16, "mamba_d_state": 8, "mamba_expand": 2, "mamba_n_groups": 1,
        "mamba_n_heads": 4, "mamba_proj_bias": False, "max_position_embeddings": 32768, "normalization_function": "rmsnorm",
        "num_attention_heads": 4, "num_experts_per_tok": 0, "num_hidden_layers": 2, "num_key_value_heads": 2,
        "num_local_experts": 0, "output_router_logits": False, "pad_token_id": 5, "position_embedding_type": "nope",
        "residual_multiplier": 0.246, "rms_norm_eps": 1e-05, "rope_scaling": None, "rope_theta": 10000,
        "router_aux_loss_coef": 0.01, "shared_intermediate_size": 48, "tie_word_embeddings": True,
        "time_step_limit": [0.0, float("inf")], "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": 99},
    # tiiuae/Falcon-H1-0.5B-Instruct
    "falcon-h1": {
        "architectures": ["FalconH1ForCausalLM"], "model_type": "falcon_h1", "attention_bias": False,
        "attention_in_multiplier": 1.0, "attention_out_multiplier": 0.9375, "bos_token_id": 1,
        "embedding_multiplier": 5.656854249492381, "eos_token_id": 11, "head_dim": 8, "hidden_act": "silu",
        "hidden_size": 32, "initializer_range": 0.02, "intermediate_size": 48, "key_multiplier": 0.39,
        "lm_head_multiplier": 0.0195, "mamba_chunk_size": 128, "mamba_conv_bias": True, "mamba_d_conv": 4,
        "mamba_d_head": 16, "mamba_d_ssm": 48, "mamba_d_state": 8, "mamba_expand": 2, "mamba_n_groups": 1,
        "mamba_n_heads": 3, "mamba_norm_before_gate": False, "mamba_proj_bias": False, "mamba_rms_norm": False,
        "max_position_embeddings": 16384, "mlp_bias": False, "mlp_multipliers": [0.88, 0.59],
        "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2, "num_logits_to_keep": 1,
        "pad_token_id": 0, "projectors_bias": False, "rms_norm_eps": 1e-05, "rope_scaling": None,
        "rope_theta": 100000000000.0, "ssm_in_multiplier": 1.25, "ssm_multipliers": [0.35, 0.25, 0.35, 0.5, 0.35],
        "ssm_out_multiplier": 0.47, "tie_word_embeddings": False, "use_cache": True, "vocab_size": 99},
}
VALUES = {
    "vocab_size": [100, 0], "hidden_size": [64, 0], "num_hidden_layers": [3, 1], "hidden_act": ["swish", "gelu"],
    "tie_word_embeddings": [True, False], "eos_token_id": [[3, 5], 0], "rms_norm_eps": [0.1, 1e-6],
    "num_attention_heads": [2, 8, 3], "num_key_value_heads": [1, 4, 3], "head_dim": [4, 10, None],
    "attention_bias": [True], "max_position_embeddings": [128, 4096], "rope_theta": [500.0, 10000],
    "rope_scaling": [{"rope_type": "default", "rope_theta": 77.0}, {"type": "default"}, {}],
    "rope_parameters": [{"rope_type": "default", "rope_theta": 99.0}, {"rope_theta": 99.0}, None],
    "partial_rotary_factor": [0.5], "mamba_d_head": ["auto", 8], "mamba_n_heads": [2, 6], "mamba_n_groups": [2, 3],
    "mamba_d_state": [5], "mamba_d_conv": [3, 2], "mamba_expand": [1, 3], "mamba_conv_bias": [False],
    "mamba_proj_bias": [True], "mamba_chunk_size": [8], "mamba_d_ssm": [64, 32], "mamba_rms_norm": [True],
    "mamba_norm_before_gate": [True], "projectors_bias": [True], "mlp_bias": [True], "intermediate_size": [20],
    "shared_intermediate_size": [20], "num_local_experts": [0, 2], "num_experts_per_tok": [1],
    "time_step_limit": [[0.0, INFINITE], [0.01, 0.5]],
    "layer_types": [["linear_attention", "full_attention"], ["attention", "attention"], ["mamba"], ["mamba", "lstm"]],
    "layers_block_type": [["attention", "mamba"]], "position_embedding_type": ["rope", "other"],
    "embedding_multiplier": [1, 0.5], "logits_scaling": [8, 1.5], "residual_multiplier": [1, 0.22],
    "attention_multiplier": [1, 0.0078125], "lm_head_multiplier": [1.0], "key_multiplier": [1], "mlp_multipliers": [[1, 2], [1.0]],
    "attention_in_multiplier": [2.0], "attention_out_multiplier": [2], "ssm_in_multiplier": [2.0],
    "ssm_out_multiplier": [2.0], "ssm_multipliers": [[1.0, 2.0, 3.0, 4.0, 5.0]],
}
PAIRS = [
    ("granite", {"layer_types": ABSENT, "layers_block_type": ["attention", "mamba"]}),
    ("granite", {"layer_types": ABSENT, "num_hidden_layers": 3}),
    ("granite", {"position_embedding_type": "rope", "rope_theta": 123.0}),
    ("granite", {"position_embedding_type": "rope", "rope_theta": ABSENT}),
    ("granite", {"position_embedding_type": "rope", "rope_scaling": {"rope_type": "linear", "factor": 2.0}}),
    ("granite", {"mamba_d_head": "auto", "mamba_expand": 3}),
    ("granite", {"mamba_proj_bias": True, "attention_bias": True, "mamba_conv_bias": False}),
    ("falcon-h1", {"mamba_proj_bias": True, "projectors_bias": True}),
    ("falcon-h1", {"mamba_d_ssm": None, "mamba_d_head": "auto", "mamba_n_heads": 4}),
    ("falcon-h1", {"mamba_d_ssm": ABSENT, "mamba_d_head": "auto", "mamba_n_heads": 4}),
    ("falcon-h1", {"mamba_rms_norm": True, "mamba_norm_before_gate": ABSENT}),
    ("falcon-h1", {"rope_scaling": {"type": "yarn", "factor": 4.0}}),
    ("falcon-h1", {"rope_theta": ABSENT}),
]


def mamba(m):
    low, high = m.time_step_limit
    norm = getattr(m.norm, "variance_epsilon", None)
    return {"inner": m.out_proj.weight.shape[1], "heads": m.num_heads, "head_dim": m.head_dim, "groups": m.n_groups,
            "state": m.ssm_state_size, "taps": m.conv1d.weight.shape[2], "bias": m.in_proj.bias is not None,
            "out_bias": m.out_proj.bias is not None, "conv_bias": m.conv1d.bias is not None,
            "limit": [low, None if high == float("inf") else high], "norm": norm,
            "before_gate": bool(norm and getattr(m.norm, "norm_before_gate", False))}


def attention(a, theta):
    return {"heads": a.q_proj.weight.shape[0] // a.head_dim, "kv_heads": a.k_proj.weight.shape[0] // a.head_dim,
            "head_dim": a.head_dim, "bias": a.q_proj.bias is not None, "theta": theta}


def resolved(config):
    """What the model of a config.json is, or None where transformers does not load or run it."""
    model = loaded(config)
    if model is None:
        return None
    c, body, eos = model.config, model.model, model.config.eos_token_id
    falcon = c.model_type == "falcon_h1"
    theta = c.rope_parameters["rope_theta"] if body.rotary_emb is not None else None
    plain = theta is None or c.rope_parameters["rope_type"] == "default"
    found = {
        "supported": plain and c.hidden_act in ("silu", "swish") and (falcon or not c.num_local_experts),
        "vocab": body.embed_tokens.weight.shape[0], "hidden": body.embed_tokens.weight.shape[1],
        "tied": bool(model.all_tied_weights_keys), "eos": eos if isinstance(eos, list) else [] if eos is None else [eos],
        "epsilon": same(layer.input_layernorm.variance_epsilon for layer in body.layers),
        "context": c.max_position_embeddings, "embedding": body.embedding_multiplier, "layers": [],
    }
    for layer in body.layers:
        mixer = getattr(layer, "mamba", None)
        own = [["mamba2", mamba(mixer)]] if mixer is not None else []
        own += [["attention", attention(layer.self_attn, theta)]] if layer.self_attn is not None else []
        mlp = layer.feed_forward.down_proj if falcon else layer.shared_mlp.output_linear
        found["layers"] += own + [["mlp", {"hidden": mlp.weight.shape[1], "bias": mlp.bias is not None}]]
    if falcon:
        m, a, f = body.layers[0].mamba, body.layers[0].self_attn, body.layers[0].feed_forward
        found["scales"] = [body.layers[0].ssm_out_multiplier, body.layers[0].attn_out_multiplier, f.down_multiplier,
                           m.ssm_in_multiplier, *c.ssm_multipliers, body.layers[0].attention_in_multiplier, a.scaling,
                           a.key_multiplier, f.gate_multiplier, model.model.lm_head_multiplier]
    else:
        r = body.layers[0].residual_multiplier
        found["scales"] = [r, r, r, 1, 1, 1, 1, 1, 1, 1, c.attention_multiplier, 1, 1, 1 / c.logits_scaling]
    return found


def row(name, changes):
    config = {key: value for key, value in (BASES[name] | changes).items() if value is not ABSENT}
    texts = {key: None if value is ABSENT else json.dumps(value) for key, value in changes.items()}
    return {"base": name, "changes": texts, "resolved": resolved(config)}


def make(out):
    torch.set_num_threads(1)
    rows = []
    for name, base in BASES.items():
        rows.append(row(name, {}))
        for key in sorted(base.keys() | VALUES.keys()):
            values = [ABSENT, None, *VALUES.get(key, [])] if key in base else VALUES[key]
            rows += [row(name, {key: value}) for value in values if key not in base or value != base[key]]
        rows += [row(name, changes) for of, changes in PAIRS if of == name]
    bases = {name: json.dumps(base) for name, base in BASES.items()}
    lines = ",\n".join(json.dumps(entry) for entry in rows)
    (out / "hybrid_configs.json").write_text('{"bases": %s,\n"rows": [\n%s\n]}\n' % (json.dumps(bases), lines))
    print(f"{len(rows)} configs, of which transformers refuses {sum(r['resolved'] is None for r in rows)}")
