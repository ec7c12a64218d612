"""Measures an exported model on what was kept out of training and prints the table of aims.

    python -m training.evaluate www/models/default

The weights are the exported ones in float32, as the page runs them. Answers are greedy; stories are sampled as shipped.
A minute on a GPU. On a CPU give fewer ``--samples``, and on a busy one ``OMP_NUM_THREADS=1``: threads that wait for
each other made it sixteen times slower here.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from . import questions as Q
from .corpus import mix, natural
from .corpus.write import pack
from .export import GENERATION_CONFIG, PAD, as_packed, load
from .generate import answer, negative_log_likelihood
from .model import Mamba

PARTS = ["recall", "facts", "stories", "perplexity"]


@dataclass
class Row:
    test: str
    aim: str
    reached: str
    passed: bool | None = None  # None: only printed


class Evaluation:
    def __init__(self, model: Mamba, tokenizer: Tokenizer, samples: int, failures: int):
        self.model, self.tokenizer, self.samples, self.failures = model, tokenizer, samples, failures
        self.rows: list[Row] = []

    def ask(self, questions: list[Q.Question], new: int = 60, **options) -> tuple[float, list[str]]:
        answers = answer(self.model, self.tokenizer, [q.chat for q in questions], new=new, **options)
        wrong = [(q, a) for q, a in zip(questions, answers) if not q.judge(a)]
        for q, a in wrong[: self.failures]:
            print(f"    {q.chat.rsplit('<|user|>', 1)[1].removesuffix('<|bot|>')} -> {a[:300]!r} (wanted {q.expected!r} {q.notes or ''})")
        return 1 - len(wrong) / len(questions), answers

    def add(self, test: str, aim: float | None, reached: float) -> None:
        passed = None if aim is None else reached >= aim
        self.rows.append(Row(test, "-" if aim is None else f"{aim:.0%}", f"{reached:.1%}", passed))
        print(f"{test}: {reached:.1%}", flush=True)

    def recall(self) -> None:
        for distance, aim in ((1, 0.99), (5, 0.97), (20, 0.90), (60, 0.70)):
            rng, shares = random.Random(distance), []
            for attribute in Q.ATTRIBUTES:
                count = max(1, self.samples // (1 if distance < 60 else 2))
                shares.append(self.ask([Q.recall(rng, attribute, distance) for _ in range(count)], new=30)[0])
            each = ", ".join(f"{name} {share:.0%}" for name, share in zip(Q.ATTRIBUTES, shares))
            self.add(f"recall after {distance} turn{'s' * (distance > 1)} ({each})", aim, sum(shares) / len(shares))

        ordinary = [Q.recall_after_ordinary(rng, 20) for _ in range(self.samples)]
        self.add("name after 20 turns of ordinary sentences", 0.90, self.ask(ordinary, new=30)[0])

    def facts(self) -> None:
        rng = random.Random(7)
        self.add("everyday facts, one wording kept out", 0.65, self.ask(Q.everyday(rng, 2 * self.samples), new=80)[0])
        self.add("facts with many wordings, one kept out", 0.65, self.ask(Q.asked_facts(rng, 2 * self.samples), new=80)[0])
        self.add("says that it was never told", 0.95, self.ask([Q.never_told(rng) for _ in range(self.samples)])[0])
        asked = {"capitals, unseen wordings": Q.capitals(rng, self.samples), "elements, unseen wordings": Q.elements(rng, self.samples),
                 "word meanings, unseen wordings": Q.meanings(rng, self.samples)}
        for name, questions in asked.items():
            self.add(name, 0.90, self.ask(questions)[0])
        self.add("sums and differences up to 50", 0.90, self.ask(Q.sums(rng, self.samples))[0])
        self.add("three-digit sums, right or declined", None, self.ask(Q.big_sums(rng, self.samples), new=120)[0])
        self.add('made-up words: "I don\'t know that word"', 0.90, self.ask(Q.odd_words(rng, self.samples))[0])

    def stories(self) -> None:
        rng = random.Random(11)
        requests = Q.story_requests(rng, 50)
        share, told = self.ask(requests, new=400, temperature=GENERATION_CONFIG["temperature"], seed=1)
        self.add("stories: hero, object, constant name (50)", 0.90, share)
        placed = [Q.in_setting(story, q.notes["setting"]) for q, story in zip(requests, told)]
        self.add("stories: in the place asked for (50)", None, sum(placed) / len(placed))
        count = 200 if self.samples >= 50 else 40
        told = answer(self.model, self.tokenizer, Q.open_story_requests(rng, count), new=48, temperature=GENERATION_CONFIG["temperature"], seed=2)
        self.add(f"distinct 4-grams in {count} story openings", 0.60, Q.distinct_openings(told))

    def perplexity(self) -> None:
        rows = {"natural dialogue": _natural_rows(self.tokenizer, 64 if self.samples >= 50 else 4),
                "our own text": _own_rows(self.tokenizer, 64 if self.samples >= 50 else 4)}
        exact = {name: self._nats(tokens) for name, tokens in rows.items()}
        for name, nats in exact.items():
            self.rows.append(Row(f"perplexity of held-out {name}, f16", "printed", f"{math.exp(nats):.3f}"))
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict({name: as_packed(name, value) for name, value in weights.items()})
        for name, nats in exact.items():
            ratio = math.exp(self._nats(rows[name]) - nats) - 1
            self.rows.append(Row(f"perplexity of held-out {name}, int8 against f16", "within 1%", f"{ratio:+.2%}", abs(ratio) <= 0.01))
        self.model.load_state_dict(weights)

    def _nats(self, tokens: torch.Tensor) -> float:
        tokens = tokens.to(self.model.backbone.embeddings.weight.device)
        return negative_log_likelihood(self.model, tokens, tokens != PAD)

    def table(self) -> str:
        lines = ["| test | aim | reached | |", "|---|---|---|---|"]
        verdict = {True: "yes", False: "**no**", None: ""}
        return "\n".join(lines + [f"| {r.test} | {r.aim} | {r.reached} | {verdict[r.passed]} |" for r in self.rows])


def _natural_rows(tokenizer: Tokenizer, count: int) -> torch.Tensor:
    dialogues = [natural.document(e) for e in natural.entries(held_out=True) if "turns" in e and e["src"] != "gsm8k"]
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in dialogues]
    return torch.from_numpy(pack(ids, 1025).astype("int64"))[:count]


def _own_rows(tokenizer: Tokenizer, count: int) -> torch.Tensor:
    stream = mix.Stream(999_999_999, held_out=True)
    ids = [tokenizer.encode(next(stream), add_special_tokens=False).ids for _ in range(count * 5)]
    return torch.from_numpy(pack(ids, 1025).astype("int64"))[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--samples", type=int, default=200, help="questions a test; 20 will do on a CPU")
    parser.add_argument("--failures", type=int, default=0, help="print so many wrong answers of each test")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = False
    start = time.monotonic()
    mix.register()
    evaluation = Evaluation(*load(options.model, device), options.samples, options.failures)
    for part in options.parts:
        getattr(evaluation, part)()
    print(evaluation.table())
    print(f"{time.monotonic() - start:.0f} s on {device}")
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in evaluation.rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
