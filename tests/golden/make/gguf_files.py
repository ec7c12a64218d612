"""The random-weight checkpoints as GGUF, written with the `gguf` package the way llama.cpp's converter does it."""

import json

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.torch import load_file, save_file
import torch

# What the converter packs; all else stays in f32, and so do rows that are not whole blocks.
PACKED = ("token_embd.weight", "output.weight", "ssm_in.weight", "ssm_x.weight", "ssm_dt.weight", "ssm_out.weight")
FILES = [("chat", Type.F16), ("falcon", Type.F32), ("mamba2", Type.F32), ("mamba2-groups", Type.BF16),
         ("tiny-f32", Type.Q8_0), ("falcon", Type.Q8_0), ("mamba2", Type.Q8_0)]
ARCHITECTURES = {"mamba": gguf.MODEL_ARCH.MAMBA, "falcon_mamba": gguf.MODEL_ARCH.MAMBA, "mamba2": gguf.MODEL_ARCH.MAMBA2}
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
    """modify_tensors of the two: the name and values in the file."""
    if name.endswith(".dt_bias"):
        name = name.removesuffix(".dt_bias") + ".dt_proj.bias"
    new = names.get_name(name, try_suffixes=(".weight", ".bias"))
    if name.endswith("conv1d.weight"):
        values = values.squeeze(1)
    if c["model_type"] == "mamba2":
        if name.endswith((".A_log", ".D")):
            values = values.reshape(-1, 1)
        elif name.endswith("mixer.norm.weight"):
            values = values.reshape(c["n_groups"], -1)
    if name.endswith(".A_log"):
        values = -torch.exp(values)
    return new, values.numpy()


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
    architecture = ARCHITECTURES[c["model_type"]]
    writer = gguf.GGUFWriter(out, gguf.MODEL_ARCH_NAMES[architecture])
    parameters(writer, c)
    if (folder / "tokenizer.json").exists():
        vocabulary(writer, folder)
    names = gguf.get_tensor_name_map(architecture, c["num_hidden_layers"])
    for name, values in load_file(folder / "model.safetensors").items():
        name, values = converted(name, values.float(), c, names)
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
