"""Three mixers to set beside Mamba's: what a layer can do with one part of it alone.

lti    a time-invariant diagonal state space model for each channel (S4D, Gu et al. 2022, the real form)
h3     a shift and a diagonal state space model between two gates (H3, Fu et al. 2023)
gated  Mamba's block without its state space model: a convolution of K taps and a gate

The selective one is ``training.model.Mamba`` itself. All have the same D, E, N, K, L and the same residual stream.
Letters as there; tensors are named as in Mamba's checkpoints, with ``log_step``, ``B`` and ``C`` added.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..model import Config, Mamba, Norm, rms_norm

KINDS = ("lti", "h3", "gated", "selective")


class Diagonal(nn.Module):
    """h = A' h + B' x, y = C h + D x for each channel, with A' = exp(step A) and B' = (A' - 1) / A B (zero-order hold)."""

    def __init__(self, E: int, N: int):
        super().__init__()
        self.A_log = nn.Parameter(torch.log(torch.arange(1, N + 1).float()).repeat(E, 1))
        self.log_step = nn.Parameter(torch.rand(E) * (math.log(0.1) - math.log(0.001)) + math.log(0.001))
        self.B = nn.Parameter(torch.ones(E, N))
        self.C = nn.Parameter(torch.randn(E, N))
        self.D = nn.Parameter(torch.ones(E))

    def kernel(self, T: int) -> Tensor:
        """(E, T): C A'^t B'."""
        A = -torch.exp(self.A_log)
        exponent = torch.exp(self.log_step)[:, None] * A
        weight = self.C * torch.expm1(exponent) / A * self.B
        time = torch.arange(T, device=A.device, dtype=torch.float32)
        return torch.einsum("en,ent->et", weight, torch.exp(exponent[..., None] * time))

    def forward(self, x: Tensor) -> Tensor:
        """x (Z, T, E) -> y (Z, T, E), as one long convolution."""
        T, x = x.shape[1], x.float()
        product = torch.fft.rfft(x, 2 * T, 1) * torch.fft.rfft(self.kernel(T), 2 * T, 1).T
        return torch.fft.irfft(product, 2 * T, 1)[:, :T] + self.D * x


class Mixer(nn.Module):
    def __init__(self, kind: str, config: Config):
        super().__init__()
        D, E, K = config.D, config.E, config.K
        self.kind = kind
        self.in_proj = nn.Linear(D, {"lti": 1, "h3": 3, "gated": 2}[kind] * E, bias=False)
        if kind != "lti":
            self.conv1d = nn.Conv1d(E, E, K, groups=E)
        if kind != "gated":
            self.ssm = Diagonal(E, config.N)
        self.out_proj = nn.Linear(E, D, bias=False)
        with torch.no_grad():
            self.out_proj.weight /= math.sqrt(2 * config.L)

    def conv(self, x: Tensor) -> Tensor:
        T, taps = x.shape[1], self.conv1d.weight[:, 0]
        padded = F.pad(x, (0, 0, taps.shape[1] - 1, 0))
        return self.conv1d.bias + sum(taps[:, k] * padded[:, k : k + T] for k in range(taps.shape[1]))

    def forward(self, u: Tensor) -> Tensor:
        projected = self.in_proj(u)
        if self.kind == "lti":
            y = F.silu(self.ssm(projected))
        elif self.kind == "h3":
            q, k, v = projected.chunk(3, -1)
            y = q * self.ssm(self.conv(k) * v)
        else:
            x, z = projected.chunk(2, -1)
            y = F.silu(self.conv(x)) * F.silu(z)
        return self.out_proj(y)


class Layer(nn.Module):
    def __init__(self, kind: str, config: Config):
        super().__init__()
        self.norm, self.mixer = Norm(config.D), Mixer(kind, config)


class Backbone(nn.Module):
    def __init__(self, kind: str, config: Config):
        super().__init__()
        self.embeddings = nn.Embedding(config.V, config.D)
        nn.init.normal_(self.embeddings.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(kind, config) for _ in range(config.L))
        self.norm_f = Norm(config.D)


class Plain(nn.Module):
    """Layers of one of the three kinds, with Mamba's embeddings, norms and head."""

    def __init__(self, kind: str, config: Config):
        super().__init__()
        self.config, self.backbone = config, Backbone(kind, config)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (Z, T, V)."""
        h = self.backbone.embeddings(tokens)
        for layer in self.backbone.layers:
            h = h + layer.mixer(rms_norm(h, layer.norm.weight))
        return F.linear(rms_norm(h, self.backbone.norm_f.weight), self.backbone.embeddings.weight)


def make(kind: str, config: Config) -> nn.Module:
    """A model of one of ``KINDS`` with fresh weights."""
    return Mamba(config) if kind == "selective" else Plain(kind, config)
