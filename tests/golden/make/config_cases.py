"""What transformers makes of a config.json: each family's config as it is published, with one key absent, null, or of
another value, the keys of other families and of the original layout among them.

What a row resolves to is read off the model that transformers builds and runs, not off its config.
"""

import json
import tempfile
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

# Sizes are small, so that a model is built and run in no time; keys and other values are those of the published files.
COMMON = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0, "conv_kernel": 4, "expand": 2, "hidden_act": "silu",
          "hidden_size": 32, "initializer_range": 0.1, "layer_norm_epsilon": 1e-05, "num_hidden_layers": 2,
          "rescale_prenorm_residual": False, "residual_in_fp32": True, "state_size": 16, "time_step_floor": 0.0001,
          "time_step_max": 0.1, "time_step_min": 0.001, "time_step_rank": 2, "transformers_version": "4.39.0",
          "use_bias": False, "use_cache": True, "use_conv_bias": True, "vocab_size": 203}
BASES = {
    # state-spaces/mamba-130m-hf, which has the keys of the original layout beside its own
    "mamba-with-both": COMMON | {
        "architectures": ["MambaForCausalLM"], "model_type": "mamba", "torch_dtype": "float32", "d_inner": 64,
        "d_model": 32, "fused_add_norm": True, "intermediate_size": 64, "n_layer": 2, "pad_vocab_size_multiple": 8,
        "rms_norm": True, "ssm_cfg": {}, "time_step_init_scheme": "random", "time_step_scale": 1.0},
    # what save_pretrained writes for Mamba
    "mamba": COMMON | {
        "architectures": ["MambaForCausalLM"], "model_type": "mamba", "dtype": "float32", "intermediate_size": 64,
        "tie_word_embeddings": True, "time_step_init_scheme": "random", "time_step_scale": 1.0, "use_mambapy": False},
    # tiiuae/falcon-mamba-7b, whose expand has nothing to do with its intermediate_size
    "falcon": COMMON | {
        "architectures": ["FalconMambaForCausalLM"], "model_type": "falcon_mamba", "torch_dtype": "bfloat16",
        "expand": 16, "intermediate_size": 64, "mixer_rms_eps": 1e-06, "tie_word_embeddings": False,
        "time_step_init_scheme": "random", "time_step_scale": 1.0, "use_mambapy": False, "eos_token_id": 11},
    # state-spaces/mamba2-130m as transformers' script converts it
    "mamba2": COMMON | {
        "architectures": ["Mamba2ForCausalLM"], "model_type": "mamba2", "torch_dtype": "float16", "chunk_size": 256,
        "head_dim": 16, "num_heads": 4, "n_groups": 2, "norm_before_gate": True, "rms_norm": True,
        "tie_word_embeddings": True, "time_step_limit": [0.0, float("inf")]},
}
ABSENT = object()
# Values besides absent and null. Among them are contradictions, and kinds that the key does not have.
VALUES = {
    "architectures": [["MambaModel"], ["Mamba2ForCausalLM"], ["LlamaForCausalLM"], []],
    "model_type": ["mamba", "mamba2", "falcon_mamba", "llama"],
    "vocab_size": [208, 201, 0, -1, "200"],
    "hidden_size": [48, 33, 0, "32"],
    "num_hidden_layers": [1, 3],
    "state_size": [8, 7, 0],
    "conv_kernel": [3, 2, 0],
    "expand": [1, 3, 4, 1.5],
    "intermediate_size": [64, 96, 128],
    "time_step_rank": ["auto", 5, 3, 0],
    "layer_norm_epsilon": [0.1, 1e-6, 0, "1e-5"],
    "mixer_rms_eps": [0.1, 1e-5],
    "tie_word_embeddings": [True, False, "yes"],
    "tie_embeddings": [True, False],
    "use_bias": [True, False, "no"],
    "use_conv_bias": [True, False],
    "hidden_act": ["silu", "swish", "gelu", "relu"],
    "num_heads": [4, 8, 5],
    "head_dim": [16, 8, 12],
    "n_groups": [1, 2, 4, 3, 8],
    "chunk_size": [8, 256, 1],
    "time_step_limit": [[0.0, float("inf")], [0.01, 0.05], [0.0, 1e30], [0.0, {"__float__": "Infinity"}], [0.1], 7],
    "time_step_floor": [0.5],
    "time_step_min": [0.01, 0.5],
    "time_step_max": [0.01, float("inf")],
    "time_step_scale": [3.0],
    "time_step_init_scheme": ["constant"],
    "rescale_prenorm_residual": [True, False],
    "residual_in_fp32": [True, False],
    "norm_before_gate": [True, False],
    "rms_norm": [True, False],
    "fused_add_norm": [True, False],
    "use_mambapy": [True],
    "use_falcon_mambapy": [True],
    "use_associative_scan": [False],
    "use_cache": [False],
    "initializer_range": [0.02],
    "d_model": [32, 64],
    "d_inner": [64, 99],
    "d_state": [16, 8],
    "d_conv": [4, 3],
    "d_intermediate": [0, 64],
    "dt_rank": [2, 7],
    "dt_limit": [[0.01, 0.05]],
    "n_layer": [2, 5],
    "n_layers": [5],
    "num_layers": [5],
    "attn_layer_idx": [[], [1]],
    "attn_cfg": [{}],
    "ssm_cfg": [{}, {"layer": "Mamba1"}, {"layer": "Mamba2", "d_state": 8}, {"d_state": 8, "expand": 4}],
    "pad_vocab_size_multiple": [1, 8, 16],
    "headdim": [8],
    "ngroups": [4],
    "rmsnorm": [False],
    "bias": [True],
    "conv_bias": [False],
    "eos_token_id": [0, 5, [3, 5], [], "end"],
    "bos_token_id": [5],
    "pad_token_id": [5],
    "dtype": ["float16"],
    "torch_dtype": ["bfloat16"],
    "transformers_version": ["5.0.0"],
    "num_attention_heads": [4],
    "max_position_embeddings": [2048],
    "rope_theta": [1e4],
    "is_encoder_decoder": [False],
}
# Keys that are changed together.
PAIRS = [
    ("mamba", {"expand": ABSENT, "intermediate_size": ABSENT}),
    ("mamba", {"expand": 3, "intermediate_size": ABSENT}),
    ("mamba", {"expand": 1.5, "intermediate_size": ABSENT}),
    ("mamba", {"expand": None, "intermediate_size": 64}),
    ("mamba-with-both", {"hidden_size": 48, "intermediate_size": 96}),
    ("mamba-with-both", {"layer_norm_epsilon": 0.1, "vocab_size": 201}),
    ("mamba-with-both", {"tie_word_embeddings": False, "tie_embeddings": True}),
    ("mamba-with-both", {"num_hidden_layers": 3, "d_model": 64}),
    ("falcon", {"expand": 2, "intermediate_size": ABSENT}),
    ("falcon", {"mixer_rms_eps": 0.1, "layer_norm_epsilon": 0.2}),
    ("mamba2", {"num_heads": 8, "head_dim": 8}),
    ("mamba2", {"expand": 4, "num_heads": 8}),
    ("mamba2", {"expand": 1.5, "num_heads": 3, "n_groups": 1}),
    ("mamba2", {"expand": ABSENT, "n_groups": 4}),
    ("mamba2", {"time_step_min": 0.01, "time_step_max": 0.05}),
    ("mamba2", {"use_bias": True, "use_conv_bias": False}),
]


