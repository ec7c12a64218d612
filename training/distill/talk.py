"""Talks to an exported student, as the page would: its chat template, its system prompt, the shipped temperature.

    python -m training.distill.talk OUT/transformers                 # the visitors' conversations, to be read and judged
    python -m training.distill.talk OUT/transformers --greedy "What is Mamba?"
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from . import dialogue, student
from .student import Student
from .visitors import VISITORS


def load(folder: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> tuple[Student, Tokenizer]:
    """The exported student with its matrices in ``dtype`` (all else is f32), and its tokenizer."""
    c = json.loads((folder / "config.json").read_text())
    weights = {name: value.to(device, dtype if value.dim() == 2 else torch.float32) for name, value in load_file(folder / "model.safetensors").items()}
    shape = student.Shape(V=c["vocab_size"], D=c["hidden_size"], F=c["shared_intermediate_size"], L=c["num_hidden_layers"], H=c["mamba_n_heads"],
                          P=c["mamba_d_head"], N=c["mamba_d_state"], K=c["mamba_d_conv"])  # fmt: skip
    layers = [{name.split(".", 3)[3]: value for name, value in weights.items() if name.startswith(f"model.layers.{i}.")} for i in range(shape.L)]
    return Student(shape, weights["model.embed_tokens.weight"], weights["model.norm.weight"], layers), Tokenizer.from_file(str(folder / "tokenizer.json"))


@dataclass(frozen=True)
class Sampling:
    temperature: float = 0.2
    top_k: int = 40
    new: int = 300
    seed: int = 0


class Talks:
    """Conversations side by side, each with its state: what was said is read once, as on the page."""

    def __init__(self, model: Student, tokenizer: Tokenizer, count: int, how: Sampling, system: str | None = dialogue.SYSTEM):
        self.model, self.tokenizer, self.how = model, tokenizer, how
        device = model.embedding.device
        self.random = torch.Generator(device).manual_seed(how.seed)
        self.states = student.new_states(model, count, model.embedding.dtype)
        self.device = device
        self.unread: list[list[int]] = [dialogue.encode(tokenizer, dialogue.opening(system)) for _ in range(count)]

    @torch.no_grad()
    def say(self, said: dict[int, str]) -> dict[int, str]:
        """Says something in some of the conversations; what is answered there."""
        for i, text in said.items():
            self.unread[i] += dialogue.encode(self.tokenizer, dialogue.turn("user", text) + "<|im_start|>assistant\n")
        replies: dict[int, list[int]] = {i: [] for i in said}
        left = {i: list(reversed(self.unread[i])) for i in said}
        active = list(said)
        while active:
            where = torch.tensor(active, device=self.device)
            states = [student.State(s.inputs[where], s.scan[where]) for s in self.states]
            ended: list[int] = []
            while not ended:
                token = torch.tensor([left[i].pop() if left[i] else replies[i][-1] for i in active], device=self.device)
                scores = student.step(self.model, token, states, self.model.embedding.dtype).float()
                chosen = _sample(scores, self.how, self.random).tolist()
                for i, new in zip(active, chosen):
                    if left[i]:
                        continue
                    if new in (dialogue.END, dialogue.END_OF_TEXT) or len(replies[i]) >= self.how.new:
                        ended.append(i)
                    else:
                        replies[i].append(new)
            for kept, now in zip(self.states, states):
                kept.inputs[where], kept.scan[where] = now.inputs, now.scan
            active = [i for i in active if i not in ended]
        for i in said:
            self.unread[i] = [dialogue.END, *dialogue.encode(self.tokenizer, "\n")]
        return {i: self.tokenizer.decode(ids).strip() for i, ids in replies.items()}


def _sample(scores: torch.Tensor, how: Sampling, random: torch.Generator) -> torch.Tensor:
    if how.temperature == 0:
        return scores.argmax(-1)
    values, places = scores.topk(how.top_k, -1)
    return places.gather(1, torch.multinomial(torch.softmax(values / how.temperature, -1), 1, generator=random))[:, 0]


def converse(model: Student, tokenizer: Tokenizer, chats: Sequence[Sequence[str]], how: Sampling, at_once: int = 96) -> list[list[str]]:
    """The replies to each chat's turns, which are said one after the other whatever is answered."""
    replies: list[list[str]] = [[] for _ in chats]
    order = sorted(range(len(chats)), key=lambda i: sum(map(len, chats[i])))
    for start in range(0, len(order), at_once):
        part = order[start : start + at_once]
        talks = Talks(model, tokenizer, len(part), how)
        for turn in range(max(len(chats[i]) for i in part)):
            answered = talks.say({row: chats[i][turn] for row, i in enumerate(part) if turn < len(chats[i])})
            for row, reply in answered.items():
                replies[part[row]].append(reply)
                logging.info("%s -> %s", chats[part[row]][turn], reply)
    return replies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("said", nargs="*", help="one conversation of your own instead")
    parser.add_argument("--greedy", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--new", type=int, default=300, help="most tokens of an answer")
    parser.add_argument("--bf16", action="store_true", help="products in bf16: faster, a little less exact")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # answers as they come
    model, tokenizer = load(options.model, "cuda" if torch.cuda.is_available() else "cpu", torch.bfloat16 if options.bf16 else torch.float32)
    how = Sampling(temperature=0 if options.greedy else Sampling.temperature, new=options.new, seed=options.seed)
    visitors = {"you": options.said} if options.said else VISITORS
    for (name, said), replies in zip(visitors.items(), converse(model, tokenizer, list(visitors.values()), how)):
        print(f"## {name}\n")
        for text, reply in zip(said, replies):
            print(f"- **you:** {text}\n- **it:** {reply}\n")


if __name__ == "__main__":
    main()
