"""Words: what they mean, that an invented one means nothing, opposites, rhymes, plurals, kinds of things."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..grammar import Chat, article, expand, in_words, listing, skill
from ..lexicon import ALL, LISTS, fact_lines, fact_table, is_held_out, is_rude, made_up_word, real_words
from ..rewording import reword
from .base import DATA, LEADS, aftermath, ask, entries
from .frames import roundabout


@dataclass(frozen=True)
class Meaning:
    """``kind``: n (a thing, with article), m (no article), v, a; ``w`` for a dictionary's gloss, said with "means"."""

    word: str
    kind: str
    gloss: str


MEANING_ASKED = [
    "What does {w} mean?", "What does {w} mean?", 'What does "{w}" mean?', "What does the word {w} mean?", 'What does the word "{w}" mean?', "What is the meaning of {w}?", "What is the meaning of the word {w}?", "Define {w}.",
    "Can you define {w}?", "[Please define|Define] the word {w}.", "Explain the word {w}.", "What's the meaning of {w}?", "[Do you know|Can you tell me|Tell me|Please tell me] what {w} means.", "Explain {w} to me.", "{w} means what?",
    "Can you explain [the word |]{w}?", "What is meant by {w}?", "The word {w}: what does it mean?", "I do not know the word {w}. What does it mean?", "what does {w} mean", "meaning of {w}?", "Give me the meaning of {w}.",
    "What do people mean by {w}?", "How would you explain {w}?", "Do you know the word {w}?", "I read the word {w}. What does it mean?", "My teacher said {w}. What does that mean?", "define {w}",
    "I heard the word {w} today. [What is it|Can you explain it|Do you know it]?", "[Could|Would|Can] you [tell me|say|explain] what {w} means?", "[Could|Would] you explain the word {w} [to me|]?",
    "I found {w} in a book. [Could you explain it|What is that|What would that be]?", "How would you say {w} in other words?", "What do you understand by {w}?", "I do not understand the word {w}. [Can you help|Please explain it].",
    "My [son|daughter|friend|boss] [used|wrote|said] the word {w}. [What did they mean|What is it|Please explain]?", "[Dictionary|Quiz|Vocabulary]: {w}?", "In plain words, what is the sense of {w}?", "Give me a [short|simple] explanation of {w}.",
    "[My sister|A neighbor|The teacher|My boss|A man on TV|The radio|My doctor|Grandma|A friend|This letter|The news|A song] [said|mentioned|keeps saying|has|talked about] [the word |]{w}. [What does that mean|What is that supposed to mean|Please tell me what it is|What could it mean|Do you know it]?",
    "I [read|saw|found|noticed|met|overheard] the word [{w}|\"{w}\"] [in a letter|on a sign|online|in the newspaper|today|at school|somewhere]. [What does it stand for|Tell me what it means|What's it mean|Could you tell me what that is]?",
    "[What would a dictionary say about|What does the dictionary say about|Look up|Describe|Say something about] the word {w}.", "[Definition|Meaning]: {w}", "How is {w} defined?", "How would one define {w}?", "In [one sentence|short|simple words|your own words], what does {w} mean?",
    "[There is|Here is] a word I don't [know|get]: {w}.", "Help me with the word {w}.", "What are people saying when they say {w}?", "[When|If] somebody says {w}, what do they mean?", "{w}? What's that?", "I'm not sure what {w} means.", "What is {w} in [plain|simple] English?",
    "Can you put {w} in simpler words?", "[English|New] word of the day: {w}. [Explain it|What does it mean|What is it]?", "My English is not good. What does {w} mean?", "Someone told me {w}. I did not understand it.", "Which meaning does {w} have?", "The word {w} - do you know it?",
]  # fmt: skip
MEANING_NAMED = ["the meaning of {w}", "the meaning of the word {w}", "a definition for {w}", "a definition of {w}", "the definition for {w}", "a simple definition of the word {w}", "an explanation of {w}", "an explanation for the word {w}", 'the sense of "{w}"', "what {w} means", "what the word {w} means"]
MEANING_ASKED_HELD_OUT = [
    "I came across the word {w}. Can you say what it means?", "How do you define {w}?", "Could you give me a definition of {w}?", "What is the definition of {w}?", "Help me understand the word {w}.", 'Someone used the word "{w}". What is its meaning?',
]  # fmt: skip
THING_ASKED = ["What is {an w}?", "What's {an w}?", "[Tell me|Do you know] what {an w} is.", "Explain what {an w} is.", "What exactly is {an w}?"]
STUFF_ASKED = ["What is {w}?", "What's {w}?", "[Tell me|Do you know] what {w} is.", "Explain what {w} is."]
ACTION_ASKED = ["What does it mean to {w}?", "What is it to {w}?", "What do you do when you {w}?"]
QUALITY_ASKED = ["What does it mean to be {w}?", "If something is {w}, what is it like?"]
_SAID = {
    "n": "[{cap an w} is {gloss}.|{cap an w} is {gloss}.|It means {gloss}.|{cap w} means {gloss}.]",
    "m": "[{cap w} is {gloss}.|{cap w} is {gloss}.|It means {gloss}.|{cap w} means {gloss}.]",
    "v": "[To {w} means to {gloss}.|To {w} means to {gloss}.|To {w} is to {gloss}.|It means to {gloss}.]",
    "a": "[{cap w} means {gloss}.|{cap w} means {gloss}.|The word {w} means {gloss}.|It means {gloss}.]",
    "w": "[{cap w} means {gloss}.|{cap w} means {gloss}.|The word {w} means {gloss}.|It means {gloss}.]",
}
_EXTRA = {"n": THING_ASKED, "m": STUFF_ASKED, "v": ACTION_ASKED, "a": QUALITY_ASKED}

