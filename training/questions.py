"""What the evaluation asks, and how an answer is judged. Values and wordings here are kept out of training."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Callable

from .corpus import lexicon
from .corpus.grammar import BOT, USER, Chat, expand

Judge = Callable[[str], bool]
Exchange = tuple[str, str]


@dataclass
class Question:
    """A conversation up to the model's turn, and a test of what it says then."""

    chat: str
    judge: Judge
    expected: str = ""
    notes: dict = field(default_factory=dict)


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def says(expected: str) -> Judge:
    """The expected words stand in the answer, in order and as whole words."""
    wanted = words(expected)

    def judge(answer: str) -> bool:
        got = words(answer)
        return any(got[i : i + len(wanted)] == wanted for i in range(len(got)))

    return judge


def matches(pattern: str) -> Judge:
    compiled = re.compile(pattern, re.I)
    return lambda answer: bool(compiled.search(answer))


def chat_of(exchanges: list[Exchange], question: str) -> str:
    return "".join(f"{USER}{said}{BOT}{answer}" for said, answer in exchanges) + f"{USER}{question}{BOT}"


# What would tell or ask something about the user has no place between a telling and its question.
_PERSONAL = re.compile(r"\b(name|named|called|favou?rite|pet|dog|cat|remember|told|tell you|my|i am|i'm|im|call me|dear|last)\b", re.I)


def filler(rng: random.Random, count: int, longest: int = 220) -> list[Exchange]:
    """``count`` exchanges of the skills that say nothing about the user, each at most ``longest`` characters."""
    from .corpus.recall import NEUTRAL_SKILLS

    functions, weights = NEUTRAL_SKILLS
    found: list[Exchange] = []
    while len(found) < count:
        chat = Chat(rng)
        rng.choices(functions, weights)[0](chat)
        turns = chat.turns
        pairs = [(turns[i][1], turns[i + 1][1]) for i in range(0, len(turns) - 1, 2) if turns[i][0] == USER]
        text = " ".join(part for pair in pairs for part in pair)
        if pairs and not _PERSONAL.search(text) and all(len(a) + len(b) <= longest for a, b in pairs):
            found.extend(pairs)
    return found[:count]


@dataclass(frozen=True)
class Attribute:
    value: Callable[[random.Random], tuple[str, dict[str, str]]]  # the value and further slots
    told: tuple[str, ...]
    answered: tuple[str, ...]
    asked: tuple[str, ...]


def _name(rng: random.Random) -> tuple[str, dict[str, str]]:
    return lexicon.person(rng, held_out=True), {}


def _pet(rng: random.Random) -> tuple[str, dict[str, str]]:
    return lexicon.pet_name(rng, held_out=True), {"pet": rng.choice("dog cat rabbit hamster parrot horse turtle".split())}


def _favourite(rng: random.Random) -> tuple[str, dict[str, str]]:
    kind = rng.choice("color food animal drink fruit flower book city sport song movie game".split())
    return lexicon.favourite(rng, kind, held_out=True), {"kind": kind}


ATTRIBUTES: dict[str, Attribute] = {
    "name": Attribute(_name, ("My name is {v}.", "Hi, I'm {v}.", "Hello, I am {v}.", "You can call me {v}."),
                      ("Nice to meet you, {v}!", "Hello {v}! How are you?", "Nice to meet you!"),
                      ("What is my name?", "Do you remember my name?", "What's my name?", "Who am I?")),
    "pet": Attribute(_pet, ("I have a {pet} called {v}.", "My {pet} is called {v}.", "My {pet}'s name is {v}."),
                     ("{v} is a lovely name for a {pet}.", "How nice! Give {v} a pat from me.", "How nice!"),
                     ("What is my {pet} called?", "What is the name of my {pet}?", "Do you remember my {pet}'s name?")),
    "favourite": Attribute(_favourite, ("My favorite {kind} is {v}.", "I think my favorite {kind} is {v}."),
                           ("Good choice! I will remember that.", "{v} sounds good to me.", "Good to know."),
                           ("What is my favorite {kind}?", "Do you remember my favorite {kind}?", "Which {kind} do I like most?")),
}  # fmt: skip


