"""Something about somebody told, asked in both directions, summed up and corrected."""

from __future__ import annotations

import re
from typing import Callable

from ..grammar import Chat, capital, expand, listing
from ..lexicon import person
from .attributes import ATTRIBUTES
from .people import CLASH, KINDS, PET_KINDS, Kind, Other, put, some_pet, somebody, unused


def _subject(chat: Chat, who: Other, first: bool) -> str:
    """How the user speaks of somebody: in full at first, then by pronoun or name."""
    if first:
        return chat.pick((f"my {who.relation} {who.name}", f"my {who.relation} {who.name}", f"{who.name}, my {who.relation},", f"my {who.relation} is called {who.name} and", f"{who.name} is my {who.relation} and"))
    pronoun = who.he if who.he != "they" else who.name
    return chat.pick((pronoun, pronoun, who.name, f"my {who.relation}"))


def tell_of(chat: Chat, who: Other, first: bool = True, wanted: str | None = None, other: Other | None = None) -> Kind | None:
    """One thing about somebody told, and what the model says to it. A value the ``other`` has, too, would tell nothing apart."""
    kind = unused(chat, who, wanted)
    if kind is None:
        return None
    for _ in range(20):
        value = kind.value(chat.rng, chat.held_out)
        if not (other and other.facts.get(kind.key, (None, ""))[1] == value):
            break
    template = chat.pick(kind.told)
    subject = _subject(chat, who, first)
    if "{S}'s" in template:
        subject = f"my {who.relation} {who.name}" if first else who.name
    said = capital(expand(chat.rng, put(template.replace("{S}", subject), value, who)))
    said = said.replace("  ", " ").strip()
    lead = "" if chat.chance(0.8) else chat.pick(("By the way, ", "Oh, and ", "You know, ", "btw ", "So, ", "Let me tell you: ", "Well, "))
    text = lead + (said if not lead or said.startswith(who.name) else said[:1].lower() + said[1:])
    chat.user(text.rstrip() + chat.pick((".", ".", ".", "!", "")))
    chat.bot(put(chat.pick(kind.noted), value, who))
    who.facts[kind.key] = (kind, value)
    if who.animal:
        chat.memory[f"{who.relation} called"] = who.name
    elif who.relation in ATTRIBUTES:
        chat.memory[who.relation] = who.name
    return kind


def _named(chat: Chat, who: Other, alone: bool) -> str:
    """In a question: the name, the relation, or a pronoun when only one person was spoken of."""
    choices = [who.name, who.name, f"my {who.relation}"]
    if alone and who.he != "they":
        choices.append(who.he)
    return chat.pick(choices)


def ask_of(chat: Chat, who: Other, key: str, alone: bool = False) -> None:
    """The question for one fact, forwards or backwards, and its answer."""
    kind, value = who.facts[key]
    if chat.chance(0.28):
        phrase = put(chat.pick(kind.who), value, who)
        chat.user("[Who|Who|And who|Which person|Who was it that|Do you remember who|Who did I say] {p}?", p=phrase)
        chat.bot(chat.pick((f"{who.name}, your {who.relation}.", f"Your {who.relation} {who.name} {put(kind.does, value, who)}.", f"{who.name} {put(kind.does, value, who)}.", f"That is {who.name}, your {who.relation}.")))
        return
    subject = _named(chat, who, alone)
    question = chat.pick(kind.ask)
    if subject in ("he", "she"):
        if "{s}'s" in question or "scares {s}" in question or "frightens {s}" in question or "for {s}" in question or "with {s}" in question or "to {s}" in question:
            subject = who.name
    question = question.replace("{s}", subject)
    lead = chat.pick(("And ", "So ", "Now, ", "Remember: ")) if chat.chance(0.15) and not question.startswith(subject) else ""
    chat.user(lead + (question[:1].lower() + question[1:] if lead else question))
    spoken = chat.pick((who.name, who.name, capital(who.full), f"Your {who.relation}")) if who.he == "they" or who.animal else chat.pick((who.name, who.name, capital(who.full), f"Your {who.relation}", capital(who.he)))
    chat.bot(chat.pick(("{s} {d}.", "{s} {d}.", "{s} {d}.", "You told me that {l} {d}.", "You said that {l} {d}.")), s=spoken, l=spoken[:1].lower() + spoken[1:] if spoken.split()[0] in ("Your", "He", "She") else spoken, d=put(kind.does, value, who))


def ask_who(chat: Chat, who: Other) -> None:
    """Who somebody is, or what somebody of the family is called."""
    dice = chat.rng.random()
    if dice < 0.45:
        chat.user("[Who is {n}|Who's {n}|Who was {n} again|Do you remember who {n} is|Did I tell you who {n} is]?", n=who.name)
        chat.bot("[{n} is your {r}.|Your {r} is called {n}.|{n} is your {r}{more}.]", n=who.name, r=who.relation, more=_one_fact(chat, who))
    elif dice < 0.75:
        chat.user("[What is my {r}'s name|What is my {r} called|my {r}'s name|Name of my {r}|What's the name of my {r}|Who is my {r}]?", r=who.relation)
        chat.bot("[Your {r} is called {n}.|{n} is your {r}.|Your {r}'s name is {n}.]", n=who.name, r=who.relation)
    else:
        summary(chat, who)


