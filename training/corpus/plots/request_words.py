"""How weather, tone, ending and length are called in a request."""

from __future__ import annotations

import random

from ..grammar import article
from .engine import render

_WEATHER = {
    "rain": ("on a rainy day", "in the rain"), "storm": ("during a storm", "in a storm", "on a stormy night"), "snow": ("in the snow", "while it is snowing"), "fog": ("in thick fog", "in the fog"), "wind": ("on a windy day", "in a strong wind"),
    "thunder": ("while there is thunder",), "heat": ("in the heat",), "full moon": ("under a full moon", "at full moon"), "winter": ("in winter",), "spring": ("in spring",), "summer": ("in summer",), "autumn": ("in autumn",),
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
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def in_length(rng: random.Random, length: int | str) -> str:
    if isinstance(length, int):
        number = rng.choice((str(length), _NUMBERS[length], _NUMBERS[length]))
        many = "sentence" if length == 1 else "sentences"
        return render(rng, f"[{number} {many}|In {number} {many}|Only {number} {many}|Just {number} {many} please|Not more than {number} {many}|{number} {many} long|Use exactly {number} {many}|Keep it to {number} {many}]", {})
    if length == "short":
        return render(rng, "[Keep it short|A very short one|Make it short|Short please|Just a few sentences|Not too long|Very short|I have only a minute]", {})
    if length == "long":
        return render(rng, "[Make it long|A long one please|It should be long|Take your time, make it long|Long please]", {})
    return render(rng, "[One paragraph|In one paragraph|Only one paragraph please|Just one paragraph]", {})