def recall(rng: random.Random, attribute: str, distance: int) -> Question:
    """A held-out value told, ``distance`` - 1 other exchanges, then the question: 1 asks at once."""
    kind = ATTRIBUTES[attribute]
    value, slots = kind.value(rng)
    slots = {**slots, "v": value}
    told = (expand(rng, rng.choice(kind.told), **slots), expand(rng, rng.choice(kind.answered), **slots))
    told = (told[0], told[1][:1].upper() + told[1][1:])
    return Question(chat_of([told, *filler(rng, distance - 1)], expand(rng, rng.choice(kind.asked), **slots)), says(value), value)


NOT_TOLD = matches(r"(not|n't|never) (yet )?(told|tell|said|mentioned|know your|know (yet|that yet))|did(n't| not) (tell|say|mention)|do(n't| not) know")


def never_told(rng: random.Random) -> Question:
    """Asks for something never said, half the time after something else was."""
    attribute = rng.choice(list(ATTRIBUTES))
    kind = ATTRIBUTES[attribute]
    before = filler(rng, rng.choice((0, 1, 3, 8)))
    if rng.random() < 0.5:
        other = ATTRIBUTES[rng.choice([name for name in ATTRIBUTES if name != attribute])]
        value, slots = other.value(rng)
        slots = {**slots, "v": value}
        told = (expand(rng, rng.choice(other.told), **slots), expand(rng, rng.choice(other.answered), **slots))
        before.insert(rng.randint(0, len(before)), (told[0], told[1][:1].upper() + told[1][1:]))
    question = expand(rng, rng.choice(kind.asked), **kind.value(rng)[1])
    return Question(chat_of(before, question), NOT_TOLD, "not told")


def capitals(rng: random.Random, count: int) -> list[Question]:
    from .corpus.skills import facts

    chosen = rng.sample(facts.CAPITALS, min(count, len(facts.CAPITALS)))
    asked = facts.CAPITAL_ASKED_HELD_OUT
    return [Question(chat_of([], expand(rng, rng.choice(asked), country=country)), says(city), city) for country, city in chosen]


def elements(rng: random.Random, count: int) -> list[Question]:
    """Symbol and atomic number, each way."""
    from .corpus.skills import facts

    found = []
    for row in rng.choices(facts.ELEMENTS, k=count):
        values = {"element": row["name"].lower(), "symbol": row["sym"], "number": str(row["n"])}
        templates, key = rng.choice([
            (facts.SYMBOL_ASKED_HELD_OUT, "symbol"), (facts.NUMBER_ASKED_HELD_OUT, "number"),
            (facts.SYMBOL_BACK_ASKED_HELD_OUT, "element"), (facts.NUMBER_BACK_ASKED_HELD_OUT, "element"),
        ])  # fmt: skip
        found.append(Question(chat_of([], expand(rng, rng.choice(templates), **values)), says(values[key]), values[key]))
    return found


def says_most_of(gloss: str, share: float = 0.75) -> Judge:
    """Most words of a definition, in any order: the answer may open in several ways."""
    wanted = set(words(gloss))
    return lambda answer: len(wanted & set(words(answer))) >= share * len(wanted)


def meanings(rng: random.Random, count: int) -> list[Question]:
    from .corpus.skills import words as vocabulary

    chosen, asked = rng.sample(list(vocabulary.MEANINGS.values()), count), vocabulary.MEANING_ASKED_HELD_OUT
    return [Question(chat_of([], expand(rng, rng.choice(asked), w=m.word)), says_most_of(m.gloss), m.gloss) for m in chosen]


def has_keys(keys: list[str]) -> Judge:
    """Each key stands in the answer; ``|`` parts alternatives. ``yes`` and ``no`` count as whole words only."""

    def judge(answer: str) -> bool:
        low = answer.lower()
        return all(any(key in (words(low) if key in ("yes", "no") else low) for key in alternatives.split("|")) for alternatives in keys)

    return judge


def everyday(rng: random.Random, count: int) -> list[Question]:
    """Everyday facts in the one wording of each that no training text has."""
    from .corpus.skills import knowledge

    asked = [(wording, fact) for fact in lexicon.fact_lines("everyday") if (wording := knowledge.held_out_wording(fact))]
    chosen = rng.sample(asked, min(count, len(asked)))
    return [Question(chat_of([], wording), has_keys(fact["keys"]), fact["answer"]) for wording, fact in chosen]


