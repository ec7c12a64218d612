"""What a reader may wish for in a story, and wishes at random."""

from __future__ import annotations

import random
from dataclasses import dataclass


from ..grammar import article, capital
from . import lists
from .draws import any_hero, any_name, any_object, any_setting, different, plural
from .engine import render
from .teller import _pronoun
from .wish_cores import BANKS, CORES, FIRST, FIRST_ANY, LAST, LAST_ANY, LESSONS, LIKE, TRAITS, WAYS


@dataclass
class Wish:
    """All that may be asked for. What is set has to be in the story; ``without`` must not be."""

    kind: str | None = None
    name: str | None = None
    he: str = "he"
    trait: str | None = None
    friend: str | None = None  # the second character's kind
    friend_name: str | None = None
    friend_he: str = "he"
    object: str | None = None
    act: str | None = None  # find, has, make, get, lose, want
    place: str | None = None
    weather: str | None = None
    lesson: str | None = None
    fear: str | None = None
    skill: str | None = None
    friend_fear: str | None = None
    about: str | None = None  # friend, race, birthday, secret ...
    tone: str | None = None
    ending: str | None = None
    last_about: str | None = None
    length: int | str | None = None  # a number of sentences, "short", "long", "paragraph"
    first: str | None = None
    first_link: str | None = None  # how the story goes on from it
    last: str | None = None
    without: str | None = None
    extra: str | None = None  # one more thing
    third: str | None = None  # one more animal
    child: str | None = None  # "daughter": for whom it is; "me": the user is the hero


MORE_HEROES = lists._split("""garden gnome, ice cream seller, taxi driver, night watchman, train conductor, mail robot, snow leopard, sea otter, honey badger,
fire salamander, red panda, kingfisher, barn owl, tree frog, water buffalo, mountain goat, carrier pigeon, stick insect, praying mantis, hermit crab, glowworm,
rock star, football player, goalkeeper, drummer, chess champion, mathematician, philosopher, judge, mayor, police officer, window cleaner, hairdresser, florist,
bookseller, piano teacher, cowboy, samurai, viking, gladiator, caveman, mad scientist, time traveler, superhero, sidekick, bodyguard, ghost hunter, dragon tamer, cloud painter,
star collector, dream catcher, tooth fairy, sandman, werewolf, mummy, swamp monster, water sprite, forest spirit, stone giant, ice queen, snow fairy, cyborg, drone, satellite,
traffic light, vending machine, elevator, washing machine, coffee machine, paper boat, hot air balloon, old sofa, garden hose, shopping cart, door mat, pumpkin, mushroom, dandelion,
sunflower, cactus, oak tree, willow tree, icicle, puddle, echo, rainbow, comet, planet, volcano, little river, student, neighbor, uncle, aunt, twin, orphan, baby, toddler, teenager, old man, old woman""")
MORE_PLACES = lists._split("""in a museum, in a lighthouse, in a tree house, in a bakery, in a train station, at an airport, in a swimming pool, in an old hotel, in an elevator, in a flower shop,
in a shoe box, in a bookshop, in a clock tower, at a bus stop, in a greenhouse, in a bowling alley, in a cinema, on a roof, on a bridge, in a hospital, in a prison, in a monastery, in a chocolate factory,
in a shopping mall, in a barber shop, in a cornfield, in a vineyard, in a rice field, on a glacier, in a canyon, at the North Pole, at the South Pole, in India, in China, in Brazil, in Mexico, in Kenya, in Iceland,
in Scotland, in Venice, in Berlin, in a yellow bus, in a camper van, in a parking lot, in a post office, in a bank, in an ice palace, in a snow globe, in a bottle, in a video game, in a mirror world, in a beehive,
in an anthill, in a bird's nest, in a rabbit hole, on a cruise ship, on a farm, in a stable, in a wheat field, on a ferris wheel, in a hot spring, in an old mill, in a ghost town, in a sunken city, on a flying island,
in the future, in the Middle Ages, in the Stone Age, in ancient Rome, in ancient Egypt, in the year 3000, in a kindergarten, in a classroom, in a soccer stadium, in a gym, in a laundry room, in a basement, in a garage""")
MORE_FEARS = lists._split("""water, the dark, dogs, spiders, the sea, thunder, cats, fire, mice, the night, snakes, clowns, the dentist, needles, people, the forest, doors, birds, wet feet, school, the vacuum cleaner, the cold, ghosts, noise""")
MORE_SKILLS = lists._split("""fly, swim, sing, dance, read, write, cook, paint, skate, ride a bicycle, whistle, climb trees, play the piano, juggle, bake bread, do magic, tell stories, play football, jump rope, sew, speak to animals, count to a hundred, sleep alone, dive, laugh""")
TONES = ("funny", "funny", "funny", "sad", "scary", "scary", "bedtime", "bedtime", "exciting", "romantic", "magical", "cozy", "detective", "science fiction", "fairy tale", "fairy tale", "western", "fable")
WITHOUT = ("witches", "magic", "dragons", "wolves", "monsters", "ghosts", "kings", "princesses", "spiders", "blood", "pirates", "robots", "aliens", "wizards", "snakes", "animals that talk", "school", "fairies", "a moral", "thieves", "clowns", "giants")
THEMES = {"friend": "friendship", "race": "a race", "birthday": "a birthday", "secret": "a secret", "rescue": "a rescue", "journey": "a journey", "make": "an invention"}
LAST_ABOUT = lists._split("bread, the moon, home, soup, cheese, friendship, the sea, stars, music, rain, a cup of tea, cake, love, snow, the color blue, socks, his mother, apples, sleep, summer, pancakes, the wind, hope, shoes, flowers, honey")
LAST_ABOUT.remove("his mother")
WEATHERS = tuple(key for key in BANKS["weather"] if key != "*") * 4 + ("flood", "eclipse", "hail", "blizzard", "earthquake", "drought", "carnival", "harvest", "wedding", "first frost", "solar eclipse", "power cut", "big sale")
TRAIT_NAMES = tuple(key for key in TRAITS if key != "*")
ODD_TRAITS = lists._split("""purple, two-headed, invisible, left-handed, one-eyed, three-legged, green, striped, transparent, very tall, bald, famous, upside-down, singing, vegetarian, sleepwalking, pink, golden, wooden, unlucky, lucky, hiccupping, colorblind,
near-sighted, ticklish, well-dressed, retired, barefoot, giant, spotted, blue, red-haired, chubby, skinny, musical, poetic, frozen, flying, talking, lost, magic, modern, tired, thirsty, cold, crazy, weird, strange, strong, weak, fast, slow, friendly, funny, cowardly, bad-tempered, generous, hopeful, hard-working, careful, patient, helpful""")
_HOW = {"daughter": "she", "granddaughter": "she", "niece": "she", "little sister": "she", "son": "he", "grandson": "he", "nephew": "he", "little brother": "he"}