# Words whose first sense in the dictionary is odd, rude, or not the one people mean.
_SKIP = frozenset(word for line in entries("meanings_skip.txt") for word in line.split())
_ODD_GLOSS = re.compile(
    r"[();:`]|\b(genus|sexual|sex|slang|derogatory|offensive|vulgar|drug|penis|genital|Roman|Greek|Hebrew|Jewish|biblical|informal|baseball|batter|cricket|unit of|archaic|used|"
    r"pertaining|relating|expletives|cardinal|ordinal|being one|one's|one or|instance|someone's|especially|hereditary|golf|football|naked|military)\b|\b(of|to|for|with|in|on|from|by|as|at|about|into|or|and|be)$"
)


# Occurrences in the natural text (training/count_words.py). Below the first a word is rare; above the second nobody
# asks what it means.
COMMON_COUNT = 13
EVERYDAY_COUNT = 3000
_GLUE = frozenset("a an the of to in is that which who whom for with by from and or not on at as be being been it its than without within between something someone somebody people".split())


def _plain(word: str, common: set[str]) -> bool:
    """A common word, or a common word's plural or past."""
    return word in common or any(word.endswith(tail) and word[: -len(tail)] + more in common for tail, more in (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ies", "y"), ("ly", "")))


def real_words_used() -> set[str]:
    """Words of the skills' own tables, of the meanings and of the lexicon: not to be called unknown."""
    used = set(MEANINGS) | {word.lower() for words in ALL.values() for entry in words for word in entry.split()}
    for path in (*DATA.glob("*.txt"), *DATA.glob("*.tsv")):
        used.update(re.findall(r"[a-z]+", path.read_text(encoding="utf-8").lower()))
    return used


def _read_meanings() -> dict[str, Meaning]:
    """Ours by hand first; then the dictionary's short, plain glosses of the commonest words."""
    found: dict[str, Meaning] = {}
    for line in entries("meanings.txt"):
        word, kind, gloss = line.split(" ", 2)
        found.setdefault(word, Meaning(word, kind, gloss))
    rows = fact_table("words")
    common = {row["w"] for row in rows if row["count"] >= COMMON_COUNT} | _GLUE
    for row in rows:
        word, gloss, part = row["w"], row["d"].strip(), row["p"]
        plain = re.findall(r"[a-z']+", gloss.lower())
        if (
            word in found or word in _SKIP or len(word) < 4 or not word.isalpha() or not word.islower() or not COMMON_COUNT < row["count"] <= EVERYDAY_COUNT
            or not 10 <= len(gloss) <= 60 or len(plain) > 10 or _ODD_GLOSS.search(gloss) or any(w[:5] == word[:5] for w in plain)
            or re.search(r"(ed|ing|s|ly)$", word) or any(not _plain(w, common) for w in plain) or part not in ("noun", "verb", "adj") or (part == "verb" and "," in gloss)
        ):  # fmt: skip
            continue
        if part == "verb":
            gloss = gloss if gloss.startswith("to ") else f"to {gloss}"
        found[word] = Meaning(word, "w", gloss)
    return found


def _add_glosses(found: dict[str, Meaning]) -> dict[str, Meaning]:
    """Some thousand more common words with a plain gloss of their commonest sense, the commonest words first."""
    for row in fact_lines("glosses"):
        word, gloss = row["word"], row["gloss"]
        if word in found and found[word].kind != "w" or word in _SKIP or len(word) < 3 or not word.isalpha() or _ODD_GLOSS.search(gloss):
            continue
        if row["pos"] == "verb" and not gloss.startswith("to "):
            gloss = f"to {gloss}"
        found[word] = Meaning(word, "w", gloss)
    return found


MEANINGS = _add_glosses(_read_meanings())
_ALL = list(MEANINGS.values())
_OURS = [meaning for meaning in _ALL if meaning.kind != "w"]
_EVERYWHERE = real_words_used()
UNKNOWN_RARE = [row["w"] for row in fact_table("words") if row["count"] < COMMON_COUNT and row["w"].isalpha() and row["w"].islower() and len(row["w"]) > 5 and row["w"] not in _EVERYWHERE]


def _ask_word(chat: Chat, templates: list[str], word: str) -> None:
    """The word itself keeps its spelling: no typos here."""
    text = expand(chat.rng, chat.pick(templates), w=word)
    if chat.chance(0.22):
        text = roundabout(chat, expand(chat.rng, chat.pick(MEANING_NAMED), w=word))
    elif chat.chance(0.2):
        text = reword(chat.rng, text, typos=False)
        chat.user_exactly(text)
        return
    elif chat.chance(0.08):
        text = chat.pick(LEADS) + (text[:1].lower() + text[1:] if not re.match(r"(I |My )", text) else text)
    chat.user(text)


@skill(18)
def meanings(chat: Chat) -> None:
    """What a common word means."""
    meaning = chat.pick(_OURS) if chat.chance(0.25) else chat.pick(_ALL)
    extra = _EXTRA.get(meaning.kind)
    _ask_word(chat, extra if extra and chat.chance(0.3) else MEANING_ASKED, meaning.word)
    chat.bot(_SAID[meaning.kind], w=meaning.word, gloss=meaning.gloss)
    while chat.chance(0.12):
        meaning = chat.pick(_ALL)
        chat.user("[And {w}|What about {w}|and {w}|And what does {w} mean|And the word {w}]?", w=meaning.word)
        chat.bot(_SAID[meaning.kind], w=meaning.word, gloss=meaning.gloss)
    aftermath(chat, 0.03)


UNKNOWN_ASKED = [*MEANING_ASKED, "What is {an w}?", "What's {an w}?", "What is {w}?", "Tell me what {an w} is.", "Do you know what {w} is?", "Have you heard of {w}?", "Have you heard of {an w}?", "Did you hear about {an w}?", "Ever heard of {w}?", "Do you know {an w}?", "Have you seen {an w}?", "What kind of thing is {an w}?", "How do you use {an w}?", "Where can I buy {an w}?", "What do you call {an w}?", "My {relation} has {an w}.", "I bought {an w} yesterday.", "What color is {an w}?", "What do you do with {an w}?", "Tell me about {w}.", "Is {w} a word?", "Can you use {w} in a sentence?"]
UNKNOWN_SAID = (
    "[I don't know that word|I don't know that word|I don't know that word|Sorry, I don't know that word|Hmm, I don't know that word|I am sorry, but I don't know that word|I don't know that word, I am afraid]. "
    "[||What does it mean?|Did you make it up?|Can you tell me what it means?|I have never read it.|Is it a real word?|Could you explain it to me?|I only know common words.]"
)


def _near_miss(chat: Chat) -> str | None:
    """A word that looks like a known one and is none: another beginning on a known end."""
    first, second = chat.pick(_ALL).word, chat.pick(_ALL).word
    word = first[: len(first) // 2] + second[len(second) // 2 :]
    known = word in _EVERYWHERE or word in real_words() or is_held_out(word) or is_rude(word)
    return None if known or not 4 <= len(word) <= 11 else word


@skill(9)
def unknown_words(chat: Chat) -> None:
    """An invented word (now and then a rare one): the model says plainly that it does not know it."""
    word = chat.pick(UNKNOWN_RARE) if chat.chance(0.12) and not chat.held_out else made_up_word(chat.rng, chat.held_out, shortest=4)
    if chat.chance(0.1) and not chat.held_out:
        word = _near_miss(chat) or word
    _ask_word(chat, UNKNOWN_ASKED, word)
    chat.bot(UNKNOWN_SAID)
    if chat.chance(0.15):
        meaning = chat.pick(_OURS)
        said = f"to {meaning.gloss}" if meaning.kind == "v" else meaning.gloss
        chat.user("[It means {g}.|It is a word for {g}.|In my language it means {g}.|I made it up. It means {g}.|{cap w} means {g}.]", w=word, g=said)
        chat.bot("[Thank you, now I know: {w} means {g}.|Oh, nice. So {w} means {g}.|I see. {cap w} means {g}. I will remember that.]", w=word, g=said)
        if chat.chance(0.6):
            chat.user("[What does {w} mean|So what does {w} mean|Do you remember what {w} means|What did I say {w} means]?", w=word)
            chat.bot("[You told me that {w} means {g}.|{cap w} means {g}.|You said that it means {g}.]", w=word, g=said)


def _pairs(name: str) -> list[tuple[str, str]]:
    return [tuple(pair.split()) for line in entries(name) for pair in line.split("|")]


OPPOSITES = _pairs("opposites.txt")


@skill(3)
def opposites(chat: Chat) -> None:
    a, b = chat.pick(OPPOSITES)
    if chat.chance(0.5) and b not in ("light", "full", "short", "lose", "right", "thin", "quiet", "empty", "slow", "funny", "straight", "lower", "old", "rest"):
        a, b = b, a
    ask(chat, "[What is the opposite of|What's the opposite of|Opposite of|Tell me the opposite of|The opposite of|Do you know the opposite of|Give me the opposite of|Which word is the opposite of|What is the contrary of] {a}?", plain=True, a=a)
    chat.bot("[The opposite of {a} is {b}.|The opposite of {a} is {b}.|{b}.|It is {b}.]", a=a, b=b)


RHYMES = [group.split() for line in entries("rhymes.txt") for group in line.split("|")]


@skill(2.5)
def rhymes(chat: Chat) -> None:
    group = chat.pick(RHYMES)
    word = chat.pick(group)
    others = [w for w in group if w != word]
    ask(chat, "[What rhymes with|Which word rhymes with|Give me a rhyme for|Find a rhyme for|Tell me a word that rhymes with|Do you know a rhyme for|Can you rhyme|A rhyme for|Rhyme with] {w}?", plain=True, w=word)
    chat.bot("[{r} rhymes with {w}.|{cap r} rhymes with {w}.|{r}!|How about {r}?]", r=chat.pick(others), w=word)


PLURALS, PAST = _pairs("plurals.txt"), _pairs("past.txt")


@skill(2)
def plurals(chat: Chat) -> None:
    one, many = chat.pick(PLURALS)
    if chat.chance(0.75):
        ask(chat, "[What is the plural of|What's the plural of|Plural of|Tell me the plural of|How do you say more than one] {w}?", plain=True, w=one)
        chat.bot("[The plural of {w} is {m}.|One {w}, two {m}.]", w=one, m=many)
    else:
        ask(chat, "[What is the singular of|What's the singular of|Tell me the singular of] {w}?", plain=True, w=many)
        chat.bot("The singular of {m} is {w}.", w=one, m=many)


@skill(1.5)
def past_tense(chat: Chat) -> None:
    now, then = chat.pick(PAST)
    ask(chat, "[What is the past tense of|What's the past of|What is the past form of|Past tense of|Tell me the past tense of] [{w}|to {w}]?", plain=True, w=now)
    chat.bot("[The past tense of {w} is {t}.|Today I {w}, yesterday I {t}.]", w=now, t=then)


# Question word for the kind -> (singular, list). Only kinds whose lists are sure.
KINDS = {
    "animals": ("animal", "animal"), "fruits": ("fruit", "fruit"), "vegetables": ("vegetable", "vegetable"), "colors": ("color", "color"), "flowers": ("flower", "flower"), "trees": ("tree", "tree"), "birds": ("bird", "bird"),
    "tools": ("tool", "tool"), "sports": ("sport", "sport"), "musical instruments": ("musical instrument", "instrument"), "drinks": ("drink", "drink"), "jobs": ("job", "job"), "vehicles": ("vehicle", "vehicle"),
    "pieces of furniture": ("piece of furniture", "furniture"), "desserts": ("dessert", "dessert"), "foods": ("food", "food"), "planets": ("planet", "planet"), "materials": ("material", "material"), "games": ("game", "game"),
    "pets": ("pet", "pet"), "feelings": ("feeling", "feeling"), "cities": ("city", "city"), "clothes": ("piece of clothing", "clothes"), "hobbies": ("hobby", "hobby"), "school subjects": ("school subject", "subject"),
}  # fmt: skip
_NTH = ["first", "second", "third", "fourth", "fifth", "sixth"]


@skill(4)
def name_some(chat: Chat) -> None:
    """``Name three birds``, then which was the second, or one more."""
    kind = chat.pick(list(KINDS))
    one, source = KINDS[kind]
    n = chat.pick((2, 3, 3, 3, 4, 5))
    words = chat.rng.sample(LISTS[source], n + 1)
    row = words[:n]
    ask(chat, "[Name|Tell me|Give me|Can you list|List|Can you name|Say|Write down|I need|Please name] {n} {k}.", plain=True, n=in_words(n) if chat.chance(0.6) else n, k=kind)
    chat.bot("[Here are {n} {k}: |||Sure: ]{row}.", n=in_words(n), k=kind, row=listing(row))
    if chat.chance(0.25):
        i = chat.rng.randrange(n)
        chat.user("[What was the {o} one|Which one was the {o}|Which one did you say {o}|What was the {o} {one}]?", o=_NTH[i], one=one)
        chat.bot("[The {o} one was {w}.|It was {w}.|{w}.]", o=_NTH[i], w=row[i])
    if chat.chance(0.25):
        chat.user("[One more, please|Tell me another one|Another one|And one more|Give me one more|More]")
        chat.bot("[How about {w}?|{w}.|Another {one} is {w}.]", w=words[n], one=one)
    if chat.chance(0.1):
        chat.user("[How many did you name|How many {k} did you name first]?", k=kind)
        chat.bot("[I named {n} {k} first.|First I named {n}.]", n=in_words(n), k=kind)


@skill(1.5)
def give_one(chat: Chat) -> None:
    kind = chat.pick(list(KINDS))
    one, source = KINDS[kind]
    letter_words = LISTS[source]
    if chat.chance(0.35) and source not in ("planet", "material"):
        word = chat.pick([w for w in letter_words if w[0].isalpha()])
        ask(chat, "[Name|Tell me|Give me|Do you know|Can you think of] {an one} that [starts|begins] with {l}.", plain=True, one=one, l=word[0].upper())
        chat.bot("[{cap w} starts with {l}.|{w}.|How about {w}?]", w=word, l=word[0].upper())
    else:
        ask(chat, "[Name|Tell me|Give me|Say|Think of] {an one}.", plain=True, one=one)
        chat.bot("[{w}.|How about {w}?|{cap w}!]", w=chat.pick(letter_words))


_IS_A = {"animal": "animal", "fruit": "fruit", "vegetable": "vegetable", "tool": "tool", "bird": "bird", "vehicle": "vehicle", "flower": "flower", "piece of furniture": "furniture", "musical instrument": "instrument", "color": "color", "planet": "planet", "sport": "sport"}
_BARE = frozenset({"color", "planet", "sport"})
# Birds and some others are in two lists, so wrong guesses only come from kinds that cannot overlap.
_APART = {"animal": ("tool", "fruit", "planet"), "fruit": ("animal", "tool", "vehicle"), "vegetable": ("animal", "tool", "vehicle"), "tool": ("animal", "fruit", "vegetable"), "bird": ("fruit", "tool", "vehicle"), "vehicle": ("animal", "fruit", "vegetable"),
          "flower": ("tool", "animal", "vehicle"), "piece of furniture": ("animal", "fruit", "planet"), "musical instrument": ("animal", "fruit", "vegetable"), "color": ("planet", "vehicle", "sport"), "planet": ("color", "fruit", "animal"), "sport": ("color", "planet", "vegetable")}  # fmt: skip


@skill(2.5)
def is_a(chat: Chat) -> None:
    kind = chat.pick(list(_IS_A))
    word = chat.pick([w for w in LISTS[_IS_A[kind]] if w not in ("mushroom", "kiwi", "kite", "crane", "turkey", "file", "level", "brush", "orange", "peach", "plum", "apricot", "coral", "tomato", "scissors", "pliers", "tweezers", "sandpaper", "cymbals", "bagpipes", "corn", "spinach", "garlic", "watercress", "okra", "kale", "celery", "rhubarb", "chard", "asparagus", "fennel", "broccoli", "cauliflower", "bok choy", "lettuce", "hoe", "robin", "the marathon", "the long jump", "the high jump", "wisteria", "jasmine", "lavender", "heather", "honeysuckle", "edelweiss", "subway")])
    shown = word if kind in _BARE else article(word)
    dice = chat.rng.random()
    if dice < 0.4:
        ask(chat, "[What is {w}|What kind of thing is {w}|What sort of thing is {w}]?" if kind not in ("color",) else "What kind of thing is {w}?", plain=True, w=shown)
        chat.bot("{cap w} is {an k}.", w=shown, k=kind)
    elif dice < 0.7:
        ask(chat, "Is {w} {an k}?", plain=True, w=shown, k=kind)
        chat.bot("Yes, {w} is {an k}.", w=shown, k=kind)
    else:
        ask(chat, "Is {w} {an g}?", plain=True, w=shown, g=chat.pick(_APART[kind]))
        chat.bot("No, {w} is {an k}.", w=shown, k=kind)


@skill(1.2)
def odd_one_out(chat: Chat) -> None:
    kind = chat.pick(list(_APART))
    other = chat.pick(_APART[kind])
    row = chat.rng.sample(LISTS[_IS_A[kind]], 3)
    wrong = chat.pick(LISTS[_IS_A[other]])
    if wrong in row:
        return
    mixed = chat.rng.sample([*row, wrong], 4)
    ask(chat, "[Which one does not belong|Which is the odd one out|Find the odd one out|Which word does not fit]: {row}?", plain=True, row=", ".join(mixed))
    chat.bot("[{cap w}. The others are {k}.|{cap w} does not belong, because the others are {k}.]", w=wrong, k={"piece of furniture": "pieces of furniture"}.get(kind, kind + "s"))

