"""The trainer: AdamW on float32 master weights, matrix products in bf16, a schedule in wall-clock time.

The whole training is given in seconds, not in steps, because a lent machine is: ``--total`` is the length of the
training, ``--this-run`` how much of it to do now. A run that ends early leaves a checkpoint in ``--work`` from which
the same command goes on. The rate warms up, stays, and falls to zero over the last part; natural text stops before
the end, so that the tone of our own text wins.

The text comes as files of token rows from ``corpus.write``, which may still be writing them.

``torchrun --nproc-per-node N -m training.train ...`` uses N cards: each takes rows of its own, and gradients are averaged.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from .export import BOT, END, PAD, STORY, USER, export, load
from .model import Config, Mamba

USER_WEIGHT = 0.25  # what the user says is read, seldom written: its loss counts less
POLL_SECONDS = 10


@dataclass(frozen=True)
class Schedule:
    """Rates and shares as functions of progress, 0 at the start of the training and 1 at its end."""

    peak: float
    warmup_steps: int = 150
    decay_from: float = 0.72
    natural_share: float = 0.10
    natural_until: float = 0.85

    def rate(self, progress: float, step: int) -> float:
        rise = min(1.0, (step + 1) / self.warmup_steps)
        fall = min(1.0, max(0.0, (1 - progress) / (1 - self.decay_from)))
        return self.peak * rise * fall

    def natural(self, progress: float) -> float:
        return self.natural_share if progress < self.natural_until else 0.0


@dataclass(frozen=True)
class Cards:
    """The processes of this run, one a card."""

    rank: int
    count: int
    device: str

    @classmethod
    def join(cls) -> "Cards":
        on_gpu = torch.cuda.is_available()
        if "WORLD_SIZE" not in os.environ:
            return cls(0, 1, "cuda" if on_gpu else "cpu")
        rank = int(os.environ["RANK"])
        dist.init_process_group("nccl" if on_gpu else "gloo")
        if on_gpu:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        return cls(rank, dist.get_world_size(), "cuda" if on_gpu else "cpu")

    def average(self, tensors: list[Tensor]) -> None:
        """In one message: there are many small tensors."""
        if self.count == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        for tensor, part in zip(tensors, (flat / self.count).split([tensor.numel() for tensor in tensors])):
            tensor.copy_(part.view_as(tensor))

    def agreed(self, value: float) -> float:
        """The first card's value: clocks differ, and all cards have to stop at the same step."""
        if self.count == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(shared, 0)
        return shared.item()


