"""Chooses a plot for a request, fills in the cast, and tells the story."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from ..grammar import article, capital
from . import lists
from .engine import MACROS, PLOTS, Plot, Request, Story, render
from .openings import OPENINGS
from .settings import Group, any_place, back_reference, group_of

PRONOUNS = {
    "he": dict(he="he", him="him", his="his", himself="himself", He="He", His="His"),
    "she": dict(he="she", him="her", his="her", himself="herself", He="She", His="Her"),
    "it": dict(he="it", him="it", his="its", himself="itself", He="It", His="Its"),
}
_HER = frozenset(lists.HER_NAMES)
_HIS = frozenset(lists.HIS_NAMES)
_ONLY_HER = frozenset(lists.ONLY_HER)
_ONLY_HIM = frozenset(lists.ONLY_HIM)
_INANIMATE = frozenset(lists.THINGS)
_ADJECTIVES = frozenset(lists.OBJECT_ADJECTIVES)
_THEME_COMPANY = frozenset(lists.THEMES_FOR_COMPANY)


def _pronoun(rng: random.Random, kind: str, name: str | None) -> str:
    if kind in _ONLY_HER:
        return "she"
    if kind in _ONLY_HIM:
        return "he"
    if name in _HER:
        return "she"
    if name in _HIS:
        return "he"
    if kind in _INANIMATE and name is None and rng.random() < 0.12:
        return "it"
    return rng.choice(("he", "she"))


def _name(rng: random.Random, kind: str, pronoun: str, taken: str | None) -> str:
    while True:
        dice = rng.random()
        if kind in lists.PERSON_KINDS and dice < 0.8 or dice < 0.4:
            name = rng.choice(lists.HER_NAMES if pronoun == "she" else lists.HIS_NAMES)
        elif dice < 0.88:
            name = rng.choice(lists.PET_NAMES)
        else:
            name = lists.odd_name(rng)
        if name != taken and name.lower() != kind:
            return name


def _first_mention(rng: random.Random, kind: str, name: str, trait: str | None) -> str:
    """``Mia the shy fox``, ``a shy fox called Mia``: how the hero is named the first time."""
    described = f"{trait} {kind}" if trait else kind
    dice = rng.random()
    if dice < 0.45 and kind not in lists.PLAIN_KINDS:
        return f"{name} the {described}"
    return f"{article(described)} {'named' if dice < 0.7 else 'called'} {name}"


def make_object(rng: random.Random) -> str:
    noun = rng.choice(lists.OBJECTS) if rng.random() < 0.85 else rng.choice(lists.RARE_THINGS)
    if " " not in noun and rng.random() < 0.35:
        return f"{rng.choice(lists.OBJECT_ADJECTIVES)} {noun}"
    return noun


def short_name(thing: str) -> str:
    """``red kite`` -> ``kite``, but ``music box`` stays as it is."""
    first, _, rest = thing.partition(" ")
    return rest if rest and first in _ADJECTIVES else thing


def _fits(plot: Plot, request: Request, group: Group | None) -> bool:
    if request.object and plot.thing != "any" and short_name(request.object) != plot.thing:
        return False
    if request.companion and not plot.friend:
        return False
    if request.fear and plot.needs != "fear" or request.skill and plot.needs != "skill":
        return False
    if plot.only and request.kind and request.kind != plot.only:
        return False
    return not (plot.groups and group and group.name not in plot.groups)


def choose_plot(rng: random.Random, request: Request, group: Group | None) -> Plot:
    if request.plot:
        return PLOTS[request.plot]
    fitting = [plot for plot in PLOTS.values() if _fits(plot, request, group)]
    if request.theme:
        word = _bare(request.theme)
        themed = [plot for plot in fitting if word in plot.themes or request.theme in plot.themes]
        sure = [plot for plot in themed if word in plot.concrete or request.theme in plot.concrete]
        fitting = sure or themed or fitting
    elif request.object and rng.random() < 0.7:
        own = [plot for plot in fitting if plot.thing == short_name(request.object)]
        fitting = own or fitting
    if request.mood in ("funny", "sad", "scary", "bedtime"):
        fitting = [plot for plot in fitting if request.mood in plot.moods] or fitting
    return rng.choice(fitting)


def _bare(theme: str) -> str:
    return re.sub(r"^(a|an|the|being) ", "", theme)


def _cast(rng: random.Random, request: Request, plot: Plot, group: Group, setting: str) -> dict[str, str]:
    kind = request.kind or plot.only or None
    if kind is None:
        if request.person:
            kind = rng.choice(lists.PEOPLE)
        elif request.name in _HER and rng.random() < 0.6:
            kind = "girl"
        elif request.name in _HIS and rng.random() < 0.6:
            kind = "boy"
        elif group.name == "sea" and rng.random() < 0.7:
            kind = rng.choice(lists.SEA)
        else:
            kind = rng.choice(lists.HEROES)
        while request.name in _HER and kind in _ONLY_HIM or request.name in _HIS and kind in _ONLY_HER:
            kind = rng.choice(lists.ANIMALS)
    pronoun = _pronoun(rng, kind, request.name)
    name = request.name or _name(rng, kind, pronoun, None)
    thing = request.object or (make_object(rng) if plot.thing == "any" else plot.thing)
    friend_kind = request.companion
    while friend_kind is None or friend_kind == kind or friend_kind == short_name(thing):
        if request.companion:  # "a fox and another fox"
            break
        friend_kind = rng.choice(lists.SEA if group.name == "sea" and rng.random() < 0.6 else lists.ANIMALS if rng.random() < 0.6 else lists.HEROES)
        if friend_kind in _ONLY_HER and pronoun == "she" or friend_kind in _ONLY_HIM and pronoun == "he":
            friend_kind = None
    # Two heroes with the same pronoun make every "she" a riddle.
    friend_pronoun = "she" if pronoun == "he" else "he" if pronoun == "she" else rng.choice(("he", "she"))
    if friend_kind in _ONLY_HER:
        friend_pronoun = "she"
    elif friend_kind in _ONLY_HIM:
        friend_pronoun = "he"
    friend_name = _name(rng, friend_kind, friend_pronoun, name)
    trait = request.trait or (rng.choice(lists.TRAITS) if rng.random() < 0.4 else None)
    slots = dict(PRONOUNS[pronoun])
    friend = PRONOUNS[friend_pronoun]
    slots.update(
        n=name, k=kind, ak=article(kind), nk=_first_mention(rng, kind, name, trait),
        o=thing, on=short_name(thing), ao=article(thing), aon=article(short_name(thing)),
        f=friend_name, fk=friend_kind, afk=article(friend_kind), fnk=_first_mention(rng, friend_kind, friend_name, None),
        fhe=friend["he"], fhim=friend["him"], fhis=friend["his"], Fhe=friend["He"], Fhis=friend["His"], fhimself=friend["himself"],
        quirk=rng.choice(lists.QUIRKS), habit=rng.choice(lists.HABITS),
        fear=request.fear or rng.choice(lists.FEARS), skill=request.skill or rng.choice(lists.SKILLS),
    )  # fmt: skip
    slots["in"] = setting
    slots["at"] = back_reference(setting)
    return slots


def _stage(rng: random.Random, group: Group, slots: dict[str, str]) -> None:
    """Draws the scenery, each piece different from the last of its sort."""
    slots["scene1"], slots["scene2"], slots["scene3"] = rng.sample(group.scene, 3)
    slots["scene1l"] = slots["scene1"][0].lower() + slots["scene1"][1:]
    slots["spot"], slots["spot2"], slots["spot3"] = rng.sample(group.spot, 3)
    slots["path"], slots["path2"] = rng.sample(group.path, 2)
    for key in ("folk", "food", "home", "storm", "went", "go", "high", "sound", "elder"):
        slots[key] = rng.choice(getattr(group, key))


def _gear(rng: random.Random, group: Group, kind: str) -> str | None:
    """A land animal under the sea needs a word of explanation."""
    if group.name == "sea" and kind not in lists.SWIMMERS and kind not in ("ghost", "robot"):
        return rng.choice(("{n} wore a round glass helmet, so {he} could breathe under water.", "With {his} little diving helmet on, {n} felt quite at home in the water."))
    if group.name == "space" and kind not in ("robot", "alien", "star", "rocket", "astronaut", "ghost", "comet") and rng.random() < 0.5:
        return rng.choice(("{n} wore a silver space suit with a pocket for snacks.", "Of course {n} had a space suit, with {his} name on it."))
    return None


# "A lost shoe" is a shoe that gets lost, "a broken clock" a clock to be mended: the word is a plot, not a property.
_STATES = {"lost": ("lost_and_found", "missing_things"), "missing": ("missing_things", "lost_and_found"), "broken": ("mended",)}


def _told_by_state(rng: random.Random, request: Request) -> Request:
    state, _, thing = (request.object or "").partition(" ")
    if state not in _STATES or not thing or request.plot or request.fear or request.skill or request.theme:
        return request
    return replace(request, object=thing, plot=rng.choice(_STATES[state]))


def tell(rng: random.Random, request: Request | None = None) -> Story:
    request = _told_by_state(rng, request or Request())
    group = group_of(request.setting) if request.setting else None
    plot = choose_plot(rng, request, group)
    setting = request.setting
    if setting is None:
        setting = any_place(rng)
        while plot.groups and group_of(setting).name not in plot.groups:
            setting = any_place(rng)
    group = group_of(setting)
    slots = _cast(rng, request, plot, group, setting)
    _stage(rng, group, slots)
    for key, template in plot.draws.items():
        slots[key] = render(rng, template, slots)
    problem, solved, ending, moral = (render(rng, t, slots) for t in (plot.problem, plot.solved, plot.ending, plot.moral))
    slots["solved_he"], slots["ending_he"] = _pronouns(plot, slots, solved, ending)
    if request.mood == "short":
        opening, text = _short(rng, slots, problem, solved, ending)
    else:
        opening, text = _full(rng, request, plot, group, slots, moral)
    asks = [(render(rng, q, slots), capital(render(rng, a, slots))) for q, a in plot.asks]
    return Story(
        text=text, plot=plot.name, kind=slots["k"], name=slots["n"], he=slots["he"], his=slots["his"], setting=setting,
        object=slots["o"], friend_kind=slots["fk"] if plot.friend else None, friend_name=slots["f"] if plot.friend else None,
        moral=moral, problem=problem, solved=solved, ending=ending, opening=opening, asks=asks, slots=slots,
    )  # fmt: skip


def _pronouns(plot: Plot, slots: dict[str, str], solved: str, ending: str) -> tuple[str, str]:
    """The same clauses with "he" for a hero who was named right before."""
    bare = solved
    if plot.problem.startswith("{n} ") and plot.solved.startswith("{n} ") and not plot.solved.startswith("{n} and"):
        solved = slots["he"] + solved[len(slots["n"]) :]
    if bare.startswith(slots["n"] + " ") and not plot.solved.startswith("{n} and") and plot.ending.startswith("{n} "):
        ending = slots["he"] + ending[len(slots["n"]) :]
    return solved, ending


_SHORT_OPENINGS = (
    "{cap in} lived {nk}, and one day {problem}.",
    "{cap nk} lived {in}. One day {problem}.",
    "{cap in}, there was trouble for {nk}: {problem}.",
    "{scene1} This was {in}, where {nk} lived, and where {problem}.",
    "There once was {nk} who lived {in}, and {problem}.",
    "One day {in}, {nk} had a problem: {problem}.",
    "This is what happened to {nk} {in}: {problem}.",
)
_TURN = ("{solved_he}.", "In the end, {solved_he}.", "Then {solved_he}.", "But {solved_he}.", "Luckily, {solved_he}.")
_CLOSE = ("{cap ending_he}.", "And so {ending_he}.", "And so {ending_he}.")


def _short(rng: random.Random, slots: dict[str, str], problem: str, solved: str, ending: str) -> tuple[str, str]:
    extra = dict(slots, problem=problem, solved=solved, ending=ending)
    opening = capital(render(rng, rng.choice(_SHORT_OPENINGS), extra))
    return opening, " ".join((opening, capital(render(rng, rng.choice(_TURN), extra)), capital(render(rng, rng.choice(_CLOSE), extra))))


def retell(rng: random.Random, story: Story) -> str:
    """The story in two sentences."""
    nk = _first_mention(rng, story.kind, story.name, None)
    slots = dict(story.slots, nk=nk, problem=story.problem, solved=story.solved, ending=story.ending)
    first = rng.choice(("{cap in}, {nk} had a problem: {problem}.", "It is about {nk} {in}: {problem}.", "{cap nk} had a hard time {in}, because {problem}."))
    second = rng.choice(("In the end, {solved_he}, and {ending_he}.", "But {solved_he}, and {ending_he}.", "Then {solved_he}, and {ending_he}."))
    return f"{capital(render(rng, first, slots))} {capital(render(rng, second, slots))}"


def _full(rng: random.Random, request: Request, plot: Plot, group: Group, slots: dict[str, str], moral: str) -> tuple[str, str]:
    long = request.mood == "long"
    opening = rng.choice(plot.openings if plot.openings and rng.random() < 0.4 else OPENINGS)
    while request.trait and "nk}" not in opening:
        opening = rng.choice(OPENINGS)
    opening = capital(render(rng, opening, slots))
    parts = [opening]
    gear = _gear(rng, group, slots["k"])
    if gear:
        parts.append(render(rng, gear, slots))
    if request.loves:
        parts.append(render(rng, rng.choice(("{n} loved {loves} more than anything.", "More than anything, {n} loved {loves}.", "Everyone knew that {n} loved {loves}.")), dict(slots, loves=request.loves)))
    gap = "\n\n" if rng.random() < 0.35 or long else " "
    optional = 0.9 if long else rng.choice((0.0, 0.15, 0.4))
    spice = request.mood if request.mood in ("funny", "scary", "sad") else "extra" if long else None
    out: list[str] = [" ".join(parts)]
    glue = gap
    for line in plot.body:
        if line == "--":
            if spice:  # at the first turn, where it interrupts no dialogue
                piece = capital(render(rng, rng.choice(MACROS[spice]), slots))
                if not any(piece in said for said in out):
                    out += (" ", piece)
                spice = None
            glue = gap
            continue
        if line[0] == "?":
            if rng.random() > optional:
                continue
            line = line[1:].strip()
        out.append(glue)
        glue = " "
        out.append(capital(render(rng, line, slots)))
    tail: list[str] = []
    word = _bare(request.theme) if request.theme else ""
    if word in _THEME_COMPANY and rng.random() < 0.6:
        tail.append(render(rng, rng.choice(('"So this is {theme}," thought {n}.', 'That, said {elder_a}, is what {theme} is.', "And that is a story about {theme}.")), dict(slots, theme=word)))
    if request.mood == "bedtime":
        tail.append(capital(render(rng, rng.choice(MACROS["sleep"]), slots)))
    elif rng.random() < 0.12:
        tail.append(moral)
    elif rng.random() < 0.12:
        tail.append(capital(render(rng, rng.choice(MACROS["the_end"]), slots)))
    for sentence in tail:
        out.append(" ")
        out.append(sentence)
    return opening, "".join(out)
