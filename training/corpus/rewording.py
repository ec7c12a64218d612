"""The same question in other words.

A model that meets a fact in three wordings learns the wordings. This module puts a question into a new wording each time:
by frames that belong to its kind (why, how to, what is ...), by synonyms, by keywords alone, by the slips of people who
type. All kinds of facts share the frames, so a fact that was met in some of them can be asked in the others.
"""

from __future__ import annotations

import random
import re
from functools import cache

from .grammar import _slip

_SYNONYMS = {
    "big": ("large", "huge"), "large": ("big",), "biggest": ("largest",), "largest": ("biggest",), "small": ("little", "tiny"), "fast": ("quick",),
    "quick": ("fast",), "kid": ("child",), "child": ("kid",), "kids": ("children",), "children": ("kids",), "make": ("create", "produce"), "makes": ("creates", "produces"),
    "fix": ("repair", "mend"), "repair": ("fix",), "clean": ("wash",), "remove": ("get rid of",), "called": ("named",), "name": ("call",), "begin": ("start",), "start": ("begin",),
    "sick": ("ill", "unwell"), "doctor": ("physician",), "tell": ("show",), "explain": ("describe",), "movie": ("film",), "film": ("movie",), "kind": ("sort", "type"),
    "type": ("kind", "sort"), "invented": ("came up with", "created"), "wrote": ("is the author of", "has written"), "discovered": ("found",), "famous": ("well known",),
    "good": ("great", "fine"), "bad": ("terrible", "awful"), "buy": ("get",), "many": ("lots of",), "important": ("useful",), "live": ("dwell", "stay"), "lives": ("stays",), "eat": ("feed on", "like to eat"),
    "eats": ("feeds on", "likes to eat"), "found": ("seen",), "find": ("see", "spot"), "use": ("need",), "used": ("needed",), "happen": ("occur",), "happens": ("occurs",), "mean": ("stand for",), "means": ("stands for",),
    "stop": ("prevent", "end"), "noise": ("sound",), "sound": ("noise",), "money": ("currency",), "country": ("nation",), "tallest": ("highest",), "highest": ("tallest",), "people": ("folks", "persons"),
    "sleep": ("fall asleep",), "sad": ("unhappy", "down"), "happy": ("glad",), "hard": ("difficult",), "easy": ("simple",), "car": ("automobile",), "stomach": ("belly",), "phone": ("mobile",), "photo": ("picture",),
}  # fmt: skip
_STOP = frozenset(
    "a an the is are was were be been do does did can could would will should you i me my we us our to of in on at for by with from and or it its it's that this there what's which please tell know about have has had".split()
)
_LEADS = (
    "hey, ", "hi, ", "hello, ", "ok so ", "so ", "um ", "hmm ", "well ", "yo ", "quick question: ", "quick q: ", "question: ", "random question but ", "serious question: ", "dumb question maybe, ", "sorry, ", "please, ", "mamba, ", "hey mamba, ",
    "just wondering, ", "i was wondering, ", "can i ask, ", "one more: ", "next: ", "now, ", "and ", "also, ", "oh and ", "for school: ", "my kid asks: ", "my son wants to know: ", "my daughter asked me: ", "for a quiz: ", "trivia: ", "tell me, ", "be honest, ",
    "i never understood this: ", "i forgot, ", "do you know, ", "explain to me: ", "in one sentence: ", "in simple words: ", "shortly: ", "real quick, ", "say, ", "curious: ", "I have to ask: ", "let me ask you something: ", "alright, ", "ok, ",
)  # fmt: skip
_TAILS = (
    " please", " pls", "??", "!?", " lol", " thanks", ", thanks", " do you know", " any idea", " exactly", " actually", " anyway", " again", " for real", " then", " in short", ", please", ", mamba", " bro", " i forgot", ", I forgot", " tell me",
    " because I have no idea", " anyone know", ", do you know?", ", can you tell me?", ", any idea?", ", I wonder", " help", ", just curious", " i need to know", "...", " if you know",
)  # fmt: skip
_ORDINARY = (
    "I had a long day.", "It rained all morning here.", "I am on the train.", "My coffee is getting cold.", "I just came home.", "We had pasta for lunch.", "I am a bit bored.", "My brother is visiting.", "It is quite warm today.", "I could not sleep last night.",
    "I am waiting for the bus.", "The kids are asleep.", "I read something today.", "We talked about it at dinner.", "I have a test tomorrow.", "My phone is nearly empty.", "I am cooking.", "I saw a film about it.", "There was something on the radio.", "My neighbor asked me.",
    "I am sitting in the garden.", "The weekend was nice.", "I should be working.", "I am learning English.", "I just woke up.", "We went for a walk.", "I am at the library.", "My sister says I ask too much.", "Work was fine today.", "It was quite windy today.",
)  # fmt: skip
_GENERIC = (
    "{q}?", "{q}?", "{q}?", "Tell me: {q}?", "Do you know {q}?", "Can you tell me {q}?", "I want to know {q}.", "I would like to know {q}.", "I'd love to know {q}.", "I wonder {q}.", "Any idea {q}?", "Explain {q}.", "I have no idea {q}.", "I keep asking myself {q}.",
    "Could you explain {q}?", "Someone asked me {q}.", "{q}, that is my question.", "My question: {q}?", "Please answer: {q}?", "{q}? I really do not know.", "Not sure {q}.", "I never learned {q}.", "{q}? Short answer please.", "Can you help me with this: {q}?",
)  # fmt: skip
_DEFINED = (
    "What exactly is {x}?", "Tell me what {x} is.", "Explain {x}.", "Explain {x} to me.", "Can you explain {x}?", "What do you know about {x}?", "Tell me about {x}.", "{x}, what is that?", "{x}?", "What on earth is {x}?", "Can you describe {x}?", "Describe {x}.",
    "I keep hearing about {x}. What is it?", "Somebody mentioned {x}. What is that?", "I don't know what {x} is.", "Ever heard of {x}?", "How would you explain {x}?", "So {x}, what is it?", "What would you call {x}?", "Define {x}.", "What is meant by {x}?",
    "Give me a definition of {x}.", "Do you know what {x} is?", "What's {x}?", "whats {x}", "info on {x}", "{x} explained simply", "What do people mean by {x}?", "Who or what is {x}?", "Teach me about {x}.", "I read about {x} today. What is it?",
)  # fmt: skip
_WHY = (
    "How come {s}?", "What is the reason that {s}?", "Why is it that {s}?", "{s}. Why?", "{s}, but why?", "Tell me why {s}.", "Do you know why {s}?", "I don't get why {s}.", "Explain why {s}.", "What makes it so that {s}?", "reason why {s}", "I noticed that {s}. Why is that?",
    "My kid wants to know why {s}.", "For what reason {s}?", "Is there a reason that {s}?", "why {s}", "I wonder why {s}.", "What causes it that {s}?", "How is it possible that {s}?",
)  # fmt: skip
_HOW_TO = (
    "How to {x}?", "What is the best way to {x}?", "I want to {x}. How?", "Help me {x}.", "How would you {x}?", "Teach me how to {x}.", "I need to {x}, what do I do?", "What's a good way to {x}?", "Is there a trick to {x}?", "Can you tell me how to {x}?", "Steps to {x}?",
    "how 2 {x}", "How does one {x}?", "Any tips to {x}?", "Please explain how to {x}.", "I can't {x}. Any advice?", "I am trying to {x}. What should I do?", "What do I have to do to {x}?", "I have never tried to {x}. How does it work?", "tell me how i can {x}", "need to {x} asap",
    "What should I do if I want to {x}?", "Do you have advice on how to {x}?", "{x}, how does that go?", "Show me how to {x}.", "What helps to {x}?", "I would like to {x} but I don't know how.", "easiest way to {x}", "How do people {x}?", "My task today: {x}. How?",
)  # fmt: skip
_WHERE = ("Where do I find {x}?", "Where on the map is {x}?", "Tell me where {x} is.", "{x}, where is that?", "Do you know where {x} is?", "What is the location of {x}?", "In what part of the world is {x}?", "Can you locate {x}?", "I am looking for {x}. Where is it?", "where's {x}")
_WHO_WAS = (
    "Tell me about {x}.", "What do you know about {x}?", "What is {x} famous for?", "{x}, who is that?", "Who exactly was {x}?", "I read about {x} today. Who is that?", "Why do people know {x}?", "Tell me who {x} was.", "Who's {x}?", "Does the name {x} mean anything to you?",
    "What did {x} do?", "Ever heard of {x}?", "What made {x} famous?", "who dat {x}",
)  # fmt: skip
_WHO_DID = ("The person who {x}, who was that?", "Which person {x}?", "Do you know who {x}?", "Tell me who {x}.", "What is the name of the one who {x}?", "Who was it that {x}?", "I forgot who {x}.", "{x}: by whom?", "Who {x} again?")
_SIMPLE = re.compile(r"(?:an? |the )?[\w'-]+(?: [\w'-]+)?$", re.I)
_UNNAMED = re.compile(r"\b(made|used|known|called|for|like|of|in|about|from|with|doing|eat|good)$")


