"""Open recall: what a user may say of themselves, read from ``threads/told.txt``, as attributes like those written in code.

A block of the file is one kind of fact:

    job | job | 6                        its key, where its values come from (``VALUES``), its weight
    T: I am {an v}. / I work as {an v}.  how it is told, parted by " / "
    N: {cap an v}! A craft I like.       what the model says to it
    Q: What is my job?                   how it is asked for
    A: You are {an v}.                   the answers
    C: you work as {an v}                the fact as a clause
    M: your job                          what was not told, if it was not
    X: {an v}                            the value alone, for corrections

Lines of one letter add up. A block whose key is known already adds its wordings to those.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Callable

from .grammar import expand, listing
from .lexicon import LISTS, blend, compound, favourite, made_up_word, person, pet_name, town

FOLDER = Path(__file__).parent / "threads"
Value = Callable[[random.Random, bool], str]

NUMBERS = "two three four five six seven eight nine ten eleven twelve".split()
_COUNTRIES = "France Spain Italy Portugal Greece Turkey Norway Sweden Denmark Finland Iceland Poland Hungary Austria Switzerland Germany Ireland Scotland Wales England Belgium Croatia Romania Bulgaria Ukraine Egypt Morocco Kenya Ghana Nigeria Ethiopia India Nepal Thailand Vietnam Japan Korea China Indonesia Australia Canada Mexico Cuba Peru Chile Brazil Argentina Colombia Iran Iraq Syria Lebanon Pakistan Malaysia".split() + ["New Zealand", "South Africa", "Costa Rica", "Sri Lanka"]
_LANGUAGES = "Spanish French German Italian Portuguese Dutch Swedish Danish Norwegian Finnish Polish Czech Hungarian Russian Ukrainian Greek Turkish Arabic Hebrew Persian Hindi Bengali Tamil Japanese Chinese Korean Thai Vietnamese Swahili Irish Welsh Latin Esperanto".split()
_COURSES = "to swim|to knit|to juggle|to drive|to sew|to ski|to ride a horse|to weld|to type with ten fingers|to bake bread|to play chess|sign language|first aid|the guitar|the cello|the ukulele|the drums|carpentry|photography|programming|pottery|calligraphy|to surf|to skate|to whistle|to tango|to sail|to fly a drone".split("|")
_ALLERGENS = "nuts|peanuts|milk|eggs|wheat|strawberries|shellfish|pollen|grass|dust|cats|dogs|horses|soy|sesame|celery|mustard|bees|wasp stings|penicillin|latex|kiwi|apples|tomatoes|fish|feathers|nickel|mold".split("|")
_FEARS = "spiders|heights|the dark|thunder|dogs|needles|flying|deep water|snakes|lifts|clowns|crowds|mice|wasps|the dentist|moths|ghosts|speaking in public|bridges|driving at night".split("|")
_HURTS = "back|knee|head|shoulder|left foot|right hand|neck|tooth|stomach|ankle|elbow|wrist|throat|hip|left ear|thumb|toe".split("|")
_TRANSPORT = "by bike|by bus|by train|on foot|by tram|by car|by ferry|by scooter|on roller skates|by boat|by motorbike|on a skateboard|by subway".split("|")
_PARTS_OF_HOUSE = "an old mill|a houseboat|a small flat|a yellow house|a tent|a caravan|a flat on the fifth floor|a basement flat|a farmhouse|a wooden cabin|a shared flat|a tower|a house with a red door|a flat above a bakery|an attic|a bungalow|a castle|a terraced house".split("|")
_WEEKEND = "visit my grandmother|paint the kitchen|go camping|bake a plum cake|repair my bike|sleep late|clear out the cellar|go to a wedding|build a tree house|go fishing|help my cousin move|see a play|plant tulips|hike up a hill|play board games with friends|go to the sea|mow the lawn|take my nephew to the zoo|make jam|watch the football match|go to a flea market|write my essay|row on the lake|sort my photos|try a new soup|take the dog to the beach|run a half marathon|learn for my exam|wash the windows|go dancing".split("|")
_WISH = "become a pilot|write a novel|see the northern lights|open a small cafe|sail around the world|learn to fly|live by the sea|own a horse|walk across the Alps|meet a whale|have a garden|build my own house|sing on a stage|study medicine|run a bakery|ride a camel|keep bees|live on a farm|visit every continent|play in a band|speak ten languages|become a vet".split("|")
_GIFTS = "for my {relation}|for a friend|for the kitchen|for the holidays|for school|for the garden|for myself".split("|")
_TIMES = "six|half past six|seven|a quarter to eight|eight|half past nine|nine|ten|noon|half past five|five|a quarter past four|eleven|midnight|half past three".split("|")
_SIZES = "36 37 38 39 40 41 42 43 44 45".split()
_WORKS = "a hospital|a bank|a school|a bakery|a library|a museum|a garage|an airport|a zoo|a hotel|a print shop|a post office|a garden center|a factory for bicycles|a law firm|a flower shop|a radio station|a theater|a restaurant|a nursery school|a chocolate factory|a call center|a shipyard|a sawmill|the town hall|a newspaper|an insurance company|a brewery|a supermarket|a pharmacy".split("|")
_ITEM = "umbrella|wallet|phone|left glove|library card|passport|wedding ring|blue scarf|reading glasses|bus ticket|house key|headphones|red cap|water bottle|lunch box|camera|favorite pen|bank card|bike lock|earring|notebook|suitcase|train pass|hat|watch|necklace|jacket|laptop charger|teddy bear|tennis racket".split("|")
_PURCHASE = "a green coat|a coffee machine|a used bike|a cactus|two chairs|a blue teapot|a tent|a pair of boots|a red lamp|a guitar|a new phone|a puzzle with a thousand pieces|a rug|a raincoat|a bookshelf|an old typewriter|a kettle|a hammock|a yellow umbrella|a cookbook|a sewing machine|a pumpkin|three tomato plants|a ladder|a fountain pen|a telescope|a used car|a waffle iron|a wool hat|a drum|a chess set|a pair of skates".split("|")
_DISH = "lentil soup|a big pot of chili|pancakes|spaghetti|fried rice|a fish stew|mushroom risotto|potato salad|onion soup|a plum cake|stuffed peppers|a vegetable curry|dumplings|an omelette|a pumpkin pie|lasagna|tacos|a chicken pie|pea soup|ratatouille|apple crumble|couscous with carrots|noodles with peanut sauce|a lemon tart|goulash|meatballs|baked fish|bean stew|banana bread|falafel".split("|")
_SEEN = "a heron|a fox|a double rainbow|an old friend|a hot-air balloon|a hedgehog|a street musician|a shooting star|a man on stilts|two deer|a very long train|a white squirrel|a parade|my old teacher|a huge dog|a ship with red sails|a marching band|a snake|a kingfisher|a wedding".split("|")
_READING = "title"


def _pick(words: list[str]) -> Value:
    return lambda rng, held: rng.choice(words)


def _thing(rng: random.Random, held: bool) -> str:
    """A thing that may not exist: a word of ours, or two."""
    dice = rng.random()
    return compound(rng, proper=False) if dice < 0.4 else blend(rng) if dice < 0.6 else rng.choice(LISTS["object"])


def _odd(rng: random.Random, words: list[str], share: float = 0.3) -> str:
    """From the list, or with an adjective or an invented word in front."""
    word = rng.choice(words)
    return f"{rng.choice(LISTS['adjective'])} {word}" if rng.random() < share else word


def job(rng: random.Random, held: bool) -> str:
    dice = rng.random()
    if dice < 0.62:
        return rng.choice(LISTS["job"])
    noun = rng.choice(LISTS["noun"] if rng.random() < 0.5 else LISTS["object"])
    noun = blend(rng) if dice > 0.93 else noun
    return f"{noun} {rng.choice(('maker', 'seller', 'painter', 'collector', 'designer', 'tester', 'repairer', 'inspector', 'teacher', 'tuner', 'dealer', 'keeper'))}"


def _firm(rng: random.Random, held: bool) -> str:
    return blend(rng).capitalize() + rng.choice(("", "", " Works", " and Sons", " Foods", " Books", " Software", " Airlines", " Motors", " Bakery", " Bank"))


def two_names(rng: random.Random, held: bool, make=person) -> str:
    one, other = make(rng, held), make(rng, held)
    while one == other:
        other = make(rng, held)
    return f"{one} and {other}"


def three_names(rng: random.Random, held: bool) -> str:
    names: list[str] = []
    while len(names) < 3:
        name = person(rng, held)
        if name not in names:
            names.append(name)
    return listing(names)


def _list_of(kind: str, count: int) -> Value:
    return lambda rng, held: listing(rng.sample(LISTS[kind], count))


VALUES: dict[str, Value] = {
    "job": job, "firm": _firm, "workplace": _pick(_WORKS), "town": lambda rng, held: town(rng, held), "country": _pick(_COUNTRIES), "language": _pick(_LANGUAGES),
    "place": lambda rng, held: rng.choice((town(rng, held), rng.choice(_COUNTRIES))), "course": _pick(_COURSES), "allergen": _pick(_ALLERGENS), "fear": _pick(_FEARS), "hurt": _pick(_HURTS),
    "transport": _pick(_TRANSPORT), "dwelling": _pick(_PARTS_OF_HOUSE), "weekend": _pick(_WEEKEND), "wish": _pick(_WISH), "time": _pick(_TIMES), "size": _pick(_SIZES),
    "item": lambda rng, held: _odd(rng, _ITEM, 0.15) if rng.random() < 0.8 else f"{rng.choice(LISTS['color'])} {rng.choice(LISTS['object'])}",
    "purchase": lambda rng, held: rng.choice(_PURCHASE) if rng.random() < 0.6 else expand(rng, "{an color} {object}"),
    "dish": lambda rng, held: rng.choice(_DISH) if rng.random() < 0.7 else f"{rng.choice(LISTS['vegetable'])} {rng.choice(('soup', 'stew', 'pie', 'curry'))}", "seen": _pick(_SEEN),
    "number": _pick(NUMBERS), "small number": _pick(NUMBERS[:5]), "age": lambda rng, held: str(rng.randint(7, 90)), "person": lambda rng, held: person(rng, held), "pet name": lambda rng, held: pet_name(rng, held),
    "nickname": lambda rng, held: blend(rng).capitalize() if rng.random() < 0.5 else pet_name(rng, held), "surname": lambda rng, held: blend(rng).capitalize(), "zodiac": _pick("Aries Taurus Gemini Cancer Leo Virgo Libra Scorpio Sagittarius Capricorn Aquarius Pisces".split()),
    "nationality": _pick("French Spanish Italian Portuguese Greek Turkish Norwegian Swedish Danish Finnish Polish Hungarian Austrian Swiss German Irish Scottish Welsh Belgian Croatian Romanian Ukrainian Egyptian Moroccan Kenyan Nigerian Indian Nepalese Thai Vietnamese Japanese Korean Chinese Australian Canadian Mexican Cuban Peruvian Chilean Brazilian Argentinian Colombian".split()),
    "coffee": _pick("black|with milk|with sugar|with milk and sugar|with oat milk|with a lot of foam|cold|very strong|without sugar|with cinnamon|with cream|with honey|with two sugars".split("|")), "diet": _pick(["vegetarian", "vegan"]),
    "grade": lambda rng, held: rng.choice(("an A", "a B", "a C", "full marks", f"{rng.randint(41, 99)} points", f"{rng.randint(41, 99)} percent")),
    "two names": two_names, "two pet names": lambda rng, held: two_names(rng, held, lambda r, h: pet_name(r, h)), "three names": three_names,
    "month": _pick(LISTS["month"]), "weekday": _pick(LISTS["day"]), "color": lambda rng, held: favourite(rng, "color", held, 0.2) if rng.random() < 0.4 else rng.choice(LISTS["color"]),
    "subject": _pick(LISTS["subject"]), "sport": _pick(LISTS["sport"]), "instrument": lambda rng, held: favourite(rng, "instrument", held, 0.2).removeprefix("the "), "animal": _pick(LISTS["animal"]), "food": lambda rng, held: favourite(rng, "food", held, 0.2),
    "fruit": _pick(LISTS["fruit"]), "drink": _pick(LISTS["drink"]), "object": _pick(LISTS["object"]), "thing": _thing, "spot": _pick(LISTS["spot"]), "vehicle": _pick(LISTS["vehicle"]), "clothes": _pick(LISTS["clothes"]),
    "title": lambda rng, held: favourite(rng, "movie", held), "book": lambda rng, held: favourite(rng, "book", held), "band": lambda rng, held: favourite(rng, "band", held), "team": lambda rng, held: favourite(rng, "team", held), "game": _pick(LISTS["game"]),
    "word": lambda rng, held: made_up_word(rng, held), "year": lambda rng, held: str(rng.randint(1935, 2018)), "code": lambda rng, held: str(rng.randint(100, 9999)), "flower": _pick(LISTS["flower"]), "three foods": _list_of("food", 3), "hobby": lambda rng, held: favourite(rng, "hobby", held, 0.15),
}  # fmt: skip


@cache
def blocks() -> tuple[dict, ...]:
    """The blocks of ``told.txt``: key, value, weight, and the wordings by letter."""
    found: list[dict] = []
    for block in (FOLDER / "told.txt").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        key, value, weight = (part.strip() for part in lines[0].split("|"))
        entry: dict = {"key": key, "value": value, "weight": float(weight), **{letter: [] for letter in "TNQACMX"}}
        for line in lines[1:]:
            letter, colon, rest = line.partition(": ")
            if not colon or letter not in "TNQACMX":
                raise ValueError(f"told.txt: {key}: {line!r}")
            entry[letter] += [text.strip() for text in rest.split(" / ")]
        if value != "-" and value not in VALUES:
            raise ValueError(f"told.txt: {key}: no values called {value!r}")
        found.append(entry)
    return tuple(found)
