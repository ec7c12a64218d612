"""The distillation on toy sizes: against transformers, step against chunks, and each stage a few steps long."""

import numpy as np
import torch
from transformers import GraniteMoeHybridConfig, GraniteMoeHybridForCausalLM, LlamaConfig, LlamaForCausalLM

from training.corpus import mix
from training.distill import student as S
from training.distill import teacher as T

V, D, F, L, HEADS, KV = 200, 128, 96, 2, 4, 2
P = D // HEADS


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return ((a - b).norm() / b.norm()).item()


def shaken(student: S.Student) -> S.Student:
    """Every tensor away from its first value, so that none can be ignored unseen."""
    g = torch.Generator().manual_seed(3)
    for _, value in student.named():
        value += 0.1 * torch.randn(value.shape, generator=g)
    return student


def tokens(Z: int, length: int) -> torch.Tensor:
    return torch.randint(0, V, (Z, length), generator=torch.Generator().manual_seed(1))


def test_the_student_is_transformers_granite_hybrid():
    student = shaken(S.of_teacher(T.random_teacher(V, D, F, L, HEADS, KV)))
    config = GraniteMoeHybridConfig(
        vocab_size=V, hidden_size=D, num_hidden_layers=L, num_attention_heads=HEADS, num_key_value_heads=KV, shared_intermediate_size=F,
        num_local_experts=0, layer_types=["mamba"] * L, mamba_n_heads=HEADS, mamba_n_groups=HEADS, mamba_d_state=P, mamba_d_head=P, mamba_d_conv=4,
        mamba_expand=1, mamba_chunk_size=64, tie_word_embeddings=True, rms_norm_eps=T.EPSILON)  # fmt: skip
    oracle = GraniteMoeHybridForCausalLM(config).float().eval()
    missing, extra = oracle.load_state_dict(dict(student.named()), strict=False)
    assert set(missing) <= {"lm_head.weight"} and not extra
    oracle.tie_weights()
    ids = tokens(2, 192)
    with torch.no_grad():
        expected = oracle(ids, use_cache=False).logits
        ours = S.hidden(student, ids, torch.float32) @ student.embedding.T
        states = S.new_states(student, 2, torch.float32)
        steps = torch.stack([S.step(student, ids[:, t], states, torch.float32) for t in range(192)], 1)
    assert relative(ours, expected) < 1e-5
    assert relative(steps, ours) < 1e-5


def test_the_teacher_is_transformers_llama():
    teacher = T.random_teacher(V, D, F, L, HEADS, KV)
    config = LlamaConfig(vocab_size=V, hidden_size=D, intermediate_size=F, num_hidden_layers=L, num_attention_heads=HEADS, num_key_value_heads=KV,
                         rms_norm_eps=T.EPSILON, tie_word_embeddings=True, rope_parameters={"rope_theta": T.ROPE_BASE, "rope_type": "default"})  # fmt: skip
    oracle = LlamaForCausalLM(config).float().eval()
    weights = {"model.embed_tokens.weight": teacher.embedding, "model.norm.weight": teacher.norm}
    for i, layer in enumerate(teacher.layers):
        q, k, v = layer["qkv"].split([D, KV * P, KV * P])
        names = {"input_layernorm": layer["norm1"], "post_attention_layernorm": layer["norm2"], "mlp.gate_proj": layer["gate_up"][:F], "mlp.up_proj": layer["gate_up"][F:],
                 "mlp.down_proj": layer["down"], "self_attn.q_proj": q, "self_attn.k_proj": k, "self_attn.v_proj": v, "self_attn.o_proj": layer["o"]}  # fmt: skip
        weights |= {f"model.layers.{i}.{name}.weight": value for name, value in names.items()}
    oracle.load_state_dict(weights, strict=False)
    ids = tokens(2, 50)
    with torch.no_grad():
        expected = oracle.model(ids, use_cache=False).last_hidden_state
    assert relative(T.hidden(teacher, ids), expected) < 1e-5


def toy_tokenizer():
    """Byte by byte, with the marks in their places."""
    from tokenizers import pre_tokenizers

    from training.distill import dialogue

    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<mark{i}>" for i in range(3, dialogue.MARKS))]
    return dialogue.build_tokenizer([*marks, *sorted(pre_tokenizers.ByteLevel.alphabet())], [], len(marks))


def test_rows_say_what_is_learnt_from_the_text_and_what_from_the_teacher():
    from training.distill import dialogue, text

    tokenizer = toy_tokenizer()
    said = [("user", "Who are you?"), ("assistant", "I am Mamba."), ("user", "It rained."), ("assistant", "That is a good point.")]
    numbers = text.labelled(tokenizer, dialogue.SYSTEM, said, learn=True)
    learnt = [n & 0xFFFF for n in numbers if n >> text.TOKEN_BITS == text.FOLLOW_TEXT]
    assert tokenizer.decode(learnt, skip_special_tokens=False) == "I am Mamba.<|im_end|>"
    nowhere = [n & 0xFFFF for n in numbers if n >> text.TOKEN_BITS == text.NOTHING]
    assert tokenizer.decode(nowhere, skip_special_tokens=False) == "That is a good point.<|im_end|>"  # the rule's reply
    assert tokenizer.decode([n & 0xFFFF for n in numbers], skip_special_tokens=False).startswith(dialogue.opening(dialogue.SYSTEM))
    assert all(n >> text.TOKEN_BITS == text.FOLLOW_TEACHER for n in text.labelled(tokenizer, None, said, learn=False))


