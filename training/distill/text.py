"""Writes what the distillation reads, on all cores, before the card is busy: our own text, natural text, scripts.

    python -m training.distill.text WORK TOKENIZER --tokens 4e7 --scripts 40960

Rows hold whole documents. A number of a row is a token and, in the bits above it, what the student learns there:
the teacher's scores, the text itself, or nothing (padding, and replies that are not worth learning).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import signal
from functools import cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from ..corpus import grammar, mix, natural, reflect
from ..corpus.mix import Part
from ..corpus.write import pack, save
from . import dialogue
from .generate import Writer
from .prompts import SYSTEMS

ROW = 1536
TOKEN_BITS = 16
FOLLOW_TEACHER, FOLLOW_TEXT, NOTHING = 0, 1, 2
PADDING = NOTHING << TOKEN_BITS | dialogue.END_OF_TEXT

# What the page's first model says of itself is true of this one in other numbers.
_RESTATED = [
    (re.compile(pattern, re.I), other)
    for pattern, other in (
        (r"I like 22\b|^Twenty-two\b(?=, I think)", "I like 158"),
        (r"\b(about |roughly )?(22\.7|[12]2|twelve|twenty-two) million\b", "158 million"),
        (r"(?<! to )\b(about |roughly |around )?(2[45]|twenty-five)( MB| megabytes)\b", "106 megabytes"),
        (r"\broughly 100( MB| megabytes)\b", "about 300 megabytes"),
        (r"\b(about )?one megabyte\b", "five megabytes"),
        (r"\btrained (me |it )?from scratch\b", r"distilled \1from a model of Hugging Face"),
        (r"\b16 layers(,| of) width 448(, a state of 16 numbers a channel)?", "30 layers of width 576"),
        (r"\b4,096 tokens", "49,152 tokens"),
        (r"\b(a )?(very small|tiny) (language model|model|program)\b", r"\1small \3"),
        (r"\bI am (very small|tiny)\b", "I am small"),
    )
]
_STALE = re.compile(r"\b(22\.7|[12]2) million|twenty-two|from scratch|one megabyte|16 layers|\b448\b|4,096 tokens|weights.{0,40}\bMIT\b|half an hour on one", re.I)


def restated(reply: str) -> str:
    for pattern, other in _RESTATED:
        reply = pattern.sub(other, reply)
    return reply


@cache
def _by_rule() -> re.Pattern:
    """Replies to ordinary sentences that a rule made up."""
    templates = [reply for _, reply in reflect.RULES] + [reflect._LAST, reflect._LAST_PLAIN]
    replies = [reply for template in templates for reply in template.strip("[]").split("|")]
    return re.compile("|".join(re.sub(r"\\\{.*?\\\}", ".+", re.escape(reply)) for reply in replies), re.I)


def is_learnt(reply: str) -> bool:
    return not _STALE.search(reply) and not _by_rule().fullmatch(reply)


@cache
def _identity() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "identity.txt").read_text().splitlines()
    return [tuple(line.split(" => ")) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


def identity(rng: random.Random, held_out: bool) -> str:
    """Questions about the model and the page, alone or within another chat."""
    from ..corpus.skills.base import ask

    chat = grammar.Chat(rng, held_out)
    functions, weights = mix.register()
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        question, answer = rng.choice(_identity())
        ask(chat, question)
        chat.bot(answer)
        if rng.random() < 0.3:
            rng.choices(functions, weights)[0](chat)
    return chat.document()


PARTS: dict[str, Part] = {
    "knowledge": Part(0.38, mix.knowledge),
    "talk": Part(0.20, mix.talk),
    "recall": Part(0.16, mix.recall),
    "stories": Part(0.08, mix.story),
    "dialogues": Part(0.10, mix.dialogue),
    "identity": Part(0.08, identity),
}


def turns(document: str) -> dialogue.Turns:
    """The turns of a chat of ``training/corpus``, as this model would say them; none for a bare story."""
    pieces = re.split(r"<\|(user|bot)\|>", document.removesuffix(grammar.END))
    return [("user", text) if role == "user" else ("assistant", restated(text)) for role, text in zip(pieces[1::2], pieces[2::2]) if text.strip()]


def labelled(tokenizer: Tokenizer, system: str | None, said: dialogue.Turns, learn: bool) -> list[int]:
    """A chat as numbers of a row: the assistant's words and its end mark are to be learnt as they stand, if ``learn``.

    Replies that are not worth it are read, and nothing is learnt there: under the page's system prompt the assistant never has
    the teacher's manner.
    """
    ids = dialogue.encode(tokenizer, dialogue.opening(system))
    for role, text in said:
        head = dialogue.encode(tokenizer, f"<|im_start|>{role}\n")
        body = dialogue.encode(tokenizer, f"{text.strip()}<|im_end|>")
        mark = FOLLOW_TEACHER
        if learn and role == "assistant":
            mark = FOLLOW_TEXT if is_learnt(text) else NOTHING
        ids += head + [mark << TOKEN_BITS | token for token in body] + dialogue.encode(tokenizer, "\n")
    return ids


def own(tokenizer: Tokenizer, seed: int, documents: int, held_out: bool = False) -> np.ndarray:
    """Our own chats, under the page's system prompt; those longer than a row are left out."""
    stream = mix.Stream(seed, held_out, PARTS)
    chats = (turns(next(stream)) for _ in range(documents))
    rows = [labelled(tokenizer, dialogue.SYSTEM, said, learn=True) for said in chats if said]
    return pack([ids for ids in rows if len(ids) <= ROW], ROW, PADDING, np.uint32)


