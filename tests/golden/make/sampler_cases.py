"""Which tokens transformers' logits processors leave, and with what probabilities."""

import itertools
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from transformers import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

NEUTRAL = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "repetition_penalty": 1.0, "presence_penalty": 0.0,
           "frequency_penalty": 0.0, "logit_bias": []}


def processed(logits, recent, s, dtype):
    """Scores after every processor, in the order of this function; a removed token has -inf."""
    scores = torch.tensor([logits], dtype=dtype)
    ids = torch.tensor([recent], dtype=torch.long)
    if s["repetition_penalty"] != 1.0:
        scores = RepetitionPenaltyLogitsProcessor(s["repetition_penalty"])(ids, scores)
    # Not in transformers: OpenAI's formula, logit -= presence * (count > 0) + frequency * count.
    for token, count in Counter(recent).items():
        scores[0, token] -= s["presence_penalty"] + s["frequency_penalty"] * count
    for token, bias in s["logit_bias"]:
        scores[0, token] += bias
    if s["temperature"] != 1.0:
        scores = TemperatureLogitsWarper(s["temperature"])(ids, scores)
    if s["top_k"] > 0:
        scores = TopKLogitsWarper(s["top_k"])(ids, scores)
    if s["top_p"] < 1.0:
        scores = TopPLogitsWarper(s["top_p"])(ids, scores)
    if s["min_p"] > 0.0:
        scores = MinPLogitsWarper(s["min_p"])(ids, scores)
    return scores[0]


def kept(logits, recent, settings, dtype=torch.float64):
    return torch.nonzero(processed(logits, recent, settings, dtype) > -math.inf)[:, 0].tolist()


def useful(logits, recent, s, names):
    """Whether the settings have their part in the result, and more than two tokens are left."""
    whole = torch.softmax(processed(logits, recent, s, torch.float64), 0)
    if (whole > 0).sum() < 3:
        return False
    idle = 0
    for name in names:
        without = torch.softmax(processed(logits, recent, {**s, name: NEUTRAL[name]}, torch.float64), 0)
        idle += (whole - without).abs().max().item() < 1e-3
    # min-p compares with the largest only, so either it cuts last or the other two do: they cannot all matter.
    return idle <= ("min_p" in names) * (("top_k" in names) + ("top_p" in names))


def decided(logits, recent, s):
    """Whether rounding cannot change which tokens stay."""
    ids = kept(logits, recent, s)
    nudges = []
    if s["top_p"] < 1:
        nudges += [{"top_p": s["top_p"] * (1 + e)} for e in (1e-5, -1e-5)]
    if 0 < s["min_p"] < 1:
        nudges += [{"min_p": s["min_p"] * (1 + e)} for e in (1e-5, -1e-5)]
    if any(kept(logits, recent, {**s, **nudge}) != ids for nudge in nudges):
        return False
    if kept(logits, recent, s, torch.float32) != ids:
        return False
    # Tokens alike in probability stay or go together: their order in a sort means nothing.
    before = processed(logits, recent, {**s, "top_p": 1.0, "min_p": 0.0}, torch.float64)
    inside = before[ids]
    outside = before.clone()
    outside[ids] = -math.inf
    return (inside.min() - outside.max()).item() > 1e-4 or outside.max().item() == -math.inf


