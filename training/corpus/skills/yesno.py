"""Yes or no: what kind a thing is, what it can do, which of two is bigger; as often yes as no.

A model that meets more of one answer gives that one. So each claim here is drawn after a coin, and the answer says the
fact in whole words after its "Yes," or "No,".
"""

from __future__ import annotations

import re
from functools import cache

from ..grammar import Chat, article, capital, skill
from .base import LEADS, entries

_MOVED = ("are", "is", "can", "was", "were", "should")


@cache
def _claims() -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """The claims of the file that hold, and those that do not: subject, what is said, what the answer adds."""
    right, wrong = [], []
    for line in entries("yesno.txt"):
        subject, said, truth, more = (part.strip() for part in line.split(";"))
        (right if truth == "Y" else wrong).append((subject, said, more))
    return right, wrong


def _base(verb: str) -> str:
    """``goes`` -> ``go``, ``has`` -> ``have``, ``dissolves`` -> ``dissolve``."""
    if verb in ("has", "goes", "does"):
        return {"has": "have", "goes": "go", "does": "do"}[verb]
    return re.sub(r"ies$", "y", verb) if verb.endswith("ies") and verb != "lies" else verb.removesuffix("s")


_PAST = {"write": "wrote", "paint": "painted", "sail": "sailed", "live": "lived", "sink": "sank", "have": "had", "build": "built", "patent": "patented", "fly": "flew", "end": "ended", "fall": "fell", "come": "came"}


def _forms(subject: str, said: str) -> tuple[str, str, str, str]:
    """The question, the statement, its denial, and the tag (``don't they``)."""
    verb, _, rest = said.partition(" ")
    if verb in _MOVED:
        denied = {"can": "cannot"}.get(verb, f"{verb} not")
        return f"{capital(verb)} {subject} {rest}?", f"{subject} {said}", f"{subject} {denied} {rest}", verb
    if verb == "lived":
        return f"Did {subject} live {rest}?", f"{subject} {said}", f"{subject} did not live {rest}", "did"
    if verb == "did":
        base, _, rest = rest.partition(" ")
        return f"Did {subject} {base} {rest}".rstrip() + "?", f"{subject} {_PAST[base]} {rest}".rstrip(), f"{subject} did not {base} {rest}".rstrip(), "did"
    singular = verb.endswith("s")
    helper, base = ("does", _base(verb)) if singular else ("do", verb)
    return f"{capital(helper)} {subject} {base} {rest}".rstrip() + "?", f"{subject} {said}", f"{subject} {helper} not {base} {rest}".rstrip(), helper


def _asked(chat: Chat, question: str, statement: str) -> None:
    """One of the ways to ask whether it is so."""
    dice = chat.rng.random()
    if dice < 0.45:
        text = question
    elif dice < 0.9:
        s = statement
        text = chat.pick((
            f"Is it true that {s}?", f"Is it right that {s}?", f"{capital(s)}, right?", f"{capital(s)}, is that true?", f"I heard that {s}. Is that so?", f"My friend says that {s}. Is that right?", f"True or false: {s}?", f"Would you say that {s}?",
            f"{capital(s)}?", f"{capital(s)}, yes or no?", f"Somebody told me that {s}. True?", f"Is it correct to say that {s}?", f"I think {s}. Am I right?", f"I always thought that {s}. Is that correct?", f"So {s}?", f"Can I say that {s}?",
        ))  # fmt: skip
    else:
        text = chat.pick(LEADS) + question[:1].lower() + question[1:]
    if chat.chance(0.2):
        text = text.lower()
    if chat.chance(0.12):
        text = text.rstrip("?")
    chat.user_exactly(text)


def _answer(chat: Chat, yes: bool, text: str, more: str = "") -> None:
    chat.bot_exactly(f"{'Yes' if yes else 'No'}, {text}." + (f" {capital(more)}." if more else ""))


