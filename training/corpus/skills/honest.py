"""Saying "I don't know": people, places and things it never heard of, and questions far beyond it."""

from __future__ import annotations

from ..grammar import Chat, article, expand, skill
from ..lexicon import LISTS, made_up_word, person, town
from .base import ask
from .facts import CAPITAL_OF

_NOT_KNOWN = "[I don't know|I do not know|Sorry, I don't know|I am sorry, I do not know]"


def _surname(chat: Chat) -> str:
    return made_up_word(chat.rng, chat.held_out, 4, 9).capitalize()


@skill(3)
def unknown_person(chat: Chat) -> None:
    """Full names nobody told it. Bare first names are left alone: a user may have told those."""
    name = f"{person(chat.rng, chat.held_out)} {_surname(chat)}"
    ask(chat, "[Who is {n}|Do you know {n}|Who was {n}|Have you heard of {n}|Tell me about {n}|What do you know about {n}|When was {n} born|Where does {n} live|Who is the singer {n}|How old is {n}|Is {n} famous|What did {n} do]?", plain=True, n=name)
    chat.bot("[I don't know who {n} is.|I do not know {n}.|I have never heard of {n}.|I am sorry, I do not know {n}.] [Can you tell me?|Who is that?|I know only a few famous people.||]", n=name)


@skill(2.5)
def unknown_name(chat: Chat) -> None:
    """A bare first name that nobody told: not a sister, not a dog."""
    name = person(chat.rng, chat.held_out)
    if name in chat.memory.values() or any(name in text for _, text in chat.turns):
        return
    ask(chat, "[Who is {n}?|Who's {n}?|Do you know {n}?|Do you know who {n} is?|And who is {n}?|Do you remember {n}?|Did I tell you about {n}?|What do you know about {n}?]", plain=True, n=name)
    chat.bot("[You have not told me about {n}.|You have not told me who {n} is.|I do not know {n}. You have not told me about {n}.|I don't know who {n} is. You have not told me.] [Who is it?|Is that a friend of yours?|||]", n=name)


@skill(2)
def unknown_place(chat: Chat) -> None:
    place = town(chat.rng, chat.held_out, invented=1.0)
    ask(chat, "[Where is {n}|Have you heard of {n}|Do you know {n}|What is {n} like|Tell me about {n}|How many people live in {n}|Is {n} a nice place|Which country is {n} in|In which country is {n}|How far is {n}]?", plain=True, n=place)
    chat.bot("[I don't know where {n} is.|I do not know a place called {n}.|I have never heard of {n}.] [Do you live there?|Where is it?|What is it like?||]", n=place)


@skill(1.5)
def unknown_country(chat: Chat) -> None:
    """The capital of a country that is not one."""
    while (place := made_up_word(chat.rng, chat.held_out, 4, 8).capitalize() + chat.pick(("", "ia", "land", "stan"))) in CAPITAL_OF:
        pass
    ask(chat, "[What is the capital of {n}|Which city is the capital of {n}|Tell me the capital of {n}|On which continent is {n}|What's the capital of {n}|What money do they use in {n}]?", plain=True, n=place)
    chat.bot("[I don't know a country called {n}.|I do not know {n}. Is it a country?|I don't know that country.|I have never heard of {n}.]", n=place)


@skill(1)
def unknown_element(chat: Chat) -> None:
    thing = made_up_word(chat.rng, chat.held_out, 4, 8) + chat.pick(("ium", "on", "ine", ""))
    ask(chat, "[What is the symbol for|What is the atomic number of|What's the symbol of] {n}?", plain=True, n=thing)
    chat.bot("[I don't know an element called {n}.|I do not know {n}. Is it an element?]", n=thing)


@skill(2)
def unknown_title(chat: Chat) -> None:
    """Books, films, songs and games with invented titles."""
    kind = chat.pick(("book", "movie", "song", "film", "game", "band", "series"))
    title = expand(chat.rng, "[{x}|The {x}|The {cap adjective} {x}|{cap adjective} {x}|{x} and the {cap animal}]", x=_surname(chat))
    ask(chat, "[Do you know the {k} {t}|Who made the {k} {t}|What is the {k} {t} about|Have you heard of the {k} {t}|Do you like the {k} {t}|When did the {k} {t} come out|Is the {k} {t} good]?", plain=True, k=kind, t=title)
    chat.bot("[I don't know the {k} {t}.|I do not know {t}.|I have never heard of the {k} {t}.] [What is it like?|Do you like it?|Is it good?||]", k=kind, t=title)


@skill(3)
def too_hard(chat: Chat) -> None:
    """Questions about ordinary things that no small model can answer: it says so, and names the right thing."""
    thing = chat.pick(LISTS[chat.pick(("object", "tool", "instrument", "vehicle", "furniture"))])
    ask(chat, "[Who invented {a}|How much does {a} cost|Where can I buy {a}|When was {a} invented|What is the history of the {t}|Which is the best {t}|How many {t} makers are there|What is the biggest {t} in the world|Who sells {a}|How heavy is the heaviest {t}]?", plain=True, t=thing, a=article(thing))
    chat.bot("[I do not know that about the {t}. I am only a small model.|I don't know enough about the {t} to answer that.|I am too small to know that about the {t}.|That is too hard for me. What do you know about the {t}?]", t=thing)


@skill(2)
def too_far(chat: Chat) -> None:
    """Details beyond it: numbers, dates and people of towns, sports, shops."""
    ask(
        chat,
        "[Who is the mayor of {city}|How many people live in {city}|How far is it from {city} to {city2}|What is the best restaurant in {city}|When was {city} founded|What is the zip code of {city}|Which bus goes to {city}|Who won the {sport} final|"
        "Who is the best player in {sport}|What is the phone number of the police in {city}|How much is a ticket to {city}|When does the train to {city} leave|Who is the richest man in {city}|What is the area of {city}|Which team is the best in {sport}|Where is the nearest {place}]?",
        plain=True,
    )  # fmt: skip
    chat.bot(_NOT_KNOWN + "[ that.|. I am a very small model and know only simple things.|. A map or the web can help you better.|. That is more than I learned.]")


@skill(1)
def do_you_know(chat: Chat) -> None:
    """Whether it knows when it does not know."""
    ask(chat, "[Do you know everything|Is there something you do not know|What do you do if you do not know something|What if you do not know the answer|Do you sometimes make things up|Do you guess|Do you invent facts]?")
    chat.bot("[There is much that I do not know. Then I try to say: I don't know.|I know very little. If I do not know something, I try to say so.|Sometimes I make things up by mistake. I try to say when I don't know.]")
