"""Random-weight Granite-4.0-H and Falcon-H1 checkpoints and what transformers computes with them.

Letters as in ARCHITECTURE.md. WINDOW is M, the tokens of the ring: shorter than the prompt, so that the ring turns.
"""

import math
import shutil
from dataclasses import dataclass, field

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import FalconH1Config, FalconH1ForCausalLM, GraniteMoeHybridConfig, GraniteMoeHybridForCausalLM

from make.checkpoints import DTYPES, GREEDY, MIN_MARGIN, edit_config, relative
from make.families import Draw

PROMPT = 80
WINDOW = 37
FAMILIES = {"granite": (GraniteMoeHybridConfig, GraniteMoeHybridForCausalLM),
            "falcon_h1": (FalconH1Config, FalconH1ForCausalLM)}


@dataclass
class Spec:
    name: str
    family: str
    dtype: str
    seed: int
    config: dict
    edits: dict = field(default_factory=dict)  # of config.json, as published files have it


SPECS = [
    Spec("granite", "granite", "f32", 21,
         dict(vocab_size=193, hidden_size=36, num_hidden_layers=4, num_attention_heads=6, num_key_value_heads=3,
              layer_types=["full_attention", "linear_attention", "linear_attention", "full_attention"],
              mamba_n_heads=6, mamba_n_groups=3, mamba_d_state=7, mamba_d_conv=4, mamba_expand=2,
              shared_intermediate_size=44, num_local_experts=0, num_experts_per_tok=0, tie_word_embeddings=True,
              embedding_multiplier=12, residual_multiplier=6.5, attention_multiplier=0.3, logits_scaling=1.5,
              rms_norm_eps=1e-5, position_embedding_type="nope", max_position_embeddings=131072),
         {"mamba_d_head": "auto"}),
    Spec("granite-rope", "granite", "bf16", 22,
         dict(vocab_size=151, hidden_size=30, num_hidden_layers=3, num_attention_heads=5, num_key_value_heads=1,
              layer_types=["mamba", "attention", "mamba"], mamba_n_heads=5, mamba_n_groups=1, mamba_d_state=16,
              mamba_d_conv=3, mamba_expand=2, shared_intermediate_size=33, num_local_experts=0,
              tie_word_embeddings=False, attention_bias=True, mamba_proj_bias=True, mamba_conv_bias=False,
              embedding_multiplier=0.5, attention_multiplier=0.5, residual_multiplier=0.7, logits_scaling=0.8,
              rms_norm_eps=1e-3, position_embedding_type="rope", rope_parameters={"rope_type": "default", "rope_theta": 500.0}),
         {"layer_types": None, "layers_block_type": ["mamba", "attention", "mamba"], "rope_parameters": None,
          "rope_theta": 500.0, "rope_scaling": None}),
    Spec("falcon-h1", "falcon_h1", "f32", 23,
         dict(vocab_size=187, hidden_size=40, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
              head_dim=14, intermediate_size=52, mamba_d_ssm=56, mamba_n_heads=7, mamba_d_head=8, mamba_n_groups=1,
              mamba_d_state=9, mamba_d_conv=4, mamba_rms_norm=False, tie_word_embeddings=False,
              embedding_multiplier=5.6, lm_head_multiplier=0.4, key_multiplier=0.8, attention_in_multiplier=1.3,
              attention_out_multiplier=0.9, ssm_in_multiplier=1.25, ssm_out_multiplier=0.7,
              ssm_multipliers=[0.7, 1.2, 0.9, 0.5, 0.8], mlp_multipliers=[0.9, 0.6], rms_norm_eps=1e-5,
              rope_parameters={"rope_type": "default", "rope_theta": 1e11}),
         {"rope_parameters": None, "rope_theta": 100000000000.0, "rope_scaling": None}),
    Spec("falcon-h1-norm", "falcon_h1", "f16", 24,
         dict(vocab_size=201, hidden_size=33, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=3,
              head_dim=10, intermediate_size=35, mamba_d_ssm=None, mamba_expand=2, mamba_n_heads=6, mamba_n_groups=2,
              mamba_d_state=6, mamba_d_conv=4, mamba_rms_norm=True, mamba_norm_before_gate=True,
              tie_word_embeddings=True, attention_bias=True, mlp_bias=True, mamba_proj_bias=True, projectors_bias=True,
              embedding_multiplier=2.0, lm_head_multiplier=1.5, key_multiplier=0.3, ssm_out_multiplier=1.1,
              ssm_multipliers=[1.1, 0.8, 0.6, 1.4, 1.0], mlp_multipliers=[1.2, 0.8],
              rope_parameters={"rope_type": "default", "rope_theta": 1e4})),
]


