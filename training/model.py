"""Mamba-1 (Gu & Dao 2023) for training, with the parameter names of transformers' ``MambaForCausalLM``.

Letters: V vocabulary, D model width, E = 2 D channels, N states, R rank of the step size, K taps of the convolution,
L layers, Z sequences, T tokens. Master weights are float32; ``compute`` is the type of the matrix products.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .scan import scan

EPSILON = 1e-5


@dataclass(frozen=True)
class Config:
    V: int = 4096
    D: int = 320
    L: int = 16
    N: int = 16
    K: int = 4

    @property
    def E(self) -> int:
        return 2 * self.D

    @property
    def R(self) -> int:
        return math.ceil(self.D / 16)


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    x = x.float()
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * weight


def block(h: Tensor, norm: Tensor, in_proj: Tensor, conv: Tensor, conv_bias: Tensor, x_proj: Tensor, dt_proj: Tensor,
          dt_bias: Tensor, A_log: Tensor, skip: Tensor, out_proj: Tensor, compute: torch.dtype) -> Tensor:
    """One residual layer over whole sequences, h (Z, T, D). A function of tensors, so that all layers share one compilation."""
    T, (E, R), K = h.shape[1], dt_proj.shape, conv.shape[-1]
    x, z = F.linear(rms_norm(h, norm).to(compute), in_proj.to(compute)).split(E, -1)
    padded = F.pad(x, (0, 0, K - 1, 0)).float()
    mixed = conv_bias + sum(conv[:, 0, k] * padded[:, k : k + T] for k in range(K))
    x = F.silu(mixed).to(compute)
    low = F.linear(x, x_proj.to(compute))
    dt = F.linear(low[..., :R], dt_proj.to(compute))
    y = scan(x, dt, dt_bias, -torch.exp(A_log), low[..., R:].float().contiguous(), skip)
    return h + F.linear((y.float() * F.silu(z.float())).to(compute), out_proj.to(compute)).float()


def head(h: Tensor, norm: Tensor, embeddings: Tensor, compute: torch.dtype) -> Tensor:
    """Logits (Z, T, V) from the tied embeddings."""
    return F.linear(rms_norm(h, norm).to(compute), embeddings.to(compute)).float()


def weighted_loss(h: Tensor, norm: Tensor, embeddings: Tensor, targets: Tensor, weights: Tensor, compute: torch.dtype) -> Tensor:
    losses = F.cross_entropy(head(h, norm, embeddings, compute).flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


class Mixer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        D, E, N, K, R = config.D, config.E, config.N, config.K, config.R
        self.in_proj = nn.Linear(D, 2 * E, bias=False)
        self.conv1d = nn.Conv1d(E, E, K, groups=E)
        self.x_proj = nn.Linear(E, R + 2 * N, bias=False)
        self.dt_proj = nn.Linear(R, E)
        self.A_log = nn.Parameter(torch.log(torch.arange(1, N + 1).float()).repeat(E, 1))
        self.D = nn.Parameter(torch.ones(E))
        self.out_proj = nn.Linear(E, D, bias=False)
        with torch.no_grad():  # step sizes log-uniform in 0.001..0.1, as in the paper's code
            nn.init.uniform_(self.dt_proj.weight, -(R**-0.5), R**-0.5)
            step = torch.exp(torch.rand(E) * (math.log(0.1) - math.log(0.001)) + math.log(0.001)).clamp(min=1e-4)
            self.dt_proj.bias.copy_(step + torch.log(-torch.expm1(-step)))
            self.out_proj.weight /= math.sqrt(2 * config.L)


class Norm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))


class Layer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.norm = Norm(config.D)
        self.mixer = Mixer(config)

    def weights(self) -> list[Tensor]:
        m = self.mixer
        return [self.norm.weight, m.in_proj.weight, m.conv1d.weight, m.conv1d.bias, m.x_proj.weight, m.dt_proj.weight,
                m.dt_proj.bias, m.A_log, m.D, m.out_proj.weight]


class Backbone(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.embeddings = nn.Embedding(config.V, config.D)
        nn.init.normal_(self.embeddings.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.L))
        self.norm_f = Norm(config.D)


@dataclass
class State:
    """What a sequence leaves behind: the last K - 1 inputs of the convolution and the N states, per layer and channel."""

    convolution: Tensor  # (L, Z, E, K - 1)
    scan: Tensor  # (L, Z, E, N)

    def reset(self) -> None:
        self.convolution.zero_()
        self.scan.zero_()


class Mamba(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.compute = torch.float32
        self._block, self._loss = block, weighted_loss

    def compile(self) -> None:
        """Compiles the two functions a training step is made of; without this everything runs as written."""
        self._block, self._loss = torch.compile(block), torch.compile(weighted_loss)

    def hidden(self, tokens: Tensor) -> Tensor:
        h = self.backbone.embeddings(tokens)
        for layer in self.backbone.layers:
            h = self._block(h, *layer.weights(), self.compute)
        return h

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (Z, T, V) of tokens (Z, T)."""
        return head(self.hidden(tokens), self.backbone.norm_f.weight, self.backbone.embeddings.weight, self.compute)

    def loss(self, tokens: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        return self._loss(self.hidden(tokens), self.backbone.norm_f.weight, self.backbone.embeddings.weight, targets,
                          weights, self.compute)

    def new_state(self, sequences: int) -> State:
        c, device = self.config, self.backbone.embeddings.weight.device
        return State(torch.zeros(c.L, sequences, c.E, c.K - 1, device=device),
                     torch.zeros(c.L, sequences, c.E, c.N, device=device))

    @torch.no_grad()
    def step(self, tokens: Tensor, state: State) -> Tensor:
        """One token (Z,) in, logits (Z, V) out, in float32, with the state changed in place: what the page computes."""
        R, N = self.config.R, self.config.N
        h = self.backbone.embeddings(tokens)
        for i, layer in enumerate(self.backbone.layers):
            norm, in_proj, conv, conv_bias, x_proj, dt_proj, dt_bias, A_log, skip, out_proj = layer.weights()
            x, z = F.linear(rms_norm(h, norm), in_proj).chunk(2, -1)
            window = torch.cat([state.convolution[i], x[..., None]], -1)
            state.convolution[i].copy_(window[..., 1:])
            x = F.silu((window * conv[:, 0]).sum(-1) + conv_bias)
            dt, B, C = F.linear(x, x_proj).split([R, N, N], -1)
            delta = F.softplus(F.linear(dt, dt_proj, dt_bias))
            state.scan[i].mul_(torch.exp(delta[..., None] * -torch.exp(A_log))).add_((delta * x)[..., None] * B[:, None])
            y = torch.einsum("zen,zn->ze", state.scan[i], C) + skip * x
            h = h + F.linear(y * F.silu(z), out_proj)
        return F.linear(rms_norm(h, self.backbone.norm_f.weight), self.backbone.embeddings.weight)