class Maker:
    def __init__(self):
        self.rng = np.random.default_rng(99)
        self.cases = []

    def logits(self, v, kind):
        rng = self.rng
        if kind == "normal":
            x = rng.normal(0, rng.uniform(0.7, 2.5), v)
        elif kind == "peaked":
            x = rng.normal(0, 1, v)
            x[rng.integers(v, size=3)] += rng.uniform(2, 8, 3)
        elif kind == "ties":
            x = np.round(rng.normal(0, 2, v))
        elif kind == "equal":
            x = np.full(v, 1.5)
        elif kind == "inf":
            x = rng.normal(0, 2, v)
            x[rng.random(v) < 0.4] = -np.inf
        elif kind == "wide":
            x = rng.normal(0, 30, v)
        elif kind == "huge":
            x = rng.normal(0, 5000, v)
        elif kind == "offset":  # softmax has to subtract the largest
            x = rng.normal(500, 2, v)
        else:
            x = -np.abs(rng.normal(20, 3, v))
        # As f32, so that both sides begin with the same numbers.
        return [float(np.float32(round(f, 3))) for f in x]

    def draw(self, name, v):
        rng = self.rng
        return {
            "temperature": lambda: round(float(rng.choice([0.1, 0.5, 0.7, 0.8, 1.3, 2.0])), 2),
            "top_k": lambda: int(rng.choice([1, 2, 3, 5, 10, 40, v, v + 10])),
            "top_p": lambda: round(float(rng.choice([0.05, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99])), 3),
            "min_p": lambda: round(float(rng.choice([0.01, 0.05, 0.1, 0.3, 0.9])), 3),
            "repetition_penalty": lambda: round(float(rng.choice([0.8, 1.05, 1.1, 1.3, 2.0])), 3),
            "presence_penalty": lambda: round(float(rng.uniform(-2, 2)), 2),
            "frequency_penalty": lambda: round(float(rng.uniform(-2, 2)), 2),
            "logit_bias": lambda: [[int(i), float(b)] for i, b in zip(
                rng.choice(v, 3, replace=False), rng.choice([-100, -5, -1.5, 0.5, 2, 10, 100], 3))],
        }[name]()

    def add(self, label, names=(), kind="normal", v=None, tie=None, **fixed):
        for _ in range(5000):
            size = v or int(self.rng.choice([20, 33, 50, 64, 100, 200]))
            logits = self.logits(size, kind)
            recent = [int(i) for i in self.rng.integers(0, size, int(self.rng.integers(1, 24)))]
            recent += recent[: len(recent) // 2]  # counts above one
            settings = {**NEUTRAL, **{n: self.draw(n, size) for n in names}, **fixed}
            # transformers keeps every token that ties with the last of the top k: then more than k.
            left = len(kept(logits, recent, {**settings, "top_p": 1.0, "min_p": 0.0}))
            tied = 0 < settings["top_k"] < left
            if tie is not None and tied != tie:
                continue
            if len(names) > 1 and not useful(logits, recent, settings, names):
                continue
            if decided(logits, recent, settings):
                break
        else:
            raise SystemExit(f"sampler: no well decided case for {label}")
        scores = processed(logits, recent, settings, torch.float64)
        ids = kept(logits, recent, settings)
        probabilities = torch.softmax(scores, 0)[ids].tolist()
        self.cases.append({
            "name": f"{label} ({kind}, V {size})",
            "settings": settings,
            "logits": [None if math.isinf(x) else float(f"{x:.7g}") for x in logits],
            "recent_ids": recent,
            "kept_ids": ids,
            "probabilities": probabilities,
            "top_k_tie": tied,
        })


def make(out):
    torch.set_num_threads(1)
    maker = Maker()
    kinds = ["normal", "peaked", "ties", "inf", "wide", "huge", "offset", "negative"]
    for kind in [*kinds, "equal"]:
        maker.add("nothing", kind=kind)
    options = [name for name in NEUTRAL]
    for name in options:
        for kind in ("normal", "peaked", "inf", "wide", "ties"):
            if kind == "ties" and name == "top_p":
                kind = "offset"
            maker.add(name, [name], kind)
    for k in (2, 4, 7):
        maker.add("top_k at a tie", kind="ties", tie=True, top_k=k)
        maker.add("top_k beside ties", kind="ties", tie=False, top_k=k)
    maker.add("top_k at a tie + others", kind="ties", tie=True, top_k=5, min_p=0.1, temperature=1.3)
    maker.add("top_k of equals", kind="equal", top_k=3)
    maker.add("top_k 1", top_k=1)
    maker.add("top_p 0", top_p=0.0)
    maker.add("min_p 1", min_p=1.0)
    maker.add("V 1", v=1, top_k=5, top_p=0.5, min_p=0.5, temperature=0.3)
    for first, second in itertools.combinations(options, 2):
        maker.add(f"{first} + {second}", [first, second], kinds[len(maker.cases) % 2])
    for first, second in itertools.combinations(["temperature", "top_k", "top_p", "min_p"], 2):
        maker.add(f"{first} + {second}", [first, second], "inf")
    for i in range(40):
        maker.add("all", options, ["normal", "peaked", "inf", "negative"][i % 4])
    for kind in ("wide", "huge", "offset"):
        maker.add("all, whether each matters or not", kind=kind, temperature=0.8, top_k=10, top_p=0.9, min_p=0.05,
                  repetition_penalty=1.1, presence_penalty=0.5, frequency_penalty=0.25, logit_bias=[[3, 5.0], [7, -100.0]])
    for kind in ("normal", "peaked"):
        maker.add("usual settings", kind=kind, v=1000, temperature=0.7, top_k=40, top_p=0.95, repetition_penalty=1.1)
    path = Path(out) / "sampler.json"
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in maker.cases)
    path.write_text(f"[\n{lines}\n]\n")
    ties = sum(case["top_k_tie"] for case in maker.cases)
    print(f"sampler.json: {len(maker.cases)} cases, {ties} with a tie at top k, {path.stat().st_size} bytes")
