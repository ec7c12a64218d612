"""Telling and recalling: facts told in the chat, corrections, what was never told, what was just said."""

from __future__ import annotations

import re

from ..grammar import USER, Chat, article, capital, careless, expand, listing, skill
from ..lexicon import person
from .attributes import ATTRIBUTES, KEYS, TELL_LEADS, WEIGHTS, Attribute
from .base import LEADS, name_tail, slang, typo

_YOURS = {"i": "you", "my": "your", "me": "you", "mine": "yours", "am": "are", "i'm": "you are", "i've": "you have", "i'll": "you will", "myself": "yourself", "was": "were"}


def to_you(text: str) -> str:
    """``I lost my key`` -> ``you lost your key``. ``was`` only turns after ``I``."""
    text = re.sub(r"\bI was\b", "you were", text)
    return " ".join(_YOURS.get(word.lower(), word) if word.lower() != "was" else word for word in text.split(" "))


def to_i(clause: str) -> str:
    """``you lost your key`` -> ``I lost my key``: a clause as the user says it."""
    clause = re.sub(r"\byou are\b", "I am", clause)
    clause = re.sub(r"\byou were\b", "I was", clause)
    return re.sub(r"\byour\b", "my", re.sub(r"\byou\b", "I", clause))


def fill(template: str, value: str) -> str:
    """Puts the value into an attribute's template: plain, with article, with a capital, or turned to *you*."""
    return (
        template.replace("{cap an v}", capital(article(value)))
        .replace("{an v}", article(value))
        .replace("{cap v}", capital(value))
        .replace("{cap you v}", capital(to_you(value)))
        .replace("{you v}", to_you(value))
        .replace("{v}", value)
    )


# Facts so close to each other that the question for one may mean the other: a chat has only one of a group.
_CLOSE = (
    "birthday, birthday month", "town, origin, dwelling, favorite city", "job, workplace, firm", "plan, weekend", "present, bought thing, gift, found thing", "breakfast today, cooked dish, favorite breakfast, favorite food, favorite dish, favorite snack, dislike",
    "lucky number, code, height, favorite number", "trip, past trip, favorite place", "sport, favorite sport, hobby, favorite hobby", "instrument, favorite instrument", "reading, favorite book", "film, favorite movie, favorite film", "team, favorite team",
    "studies, favorite subject", "two cats, cat called, kitten called", "two dogs, dog called, puppy called", "two children, children count, son, daughter, baby, twin", "friends, friend, best friend, guest", "course, language, studies", "keys, parked, lost thing",
    "age, born year", "garden, favorite flower", "drinking, favorite drink", "secret word, favorite word", "hidden thing, gift, present", "car, favorite color",
)  # fmt: skip
CLOSE: dict[str, set[str]] = {}
for _line in _CLOSE:
    for _key in _line.split(", "):
        CLOSE.setdefault(_key, set()).update(set(_line.split(", ")) - {_key})


def close_told(chat: Chat, key: str) -> bool:
    """Whether something was told that could be mistaken for this."""
    return any(other in chat.memory for other in CLOSE.get(key, ()))


def choose(chat: Chat, told: bool | None = None) -> Attribute | None:
    """An attribute by weight: any, or only one that was told (``True``) or was not (``False``)."""
    if told:
        keys = [key for key in chat.memory if key in ATTRIBUTES]
        return ATTRIBUTES[chat.pick(keys)] if keys else None
    for _ in range(20):
        key = chat.rng.choices(KEYS, WEIGHTS)[0]
        if told is None or key not in chat.memory and not close_told(chat, key):
            return ATTRIBUTES[key]
    return None


def remember(chat: Chat, attribute: Attribute, value: str) -> None:
    chat.memory[attribute.key] = value
    if attribute.key.endswith(" called"):  # for stories and dialogues, which ask for any pet
        chat.memory["pet"], chat.memory["petname"] = attribute.key.removesuffix(" called"), value


def new_value(chat: Chat, attribute: Attribute) -> str:
    """A value that no other fact of this chat has, so that an answer can be checked."""
    for _ in range(10):
        value = attribute.value(chat.rng, chat.held_out)
        if value not in chat.memory.values():
            break
    return value


_COMMON_START = re.compile(r"(My|The|This|We|You|They|Everyone|Please|Tomorrow|For|In|Call|By|Remember|Keep|On|It's|Today)\b")
_IMPERATIVE = re.compile(r"(Please|Remember|Keep|Call|You can|I will tell|On my)")


