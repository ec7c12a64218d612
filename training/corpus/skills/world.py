"""Simple general knowledge in question form: nature, life, people, things. The answers are short and true."""

from __future__ import annotations

from ..grammar import Chat, skill
from .base import aftermath, ask, pairs

NATURE, LIFE, PEOPLE = pairs("world_nature.txt"), pairs("world_life.txt"), pairs("world_people.txt")


def _one(chat: Chat, table: list[tuple[str, str]]) -> None:
    question, answer = chat.pick(table)
    ask(chat, question)
    chat.bot(answer)
    aftermath(chat)


@skill(5)
def nature(chat: Chat) -> None:
    _one(chat, NATURE)


@skill(7)
def life(chat: Chat) -> None:
    _one(chat, LIFE)


@skill(10)
def people(chat: Chat) -> None:
    _one(chat, PEOPLE)
