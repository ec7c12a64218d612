"""Words for the templates, and values for the things users say of themselves.

Two parts that never meet: what training may draw, and a fifth that only an evaluation draws
(``held_out=True``). The split is a hash of the word itself, so it is the same on every machine and
does not move when a list grows. Recall must work for words never seen in training, so names,
pets' names and favourites also come from an open set: words invented letter by letter.

``LISTS`` holds the training part only, ``HELD_OUT`` the rest, kind by kind.
"""

from __future__ import annotations

import json
import lzma
import random
import re
import zlib
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
FACTS = HERE.parent.parent / "data" / "facts"

# Kinds whose words users tell as values of their own, hence split; the others are only scenery.
SPLIT = frozenset(
    "food dessert drink fruit vegetable animal bird color city hobby petname instrument sport flower tree game book name".split()
)
# So common in other exchanges (the colour of grass, what a cow says) that holding them out would be a fiction.
ALWAYS = frozenset(
    """red blue green yellow purple orange pink white black brown silver gold gray cat dog rabbit fox bear mouse lion
    tiger elephant frog owl duck hen horse cow sheep goat pig wolf snake bee turtle fish whale spider pizza pasta soup
    rice apple banana pear grape lemon tea coffee water milk carrot potato onion tomato football tennis swimming
    basketball piano guitar violin drum flute rose tulip daisy sunflower oak pine robin eagle crow penguin swan
    London Paris Berlin Rome Madrid reading cooking singing painting dancing chess""".split()
)


def is_held_out(word: str) -> bool:
    """A fifth of all words, by a hash that does not change between runs (Python's own is salted)."""
    return word not in ALWAYS and zlib.crc32(word.lower().encode()) % 5 == 0


def _read_lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for block in (HERE / "lists.txt").read_text(encoding="utf-8").split("## ")[1:]:
        kind, _, words = block.partition("\n")
        lists[kind.strip()] = list(dict.fromkeys(word.strip() for word in words.replace("\n", ",").split(",") if word.strip()))
    lists["name"] = list(dict.fromkeys((HERE / "names.txt").read_text(encoding="utf-8").split()))
    return lists


ALL = _read_lists()
LISTS: dict[str, list[str]] = {
    kind: [word for word in words if not (kind in SPLIT and is_held_out(word))] for kind, words in ALL.items()
}
HELD_OUT: dict[str, list[str]] = {kind: [word for word in words if is_held_out(word)] for kind, words in ALL.items() if kind in SPLIT}