def lower_start(text: str) -> str:
    """In the middle of a sentence: a small letter, except for names, titles and *I*."""
    return text[:1].lower() + text[1:] if _COMMON_START.match(text) else text


def tell(chat: Chat, attribute: Attribute | None = None) -> str:
    """One fact told and noted."""
    attribute = attribute or choose(chat, told=False) or choose(chat)
    value = new_value(chat, attribute)
    greeting = chat.pick(("Hi! ", "Hello, ", "Hi, ", "Hey, ", "Hello! ", "Good morning! ")) if not chat.turns and chat.chance(0.35) else ""
    template = chat.pick(attribute.told)
    if chat.chance(0.1) and "{you v}" not in template:  # typed in a hurry; the value keeps its letters
        said = re.sub(r"  +", " ", careless(chat.rng, template, v=value))
    else:
        said = expand(chat.rng, fill(template, value))
    lead = chat.pick(TELL_LEADS) if chat.chance(0.16) and not _IMPERATIVE.match(said) else ""
    chat.user(greeting + (lead + lower_start(said) if lead and not lead.endswith("? ") else lead + said))
    chat.bot(fill(chat.pick(attribute.noted), value))
    remember(chat, attribute, value)
    return value


_ASK_FRAMES = (
    "Do you still know: {q}?", "Quiz: {q}?", "A test: {q}?", "Let's see if you remember: {q}?", "I forgot, {q}?", "Back to me: {q}?", "Earlier I told you something. {q}?", "{q}? I told you before.", "{q}? You should know.", "By the way, {q}?",
    "{q}, do you remember?", "so {q}", "and {q}", "{q}, please?", "Now, {q}?", "Just checking: {q}?", "Do you remember it? I mean: {q}?", "Tell me: {q}?", "Let me test you: {q}?", "One more thing, {q}?", "{q}? Think back.",
    "You know this one: {q}?", "From before: {q}?", "If you were listening: {q}?", "{q}? We talked about it.", "ok, {q}", "{q}, any idea?", "Remind me, {q}?", "Help me out, {q}?", "My memory is bad. {q}?", "I mentioned it already. {q}?",
)  # fmt: skip


def question(chat: Chat, attribute: Attribute) -> None:
    """The user asks for a fact."""
    lead = chat.pick(LEADS) if chat.chance(0.08) else chat.pick(("And ", "And now: ", "Now tell me: ", "Remember? ")) if chat.chance(0.04) else ""
    text = chat.pick(attribute.asked)
    lead = "" if text.startswith(("Tell", "Say")) else lead
    if not lead and chat.chance(0.17) and text.endswith("?") and ". " not in text:
        chat.user(chat.pick(_ASK_FRAMES).replace("{q}", text[:1].lower() + text[1:-1] if not text.startswith("I ") else text[:-1]))
        return
    if chat.chance(0.09):
        text = slang(text) if chat.chance(0.3) else typo(chat.rng, text)
    chat.user(lead + (text[:1].lower() + text[1:] if lead and not lead.endswith("? ") else text))


def answer(chat: Chat, attribute: Attribute) -> None:
    """The model's answer: the value, or that it was never told."""
    value = chat.memory.get(attribute.key)
    if value is not None:
        chat.bot(fill(chat.pick(attribute.answered), value))
    elif attribute.key == "town" and "origin" in chat.memory:
        chat.bot("You have not told me where you live[ now|], only that you are from {v}.", v=chat.memory["origin"])
    elif attribute.key == "origin" and "town" in chat.memory:
        chat.bot("You live in {v}. [You have not told me where you grew up.|I do not know where you grew up.|]", v=chat.memory["town"])
    else:
        chat.bot(MISSING, noun=attribute.noun)


MISSING = (
    "[You have not told me {noun} yet.|You have not told me {noun}.|You have not told me {noun} yet. [Would you like to?|Do you want to tell me?]|I do not know that. You have not told me {noun}.|"
    "You haven't told me {noun} yet.|I am sorry, but you have not told me {noun}.|I do not know, because you have not told me {noun}.|Hmm, you have not told me {noun} yet. Will you tell me?]"
)


@skill(16)
def tell_fact(chat: Chat) -> None:
    tell(chat)


