"""About others: brother, neighbor, boss, with names, jobs, ages, animals, places; told and asked in both directions."""

from __future__ import annotations

from ..grammar import Chat, article, capital, expand, skill
from ..lexicon import LISTS
from .attributes import ATTRIBUTES
from .people import CLASH, KINDS, PET_KINDS, put, some_pet, somebody, unused
from .told_of_others import ask_missing, ask_of, ask_who, correct_of, summary, tell_of


def _between(chat: Chat, most: int = 3) -> None:
    """Now and then something else in between."""
    from ..recall import exchanges, pad

    if chat.chance(0.35):
        pad(chat, exchanges(chat) + chat.rng.randint(1, most), 450)


@skill(12)
def one_other(chat: Chat) -> None:
    """One person and a few things about them, asked in both directions."""
    who = some_pet(chat) if chat.chance(0.25) else somebody(chat)
    for number in range(chat.pick((1, 1, 2, 2, 3))):
        tell_of(chat, who, first=number == 0)
    if chat.chance(0.2):
        correct_of(chat, who)
    _between(chat)
    for key in chat.rng.sample(list(who.facts), min(len(who.facts), chat.pick((1, 1, 2, 3)))):
        ask_of(chat, who, key, alone=True)
    if chat.chance(0.35):
        ask_who(chat, who)
    if chat.chance(0.25):
        ask_missing(chat, who)


@skill(11)
def two_others(chat: Chat) -> None:
    """Two people with facts of the same kind: kept apart."""
    animals = chat.chance(0.2)
    one = (some_pet if animals else somebody)(chat)
    other = (some_pet if animals else somebody)(chat, [one])
    kinds = chat.rng.sample(PET_KINDS if animals else KINDS, chat.pick((1, 1, 2, 3)))
    kinds = [kind for i, kind in enumerate(kinds) if not any(kind.key in CLASH.get(k.key, ()) for k in kinds[:i])]
    if chat.chance(0.4):  # both in one sentence
        values = []
        for who in (one, other):
            while (value := kinds[0].value(chat.rng, chat.held_out)) in values:
                pass
            values.append(value)
            who.facts[kinds[0].key] = (kinds[0], value)
        first, second = (put(kinds[0].does, value, who) for value, who in zip(values, (one, other)))
        chat.user("[My {r} {n} {a}[ and| and|, but|,] my {q} {m} {b}.|{n}, my {r}, {a}. {m}, my {q}, {b}.|I have a {r} and a {q}: {n} {a}, {m} {b}.]", r=one.relation, n=one.name, a=first, q=other.relation, m=other.name, b=second)
        chat.bot("[So {n} {a} and {m} {b}.|Nice to hear about {n} and {m}.|{n} and {m}, I will keep them apart. Do they know each other?|Two different people, {n} and {m}!]", n=one.name, m=other.name, a=first, b=second)
        kinds = kinds[1:]
    else:
        tell_of(chat, one, True, kinds[0].key)
        tell_of(chat, other, True, kinds[0].key, one)
        kinds = kinds[1:]
    for kind in kinds:
        tell_of(chat, one, False, kind.key)
        tell_of(chat, other, False, kind.key, one)
    if chat.chance(0.4):
        tell_of(chat, chat.pick((one, other)), False)
    if chat.chance(0.15):
        correct_of(chat, chat.pick((one, other)))
    _between(chat)
    asks = [(who, key) for who in (one, other) for key in who.facts]
    # A reverse question must have one answer; the values of the two differ, so it has.
    for who, key in chat.rng.sample(asks, min(len(asks), chat.pick((1, 2, 2, 3, 4)))):
        ask_of(chat, who, key)
    if chat.chance(0.3):
        ask_who(chat, chat.pick((one, other)))
    if chat.chance(0.3):
        who = chat.pick((one, other))
        ask_missing(chat, who, [other if who is one else one])


@skill(3)
def which_of_two(chat: Chat) -> None:
    """Older or younger, who has more: two people compared by what was told."""
    one = somebody(chat)
    other = somebody(chat, [one])
    ages = chat.rng.sample(range(6, 90), 2)
    chat.user("[My {r} {n} is {a}[ and|, and|.] my {q} {m} is {b}.|{n} is {a}, {m} is {b}. They are my {r} and my {q}.]", r=one.relation, n=one.name, a=ages[0], q=other.relation, m=other.name, b=ages[1])
    chat.bot("[{n} is {a} and {m} is {b}, I will remember.|{a} and {b}, I see. Do {n} and {m} get along?]", n=one.name, m=other.name, a=ages[0], b=ages[1])
    old, young = (one, other) if ages[0] > ages[1] else (other, one)
    for word in chat.rng.sample(("older", "younger"), chat.pick((1, 1, 2))):
        who = old if word == "older" else young
        age = max(ages) if word == "older" else min(ages)
        chat.user("[Who is {w}|Which of them is {w}|Who's {w}, {n} or {m}|Which one is {w}|And the {w} one]?", w=word, n=one.name, m=other.name)
        chat.bot("{n} is {w}[, with {a} years|: {n} is {a}|].", n=who.name, w=word, a=age)
    if chat.chance(0.4):
        chat.user("[How many years are between them|What is the difference in age|How much older is {n}]?", n=old.name)
        chat.bot("{n} is {d} year[s|s|s] older than {m}." if max(ages) - min(ages) > 1 else "{n} is one year older than {m}.", n=old.name, m=young.name, d=max(ages) - min(ages))


