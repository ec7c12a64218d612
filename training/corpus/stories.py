"""Stories: ``tell`` for a request, ``bare_story`` for a document of its own, and a check over many of both.

    python -m training.corpus.stories --sample 20 --seed 1
    python -m training.corpus.stories --check 5000
    python -m training.corpus.stories --openings 200
"""

from __future__ import annotations

import argparse
import random
import re
import time

from .grammar import SKILLS, USER, Chat, capital
from .plots import PLOTS, Request, Story, chat_stories, lists  # chat_stories: registers the skills
from .plots.compose import Tale, compose, count_sentences
from .plots.draws import plural
from .plots.settings import MORE_PLACES, any_place
from .plots.teller import make_object, retell, tell
from .plots.wish import child_wish, random_wish, root
from .plots.wish_cores import LESSONS
from .plots.wish_requests import request as wish_request

__all__ = ["Request", "Story", "bare_story", "chat_stories", "opening_distinctness", "random_request", "retell", "self_check", "tell"]

MOODS = ("funny", "sad", "scary", "bedtime", "short", "long")


def bare_story(rng: random.Random) -> str:
    """The text of a story that nobody asked for."""
    if rng.random() < 0.6:
        return compose(random_wish(rng, count=2), rng.randrange(1 << 40)).text
    return tell(rng, Request(mood=rng.choice((None, None, None, "bedtime", "funny", "long")))).text


def random_request(rng: random.Random, plot: str | None = None) -> Request:
    """Any mix of wishes, unusual words included."""
    request = Request(plot=plot)
    chance = rng.random
    if chance() < 0.6:
        dice = chance()
        request.kind = rng.choice(lists.HEROES) if dice < 0.6 else rng.choice(lists.RARE_CREATURES) if dice < 0.8 else lists.odd_noun(rng)
    if chance() < 0.4:
        request.name = rng.choice(lists.HER_NAMES + lists.HIS_NAMES) if chance() < 0.6 else lists.odd_name(rng)
    if chance() < 0.5:
        request.object = make_object(rng) if chance() < 0.8 else lists.odd_noun(rng)
    if chance() < 0.5:
        request.setting = any_place(rng) if chance() < 0.7 else rng.choice(list(MORE_PLACES))
    if chance() < 0.3:
        request.companion = rng.choice(lists.ANIMALS)
    if chance() < 0.4:
        request.mood = rng.choice(MOODS)
    if chance() < 0.2:
        request.trait = rng.choice(lists.TRAITS)
    if plot is None and chance() < 0.3:
        request.theme = rng.choice(rng.choice(list(PLOTS.values())).themes)
    if plot is not None:  # keep what the plot can carry
        rules = PLOTS[plot]
        if rules.thing != "any":
            request.object = None
        if not rules.friend:
            request.companion = None
        if rules.groups:
            request.setting = None
        if rules.only:
            request.kind = None
        if rules.needs == "fear" and chance() < 0.5:
            request.fear = rng.choice(lists.FEARS)
        if rules.needs == "skill" and chance() < 0.5:
            request.skill = rng.choice(lists.SKILLS)
    return request


_BAD = re.compile(
    r"[\[\]{}|]|  | [.,!?;:]|\b[Aa] an? |\b[Aa]n an? |\b[Aa] [aeiou](?!ni|se|ne|u|k)\w|\b[Aa]n [bcdfgjklmnpqrstvwxyz]|\b(?!can |had )(\w+) \1\b|"
    r"[a-z]\. [a-z]|\.\.|,,|[!?.],|\b[Ii] is\b|\b(he|she|it) (have|are)\b|,\.|\bthe the\b|^[a-z]"
)


def faults(story: Story, request: Request) -> list[str]:
    """Everything mechanical that can be wrong with a telling."""
    text, low, found = story.text, story.text.lower(), []
    for what in ("kind", "name", "object", "companion", "trait", "fear", "skill", "loves"):
        value = getattr(request, what)
        if value and value.lower() not in low:
            found.append(f"no {what} {value!r}")
    if request.setting and request.setting.lower() not in low:
        found.append(f"not set {request.setting!r}")
    if story.name not in text or story.kind.lower() not in low:
        found.append("no hero")
    if story.friend_name and story.friend_name not in text:
        found.append("no friend")
    if match := _BAD.search(text):
        found.append(f"bad text {text[max(0, match.start() - 20) : match.end() + 20]!r}")
    for paragraph in text.split("\n\n"):
        if paragraph.count('"') % 2:
            found.append("quotes do not balance")
    for fact in (story.problem, story.solved, story.ending, story.moral, *(part for ask in story.asks for part in ask)):
        if _BAD.search(capital(fact)) and not re.match("^[a-z]", fact) or "{" in fact:
            found.append(f"bad fact {fact!r}")
    rules = PLOTS[story.plot]
    if request.theme in rules.concrete and request.mood != "short" and request.theme not in low:
        found.append(f"no theme {request.theme!r}")
    words = len(text.split())
    low_limit, high_limit = (20, 110) if request.mood == "short" else (75, 330 if request.mood == "long" else 300)
    if not low_limit <= words <= high_limit:
        found.append(f"{words} words")
    return found


