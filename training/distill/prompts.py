"""What the teacher is asked: first turns that real people typed, questions about words, sums, how-tos, wishes for stories.

Facts that ``training/corpus`` teaches are not asked here: the teacher would often answer them wrongly.
"""

from __future__ import annotations

import random
from functools import cache

from ..corpus import dialogues, lexicon, natural
from ..corpus.grammar import USER, Chat, expand
from ..corpus.recall import SENTENCES
from ..corpus.reflect import nouns

# What the assistant is told in the conversations that the teacher writes. The page's own prompt (dialogue.SYSTEM) stands over our own
# text alone: under it the student would learn two manners, and a chat that falls into the teacher's does not come out of it.
SYSTEMS = (
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face", "You are a helpful assistant.",
    "You are a kind and friendly companion. Answer in one or two short sentences.", "Answer briefly and in plain words.", None,
)  # fmt: skip

_KNOW = ("What is {x}?", "Tell me about {x}.", "what's {x}", "Can you explain {x}?", "How does {x} work?", "Why is {x} important?", "Explain {x} to a child.", "Give me three facts about {x}.", "What is {x} used for?",
         "I read about {x} today. What is it?", "Compare {x} with something I know.", "Write a short text about {x}.", "Is {x} dangerous?", "where does {x} come from")  # fmt: skip
_STORY = ("Tell me a story about {an animal}.", "Tell me a story about {an animal} and {an object}.", "Write a short story with {an animal} who finds {an object}.", "Write a poem about {an object}.", "tell me a bedtime story",
          "Can you make up a funny story about {an animal} called {n}?", "A story about {n} and {an animal}, please.", "Write a short poem about {an animal}.", "Tell me a story in which {n} loses {an object}.", "Write a letter from {an animal} to {n}.")  # fmt: skip
_HOW = ("How do I learn {hobby}?", "Any tips for {hobby}?", "How can I get better at {hobby}?", "How do I cook {food}?", "What goes well with {food}?", "Is {food} healthy?", "Give me a recipe with {food}.", "What should I eat, {food} or {food2}?",
        "How do I get a stain of {food} out?", "How do I fix my {object}?", "What can I do with an old {object}?", "List five ideas for {hobby}.", "What do I need for {hobby}?", "Give me advice about {hobby} for beginners.", "Help me plan a day with {hobby}.")  # fmt: skip
_TOLD = ("My name is {n}.", "Hi, I'm {n}.", "Hello! I am {n} and I like {hobby}.", "I'm {n}, I live by the sea.", "{n} here. I have {an animal}.", "My favorite food is {food}.", "I have a cat called {n}.", "hey im {n}")
_ASKED = ("What is my name?", "Do you remember my name?", "Who am I?", "What did I tell you about me?", "what did i say first", "Can you say my name?")
_AGAIN = ("why?", "and then?", "Tell me more.", "Can you give an example?", "Thanks!", "ok", "really?", "How do you know?", "Make it shorter.", "I don't understand.", "And what else?", "no", "yes", "What about children?", "cool", "Say it in other words.", "Is that all?")


@cache
def _utterances() -> list[str]:
    return [line["text"] for line in lexicon.fact_lines("utterances")]


@cache
def _natural() -> list[list[str]]:
    return [[text for who, text in entry["turns"] if who == "user"][:5] for entry in natural.entries() if "turns" in entry and entry["src"] != "gsm8k"]


@cache
def _words() -> list[str]:
    return [line["term"] for line in lexicon.fact_lines("terms")] + sorted(nouns())


def _hand_written(rng: random.Random) -> str:
    """How a visitor opens one of the dialogues that were written by hand."""
    chat = Chat(rng)
    dialogues.dialogue(chat)
    return next(text for role, text in chat.turns if role == USER)


def _sum(rng: random.Random) -> str:
    a, b = rng.randint(1, 100), rng.randint(1, 100)
    return rng.choice((f"What is {a} + {b}?", f"{a} - {b}", f"What is {a % 12} times {b % 12}?", f"I had {a} coins and lost {b % (a + 1)}. How many are left?", f"Is {a} bigger than {b}?"))


def first_turns(rng: random.Random) -> list[str]:
    """One to five things a user says, of which the later ones do not depend on the answers."""
    dice = rng.random()
    name = lexicon.person(rng)
    if dice < 0.20:
        turns = [rng.choice(_utterances())]
    elif dice < 0.42:
        turns = rng.choice(_natural())[: rng.choice((1, 1, 2, 3, 5))]
    elif dice < 0.58:
        turns = [expand(rng, rng.choice(_KNOW), x=rng.choice(_words()))]
    elif dice < 0.66:
        turns = [expand(rng, rng.choice(_STORY), n=name)]
    elif dice < 0.76:
        turns = [expand(rng, rng.choice(_HOW))]
    elif dice < 0.80:
        turns = [_sum(rng)]
    elif dice < 0.92:
        turns = [_hand_written(rng)]
    else:
        turns = [expand(rng, rng.choice(SENTENCES)) for _ in range(rng.choice((1, 2, 4)))]
    if rng.random() < 0.15:
        turns = [expand(rng, rng.choice(_TOLD), n=name), *turns[:3], rng.choice(_ASKED)]
    elif rng.random() < 0.3:
        turns = [*turns, rng.choice(_AGAIN)]
    return turns
