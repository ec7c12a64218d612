"""Asking for a story with wishes, and all that is said about it afterwards: questions, changes, a title, what happened next.

Every answer comes from the tale's own facts; a change tells the same tale with the one thing changed.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..grammar import Chat, article, capital, tidy
from ..skills.base import typo
from . import lists
from .compose import Tale, compose, finish
from .draws import any_hero, any_name, any_object, different
from .engine import render
from .sequels import SEQUELS
from .teller import _pronoun
from .wish import Wish, _kind, _place, child_wish, random_wish
from .wish_cores import BANKS, LESSONS
from .wish_requests import in_weather, request
from .wish_turns import NEXT_SAD, OPENERS, PRAISE, TITLES


def _type(chat: Chat, text: str) -> None:
    """The user's words, now and then as people type: lower case, no full stop, a slip."""
    text = tidy(text)
    if text.endswith(".") and text.startswith(("Can ", "Could ", "How ", "Would ")) and ". " not in text:
        text = text[:-1] + "?"
    dice = chat.rng.random()
    if dice < 0.2:
        text = text.lower()
    elif dice < 0.28:
        text = text.lower().rstrip(".?!")
    elif dice < 0.34:
        text = text.rstrip(".?!")
    if chat.chance(0.07):
        text = typo(chat.rng, text)
    chat.user_exactly(capital(text) if chat.chance(0.6) else text)


def _say(chat: Chat, tale: Tale, template: str) -> str:
    return render(chat.rng, template, tale.slots)


def _answer(chat: Chat, tale: Tale, question: str, answer: str) -> None:
    _type(chat, capital(_say(chat, tale, question)))
    chat.bot_exactly(finish(_say(chat, tale, answer)))


def _tell(chat: Chat, wish: Wish, lead: str = "") -> Tale:
    tale = compose(wish, chat.rng.randrange(1 << 40))
    _give(chat, tale, lead)
    return tale


def _give(chat: Chat, tale: Tale, lead: str = "") -> None:
    chat.bot_exactly(f"{lead} {tale.text}".strip() if "\n" not in tale.text or not lead else f"{lead}\n\n{tale.text}")


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
    _type(chat, text)
    talk(chat, _tell(chat, wish))


def _continue(chat: Chat, wish: Wish) -> str:
    """The user writes the first sentence; whatever else was wished is kept only where that sentence says it."""
    keep = Wish(kind=wish.kind, name=wish.name, he=wish.he, trait=wish.trait, place=wish.place or _place(chat.rng))
    vars(wish).update(vars(keep))
    who = article(f"{wish.trait} {wish.kind}" if wish.trait else wish.kind or "")
    wish.first = chat.pick((f"Once upon a time there was {who} named {wish.name} who lived {wish.place}.", f"{wish.name} was {who} and lived {wish.place}.", f"Once there was {who} called {wish.name} {wish.place}.", f"{capital(wish.place or '')}, there lived {who} called {wish.name}."))
    return chat.pick((f"Continue this story: {wish.first}", f"{wish.first} Continue.", f"{wish.first} What happens next?", f"Go on with this: {wish.first}", f"This is the beginning of a story: {wish.first} Please go on.", f"Write a story that begins like this: {wish.first}", f"Finish the story: {wish.first}"))


