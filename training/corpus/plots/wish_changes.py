"""What may be changed in a story that was just told: the hero, the place, the length, the ending. And how it goes on."""

from __future__ import annotations

from dataclasses import replace

from ..grammar import Chat, article, capital, in_words, tidy
from ..skills.base import typo
from . import lists
from .compose import Tale, compose, finish
from .draws import any_name, any_object, different
from .engine import render
from .sequels import SEQUELS
from .wish import Wish, any_kind, wished_place
from .wish_cores import BANKS
from .request_words import in_weather
from .wish_turns import NEXT_SAD, TITLES


def type_in(chat: Chat, text: str) -> None:
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


def filled(chat: Chat, tale: Tale, template: str) -> str:
    return render(chat.rng, template, tale.slots)


def exchange(chat: Chat, tale: Tale, question: str, answer: str) -> None:
    type_in(chat, capital(filled(chat, tale, question)))
    chat.bot_exactly(finish(filled(chat, tale, answer)))


def tell_for(chat: Chat, wish: Wish, lead: str = "") -> Tale:
    tale = compose(wish, chat.rng.randrange(1 << 40))
    give(chat, tale, lead)
    return tale


def give(chat: Chat, tale: Tale, lead: str = "") -> None:
    chat.bot_exactly(f"{lead} {tale.text}".strip() if "\n" not in tale.text or not lead else f"{lead}\n\n{tale.text}")



def again(tale: Tale, **changes) -> Tale:
    """The same tale with something changed, and everything else kept."""
    slots = tale.slots
    kept = dict(kind=slots["k"], name=slots["n"], he=slots["he"], friend=slots["fk"], friend_he=slots["fhe"], friend_name=None if slots["f"].startswith("the ") else slots["f"], object=slots["o"], place=slots["in"])
    wish = replace(tale.wish, **{**kept, **changes})
    if wish.first and slots["n"] in wish.first:  # the user's own first sentence, which names the old hero
        wish = replace(wish, first=None)
    return compose(wish, tale.seed, tale.core)


def rename(chat: Chat, tale: Tale) -> Tale:
    name = different(chat.rng, lambda r: any_name(r, chat.held_out), tale.slots["n"], tale.slots["f"])
    while name in lists.HER_NAMES and tale.slots["he"] != "she" or name in lists.HIS_NAMES and tale.slots["he"] == "she":
        name = different(chat.rng, lambda r: any_name(r, chat.held_out), tale.slots["n"], tale.slots["f"])
    type_in(chat, filled(chat, tale, f"[Call {{him}} {name} instead|Can you change the name to {name}|Now call the {{k}} {name}|The {{k}} should be called {name}|Same story, but {{he}} is called {name}|Please rename {{n}} to {name}|Tell it again, but with the name {name}]."))
    new = again(tale, name=name)
    give(chat, new, chat.pick(("", "", f"Here it is with {name}:", f"Now the {tale.slots['k']} is called {name}.")))
    return new


def other_kind(chat: Chat, tale: Tale) -> Tale:
    kind = different(chat.rng, any_kind, tale.slots["k"], tale.slots["fk"], tale.slots["o"])
    with_a = article(kind)
    type_in(chat, filled(chat, tale, f"[Make {{n}} {with_a} instead|The same, but with {with_a}|Can {{n}} be {with_a}|Same story with {with_a} please|Not {{ak}}, {with_a} please|Could the hero be {with_a} instead of {{ak}}|Again, but with {with_a}]."))
    he = tale.slots["he"]
    if kind in lists.ONLY_HER and he != "she" or kind in lists.ONLY_HIM and he == "she":
        return another(chat, tale, kind)
    new = again(tale, kind=kind, trait=tale.wish.trait)
    give(chat, new, chat.pick(("", "", f"Here it is with {with_a}:", f"Now {tale.slots['n']} is {with_a}.")))
    return new


def another(chat: Chat, tale: Tale, kind: str | None = None) -> Tale:
    """Another one, but with a fox."""
    rng = chat.rng
    if kind is None:
        wish = Wish(kind=different(rng, any_kind, tale.slots["k"]))
        if chat.chance(0.25):
            wish.object = different(rng, any_object, wish.kind)
        elif chat.chance(0.25):
            wish.place = different(rng, wished_place, wish.kind)
        with_a = article(wish.kind) + (f" and {article(wish.object)}" if wish.object else "") + (f" {wish.place}" if wish.place else "")
        type_in(chat, filled(chat, tale, f"[Another one but with {with_a}|Now one about {with_a}|Another one, this time about {with_a}|And now with {with_a}|One more, with {with_a}|New story: {with_a}|I want another story about {with_a}|Next one with {with_a} please]."))
    else:
        wish = Wish(kind=kind)
    wish.he = "she" if wish.kind in lists.ONLY_HER else "he" if wish.kind in lists.ONLY_HIM else rng.choice(("he", "she"))
    return tell_for(chat, wish)


