"""Who and what is in a story made from a wish: the slots of its sentences, and the plots that can carry the wish."""

from __future__ import annotations

import random

from ..grammar import article, capital
from . import lists
from .draws import any_object, different, plural
from .engine import render
from .settings import any_place, back_reference, group_of
from .teller import PRONOUNS
from .wish import MORE_PLACES, Wish
from .wish_cores import CORES, GET, LIKE, WAYS, Core

_GROUPS = {
    "museum": "city", "lighthouse": "island", "tree house": "forest", "bakery": "market", "train station": "train", "flower": "garden", "bookshop": "library", "greenhouse": "garden", "bus": "city",
    "hospital": "city", "monastery": "castle", "factory": "city", "mall": "city", "field": "farm", "vineyard": "farm", "glacier": "snow", "Pole": "snow", "ice palace": "snow", "Iceland": "snow", "stable": "farm",
    "cruise": "ship", "mill": "river", "sunken": "sea", "flying island": "sky", "kindergarten": "school", "classroom": "school", "Egypt": "desert", "ghost town": "desert", "canyon": "desert", "shoe box": "house",
    "basement": "house", "garage": "house", "laundry": "house", "Venice": "city", "Berlin": "city", "roof": "city", "hotel": "city", "Middle Ages": "castle", "called": "market", "rabbit hole": "cave", "beehive": "garden",
}  # fmt: skip


def _group(place: str):
    found = group_of(place)
    if found.name == "anywhere":
        found = group_of(next((f"in a {group}" for word, group in _GROUPS.items() if word in place), place))
    return found


def _name(rng: random.Random, he: str, *taken: str | None) -> str:
    while True:
        dice = rng.random()
        name = rng.choice(lists.HER_NAMES if he == "she" else lists.HIS_NAMES) if dice < 0.4 else rng.choice(lists.PET_NAMES) if dice < 0.75 else lists.odd_name(rng)
        if name.lower() not in {t.lower() for t in taken if t}:
            return name


