"""Several things told in one breath: who speaks and what they do, a pet and its age, what a relative did."""

from __future__ import annotations

from ..grammar import Chat, article, expand, skill
from ..lexicon import LISTS, person, pet_name, town
from .attributes import ATTRIBUTES
from .memory import answer, question, remember

# A shop or the like that somebody runs, so that the job is said without its name.
_PLACES = "flower shop|bookshop|small hotel|garage|farm|toy shop|hair salon|coffee shop|tea house|music school|kindergarten|bike shop|restaurant|pizzeria|shoe shop|fruit stand|print shop|campsite|dance school|pet shop|fish stand|small museum|gym|laundry".split("|")


@skill(5)
def introduction(chat: Chat) -> None:
    """Name and one or two other things in a sentence, then questions for them, at once or after the reply."""
    if "name" in chat.memory:
        return
    name, place = person(chat.rng, chat.held_out), town(chat.rng, chat.held_out)
    runs = chat.chance(0.35)
    job = chat.pick(_PLACES) if runs else chat.pick(LISTS["job"])
    work = f"run {article(job)}" if runs else f"{chat.pick(('am', 'work as'))} {article(job)}"
    age = str(chat.rng.randint(8, 90))
    told = chat.pick(("job town", "job town", "job", "town", "town age", "age", "job age"))
    parts = {"job": f"I {work}", "town": f"I [live in|am from|come from] {place}", "age": f"I am {age}[ years old|]"}
    clauses = [expand(chat.rng, parts[key]) for key in told.split()]
    if told == "job town" and chat.chance(0.6):
        clauses = [f"I {work} in {place}"]
    first = "[My name is {n}|I am {n}|I'm {n}|{n} here|This is {n}|Hi, {n} here|Hello, I'm {n}|hey, it's {n}|Hey, my name is {n}|Call me {n}|The name is {n}|{n} is my name]"
    text = expand(chat.rng, first, n=name) + chat.pick((", ", ". ", " and ", ", and ")) + " and ".join(clauses)
    chat.user(text + chat.pick((".", "", "!", ".")))
    remember(chat, ATTRIBUTES["name"], name)
    for key, value in (("town", place), ("age", age)):
        if key in told:
            remember(chat, ATTRIBUTES[key], value)
    if "job" in told and not runs:
        remember(chat, ATTRIBUTES["job"], job)
    reply = {"job": f"[{{cap an j}}, how nice!|What is the best part of {'running' if runs else 'being'} {{an j}}?|{{cap an j}} sounds like a lot of work.]", "town": "[What is {t} like?|Do you like {t}?|I would like to hear about {t}.]", "age": "[Thank you for telling me.|How are you today?]"}
    chat.bot("[Nice to meet you, {n}!|Hello, {n}!|Hi {n}!|Pleased to meet you, {n}!] " + reply[told.split()[0]], n=name, j=job, t=place)
    for key in chat.rng.sample(["name", *told.split()], chat.pick((0, 1, 2, 2))):
        if key == "job" and runs:
            chat.user("[What do I do for work|What is my job|Do you remember what I do|What do I run|What do I work as|What do I do for a living]?")
            chat.bot("[You run {j}.|You told me that you run {j}.]", j=article(job))
        else:
            question(chat, ATTRIBUTES[key])
            answer(chat, ATTRIBUTES[key])


@skill(3)
def pet_in_passing(chat: Chat) -> None:
    """A pet's name and its age, or what it did, in one sentence; asked afterwards."""
    pet = chat.pick(LISTS["pet"])
    if f"{pet} called" in chat.memory:
        return
    name, n, aged = pet_name(chat.rng, chat.held_out), chat.rng.randint(2, 15), chat.chance(0.5)
    remember(chat, ATTRIBUTES[f"{pet} called"], name)
    deed = expand(chat.rng, "[ate my {object}|slept on my {object}|ran after a {bird}|broke a vase|learned a trick|is sick|had a birthday|caught a mouse|hid my keys|jumped on the table|made a friend|is afraid of thunder|stole my breakfast|got lost and came back]")
    fact = f"{chat.pick(('is', 'is turning', 'will be', 'turned'))} {n}{chat.pick(('', ' years old', ' today', ' this week'))}" if aged else deed
    chat.user("My {p} {v} {f}[.|!||, you know.]", p=pet, v=name, f=fact)
    if aged:
        chat.bot("[{n}! Happy birthday to {v}.|A {p} of {n} years! Give {v} a pat from me.|How nice! What does {v} like to do?]", p=pet, n=n, v=name)
    else:
        chat.bot("[Oh, {v}! What did you do?|{v} sounds like quite a character.|That is a story! How is {v} now?|Give {v} a pat from me.]", v=name, p=pet)
    for kind in chat.rng.sample(("name", "fact"), chat.pick((1, 2))):
        if kind == "name":
            question(chat, ATTRIBUTES[f"{pet} called"])
            answer(chat, ATTRIBUTES[f"{pet} called"])
        elif aged:
            chat.user("[How old is {x}|How old is {x} now|Do you remember how old {x} is|What age is {x}]?", x=chat.pick((name, f"my {pet}")))
            chat.bot("[{v} is {n}.|{v} is {n} years old.|Your {p} is {n} years old.]", v=name, p=pet, n=n)
        else:
            chat.user("[What about my {p}|What did I say about {v}|What did I tell you about my {p}|What is new with {v}]?", p=pet, v=name)
            chat.bot("[You said that {v} {f}.|You told me that your {p} {v} {f}.]", v=name, p=pet, f=deed.replace("my ", "your "))


