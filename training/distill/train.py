"""The two trainings: mixers alone on the teacher's hidden states, then the whole student on the teacher's scores and our text.

Both are given in seconds, like ``training.train``, because a lent machine is. See README.md for why it is done so.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from . import student as S
from . import teacher as T
from .student import Student
from .teacher import Teacher
from .text import FOLLOW_TEACHER, FOLLOW_TEXT, TOKEN_BITS

Log = Callable[..., None]
Compiler = Callable[[Callable], Callable]


def schedule(progress: float, warmup: float, decay: float) -> float:
    """Rises over the first ``warmup`` of the training, stays, falls to zero over the last ``decay``."""
    return min(1.0, (progress + 1e-4) / warmup) * min(1.0, max(0.0, (1 - progress) / decay))


class Deck:
    """Rows of numbers (see ``text``), each used once before any is used twice; with the teacher's hidden states, where kept.

    ``hidden`` (R, T, D) are states known from before. ``keep`` makes room for them: a row's are computed at its first use.
    ``segment`` is how much of a row the teacher sees at once: a row may hold conversations that know nothing of each other.
    """

    def __init__(self, rows: Tensor, teach: Callable[[Tensor], Tensor], segment: int, width: int = 0, hidden: Tensor | None = None, seed: int = 0):
        self.rows, self.teach, self.segment = rows, teach, segment
        self.random = torch.Generator().manual_seed(seed)
        self.order, self.at, self.epoch = torch.randperm(len(rows), generator=self.random), 0, 0
        self.known = torch.zeros(len(rows), dtype=torch.bool)
        self.hidden = hidden
        if hidden is not None:
            self.known[:] = True
        elif width:
            self.hidden = torch.empty(*rows.shape, width, dtype=torch.bfloat16 if rows.is_cuda else torch.float32, device=rows.device)

    def _compute(self, rows: Tensor) -> Tensor:
        ids = (rows & ((1 << TOKEN_BITS) - 1)).view(-1, self.segment)
        return self.teach(ids).view(*rows.shape, -1)

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """Rows (count, T) and the teacher's hidden states (count, T, D)."""
        if self.at + count > len(self.rows):
            self.order, self.at, self.epoch = torch.randperm(len(self.rows), generator=self.random), 0, self.epoch + 1
        chosen = self.order[self.at : self.at + count]
        self.at += count
        rows = self.rows[chosen.to(self.rows.device)]
        if self.hidden is None:
            return rows, self._compute(rows)
        new = chosen[~self.known[chosen]]
        if len(new):
            where = new.to(self.rows.device)
            self.hidden[where] = self._compute(self.rows[where]).to(self.hidden.dtype)
            self.known[new] = True
        return rows, self.hidden[chosen.to(self.rows.device)]


def teaching(teacher: Teacher, rows_at_once: dict[int, int], compiled: Compiler) -> Callable[[Tensor], Tensor]:
    """The teacher's hidden states of ids (Z, T), a fixed number of rows at once (for each T), so that few shapes are compiled."""
    block = compiled(T.block)

    @torch.no_grad()
    def teach(ids: Tensor) -> Tensor:
        size = rows_at_once[ids.shape[1]]
        padded = torch.cat([ids, ids[:1].expand(-len(ids) % size, -1)])
        return torch.cat([T.hidden(teacher, part, block) for part in padded.split(size)])[: len(ids)]

    return teach


