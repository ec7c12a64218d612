"""The same student for llama.cpp, whose ``granitehybrid`` wants mixers twice as wide as the model: heads of zeros make up the rest.

Such a head reads nothing, its gate is closed, and the output matrix does not look at it, so the model says the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .student import A_LOG, CONV, CONV_BIAS, DT_BIAS, GATED_NORM, IN, OUT, SKIP


def _rows(value: Tensor, parts: list[int], filling: float = 0.0) -> Tensor:
    """Each part of the rows of ``value``, with as many rows of ``filling`` after it."""
    return torch.cat([piece for part in value.split(parts) for piece in (part, torch.full_like(part, filling))])


def widened(held: dict[str, Tensor], heads: int, inner: int) -> dict[str, Tensor]:
    """What ``pieces.read`` gave, with twice the ``heads`` and twice the ``inner`` channels (E) of each mixer."""
    parts = {IN: [*[inner] * 4, heads], CONV: [inner] * 3, CONV_BIAS: [inner] * 3, DT_BIAS: [heads], A_LOG: [heads], SKIP: [heads], GATED_NORM: [inner]}
    wide = {}
    for name, value in held.items():
        own = name.split(".", 3)[-1].removesuffix(".q").removesuffix(".d")
        if own in parts:
            wide[name] = _rows(value, parts[own], 1.0 if own == GATED_NORM else 0.0)
        elif own == OUT:
            wide[name] = torch.cat([value, torch.zeros_like(value)], 1)  # a block whose scale is 0 is 0 whatever its numbers
        else:
            wide[name] = value
    return wide
