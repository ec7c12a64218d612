"""torch.save of tensors that do not lie in the order of their rows, and the same tensors in safetensors."""

import torch
from safetensors.torch import save_file


def make(out):
    out.mkdir(exist_ok=True)
    n = torch.arange(1.0, 1000.0)
    shared = n[100:160]
    tensors = {
        "transposed": n[:35].reshape(5, 7).t(),
        "permuted": n[:60].reshape(3, 4, 5).permute(2, 0, 1),
        "convolution": n[:24].reshape(4, 6).t().unsqueeze(1),
        "slice": n[:200].reshape(10, 20)[2:9:3, 5:15:2],
        "offset": n[900:905],
        "every_other": n[1:40:2],
        "expanded": n[7:8].expand(12),
        "expanded_rows": n[:6].reshape(1, 6).expand(4, 6),
        "expanded_columns": n[:5].reshape(5, 1).expand(5, 3),
        "half": n[:12].half().reshape(3, 4).t(),
        "bfloat16": n[:12].bfloat16().reshape(2, 2, 3).permute(2, 1, 0),
        "shared": shared.reshape(6, 10).t(),
        "shared_too": shared.reshape(6, 10),
        "parameter": torch.nn.Parameter(n[:6].reshape(2, 3).t(), requires_grad=False),
        "scalar": n[42],
    }
    torch.save(tensors, out / "pytorch_model.bin")
    save_file({name: tensor.data.contiguous().clone() for name, tensor in tensors.items()}, out / "model.safetensors")