def asked_facts(rng: random.Random, count: int) -> list[Question]:
    """Facts of ``data/facts/asked`` in the one wording of each that no training text has."""
    from .corpus.skills import asked

    kept = [(wording, fact.answer) for facts in asked.files().values() for fact in facts if (wording := fact.kept_out)]
    chosen = [(expand(rng, wording), expand(rng, answer)) for wording, answer in rng.sample(kept, min(count, len(kept)))]
    return [Question(chat_of([], wording), says_most_of(answer), answer) for wording, answer in chosen]


def recall_after_ordinary(rng: random.Random, distance: int) -> Question:
    """A held-out name, then ``distance`` - 1 ordinary sentences of people's, then the question for the name."""
    from .corpus.recall import ordinary

    kind = ATTRIBUTES["name"]
    value, slots = kind.value(rng)
    told = (expand(rng, rng.choice(kind.told), v=value, **slots), expand(rng, rng.choice(kind.answered), v=value, **slots))
    between = Chat(rng, held_out=True)
    while len(between.turns) < 2 * (distance - 1):
        ordinary(between)
    pairs = [(between.turns[i][1], between.turns[i + 1][1]) for i in range(0, len(between.turns), 2)]
    return Question(chat_of([told, *pairs], rng.choice(kind.asked)), says(value), value)


SUMS = ("What is {a} {sign} {b}?", "{a} {sign} {b}", "How much is {a} {word} {b}?", "{a}{sign}{b}=", "Can you work out {a} {word} {b}?")


def sums(rng: random.Random, count: int, largest: int = 50) -> list[Question]:
    """Numbers, and results, from 0 to ``largest``."""
    found = []
    for _ in range(count):
        a, b = sorted((rng.randint(0, largest), rng.randint(0, largest)), reverse=True)
        if rng.random() < 0.5 and a + b <= largest:
            b, a, sign, word, result = a, b, "+", "plus", a + b
        else:
            sign, word, result = "-", "minus", a - b
        question = rng.choice(SUMS).format(a=a, b=b, sign=sign, word=word)
        found.append(Question(chat_of([], question), _last_number(result), str(result)))
    return found


def _last_number(result: int) -> Judge:
    def judge(answer: str) -> bool:
        numbers = re.findall(r"\d+", answer.replace(",", ""))
        return bool(numbers) and int(numbers[-1]) == result

    return judge


def big_sums(rng: random.Random, count: int) -> list[Question]:
    """Three digits: the right result, or a refusal. A wrong number is the one bad answer."""
    found = []
    for _ in range(count):
        a, b = rng.randint(100, 999), rng.randint(100, 999)
        right, honest = _last_number(a + b), matches(r"too (big|large|hard|many)|not sure|cannot|can't|do not|don't")
        question = rng.choice(("What is {a} + {b}?", "{a} + {b}", "How much is {a} plus {b}?")).format(a=a, b=b)
        found.append(Question(chat_of([], question), lambda answer, r=right, h=honest: r(answer) or h(answer), str(a + b)))
    return found


ODD_WORD_ASKED = ("What does {w} mean?", "What is {an w}?", "Do you know what {w} means?", "Explain the word {w}.", "Define {w}.", "Have you ever heard of {an w}?")
ODD_WORD = matches(r"(not|n't|never) (a word )?(\w+ ){0,3}(know|heard|sure|seen|find|familiar|met)|made.up|new to me|unknown|what is it\?")


def odd_words(rng: random.Random, count: int) -> list[Question]:
    made = (lexicon.made_up_word(rng, held_out=True) for _ in range(count))
    return [Question(chat_of([], expand(rng, rng.choice(ODD_WORD_ASKED), w=word)), ODD_WORD, "not known") for word in made]


