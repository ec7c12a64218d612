"""The loop that all models of the Lab are trained with: AdamW, a warm-up, a cosine, and a CUDA graph of one step if it can be."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor, Tensor]
WARM_UP = 200  # steps
QUIET = ("A_log", "D", "bias", "norm", "log_step", "embeddings")  # names without weight decay


def loss_of(model: nn.Module, batch: Batch) -> Tensor:
    tokens, targets, weights = batch
    losses = F.cross_entropy(model(tokens).float().flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


def rate(step: int, done: float, top: float) -> float:
    """The rate at a step, when ``done`` (0 to 1) of the training is behind."""
    if step < WARM_UP:
        return top * (step + 1) / WARM_UP
    return top * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def fit(model: nn.Module, draw: Callable[[], Batch], steps: int, seconds: float, top: float) -> list[tuple[int, float]]:
    """Trains in place until the steps or the seconds are over. ``draw`` makes a batch of always the same shape.

    Returns the loss at about forty steps, the last among them.
    """
    device = next(model.parameters()).device
    groups: list[list[nn.Parameter]] = [[], []]
    for name, weight in model.named_parameters():
        groups[any(part in name for part in QUIET)].append(weight)
    on_gpu = device.type == "cuda"
    lr = torch.tensor(0.0, device=device) if on_gpu else 0.0
    optimizer = torch.optim.AdamW(
        [{"params": groups[0], "weight_decay": 0.1}, {"params": groups[1], "weight_decay": 0.0}],
        lr=lr, betas=(0.9, 0.95), **({"fused": True, "capturable": True} if on_gpu else {}),
    )
    batch = tuple(part.clone() for part in draw())

    def step() -> Tensor:
        optimizer.zero_grad(set_to_none=False)
        loss = loss_of(model, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        return loss.detach()

    graph, out = None, torch.zeros((), device=device)
    heard: list[tuple[int, float]] = []
    start = time.monotonic()
    for number in range(steps):
        passed = time.monotonic() - start
        done = max(number / steps, passed / seconds)
        value = rate(number, min(done, 1.0), top)
        if on_gpu:
            lr.fill_(value)
        else:
            for group in optimizer.param_groups:
                group["lr"] = value
        for kept, new in zip(batch, draw()):
            kept.copy_(new)
        if on_gpu and number == 8:
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                out = step()
        if graph is not None:
            graph.replay()
        elif on_gpu:  # warm-up on a stream of its own, as graphs ask for
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                out = step()
            torch.cuda.current_stream().wait_stream(side)
        else:
            out = step()
        last = number == steps - 1 or done >= 1
        if done * 40 >= len(heard) or last:
            heard.append((number, float(out)))
            print(f"  {number} of {steps}: {float(out):.4f}, {passed:.0f} s", flush=True)
        if last:
            break
    return heard
