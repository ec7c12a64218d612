"""A file that llama.cpp runs, from the shipped one, which it refuses (see widen.py). The answers are the same.

    python -m training.distill.for_llama_cpp www/models/talker OUT.gguf
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf

from . import export, pieces, shipped


class Parts:
    """The parts of a split GGUF file as one: what is told in the first, and the tensors of all."""

    def __init__(self, folder: Path):
        readers = [gguf.GGUFReader(path) for path in sorted(folder.glob("*.gguf"))]
        self.fields = readers[0].fields
        self.tensors = [tensor for reader in readers for tensor in reader.tensors]


def write(folder: Path, out: Path) -> None:
    source = Parts(folder)
    export.write_gguf(out, export.Weights(pieces.packed(shipped.read(folder).items()), source), source, for_llama_cpp=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="the folder of the shipped parts")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(options.model, options.out)


if __name__ == "__main__":
    main()