def _one_fact(chat: Chat, who: Other) -> str:
    if not who.facts:
        return ""
    kind, value = chat.pick(list(who.facts.values()))
    return f" and {put(kind.does, value, who)}"


def summary(chat: Chat, who: Other) -> None:
    """All that was told about somebody, in one sentence."""
    chat.user("[What do you know about {n}|Tell me about {n}|What have I told you about {n}|What did I say about {n}|Sum up what I told you about {n}|Who is {n} and what do you know|What do you remember about {n}]?", n=chat.pick((who.name, who.name, f"my {who.relation}")))
    known = [put(kind.does, value, who) for kind, value in who.facts.values()]
    chat.bot("[{n} is your {r}, and {he} {k}.|{n} is your {r}: {he} {k}.|You told me that {n} is your {r} and {k}.]", n=who.name, r=who.relation, k=listing(known), he=who.name if who.animal or who.he == "they" else who.he)


def ask_missing(chat: Chat, who: Other, others: list[Other] = ()) -> None:
    """What was not told about somebody, or who was never mentioned."""
    if chat.chance(0.25):
        stranger = person(chat.rng, chat.held_out)
        if stranger in {who.name, *(other.name for other in others)} or stranger in chat.memory.values():
            return
        chat.user("[Who is {n}|What does {n} do|How old is {n}|Where does {n} live|What did I say about {n}]?", n=stranger)
        chat.bot("[You have not told me about {n}.|You have not mentioned {n} yet. Who is that?|I do not know {n}. You only told me about {k}.]", n=stranger, k=listing([who.name, *(other.name for other in others)]))
        return
    kind = chat.pick(PET_KINDS if who.animal else KINDS)
    if kind.key in who.facts or CLASH.get(kind.key, set()) & set(who.facts):
        return
    wording = chat.pick(kind.ask)
    subject = chat.pick((who.name, f"my {who.relation}"))
    if not others and who.he != "they" and chat.chance(0.4) and re.search(r"(?:does|is|did|has|was|can) \{s\}(?!'s)", wording):
        subject = who.he
    chat.user(("And " + wording[:1].lower() + wording[1:] if subject == who.he else "{q}").replace("{q}", wording).replace("{s}", subject))
    holder = next((other for other in others if kind.key in other.facts), None)
    if holder and chat.chance(0.6):
        chat.bot("You have not told me {m}. [It was {o} who {d}.|But {o} {d}.]", m=kind.missing.replace("{s}", who.name), o=holder.name, d=put(kind.does, holder.facts[kind.key][1], holder))
        return
    chat.bot("[You have not told me {m}.|You have not told me {m} yet.|I do not know that. You have not told me {m}.|You haven't told me {m} yet. Will you?]", m=kind.missing.replace("{s}", chat.pick((who.name, f"your {who.relation}"))))


def correct_of(chat: Chat, who: Other) -> None:
    """A fact about somebody taken back; the new one counts."""
    key = chat.pick(list(who.facts))
    kind, old = who.facts[key]
    for _ in range(9):
        value = kind.value(chat.rng, chat.held_out)
        if value != old:
            break
    else:
        return
    short_old, short_new = put(kind.short, old, who), put(kind.short, value, who)
    dice = chat.rng.random()
    subject = chat.pick((who.name, f"my {who.relation}", who.he if who.he != "they" else who.name))
    said = put(kind.does, value, who)
    if dice < 0.5:
        chat.user("[Sorry|Actually|No wait|Correction|Wait|Scratch that|Oh no, I mixed that up|I was wrong|Hm, no], {s} {d}.", s=subject, d=said)
    elif dice < 0.8:
        chat.user("[I meant {new}, not {old}.|Not {old}, {new}.|No, {new}.|Sorry, {new}. I said {old}, that was wrong.|I mean {new}|scratch that, {new}]", new=short_new, old=short_old)
    else:
        chat.user("[I just heard that|My mother says|Somebody told me that] {s} {d}[ now|, not {old}].", s=who.name, d=said, old=short_old)
    chat.bot("[Ah, so {n} {d}.|Okay, {n} {d}, not {old}.|Thank you, now I know that {n} {d}.|{new} then. I will remember that {n} {d}.|No problem: {n} {d}.]", n=who.name, d=said, old=short_old, new=capital(short_new))
    who.facts[key] = (kind, value)
    if chat.chance(0.75):
        ask_of(chat, who, key)


def mention(chat: Chat) -> Callable[[], None]:
    """Tells of somebody; what comes back asks about it, later."""
    who = some_pet(chat) if chat.chance(0.25) else somebody(chat)
    tell_of(chat, who)
    for _ in range(chat.pick((0, 0, 1))):
        tell_of(chat, who, first=False)

    def later() -> None:
        if chat.chance(0.3):
            ask_who(chat, who)
        else:
            ask_of(chat, who, chat.pick(list(who.facts)))

    return later
