"""What a user can tell of themselves and ask for later: one ``Attribute`` a fact, built from a few families.

Values come from open sets (see ``lexicon``), so that answering means copying from far back, not choosing from a list.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Callable

from .. import openfacts
from ..lexicon import FAVOURITES, LISTS, favourite, made_up_word, person, pet_name, town

Value = Callable[[random.Random, bool], str]


@dataclass(frozen=True)
class Attribute:
    """``{v}`` stands for the value in every template."""

    key: str  # in Chat.memory
    value: Value
    told: list[str]  # user
    noted: list[str]  # model, right after
    asked: list[str]  # user, later
    answered: list[str]  # model
    noun: str  # "You have not told me {noun}."
    clause: str  # "You told me that {clause}."
    weight: float = 1.0
    short: list[str] = field(default_factory=lambda: ["{v}"])  # the value alone, as a correction says it


_NOTED = [
    "[Got it|Okay|All right|Thank you for telling me|Good to know|Noted][. I will remember that {clause}.|: {clause}.|. So {clause}.]",
    "[I will remember that {clause}.|I will keep that in mind: {clause}.|Thank you, now I know that {clause}.]",
]
# Said before a fact now and then; ``memory.tell`` joins them.
TELL_LEADS = (
    "Please remember: ", "Remember this: ", "Just so you know, ", "By the way, ", "Guess what? ", "FYI, ", "You should know: ", "Let me tell you something: ", "Don't forget: ", "Oh, and ", "btw ", "So, ", "Well, ",
)  # fmt: skip


def _make(key: str, value: Value, told: list[str], noted: list[str], asked: list[str], answered: list[str], noun: str, clause: str, weight: float = 1.0) -> Attribute:
    own = [text.replace("{clause}", clause) for text in _NOTED]
    said = [*answered, *answered, f"You told me that {clause}.", f"You said that {clause}.", f"I remember: {clause}."]
    return Attribute(key, value, told, [*noted, *noted, *own], asked, said, noun, clause, weight)


NAME = _make(
    "name",
    lambda rng, held: person(rng, held),
    [
        "My name is {v}.", "My name is {v}.", "I am {v}.", "I'm {v}.", "my name's {v}", "You can call me {v}.", "Call me {v}.", "They call me {v}.", "Everyone calls me {v}.", "{v} is my name.", "The name is {v}.",
        "I am called {v}.", "im {v}", "It's {v} here.", "This is {v}.", "{v} here!", "Please call me {v}.", "My friends call me {v}.", "I go by {v}.", "My first name is {v}.",
    ],
    ["Nice to meet you, {v}!", "Hello, {v}! [How are you?|What can I do for you?|What a nice name.|]", "Hi {v}! I am Mamba.", "It is good to meet you, {v}.", "Pleased to meet you, {v}. [I am Mamba.|]", "What a lovely name, {v}! [How are you today?|]", "Welcome, {v}!"],
    [
        "What is my name?", "What is my name?", "What's my name?", "Do you remember my name?", "Do you know my name?", "Who am I?", "What am I called?", "Can you tell me my name?", "Say my name.", "What was my name again?",
        "Do you still know my name?", "What did I say my name was?", "Do you remember who I am?", "Tell me my name.", "How am I called?", "Did I tell you my name?", "Can you remember my name?", "What name did I give you?", "Which name did I tell you?", "Do you know who I am?",
    ],
    ["Your name is {v}.", "Your name is {v}.", "You are {v}.", "Of course, your name is {v}."],
    "your name", "your name is {v}", 26,
)  # fmt: skip

_MAY_HAVE = frozenset("sister brother aunt uncle cousin friend neighbor boss coach roommate wife husband girlfriend boyfriend baby twin son daughter nephew niece grandson granddaughter".split()) | {"pen pal"}
_NICE = "[{v} is a lovely name.|{v}, what a nice name!|Say hello to {v} from me.|{v} sounds nice.]"


def _relation(relation: str) -> Attribute:
    told = ["My {r} is called {v}.", "My {r}'s name is {v}.", "{v} is my {r}.", "My {r} is {v}.", "The name of my {r} is {v}.", "my {r}s name is {v}"]
    if relation in _MAY_HAVE:
        told += ["I have a {r} called {v}.", "I have a {r} named {v}.", "I've got a {r}, {v}."]
    asked = [
        "What is my {r}'s name?", "What is my {r} called?", "Who is my {r}?", "Do you remember my {r}'s name?", "What's the name of my {r}?", "What is the name of my {r}?", "Tell me the name of my {r}.", "What did I say my {r} is called?",
        "Do you know my {r}'s name?", "Can you tell me what my {r} is called?", "What was my {r}'s name again?", "How is my {r} called?",
    ]  # fmt: skip
    answered = ["Your {r} is called {v}.", "Your {r}'s name is {v}.", "Your {r} is {v}."]
    swap = lambda texts: [text.replace("{r}", relation) for text in texts]  # noqa: E731 - three uses, one line
    weight = 2.0 if relation in ("sister", "brother", "friend", "best friend", "mother", "father") else 0.5
    return _make(relation, lambda rng, held: person(rng, held), swap(told), [_NICE], swap(asked), swap(answered), f"the name of your {relation}", f"your {relation} is called {{v}}", weight)


def _pet(pet: str) -> Attribute:
    told = [
        "I have {a} called {v}.", "I have {a} named {v}.", "My {p} is called {v}.", "My {p}'s name is {v}.", "I have {a}. Its name is {v}.", "This is my {p}, {v}.", "I've got {a} called {v}.", "The name of my {p} is {v}.",
        "We have {a} called {v}.", "my {p} is named {v}", "I just got {a}! It is called {v}.", "{v} is my {p}.", "My pet is {a} called {v}.",
    ]  # fmt: skip
    noted = ["{v} is a [cute|sweet|good|great|lovely] name for {a}!", "How sweet! Say hello to {v} for me.", "{v} sounds [lovely|like a good friend|sweet].", "Aw, {v}! [What does {v} like to do?|How old is {v}?|]"]
    asked = [
        "What is my {p} called?", "What is the name of my {p}?", "Do you remember my {p}'s name?", "What's my {p}'s name?", "What is my {p}'s name?", "What's the name of my {p}?", "Do you know what my {p} is called?", "Tell me my {p}'s name.",
        "What did I call my {p}?", "What was the name of my {p} again?", "Do you still know the name of my {p}?", "How is my {p} called?", "Who is my {p}?", "Can you tell me the name of my {p}?",
    ]  # fmt: skip
    answered = ["Your {p} is called {v}.", "Your {p}'s name is {v}.", "The name of your {p} is {v}."]
    a = f"an {pet}" if pet[0] in "aeiou" else f"a {pet}"
    swap = lambda texts: [text.replace("{p}", pet).replace("{a}", a) for text in texts]  # noqa: E731
    weight = {"cat": 6.0, "dog": 6.0}.get(pet, 1.2)
    return _make(f"{pet} called", lambda rng, held: pet_name(rng, held), swap(told), swap(noted), swap(asked), swap(answered), f"the name of your {pet}", f"your {pet} is called {{v}}", weight)


_LOVE = {"food": "eating {v}", "drink": "drinking {v}", "dish": "eating {v}", "sport": "{v}", "hobby": "{v}", "color": "the color {v}", "song": "the song {v}", "movie": "the movie {v}", "book": "the book {v}", "band": "the band {v}"}
FAV = "[favorite|favorite|favorite|favourite|fav]"


def _favourite(kind: str) -> Attribute:
    told = [f"My {FAV} {{k}} is {{v}}.", f"My {FAV} {{k}} is {{v}}.", f"{{v}} is my {FAV} {{k}}.", "The {k} I like best is {v}.", f"I think my {FAV} {{k}} is {{v}}."]
    if kind in _LOVE:
        told.append(f"I love {_LOVE[kind]} most of all.")
    asked = [
        f"What is my {FAV} {{k}}?", f"What is my {FAV} {{k}}?", f"What's my {FAV} {{k}}?", "Which {k} do I like best?", f"Do you remember my {FAV} {{k}}?", f"Do you know my {FAV} {{k}}?", "What {k} do I like most?",
        f"Tell me my {FAV} {{k}}.", f"Can you tell me my {FAV} {{k}}?", f"What did I say my {FAV} {{k}} is?", f"Which {{k}} is my {FAV}?", f"What was my {FAV} {{k}} again?", f"Do you still know what my {FAV} {{k}} is?",
    ]  # fmt: skip
    noted = ["{cap v} is a [fine|good|great|nice|lovely] choice.", "{cap v}! [That is a good one.|Nice.|I will remember that.]", "[Nice|Good choice|Interesting]! What do you like about {v}?", "I like the sound of {v}."]
    answered = ["Your favorite {k} is {v}.", "Your favorite {k} is {v}.", "You like {v} best."]
    swap = lambda texts: [text.replace("{k}", kind) for text in texts]  # noqa: E731
    weight = {"color": 9.0, "food": 7.0, "animal": 4.0, "drink": 3.0}.get(kind, 1.4)
    return _make(f"favorite {kind}", lambda rng, held: favourite(rng, kind, held), swap(told), noted, swap(asked), swap(answered), f"your favorite {kind}", f"your favorite {kind} is {{v}}", weight)


def _plain(words: str) -> Value:
    return lambda rng, held: rng.choice(LISTS[words])


OTHERS = [
    _make("town", lambda rng, held: town(rng, held),
          ["I live in {v}.", "My home is in {v}.", "I live in a town called {v}.", "We live in {v}.", "I moved to {v}.", "i live in {v}"],
          ["{v} must be an interesting place.", "I have never been to {v}. What is it like?", "Do you like living in {v}?", "How nice! I would like to hear more about {v}."],
          ["Where do I live?", "Which city do I live in?", "Where is my home?", "What town do I live in?", "Do you remember where I live?", "Do you know where I live?", "Where did I say I live?"],
          ["You live in {v}.", "Your home is in {v}."], "where you live", "you live in {v}", 8),
    _make("job", _plain("job"),
          ["I am {an v}.", "I work as {an v}.", "My job? I am {an v}.", "I'm {an v}.", "I am {an v} by profession.", "I earn my money as {an v}.", "By profession I am {an v}."],
          ["Being {an v} sounds interesting.", "That is an important job.", "How nice! Do you like being {an v}?", "What does {an v} do all day?"],
          ["What is my job?", "What do I do for work?", "Do you remember my job?", "What do I work as?", "What's my job?", "What is my profession?", "What do I do for a living?", "Do you know what my job is?", "What did I say my job is?"],
          ["You are {an v}.", "You work as {an v}."], "your job", "you work as {an v}", 5),
    _make("age", lambda rng, held: str(rng.randint(5, 95)),
          ["I am {v} years old.", "I turned {v} this year.", "My age is {v}.", "I am {v}.", "I'm {v} years old.", "I just turned {v}.", "im {v}"],
          ["{v} is a good age.", "{v} is a nice number.", "Thank you for telling me that you are {v}."],
          ["How old am I?", "What is my age?", "Do you know how old I am?", "Do you remember my age?", "How old did I say I am?", "What's my age?"],
          ["You are {v} years old.", "You are {v}."], "your age", "you are {v} years old", 4),
    _make("hobby", lambda rng, held: favourite(rng, "hobby", held, 0.15),
          ["I like {v}.", "My hobby is {v}.", "In my free time I enjoy {v}.", "I love {v}.", "I enjoy {v}.", "My hobbies are reading and {v}.", "I am really into {v}."],
          ["{cap v} sounds like fun!", "How nice! How often do you do it?", "That is a great hobby.", "What do you like most about it?"],
          ["What is my hobby?", "What do I like to do in my free time?", "What do I enjoy?", "Do you remember my hobby?", "What's my hobby?", "What do I like doing?", "Which hobby do I have?"],
          ["You like {v}.", "Your hobby is {v}.", "You enjoy {v}."], "your hobby", "you like {v}", 4),
    _make("secret word", lambda rng, held: made_up_word(rng, held) if held or rng.random() < 0.5 else rng.choice(LISTS["noun"]),
          ["The secret word is {v}.", "Remember the word {v}.", "My secret word is {v}.", "The magic word is {v}.", "Please remember the word {v}.", "I will tell you a secret word: {v}.", "Keep this word in mind: {v}."],
          ["Okay, I will remember the word {v}.", "Got it. The word is {v}.", "I will keep the word {v} in mind."],
          ["What is the secret word?", "Which word should you remember?", "What was the word?", "Do you remember the secret word?", "What is my secret word?", "What was the secret word again?", "Tell me the secret word.", "Which word did I tell you?"],
          ["The word is {v}.", "The secret word is {v}."], "a secret word", "the word is {v}", 5),
    _make("lucky number", lambda rng, held: favourite(rng, "number", held),
          ["My lucky number is {v}.", "The number is {v}.", "Remember the number {v}.", "The secret number is {v}.", "Please remember this number: {v}.", "{v} is my lucky number."],
          ["{v} is a fine number.", "I will remember the number {v}.", "Okay, the number is {v}."],
          ["What is my lucky number?", "Which number did I tell you?", "What was the number?", "What is my number?", "Do you remember my number?", "Which number should you remember?", "What is the secret number?"],
          ["The number is {v}.", "Your number is {v}."], "a number", "the number is {v}", 4),
    _make("birthday", lambda rng, held: f"on {rng.choice(LISTS['month'])} {rng.randint(1, 28)}" if rng.random() < 0.5 else f"in {rng.choice(LISTS['month'])}",
          ["My birthday is {v}.", "I was born {v}.", "I have my birthday {v}.", "My birthday's {v}."],
          ["I will remember that your birthday is {v}.", "Thank you for telling me that your birthday is {v}."],
          ["When is my birthday?", "Do you remember my birthday?", "When was I born?", "When's my birthday?", "In which month is my birthday?", "Do you know when my birthday is?"],
          ["Your birthday is {v}."], "when your birthday is", "your birthday is {v}", 2),
    _make("plan", _plain("plan"),
          ["Tomorrow I want to {v}.", "Tomorrow I will {v}.", "I am going to {v} tomorrow.", "I plan to {v} tomorrow.", "My plan for tomorrow is to {v}.", "Tomorrow I would like to {v}.", "I have to {v} tomorrow."],
          ["That sounds like a good plan.", "I hope it goes well!", "Good luck with that!", "Nice! Are you looking forward to it?"],
          ["What do I want to do tomorrow?", "What is my plan for tomorrow?", "What am I going to do tomorrow?", "Do you remember my plan?", "What did I say I will do tomorrow?", "What are my plans?"],
          ["Tomorrow you want to {you v}.", "You plan to {you v} tomorrow."], "your plans", "you want to {you v} tomorrow", 3),
    _make("car", lambda rng, held: favourite(rng, "color", held),
          ["My car is {v}.", "I have {an v} car.", "The color of my car is {v}.", "I drive {an v} car.", "I bought {an v} car."],
          ["{cap an v} car sounds nice.", "I like {v} cars."],
          ["What color is my car?", "Which color does my car have?", "What is the color of my car?", "Do you remember the color of my car?"],
          ["Your car is {v}."], "the color of your car", "your car is {v}", 2),
    _make("instrument", lambda rng, held: favourite(rng, "instrument", held, 0.2),
          ["I play the {v}.", "I am learning to play the {v}.", "I can play the {v}.", "My instrument is the {v}."],
          ["The {v} has a lovely sound.", "How long have you played the {v}?", "Nice! I would like to hear you play the {v}."],
          ["Which instrument do I play?", "What instrument do I play?", "Do you remember my instrument?", "What do I play?"],
          ["You play the {v}."], "which instrument you play", "you play the {v}", 2),
    _make("school", lambda rng, held: made_up_word(rng, held, 4).capitalize() + rng.choice((" School", " High", " College", " Academy")),
          ["I go to {v}.", "My school is called {v}.", "The name of my school is {v}.", "I study at {v}."],
          ["I hope you have good teachers at {v}.", "Do you like {v}?"],
          ["What is my school called?", "Which school do I go to?", "What is the name of my school?", "Where do I go to school?"],
          ["Your school is {v}.", "You go to {v}."], "the name of your school", "your school is {v}", 1.5),
    _make("street", lambda rng, held: made_up_word(rng, held, 4).capitalize() + rng.choice((" Street", " Road", " Lane", " Avenue", " Hill")),
          ["I live on {v}.", "My street is called {v}.", "My house is on {v}.", "The name of my street is {v}."],
          ["{v} is a nice name for a street.", "Is it quiet on {v}?"],
          ["Which street do I live on?", "What is my street called?", "What is the name of my street?", "What street is my house on?"],
          ["You live on {v}.", "Your street is called {v}."], "the name of your street", "you live on {v}", 1.5),
    _make("breakfast today", lambda rng, held: favourite(rng, "food", held, 0.2),
          ["I had {v} for breakfast today.", "This morning I ate {v}.", "For breakfast I had {v}.", "I ate {v} this morning."],
          ["{cap v} for breakfast! Did you enjoy it?", "That sounds tasty.", "I hope it was good."],
          ["What did I eat this morning?", "What did I have for breakfast?", "What was my breakfast today?", "Do you remember what I ate this morning?"],
          ["You had {v} for breakfast.", "You ate {v}."], "what you had for breakfast", "you had {v} for breakfast", 2),
    _make("present", _plain("object"),
          ["I bought {an v} today.", "I got {an v} as a present.", "My friend gave me {an v}.", "I have a new {v}.", "I found {an v} today."],
          ["{cap an v}! How nice.", "I hope you like your {v}.", "What will you do with the {v}?"],
          ["What did I get?", "What new thing do I have?", "Which new thing do I have?", "Do you remember what I got?"],
          ["You got {an v}."], "about a new thing", "you got {an v}", 1.5),
    _make("keys", _plain("spot"),
          ["My keys are in the {v}.", "I left my keys in the {v}.", "I put my keys in the {v}."],
          ["I will remember that your keys are in the {v}.", "Okay, your keys are in the {v}."],
          ["Where are my keys?", "Where did I put my keys?", "Where did I leave my keys?", "Do you remember where my keys are?", "I cannot find my keys. Where are they?"],
          ["Your keys are in the {v}."], "where your keys are", "your keys are in the {v}", 2),
    _make("bag", lambda rng, held: " and ".join(rng.sample(LISTS["food"], 2)),
          ["I need to buy {v}.", "Please remind me to buy {v}.", "My shopping list is {v}.", "On my shopping list: {v}."],
          ["I will remember: {v}.", "Okay. {cap v}, got it."],
          ["What do I need to buy?", "What is on my shopping list?", "What did I want to buy?", "What should I buy?"],
          ["You need to buy {v}."], "what you need to buy", "you need to buy {v}", 1.5),
]  # fmt: skip

RELATIONS = [_relation(relation) for relation in LISTS["relation"]]
PETS = [_pet(pet) for pet in LISTS["pet"]]
FAVOURITE_ATTRIBUTES = [_favourite(kind) for kind in FAVOURITES]
ATTRIBUTES: dict[str, Attribute] = {a.key: a for a in (NAME, *RELATIONS, *PETS, *FAVOURITE_ATTRIBUTES, *OTHERS)}


def _from_file() -> None:
    """Adds what ``threads/told.txt`` holds: new facts, and more wordings for those above."""
    for block in openfacts.blocks():
        key, clause = block["key"], block["C"][0]
        if old := ATTRIBUTES.get(key):
            old.told.extend(block["T"])
            old.noted.extend(2 * block["N"])
            old.asked.extend(block["Q"])
            old.answered.extend(2 * block["A"])
            value = openfacts.VALUES[block["value"]] if key in ("job", "instrument") else old.value
            ATTRIBUTES[key] = replace(old, value=value, short=block["X"], weight=max(old.weight, block["weight"]))
        else:
            made = _make(key, openfacts.VALUES[block["value"]], block["T"], 2 * block["N"], block["Q"], block["A"], block["M"][0], clause, block["weight"])
            ATTRIBUTES[key] = replace(made, short=block["X"])


_from_file()
KEYS = list(ATTRIBUTES)
WEIGHTS = [a.weight for a in ATTRIBUTES.values()]
