"""The teacher's tokenizer, its marks, and how a conversation is written for it."""

from __future__ import annotations

from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

END_OF_TEXT, START, END = 0, 1, 2  # <|endoftext|>, <|im_start|>, <|im_end|>
MARKS = 17  # ids below are marks; of them only END may be written

# What the page's model is told about itself, also where a conversation has no system message of its own.
# Without the words "language model": they mislead the teacher (see README.md).
SYSTEM = "You are Mamba, a friendly assistant. Keep your answers short."

CHAT_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n" + SYSTEM + "<|im_end|>\n' }}{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

Turns = list[tuple[str, str]]  # ("user" or "assistant", text)


def read_tokenizer(gguf_path: Path) -> Tokenizer:
    """The tokenizer that a GGUF file with pre-tokenizer ``smollm`` describes: byte-level BPE, every digit alone."""
    import gguf

    fields = gguf.GGUFReader(gguf_path).fields
    tokens, kinds, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    return build_tokenizer(tokens, [tuple(m.split(" ")) for m in merges], sum(kind != gguf.TokenType.NORMAL for kind in kinds))


def build_tokenizer(tokens: list[str], merges: list[tuple[str, str]], marks: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in tokens[:marks]])
    return tokenizer


def opening(system: str | None) -> str:
    return f"<|im_start|>system\n{system}<|im_end|>\n" if system else ""


def turn(role: str, text: str) -> str:
    return f"<|im_start|>{role}\n{text.strip()}<|im_end|>\n"


def prompt(turns: Turns, system: str | None = SYSTEM) -> str:
    """The conversation up to the assistant's next word."""
    return opening(system) + "".join(turn(role, text) for role, text in turns) + "<|im_start|>assistant\n"


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Write the tokenizer of a GGUF file as tokenizer.json.")
    parser.add_argument("gguf", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    read_tokenizer(options.gguf).save(str(options.out))


if __name__ == "__main__":
    main()
