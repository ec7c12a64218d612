"""About others: brother, neighbor, boss, with names, jobs, ages, animals, places; told and asked in both directions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable

from ..grammar import Chat, article, capital, expand, listing, skill
from ..lexicon import LISTS, person, pet_name, town
from ..openfacts import NUMBERS, VALUES, job
from .attributes import ATTRIBUTES

# (word, pronoun): "they" where the name alone does not say it.
_HE = "brother father uncle grandfather son nephew husband boyfriend stepfather godfather grandson".split() + ["big brother", "little brother", "older brother", "younger brother", "brother-in-law", "grandpa", "dad"]
_SHE = "sister mother aunt grandmother daughter niece wife girlfriend stepmother godmother granddaughter".split() + ["big sister", "little sister", "older sister", "younger sister", "sister-in-law", "grandma", "mom"]
_ANY = "friend neighbor boss teacher colleague cousin roommate coach classmate dentist doctor landlord hairdresser".split() + ["best friend", "old friend", "piano teacher", "pen pal", "math teacher", "neighbor upstairs", "swimming coach", "friend from school", "friend from work"]
_PLURALS = {"goat": "goats", "sheep": "sheep", "goose": "geese", "mouse": "mice", "fish": "fish", "pony": "ponies", "bee-hive": "bee-hives"}
_ANIMALS = "goat cat dog hen rabbit duck sheep horse cow bee-hive snake parrot turtle pig goose pony llama donkey canary fish".split()


@dataclass
class Other:
    relation: str
    name: str
    he: str  # he, she or they
    facts: dict[str, tuple["Kind", str]] = field(default_factory=dict)
    animal: bool = False

    @property
    def full(self) -> str:
        return f"your {self.relation} {self.name}"


@dataclass(frozen=True)
class Kind:
    """``{v}`` is the value; ``does`` the verb phrase after the name; ``ask`` has ``{s}`` for the subject."""

    key: str
    value: Callable
    does: str
    told: list[str]  # {S} is the subject
    noted: list[str]  # {n} the name
    ask: list[str]
    who: list[str]  # verb phrase after "Who"
    missing: str  # "You have not told me {missing}."
    short: str = "{v}"


def _herd(rng, held: bool) -> str:
    animal = rng.choice(_ANIMALS)
    return f"{rng.choice(NUMBERS[:9])} {_PLURALS.get(animal, animal + 's')}"


def _pet(rng, held: bool) -> str:
    return f"{article(rng.choice(LISTS['pet']))} called {pet_name(rng, held)}"


def _bought(rng, held: bool) -> str:
    return VALUES["purchase"](rng, held)


KINDS = [
    Kind("job", job, "is {an v}", ["{S} is {an v}", "{S} works as {an v}", "{S} is {an v} by trade", "{S} has been {an v} for years"],
         ["{cap an v}! Does {n} like the work?", "{n} is {an v}, I see.", "So {n} works as {an v}. What is that like?"],
         ["What does {s} do?", "What does {s} do for a living?", "What is {s}'s job?", "What does {s} work as?", "what job has {s}", "Remember what {s} does for work?", "{s}'s job?", "How does {s} earn money?", "Which job does {s} have?"],
         ["is {an v}", "works as {an v}"], "what {s} does for a living", "{an v}"),
    Kind("age", VALUES["age"], "is {v} years old", ["{S} is {v}", "{S} is {v} years old", "{S} just turned {v}", "{S} turned {v} last week", "{S} is already {v}"],
         ["{v}! How did you two celebrate?", "{n} is {v}, I will remember that.", "{v} is a fine age for {n}."],
         ["How old is {s}?", "What is {s}'s age?", "how old was {s} again", "Do you remember how old {s} is?", "What age did I say {s} is?", "{s}'s age?"],
         ["is {v}", "is {v} years old"], "how old {s} is"),
    Kind("home", lambda rng, held: town(rng, held), "lives in {v}", ["{S} lives in {v}", "{S} has a flat in {v}", "{S} is at home in {v}", "{S} has lived in {v} for years"],
         ["{v}! Do you visit {n} there?", "So {n} lives in {v}. Is that far from you?", "{n} in {v}, I see."],
         ["Where does {s} live?", "Which town does {s} live in?", "where's {s}'s home", "In which place does {s} live?", "Where is {s} at home?", "Do you remember where {s} lives?"],
         ["lives in {v}"], "where {s} lives", "in {v}"),
    Kind("moved", VALUES["place"], "moved to {v}", ["{S} moved to {v} [last year|in spring|last week|]", "{S} went to live in {v}", "{S} has moved to {v}"],
         ["{v}! Do you miss {n}?", "So {n} moved to {v}. How is it going there?", "That is a big step for {n}. Is {v} far away?"],
         ["Where did {s} move to?", "Where did {s} go to live?", "where has {s} moved", "To which place did {s} move?", "Where is {s} living now?"],
         ["moved to {v}", "went to live in {v}"], "where {s} moved", "to {v}"),
    Kind("herd", _herd, "has {v}", ["{S} has {v}", "{S} keeps {v}", "{S} owns {v}", "{S} has {v} in the garden"],
         ["{cap v}! That must be a lot of work for {n}.", "So {n} has {v}. Have you seen them?"],
         ["What animals does {s} have?", "Which animals does {s} keep?", "how many animals has {s} got", "What does {s} keep?", "Does {s} have animals?"],
         ["has {v}", "keeps {v}", "owns {v}"], "about {s}'s animals"),
    Kind("pet", _pet, "has {v}", ["{S} has {v}", "{S} got {v}", "{S} has adopted {v}"],
         ["How sweet! Have you met the animal?", "So {n} has {v}."],
         ["What pet does {s} have?", "Does {s} have a pet?", "What kind of animal does {s} have?", "which pet has {s}", "What is {s}'s pet?"],
         ["has {v}"], "about {s}'s pet"),
    Kind("likes", VALUES["food"], "likes {v}", ["{S} loves {v}", "{S} likes {v} most", "{S} eats {v} every day", "{S} could live on {v}"],
         ["{cap v}! Then you know what to cook for {n}.", "So {n} likes {v}. Do you like it, too?"],
         ["What does {s} like to eat?", "What food does {s} love?", "what could i cook for {s}", "Which food is {s}'s favorite?", "What does {s} eat?"],
         ["likes {v}", "loves {v}"], "what {s} likes to eat"),
    Kind("hobby", VALUES["hobby"], "likes {v}", ["{S} is crazy about {v}", "{S} spends the weekends with {v}", "{S}'s hobby is {v}", "{S} is into {v}"],
         ["{cap v}! Is {n} good at it?", "So {n} likes {v}. Do you join in?"],
         ["What does {s} do for fun?", "What is {s}'s hobby?", "what hobby has {s}", "What is {s} into?", "How does {s} spend free time?"],
         ["is into {v}", "is crazy about {v}"], "about {s}'s hobby"),
    Kind("plays", VALUES["instrument"], "plays the {v}", ["{S} plays the {v}", "{S} practices the {v} every day", "{S} is learning the {v}"],
         ["The {v}! Is it loud at your place?", "So {n} plays the {v}. Do you like to listen?"],
         ["What instrument does {s} play?", "Which instrument is {s} playing?", "what does {s} play", "Does {s} play an instrument?"],
         ["plays the {v}"], "what {s} plays", "the {v}"),
    Kind("fear", VALUES["fear"], "is afraid of {v}", ["{S} is afraid of {v}", "{S} is scared of {v}", "{S} is really frightened of {v}"],
         ["Many people are afraid of {v}. How do you help {n}?", "Poor {n}! A fear of {v} is no fun."],
         ["What is {s} afraid of?", "What scares {s}?", "what is {s} scared of", "What frightens {s}?"],
         ["is afraid of {v}", "is scared of {v}"], "what {s} is afraid of", "of {v}"),
    Kind("learns", VALUES["course"], "is learning {v}", ["{S} is learning {v}", "{S} wants to learn {v}", "{S} takes lessons and learns {v}"],
         ["How nice that {n} is learning {v}!", "Learning {v} takes patience. How far is {n}?"],
         ["What is {s} learning?", "what does {s} learn", "What does {s} take lessons in?", "Which thing is {s} learning?"],
         ["is learning {v}"], "what {s} is learning"),
    Kind("speaks", VALUES["language"], "speaks {v}", ["{S} speaks {v}", "{S} talks {v} with the kids", "{S} speaks {v} better than English"],
         ["{v}! Can you speak it, too?", "So {n} speaks {v}."],
         ["What language does {s} speak?", "Which language does {s} talk?", "what does {s} speak"],
         ["speaks {v}"], "which language {s} speaks"),
    Kind("bought", _bought, "bought {v}", ["{S} bought {v}", "{S} came home with {v}", "{S} spent everything on {v}"],
         ["{cap v}! Is {n} happy with it?", "So {n} bought {v}. What for?"],
         ["What did {s} buy?", "What did {s} come home with?", "what has {s} bought", "What did {s} spend money on?"],
         ["bought {v}"], "about anything {s} bought"),
    Kind("lost", VALUES["item"], "lost {w} {v}", ["{S} lost {w} {v}", "{S} can't find {w} {v}"],
         ["Poor {n}! I hope the {v} turns up.", "A lost {v} is a nuisance. Where did {n} have it last?"],
         ["What did {s} lose?", "what is {s} looking for", "What can't {s} find?", "Which thing did {s} lose?"],
         ["lost a thing, the {v}", "is looking for the {v}"], "about anything {s} lost", "{w} {v}"),
    Kind("wish", lambda rng, held: VALUES["wish"](rng, held).replace("build my own house", "build a house"), "wants to {v}", ["{S} wants to {v}", "{S} dreams of the day to {v}", "{S} has always wanted to {v}"],
         ["To {v}, what a fine dream for {n}!", "I hope that {n} gets to do that."],
         ["What does {s} want to do?", "What does {s} dream of?", "what is {s}'s dream", "What has {s} always wanted?"],
         ["wants to {v}"], "what {s} dreams of", "to {v}"),
    Kind("car", lambda rng, held: f"{rng.choice(LISTS['color'])} {rng.choice(LISTS['vehicle'])}", "has {an v}", ["{S} drives {an v}", "{S} has {an v}", "{S} bought {an v}"],
         ["{cap an v}! Have you had a ride with {n}?", "So {n} has {an v}."],
         ["What does {s} drive?", "What vehicle does {s} have?", "what has {s} got to drive"],
         ["drives {an v}", "has {an v}"], "what {s} drives", "{an v}"),
    Kind("kids", lambda rng, held: rng.choice(NUMBERS[:4]), "has {v} children", ["{S} has {v} children", "{S} has {v} kids", "{S} has got {v} little ones at home"],
         ["{cap v} children! Are you close to them?", "So {n} has {v} children. It must be lively there."],
         ["How many children does {s} have?", "how many kids has {s}", "Does {s} have children?", "What number of kids does {s} have?"],
         ["has {v} children"], "how many children {s} has", "{v} children"),
    Kind("birthday", lambda rng, held: rng.choice(LISTS["month"]), "has a birthday in {v}", ["{S} has a birthday in {v}", "{S}'s birthday is in {v}", "{S} was born in {v}"],
         ["{v}! Do you have a present for {n}?", "I will remember: {n}'s birthday is in {v}."],
         ["When is {s}'s birthday?", "In which month was {s} born?", "when does {s} have birthday", "What month is {s}'s birthday?"],
         ["has a birthday in {v}"], "when {s}'s birthday is", "in {v}"),
    Kind("ill", VALUES["hurt"], "hurt {w} {v}", ["{S} hurt {w} {v}", "{S} fell and hurt {w} {v}"],
         ["Poor {n}! I hope the {v} gets better soon.", "Oh no. How is {n} now?"],
         ["What did {s} hurt?", "What is wrong with {s}?", "what happened to {s}", "Where is {s} hurt?"],
         ["hurt a {v}"], "about {s} being hurt", "{w} {v}"),
]  # fmt: skip
_LOOKS = "black|white|gray|brown|ginger|spotted|striped|golden|black and white|brown with white paws|snow white|red and brown|cream".split("|")
_TRICKS = "give a paw|open doors|roll over|dance on two legs|find my keys|climb the curtains|catch a ball|ring a bell|sing along|steal sausages|jump through a hoop|sleep standing up".split("|")
_BEDS = "under my bed|on the sofa|in a basket|in a shoe box|on top of the fridge|in the bathtub|on my pillow|behind the stove|in the laundry|on the window sill|in the wardrobe".split("|")
# What one tells of an animal at home.
PET_KINDS = [
    Kind("age", lambda rng, held: str(rng.randint(1, 17)), "is {v} years old", ["{S} is {v} years old", "{S} turned {v} last week", "{S} is already {v}"], ["{v}! That is a fine age for {n}.", "{n} is {v}, I will remember that."],
         ["How old is {s}?", "What is {s}'s age?", "how old was {s} again", "Do you remember how old {s} is?"], ["is {v}", "is {v} years old"], "how old {s} is"),
    Kind("look", lambda rng, held: rng.choice(_LOOKS), "is {v}", ["{S} is {v}", "{S} is all {v}"], ["{cap v}! I can picture {n}.", "So {n} is {v}. How pretty!"],
         ["What color is {s}?", "What does {s} look like?", "which color is {s}", "How did I describe {s}?"], ["is {v}"], "what {s} looks like"),
    Kind("likes", VALUES["food"], "loves {v}", ["{S} loves {v}", "{S} is crazy about {v}", "{S} steals {v} from the table"], ["{cap v}? {n} has good taste.", "Then {n} comes when there is {v}."],
         ["What does {s} love?", "What does {s} like to eat?", "what is {s} crazy about"], ["loves {v}", "is crazy about {v}"], "what {s} likes"),
    Kind("fear", lambda rng, held: rng.choice("thunder|the vacuum cleaner|the vet|water|big dogs|balloons|the doorbell|men with hats|bicycles|fireworks|the dark|geese".split("|")), "is afraid of {v}", ["{S} is afraid of {v}", "{S} hides from {v}"], ["Poor {n}! What do you do then?", "Many animals are afraid of {v}."],
         ["What is {s} afraid of?", "What scares {s}?", "what does {s} hide from"], ["is afraid of {v}"], "what {s} is afraid of", "of {v}"),
    Kind("bed", lambda rng, held: rng.choice(_BEDS), "sleeps {v}", ["{S} sleeps {v}", "{S} always naps {v}"], ["{cap v}! What a place to sleep.", "So {n} sleeps {v}. How sweet!"],
         ["Where does {s} sleep?", "where is {s}'s bed", "What is the place where {s} sleeps?"], ["sleeps {v}"], "where {s} sleeps"),
    Kind("trick", lambda rng, held: rng.choice(_TRICKS), "can {v}", ["{S} can {v}", "{S} has learned to {v}"], ["{n} can do that? I am impressed.", "How clever of {n}!"],
         ["What can {s} do?", "Which trick does {s} know?", "what has {s} learned"], ["can {v}"], "what {s} can do"),
]  # fmt: skip
_BY_KEY = {kind.key: kind for kind in KINDS}
_WEIGHTS = [3 if kind.key in ("job", "age", "home", "moved", "herd", "pet", "likes") else 1.5 for kind in KINDS]
# Facts whose questions could mean each other.
_CLASH = {"home": {"moved"}, "moved": {"home"}, "herd": {"pet"}, "pet": {"herd"}}


def somebody(chat: Chat, taken: list[Other] = ()) -> Other:
    chat.told_freely = True
    relations = {other.relation for other in taken}
    while True:
        he, words = chat.pick((("he", _HE), ("she", _SHE), ("they", _ANY), ("they", _ANY)))
        relation, name = chat.pick(words), person(chat.rng, chat.held_out)
        known = {word for told in [*relations, *chat.memory] for word in told.split()}
        if not set(relation.split()) & known and name not in {other.name for other in taken} and name not in chat.memory.values():
            return Other(relation, name, he)


def some_pet(chat: Chat, taken: list[Other] = ()) -> Other:
    """An animal at home."""
    chat.told_freely = True
    while True:
        pet, name = chat.pick(("cat", "dog", "cat", "dog", *LISTS["pet"])), pet_name(chat.rng, chat.held_out)
        if pet not in {other.relation for other in taken} and name not in {other.name for other in taken} and name not in chat.memory.values() and f"{pet} called" not in chat.memory:
            return Other(pet, name, chat.pick(("he", "she", "he", "she", "they")), animal=True)


def put(template: str, value: str, who: Other) -> str:
    his = {"he": "his", "she": "her", "they": "their"}[who.he]
    return (
        template.replace("{cap an v}", capital(article(value))).replace("{an v}", article(value)).replace("{cap v}", capital(value)).replace("{v}", value)
        .replace("{w}", his).replace("{n}", who.name)
    )  # fmt: skip


def _unused(chat: Chat, who: Other, wanted: str | None = None) -> Kind | None:
    for _ in range(20):
        kind = next(k for k in PET_KINDS if k.key == wanted) if who.animal and wanted else chat.pick(PET_KINDS) if who.animal else _BY_KEY[wanted] if wanted else chat.rng.choices(KINDS, _WEIGHTS)[0]
        if kind.key not in who.facts and not (_CLASH.get(kind.key, set()) & set(who.facts)):
            return kind
        if wanted:
            return None
    return None


def _subject(chat: Chat, who: Other, first: bool) -> str:
    """How the user speaks of somebody: in full at first, then by pronoun or name."""
    if first:
        return chat.pick((f"my {who.relation} {who.name}", f"my {who.relation} {who.name}", f"{who.name}, my {who.relation},", f"my {who.relation} is called {who.name} and", f"{who.name} is my {who.relation} and"))
    pronoun = who.he if who.he != "they" else who.name
    return chat.pick((pronoun, pronoun, who.name, f"my {who.relation}"))


def tell_of(chat: Chat, who: Other, first: bool = True, wanted: str | None = None, other: Other | None = None) -> Kind | None:
    """One thing about somebody told, and what the model says to it. A value the ``other`` has, too, would tell nothing apart."""
    kind = _unused(chat, who, wanted)
    if kind is None:
        return None
    for _ in range(20):
        value = kind.value(chat.rng, chat.held_out)
        if not (other and other.facts.get(kind.key, (None, ""))[1] == value):
            break
    template = chat.pick(kind.told)
    subject = _subject(chat, who, first)
    if "{S}'s" in template:
        subject = f"my {who.relation} {who.name}" if first else who.name
    said = capital(expand(chat.rng, put(template.replace("{S}", subject), value, who)))
    said = said.replace("  ", " ").strip()
    lead = "" if chat.chance(0.8) else chat.pick(("By the way, ", "Oh, and ", "You know, ", "btw ", "So, ", "Let me tell you: ", "Well, "))
    text = lead + (said if not lead or said.startswith(who.name) else said[:1].lower() + said[1:])
    chat.user(text.rstrip() + chat.pick((".", ".", ".", "!", "")))
    chat.bot(put(chat.pick(kind.noted), value, who))
    who.facts[kind.key] = (kind, value)
    if who.animal:
        chat.memory[f"{who.relation} called"] = who.name
    elif who.relation in ATTRIBUTES:
        chat.memory[who.relation] = who.name
    return kind


def _named(chat: Chat, who: Other, alone: bool) -> str:
    """In a question: the name, the relation, or a pronoun when only one person was spoken of."""
    choices = [who.name, who.name, f"my {who.relation}"]
    if alone and who.he != "they":
        choices.append(who.he)
    return chat.pick(choices)


def ask_of(chat: Chat, who: Other, key: str, alone: bool = False) -> None:
    """The question for one fact, forwards or backwards, and its answer."""
    kind, value = who.facts[key]
    if chat.chance(0.28):
        phrase = put(chat.pick(kind.who), value, who)
        chat.user("[Who|Who|And who|Which person|Who was it that|Do you remember who|Who did I say] {p}?", p=phrase)
        chat.bot(chat.pick((f"{who.name}, your {who.relation}.", f"Your {who.relation} {who.name} {put(kind.does, value, who)}.", f"{who.name} {put(kind.does, value, who)}.", f"That is {who.name}, your {who.relation}.")))
        return
    subject = _named(chat, who, alone)
    question = chat.pick(kind.ask)
    if subject in ("he", "she"):
        if "{s}'s" in question or "scares {s}" in question or "frightens {s}" in question or "for {s}" in question or "with {s}" in question or "to {s}" in question:
            subject = who.name
    question = question.replace("{s}", subject)
    lead = chat.pick(("And ", "So ", "Now, ", "Remember: ")) if chat.chance(0.15) and not question.startswith(subject) else ""
    chat.user(lead + (question[:1].lower() + question[1:] if lead else question))
    spoken = chat.pick((who.name, who.name, capital(who.full), f"Your {who.relation}")) if who.he == "they" or who.animal else chat.pick((who.name, who.name, capital(who.full), f"Your {who.relation}", capital(who.he)))
    chat.bot(chat.pick(("{s} {d}.", "{s} {d}.", "{s} {d}.", "You told me that {l} {d}.", "You said that {l} {d}.")), s=spoken, l=spoken[:1].lower() + spoken[1:] if spoken.split()[0] in ("Your", "He", "She") else spoken, d=put(kind.does, value, who))


def ask_who(chat: Chat, who: Other) -> None:
    """Who somebody is, or what somebody of the family is called."""
    dice = chat.rng.random()
    if dice < 0.45:
        chat.user("[Who is {n}|Who's {n}|Who was {n} again|Do you remember who {n} is|Did I tell you who {n} is]?", n=who.name)
        chat.bot("[{n} is your {r}.|Your {r} is called {n}.|{n} is your {r}{more}.]", n=who.name, r=who.relation, more=_one_fact(chat, who))
    elif dice < 0.75:
        chat.user("[What is my {r}'s name|What is my {r} called|my {r}'s name|Name of my {r}|What's the name of my {r}|Who is my {r}]?", r=who.relation)
        chat.bot("[Your {r} is called {n}.|{n} is your {r}.|Your {r}'s name is {n}.]", n=who.name, r=who.relation)
    else:
        summary(chat, who)


def _one_fact(chat: Chat, who: Other) -> str:
    if not who.facts:
        return ""
    kind, value = chat.pick(list(who.facts.values()))
    return f" and {put(kind.does, value, who)}"


def summary(chat: Chat, who: Other) -> None:
    """All that was told about somebody, in one sentence."""
    chat.user("[What do you know about {n}|Tell me about {n}|What have I told you about {n}|What did I say about {n}|Sum up what I told you about {n}|Who is {n} and what do you know|What do you remember about {n}]?", n=chat.pick((who.name, who.name, f"my {who.relation}")))
    known = [put(kind.does, value, who) for kind, value in who.facts.values()]
    chat.bot("[{n} is your {r}, and {he} {k}.|{n} is your {r}: {he} {k}.|You told me that {n} is your {r} and {k}.]", n=who.name, r=who.relation, k=listing(known), he=who.name if who.animal or who.he == "they" else who.he)


def ask_missing(chat: Chat, who: Other, others: list[Other] = ()) -> None:
    """What was not told about somebody, or who was never mentioned."""
    if chat.chance(0.25):
        stranger = person(chat.rng, chat.held_out)
        if stranger in {who.name, *(other.name for other in others)} or stranger in chat.memory.values():
            return
        chat.user("[Who is {n}|What does {n} do|How old is {n}|Where does {n} live|What did I say about {n}]?", n=stranger)
        chat.bot("[You have not told me about {n}.|You have not mentioned {n} yet. Who is that?|I do not know {n}. You only told me about {k}.]", n=stranger, k=listing([who.name, *(other.name for other in others)]))
        return
    kind = chat.pick(PET_KINDS if who.animal else KINDS)
    if kind.key in who.facts or _CLASH.get(kind.key, set()) & set(who.facts):
        return
    wording = chat.pick(kind.ask)
    subject = chat.pick((who.name, f"my {who.relation}"))
    if not others and who.he != "they" and chat.chance(0.4) and re.search(r"(?:does|is|did|has|was|can) \{s\}(?!'s)", wording):
        subject = who.he
    chat.user(("And " + wording[:1].lower() + wording[1:] if subject == who.he else "{q}").replace("{q}", wording).replace("{s}", subject))
    holder = next((other for other in others if kind.key in other.facts), None)
    if holder and chat.chance(0.6):
        chat.bot("You have not told me {m}. [It was {o} who {d}.|But {o} {d}.]", m=kind.missing.replace("{s}", who.name), o=holder.name, d=put(kind.does, holder.facts[kind.key][1], holder))
        return
    chat.bot("[You have not told me {m}.|You have not told me {m} yet.|I do not know that. You have not told me {m}.|You haven't told me {m} yet. Will you?]", m=kind.missing.replace("{s}", chat.pick((who.name, f"your {who.relation}"))))


def correct_of(chat: Chat, who: Other) -> None:
    """A fact about somebody taken back; the new one counts."""
    key = chat.pick(list(who.facts))
    kind, old = who.facts[key]
    for _ in range(9):
        value = kind.value(chat.rng, chat.held_out)
        if value != old:
            break
    else:
        return
    short_old, short_new = put(kind.short, old, who), put(kind.short, value, who)
    dice = chat.rng.random()
    subject = chat.pick((who.name, f"my {who.relation}", who.he if who.he != "they" else who.name))
    said = put(kind.does, value, who)
    if dice < 0.5:
        chat.user("[Sorry|Actually|No wait|Correction|Wait|Scratch that|Oh no, I mixed that up|I was wrong|Hm, no], {s} {d}.", s=subject, d=said)
    elif dice < 0.8:
        chat.user("[I meant {new}, not {old}.|Not {old}, {new}.|No, {new}.|Sorry, {new}. I said {old}, that was wrong.|I mean {new}|scratch that, {new}]", new=short_new, old=short_old)
    else:
        chat.user("[I just heard that|My mother says|Somebody told me that] {s} {d}[ now|, not {old}].", s=who.name, d=said, old=short_old)
    chat.bot("[Ah, so {n} {d}.|Okay, {n} {d}, not {old}.|Thank you, now I know that {n} {d}.|{new} then. I will remember that {n} {d}.|No problem: {n} {d}.]", n=who.name, d=said, old=short_old, new=capital(short_new))
    who.facts[key] = (kind, value)
    if chat.chance(0.75):
        ask_of(chat, who, key)


def _between(chat: Chat, most: int = 3) -> None:
    """Now and then something else in between."""
    from ..recall import exchanges, pad

    if chat.chance(0.35):
        pad(chat, exchanges(chat) + chat.rng.randint(1, most), 450)


def mention(chat: Chat) -> Callable[[], None]:
    """Tells of somebody; what comes back asks about it, later."""
    who = some_pet(chat) if chat.chance(0.25) else somebody(chat)
    tell_of(chat, who)
    for _ in range(chat.pick((0, 0, 1))):
        tell_of(chat, who, first=False)

    def later() -> None:
        if chat.chance(0.3):
            ask_who(chat, who)
        else:
            ask_of(chat, who, chat.pick(list(who.facts)))

    return later


@skill(12)
def one_other(chat: Chat) -> None:
    """One person and a few things about them, asked in both directions."""
    who = some_pet(chat) if chat.chance(0.25) else somebody(chat)
    for number in range(chat.pick((1, 1, 2, 2, 3))):
        tell_of(chat, who, first=number == 0)
    if chat.chance(0.2):
        correct_of(chat, who)
    _between(chat)
    for key in chat.rng.sample(list(who.facts), min(len(who.facts), chat.pick((1, 1, 2, 3)))):
        ask_of(chat, who, key, alone=True)
    if chat.chance(0.35):
        ask_who(chat, who)
    if chat.chance(0.25):
        ask_missing(chat, who)


@skill(11)
def two_others(chat: Chat) -> None:
    """Two people with facts of the same kind: kept apart."""
    animals = chat.chance(0.2)
    one = (some_pet if animals else somebody)(chat)
    other = (some_pet if animals else somebody)(chat, [one])
    kinds = chat.rng.sample(PET_KINDS if animals else KINDS, chat.pick((1, 1, 2, 3)))
    kinds = [kind for i, kind in enumerate(kinds) if not any(kind.key in _CLASH.get(k.key, ()) for k in kinds[:i])]
    if chat.chance(0.4):  # both in one sentence
        values = []
        for who in (one, other):
            while (value := kinds[0].value(chat.rng, chat.held_out)) in values:
                pass
            values.append(value)
            who.facts[kinds[0].key] = (kinds[0], value)
        first, second = (put(kinds[0].does, value, who) for value, who in zip(values, (one, other)))
        chat.user("[My {r} {n} {a}[ and| and|, but|,] my {q} {m} {b}.|{n}, my {r}, {a}. {m}, my {q}, {b}.|I have a {r} and a {q}: {n} {a}, {m} {b}.]", r=one.relation, n=one.name, a=first, q=other.relation, m=other.name, b=second)
        chat.bot("[So {n} {a} and {m} {b}.|Nice to hear about {n} and {m}.|{n} and {m}, I will keep them apart. Do they know each other?|Two different people, {n} and {m}!]", n=one.name, m=other.name, a=first, b=second)
        kinds = kinds[1:]
    else:
        tell_of(chat, one, True, kinds[0].key)
        tell_of(chat, other, True, kinds[0].key, one)
        kinds = kinds[1:]
    for kind in kinds:
        tell_of(chat, one, False, kind.key)
        tell_of(chat, other, False, kind.key, one)
    if chat.chance(0.4):
        tell_of(chat, chat.pick((one, other)), False)
    if chat.chance(0.15):
        correct_of(chat, chat.pick((one, other)))
    _between(chat)
    asks = [(who, key) for who in (one, other) for key in who.facts]
    # A reverse question must have one answer; the values of the two differ, so it has.
    for who, key in chat.rng.sample(asks, min(len(asks), chat.pick((1, 2, 2, 3, 4)))):
        ask_of(chat, who, key)
    if chat.chance(0.3):
        ask_who(chat, chat.pick((one, other)))
    if chat.chance(0.3):
        who = chat.pick((one, other))
        ask_missing(chat, who, [other if who is one else one])


@skill(3)
def which_of_two(chat: Chat) -> None:
    """Older or younger, who has more: two people compared by what was told."""
    one = somebody(chat)
    other = somebody(chat, [one])
    ages = chat.rng.sample(range(6, 90), 2)
    chat.user("[My {r} {n} is {a}[ and|, and|.] my {q} {m} is {b}.|{n} is {a}, {m} is {b}. They are my {r} and my {q}.]", r=one.relation, n=one.name, a=ages[0], q=other.relation, m=other.name, b=ages[1])
    chat.bot("[{n} is {a} and {m} is {b}, I will remember.|{a} and {b}, I see. Do {n} and {m} get along?]", n=one.name, m=other.name, a=ages[0], b=ages[1])
    old, young = (one, other) if ages[0] > ages[1] else (other, one)
    for word in chat.rng.sample(("older", "younger"), chat.pick((1, 1, 2))):
        who = old if word == "older" else young
        age = max(ages) if word == "older" else min(ages)
        chat.user("[Who is {w}|Which of them is {w}|Who's {w}, {n} or {m}|Which one is {w}|And the {w} one]?", w=word, n=one.name, m=other.name)
        chat.bot("{n} is {w}[, with {a} years|: {n} is {a}|].", n=who.name, w=word, a=age)
    if chat.chance(0.4):
        chat.user("[How many years are between them|What is the difference in age|How much older is {n}]?", n=old.name)
        chat.bot("{n} is {d} year[s|s|s] older than {m}." if max(ages) - min(ages) > 1 else "{n} is one year older than {m}.", n=old.name, m=young.name, d=max(ages) - min(ages))


@skill(3)
def pronoun_chain(chat: Chat) -> None:
    """A person told of over several turns by pronoun alone, then asked in one go."""
    who = somebody(chat)
    while who.he == "they":
        who = somebody(chat)
    chat.user("[I have {an r}, {n}.|My {r} is called {n}.|{n} is my {r}.|This is about my {r} {n}.]".replace("{an r}", article(who.relation)), r=who.relation, n=who.name)
    chat.bot("[{n}! What is your {r} like?|Tell me about {n}.|How old is {n}?|What does {n} like?|{n}, a nice name. What is {n} doing these days?]", n=who.name, r=who.relation)
    for _ in range(chat.pick((2, 3, 3))):
        kind = _unused(chat, who)
        if kind is None:
            break
        value = kind.value(chat.rng, chat.held_out)
        template = chat.pick([t for t in kind.told if "{S}'s" not in t])
        chat.user(expand(chat.rng, put(template.replace("{S}", who.he), value, who)) + chat.pick((".", ".", "")))
        chat.bot(put(chat.pick(kind.noted), value, who))
        who.facts[kind.key] = (kind, value)
    _between(chat, 2)
    for key in chat.rng.sample(list(who.facts), min(2, len(who.facts))):
        ask_of(chat, who, key, alone=True)
    if chat.chance(0.5):
        summary(chat, who)


_HAVE = ("brother", "sister", "son", "daughter", "aunt", "uncle", "cousin", "roommate", "boss", "nephew", "niece", "best friend")


@skill(5)
def do_i_have(chat: Chat) -> None:
    """``Do I have a pet?``, ``Have I got a brother?``: yes with the name, or only what was told."""
    animals = chat.chance(0.55)
    if animals:
        who = some_pet(chat)
    else:
        who = somebody(chat)
        who.relation = chat.pick([word for word in _HAVE if word not in chat.memory] or ["cousin"])
    if chat.chance(0.8):
        if chat.chance(0.5):
            tell_of(chat, who)
        else:
            chat.user("[I have {an r} called {n}|My {r} is called {n}|{n} is my {r}|I've got {an r}, {n}].".replace("{an r}", article(who.relation)), r=who.relation, n=who.name)
            chat.bot("[{n}, a good name!|Say hello to {n} from me.|{n}! What is {n} like?]", n=who.name)
            if animals:
                chat.memory[f"{who.relation} called"] = who.name
            elif who.relation in ATTRIBUTES:
                chat.memory[who.relation] = who.name
        _between(chat)
        dice = chat.rng.random()
        if dice < 0.5:
            chat.user("[Do I have {a}|Have I got {a}|Did I tell you that I have {a}|do i have {a}|Did I mention {a}]?", a=article(who.relation) if not animals or chat.chance(0.5) else "a pet")
            chat.bot("[Yes, you have {a} called {n}.|Yes, your {r} is called {n}.|Yes, {n}, your {r}.]", a=article(who.relation), r=who.relation, n=who.name)
        elif dice < 0.8:
            other = chat.pick([word for word in (LISTS["pet"] if animals else _HAVE) if word != who.relation and word not in chat.memory and f"{word} called" not in chat.memory])
            chat.user("[Do I have {a}|Have I got {a}|Did I tell you about {a}|Did I mention {a}|What is my {o} called]?", a=article(other), o=other)
            chat.bot("[You have not told me about {a}, only about your {r} {n}.|You told me about your {r} {n}, not about {a}.|Not that I know. You told me about {n}, your {r}.]", a=article(other), r=who.relation, n=who.name)
        elif animals:
            chat.user("[What pet do I have|What kind of animal do I have|Which pet do I have|what animal lives with me|What is my pet]?")
            chat.bot("[You have {a} called {n}.|{A} called {n}.|Your pet is {a}, {n}.]".replace("{A}", capital(article(who.relation))), a=article(who.relation), n=who.name)
        else:
            ask_who(chat, who) if who.facts else None
    elif not any(key.endswith(" called") for key in chat.memory):
        chat.user("[Do I have a pet|Have I got a pet|What pet do I have|What is my pet called]?")
        chat.bot("[You have not told me about a pet.|You have not told me about a pet yet. Do you have one?]")