HEROES = "fox owl dragon robot mouse bear wizard penguin princess turtle pirate hedgehog elephant snail astronaut frog baker knight kitten whale".split()
OBJECTS = ("red kite", "golden key", "old map", "silver bell", "magic lamp", "blue umbrella", "wooden flute", "tiny boat", "lost shoe", "broken clock", "green lantern", "paper crown")
SETTINGS = {"in space": "space|star|planet|moon|rocket|station", "in a castle": "castle", "in the forest": "forest|wood", "by the sea": "sea|beach|shore|wave", "in a big city": "city",
            "on an island": "island", "in the desert": "desert|sand", "in the mountains": "mountain", "under the sea": "sea|ocean|under ?water|reef", "on a farm": "farm"}  # fmt: skip
STORY_ASKED = (
    "Tell me a story about {an hero} and {an object} {setting}.", "Write a story about {an hero} who finds {an object} {setting}.",
    "I would like a story about {an hero} {setting} with {an object} in it.", "Can you tell me a story {setting} about {an hero} with {an object}?",
)  # fmt: skip


def story_requests(rng: random.Random, count: int) -> list[Question]:
    """Hero, object and place, all asked for at once."""
    found = []
    for _ in range(count):
        slots = {"hero": rng.choice(HEROES), "object": rng.choice(OBJECTS), "setting": rng.choice(list(SETTINGS))}
        judge = _story_judge(slots["hero"], slots["object"])
        found.append(Question(chat_of([], expand(rng, rng.choice(STORY_ASKED), **slots)), judge, "", slots))
    return found


def hero_name(story: str, hero: str) -> str | None:
    """The name the story gives its hero: ``a fox called Mia``, ``Mia the fox``, ``Mia was a small fox``."""
    for pattern in (rf"{hero}(?:,? (?:who was|whose name was|that was))?,? (?:called|named|by the name of) ([A-Z]\w+)", rf"([A-Z]\w+) the (?:\w+ ){{0,2}}{hero}\b",
                    rf"([A-Z]\w+)(?: \w+)? (?:was|is) an? (?:\w+,? ){{0,3}}{hero}\b", rf"{hero}[^.!?]*\. (?:His|Her|Its) name was ([A-Z]\w+)", rf"([A-Z]\w+): (?:s?he|it) was an? (?:\w+ )?{hero}\b", rf"{hero}[^.!?]*\. Everyone called \w+ ([A-Z]\w+)",
                    r"(?:name was|called|named) ([A-Z]\w+)"):  # fmt: skip
        if match := re.search(pattern, story):
            return match.group(1)
    return None


def _story_judge(hero: str, thing: str) -> Judge:
    noun = thing.split()[-1]

    def judge(story: str) -> bool:
        name = hero_name(story, hero)
        if name is None or not re.search(rf"\b{hero}", story, re.I) or not re.search(rf"\b{noun}", story, re.I):
            return False
        constant = all(other == name for other in re.findall(rf"([A-Z]\w+) the (?:\w+ ){{0,2}}{hero}\b", story) if other not in ("The", "And", "But"))
        return constant and re.search(rf"\b{name}\b", story[len(story) // 2 :]) is not None

    return judge


def in_setting(story: str, setting: str) -> bool:
    return re.search(SETTINGS[setting], story, re.I) is not None


OPEN_STORY_ASKED = ("Tell me a story.", "Tell me a story about {an hero}.", "Write me a short story.", "A story about {an object}, please.", "I want a bedtime story.",
                    "Tell me a story about {an hero} {setting}.", "Make up a funny story.", "Tell me a story about {an hero} and {an hero2}.")  # fmt: skip


def open_story_requests(rng: random.Random, count: int) -> list[str]:
    found = []
    for i in range(count):
        hero, other = rng.sample(HEROES, 2)
        slots = {"hero": hero, "hero2": other, "object": rng.choice(OBJECTS), "setting": rng.choice(list(SETTINGS))}
        found.append(chat_of([], expand(rng, OPEN_STORY_ASKED[i % len(OPEN_STORY_ASKED)], **slots)))
    return found


def distinct_openings(stories: list[str], length: int = 20) -> float:
    """Distinct 4-grams among all 4-grams of the stories' first ``length`` words."""
    grams = [tuple(w[i : i + 4]) for w in (words(story)[:length] for story in stories) for i in range(len(w) - 3)]
    return len(set(grams)) / max(1, len(grams))