@cache
def _noun(words: str) -> tuple[str, str] | None:
    """``the sky blue`` -> ``the sky``, ``blue``."""
    parts = words.split()
    take = 2 if parts and parts[0].lower() in {"the", "a", "an", "my", "our", "your", "some", "most", "all"} else 1
    return (" ".join(parts[:take]), " ".join(parts[take:])) if len(parts) > take else None


def _frames(q: str) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """The frames that fit a question without its mark, each with what goes into them."""
    found: list[tuple[tuple[str, ...], dict[str, str]]] = []
    low = q.lower()
    if match := re.match(r"(?:what|who)(?: is|'s| are| was| were) (.+)$", q, re.I):
        rest = match[1]
        if _SIMPLE.match(rest) and not _UNNAMED.search(rest):
            found.append((_WHO_WAS if low.startswith("who") else _DEFINED, {"x": rest}))
    elif match := re.match(r"why (?:do|does|did) (.+)$", q, re.I):
        found.append((_WHY, {"s": match[1]}))
    elif (match := re.match(r"why (is|are|was|were|can't|can|must|should) (.+)$", q, re.I)) and (parts := _noun(match[2])):
        found.append((_WHY, {"s": f"{parts[0]} {match[1].lower()} {parts[1]}"}))
    elif match := re.match(r"how (?:do|can|should|would|could) (?:i|you|we|one|people) (?!call\b|say\b|spell\b|know\b|think\b)(.+)$", q, re.I):
        found.append((_HOW_TO, {"x": match[1]}))
    elif match := re.match(r"how to (.+)$", q, re.I):
        found.append((_HOW_TO, {"x": match[1]}))
    elif (match := re.match(r"where (?:is|are) (.+)$", q, re.I)) and _SIMPLE.match(match[1]):
        found.append((_WHERE, {"x": match[1]}))
    elif match := re.match(r"who ((?:wrote|invented|painted|discovered|built|made|composed|founded|created|sang|designed)\b.+)$", q, re.I):
        found.append((_WHO_DID, {"x": match[1]}))
    return found


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first == "I" or first.startswith("I'") or first[1:].lower() != first[1:] else text[:1].lower() + text[1:]


