"""What a user may ask for in a story: heroes, things, places and names, usual and unheard-of."""

from __future__ import annotations

import random

from .. import lexicon
from . import lists
from .settings import MORE_PLACES, any_place
from .teller import make_object

_UNCOUNTED = frozenset(("scissors", "chalk", "string", "glass"))
_OBJECTS = [word for word in lexicon.LISTS["object"] if word not in _UNCOUNTED]
_ODD_PLURALS = {"mouse": "mice", "goose": "geese", "wolf": "wolves", "elf": "elves", "calf": "calves", "ox": "oxen", "leaf": "leaves"}
_SAME_PLURALS = frozenset(("sheep", "deer", "fish", "moose", "shrimp", "squid", "goldfish", "reindeer", "starfish", "jellyfish"))


def plural(noun: str) -> str:
    head, _, last = noun.rpartition(" ")
    if last in _ODD_PLURALS:
        last = _ODD_PLURALS[last]
    elif last.endswith("man"):
        last = last[:-3] + "men"
    elif last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        last = last[:-1] + "ies"
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        last += "es"
    elif last not in _SAME_PLURALS:
        last += "s"
    return f"{head} {last}".strip()


def any_hero(rng: random.Random) -> str:
    """Usual heroes mostly; then rare ones, things come alive, and words that nobody knows."""
    dice = rng.random()
    if dice < 0.55:
        return rng.choice(lists.HEROES)
    if dice < 0.65:
        return rng.choice(lexicon.LISTS["animal"])
    if dice < 0.78:
        return rng.choice(lists.RARE_CREATURES)
    if dice < 0.86:
        return rng.choice(lists.OBJECTS)
    return lists.odd_noun(rng)


def any_object(rng: random.Random) -> str:
    dice = rng.random()
    if dice < 0.68:
        return make_object(rng)
    if dice < 0.86:
        word = rng.choice(_OBJECTS)
        return f"{rng.choice(lists.OBJECT_ADJECTIVES)} {word}" if " " not in word and rng.random() < 0.5 else word
    if dice < 0.91:
        return f"{rng.choice(('lost', 'lost', 'broken', 'broken', 'missing'))} {rng.choice(lists.OBJECTS)}"
    return lists.odd_noun(rng)


def any_setting(rng: random.Random) -> str:
    return any_place(rng) if rng.random() < 0.7 else rng.choice(tuple(MORE_PLACES))


def any_name(rng: random.Random, held_out: bool) -> str:
    if held_out or rng.random() < 0.4:
        return lexicon.person(rng, held_out)
    dice = rng.random()
    return rng.choice(lists.HER_NAMES + lists.HIS_NAMES) if dice < 0.6 else rng.choice(lists.PET_NAMES) if dice < 0.8 else lists.odd_name(rng)


def different(rng: random.Random, draw, *others: str) -> str:
    while True:
        word = draw(rng)
        if not any(word in other or other in word for other in others):
            return word
