"""Long talks about one thing, put together anew each time from parts written by hand (``../scenes``).

Most visitors tell a little, ask something, tell a little more, and come back at the end to what they said at the start. A
block of a file is one such subject:

    S: land; night = Norway; In the north of Norway it stays light all night in June | ...    rows of values (../dialogues.py)
    T: I'm planning a trip to {land}. / We want to see {land} this year.                      what the user tells
    N: {land}! Who comes along? / How nice.                                                   what the model says to it
    C: Sorry, {relation2}, not {relation}. / I meant {relation2}. => relation = relation2     the user corrects it
    N: Ah, {relation2}. Then it is {relation2}.                                               what the model says to that
    Q: Which country am I going to? / where is my trip => You are going to {land}.            what this telling answers, later
    A: Is it light at night there? / bright nights? => {night}.                               what may be asked on the way

``C``, ``Q`` and ``A`` belong to the ``T`` before them. Wordings are parted by `` / ``. The first telling is always said; of
the others some are, in their order.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..dialogues import _SLOT, table
from ..grammar import USER, Chat, skill
from .threads import Thread

FOLDER = Path(__file__).resolve().parents[1] / "scenes"
NOT_TOLD = (
    "You have not told me that.", "You have not said so yet.", "That you have not told me.", "I do not know, you have not told me.", "You did not tell me that.",
    "You have not mentioned it.", "That has not come up. Tell me, and I will keep it.", "You never told me. What is it?",
)  # fmt: skip


@dataclass
class Asked:
    wordings: list[str]
    answers: list[str]


@dataclass
class Correction:
    wordings: list[str]
    slot: str  # holds from then on ...
    by: str  # ... what this one holds
    replies: list[str] = field(default_factory=list)


@dataclass
class Telling:
    told: list[str]
    replies: list[str] = field(default_factory=list)
    correction: Correction | None = None
    questions: list[Asked] = field(default_factory=list)
    asides: list[Asked] = field(default_factory=list)


@dataclass
class Scene:
    thread: Thread  # draws the slots
    tellings: list[Telling]


def _wordings(text: str) -> list[str]:
    return [part.strip() for part in text.split(" / ") if part.strip()]


def parse(text: str, name: str) -> list[Scene]:
    """The scenes of a file; a line that fits nowhere is a ``ValueError`` with its place."""
    scenes: list[Scene] = []
    first = 1
    for block in text.split("\n\n"):
        scene = Scene(Thread(f"scenes/{name}", first), [])
        waiting: Telling | Correction | None = None  # for its N
        for number, line in enumerate(block.splitlines(), first):
            place = f"{name}.txt:{number}"
            if not line.strip() or line.startswith("#"):
                continue
            mark, _, rest = line.partition(": ")
            if mark not in "STNCQA" or not rest.strip():
                raise ValueError(f"{place}: a line begins with S, T, N, C, Q or A and a colon: {line!r}")
            if mark != "S":
                _check(rest, place)
                # Every template counts as a turn, so that its slots are drawn with the others.
                scene.thread.turns.append((USER, rest))
            if mark in "CQA" and not scene.tellings:
                raise ValueError(f"{place}: what was told comes first (T)")
            if waiting is not None and mark != "N":
                raise ValueError(f"{place}: the line before has no reply (N)")
            if mark == "S":
                try:
                    keys, rows = table(rest)
                except ValueError as error:
                    raise ValueError(f"{place}: {error}") from None
                scene.thread.tables.setdefault(keys, []).extend(rows)
            elif mark == "T":
                waiting = Telling(_wordings(rest))
                scene.tellings.append(waiting)
            elif mark == "N":
                if waiting is None:
                    raise ValueError(f"{place}: a reply (N) to nothing")
                waiting.replies, waiting = _wordings(rest), None
            elif mark == "C":
                said, arrow, change = rest.rpartition(" => ")
                slot, _, by = change.partition(" = ")
                if not arrow or not by.strip():
                    raise ValueError(f"{place}: a correction ends with ' => slot = slot2'")
                waiting = Correction(_wordings(said), slot.strip(), by.strip())
                scene.tellings[-1].correction = waiting
            else:
                asked, arrow, known = rest.partition(" => ")
                if not arrow or not known.strip():
                    raise ValueError(f"{place}: a question needs ' => answer'")
                one = Asked(_wordings(asked), _wordings(known))
                (scene.tellings[-1].questions if mark == "Q" else scene.tellings[-1].asides).append(one)
        if waiting is not None:
            raise ValueError(f"{name}.txt:{first}: the last line of the scene has no reply (N)")
        if scene.tellings:
            if not scene.tellings[0].questions:
                raise ValueError(f"{name}.txt:{first}: the first telling needs a question (Q)")
            scenes.append(scene)
        first += block.count("\n") + 2
    return scenes


def _check(template: str, place: str) -> None:
    for part in re.split(r" / | => ", template):
        if part.count("[") != part.count("]"):
            raise ValueError(f"{place}: a bracket is open in {part!r}")
    if re.search(r"[{}]", _SLOT.sub("", template)):
        raise ValueError(f"{place}: a malformed slot in {template!r}")


@cache
def load() -> tuple[Scene, ...]:
    return tuple(scene for path in sorted(FOLDER.glob("*.txt")) for scene in parse(path.read_text("utf-8"), path.stem))


def _chosen(rng: random.Random, tellings: list[Telling]) -> list[Telling]:
    """The first telling and some of the others, in their order."""
    others = rng.sample(tellings[1:], rng.randint(min(1, len(tellings) - 1), len(tellings) - 1))
    return [tellings[0]] + [one for one in tellings[1:] if any(one is other for other in others)]


class Play:
    """One scene as it is said in one chat."""

    def __init__(self, scene: Scene, chat: Chat):
        self.chat = chat
        self.slots = scene.thread.slots(chat.rng, chat.held_out)
        self.tellings = _chosen(chat.rng, scene.tellings)
        self.untold = [one for one in scene.tellings if not any(one is told for told in self.tellings)]

    def user(self, wordings: list[str]) -> None:
        self.chat.user_careless(self.chat.pick(wordings), **self.slots)

    def bot(self, wordings: list[str]) -> None:
        self.chat.bot(self.chat.pick(wordings), **self.slots)

    def ask(self, one: Asked) -> None:
        self.user(one.wordings)
        self.bot(one.answers)

    def correct(self, correction: Correction) -> None:
        self.user(correction.wordings)
        self.bot(correction.replies)
        self.slots[correction.slot] = self.slots[correction.by]


@skill(30)
def scene(chat: Chat) -> None:
    """Told, asked, told on, now and then corrected; at the end what was told is asked for."""
    from ..recall import exchanges, pad

    chat.told_freely = True
    play = Play(chat.pick(load()), chat)
    open_corrections: list[Correction] = []
    told: list[Asked] = []
    for telling in play.tellings:
        play.user(telling.told)
        play.bot(telling.replies)
        told += telling.questions
        if telling.correction and chat.chance(0.4):
            open_corrections.append(telling.correction)
        if open_corrections and chat.chance(0.5):
            play.correct(open_corrections.pop(0))
        for aside in chat.rng.sample(telling.asides, min(len(telling.asides), chat.pick((0, 1, 1, 2, 3)))):
            play.ask(aside)
        if chat.chance(0.1):
            play.ask(chat.pick(told))
        if chat.chance(0.12):
            pad(chat, exchanges(chat) + chat.pick((1, 1, 2)), 300)
    for correction in open_corrections:
        play.correct(correction)
    early = play.tellings[0].questions
    asked = [chat.pick(early)] if chat.chance(0.5) else []
    asked += [one for one in chat.rng.sample(told, min(len(told), chat.pick((1, 1, 2)))) if one not in asked]
    for one in asked:
        play.ask(one)
    unknown = [one for telling in play.untold for one in telling.questions]
    if unknown and chat.chance(0.15):
        play.user(chat.pick(unknown).wordings)
        play.bot(list(NOT_TOLD))
