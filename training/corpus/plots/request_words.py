"""The parts of a request: how weather, tone, ending and length are called, and each wish as a verb, a place or a sentence."""

from __future__ import annotations

import random

from ..grammar import article, capital, in_words
from .engine import render
from .wish import THEMES, Wish
from .wish_cores import LESSONS

_WEATHER = {
    "rain": ("on a rainy day", "in the rain"), "storm": ("during a storm", "in a storm", "on a stormy night"), "snow": ("in the snow", "on a snowy day"), "fog": ("in thick fog", "in the fog"), "wind": ("on a windy day", "in a strong wind"),
    "thunder": ("in a night full of thunder", "in the thunder"), "heat": ("in the heat",), "full moon": ("under a full moon", "at full moon"), "winter": ("in winter",), "spring": ("in spring",), "summer": ("in summer",), "autumn": ("in autumn",),
    "night": ("at night",), "Christmas": ("at Christmas",), "Halloween": ("on Halloween",), "midnight": ("at midnight",), "sunrise": ("at sunrise",), "rainbow": ("under a rainbow",),
}  # fmt: skip


def in_weather(rng: random.Random, weather: str) -> str:
    """On a rainy day, at midnight, during a flood."""
    return rng.choice(_WEATHER.get(weather, (f"during {article(weather)}", f"at the time of {article(weather)}")))


TONE = {
    "funny": ("[Make it funny|It should be funny|Something funny|A funny one|I want to laugh|Funny please|make me laugh]", "funny"), "sad": ("[It should be sad|Make it sad|A sad one|It can be sad|Make me cry]", "sad"),
    "scary": ("[Make it scary|It should be scary|A spooky one|It should be a bit creepy|Scary please]", "[scary|spooky]"), "bedtime": ("[It is for bedtime|It should make me sleepy|It is a bedtime story|For before sleep]", "[bedtime|good night]"),
    "exciting": ("[Make it exciting|It should be exciting|With lots of adventure]", "[exciting|thrilling|adventure]"), "romantic": ("[Make it romantic|It should be romantic|A bit of romance]", "[romantic|love]"),
    "magical": ("[Make it magical|It should be full of magic|With some magic]", "[magical|fairy tale]"), "cozy": ("[Make it cozy|It should be warm and cozy|Something cozy]", "cozy"), "detective": ("[It should be a detective story|Make it a detective story|Like a crime story]", "[detective|crime]"), "science fiction": ("[It should be science fiction|Make it science fiction|Genre: science fiction]", "[science fiction|sci-fi]"),
    "fairy tale": ("[It should be a fairy tale|Like a fairy tale|Make it a fairy tale]", "[fairy tale|fairy]"), "western": ("[It should be a western|Make it a western|Like in a western]", "[western|cowboy]"), "fable": ("[It should be a fable|Make it a fable|Like a fable]", "[fable-like|wise little]"),
}
ENDING = {
    "happy": "[It should have a happy ending|Happy ending please|It must end well|With a happy end|Please let it end well]", "sad": "[It should end sadly|Sad ending please|It must not end well|With a sad end]", "surprise": "[With a surprise at the end|Surprise ending please|It should have a twist at the end]",
    "open": "[Leave the end open|With an open ending|The end should be open]", "dream": "[At the end it was all a dream|In the end it turns out to be a dream]", "party": "[It should end with a party|At the end there is a party]", "home": "[At the end {he} goes home|It should end with going home]",
    "hug": "[It should end with a hug|At the end they hug]", "asleep": "[At the end they fall asleep|It should end with everybody asleep]", "wedding": "[It should end with a wedding|At the end there is a wedding]",
}


def in_length(rng: random.Random, length: int | str) -> str:
    if isinstance(length, int):
        number = rng.choice((str(length), in_words(length), in_words(length)))
        many = "sentence" if length == 1 else "sentences"
        return render(rng, f"[{number} {many}|In {number} {many}|Only {number} {many}|Just {number} {many} please|Not more than {number} {many}|{number} {many} long|Use exactly {number} {many}|Keep it to {number} {many}]", {})
    if length == "short":
        return render(rng, "[Keep it short|A very short one|Make it short|Short please|Just a few sentences|Not too long|Very short|I have only a minute]", {})
    if length == "long":
        return render(rng, "[Make it long|A long one please|It should be long|Take your time, make it long|Long please]", {})
    return render(rng, "[One paragraph|In one paragraph|Only one paragraph please|Just one paragraph]", {})