def asked_back(chat: Chat) -> None:
    """The model asks what the story shall be about, one thing after the other, and uses all of it."""
    rng = chat.rng
    wish = Wish(kind=_kind(rng))
    chat.user(chat.pick(("[Tell me a story|I want a story|Can you tell a story|Let us make up a story together|Write a story for me|Let's write a story].", "[I need a story|A story please|Story time].")))
    chat.bot("[Gladly. Who is the hero|Sure. Who shall be the hero|Yes. About whom|With pleasure. Who is it about|Of course. Which hero would you like]?")
    _type(chat, chat.pick((capital(article(wish.kind or "")), f"{capital(article(wish.kind or ''))}.", f"Let's take {article(wish.kind or '')}.", f"About {article(wish.kind or '')}.", wish.kind or "", f"I would like {article(wish.kind or '')}.")))
    for what in rng.sample(("name", "place", "object", "trait"), rng.choice((1, 1, 2, 2, 3))):
        if what == "name":
            wish.name = any_name(rng, chat.held_out)
            chat.bot(f"[What is the {wish.kind} called|What is the name of the {wish.kind}|And its name|Does the {wish.kind} have a name]?")
            _type(chat, chat.pick((wish.name, f"{wish.name}.", f"Call it {wish.name}.", f"{wish.name} please", f"The name is {wish.name}.")))
        elif what == "place":
            wish.place = _place(rng)
            chat.bot("[Where does it happen|Where shall it take place|And where|Where are we]?")
            _type(chat, chat.pick((capital(wish.place), f"{capital(wish.place)}.", f"Maybe {wish.place}.", f"It happens {wish.place}.")))
        elif what == "object":
            wish.object = different(rng, any_object, wish.kind or "?")
            wish.act = chat.pick(("find", "lose", "want", None))
            word = {"find": "find", "lose": "lose", "want": "want"}.get(wish.act or "", "have")
            chat.bot(f"[What does the {wish.kind} {word}|And what does it {word}|What shall the {wish.kind} {word}]?")
            _type(chat, chat.pick((capital(article(wish.object)), f"{capital(article(wish.object))}.", f"Maybe {article(wish.object)}.", wish.object)))
        else:
            wish.trait = chat.pick(("shy", "brave", "lazy", "grumpy", "clumsy", "curious", "kind", "proud", "greedy", "forgetful", "lonely", "clever", "tiny", "noisy", "silly", "jealous", "old", "bossy"))
            chat.bot(f"[What is the {wish.kind} like|Is the {wish.kind} brave or shy|And what is it like|How would you describe the {wish.kind}]?")
            _type(chat, chat.pick((wish.trait, f"{capital(wish.trait)}.", f"Very {wish.trait}.", f"It is {wish.trait}.", f"a bit {wish.trait}")))
    wish.he = _pronoun(rng, wish.kind or "?", wish.name or "?")
    talk(chat, _tell(chat, wish))


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
        ("[What was the hero called|What was the {k} called|What was the name of the hero|What was the {k}'s name|name of the hero]?", "The {k} was called {n}."),
        ("[What was {n}|What kind of creature was {n}|Who was {n}|Who is {n} again]?", "{n} was {atk} who lived {in}."),
        ("[Where did it happen|Where did the story happen|Where does it take place|Where was that|What place was it]?", "[It happened|The story happened|It all happened] {in}."),
        ("[Where did {n} live|where was {n}|Where was {n} at home]?", "{n} lived {in}."),
        ("[How did it end|How did the story end|What happened in the end|What was the ending|and the end]?", "<end>"),
        ("[What was the problem|What went wrong|What happened first|What was it all about]?", "<problem>"),
        ("[How was it solved|What helped|How did they solve it|What did {n} do about it|How did it get better]?", "<solved>"),
        ("[What thing was important|Which object was in the story|What thing was in the story|What object was it about]?", "It was {ao}."),
        ("[Who else was in it|Who was in the story besides {n}|Who else was in the story|Who was the other one]?", "Besides {n} there was {fi}."),
        ("[Is it a true story|Is that true|Did that really happen]?", "[No, I made it up.|No, the story of {n} is made up.]"),
        ("[Can you sum it up|What was the story about, in short|Short version please|Tell it again in two sentences|Summarize it]?", "<short>"),
    ]
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
        "<problem>": f"{who}.", "<solved>": f"{tale.solved}.", "<short>": f"{tale.slots['n']} was {tale.slots['atk']}. {capital(tale.problem)}. Then {tale.solved}.",
    }.get(answer, answer)  # fmt: skip
    answer = finish(_say(chat, tale, answer))
    if answer not in said:
        _type(chat, capital(_say(chat, tale, ask)))
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
        _answer(chat, tale, f"[Were there|Are there] any {wish.without} in it?" if wish.without.endswith("s") else f"Was there any {wish.without} in it?", f"No, you asked me to leave out {wish.without}, so there [are|were] none in the story of {{n}}." if wish.without.endswith("s") else f"No, I left out {wish.without}, as you asked.")
        return
    _answer(chat, tale, f"[Was there|Is there|Did it have] {article(thing)} in [the story|it]?", why)


