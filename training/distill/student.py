"""The student: transformers' GraniteMoeHybrid, dense, with a Mamba-2 in every layer, as plain dicts of tensors.

A layer is a dict with transformers' names, so a checkpoint is its tensors as they are. Plain dicts and not modules,
because one compiled function then serves all layers with each layer's own tensors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .pieces import straight_through
from .teacher import EPSILON, Teacher, gated_mlp, heads_out, rms, rope_table
from .teacher import block as teacher_block

CHUNK = 64  # tokens whose products are one matrix product


@dataclass(frozen=True)
class Shape:
    """The letters of ARCHITECTURE.md; F is the MLP's width."""

    V: int
    D: int
    F: int
    L: int
    H: int  # heads, one group each
    P: int
    N: int
    K: int = 4

    @property
    def E(self) -> int:
        return self.H * self.P

    @property
    def convolved(self) -> int:
        return self.E + 2 * self.H * self.N  # x, B and C


@dataclass
class Student:
    shape: Shape
    embedding: Tensor
    norm: Tensor
    layers: list[dict[str, Tensor]]

    def named(self) -> Iterator[tuple[str, Tensor]]:
        """All tensors under transformers' names."""
        yield "model.embed_tokens.weight", self.embedding
        for i, layer in enumerate(self.layers):
            for name, value in layer.items():
                yield f"model.layers.{i}.{name}", value
        yield "model.norm.weight", self.norm

    def trained(self) -> Iterator[tuple[str, Tensor]]:
        """All but the embedding, which stays the teacher's."""
        return ((name, value) for name, value in self.named() if name != "model.embed_tokens.weight")


# Names within a layer.
NORM1, NORM2, GATE_UP, DOWN = "input_layernorm.weight", "post_attention_layernorm.weight", "shared_mlp.input_linear.weight", "shared_mlp.output_linear.weight"
IN, OUT, CONV, CONV_BIAS = "mamba.in_proj.weight", "mamba.out_proj.weight", "mamba.conv1d.weight", "mamba.conv1d.bias"
DT_BIAS, A_LOG, SKIP, GATED_NORM = "mamba.dt_bias", "mamba.A_log", "mamba.D", "mamba.norm.weight"
MIXER = (IN, OUT, CONV, CONV_BIAS, DT_BIAS, A_LOG, SKIP, GATED_NORM)


def scan(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor) -> Tensor:
    """The Mamba-2 recurrence in chunks: products within a chunk, one state a chunk between them.

    x (Z, T, H, P), dt (Z, T, H) f32, A (H,) f32 below 0, B and C (Z, T, H, N), D (H,); T a multiple of ``CHUNK``.
    Returns (Z, T, H, P). Decays are f32; products have x's type.
    """
    Z, T, H, P = x.shape
    chunks, kind = T // CHUNK, x.dtype
    X, Bc, Cc = (v.view(Z, chunks, CHUNK, H, -1).permute(0, 1, 3, 2, 4) for v in (x, B, C))  # (Z, chunks, H, CHUNK, .)
    step = dt.view(Z, chunks, CHUNK, H).permute(0, 1, 3, 2)
    log = (step * A[:, None]).cumsum(-1)  # log decay since the chunk began
    past = torch.ones(CHUNK, CHUNK, dtype=torch.bool, device=x.device).tril()
    decay = torch.exp((log[..., :, None] - log[..., None, :]).masked_fill(~past, -1e9))
    y = ((Cc @ Bc.transpose(-1, -2)).float() * decay * step[..., None, :]).to(kind) @ X
    states = (Bc * (torch.exp(log[..., -1:] - log) * step)[..., None].to(kind)).transpose(-1, -2) @ X  # (Z, chunks, H, N, P)
    total = log[..., -1].permute(0, 2, 1)  # (Z, H, chunks)
    since = total.cumsum(-1)
    before = torch.ones(chunks, chunks, dtype=torch.bool, device=x.device).tril(-1)
    carried = torch.exp(((since - total)[..., :, None] - since[..., None, :]).masked_fill(~before, -1e9))
    flat = states.permute(0, 2, 1, 3, 4).reshape(Z, H, chunks, -1)
    entering = (carried @ flat.float()).to(kind).view(Z, H, chunks, -1, P).permute(0, 2, 1, 3, 4)
    y = y + (Cc * torch.exp(log)[..., None].to(kind)) @ entering
    return (y + D.to(kind)[:, None, None] * X).permute(0, 1, 3, 2, 4).reshape(Z, T, H, P)


