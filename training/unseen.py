"""The second half of the evaluation: questions that the generator's authors did not write for it, several wordings each.

    python -m training.unseen www/models/default

``data/unseen`` holds the questions, with words that a right answer must hold and must not hold. A wording whose content
words stand in the training text in that order is counted apart ("met"), so that overlap cannot lift the rows.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Callable, Sequence

import torch

from .corpus import lexicon, mix
from .corpus.grammar import BOT, USER, expand
from .corpus.skills import asked
from .questions import words

FOLDER = Path(__file__).parent / "data" / "unseen"
EXPANSIONS = 6  # of a wording with alternatives, to look for it in the training text
NAMES = ("Oskar", "Marlene", "Tariq", "Yuki", "Fiona", "Bogdan")

Converse = Callable[[Sequence[Sequence[str]]], list[list[str]]]

# What says nothing: no answer, and no honest word about a thing that cannot be known.
DODGE = re.compile(
    r"^(i (do not|don't|cannot|can't) (know|say|tell|answer)|i am not sure|i'm not sure|what do you think|what would you say|tell me (a little )?more|i see\b|that is more than i know|"
    r"i am (too|a very) small|sorry, i (do not|don't) know|as an ai)", re.I)  # fmt: skip
_STOP = frozenset("a an the is are was were be do does did can could would will should you i me my we us our to of in on at for by with from and or it this that what which who how why when where please tell".split())


@dataclass
class Item:
    """One fact: chats (each the user's turns) that ask for it; a right answer holds one of each of ``must`` and none of ``must_not``."""

    topic: str
    chats: list[list[str]]
    must: list[list[str]] = field(default_factory=list)
    must_not: list[str] = field(default_factory=list)

    def right(self, answer: str) -> bool:
        return all(any(holds(answer, part) for part in parts) for parts in self.must) and not any(holds(answer, part) for part in self.must_not)


def holds(answer: str, part: str) -> bool:
    """``part`` begins a word of the answer; short ones, numbers, yes and no are whole words; ``n't`` may stand anywhere."""
    low = answer.lower().replace("’", "'")
    if part == "n't":
        return part in low
    end = r"\b" if len(part) <= 3 or part.isdigit() else ""
    return re.search(rf"(?<!\w){re.escape(part)}{end}", low) is not None


def read(name: str, one_chat: bool) -> list[Item]:
    """Items of a file of ``FOLDER``; its wordings are one chat, or a chat each."""
    items: list[Item] = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            items[-1].must = [[part.strip() for part in group.split("|")] for group in line[2:].split(";")]
        elif line.startswith("- "):
            items[-1].must_not = [part.strip() for part in line[2:].split("|")]
        elif line and not line.startswith("#"):
            topic, _, rest = line.partition(": ")
            said = [text.strip() for text in rest.split(" / ")]
            items.append(Item(topic, [said] if one_chat else [[text] for text in said]))
    return items


def after_ordinary_sentences() -> list[Item]:
    """A name, twenty ordinary sentences, and the question for the name."""
    lines = [line for line in (FOLDER / "ordinary.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = []
    for i, name in enumerate(NAMES):
        between = random.Random(i).sample(lines, 20)
        found.append(Item("name after 20 sentences", [[f"Hi, my name is {name}.", *between, "What is my name?"]], [[name.lower()]]))
    return found


def items() -> list[Item]:
    found = [item for kind in ("questions", "chats") for path in sorted(FOLDER.glob(f"{kind}*.txt")) for item in read(path.name, one_chat=kind == "chats")]
    return [*found, *after_ordinary_sentences()]


def content(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in _STOP)


@cache
def trained(documents: int = 6000) -> dict[str, list[tuple[str, ...]]]:
    """Content words of questions in the training text, under each of their words: the facts' wordings and a sample of chats."""
    mix.register()
    stream = mix.Stream(77)
    said = [question for fact in lexicon.fact_lines("everyday") for question in fact["questions"]]
    rng = random.Random(78)
    said += [expand(rng, wording) for wording in asked.wordings() for _ in range(EXPANSIONS if "[" in wording else 1)]
    said += [turn for _ in range(documents) for turn in re.findall(rf"{re.escape(USER)}(.*?){re.escape(BOT)}", next(stream), re.S)]
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for question in {content(text) for text in said}:
        for word in set(question):
            found[word].append(question)
    return found


def is_met(text: str) -> bool:
    """Its content words stand in one question of the training text, in that order."""
    wanted = content(text)
    if not wanted:
        return True
    rarest = min((trained().get(word, []) for word in wanted), key=len)
    return any(_in_order(wanted, asked) for asked in rarest)


def _in_order(wanted: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    rest = iter(asked)
    return all(word in rest for word in wanted)


@dataclass
class Score:
    asked: int = 0
    right: int = 0
    dodged: int = 0


def measure(converse: Converse, chosen: list[Item], log: Callable[[str], None] | None = None) -> tuple[dict[str, dict[str, Score]], dict[str, list[int]]]:
    """Scores by topic, of new and of met wordings; and for topics with several wordings: facts right in all of them, and facts."""
    flat = [(item, chat) for item in chosen for chat in item.chats]
    scores: dict[str, dict[str, Score]] = defaultdict(lambda: {"new": Score(), "met": Score()})
    all_right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    results: dict[int, list[bool]] = defaultdict(list)
    for (item, chat), replies in zip(flat, converse([chat for _, chat in flat])):
        right = item.right(replies[-1])
        score = scores[item.topic]["met" if len(chat) == 1 and is_met(chat[-1]) else "new"]
        score.asked += 1
        score.right += right
        score.dodged += not right and DODGE.search(replies[-1]) is not None
        results[id(item)].append(right)
        if log:
            log(f"{'right' if right else 'WRONG'} [{item.topic}] {chat[-1]} -> {replies[-1]}")
    for item in chosen:
        if len(item.chats) > 1:
            all_right[item.topic][0] += all(results[id(item)])
            all_right[item.topic][1] += 1
    return scores, all_right


def table(scores: dict[str, dict[str, Score]], all_right: dict[str, list[int]]) -> str:
    lines = ["| topic | new wordings right | dodged | else wrong | met wordings right | right in all wordings |", "|---|--:|--:|--:|--:|--:|"]
    for topic, by in scores.items():
        new, met = by["new"], by["met"]
        both = f"{all_right[topic][0]} of {all_right[topic][1]}" if topic in all_right else ""
        lines.append(f"| {topic} | {new.right} of {new.asked} | {new.dodged} | {new.asked - new.right - new.dodged} | {met.right} of {met.asked} | {both} |")
    return "\n".join(lines)


def speaker(folder: Path, bf16: bool) -> Converse:
    """How the model of a folder answers: greedy, so that two runs agree."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    if kind == "mamba":
        from .export import load
        from .transcript import converse

        model, tokenizer = load(folder, "cuda" if torch.cuda.is_available() else "cpu")
        return lambda chats: [[reply for _, reply in chat] for chat in converse(model, tokenizer, [list(chat) for chat in chats], new=160, temperature=0)]
    from .distill import talk

    student, its_tokenizer = talk.load(folder, dtype=torch.bfloat16 if bf16 else torch.float32)
    return lambda chats: talk.converse(student, its_tokenizer, chats, talk.Sampling(temperature=0, new=60))


def by_the_engine(folder: Path, settings: str) -> Converse:
    """How this project's own engine answers on the CPU, as visitors get it. It takes minutes where PyTorch takes half an hour."""

    def converse(chats: Sequence[Sequence[str]]) -> list[list[str]]:
        command = ["cargo", "run", "--release", "--quiet", "--example", "answers", "--", str(folder.resolve()), *settings.split()]
        lines = "".join(json.dumps(list(chat)) + "\n" for chat in chats)
        ran = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return converse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--engine", metavar="SETTINGS", nargs="?", const="", help="answered by the project's own engine and not by PyTorch, for example with '--temperature 0.5'")
    parser.add_argument("--topics", nargs="+", help="only these")
    parser.add_argument("--answers", action="store_true", help="print every answer")
    parser.add_argument("--bf16", action="store_true", help="products in bf16 (the distilled model only)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    chosen = [item for item in items() if not options.topics or item.topic in options.topics]
    trained()  # before the answers, which take minutes: its modules are loaded late, and may be changed meanwhile
    converse = by_the_engine(options.model, options.engine) if options.engine is not None else speaker(options.model, options.bf16)
    print(table(*measure(converse, chosen, print if options.answers else None)))


if __name__ == "__main__":
    main()