# ---- changes


def again(tale: Tale, **changes) -> Tale:
    """The same tale with something changed, and everything else kept."""
    slots = tale.slots
    kept = dict(kind=slots["k"], name=slots["n"], he=slots["he"], friend=slots["fk"], friend_he=slots["fhe"], friend_name=None if slots["f"].startswith("the ") else slots["f"], object=slots["o"], place=slots["in"])
    wish = replace(tale.wish, **{**kept, **changes})
    return compose(wish, tale.seed, tale.core)


def rename(chat: Chat, tale: Tale) -> Tale:
    name = different(chat.rng, lambda r: any_name(r, chat.held_out), tale.slots["n"], tale.slots["f"])
    while name in lists.HER_NAMES and tale.slots["he"] != "she" or name in lists.HIS_NAMES and tale.slots["he"] == "she":
        name = different(chat.rng, lambda r: any_name(r, chat.held_out), tale.slots["n"], tale.slots["f"])
    _type(chat, _say(chat, tale, f"[Call {{him}} {name} instead|Can you change the name to {name}|Now call the {{k}} {name}|The {{k}} should be called {name}|Same story, but {{he}} is called {name}|Please rename {{n}} to {name}|Tell it again, but with the name {name}]."))
    new = again(tale, name=name)
    _give(chat, new, chat.pick(("", "", f"Here it is with {name}:", f"Now the {tale.slots['k']} is called {name}.")))
    return new


def other_kind(chat: Chat, tale: Tale) -> Tale:
    kind = different(chat.rng, _kind, tale.slots["k"], tale.slots["fk"], tale.slots["o"])
    with_a = article(kind)
    _type(chat, _say(chat, tale, f"[Make {{n}} {with_a} instead|The same, but with {with_a}|Can {{n}} be {with_a}|Same story with {with_a} please|Not {{ak}}, {with_a} please|Could the hero be {with_a} instead of {{ak}}|Again, but with {with_a}]."))
    he = tale.slots["he"]
    if kind in lists.ONLY_HER and he != "she" or kind in lists.ONLY_HIM and he == "she":
        return another(chat, tale, kind)
    new = again(tale, kind=kind, trait=tale.wish.trait)
    _give(chat, new, chat.pick(("", "", f"Here it is with {with_a}:", f"Now {tale.slots['n']} is {with_a}.")))
    return new


def another(chat: Chat, tale: Tale, kind: str | None = None) -> Tale:
    """Another one, but with a fox."""
    rng = chat.rng
    if kind is None:
        wish = Wish(kind=different(rng, _kind, tale.slots["k"]))
        if chat.chance(0.25):
            wish.object = different(rng, any_object, wish.kind)
        elif chat.chance(0.25):
            wish.place = different(rng, _place, wish.kind)
        with_a = article(wish.kind) + (f" and {article(wish.object)}" if wish.object else "") + (f" {wish.place}" if wish.place else "")
        _type(chat, _say(chat, tale, f"[Another one but with {with_a}|Now one about {with_a}|Another one, this time about {with_a}|And now with {with_a}|One more, with {with_a}|New story: {with_a}|I want another story about {with_a}|Next one with {with_a} please]."))
    else:
        wish = Wish(kind=kind)
    wish.he = "she" if wish.kind in lists.ONLY_HER else "he" if wish.kind in lists.ONLY_HIM else rng.choice(("he", "she"))
    return _tell(chat, wish)


