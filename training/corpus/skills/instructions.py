"""Doing what was asked, to the letter: repeating, spelling, listing, choosing, finishing a proverb."""

from __future__ import annotations

from ..grammar import Chat, article, capital, expand, in_words, listing, skill
from ..lexicon import LISTS, blend, made_up_word, person
from .base import ask, entries
from .words import MEANINGS

_WORDS = [word for word in MEANINGS if 3 <= len(word) <= 9]


def _word(chat: Chat, invented: float = 0.4) -> str:
    if not chat.held_out and chat.chance(0.35):
        return blend(chat.rng)
    return made_up_word(chat.rng, chat.held_out) if chat.chance(invented) else chat.pick(_WORDS)


@skill(5)
def repeat_words(chat: Chat) -> None:
    """Copying: words, names and invented ones, in the order given."""
    n = chat.pick((1, 2, 3, 3, 4, 5, 6))
    words = [_word(chat) for _ in range(n)]
    row = chat.pick((" ", " ", ", ")).join(words)
    chat.user_exactly(chat.pick(("Repeat after me: ", "Say ", "Say this: ", "Repeat: ", "Please repeat: ", "Repeat these words: ", "Please say ", "Can you say ", "Write ", "Type ", "say ", "repeat after me: ")) + row)
    chat.bot_exactly(capital(row) + ".")


@skill(1.5)
def repeat_sentence(chat: Chat) -> None:
    sentence = expand(chat.rng, "[I like {food}|The {animal} is {adjective}|My {relation} has {an object}|{name} lives in {city}|It is {weather} today|I am learning {hobby}|The {object} is {color}|We drink {drink} with {name}|I want to {plan}]")
    chat.user_exactly(chat.pick(("Repeat after me: ", "Say this: ", "Repeat this sentence: ", "Please repeat: ", "Say: ")) + sentence + ".")
    chat.bot_exactly(sentence + ".")


@skill(1.5)
def say_times(chat: Chat) -> None:
    word, n = _word(chat), chat.pick((2, 3, 3, 4, 5))
    chat.user("[Say {w} {n} times|Repeat {w} {n} times|Write {w} {n} times|Can you say {w} {n} times]", w=word, n=in_words(n) if chat.chance(0.6) else n)
    chat.bot_exactly(capital(" ".join([word] * n)) + ".")


@skill(0.8)
def backwards(chat: Chat) -> None:
    """Beyond a model that sees pieces instead of letters."""
    chat.user("[Say {w} backwards|Spell {w} backwards|What is {w} backwards|Can you say {w} backwards|Reverse the word {w}|Write {w} in reverse][?|.|]", w=_word(chat))
    chat.bot("[Saying words backwards is too hard for me. I read words in pieces, not letter by letter.|I cannot do that well, because I see words in pieces. I can spell it forwards.|Backwards is beyond me, sorry.]")


@skill(2.5)
def spell(chat: Chat) -> None:
    word = chat.pick(_WORDS)
    ask(chat, "[How do you spell {w}|Spell {w}|Can you spell the word {w}|Please spell {w}|Spell the word {w}|How is {w} spelled|What letters are in {w}|How do I write {w}]?", plain=True, w=word)
    chat.bot_exactly("-".join(word.upper()) + ".")


@skill(1)
def spell_name(chat: Chat) -> None:
    name = chat.memory.get("name")
    if name and len(name) <= 9 and name.isalpha() and chat.chance(0.5):
        ask(chat, "[Spell my name|Can you spell my name|How do you spell my name|Please spell my name]?", plain=True)
        chat.bot_exactly("-".join(name.upper()) + ".")
    else:
        name = person(chat.rng, chat.held_out)
        ask(chat, "[Spell the name {w}|Can you spell {w}|How do you spell {w}|Spell {w}]?", plain=True, w=name)
        chat.bot_exactly("-".join(name.upper()) + ".")


