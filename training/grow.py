"""Makes a wider model that computes the same as an exported one (up to the norm's epsilon), so that a larger model need not begin from nothing.

    python -m training.grow www/models/default work/grown --width 448

The new parts of the residual stream are zero at first, and what the new channels give does not come out: rows and columns that
would bring it out are zero. All others have the values with which training begins (``model.Mixer``), so gradients reach all.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from .export import export, load
from .model import Mamba


def _corner(fresh: Tensor, old: Tensor, zero_rows: bool = False, zero_columns: bool = False) -> Tensor:
    """``old`` in the first rows and columns of ``fresh``; the new rows, or the new columns of the old rows, may be zero."""
    grown = fresh.clone()
    rows, columns = old.shape
    if zero_rows:
        grown[rows:] = 0
    if zero_columns:
        grown[:rows, columns:] = 0
    grown[:rows, :columns] = old
    return grown


def _halves(fresh: Tensor, old: Tensor) -> Tensor:
    """in_proj: x above z, each grown by itself. The residual stream's new parts are zero, so their columns do not matter yet."""
    return torch.cat([_corner(f, o) for f, o in zip(fresh.chunk(2), old.chunk(2))])


def _projection(fresh: Tensor, old: Tensor, rank: int, grown_rank: int) -> Tensor:
    """x_proj: the R rows of the step, then B and C. The old channels do not hear the new ones."""
    step = _corner(fresh[:grown_rank], old[:rank], zero_columns=True)
    return torch.cat([step, _corner(fresh[grown_rank:], old[rank:], zero_columns=True)])


@torch.no_grad()
def grow(small: Mamba, width: int, seed: int = 1) -> Mamba:
    """A model of ``width`` D that gives the logits of ``small``."""
    if width < small.config.D:
        raise ValueError(f"the model has width {small.config.D} and cannot shrink to {width}")
    torch.manual_seed(seed)
    large = Mamba(replace(small.config, D=width))
    # The mean square is taken over more numbers, of which the new ones are zero.
    norm = math.sqrt(small.config.D / width)

    def widen_norm(to: Tensor, old: Tensor) -> None:
        to.fill_(norm * old.mean().item())
        to[: len(old)] = norm * old

    def put(to: Tensor, old: Tensor) -> None:
        to[: len(old)] = old

    embeddings = large.backbone.embeddings.weight
    embeddings.zero_()
    embeddings[:, : small.config.D] = small.backbone.embeddings.weight
    widen_norm(large.backbone.norm_f.weight, small.backbone.norm_f.weight)
    for old, new in zip(small.backbone.layers, large.backbone.layers):
        widen_norm(new.norm.weight, old.norm.weight)
        a, b = old.mixer, new.mixer
        b.in_proj.weight.copy_(_halves(b.in_proj.weight, a.in_proj.weight))
        b.x_proj.weight.copy_(_projection(b.x_proj.weight, a.x_proj.weight, small.config.R, large.config.R))
        b.dt_proj.weight.copy_(_corner(b.dt_proj.weight, a.dt_proj.weight, zero_columns=True))
        b.out_proj.weight.copy_(_corner(b.out_proj.weight, a.out_proj.weight, zero_rows=True, zero_columns=True))
        for name in ("conv1d.weight", "conv1d.bias", "dt_proj.bias", "A_log", "D"):
            put(b.get_parameter(name), a.get_parameter(name))
    return large


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=448)
    a = parser.parse_args()
    export(grow(load(a.model)[0], a.width), a.model / "tokenizer.json", a.out)


if __name__ == "__main__":
    main()
