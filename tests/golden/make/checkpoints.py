"""Random-weight Mamba checkpoints and what transformers computes with them.

Letters as in ARCHITECTURE.md: V vocabulary, D model width, E = expand * D,
N states a channel, R dt rank, K convolution taps, L layers.
"""

import json
import math
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from make.families import FAMILIES, Draw, gate_after_norm, rms

PROMPT = 64
GREEDY = 32
MIN_MARGIN = 1e-2
DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


@dataclass
class Spec:
    name: str
    dtype: str
    config: dict
    seed: int
    vocab: int  # ids of the prompt are below this; smaller than V when V is padded
    spread: float = 3.0  # standard deviation of the logits, roughly
    quiet: tuple = ()  # ids that are never likely (stop tokens of the chat checkpoint)
    keep_logits: int = PROMPT  # how many of the last positions' logits are stored
    keep_hidden: bool = True
    max_shard: str = "50GB"
    config_edits: dict = field(default_factory=dict)
    original: bool = False
    family: str = "mamba"
    norm_before_gate: bool = False  # Mamba-2 in the original spelling only

    def make_config(self):
        config = FAMILIES[self.family].config(**self.config)
        if self.norm_before_gate:
            config.norm_before_gate = True
        return config

    def make_model(self):
        return FAMILIES[self.family].model(self.make_config()).eval()

    @property
    def steps_clamp(self):
        """Whether transformers' cached steps heed time_step_limit: they do not, so only full forwards are compared."""
        return "time_step_limit" not in self.config


SPECS = [
    Spec(
        "tiny-f32", "f32", seed=1, vocab=320,
        config=dict(vocab_size=320, hidden_size=64, num_hidden_layers=2, state_size=16, conv_kernel=4, expand=2,
                    time_step_rank="auto", use_bias=False, use_conv_bias=True, tie_word_embeddings=True),
        # save_pretrained writes the number; the word is what hand-written configs have.
        config_edits={"time_step_rank": "auto", "intermediate_size": None},
    ),
    Spec(
        "odd-f16", "f16", seed=2, vocab=211,
        config=dict(vocab_size=211, hidden_size=37, num_hidden_layers=3, state_size=7, conv_kernel=3, expand=3,
                    time_step_rank=5, use_bias=True, use_conv_bias=True, tie_word_embeddings=False),
    ),
    Spec(
        "bare-bf16", "bf16", seed=3, vocab=256, max_shard="60KB",
        config=dict(vocab_size=256, hidden_size=48, num_hidden_layers=2, state_size=16, conv_kernel=4, expand=2,
                    time_step_rank=3, use_bias=False, use_conv_bias=False, tie_word_embeddings=True),
    ),
    Spec(
        "original", "f32", seed=4, vocab=203, original=True,
        config=dict(vocab_size=208, hidden_size=40, num_hidden_layers=2, state_size=16, conv_kernel=4, expand=2,
                    time_step_rank="auto", use_bias=False, use_conv_bias=True, tie_word_embeddings=True),
    ),
    Spec(
        "chat", "f16", seed=5, vocab=4096, quiet=(0, 1, 2, 3, 4), keep_logits=4, keep_hidden=False,
        config=dict(vocab_size=4096, hidden_size=32, num_hidden_layers=2, state_size=16, conv_kernel=4, expand=2,
                    time_step_rank="auto", use_bias=False, use_conv_bias=True, tie_word_embeddings=True,
                    bos_token_id=0, eos_token_id=0, pad_token_id=1),
    ),
    Spec(
        "falcon", "f32", seed=6, vocab=181, family="falcon", keep_hidden=False,
        config=dict(vocab_size=181, hidden_size=32, num_hidden_layers=2, state_size=6, conv_kernel=4, expand=2,
                    time_step_rank=3, use_bias=False, use_conv_bias=True, tie_word_embeddings=False,
                    mixer_rms_eps=0.01),
    ),
    Spec(
        "mamba2", "f32", seed=7, vocab=192, family="mamba2", keep_hidden=False,
        config=dict(vocab_size=192, hidden_size=32, num_hidden_layers=2, state_size=12, conv_kernel=4, expand=2,
                    num_heads=4, head_dim=16, n_groups=1, chunk_size=16, tie_word_embeddings=True),
    ),
    Spec(
        "mamba2-groups", "bf16", seed=8, vocab=173, family="mamba2", keep_hidden=False,
        config=dict(vocab_size=173, hidden_size=33, num_hidden_layers=2, state_size=7, conv_kernel=3, expand=2,
                    num_heads=6, head_dim=11, n_groups=3, chunk_size=32, use_bias=True, tie_word_embeddings=False),
    ),
    Spec(
        "mamba2-original", "f16", seed=9, vocab=187, family="mamba2", keep_hidden=False, original=True,
        norm_before_gate=True,
        config=dict(vocab_size=192, hidden_size=24, num_hidden_layers=2, state_size=10, conv_kernel=4, expand=2,
                    num_heads=6, head_dim=8, n_groups=2, chunk_size=64, tie_word_embeddings=True,
                    time_step_limit=(0.02, 0.3)),
    ),
]
TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"]