@skill(3)
def pronoun_chain(chat: Chat) -> None:
    """A person told of over several turns by pronoun alone, then asked in one go."""
    who = somebody(chat)
    while who.he == "they":
        who = somebody(chat)
    chat.user("[I have {an r}, {n}.|My {r} is called {n}.|{n} is my {r}.|This is about my {r} {n}.]".replace("{an r}", article(who.relation)), r=who.relation, n=who.name)
    chat.bot("[{n}! What is your {r} like?|Tell me about {n}.|How old is {n}?|What does {n} like?|{n}, a nice name. What is {n} doing these days?]", n=who.name, r=who.relation)
    for _ in range(chat.pick((2, 3, 3))):
        kind = unused(chat, who)
        if kind is None:
            break
        value = kind.value(chat.rng, chat.held_out)
        template = chat.pick([t for t in kind.told if "{S}'s" not in t])
        chat.user(expand(chat.rng, put(template.replace("{S}", who.he), value, who)) + chat.pick((".", ".", "")))
        chat.bot(put(chat.pick(kind.noted), value, who))
        who.facts[kind.key] = (kind, value)
    _between(chat, 2)
    for key in chat.rng.sample(list(who.facts), min(2, len(who.facts))):
        ask_of(chat, who, key, alone=True)
    if chat.chance(0.5):
        summary(chat, who)


_HAVE = ("brother", "sister", "son", "daughter", "aunt", "uncle", "cousin", "roommate", "boss", "nephew", "niece", "best friend")


@skill(5)
def do_i_have(chat: Chat) -> None:
    """``Do I have a pet?``, ``Have I got a brother?``: yes with the name, or only what was told."""
    animals = chat.chance(0.55)
    if animals:
        who = some_pet(chat)
    else:
        who = somebody(chat)
        who.relation = chat.pick([word for word in _HAVE if word not in chat.memory] or ["cousin"])
    if chat.chance(0.8):
        if chat.chance(0.5):
            tell_of(chat, who)
        else:
            chat.user("[I have {an r} called {n}|My {r} is called {n}|{n} is my {r}|I've got {an r}, {n}].".replace("{an r}", article(who.relation)), r=who.relation, n=who.name)
            chat.bot("[{n}, a good name!|Say hello to {n} from me.|{n}! What is {n} like?]", n=who.name)
            if animals:
                chat.memory[f"{who.relation} called"] = who.name
            elif who.relation in ATTRIBUTES:
                chat.memory[who.relation] = who.name
        _between(chat)
        dice = chat.rng.random()
        if dice < 0.5:
            chat.user("[Do I have {a}|Have I got {a}|Did I tell you that I have {a}|do i have {a}|Did I mention {a}]?", a=article(who.relation) if not animals or chat.chance(0.5) else "a pet")
            chat.bot("[Yes, you have {a} called {n}.|Yes, your {r} is called {n}.|Yes, {n}, your {r}.]", a=article(who.relation), r=who.relation, n=who.name)
        elif dice < 0.8:
            other = chat.pick([word for word in (LISTS["pet"] if animals else _HAVE) if word != who.relation and word not in chat.memory and f"{word} called" not in chat.memory])
            chat.user("[Do I have {a}|Have I got {a}|Did I tell you about {a}|Did I mention {a}|What is my {o} called]?", a=article(other), o=other)
            chat.bot("[You have not told me about {a}, only about your {r} {n}.|You told me about your {r} {n}, not about {a}.|Not that I know. You told me about {n}, your {r}.]", a=article(other), r=who.relation, n=who.name)
        elif animals:
            chat.user("[What pet do I have|What kind of animal do I have|Which pet do I have|what animal lives with me|What is my pet]?")
            chat.bot("[You have {a} called {n}.|{A} called {n}.|Your pet is {a}, {n}.]".replace("{A}", capital(article(who.relation))), a=article(who.relation), n=who.name)
        else:
            ask_who(chat, who) if who.facts else None
    elif not any(key.endswith(" called") for key in chat.memory):
        chat.user("[Do I have a pet|Have I got a pet|What pet do I have|What is my pet called]?")
        chat.bot("[You have not told me about a pet.|You have not told me about a pet yet. Do you have one?]")
