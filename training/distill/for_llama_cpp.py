"""A file that llama.cpp runs, from the shipped one, which it refuses (see widen.py). The answers are the same.

    python -m training.distill.for_llama_cpp www/models/talker OUT.gguf
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import export, pieces
from .shipped import Shipped


def write(folder: Path, out: Path) -> None:
    shipped = Shipped(folder)
    export.write_gguf(out, export.Weights(pieces.packed(shipped.weights().items()), shipped), shipped, for_llama_cpp=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="the folder of the shipped parts")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(options.model, options.out)


if __name__ == "__main__":
    main()
