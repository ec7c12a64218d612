"""Writes and reads the Hugging Face layout: a folder that ``AutoModelForCausalLM.from_pretrained`` and the page load."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from .model import Config, Mamba

MARKS = ["<|endoftext|>", "<|pad|>", "<|user|>", "<|bot|>", "<|story|>"]  # their ids are their places here
END, PAD, USER, BOT, STORY = range(5)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}<|user|>{{ message['content'] | trim }}"
    "{% elif message['role'] == 'assistant' %}<|bot|>{{ message['content'] | trim }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|bot|>{% endif %}"
)


def model_config(config: Config) -> dict:
    return {
        "architectures": ["MambaForCausalLM"],
        "model_type": "mamba",
        "vocab_size": config.V,
        "hidden_size": config.D,
        "intermediate_size": config.E,
        "num_hidden_layers": config.L,
        "state_size": config.N,
        "conv_kernel": config.K,
        "expand": 2,
        "time_step_rank": config.R,
        "use_bias": False,
        "use_conv_bias": True,
        "hidden_act": "silu",
        "layer_norm_epsilon": 1e-5,
        "rms_norm": True,
        "residual_in_fp32": True,
        "tie_word_embeddings": True,
        "bos_token_id": END,
        "eos_token_id": END,
        "pad_token_id": PAD,
        "use_cache": True,
        "torch_dtype": "float16",
    }


TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "eos_token": MARKS[END],
    "pad_token": MARKS[PAD],
    "unk_token": None,
    "add_bos_token": False,
    "add_prefix_space": False,
    "clean_up_tokenization_spaces": False,
    "model_max_length": 1_000_000,
    "chat_template": CHAT_TEMPLATE,
}

# A user mark ends an answer as well as the end of the text does. Greedy stories repeat names; above 0.5 rare words break sentences.
GENERATION_CONFIG = {
    "eos_token_id": [END, USER],
    "pad_token_id": PAD,
    "do_sample": True,
    "temperature": 0.5,
    "top_k": 40,
    "max_new_tokens": 700,
}


GROUP_COLUMNS = 64  # that share a scale in int8: as the engine packs, so loading in int8 changes nothing

# The layout "int-quantized" of compressed-tensors. dt_proj is too narrow for groups. transformers (5.23) does not load packed
# embeddings, so for it ``--plain`` writes the model in f16.
QUANTIZATION_CONFIG = {
    "quant_method": "compressed-tensors",
    "format": "int-quantized",
    "quantization_status": "compressed",
    "config_groups": {
        "group_0": {
            "targets": ["Linear", "Embedding"],
            "weights": {"num_bits": 8, "type": "int", "symmetric": True, "strategy": "group", "group_size": GROUP_COLUMNS},
        }
    },
    "ignore": ["lm_head", "re:.*dt_proj"],
}


def is_packed(name: str, value: torch.Tensor) -> bool:
    """Matrices whose rows are whole groups."""
    return value.dim() == 2 and name.endswith(".weight") and value.shape[1] % GROUP_COLUMNS == 0


def pack(value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A matrix (rows, columns) as int8 and the scales of its groups, f16 (rows, groups). The largest of a group becomes 127."""
    groups = value.float().unflatten(1, (-1, GROUP_COLUMNS))
    scales = (groups.abs().amax(-1) / 127).to(torch.float16).clamp(min=torch.finfo(torch.float16).tiny)
    whole = (groups / scales.float()[..., None]).round().clamp(-127, 127).to(torch.int8)
    return whole.flatten(1), scales


def unpack(whole: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    return (whole.float().unflatten(1, (scales.shape[1], -1)) * scales.float()[..., None]).flatten(1)


def as_packed(name: str, value: torch.Tensor) -> torch.Tensor:
    """A weight as it is after packing; one that is not packed, or was packed before, as it is."""
    return unpack(*pack(value)) if is_packed(name, value) else value


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def export(model: Mamba, tokenizer: Path, folder: Path, packed: bool = False) -> None:
    """Writes the model in f16, or with ``packed`` its matrices in int8 with a scale for each group."""
    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, torch.Tensor] = {}
    for name, value in model.state_dict().items():
        value = value.detach().cpu()
        if packed and is_packed(name, value):
            weights[name], weights[f"{name}_scale"] = pack(value)
        else:
            weights[name] = value.to(torch.float16).contiguous()
    bad = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if bad:
        raise ValueError(f"not finite in f16: {bad}")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", model_config(model.config) | ({"quantization_config": QUANTIZATION_CONFIG} if packed else {}))
    write_json(folder / "generation_config.json", GENERATION_CONFIG)
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copy(tokenizer, folder / "tokenizer.json")


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    """All weights as float32."""
    stored = load_file(folder / "model.safetensors")
    plain = {name: value for name, value in stored.items() if not name.endswith("_scale")}
    return {name: unpack(value, stored[f"{name}_scale"]) if value.dtype == torch.int8 else value.float() for name, value in plain.items()}


def load(folder: Path, device: str = "cpu") -> tuple[Mamba, Tokenizer]:
    """The exported model with its stored weights as float32, ready for ``step``, and its tokenizer."""
    c = json.loads((folder / "config.json").read_text())
    model = Mamba(Config(V=c["vocab_size"], D=c["hidden_size"], L=c["num_hidden_layers"], N=c["state_size"], K=c["conv_kernel"]))
    model.load_state_dict({name: value for name, value in read_weights(folder).items() if name != "lm_head.weight"})
    return model.to(device).eval().requires_grad_(False), Tokenizer.from_file(str(folder / "tokenizer.json"))


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Write an exported model with its matrices in int8.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--plain", action="store_true", help="in f16 instead, for programs that do not read the packed form")
    a = parser.parse_args()
    export(load(a.model)[0], a.model / "tokenizer.json", a.out, packed=not a.plain)


if __name__ == "__main__":
    main()
