"""Conversations that the teacher writes itself, thousands side by side, with its last hidden state at every token.

Every row follows a script: tokens that are given, and places where the teacher writes until its end mark, as the
assistant or as the user. It goes on until the row is full, so a row is one conversation that may be cut at its end.
"""

from __future__ import annotations

import math
import random
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor
from tokenizers import Tokenizer

from . import dialogue, prompts
from .teacher import Teacher, gated_mlp, rms, rope_table, rotate

ASSISTANT, USER, DONE = -1, -2, -3  # marks of a script: who writes here
LONGEST_TURN = 350
LONGEST_GIVEN = 160  # tokens of a turn that is given
LOOP_TOKENS, LOOP_TIMES = 16, 3  # so many tokens that stand so often in a conversation are a loop

Script = list[int]


class Writer:
    """Writes scripts: a system prompt, given turns or none, then user and assistant in turn."""

    def __init__(self, tokenizer: Tokenizer, seed: int, free: float = 0.25):
        self.tokenizer, self.random, self.free = tokenizer, random.Random(f"teacher {seed}"), free

        def code(text: str) -> list[int]:
            return dialogue.encode(tokenizer, text)

        self.code = code
        self.user, self.newline = code("<|im_start|>user\n"), code("\n")
        self.answer = [*self.newline, *code("<|im_start|>assistant\n"), ASSISTANT]
        self.more = [*self.newline, *self.user, USER, *self.answer]

    def __call__(self, length: int) -> Script:
        script = self.code(dialogue.opening(self.random.choice(prompts.SYSTEMS)))
        if self.random.random() < self.free:  # the teacher thinks of the first question, too
            script += [*self.user, USER, *self.answer]
        else:
            for i, text in enumerate(prompts.first_turns(self.random)):
                script += [*(self.newline if i else []), *self.user, *self.code(text)[:LONGEST_GIVEN], dialogue.END, *self.answer]
        while len(script) < length:
            script += self.more
        return script[:length]


def tape(scripts: list[Script], device: str) -> Tensor:
    rows = torch.full((len(scripts), max(map(len, scripts)) + 2), DONE, dtype=torch.int32)
    for row, script in zip(rows, scripts):
        row[: len(script)] = torch.tensor(script, dtype=torch.int32)
    return rows.to(device)


def pick(scores: Tensor, temperature: Tensor, least: float) -> Tensor:
    """Samples (Z,) from scores (Z, V) among tokens at least ``least`` times as likely as the best (min-p)."""
    scores = scores.float()
    banned = torch.arange(scores.shape[1], device=scores.device)
    scores = torch.where((banned < dialogue.MARKS) & (banned != dialogue.END), -1e4, scores)
    scaled = (scores - scores.max(-1, keepdim=True).values) / temperature[:, None]
    scaled = torch.where(scaled < math.log(least), -1e9, scaled)
    noise = -torch.log(-torch.log(torch.rand_like(scaled).clamp(1e-20, 1 - 1e-7)))
    return (scaled + noise).argmax(-1).int()


