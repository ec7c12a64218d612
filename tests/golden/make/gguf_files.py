"""The random-weight checkpoints as GGUF, written with the `gguf` package the way llama.cpp's converter does it."""

import json

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.torch import load_file, save_file
import torch

# What the converter packs; all else stays in f32, and so do rows that are not whole blocks.
PACKED = ("token_embd.weight", "output.weight", "ssm_in.weight", "ssm_x.weight", "ssm_dt.weight", "ssm_out.weight",
          "attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight", "ffn_gate.weight", "ffn_up.weight",
          "ffn_down.weight")
FILES = [("chat", Type.F16), ("falcon", Type.F32), ("mamba2", Type.F32), ("mamba2-groups", Type.BF16),
         ("tiny-f32", Type.Q8_0), ("falcon", Type.Q8_0), ("mamba2", Type.Q8_0), ("granite", Type.F32),
         ("falcon-h1", Type.F32), ("falcon-h1-norm", Type.BF16)]
ARCHITECTURES = {"mamba": gguf.MODEL_ARCH.MAMBA, "falcon_mamba": gguf.MODEL_ARCH.MAMBA, "mamba2": gguf.MODEL_ARCH.MAMBA2,
                 "granitemoehybrid": gguf.MODEL_ARCH.GRANITE_HYBRID, "falcon_h1": gguf.MODEL_ARCH.FALCON_H1}
BLOCKS = [Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q4_K, Type.Q5_K, Type.Q6_K]


