"""Writes held-out.jsonl: natural text that training leaves out, for benches/quality. From the repository's root:

    python -m benches.data.make_held_out
"""

from __future__ import annotations

import json
from pathlib import Path

from training.corpus import natural

# How many characters of each source, and none of those whose licence asks for more than a notice.
WANTED = {"selfdialogue": 9000, "taskmaster4": 4000, "gsm8k": 3500, "bookdash": 3000, "standardebooks": 1700}


def main() -> None:
    left = dict(WANTED)
    lines = []
    for entry in natural.entries(held_out=True):
        text = natural.document(entry)
        if left.get(entry["src"], 0) < len(text):
            continue
        left[entry["src"]] -= len(text)
        lines.append(json.dumps({"src": entry["src"], "text": text}, ensure_ascii=False) + "\n")
    (Path(__file__).parent / "held-out.jsonl").write_text("".join(lines))


if __name__ == "__main__":
    main()
