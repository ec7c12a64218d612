"""What is exported loads in transformers and says the same."""

from pathlib import Path

import pytest
import torch

from training.average import average
from training.export import BOT, END, MARKS, PAD, USER, as_packed, export, is_packed, load, main, pack, read_weights, unpack
from training.grow import grow
from training.model import Config, Mamba
from training.tokenizer import train

TEXT = ["<|user|>Hello there, how are you?<|bot|>I am fine. 12 + 30 = 42. What about you?<|endoftext|>"] * 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    train(iter(TEXT), 300).save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    model = Mamba(Config(V=300, D=32, L=2))
    export(model, folder / "tokenizer.json", folder)
    return folder


def test_transformers_computes_the_same_logits(folder: Path):
    from transformers import AutoModelForCausalLM

    theirs = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    assert type(theirs).__name__ == "MambaForCausalLM"
    assert theirs.lm_head.weight.data_ptr() == theirs.backbone.embeddings.weight.data_ptr()
    ours, _ = load(folder)
    tokens = torch.randint(0, 300, (2, 17))
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens), theirs(tokens).logits, rtol=1e-4, atol=1e-5)


def test_an_average_lies_between_two_models():
    models = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        models.append(Mamba(Config(V=300, D=32, L=2)).requires_grad_(False))
    first, second = ({name: value.clone() for name, value in model.state_dict().items()} for model in models)
    for name, value in average(*models, 0.25).state_dict().items():
        torch.testing.assert_close(value, 0.75 * first[name] + 0.25 * second[name])
    with pytest.raises(ValueError, match="two shapes"):
        average(models[0], Mamba(Config(V=300, D=64, L=2)), 0.5)


def test_the_chat_template_writes_what_the_model_was_trained_on(folder: Path):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    chat = [{"role": "user", "content": " Hello "}, {"role": "assistant", "content": "Hi!"}, {"role": "user", "content": "12?"}]
    text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    assert text == "<|user|>Hello<|bot|>Hi!<|user|>12?<|bot|>"
    ids = tokenizer(text)["input_ids"]
    assert ids[0] == USER and ids[-1] == BOT and END not in ids and PAD not in ids


def test_the_tokenizer_gives_every_text_back(folder: Path):
    _, tokenizer = load(folder)
    for text in ["Hello there", "  two  spaces\n\nand lines ", "naïve Ærøskøbing 你好 🙂", "1234567890", "it's 3,000.5!", "<|user|>"]:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text
    assert [tokenizer.token_to_id(mark) for mark in MARKS] == list(range(5))


def test_no_token_holds_two_digits(folder: Path):
    _, tokenizer = load(folder)
    assert len(tokenizer.encode("2024").ids) == 4
    assert not [token for token in tokenizer.get_vocab() if sum(letter.isdigit() for letter in token) > 1]


def test_packing_is_near_and_changes_nothing_the_second_time():
    weight = torch.randn(8, 128)
    once = as_packed("x.weight", weight)
    assert (once - weight).abs().max() < weight.abs().max() / 127
    torch.testing.assert_close(as_packed("x.weight", once), once, rtol=1e-3, atol=1e-4)
    assert as_packed("x.A_log", weight) is weight


def test_what_is_packed_comes_back_within_half_a_step(folder: Path, tmp_path: Path):
    torch.manual_seed(1)
    model = Mamba(Config(V=300, D=64, L=2))
    export(model, folder / "tokenizer.json", tmp_path, packed=True)
    read, exact = read_weights(tmp_path), model.state_dict()
    for name, value in exact.items():
        groups = value.unflatten(1, (-1, 64)) if is_packed(name, value) else value
        step = groups.abs().amax(-1, keepdim=True) / 127 if is_packed(name, value) else value.abs() / 1000
        assert ((read[name].view_as(groups) - groups).abs() <= 0.51 * step + 1e-6).all(), name
    again = pack(read["backbone.embeddings.weight"])
    assert torch.equal(unpack(*again), read["backbone.embeddings.weight"])


def test_a_packed_model_can_be_written_plain_for_transformers(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from transformers import AutoModelForCausalLM

    torch.manual_seed(3)
    export(Mamba(Config(V=300, D=64, L=2)), folder / "tokenizer.json", tmp_path / "packed", packed=True)
    monkeypatch.setattr("sys.argv", ["export", str(tmp_path / "packed"), str(tmp_path / "plain"), "--plain"])
    main()
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "plain", dtype=torch.float32).eval()
    ours, _ = load(tmp_path / "packed")
    tokens = torch.randint(0, 300, (2, 17))
    with torch.no_grad():
        torch.testing.assert_close(ours(tokens), theirs(tokens).logits, rtol=1e-3, atol=1e-3)


def test_a_grown_model_says_the_same(folder: Path):
    torch.manual_seed(2)
    small = Mamba(Config(V=300, D=32, L=2))
    small.backbone.embeddings.weight.data.normal_()  # large beside the norm's epsilon
    large, tokens = grow(small, 64), torch.randint(0, 300, (2, 17))
    with torch.no_grad():
        torch.testing.assert_close(large(tokens), small(tokens), rtol=1e-3, atol=1e-3)
    large.loss(tokens[:, :-1], tokens[:, 1:], torch.ones(2, 16)).backward()
    for name, value in large.named_parameters():
        assert value.grad.abs().sum() > 0, name
    out = large.backbone.layers[0].mixer.out_proj.weight
    assert out[32:].abs().sum() == 0 and out.grad[32:].abs().sum() > 0
