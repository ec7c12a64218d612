"""What PyTorch sees in chapter 5 of the Lab: each token's surprise in bits and its mean step size delta, layer by layer."""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.export import load  # noqa: E402
from training.model import rms_norm  # noqa: E402

SENTENCE = "<|user|>My name is Ada and I have a red cat.<|bot|>Hello Ada!<|user|>What is my name?<|bot|>Your name is"  # www/lab/jobs/watch.js


@torch.no_grad()
def make(model_folder, out):
    model, tokenizer = load(Path(model_folder))
    ids = torch.tensor([tokenizer.encode(SENTENCE, add_special_tokens=False).ids])
    steps, h = [], model.backbone.embeddings(ids)
    for layer in model.backbone.layers:
        norm, in_proj, conv, conv_bias, x_proj, dt_proj, dt_bias, *_ = weights = layer.weights()
        T, K = ids.shape[1], conv.shape[-1]
        x = F.linear(rms_norm(h, norm), in_proj).chunk(2, -1)[0]
        padded = F.pad(x, (0, 0, K - 1, 0))
        x = F.silu(conv_bias + sum(conv[:, 0, k] * padded[:, k : k + T] for k in range(K)))
        delta = F.softplus(F.linear(F.linear(x, x_proj)[..., : model.config.R], dt_proj, dt_bias))
        steps.append(delta.mean(-1)[0].tolist())
        h = model._block(h, *weights, model.compute)
    scores = torch.log_softmax(model(ids)[0].double(), -1)
    surprises = [None] + [-scores[t, ids[0, t + 1]].item() / math.log(2) for t in range(ids.shape[1] - 1)]
    tokens = [{"surprise": surprises[t], "steps": [layer[t] for layer in steps]} for t in range(ids.shape[1])]
    (Path(out) / "lab/watch.json").write_text(json.dumps({"tokens": tokens}) + "\n", encoding="utf-8")