def more_in_it(chat: Chat, tale: Tale) -> Tale:
    """Set it in space instead; add an owl; make it rain."""
    rng = chat.rng
    what = chat.pick(("place", "third", "weather", "trait", "object"))
    slots = tale.slots
    if what == "place":
        value = different(rng, _place, slots["in"])
        ask = f"[Set it {value} instead|Can it happen {value}|The same story {value} please|Now {value}|Let it happen {value}]."
    elif what == "third":
        value = different(rng, lambda r: r.choice(lists.ANIMALS), slots["k"], slots["fk"], slots["o"])
        ask = f"[Add {article(value)}|Put {article(value)} in it, too|Can there be {article(value)} in it as well|And with {article(value)}, please]."
    elif what == "weather":
        value = chat.pick([key for key in BANKS["weather"] if key != "*"])
        when = in_weather(rng, value)
        ask = f"[Let it happen {when}|Now {when}, please|The same, but {when}|Can it be {when}|It should be {when}]."
    elif what == "trait":
        value = chat.pick(("shy", "brave", "clumsy", "grumpy", "curious", "lazy", "forgetful", "tiny", "proud", "sleepy", "nervous", "silly", "invisible", "purple"))
        ask = f"[Make {{n}} {value}|{{n}} should be {value}|Can {{he}} be {value}|And {{he}} should be {value}, please]."
    else:
        value = different(rng, lambda r: r.choice(lists.OBJECTS), slots["k"], slots["fk"], slots["o"])
        ask = f"[Take {article(value)} instead of the {{o}}|With {article(value)} instead of {{ao}} please|Change the {{o}} to {article(value)}|Not {{ao}}, {article(value)}]."
    length = tale.wish.length if what in ("place", "object") else None
    _type(chat, _say(chat, tale, ask))
    new = again(tale, length=length, **{what: value}, **({} if what != "object" else {"act": tale.wish.act}))
    _give(chat, new, chat.pick(("", "", "", "Here you are:", "Of course:")))
    return new


def longer(chat: Chat, tale: Tale) -> Tale:
    _type(chat, chat.pick(("Make it longer.", "Can you make it longer?", "Longer please.", "That is too short, tell it longer.", "More details please.", "I want a longer version.", "Can I have the long version?", "Tell it again, but longer.")))
    new = again(tale, length="long")
    _give(chat, new)
    return new


def shorter(chat: Chat, tale: Tale) -> Tale:
    many = chat.pick((1, 2, 3, 3, 4, 5))
    ask = chat.pick(("Now in {}.", "Can you tell it in {}?", "Shorter, {}.", "Too long. {} please.", "The same in {} please.", "Now make it {}."))
    number = f"{'one two three four five'.split()[many - 1]} sentence{'s' if many > 1 else ''}"
    _type(chat, capital(ask.format(number)))
    new = again(tale, length=many, first=None, last=None, last_about=None, extra=None, third=None)
    _give(chat, new)
    return new


def change_tone(chat: Chat, tale: Tale) -> Tale:
    tone = chat.pick(("funny", "sad", "scary", "bedtime", "exciting", "magical"))
    ask = {"funny": "[Make it funnier|Make it funny|Can it be funny|funnier please]", "sad": "[Make it sadder|Can you make it sad|A sad version please]", "scary": "[Make it scary|Scarier please|Can it be more scary]", "bedtime": "[Make it a bedtime story|Can it be a bedtime story]", "exciting": "[Make it more exciting|It should be more exciting]", "magical": "[Make it more magical|Add some magic]"}[tone]
    if tale.wish.without:
        return tale
    _type(chat, _say(chat, tale, ask + "."))
    new = again(tale, tone=tone, ending="sad" if tone == "sad" else None, last=None, last_about=None, length=None)
    _give(chat, new)
    return new


