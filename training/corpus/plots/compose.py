"""A story made from a wish: a plot that fits it, and sentences for each thing wished, at the start, in the middle and at the end.

The same wish with the same seed gives the same sentences, so "call her Mira instead" changes the name and nothing else.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from ..grammar import capital, tidy
from . import lists
from .cast import cast, fitting
from .engine import render
from .request_words import in_weather
from .sequels import SEQUELS
from .wish import Wish, root
from .wish_cores import BANKS, FIRST, GET, LESSONS, TRAITS, Bank, Core


@dataclass
class Tale:
    text: str
    wish: Wish  # as asked for
    core: Core
    seed: int
    slots: dict[str, str]
    problem: str
    solved: str
    ending: str
    moral: str


def _line(rng: random.Random, bank: Bank, where: str, slots: dict[str, str]) -> str:
    return render(rng, rng.choice(bank[where]), slots) if bank[where] else ""


def _opening(rng: random.Random, slots: dict[str, str]) -> str:
    forms = [
        "[Once there was|There once was|Once upon a time there was|Once upon a time, there was] {atk} [called|named] {n} who lived {in}.", "{in_c}, there lived {atk} [called|named] {n}.",
        "{n} was {atk}. {He} lived {in}.", "This is the story of {n}, {atk} who lived {in}.", "{n} was {atk} who lived {in}.", "There was {atk} {in}, and {his} name was {n}.", "{n}, {atk}, lived {in}.",
        "Do you know {n}? {He} was {atk} and lived {in}.", "Long ago, {atk} named {n} lived {in}.",
    ]  # fmt: skip
    if slots["k"] not in lists.PLAIN_KINDS:
        forms += ["{n} the {tk} lived {in}.", "Once upon a time, {n} the {tk} lived {in}."]
    return render(rng, rng.choice(forms), dict(slots, in_c=capital(slots["in"])))


def _weather(wish: Wish) -> Bank | None:
    return None if not wish.weather else BANKS["weather"].get(wish.weather) or BANKS["weather"]["*"]


def _trait(wish: Wish) -> Bank | None:
    return None if not wish.trait else TRAITS.get(wish.trait) or TRAITS["*"]


def _banks(wish: Wish) -> list[tuple[str, Bank]]:
    found = [("trait", _trait(wish)), ("weather", _weather(wish)), ("tone", BANKS["tone"].get(wish.tone or "")), ("extra", BANKS["extra"]["*"] if wish.extra else None), ("with", BANKS["with"]["*"] if wish.third else None)]
    return [(name, bank) for name, bank in found if bank]


_LESSON = (
    "That day {n} learned to {lesson}.", "And so {n} had learned to {lesson}.", "From that day on {n} knew how to {lesson}.", "{n} never forgot it: it is good to {lesson}.", '"Now I know how to {lesson}," said {n}.', "That is how {n} learned to {lesson}."
)
_PLACE = ("And {at} people still tell the story of {n}.", "If you ever are {at}, say hello to {n}.", "And {at} it was good to live from then on.", "That is what happened {at}.")


def _full(seed: int, wish: Wish, core: Core, slots: dict[str, str]) -> tuple[list[str], str]:
    """The paragraphs, and the wished-for ending. Each line has dice of its own, so that a change leaves the others as they are."""

    def dice(*what: object) -> random.Random:
        return random.Random(f"{seed} {what}")

    long = wish.length == "long"
    banks = [(name, bank) for name, bank in _banks(wish) if name != "trait" or not core.about.startswith("trait:")]
    gloomy = core.about == "sad" or wish.tone == "sad" or wish.ending == "sad"
    start: list[str] = []
    if wish.first:
        start.append(wish.first + " " + render(dice("first"), wish.first_link or next((link for first, link, _ in FIRST if first == wish.first), ""), slots))
    else:
        start.append(_opening(dice("opening"), slots))
    for name, bank in banks:
        rng = dice(name, "start")
        line = _line(rng, bank, "+", slots)
        if name == "weather" and slots["n"] not in line and not wish.first and rng.random() < 0.4:
            start.insert(0, line)
        elif line:
            start.append(line)
    if long or len(banks) < 3 and dice("scene").random() < 0.4:
        start.append(slots["scene"])
    parts = []
    for at, lines in enumerate(core.parts):
        out = []
        for number, line in enumerate(lines):
            rng = dice(core.name, at, number)
            optional = line.startswith("? ")
            if not optional or long or rng.random() < 0.4:
                out.append(render(rng, line.removeprefix("? "), slots))
        parts.append(out)
    for name, bank in banks:
        rng = dice(name, "middle")
        line = _line(rng, bank, "~", slots)
        if line and (long or rng.random() < (0.75 if len(banks) < 3 else 0.3) or gloomy and name == "trait"):
            if name in ("weather", "with"):
                parts[1].insert(0, line)
            else:
                parts[rng.choice((0, 1))].append(line)
    end: list[str] = []
    for name, bank in banks:
        if gloomy and (name == "trait" or name == "weather") or wish.ending and name == "tone":
            continue
        rng = dice(name, "end")
        if (name in ("trait", "tone") and not (name == "trait" and wish.lesson and rng.random() < 0.3)) or long or rng.random() < 0.6:
            line = _line(rng, bank, "-", slots)
            if line and not (wish.tone == "bedtime" and name == "tone"):
                end.append(line)
    rng = dice("end")
    if wish.lesson:
        end.append(render(rng, rng.choice(_LESSON), dict(slots, lesson=LESSONS[wish.lesson][0].replace("{himself}", slots["himself"]))))
    text = " ".join(sum(parts, start + end))
    if wish.place and not gloomy and text.lower().count(slots["at"].lower()) < 2 and slots["at"] != slots["in"]:
        end.append(render(rng, rng.choice(_PLACE), slots))
    if long and not gloomy and wish.ending in (None, "happy", "party", "home", "hug", "asleep"):
        end.append(render(dice("sequel"), dice("sequel").choice(SEQUELS), dict(slots, scene2=slots["scene"])))
    closing = ""
    if wish.ending and not (wish.ending == "sad" and core.about == "sad"):
        closing = _line(rng, BANKS["ending"][wish.ending], "-", slots)
    elif wish.last_about:
        closing = _line(rng, BANKS["last"]["*"], "-", slots)
    elif wish.last:
        closing = wish.last
    if wish.tone == "bedtime" and not closing:
        closing = _line(rng, BANKS["tone"]["bedtime"], "-", slots)
    if closing:
        end.append(closing)
    return [" ".join(start), " ".join(parts[0]), " ".join(parts[1]), " ".join(parts[2] + end)], closing


def spoken_lines(tale: Tale) -> list[str]:
    """The tale line by line, for telling it in turns."""
    rng = random.Random(f"lines {tale.seed}")
    lines = [render(rng, line, tale.slots) for part in tale.core.parts for line in part if not line.startswith("? ")]
    return [finish(line) for line in (_opening(rng, tale.slots), *lines)]


def count_sentences(text: str) -> int:
    return len(re.findall(r"[.!?]+\"?(?=\s|$)", text))


def _short(rng: random.Random, wish: Wish, slots: dict[str, str], facts: dict[str, str], sentences: int) -> str:
    """Exactly so many sentences: the facts, and lines of the banks for what is missing."""
    who = render(rng, rng.choice(("[Once|Once upon a time] there were {n}, {atk}, and {fi}, and they lived {in}", "{n}, {atk}, lived {in}, and so did {fi}", "{in_c} lived {n}, {atk}, and {fi}")), dict(slots, in_c=capital(slots["in"])))
    problem, solved, ending = facts["problem"], facts["solved"], facts["ending"]
    if wish.lesson:
        learned = f", and {slots['n']} learned to {LESSONS[wish.lesson][0].replace('{himself}', slots['himself'])}"
        solved, ending = (solved + learned, ending) if wish.ending else (solved, ending + learned)
    when = " " + in_weather(rng, wish.weather) if wish.weather else ""
    if sentences == 1:
        return f"{who}, and one day{when} {problem}, but then {solved}, and in the end {ending}."
    if sentences == 2:
        return f"{who}, and one day{when} {problem}. Then {solved}, and in the end {ending}."
    pieces = [f"{capital(who)}.", f"[One day|One morning|One evening]{when} {problem}." if not when else f"[One day|Once]{when} {problem}."]
    if sentences == 3 and wish.ending:
        lines = [render(rng, line, slots) for line in BANKS["ending"][wish.ending]["-"]]
        return render(rng, pieces[0] + pieces[1].removesuffix(".").join((" ", f", but then {solved}, and {ending}. ")), slots) + rng.choice([line for line in lines if count_sentences(line) == 1] or lines)
    if sentences == 3:
        return render(rng, " ".join(pieces) + f" Then {solved}, and in the end {ending}.", slots)
    start, middle, end = [pieces[0]], [render(rng, pieces[1], slots)], [f"[But then|Then] {solved}.", f"In the end {ending}."]
    end = [render(rng, line, slots) for line in end]
    gloomy = wish.tone == "sad" or wish.ending == "sad"
    more: list[tuple[list[str], str]] = []
    for where, mark in ((start, "+"), (end, "-"), (middle, "~")):
        more += [(where, _line(rng, bank, mark, slots)) for name, bank in _banks(wish) if not (gloomy and mark == "-") and not (when and name == "weather" and mark == "+")]
    if wish.act in GET and not any(word in problem for word in ("found", " got ", " had ", "invented")):
        more.insert(0, (start, slots["get"]))
    more.append((start, slots["scene"]))
    more += [(end, render(rng, rng.choice(_PLACE), slots)), (middle, "{n} thought about it for a long time."), (middle, "Nobody knew what to do."), (end, "{f_c} was glad, too."), (start, "It was a day like any other."), (end, "And {n} smiled."), (middle, "That was not easy for {n}."), (start, "All was well, or so it seemed."), (middle, "It was very quiet {at}."), (middle, "{n} took a deep breath."), (start, "Everybody {at} knew {n}.")]
    if gloomy:
        more = [(where, line) for where, line in more if "glad" not in line and "smiled" not in line]
    if wish.ending:
        lines = [render(rng, line, slots) for line in BANKS["ending"][wish.ending]["-"]]
        lines = [line for line in lines if count_sentences(line) + 2 + (sentences > 3) <= sentences] or lines
        end.append(rng.choice(lines))
        if count_sentences(" ".join(start + middle + end)) > sentences:
            end[:2] = [f"Then {solved}, and {ending}."]
    for where, line in more:
        line = render(rng, line, slots)
        now = count_sentences(" ".join(start + middle + end))
        if line and now + count_sentences(line) <= sentences and line not in end:
            where.append(line) if where is not end or not wish.ending else end.insert(len(end) - 1, line)
    return " ".join(start + middle + end)


def finish(text: str) -> str:
    """A capital at the start of each sentence: "the fox" may stand there for a friend without a name."""
    text = re.sub(r"(^|[.!?] |\n)([a-z])", lambda m: m.group(1) + m.group(2).upper(), tidy(text))
    return re.sub(r'([.!?]" )the ', r"\1The ", text)


def compose(wish: Wish, seed: int, core: Core | None = None) -> Tale:
    """The story for a wish. What was wished to be left out is left out: other plots and words are tried until it is."""
    tries = 0
    while True:
        tale = _compose(wish, seed + tries * 7919, core)
        low = tale.text.lower()
        if not wish.without or root(wish.without) not in low or tries > 60:
            return tale
        tries += 1


def _compose(wish: Wish, seed: int, core: Core | None) -> Tale:
    rng = random.Random(f"wish {seed}")
    core = rng.choice(fitting(wish)) if core is None else core
    slots = cast(seed, wish, core)
    facts = {"problem": render(rng, core.problem, slots), "solved": render(rng, core.solved, slots), "ending": render(rng, core.ending, slots)}
    rng = random.Random(f"text {seed}")
    closing = ""
    lines = wish.first or wish.last or wish.extra or wish.third or wish.last_about
    if isinstance(wish.length, int):
        text = _short(rng, wish, slots, facts, wish.length)
    elif wish.length == "short":
        text = _short(rng, wish, slots, facts, rng.choice((5, 5, 6, 7))) if not lines else " ".join(_full(seed, wish, core, slots)[0])
    elif wish.length is None and not lines and rng.random() < 0.3:
        text = _short(rng, wish, slots, facts, rng.choice((6, 7, 8, 9)))
    else:
        paragraphs, closing = _full(seed, wish, core, slots)
        whole = wish.length == "paragraph" or rng.random() < 0.4
        text = " ".join(paragraphs) if whole else "\n\n".join((paragraphs[0] + " " + paragraphs[1], *paragraphs[2:]))
    if closing:
        facts["ending"] = closing
    text = finish(text)
    moral = LESSONS[core.about][2] if core.about in LESSONS else LESSONS[wish.lesson][2] if wish.lesson else ""
    return Tale(text, wish, core, seed, slots, facts["problem"], facts["solved"], facts["ending"], moral)