def same(values):
    """The one value that all layers have."""
    values = list(values)
    assert all(value == values[0] for value in values), values
    return values[0]


def loaded(config):
    """The model of a config.json, or None where transformers does not load or run it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        try:
            model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32).eval()
            with torch.no_grad():
                model(torch.tensor([[1, 2, 3, 4, 5]]))
        except Exception:
            return None
    return model


def resolved(config):
    """What the model of a config.json is, or None where transformers does not load or run it."""
    model = loaded(config)
    if model is None:
        return None
    if model.config.model_type not in ("mamba", "mamba2", "falcon_mamba"):
        return {"family": model.config.model_type}
    mixers = [layer.mixer for layer in model.backbone.layers]
    norms = [layer.norm for layer in model.backbone.layers] + [model.backbone.norm_f]
    eos = model.config.eos_token_id
    found = {
        "family": model.config.model_type,
        "vocab": model.backbone.embeddings.weight.shape[0],
        "hidden": model.backbone.embeddings.weight.shape[1],
        "layers": len(mixers),
        "tied": bool(model.all_tied_weights_keys),
        "inner": same(m.out_proj.weight.shape[1] for m in mixers),
        "state": same(m.ssm_state_size for m in mixers),
        "taps": same(m.conv1d.weight.shape[2] for m in mixers),
        "bias": same(b is not None for m in mixers for b in (m.in_proj.bias, m.out_proj.bias)),
        "conv_bias": same(m.conv1d.bias is not None for m in mixers),
        "activation": same(m.activation for m in mixers),
        "epsilon": same(norm.variance_epsilon for norm in norms),
        "eos": eos if isinstance(eos, list) else [] if eos is None else [eos],
    }
    if found["family"] == "mamba2":
        low, high = same(tuple(m.time_step_limit) for m in mixers)
        found |= {"heads": same(m.num_heads for m in mixers), "head_dim": same(m.head_dim for m in mixers),
                  "groups": same(m.n_groups for m in mixers), "limit": [low, None if high == float("inf") else high]}
        assert same(m.norm.variance_epsilon for m in mixers) == found["epsilon"]
    else:
        found["rank"] = same(m.dt_proj.weight.shape[1] for m in mixers)
        # No Mamba clamps dt in its forward pass, whatever its config says.
        found["limit"] = [0.0, None]
    if found["family"] == "falcon_mamba":
        found["mixer_epsilon"] = same(m.rms_eps for m in mixers)
    return found


def row(name, base, what, changes):
    config = {key: value for key, value in (base | changes).items() if value is not ABSENT}
    now = resolved(config)
    # As JSON texts, because some hold words that JSON does not have.
    texts = {key: None if value is ABSENT else json.dumps(value) for key, value in changes.items()}
    difference = now and {key: value for key, value in now.items() if what.get(key) != value}
    return {"base": name, "changes": texts, "resolved": difference}


def make(out):
    bases, rows = {}, []
    for name, base in BASES.items():
        what = resolved(base)
        bases[name] = {"config": json.dumps(base), "resolved": what}
        for key in sorted(base.keys() | VALUES.keys()):
            for value in [ABSENT, None, *VALUES.get(key, [])]:
                if value is ABSENT and key not in base:
                    continue
                if key in base and value == base[key] and type(value) is type(base[key]):
                    continue
                rows.append(row(name, base, what, {key: value}))
        rows += [row(name, base, what, changes) for of, changes in PAIRS if of == name]
    lines = [json.dumps(entry, allow_nan=False) for entry in rows]
    head = json.dumps(bases, indent=1, allow_nan=False)
    (out / "configs.json").write_text('{"bases": %s,\n"rows": [\n%s\n]}\n' % (head, ",\n".join(lines)))
    print(f"{len(rows)} configs, of which transformers refuses {sum(r['resolved'] is None for r in rows)}")
