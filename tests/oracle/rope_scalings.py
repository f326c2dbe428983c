"""Makes lib/engine/models/fixtures/rope-scalings.json: how fast transformers turns rotary positions.

    python tests/oracle/rope_scalings.py        (transformers 5.24.0, torch 2.13.0)

Every case is a part of a config.json. Expected are radians per position and what cos and sin are multiplied by, for a
text that is no longer than the original context.
"""

import json
import pathlib

from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

TARGET = pathlib.Path(__file__).parents[2] / "lib" / "engine" / "models" / "fixtures" / "rope-scalings.json"

LONG = {"type": "longrope", "short_factor": [1.0, 1.1, 1.3, 1.6], "long_factor": [1.0, 2.0, 4.0, 8.0]}
LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
YARN = {"factor": 4.0, "original_max_position_embeddings": 4096}
CASES = [
    {"rope_scaling": {"type": "linear", "factor": 4.0}, "rope_theta": 100000},
    {"rope_scaling": {"rope_type": "dynamic", "factor": 2.0}},
    {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, **LLAMA3}, "rope_theta": 500000.0},
    {"rope_parameters": {"rope_type": "llama3", "factor": 32.0, **LLAMA3, "rope_theta": 500000.0}},
    {"rope_scaling": {"type": "yarn", **YARN}, "rope_theta": 1000000.0},
    {"rope_scaling": {"rope_type": "yarn", **YARN, "beta_fast": 8, "beta_slow": 2, "truncate": False}},
    {"rope_scaling": {"rope_type": "yarn", **YARN, "attention_factor": 1.5}},
    {"rope_scaling": {"rope_type": "yarn", **YARN, "mscale": 0.707, "mscale_all_dim": 1.2}},
    {"rope_scaling": {"rope_type": "yarn", "factor": 40.0, "original_max_position_embeddings": 32}},
    {"rope_scaling": {**LONG, "original_max_position_embeddings": 4096}},
    {"rope_scaling": LONG, "original_max_position_embeddings": 2048},
    {"rope_scaling": {**LONG, "factor": 4.0, "original_max_position_embeddings": 4096}},
    {"rope_scaling": {**LONG, "attention_factor": 1.25, "original_max_position_embeddings": 4096}},
]


def expected(case):
    size = 2 * len(LONG["short_factor"]) if "short_factor" in case.get("rope_scaling", {}) else 16
    sizes = {"hidden_size": 4 * size, "num_attention_heads": 4, "max_position_embeddings": 16384}
    config = LlamaConfig(**json.loads(json.dumps(case)), **sizes)
    frequencies, amplitude = ROPE_INIT_FUNCTIONS[config.rope_parameters["rope_type"]](config)
    return {"config": {**case, "max_position_embeddings": 16384}, "size": size,
            "inverseFrequencies": frequencies.tolist(), "amplitude": amplitude}


TARGET.parent.mkdir(exist_ok=True)
TARGET.write_text("[\n" + ",\n".join(json.dumps(expected(case)) for case in CASES) + "\n]\n")
