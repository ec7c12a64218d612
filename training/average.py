"""Averages the weights of two exported models, of which one was trained on from the other (Wortsman et al. 2022, Model soups).

    python -m training.average www/models/default work/1/model work/average --share 0.4

A stage learns its text and forgets some of what stood there before. The average keeps most of both; README.md has a table.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .export import export, load
from .model import Mamba


@torch.no_grad()
def average(first: Mamba, second: Mamba, share: float) -> Mamba:
    """``first`` with ``share`` of ``second`` in each weight."""
    if first.config != second.config:
        raise ValueError(f"models of two shapes have no average: {first.config} and {second.config}")
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        ours.lerp_(theirs, share)
    return first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second")
    a = parser.parse_args()
    export(average(load(a.first)[0], load(a.second)[0], a.share), a.first / "tokenizer.json", a.out)


if __name__ == "__main__":
    main()
