"""Facts told by the way: beside a question, several in one breath, asked for by their subject or by their value."""

from __future__ import annotations

import re

from ..grammar import Chat, capital, expand, skill
from . import happenings, people, told_of_others
from .attributes import ATTRIBUTES, Attribute
from .following import topics
from .memory import CLOSE, answer, choose, close_told, fill, new_value, question, remember, tell, to_i


_WH = re.compile(r"(What|Where|Which|How|In|On|With|Is|Are|Does|Do|Can|Name|Tell)\b")


def _padded(chat: Chat) -> None:
    from ..recall import exchanges, pad

    if chat.chance(0.45):
        pad(chat, exchanges(chat) + chat.pick((1, 1, 2, 3)), 450)


def _knowledge(chat: Chat) -> tuple[str, str]:
    questions, subjects = chat.pick(topics())
    at = chat.rng.randrange(len(questions))
    subject = chat.pick(subjects)
    wordings = [w for w in questions[at][1] if w.endswith("?")] or questions[at][1]
    return capital(chat.pick(wordings).replace("{x}", subject[0]).replace("{X}", subject[1])), subject[2][at]


def _fact(chat: Chat, attribute, value: str) -> str:
    return re.sub(r"[.!]$", "", expand(chat.rng, fill(chat.pick([t for t in attribute.told if "?" not in t] or attribute.told), value)))


def tell_beside(chat: Chat, attribute: Attribute) -> None:
    """A fact and a question about something else in one turn: the question is answered, the fact is kept."""
    value = new_value(chat, attribute)
    asked, known = _knowledge(chat)
    said = _fact(chat, attribute, value)
    if chat.chance(0.75):
        chat.user("{s}. {j}{q}", s=said, j=(lead := chat.pick(("", "", "", "By the way, ", "Now tell me: ", "My question: ", "And ", "But now: ", "Tell me, "))), q=asked[:1].lower() + asked[1:] if lead and _WH.match(asked) else asked)
    else:
        chat.user("{q} [I ask because|By the way,|Oh, and] {s}.", q=asked, s=said if said.startswith("I") or value.startswith(said.split()[0].strip(",.!?'")) else said[:1].lower() + said[1:])
    remember(chat, attribute, value)
    if chat.chance(0.3):
        chat.bot("{k} [And it is good to know that {c}.|And I will remember that {c}.]", k=known, c=fill(attribute.clause, value))
    else:
        chat.bot_exactly(known)


@skill(7)
def told_beside_a_question(chat: Chat) -> None:
    attribute = choose(chat, told=False)
    if attribute is None:
        return
    tell_beside(chat, attribute)
    _padded(chat)
    question(chat, attribute)
    answer(chat, attribute)


@skill(7)
def in_one_breath(chat: Chat) -> None:
    """A long turn with three to five things in it: own facts, other people, something done."""
    bits: list[str] = []
    asks: list = []
    names: list[str] = []
    attributes: list = []
    for _ in range(chat.pick((1, 2, 2, 3))):
        attribute = choose(chat, told=False)
        if attribute and attribute not in attributes and not CLOSE.get(attribute.key, set()) & {a.key for a in attributes} and not close_told(chat, attribute.key):
            attributes.append(attribute)
    for attribute in attributes:
        value = new_value(chat, attribute)
        bits.append(_fact(chat, attribute, value))
        remember(chat, attribute, value)
        asks.append(lambda a=attribute: (question(chat, a), answer(chat, a)))
    for _ in range(chat.pick((0, 1, 1, 2))):
        who = people.somebody(chat)
        if who.name in names or who.relation in chat.memory:
            continue
        kind = chat.pick(people.KINDS)
        value = kind.value(chat.rng, chat.held_out)
        who.facts[kind.key] = (kind, value)
        names.append(who.name)
        if who.relation in ATTRIBUTES:
            chat.memory[who.relation] = who.name
        bits.append(f"my {who.relation} {who.name} {people.put(kind.does, value, who)}")
        asks += [lambda w=who, k=kind.key: told_of_others.ask_of(chat, w, k), lambda w=who: told_of_others.ask_who(chat, w)]
    if len(bits) < 3 and chat.chance(0.7) and not any(a.key in _DONE for a in attributes):
        h = happenings._draw(chat)
        h.parts = {k: v for k, v in h.parts.items() if k != "why"}
        bits.append(happenings._sentence(h))
        asks.append(lambda: happenings.ask_happening(chat, h, near=False))
    if len(bits) < 2:
        return
    chat.rng.shuffle(bits)
    text = ""
    for number, bit in enumerate(bits):
        inside = bit if bit.startswith(("I ", "I'", "my ")) else bit[:1].lower() + bit[1:] if bit.startswith(("My ", "The ", "We ", "Our ", "In ", "On ", "At ", "As ", "Tonight", "Tomorrow", "This ", "There")) else bit
        text += capital(bit) if number == 0 else chat.pick((". " + capital(bit), ". " + capital(bit), ", and " + inside, ". Also, " + inside, ", and " + inside))
    chat.user(chat.pick(("", "", "Hi! ", "So, where do I begin. ", "Let me tell you about me. ", "A lot is going on. ")) + text + ".")
    count = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}.get(len(bits), "Many")
    first = fill(attributes[0].clause, chat.memory[attributes[0].key]) if attributes else ""
    named = "|So {f}. And the rest I keep in mind, too.|Thank you for telling me that {f}, and the rest as well." if first else "|I have all of it. Ask me, if you like."
    chat.bot("[{n} things at once! I will remember them.|That is a lot to tell, thank you." + named + "]", n=count, f=first)
    _padded(chat)
    for ask in chat.rng.sample(asks, min(len(asks), chat.pick((1, 2, 2, 3, 4)))):
        ask()


