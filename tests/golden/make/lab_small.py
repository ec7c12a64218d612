"""What the Lab's small models say, by the code that trained them: tests/golden/lab/small.json.

Of each model the ids that it reads and the scores of the next token after some of them, in float32 of the shipped f16.

    python -m tests.golden.make.lab_small
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from training.lab import dna, small
from training.lab.models import KINDS, make

ROOT = Path(__file__).parents[3]
AT = (0, 1, 5, 23)  # places whose scores are kept
TOKENS = 24


@torch.no_grad()
def main() -> None:
    golden = {}
    for kind in (*KINDS, "dna"):
        config = dna.CONFIG if kind == "dna" else small.CONFIG
        model = make("selective" if kind == "dna" else kind, config)
        weights = load_file(ROOT / "www/models/lab" / f"{kind}.safetensors")
        model.load_state_dict({name: value.float() for name, value in weights.items()})
        torch.manual_seed(5)
        ids = torch.randint(0, config.V, (1, TOKENS))
        scores = model(ids)[0]
        golden[kind] = {"ids": ids[0].tolist(), "scores": {at: [round(v, 5) for v in scores[at].tolist()] for at in AT}}
    path = ROOT / "tests/golden/lab/small.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