@lru_cache(maxsize=None)
def fact_table(name: str) -> list:
    """One of the tables in ``training/data/facts`` (``countries``, ``elements``, ``us_states``, ``words``)."""
    packed = FACTS / f"{name}.json.xz"
    if packed.exists():
        with lzma.open(packed, "rt", encoding="utf-8") as file:
            return json.load(file)
    return json.loads((FACTS / f"{name}.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=None)
def fact_lines(name: str) -> tuple[dict, ...]:
    """One of the lists in ``training/data/facts`` that hold an object a line (``everyday``, ``glosses``, ``terms``, ``geography``)."""
    with lzma.open(FACTS / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


@lru_cache(maxsize=None)
def real_words() -> frozenset[str]:
    """Words that exist, as far as we know: an invented one must not be among them."""
    known = {row["w"].lower() for row in fact_table("words")}
    for words in ALL.values():
        for entry in words:
            known.update(entry.lower().split())
    return frozenset(known)


_ONSETS = (
    "b c d f g h j k l m n p r s t v w z b d f g k l m n p r s t v z br bl cr cl dr fl fr gl gr kr kl pl pr st str sk sl sm "
    "sn sp sw tr tw th sh ch qu ph zh wh y x vr zl kn gw sch"
).split()
_VOWELS = "a e i o u a e i o u a e i o a e o ai ea ee oo ou ia io au oa ei uu y ae".split()
_CODAS = "n r l s t m k x d p b g th nd rt st ng sh ck ll rk lm nt mp sk ft rn zz ff ph v z".split()
_ENDINGS = (
    "a o i ia us ix or en an el in on ar is os et ina ella ara ino etto ovic ius ora ana il ric win ley ton mer "
    "dor nik ka ko ya sha ron vin dra bert ling by le er y ie oo ash um"
).split()
_RUDE = re.compile(r"fuc|fuk|shit|sht|cunt|dick|cock|coc$|nig|fag|fgg|rape|sex|porn|tit|ass|arse|anal|anus|cum|slut|whor|wank|piss|poo|pee$|nazi|hitl|jew|gay|homo|kil|die$|dead|puss|boob|penis|vag|pube|turd|crap|bitc|hoe$|coon|spic|kkk|dyke|retar|suic|tard")


def is_rude(word: str) -> bool:
    return _RUDE.search(word.lower()) is not None


def _syllables(rng: random.Random) -> str:
    pick, dice = rng.choice, rng.random()
    if dice < 0.30:  # tando, mirelo
        word = "".join(pick(_ONSETS) + pick(_VOWELS) for _ in range(pick((2, 2, 3))))
    elif dice < 0.55:  # zorvan, brellik
        word = "".join(pick(_ONSETS) + pick(_VOWELS) + pick(_CODAS) for _ in range(2)) if rng.random() < 0.6 else (
            pick(_ONSETS) + pick(_VOWELS) + pick(_CODAS)
        )
    elif dice < 0.75:  # velina, gostor
        word = pick(_ONSETS) + pick(_VOWELS) + pick(_ONSETS[:32]) + pick(_ENDINGS)
    elif dice < 0.87:  # ulmo, amarith
        word = pick(_VOWELS[:17]) + pick(_CODAS[:12]) + pick(_ONSETS[:32]) * (rng.random() < 0.5) + pick(_VOWELS) + pick(_CODAS) * (
            rng.random() < 0.5
        )
    elif dice < 0.95:  # drimmelkaro
        word = pick(_ONSETS) + pick(_VOWELS) + pick(_CODAS) + pick(_ONSETS[:32]) + pick(_VOWELS) + pick(_ONSETS[:32]) + pick(_ENDINGS)
    else:  # letters anyhow: flrg, wqzix
        word = "".join(pick("abcdefghijklmnopqrstuvwxyzaeiou") for _ in range(rng.randint(4, 8)))
    return re.sub(r"(.)\1\1+", r"\1\1", word)


def made_up_word(rng: random.Random, held_out: bool = False, shortest: int = 3, longest: int = 11) -> str:
    """An invented word in lower case: never a real one of ours, never close to a rude one."""
    real = real_words()
    while True:
        word = _syllables(rng)
        if shortest <= len(word) <= longest and word not in real and is_held_out(word) == held_out and not _RUDE.search(word):
            return word


def _twist(rng: random.Random, word: str) -> str:
    """A rare spelling of a known word: one letter changed, dropped, doubled or added (Mirjem, Toffey, Brunna)."""
    at, letter = rng.randrange(1, len(word)), rng.choice("abcdefghijklmnopqrstuvwxyz")
    return rng.choice((word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :], word + letter))


@lru_cache(maxsize=None)
def _all_words() -> tuple[str, ...]:
    """Single words of every list and of the dictionary, held out or not: only pieces of them are used."""
    words = {word for entries in ALL.values() for entry in entries for word in entry.split() if word.isalpha()}
    return tuple(sorted(words | {row["w"] for row in fact_table("words") if row["w"].isalpha()}))


@lru_cache(maxsize=None)
def _known() -> frozenset[str]:
    return real_words() | {word.lower() for word in _all_words()}


def blend(rng: random.Random) -> str:
    """The beginning of one word with the end of another (Marbelton, Pepperick): what is copied must be any piece of any
    word, for a model learns to copy the tokens that it has had to copy."""
    while True:
        head, tail = rng.choice(ALL["name"] if rng.random() < 0.4 else _all_words()), rng.choice(_all_words() if rng.random() < 0.6 else _ENDINGS)
        head = head if rng.random() < 0.5 else head[: rng.randint(2, 5)]
        word = (head + tail[-rng.randint(1, 4) :]).lower()
        if 3 <= len(word) <= 12 and word not in _known() and not is_held_out(word) and not is_held_out(word.capitalize()) and not is_rude(word):
            return word


_COMPOUNDS = ("{a} {b}", "{a} {b}", "{a} and {b}", "{a} of {b}", "the {a} in the {b}", "{c} {a}", "{c} {a} {b}", "{a} with {b}", "the {c} {a}", "{a} on {b}")


def compound(rng: random.Random, proper: bool) -> str:
    """Two or three words that stand for one thing: the whole of it has to be said again, not only its first word."""
    while True:
        word = lambda: blend(rng) if rng.random() < 0.3 else rng.choice(LISTS["noun"])  # noqa: E731
        text = rng.choice(_COMPOUNDS).format(a=word(), b=word(), c=rng.choice(LISTS["adjective"]))
        text = re.sub(r"\b(?!(?:and|of|in|the|with|on)\b)[a-z]", lambda m: m.group().upper(), text) if proper else text
        text = text[0].upper() + text[1:] if proper else text
        if not is_held_out(text):
            return text


OPEN = 0.75  # share of invented values where training draws: see the evaluation of a model that met half from lists


def _value(rng: random.Random, kind: str, held_out: bool, invented: float, proper: bool) -> str:
    words = HELD_OUT[kind] if held_out else LISTS[kind]
    if not held_out and invented >= 0.4:
        invented = OPEN
    dice = rng.random()
    if dice >= invented:
        return rng.choice(words)
    if not held_out and rng.random() < 0.5:
        word = blend(rng)
        return word.capitalize() if proper else word
    if dice < invented * 0.2:
        for _ in range(8):
            word = rng.choice(words)
            word = _twist(rng, word) if len(word) > 3 else word
            if is_held_out(word) == held_out and word.lower() not in real_words() and not _RUDE.search(word.lower()):
                return word
    word = made_up_word(rng, held_out)
    return word.capitalize() if proper else word


def person(rng: random.Random, held_out: bool = False, invented: float = 0.45) -> str:
    """A first name: real ones from all over the world, or an invented one."""
    return _value(rng, "name", held_out, invented, proper=True)


_TITLES = "Captain Sir Lady Lord King Queen Princess Professor Doctor Mister Miss Count Baron Little Old General".split()


def pet_name(rng: random.Random, held_out: bool = False, invented: float = 0.45) -> str:
    """A pet's name; now and then a person's."""
    kind = "petname" if held_out or rng.random() < 0.85 else "name"
    name = _value(rng, kind, held_out, invented, proper=True)
    return name if held_out or rng.random() > 0.06 else f"{rng.choice(_TITLES)} {name}"


def town(rng: random.Random, held_out: bool = False, invented: float = 0.45) -> str:
    """A city of the world, or a town nobody has heard of."""
    if rng.random() < invented:
        tail = rng.choice(("", "", "", "ville", "ton", "burg", "stad", "ford", "field", "wick", "heim", "ham", "mouth", "dale", "by"))
        while True:
            word = made_up_word(rng, held_out, longest=8) + tail
            if is_held_out(word) == held_out and word not in real_words():
                return word.capitalize()
    return rng.choice(HELD_OUT["city"] if held_out else LISTS["city"])


# What can be a favourite: the word users say -> the list of values. Titles and places keep their capitals.
FAVOURITES: dict[str, str] = {
    "color": "color", "food": "food", "animal": "animal", "drink": "drink", "fruit": "fruit", "vegetable": "vegetable",
    "dessert": "dessert", "flower": "flower", "tree": "tree", "bird": "bird", "sport": "sport", "game": "game", "book": "book",
    "city": "city", "instrument": "instrument", "hobby": "hobby", "song": "title", "movie": "title", "band": "title",
    "singer": "name", "subject": "subject", "season": "season", "day": "day", "month": "month", "number": "number",
    "word": "noun", "toy": "object", "place": "place", "snack": "food", "planet": "planet", "dish": "food", "film": "title",
    "TV show": "title", "writer": "name", "restaurant": "title", "breakfast": "food", "ice cream flavor": "fruit", "team": "title",
}  # fmt: skip
PROPER = frozenset("book city song movie film band singer TV show writer restaurant team day month planet game".split()) | {"TV show"}


def _title(rng: random.Random, held_out: bool) -> str:
    """The name of a song, a film or a team, made of an invented word and plain ones."""
    odd = made_up_word(rng, held_out, 4, 9).capitalize()
    noun, other = rng.choice(LISTS["noun"]).capitalize(), rng.choice(LISTS["adjective"]).capitalize()
    return rng.choice((odd, odd, f"The {odd}", f"{other} {odd}", f"{odd} {noun}", f"The {odd} {noun}"))


def favourite(rng: random.Random, kind: str, held_out: bool = False, invented: float = 0.45) -> str:
    """A favourite of that kind (a key of ``FAVOURITES``), from an open set wherever the kind has one."""
    source = FAVOURITES[kind]
    if not held_out and source not in ("number", "name") and rng.random() < 0.2:
        return compound(rng, proper=kind in PROPER)
    if source == "number":
        while True:
            number = str(rng.randint(1, rng.choice((20, 100, 1000, 10000))))
            if is_held_out(number) == held_out:
                return number
    if source == "title":
        return _title(rng, held_out)
    if source in SPLIT:
        return _value(rng, source, held_out, invented, proper=kind in PROPER)
    if rng.random() < invented and kind in ("word", "toy", "place", "subject") or held_out:
        return made_up_word(rng, held_out)
    return rng.choice(LISTS[source])