def wish_faults(tale: Tale, asked: str) -> list[str]:
    """What was wished and is not there, or is there and was not to be, and everything mechanical."""
    wish, low, found = tale.wish, tale.text.lower(), []
    for what in ("kind", "name", "trait", "friend", "friend_name", "object", "fear", "skill", "friend_fear", "extra", "third", "last_about", "first", "last"):
        value = getattr(wish, what)
        if value and value.lower() not in low:
            found.append(f"no {what} {value!r}")
        if value and value.rstrip(".").lower() not in asked.lower() and plural(value) not in asked.lower() and not (wish.child and what in ("kind", "friend")):
            found.append(f"{what} {value!r} is not asked for")
    if wish.place and wish.place.lower() not in low:
        found.append(f"not set {wish.place!r}")
    if wish.lesson and LESSONS[wish.lesson][0].replace("{himself}", tale.slots["himself"]) not in low:
        found.append(f"no lesson {wish.lesson!r}")
    if wish.without and root(wish.without) in low:
        found.append(f"has {wish.without}")
    if wish.weather and wish.weather.lower().split()[0] not in low:
        found.append(f"no {wish.weather}")
    if isinstance(wish.length, int) and count_sentences(tale.text) != wish.length:
        found.append(f"{count_sentences(tale.text)} sentences, not {wish.length}")
    if wish.ending and (word := {"sad": "" if "cried" in low else "sad", "open": "", "surprise": "", "happy": "happ" if not isinstance(wish.length, int) else ""}.get(wish.ending, wish.ending)) not in low:
        found.append(f"no {word} at the end")
    if wish.last and not tale.text.endswith(wish.last) or wish.first and not tale.text.startswith(wish.first):
        found.append("not the line that was given")
    for text in (tale.text, *(capital(fact) for fact in (tale.problem, tale.solved, tale.ending))):
        if match := _BAD.search(text):
            found.append(f"bad text {text[max(0, match.start() - 20) : match.end() + 20]!r}")
    if tale.text.count('"') % 2:
        found.append("quotes do not balance")
    return found


def check_wishes(n: int, seed: int = 0, loud: int = 12) -> int:
    """The number of faulty stories among ``n`` made from wishes."""
    rng = random.Random(seed)
    bad = 0
    for number in range(n):
        wish = child_wish(rng) if number % 12 == 0 else random_wish(rng)
        asked = wish_request(rng, wish)
        tale = compose(wish, rng.randrange(1 << 40))
        if problems := wish_faults(tale, asked):
            bad += 1
            if bad <= loud:
                print(tale.core.name, problems, asked, tale.text, sep="\n    ")
    return bad


def self_check(n: int = 50, seed: int = 0, loud: bool = True) -> int:
    """Tells ``n`` random requests for every plot; returns the number of faulty tellings."""
    rng = random.Random(seed)
    bad = 0
    for name in PLOTS:
        for _ in range(n):
            request = random_request(rng, name)
            if rng.random() < 0.3:
                request.theme = rng.choice(PLOTS[name].themes)
            story = tell(rng, request)
            if problems := faults(story, request):
                bad += 1
                if loud and bad <= 12:
                    print(name, problems, request)
    return bad


def opening_distinctness(n: int = 200, seed: int = 0, words: int = 20) -> tuple[float, float]:
    """Share of different 4-grams in the first words of ``n`` stories, and share of different first four words."""
    rng = random.Random(seed)
    grams, heads = [], []
    for _ in range(n):
        first = tell(rng, random_request(rng)).text.split()[:words]
        grams += [tuple(first[i : i + 4]) for i in range(len(first) - 3)]
        heads.append(tuple(first[:4]))
    return len(set(grams)) / len(grams), len(set(heads)) / len(heads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chats", type=int, default=0, help="print conversations about stories")
    parser.add_argument("--plot")
    parser.add_argument("--check", type=int, default=0, metavar="N", help="random requests in all, spread over the plots")
    parser.add_argument("--wishes", type=int, default=0, metavar="N", help="check stories made from wishes")
    parser.add_argument("--openings", type=int, default=0)
    parser.add_argument("--speed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.sample):
        request = random_request(rng, options.plot)
        story = tell(rng, request)
        wish = {key: value for key, value in vars(request).items() if value}
        print(f"--- {story.plot} {wish}\n{story.text}\n    * {retell(rng, story)}\n")
    functions, weights = zip(*((f, w) for f, w in SKILLS if f.__module__ == chat_stories.__name__))
    for _ in range(options.chats):
        chat = Chat(rng)
        rng.choices(functions, weights)[0](chat)
        print("---", *(f"{'U' if role == USER else 'B'}: {text}" for role, text in chat.turns), sep="\n")
    if options.wishes:
        print("faulty stories made from wishes:", check_wishes(options.wishes, options.seed))
    if options.check:
        print("faulty tellings:", self_check(max(1, options.check // len(PLOTS)), options.seed), "plots:", len(PLOTS))
    if options.openings:
        print("4-grams, first four words: {:.3f} {:.3f}".format(*opening_distinctness(options.openings, options.seed)))
    if options.speed:
        start = time.perf_counter()
        for _ in range(options.speed):
            tell(rng)
        print(f"{options.speed / (time.perf_counter() - start):.0f} stories/s")


if __name__ == "__main__":
    main()
