"""What the skills share: reading the data files, the ways people begin a question, small endings."""

from __future__ import annotations

import random
import re
from functools import lru_cache
from pathlib import Path

from ..grammar import Chat, expand, tidy
from ..rewording import reword
from .frames import surrounded

DATA = Path(__file__).resolve().parent / "data"

LEADS = (
    "Mamba, ", "Hey, ", "Hey Mamba, ", "So, ", "Okay, ", "Ok, ", "Quick question: ", "I have a question: ", "Tell me, ", "Please tell me: ",
    "Question: ", "One question: ", "I was wondering, ", "Do you know this? ", "Another question: ", "Next question: ", "Hmm, ", "Well, ",
    "Hello, ", "Hi, ", "Excuse me, ", "Just curious: ", "For my homework: ", "My kid asks: ", "Now, ", "And ", "please, ",
)  # fmt: skip
_SLANG = (
    (r"\byou are\b", "ur"), (r"\byou\b", "u"), (r"\bare\b", "r"), (r"\bplease\b", "pls"), (r"\bwhat is\b", "whats"), (r"\bwhat's\b", "whats"),
    (r"\bbecause\b", "cuz"), (r"\bdo not\b", "dont"), (r"\bwhy\b", "y"), (r"\band\b", "n"), (r"\bgoing to\b", "gonna"), (r"\bwant to\b", "wanna"),
)  # fmt: skip


# Questions that are put into other words than their template has (rewording.py).
REWORDED_SHARE = 0.3


def entries(name: str) -> list[str]:
    """The lines of ``data/name``, without blank lines and ``#`` comments."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=None)
def pairs(name: str) -> list[tuple[str, str]]:
    """``question template => answer template`` lines."""
    found = []
    for line in entries(name):
        question, arrow, answer = line.partition(" => ")
        if not arrow:
            raise ValueError(f"{name}: no ' => ' in {line!r}")
        found.append((question.strip(), answer.strip()))
    return found


def typo(rng: random.Random, text: str) -> str:
    """One slip of the finger in one longer word, as in ``wehre``, ``captial``, ``becuse``."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha() and word.islower()]
    if not places:
        return text
    i = rng.choice(places)
    word = words[i]
    at = rng.randrange(1, len(word) - 1)
    words[i] = rng.choice((word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))
    return " ".join(words)


def slang(text: str) -> str:
    text = text.lower().rstrip(".?!")
    for pattern, short in _SLANG:
        text = re.sub(pattern, short, text)
    return text


_ORDER = re.compile(r"(?:(?:please|now|then|hey|ok|okay|so|mamba),? )*(tell|define|explain|spell|give|name|list|repeat|say|write|count|make|add|show|sing|describe|introduce|calculate|compute|divide|multiply|subtract|find|think|choose|pick|translate|summarize|sort|order|put|take|double|work out|solve|help|remind|play|start|continue|set|search|open|google|turn|greet|call|forget|delete|let|send|fix|debug|guess|act|pretend|ignore|do my)\b", re.I)
_QUESTION = re.compile(r"(?:(?:and|so|now|then|hey|ok|okay|well),? )*(what|who|whose|which|how|why|when|where|do|does|did|can|could|would|will|should|is|are|am|was|were|have|has|may)\b", re.I)


def punctuate(text: str) -> str:
    """A full stop (or nothing) after an order, a question mark after a question, whatever the template says."""
    if "?" in text[:-1] or ". " in text or ": " in text:
        return text
    if text.endswith("?") and _ORDER.match(text):
        return text[:-1] + "."
    if text.endswith((".", "!")) and _QUESTION.match(text) and not text.lower().startswith(("how nice", "what a ", "how lovely", "do something", "do a ", "do my")):
        return text[:-1] + "?"
    return text


def ask(chat: Chat, template: str, plain: bool = False, **slots: object) -> str:
    """A user turn that is a question: now and then with a lead, a typo or chat spelling.

    ``plain`` keeps the words as they are, for questions whose words the answer has to copy.
    """
    rng = chat.rng
    text = punctuate(tidy(expand(rng, template, **slots)))
    if not plain and rng.random() < REWORDED_SHARE:
        return chat.user_exactly(reword(rng, expand(rng, text)))
    dice = rng.random()
    if dice < 0.12 and (_QUESTION.match(text) or _ORDER.match(text)):
        lead = rng.choice(LEADS)
        text = lead + (text if lead.endswith("? ") else text[:1].lower() + text[1:])
    elif dice < 0.15 and text.endswith("?"):
        text = text[:-1] + rng.choice((", please?", " please", "??", " ?", ", Mamba?"))
    elif not plain and dice < 0.21:
        for _ in range(rng.choice((1, 1, 2, 3))):
            text = typo(rng, text)
    elif not plain and dice < 0.24:
        text = slang(text)
    elif dice < 0.28 and "?" in text:
        text = surrounded(chat, text)
    return chat.user(text)


def name_tail(chat: Chat, p: float = 0.15) -> str:
    """``, Ada`` now and then, if the user has told a name; never an invented one."""
    name = chat.memory.get("name")
    return f", {name}" if name and chat.rng.random() < p else ""


THANKS = (
    ("[Thanks|Thank you|Thank you!|thx|Ok thanks|Great, thanks|Thanks a lot|Cool, thanks]", "[You are welcome{tail}!|Any time!|You are welcome. What else would you like to know?|Happy to help{tail}.|My pleasure.]"),
    ("[Interesting|Good to know|I did not know that|Wow|Cool|Nice|Oh, really?|Is that true?|Oh okay|I see|Makes sense]", "[Yes, as far as I know.|I am glad you find it interesting.|I like it too. Ask me another one!|Yes. Do you have another question?|It is true, as far as I know.]"),
    ("[Are you sure|Really|Is that right|Are you certain]?", "[I think so, but I am a very small model. Please check important things.|I believe so. If it matters, please check it.|Quite sure, but I do make mistakes.]"),
)  # fmt: skip


def aftermath(chat: Chat, p: float = 0.06) -> None:
    """Sometimes a word of thanks or doubt after an answer."""
    if chat.rng.random() < p:
        question, answer = chat.rng.choice(THANKS)
        chat.user(question)
        chat.bot(answer, tail=name_tail(chat))
