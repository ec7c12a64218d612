"""The whole distillation on one card, from the teacher's file to the student's weights in pieces.

    python -m training.distill WORK --teacher SmolLM2-135M-Instruct.Q4_1.gguf --generate 150 --mixers 60 --whole 900

WORK holds what ``training.distill.text`` wrote. Each stage leaves its result there, and the same command goes on after
the last one that is complete. ``--rehearse`` takes random weights in the teacher's shape.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import pieces, student, teacher, text
from .generate import TeacherSteps, converse, loops, tape
from .shipped import Shipped
from .train import Deck, Distiller, teaching

HELD_OUT_ROWS = 32


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--teacher", type=Path, help="the GGUF file")
    parser.add_argument("--rehearse", type=int, nargs=6, metavar=("V", "D", "F", "L", "HEADS", "KV_HEADS"), help="random weights of this shape instead")
    parser.add_argument("--generate", type=float, default=110, help="seconds in which the teacher writes, after a first round that compiles")
    parser.add_argument("--mixers", type=float, default=50, help="seconds for the mixers alone")
    parser.add_argument("--whole", type=float, default=900, help="seconds for the whole")
    parser.add_argument("--decay", type=float, default=0.4, help="the last part of it, in which the rate falls")
    parser.add_argument("--batch", type=int, default=32, help="rows of 1,536 tokens a step")
    parser.add_argument("--own", type=int, nargs=2, default=(8, 18), help="of them our own text, before and after --own-from")
    parser.add_argument("--natural", type=int, nargs=2, default=(5, 3), help="of them natural text, likewise")
    parser.add_argument("--own-from", type=float, default=0.35)
    parser.add_argument("--save-every", type=float, default=0.6, help="share of the training between two sets of pieces")
    parser.add_argument("--start-from", type=Path, help="begin with the weights of these pieces or of this folder's GGUF file, without training the mixers alone")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Run:
    def __init__(self, options: argparse.Namespace):
        self.o, self.start = options, time.monotonic()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.dtype = torch.bfloat16 if self.device == "cuda" else torch.float32
        torch.manual_seed(options.seed)
        torch.set_float32_matmul_precision("high")
        torch._dynamo.config.recompile_limit = 64
        found = teacher.random_teacher(*options.rehearse) if options.rehearse else teacher.read(options.teacher)
        self.teacher = found.to(self.device, self.dtype)
        self.teach = teaching(self.teacher, {text.ROW: 8, text.ROW // 2: 32}, self.compiled)
        self.log("begin", device=self.device, layers=len(found.layers))

    def compiled(self, function):
        return torch.compile(function, dynamic=False) if self.device == "cuda" else function

    def log(self, phase: str, **values) -> None:
        rounded = {name: round(value, 5) if isinstance(value, float) else value for name, value in values.items()}
        line = json.dumps({"t": round(time.monotonic() - self.start, 1), "phase": phase, **rounded})
        print(line, flush=True)
        with open(self.o.work / "log.jsonl", "a") as file:
            file.write(line + "\n")

    def rows(self, pattern: str) -> Tensor:
        files = sorted(self.o.work.glob(pattern))
        return torch.from_numpy(np.concatenate([np.load(path).astype(np.int32) for path in files])).to(self.device)

    def conversations(self) -> tuple[Tensor, Tensor | None]:
        """Rows of two conversations each that the teacher wrote, and its hidden states if they were written now."""
        kept = self.o.work / "conversations.npy"
        if kept.exists():
            return torch.from_numpy(np.load(kept)).to(self.device), None
        rows, states, steps, length = [], [], None, text.ROW // 2
        start = time.monotonic()
        for path in sorted(self.o.work.glob("scripts-*.npy")):
            scripts = tape(list(np.load(path)), self.device)
            steps = steps or TeacherSteps(self.teacher, len(scripts), length, self.compiled)
            began = time.monotonic()
            tokens, hidden = converse(steps, scripts, length, self.compiled)
            rows.append(tokens)
            states.append(hidden)
            now = time.monotonic()
            self.log("conversations", tokens=sum(r.numel() for r in rows), speed=tokens.numel() / (now - began))
            if len(rows) == 1:
                start = now  # this round compiled
            elif now - start + (now - began) > self.o.generate:
                break
        del steps
        all_rows, all_states = torch.cat(rows), torch.cat(states)
        del rows, states
        good = (~loops(all_rows)).nonzero()[:, 0]
        good = good[: len(good) // 2 * 2]  # two a row
        self.log("loops", left_out=len(all_rows) - len(good))
        all_rows, all_states = all_rows[good], all_states[good]
        if self.device == "cuda":
            torch.cuda.empty_cache()
        all_rows, all_states = all_rows.view(-1, text.ROW), all_states.view(-1, text.ROW, all_states.shape[-1])
        np.save(kept.with_suffix(".new.npy"), all_rows.cpu().numpy())
        os.replace(kept.with_suffix(".new.npy"), kept)
        return all_rows, all_states

    def __call__(self) -> None:
        o, half, width = self.o, text.ROW // 2, self.teacher.width
        written, states = self.conversations()
        natural, own = self.rows("natural-*.npy"), self.rows("own-*.npy")
        self.log("rows", written=len(written), natural=len(natural), own=len(own))
        h = min(HELD_OUT_ROWS, len(written) // 4, len(natural) // 4, len(own) // 4)
        decks = {
            "written": Deck(written[h:], self.teach, half, width, None if states is None else states[h:], seed=o.seed),
            "natural": Deck(natural[h:], self.teach, text.ROW, width, seed=o.seed),
            "own": Deck(own[h:], self.teach, text.ROW, seed=o.seed),
        }
        held = {"written": Deck(written[:h], self.teach, half), "natural": Deck(natural[:h], self.teach, text.ROW), "own": Deck(own[:h], self.teach, text.ROW)}
        held_rows = {name: (deck.rows, deck._compute(deck.rows)) for name, deck in held.items()}
        model = student.of_teacher(self.teacher, o.seed)
        distiller = Distiller(model, self.teacher, self.log, self.compiled)

        def measure(note: str) -> None:
            for name, (rows, taught) in held_rows.items():
                self.log("held out", after=note, text=name, **distiller.evaluate(rows, taught))

        mixers = o.work / "mixers.pt"
        if o.start_from:
            load_into(model, Shipped(o.start_from).weights() if list(o.start_from.glob("*.gguf")) else pieces.plain(pieces.read(o.start_from)))
        elif mixers.exists():
            load_into(model, torch.load(mixers, map_location=self.device))
        else:
            with torch.no_grad():
                student.calibrate(model, self.teacher, (written[h : h + 16] & 0xFFFF).view(-1, half))
            distiller.train_mixers([(decks["written"], max(1, o.batch // 2 * 3 // 4)), (decks["natural"], max(1, o.batch // 8))], o.mixers, half)
            torch.save(dict(model.named()), mixers)
            measure("mixers")

        def batch(progress: float) -> tuple[Tensor, Tensor]:
            later = progress >= o.own_from
            counts = {"own": o.own[later], "natural": o.natural[later]}
            counts["written"] = o.batch - sum(counts.values())
            taken = [decks[name].take(count) for name, count in counts.items() if count]
            return torch.cat([rows for rows, _ in taken]), torch.cat([taught for _, taught in taken])

        saved = 0

        def checkpoint(progress: float) -> None:
            nonlocal saved
            if progress >= o.save_every * (saved + 1) and progress < 0.9:
                saved += 1
                pieces.write(model.trained(), o.work / f"pieces-{saved}")
                measure(f"{progress:.2f}")

        distiller.train(batch, o.whole, o.decay, checkpoint)
        pieces.write(model.trained(), o.work / "pieces-final")
        measure("end")
        self.log("done", epochs={name: deck.epoch for name, deck in decks.items()})


def load_into(model: student.Student, weights: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in model.trained():
            value.copy_(weights[name])


def main() -> None:
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    Run(options)()


if __name__ == "__main__":
    main()