@skill(12)
def claims(chat: Chat) -> None:
    """A claim of the file, and what is so."""
    yes = chat.chance(0.5)
    subject, said, more = chat.pick(_claims()[0 if yes else 1])
    question, statement, denied, _ = _forms(subject, said)
    _asked(chat, question, statement)
    statement, denied = statement.replace("my own", "your own"), denied.replace("my own", "your own")
    _answer(chat, yes, statement if yes else denied, more)
    if chat.chance(0.06):
        chat.user("[Really|Are you sure|Is that true]?")
        chat.bot_exactly(capital(f"yes, {statement if yes else denied}."))


# Kinds and what belongs to them. No member belongs to another kind of the same row of ``_APART``.
_KINDS: dict[str, str] = {
    "fish": "trout, salmon, shark, tuna, carp, herring, cod, eel, goldfish, ray, seahorse, pike, catfish, perch, swordfish, sardine",
    "bird": "sparrow, eagle, owl, penguin, duck, goose, swan, parrot, robin, crow, pigeon, ostrich, flamingo, stork, hen, pelican, falcon, kiwi, hummingbird, woodpecker, seagull, peacock, turkey, magpie, blackbird, toucan",
    "mammal": "dog, cat, horse, cow, whale, dolphin, bat, mouse, elephant, lion, tiger, bear, fox, wolf, rabbit, sheep, goat, pig, monkey, kangaroo, seal, hedgehog, squirrel, giraffe, zebra, camel, deer, hippo, beaver, otter, koala, panda, gorilla, rat, hamster, donkey, moose, walrus, leopard, cheetah, platypus",
    "insect": "ant, bee, wasp, fly, beetle, butterfly, mosquito, ladybird, grasshopper, moth, cricket, dragonfly, termite, flea, cockroach, firefly",
    "reptile": "snake, lizard, crocodile, turtle, tortoise, gecko, chameleon, alligator, iguana, cobra, python",
    "amphibian": "frog, toad, newt, salamander",
    "fruit": "apple, pear, banana, orange, lemon, cherry, plum, peach, grape, mango, pineapple, strawberry, raspberry, apricot, kiwi fruit, melon, fig, blueberry",
    "vegetable": "carrot, potato, onion, cabbage, leek, radish, cauliflower, turnip, beet, parsnip, artichoke, broccoli head",
    "tree": "oak, birch, pine, maple, willow, beech, fir, poplar, cedar, larch, elm, palm",
    "flower": "rose, tulip, daisy, sunflower, lily, orchid, violet, daffodil, poppy, snowdrop, carnation",
    "musical instrument": "piano, guitar, violin, flute, drum, trumpet, harp, cello, clarinet, saxophone, organ, accordion, trombone, banjo, xylophone, oboe, tuba",
    "tool": "hammer, saw, screwdriver, drill, axe, shovel, rake, wrench, chisel, file, pair of pliers",
    "vehicle": "car, bus, bicycle, truck, tractor, motorcycle, train, tram, ambulance, van, scooter",
    "piece of furniture": "chair, table, sofa, bed, wardrobe, desk, stool, bookcase, bench, armchair, cupboard",
    "piece of clothing": "shirt, coat, sock, skirt, sweater, jacket, scarf, glove, dress, hat, pullover",
    "job": "teacher, baker, nurse, doctor, carpenter, pilot, farmer, plumber, cook, lawyer, tailor, butcher, firefighter",
}
_NAMED_KINDS: dict[str, str] = {
    "country": "France, Germany, Spain, Italy, Japan, China, India, Brazil, Canada, Mexico, Egypt, Kenya, Norway, Sweden, Poland, Greece, Turkey, Peru, Chile, Portugal, Finland, Thailand, Vietnam, Nigeria, Argentina, Ireland, Austria, Denmark",
    "city": "Paris, London, Berlin, Rome, Madrid, Tokyo, Moscow, Vienna, Athens, Cairo, Sydney, Toronto, Barcelona, Munich, Chicago, Istanbul, Mumbai, Shanghai, Lisbon, Prague, Warsaw, Nairobi",
    "continent": "Africa, Asia, Europe, Antarctica, South America, North America",
    "planet": "Mercury, Venus, Mars, Jupiter, Saturn, Uranus, Neptune",
    "river": "the Nile, the Amazon, the Danube, the Rhine, the Thames, the Mississippi, the Ganges, the Volga, the Seine, the Yangtze",
    "ocean": "the Pacific, the Atlantic, the Arctic Ocean",
    "desert": "the Sahara, the Gobi, the Kalahari, the Atacama",
    "mountain": "Mount Everest, Mont Blanc, the Matterhorn, Kilimanjaro, Mount Fuji, K2",
    "metal": "gold, silver, iron, copper, lead, tin, aluminum, zinc, nickel",
    "gas": "oxygen, hydrogen, helium, nitrogen, neon, carbon dioxide",
    "color": "red, blue, green, yellow, purple, brown, pink",
    "day of the week": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "month": "January, February, April, June, July, August, September, October, November, December",
    "season": "spring, summer, autumn, winter",
    "language": "English, French, German, Spanish, Italian, Chinese, Japanese, Arabic, Russian, Hindi, Portuguese, Turkish",
    "sport": "football, tennis, basketball, swimming, golf, hockey, volleyball, skiing, boxing, badminton, judo",
    "drink": "coffee, tea, milk, lemonade, beer, wine, cocoa",
    "currency": "the euro, the yen, the dollar, the pound, the ruble, the rupee, the peso",
    "composer": "Mozart, Beethoven, Bach, Vivaldi, Chopin, Verdi, Haydn, Schubert, Handel",
    "painter": "Picasso, Van Gogh, Rembrandt, Monet, Michelangelo, Raphael, Vermeer, Renoir",
    "writer": "Shakespeare, Dickens, Goethe, Tolstoy, Jane Austen, Mark Twain, Victor Hugo, Cervantes, Agatha Christie",
    "scientist": "Newton, Einstein, Darwin, Galileo, Marie Curie, Pasteur, Copernicus, Kepler",
}  # fmt: skip
_DEAD = {"composer", "painter", "writer", "scientist"}


