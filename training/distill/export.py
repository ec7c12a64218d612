"""From the pieces of a run and the teacher's file to what other programs load.

    python -m training.distill.export PIECES TEACHER.gguf OUT

OUT/gguf holds the weights in Q4_0 and the embedding in Q8_0, as one file and as pieces of at most 32 MB (llama.cpp's conventions for ``granitehybrid``,
tokenizer and chat template inside). OUT/transformers holds the same weights in f16, for ``GraniteMoeHybridForCausalLM``.
``for_llama_cpp.py`` makes what llama.cpp runs.
"""

from __future__ import annotations

import argparse
import json
from copy import copy
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from . import dialogue, pieces, teacher, widen
from .shipped import Shipped
from .student import A_LOG, CONV, CONV_BIAS, DOWN, DT_BIAS, GATE_UP, GATED_NORM, IN, NORM1, NORM2, OUT, SKIP, Shape

NAME = "Mamba talker 158M"
EMBEDDING = "model.embed_tokens.weight"
LONGEST = 8192  # the teacher's; the student has no limit of its own
PIECE_LIMIT = 32_000_000

# Kept from the teacher's file as they are.
TOKENIZER_FIELDS = ("model", "pre", "tokens", "token_type", "merges", "bos_token_id", "eos_token_id", "unknown_token_id", "padding_token_id", "add_space_prefix", "add_bos_token")

GENERATION = {"eos_token_id": [dialogue.END, dialogue.END_OF_TEXT], "pad_token_id": dialogue.END, "do_sample": True, "temperature": 0.2, "top_k": 40,
              "max_new_tokens": 700}  # fmt: skip


def model_config(shape: Shape) -> dict:
    """transformers' configuration; attention is named but no layer has it."""
    return {
        "architectures": ["GraniteMoeHybridForCausalLM"], "model_type": "granitemoehybrid", "vocab_size": shape.V, "hidden_size": shape.D,
        "num_hidden_layers": shape.L, "layer_types": ["mamba"] * shape.L, "intermediate_size": shape.F, "shared_intermediate_size": shape.F,
        "num_local_experts": 0, "num_experts_per_tok": 0, "num_attention_heads": shape.H, "num_key_value_heads": shape.H, "hidden_act": "silu",
        "mamba_n_heads": shape.H, "mamba_n_groups": shape.H, "mamba_d_head": shape.P, "mamba_d_state": shape.N, "mamba_d_conv": shape.K, "mamba_expand": 1,
        "mamba_chunk_size": 64, "mamba_conv_bias": True, "mamba_proj_bias": False, "attention_bias": False, "position_embedding_type": "nope",
        "embedding_multiplier": 1.0, "residual_multiplier": 1.0, "attention_multiplier": 1.0, "logits_scaling": 1.0, "rms_norm_eps": teacher.EPSILON,
        "max_position_embeddings": LONGEST, "tie_word_embeddings": True, "bos_token_id": 1, "eos_token_id": dialogue.END, "pad_token_id": dialogue.END,
        "torch_dtype": "float16",
    }  # fmt: skip


TOKENIZER_CONFIG = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>",
                    "add_prefix_space": False, "clean_up_tokenization_spaces": False, "model_max_length": LONGEST, "chat_template": dialogue.CHAT_TEMPLATE}  # fmt: skip