def advance(tape: Tensor, place: Tensor, writing: Tensor, count: Tensor, sampled: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The next token of each row, and where it stands after it. ``writing`` is 0 or the mark of who writes."""
    rows = torch.arange(len(tape), device=tape.device)
    given, done = writing == 0, writing == DONE
    count = torch.where(given, 0, count + 1)
    sampled = torch.where(count >= LONGEST_TURN, dialogue.END, sampled)
    token = torch.where(given, tape[rows, place], sampled)
    place = torch.where(given, place + 1, place)
    following = tape[rows, place]
    begins = given & (following < 0)
    writing = torch.where(begins, following, torch.where(~given & ~done & (token == dialogue.END), 0, writing))
    place = torch.where(begins, place + 1, place).clamp(max=tape.shape[1] - 1)
    writing = torch.where((writing == 0) & (tape[rows, place] == DONE), DONE, writing)
    return torch.where(done, dialogue.END, token).int(), place, writing, count


class TeacherSteps:
    """The teacher one token at a time for Z rows of up to T tokens; each key/value head serves its queries at once."""

    def __init__(self, teacher: Teacher, Z: int, T: int, compiled: Callable = lambda f: f):
        self.teacher, self.Z = teacher, Z
        weight = teacher.embedding
        P, J = teacher.width // teacher.heads, teacher.kv_heads
        each = teacher.heads // J
        self.keys = torch.empty(len(teacher.layers), Z, J, T, P, device=weight.device, dtype=weight.dtype)
        self.values = torch.empty_like(self.keys)
        cos, sin = rope_table(T, P, weight.device)
        self.angles = [(cos[i].clone(), sin[i].clone()) for i in range(T)]

        def before(x: Tensor, norm: Tensor, qkv: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            y = F.linear(rms(x, norm), qkv).view(Z, -1, P)
            turned = rotate(y[:, : teacher.heads + J], cos, sin)
            return turned[:, : teacher.heads].reshape(Z, J, each, P), turned[:, teacher.heads :].contiguous(), y[:, teacher.heads + J :].contiguous()

        def after(x: Tensor, heads: Tensor, o: Tensor, norm: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
            x = x + F.linear(heads, o)
            return x + gated_mlp(rms(x, norm), gate_up, down)

        self.before, self.after = compiled(before), compiled(after)

    def __call__(self, i: int, ids: Tensor) -> Tensor:
        """Hidden states (Z, D) after token i of each row, ids (Z,)."""
        x = F.embedding(ids, self.teacher.embedding)
        for layer, keys, values in zip(self.teacher.layers, self.keys, self.values):
            q, keys[:, :, i], values[:, :, i] = self.before(x, layer["norm1"], layer["qkv"], *self.angles[i])
            heads = F.scaled_dot_product_attention(q, keys[:, :, : i + 1], values[:, :, : i + 1])
            x = self.after(x, heads.reshape(self.Z, -1), layer["o"], layer["norm2"], layer["gate_up"], layer["down"])
        return rms(x, self.teacher.norm)


@torch.no_grad()
def converse(steps: TeacherSteps, scripts: Tensor, T: int, compiled: Callable = lambda f: f, temperature: float = 0.8,
             user_temperature: float = 1.0, least: float = 0.03) -> tuple[Tensor, Tensor]:
    """Tokens (Z, T) and the teacher's hidden states (Z, T, D) of rows that follow a tape of scripts."""
    Z, device = len(scripts), scripts.device
    place, writing = torch.zeros(Z, dtype=torch.long, device=device), torch.zeros(Z, dtype=torch.int32, device=device)
    count, sampled = torch.zeros_like(writing), torch.zeros_like(writing)
    tokens = torch.zeros(Z, T, dtype=torch.int32, device=device)
    states = torch.zeros(Z, T, steps.teacher.width, dtype=steps.teacher.embedding.dtype, device=device)
    next_token = compiled(advance)

    def choose(x: Tensor, embedding: Tensor, writing: Tensor) -> Tensor:
        return pick(F.linear(x, embedding), torch.where(writing == USER, user_temperature, temperature), least)

    choose = compiled(choose)
    for i in range(T):
        token, place, writing, count = next_token(scripts, place, writing, count, sampled)
        tokens[:, i] = token
        states[:, i] = x = steps(i, token)
        sampled = choose(x, steps.teacher.embedding, writing)
    return tokens, states


def loops(tokens: Tensor) -> Tensor:
    """Which conversations (Z,) of tokens (Z, T) say the same again and again: the teacher does, and a student would learn it."""
    powers = torch.tensor([pow(31, k, 2**31 - 1) for k in range(LOOP_TOKENS)], device=tokens.device)
    found = []
    for part in tokens.split(1024):
        marks = (part.long().unfold(1, LOOP_TOKENS, 1) * powers).sum(-1).sort(1).values
        found.append((marks[:, LOOP_TIMES - 1 :] == marks[:, : 1 - LOOP_TIMES]).any(1))
    return torch.cat(found)
