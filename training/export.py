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


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def export(model: Mamba, tokenizer: Path, folder: Path, parts: int = 1) -> None:
    """Writes the model in f16. ``parts`` > 1 splits the weights into files of about equal size, with no index."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in model.state_dict().items()}
    bad = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if bad:
        raise ValueError(f"not finite in f16: {bad}")
    names = list(weights)
    if parts == 1:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        total, done, shards = sum(v.numel() for v in weights.values()), 0, [{} for _ in range(parts)]
        for name in names:
            shards[min(parts - 1, done * parts // total)][name] = weights[name]
            done += weights[name].numel()
        for i, shard in enumerate(shards):
            save_file(shard, folder / f"part-{i}.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", model_config(model.config))
    write_json(folder / "generation_config.json", GENERATION_CONFIG)
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copy(tokenizer, folder / "tokenizer.json")


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    parts = sorted(folder.glob("part-*.safetensors")) or [folder / "model.safetensors"]
    return {name: value for part in parts for name, value in load_file(part).items()}


def join(folder: Path) -> None:
    """Makes one ``model.safetensors`` of the parts that ``export`` wrote."""
    weights = read_weights(folder)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    for part in folder.glob("part-*.safetensors"):
        part.unlink()


def load(folder: Path, device: str = "cpu") -> tuple[Mamba, Tokenizer]:
    """The exported model with its f16 weights as float32, ready for ``step``, and its tokenizer."""
    c = json.loads((folder / "config.json").read_text())
    model = Mamba(Config(V=c["vocab_size"], D=c["hidden_size"], L=c["num_hidden_layers"], N=c["state_size"], K=c["conv_kernel"]))
    model.load_state_dict({name: value.float() for name, value in read_weights(folder).items() if name != "lm_head.weight"})
    return model.to(device).eval().requires_grad_(False), Tokenizer.from_file(str(folder / "tokenizer.json"))


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Join the parts of an exported model into one file.")
    parser.add_argument("folder", type=Path)
    join(parser.parse_args().folder)


if __name__ == "__main__":
    main()
