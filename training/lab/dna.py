"""Trains the model that reads DNA, one token a letter (A, C, G, T are 0 to 3).

    python -m training.lab.dna GENOME.fna.gz OUT [--steps 6000]

The first million letters are kept for the page, which reads letters that the model has not seen; all but the first
``KNOWN``, which it reads again and again until it knows them by heart, so that a changed letter there surprises it.
Half of the windows get a repeat that nature did not write, one behind the other or some way off, with a few changed letters.
OUT gets dna.safetensors (f16), dna.json (its config.json), dna.results.json (bits a letter), and genome.2bit: the first million letters, four a byte, the first
letter in the lowest two bits.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from ..export import write_json
from ..model import Config, Mamba
from .fit import Batch, fit
from .small import config_of, halves

CONFIG = Config(V=4, D=96, L=6)
READ, KNOWN = 1_000_000, 4_096  # letters
T = 512


def letters(path: Path) -> np.ndarray:
    """The genome as 0 to 3. The few letters that are not known (N, R, Y, ...) are left out."""
    with gzip.open(path, "rt") as lines:
        text = "".join(line.strip() for line in lines if not line.startswith(">")).upper()
    table = np.full(256, 255, np.uint8)
    table[[ord(c) for c in "ACGT"]] = range(4)
    values = table[np.frombuffer(text.encode(), np.uint8)]
    return values[values < 4]


def pack(values: np.ndarray) -> bytes:
    quads = values[: len(values) // 4 * 4].reshape(-1, 4)
    return (quads[:, 0] | quads[:, 1] << 2 | quads[:, 2] << 4 | quads[:, 3] << 6).astype(np.uint8).tobytes()


def repeated(Z: int, length: int, device: str) -> Tensor:
    """(Z, length) places to read from, with one repeat each: in three of four rows right behind itself, else some way off."""
    place = torch.arange(length, device=device)[None]

    def draw(low: int, high: int) -> Tensor:
        return torch.randint(low, high, (Z, 1), device=device)

    unit = torch.exp(torch.rand(Z, 1, device=device) * math.log(64 / 5) + math.log(5)).long()
    start, copies = draw(0, length // 2), draw(2, 40)
    inside = (place >= start) & (place < start + copies * unit)
    tandem = torch.where(inside, start + (place - start) % unit, place)
    unit, gap = draw(30, 100), draw(0, 60)
    again = start + unit + gap
    far = torch.where((place >= again) & (place < again + unit), place - unit - gap, place)
    return torch.where(torch.rand(Z, 1, device=device) < 0.75, tandem, far)


def windows(genome: Tensor, Z: int, device: str) -> Batch:
    """Z windows of T letters: a quarter as they are (either strand), half with a repeat, a quarter known by heart."""
    place = torch.arange(T + 1, device=device)[None]

    def begin(rows: int, low: int, high: int) -> Tensor:
        return torch.randint(low, high - T - 1, (rows, 1), device=device)

    def spoiled(rows: Tensor) -> Tensor:
        other = torch.randint(0, 4, rows.shape, device=device)
        return torch.where(torch.rand(rows.shape, device=device) < 0.005, other, rows)

    quarter, half = Z // 4, Z - 2 * (Z // 4)
    plain = genome[begin(quarter, READ, len(genome)) + place]
    plain = torch.where(torch.rand(quarter, 1, device=device) < 0.5, 3 - plain.flip(1), plain)
    repeats = genome[begin(half, READ, len(genome)) + repeated(half, T + 1, device)]
    known = genome[begin(quarter, 0, KNOWN) + place]
    rows = torch.cat([plain, spoiled(repeats), spoiled(known)]).long()
    return rows[:, :-1], rows[:, 1:], torch.ones(Z, T, device=device)


@torch.no_grad()
def bits(model: Mamba, rows: Tensor) -> Tensor:
    """(Z, T) surprise of each letter but the first."""
    logits = model(rows[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten(), reduction="none").view(len(rows), -1) / math.log(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("genome", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=6_000)
    parser.add_argument("--seconds", type=float, default=math.inf, help="an end before the last step")
    parser.add_argument("--batch", type=int, default=192)
    parser.add_argument("--rate", type=float, default=3e-3)
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)
    values = letters(options.genome)
    (options.out / "genome.2bit").write_bytes(pack(values[:READ]))
    genome = torch.from_numpy(values).to(device, torch.long)
    torch.manual_seed(3)
    model = Mamba(CONFIG).to(device)
    if device == "cuda":
        model.compute = torch.bfloat16
    losses = fit(model, lambda: windows(genome, options.batch, device), options.steps, options.seconds, options.rate)
    weights = halves(model)
    save_file(weights, options.out / "dna.safetensors", metadata={"format": "pt"})
    model.load_state_dict({name: value.float() for name, value in weights.items()})
    torch.manual_seed(4)
    place = torch.arange(1025, device=device)[None]
    unseen = bits(model, genome[torch.randint(KNOWN, READ - 1025, (64, 1), device=device) + place])
    seen = bits(model, genome[torch.randint(READ, len(genome) - 1025, (64, 1), device=device) + place])
    known = bits(model, genome[torch.arange(0, KNOWN - 1025, 64, device=device)[:, None] + place])
    changed = genome[torch.arange(0, KNOWN - 1025, 64, device=device)[:, None] + place].clone()
    changed[:, 512] = (changed[:, 512] + 1) % 4
    mutated = bits(model, changed)
    tandem = {}
    for unit in (8, 16, 32, 64, 100):
        inside = place - 200
        rows = genome[torch.randint(KNOWN, READ - 1025, (64, 1), device=device)
                      + torch.where((inside >= 0) & (inside < 3 * unit), 200 + inside % unit, place)]
        b = bits(model, rows)
        tandem[unit] = [float(b[:, 199 + i * unit : 199 + (i + 1) * unit].mean()) for i in range(3)]
    far = {}
    for unit in (60, 100):
        rows = genome[torch.randint(KNOWN, READ - 1025, (64, 1), device=device)
                      + torch.where((place >= 400) & (place < 400 + unit), place - 200, place)]
        b = bits(model, rows)
        far[unit] = [float(b[:, 399 + i : 399 + i + 20].mean()) for i in range(0, unit - 19, 20)]
    result = {"D": CONFIG.D, "E": CONFIG.E, "N": CONFIG.N, "L": CONFIG.L, "steps": losses[-1][0] + 1, "losses": losses,
              "letters": len(values), "bits": {
                  "unseen": float(unseen[:, 100:].mean()), "seen": float(seen[:, 100:].mean()),
                  "known_by_heart": float(known[:, 100:].mean()), "at_a_changed_letter": float(mutated[:, 511].mean()),
                  "around_a_changed_letter": [float(mutated[:, 511 + i].mean()) for i in range(-4, 24)],
                  "tandem_by_unit_and_copy": tandem, "far_by_unit_and_part": far}}
    write_json(options.out / "dna.json", config_of(CONFIG))
    (options.out / "dna.results.json").write_text(json.dumps(result, indent=1) + "\n")
    print("dna", json.dumps(result["bits"]), flush=True)


if __name__ == "__main__":
    main()
