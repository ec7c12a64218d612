"""The weights of a shipped model, to go on from: what ``export.write_gguf`` wrote, as f32 tensors under transformers' names."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor

from .student import A_LOG, CONV, CONV_BIAS, DOWN, DT_BIAS, GATE_UP, GATED_NORM, IN, NORM1, NORM2, OUT, SKIP

NAMES = {
    "attn_norm.weight": NORM1, "ssm_in.weight": IN, "ssm_conv1d.weight": CONV, "ssm_conv1d.bias": CONV_BIAS, "ssm_dt.bias": DT_BIAS, "ssm_a": A_LOG, "ssm_d": SKIP,
    "ssm_norm.weight": GATED_NORM, "ssm_out.weight": OUT, "ffn_norm.weight": NORM2, "ffn_down.weight": DOWN,
}  # fmt: skip
HALVES = ("ffn_gate.weight", "ffn_up.weight")  # of GATE_UP


def _own_form(name: str, value: np.ndarray) -> Tensor:
    plain = torch.from_numpy(value.astype(np.float32))
    if name == A_LOG:
        return torch.log(-plain[:, 0])
    if name == CONV:
        return plain[:, None]
    return plain.reshape(-1) if name in (SKIP, GATED_NORM) else plain


class Shipped:
    """One model, in one file or in parts: ``fields`` is what the first part tells, ``tensors`` are those of all."""

    def __init__(self, folder: Path):
        readers = [gguf.GGUFReader(path) for path in sorted(folder.glob("*.gguf"))]
        self.fields = readers[0].fields
        self.tensors = [tensor for reader in readers for tensor in reader.tensors]

    def weights(self) -> dict[str, Tensor]:
        """All tensors that are trained: the embedding is the teacher's."""
        found = {t.name: np.array(gguf.quants.dequantize(t.data, t.tensor_type)) for t in self.tensors}
        layers = 1 + max(int(name.split(".")[1]) for name in found if name.startswith("blk."))
        weights = {"model.norm.weight": torch.from_numpy(found["output_norm.weight"])}
        for i in range(layers):
            for theirs, ours in NAMES.items():
                weights[f"model.layers.{i}.{ours}"] = _own_form(ours, found[f"blk.{i}.{theirs}"])
            weights[f"model.layers.{i}.{GATE_UP}"] = torch.cat([torch.from_numpy(found[f"blk.{i}.{half}"]) for half in HALVES])
        return weights
