"""Matrices in int8 with scales, packed and unpacked by compressed-tensors: with groups, a scale a row, and one for all."""

import torch
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import dequantize, quantize
from compressed_tensors.quantization.utils import calculate_qparams
from safetensors.torch import save_file

# name: rows, columns, and what shares a scale
MATRICES = {"group.weight": (6, 96, "group"), "channel.weight": (5, 40, "channel"), "tensor.weight": (4, 10, "tensor")}
GROUP_COLUMNS = 32


def make(out):
    out.mkdir(exist_ok=True)
    torch.manual_seed(1)
    packed, unpacked = {"norm.weight": torch.randn(7)}, {}
    unpacked["norm.weight"] = packed["norm.weight"].clone()
    for name, (rows, columns, strategy) in MATRICES.items():
        values = torch.randn(rows, columns)
        group = {"group_size": GROUP_COLUMNS} if strategy == "group" else {}
        args = QuantizationArgs(num_bits=8, type="int", symmetric=True, strategy=strategy, **group)
        columns_of_one = {"group": GROUP_COLUMNS, "channel": columns, "tensor": rows * columns}[strategy]
        parts = values.reshape(-1, columns_of_one)
        scale, zero = calculate_qparams(parts.amin(-1), parts.amax(-1), args)
        shape = {"group": (rows, -1), "channel": (rows, 1), "tensor": (1,)}[strategy]
        scale, zero = scale.half().reshape(shape), zero.reshape(shape)
        packed[name] = quantize(values, scale, zero, args, dtype=torch.int8)
        packed[f"{name}_scale"] = scale
        unpacked[name] = dequantize(packed[name], scale.float(), zero, args)
    save_file(packed, out / "model.safetensors")
    save_file({name: value.contiguous() for name, value in unpacked.items()}, out / "unpacked.safetensors")
