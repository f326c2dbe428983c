"""Asks PEFT what it makes of an adapter this studio wrote: loads it, and measures the held-out loss with torch.

    python tests/oracle/check_adapter.py <modelDir> <adapterDir> <blocksDir>

Prints {"before", "after", "tokens"}: the mean loss over all held-out blocks without and with the adapter, to be held
next to evalLossBefore and evalLossAfter of the run. Fails when PEFT misses or does not expect a tensor.
Made for torch 2.13.0, transformers 5.23.0, peft 0.21.2.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

warnings.simplefilter("error", UserWarning)
model_dir, adapter_dir, blocks_dir = map(pathlib.Path, sys.argv[1:4])
manifest = json.loads((blocks_dir / "manifest.json").read_text())
length = manifest["blockLength"]


def column(kind):
    values = np.fromfile(blocks_dir / f"eval.{kind}.bin", dtype="<i4").astype(np.int64)
    return torch.from_numpy(values).reshape(-1, length)


tokens, labels, positions, segments = map(column, ("tokens", "labels", "positions", "segments"))


@torch.no_grad()
def mean_loss(model):
    total, count = 0.0, 0
    for i in range(len(tokens)):
        same = segments[i][:, None] == segments[i][None, :]
        allowed = same & torch.ones(length, length).tril().bool()
        mask = torch.where(allowed, 0.0, torch.finfo(torch.float32).min)[None, None]
        logits = model(input_ids=tokens[i : i + 1], position_ids=positions[i : i + 1], attention_mask=mask).logits[0]
        total += torch.nn.functional.cross_entropy(logits[:-1], labels[i][1:], ignore_index=-100, reduction="sum").item()
        count += (labels[i][1:] != -100).sum().item()
    return total / count, count


base = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32, attn_implementation="eager").eval()
before, count = mean_loss(base)
model = PeftModel.from_pretrained(base, adapter_dir).eval()

# Nothing missing, nothing left over: PEFT's own tensors are exactly those of the file.
stored = load_file(adapter_dir / "adapter_model.safetensors")
loaded = {name.replace(".default.", "."): value for name, value in model.state_dict().items() if "lora_" in name}
assert stored.keys() == loaded.keys(), stored.keys() ^ loaded.keys()
assert all(torch.equal(stored[name], loaded[name]) for name in stored)

after, _ = mean_loss(model)
print(json.dumps({"before": before, "after": after, "tokens": count}))
