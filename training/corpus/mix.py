"""The mixture: which kinds of documents there are, in which shares, and one endless stream of them from a seed.

    python -m training.corpus.mix --sample 5 --seed 1 --part recall
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from functools import cache, partial
from typing import Callable

from . import natural, reflect
from .grammar import SKILLS, STORY, END, Chat


# How much more or less of a theme a chat has than its skills' own weights say. Stories are long and have a part of
# their own; small talk and questions about the world are what visitors begin with.
EMPHASIS = {"chat_stories": 0.3, "tables": 1.5, "world": 1.4, "help": 1.1, "dialogues": 2.0, "facts": 1.6, "words": 1.0, "memory": 0.9, "threads": 2.0, "scenes": 2.5, "following": 2.0}


@cache
def register() -> tuple[list, list[float]]:
    """All chat skills with their weights; importing their modules registers them."""
    from . import dialogues, recall, skills  # noqa: F401
    from .plots import chat_stories  # noqa: F401

    weighted = [(function, weight * EMPHASIS.get(_theme(function), 1.0)) for function, weight in SKILLS]
    functions, weights = zip(*weighted)
    return list(functions), list(weights)


def _theme(function: Callable) -> str:
    return function.__module__.rsplit(".", 1)[-1]


def talk(rng: random.Random, held_out: bool) -> str:
    """A chat of a few skills in a row, now and then broken by what a real person said."""
    from .skills import tables

    chat = Chat(rng, held_out)
    functions, weights = register()
    if rng.random() < 0.2:
        tables.greeting(chat)
    for function in rng.choices(functions, weights, k=rng.choice((1, 1, 2, 2, 3, 4, 5, 6, 8, 10))):
        function(chat)
        if rng.random() < 0.03:
            reflect.chat(chat)
    return chat.document()


def story(rng: random.Random, held_out: bool) -> str:
    """A story asked for in a chat, with questions after it, or on its own behind the story mark."""
    from . import stories

    if rng.random() < 0.06:
        return STORY + stories.bare_story(rng) + END
    chat = Chat(rng, held_out)
    functions, weights = _story_skills()
    for function in rng.choices(functions, weights, k=rng.choice((1, 1, 2))):
        function(chat)
    return chat.document()


@cache
def _story_skills() -> tuple[list, list[float]]:
    register()
    functions, weights = zip(*((f, w) for f, w in SKILLS if _theme(f) == "chat_stories"))
    return list(functions), list(weights)


def recall(rng: random.Random, held_out: bool) -> str:
    """Things told early and asked for late, with up to sixty exchanges in between."""
    from .recall import recall_document

    return recall_document(rng, held_out=held_out)


def knowledge(rng: random.Random, held_out: bool) -> str:
    """Questions about the world."""
    functions, weights = _knowledge_skills()
    return _questions(Chat(rng, held_out), rng.choices(functions, weights, k=rng.choice((1, 1, 1, 2, 3, 4, 6, 8, 12))))


def _questions(chat: Chat, skills: list[Callable[[Chat], None]]) -> str:
    """One question after the other, now and then with an ordinary sentence between."""
    from .recall import ordinary

    for ask in skills:
        ask(chat)
        if chat.chance(0.08):
            ordinary(chat)
    return chat.document()


@cache
def _knowledge_skills() -> tuple[list, list[float]]:
    """The knowledge of the everyday, and what the page and its model are: visitors ask that first."""
    functions, weights = register()
    share = {"asked": 6.0, "knowledge": 1.0, "yesno": 1.5, "world": 1.0, "help": 0.8, "facts": 0.7, "words": 0.5, "honest": 0.9, "honest_frames": 1.2, "maths": 1.0, "figures": 0.6, "problems": 0.9}
    found = [(f, w * share[_theme(f)]) for f, w in zip(functions, weights) if _theme(f) in share]
    found += [(f, w * 1.5) for f, w in zip(functions, weights) if f.__name__ in ("persona", "meta")]
    return [f for f, _ in found], [w for _, w in found]


def real(rng: random.Random, held_out: bool) -> str:
    """What real people said, answered by rules, between skills of ours."""
    chat = Chat(rng, held_out)
    functions, weights = register()
    for _ in range(rng.choice((1, 2, 3))):
        reflect.chat(chat)
        if rng.random() < 0.5:
            rng.choices(functions, weights)[0](chat)
    return chat.document()


def dialogue(rng: random.Random, held_out: bool) -> str:
    """Dialogues written by hand, one or a few in a row."""
    from . import dialogues

    chat = Chat(rng, held_out)
    for _ in range(rng.choice((1, 1, 2, 3))):
        dialogues.dialogue(chat)
    return chat.document()


@dataclass(frozen=True)
class Part:
    share: float  # of the characters of our own text
    write: Callable[[random.Random, bool], str]


# Natural text comes on top: the trainer mixes it in from files of its own, and leaves it out towards the end.
PARTS: dict[str, Part] = {
    "talk": Part(0.22, talk),
    "knowledge": Part(0.50, knowledge),
    "stories": Part(0.08, story),
    "recall": Part(0.13, recall),
    "real": Part(0.01, real),
    "dialogues": Part(0.06, dialogue),
}


def focused(of: tuple[str, ...], share: float) -> dict[str, Part]:
    """The table of a short stage: ``share`` of it asks what stands in some files of asked facts, by the beginnings of their names."""

    def focus(rng: random.Random, held_out: bool) -> str:
        register()
        from .skills.asked import asked

        return _questions(Chat(rng, held_out), [partial(asked, of=of)] * rng.choice((1, 1, 1, 2, 3, 4, 6)))

    if not 0 < share < 1:
        raise ValueError(f"a share lies between 0 and 1; got {share}")
    rest = {name: Part(part.share * (1 - share), part.write) for name, part in PARTS.items()}
    return {**rest, "focus": Part(share, focus)}


class Stream:
    """Documents in the shares of ``PARTS``: always the part that has written least for its share comes next.

    A document that cannot be written is a ``RuntimeError`` that says which one of which seed it was.
    """

    def __init__(self, seed: int, held_out: bool = False, parts: dict[str, Part] = PARTS):
        self.seed, self.held_out, self.parts = seed, held_out, parts
        self.rng, self.documents = random.Random(f"mamba-web {seed} {held_out}"), 0
        # A random start, or every stream would open with the same part.
        self.written = {name: self.rng.random() * 2000 for name in parts}

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> str:
        name = min(self.parts, key=lambda part: self.written[part] / self.parts[part].share)
        self.documents += 1
        try:
            text = self.parts[name].write(self.rng, self.held_out)
        except Exception as error:
            raise RuntimeError(f"document {self.documents} of the stream with seed {self.seed}, a {name} document, failed with {error!r}") from error
        self.written[name] += len(text)
        return text


def document(rng: random.Random, held_out: bool = False) -> str:
    """One document of any part, each part as often as its share says."""
    names = list(PARTS)
    name = rng.choices(names, [PARTS[n].share for n in names])[0]
    return PARTS[name].write(rng, held_out)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print sample documents.")
    parser.add_argument("--sample", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=[*PARTS, "natural"])
    parser.add_argument("--held-out", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.sample):
        if options.part == "natural":
            text = natural.document(rng.choice(natural.entries(options.held_out)))
        else:
            text = PARTS[options.part].write(rng, options.held_out) if options.part else document(rng, options.held_out)
        print(text.replace("<|user|>", "\nU: ").replace("<|bot|>", "\nB: ").replace(END, "\n--"))


if __name__ == "__main__":
    main()