@skill(2)
def first_letter(chat: Chat) -> None:
    word = chat.pick(_WORDS)
    if chat.chance(0.6):
        ask(chat, "[What is the first letter of {w}|What letter does {w} start with|Which letter does {w} begin with|With which letter does {w} start]?", plain=True, w=word)
        chat.bot("{cap w} starts with {l}.", w=word, l=word[0].upper())
    elif chat.chance(0.5):
        ask(chat, "[What is the last letter of {w}|What letter does {w} end with|Which letter does {w} end in]?", plain=True, w=word)
        chat.bot("{cap w} ends with {l}.", w=word, l=word[-1].upper())
    else:
        ask(chat, "[How many letters does {w} have|How many letters are in {w}|How long is the word {w}|Count the letters in {w}]?", plain=True, w=word)
        chat.bot("{letters}: that is {n} letters.", letters="-".join(word.upper()), n=len(word))


@skill(1)
def alphabet(chat: Chat) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    i = chat.rng.randrange(1, 25)
    if chat.chance(0.3):
        ask(chat, "[Say the alphabet|Tell me the alphabet|Can you say the alphabet|What is the alphabet|Recite the alphabet|ABC please].")
        chat.bot_exactly(" ".join(letters) + ".")
    elif chat.chance(0.6):
        ask(chat, "[What letter comes after {l}|Which letter follows {l}|What is the letter after {l}]?", plain=True, l=letters[i])
        chat.bot("{m} comes after {l}.", l=letters[i], m=letters[i + 1])
    else:
        ask(chat, "[What letter comes before {l}|Which letter is before {l}|What is the letter before {l}]?", plain=True, l=letters[i])
        chat.bot("{m} comes before {l}.", l=letters[i], m=letters[i - 1])


PROVERBS = [tuple(line.split("|")) for line in entries("proverbs.txt")]


@skill(1.5)
def proverb(chat: Chat) -> None:
    start, end = chat.pick(PROVERBS)
    if chat.chance(0.75):
        ask(chat, "[Finish the proverb: {s} ...|Finish the sentence: {s} ...|How does it go on: {s} ...|Complete this: {s} ...|{s} ...|What comes next: {s} ...|Complete the saying: {s} ...]", plain=True, s=start)
        chat.bot("[{s} {e}.|{e}.|{s} {e}.]", s=start, e=end)
    else:
        ask(chat, "[Tell me a proverb|Do you know a proverb|Give me a proverb|Say something wise|Tell me something wise|Give me a quote|A wise saying, please].")
        chat.bot("{s} {e}.", s=start, e=end)


SIZES = "ant mouse frog cat dog sheep lion horse elephant whale".split()
THING_SIZES = "crumb coin apple book chair door car house church mountain".split()
FAST = ["snail", "turtle", "person", "horse", "car", "plane", "rocket"]


@skill(2)
def compare_things(chat: Chat) -> None:
    """Which is bigger, smaller, faster, slower: the order of the list decides."""
    row, words = chat.pick(((SIZES, ("bigger", "smaller")), (THING_SIZES, ("bigger", "smaller")), (SIZES[1:9], ("heavier", "lighter")), (FAST, ("faster", "slower"))))
    a, b = chat.rng.sample(range(len(row)), 2)
    more = chat.chance(0.6)
    winner, loser = (row[max(a, b)], row[min(a, b)]) if more else (row[min(a, b)], row[max(a, b)])
    word = words[0] if more else words[1]
    if chat.chance(0.65):
        ask(chat, "[Which is|What is|Who is] {w}, {a} or {b}?", plain=True, w=word, a=article(row[a]), b=article(row[b]))
        chat.bot("{cap an x} is {w} than {an y}.", w=word, x=winner, y=loser)
    else:
        ask(chat, "Is {a} {w} than {b}?", plain=True, w=word, a=article(row[a]), b=article(row[b]))
        chat.bot(("Yes" if row[a] == winner else "No") + ", {an x} is {w} than {an y}.", w=word, x=winner, y=loser)


