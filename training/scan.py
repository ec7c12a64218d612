"""The selective scan for training: ``scan.cu`` on a GPU, ``scan.cpp`` on a CPU, in bf16; plain PyTorch in other precisions.

Letters: Z sequences, T steps, E channels, N states. Both take

    x, dt (Z, T, E), bias (E), A (E, N) negative, BC (Z, T, 2N) first B then C, skip (E)

and return y (Z, T, E). ``dt`` is the raw projection; its bias and the softplus belong to the scan.
"""

from __future__ import annotations

import ctypes
import math
import os
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

N = 16  # states a channel; STEPS and CHANNELS as in scan.cu
STEPS = 16
CHANNELS = 64
LOG2_E = math.log2(math.e)


class Recurrence(torch.autograd.Function):
    """h_t = a_t h_{t-1} + b_t from h_{-1} = 0, along the first axis. One fused operation a step, both ways."""

    @staticmethod
    def forward(ctx, a: Tensor, b: Tensor) -> Tensor:
        h = torch.empty_like(b)
        h[0] = b[0]
        for t in range(1, len(b)):
            torch.addcmul(b[t], a[t], h[t - 1], out=h[t])
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, Tensor]:
        a, h = ctx.saved_tensors
        g = gradient.clone(memory_format=torch.contiguous_format)
        for t in range(len(g) - 2, -1, -1):
            g[t].addcmul_(a[t + 1], g[t + 1])
        da = torch.zeros_like(a)
        torch.mul(g[1:], h[:-1], out=da[1:])
        return da, g


def plain_scan(x: Tensor, dt: Tensor, bias: Tensor, A: Tensor, BC: Tensor, skip: Tensor) -> Tensor:
    """The scan in plain PyTorch, in float32 at least: the oracle for the kernels, and the way in other precisions."""
    working = torch.promote_types(x.dtype, torch.float32)
    xs, BCs = x.to(working).transpose(0, 1), BC.to(working).transpose(0, 1)  # time first
    delta = F.softplus(dt.to(working).transpose(0, 1) + bias)
    B, C = BCs.chunk(2, -1)
    h = Recurrence.apply(torch.exp(delta[..., None] * A), (delta * xs)[..., None] * B[:, :, None])
    y = torch.einsum("tzen,tzn->tze", h, C) + skip * xs
    return y.transpose(0, 1).to(x.dtype)


@lru_cache
def library(device: str) -> ctypes.CDLL:
    """The kernels for "cuda" or "cpu", compiled for this machine at first use."""
    if device == "cuda":
        major, minor = torch.cuda.get_device_capability()
        kind = f"sm{major}{minor}"
        source = Path(__file__).with_name("scan.cu")
        compiler = ["nvcc", "-O3", f"-arch=sm_{major}{minor}", "--use_fast_math", "-Xcompiler", "-fPIC"]
    else:
        kind = "cpu"
        source = Path(__file__).with_name("scan.cpp")
        compiler = ["c++", "-std=c++17", "-O3", "-march=native", "-fopenmp", "-fPIC", "-Wno-psabi"]
    folder = Path(os.environ.get("SCAN_BUILD", tempfile.gettempdir()))
    target = folder / f"mamba_scan_{int(source.stat().st_mtime)}_{kind}.so"
    if not target.exists():
        scratch = target.with_suffix(f".{os.getpid()}")
        subprocess.run([*compiler, "-shared", "-o", str(scratch), str(source)], check=True)
        os.replace(scratch, target)
    return ctypes.CDLL(str(target))


def _call(name: str, tensors: list[Tensor], z: int, t: int, e: int) -> None:
    device = tensors[0].device.type
    stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream if device == "cuda" else None)
    pointers = [ctypes.c_void_p(tensor.data_ptr()) for tensor in tensors]
    error = getattr(library(device), name)(*pointers, z, t, e, stream)
    if error:
        raise RuntimeError(f"{name}: CUDA error {error}")


@torch.library.custom_op("mamba_training::scan", mutates_args=())
def _scan(x: Tensor, dt: Tensor, bias: Tensor, A: Tensor, BC: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
    z, t, e = x.shape
    if t % STEPS or e % CHANNELS or A.shape[1] != N:
        raise ValueError(f"the kernel needs T a multiple of {STEPS}, E of {CHANNELS} and N = {N}; got {tuple(x.shape)}")
    y = torch.empty(z, t, e, device=x.device, dtype=x.dtype)
    saved = torch.empty(z, t // STEPS, e, N, device=x.device, dtype=torch.float32)
    inputs = [x.contiguous(), dt.contiguous(), bias, (A * LOG2_E).contiguous(), BC.contiguous(), skip]
    _call("scan_forward", [*inputs, y, saved], z, t, e)
    return y, saved


@_scan.register_fake
def _(x, dt, bias, A, BC, skip):
    z, t, e = x.shape
    return x.new_empty(z, t, e), x.new_empty(z, t // STEPS, e, N, dtype=torch.float32)


@torch.library.custom_op("mamba_training::scan_backward", mutates_args=())
def _scan_backward(
    x: Tensor, dt: Tensor, bias: Tensor, A: Tensor, BC: Tensor, skip: Tensor, saved: Tensor, dy: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    z, t, e = x.shape
    dx, ddt = torch.empty(z, t, e, device=x.device, dtype=x.dtype), torch.empty(z, t, e, device=x.device, dtype=x.dtype)
    dBC = torch.zeros(z, t, 2 * N, device=x.device)
    dA, dskip, dbias = (torch.zeros(like.shape, device=x.device) for like in (A, skip, bias))
    inputs = [x.contiguous(), dt.contiguous(), bias, (A * LOG2_E).contiguous(), BC.contiguous(), skip]
    _call("scan_backward", [*inputs, dy.contiguous(), saved, dx, ddt, dBC, dA, dskip, dbias], z, t, e)
    return dx, ddt, dbias, dA, dBC, dskip


@_scan_backward.register_fake
def _(x, dt, bias, A, BC, skip, saved, dy):
    shape = x.shape
    f32 = {"dtype": torch.float32}
    return (x.new_empty(shape), x.new_empty(shape), x.new_empty(bias.shape, **f32), x.new_empty(A.shape, **f32),
            x.new_empty(BC.shape, **f32), x.new_empty(skip.shape, **f32))


def _setup(ctx, inputs, output) -> None:
    ctx.save_for_backward(*inputs, output[1])


def _gradient(ctx, dy: Tensor, _dsaved: Tensor | None):
    return _scan_backward(*ctx.saved_tensors, dy)


_scan.register_autograd(_gradient, setup_context=_setup)


def scan(x: Tensor, dt: Tensor, bias: Tensor, A: Tensor, BC: Tensor, skip: Tensor) -> Tensor:
    """The scan in the fastest form for these tensors."""
    if x.dtype == torch.bfloat16:
        return _scan(x, dt, bias, A, BC, skip)[0]
    return plain_scan(x, dt, bias, A, BC, skip)
