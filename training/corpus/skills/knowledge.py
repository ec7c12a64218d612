"""Everyday knowledge: facts, terms and countries, each asked in ever new words (``rewording``).

Of every eighth fact one wording is kept out of training; ``training.evaluate`` asks it.
"""

from __future__ import annotations

import re
from functools import cache
from zlib import crc32

from ..grammar import Chat, article, capital, listing, skill
from ..lexicon import fact_lines
from ..rewording import reword
from .base import aftermath

HELD_OUT_ONE_IN = 8


def held_out_wording(fact: dict) -> str | None:
    """The wording of an everyday fact that no training text has, if it has one: its third, with the slips made by rule left out."""
    if crc32(fact["answer"].encode()) % HELD_OUT_ONE_IN:
        return None
    clean = [q for q in fact["questions"] if q[:1].isupper() and q.endswith(("?", "."))]
    return clean[-1] if len(clean) > 2 else None


@cache
def _everyday() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple((tuple(q for q in f["questions"] if q != held_out_wording(f)), f["answer"]) for f in fact_lines("everyday"))


def _ask(chat: Chat, question: str, share: float = 0.75) -> None:
    chat.user_exactly(reword(chat.rng, question) if chat.chance(share) else question)


@skill(30)
def everyday(chat: Chat) -> None:
    """A fact, an advice or a how-to."""
    questions, answer = chat.pick(_everyday())
    _ask(chat, chat.pick(questions))
    chat.bot_exactly(answer)
    aftermath(chat, 0.04)


_IS_A = re.compile(r"(An?|The) ([\w' -]{3,24}?) is (an? [a-z-]{3,14}(?: [a-z-]{3,12})?)\.")


@cache
def _kinds() -> tuple[tuple[str, str], ...]:
    """``("a cheetah", "a mammal")`` from the answers that say just that."""
    found = (_IS_A.match(f["answer"]) for f in fact_lines("everyday"))
    return tuple((f"{m[1].lower()} {m[2]}", m[3]) for m in found if m)


@skill(4)
def is_it_a(chat: Chat) -> None:
    """Yes or no: what kind of thing something is."""
    thing, kind = chat.pick(_kinds())
    guess = kind if chat.chance(0.5) else chat.pick(_kinds())[1]
    _ask(chat, chat.pick((f"Is {thing} {guess}?", f"Is {thing} {guess}?", f"Would you call {thing} {guess}?", f"Is it true that {thing} is {guess}?", f"{capital(thing)} is {guess}, right?")), 0.5)
    chat.bot_exactly(f"Yes, {thing} is {kind}." if guess == kind else f"No, {thing} is {kind}.")


@skill(4)
def terms(chat: Chat) -> None:
    """A word of a school subject."""
    row = chat.pick(fact_lines("terms"))
    term = row["term"]
    _ask(chat, chat.pick((f"What is {term}?", f"What is {article(term)}?", f"What does {term} mean?", f"What does {term} mean in {row['subject'].replace('-', ' ')}?", f"Define {term}.", f"What is the meaning of {term}?")))
    chat.bot_exactly(capital(f"{term} means {row['definition'].split(';')[0]}."))


_THE = re.compile(r"(United|Netherlands|Philippines|Bahamas|Gambia|Maldives|Comoros|.*Republic|.*Islands|Marshall|Solomon)")


def _named(row: dict) -> str:
    return f"the {row['name']}" if _THE.match(row["name"]) and not row["name"].startswith("The ") else row["name"]


def _of_country(row: dict) -> list[tuple[tuple[str, ...], str]]:
    """Questions about a country in both directions, each with its answer."""
    c, found = _named(row), []
    if capital_city := row.get("capital"):
        found.append(((f"What is the capital of {c}?", f"Which city is the capital of {c}?", f"{capital(c)}'s capital?", f"What is {c}'s capital city?", f"Name the capital city of {c}."), f"The capital of {c} is {capital_city}."))
        found.append(((f"Which country is {capital_city} the capital of?", f"{capital_city} is the capital of which country?", f"Which country has the capital {capital_city}?", f"In which country is {capital_city}?", f"Where is {capital_city}?"), f"{capital_city} is the capital of {c}."))
    found.append(((f"Where is {c}?", f"Which continent is {c} in?", f"On which continent is {c}?", f"What continent does {c} belong to?", f"What part of the world is {c} in?"), f"{capital(c)} is in {row['continent']}."))
    if neighbours := row.get("neighbours"):
        found.append(((f"Which countries border {c}?", f"What are the neighbors of {c}?", f"Which countries are next to {c}?", f"Who are {c}'s neighbors?"), f"{capital(c)} borders {listing(neighbours[:6])}{' and others' if len(neighbours) > 6 else ''}."))
    if languages := row.get("languages"):
        found.append(((f"What language do people speak in {c}?", f"Which language is spoken in {c}?", f"What do they speak in {c}?", f"What are the languages of {c}?"), f"In {c} people speak {listing(languages)}."))
    if currency := row.get("currency"):
        found.append(((f"What is the currency of {c}?", f"What money do they use in {c}?", f"How do people pay in {c}?", f"Which currency does {c} have?"), f"People in {c} pay with {currency}."))
    if adjective := row.get("adjective"):
        found.append(((f"What do you call somebody from {c}?", f"What are people from {c} called?"), f"Somebody from {c} is {adjective}."))
    if row.get("highest_point"):
        found.append(((f"What is the highest mountain in {c}?", f"What is the highest point of {c}?"), f"The highest point of {c} is {row['highest_point']}."))
    if row.get("landlocked"):
        found.append(((f"Does {c} have a coast?", f"Is {c} by the sea?", f"Is {c} landlocked?"), f"{capital(c)} is landlocked. It has no coast."))
    return found


@cache
def _geography() -> tuple[tuple[list[tuple[tuple[str, ...], str]], float], ...]:
    """Countries with many people come more often."""
    return tuple((_of_country(row), 3.0 if "million" in row.get("population", "") else 1.0) for row in fact_lines("geography"))


@skill(10)
def geography(chat: Chat) -> None:
    rows = _geography()
    about, _ = chat.rng.choices(rows, [weight for _, weight in rows])[0]
    weights = [4 if answer.startswith("The capital of") else 3 if "is the capital of" in answer else 1 for _, answer in about]
    questions, answer = chat.rng.choices(about, weights)[0]
    _ask(chat, chat.pick(questions))
    chat.bot_exactly(answer)
    aftermath(chat, 0.03)
