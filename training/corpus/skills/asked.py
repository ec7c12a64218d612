"""Facts that were written with many wordings: ``data/facts/asked``, one file an area.

    How many hearts does an octopus have? / [What number of|How many] hearts beat in an octopus?
    = An octopus has three hearts.
    > Why so many? / what for
    = Two pump blood through the gills, and one pumps it through the body.

A block is a fact: its wordings, each a template of ``grammar.expand``, and the answer. ``>`` begins a question that follows on
the one before it. Of every eighth fact the last wording is kept out of training; ``training.evaluate`` asks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from zlib import crc32

from ..grammar import Chat, expand, skill, tidy
from ..rewording import reword
from .base import aftermath

FOLDER = Path(__file__).resolve().parents[2] / "data" / "facts" / "asked"
HELD_OUT_ONE_IN = 8
LEAST_WORDINGS = 4  # with fewer, none is kept out
# What a visitor asks more often, or what must be answered more surely, than the number of facts says; and the reverse for facts
# that were put together from tables. By the beginning or the end of a file's name.
EMPHASIS = {"page": 5.0, "feelings": 3.0, "honest": 4.0, "follow": 3.5, "yes": 2.0, "howto": 1.4, "why": 1.3, "difference": 0.6, "mathwords": 0.6}
TABLES = ("_tables", "_pairs", "_compare", "_states", "_lists")
TABLES_EMPHASIS = 0.3


# Their questions are about words and figures themselves, so these keep their letters and their order.
LITERAL = ("language", "translations", "mathwords", "numbers", "units", "follow_words")
# How likely one asks on, after each answer. In the second kind of files that is what they are for.
ASKS_ON, ASKS_ON_IN_FOLLOW = 0.6, 0.85


def _emphasis(name: str) -> float:
    if name.endswith(TABLES):
        return TABLES_EMPHASIS
    return next((weight for start, weight in EMPHASIS.items() if name.startswith(start)), 1.0)


@dataclass
class Fact:
    wordings: list[str]
    answer: str = ""
    followups: list["Fact"] = field(default_factory=list)

    @property
    def kept_out(self) -> str | None:
        """The wording that no training text has, if this fact has one."""
        if len(self.wordings) < LEAST_WORDINGS or crc32(self.answer.encode()) % HELD_OUT_ONE_IN:
            return None
        return self.wordings[-1]

    @property
    def told(self) -> list[str]:
        return self.wordings[:-1] if self.kept_out else self.wordings


def parse(text: str, name: str) -> list[Fact]:
    """The facts of a file; a line that fits nowhere is a ``ValueError`` with its number."""
    facts: list[Fact] = []
    open_fact: Fact | None = None  # waits for its answer
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("= "):
            if open_fact is None:
                raise ValueError(f"{name}:{number}: an answer without a question")
            open_fact.answer, open_fact = line[2:].strip(), None
            continue
        if open_fact is not None:
            raise ValueError(f"{name}:{number}: the question before has no answer")
        wordings = [wording.strip() for wording in line.removeprefix("> ").split(" / ") if wording.strip()]
        open_fact = Fact(wordings)
        if not line.startswith("> "):
            facts.append(open_fact)
        elif facts:
            facts[-1].followups.append(open_fact)
        else:
            raise ValueError(f"{name}:{number}: nothing to follow on")
    if open_fact is not None:
        raise ValueError(f"{name}: the last question has no answer")
    return facts


@cache
def files() -> dict[str, list[Fact]]:
    return {path.stem: parse(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.txt"))}


@cache
def _weighted(of: tuple[str, ...]) -> tuple[list[tuple[Fact, str]], list[float]]:
    """Each fact with the name of its file, and its cumulative weight; only of files whose names begin with one of ``of``."""
    rows = [(fact, name) for name, facts in files().items() for fact in facts if name.startswith(of)]
    if not rows:
        raise ValueError(f"no file of asked facts begins with any of {', '.join(of)}")
    return rows, list(accumulate(_emphasis(name) for _, name in rows))


def wordings() -> list[str]:
    """All that the training text asks, as templates."""
    every = (one for facts in files().values() for fact in facts for one in (fact, *fact.followups))
    return [wording for fact in every for wording in fact.told]


def _exchange(chat: Chat, fact: Fact, share: float) -> None:
    wording = tidy(expand(chat.rng, chat.pick(fact.told)))
    if chat.chance(share):
        chat.user_exactly(reword(chat.rng, wording))
    else:
        chat.user(wording.replace("{", "").replace("}", ""))
    chat.bot_exactly(tidy(expand(chat.rng, fact.answer)))


@skill(60)
def asked(chat: Chat, of: tuple[str, ...] = ("",)) -> None:
    """A fact in one of its wordings, and sometimes what is asked on; ``of`` says from which files, by the beginnings of their names."""
    facts, weights = _weighted(of)
    fact, name = chat.rng.choices(facts, cum_weights=weights)[0]
    literal = name.startswith(LITERAL)
    _exchange(chat, fact, 0.0 if literal else 0.6)
    for followup in fact.followups:
        if not chat.chance(ASKS_ON_IN_FOLLOW if name.startswith("follow") else ASKS_ON):
            return
        _exchange(chat, followup, 0.0 if literal else 0.3)
    aftermath(chat, 0.03)
