"""Mini-dialogues written by hand (``dialogue_files/*.txt``), each played into a chat as one skill.

A file holds dialogues parted by blank lines; ``#`` begins a comment line. A dialogue is

    S: thing; tip = kettle; Fill it only half | tent; Air it first     (optional: rows of values that belong together)
    U: [hi|hey], my {thing} smells
    B: {tip}, then it [will be fine|gets better].

with the template language of ``grammar``. All slots are drawn once a dialogue, so a word stays the same throughout;
``{person}`` comes from ``lexicon.person``, other slots from the ``S:`` lines or the lexicon lists. ``{cap an pet}`` begins a sentence with ``A dog``.

    python -m training.corpus.dialogues --sample 20 --seed 1
    python -m training.corpus.dialogues --check
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .grammar import BOT, USER, Chat, article, skill

FOLDER = Path(__file__).parent / "dialogue_files"
_SLOT = re.compile(r"\{(?:cap )?(?:an )?([a-z_]+?\d*)\}")


class DialogueError(ValueError):
    """A fault in a dialogue file, with the place where it stands."""


@dataclass
class Dialogue:
    theme: str
    line: int
    tables: dict[tuple[str, ...], list[list[str]]] = field(default_factory=dict)  # names -> rows of values
    turns: list[tuple[str, str]] = field(default_factory=list)  # (mark, template)

    @property
    def weight(self) -> float:
        """A dialogue with a long table of rows is many dialogues."""
        return max(1.0, max((len(rows) for rows in self.tables.values()), default=0) / 5)

    @property
    def place(self) -> str:
        return f"{self.theme}.txt:{self.line}"

    def slots(self, rng: random.Random, held_out: bool = False) -> dict[str, str]:
        """One value for every slot of the dialogue."""
        from . import lexicon

        slots: dict[str, str] = {}
        for names, rows in self.tables.items():
            slots.update(zip(names, rng.choice(rows)))
        for _, template in self.turns:
            for key in _SLOT.findall(template):
                if key in slots:
                    continue
                name = key.rstrip("0123456789")
                taken = {value for other, value in slots.items() if other.rstrip("0123456789") == name}
                if name == "person":
                    value = lexicon.person(rng, held_out)
                    while value in taken:
                        value = lexicon.person(rng, held_out)
                else:
                    value = rng.choice([word for word in lexicon.LISTS[name] if word not in taken])
                slots[key] = value
        return slots

    def play(self, chat: Chat) -> None:
        slots = self.slots(chat.rng, chat.held_out)
        for mark, template in self.turns:
            (chat.user_careless if mark == USER else chat.bot)(template, **slots)


def table(text: str) -> tuple[tuple[str, ...], list[list[str]]]:
    """Names and rows of values of an ``S:`` line."""
    names_text, equals, values = text.partition("=")
    names = tuple(name.strip() for name in names_text.split(";"))
    rows = [[value.strip() for value in row.split(";")] for row in values.split("|")]
    if not equals or "[" in text or any(len(row) != len(names) or not all(row) for row in rows):
        raise ValueError(f"every row needs {len(names)} value(s) and no brackets")
    return names, rows


def parse(text: str, theme: str) -> list[Dialogue]:
    dialogues: list[Dialogue] = []
    current: Dialogue | None = None

    def finish(number: int) -> None:
        if current and (not current.turns or current.turns[-1][0] != BOT):
            raise DialogueError(f"{theme}.txt:{number}: a dialogue must end with a B: line")

    for number, line in enumerate(text.splitlines(), 1):
        def fail(why: str) -> DialogueError:
            return DialogueError(f"{theme}.txt:{number}: {why}: {line!r}")

        if line.startswith("#"):
            continue
        if not line.strip():
            finish(number)
            current = None
            continue
        if current is None:
            current = Dialogue(theme, number)
            dialogues.append(current)
        mark, _, rest = line.partition(": ")
        rest = rest.strip()
        if mark == "S":
            try:
                names, rows = table(rest)
            except ValueError as error:
                raise fail(str(error)) from None
            current.tables.setdefault(names, []).extend(rows)
        elif mark in ("U", "B") and rest:
            expected = "B" if current.turns and current.turns[-1][0] == USER else "U"
            if mark != expected:
                raise fail(f"expected {expected}:")
            depth = 0
            for letter in rest:
                depth += (letter == "[") - (letter == "]")
                if depth < 0 or (letter == "|" and depth == 0):
                    raise fail("unbalanced brackets or a | outside of them")
            if depth:
                raise fail("unbalanced brackets")
            if re.search(r"[{}]", _SLOT.sub("", rest)):
                raise fail("a malformed slot")
            current.turns.append((USER if mark == "U" else BOT, rest))
        else:
            raise fail("a line begins with 'S: ', 'U: ', 'B: ' or '#'")
    finish(len(text.splitlines()))
    return dialogues


@cache
def load() -> tuple[Dialogue, ...]:
    files = sorted(FOLDER.glob("*.txt"))
    return tuple(dialogue for path in files for dialogue in parse(path.read_text("utf-8"), path.stem))


def count() -> int:
    return len(load())


@cache
def _weights() -> list[float]:
    return [one.weight for one in load()]


@skill(weight=12)
def dialogue(chat: Chat) -> None:
    chat.rng.choices(load(), _weights())[0].play(chat)


def faults(turns: list[tuple[str, str]]) -> list[str]:
    """What is wrong with one expanded dialogue."""
    found: list[str] = []
    for number, (mark, text) in enumerate(turns):
        if mark != (BOT if number % 2 else USER):
            found.append("user and bot do not alternate")
        if left := re.search(r"[\[\]{}|]|  | [.,!?;:]|[,;:][.,!?;:]|(?<!\.)\.\.(?!\.)|[?!]\.|\.[?!]|^[.,!?]|^$", text):
            found.append(f"leftover {left.group()!r} in {text!r}")
        for a, word in re.findall(r"(?<![\w'])([Aa]n?) (\w[\w'-]+)", text):
            if article(word) != f"{a.lower()} {word}" and not word.startswith("honor"):
                found.append(f"article in {text!r}")
        if doubled := re.search(r"\b(\w+) \1\b", text):
            if mark == BOT and doubled.group(1).lower() not in {"that", "had", "la", "knock", "ha", "tick", "had"}:
                found.append(f"doubled word {doubled.group()!r} in {text!r}")
        if mark == BOT:
            if not re.search(r"[.!?)\"]$", text):
                found.append(f"no full stop in {text!r}")
            if re.search(r"(?<!\.\.)[.!?] [a-z]|\bi\b(?!\.e)", text):
                found.append(f"small letter in {text!r}")
            if len(text) > 330:
                found.append(f"too long ({len(text)}): {text!r}")
    if not turns or turns[-1][0] != BOT:
        found.append("does not end with the bot")
    return found


def check(times: int = 20, seed: int = 0) -> list[str]:
    """Expands every dialogue ``times`` times and returns its faults, each once."""
    rng = random.Random(seed)
    seen: dict[str, None] = {}
    for one in load():
        for _ in range(times):
            chat = Chat(rng)
            try:
                one.play(chat)
                found = faults(chat.turns)
            except KeyError as error:
                found = [f"no slot {error}"]
            seen.update((f"{one.place}: {fault}", None) for fault in found)
    return list(seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, metavar="N", help="print N dialogues")
    parser.add_argument("--theme", help="only from this file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.sample:
        rng = random.Random(options.seed)
        pool = [one for one in load() if options.theme in (None, one.theme)]
        for _ in range(options.sample):
            chat = Chat(rng)
            rng.choice(pool).play(chat)
            print("\n".join(f"{'U' if mark == USER else 'B'}: {text}" for mark, text in chat.turns), end="\n\n")
    if options.check:
        found = check(seed=options.seed)
        print("\n".join(found + [f"{count()} dialogues, {len({one.theme for one in load()})} themes, {len(found)} faults"]))
        sys.exit(bool(found))


if __name__ == "__main__":
    main()
