"""Three memory tasks over one small alphabet, made on the fly.

copy       letters scattered among blanks, then ``?``: say the letters in order      . . c . f . ? c f
induction  a bell among random letters, and a bell at the end: which letter followed?   k d ! m a ! m
book       pairs of a name and a letter, ``?``, then names in any order: say their letters

A batch is ``tokens (Z, T)``, ``targets (Z, T)`` and ``weights (Z, T)``, which are 1 where an answer is due. Letters: Z
sequences, T tokens.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLANK, ASK, BELL = 0, 1, 2
LETTER, LETTERS = 3, 16
NAME, NAMES = LETTER + LETTERS, 128
V = NAME + NAMES
COPIED = 8  # letters to remember, at most


def _next(tokens: Tensor) -> Tensor:
    return torch.cat([tokens[:, 1:], tokens[:, :1]], 1)


def _draw(low: int, high: int, Z: int, device: str) -> Tensor:
    """(Z, 1) whole numbers from low to high, both included."""
    return torch.randint(low, high + 1, (Z, 1), device=device)


def copy(Z: int, T: int, span: Tensor, count: Tensor, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """``count (Z, 1)`` letters anywhere in the first ``span (Z, 1)`` tokens."""
    place = torch.arange(T, device=device)[None]
    order = torch.rand(Z, T, device=device).masked_fill(place >= span, 2.0).argsort(1).argsort(1)
    written = order < count
    letters = torch.randint(LETTER, LETTER + LETTERS, (Z, T), device=device)
    rank = written.long().cumsum(1) - 1
    answers = torch.zeros(Z, COPIED + 1, dtype=torch.long, device=device)
    answers.scatter_(1, torch.where(written, rank, COPIED), letters)
    said = place - span - 1
    answer = answers.gather(1, said.clamp(0, COPIED - 1))
    tokens = torch.where(written, letters, BLANK)
    tokens = torch.where(place == span, ASK, tokens)
    tokens = torch.where((said >= 0) & (said < count), answer, tokens)
    return tokens, _next(tokens), ((said >= -1) & (said < count - 1)).float()


def induction(Z: int, T: int, span: Tensor, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """A bell somewhere in the first ``span - 2`` tokens, and one at ``span``."""
    place = torch.arange(T, device=device)[None]
    tokens = torch.randint(LETTER, LETTER + LETTERS, (Z, T), device=device)
    first = (torch.rand(Z, 1, device=device) * (span - 2)).long()
    answer = tokens.gather(1, first + 1)
    tokens = torch.where((place == first) | (place == span), BELL, tokens)
    tokens = torch.where(place == span + 1, answer, tokens)
    tokens = torch.where(place > span + 1, BLANK, tokens)
    return tokens, _next(tokens), (place == span).float()


def book(Z: int, T: int, entries: Tensor, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """``entries (Z, 1)`` pairs, then as many questions as there is room for."""
    place = torch.arange(T, device=device)[None]
    names = NAME + torch.rand(Z, NAMES, device=device).argsort(1)
    numbers = torch.randint(LETTER, LETTER + LETTERS, (Z, NAMES), device=device)
    asked = (torch.rand(Z, T, device=device) * entries).long()
    after = place - 2 * entries - 1  # -1 at the ASK
    entry = torch.where(after < 0, place.expand(Z, -1) // 2, asked.gather(1, (after.clamp(min=0) // 2))).clamp(max=NAMES - 1)
    is_name = torch.where(after < 0, place % 2 == 0, after % 2 == 0)
    tokens = torch.where(is_name, names.gather(1, entry), numbers.gather(1, entry))
    tokens = torch.where(after == -1, ASK, tokens)
    return tokens, _next(tokens), ((after >= 0) & is_name & (place < T - 1)).float()


def mixed(Z: int, T: int, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Z sequences of each task, of random lengths up to T. Each task's weights sum to 1."""
    parts = [
        copy(Z, T, _draw(COPIED, T - COPIED - 2, Z, device), _draw(1, COPIED, Z, device), device),
        induction(Z, T, _draw(4, T - 2, Z, device), device),
        book(Z, T, _draw(1, T // 4, Z, device), device),
    ]
    tokens, targets, weights = (torch.cat(all_of) for all_of in zip(*parts))
    by_task = weights.view(3, Z, T)
    return tokens, targets, (by_task / by_task.sum((1, 2), keepdim=True)).view(3 * Z, T)
