"""Small things to order: reasons, tips, the difference between two things, a haiku, a slogan, what to pack, a stain."""

from __future__ import annotations

from ..grammar import Chat, article, capital, expand, in_words, listing, skill
from ..lexicon import LISTS
from .base import aftermath, ask, entries

DIFFERENCES = [line.split("\t") for line in entries("differences.tsv")]
REASONS = [(topic, reasons.split("; ")) for topic, reasons in (line.split(" => ") for line in entries("reasons.txt"))]


@skill(4)
def difference(chat: Chat) -> None:
    one, other, answer = chat.pick(DIFFERENCES)
    if chat.chance(0.5):
        one, other = other, one
    both = chat.chance(0.5)
    a, b = (article(one), article(other)) if both else (one, other)
    ask(chat, "[What is|What's|Tell me|Do you know|Explain|whats] the difference between {a} and {b}?" if chat.chance(0.7) else "[How is {a} different from {b}|Is {a} the same as {b}|How do I tell {a} from {b}|{cap a} or {b}, what is the difference|Are {one} and {other} the same]?", plain=True, a=a, b=b, one=one, other=other)
    chat.bot_exactly(answer)
    aftermath(chat)


@skill(4)
def reasons(chat: Chat) -> None:
    """One, two or three of them, as many as were asked for."""
    topic, all_reasons = chat.pick(REASONS)
    n = chat.pick((1, 2, 3, 3, 3))
    chosen = chat.rng.sample(all_reasons, n)
    some = f"{in_words(n) if chat.chance(0.7) else n} [good |]reason{'s' if n > 1 else ''}"
    ask(chat, f"[Give me|Tell me|Name|Can you give me|List|I need|Do you have] {some} [to|why I should] {{t}}." if chat.chance(0.7) else "Why should I {t}?", plain=True, t=topic)
    if len(chosen) > 1 and "Why" not in chat.last_user and chat.chance(0.4):
        chat.bot_exactly(" ".join(f"{word}, {reason}." for word, reason in zip(("First", "Second", "Third"), chosen)))
    else:
        chat.bot_exactly(capital(listing(chosen)) + ".")


_HAIKUS = (
    "{cap t}, quiet and small.\nThe rain stops to look at it,\nthen goes on falling.", "Early in the morning\nsomebody left {at} here.\nThe whole street smiles now.", "Nobody looks up.\nOnly {at} by the wall\nhas seen the first star.",
    "The wind comes along,\nasks {at} for the way,\nand forgets it all.", "One leaf on the pond.\nNot far from it, {at}.\nBoth of them wait.", "Snow on every roof.\nUnder the window, {at}\ndreams about summer.",
    "Old house, open door.\nThe sun walks in like a guest\nand finds {at}.", "What a long, long day.\nAt the end of it, {at},\nand a cup of tea.", "I wrote a small poem.\nIt was about {at}.\nThe ink is still wet.",
)


@skill(3)
def haiku(chat: Chat) -> None:
    """Three short lines; the syllables are not promised."""
    thing = chat.pick(LISTS[chat.pick(("animal", "object", "flower", "tree", "bird", "vehicle"))])
    ask(chat, "[Write|Write me|Can you write|Make|Compose|I want|Give me|Do] a haiku about {a}.", plain=True, a=chat.pick((article(thing), thing)))
    chat.bot_exactly(expand(chat.rng, chat.pick(_HAIKUS), t=thing, at=article(thing)))


_SLOGANS = ("[{cap p}: good from the first day.|Happy people choose {p}.|{cap p} with a smile.|First {p}, then the rest of the world.|Small price, big {p}.|Life is better with {p}.|Come for the {p}, stay for the fun.|Fresh, friendly, {p}!]")


@skill(1.5)
def slogan(chat: Chat) -> None:
    kind = chat.pick(("food", "drink", "clothes", "game", "fruit", "dessert"))
    ask(chat, "[Give me|I need|Write|Make up|Can you think of|Invent] a [slogan|motto|line] for my {p}.", plain=True, p=(thing := chat.pick(LISTS[kind])) + chat.pick((" shop", " store", " club", "", "")))
    chat.bot(_SLOGANS, p=thing)


_COLD, _WARM = "Norway Finland Sweden Canada Alaska Greenland Russia Scotland Estonia Lapland Siberia".split(), "Egypt Kenya Brazil Thailand Mexico Cuba Greece Morocco Vietnam Jamaica Hawaii Spain".split()


@skill(2)
def packing(chat: Chat) -> None:
    """Warm things for the north, light ones for the south, plain ones for the rest."""
    kind = chat.pick(("cold", "warm", "beach", "mountains", "camping"))
    place = {"cold": chat.pick(_COLD), "warm": chat.pick(_WARM), "beach": "the beach", "mountains": "the mountains", "camping": "a camping trip"}[kind]
    to = "for" if kind == "camping" else chat.pick(("for a trip to", "for", "when I go to", "for a weekend in" if kind in ("cold", "warm") else "for a day at" if kind == "beach" else "for a day in"))
    ask(chat, f"[What should I pack|What do I need to pack|What do I take along|What shall I bring|Help me pack|What should I take|What clothes do I need] {to} {{x}}?", plain=True, x=place)
    chat.bot({
        "cold": "[Warm layers, a rain jacket, a hat, gloves and good shoes.|Take a warm coat, a hat, thick socks and waterproof shoes.|Warm clothes in layers, and something against rain and wind.] [And your charger.||]",
        "warm": "[Light clothes, sunscreen, a hat, sunglasses and something to swim in.|Take light shirts, good sandals, sunscreen and a hat.|Light things, a water bottle and sunscreen.] [And your charger.||]",
        "beach": "[A towel, sunscreen, water, a hat and a good book.|Take swimwear, a towel, sunscreen and something to drink.]",
        "mountains": "[Good shoes, a rain jacket, water, some food and a map.|Take strong shoes, warm layers, water and snacks.]",
        "camping": "[A tent, a sleeping bag, a lamp, water, food and matches.|Take a tent, a warm sleeping bag, a lamp and something against rain.]",
    }[kind])  # fmt: skip


_STAINS = {
    "coffee": "Dab it with cold water and a little dish soap, then wash it.", "red wine": "Put salt on it at once, then wash it with cold water and soap.", "grass": "Rub it with a little vinegar, wait a while, and wash it.", "blood": "Use cold water, never hot, and a little soap.",
    "chocolate": "Scrape it off, then dab it with warm soapy water.", "ink": "Dab it with a little rubbing alcohol, and do not rub.", "grease": "Put dish soap on it, wait ten minutes, and wash it warm.", "mud": "Let it dry, brush it off, and wash the rest.",
    "tomato sauce": "Rinse it with cold water, then use soap or a little vinegar.", "tea": "Rinse it with cold water, then try baking soda.", "glue": "Let it dry, scrape it off, and use warm water and soap for the rest.", "ice cream": "Rinse it with cold water, then wash it with soap.",
}  # fmt: skip
_ON = "my shirt|a carpet|my jeans|the sofa|a tablecloth|my dress|a rug|my jacket|the curtains|a white shirt".split("|")


@skill(2.5)
def stain(chat: Chat) -> None:
    stain = chat.pick(list(_STAINS))
    ask(chat, "[How do I get|How can I get|What gets|How do you get|How to get|Can you get] {s} [stains |]out of {on}?" if chat.chance(0.7) else "[I spilled {s} on {on}. What now|There is {s} on {on}. What should I do|Help, {s} on {on}]!", plain=True, s=stain, on=chat.pick(_ON))
    chat.bot_exactly(_STAINS[stain])