@skill(16)
def ask_fact(chat: Chat) -> None:
    """Asks for something told before; if nothing was, tells it first."""
    attribute = choose(chat, told=True)
    if attribute is None:
        tell(chat)
        attribute = choose(chat, told=True)
    question(chat, attribute)
    answer(chat, attribute)


@skill(5)
def ask_untold(chat: Chat) -> None:
    """Asks for something never told; sometimes tells it then and asks again."""
    attribute = choose(chat, told=False)
    if attribute is None:
        return
    question(chat, attribute)
    answer(chat, attribute)
    if chat.chance(0.3):
        tell(chat, attribute)
        if chat.chance(0.6):
            question(chat, attribute)
            answer(chat, attribute)


@skill(4)
def similar_but_untold(chat: Chat) -> None:
    """The dog's name was told, the cat's is asked: no borrowing."""
    told = choose(chat)
    if close_told(chat, told.key):
        return
    family = [key for key in KEYS if key != told.key and key not in chat.memory and key not in CLOSE.get(told.key, ()) and not close_told(chat, key) and (key.split()[0] == told.key.split()[0] or key.split()[-1] == told.key.split()[-1] or len(key.split()) == len(told.key.split()))]
    tell(chat, told)
    for key in chat.rng.sample(family, min(len(family), 1 + chat.chance(0.3))):
        question(chat, ATTRIBUTES[key])
        answer(chat, ATTRIBUTES[key])
    if chat.chance(0.6):
        question(chat, told)
        answer(chat, told)


@skill(5)
def two_facts(chat: Chat) -> None:
    """Two facts in one turn, then one or both of them asked."""
    first, second = choose(chat, told=False), choose(chat, told=False)
    if first is None or second is None or first.key == second.key or second.key in CLOSE.get(first.key, ()):
        return tell_fact(chat)
    values = [new_value(chat, first), new_value(chat, second)]
    if values[0] == values[1]:
        return tell_fact(chat)
    one, two = (expand(chat.rng, fill(chat.pick(a.told), v)) for a, v in zip((first, second), values))
    joint = chat.pick((". ", " and ", ", and ", ". ", ". Also, "))
    chat.user(re.sub(r"[.!]$", "", one) + joint + (two if joint == ". " else lower_start(two)))
    for attribute, value in zip((first, second), values):
        remember(chat, attribute, value)
    chat.bot(
        "[Thank you for telling me|Nice to know|Good to know|I will remember both|I will remember that|Got it]{tail}. [So {one}, and {two}.|So {one}, and {two}.|{cap one}, and {two}.|]",
        tail=name_tail(chat, 0.3), one=fill(first.clause, values[0]), two=fill(second.clause, values[1]),
    )  # fmt: skip
    for attribute in chat.rng.sample([first, second], chat.pick((0, 1, 2))):
        question(chat, attribute)
        answer(chat, attribute)


_SLIPS = (
    "[No|Actually|Sorry, I made a mistake|Wait|No, wait|Oh no, I was wrong|I changed my mind|Not anymore|Correction|I mean|No no|Scratch that|I misspoke|Let me correct that|I said that wrong|Oops|Hang on|That was wrong|Ah, wrong]",
    "[no wait|sorry|actually|scratch that|correction|oops|hold on|my mistake|ah no|hm, no]",
)
_SHORT = (
    "[No wait, |Sorry, |I mean |I meant |Actually, |Scratch that, |Correction: |Oops, |No, |Hm, no, |Wait, |I meant to say ]{new}.", "Not {old}, {new}.", "[Sorry, |Oh, |]I meant {new}, not {old}.", "{new}, sorry.", "{cap new}, I mean.", "no, {new}!",
    "[Actually |Sorry, |]it's {new}, not {old}.", "did I say {old}? I meant {new}.", "Make that {new}.", "Forget {old}, it's {new}.", "Sorry, wrong. It is {new}.", "I was wrong about {old}. It's {new}.", "*{new}", "that should be {new}",
)  # fmt: skip
_CORRECTED = (
    "[Thank you for the correction|All right|Okay, I changed it|Got it|I see, thank you|No problem|Thanks for putting that right|Ah]. [Now I know that {clause}.|So {clause}.|I will remember that {clause}.|{cap clause}, then.]",
    "[{cap clause}, not {old}. Thank you.|Ah, {new}! Then {clause}.|{cap new} it is: {clause}.|So it is {new}, not {old}.|I see, {new} and not {old}. I will remember that.]",
)


