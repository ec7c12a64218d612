"""GGUF files of a hybrid's checkpoint (benches/make_model.mjs) for the peers that are built on llama.cpp.

    python make_hybrid_gguf.py CHECKPOINT_FOLDER OUTPUT_FOLDER

Names, factors and order are those of llama.cpp's converter, as tests/golden/make/gguf_files.py has them, which the engine's own
reader is tested with. The vocabulary is the one of make_gguf.py: a character is a token. It needs torch and safetensors
(tests/golden/requirements.txt).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.torch import load_file

HERE = Path(__file__).resolve()
sys.path += [str(HERE.parents[3] / "tests/golden"), str(HERE.parent)]
from make import gguf_files as converter  # noqa: E402
from make_gguf import vocabulary  # noqa: E402

FILES = {"q8_0": (Type.Q8_0, 7), "q4_0": (Type.Q4_0, 2), "f16": (Type.F16, 1)}
# What both makers' configs say and the benchmark's leave out, because a factor of one costs the same.
FACTORS = {
    **dict.fromkeys(["attention_in_multiplier", "attention_out_multiplier", "ssm_in_multiplier", "ssm_out_multiplier",
                     "key_multiplier", "lm_head_multiplier", "embedding_multiplier", "residual_multiplier", "logits_scaling"], 1.0),
    "ssm_multipliers": [1.0] * 5,
    "mlp_multipliers": [1.0, 1.0],
}


def write(folder: Path, out: Path, kind: str) -> None:
    config = FACTORS | json.loads((folder / "config.json").read_text())
    config.setdefault("intermediate_size", config.get("shared_intermediate_size"))
    architecture = converter.ARCHITECTURES[config["model_type"]]
    quantisation, file_type = FILES[kind]
    part = out.with_suffix(".part")
    writer = gguf.GGUFWriter(part, gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_name("random weights")
    writer.add_file_type(file_type)
    converter.hybrid_parameters(writer, config)
    tokens = vocabulary(config["vocab_size"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] + [gguf.TokenType.NORMAL] * (len(tokens) - 1))
    writer.add_token_merges(["~ ~"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)

    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    for name, values in load_file(folder / "model.safetensors").items():
        for place, tensor in converter.hybrid_tensors(name, values.float(), config):
            new, array = converter.converted(place, tensor, config, names)
            array = np.ascontiguousarray(array, dtype=np.float32)
            block, _ = gguf.GGML_QUANT_SIZES[quantisation]
            if new.endswith(converter.PACKED) and array.shape[-1] % block == 0:
                writer.add_tensor(new, gguf.quants.quantize(array, quantisation), raw_dtype=quantisation)
            else:
                writer.add_tensor(new, array)
    converter.finish(writer)
    part.rename(out)


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for kind in FILES:
        file = out / f"{folder.name}.{kind}.gguf"
        if not file.exists():
            write(folder, file, kind)


if __name__ == "__main__":
    main()