def any_kind(rng: random.Random) -> str:
    dice = rng.random()
    if dice < 0.03:
        return f"{rng.choice(('king', 'queen', 'ghost', 'friend', 'guardian', 'captain', 'teacher', 'doctor', 'child'))} of the {plural(rng.choice(lists.ANIMALS))}"
    return rng.choice(MORE_HEROES) if dice < 0.2 else any_hero(rng)


def wished_place(rng: random.Random) -> str:
    dice = rng.random()
    if dice < 0.08:
        return f"in a {rng.choice(('town', 'village', 'city', 'country', 'valley', 'land'))} called {lists.odd_name(rng)}"
    return rng.choice(MORE_PLACES) if dice < 0.45 else any_setting(rng)


def _trait(rng: random.Random) -> str:
    return rng.choice(TRAIT_NAMES) if rng.random() < 0.7 else rng.choice(ODD_TRAITS)


_DRIVERS = ("lesson", "fear", "skill", "friend_fear", "about", "tone", None)
_DRIVER_WEIGHTS = (24, 8, 8, 6, 7, 10, 37)
_MORE = ("name", "trait", "friend", "object", "place", "weather", "tone", "ending", "length", "first", "last", "last_about", "without", "extra", "third", "friend_name")
_MORE_WEIGHTS = (16, 10, 11, 16, 15, 8, 6, 4, 6, 2.5, 1.5, 1.5, 4, 3, 2, 5)


def random_wish(rng: random.Random, held_out: bool = False, count: int | None = None) -> Wish:
    """One to five wishes besides the hero, which fit each other."""
    wish = Wish()
    count = count or rng.choice((1, 1, 2, 2, 3, 3, 3, 4, 4, 5))
    if rng.random() < 0.94:
        wish.kind = any_kind(rng)
    driver = rng.choices(_DRIVERS, _DRIVER_WEIGHTS)[0]
    if driver:
        set_wish(rng, wish, driver, held_out)
    left = count - (driver is not None)
    tries = 0
    while left > 0 and tries < 40:
        tries += 1
        what = rng.choices(_MORE, _MORE_WEIGHTS)[0]
        if getattr(wish, what) is None and set_wish(rng, wish, what, held_out):
            left -= 1
    wish.he, wish.name = gendered(rng, wish.kind, wish.name)
    wish.friend_he, wish.friend_name = gendered(rng, wish.friend, wish.friend_name)
    return wish


