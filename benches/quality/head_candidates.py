"""Whether the head could be read in int4 first, and exactly only for the rows that may still win: how many rows are
left, of the default model on the held-out text. From the repository's root, with the Python that `make test` sets up:

    .venv/bin/python benches/quality/head_candidates.py

A row may be left out only if its score in int4 plus a bound of the rounding error is below the k-th greatest score less
its own bound. By Cauchy and Schwarz the error of a row w with the rounded values q is at most the sum over blocks of
|w - q| |u|, with the norms of a block's 64 columns; those of w - q could be kept beside the weights.
"""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import MambaForCausalLM

MODEL, TEXT = Path("www/models/default"), Path("benches/data/held-out.jsonl")
BLOCK, DOCUMENTS, LONGEST = 64, 12, 128


def int4(blocks: torch.Tensor) -> torch.Tensor:
    """Rounded as src/backend/cpu/panel.rs does: the greatest weight becomes -6 to -9, whichever explains most."""
    greatest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    parts, best, most = blocks / greatest, torch.zeros_like(greatest), torch.zeros_like(greatest)
    for value in (-6, -7, -8, -9):
        q = (parts * value).round().clamp(-8, 7)
        qw, qq = (q * parts).sum(-1, keepdim=True), (q * q).sum(-1, keepdim=True)
        is_better = qw * qw / qq > most
        best, most = torch.where(is_better, qw / qq, best), torch.where(is_better, qw * qw / qq, most)
    scale = best * greatest
    return (blocks / scale).round().clamp(-8, 7) * scale


@torch.no_grad()
def main() -> None:
    model = MambaForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    documents = [json.loads(line)["text"] for line in TEXT.read_text().splitlines()][:DOCUMENTS]
    inputs = []
    for text in documents:
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:LONGEST]
        inputs.append(model.backbone(torch.tensor([ids])).last_hidden_state[0])
    u = torch.cat(inputs).unflatten(-1, (-1, BLOCK))
    head = model.lm_head.weight.unflatten(-1, (-1, BLOCK))
    rounded = int4(head)
    scores = torch.einsum("tbc,vbc->tv", u, rounded)
    bound = u.norm(dim=-1) @ (head - rounded).norm(dim=-1).T
    error = (scores - torch.einsum("tbc,vbc->tv", u, head)).abs()
    assert (error <= bound * 1.001 + 1e-4).all()
    print(f"{len(scores)} tokens, {scores.shape[1]} rows; error {(error / bound).mean():.3f} of its bound on average")
    for k in (1, 40):
        threshold = (scores - bound).topk(k).values[:, -1:]
        left = (scores + bound >= threshold).float().mean(-1)
        print(f"top {k}: {left.mean():.1%} of the rows are left on average, {left.median():.1%} in the median")


main()