@cache
def _members(named: bool) -> tuple[tuple[str, str], ...]:
    kinds = _NAMED_KINDS if named else _KINDS
    return tuple((kind, member) for kind, row in kinds.items() for member in row.split(", "))


@skill(8)
def kinds(chat: Chat) -> None:
    """Is a trout a fish?"""
    named = chat.chance(0.45)
    kind, member = chat.pick(_members(named))
    table = _NAMED_KINDS if named else _KINDS
    animals = ("fish", "bird", "mammal", "insect", "reptile", "amphibian")
    yes = chat.chance(0.5)
    guess = kind
    while not yes and guess == kind:
        guess = chat.pick(animals) if kind in animals and chat.chance(0.8) else chat.pick(list(table))
    if kind in _DEAD:
        while not yes and (guess == kind or guess not in _DEAD):
            guess = chat.pick(sorted(_DEAD))
    subject = member if named else article(member)
    verb = "was" if kind in _DEAD else "is"
    a_guess, a_kind = article(guess) if guess != "fish" else "a fish", article(kind)
    if chat.chance(0.12):
        among = sorted(_DEAD) if kind in _DEAD else animals if kind in animals else tuple(table)
        other = article(chat.pick([k for k in among if k != kind]))
        thing = "animal" if kind in animals else "thing"
        asked = (f"What was {subject}?",) if kind in _DEAD else (f"What kind of {thing} is {subject}?", f"{capital(subject)}, what is that?")
        chat.user_exactly(chat.pick((*asked, f"{capital(verb)} {subject} {a_kind} or {other}?", f"{capital(verb)} {subject} {other} or {a_kind}?")))
        chat.bot_exactly(capital(f"{subject} {verb} {a_kind}."))
        return
    _asked(chat, f"{capital(verb)} {subject} {a_guess}?", f"{subject} {verb} {a_guess}")
    if yes:
        _answer(chat, True, f"{subject} {verb} {a_kind}")
    elif chat.chance(0.5):
        _answer(chat, False, f"{subject} {verb} {a_kind}, not {a_guess}")
    else:
        _answer(chat, False, f"{subject} {verb} {a_kind}")