def gendered(rng: random.Random, kind: str | None, name: str | None) -> tuple[str, str | None]:
    """The pronoun of a kind and a name; an aunt is not called Tom."""
    kind = kind or "?"
    he = "she" if kind.endswith(("woman", "aunt", "queen", "sister", "mother")) else "he" if kind.endswith((" man", "uncle", "caveman", "cowboy", "sandman", "watchman")) else _pronoun(rng, kind, name or "?")
    if name and (he == "she" and name in lists.HIS_NAMES or he == "he" and name in lists.HER_NAMES):
        name = lists.odd_name(rng)
    return he, name


def set_wish(rng: random.Random, wish: Wish, what: str, held_out: bool) -> bool:
    """Draws one wish; false if it does not go with those that are there."""
    taken = [word for word in (wish.kind, wish.friend, wish.object, wish.extra, wish.third, wish.without) if word]
    if what == "lesson":
        wish.lesson = rng.choice(list(LESSONS))
    elif what in ("fear", "friend_fear"):
        fear = different(rng, lambda r: r.choice(MORE_FEARS + lists.FEARS), *taken)
        setattr(wish, what, fear)
        if what == "friend_fear":
            wish.friend = different(rng, any_kind, *taken)
    elif what == "skill":
        wish.skill = rng.choice(MORE_SKILLS + lists.SKILLS)
    elif what == "about":
        wish.about = rng.choice(list(THEMES))
    elif what == "tone":
        if wish.ending or wish.lesson and rng.random() < 0.5:
            return False
        wish.tone = rng.choice(TONES)
        if wish.without:
            wish.tone = None
            return False
    elif what == "ending":
        if wish.tone in ("sad", "bedtime") or wish.last or wish.last_about or wish.length in (1, 2):
            return False
        wish.ending = rng.choice(tuple(BANKS["ending"]) + ("happy", "happy", "happy", "sad", "surprise"))
        if wish.ending == "sad" and (wish.lesson or wish.tone or wish.skill or wish.fear or wish.friend_fear):
            wish.ending = "happy"
    elif what == "name":
        wish.name = lists.odd_name(rng) if rng.random() < 0.3 else any_name(rng, held_out)
        dice = rng.random()
        if dice < 0.05:
            wish.name = f"{rng.choice(('Captain', 'Professor', 'Doctor', 'Little', 'Old', 'Big', 'Crazy'))} {wish.name}"
        elif dice < 0.09:
            wish.name = f"{wish.name} {lists.odd_name(rng)}"
    elif what == "trait":
        if not wish.kind or " of " in wish.kind or " " in wish.kind and rng.random() < 0.6 or wish.kind.startswith(("old", "little", "tiny")):
            return False
        wish.trait = different(rng, _trait, wish.kind)
    elif what == "friend":
        wish.friend = different(rng, any_kind, *taken)
    elif what == "friend_name":
        wish.friend = wish.friend or different(rng, any_kind, *taken)
        wish.friend_name = different(rng, lambda r: any_name(r, held_out), wish.name or "?")
    elif what == "object":
        wish.object = different(rng, any_object, *taken)
        if wish.object.startswith(("lost ", "missing ")) and rng.random() < 0.7:
            wish.object = wish.object.split(" ", 1)[1]
        wish.act = rng.choice(("find", "find", "find", "has", "make", "get", None, None))
        if not (wish.lesson or wish.fear or wish.skill or wish.friend_fear or wish.about or wish.tone):
            wish.act = rng.choice(("find", "find", "find", "find", "lose", "lose", "want", "want", "has", "make", None, None))
        if wish.act and wish.lesson and not any(core.gets and wish.act in WAYS.get(core.name, (wish.act,)) for core in CORES.values() if core.about == LIKE.get(wish.lesson, wish.lesson)):
            wish.act = None
        if wish.object.startswith(("lost ", "missing ")):
            wish.act = "find" if wish.act else None
        if wish.act and (wish.fear or wish.skill or wish.friend_fear or wish.about or wish.tone):
            wish.act = None
    elif what == "place":
        wish.place = different(rng, wished_place, *taken)
    elif what == "weather":
        if wish.first:
            return False
        wish.weather = rng.choice(WEATHERS)
    elif what == "length":
        wish.length = rng.choice((1, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10, 12, "short", "short", "short", "long", "long", "paragraph"))
        if wish.ending and wish.length in (1, 2):
            wish.length = 3
        if wish.length not in ("long", "paragraph") and (wish.first or wish.last or wish.last_about or wish.extra or wish.third):
            wish.length = "paragraph"
    elif what == "first":
        if wish.weather or wish.length == "short" or isinstance(wish.length, int):
            return False
        if rng.random() < 0.35:
            wish.first = rng.choice(FIRST)[0]
        else:
            line, wish.first_link = rng.choice(FIRST_ANY)
            wish.first = _any_words(rng, line)
    elif what == "last":
        if wish.ending or wish.last_about or wish.length == "short" or isinstance(wish.length, int):
            return False
        wish.last = rng.choice(LAST) if rng.random() < 0.35 else _any_words(rng, rng.choice(LAST_ANY))
    elif what == "last_about":
        if wish.ending or wish.last or wish.length == "short" or isinstance(wish.length, int):
            return False
        wish.last_about = rng.choice(LAST_ABOUT) if rng.random() < 0.5 else rng.choice((article(rng.choice(lists.OBJECTS)), plural(rng.choice(lists.ANIMALS)), rng.choice(lists.LOVES)))
    elif what == "without":
        words = " ".join(taken + [wish.fear or "", wish.place or "", wish.skill or "", wish.tone or "", wish.trait or ""])
        wish.without = rng.choice(WITHOUT) if rng.random() < 0.6 else rng.choice([animal + "s" for animal in lists.ANIMALS if plural(animal) == animal + "s" and len(animal) > 5])
        if root(wish.without) in words or wish.without == "a moral" and wish.lesson or wish.without == "robots" and wish.tone == "science fiction" or wish.without == "fairies" and wish.tone == "fairy tale" or root(wish.without) == "magic" and wish.tone == "magical":
            wish.without = None
            return False
    elif what == "extra":
        if wish.length == "short" or isinstance(wish.length, int):
            return False
        wish.extra = different(rng, any_object, *taken)
    elif what == "third":
        if wish.length == "short" or isinstance(wish.length, int):
            return False
        wish.third = different(rng, lambda r: r.choice(lists.ANIMALS), *taken)
    return True