@torch.no_grad()
def randomize(model, spec, seed):
    """Fills every weight."""
    draw, c = Draw(seed), model.config
    d = c.hidden_size
    emb = draw.normal(c.vocab_size, d, std=spec.spread / math.sqrt(d))
    emb[list(spec.quiet)] *= 0.01
    model.backbone.embeddings.weight.copy_(emb)
    if not c.tie_word_embeddings:
        model.lm_head.weight.copy_(draw.normal(c.vocab_size, d, std=spec.spread / math.sqrt(d)))
    for layer in model.backbone.layers:
        layer.norm.weight.copy_(draw.uniform(d, low=0.5, high=1.5))
        FAMILIES[spec.family].randomize(layer.mixer, c, draw)
    model.backbone.norm_f.weight.copy_(draw.uniform(d, low=0.5, high=1.5))


def edit_config(folder, edits):
    """Changes config.json; None takes a key away."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for key, value in edits.items():
        if value is None:
            config.pop(key, None)
        else:
            config[key] = value
    path.write_text(json.dumps(config, indent=2) + "\n")


def write_hf(model, spec, folder):
    model.to(DTYPES[spec.dtype]).save_pretrained(folder, max_shard_size=spec.max_shard)
    edit_config(folder, spec.config_edits)
    if spec.name != "chat":
        (folder / "generation_config.json").unlink(missing_ok=True)


def write_original(model, spec, folder):
    """The spelling of github.com/state-spaces/mamba: its config keys, `embedding` in the singular, a head stored twice."""
    folder.mkdir(parents=True)
    c = model.config
    tensors = {}
    for name, tensor in model.state_dict().items():
        name = name.replace("backbone.embeddings.", "backbone.embedding.")
        tensors[name] = tensor.to(DTYPES[spec.dtype]).clone().contiguous()
    tensors["lm_head.weight"] = tensors["backbone.embedding.weight"].clone()
    save_file(tensors, folder / "model.safetensors")
    # What is on the hub in this spelling has this file only.
    torch.save(tensors, folder / "pytorch_model.bin")
    config = {
        "d_model": c.hidden_size,
        "n_layer": c.num_hidden_layers,
        "vocab_size": spec.vocab,
        "ssm_cfg": {},
        "rms_norm": True,
        "residual_in_fp32": True,
        "fused_add_norm": True,
        "pad_vocab_size_multiple": 8,
    }
    if spec.family == "mamba2":
        config |= {
            "d_intermediate": 0,
            "ssm_cfg": {"layer": "Mamba2", "d_state": c.state_size, "headdim": c.head_dim, "ngroups": c.n_groups,
                        "norm_before_gate": spec.norm_before_gate, "dt_limit": list(c.time_step_limit)},
            "attn_layer_idx": [],
            "attn_cfg": {},
            "pad_vocab_size_multiple": 16,
            "tie_embeddings": True,
        }
    (folder / "config.json").write_text(json.dumps(config, indent=4) + "\n")


def reload(model, spec, folder):
    """The stored weights, after their rounding, in f32."""
    if not spec.original:
        return FAMILIES[spec.family].model.from_pretrained(folder, dtype=torch.float32).eval()
    again = spec.make_model()
    tensors = {k.replace("backbone.embedding.", "backbone.embeddings."): v
               for k, v in load_file(folder / "model.safetensors").items()}
    again.load_state_dict(tensors, strict=True)
    if spec.norm_before_gate:
        for layer in again.backbone.layers:
            gate_after_norm(layer.mixer.norm)
    return again


def states(cache):
    conv = torch.stack([layer.conv_states[0][0] for layer in cache.layers])
    # Mamba-2 has [H, P, N] for [E, N].
    ssm = torch.stack([layer.recurrent_states[0][0].flatten(0, -2) for layer in cache.layers])
    return conv.clone(), ssm.clone()


def relative(a, b):
    return ((a - b).abs().max() / b.abs().max()).item()


@torch.no_grad()
def expected(model, spec, ids):
    """What the model says, or None where a greedy choice would be a near tie."""
    full = model(input_ids=ids, use_cache=True, output_hidden_states=True)
    logits = full.logits[0]
    conv, ssm = states(full.cache_params)

    # Token by token through the cache: the same function by transformers' other code path.
    agreement = 0.0
    if spec.steps_clamp:
        cache, stepped = None, []
        for t in range(PROMPT):
            out = model(input_ids=ids[:, t : t + 1], cache_params=cache, use_cache=True)
            cache = out.cache_params
            stepped.append(out.logits[0, 0])
        conv_step, ssm_step = states(cache)
        agreement = max(relative(torch.stack(stepped), logits), relative(conv_step, conv), relative(ssm_step, ssm))
        assert agreement < 2e-5, f"{spec.name}: prefill and steps differ by {agreement}"

    cache, last, greedy, margins = full.cache_params, logits[-1], [], []
    for _ in range(GREEDY):
        top = torch.topk(last, 2)
        margins.append((top.values[0] - top.values[1]).item())
        greedy.append(int(top.indices[0]))
        if spec.steps_clamp:
            out = model(input_ids=torch.tensor([[greedy[-1]]]), cache_params=cache, use_cache=True)
            cache = out.cache_params
        else:
            out = model(input_ids=torch.cat([ids, torch.tensor([greedy])], dim=1))
        last = out.logits[0, -1]
    # A padded id must not win: then it does not matter whether an implementation cuts the padding off.
    if min(margins) < MIN_MARGIN or max(greedy) >= spec.vocab or len(set(greedy)) < 8:
        return None
    if spec.steps_clamp:
        model.generation_config.eos_token_id = None
        generated = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=GREEDY)
        assert generated[0, PROMPT:].tolist() == greedy, f"{spec.name}: generate() disagrees"

    # The first token must still be felt at the last position, or the state would not be tested.
    other = ids.clone()
    other[0, 0] = (other[0, 0] + 1) % spec.vocab
    memory = (model(input_ids=other).logits[0, -1] - logits[-1]).abs().max().item()
    assert memory > 1e-2, f"{spec.name}: the first token moves the last logits by {memory} only"

    exact = forward64(model, spec, ids[0].numpy())
    noise = np.abs(logits.numpy() - exact).max() / np.abs(exact).max()
    assert noise < 2e-5, f"{spec.name}: transformers is {noise} away from 64-bit arithmetic"
    print(f"{spec.name}: logits std {logits.std():.2f}, top-2 margin >= {min(margins):.4f}, first token felt by "
          f"{memory:.3f}, prefill/steps {agreement:.1e}, from f64 {noise:.1e}")

    tensors = {
        "input_ids": ids[0],
        "logits": logits[-spec.keep_logits :].contiguous(),
        "greedy_ids": torch.tensor(greedy),
        "conv_state": conv,
        "ssm_state": ssm,
    }
    if spec.keep_hidden:
        hidden = [h[0] for h in full.hidden_states]
        tensors["hidden"] = torch.stack(hidden[:-1])
        tensors["hidden_normed"] = hidden[-1].contiguous()
    return tensors


def forward64(model, spec, ids):
    """The same mathematics in numpy and 64 bits: says how far f32 rounding alone moves the logits."""
    w = {k: v.detach().double().numpy() for k, v in model.state_dict().items()}
    c = model.config
    x = w["backbone.embeddings.weight"][ids]
    for layer in range(c.num_hidden_layers):
        def get(name, prefix=f"backbone.layers.{layer}."):
            return w.get(prefix + name, 0.0)

        u = rms(x, c.layer_norm_epsilon) * get("norm.weight")
        x = x + FAMILIES[spec.family].mixer64(u, get, c)
    return rms(x, c.layer_norm_epsilon) * w["backbone.norm_f.weight"] @ w["lm_head.weight"].T


def make(out, tokenizer_from):
    torch.set_num_threads(1)
    # Read first: the folders are emptied below, and this may be one of them.
    tokenizer = {name: (Path(tokenizer_from) / name).read_bytes() for name in TOKENIZER_FILES}
    for spec in SPECS:
        folder = Path(out) / spec.name
        for attempt in range(200):
            if folder.exists():
                shutil.rmtree(folder)
            seed = spec.seed * 1000 + attempt
            model = spec.make_model()
            randomize(model, spec, seed)
            (write_original if spec.original else write_hf)(model, spec, folder)
            model = reload(model, spec, folder)
            ids = torch.from_numpy(np.random.default_rng(seed + 500_000).integers(0, spec.vocab, (1, PROMPT)))
            tensors = expected(model, spec, ids)
            if tensors is not None:
                break
        else:
            raise SystemExit(f"{spec.name}: no seed without near ties")
        save_file(tensors, folder / "expected.safetensors", metadata={"seed": str(seed)})
        if spec.name == "chat":
            for name, content in tokenizer.items():
                (folder / name).write_bytes(content)