class Rows:
    """Token rows of the files that match a pattern, shuffled, each used once before any is used twice.

    Files that appear later join the rows not yet used. There may be a million rows, so a row is one number here,
    file times ``MOST_ROWS`` plus row, and a poll shuffles once, however many files it finds.
    """

    MOST_ROWS = 1 << 20  # a file

    def __init__(self, folder: Path, pattern: str, cards: Cards, seed: int):
        self.folder, self.pattern, self.cards = folder, pattern, cards
        self.random = np.random.default_rng(seed)
        self.names: set[str] = set()
        self.data: list[Tensor] = []
        self.unused = np.zeros(0, np.int64)
        self.count, self.epoch = 0, 0
        self.poll()

    def __len__(self) -> int:
        return self.count

    def _is_ours(self, path: Path) -> bool:
        """The files are dealt out to the cards by their numbers."""
        return int(path.stem.rsplit("-", 1)[1]) % self.cards.count == self.cards.rank

    def poll(self, most: int = 200) -> None:
        new = [path for path in sorted(self.folder.glob(self.pattern)) if path.name not in self.names and self._is_ours(path)][:most]
        if not new:
            return
        for path in new:
            self.names.add(path.name)
            self.data.append(torch.from_numpy(np.load(path).astype(np.int16)).to(self.cards.device))
            self.count += len(self.data[-1])
        self._add(range(len(self.data) - len(new), len(self.data)))

    def _add(self, files: range) -> None:
        self.unused = np.concatenate([self.unused, *(f * self.MOST_ROWS + np.arange(len(self.data[f])) for f in files)])
        self.random.shuffle(self.unused)

    def take(self, count: int) -> Tensor:
        if len(self.unused) < count:
            self.epoch += 1
            self._add(range(len(self.data)))
        chosen, self.unused = self.unused[:count], self.unused[count:]
        return torch.stack([self.data[n // self.MOST_ROWS][n % self.MOST_ROWS] for n in chosen.tolist()]).long()


def loss_weights(rows: Tensor) -> Tensor:
    """How much each token of rows (Z, T) counts: 1, ``USER_WEIGHT`` inside a user's turn, 0 for padding."""
    mark = (rows == END) | (rows == USER) | (rows == BOT) | (rows == STORY)
    places = torch.arange(rows.shape[1], device=rows.device).expand_as(rows)
    last_mark = torch.where(mark, places, 0).cummax(1)[0]
    speaker = rows.gather(1, last_mark)
    weights = torch.where((speaker == USER) & ~mark, USER_WEIGHT, 1.0)
    return torch.where(rows == PAD, 0.0, weights)


def optimizer(model: Mamba, rate: float, decay: float) -> torch.optim.AdamW:
    """No weight decay on the state matrix, biases, norms and skip weights: they are no products."""
    plain = [p for name, p in model.named_parameters() if name.endswith(("A_log", "mixer.D", "bias", "norm.weight", "norm_f.weight"))]
    known = set(map(id, plain))
    products = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": products, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), fused=True)


class Trainer:
    def __init__(self, model: Mamba, schedule: Schedule, own: Rows, natural: Rows, batch: int, cards: Cards, decay: float = 0.1):
        self.model, self.schedule, self.own, self.natural, self.batch, self.cards = model, schedule, own, natural, batch, cards
        self.optimizer = optimizer(model, schedule.peak, decay)
        self.random = np.random.default_rng(1)
        self.step_count, self.tokens, self.seconds = 0, 0, 0.0

    def rows(self, progress: float) -> Tensor:
        share = self.schedule.natural(progress) if len(self.natural) else 0.0
        natural = int(share * self.batch + self.random.random())
        parts = ([self.own.take(self.batch - natural)] if natural < self.batch else []) + ([self.natural.take(natural)] if natural else [])
        return torch.cat(parts)

    def step(self, progress: float) -> tuple[Tensor, Tensor]:
        """One batch; loss and gradient norm."""
        rows = self.rows(progress)
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.rate(progress, self.step_count)
        loss = self.model.loss(rows[:, :-1], rows[:, 1:].contiguous(), loss_weights(rows)[:, 1:].contiguous())
        loss.backward()
        self.cards.average([parameter.grad for parameter in self.model.parameters()])
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step_count += 1
        self.tokens += rows.shape[0] * (rows.shape[1] - 1) * self.cards.count
        return loss.detach(), norm

    def save(self, path: Path) -> None:
        scratch = path.with_suffix(".new")
        torch.save({"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "steps": self.step_count,
                    "tokens": self.tokens, "seconds": self.seconds}, scratch)
        os.replace(scratch, path)

    def resume(self, path: Path) -> None:
        saved = torch.load(path, map_location=next(self.model.parameters()).device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step_count, self.tokens, self.seconds = saved["steps"], saved["tokens"], saved["seconds"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of token rows: own-*.npy and natural-*.npy")
    parser.add_argument("tokenizer", type=Path, help="tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="where the exported model goes, now and then and at the end")
    parser.add_argument("--work", type=Path, default=Path("work"), help="where the checkpoint lies")
    parser.add_argument("--total", type=float, default=960, help="length of the whole training in seconds")
    parser.add_argument("--this-run", type=float, default=float("inf"), help="seconds of it to do now")
    parser.add_argument("--export-every", type=float, default=120, help="seconds between exports")
    parser.add_argument("--batch", type=int, default=128, help="rows a step, of each card")
    parser.add_argument("--rate", type=float, default=2.5e-3, help="peak learning rate")
    parser.add_argument("--warmup", type=int, default=150, help="steps of warm-up")
    parser.add_argument("--decay-from", type=float, default=0.72, help="progress at which the rate begins to fall")
    parser.add_argument("--natural", type=float, default=0.10, help="share of natural text")
    parser.add_argument("--natural-until", type=float, default=0.85, help="progress after which there is none")
    parser.add_argument("--start-from", type=Path, help="begin with the weights of this exported model (fine-tuning)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least-speed", type=float, default=0, help="give up if it trains fewer million tokens a second than this")
    parser.add_argument("--tiny", action="store_true", help="a small model that a CPU trains in an hour")
    return parser.parse_args()


def main() -> None:
    start = time.monotonic()
    a = arguments()

    cards = Cards.join()
    device = cards.device

    def log(*words: object) -> None:
        if cards.rank == 0:
            print(f"[{time.monotonic() - start:6.1f}]", *words, flush=True)

    torch.manual_seed(a.seed)  # the same weights on all cards
    torch.set_float32_matmul_precision("high")
    if a.tiny:
        config, a.batch = Config(D=128, L=6), min(a.batch, 4)
    else:
        config = Config()
    model = load(a.start_from, device)[0].train().requires_grad_() if a.start_from else Mamba(config).to(device)
    # A CPU with matrix units makes products of bf16 many times as fast as those of float32.
    if device == "cuda" or torch.cpu._is_amx_tile_supported():
        model.compute = torch.bfloat16
        model.compile()
    log(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters on {cards.count} x {device}")

    schedule = Schedule(a.rate, a.warmup, a.decay_from, a.natural, a.natural_until)
    own, natural = (Rows(a.data, pattern, cards, a.seed) for pattern in ("own-*.npy", "natural-*.npy"))
    while len(own) < 4 * a.batch or (a.natural and not len(natural)):
        log(f"waiting for text: {len(own)} rows of ours, {len(natural)} natural")
        time.sleep(3)
        own.poll()
        natural.poll()
    trainer = Trainer(model, schedule, own, natural, a.batch, cards)
    a.work.mkdir(parents=True, exist_ok=True)
    checkpoint = a.work / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
        log(f"resumed at step {trainer.step_count}, {trainer.seconds:.0f} s")

    def write(note: str) -> None:
        if cards.rank > 0:
            return
        trainer.save(checkpoint)
        export(model, a.tokenizer, a.out)
        meta = {"steps": trainer.step_count, "tokens": trainer.tokens, "seconds": round(trainer.seconds), "note": note}
        (a.out / "training.json").write_text(json.dumps(meta) + "\n")
        log("exported:", json.dumps(meta))

    began, before = time.monotonic(), trainer.seconds
    last_log, last_tokens, last_poll, last_export = began, trainer.tokens, began, began
    first, losses = trainer.step_count, []  # since the last line of the log
    while True:
        now = began + cards.agreed(time.monotonic() - began)
        trainer.seconds = before + now - began
        if trainer.seconds >= a.total or now - began >= a.this_run:
            break
        loss, norm = trainer.step(trainer.seconds / a.total)
        losses.append(loss)
        done = trainer.step_count - first
        if done in (1, 5, 20) or done % 100 == 0:
            value = torch.stack(losses).mean().item()  # waits for the device
            losses.clear()
            now = time.monotonic()
            speed = (trainer.tokens - last_tokens) / (now - last_log) / 1e6
            log(f"step {trainer.step_count} loss {value:.4f} norm {norm.item():.2f} tokens {trainer.tokens / 1e6:.1f} M "
                f"{speed:.3f} M/s rows {len(own)} epochs {own.epoch} {natural.epoch} at {trainer.seconds:.0f} s")
            last_log, last_tokens = now, trainer.tokens
            if value != value:
                raise SystemExit("the loss is not a number: lower the rate with --rate")
            if done >= 300 and speed < a.least_speed:
                raise SystemExit(f"{speed:.3f} M tokens a second are fewer than --least-speed: is the device shared, or the scan kernel not in use?")
            if done == 1500 and not a.start_from and value > 4:
                raise SystemExit(f"the loss is {value:.2f} after {done} steps and does not fall: read some of the text")
        if now - last_poll > POLL_SECONDS:
            own.poll(most=70)
            last_poll = now
        if now - last_export > a.export_every:
            write("not decayed")
            last_export = time.monotonic()
    finished = trainer.seconds >= a.total
    write("finished" if finished else "not decayed")
    if cards.count > 1:
        dist.barrier()
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
