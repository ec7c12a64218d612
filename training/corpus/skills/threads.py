"""Talks of four to twelve turns that stay on one subject, written by hand in ``../threads``: what was said is named again.

The files have the form of ``../dialogue_files`` (see ``../dialogues.py``). A line ``~`` lets some other exchange slip in there,
now and then; what comes after it refers to what was said before. Slots that are named in ``OPEN`` come from open sets.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from .. import lexicon, openfacts
from ..dialogues import _SLOT, Dialogue, parse
from ..grammar import USER, Chat, skill

OPEN = {
    "person": lambda rng, held: lexicon.person(rng, held), "town": lambda rng, held: lexicon.town(rng, held), "pname": lambda rng, held: lexicon.pet_name(rng, held), "odd": lambda rng, held: lexicon.blend(rng),
    "title": openfacts.VALUES["title"], "novel": openfacts.VALUES["book"], "work": openfacts.VALUES["job"], "dish": openfacts.VALUES["dish"], "item": openfacts.VALUES["item"], "few": openfacts.VALUES["small number"], "many": openfacts.VALUES["number"],
    "age": openfacts.VALUES["age"], "fear": openfacts.VALUES["fear"], "time": openfacts.VALUES["time"], "wish": openfacts.VALUES["wish"], "club": openfacts.VALUES["team"], "seen": openfacts.VALUES["seen"], "land": openfacts.VALUES["country"],
}  # fmt: skip


class Thread(Dialogue):
    gaps: frozenset[int] = frozenset()  # turns before which something else may come

    def slots(self, rng: random.Random, held_out: bool = False) -> dict[str, str]:
        slots: dict[str, str] = {}
        for names, rows in self.tables.items():
            slots.update(zip(names, rng.choice(rows)))
        for _, template in self.turns:
            for key in _SLOT.findall(template):
                if key in slots:
                    continue
                name = key.rstrip("0123456789")
                taken = {value for other, value in slots.items() if other.rstrip("0123456789") == name}
                for _ in range(20):
                    value = OPEN[name](rng, held_out) if name in OPEN else rng.choice(lexicon.LISTS[name])
                    if value not in taken:
                        break
                slots[key] = value
        return slots

    def play(self, chat: Chat) -> None:
        from ..recall import exchanges, pad

        slots = self.slots(chat.rng, chat.held_out)
        for number, (mark, template) in enumerate(self.turns):
            if number in self.gaps and chat.chance(0.3):
                pad(chat, exchanges(chat) + chat.pick((1, 1, 2, 3)), 450)
            (chat.user_careless if mark == USER else chat.bot)(template, **slots)


@cache
def load() -> tuple[Thread, ...]:
    found: list[Thread] = []
    for path in sorted(openfacts.FOLDER.glob("*.txt")):
        if path.stem in ("told", "topics", "rich"):
            continue
        line = 1
        for block in path.read_text("utf-8").split("\n\n"):
            lines = [text for text in block.splitlines() if text.strip() and not text.startswith("#")]
            if lines:
                gaps: list[int] = []
                turns = 0
                for text in lines:
                    if text.strip() == "~":
                        gaps.append(turns)
                    turns += text[:2] in ("U:", "B:")
                (one,) = parse("\n".join(text for text in lines if text.strip() != "~"), f"threads/{path.stem}")
                thread = Thread(one.theme, line, one.tables, one.turns)
                thread.gaps = frozenset(gaps)
                found.append(thread)
            line += block.count("\n") + 2
    return tuple(found)


@cache
def _weights() -> list[float]:
    return [one.weight for one in load()]


@skill(34)
def thread(chat: Chat) -> None:
    """One talk from the files."""
    chat.told_freely = True
    chat.rng.choices(load(), _weights())[0].play(chat)


@dataclass
class Rich:
    """A sentence with much in it, the reply, and the questions that it answers."""

    thread: Thread
    told: str
    reply: str
    questions: list[tuple[str, str]]


@cache
def rich_sentences() -> tuple[Rich, ...]:
    found = []
    for block in (openfacts.FOLDER / "rich.txt").read_text("utf-8").split("\n\n"):
        lines = [text for text in block.splitlines() if text.strip() and not text.startswith("#")]
        if not lines:
            continue
        parts: dict[str, list[str]] = {letter: [line[3:] for line in lines if line.startswith(f"{letter}: ")] for letter in "TNQS"}
        questions = [tuple(part.strip() for part in line.split(" => ")) for line in parts["Q"]]
        tables = [f"S: {line}" for line in parts["S"]]
        # Parsed as a dialogue, so that its faults are found and its slots drawn in the same way.
        turns = [f"U: {parts['T'][0]}", f"B: {parts['N'][0]}"] + [turn for q, a in questions for turn in (f"U: {q}", f"B: {a}")]
        (one,) = parse("\n".join(tables + turns), "threads/rich")
        found.append(Rich(Thread(one.theme, one.line, one.tables, one.turns), parts["T"][0], parts["N"][0], questions))
    return tuple(found)


@skill(12)
def rich(chat: Chat) -> None:
    """Much told in one sentence; parts of it asked, at once or after something else."""
    from ..recall import exchanges, pad

    chat.told_freely = True
    one = chat.pick(rich_sentences())
    slots = one.thread.slots(chat.rng, chat.held_out)
    chat.user_careless(one.told, **slots)
    chat.bot(one.reply, **slots)
    if chat.chance(0.35):
        pad(chat, exchanges(chat) + chat.pick((1, 1, 2, 3)), 450)
    for asked, known in chat.rng.sample(one.questions, min(len(one.questions), chat.pick((1, 2, 2, 3)))):
        chat.user_careless(asked, **slots)
        chat.bot(known, **slots)