# Rows from the least to the most; neighbours are far enough apart to be beyond doubt.
_ROWS: tuple[tuple[tuple[str, str], tuple[str, str], str], ...] = (
    (("smaller", "bigger"), ("smallest", "biggest"), "a flea; an ant; a bee; a mouse; a squirrel; a cat; a fox; a sheep; a tiger; a horse; a rhino; an elephant; a blue whale"),
    (("smaller", "bigger"), ("smallest", "biggest"), "a ladybird; a frog; a rabbit; a wolf; a pig; a cow; a hippo; an elephant"),
    (("smaller", "bigger"), ("smallest", "biggest"), "a hummingbird; a sparrow; a pigeon; a goose; an ostrich"),
    (("slower", "faster"), ("slowest", "fastest"), "a snail; a tortoise; a walking person; a bicycle; a car; a plane; a rocket; light"),
    (("slower", "faster"), ("slowest", "fastest"), "a sloth; a chicken; a rabbit; a cheetah"),
    (("lighter", "heavier"), ("lightest", "heaviest"), "a feather; an apple; a brick; a bicycle; a car; a truck; a ship"),
    (("lighter", "heavier"), ("lightest", "heaviest"), "a grain of rice; an egg; a melon; a fridge; a bus; a train"),
    (("smaller", "bigger"), ("smallest", "biggest"), "a pea; a cherry; an apple; a pumpkin"),
    (("smaller", "bigger"), ("smallest", "biggest"), "an atom; a cell; an ant; a house; a mountain; the Moon; the Earth; the Sun; the Milky Way"),
    (("smaller", "bigger"), ("smallest", "biggest"), "Mercury; Mars; the Earth; Uranus; Saturn; Jupiter; the Sun"),
    (("smaller", "larger"), ("smallest", "largest"), "Monaco; Luxembourg; Belgium; Portugal; Germany; France; Mexico; India; Brazil; Canada; Russia"),
    (("smaller", "larger"), ("smallest", "largest"), "Malta; Switzerland; Austria; Italy; Spain; Argentina; Australia; China; Russia"),
    (("smaller", "larger"), ("smallest", "largest"), "Australia; Europe; Antarctica; South America; Africa; Asia"),
    (("smaller", "larger"), ("smallest", "largest"), "the Arctic Ocean; the Indian Ocean; the Atlantic; the Pacific"),
    (("shorter", "longer"), ("shortest", "longest"), "the Thames; the Rhine; the Danube; the Mississippi; the Nile"),
    (("lower", "higher"), ("lowest", "highest"), "the Eiffel Tower; Mount Vesuvius; Mount Fuji; Mont Blanc; Kilimanjaro; Mount Everest"),
    (("shorter", "longer"), ("shortest", "longest"), "a second; a minute; an hour; a day; a week; a month; a year; a century"),
    (("shorter", "longer"), ("shortest", "longest"), "a millimeter; a centimeter; a meter; a kilometer"),
    (("shorter", "longer"), ("shortest", "longest"), "an inch; a foot; a mile"),
    (("lighter", "heavier"), ("lightest", "heaviest"), "a gram; a pound; a kilogram; a ton"),
    (("colder", "hotter"), ("coldest", "hottest"), "ice; lukewarm water; boiling water; melted iron; the Sun"),
    (("shorter", "taller"), ("shortest", "tallest"), "a mouse; a dog; a cow; an elephant; a giraffe"),
    (("shorter", "taller"), ("shortest", "tallest"), "a blade of grass; a bush; an oak; a giant redwood"),
    (("softer", "harder"), ("softest", "hardest"), "butter; wood; steel; a diamond"),
    (("quieter", "louder"), ("quietest", "loudest"), "a whisper; talking; a vacuum cleaner; a rocket"),
    (("younger", "older"), ("youngest", "oldest"), "a baby; a schoolchild; a parent; a grandparent"),
    (("nearer to the Sun", "farther from the Sun"), ("nearest to the Sun", "farthest from the Sun"), "Mercury; Venus; the Earth; Mars; Jupiter; Saturn; Uranus; Neptune"),
    (("cheaper", "more valuable"), ("cheapest", "most valuable"), "iron; silver; gold"),
    (("less sweet", "sweeter"), ("least sweet", "sweetest"), "a lemon; an apple; honey"),
)  # fmt: skip


