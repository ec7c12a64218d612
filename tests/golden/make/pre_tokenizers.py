"""What Python's tokenizers makes of the texts of neox.encode.jsonl with the pre-tokenizers that GGUF files call `dbrx`
(Granite 4) and `falcon-h1`: the pattern of Llama 3, without and with `ignore_merges`.

Only checksums of the ids are kept, since the vocabulary is small and the ids are many.
"""

import json
import zlib

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from make.tokenizer_texts import texts

PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
           r"|\s+(?!\S)|\s+")
# Whole words that no merge makes: only `ignore_merges` finds them.
UNMADE = ["Ġgarden", "Ġpeople", "Ġword", "Ġwhich", "123"]


def tokenizer(vocab, merges, ignore_merges):
    made = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=ignore_merges))
    split = pre_tokenizers.Split(Regex(PATTERN), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.decoder = decoders.ByteLevel()
    return made


def make(out):
    all_texts = [text for _, text in texts()]
    trained = tokenizer({}, [], False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained.train_from_iterator(all_texts, trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    vocab = model["vocab"]
    for word in UNMADE:
        vocab.setdefault(word, len(vocab))
    merges = [tuple(merge) for merge in model["merges"] if "".join(merge) not in UNMADE]
    dbrx, falcon = (tokenizer(vocab, merges, ignore) for ignore in (False, True))
    ids = [[made.encode(text, add_special_tokens=False).ids for made in (dbrx, falcon)] for text in all_texts]
    assert any(first != second for first, second in ids)
    checksum = lambda ids: zlib.crc32(",".join(map(str, ids)).encode())
    tokens = [token for token, _ in sorted(vocab.items(), key=lambda item: item[1])]
    golden = {"tokens": tokens, "merges": [" ".join(merge) for merge in merges],
              "rows": [[checksum(first), checksum(second)] for first, second in ids]}
    (out / "pre_tokenizers.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"pre_tokenizers.json: {len(ids)} texts, {sum(a != b for a, b in ids)} of which ignore_merges changes")