def _asked_after(chat: Chat, attribute: Attribute, old: str) -> None:
    """After a correction: the new value, whatever way it is asked."""
    value = chat.memory[attribute.key]
    dice = chat.rng.random()
    if dice < 0.62:
        question(chat, attribute)
        answer(chat, attribute)
    elif dice < 0.8:
        chat.user("[Did I say that|So is it true that|Is it right that|Do you still think that] {c}?", c=to_i(fill(attribute.clause, old)))
        chat.bot("No, [you corrected that: |that was a mistake, |not anymore: |you changed that: |]{c}.", c=fill(attribute.clause, value))
    elif dice < 0.92:
        chat.user("[What did I say first|What was it before|What did I say before I corrected it|What was my mistake]?")
        chat.bot("First you said {old}, [then {new}|but it is {new}|and then you corrected it to {new}].", old=fill(attribute.short[0], old).replace("my ", "your "), new=fill(attribute.short[0], value).replace("my ", "your "))
    else:
        chat.user("[So what is it now|Which one is right|So which is it|What is the right one|And now, what is right]?")
        chat.bot("[The right one is {new}: {c}.|It is {new}, {c}.|{cap c}.]", new=fill(attribute.short[0], value).replace("my ", "your "), c=fill(attribute.clause, value))


def _change(chat: Chat, attribute: Attribute, value: str, at_once: bool) -> None:
    """The correction itself, and that it was understood."""
    old = chat.memory[attribute.key]
    short = chat.pick(attribute.short)
    new_text, old_text = fill(short, value), fill(short, old)
    if at_once and chat.chance(0.65):
        chat.user(chat.pick(_SHORT).replace("{cap new}", capital(new_text)), new=new_text, old=old_text)
    else:
        said = expand(chat.rng, fill(chat.pick(attribute.told), value))
        if chat.chance(0.15):
            chat.user("[Sorry|Actually|No], [it is|it's] not {old}, [it is|it's|but] {new}. {said}", old=old_text, new=new_text, said=said)
        else:
            chat.user(chat.pick(_SLIPS) + chat.pick((", ", ": ", ", ", ". ")) + "{said}", said=said if said.startswith("I") else lower_start(said))
    you_new, you_old = to_you(new_text), to_you(old_text)
    chat.bot(chat.pick(_CORRECTED).replace("{cap new}", capital(you_new)).replace("{cap clause}", capital(fill(attribute.clause, value))), clause=fill(attribute.clause, value), new=you_new, old=you_old)
    remember(chat, attribute, value)


@skill(5)
def correct(chat: Chat) -> None:
    """The user corrects or changes a fact told earlier; the new value counts."""
    attribute = choose(chat, told=True)
    if attribute is None:
        return correct_at_once(chat)
    old, value = chat.memory[attribute.key], new_value(chat, attribute)
    if old == value:
        return
    _change(chat, attribute, value, at_once=False)
    if chat.chance(0.65):
        _asked_after(chat, attribute, old)


@skill(7)
def correct_at_once(chat: Chat) -> None:
    """A fact, and in the next turn the word that was wrong, now and then twice."""
    attribute = choose(chat, told=False)
    if attribute is None:
        return
    tell(chat, attribute)
    for _ in range(chat.pick((1, 1, 1, 1, 2))):
        old, value = chat.memory[attribute.key], new_value(chat, attribute)
        if old == value:
            return
        _change(chat, attribute, value, at_once=True)
    if chat.chance(0.75):
        _asked_after(chat, attribute, old)


@skill(3)
def is_it(chat: Chat) -> None:
    """``Is my name Ada?`` or ``Did I say that I live in Rome?``, with the right or a wrong value."""
    attribute = choose(chat, told=True)
    if attribute is None:
        tell(chat)
        attribute = choose(chat, told=True)
    value = chat.memory[attribute.key]
    guess = value if chat.chance(0.5) else attribute.value(chat.rng, chat.held_out)
    match = re.match(r"^(your .*?) (is|are) (.*)$", attribute.clause)
    if match and chat.chance(0.6):
        thing, verb, rest = match.groups()
        chat.user("{verb} {thing} {rest}?", verb=verb.capitalize(), thing=thing.replace("your", "my"), rest=fill(rest, guess))
    else:
        chat.user("[Did I say that|Did I tell you that|Is it true that|Do you remember that|Am I right that|Have I told you that] {c}?", c=to_i(fill(attribute.clause, guess)))
    clause = fill(attribute.clause, value)
    chat.bot(("[Yes, {c}.|Yes, that is right: {c}.]" if guess == value else "[No, {c}.|No, you told me that {c}.]"), c=clause)


