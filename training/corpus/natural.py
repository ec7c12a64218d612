"""The natural text: chats, stories and school sums that people wrote, with their licences in ``training/data``."""

from __future__ import annotations

import json
import lzma
import re
from functools import cache
from pathlib import Path
from zlib import crc32

from .grammar import BOT, END, STORY, USER

FILE = Path(__file__).parents[1] / "data" / "natural_attribution.jsonl.xz"
HELD_OUT_ONE_IN = 100

# Every third school sum is enough: they are long, and the model only learns their tone.
_RARE = {"gsm8k": 3, "bbe": 4}
# Left out: what skills of their own answer better. A rule's "I do not know" after "Could you give me the meaning ..." would
# teach the model to say it to every question that begins like that.
_HAS_OWN_SKILL = re.compile(
    r"\b(hello|hi|hey|how are you|how's it|how is it going|thanks?|bye|goodbye|my name|your name|joke|story|"
    r"mean|means|meaning|define|definition|capital|spell|element|symbol|plus|minus|"
    r"good (morning|evening|night)|broke up|died|dead|kill\w*|suicide|murder\w*|sex\w*|porn|rape|drugs?|nazi\w*|trump|gun|guns|who are you)\b",
    re.I,
)
_CHATS = {"selfdialogue", "chitchat", "topicalchat_part", "taskmaster4"}


def _held_out(line: str) -> bool:
    """By the text itself, so that a document stays on its side however the file is cut or ordered."""
    return crc32(line.encode()) % HELD_OUT_ONE_IN == 0


def document(entry: dict) -> str:
    if "turns" in entry:
        turns = [(USER if who == "user" else BOT, " ".join(text.split())) for who, text in entry["turns"]]
        return "".join(mark + text for mark, text in turns if text) + END
    return STORY + entry["text"].strip() + END


@cache
def entries(held_out: bool = False, path: Path = FILE) -> tuple[dict, ...]:
    kept = []
    with lzma.open(path, "rt") as lines:
        for number, line in enumerate(lines):
            if _held_out(line) != held_out:
                continue
            entry = json.loads(line)
            if number % _RARE.get(entry["src"], 1) == 0:
                kept.append(entry)
    return tuple(kept)


@cache
def user_turns(held_out: bool = False) -> tuple[str, ...]:
    """What people said, in pieces that a short reply can answer."""
    turns = (text for e in entries(held_out) if e["src"] in _CHATS for who, text in e["turns"] if who == "user")
    tidied = (re.sub(r" +([.,;:!?])", r"\1", " ".join(text.split())) for text in turns)
    return tuple(t for t in tidied if 3 <= len(t.split()) <= 22 and not _HAS_OWN_SKILL.search(t) and not re.search(r"[][{}|]", t))
