"""Asking for a story with wishes, and all that is said about it afterwards: questions, changes, a title, what happened next.

Every answer comes from the tale's own facts; a change tells the same tale with the one thing changed.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .. import lexicon
from ..grammar import USER, Chat, article, capital
from . import lists
from .compose import Tale, compose, finish, spoken_lines
from .draws import any_hero, any_name, any_object, different
from .engine import render
from .request_words import Words
from .wish import Wish, any_kind, child_wish, gendered, random_wish, set_wish, wished_place
from .wish_changes import exchange, filled, tell_for, titled, type_in, another, change_tone, happened_next, longer, more_in_it, new_ending, other_kind, rename, shorter, title
from .wish_cores import LESSONS
from .wish_requests import request
from .wish_turns import OPENERS, PRAISE


def wished_story(chat: Chat) -> None:
    """A request with wishes, the story, and some talk about it."""
    rng = chat.rng
    wish = child_wish(rng, chat.held_out) if chat.chance(0.08) else random_wish(rng, chat.held_out)
    if wish.child == "me" and chat.memory.setdefault("name", wish.name or "") != wish.name:
        wish.child, wish.kind = None, wish.kind or "girl"
    text = request(rng, wish)
    if wish.kind and wish.name and not wish.first and not wish.weather and wish.length in (None, "long", "paragraph") and chat.chance(0.25):
        text = _continue(chat, wish)
    if chat.chance(0.12):
        chat.user(chat.pick(("[Hi|Hello|Hey], can you tell stories?", "[Can you write stories|Do you write stories|Could you write a story for me|I need a story]?", "[I want a story|Tell me a story|Let's write a story].")))
        chat.bot("[Sure. What should it be about|Gladly. Who is the hero|Yes! What would you like in it|Of course. Whom shall it be about]?")
        text = re.sub(r"^(?:Please )?(?:Tell|Write|Give|Make)(?: me| us| up)? a ", "A ", text)
    type_in(chat, text)
    talk(chat, tell_for(chat, wish))


def _continue(chat: Chat, wish: Wish) -> str:
    """The user writes the first sentence; whatever else was wished is kept only where that sentence says it."""
    keep = Wish(kind=wish.kind, name=wish.name, he=wish.he, trait=wish.trait, place=wish.place or wished_place(chat.rng))
    vars(wish).update(vars(keep))
    who = article(f"{wish.trait} {wish.kind}" if wish.trait else wish.kind or "")
    wish.first = chat.pick((f"Once upon a time there was {who} named {wish.name} who lived {wish.place}.", f"{wish.name} was {who} and lived {wish.place}.", f"Once there was {who} called {wish.name} {wish.place}.", f"{capital(wish.place or '')}, there lived {who} called {wish.name}."))
    return chat.pick((f"Continue this story: {wish.first}", f"{wish.first} Continue.", f"{wish.first} What happens next?", f"Go on with this: {wish.first}", f"This is the beginning of a story: {wish.first} Please go on.", f"Write a story that begins like this: {wish.first}", f"Finish the story: {wish.first}"))


def asked_back(chat: Chat) -> None:
    """The model asks what the story shall be about, one thing after the other, and uses all of it."""
    rng = chat.rng
    wish = Wish(kind=any_kind(rng))
    chat.user(chat.pick(("[Tell me a story|I want a story|Can you tell a story|Let us make up a story together|Write a story for me|Let's write a story].", "[I need a story|A story please|Story time].")))
    chat.bot("[Gladly. Who is the hero|Sure. Who shall be the hero|Yes. About whom|With pleasure. Who is it about|Of course. Which hero would you like]?")
    type_in(chat, chat.pick((capital(article(wish.kind or "")), f"{capital(article(wish.kind or ''))}.", f"Let's take {article(wish.kind or '')}.", f"About {article(wish.kind or '')}.", wish.kind or "", f"I would like {article(wish.kind or '')}.")))
    for what in rng.sample(("name", "place", "object", "trait"), rng.choice((1, 1, 2, 2, 3))):
        if what == "name":
            wish.name = any_name(rng, chat.held_out)
            chat.bot(f"[What is the {wish.kind} called|What is the name of the {wish.kind}|And its name|Does the {wish.kind} have a name]?")
            type_in(chat, chat.pick((wish.name, f"{wish.name}.", f"Call it {wish.name}.", f"{wish.name} please", f"The name is {wish.name}.")))
        elif what == "place":
            wish.place = wished_place(rng)
            chat.bot("[Where does it happen|Where shall it take place|And where|Where are we]?")
            type_in(chat, chat.pick((capital(wish.place), f"{capital(wish.place)}.", f"Maybe {wish.place}.", f"It happens {wish.place}.")))
        elif what == "object":
            wish.object = different(rng, any_object, wish.kind or "?")
            wish.act = chat.pick(("find", "lose", "want", None))
            word = {"find": "find", "lose": "lose", "want": "want"}.get(wish.act or "", "have")
            chat.bot(f"[What does the {wish.kind} {word}|And what does it {word}|What shall the {wish.kind} {word}]?")
            type_in(chat, chat.pick((capital(article(wish.object)), f"{capital(article(wish.object))}.", f"Maybe {article(wish.object)}.", wish.object)))
        else:
            wish.trait = chat.pick(("shy", "brave", "lazy", "grumpy", "clumsy", "curious", "kind", "proud", "greedy", "forgetful", "lonely", "clever", "tiny", "noisy", "silly", "jealous", "old", "bossy"))
            chat.bot(f"[What is the {wish.kind} like|Is the {wish.kind} brave or shy|And what is it like|How would you describe the {wish.kind}]?")
            type_in(chat, chat.pick((wish.trait, f"{capital(wish.trait)}.", f"Very {wish.trait}.", f"It is {wish.trait}.", f"a bit {wish.trait}")))
    wish.he, wish.name = gendered(rng, wish.kind, wish.name)
    talk(chat, tell_for(chat, wish))


def talk(chat: Chat, tale: Tale) -> None:
    turns = chat.pick((0, 1, 1, 2, 2, 3, 3, 4, 5))
    done: set = set()
    long = 0
    for _ in range(turns):
        move = chat.rng.choices(_MOVES, _WEIGHTS)[0]
        if move in done and move is not question:
            continue
        if move in _RETELLINGS:
            if long >= 2:
                continue
            long += 1
        done.add(move)
        tale = move(chat, tale) or tale


# ---- questions


def _pairs(tale: Tale) -> list[tuple[str, str]]:
    wish, named = tale.wish, not tale.slots["f"].startswith("the ")
    found = [
        ("[Who was the story about|Who is the hero|Who was the main character|Who was it about|who is it about]?", "[The story was about|It was about|The hero was] {n}, {atk}."),
        ("[What was the hero called|What was the {k} called|What was the name of the hero|What was the {k}'s name|name of the hero|What was {his} name|And {his} name|Tell me the name again|Who was the {k}|the name of the {k}]?", "The {k} was called {n}."),
        ("[What was {n}|What kind of creature was {n}|Who was {n}|Who is {n} again]?", "{n} was {atk} who lived {in}."),
        ("[Where did it happen|Where did the story happen|Where does it take place|Where was that|What place was it]?", "[It happened|The story happened|It all happened] {in}."),
        ("[Where did {he} live|Where did {n} live|where was {n}|Where was {n} at home]?", "{n} lived {in}."),
        ("[How did it end|How did the story end|What happened in the end|What was the ending|and the end]?", "<end>"),
        ("[What was the problem|What went wrong|What happened first|What was it all about]?", "<problem>"),
        ("[How was it solved|What helped|How did they solve it|What did {n} do about it|How did it get better]?", "<solved>"),
        ("[What thing was important|Which object was in the story|What thing was in the story|What object was it about]?", "It was {ao}."),
        ("[Whom did {n} meet|Who did {n} meet|Who did {he} meet|With whom did {n} have to do]?", "{n} met {fi}."),
        ("[Was {n} alone|Was {n} all alone]?", "No, {n} was not alone. There was {fi}."),
        ("[How many characters are in it|How many were there in the story|Name the characters|Who are the characters|Which characters were there]?", "<cast>"),
        ("[Was {n} a boy or a girl|Is {n} a he or a she]?", "In the story {n} is a {he}."),
        ("[Who else was in it|Who was in the story besides {n}|Who else was in the story|Who was the other one]?", "Besides {n} there was {fi}."),
        ("[Is it a true story|Is that true|Did that really happen]?", "[No, I made it up.|No, the story of {n} is made up.]"),
        ("[Can you sum it up|What was the story about, in short|Short version please|Tell it again in two sentences|Summarize it]?", "<short>"),
    ]
    if any(f"found {tale.slots['ao']} {spot}" in tale.text or f"something {spot}. It was {tale.slots['ao']}" in tale.text or f"{capital(spot)} {tale.slots['n']} found" in tale.text for spot in (tale.slots["spot"],)):
        found += [("[Where did {n} find the {o}|Where did {he} find it|where was the {on}|Where did {he} find the {on}]?", "{n} found the {o} {spot}."), ("[What did {n} find|What did {he} find|What was it that {n} found]?", "{n} found {ao}.")] * 3
    color = tale.slots["o"].split(" ")[0]
    if color in ("red", "blue", "green", "yellow", "purple", "orange", "pink", "white", "black", "silver", "golden"):
        found += [(f"[What color was the {{on}}|Which color did the {{on}} have|what colour was the {{on}}]?", f"The {{on}} was {color}.")] * 2
    if wish.third:
        found.append((f"[What animal was there, too|What other animal was there|What did the {wish.third} do]?", f"There was {article(wish.third)}, too, and it watched {{n}} with big eyes."))
    if wish.extra:
        found.append((f"[What else did {{n}} have|What other thing was there|Which other thing was in it]?", f"{{n}} also had {article(wish.extra)}."))
    if named:
        found += [("[Who was {f}|Who is {f}|What was {f}|and who was {f}]?", "{f} was {afk}."), ("[What was the {fk} called|What was the name of the {fk}|And the {fk}, what was it called]?", "The {fk} was called {f}.")]
    if wish.trait:
        found.append(("[What was {n} like|How would you describe {n}|What was special about {n}|What kind of {k} was {n}]?", "{n} was {atk}."))
    if wish.weather:
        found.append(("[When was it|What was the weather like|When did it happen|What was going on outside]?", f"[It was the story of a {wish.weather}|The story had to do with {article(wish.weather) if wish.weather.islower() else wish.weather}]: that is when it happened." if wish.weather not in _WHEN else _WHEN[wish.weather]))
    if tale.moral or wish.lesson:
        found.append(("[What is the moral|What can we learn from it|What is the lesson|What did {n} learn|What does the story teach us]?", f"{{n}} learned to {LESSONS[wish.lesson or tale.core.about][0].replace('{himself}', tale.slots['himself'])}. {tale.moral}"))
    return found


_WHEN = {
    "rain": "It was raining.", "storm": "There was a storm.", "snow": "It was snowing.", "fog": "It was foggy.", "wind": "It was very windy.", "thunder": "There was thunder.", "heat": "It was very hot.", "full moon": "There was a full moon.", "winter": "It was winter.",
    "spring": "It was spring.", "summer": "It was summer.", "autumn": "It was autumn.", "night": "It was night.", "Christmas": "It was at Christmas.", "Halloween": "It was on Halloween.", "midnight": "It was midnight.", "sunrise": "It was just before sunrise.", "rainbow": "There was a rainbow in the sky.",
}  # fmt: skip


def question(chat: Chat, tale: Tale) -> None:
    ask, answer = chat.pick(_pairs(tale) + [pair for pair in tale.core.asks for _ in range(3)])
    said = {text for _, text in chat.turns[-8:]}
    who = tale.problem if tale.slots["n"] in tale.problem else f"{tale.problem}"
    answer = {
        "<end>": f"In the end {tale.ending}." if not tale.ending.endswith((".", "!", "?")) else "It ended like this: " + tale.ending,
        "<cast>": f"There were {tale.slots['n']}, {tale.slots['ak']}, and {tale.slots['fi']}" + (f", and also {article(tale.wish.third)}." if tale.wish.third else "."),
        "<problem>": f"{who}.", "<solved>": f"{tale.solved}.", "<short>": f"{tale.slots['n']} was {tale.slots['atk']}. {capital(tale.problem)}. Then {tale.solved}.",
    }.get(answer, answer)  # fmt: skip
    answer = finish(filled(chat, tale, answer))
    if answer not in said:
        type_in(chat, capital(filled(chat, tale, ask)))
        chat.bot_exactly(answer)


def was_there(chat: Chat, tale: Tale) -> None:
    """Yes or no: was there a fox in the story?"""
    wish = tale.wish
    if chat.chance(0.5):
        thing, why = chat.pick(((tale.slots["o"], "Yes, there was {ao} in the story."), (tale.slots["k"], "Yes, {n} was {ak}."), (tale.slots["fk"], "Yes, there was {fi}.")))
    else:
        thing = chat.pick(lists.ANIMALS + lists.OBJECTS)
        why = f"No, there was no {thing} in it. [It was about {{n}}, {{ak}}.|There was {{ao}}, and there was {{fi}}.]"
        if thing in tale.text.lower():
            return
    if wish.without and not wish.without.startswith("a ") and chat.chance(0.7):
        exchange(chat, tale, f"[Were there|Are there] any {wish.without} in it?" if wish.without.endswith("s") else f"Was there any {wish.without} in it?", f"No, you asked me to leave out {wish.without}, so there [are|were] none in the story of {{n}}." if wish.without.endswith("s") else f"No, I left out {wish.without}, as you asked.")
        return
    exchange(chat, tale, f"[Was there|Is there|Did it have] {article(thing)} in [the story|it]?", why)


# ---- small turns


def praise(chat: Chat, tale: Tale) -> None:
    ask, answer = chat.pick(PRAISE)
    exchange(chat, tale, ask, answer)


def proof(chat: Chat, tale: Tale) -> None:
    """You forgot the key! No, it was there."""
    wish = tale.wish
    options = [("the {o}", "the {o} is in it. {s}.")] if wish.object else []
    options += [("the name", "the hero is called {n}.")] if wish.name else []
    options += [("the {fk}", "the {fk} is in it: {fi}.")] if wish.friend else []
    options += [("the place", "it happens {in}.")] if wish.place else []
    if not options:
        return
    what, there = chat.pick(options)
    tale = replace(tale, slots=dict(tale.slots, s=tale.solved if tale.slots["o"] in tale.solved else tale.problem))
    if chat.chance(0.5):
        exchange(chat, tale, f"[You forgot {what}|You left out {what}|But {what} is missing]!", f"No, {there}")
    else:
        exchange(chat, tale, f"[Did you use {what}|Did you think of {what}]?", f"Yes, {there}")


def about_my_pet(chat: Chat) -> None:
    """The name of the pet was told before, a moment or many turns ago; the story uses it."""
    rng = chat.rng
    if "petname" not in chat.memory:
        pet, name = rng.choice(("cat", "dog", "rabbit", "hamster", "parrot", "turtle", "goldfish", "pony", "guinea pig", "mouse")), lexicon.pet_name(rng, chat.held_out)
        chat.user(f"[My {pet} is called {name}|I have {article(pet)} called {name}|I have {article(pet)}. Its name is {name}|The name of my {pet} is {name}|We have {article(pet)}, {name}].")
        chat.bot(f"[{name} is a nice name|Say hello to {name}|{name}! That suits {article(pet)}|I like the name {name}]. [How old is it?|How old is it?||]")
        if chat.turns[-1][1].endswith("?"):
            chat.user("[It is three years old|Just two|About five|I do not know exactly|Quite old already].")
            chat.bot("[How nice|That sounds good|Lovely|I see].")
        chat.memory |= {"pet": pet, "petname": name, f"{pet} called": name}
    pet, name = chat.memory["pet"], chat.memory["petname"]
    wish = Wish(kind=pet, name=name)
    for what in rng.sample(("object", "place", "lesson", "weather", "tone"), rng.choice((0, 1, 1, 2))):
        set_wish(rng, wish, what, chat.held_out)
    wish.act = None if wish.tone else wish.act
    wish.he = rng.choice(("he", "she"))
    words = Words(rng, wish)
    verbs = words.verbs()
    text = words.say(f"[Tell me a story about my {pet}|Write a story about my {pet}|Can my {pet} be the hero of a story|Make up a story with my {pet}|I want a story in which my {pet} is the hero|A story about my {pet}, please|Now a story about my {pet}]")
    text = text.removesuffix(", please")
    text += (", who " if " hero" in text else " who ") + " and ".join(verbs) if verbs else ""
    text += "".join(f" {place}" for place in words.places())
    text += "?" if text.startswith("Can") else "."
    text += "".join(f" {capital(sentence)}." for sentence in words.sentences())
    type_in(chat, text)
    talk(chat, tell_for(chat, wish))


def in_turns(chat: Chat) -> None:
    """Let us tell a story together: one line each."""
    wish = Wish(kind=any_kind(chat.rng), name=any_name(chat.rng, chat.held_out))
    wish.he, wish.name = gendered(chat.rng, wish.kind, wish.name)
    tale = compose(wish, chat.rng.randrange(1 << 40))
    lines = spoken_lines(tale)
    first = chat.chance(0.7)  # the user begins
    ask = "[Let's tell a story together|Let us write a story together, one after the other|Shall we make up a story together|Can we write a story in turns|I say a sentence, then you say one|Let's make up a story, you and me]"
    if first:
        chat.user_exactly(render(chat.rng, ask, {}) + f". {chat.pick(('I begin', 'I start', 'Me first', 'I will begin'))}: {lines.pop(0)}")
    else:
        chat.user_exactly(render(chat.rng, ask + "[. You begin|. You start|, you first].", {}))
    for number in range(chat.pick((2, 3, 3, 4, 5))):
        if len(lines) < 2:
            break
        chat.bot_exactly(lines.pop(0))
        if number < 5 and len(lines) > 1:
            chat.user_exactly(lines.pop(0))
        else:
            break
    if chat.turns[-1][0] == USER:
        chat.bot_exactly(lines.pop(0) if lines else finish(f"In the end {tale.ending}."))
    chat.user("[How does it end|And how does it end|What is the end|How shall it end]?")
    chat.bot_exactly(finish(f"In the end {tale.ending}."))
    if chat.chance(0.5):
        question(chat, tale)


def openers(chat: Chat) -> None:
    """Names for a hero, a first sentence, an idea for a story, without the story."""
    ask, answers = chat.pick(OPENERS)
    kind, thing = any_hero(chat.rng), chat.pick(lists.OBJECTS)
    slots = {"k": kind, "ak": article(kind), "o": thing, "ao": article(thing), "p": wished_place(chat.rng), "K": titled(kind), "O": titled(thing)}
    names = chat.rng.sample(lists.PET_NAMES, 3)
    slots |= {"a": names[0], "b": names[1], "c": names[2], "n": lists.odd_name(chat.rng)}
    type_in(chat, capital(render(chat.rng, ask, slots)))
    chat.bot_exactly(finish(render(chat.rng, chat.pick(answers), slots)))


_MOVES = (question, was_there, rename, other_kind, another, more_in_it, longer, shorter, change_tone, new_ending, title, happened_next, praise, proof)
_WEIGHTS = (16, 2, 2.2, 2, 2.2, 2.2, 1.3, 1.8, 1.2, 2.2, 2, 2.2, 1.5, 1.2)
_RETELLINGS = frozenset((rename, other_kind, another, more_in_it, longer, change_tone))
