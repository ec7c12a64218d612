"""What every writer of text here uses: alternation, slots, and one conversation under construction.

A template is plain text with

* ``[a|b|c]``  one of several wordings (may be nested, a branch may be empty), and
* ``{slot}``   a value given by the caller, or else a word drawn from the lexicon list of that name.
  ``{food}`` twice is the same food; ``{food2}`` is another one.

Everything random comes from the one ``random.Random`` that is handed in, so a seed gives the same text for ever.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache
from typing import Callable

USER, BOT, STORY, END = "<|user|>", "<|bot|>", "<|story|>", "<|endoftext|>"

_SLOT = re.compile(r"\{(cap an |an |cap )?([a-z_]+?)(\d*)\}")
_PIECES = re.compile(r"(\[|\]|\||\{[a-z_ 0-9]+\})")


def article(noun: str) -> str:
    """``a fox``, ``an owl``, ``an hour``, ``a unicorn``."""
    vowel = noun[:1].lower() in "aeiou" and not re.match(r"(uni(?!n)|use|eu|one|uk)", noun.lower())
    return f"{'an' if vowel or noun.lower().startswith(('hour', 'honest')) else 'a'} {noun}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listing(items: list[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if not items:
        raise ValueError("an empty list cannot be said")
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(n: int) -> str:
    """``0`` to ``999`` in words; another number is a ``ValueError``."""
    if not 0 <= n <= 999:
        raise ValueError(f"no words for {n}: only 0 to 999 have some")
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return f"{_ONES[n // 100]} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")


def tidy(text: str) -> str:
    """One space between words, none before a mark, a capital at the start of each sentence's first word."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" +([.,!?;:])", r"\1", text)
    text = re.sub(r" *\n *", "\n", text).strip().replace("D.C..", "D.C.")
    return capital(text)


@lru_cache(maxsize=65536)
def _parsed(template: str) -> tuple:
    """A template as a sequence of plain text, slots ``(form, name, number)`` and lists of alternative sequences."""
    stack: list[list[list]] = [[[]]]  # open brackets; each holds its branches; each branch is a sequence
    for piece in _PIECES.split(template):
        if not piece:
            continue
        if piece == "[":
            stack.append([[]])
        elif piece == "]" and len(stack) > 1:
            branches = stack.pop()
            stack[-1][-1].append([tuple(branch) for branch in branches])
        elif piece == "|" and len(stack) > 1:
            stack[-1].append([])
        elif match := _SLOT.fullmatch(piece):
            stack[-1][-1].append(match.groups())
        else:
            stack[-1][-1].append(piece)
    if len(stack) > 1:
        raise ValueError(f"a bracket is not closed: {template}")
    return tuple(stack[0][0])


def _pieces(rng: random.Random, template: str, slots: dict[str, object]) -> list[tuple[str, bool]]:
    """The template resolved, piece by piece; true for those that are the template's own words, not a slot's."""
    from .lexicon import LISTS

    out: list[tuple[str, bool]] = []

    def write(sequence: tuple) -> None:
        for node in sequence:
            if isinstance(node, str):
                out.append((node, True))
            elif isinstance(node, list):
                write(node[int(rng.random() * len(node))])
            else:
                form, name, number = node
                key = name + number
                if key not in slots:
                    taken = {slots[k] for k in slots if k.rstrip("0123456789") == name}
                    slots[key] = rng.choice([word for word in LISTS[name] if word not in taken] or LISTS[name])
                value = str(slots[key])
                value = article(value) if form and "an " in form else value
                out.append((capital(value) if form and "cap " in form else value, False))

    write(_parsed(template))
    return out


def expand(rng: random.Random, template: str, **slots: object) -> str:
    """Resolves every ``[a|b]`` and ``{slot}`` of a template.

    ``{an slot}`` puts the article before the value, ``{cap slot}`` a capital at its start.
    A slot that is neither given nor a lexicon list is a ``KeyError``: a template must not ship with a hole.
    """
    return "".join(text for text, _ in _pieces(rng, template, slots))


