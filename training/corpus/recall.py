"""Long conversations for recall: facts told early, many unrelated exchanges, the questions at the end.

``recall_chat`` writes one for training. ``probe`` writes one whose last question is still open, with the
value that the answer must contain: the evaluation's recall test, at a chosen distance.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from . import natural, reflect
from . import skills  # noqa: F401 - registers the fillers
from .grammar import SKILLS, USER, Chat, Skill, expand, tidy
from .skills.attributes import ATTRIBUTES
from .skills.memory import answer, choose, question, similar_but_untold, tell, two_facts, what_have_i_told, who_is

# Themes whose exchanges say nothing about the user: they may stand between a fact and its question.
_NEUTRAL = ("facts", "knowledge", "numbers", "words", "world", "help", "odd", "honest", "instructions", "meta", "play", "persona", "polite", "smalltalk", "tables")
# A farewell in the middle, or the name said again on the way, would be no test of memory.
_TELLTALE = frozenset({"goodbye", "compliment_name", "use_name", "spell_name", "reason", "feelings"})
_WORDY = frozenset({"fun_fact", "joke", "riddle", "poem", "how_to", "alphabet", "guess_my_number", "word_game", "twenty_questions"})
# Short ones, so that sixty of them fit into two thousand tokens.
_BRIEF = frozenset(
    {"sums", "times", "bigger", "even_odd", "doubles", "next_number", "opposites", "capitals_back", "is_it_the_capital", "continents", "colors_of_things", "units", "calendar", "animals", "elements", "spell", "rhymes", "smalltalk"}
)
CHARACTERS_PER_TOKEN = 3.6  # measured on generated chats, a little on the safe side


def _pool(keep) -> tuple[list[Skill], list[float]]:
    chosen = [(f, w) for f, w in SKILLS if f.__module__.rsplit(".", 1)[-1] in _NEUTRAL and keep(f.__name__)]
    return [f for f, _ in chosen], [w for _, w in chosen]


_ANY, _SHORT = _pool(lambda name: name not in _WORDY | _TELLTALE), _pool(lambda name: name in _BRIEF)
_LONG = _pool(lambda name: name in _WORDY)
STORY_TOKENS = 550  # room for the longest story and the talk after it


def exchanges(chat: Chat) -> int:
    return sum(role == USER for role, _ in chat.turns)


def _characters(chat: Chat) -> int:
    return sum(len(text) + 6 for _, text in chat.turns)


def pad(chat: Chat, turns: int, tokens: int) -> None:
    """Adds unrelated exchanges until the chat has that many user turns, within the tokens.

    What was told is hidden from the fillers meanwhile, so that none repeats a name.
    """
    told, chat.memory = chat.memory, {}
    _fill(chat, turns, tokens)
    chat.memory = told


def _fill(chat: Chat, turns: int, tokens: int) -> None:
    # In some chats most turns are ordinary sentences, not questions that a skill foresees.
    everyday = chat.pick((0.0, 0.2, 0.5, 0.9))
    while (missing := turns - exchanges(chat)) > 0:
        room = tokens * CHARACTERS_PER_TOKEN - _characters(chat)
        if room < 100:
            return
        before = len(chat.turns)
        if room - missing * 130 > STORY_TOKENS * CHARACTERS_PER_TOKEN and chat.chance(0.12):
            _long_answer(chat)
        elif chat.chance(everyday):
            ordinary(chat)
        else:
            functions, weights = _SHORT if room / missing < 130 else _ANY
            chat.rng.choices(functions, weights)[0](chat)
        # A filler of several exchanges would overshoot: keep whole exchanges up to the wanted number.
        while exchanges(chat) > turns and len(chat.turns) > before + 2:
            del chat.turns[-2:]


# What could tell or ask something about the user has no place between a fact and its question.
_PERSONAL = re.compile(r"\b(name|named|called?|favou?rite|pet|dog|cat|remember|told|tell you)\b|\?|\b(?:I am|I'm) [A-Z]", re.I)
SENTENCES = (
    "It was [quite|very|rather|a bit] [windy|cold|warm|wet|sunny|foggy|quiet|busy] when I [cycled|walked|drove|came|went] [home|to work|to school|to the shop] [today|this morning|yesterday].",
    "[I|We] [had|ate|cooked] {food} for [lunch|dinner|breakfast] [today|yesterday|again].", "The {animal} in the [garden|park|yard] [was loud again|looked at me|ran away].",
    "I [lost|found|bought|broke|forgot|washed] my {object} [today|yesterday|this morning|again].", "My [neighbor|boss|teacher|cousin|uncle|aunt] [is moving|bought a new car|was late|is on holiday|has a cold|told a joke|baked a cake].",
    "The [bus|train|tram] was [late|full|empty|early] [again|today|this morning].", "[I|We] watched a [film|show|match] about {an animal} [yesterday|last night].",
    "I [am learning|tried|started|gave up] {hobby} [this week|last month|a while ago].", "There [was|is] a [long queue|big noise|new shop|small fire|market] [at the corner|in town|next door].",
    "[Work|School|The meeting|The lesson] was [long|short|fun|boring|hard|fine] [today|as always].", "I [slept|did not sleep] [well|much] [last night|this week].", "The [milk|bread|coffee|soup|cake] [is gone|smells good|was too hot|tastes odd].",
    "[We|They] painted the [door|fence|kitchen|wall] {color}.", "My [phone|laptop|bike|washing machine] [is broken|is slow|works again|makes a strange noise].", "I [have to|must|should] [clean the kitchen|call the bank|write a letter|fix the bike|water the plants] [today|soon|later].",
    "It [rained|snowed|stormed] [all day|all night|for an hour].", "I am [on the sofa|in the garden|at the station|in the kitchen|at the office] [now|right now|as I write this].", "[The weekend|The holiday|The party|The trip] was [nice|too short|loud|wonderful|a bit dull].",
)


def ordinary(chat: Chat) -> None:
    """An ordinary sentence of the user's, of our own making or what a person said, and a short reply."""
    text = expand(chat.rng, chat.pick(SENTENCES)) if chat.chance(0.75) else ""
    for _ in range(8):
        if text and not _PERSONAL.search(text):
            break
        text = chat.pick(natural.user_turns(chat.held_out))
    else:
        return
    text = tidy(text)
    chat.user_exactly(text.lower() if chat.chance(0.25) else text)
    chat.bot_exactly(reflect.reply(chat.rng, text))


