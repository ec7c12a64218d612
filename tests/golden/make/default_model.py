"""What transformers says with the default model: small, because the model may be trained anew."""

import hashlib
import json
import sys
from pathlib import Path

import torch
from transformers import AutoTokenizer, MambaConfig, MambaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.export import read_weights  # noqa: E402

TOP = 20
GREEDY = 32
PROMPTS = [
    {"messages": [{"role": "user", "content": "What is the capital of France?"}]},
    {"messages": [
        {"role": "user", "content": "My name is Zorbin."},
        {"role": "assistant", "content": "Nice to meet you, Zorbin!"},
        {"role": "user", "content": "What is my name?"},
    ]},
    {"text": "Once upon a time, there was a little fox"},
    {"messages": [{"role": "user", "content": "How many legs does a spider have?"}]},
]


@torch.no_grad()
def make(model_folder, out):
    torch.set_num_threads(1)
    folder = Path(model_folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # transformers cannot load embeddings in 8 bits, so the weights are unpacked before.
    config = json.loads((folder / "config.json").read_text())
    config.pop("quantization_config", None)
    model = MambaForCausalLM(MambaConfig(**config)).eval()
    model.load_state_dict(read_weights(folder), strict=False)
    model.tie_weights()
    cases = []
    for prompt in PROMPTS:
        text = prompt.get("text")
        if text is None:
            text = tokenizer.apply_chat_template(prompt["messages"], tokenize=False, add_generation_prompt=True)
        ids = tokenizer.encode(text, add_special_tokens=False)
        result = model(input_ids=torch.tensor([ids]), use_cache=True)
        last, cache = result.logits[0, -1], result.cache_params
        top = torch.topk(last, TOP)
        case = {
            **prompt,
            "rendered": text,
            "ids": ids,
            "top_ids": top.indices.tolist(),
            "top_logits": top.values.tolist(),
            "logsumexp": torch.logsumexp(last.double(), 0).item(),
        }
        # No stop token here: 32 ids whatever they are. A real model has near ties; the margins show where.
        greedy, margins = [], []
        for _ in range(GREEDY):
            best = torch.topk(last, 2)
            greedy.append(int(best.indices[0]))
            margins.append(round((best.values[0] - best.values[1]).item(), 6))
            step = model(input_ids=torch.tensor([[greedy[-1]]]), cache_params=cache, use_cache=True)
            last, cache = step.logits[0, -1], step.cache_params
        cases.append({**case, "greedy_ids": greedy, "greedy_margins": margins, "greedy_text": tokenizer.decode(greedy)})
        print(f"default: {tokenizer.decode(greedy)!r}, smallest margin {min(margins)}")
    (Path(out) / "default").mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    golden = {"model_sha256": digest, "parameters": sum(p.numel() for p in model.parameters()), "prompts": cases}
    (Path(out) / "default/model.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