def _synonyms(rng: random.Random, text: str) -> str:
    return re.sub(
        r"\b[a-z]+\b", lambda m: rng.choice(_SYNONYMS[m.group()]) if m.group() in _SYNONYMS and rng.random() < 0.3 else m.group(), text
    )


# Yes or no, and which of two: without its small words or in another order such a question asks something else.
_ORDER_MATTERS = re.compile(r"(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|am|may)\b|.*\b(?:than|or|not|never|from|to)\b", re.I)
_MEANINGFUL = frozenset({"than", "or", "not", "never", "from", "to"})


def _keywords(rng: random.Random, q: str) -> str:
    matters = _ORDER_MATTERS.match(q) is not None
    kept = [word for word in re.findall(r"[\w'-]+", q) if word.lower() not in _STOP or matters and word.lower() in _MEANINGFUL]
    if len(kept) > 1 and not matters and rng.random() < 0.4:
        rng.shuffle(kept)
    return " ".join(kept)


def _mistyped(rng: random.Random, text: str, typos: bool) -> str:
    dice = rng.random()
    if dice < 0.28:
        text = text.lower()
    elif dice < 0.5:
        text = text.lower().rstrip(".?!")
    elif dice < 0.58:
        text = text.rstrip(".?!")
    elif dice < 0.62:
        text = text.upper()
    if rng.random() < 0.15:
        text = text.replace("'", "")
    if typos and rng.random() < 0.22:
        words = text.split(" ")
        places = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha() and word.islower()]
        for i in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
            words[i] = _slip(rng, words[i])
        text = " ".join(words)
    return text