@skill(6)
def which_of_two(chat: Chat) -> None:
    """Is an elephant bigger than a mouse? Which is bigger?"""
    (less, more), (least, most), row = chat.pick(_ROWS)
    things = row.split("; ")
    i, j = sorted(chat.rng.sample(range(len(things)), 2))
    small, big = things[i], things[j]
    if chat.chance(0.6):
        yes, up = chat.chance(0.5), chat.chance(0.6)
        one, other = (big, small) if up == yes else (small, big)
        word = more if up else less
        than = "" if "the Sun" in word else "than "
        if not than:
            word = word.replace(" the Sun", " the Sun than")
        _asked(chat, f"Is {one} {word} {than}{other}?", f"{one} is {word} {than}{other}")
        if yes:
            _answer(chat, True, f"{one} is {word} {than}{other}".replace("than than", "than"))
        else:
            right = (more if not up else less).replace(" the Sun", " the Sun than")
            _answer(chat, False, f"{one} is {right} {than}{other}")
        return
    up = chat.chance(0.7)
    word, ends = (more, big) if up else (less, small)
    rest = small if up else big
    pair = [small, big] if chat.chance(0.5) else [big, small]
    chat.user_exactly(chat.pick((f"Which is {word}, {pair[0]} or {pair[1]}?", f"What is {word}: {pair[0]} or {pair[1]}?", f"{capital(pair[0])} or {pair[1]}, which is {word}?", f"Is {pair[0]} or {pair[1]} {word}?", f"{pair[0]} vs {pair[1]}, {word}?", f"Tell me which is {word}: {pair[0]} or {pair[1]}.")))
    than = word.replace(" the Sun", " the Sun than") if "the Sun" in word else f"{word} than"
    chat.bot_exactly(capital(f"{ends} is {than} {rest}."))


_CAN: dict[str, tuple[str, str]] = {
    "fly": ("eagle, bee, bat, sparrow, butterfly, owl, duck, parrot, fly, wasp, mosquito, stork, crow, moth, gull, swan", "penguin, ostrich, dog, cat, horse, elephant, snake, frog, kangaroo, fish called carp, mouse, spider, cow, turtle, kiwi, emu"),
    "swim": ("duck, fish, frog, dolphin, whale, seal, otter, penguin, dog, swan, crocodile, polar bear, beaver, turtle, shark, elephant", "butterfly, stone, sparrow, bee, scorpion"),
    "bark": ("dog, fox, seal", "cat, cow, hen, horse, sheep, fish, duck, mouse"),
    "climb trees": ("monkey, squirrel, cat, bear cub, koala, leopard, lizard", "cow, horse, pig, elephant, fish, whale, sheep, rhino, hippo"),
    "lay eggs": ("hen, duck, snake, turtle, frog, fish, ant, crocodile, ostrich, platypus, penguin, butterfly", "dog, cat, horse, cow, lion, whale, human, rabbit, elephant, bat"),
    "live under water": ("fish, crab, octopus, shark, jellyfish, starfish, lobster, whale", "cat, hen, horse, lion, camel, sparrow, ant, sheep, monkey"),
    "sting": ("bee, wasp, scorpion, hornet, jellyfish", "butterfly, cat, cow, sparrow, mouse, ladybird, worm"),
    "jump": ("frog, kangaroo, rabbit, cat, grasshopper, flea, horse, deer", "snail, worm, elephant, starfish, oyster"),
}


@skill(4)
def can_it(chat: Chat) -> None:
    what = chat.pick(list(_CAN))
    yes = chat.chance(0.5)
    thing = article(chat.pick(_CAN[what][0 if yes else 1].split(", ")).replace("fish called ", ""))
    _asked(chat, f"Can {thing} {what}?", f"{thing} can {what}")
    _answer(chat, yes, f"{thing} can {what}" if yes else f"{thing} cannot {what}")