@torch.no_grad()
def randomize(model, seed):
    """Fills every weight."""
    draw = Draw(seed)
    for name, weight in sorted(model.named_parameters()):
        shape = tuple(weight.shape)
        if name.endswith("A_log"):
            values = draw.uniform(*shape, low=math.log(0.05), high=math.log(20.0))
        elif name.endswith("dt_bias"):
            values = draw.dt_bias(*shape)
        elif name.endswith(".D"):
            values = draw.normal(*shape, std=0.5, mean=0.5)
        elif "norm" in name:
            values = draw.uniform(*shape, low=0.5, high=1.5)
        elif name.endswith("bias"):
            values = draw.normal(*shape, std=0.3)
        elif "embed" in name or "lm_head" in name:
            values = draw.normal(*shape, std=3 / math.sqrt(shape[1]))
        elif "conv1d" in name:
            values = draw.normal(*shape, std=1 / math.sqrt(shape[2]))
        else:
            values = draw.normal(*shape, std=2 / math.sqrt(shape[1]))
        weight.copy_(values)


def write(model, spec, folder):
    model.to(DTYPES[spec.dtype]).save_pretrained(folder)
    edit_config(folder, spec.edits)
    (folder / "generation_config.json").unlink(missing_ok=True)


def windowed(length):
    """An additive mask: a token sees itself and the WINDOW - 1 before it."""
    at = torch.arange(length)
    seen = (at[None] <= at[:, None]) & (at[None] > at[:, None] - WINDOW)
    return torch.where(seen, 0.0, torch.finfo(torch.float32).min)[None, None]


@torch.no_grad()
def expected(model, spec, ids):
    """What the model says, or None where a greedy choice would be a near tie."""
    full = model(input_ids=ids, use_cache=True)
    logits, cache = full.logits[0], full.past_key_values
    tensors = {"input_ids": ids[0], "logits": logits.contiguous()}
    for layer, of in enumerate(cache.layers):
        if hasattr(of, "keys") and of.keys is not None:  # [1, J, T, S]
            tensors[f"keys.{layer}"] = of.keys[0].transpose(0, 1).flatten(1).contiguous()
            tensors[f"values.{layer}"] = of.values[0].transpose(0, 1).flatten(1).contiguous()
        if getattr(of, "recurrent_states", None) is not None and of.recurrent_states[0] is not None:  # [1, H, P, N]
            tensors[f"ssm.{layer}"] = of.recurrent_states[0][0].flatten(0, 1).T.contiguous()

    stepped, of_steps = [], None
    for t in range(PROMPT):
        out = model(input_ids=ids[:, t : t + 1], past_key_values=of_steps, use_cache=True)
        of_steps = out.past_key_values
        stepped.append(out.logits[0, 0])
    agreement = relative(torch.stack(stepped), logits)
    assert agreement < 2e-5, f"{spec.name}: prefill and steps differ by {agreement}"

    last, greedy, margins = logits[-1], [], []
    for _ in range(GREEDY):
        top = torch.topk(last, 2)
        margins.append((top.values[0] - top.values[1]).item())
        greedy.append(int(top.indices[0]))
        last = model(input_ids=torch.tensor([[greedy[-1]]]), past_key_values=cache, use_cache=True).logits[0, -1]
    if min(margins) < MIN_MARGIN or len(set(greedy)) < 8:
        return None
    masks = {"full_attention": windowed(PROMPT), "linear_attention": None}
    in_window = model(input_ids=ids, attention_mask=masks, use_cache=False).logits[0]
    assert torch.equal(in_window[:WINDOW - 1].argmax(-1), logits[:WINDOW - 1].argmax(-1))
    forgot = relative(in_window[-1], logits[-1])
    assert forgot > 1e-2, f"{spec.name}: the window moves the last logits by {forgot} only"
    other = ids.clone()
    other[0, 0] = (other[0, 0] + 1) % model.config.vocab_size
    felt = (model(input_ids=other).logits[0, -1] - logits[-1]).abs().max().item()
    assert felt > 1e-2, f"{spec.name}: the first token moves the last logits by {felt} only"
    print(f"{spec.name}: logits std {logits.std():.2f}, margin >= {min(margins):.4f}, first token felt by {felt:.3f}, "
          f"prefill/steps {agreement:.1e}, window {forgot:.2f}")
    return tensors | {"greedy_ids": torch.tensor(greedy), "logits_in_window": in_window.contiguous()}


def make(out):
    torch.set_num_threads(1)
    for spec in SPECS:
        config, kind = FAMILIES[spec.family]
        folder = out / spec.name
        for attempt in range(200):
            if folder.exists():
                shutil.rmtree(folder)
            seed = spec.seed * 1000 + attempt
            model = kind(config(**spec.config)).eval()
            randomize(model, seed)
            write(model, spec, folder)
            model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
            ids = np.random.default_rng(seed + 500_000).integers(0, model.config.vocab_size, (1, PROMPT))
            tensors = expected(model, spec, torch.from_numpy(ids))
            if tensors is not None:
                break
        else:
            raise SystemExit(f"{spec.name}: no seed without near ties")
        save_file(tensors, folder / "expected.safetensors", metadata={"seed": str(seed), "window": str(WINDOW)})