_DONE = frozenset("present, bought thing, gift, found thing, lost thing, cooked dish, breakfast today, saw, reading, film, garden, guest, friends, bag, dish".split(", "))


@skill(5)
def told_about(chat: Chat) -> None:
    """"What did I tell you about my job?", and where that is known from."""
    attribute = choose(chat, told=True)
    if attribute is None or chat.chance(0.5):
        tell(chat)
        attribute = choose(chat, told=True)
        _padded(chat)
    clause = fill(attribute.clause, chat.memory[attribute.key])
    if attribute.noun.startswith("your ") and chat.chance(0.7):
        chat.user("[What did I tell you about|What did I say about|What do you know about|What have I told you about|Do you remember] {t}?", t=to_i(attribute.noun))
        chat.bot("[You told me that {c}.|You said that {c}.|{c}.]".replace("|{c}.", "|{cap c}."), c=clause)
    else:
        question(chat, attribute)
        answer(chat, attribute)
    if chat.chance(0.5):
        chat.user("[How do you know that|Who told you that|Where do you know that from|how do you know|Who says so|Did I tell you that]?")
        chat.bot("[You told me yourself, in this chat.|You said so yourself: {c}.|You told me that {c}.|From you. You told me in this chat that {c}.]", c=clause)


_MEANS = {
    "town": "{v} is where you live.", "origin": "{v} is where you come from.", "firm": "{v} is the company that you work for.", "team": "{v} is the team you cheer for.", "reading": "{v} is the book that you are reading.", "film": "{v} is the film that you watched.",
    "school": "{v} is your school.", "street": "You live on {v}.", "trip": "You are going to {v}.", "past trip": "You have been to {v}.", "guest": "{v} is the person you are going to meet.", "secret word": "{cap v} is the word that you told me.",
    "favorite song": "{v} is your favorite song.", "favorite band": "{v} is your favorite band.", "favorite book": "{v} is your favorite book.", "favorite movie": "{v} is your favorite movie.", "favorite restaurant": "{v} is your favorite restaurant.", "favorite team": "{v} is your favorite team.",
    "favorite TV show": "{v} is your favorite TV show.", "two cats": "{v} are your two cats.", "two dogs": "{v} are your two dogs.", "two children": "{v} are your children.", "friends": "{v} are your friends.",
}  # fmt: skip


@skill(4)
def what_is_the_value(chat: Chat) -> None:
    """From the value back to what it was: ``What is Zorvan?`` -> ``Zorvan is where you live.``"""
    keys = [key for key in chat.memory if key in _MEANS]
    if not keys:
        key = chat.pick([key for key in _MEANS if not close_told(chat, key)] or ["town"])
        tell(chat, ATTRIBUTES[key])
        _padded(chat)
    else:
        key = chat.pick(keys)
    value = chat.memory[key]
    many = key in ("two cats", "two dogs", "two children", "friends")
    chat.user("[Who are {v}|Who were {v} again|Do you remember {v}]?" if many else "[Who is {v}|Who was {v} again]?" if key == "guest" else "[What is {v}|What did I say about {v}|What was {v} again|Why did I mention {v}|Do you remember {v}]?", v=value)
    chat.bot(_MEANS[key].replace("{cap v}", capital(value)).replace("{v}", value))


@skill(2)
def short_reaction(chat: Chat) -> None:
    """After a fact and its reply the user says next to nothing; the model stays with the subject instead of dodging."""
    attribute = choose(chat, told=False)
    if attribute is None:
        return
    tell(chat, attribute)
    clause = fill(attribute.clause, chat.memory[attribute.key])
    noun = attribute.noun if attribute.noun.startswith(("your ", "the ")) else ""
    kind = chat.pick(("yes", "laugh", "more", "what", "you"))
    if kind == "yes":
        chat.user("[yeah|yes|yep|exactly|right|true|mhm|ok|sure|that's it|correct][.|!||]")
        chat.bot("[Good. Then I know that {c}.|I am glad that you told me that {c}.|So {c}. What else should I know?|All right: {c}. And what is new otherwise?]", c=clause)
    elif kind == "laugh":
        chat.user("[haha|lol|hehe|:)|haha yes|lol ok|xD|that's funny][!|.||]")
        chat.bot("[I am glad that it makes you laugh. So {c}.|You laugh, but I remember it: {c}.|Good mood, I see! And {c}, noted.]", c=clause)
    elif kind == "more":
        chat.user("[and|hm|well|so|ok and|go on|what now|what else][?|...|]")
        chat.bot("[You told me that {c}. Do you want to tell me more{n}?|So {c}. And what else?|We were at this point: {c}. Go on, if you like.|You said that {c}. How long has it been like that?]", c=clause, n=f" about {noun}" if noun else "")
    elif kind == "what":
        chat.user("[what did you understand|did you get that|do you understand|you understood that|did you listen|got it]?")
        chat.bot("[Yes: {c}.|Yes, you told me that {c}.|I did: {c}.]", c=clause)
    else:
        chat.user("[what do you say to that|what do you think|your opinion|and what do you say|is that good|what do you make of it]?")
        chat.bot("[That {c} tells me something about you. How do you like it yourself?|I have no opinion of my own, but it matters to you that {c}.|If you are happy that {c}, I am happy with you.|I like to know that {c}. What do you think of it yourself?]", c=clause)
    if chat.chance(0.3):
        question(chat, attribute)
        answer(chat, attribute)
