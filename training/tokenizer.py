"""Trains the tokenizer: byte-level BPE of 4,096 entries, every digit a token of its own, five marks.

    python -m training.tokenizer tokenizer.json --seed 1
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Iterator

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from .corpus import mix, natural
from .export import MARKS

SIZE = 4096


def texts(seed: int, documents: int) -> Iterator[str]:
    """Our own text and natural text, about as much of each: the visitor's words are natural."""
    stream = mix.Stream(seed)
    for _ in range(documents):
        yield next(stream)
    entries = list(natural.entries())
    random.Random(seed).shuffle(entries)
    for entry in entries[:documents]:
        yield natural.document(entry)


def train(source: Iterator[str], size: int = SIZE) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    # Digits apart while learning, so that no merge crosses them; with no such merge learnt the plain form does the same.
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), plain])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=MARKS, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(source, trainer)
    tokenizer.pre_tokenizer = plain
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=20_000, help="of our own and of natural text, each")
    options = parser.parse_args()
    tokenizer = train(texts(options.seed, options.documents))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.out))
    print(f"{options.out}: {tokenizer.get_vocab_size()} entries")


if __name__ == "__main__":
    main()