class Words:
    """The parts of one request: verbs of the hero, places and times, and sentences of their own."""

    def __init__(self, rng: random.Random, wish: Wish):
        self.rng, self.wish = rng, wish
        he = {"she": ("she", "her", "her"), "he": ("he", "him", "his")}.get(wish.he, ("it", "it", "its"))
        self.s = {"he": he[0], "him": he[1], "his": he[2], "He": capital(he[0]), "His": capital(he[2]), "himself": {"she": "herself", "he": "himself"}.get(wish.he, "itself")}
        if wish.object:
            self.s |= {"ao": article(wish.object), "o": wish.object}
        if wish.friend:
            self.s |= {"af": article(wish.friend), "fk": wish.friend, "fn": wish.friend_name or ""}
        self.s |= {"fear": wish.fear or "", "ffear": wish.friend_fear or "", "skill": wish.skill or ""}
        if wish.lesson:
            verb, noun, _ = LESSONS[wish.lesson]
            self.s |= {"verb": verb.replace("{himself}", self.s["himself"]), "noun": noun}

    def say(self, text: str) -> str:
        return render(self.rng, text, self.s)

    def hero(self) -> str:
        wish = self.wish
        if not wish.kind:
            return self.say(f"[somebody|someone|a hero] [named|called] {wish.name}") if wish.name else ""
        kind = f"{wish.trait} {wish.kind}" if wish.trait else wish.kind
        if wish.name:
            return self.say(f"[{article(kind)} named {wish.name}|{article(kind)} called {wish.name}|{wish.name} the {kind}|{wish.name}, {article(kind)},|{article(kind)} with the name {wish.name}|{article(kind)} by the name of {wish.name}]")
        return article(kind)

    def friend(self) -> str:
        wish = self.wish
        if wish.friend_name:
            return self.say(f"[{{af}} named {wish.friend_name}|{{af}} called {wish.friend_name}|{wish.friend_name} the {wish.friend}]")
        return self.s["af"]

    def verbs(self) -> list[str]:
        """What the hero does: "finds a key", "is afraid of water", "learns to share"."""
        wish, found = self.wish, []
        if wish.object:
            found.append({
                "find": "[finds|discovers|finds|has found|stumbles upon] {ao}", "lose": "[loses|has lost] [{his} {o}|{ao}]", "want": "[wants|dreams of|wishes for|would like to have] {ao}", "make": "[makes|builds|invents] {ao}", "has": "[has|owns] {ao}", "get": "[gets|is given|receives] {ao}",
            }.get(wish.act or "", "[has|has something to do with|needs] {ao}"))  # fmt: skip
        if wish.friend and not wish.friend_fear:
            found.append(f"[meets|gets to know|makes friends with|meets] {self.friend()}")
        if wish.fear:
            found.append("[is afraid of|is scared of|fears] {fear}")
        if wish.skill:
            found.append("[wants to {skill}|learns to {skill}|cannot {skill}|wants to learn to {skill}|would love to {skill}]")
        if wish.lesson:
            found.append("[learns|has to learn|finally learns|learns] to {verb}")
        return [self.say(verb) for verb in found]

    def places(self) -> list[str]:
        wish = self.wish
        found = [wish.place] if wish.place else []
        if wish.weather:
            found.append(in_weather(self.rng, wish.weather))
        return found

    def sentences(self, length: bool = True) -> list[str]:
        """Wishes that stand on their own, without a full stop."""
        wish, found = self.wish, []
        if wish.tone:
            found.append(TONE[wish.tone][0])
        if wish.ending:
            found.append(ENDING[wish.ending])
        if length and wish.length is not None:
            found.append(in_length(self.rng, wish.length))
        if wish.about:
            theme = THEMES[wish.about]
            found.append(f"[It should be about {theme}|The theme is {theme}|Topic: {theme}]")
        if wish.friend_fear:
            found.append(f"[There is {self.friend()} in it who is afraid of {{ffear}}|{{His}} friend is {self.friend()} who is afraid of {{ffear}}]" if wish.friend_name else "[The {fk} is afraid of {ffear}|There is {af} in it who is afraid of {ffear}|{His} friend is {af} who is afraid of {ffear}|{His} friend the {fk} is scared of {ffear}]")
        if wish.first:
            line = wish.first.rstrip(".")
            found.append(self.rng.choice((f'Begin with "{line}"', f"Begin with '{line}'", f'Start with "{wish.first}"', f'The first sentence should be "{wish.first}"', f"It should start with: {line}", f'The story begins like this: "{wish.first}"', f"First sentence: {line}")))
        if wish.last:
            line = wish.last.rstrip(".")
            found.append(self.rng.choice((f'End with "{wish.last}"', f"The last sentence should be '{wish.last}'", f'It should end with the words "{line}"', f'Last sentence: "{wish.last}"', f"Let it end with: {wish.last}")))
        if wish.last_about:
            found.append(f"[The last line should be about {wish.last_about}|The last sentence should be about {wish.last_about}|It should end with something about {wish.last_about}]")
        if wish.without:
            found.append(f"[No {wish.without} please|Without {wish.without}|But no {wish.without}|There should be no {wish.without} in it|Leave out {wish.without}|no {wish.without}!|Please don't put {wish.without} in it]" if not wish.without.startswith("a ") else "[Without a moral|No moral please]")
        if wish.extra:
            found.append(f"[There should also be {article(wish.extra)} in it|{capital(article(wish.extra))} should appear, too|And put {article(wish.extra)} in it|Please use {article(wish.extra)} as well|And {article(wish.extra)} has to be in it]")
        if wish.third:
            found.append(f"[There is {article(wish.third)}, too|{capital(article(wish.third))} should be in it, too|And add {article(wish.third)}]")
        return [self.say(sentence) for sentence in found]
