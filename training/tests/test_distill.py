"""The distillation on toy sizes: against transformers, step against chunks, and each stage a few steps long."""

import torch
from transformers import GraniteMoeHybridConfig, GraniteMoeHybridForCausalLM, LlamaConfig, LlamaForCausalLM

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
