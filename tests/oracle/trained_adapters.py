"""Asks peft what it makes of adapters that this studio trained and wrote, one for every architecture and method.

    python tests/oracle/trained_adapters.py FOLDER

FOLDER holds models, or fixtures of methods.py that name one, each with trained/adapter and trained/logits.safetensors
(see compare-live.mjs, which calls this).
Prints {name: largest difference of the logits}. Fails when peft warns of anything else than tied matrices, misses a tensor or has one left over.
Made for torch 2.13.0, transformers 5.24.0, peft 0.21.2.
"""

import json
import pathlib
import sys
import warnings

import torch
from peft import PeftModel
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


MODELS = pathlib.Path(__file__).parent.parent / "fixtures" / "architectures"


@torch.no_grad()
def difference(folder):
    expected = json.loads((folder / "expected.json").read_text())
    path = MODELS / expected["model"] if "model" in expected else folder
    base = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
    trained = folder / "trained"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        # Said of every adapter whose modules_to_save names one of two tied matrices: they are trained apart then.
        warnings.filterwarnings("ignore", message="Model has `tie_word_embeddings=True`")
        model = PeftModel.from_pretrained(base, trained / "adapter").eval()
    stored = load_file(trained / "adapter" / "adapter_model.safetensors")
    loaded = get_peft_model_state_dict(model, save_embedding_layers=False)
    assert stored.keys() == loaded.keys(), stored.keys() ^ loaded.keys()
    assert all(torch.equal(stored[name], loaded[name]) for name in stored)
    tokens = torch.tensor(expected["tokens"])
    logits = model(input_ids=tokens).logits
    return (logits - load_file(trained / "logits.safetensors")["logits"]).abs().max().item()


torch.set_num_threads(1)
folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/trained"))
print(json.dumps({folder.name: difference(folder) for folder in folders}))
