"""How a story is put together: requests, plots, and a template renderer that is fast enough to run for every document.

The template language is that of ``..grammar`` (``[a|b]``, ``{slot}``, ``{an slot}``, ``{cap slot}``), but each template is
parsed once and kept as a small tree: a training run draws some hundred thousand stories, and re-scanning the text with a
regular expression for each of them took most of the time.

A slot that the story does not set is looked up in ``MACROS``: shared pieces ("{n} had a kite", "the friend comes by")
with many wordings each, so that two stories with the same plot do not share their sentences.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Iterable

from ..grammar import article, capital

Node = str | tuple


def _parse(text: str, at: int = 0, inside: bool = False) -> tuple[list[list[Node]], int]:
    """Reads alternatives up to the closing bracket (or the end); returns them and the place after it."""
    branches: list[list[Node]] = [[]]
    plain = ""

    def flush() -> None:
        nonlocal plain
        if plain:
            branches[-1].append(plain)
            plain = ""

    while at < len(text):
        mark = text[at]
        if mark == "[":
            flush()
            inner, at = _parse(text, at + 1, True)
            branches[-1].append(("alt", inner))
            continue
        if mark == "{":
            flush()
            end = text.index("}", at)
            form, _, key = text[at + 1 : end].rpartition(" ")
            branches[-1].append(("slot", form, key))
            at = end + 1
            continue
        if inside and mark in "|]":
            flush()
            at += 1
            if mark == "]":
                return branches, at
            branches.append([])
            continue
        plain += mark
        at += 1
    if inside:
        raise ValueError(f"a bracket is not closed: {text}")
    flush()
    return branches, at


_TREES: dict[str, list[Node]] = {}
MACROS: dict[str, list[str]] = {}


def macro(name: str, lines: str) -> None:
    """Adds a shared piece: one wording a line."""
    MACROS.setdefault(name, []).extend(line.strip() for line in lines.strip().splitlines() if line.strip())


def render(rng: random.Random, template: str, slots: dict[str, str]) -> str:
    tree = _TREES.get(template)
    if tree is None:
        tree = _TREES[template] = _parse(template)[0][0]
    out: list[str] = []
    _emit(rng, tree, slots, out)
    return "".join(out)


def _emit(rng: random.Random, tree: list[Node], slots: dict[str, str], out: list[str]) -> None:
    for node in tree:
        if type(node) is str:
            out.append(node)
        elif node[0] == "alt":
            _emit(rng, rng.choice(node[1]), slots, out)
        else:
            _, form, key = node
            value = slots.get(key)
            if value is None:
                value = render(rng, rng.choice(MACROS[key]), slots)
            out.append(article(value) if form == "an" else capital(value) if form == "cap" else value)


@dataclass
class Request:
    """What a reader may ask for. Whatever is set must appear in the story."""

    kind: str | None = None  # "dragon"
    name: str | None = None
    object: str | None = None  # "red kite", without the article
    setting: str | None = None  # "in space", with its preposition
    theme: str | None = None  # "friendship", "a storm"
    companion: str | None = None  # the friend's kind
    mood: str | None = None  # funny, sad, scary, bedtime, short, long
    trait: str | None = None
    fear: str | None = None  # "the dark"
    skill: str | None = None  # "swim"
    loves: str | None = None  # "honey"
    plot: str | None = None  # for tests: this plot and no other
    person: bool = False  # the name is a person's, so the hero is one too


@dataclass
class Story:
    """A told story and what may be asked about it."""

    text: str
    plot: str
    kind: str
    name: str
    he: str
    his: str
    setting: str
    object: str | None
    friend_kind: str | None
    friend_name: str | None
    moral: str
    problem: str  # clauses in the past tense, without a full stop
    solved: str
    ending: str
    opening: str
    asks: list[tuple[str, str]] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # answers already given in this chat


@dataclass
class Plot:
    """One arc. ``body`` has one sentence group a line.

    ``?`` before a line: may be left out. ``--``: a paragraph may end here.
    ``thing`` is "any" when whatever object is asked for carries the plot, else the one noun that the plot is about.
    """

    name: str
    themes: tuple[str, ...]
    concrete: tuple[str, ...]  # themes whose word stands in every telling
    body: tuple[str, ...]
    problem: str
    solved: str
    ending: str
    moral: str
    openings: tuple[str, ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    thing: str = "any"
    owned: bool = False  # the hero has the object from the start
    friend: bool = True
    draws: dict[str, str] = field(default_factory=dict)  # choices that the facts must agree with
    groups: frozenset[str] = frozenset()  # settings it fits; empty: all
    moods: frozenset[str] = frozenset()
    needs: str = ""  # "fear" or "skill": drawn when the request has none
    only: str = ""  # told only with this hero kind


PLOTS: dict[str, Plot] = {}


def lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines() if line.strip())


def plot(
    name: str,
    themes: str,
    body: str,
    *,
    problem: str,
    solved: str,
    ending: str,
    moral: str,
    openings: str = "",
    asks: Iterable[tuple[str, str]] = (),
    groups: str = "",
    moods: str = "",
    **rest,
) -> None:
    """Registers a plot. A theme with ``*`` before it is one whose word every telling contains."""
    if name in PLOTS:
        raise ValueError(f"two plots are called {name}")
    words = [word.strip() for word in themes.split(",")]
    PLOTS[name] = Plot(
        name=name,
        themes=tuple(word.lstrip("*") for word in words),
        concrete=tuple(word[1:] for word in words if word.startswith("*")),
        body=lines(body),
        problem=problem,
        solved=solved,
        ending=ending,
        moral=moral,
        openings=lines(openings),
        asks=tuple(asks),
        groups=frozenset(groups.split()),
        moods=frozenset(moods.split()),
        **rest,
    )
