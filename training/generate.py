"""Batched generation with the recurrent step: many prompts of any length at once, on a GPU as one captured graph."""

from __future__ import annotations

from typing import Sequence

import torch
from tokenizers import Tokenizer

from .export import END, PAD, USER
from .model import Mamba

BATCH = 512


class Stepper:
    """``model.step`` for a fixed number of sequences, captured as a CUDA graph where there is one."""

    def __init__(self, model: Mamba, sequences: int):
        self.model, self.state = model, model.new_state(sequences)
        device = self.state.scan.device
        self.tokens = torch.zeros(sequences, dtype=torch.long, device=device)
        self.graph = None
        if device.type == "cuda":
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(2):
                    model.step(self.tokens, self.state)
            torch.cuda.current_stream().wait_stream(side)
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.logits = model.step(self.tokens, self.state)
            self.state.reset()

    def __call__(self, tokens: torch.Tensor) -> torch.Tensor:
        if self.graph is None:
            return self.model.step(tokens, self.state)
        self.tokens.copy_(tokens)
        self.graph.replay()
        return self.logits


def sample(logits: torch.Tensor, temperature: float, top_k: int, generator: torch.Generator) -> torch.Tensor:
    if temperature == 0:
        return logits.argmax(-1)
    values, places = logits.topk(top_k, -1)
    choice = torch.multinomial(torch.softmax(values / temperature, -1), 1, generator=generator)
    return places.gather(1, choice)[:, 0]


@torch.no_grad()
def complete_batch(model: Mamba, prompts: list[list[int]], new: int, temperature: float, top_k: int, seed: int) -> list[list[int]]:
    device = model.backbone.embeddings.weight.device
    longest, lengths = max(map(len, prompts)), torch.tensor([len(p) for p in prompts], device=device)
    forced = torch.full((len(prompts), longest + 1), PAD, device=device)
    for row, prompt in enumerate(prompts):
        forced[row, : len(prompt)] = torch.tensor(prompt, device=device)
    generator = torch.Generator(device).manual_seed(seed)
    stepper = Stepper(model, len(prompts))
    token, done, made = forced[:, 0], torch.zeros(len(prompts), dtype=torch.bool, device=device), []
    for t in range(1, longest + new):
        logits = stepper(token)
        chosen = sample(logits, temperature, top_k, generator)
        writing = t >= lengths  # the prompt is read: the model's own token counts
        done |= writing & ((chosen == END) | (chosen == USER) | (t >= lengths + new))
        token = torch.where(writing, torch.where(done, PAD, chosen), forced[:, min(t, longest)])
        made.append(torch.where(writing, token, PAD))
        if t % 32 == 0 and bool(done.all()):
            break
    rows = torch.stack(made, 1).tolist()
    return [[token for token in row if token != PAD] for row in rows]


def complete(model: Mamba, prompts: Sequence[list[int]], new: int = 200, temperature: float = 0.0, top_k: int = 40,
             seed: int = 0) -> list[list[int]]:
    """The tokens that follow each prompt, up to an end or user mark. Prompts of like length share a batch."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    out: list[list[int]] = [[] for _ in prompts]
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        for i, row in zip(part, complete_batch(model, [prompts[i] for i in part], new, temperature, top_k, seed + start)):
            out[i] = row
    return out


def answer(model: Mamba, tokenizer: Tokenizer, chats: Sequence[str], **options) -> list[str]:
    """The model's replies to conversations written with their marks, each ending in ``<|bot|>``."""
    prompts = [tokenizer.encode(chat, add_special_tokens=False).ids for chat in chats]
    return [tokenizer.decode(row).strip() for row in complete(model, prompts, **options)]


@torch.no_grad()
def negative_log_likelihood(model: Mamba, rows: torch.Tensor, counted: torch.Tensor) -> float:
    """Mean loss in nats of tokens (Z, T), each predicted from those before it, where ``counted`` (Z, T) is true."""
    stepper, total = Stepper(model, len(rows)), torch.zeros((), device=rows.device, dtype=torch.float64)
    for t in range(rows.shape[1] - 1):
        losses = torch.nn.functional.cross_entropy(stepper(rows[:, t]), rows[:, t + 1], reduction="none")
        total += (losses * counted[:, t + 1]).sum()
    return (total / counted[:, 1:].sum()).item()
