"""Trains the four small models on the three tasks and says how far each remembers.

    python -m training.lab.small OUT [--kind selective] [--steps 30000]

OUT gets KIND.safetensors (f16), selective.json (config.json of the one that the engine loads), and KIND.results.json: the
steps, and the accuracy against length for each task.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ..export import model_config, write_json
from ..model import Config
from . import tasks
from .fit import fit
from .models import KINDS, make

CONFIG = Config(V=tasks.V, D=64, L=2)
T = 128  # tokens of a training sequence
SPANS = (16, 32, 64, 112, 256, 512, 1024, 2048, 4096)
ENTRIES = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128)


def halves(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in model.state_dict().items()}


def config_of(config: Config) -> dict:
    """The config.json of a Mamba without marks: no token ends a text."""
    return {**model_config(config), "bos_token_id": None, "eos_token_id": None, "pad_token_id": None}


@torch.no_grad()
def right(model: nn.Module, batch: tuple[Tensor, Tensor, Tensor]) -> float:
    tokens, targets, weights = batch
    hits = (model(tokens).argmax(-1) == targets).float()
    return float((hits * weights).sum() / weights.sum())


def accuracies(model: nn.Module, device: str, sequences: int = 64) -> dict[str, dict[int, float]]:
    """For each task, the share of right answers by the length."""
    def full(value: int) -> Tensor:
        return torch.full((sequences, 1), value, device=device)

    def room(tokens: int) -> int:
        return (tokens + 15) // 16 * 16  # as the kernel needs

    table: dict[str, dict[int, float]] = {"copy": {}, "induction": {}, "book": {}}
    for span in SPANS:
        length = room(span + tasks.COPIED + 2)
        table["copy"][span] = right(model, tasks.copy(sequences, length, full(span), full(tasks.COPIED), device))
        table["induction"][span] = right(model, tasks.induction(sequences, length, full(span), device))
    for entries in ENTRIES:
        table["book"][entries] = right(model, tasks.book(sequences, room(2 * entries + 64), full(entries), device))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--seconds", type=float, default=math.inf, help="an end before the last step")
    parser.add_argument("--batch", type=int, default=64, help="sequences of each task")
    parser.add_argument("--rate", type=float, default=3e-3)
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)
    for kind in [options.kind] if options.kind else KINDS:
        print(kind, flush=True)
        torch.manual_seed(1)
        model = make(kind, CONFIG).to(device)
        if device == "cuda" and kind == "selective":
            model.compute = torch.bfloat16
        losses = fit(model, lambda: tasks.mixed(options.batch, T, device), options.steps, options.seconds, options.rate)
        weights = halves(model)
        save_file(weights, options.out / f"{kind}.safetensors", metadata={"format": "pt"})
        model.load_state_dict({name: value.float() for name, value in weights.items()})
        torch.manual_seed(2)
        result = {"kind": kind, "D": CONFIG.D, "E": CONFIG.E, "N": CONFIG.N, "K": CONFIG.K, "L": CONFIG.L, "V": CONFIG.V,
                  "steps": losses[-1][0] + 1, "trained_to": T, "losses": losses, "accuracy": accuracies(model.eval(), device)}
        (options.out / f"{kind}.results.json").write_text(json.dumps(result, indent=1) + "\n")
        if kind == "selective":
            write_json(options.out / "selective.json", config_of(CONFIG))
        print(kind, json.dumps(result["accuracy"]), flush=True)


if __name__ == "__main__":
    main()