def _any_words(rng: random.Random, line: str) -> str:
    thing, animal, color = rng.choice(lists.OBJECTS), rng.choice(lists.ANIMALS), rng.choice(("red", "green", "yellow", "blue", "purple", "golden", "silver", "pink", "black"))
    slots = {"x": thing, "animal": animal, "animals": plural(animal), "color": color, "food": rng.choice(_FOODS), "day": rng.choice("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()), "number": rng.choice("three four five six seven eight nine ten eleven twelve".split())}
    return capital(render(rng, line.replace("{an x}", article(thing)).replace("{a color}", article(color)).replace(" a {animal}", f" {article(animal)}"), slots))


_FOODS = lists._split("soup, toast, honey, cinnamon, fresh bread, cheese, pancakes, apple pie, cabbage, onions, chocolate, pizza, fish, popcorn, roses and rain, tea")
_FOODS.remove("roses and rain")


def root(without: str) -> str:
    """What must not stand in the text: "wolves" -> "wol", "princesses" -> "princess"."""
    return {"wolves": "wol", "princesses": "princess", "witches": "witch", "fairies": "fair", "thieves": "thie", "animals that talk": "???", "a moral": "lesson", "kings": " king"}.get(without, without.removesuffix("s"))


def child_wish(rng: random.Random, held_out: bool = False) -> Wish:
    """A bedtime story for my daughter Ida, she loves owls."""
    child = rng.choice(list(_HOW) + ["me"] * 3)
    he = _HOW.get(child) or rng.choice(("he", "she"))
    name = different(rng, lambda r: any_name(r, held_out), "?")
    while name in lists.HIS_NAMES and he == "she" or name in lists.HER_NAMES and he == "he":
        name = any_name(rng, held_out)
    wish = Wish(kind="girl" if he == "she" else "boy", name=name, he=he, child=child, tone="bedtime" if rng.random() < 0.5 else None)
    wish.friend = different(rng, lambda r: r.choice(lists.ANIMALS + lists.MAGIC), wish.kind)
    for what in sorted(rng.sample(("object", "place", "trait", "lesson"), rng.choice((0, 0, 1, 1, 2)))):
        set_wish(rng, wish, what, held_out)
    wish.trait = wish.trait and rng.choice(TRAIT_NAMES)
    wish.act = None if wish.tone else wish.act
    wish.friend_he = rng.choice(("he", "she"))
    return wish