def _long_answer(chat: Chat) -> None:
    """A story, or something else that takes many words: what was told before must outlast it."""
    from .plots.chat_stories import story_hero, story_plain

    if chat.chance(0.6):
        chat.pick((story_plain, story_hero))(chat)
    else:
        functions, weights = _LONG
        chat.rng.choices(functions, weights)[0](chat)


def recall_chat(rng: random.Random, turns: int | None = None, tokens: int = 1900, held_out: bool = False) -> Chat:
    """A conversation of ``turns`` exchanges before the questions (1 to 60, short ones more often)."""
    chat = Chat(rng, held_out)
    turns = turns or rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 20, 25, 30, 35, 40, 50, 55, 60, 60, 60))
    # The longer the way, the more is told at its start: each fact is one more answer from far back to learn from.
    facts = rng.choice((1, 1, 2, 3)) if turns < 4 else rng.choice((1, 2, 2, 3, 3, 4, 5, 6)) if turns < 30 else rng.choice((1, 3, 5, 7, 8, 8))
    if rng.random() < 0.1:
        _long_answer(chat)
    if rng.random() < 0.55:
        tell(chat, ATTRIBUTES["name"])
    most = exchanges(chat) + facts
    while exchanges(chat) < most and len(chat.memory) < 10:
        rng.choices((lambda c: tell(c), two_facts, similar_but_untold), (8, 2, 1))[0](chat)
    if turns < 4 and rng.random() < 0.35:
        _long_answer(chat)
    if turns > 6 and rng.random() < 0.6:  # some facts come in the middle, some questions too
        for part in range(1, parts := rng.choice((2, 2, 3, 4))):
            pad(chat, turns * part // parts, tokens * part // parts)
            for _ in range(rng.choice((0, 1, 1, 2))):
                tell(chat)
            for _ in range(rng.choice((0, 1, 1, 2))):
                _ask_told(chat)
    pad(chat, turns, tokens - 250)
    keys = [key for key in chat.memory if key in ATTRIBUTES]
    rng.shuffle(keys)
    for key in keys[: rng.choice((2, 3, 4, 5, 7) if turns < 30 else (5, 8, 10))]:
        question(chat, ATTRIBUTES[key])
        answer(chat, ATTRIBUTES[key])
        if rng.random() < 0.25:
            _ask_untold(chat)
    if rng.random() < 0.15:
        what_have_i_told(chat)
    if rng.random() < 0.15:
        who_is(chat)
    return chat


def _ask_told(chat: Chat) -> None:
    attribute = choose(chat, told=True)
    if attribute:
        question(chat, attribute)
        answer(chat, attribute)


def _ask_untold(chat: Chat) -> None:
    attribute = choose(chat, told=False)
    if attribute:
        question(chat, attribute)
        answer(chat, attribute)


def recall_document(rng: random.Random, turns: int | None = None, tokens: int = 1900, held_out: bool = False) -> str:
    """The text of ``recall_chat``."""
    return recall_chat(rng, turns, tokens, held_out).document()


@dataclass(frozen=True)
class Probe:
    """A conversation that ends with an open question. ``expected`` is ``None`` if the fact was never told."""

    chat: Chat
    key: str
    expected: str | None

    @property
    def prompt(self) -> str:
        """The turns so far, up to the mark after which the model answers."""
        return self.chat.document().removesuffix("<|endoftext|>") + "<|bot|>"


PROBED = {"name": ("name",), "pet": ("cat called", "dog called", "rabbit called", "hamster called"), "favorite": ("favorite color", "favorite food", "favorite animal", "favorite drink")}


def probe(rng: random.Random, kind: str, turns: int, held_out: bool = True, told: bool = True, tokens: int = 1900) -> Probe:
    """One recall question after ``turns`` exchanges: ``kind`` is a key of ``PROBED``.

    With ``told=False`` another fact is told instead, and the right answer is "You have not told me".
    """
    chat = Chat(rng, held_out)
    attribute = ATTRIBUTES[rng.choice(PROBED[kind])]
    if told:
        tell(chat, attribute)
    else:
        others = [key for name, keys in PROBED.items() for key in keys if key != attribute.key]
        tell(chat, ATTRIBUTES[rng.choice(others)])
    pad(chat, turns, tokens)
    question(chat, attribute)
    return Probe(chat, attribute.key, chat.memory.get(attribute.key))