# Something told, not asked: it gets no "for a quiz:" before it and no "any idea?" behind it.
_TOLD = re.compile(r"(?:Yes|No|Not|Her|His|Just|Both|Thanks|I|I'm|I've|My|Our|We|We're|He|She|They|It|Today|Tomorrow|Yesterday|Nobody|Somebody|Someone|Everybody|Everything|Nothing|There|Only|One|Two|Three)\b(?!.*\b(?:know|wonder|tell me|explain|want to|how to)\b)")
_BEFORE_TOLD = ("hey, ", "hi, ", "so, ", "well, ", "oh, ", "ok, ", "honestly, ", "you know, ", "mamba, ", "hey mamba, ", "guess what, ", "just so you know, ", "sorry, but ", "I have to tell you something. ", "I need to tell somebody. ", "There is news. ", "Can I tell you something? ", "You are the first to hear it. ")


def _told_again(rng: random.Random, text: str) -> str:
    dice = rng.random()
    if dice < 0.2:
        lead = rng.choice(_BEFORE_TOLD)
        text = lead + (text if lead.endswith((". ", "? ")) else _lower(text))
    elif dice < 0.26:
        text = f"{rng.choice(_ORDINARY)} {text}"
    return text


_WH = re.compile(r"(what|why|how|where|when|who|whose|which)\b", re.I)


def reword(rng: random.Random, question: str, typos: bool = True) -> str:
    """``question`` (English, one sentence or two) as another person would have typed it.

    Without ``typos`` each word keeps its letters, for questions about the word itself.
    """
    text = re.sub(r" +(?=[?.!,]|$)", "", question.strip())
    single = not re.search(r"[.?!] ", text)
    q = text.rstrip("?.! ")
    is_question = text.endswith("?") and single
    if not text.endswith("?") and _TOLD.match(text):
        return _mistyped(rng, _told_again(rng, text), typos)
    dice = rng.random()
    if is_question and dice < 0.42 and (frames := _frames(q)):
        templates, slots = rng.choice(frames)
        text = rng.choice(templates).format(**slots)
        text = text[:1].upper() + text[1:]
    elif is_question and dice < 0.62 and _WH.match(q):
        text = rng.choice(_GENERIC).format(q=_lower(q))
        text = text[:1].upper() + text[1:]
    elif single and 0.62 <= dice < (0.65 if _ORDER_MATTERS.match(q) else 0.74) and len(q.split()) > 3:
        text = _keywords(rng, q) or q
    if typos and rng.random() < 0.3:
        text = _synonyms(rng, text)
    surrounded = rng.random()
    if surrounded < 0.16:
        text = rng.choice(_LEADS) + _lower(text)
    elif surrounded < 0.26:
        text = text.rstrip("?.!") + rng.choice(_TAILS)
    elif surrounded < 0.34:
        text = f"{rng.choice(_ORDINARY)} {text}"
    elif surrounded < 0.37:
        text = f"{text} {rng.choice(_ORDINARY)}"
    return _mistyped(rng, text, typos)