@skill(2)
def two_pets(chat: Chat) -> None:
    """Two animals of a kind, named in one sentence."""
    pet = chat.pick([pet for pet in LISTS["pet"] if pet in ("cat", "dog", "rabbit", "hamster", "parrot", "turtle", "horse", "snake", "pony", "hen", "duck", "kitten", "puppy", "pig", "llama", "donkey")])
    one, other = pet_name(chat.rng, chat.held_out), pet_name(chat.rng, chat.held_out)
    if one == other or any(key.startswith(pet) for key in chat.memory):
        return
    many = {"pony": "ponies", "puppy": "puppies"}.get(pet, pet + "s")
    chat.user("[I have|We have|My {relation} has|We got|I just got|There are now] two {m}[: | called | named |, ]{a} and {b}[.|!|]", m=many, a=one, b=other)
    chat.bot("[{a} and {b}, what a pair!|Lovely names! Which one is the wild one?|Two {m}! Give {a} and {b} a pat from me.|How nice! Do {a} and {b} get along?]", a=one, b=other, m=many)
    chat.user("[What are the {m} called|What are the names of the {m}|Do you remember the {m}|Who are the two {m}|What did I say the {m} are called]?", m=many)
    chat.bot("[They are called {a} and {b}.|{a} and {b}.|The {m} are called {a} and {b}.]", a=one, b=other, m=many)


_DEEDS = (
    "[won a prize|got married|got a new job|moved to {city}|baked a cake|passed a test|broke a leg|bought a {vehicle}|started school|learned to swim|got {an pet}|lost a tooth|painted the kitchen|went to {city}|came to visit|found {an object}|"
    "made {food}|called me|ran a marathon|wrote a book|planted a tree|played the {instrument}|fixed my {object}|had a baby|took up {hobby}|gave me {an object}|cut my hair|sang in a choir|fell off a ladder]"
)


@skill(4)
def relative_news(chat: Chat) -> None:
    """What somebody close did: who it was and what it was are asked right after."""
    relation, name = chat.pick(LISTS["relation"]), person(chat.rng, chat.held_out)
    if relation in chat.memory or name in chat.memory.values():
        return
    deed = expand(chat.rng, _DEEDS)
    named = chat.chance(0.75)
    if named and chat.chance(0.35):
        return _news_of_anybody(chat, name, deed)
    who = f"My {relation} {name}" if named else f"My {relation}"
    chat.user("[||||You know what? |Big news! ]{who} {d}[ today| yesterday| last week||][.|!]", who=who, d=deed)
    sad = any(word in deed for word in ("broke", "fell", "lost"))
    chat.bot("[Oh no! How is {x} now?|Oh dear, I hope it is not too bad.|Oh! Please wish {x} well from me.]" if sad else "[How nice! Say hello to {x} from me.|That is news! How did it go?|Oh, good for {x}!|Lovely! Were you there?|That sounds good. And how do you feel about it?]", x=name if named else f"your {relation}")
    if named:
        remember(chat, ATTRIBUTES[relation], name)
    short = name if named and chat.chance(0.6) else f"my {relation}"
    told = deed.replace(" my ", " your ").replace(" me", " you")
    kinds = chat.rng.sample(["what", "who", "name"] if named else ["what", "who"], chat.pick((0, 1, 1, 2)))
    for kind in kinds:
        if kind == "what":
            chat.user("[What did {s} do|What happened with {s}|Do you remember what {s} did|What did I tell you about {s}|What was the news about {s}]?", s=short)
            chat.bot("[{cap s} {t}.|You said that {s} {t}.|You told me that {s} {t}.]", s=name if named else f"your {relation}", t=told)
        elif kind == "who":
            chat.user("[Who {d}|Do you know who {d}|Who was it that {d}]?", d=deed)
            chat.bot("Your {r}{n}.", r=relation, n=f" {name}" if named else "")
        else:
            question(chat, ATTRIBUTES[relation])
            answer(chat, ATTRIBUTES[relation])


def _news_of_anybody(chat: Chat, name: str, deed: str) -> None:
    """The same of a person whose place in the family is said by a title, or not at all."""
    who = expand(chat.rng, "[Uncle {n}|Aunt {n}|Our neighbor {n}|{n} from work|{n}|My friend {n}|{n}, my {relation},|Old {n}|Little {n}|Mrs. {n}|Mr. {n}|A man called {n}]", n=name)
    when = chat.pick(("Yesterday ", "This morning ", "On Sunday ", "Last summer ", "", "", ""))
    chat.user("{w}{who} {d}[ at our party| in front of everybody| in the rain|||][.|!|]", w=when, who=who, d=deed)
    chat.bot("[{n} did that? How did it go?|That is quite a story about {n}.|Oh! And what did you say to {n}?|Well, {n} is full of surprises.]", n=name)
    if chat.chance(0.5):
        chat.user("[Who {d}|Do you remember who {d}|Who was it who {d}]?", d=deed)
        chat.bot("[{n} did.|It was {n}.|{n}.]", n=name)
    else:
        chat.user("[What did {n} do|Do you remember what {n} did|What have I told you about {n}]?", n=name)
        chat.bot("[{n} {d}.|You said that {n} {d}.]", n=name, d=deed.replace(" my ", " your ").replace(" me", " you"))