@skill(3)
def who_is(chat: Chat) -> None:
    """From the value back to the person: ``Who is Ada?`` -> ``Ada is your sister.``"""
    known = [(key, value) for key, value in chat.memory.items() if key in ATTRIBUTES and (key == "name" or key.endswith(" called") or f"name of your {key}" in ATTRIBUTES[key].noun)]
    if not known:
        tell(chat, ATTRIBUTES[chat.pick(("sister", "brother", "friend", "best friend", "dog called", "cat called", "mother", "boss", "neighbor"))])
        known = [(key, value) for key, value in chat.memory.items() if key in ATTRIBUTES]
    key, value = chat.pick(known)
    if key in ("school", "street"):
        return
    chat.user("[Who is {v}?|Who is {v}?|Who's {v}?|Do you know who {v} is?|And who is {v}?|Do you remember who {v} is?|Did I tell you who {v} is?]", v=value)
    if key == "name":
        chat.bot("[You are {v}!|That is you! Your name is {v}.]", v=value)
    else:
        chat.bot("{v} is your {who}.", v=value, who=key.removesuffix(" called"))


@skill(2.5)
def whose_name(chat: Chat) -> None:
    """Two names side by side: own and a friend's, or two pets."""
    keys = chat.pick((("name", "friend"), ("name", "sister"), ("name", "brother"), ("cat called", "dog called"), ("mother", "father"), ("name", "best friend"), ("name", "dog called"), ("favorite color", "favorite food"), ("name", "boss")))
    for key in chat.rng.sample(keys, 2):
        tell(chat, ATTRIBUTES[key])
    for key in chat.rng.sample(keys, 2):
        question(chat, ATTRIBUTES[key])
        answer(chat, ATTRIBUTES[key])


@skill(3)
def what_have_i_told(chat: Chat) -> None:
    keys = [key for key in chat.memory if key in ATTRIBUTES]
    if len(keys) > 5 or chat.told_freely:  # then more was told than the memory lists
        return
    chat.user("[What have I told you|What have I told you about me|What do you know about me|What do you remember about me|Tell me what you know about me|What did I tell you about myself|Do you remember anything about me|What have I told you so far]?")
    if not keys:
        chat.bot("You have not told me anything about yourself yet. [What is your name?|I would like to know more.|]")
    else:
        chat.bot("You told me {all}.", all=listing([f"that {fill(ATTRIBUTES[key].clause, chat.memory[key])}" for key in keys]))


@skill(3)
def bot_asks_name(chat: Chat) -> None:
    """The model asks, the user answers with the bare word."""
    if "name" in chat.memory:
        return
    chat.user("[Hi|Hello|Hey|Good morning|Hi there|Hello Mamba|What is your name?|Who are you?]")
    chat.bot("[Hello! I am Mamba. What is your name?|Hi! I am Mamba. And you?|I am Mamba. What should I call you?|Hello, I am Mamba! Who are you?]")
    name = person(chat.rng, chat.held_out)
    chat.user("[{n}|{n}.|I am {n}|I'm {n}.|My name is {n}.|It's {n}|Call me {n}|im {n}|{n}, nice to meet you|Hi Mamba, I am {n}.]", n=name)
    chat.memory["name"] = name
    chat.bot("[Nice to meet you, {n}!|Hello, {n}!|It is good to meet you, {n}.|Hi {n}, nice to meet you!] [What would you like to talk about?|How are you today?|What can I do for you?|]", n=name)


@skill(3)
def reason(chat: Chat) -> None:
    """A feeling with its reason, and the question why."""
    good = chat.chance(0.35)
    feeling = chat.pick("happy excited proud relieved".split()) if good else chat.pick("sad tired angry nervous worried upset stressed annoyed disappointed".split())
    why = expand(chat.rng, _GOOD_REASONS if good else _BAD_REASONS, who=person(chat.rng, chat.held_out))
    chat.user("[I am|I'm|I feel] [a bit|very|so|really|] {f} [today|] because {w}.", f=feeling, w=why)
    chat.bot("[That is wonderful!|I am happy for you{tail}!|How nice!|Lovely!]" if good else "[I see. Thank you for telling me.|That sounds hard. Take it easy.|I am sorry to hear that{tail}.|I understand. I hope it gets better soon.]", tail=name_tail(chat))
    if chat.chance(0.75):
        chat.user("[Why am I|Why do I feel|Do you know why I am|Do you remember why I am|Why did I say I am] {f}?", f=feeling)
        chat.bot("[You are {f} because {y}.|You said that {y}.|Because {y}.]", f=feeling, y=to_you(why))
    if chat.chance(0.3):
        chat.user("[How do I feel|How am I feeling|How did I say I feel]?")
        chat.bot("[You feel {f}.|You said that you are {f}.]", f=feeling)