class Weights:
    """The trained tensors, in 4 bits as they came, and the teacher's embedding in the very blocks of its file."""

    def __init__(self, held: dict[str, Tensor], source: gguf.GGUFReader | Shipped):
        self.held = held
        embedding = next(t for t in source.tensors if t.name == "token_embd.weight")
        if embedding.tensor_type != gguf.GGMLQuantizationType.Q8_0:
            raise SystemExit("the teacher's embedding is not in Q8_0")
        self.embedding = np.array(embedding.data)

    def plain(self, name: str) -> Tensor:
        if name == EMBEDDING:
            return torch.from_numpy(gguf.quants.dequantize(self.embedding, gguf.GGMLQuantizationType.Q8_0))
        return pieces.plain({key: value for key, value in self.held.items() if key in (name, f"{name}.q", f"{name}.d")})[name]

    def blocks(self, name: str, rows: slice = slice(None)) -> np.ndarray:
        """A matrix's rows as Q4_0 has them, (R, bytes)."""
        numbers, scales = self.held[f"{name}.q"][rows].numpy(), self.held[f"{name}.d"][rows].numpy()
        cut = numbers.reshape(*scales.shape, pieces.BLOCK // 2)
        return np.concatenate([scales[..., None].view(np.uint8), cut], -1).reshape(len(numbers), -1)

    def names(self) -> list[str]:
        return sorted({EMBEDDING} | {name.removesuffix(".q").removesuffix(".d") for name in self.held})

    def widened(self) -> "Weights":
        shape, wide = self.shape(), copy(self)
        wide.held = widen.widened(self.held, shape.H, shape.E)
        return wide

    def shape(self) -> Shape:
        layer = "model.layers.0."
        V, D = len(self.embedding), len(self.held[layer + NORM1])
        H = len(self.held[layer + DT_BIAS])
        L = 1 + max(int(name.split(".")[2]) for name in self.held if name.startswith("model.layers."))
        P = len(self.held[layer + GATED_NORM]) // H
        return Shape(V=V, D=D, F=2 * self.held[layer + DOWN + ".q"].shape[1], L=L, H=H, P=P, N=P, K=self.held[layer + CONV].shape[-1])


def add_tensors(out: gguf.GGUFWriter, weights: Weights, shape: Shape) -> None:
    def whole(name: str, source: str, rows: slice = slice(None)) -> None:
        out.add_tensor(name, weights.blocks(source, rows), raw_dtype=gguf.GGMLQuantizationType.Q4_0)

    def small(name: str, value: Tensor) -> None:
        out.add_tensor(name, value.float().numpy())

    out.add_tensor("token_embd.weight", weights.embedding, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    small("output_norm.weight", weights.plain("model.norm.weight"))
    for i in range(shape.L):
        here, there = f"blk.{i}.", f"model.layers.{i}."
        small(here + "attn_norm.weight", weights.plain(there + NORM1))
        whole(here + "ssm_in.weight", there + IN)
        small(here + "ssm_conv1d.weight", weights.plain(there + CONV)[:, 0])
        small(here + "ssm_conv1d.bias", weights.plain(there + CONV_BIAS))
        small(here + "ssm_dt.bias", weights.plain(there + DT_BIAS))
        small(here + "ssm_a", -torch.exp(weights.plain(there + A_LOG))[:, None])
        small(here + "ssm_d", weights.plain(there + SKIP)[:, None])
        small(here + "ssm_norm.weight", weights.plain(there + GATED_NORM).view(shape.H, shape.P))
        whole(here + "ssm_out.weight", there + OUT)
        small(here + "ffn_norm.weight", weights.plain(there + NORM2))
        whole(here + "ffn_gate.weight", there + GATE_UP, slice(0, shape.F))
        whole(here + "ffn_up.weight", there + GATE_UP, slice(shape.F, None))
        whole(here + "ffn_down.weight", there + DOWN)


def add_silent_attention(out: gguf.GGUFWriter, i: int, shape: Shape) -> None:
    """A layer of zeros with attention: llama.cpp runs no hybrid that has none."""
    here = f"blk.{i}."
    for name, rows, columns in (("attn_q", shape.D, shape.D), ("attn_k", shape.P, shape.D), ("attn_v", shape.P, shape.D), ("attn_output", shape.D, shape.D),
                                ("ffn_gate", shape.F, shape.D), ("ffn_up", shape.F, shape.D), ("ffn_down", shape.D, shape.F)):  # fmt: skip
        zeros = gguf.quants.quantize(np.zeros((rows, columns), np.float32), gguf.GGMLQuantizationType.Q4_0)
        out.add_tensor(f"{here}{name}.weight", zeros, raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    for name in ("attn_norm", "ffn_norm"):
        out.add_tensor(f"{here}{name}.weight", np.ones(shape.D, np.float32))


def write_gguf(path: Path, weights: Weights, source: gguf.GGUFReader | Shipped, split: bool = False, for_llama_cpp: bool = False) -> None:
    weights = weights.widened() if for_llama_cpp else weights
    shape = weights.shape()
    kv_heads = [0] * shape.L + [1] * for_llama_cpp  # a layer without key/value heads is recurrent
    out = gguf.GGUFWriter(path, "granitehybrid", split_max_size=PIECE_LIMIT if split else 0, small_first_shard=split)
    out.add_name(NAME)
    out.add_license("apache-2.0")
    out.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    out.add_quantization_version(gguf.GGML_QUANT_VERSION)
    out.add_vocab_size(shape.V)
    out.add_context_length(LONGEST)
    out.add_embedding_length(shape.D)
    out.add_block_count(len(kv_heads))
    out.add_feed_forward_length(shape.F)
    out.add_head_count(shape.D // shape.P)
    out.add_head_count_kv(kv_heads)
    out.add_layer_norm_rms_eps(teacher.EPSILON)
    out.add_rope_dimension_count(shape.P)
    out.add_ssm_conv_kernel(shape.K)
    out.add_ssm_inner_size(shape.E)
    out.add_ssm_state_size(shape.N)
    out.add_ssm_time_step_rank(shape.H)
    out.add_ssm_group_count(shape.H)
    out.add_embedding_scale(1.0)
    out.add_residual_scale(1.0)
    out.add_logit_scale(1.0)
    out.add_attention_scale(1.0)
    for field in TOKENIZER_FIELDS:
        name = f"tokenizer.ggml.{field}"
        if name in source.fields:
            value = source.fields[name].contents()
            kind = source.fields[name].types
            out.add_key_value(name, value, kind[0], kind[-1] if kind[0] == gguf.GGUFValueType.ARRAY else None)
    out.add_chat_template(dialogue.CHAT_TEMPLATE)
    out.add_sampling_temp(GENERATION["temperature"])
    out.add_sampling_top_k(GENERATION["top_k"])
    add_tensors(out, weights, shape)
    if for_llama_cpp:
        add_silent_attention(out, shape.L, shape)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def write_transformers(folder: Path, weights: Weights, teacher_path: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: weights.plain(name).half().contiguous() for name in weights.names()}, folder / "model.safetensors", metadata={"format": "pt"})
    for name, value in (("config", model_config(weights.shape())), ("generation_config", GENERATION), ("tokenizer_config", TOKENIZER_CONFIG)):
        (folder / f"{name}.json").write_text(json.dumps(value, indent=2) + "\n")
    dialogue.read_tokenizer(teacher_path).save(str(folder / "tokenizer.json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pieces", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    source = gguf.GGUFReader(options.teacher)
    weights = Weights(pieces.read(options.pieces), source)
    (options.out / "gguf").mkdir(parents=True, exist_ok=True)
    write_gguf(options.out / "gguf" / "talker.q4_0.gguf", weights, source)
    write_gguf(options.out / "gguf" / "talker.q4_0.gguf", weights, source, split=True)
    write_transformers(options.out / "transformers", weights, options.teacher)


if __name__ == "__main__":
    main()
