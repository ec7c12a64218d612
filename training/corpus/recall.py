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
from .lexicon import LISTS
from .skills.asides import tell_beside
from .skills.attributes import ATTRIBUTES
from .skills import happenings, told_of_others
from .skills.memory import answer, choose, correct_at_once, question, similar_but_untold, tell, two_facts, what_have_i_told, who_is

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


NEUTRAL_SKILLS, _SHORT = _pool(lambda name: name not in _WORDY | _TELLTALE), _pool(lambda name: name in _BRIEF)
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
            functions, weights = _SHORT if room / missing < 130 else NEUTRAL_SKILLS
            chat.rng.choices(functions, weights)[0](chat)
        # A filler of several exchanges would overshoot: keep whole exchanges up to the wanted number.
        while exchanges(chat) > turns and len(chat.turns) > before + 2:
            del chat.turns[-2:]


# What could tell or ask something about the user has no place between a fact and its question.
_PERSONAL = re.compile(r"\bNone\b|\b(name|named|called?|favou?rite|pet|dog|cat|remember|told|tell you)\b|\?|\b(?:I am|I'm) [A-Z]", re.I)
# Ordinary sentences, each with what one says to it. None tells what the facts of the chat tell (what was lost, bought, eaten or read).
_REMARKS: tuple[tuple[str, str], ...] = (
    ("It was [quite|very|rather|a bit] [windy|cold|warm|wet|sunny|foggy|quiet|busy] when I [cycled|walked|drove|came|went] [home|to work|to school|to the shop] [today|this morning|yesterday].", "[I hope you got there well.|Then it was good to arrive.|The way was not boring, at least. Are you warm and dry now?]"),
    ("The {animal} in the [garden|park|yard] [was loud again|looked at me|ran away].", "[{cap an animal}! What did you do?|I would have liked to see the {animal}.|The {animal} has its own plans, it seems.]"),
    ("The [bus|train|tram] was [late|full|empty|early] [again|today|this morning].", "[Did you get there in time?|Does that happen often?|Did you find a seat?]"),
    ("There [was|is] a [long queue|big noise|new shop|small fire|market] [at the corner|in town|next door].", "[Did you go and have a look?|Is it still there?|Oh! Is everything all right?]"),
    ("[Work|School|The meeting|The lesson] was [long|short|fine] [today|as always].", "[Then you have earned a break.|What did you do there?|Is it over for today?]"),
    ("[Work|School|The meeting|The lesson] was [boring|hard] [today|as always].", "[What was the hardest part?|I am sorry. What would have made it better?|Then rest a little now.]"),
    ("[Work|School|The meeting|The lesson] was fun [today|as always].", "[What was the best part?|How nice! What made it fun?]"),
    ("I [slept|have slept] well [last night|this week].", "[A good night makes a good day.|How nice. Then you are fresh for today.]"),
    ("I did not sleep [well|much] [last night|this week].", "[Poor you. What kept you awake?|I am sorry. Can you take a nap today?]"),
    ("The [milk|bread|coffee|soup|cake] is gone.", "[Who took the last of it?|Then it is time for a walk to the shop.]"),
    ("The [soup|coffee|cake] smells good.", "[Did you make it yourself?|I can only imagine it. Enjoy it!]"),
    ("The [soup|coffee|cake] [was too hot|tastes odd].", "[What is wrong with it?|Perhaps it needs a little more time.|Did you make it yourself?]"),
    ("My [phone|laptop|washing machine] [is broken|is slow|makes a strange noise].", "[Have you tried to switch it off and on?|That is annoying. Since when?|Do you know somebody who can look at it?]"),
    ("My [phone|laptop|washing machine] works again.", "[What a relief! What was wrong with it?|Good news. Did you mend it yourself?]"),
    ("I [have to|must|should] [clean the stairs|call the bank|water the plants|take out the bins|answer the mail] [today|soon|later].", "[It is quickly done, once you begin.|Then do it first, and the day is yours.|What is the first step?]"),
    ("It [rained|snowed|stormed] [all day|all night|for an hour].", "[Did you stay inside?|I like the sound of that weather. Do you?|Is it over now?]"),
    ("I am [on the sofa|in the garden|at the station|in the kitchen|at the office] [now|right now|as I write this].", "[Make yourself comfortable. What would you like to talk about?|A good place for a chat with me.|Is it quiet there?]"),
    ("[The weekend|The holiday|The party|The trip] was [nice|wonderful].", "[What was the best part of it?|How lovely! What did you do?]"),
    ("[The weekend|The holiday|The party|The trip] was [too short|loud|a bit dull].", "[What a pity. What would have made it better?|Was there at least one good moment?]"),
    ("The [moon|sky|sunset] [looks|looked] [big|red|strange|beautiful] [tonight|last night].", "[That is worth a look. Did you take a picture?|How nice that you looked up.]"),
    ("The [children|neighbors|people] next door are [singing|shouting|laughing|moving chairs].", "[Is it too loud for you?|They seem to be in a good mood.]"),
    ("My [coffee|tea] is getting cold.", "[Then drink it before you answer me!|I can wait while you take a sip.]"),
    ("I [just woke up|just came home|have a free hour|am waiting for the bus|am on a break].", "[Good that you are here. What shall we talk about?|Then we have some time to chat.|I hope that you can rest a little.]"),
    ("It is [Monday|Friday|Sunday] again.", "[What does that day bring for you?|The week goes round. Are you looking forward to something?]"),
    ("There is nothing [on TV|in the fridge] today.", "[Shall I tell you a story instead?|Then we have to make our own fun.]"),
    ("The [stairs|streets|shops] were [empty|full of people|dirty|slippery] today.", "[I hope you got through well.|Was there a reason for it?]"),
    ("Somebody [left the window open|rang the bell and ran away|parked in front of the gate|sang in the street].", "[Do you know who it was?|How odd! What did you do?]"),
    ("I have [a cold|a headache|sore feet|a long to-do list] today.", "[Take it slowly today.|I am sorry. I hope it gets better soon.]"),
    ("I [laughed|smiled|yawned] a lot today.", "[What was the reason?|That tells a lot about a day!]"),
    ("The [queue|line] at the [bakery|post office|bank] was [endless|long|short] [today|again].", "[How long did you wait?|Did you get what you came for?]"),
    ("[Spring|Summer|Autumn|Winter] is [coming|nearly over|late this year].", "[Yes, one can feel it. What changes for you?|Do you look forward to it?]"),
    ("The [lift|elevator|escalator|door] is [out of order|stuck|slow] again.", "[Then you get some exercise on the stairs.|How annoying. Does anybody repair it?]"),
    ("I [walked|ran|climbed] up [ten|seven|five] floors today.", "[Well done! Are your legs tired?|That beats every gym.]"),
    ("The [wifi|internet] [was down|is slow|came back] [today|this morning|an hour ago].", "[Good that I need no internet once I am loaded.|What did you do in the meantime?]"),
    ("My [hair|shirt|coat|shoe] got wet in the rain.", "[Are you dry again?|Oh no! Hang it over a chair, then it dries.]"),
    ("There are [flowers|leaves|puddles|snails] everywhere [now|in the street|in the park].", "[A sign of the season. Do you like it?|That must be pretty to walk through.]"),
    ("The [teacher|speaker|guide|driver] [talked|explained|drove] [too fast|very slowly|well] today.", "[Could you follow?|And what did you take from it?]"),
    ("I [can't|cannot] decide what to [wear|eat|watch|read] tonight.", "[Name two, and I help you to choose.|What are you in the mood for?]"),
    ("The [dishes|windows|floors|shelves] are [clean|done|still dirty].", "[Then sit down for a while.|It is never all done at once, is it?]"),
    ("[Somebody|A man|A woman|A child] on the [bus|train|street] [smiled at me|sang|slept|played the {instrument}].", "[How nice! Did it brighten your day?|What did the others do?]"),
    ("I [counted|saw] [three|five|nine] [planes|cranes|red cars|dogs] on the way.", "[You have a good eye.|That is a nice game for a walk.]"),
    ("The [heating|radiator|lamp|tap] [makes a noise|drips|flickers|does not work].", "[Can you turn it off for now?|Who repairs that at your place?]"),
    ("[Today|This week] [everything takes|all takes] twice as long.", "[Then do half as much, and do it calmly.|What was slowest of all?]"),
    ("The [wind|storm] [blew over|took away] [the chairs|a flower pot|our laundry|a sign].", "[Oh! Was anything broken?|That was a strong wind.]"),
    ("I [tidied|sorted|emptied] [a drawer|the shelf|my bag|the fridge] [today|this morning].", "[Did you find anything odd in there?|That clears the head as well.]"),
    ("The [concert|lecture|match|play] [begins|starts] [soon|in an hour|at eight].", "[Then have a good time there!|Are you ready to go?]"),
    ("[My|Our] street is [being repaired|closed|noisy|quiet] [today|this month].", "[Do you have to take another way?|For how long will it be like that?]"),
    ("I [am waiting|have waited] for [the postman|a call|the plumber|an answer] [all morning|since nine].", "[Waiting makes time slow. I can keep you company.|I hope it comes soon.]"),
    ("The [bell|clock] [of the church|in the hall|at the station] just rang.", "[How late is it at your place?|A good sound to think by.]"),
    ("[Breakfast|Lunch|Dinner] was [late|early|short] today.", "[Are you still hungry?|Was there a reason?]"),
    ("The [sun|moon] is [in my eyes|behind the clouds|very low now].", "[Close the curtain a little.|A fine moment to look out of the window.]"),
    ("I [stretched|took a nap|sat in the sun] for [ten minutes|half an hour|a while].", "[That does one good. How do you feel now?|A good break!]"),
    ("The [shop|library|museum|pool] was closed [today|again|when I came].", "[What a pity. Will you try again?|Did you find something else to do?]"),
    ("[Everybody|Nobody] at [work|school|home] [is tired|is in a good mood|talks about the weather] today.", "[And how about you?|It is catching, I think.]"),
)  # fmt: skip
SENTENCES = tuple(text for text, _ in _REMARKS)


