"""GGUF files of target/bench/mamba-130m for the peers that are built on llama.cpp.

    python make_gguf.py CHECKPOINT_FOLDER OUTPUT_FOLDER

F32, Q8_0 and Q4_0 are written with the `gguf` package, with the same weights, names and transposes as llama.cpp's own
converter. Q4_K_M is made from the F32 file by llama.cpp itself, where llama-cpp-python is installed.

The vocabulary is made up, since only the speed is measured: every printable ASCII character is one token and there is
no merge that text could use, so a prompt of n characters has n tokens, and whatever the random weights say is valid
text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

NAMES = {
    "norm.weight": "attn_norm.weight",
    "mixer.in_proj.weight": "ssm_in.weight",
    "mixer.conv1d.weight": "ssm_conv1d.weight",
    "mixer.conv1d.bias": "ssm_conv1d.bias",
    "mixer.x_proj.weight": "ssm_x.weight",
    "mixer.dt_proj.weight": "ssm_dt.weight",
    "mixer.dt_proj.bias": "ssm_dt.bias",
    "mixer.A_log": "ssm_a",
    "mixer.D": "ssm_d",
    "mixer.out_proj.weight": "ssm_out.weight",
}
# What llama.cpp's own quantisation packs; all else stays in f32.
PACKED = ("token_embd.weight", "ssm_in.weight", "ssm_x.weight", "ssm_dt.weight", "ssm_out.weight")
FILES = {"f32": (Type.F32, 0), "q8_0": (Type.Q8_0, 7), "q4_0": (Type.Q4_0, 2)}
Q4_K_M = 15


def read_safetensors(file: Path):
    """Name and f32 values of each tensor of a bf16 file."""
    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
        start = stream.tell()
        for name, tensor in header.items():
            if name == "__metadata__":
                continue
            first, last = tensor["data_offsets"]
            stream.seek(start + first)
            bits = np.frombuffer(stream.read(last - first), dtype="<u2")
            yield name, (bits.astype(np.uint32) << 16).view(np.float32).reshape(tensor["shape"])


def converted(name: str, values: np.ndarray) -> tuple[str, np.ndarray]:
    if name == "backbone.embeddings.weight":
        return "token_embd.weight", values
    if name == "backbone.norm_f.weight":
        return "output_norm.weight", values
    _, _, layer, rest = name.split(".", 3)
    if rest == "mixer.A_log":
        values = -np.exp(values)
    if rest == "mixer.conv1d.weight":
        values = values.squeeze(1)
    return f"blk.{layer}.{NAMES[rest]}", np.ascontiguousarray(values)


def vocabulary(size: int) -> list[str]:
    """GPT-2's spelling, in which a space is Ġ."""
    characters = ["Ġ" if c == " " else c for c in map(chr, range(32, 127))]
    words = [f"Ġw{i}" for i in range(size - len(characters) - 2)]
    return ["<|end|>", *characters, *words, "~~"]


def write(folder: Path, out: Path, kind: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    quantisation, file_type = FILES[kind]
    part = out.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "mamba")
    writer.add_name("mamba-130m, random weights")
    writer.add_context_length(1 << 20)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_ssm_conv_kernel(config["conv_kernel"])
    writer.add_ssm_inner_size(config["intermediate_size"])
    writer.add_ssm_state_size(config["state_size"])
    writer.add_ssm_time_step_rank(config["time_step_rank"])
    writer.add_layer_norm_rms_eps(config["layer_norm_epsilon"])
    writer.add_file_type(file_type)

    tokens = vocabulary(config["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] + [gguf.TokenType.NORMAL] * (len(tokens) - 1))
    writer.add_token_merges(["~ ~"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)

    for name, values in read_safetensors(folder / "model.safetensors"):
        name, values = converted(name, values)
        # Blocks of the packed formats are 32 long; shorter rows stay in f32, as in llama.cpp.
        packed = quantisation is not Type.F32 and name.endswith(PACKED) and values.shape[-1] % 32 == 0
        if packed:
            writer.add_tensor(name, gguf.quants.quantize(values, quantisation), raw_dtype=quantisation)
        else:
            writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(out)


def write_q4_k_m(source: Path, out: Path) -> None:
    import llama_cpp

    # Two lines for each tensor otherwise; what goes wrong is in the status.
    quiet = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(quiet, None)
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = Q4_K_M
    part = out.with_suffix(".part")
    if llama_cpp.llama_model_quantize(str(source).encode(), str(part).encode(), parameters) != 0:
        raise SystemExit("llama.cpp could not make the Q4_K_M file")
    part.rename(out)


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for kind in FILES:
        file = out / f"{kind}.gguf"
        if not file.exists():
            write(folder, file, kind)
    if not (out / "q4_k_m.gguf").exists():
        try:
            write_q4_k_m(out / "f32.gguf", out / "q4_k_m.gguf")
        except ImportError:
            print("no llama-cpp-python: the Q4_K_M file is left out", file=sys.stderr)


if __name__ == "__main__":
    main()
