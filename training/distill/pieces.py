"""Weights on their way from a lent machine: 4 bits in GGUF's Q4_0 blocks, packed, in pieces of a size that travels.

A matrix becomes ``name.q`` (two numbers a byte) and ``name.d`` (f16, one scale for 32 numbers along the input). All else
stays f32. The training already computes with the rounded matrices (``straight_through``), so this rounding changes nothing.
"""

from __future__ import annotations

import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterable

import torch
from safetensors.torch import load, save
from torch import Tensor

BLOCK = 32
PIECE_BYTES = 16_770_000  # four of them are below 64 MiB


def _rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers (R, C / 32, 32) from -8 to 7 and scales (R, C / 32, 1) f16 of a matrix (R, C): the number of largest size is -8."""
    blocks = weight.float().reshape(len(weight), -1, BLOCK)
    most, least = blocks.amax(-1, keepdim=True), blocks.amin(-1, keepdim=True)
    scales = (torch.where(most > -least, most, least) / -8).half()
    divisors = torch.where(scales == 0, 1.0, scales.float())
    return (blocks / divisors).round().clamp(-8, 7), scales


def straight_through(weight: Tensor) -> Tensor:
    """The matrix as it will be shipped; gradients pass as if it were not rounded."""
    numbers, scales = _rounded(weight.detach())
    return weight + ((numbers * scales.float()).reshape(weight.shape) - weight.detach())


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of numbers (R, C / 2) uint8 and scales (R, C / 32) f16 of a matrix (R, C), as Q4_0 has them."""
    numbers, scales = _rounded(weight)
    low, high = (numbers + 8).to(torch.uint8).chunk(2, -1)
    return (low | high << 4).reshape(len(weight), -1), scales[..., 0]


def dequantize(numbers: Tensor, scales: Tensor) -> Tensor:
    pairs = numbers.reshape(*scales.shape, BLOCK // 2)
    whole = torch.cat([pairs & 15, pairs >> 4], -1).float() - 8
    return (whole * scales.float()[..., None]).reshape(len(numbers), -1)


def packed(tensors: Iterable[tuple[str, Tensor]]) -> dict[str, Tensor]:
    """Matrices as ``name.q`` and ``name.d``, all else as f32, on the CPU."""
    held: dict[str, Tensor] = {}
    for name, value in tensors:
        value = value.detach()
        if value.dim() == 2:
            numbers, scales = quantize(value)
            held[f"{name}.q"], held[f"{name}.d"] = numbers.cpu(), scales.cpu()
        else:
            held[name] = value.float().cpu().contiguous()
    return held


def write(tensors: Iterable[tuple[str, Tensor]], folder: Path) -> None:
    """Writes ``piece-00`` and so on, and ``done`` last."""
    raw = save(packed(tensors))
    parts = [raw[i : i + (1 << 23)] for i in range(0, len(raw), 1 << 23)]
    with ThreadPoolExecutor(8) as pool:
        squeezed = list(pool.map(_pack, parts))
    stream = b"".join(len(part).to_bytes(4, "little") + part for part in squeezed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(0, len(stream), PIECE_BYTES):
        scratch = folder / "scratch"
        scratch.write_bytes(stream[i : i + PIECE_BYTES])
        os.replace(scratch, folder / f"piece-{i // PIECE_BYTES:02d}")
    (folder / "done").write_text(f"{len(stream)} bytes\n")


def _pack(part: bytes) -> bytes:
    """Huffman's code alone: weights do not repeat, but small ones are more frequent."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(part) + packer.flush()


def read(folder: Path) -> dict[str, Tensor]:
    """What ``write`` wrote: ``name.q`` and ``name.d`` of matrices, other tensors as they are."""
    stream = b"".join(path.read_bytes() for path in sorted(folder.glob("piece-*")))
    parts, at = [], 0
    while at < len(stream):
        size = int.from_bytes(stream[at : at + 4], "little")
        parts.append(zlib.decompress(stream[at + 4 : at + 4 + size]))
        at += 4 + size
    return load(b"".join(parts))


def plain(held: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same as f32 tensors under their own names."""
    names = {name.removesuffix(".q").removesuffix(".d") for name in held}
    return {name: dequantize(held[f"{name}.q"], held[f"{name}.d"]) if f"{name}.q" in held else held[name] for name in names}