_SHORTHAND = [(re.compile(rf"\b{long}\b", re.I), short) for long, short in (
    ("you are", "ur"), ("you", "u"), ("are", "r"), ("your", "ur"), ("please", "pls"), ("what is", "whats"), ("because", "cuz"), ("do not", "dont"),
    ("don't know", "dunno"), ("going to", "gonna"), ("want to", "wanna"), ("why", "y"), ("thanks", "thx"), ("really", "rly"), ("to be honest", "tbh"),
    ("have to", "gotta"), ("about", "abt"), ("people", "ppl"), ("tomorrow", "tmrw"), ("i am", "im"), ("could you", "cud u"), ("for", "4"), ("tonight", "2nite"),
)]  # fmt: skip
_BEFORE = ("yo ", "hey ", "so ", "um ", "omg ", "ok ", "bro ", "lol ", "well, ", "hmm, ", "ngl ", "hi, ", "honestly ", "ugh ", "oh ", "dude ", "and ", "but ")
_AFTER = (" lol", " haha", " bro", " pls", "!!", "??", "!?", "...", " man", " tbh", " xd", " my dude", " ya know", " hehe", " ok?", " right?", " smh")


def _slip(rng: random.Random, word: str) -> str:
    """A slip of the finger: two letters swapped, one lost, one doubled."""
    at = rng.randrange(1, len(word) - 1)
    return rng.choice((word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))


def careless(rng: random.Random, template: str, **slots: object) -> str:
    """Like ``expand``, as somebody types it in a hurry. What fills the slots stays as it is: it may have to be recalled."""
    pieces = _pieces(rng, template, slots)
    dice = rng.random()
    if dice < 0.45:
        text = "".join(
            re.sub(r"\b[a-z]{3,}\b", lambda m: _slip(rng, m.group()) if rng.random() < 0.3 else m.group(), text) if own else text
            for text, own in pieces
        )
    elif dice < 0.7:
        for pattern, short in _SHORTHAND:
            pieces = [(pattern.sub(short, text), own) if own else (text, own) for text, own in pieces]
        text = "".join(text for text, _ in pieces)
    else:
        text = "".join(text for text, _ in pieces).strip()
        if rng.random() < 0.5:
            text = rng.choice(_BEFORE) + (text if text.startswith(("I ", "I'")) or not pieces[0][1] else text[:1].lower() + text[1:])
        if rng.random() < 0.6 and pieces[-1][1]:
            text = text.rstrip(".!") + rng.choice(_AFTER)
    return text


class Chat:
    """A conversation being written. ``memory`` holds what the user has said of themselves (name, pet, town ...)."""

    def __init__(self, rng: random.Random, held_out: bool = False):
        self.rng = rng
        self.held_out = held_out  # draw names from the part that training never sees
        self.turns: list[tuple[str, str]] = []
        self.memory: dict[str, str] = {}
        self.told_freely = False  # whether more was said of the user than ``memory`` holds

    def pick(self, items):
        return self.rng.choice(items)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def user(self, template: str, **slots: object) -> str:
        """Adds a user turn, sometimes typed the way people type: no capitals, no full stop, a lost apostrophe."""
        text = tidy(expand(self.rng, template, **slots))
        dice = self.rng.random()
        if dice < 0.14:
            text = text.lower()
        elif dice < 0.20:
            text = text.rstrip(".?!") or text
        elif dice < 0.26:
            text = text.lower().rstrip(".?!") or text
        elif dice < 0.29:
            text = text.replace("'", "")
        self.turns.append((USER, text))
        return text

    def user_careless(self, template: str, share: float = 0.12, **slots: object) -> str:
        """``user``, now and then with slips, shorthand and fillers. For templates whose slots hold all that matters."""
        if self.rng.random() >= share:
            return self.user(template, **slots)
        text = re.sub(r"  +", " ", careless(self.rng, template, **slots)).strip()
        return self.user_exactly(text.lower() if self.chance(0.6) and not slots else text)

    def user_exactly(self, text: str) -> str:
        """Adds a user turn as it stands."""
        self.turns.append((USER, text))
        return text

    def bot(self, template: str, **slots: object) -> str:
        """Adds the model's answer: always tidy."""
        text = tidy(expand(self.rng, template, **slots))
        self.turns.append((BOT, text))
        return text

    def bot_exactly(self, text: str) -> str:
        self.turns.append((BOT, text))
        return text

    @property
    def last_user(self) -> str | None:
        return next((text for role, text in reversed(self.turns) if role == USER), None)

    def document(self) -> str:
        return "".join(mark + text for mark, text in self.turns) + END


Skill = Callable[[Chat], None]
SKILLS: list[tuple[Skill, float]] = []


def skill(weight: float = 1.0) -> Callable[[Skill], Skill]:
    """Registers a chat skill: a function that adds one exchange (a question and its answer, or a few turns)."""

    def register(function: Skill) -> Skill:
        SKILLS.append((function, weight))
        # In whatever order the modules are imported, a seed gives the same text.
        SKILLS.sort(key=lambda one: (one[0].__module__, one[0].__name__))
        return function

    return register
