"""Makes lib/engine/generate/fixtures/logits-processors.json: what transformers' logits processors make of random scores.

    python tests/oracle/sampling.py

Run again with the same versions, it writes the same file: torch 2.13.0 (CPU), transformers 5.24.0.
"""

import json
import pathlib

import torch
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

FIXTURE = pathlib.Path(__file__).parents[2] / "lib/engine/generate/fixtures/logits-processors.json"
VOCABULARY = 32
NEUTRAL = {"repetition_penalty": 1.0, "temperature": 1.0, "top_k": 0, "top_p": 1.0}
SETTINGS = [
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.7},
    {"temperature": 0.35},
    {"temperature": 2.5},
    {"top_k": 1},
    {"top_k": 7},
    {"top_k": 31},
    {"top_k": 500},
    {"top_p": 0.01},
    {"top_p": 0.5},
    {"top_p": 0.9},
    {"top_p": 0.999},
    {"repetition_penalty": 1.1, "temperature": 0.8, "top_k": 20, "top_p": 0.95},
    {"repetition_penalty": 1.8, "temperature": 1.7, "top_k": 5, "top_p": 0.6},
]


def processors(repetition_penalty, temperature, top_k, top_p):
    """In the order of generate(), where a neutral setting adds no processor."""
    chosen = LogitsProcessorList()
    if repetition_penalty != 1:
        chosen.append(RepetitionPenaltyLogitsProcessor(repetition_penalty))
    if temperature != 1:
        chosen.append(TemperatureLogitsWarper(temperature))
    if top_k:
        chosen.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        chosen.append(TopPLogitsWarper(top_p))
    return chosen


torch.manual_seed(7)
cases = []
for chosen in SETTINGS:
    settings = {**NEUTRAL, **chosen}
    logits = torch.randn(1, VOCABULARY) * 3
    seen = torch.randint(VOCABULARY, (1, 9))
    scores = processors(**settings)(seen, logits.clone())
    cases.append(
        {
            "settings": settings,
            "seen": seen[0].tolist(),
            "logits": logits[0].tolist(),
            "scores": [None if value == float("-inf") else value for value in scores[0].tolist()],
        }
    )
FIXTURE.write_text(json.dumps(cases) + "\n")