def from_natural(tokenizer: Tokenizer, entries: list[dict], seed: int) -> np.ndarray:
    rng = random.Random(f"natural {seed}")
    documents = []
    for entry in entries:
        if "turns" in entry:
            said = [("user" if who == "user" else "assistant", text) for who, text in entry["turns"]]
            documents.append(labelled(tokenizer, rng.choice(SYSTEMS), said, learn=False))
        else:
            documents.append(dialogue.encode(tokenizer, entry["text"].strip() + "<|endoftext|>"))
    return pack(documents, ROW, PADDING, np.uint32)


@cache
def _shuffled() -> list[dict]:
    entries = list(natural.entries())
    random.Random(5).shuffle(entries)
    return entries


_tokenizer: Tokenizer | None = None


def _begin(path: str) -> None:
    global _tokenizer
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _tokenizer = Tokenizer.from_file(path)


def _write(job: tuple[str, int, int, Path]) -> str:
    kind, seed, count, folder = job
    assert _tokenizer is not None  # _begin ran
    if kind == "scripts":
        writer = Writer(_tokenizer, seed)
        rows = np.full((count, ROW // 2), -3, np.int32)
        for row in rows:
            script = writer(ROW // 2)
            row[: len(script)] = script
    elif kind == "natural":
        rows = from_natural(_tokenizer, _shuffled()[seed::count], seed)
    else:
        rows = own(_tokenizer, seed, count)
    save(folder / f"{kind}-{seed:05d}.npy", rows)
    return f"{kind} {rows.size}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--tokens", type=float, default=4e7, help="of our own text")
    parser.add_argument("--scripts", type=int, default=40_960, help="conversations that the teacher will write")
    parser.add_argument("--round", type=int, default=4096, help="scripts a file")
    parser.add_argument("--natural-files", type=int, default=16)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    jobs = [("scripts", i, options.round, options.folder) for i in range(options.scripts // options.round)]
    jobs += [("natural", i, options.natural_files, options.folder) for i in range(options.natural_files)]
    total = 0
    with multiprocessing.Pool(options.processes, _begin, (str(options.tokenizer),)) as pool:
        for note in pool.imap_unordered(_write, jobs):
            print(note, flush=True)
        for note in pool.imap_unordered(_write, (("own", i, 1200, options.folder) for i in range(1, 100_000))):
            total += int(note.split()[1])
            if total >= options.tokens:
                pool.terminate()
                break
    print(f"written: {total / 1e6:.1f} M tokens of our own")


if __name__ == "__main__":
    main()
