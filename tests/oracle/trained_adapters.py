"""Asks peft what it makes of adapters that this studio trained and wrote, one for every architecture.

    python tests/oracle/trained_adapters.py FOLDER

FOLDER holds models, each with trained/adapter and trained/logits.safetensors (see compare-live.mjs, which calls this).
Prints {name: largest difference of the logits}. Fails when peft warns, misses a tensor or has one left over.
Made for torch 2.13.0, transformers 5.24.0, peft 0.21.2.
"""

import json
import pathlib
import sys
import warnings

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


@torch.no_grad()
def difference(folder):
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    trained = folder / "trained"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = PeftModel.from_pretrained(base, trained / "adapter").eval()
    stored = load_file(trained / "adapter" / "adapter_model.safetensors")
    loaded = {name.replace(".default.", "."): value for name, value in model.state_dict().items() if "lora_" in name}
    assert stored.keys() == loaded.keys(), stored.keys() ^ loaded.keys()
    tokens = torch.tensor(json.loads((folder / "expected.json").read_text())["tokens"])
    logits = model(input_ids=tokens).logits
    return (logits - load_file(trained / "logits.safetensors")["logits"]).abs().max().item()


torch.set_num_threads(1)
folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/trained"))
print(json.dumps({folder.name: difference(folder) for folder in folders}))
