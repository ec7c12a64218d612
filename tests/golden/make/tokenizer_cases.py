"""Texts and ids as the Python tokenizers library encodes and decodes them."""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer

from make.tokenizer_texts import EMOJI, LANGUAGES, texts


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{path.name}: {len(rows)} lines, {path.stat().st_size} bytes")


def make(tokenizer_json, out, name):
    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    rows = []
    for group, text in texts():
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append({
            "group": group,
            "text": text,
            "ids": plain,
            "ids_with_special": tokenizer.encode(text, add_special_tokens=True).ids,
            "decoded": tokenizer.decode(plain, skip_special_tokens=True),
        })
    write_lines(Path(out) / f"{name}.encode.jsonl", rows)

    # Ids that no text gives: random ones, and texts cut off in the middle of a character.
    rng = random.Random(7)
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    lists = [[rng.randrange(size) for _ in range(rng.randint(1, 12))] for _ in range(200)]
    bytes_only = [i for i in range(size) if (t := tokenizer.id_to_token(i)) is not None and len(t) == 1]
    lists += [[rng.choice(bytes_only) for _ in range(rng.randint(1, 10))] for _ in range(100)]
    for text in rng.sample(LANGUAGES, 12) + EMOJI[:16]:
        ids = tokenizer.encode(text[:16], add_special_tokens=False).ids
        lists += [ids[:n] for n in range(1, len(ids))] + [ids[n:] for n in range(1, min(3, len(ids)))]
    unique = list(dict.fromkeys(tuple(ids) for ids in lists if ids))
    rows = [{"ids": list(ids), "decoded": tokenizer.decode(list(ids), skip_special_tokens=True),
             "decoded_with_special": tokenizer.decode(list(ids), skip_special_tokens=False)} for ids in unique]
    write_lines(Path(out) / f"{name}.decode.jsonl", rows)
