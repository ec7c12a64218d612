"""Weights on their way from a lent machine: int8 in GGUF's Q8_0 blocks, packed, in pieces of a size that travels.

A matrix becomes ``name.q`` (int8) and ``name.d`` (f16, one scale for 32 numbers along the input). All else stays f32.
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
PIECE_BYTES = 16_600_000  # four of them are below 64 MiB


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers (R, C) int8 and scales (R, C / 32) f16 of a matrix (R, C), as Q8_0 has them."""
    blocks = weight.float().reshape(len(weight), -1, BLOCK)
    scales = (blocks.abs().amax(-1) / 127).half()
    divisors = torch.where(scales == 0, 1.0, scales.float())
    return (blocks / divisors[..., None]).round().clamp(-127, 127).to(torch.int8).reshape(weight.shape), scales


def dequantize(numbers: Tensor, scales: Tensor) -> Tensor:
    return (numbers.float().reshape(*scales.shape, BLOCK) * scales.float()[..., None]).reshape(numbers.shape)


def write(tensors: Iterable[tuple[str, Tensor]], folder: Path) -> None:
    """Writes ``piece-00`` and so on, and ``done`` last."""
    held: dict[str, Tensor] = {}
    for name, value in tensors:
        value = value.detach()
        if value.dim() == 2:
            numbers, scales = quantize(value)
            held[f"{name}.q"], held[f"{name}.d"] = numbers.cpu(), scales.cpu()
        else:
            held[name] = value.float().cpu().contiguous()
    raw = save(held)
    parts = [raw[i : i + (1 << 23)] for i in range(0, len(raw), 1 << 23)]
    with ThreadPoolExecutor(8) as pool:
        packed = list(pool.map(_pack, parts))
    stream = b"".join(len(part).to_bytes(4, "little") + part for part in packed)
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
