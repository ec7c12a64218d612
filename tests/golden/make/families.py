"""What differs between the architectures: how a mixer's weights are drawn, and its mathematics in 64 bits.

Letters as in ARCHITECTURE.md; Mamba-2 has H heads of P channels (E = H * P), and G groups of B and C.
"""

import math
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
from transformers import (FalconMambaConfig, FalconMambaForCausalLM, Mamba2Config, Mamba2ForCausalLM, MambaConfig,
                          MambaForCausalLM)


@dataclass
class Family:
    config: type
    model: type
    randomize: Callable  # (mixer, config, draw): fills every weight of a mixer
    mixer64: Callable  # (u, get, config): the mixer's output for the normed input u, [S, D]


class Draw:
    """numpy's generator, so that the numbers do not depend on the version of torch."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def normal(self, *shape, std=1.0, mean=0.0):
        return torch.from_numpy(self.rng.normal(mean, std, shape).astype(np.float32))

    def uniform(self, *shape, low, high):
        return torch.from_numpy(self.rng.uniform(low, high, shape).astype(np.float32))

    def dt_bias(self, n):
        """softplus of it is from 0.003 to 0.5."""
        dt = torch.exp(self.uniform(n, low=math.log(0.003), high=math.log(0.5)))
        return dt + torch.log(-torch.expm1(-dt))

    def a_log(self, *shape):
        """Decay rates from 0.05 to 20: states that forget at once beside states that keep the first token to the end."""
        return self.uniform(*shape, low=math.log(0.05), high=math.log(20.0))


def randomize_mamba(m, c, draw):
    d, e, n, r, k = c.hidden_size, c.intermediate_size, c.state_size, int(c.time_step_rank), c.conv_kernel
    m.in_proj.weight.copy_(draw.normal(2 * e, d, std=1.2 / math.sqrt(d)))
    m.conv1d.weight.copy_(draw.normal(e, 1, k, std=1 / math.sqrt(k)))
    m.x_proj.weight.copy_(draw.normal(r + 2 * n, e, std=2.0 / math.sqrt(e)))
    m.dt_proj.weight.copy_(draw.normal(e, r, std=1.0 / math.sqrt(r)))
    m.dt_proj.bias.copy_(draw.dt_bias(e))
    m.A_log.copy_(draw.a_log(e, n))
    m.D.copy_(draw.normal(e, std=0.5, mean=0.5))
    m.out_proj.weight.copy_(draw.normal(d, e, std=2.0 / math.sqrt(e)))
    if c.use_conv_bias:
        m.conv1d.bias.copy_(draw.normal(e, std=0.2))
    if c.use_bias:
        m.in_proj.bias.copy_(draw.normal(2 * e, std=0.3))
        m.out_proj.bias.copy_(draw.normal(d, std=0.3))


def randomize_mamba2(m, c, draw):
    d, n, k, h = c.hidden_size, c.state_size, c.conv_kernel, c.num_heads
    e = h * c.head_dim
    width = e + 2 * c.n_groups * n
    m.in_proj.weight.copy_(draw.normal(e + width + h, d, std=1.2 / math.sqrt(d)))
    m.conv1d.weight.copy_(draw.normal(width, 1, k, std=1 / math.sqrt(k)))
    m.dt_bias.copy_(draw.dt_bias(h))
    m.A_log.copy_(draw.a_log(h))
    m.D.copy_(draw.normal(h, std=0.5, mean=0.5))
    m.norm.weight.copy_(draw.uniform(e, low=0.5, high=1.5))
    m.out_proj.weight.copy_(draw.normal(d, e, std=2.0 / math.sqrt(e)))
    if c.use_conv_bias:
        m.conv1d.bias.copy_(draw.normal(width, std=0.2))
    if c.use_bias:
        m.in_proj.bias.copy_(draw.normal(e + width + h, std=0.3))
        m.out_proj.bias.copy_(draw.normal(d, std=0.3))


def silu(x):
    return x / (1 + np.exp(-x))


def rms(x, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon)


def conv64(inputs, get):
    taps = get("mixer.conv1d.weight")[:, 0]
    k, s = taps.shape[1], len(inputs)
    padded = np.vstack([np.zeros((k - 1, inputs.shape[1])), inputs])
    return silu(sum(padded[j : j + s] * taps[:, j] for j in range(k)) + get("mixer.conv1d.bias"))


def mamba64(u, get, c):
    e, n, r = c.intermediate_size, c.state_size, int(c.time_step_rank)
    xz = u @ get("mixer.in_proj.weight").T + get("mixer.in_proj.bias")
    x, z = conv64(xz[:, :e], get), xz[:, e:]
    dt, b, cc = np.split(x @ get("mixer.x_proj.weight").T, [r, r + n], axis=1)
    if isinstance(c, FalconMambaConfig):
        dt, b, cc = (rms(part, c.mixer_rms_eps) for part in (dt, b, cc))
    dt = np.logaddexp(0, dt @ get("mixer.dt_proj.weight").T + get("mixer.dt_proj.bias"))
    a = -np.exp(get("mixer.A_log"))
    h, y = np.zeros((e, n)), []
    for t in range(len(u)):
        h = np.exp(dt[t][:, None] * a) * h + (dt[t] * x[t])[:, None] * b[t]
        y.append(h @ cc[t] + get("mixer.D") * x[t])
    return (np.array(y) * silu(z)) @ get("mixer.out_proj.weight").T + get("mixer.out_proj.bias")


def mamba2_64(u, get, c):
    n, g, heads, p = c.state_size, c.n_groups, c.num_heads, c.head_dim
    e = heads * p
    zxbcdt = u @ get("mixer.in_proj.weight").T + get("mixer.in_proj.bias")
    z, xbc, dt = np.split(zxbcdt, [e, 2 * e + 2 * g * n], axis=1)
    x, b, cc = np.split(conv64(xbc, get), [e, e + g * n], axis=1)
    dt = np.clip(np.logaddexp(0, dt + get("mixer.dt_bias")), *c.time_step_limit)
    a = -np.exp(get("mixer.A_log"))
    h, y = np.zeros((heads, p, n)), []
    for t in range(len(u)):
        xt = x[t].reshape(heads, p)
        bt, ct = (np.repeat(v[t].reshape(g, n), heads // g, axis=0) for v in (b, cc))
        h = np.exp(dt[t] * a)[:, None, None] * h + (dt[t][:, None] * xt)[:, :, None] * bt[:, None]
        y.append(((h * ct[:, None]).sum(-1) + get("mixer.D")[:, None] * xt).reshape(e))
    y = np.array(y)
    if not getattr(c, "norm_before_gate", False):
        y = y * silu(z)
    y = rms(y.reshape(len(u), g, e // g), c.layer_norm_epsilon).reshape(len(u), e) * get("mixer.norm.weight")
    if getattr(c, "norm_before_gate", False):
        y = y * silu(z)
    return y @ get("mixer.out_proj.weight").T + get("mixer.out_proj.bias")


def gate_after_norm(norm):
    """Makes a mixer's gated norm what mamba_ssm's rms_norm_ref does with norm_before_gate, which transformers lacks."""

    def forward(hidden_states, gate=None):
        return type(norm).forward(norm, hidden_states) * torch.nn.functional.silu(gate)

    norm.forward = forward


FAMILIES = {
    "mamba": Family(MambaConfig, MambaForCausalLM, randomize_mamba, mamba64),
    "falcon": Family(FalconMambaConfig, FalconMambaForCausalLM, randomize_mamba, mamba64),
    "mamba2": Family(Mamba2Config, Mamba2ForCausalLM, randomize_mamba2, mamba2_64),
}
