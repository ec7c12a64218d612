"""One token after another in PyTorch on the same card, for the table beside the GPU backend's: Mamba's step as the
module of transformers computes it, bf16 weights, one stream, eager and as a CUDA graph; and the card's copy bandwidth.

    python3 benches/gpu/pytorch.py
"""

import json
import time

import torch
import torch.nn.functional as F

MODELS = {"130m": (768, 24, 48), "1.4b": (2048, 48, 128)}
V, N, K = 50280, 16, 4


class Layer:
    def __init__(self, d: int, r: int):
        e = 2 * d
        weight = lambda *shape: torch.randn(*shape, device="cuda", dtype=torch.bfloat16) / shape[-1] ** 0.5
        self.norm, self.r = torch.ones(d, device="cuda", dtype=torch.bfloat16), r
        self.in_proj, self.x_proj, self.dt_proj, self.out_proj = weight(2 * e, d), weight(r + 2 * N, e), weight(e, r), weight(d, e)
        self.conv, self.conv_bias = weight(e, K), weight(e)
        self.dt_bias = weight(e) - 4
        self.a = -torch.arange(1, N + 1, device="cuda", dtype=torch.float32).repeat(e, 1)
        self.skip = torch.ones(e, device="cuda")
        self.window = torch.zeros(e, K, device="cuda", dtype=torch.bfloat16)
        self.h = torch.zeros(e, N, device="cuda")

    def step(self, residual: torch.Tensor) -> torch.Tensor:
        u = F.rms_norm(residual, residual.shape, self.norm)
        x, z = (self.in_proj @ u).chunk(2)
        self.window.copy_(torch.roll(self.window, -1, -1))
        self.window[:, -1] = x
        x = F.silu((self.window * self.conv).sum(-1) + self.conv_bias)
        dt, b, c = (self.x_proj @ x).split([self.r, N, N])
        dt = F.softplus((self.dt_proj @ dt + self.dt_bias).float())
        decay = torch.exp(dt[:, None] * self.a)
        self.h.copy_(decay * self.h + (dt * x.float())[:, None] * b.float())
        y = (self.h @ c.float() + self.skip * x).bfloat16() * F.silu(z)
        return residual + self.out_proj @ y


@torch.inference_mode()
def rates(d: int, l: int, r: int) -> dict:
    embeddings = torch.randn(V, d, device="cuda", dtype=torch.bfloat16) / d**0.5
    layers = [Layer(d, r) for _ in range(l)]
    token = torch.zeros(1, device="cuda", dtype=torch.long)

    def step():
        residual = embeddings.index_select(0, token)[0]
        for layer in layers:
            residual = layer.step(residual)
        scores = embeddings @ F.rms_norm(residual, residual.shape)
        token.copy_(scores.argmax()[None])

    def rate(run, tokens: int) -> float:
        run()
        torch.cuda.synchronize()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            for _ in range(tokens):
                run()
            torch.cuda.synchronize()
            times.append(time.perf_counter() - start)
        return tokens / sorted(times)[2]

    eager = rate(step, 32)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return {"eager": eager, "cudaGraph": rate(graph.replay, 192)}


def main() -> None:
    a, b = torch.empty(1 << 30, dtype=torch.uint8, device="cuda"), torch.empty(1 << 30, dtype=torch.uint8, device="cuda")
    b.copy_(a)
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(20):
        b.copy_(a)
    torch.cuda.synchronize()
    print(json.dumps({"torch": torch.__version__, "copyGBs": 2 * 20 * 2**30 / (time.perf_counter() - start) / 1e9}))
    for name, (d, l, r) in MODELS.items():
        print(json.dumps({"torchModel": name, **rates(d, l, r)}))


if __name__ == "__main__":
    main()