def parameters(writer, c):
    """MambaModel.set_gguf_parameters and Mamba2Model.set_gguf_parameters."""
    writer.add_context_length(2**20)
    writer.add_embedding_length(c["hidden_size"])
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(c["num_hidden_layers"])
    writer.add_ssm_conv_kernel(c["conv_kernel"])
    writer.add_ssm_inner_size(c["expand"] * c["hidden_size"])
    writer.add_ssm_state_size(c["state_size"])
    writer.add_layer_norm_rms_eps(c["layer_norm_epsilon"])
    if c["model_type"] == "mamba2":
        writer.add_ssm_time_step_rank(c["num_heads"])
        writer.add_ssm_group_count(c["n_groups"])
    else:
        rank = c["time_step_rank"]
        writer.add_ssm_time_step_rank(-(c["hidden_size"] // -16) if rank == "auto" else rank)
        writer.add_ssm_dt_b_c_rms(c["model_type"] == "falcon_mamba")


def converted(name, values, c, names):
    """modify_tensors of Mamba and Mamba-2: the name and values in the file."""
    if name.endswith(".dt_bias"):
        name = name.removesuffix(".dt_bias") + ".dt_proj.bias"
    new = names.get_name(name, try_suffixes=(".weight", ".bias"))
    if name.endswith("conv1d.weight"):
        values = values.squeeze(1)
    if c["model_type"] not in ("mamba", "falcon_mamba"):
        if name.endswith((".A_log", ".D")):
            values = values.reshape(-1, 1)
        elif name.endswith(("mixer.norm.weight", "mamba.norm.weight")):
            values = values.reshape(c["mamba_n_groups" if "mamba_n_groups" in c else "n_groups"], -1)
    if name.endswith(".A_log"):
        values = -torch.exp(values)
    return new, values.numpy()


def hybrid_parameters(writer, c):
    """GraniteHybridModel.set_gguf_parameters and FalconH1Model.set_gguf_parameters."""
    blocks, falcon = c["num_hidden_layers"], c["model_type"] == "falcon_h1"
    inner = c.get("mamba_d_ssm") or c["mamba_expand"] * c["hidden_size"]
    writer.add_vocab_size(c["vocab_size"])
    writer.add_context_length(c["max_position_embeddings"] if falcon else 2**20)
    writer.add_embedding_length(c["hidden_size"])
    writer.add_block_count(blocks)
    writer.add_layer_norm_rms_eps(c["rms_norm_eps"])
    writer.add_head_count(c["num_attention_heads"])
    writer.add_ssm_conv_kernel(c["mamba_d_conv"])
    writer.add_ssm_state_size(c["mamba_d_state"])
    writer.add_ssm_group_count(c["mamba_n_groups"])
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_time_step_rank(c["mamba_n_heads"])
    if falcon:
        writer.add_feed_forward_length(c["intermediate_size"])
        writer.add_head_count_kv(c["num_key_value_heads"])
        writer.add_key_length(c["head_dim"])
        writer.add_value_length(c["head_dim"])
        writer.add_rope_freq_base(c.get("rope_theta") or c["rope_parameters"]["rope_theta"])
    else:
        writer.add_feed_forward_length(c["intermediate_size"])
        writer.add_expert_shared_feed_forward_length(c["shared_intermediate_size"])
        kinds = [kind in ("attention", "full_attention") for kind in c["layer_types"]]
        writer.add_head_count_kv([c["num_key_value_heads"] if kind else 0 for kind in kinds])
        writer.add_rope_scaling_finetuned(False)
        writer.add_attention_scale(c["attention_multiplier"])
        writer.add_embedding_scale(c["embedding_multiplier"])
        writer.add_residual_scale(c["residual_multiplier"])
        writer.add_logit_scale(c["logits_scaling"])


def permuted(values, heads):
    """LlamaModel.permute, which the converter applies to q and k of Granite, with positions or without."""
    return values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)


def hybrid_tensors(name, values, c):
    """modify_tensors of the two: names and values, with Falcon's factors in the weights."""
    if c["model_type"] == "granitemoehybrid":
        if "input_linear" in name:
            gate, up = values.chunk(2)
            # The two names that the converter gives itself.
            place = name.replace("shared_mlp.input_linear", "mlp.gate_proj")
            return [(place, gate), (place.replace("gate_proj", "up_proj"), up)]
        if "output_linear" in name:
            return [(name.replace("shared_mlp.output_linear", "mlp.down_proj"), values)]
        if "q_proj" in name:
            return [(name, permuted(values, c["num_attention_heads"]))]
        if "k_proj" in name:
            return [(name, permuted(values, c["num_key_value_heads"]))]
        return [(name, values)]
    is_weight = name.endswith("weight")  # a factor of the input is none of the bias
    read, ssm_read = (c["attention_in_multiplier"], c["ssm_in_multiplier"]) if is_weight else (1, 1)
    inner = c.get("mamba_d_ssm") or c["mamba_expand"] * c["hidden_size"]
    group = c["mamba_n_groups"] * c["mamba_d_state"]
    sections = torch.repeat_interleave(torch.tensor(c["ssm_multipliers"]),
                                       torch.tensor([inner, inner, group, group, c["mamba_n_heads"]]))
    factors = {"down_proj": c["mlp_multipliers"][1], "gate_proj": c["mlp_multipliers"][0],
               "k_proj": c["key_multiplier"] * read, "q_proj": read if is_weight else 1, "v_proj": read,
               "o_proj": c["attention_out_multiplier"], "out_proj": c["ssm_out_multiplier"],
               "in_proj": ssm_read * (sections[:, None] if is_weight else sections),
               "lm_head": c["lm_head_multiplier"], "embed_tokens": c["embedding_multiplier"]}
    part = next((part for part in name.split(".")[::-1] if part in factors), None)
    return [(name, values * factors[part] if part else values)]


def vocabulary(writer, folder):
    """_set_vocab_gpt2: all tokens by id, with their types."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    config = json.loads((folder / "tokenizer_config.json").read_text())
    added = {token["id"]: token for token in tokenizer["added_tokens"]}
    by_id = {id: text for text, id in tokenizer["model"]["vocab"].items()} | {id: t["content"] for id, t in added.items()}
    types = [gguf.TokenType.NORMAL] * len(by_id)
    for id, token in added.items():
        types[id] = gguf.TokenType.CONTROL if token["special"] else gguf.TokenType.USER_DEFINED
    ids = {text: id for id, text in by_id.items()}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("mpt")
    writer.add_token_list([by_id[id] for id in range(len(by_id))])
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(merge) for merge in tokenizer["model"]["merges"]])
    writer.add_eos_token_id(ids[config["eos_token"]])
    writer.add_pad_token_id(ids[config["pad_token"]])
    writer.add_add_bos_token(False)
    writer.add_chat_template(config["chat_template"])


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def model(folder, out, kind):
    c = json.loads((folder / "config.json").read_text())
    c.setdefault("expand", 2)
    c.setdefault("intermediate_size", 11008)
    architecture = ARCHITECTURES[c["model_type"]]
    writer = gguf.GGUFWriter(out, gguf.MODEL_ARCH_NAMES[architecture])
    hybrid = c["model_type"] in ("granitemoehybrid", "falcon_h1")
    (hybrid_parameters if hybrid else parameters)(writer, c)
    if (folder / "tokenizer.json").exists():
        vocabulary(writer, folder)
    names = gguf.get_tensor_name_map(architecture, c["num_hidden_layers"])
    tensors = [(name, values.float()) for name, values in load_file(folder / "model.safetensors").items()]
    if hybrid:
        tensors = [tensor for name, values in tensors for tensor in hybrid_tensors(name, values, c)]
    for name, values in tensors:
        name, values = converted(name, values, c, names)
        if name.endswith(PACKED) and kind != Type.F32 and values.shape[-1] % gguf.GGML_QUANT_SIZES[kind][0] == 0:
            writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, values.astype(np.float32))
    finish(writer)


def blocks(out):
    """One tensor of each block type, and what the `gguf` package decodes it to."""
    rng = np.random.default_rng(600)
    writer = gguf.GGUFWriter(out / "blocks.gguf", "mamba")
    values = {}
    for kind in BLOCKS:
        name = f"blocks.{kind.name}"
        if kind in (Type.Q4_K, Type.Q5_K, Type.Q6_K):
            # The package cannot make these, so their bytes are drawn, with scales of a sensible size.
            count, size = gguf.GGML_QUANT_SIZES[kind]
            raw = rng.integers(0, 256, (3, 512 // count, size), dtype=np.uint8)
            places = [size - 2] if kind == Type.Q6_K else [0, 2]
            for place in places:
                scales = rng.uniform(-0.01, 0.01, raw.shape[:2]).astype(np.float16)
                raw[..., place : place + 2] = scales[..., None].view(np.uint8)
            raw = raw.reshape(3, -1)
        else:
            raw = gguf.quants.quantize(rng.normal(0, 1, (3, 512)).astype(np.float32), kind)
        writer.add_tensor(name, raw, raw_dtype=kind)
        values[name] = torch.from_numpy(gguf.quants.dequantize(raw, kind).astype(np.float32))
    finish(writer)
    save_file(values, out / "blocks.safetensors")


def split(source, out, parts):
    """The model in parts as gguf-split makes them: only the first one says what the model is."""
    reader = gguf.GGUFReader(source)
    for number, chosen in enumerate(np.array_split(range(len(reader.tensors)), parts)):
        name = f"{source.name.removesuffix('.gguf')}-{number + 1:05}-of-{parts:05}.gguf"
        writer = gguf.GGUFWriter(out / name, "")
        writer.kv_data[0].clear()
        for field in reader.fields.values() if number == 0 else []:
            if not field.name.startswith("GGUF."):
                writer.add_key_value(field.name, field.contents(), field.types[0])
        writer.add_uint16("split.no", number)
        writer.add_uint16("split.count", parts)
        writer.add_int32("split.tensors.count", len(reader.tensors))
        for tensor in (reader.tensors[i] for i in chosen):
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
        finish(writer)


def make(folder, out):
    out.mkdir(exist_ok=True)
    blocks(out)
    for name, kind in FILES:
        model(folder / name, out / f"{name}.{kind.name.lower()}.gguf", kind)
    (out / "split").mkdir(exist_ok=True)
    split(out / "mamba2.q8_0.gguf", out / "split", 3)
