"""Writes the corpus as rows of tokens for the trainer, on all cores, from a seed.

A row holds whole documents, first fit by length, and padding where none fits: no document is cut before its answer,
and a long one begins with the empty state a visitor's chat begins with.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from . import mix, natural

ROW = 2049  # 2,048 predictions
DOCUMENTS = 1200  # a shard
PAD = 1
LEAST_ROOM = 24  # a row with less room than this is full
MOST_FAILURES = 20  # shards; with more, the generator is broken and a run would be a waste


def encode(tokenizer: Tokenizer, documents: list[str]) -> list[list[int]]:
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(documents, add_special_tokens=False)]


def pack(documents: list[list[int]], length: int = ROW, pad: int = PAD, kind: type = np.uint16) -> np.ndarray:
    """First-fit decreasing, then the documents of each row in random order: short ones, too, must meet the empty state.

    A document longer than a row is cut into rows of its own.
    """
    pieces = [ids[i : i + length] for ids in documents for i in range(0, len(ids), length)]
    pieces.sort(key=len, reverse=True)
    rows: list[list[list[int]]] = []
    room: list[int] = []
    open_rows: list[int] = []
    for piece in pieces:
        for place, index in enumerate(open_rows):
            if len(piece) <= room[index]:
                rows[index].append(piece)
                room[index] -= len(piece)
                if room[index] < LEAST_ROOM:
                    del open_rows[place]
                break
        else:
            rows.append([piece])
            room.append(length - len(piece))
            if room[-1] >= LEAST_ROOM:
                open_rows.append(len(rows) - 1)
    out = np.full((len(rows), length), pad, kind)
    order = random.Random(len(documents))
    for row, members in zip(out, rows):
        order.shuffle(members)
        ids = [token for piece in members for token in piece]
        row[: len(ids)] = ids
    return out


def save(path: Path, rows: np.ndarray) -> None:
    """In one move: the trainer looks for files while they are written."""
    scratch = path.with_name("." + path.name)
    with open(scratch, "wb") as file:
        np.save(file, rows)
    os.replace(scratch, path)


_tokenizer: Tokenizer | None = None
_parts: dict[str, mix.Part] = mix.PARTS


def _chosen(focus: tuple[str, ...], share: float) -> dict[str, mix.Part]:
    return mix.focused(focus, share) if focus else mix.PARTS


def _begin(path: str, focus: tuple[str, ...], share: float) -> None:
    global _tokenizer, _parts
    _parts = _chosen(focus, share)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.nice(5)
    _tokenizer = Tokenizer.from_file(path)


def shard(seed: int, folder: Path, length: int, documents: int = DOCUMENTS) -> int:
    stream = mix.Stream(seed, parts=_parts)
    rows = pack(encode(_tokenizer, [next(stream) for _ in range(documents)]), length)
    save(folder / f"own-{seed:06d}.npy", rows)
    return int((rows != PAD).sum())


def natural_rows(folder: Path, length: int) -> int:
    """All natural text of the training side, in files of whole rows."""
    documents = encode(_tokenizer, [natural.document(entry) for entry in natural.entries()])
    random.Random(5).shuffle(documents)
    total = 0
    for start in range(0, len(documents), 4000):
        rows = pack(documents[start : start + 4000], length)
        save(folder / f"natural-{start // 4000:03d}.npy", rows)
        total += int((rows != PAD).sum())
    return total


def _work(job: tuple[int | None, Path, int]) -> tuple[int, str]:
    """The tokens written, and what went wrong: an error of one shard must not end the others."""
    seed, folder, length = job
    try:
        return (natural_rows(folder, length) if seed is None else shard(seed, folder, length)), ""
    except Exception:
        return 0, traceback.format_exc()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--tokens", type=float, default=1.2e9, help="stop when this many are written")
    parser.add_argument("--seed", type=int, default=1, help="shard seeds are this times a million and up")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--row", type=int, default=ROW - 1, help="predictions a row")
    parser.add_argument("--focus", type=lambda names: tuple(names.split(",")), default=(), help="files of asked facts, by the beginnings of their names, that a short stage asks more of")
    parser.add_argument("--focus-share", type=float, default=0.5, help="share of the text that asks what they hold")
    parser.add_argument("--no-natural", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # leaves the pool's block, which ends its processes
    parts = _chosen(options.focus, options.focus_share)
    for part in parts.values():
        part.write(random.Random(0), False)  # refuses what is not there, and reads the tables before there are processes, which share them then
    natural.user_turns()
    first = options.seed * 1_000_000
    seeds: list[int | None] = ([] if options.no_natural else [None]) + list(range(first, first + 100_000))
    start, total, own, failed = time.monotonic(), 0.0, 0, 0
    with multiprocessing.Pool(options.processes, _begin, (str(options.tokenizer), options.focus, options.focus_share)) as pool:
        jobs = ((seed, options.folder, options.row + 1) for seed in seeds)
        for count, failure in pool.imap_unordered(_work, jobs):
            if failure:
                failed += 1
                print(failure, file=sys.stderr, flush=True)
                if failed > MOST_FAILURES:
                    sys.exit(f"{failed} shards failed; {total / 1e6:.1f} M tokens are written")
            total += count
            own += 1
            if own % 50 == 0:
                print(f"{total / 1e6:.1f} M tokens in {time.monotonic() - start:.0f} s", flush=True)
            if total >= options.tokens:
                pool.terminate()
                break
    print(f"written: {total / 1e6:.1f} M tokens in {time.monotonic() - start:.0f} s", flush=True)
    if failed:
        sys.exit(f"{failed} shards failed and are missing; their errors stand above")


if __name__ == "__main__":
    main()