def more_in_it(chat: Chat, tale: Tale) -> Tale:
    """Set it in space instead; add an owl; make it rain."""
    rng = chat.rng
    what = chat.pick(("place", "third", "weather", "trait", "object"))
    slots = tale.slots
    if what == "place":
        value = different(rng, wished_place, slots["in"])
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
    type_in(chat, filled(chat, tale, ask))
    new = again(tale, length=length, **{what: value}, **({} if what != "object" else {"act": tale.wish.act}))
    give(chat, new, chat.pick(("", "", "", "Here you are:", "Of course:")))
    return new


def longer(chat: Chat, tale: Tale) -> Tale:
    type_in(chat, chat.pick(("Make it longer.", "Can you make it longer?", "Longer please.", "That is too short, tell it longer.", "More details please.", "I want a longer version.", "Can I have the long version?", "Tell it again, but longer.")))
    new = again(tale, length="long")
    give(chat, new)
    return new


def shorter(chat: Chat, tale: Tale) -> Tale:
    many = chat.pick((1, 2, 3, 3, 4, 5))
    ask = chat.pick(("Now in {}.", "Can you tell it in {}?", "Shorter, {}.", "Too long. {} please.", "The same in {} please.", "Now make it {}."))
    number = f"{in_words(many)} sentence{'s' if many > 1 else ''}"
    type_in(chat, capital(ask.format(number)))
    new = again(tale, length=many, first=None, last=None, last_about=None, extra=None, third=None)
    give(chat, new)
    return new


def change_tone(chat: Chat, tale: Tale) -> Tale:
    tone = chat.pick(("funny", "sad", "scary", "bedtime", "exciting", "magical"))
    ask = {"funny": "[Make it funnier|Make it funny|Can it be funny|funnier please]", "sad": "[Make it sadder|Can you make it sad|A sad version please]", "scary": "[Make it scary|Scarier please|Can it be more scary]", "bedtime": "[Make it a bedtime story|Can it be a bedtime story]", "exciting": "[Make it more exciting|It should be more exciting]", "magical": "[Make it more magical|Add some magic]"}[tone]
    if tale.wish.without:
        return tale
    type_in(chat, filled(chat, tale, ask + "."))
    new = again(tale, tone=tone, ending="sad" if tone == "sad" else None, last=None, last_about=None, length=None)
    give(chat, new)
    return new


def new_ending(chat: Chat, tale: Tale) -> Tale:
    ending = chat.pick([key for key in BANKS["ending"] if key != tale.wish.ending])
    how = {"happy": "a happy ending", "sad": "a sad ending", "surprise": "a surprise ending", "open": "an open ending", "dream": "an ending where it was all a dream", "party": "a party at the end", "home": "an ending where {n} goes home", "hug": "a hug at the end", "asleep": "an ending where they fall asleep", "wedding": "a wedding at the end"}[ending]
    if chat.chance(0.3):
        how = ""
        ask = "[Change the ending|I do not like the ending, change it|Can you give it another ending|A different ending please|Can it end differently]."
    else:
        ask = f"[Change the ending: {how}|I want {how}|Give it {how}|Can it have {how}|With {how} please]."
    line = filled(chat, tale, chat.pick(BANKS["ending"][ending]["-"]))
    type_in(chat, capital(filled(chat, tale, ask)))
    chat.bot_exactly(finish(filled(chat, tale, f"[Then it ends like this:|Here is the new ending:|All right.] [{capital(tale.problem)}.|] {capital(tale.solved)}. {line}")))
    return replace(tale, ending=line)


def titled(words: str) -> str:
    return " ".join(capital(word) if word != "the" else word for word in words.split())


def title(chat: Chat, tale: Tale) -> None:
    type_in(chat, chat.pick(("Give it a title.", "What is the title?", "What could it be called?", "It needs a title.", "Can you find a title for it?", "Title?", "What is the story called?", "How would you call the story?")))
    slots = dict(tale.slots, O=titled(tale.slots["o"]), TK=titled(tale.slots["tk"]), F=titled(tale.slots["f"]))
    name = render(chat.rng, chat.pick(TITLES), slots)
    chat.bot_exactly(filled(chat, tale, f'[The title is "{name}."|I would call it "{name}."|"{name}."|How about "{name}"?|Let us call it "{name}."]'))


def happened_next(chat: Chat, tale: Tale) -> None:
    slots = dict(tale.slots, scene2=tale.slots["scene"])
    type_in(chat, filled(chat, tale, "[What happened next|And then|What happened after that|And what did {n} do then|How does it go on|Continue the story|Go on|Tell me more about {n}|What happened the next day|Write the next part|continue]?").replace("story?", "story.").replace("Go on?", "Go on.").replace("part?", "part."))
    text = render(chat.rng, chat.pick(NEXT_SAD[tale.core.name] if tale.core.about == "sad" else SEQUELS), slots)
    chat.bot_exactly(finish(text))
