"""What transformers makes the embeddings and the head of, by what config.json says of them and what a file holds."""

import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

from make.config_cases import ABSENT, BASES

EMBEDDINGS, HEAD = "backbone.embeddings.weight", "lm_head.weight"


def resolved(config, tensors, tables):
    """Which stored table each of the two is: "embeddings", "head", or None for one that is made up."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        save_file(tensors, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def which(weight):
        return next((name for name, table in tables.items() if torch.equal(weight, table)), None)

    return {"embeddings": which(model.backbone.embeddings.weight), "head": which(model.lm_head.weight)}


def make(out):
    rows = []
    for name in ["mamba", "falcon", "mamba2"]:
        for tied in [True, False, ABSENT]:
            config = BASES[name] | {"tie_word_embeddings": tied}
            config = {key: value for key, value in config.items() if value is not ABSENT}
            torch.manual_seed(1)
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "config.json").write_text(json.dumps(BASES[name]))
                model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
            body = {key: value.clone() for key, value in model.state_dict().items() if key not in (EMBEDDINGS, HEAD)}
            shape = model.backbone.embeddings.weight.shape
            embeddings, head = torch.randn(shape), torch.randn(shape)
            for stored, tables in {
                "embeddings": {"embeddings": embeddings},
                "head": {"head": head},
                "equal": {"embeddings": embeddings, "head": embeddings.clone()},
                "different": {"embeddings": embeddings, "head": head},
            }.items():
                tensors = {{"embeddings": EMBEDDINGS, "head": HEAD}[key]: table for key, table in tables.items()}
                says = None if tied is ABSENT else tied
                row = {"family": name, "tie_word_embeddings": says, "stored": stored}
                rows.append(row | resolved(config, body | tensors, tables))
    (out / "heads.json").write_text("[\n%s\n]\n" % ",\n".join(json.dumps(row) for row in rows))