_BAD_REASONS = (
    "[I lost my {object}|I did not sleep well|I have to get up early|I have a test tomorrow|my {relation} is sick|my {object} is broken|I worked all day|I missed my train|my {pet} ran away|I forgot my {object}|my {relation} is angry with me|"
    "I failed a test|nobody called me|I have too much to do|my friend {who} moved away|I had a fight with {who}|it has rained all week|I broke my {object}|I cannot find my {object}|I walked ten miles|I have to see the dentist|my team lost|"
    "I burned the {food}|I skipped lunch|the neighbors are loud|my computer crashed|I was late for work|I said something stupid to {who}|I have a cold|my vacation is over]"
)
_GOOD_REASONS = (
    "[I found my {object}|I got a new {object}|my {relation} is visiting me|it is my birthday|I finished my work|I passed my test|I won a prize|the sun is shining|I got a new job|my team won|I made {food} for {who}|I learned to ride a bike|"
    "{who} called me|I am going on vacation|my {pet} is well again|I cleaned the whole house|I met {who}|I am going to a party|I baked a cake|I got good news]"
)


@skill(3)
def last_said(chat: Chat) -> None:
    """What the user said last, or first."""
    users = [text for role, text in chat.turns if role == USER]
    if not users or len(users[-1]) > 80:
        return
    if chat.chance(0.65) or len(users[0]) > 80:
        chat.user("[What did I just say|What did I say|Can you repeat what I said|What was my last message|Repeat what I just said|What were my last words|What did I just write|What was my last question]?")
        chat.bot_exactly(f'You said: "{users[-1]}"')
    else:
        chat.user("[What was the first thing I said|What did I say first|What was my first message|How did this chat start|What did I write at the beginning]?")
        chat.bot_exactly(f'You said: "{users[0]}"')


@skill(4)
def what_you_said(chat: Chat) -> None:
    """The model's own last words, and the question before the last: said again as they were."""
    if len(chat.turns) < 2:
        return
    said = chat.turns[-1][1]
    questions = [text for role, text in chat.turns if role == USER and text.endswith("?") and len(text) < 80]
    dice = chat.rng.random()
    if dice < 0.6 and len(said) < 110:
        chat.user("[What did you just say|What did you say|Say that again|Can you say that again|Sorry, what was that|Once more, please|Come again|I did not get that|Can you repeat your answer|Repeat that, please][?|?|]")
        chat.bot_exactly(chat.pick((said, said, f'I said: "{said}"')))
    elif questions:
        if dice < 0.8:
            chat.user("[What was my last question|What did I ask you last|What did I just ask|Which question did I ask last]?")
            chat.bot_exactly(f'You asked: "{questions[-1]}"')
        else:
            chat.user("[What was my first question|What did I ask you first|Which question came first|What was the first thing I asked]?")
            chat.bot_exactly(f'You asked: "{questions[0]}"')


@skill(1.5)
def from_or_live(chat: Chat) -> None:
    """Where somebody lives is not where they come from."""
    if "town" in chat.memory or "origin" in chat.memory:
        return
    told = chat.pick((["town"], ["origin"], ["town", "origin"], ["origin", "town"]))
    for key in told:
        tell(chat, ATTRIBUTES[key])
    for key in chat.rng.sample(["town", "origin"], 2):
        question(chat, ATTRIBUTES[key])
        answer(chat, ATTRIBUTES[key])


@skill(1)
def forget(chat: Chat) -> None:
    """Asked to forget: honest about how its memory works."""
    chat.user("[Forget my name|Please forget me|Delete what I told you|Can you forget everything|Forget what I said|How do I make you forget me]")
    chat.bot("[I cannot pick out one thing and forget it. Start a new chat, and I will know nothing about you.|I cannot forget on purpose. If you start a new chat, everything you told me is gone.|My memory is only this chat. A new chat begins with an empty memory.]")