def ordinary(chat: Chat) -> None:
    """An ordinary sentence of the user's, of our own making or what a person said, and a short reply."""
    if chat.chance(0.88):
        said, replied = chat.pick(_REMARKS)
        slots = {"animal": chat.pick(LISTS["animal"]), "instrument": chat.pick(LISTS["instrument"])}
        text = tidy(expand(chat.rng, said, **slots))
        chat.user_exactly(text.lower() if chat.chance(0.25) else text)
        chat.bot(replied, **slots)
        return
    for _ in range(8):
        text = tidy(chat.pick(natural.user_turns(chat.held_out)))
        if not _PERSONAL.search(text) and reflect.is_answered(text):
            chat.user_exactly(text.lower() if chat.chance(0.25) else text)
            chat.bot_exactly(reflect.reply(chat.rng, text))
            return


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
    later: list = []  # questions about what was told in free sentences, and about other people
    deeds: set[str] = set()
    while exchanges(chat) < most and len(chat.memory) + len(later) < 10:
        _tell_anything(chat, later, deeds)
    if turns < 4 and rng.random() < 0.35:
        _long_answer(chat)
    if turns > 6 and rng.random() < 0.6:  # some facts come in the middle, some questions too
        for part in range(1, parts := rng.choice((2, 2, 3, 4))):
            pad(chat, turns * part // parts, tokens * part // parts)
            for _ in range(rng.choice((0, 1, 1, 2))):
                if len(chat.memory) + len(later) < 12:
                    _tell_anything(chat, later, deeds)
            for _ in range(rng.choice((0, 1, 1, 2))):
                _ask_told(chat)
    pad(chat, turns, tokens - 250)
    keys = [key for key in chat.memory if key in ATTRIBUTES]
    asks = [lambda key=key: (question(chat, ATTRIBUTES[key]), answer(chat, ATTRIBUTES[key])) for key in keys] + later
    rng.shuffle(asks)
    for ask in asks[: rng.choice((2, 3, 4, 5, 7) if turns < 30 else (5, 8, 10))]:
        ask()
        if rng.random() < 0.25:
            _ask_untold(chat)
    if not later and rng.random() < 0.15:
        what_have_i_told(chat)
    if rng.random() < 0.15:
        who_is(chat)
    return chat


def _tell_anything(chat: Chat, later: list, deeds: set[str]) -> None:
    """A fact of the user's, of somebody else, or what the user did; in this chat each kind of deed once."""
    dice = chat.rng.random()
    if dice < 0.2 and len(later) < 5:
        later.append(told_of_others.mention(chat))
    elif dice < 0.4 and len(later) < 5 and not _DONE & set(chat.memory):
        later.append(happenings.told_and_asked(chat, deeds))
    else:
        chat.rng.choices((lambda c: _tell_own(c, deeds), lambda c: two_facts(c) if not deeds else _tell_own(c, deeds), similar_but_untold if not deeds else (lambda c: _tell_own(c, deeds)), correct_at_once if not deeds else (lambda c: _tell_own(c, deeds))), (8, 2, 1, 1))[0](chat)


# Attributes whose question could mean a deed of ``happenings``.
_DONE = frozenset("present, bought thing, gift, found thing, lost thing, cooked dish, breakfast today, saw, reading, film, garden, guest, friends, bag".split(", "))


def _tell_own(chat: Chat, deeds: set[str]) -> None:
    for _ in range(10):
        attribute = choose(chat, told=False)
        if attribute and not (deeds and attribute.key in _DONE):
            (tell_beside if chat.chance(0.12) else tell)(chat, attribute)
            return


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
