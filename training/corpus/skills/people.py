"""Who others are (brother, neighbor, boss, an animal at home) and what can be told and asked about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

from ..grammar import Chat, article, capital
from ..lexicon import LISTS, person, pet_name, town
from ..openfacts import NUMBERS, VALUES, job

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
CLASH = {"home": {"moved"}, "moved": {"home"}, "herd": {"pet"}, "pet": {"herd"}}


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


def unused(chat: Chat, who: Other, wanted: str | None = None) -> Kind | None:
    for _ in range(20):
        kind = next(k for k in PET_KINDS if k.key == wanted) if who.animal and wanted else chat.pick(PET_KINDS) if who.animal else _BY_KEY[wanted] if wanted else chat.rng.choices(KINDS, _WEIGHTS)[0]
        if kind.key not in who.facts and not (CLASH.get(kind.key, set()) & set(who.facts)):
            return kind
        if wanted:
            return None
    return None