def test_what_the_small_model_says_of_itself_is_said_in_this_ones_numbers():
    from training.distill import text

    for theirs, ours in (
        ("I am a very small model: 22 million parameters, about 25 megabytes.", "I am a small model: 158 million parameters, 106 megabytes."),
        ("The people who made this web page trained me from scratch.", "The people who made this web page distilled me from a model of Hugging Face."),
        ("My state stays about one megabyte.", "My state stays five megabytes."),
        ("Plankton is tiny plants and animals. A mail takes up to 25 megabytes.",) * 2,
    ):
        assert text.restated(theirs) == ours and text.is_learnt(ours)
    assert not text.is_learnt("I take half an hour on one card and 448 wide.")  # what no rule restates is left out
    assert all(text.is_learnt(answer) for _, answers in text._identity() for answer in answers.strip("[]").split("|"))  # its own
    said = [reply for seed in range(60) for role, reply in text.turns(next(mix.Stream(seed, False, text.PARTS))) if role == "assistant"]
    assert sum(map(text.is_learnt, said)) > 0.97 * len(said)


def test_scripts_alternate_between_what_is_given_and_who_writes():
    from training.distill import dialogue, generate

    length = 64
    teacher = T.random_teacher(300, D, F, L, HEADS, KV)
    script = [1, 50, 51, dialogue.END, 60, generate.ASSISTANT, 70, generate.USER, 71, generate.ASSISTANT, *[72] * length]
    scripts = generate.tape([script[:length]] * 3, "cpu")
    tokens, states = generate.converse(generate.TeacherSteps(teacher, 3, length), scripts, length)
    assert relative(states, T.hidden(teacher, tokens)) < 1e-5  # token by token is all at once
    for row in tokens.tolist():
        assert row[:5] == [1, 50, 51, dialogue.END, 60]
        assert all(token == dialogue.END or token >= dialogue.MARKS for token in row[5:])
        if dialogue.END in row[5:]:
            assert row[5 + row[5:].index(dialogue.END) + 1] == 70  # after the assistant's end the script goes on


def test_a_conversation_that_loops_is_found():
    from training.distill import generate

    tokens = torch.randint(20, 30_000, (4, 200), generator=torch.Generator().manual_seed(7))
    said = tokens[0, :20].clone()
    for row, times in ((1, 2), (2, 3), (3, 4)):
        for i in range(times):
            tokens[row, 45 * i + 5 : 45 * i + 25] = said
    assert generate.loops(tokens.int()).tolist() == [False, False, True, True]
    assert generate.loops(torch.full((1, 40), 9)).tolist() == [True]


def rows(count: int, length: int = 128) -> torch.Tensor:
    from training.distill import text

    found = torch.randint(20, V, (count, length), generator=torch.Generator().manual_seed(5))
    found[:, 40:60] += text.FOLLOW_TEXT << text.TOKEN_BITS
    found[:, 120:] = text.PADDING
    return found.int()


def distilled(seconds: float) -> tuple:
    from training.distill import train

    torch.manual_seed(0)
    teacher = T.random_teacher(V, D, F, L, HEADS, KV)
    teach = train.teaching(teacher, {128: 4}, lambda f: f)
    student = S.of_teacher(teacher)
    S.calibrate(student, teacher, rows(4) & 0xFFFF)
    log = []
    distiller = train.Distiller(student, teacher, lambda phase, **values: log.append(values), lambda f: f, tokens_at_once=100)
    deck = train.Deck(rows(8), teach, 128, D)
    distiller.train_mixers([(deck, 4)], seconds, 128)
    return distiller, deck, log


def test_mixers_come_nearer_to_the_attention_they_replace():
    _, _, log = distilled(4)
    assert log[-1]["mean"] < 0.9 * log[0]["mean"]


def test_the_whole_comes_nearer_to_the_teacher_and_to_the_text():
    distiller, deck, _ = distilled(1)
    taken, taught = deck.take(8)
    before = distiller.evaluate(taken, taught)
    distiller.train(lambda progress: deck.take(8), 5, 0.3, lambda progress: None)
    after = distiller.evaluate(taken, taught)
    assert after["kl"] < before["kl"] and after["text_perplexity"] < before["text_perplexity"]