@skill(1.2)
def sentence_with(chat: Chat) -> None:
    """A sentence with a given word: things, animals, foods."""
    kind = chat.pick(("animal", "food", "object", "color", "drink", "city", "job"))
    word = chat.pick(LISTS[kind])
    frames = {
        "animal": "[The {w} sleeps under a tree.|I saw {an w} yesterday.|There is {an w} in my story.]", "food": "[We had {w} for dinner.|My sister likes {w}.|Today we eat {w}.]", "object": "[There is {an w} on the table.|I found {an w} in the attic.|She gave me {an w}.]",
        "color": "[My new scarf is {w}.|The door is {w}.|He painted the chair {w}.]", "drink": "[I would like some {w}, please.|She drinks {w} every morning.]", "city": "[My aunt lives in {w}.|We took the train to {w}.]", "job": "[My uncle is {an w}.|She wants to be {an w}.]",
    }  # fmt: skip
    ask(chat, "[Make a sentence with {w}|Use {w} in a sentence|Write a sentence with the word {w}|Give me a sentence with {w}|Can you make a sentence with {w}].", plain=True, w=word)
    chat.bot(frames[kind], w=word)


@skill(1)
def make_list_longer(chat: Chat) -> None:
    """A list given by the user: which was first, last, how many; copying by place."""
    items = chat.rng.sample(LISTS[chat.pick(("animal", "food", "object", "fruit", "name", "city"))], chat.pick((3, 3, 4)))
    chat.user("[Here is a list: {l}|My list is {l}|Remember this list: {l}|I have {l}].", l=listing(items))
    chat.bot("[Okay, I have it.|I will remember: {l}.|Got it: {l}.]", l=listing(items))
    for i in chat.rng.sample(range(len(items)), chat.pick((1, 1, 2))):
        place = "last" if i == len(items) - 1 else ("first", "second", "third")[i]
        chat.user("[What was the {p} one|What is the {p} thing on my list|Which one was {p}|What came {p}]?", p=place)
        chat.bot("[The {p} one was {w}.|It was {w}.|{cap w} was {p}.]", p=place, w=items[i])
    if chat.chance(0.3):
        chat.user("[How many things are on my list|How many did I say]?")
        chat.bot("There are {n} things on your list.", n=in_words(len(items)))


@skill(1)
def yes_or_no(chat: Chat) -> None:
    ask(chat, "[Say yes or no|Yes or no|Just say yes|Say no|Answer with yes or no|Say yes|Just say no].")
    last = (chat.last_user or "").lower()
    chat.bot("No." if "no" in last and "yes" not in last else "Yes." if "yes" in last and " no" not in last.replace("yes or no", "") and "or" not in last else "[Yes.|No.|Yes!]")


@skill(1.2)
def nearby_choice(chat: Chat) -> None:
    """Choose for the user."""
    a, b = chat.rng.sample(LISTS[chat.pick(("food", "color", "hobby", "drink", "sport", "dessert", "fruit"))], 2)
    ask(chat, "[Should I choose|Choose for me:|Help me decide:|I cannot decide:|Which should I take:|Which one should I choose:] {a} or {b}?", plain=True, a=a, b=b)
    y = chat.pick((a, b))
    chat.bot("[I would say {y}.|Let us say {y}.|How about {y}?|{cap y}, I think.]", y=y)


@skill(1)
def short_long(chat: Chat) -> None:
    """Style requests, which it can only follow a little."""
    chat.user("[Keep it short|Please answer in one word|Be brief|Answer in short sentences|Speak more simply|Use simple words|Write longer answers|Can you write more|Talk like a child|Be more formal|Be funny|Answer in capital letters|Use emojis|Write in bold]")
    chat.bot("[I will try. My answers are short and simple anyway.|I can only write in one way: short and simple.|I am too small to change my style much, but I keep it simple.]")