def scores_and_loss(hs: Tensor, ht: Tensor, head: Tensor, target: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """Sums over tokens of KL(teacher || student) where the teacher is followed, and of cross-entropy where the text is.

    hs, ht (Z, D) hidden states of student and teacher, head (V, D), target and label (Z,).
    """
    ours, theirs = F.log_softmax(F.linear(hs, head).float(), -1), F.log_softmax(F.linear(ht, head).float(), -1)
    kl = (theirs.exp() * (theirs - ours)).sum(-1)
    ce = -ours.gather(1, target[:, None])[:, 0]
    return (kl * (label == FOLLOW_TEACHER)).sum(), (ce * (label == FOLLOW_TEXT)).sum()


def measures(hs: Tensor, ht: Tensor, head: Tensor, target: Tensor, counted: Tensor) -> Tensor:
    """Sums of KL, of agreement on the first choice, and of the text's loss under student and teacher."""
    ours, theirs = F.log_softmax(F.linear(hs, head).float(), -1), F.log_softmax(F.linear(ht, head).float(), -1)
    kl, same = (theirs.exp() * (theirs - ours)).sum(-1), (theirs.argmax(-1) == ours.argmax(-1)).float()
    losses = (-scores.gather(1, target[:, None])[:, 0] for scores in (ours, theirs))
    return torch.stack([(part * counted).sum() for part in (kl, same, *losses)])


@dataclass(frozen=True)
class Rates:
    mixers_alone: float = 2e-3
    mixers: float = 1e-3
    rest: float = 4e-4


class Distiller:
    def __init__(self, student: Student, teacher: Teacher, log: Log, compiled: Compiler, rates: Rates = Rates(), tokens_at_once: int = 8192):
        self.student, self.teacher, self.log, self.rates, self.tokens_at_once = student, teacher, log, rates, tokens_at_once
        self.head = teacher.embedding
        self.device = self.head.device
        self.block, self.teacher_block = compiled(S.rounded_block), compiled(T.block)
        self.loss, self.measures, self.mixer_loss = compiled(scores_and_loss), compiled(measures), compiled(_mixer_loss)
        student.embedding.requires_grad_(False)
        for _, value in student.trained():
            value.requires_grad_(True)

    def _wait(self) -> None:
        if self.head.is_cuda:
            torch.cuda.synchronize()

    # -- mixers alone

    def train_mixers(self, decks: list[tuple[Deck, int]], seconds: float, segment: int) -> None:
        """Each mixer learns to give what the attention it replaces gives, all layers at once, on the teacher's states."""
        chosen = [layer[name] for layer in self.student.layers for name in S.MIXER]
        optimizer = torch.optim.AdamW(chosen, lr=self.rates.mixers_alone, betas=(0.9, 0.95), weight_decay=0, fused=self.head.is_cuda)
        cos, sin = T.rope_table(segment, self.student.shape.P, self.device)
        errors = torch.zeros(len(self.student.layers), device=self.device)
        for step, progress in _clock(seconds, self._wait):
            ids = torch.cat([(deck.rows[torch.randint(len(deck.rows), (count,), device=self.device)] & ((1 << TOKEN_BITS) - 1)).view(-1, segment) for deck, count in decks])
            for group in optimizer.param_groups:
                group["lr"] = self.rates.mixers_alone * schedule(progress, 0.05, 0.5)
            x = F.embedding(ids, self.head)
            for i, (layer, taught) in enumerate(zip(self.student.layers, self.teacher.layers)):
                with torch.no_grad():
                    u, y, x = self.teacher_block(x, taught, cos, sin, self.teacher.heads, self.teacher.kv_heads)
                error = self.mixer_loss({name: layer[name] for name in S.MIXER}, u, y, self.student.shape)
                error.backward()
                errors[i] = error.detach() if step == 0 else errors[i] * 0.9 + error.detach() * 0.1
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if step % 50 == 0:
                self.log("mixers", step=step, progress=progress, mean=errors.mean().item(), worst=errors.max().item())
        self.log("mixers", step=step, layers=[round(e, 3) for e in errors.tolist()], mean=errors.mean().item())

    # -- the whole

    def hidden(self, ids: Tensor) -> Tensor:
        x = F.embedding(ids, self.head)
        if torch.is_grad_enabled():
            x.requires_grad_(True)  # so that all layers share one compiled function
        for layer in self.student.layers:
            x = self.block(layer, x, self.student.shape)
        return T.rms(x, self.student.norm)

    def optimizer(self) -> torch.optim.AdamW:
        products, small, rest = [], [], []
        for name, value in self.student.trained():
            of_mixer = ".mamba." in name
            (products if of_mixer and value.dim() > 1 else small if of_mixer else rest).append(value)
        groups = [(products, self.rates.mixers, 0.01), (small, self.rates.mixers, 0.0), (rest, self.rates.rest, 0.0)]
        return torch.optim.AdamW([{"params": p, "base": rate, "weight_decay": decay} for p, rate, decay in groups], lr=1e-3, betas=(0.9, 0.95), fused=self.head.is_cuda)

    def backward(self, rows: Tensor, taught: Tensor) -> Tensor:
        """Gradients of one batch; the mean KL and cross-entropy of the tokens that count."""
        target = (rows[:, 1:] & ((1 << TOKEN_BITS) - 1)).reshape(-1).long()
        label = (rows[:, 1:] >> TOKEN_BITS).reshape(-1)
        hs = self.hidden(rows & ((1 << TOKEN_BITS) - 1))
        flat = hs[:, :-1].reshape(-1, hs.shape[-1])
        cut = flat.detach().requires_grad_(True)
        taught = taught[:, :-1].reshape(-1, hs.shape[-1])
        # The last part is padded with tokens that do not count: one shape is compiled.
        kl_count, ce_count = (label == FOLLOW_TEACHER).sum(), (label == FOLLOW_TEXT).sum()
        sums = torch.zeros(2, device=self.device)
        for a in range(0, len(cut), self.tokens_at_once):
            parts = [p[a : a + self.tokens_at_once] for p in (cut, taught, target, label)]
            missing = self.tokens_at_once - len(parts[0])
            if missing:
                parts = [F.pad(p, (0, 0, 0, missing)) if p.dim() == 2 else F.pad(p, (0, missing), value=3) for p in parts]
            kl, ce = self.loss(parts[0], parts[1], self.head, parts[2].clamp(max=len(self.head) - 1), parts[3])
            ((kl + ce) / (kl_count + ce_count)).backward()
            sums += torch.stack([kl.detach(), ce.detach()])
        flat.backward(cut.grad)
        return sums / torch.stack([kl_count.clamp(min=1), ce_count.clamp(min=1)])

    def train(self, batches: Callable[[float], tuple[Tensor, Tensor]], seconds: float, decay: float, checkpoint: Callable[[float], None]) -> None:
        optimizer = self.optimizer()
        trained = [p for group in optimizer.param_groups for p in group["params"]]
        tokens, mean, began = 0, None, time.monotonic()
        for step, progress in _clock(seconds, self._wait):
            rows, taught = batches(progress)
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * schedule(progress, 0.03, decay)
            losses = self.backward(rows, taught)
            norm = torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            mean = losses if mean is None else mean * 0.95 + losses * 0.05
            tokens += rows.numel()
            if step == 3:
                self._wait()
                tokens, began = 0, time.monotonic()
            if step % 50 == 0:
                kl, ce = mean.tolist()
                if kl != kl:
                    raise SystemExit("the loss is not a number")
                self.log("whole", step=step, progress=progress, kl=kl, ce=ce, norm=norm.item(), tokens=tokens, speed=tokens / max(1e-3, time.monotonic() - began),
                         gigabytes=torch.cuda.max_memory_allocated() / 2**30 if self.head.is_cuda else 0.0)  # fmt: skip
            checkpoint(progress)

    @torch.no_grad()
    def evaluate(self, rows: Tensor, taught: Tensor, at_once: int = 8) -> dict[str, float]:
        """Of rows (Z, T): KL to the teacher and agreement on what follows it, and the text's perplexities."""
        totals, count = torch.zeros(3, 4, device=self.device), torch.zeros(3, device=self.device)
        for part, states in zip(rows.split(at_once), taught.split(at_once)):
            hs = self.hidden(part & ((1 << TOKEN_BITS) - 1))
            for row, h, t in zip(part, hs, states):
                target, label = (row[1:] & ((1 << TOKEN_BITS) - 1)).long(), row[1:] >> TOKEN_BITS
                for kind in (FOLLOW_TEACHER, FOLLOW_TEXT):
                    totals[kind] += self.measures(h[:-1], t[:-1], self.head, target, label == kind)
                    count[kind] += (label == kind).sum()
        found = {}
        for kind, name in ((FOLLOW_TEACHER, ""), (FOLLOW_TEXT, "text_")):
            if count[kind] > 0:
                kl, same, ours, theirs = (totals[kind] / count[kind]).tolist()
                found |= {f"{name}kl": kl, f"{name}same": same, f"{name}perplexity": math.exp(ours), f"{name}teacher_perplexity": math.exp(theirs)}
        return found


def _mixer_loss(m: dict[str, Tensor], u: Tensor, y: Tensor, shape: S.Shape) -> Tensor:
    return (S.mixer(m, u, shape) - y).float().pow(2).sum() / y.float().pow(2).sum()


def _clock(seconds: float, wait: Callable[[], None], untimed: int = 3) -> Iterator[tuple[int, float]]:
    """Steps with their progress until the time is over; the first ones, which compile, take no time."""
    step, start = 0, 0.0
    while True:
        if step == untimed:
            wait()
            start = time.monotonic()
        progress = (time.monotonic() - start) / seconds if step >= untimed else 0.0
        if progress >= 1:
            return
        yield step, progress
        step += 1