def test_a_deck_keeps_what_the_teacher_said():
    from training.distill import train

    asked = []
    teacher = T.random_teacher(V, D, F, L, HEADS, KV)

    def teach(ids: torch.Tensor) -> torch.Tensor:
        asked.append(len(ids))
        return T.hidden(teacher, ids)

    deck = train.Deck(rows(4), teach, 64, D)  # two conversations a row
    first, second = deck.take(4), deck.take(4)
    assert asked == [8] and deck.epoch == 1
    for found, taught in (first, second):
        assert relative(taught.view(8, 64, -1), T.hidden(teacher, (found & 0xFFFF).view(8, 64))) < 1e-5


def test_pieces_hold_blocks_of_four_bits_as_gguf_has_them(tmp_path):
    import gguf

    from training.distill import pieces

    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(2))
    weight[3] = 0
    pieces.write([("a.weight", weight), ("a.bias", torch.arange(5.0))], tmp_path)
    held = pieces.read(tmp_path)
    back = pieces.plain(held)["a.weight"]
    kind = gguf.GGMLQuantizationType.Q4_0
    blocks = np.concatenate([held["a.weight.d"][..., None].numpy().view(np.uint8), held["a.weight.q"].reshape(64, 3, 16).numpy()], -1).reshape(64, -1)
    assert torch.equal(back, torch.tensor(gguf.quants.dequantize(blocks, kind)))  # its layout
    oracle = torch.tensor(gguf.quants.dequantize(gguf.quants.quantize(weight.numpy(), kind), kind))
    assert relative(back, weight) < 1.01 * relative(oracle, weight) < 0.11
    assert torch.equal(held["a.bias"], torch.arange(5.0))
    # The training computes with what is shipped, and what is shipped stays when it is rounded again.
    learning = weight.clone().requires_grad_(True)
    seen = pieces.straight_through(learning)
    seen.sum().backward()
    assert relative(seen, back) < 1e-6 and torch.equal(learning.grad, torch.ones_like(weight))
    assert torch.equal(pieces.dequantize(*pieces.quantize(back)), back)


def test_a_shipped_file_is_what_was_trained(tmp_path):
    """Written for the page and read again, to go on from it: every tensor in its place."""
    import gguf

    from training.distill import export, for_llama_cpp, pieces
    from training.distill.shipped import Shipped

    student = shaken(S.of_teacher(T.random_teacher(V, D, F, L, HEADS, KV)))
    pieces.write(student.trained(), tmp_path / "pieces")
    source = gguf.GGUFWriter(tmp_path / "teacher.gguf", "llama")
    blocks = gguf.quants.quantize(student.embedding.numpy(), gguf.GGMLQuantizationType.Q8_0)
    source.add_tensor("token_embd.weight", blocks, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    source.write_header_to_file()
    source.write_kv_data_to_file()
    source.write_tensors_to_file()
    source.close()
    reader = gguf.GGUFReader(tmp_path / "teacher.gguf")
    (tmp_path / "out").mkdir()
    weights = export.Weights(pieces.read(tmp_path / "pieces"), reader)
    export.write_gguf(tmp_path / "out" / "toy.gguf", weights, reader)
    found, expected = Shipped(tmp_path / "out").weights(), pieces.plain(pieces.read(tmp_path / "pieces"))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].shape == value.shape and relative(found[name], value) < 1e-6, name
    # With heads of zeros, as llama.cpp wants it, it is wider and says the same.
    wide = weights.widened()
    assert wide.shape().E == 2 * D and wide.shape().P == P
    narrow_said, wide_said = (S.hidden(loaded(w.shape(), pieces.plain(w.held), student.embedding), tokens(2, 128), torch.float32) for w in (weights, wide))
    assert relative(wide_said, narrow_said) < 1e-5
    # Made from the shipped file alone, it is the same file.
    export.write_gguf(tmp_path / "from_pieces.gguf", weights, reader, for_llama_cpp=True)
    for_llama_cpp.write(tmp_path / "out", tmp_path / "from_shipped.gguf")
    first, second = ({t.name: t.data for t in gguf.GGUFReader(tmp_path / f"from_{name}.gguf").tensors} for name in ("pieces", "shipped"))
    assert first.keys() == second.keys() and all(np.allclose(first[name], second[name], rtol=1e-6, atol=0) for name in first)


def loaded(shape: S.Shape, weights: dict[str, torch.Tensor], embedding: torch.Tensor) -> S.Student:
    layers = [{name.split(".", 3)[-1]: value for name, value in weights.items() if name.startswith(f"model.layers.{i}.")} for i in range(shape.L)]
    return S.Student(shape, embedding, weights["model.norm.weight"], layers)


def test_the_words_of_a_right_answer():
    from training.unseen import Item, after_ordinary_sentences, is_met, items

    item = Item("maths", [["8 + 5"]], [["13", "thirteen"]], ["14"])
    assert item.right("It is 13.") and item.right("Thirteen!") and not item.right("130") and not item.right("13 or 14")
    assert not Item("animals", [], [["no"]]).right("I know.") and Item("animals", [], [["n't"]]).right("They can't.")
    assert len(items()) > 80 and all(len(item.chats[0]) == 22 for item in after_ordinary_sentences())
    assert is_met("why is the sky blue") and not is_met("number of octopus hearts in a bottle of ink")