def new_ending(chat: Chat, tale: Tale) -> Tale:
    ending = chat.pick([key for key in BANKS["ending"] if key != tale.wish.ending])
    how = {"happy": "a happy ending", "sad": "a sad ending", "surprise": "a surprise ending", "open": "an open ending", "dream": "an ending where it was all a dream", "party": "a party at the end", "home": "an ending where {n} goes home", "hug": "a hug at the end", "asleep": "an ending where they fall asleep", "wedding": "a wedding at the end"}[ending]
    if chat.chance(0.3):
        how = ""
        ask = "[Change the ending|I do not like the ending, change it|Can you give it another ending|A different ending please|Can it end differently]."
    else:
        ask = f"[Change the ending: {how}|I want {how}|Give it {how}|Can it have {how}|With {how} please]."
    line = _say(chat, tale, chat.pick(BANKS["ending"][ending]["-"]))
    _type(chat, capital(_say(chat, tale, ask)))
    chat.bot_exactly(finish(_say(chat, tale, f"[Then it ends like this:|Here is the new ending:|All right.] [{capital(tale.problem)}.|] {capital(tale.solved)}. {line}")))
    return replace(tale, ending=line)


def _titled(words: str) -> str:
    return " ".join(capital(word) if word != "the" else word for word in words.split())


def title(chat: Chat, tale: Tale) -> None:
    _type(chat, chat.pick(("Give it a title.", "What is the title?", "What could it be called?", "It needs a title.", "Can you find a title for it?", "Title?", "What is the story called?", "How would you call the story?")))
    slots = dict(tale.slots, O=_titled(tale.slots["o"]), TK=_titled(tale.slots["tk"]), F=_titled(tale.slots["f"]))
    name = render(chat.rng, chat.pick(TITLES), slots)
    chat.bot_exactly(_say(chat, tale, f'[The title is "{name}."|I would call it "{name}."|"{name}."|How about "{name}"?|Let us call it "{name}."]'))


def happened_next(chat: Chat, tale: Tale) -> None:
    slots = dict(tale.slots, scene2=tale.slots["scene"])
    _type(chat, _say(chat, tale, "[What happened next|And then|What happened after that|And what did {n} do then|How does it go on|Continue the story|Go on|Tell me more about {n}|What happened the next day|Write the next part|continue]?").replace("story?", "story.").replace("Go on?", "Go on.").replace("part?", "part."))
    text = render(chat.rng, chat.pick(NEXT_SAD[tale.core.name] if tale.core.about == "sad" else SEQUELS), slots)
    chat.bot_exactly(finish(text))


def praise(chat: Chat, tale: Tale) -> None:
    ask, answer = chat.pick(PRAISE)
    _answer(chat, tale, ask, answer)


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
        _answer(chat, tale, f"[You forgot {what}|You left out {what}|But {what} is missing]!", f"No, {there}")
    else:
        _answer(chat, tale, f"[Did you use {what}|Did you think of {what}]?", f"Yes, {there}")


def openers(chat: Chat) -> None:
    """Names for a hero, a first sentence, an idea for a story, without the story."""
    ask, answers = chat.pick(OPENERS)
    kind, thing = any_hero(chat.rng), chat.pick(lists.OBJECTS)
    slots = {"k": kind, "ak": article(kind), "o": thing, "ao": article(thing), "p": _place(chat.rng), "K": _titled(kind), "O": _titled(thing)}
    names = chat.rng.sample(lists.PET_NAMES, 3)
    slots |= {"a": names[0], "b": names[1], "c": names[2], "n": lists.odd_name(chat.rng)}
    _type(chat, capital(render(chat.rng, ask, slots)))
    chat.bot_exactly(finish(render(chat.rng, chat.pick(answers), slots)))


_MOVES = (question, was_there, rename, other_kind, another, more_in_it, longer, shorter, change_tone, new_ending, title, happened_next, praise, proof)
_WEIGHTS = (16, 2, 2.2, 2, 2.2, 2.2, 1.3, 1.8, 1.2, 2.2, 2, 2.2, 1.5, 1.2)
_RETELLINGS = frozenset((rename, other_kind, another, more_in_it, longer, change_tone))
