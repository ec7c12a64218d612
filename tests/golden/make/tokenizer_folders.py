"""Folders whose tokenizer's settings are spread over several files, as transformers' AutoTokenizer reads them."""

import json
import tempfile
from pathlib import Path

import transformers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import AutoTokenizer

VOCAB = 300  # of the model
TEMPLATE = ("{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
WITH_EOS = "{% for m in messages %}{{ bos_token }}{{ m.content + eos_token }}{% endfor %}"
MESSAGES = [{"role": "user", "content": "Hi"}]
TEXTS = ["", " ", "Hello", " Hello", "Hello world, hello", "  two  spaces  ", "a\r\nb\rc\nd", "ab\no\nab]^d", "Café déjà", "Cafe\u0301",
         "<|im_start|>user\nHi<|im_end|>\n", "a<|im_end|>b", "a <|im_end|> b", "x <|endoftext|> y", "<|padding|>",
         "a <mark> b", "a<mark>b", "<mark>", "  <mark>  <mark>x", "<MARK>", "one word", "oneword", "one,word", "ten often ten",
         "<s>a</s>", "<unk>", "[PAD]", "see https://a.b or http://c", "``so'' he said", "(x) $5 (y)", "12 345", "a|b*c?^d", "你好"]


def added(content, id=None, **flags):
    token = {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return ({} if id is None else {"id": id}) | token | flags


def decoder(**tokens):
    """added_tokens_decoder from `_258={...}`."""
    return {id.removeprefix("_"): token for id, token in tokens.items()}


def base():
    letters = sorted(ByteLevel.alphabet(), key=lambda letter: (ord(letter) > 255, ord(letter)))
    vocab = {"<|endoftext|>": 0, "<|padding|>": 1} | {letter: 2 + i for i, letter in enumerate(letters)}
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [added("<|endoftext|>", 0), added("<|padding|>", 1)], "normalizer": None,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "post_processor": None,
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": vocab, "merges": []}}


def around(before, after):
    """A template around a text, of (token, id) pairs."""
    piece = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    single = [piece(t) for t, _ in before] + [{"Sequence": {"id": "A", "type_id": 0}}] + [piece(t) for t, _ in after]
    tokens = {t: {"id": t, "ids": [id], "tokens": [t]} for t, id in before + after}
    return {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": tokens}


def replace(pattern, content, kind="Regex"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def folders():
    """(name, changes of tokenizer.json, the other files)."""
    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    turns = decoder(_0=added("<|endoftext|>"), _1=added("<|padding|>"), _258=added("<|im_start|>"), _259=added("<|im_end|>"))
    config = lambda **fields: {"tokenizer_config.json": fields}
    prefix = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    bos = around([("<|endoftext|>", 0)], [])
    unigram = lambda unk, **more: {
        "model": {"type": "Unigram", "unk_id": unk, "byte_fallback": False,
                  "vocab": [["<unk>", 0.0], ["<s>", 0.0], ["</s>", 0.0]] + [[c, -2.0 - i / 100] for i, c in enumerate("▁abcdehiloprstuwxy<>/.,:")]
                  + [["▁he", -3.0], ["ll", -3.5], ["lo", -3.2], ["▁wor", -2.5]]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "added_tokens": [added("<unk>", 0), added("<s>", 1), added("</s>", 2)]} | more
    yield "plain", {}, config(**fast, eos_token="<|endoftext|>")
    yield "nothing but tokenizer.json", {}, {}
    yield "decoder", {}, config(**fast, eos_token="<|im_end|>", added_tokens_decoder=turns, chat_template=TEMPLATE)
    yield "decoder of a NeoX", {}, config(tokenizer_class="GPTNeoXTokenizer", eos_token="<|im_end|>", added_tokens_decoder=turns)
    yield "decoder with gaps", {}, config(**fast, added_tokens_decoder=decoder(_0=added("<|endoftext|>"), _270=added("<|im_end|>"), _265=added("<|im_start|>")))
    yield "decoder with flags", {}, config(**fast, added_tokens_decoder=decoder(
        _258=added("<mark>", lstrip=True, rstrip=True), _259=added("word", single_word=True, special=False),
        _260=added("ten", normalized=True, special=False)))
    yield "decoder that changes flags", {"added_tokens": [added("<|endoftext|>", 0), added("<mark>", 258, special=False, normalized=True)]}, config(
        **fast, added_tokens_decoder=decoder(_0=added("<|endoftext|>"), _258=added("<mark>", rstrip=True)))
    yield "decoder that makes a special token plain", {"added_tokens": base()["added_tokens"] + [added("<mark>", 258)]}, config(
        **fast, added_tokens_decoder=decoder(_0=added("<|endoftext|>"), _258=added("<mark>", special=False)))
    yield "decoder and lower case", {"normalizer": {"type": "Lowercase"}}, config(**fast, added_tokens_decoder=decoder(
        _258=added("<mark>", special=False, normalized=True), _259=added("<|im_end|>")))
    yield "decoder, special tokens not marked", {}, config(**fast, eos_token="<|im_end|>", added_tokens_decoder=decoder(
        _258=added("<|im_start|>", special=False), _259=added("<|im_end|>", special=False)), chat_template=TEMPLATE)
    yield "decoder and a map that counts for nothing", {}, config(**fast, eos_token="<|im_end|>", added_tokens_decoder=turns) | {
        "special_tokens_map.json": {"eos_token": "<|endoftext|>", "mask_token": "<mark>"}, "added_tokens.json": {"<mark>": 260}}
    yield "map", {}, config(**fast, chat_template=WITH_EOS) | {
        "special_tokens_map.json": {"eos_token": "<|padding|>", "bos_token": "<|endoftext|>"}}
    yield "map of objects", {}, config(**fast, chat_template=WITH_EOS) | {"special_tokens_map.json": {
        "eos_token": {"content": "<|im_end|>", "lstrip": False, "rstrip": True, "normalized": False, "single_word": False},
        "bos_token": {"content": "<s>", "lstrip": False, "rstrip": False, "normalized": True, "single_word": False},
        "additional_special_tokens": ["<|im_start|>", "<mark>"]}}
    yield "map against the config", {}, config(**fast, eos_token="<|endoftext|>", chat_template=WITH_EOS, bos_token="<s>") | {
        "special_tokens_map.json": {"eos_token": "<|padding|>"}}
    yield "map with an earlier name than the config", {}, config(**fast, eos_token="<|im_end|>") | {
        "special_tokens_map.json": {"bos_token": "<s>"}}
    yield "map alone", {}, {"special_tokens_map.json": {"eos_token": "<|im_end|>", "pad_token": "[PAD]"}}
    yield "added tokens", {}, config(**fast, eos_token="<|im_end|>") | {"added_tokens.json": {"<|im_end|>": 258, "<mark>": 259, "one": 260}}
    yield "added tokens, named in the map", {}, config(**fast) | {
        "added_tokens.json": {"<|im_end|>": 259, "<|im_start|>": 258},
        "special_tokens_map.json": {"eos_token": "<|im_end|>", "unk_token": "<|im_start|>"}}
    yield "named tokens that no file adds", {}, config(**fast, eos_token="</s>", bos_token="<s>", pad_token="[PAD]", extra_special_tokens=["<mark>"])
    yield "additional tokens", {}, config(**fast, additional_special_tokens=["<mark>", added("<|im_end|>", rstrip=True) | {"__type": "AddedToken"}])
    yield "additional tokens beside an empty object", {}, config(**fast, extra_special_tokens={}, additional_special_tokens=["<mark>"])
    yield "additional tokens that are plain in the file", {"added_tokens": base()["added_tokens"] + [added("<mark>", 258, special=False)]}, config(
        **fast, additional_special_tokens=["<mark>", "<|im_end|>"])
    yield "tokens of own names", {}, config(**fast, image_token="<mark>", other_token=3, extra_special_tokens={"turn_token": "<|im_start|>"})
    yield "tokens of the vocabulary", {"model": base()["model"] | {"vocab": base()["model"]["vocab"] | {"<mark>": 258, "<|im_end|>": 259}}}, config(
        **fast, eos_token="<|im_end|>", added_tokens_decoder=decoder(_0=added("<|endoftext|>"), _258=added("<mark>"), _259=added("<|im_end|>")))
    yield "prefix of the file", {"pre_tokenizer": prefix}, config(**fast)
    yield "prefix of the config, not for this class", {}, config(**fast, add_prefix_space=True)
    yield "prefix of the config", {}, config(tokenizer_class="GPTNeoXTokenizer", add_prefix_space=True)
    yield "prefix of the config, by its old name", {}, config(tokenizer_class="GPTNeoXTokenizerFast", add_prefix_space=True)
    yield "prefix of the config, no class", {}, config(add_prefix_space=True)
    yield "no prefix by the class", {"pre_tokenizer": prefix}, config(tokenizer_class="GPTNeoXTokenizer")
    yield "no prefix by the config", {"pre_tokenizer": prefix}, config(tokenizer_class="GPT2Tokenizer", add_prefix_space=False)
    yield "prefix of a GPT-2", {}, config(tokenizer_class="GPT2Tokenizer", add_prefix_space=True)
    yield "bos of the file", {"post_processor": bos}, config(**fast, bos_token="<|endoftext|>")
    yield "bos of the file, off in the config", {"post_processor": bos}, config(**fast, bos_token="<|endoftext|>", add_bos_token=False)
    yield "bos of the file, not for NeoX", {"post_processor": bos}, config(tokenizer_class="GPTNeoXTokenizer", bos_token="<|endoftext|>")
    yield "bos of the file, GPT-2", {"post_processor": bos}, config(tokenizer_class="GPT2Tokenizer", bos_token="<|endoftext|>")
    yield "bos of the config", {}, config(**fast, bos_token="<|endoftext|>", add_bos_token=True)
    yield "bos of the config, NeoX", {}, config(tokenizer_class="GPTNeoXTokenizer", bos_token="<|endoftext|>", add_bos_token=True, add_eos_token=True)
    yield "names of the class", {}, config(tokenizer_class="GPTNeoXTokenizer", chat_template=WITH_EOS)
    yield "named templates", {}, config(**fast, eos_token="<|endoftext|>", chat_template=[
        {"name": "tool_use", "template": "no"}, {"name": "default", "template": "{{ messages[0].content }}{{ eos_token }}"}])
    yield "unigram", unigram(0), config(**fast, unk_token="<unk>")
    yield "unigram, unknown by its number only", unigram(0), config(**fast)
    for pattern, content in [("https?://", "@"), (r"\r\n|\r", "\n"), ("(``|'')", '"'), (r"\(", "["), (r"\$", "USD"), (" {2,}", "▁▁"),
                             (r"[^\w\s]+", "."), (r"(?<=a)b|c(?=d)", "xyz"), (r"\s+$", ""), (r"^\s*", ""), (r"\d*", ""), ("a(?:b|c)?", "é"),
                             (r"(\w)\1", "=="), (r"x{0,2}y|\bHe", "zz"), (r"(?i)HELLO", "bye"), (r"^a|o$", "X"), (r"(?m)a.*b", "Y"), (r"\R", "/"), (r"[]^$]|\^d", "Z")]:
        yield f"replace {pattern}", {"normalizer": replace(pattern, content)}, config(**fast)
    split = lambda pattern: {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    yield "split by lines", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [split(r"^.*$"), prefix]}}, config(**fast)
    yield "replace a text", {"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "NFC"}, replace("(x)?*", "y", "String"), replace("", "", "String")]}}, config(**fast)


def make(out):
    cases = []
    for name, changes, files in folders():
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "config.json").write_text(json.dumps({"model_type": "mamba", "vocab_size": VOCAB}))
            (folder / "tokenizer.json").write_text(json.dumps(base() | changes))
            for file, value in files.items():
                (folder / file).write_text(json.dumps(value))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            case = {"name": name, "tokenizer": changes, "files": files}
            case["encoded"] = [tokenizer.encode(text) for text in TEXTS]
            case["plain"] = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
            if case["plain"] == case["encoded"]:
                del case["plain"]
            decoded = [tokenizer.decode(ids, skip_special_tokens=True) for ids in case["encoded"]]
            case["decoded"] = [None if text == again else again for text, again in zip(TEXTS, decoded)]
            case["tokens"] = {key: str(value) for key, value in tokenizer.special_tokens_map.items()}
            if tokenizer.chat_template is not None:
                case["prompt"] = tokenizer.apply_chat_template(MESSAGES, tokenize=False, add_generation_prompt=True)
            cases.append(case)
    whole = {"by": f"transformers {transformers.__version__} AutoTokenizer", "vocab": VOCAB, "base": base(), "messages": MESSAGES, "texts": TEXTS}
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    head = json.dumps(whole, ensure_ascii=False)
    (out / "tokenizer_folders.json").write_text(f'{head[:-1]}, "folders": [\n{lines}\n]}}\n')
