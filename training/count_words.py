"""How often a word occurs in the natural text that the model is trained on.

The corpus needs to know which words are common. Published frequency lists have licences of their own, so these counts
are made here, from text that is in the repository: ``python -m training.count_words`` writes them as ``count`` into
``data/facts/words.json.xz``.
"""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parent / "data"
TEXT = DATA / "natural_attribution.jsonl.xz"
WORDS = DATA / "facts" / "words.json.xz"


def count_words() -> Counter[str]:
    """Lower-cased words of all turns and stories."""
    counts: Counter[str] = Counter()
    with lzma.open(TEXT, "rt", encoding="utf-8") as lines:
        for line in lines:
            counts.update(re.findall(r"[a-z][a-z'-]*", line.lower()))
    return counts


def main() -> None:
    counts = count_words()
    with lzma.open(WORDS, "rt", encoding="utf-8") as file:
        rows = json.load(file)
    rows = [{"w": row["w"], "p": row["p"], "d": row["d"], "ex": row["ex"], "count": counts[row["w"].lower()]} for row in rows]
    with lzma.open(WORDS, "wt", encoding="utf-8", preset=9) as file:
        json.dump(rows, file, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