def cast(seed: int, wish: Wish, core: Core) -> dict[str, str]:
    """The cast: what was wished, and what has to be drawn besides. Each part has dice of its own, so one can be changed alone."""

    def dice(what: str) -> random.Random:
        return random.Random(f"{what} {seed}")

    rng = dice("hero")
    gender = {"she": "she", "it": "it"}.get(wish.he, "he")
    kind = wish.kind or rng.choice(lists.HEROES)
    if not wish.kind:
        gender = rng.choice(("he", "she")) if kind not in lists.ONLY_HER + lists.ONLY_HIM else "she" if kind in lists.ONLY_HER else "he"
    name = wish.name or _name(rng, gender, wish.friend_name, kind)
    rng = dice("friend")
    friend = wish.friend or different(rng, lambda r: r.choice(lists.ANIMALS + lists.MAGIC + lists.PEOPLE), kind, wish.object or "?", wish.extra or "?", wish.third or "?")
    friend_he = wish.friend_he if wish.friend else rng.choice(("he", "she"))
    rng = dice("friend's name")
    named = wish.friend_name or rng.random() < 0.55
    friend_name = wish.friend_name or (_name(rng, friend_he, name, friend) if named else None)
    rng = dice("thing")
    thing = wish.object or different(rng, lambda r: r.choice(lists.OBJECTS) if r.random() < 0.6 else any_object(r), kind, friend, wish.extra or "?", wish.third or "?")
    if not wish.object and thing.startswith(("lost ", "missing ", "broken ")):
        thing = thing.split(" ", 1)[1]
    first, _, rest = thing.partition(" ")
    bare = rest if rest and first in lists.OBJECT_ADJECTIVES else thing
    rng = dice("place")
    place = wish.place or (any_place(rng) if rng.random() < 0.65 else rng.choice(MORE_PLACES))
    group = _group(place)
    trait_kind = f"{wish.trait} {kind}" if wish.trait else kind
    forms, others = PRONOUNS[gender], PRONOUNS[friend_he]
    slots = dict(forms, n=name, k=kind, ak=article(kind), atk=article(trait_kind), tk=trait_kind, o=thing, ao=article(thing), Ao=capital(article(thing)), on=bare, on_s=plural(bare), on_s_c=capital(plural(bare)), aon=article(bare), Aon=capital(article(bare)))
    slots |= {"in": place, "at": back_reference(place), "fk": friend, "afk": article(friend), "fhe": others["he"], "fhim": others["him"], "fhis": others["his"], "fhe_c": others["He"], "he_c": forms["He"]}
    slots["f"] = slots["f_plain"] = friend_name or f"the {friend}"
    rng = dice("first mention")
    slots["fi"] = rng.choice((f"{friend_name} the {friend}", f"{article(friend)} named {friend_name}", f"{article(friend)} called {friend_name}")) if friend_name else article(friend)
    if friend_name and friend in lists.PLAIN_KINDS:
        slots["fi"] = f"{article(friend)} named {friend_name}"
    slots |= {"f_c": capital(slots["f"]), "fi_c": capital(slots["fi"]), "f_poss": f"{slots['f']}'s", "k_an_c": capital(article(kind)), "k_s": plural(kind)}
    slots |= {"t": wish.trait or "", "an_t_k": article(trait_kind), "w": wish.weather or "", "x": wish.extra or "", "ax": article(wish.extra or "x"), "xk": wish.third or "", "axk": article(wish.third or "x")}
    slots |= {"y": wish.last_about or "", "Y": capital(wish.last_about or ""), "fear": wish.fear or wish.friend_fear or "", "fear_c": capital(wish.fear or wish.friend_fear or ""), "skill": wish.skill or ""}
    rng = dice("scenery")
    for key in ("path", "folk", "food", "home", "elder", "went", "go", "high", "storm"):
        slots[key] = rng.choice(getattr(group, key))
    slots["spot"], slots["spot2"] = rng.sample(group.spot, 2)
    slots["spot_c"] = slots["Spot"] = capital(slots["spot"])
    slots["scene"] = rng.choice(group.scene)
    rng = dice("get")
    ways = WAYS.get(core.name, ("find", "find", "has", "get"))
    slots["get"] = rng.choice(GET[wish.act if wish.act in GET and core.gets else rng.choice(ways)])
    slots["get"] = render(rng, slots["get"], slots)
    return slots


def fitting(wish: Wish) -> list[Core]:
    """The plots that can carry the wish."""
    about = "lesson" if wish.lesson else next((key for key in ("fear", "skill", "friend_fear") if getattr(wish, key)), None)
    cores = [core for core in CORES.values() if not (wish.act in GET and core.gets and wish.act not in WAYS.get(core.name, (wish.act,)))]
    if about == "lesson":
        lesson = LIKE.get(wish.lesson or "", wish.lesson)
        cores = [core for core in cores if core.about == lesson]
        return ([core for core in cores if core.gets] or cores if wish.act else cores) or [core for core in CORES.values() if core.about == lesson]
    if about:
        return [core for core in cores if core.about == {"friend_fear": "ffear"}.get(about, about)]
    by_trait = [core for core in cores if core.about == f"trait:{wish.trait}"]
    if by_trait and not wish.about and not wish.act and wish.tone not in ("sad", "scary"):
        return by_trait
    cores = [core for core in cores if not core.about.startswith("trait:")]
    if wish.about:
        return [core for core in cores if core.about == wish.about]
    if wish.act in ("lose", "want"):
        return [core for core in cores if core.about == wish.act]
    if wish.act:
        return [core for core in cores if core.gets] + ([core for core in cores if core.about == "find"] * 3 if wish.act == "find" else [core for core in cores if core.about == "make"] * 6 if wish.act == "make" else [])
    if wish.tone in ("sad", "scary", "funny"):
        return [core for core in cores if core.about == wish.tone]
    return [core for core in cores if core.about not in ("fear", "skill", "ffear", "sad", "scary")]