def _split(m: dict[str, Tensor], u: Tensor, shape: Shape) -> tuple[Tensor, Tensor, Tensor]:
    return F.linear(u, m[IN].to(u.dtype)).split([shape.E, shape.convolved, shape.H], -1)


def _gated(m: dict[str, Tensor], y: Tensor, gate: Tensor, shape: Shape) -> Tensor:
    """RMSNorm(y * silu(gate)) within each head, then the output matrix."""
    y = (y.float() * F.silu(gate.float())).view(*y.shape[:-1], shape.H, shape.P)
    y = (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + EPSILON)).flatten(-2) * m[GATED_NORM]
    return F.linear(y.to(gate.dtype), m[OUT].to(gate.dtype))


def mixer(m: dict[str, Tensor], u: Tensor, shape: Shape) -> Tensor:
    """The Mamba-2 of a layer on normed inputs u (Z, T, D)."""
    Z, T, _ = u.shape
    gate, v, dt = _split(m, u, shape)
    padded, taps = F.pad(v, (0, 0, shape.K - 1, 0)), m[CONV][:, 0].to(u.dtype)
    v = F.silu(sum(padded[:, k : k + T] * taps[:, k] for k in range(shape.K)) + m[CONV_BIAS].to(u.dtype))
    x, B, C = (part.reshape(Z, T, shape.H, -1) for part in v.split([shape.E, shape.H * shape.N, shape.H * shape.N], -1))
    dt = F.softplus(dt.float() + m[DT_BIAS])
    y = scan(x, dt, -torch.exp(m[A_LOG].float()), B, C, m[SKIP])
    return _gated(m, y.reshape(Z, T, shape.E), gate, shape)


def block(layer: dict[str, Tensor], x: Tensor, shape: Shape) -> Tensor:
    x = x + mixer(layer, rms(x, layer[NORM1]), shape)
    return x + gated_mlp(rms(x, layer[NORM2]), layer[GATE_UP].to(x.dtype), layer[DOWN].to(x.dtype))


def rounded_block(layer: dict[str, Tensor], x: Tensor, shape: Shape) -> Tensor:
    """The block as it will be shipped: with its matrices in 4 bits."""
    return block({name: straight_through(value) if value.dim() == 2 else value for name, value in layer.items()}, x, shape)


def hidden(student: Student, ids: Tensor, dtype: torch.dtype, block=block) -> Tensor:
    """The last normed hidden states (Z, T, D) of tokens (Z, T), T a multiple of ``CHUNK``."""
    x = F.embedding(ids, student.embedding.to(dtype))
    for layer in student.layers:
        x = block(layer, x, student.shape)
    return rms(x, student.norm)


# -- one token at a time


@dataclass
class State:
    """A layer's memory: the last K - 1 inputs of the convolution (Z, K - 1, .) and the scan's state (Z, H, N, P) in f32."""

    inputs: Tensor
    scan: Tensor


def new_states(student: Student, Z: int, dtype: torch.dtype) -> list[State]:
    s, device = student.shape, student.embedding.device
    return [State(torch.zeros(Z, s.K - 1, s.convolved, device=device, dtype=dtype), torch.zeros(Z, s.H, s.N, s.P, device=device)) for _ in range(s.L)]


def mixer_step(m: dict[str, Tensor], u: Tensor, state: State, shape: Shape) -> Tensor:
    """``mixer`` for one token, u (Z, D); changes the state in place."""
    gate, v, dt = _split(m, u, shape)
    inputs = torch.cat([state.inputs, v[:, None]], 1)
    state.inputs.copy_(inputs[:, 1:])
    v = F.silu((inputs * m[CONV][:, 0].t().to(u.dtype)).sum(1) + m[CONV_BIAS].to(u.dtype))
    x, B, C = (part.reshape(len(u), shape.H, -1).float() for part in v.split([shape.E, shape.H * shape.N, shape.H * shape.N], -1))
    dt = F.softplus(dt.float() + m[DT_BIAS])
    state.scan.mul_(torch.exp(dt * -torch.exp(m[A_LOG].float()))[..., None, None])
    state.scan.add_((dt[..., None] * B)[..., None] * x[:, :, None])
    y = (C[:, :, None] @ state.scan).squeeze(2) + m[SKIP][:, None] * x
    return _gated(m, y.reshape(len(u), shape.E).to(u.dtype), gate, shape)


def step(student: Student, ids: Tensor, states: list[State], dtype: torch.dtype) -> Tensor:
    """Scores (Z, V) after one more token each, ids (Z,)."""
    x = F.embedding(ids, student.embedding.to(dtype))
    for layer, state in zip(student.layers, states):
        x = x + mixer_step(layer, rms(x, layer[NORM1]), state, student.shape)
        x = x + gated_mlp(rms(x, layer[NORM2]), layer[GATE_UP].to(dtype), layer[DOWN].to(dtype))
    return F.linear(rms(x, student.norm), student.embedding.to(dtype))


# -- the first values


def of_teacher(teacher: Teacher, seed: int = 0) -> Student:
    """Norms, MLPs and embedding are the teacher's; x, B, C and the output matrix begin as its V, K, Q and O.

    A key/value head serves several query heads. Its copies begin with a slow, a middle and a fast decay.
    """
    g = torch.Generator().manual_seed(seed)
    D, H, J = teacher.width, teacher.heads, teacher.kv_heads
    P = D // H
    shape = Shape(V=len(teacher.embedding), D=D, F=teacher.layers[0]["down"].shape[1], L=len(teacher.layers), H=H, P=P, N=P)
    device = teacher.embedding.device
    dt = torch.exp(torch.linspace(math.log(0.002), math.log(0.4), H // J)).repeat(J) if H > J else torch.full((H,), 0.03)
    layers = []
    for layer in teacher.layers:
        q, k, v = layer["qkv"].float().split([D, J * P, J * P])
        k, v = (w.view(J, P, D).repeat_interleave(H // J, 0).reshape(D, D) for w in (k, v))
        gate, steps = torch.randn(D, D, generator=g) * 0.02, torch.randn(H, D, generator=g) * 0.01
        taps = torch.zeros(shape.convolved, 1, shape.K)
        taps[:, :, -1] = 1
        layers.append({
            NORM1: layer["norm1"].float().clone(), IN: torch.cat([gate.to(device), v, k, q, steps.to(device)]), CONV: taps,
            CONV_BIAS: torch.zeros(shape.convolved), DT_BIAS: dt + torch.log(-torch.expm1(-dt)), A_LOG: torch.zeros(H), SKIP: torch.full((H,), 0.5),
            GATED_NORM: torch.ones(shape.E), OUT: layer["o"].float().clone(), NORM2: layer["norm2"].float().clone(),
            GATE_UP: layer["gate_up"].float().clone(), DOWN: layer["down"].float().clone(),
        })  # fmt: skip
    layers = [{name: value.to(device) for name, value in layer.items()} for layer in layers]
    return Student(shape, teacher.embedding.float().clone(), teacher.norm.float().clone(), layers)


@torch.no_grad()
def calibrate(student: Student, teacher: Teacher, ids: Tensor) -> None:
    """On tokens (Z, T): gates that hardly change, and the gated norm's weight so that heads leave it as large as the teacher's.

    There is no bias for a gate, so its rows begin near the one functional of the normed input that is about 1 (ridge regression).
    """
    s, D = student.shape, student.shape.D
    cos, sin = rope_table(ids.shape[1], s.P, ids.device)
    x = F.embedding(ids, teacher.embedding)
    for layer, taught in zip(student.layers, teacher.layers):
        u = rms(x, taught["norm1"])
        heads = heads_out(u, taught["qkv"], cos, sin, teacher.heads, teacher.kv_heads)
        U = u.reshape(-1, D).float()
        square = U.T @ U
        constant = torch.linalg.solve(square + 1e-3 * square.diagonal().mean() * torch.eye(D, device=U.device), U.sum(0))
        layer[IN][: s.E] = 1.3 * constant + 0.2 * layer[IN][: s.E]
        size = heads.reshape(-1, s.H, s.P).float().pow(2).mean((0, 2)).sqrt()
        layer[GATED_NORM].copy_(size.repeat_interleave(s.P))
        x = teacher_block(x, taught, cos, sin, teacher.heads, teacher.kv_heads)[2]
