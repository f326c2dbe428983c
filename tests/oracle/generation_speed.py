"""What scripts/bench/measure-generation.ts measures, by transformers on torch: greedy decoding with its cache.

    python tests/oracle/generation_speed.py MODEL PROMPT_TOKENS NEW_TOKENS REPEATS [--dtype float32|bfloat16] [--threads N]

Two loops are timed: transformers' own generate(), and the model called by hand with its cache, which leaves out what
generate() does beside the model. The faster of the two counts. torch 2.13.0 (CPU), transformers 5.24.0.
"""

import argparse
import json
import statistics
import time

import torch
from transformers import AutoModelForCausalLM
from transformers.generation.streamers import BaseStreamer


class Clock(BaseStreamer):
    """Notes when each token is handed out; the first call hands out the prompt."""

    def __init__(self):
        self.times = []

    def put(self, value):
        self.times.append(time.perf_counter())

    def end(self):
        pass


def by_generate(model, prompt, count):
    clock = Clock()
    start = time.perf_counter()
    with torch.inference_mode():
        model.generate(
            prompt, do_sample=False, min_new_tokens=count, max_new_tokens=count, streamer=clock, pad_token_id=0
        )
    first, last = clock.times[1], clock.times[-1]
    return first - start, (count - 1) / (last - first)


def by_hand(model, prompt, count):
    start = time.perf_counter()
    with torch.inference_mode():
        step = model(input_ids=prompt, use_cache=True, logits_to_keep=1)
        token = step.logits[:, -1:].argmax(-1)
        first = time.perf_counter()
        for _ in range(count - 1):
            step = model(input_ids=token, past_key_values=step.past_key_values, use_cache=True)
            token = step.logits[:, -1:].argmax(-1)
    return first - start, (count - 1) / (time.perf_counter() - first)


parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompt_tokens", type=int)
parser.add_argument("new_tokens", type=int)
parser.add_argument("repeats", type=int)
parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(2)
model = AutoModelForCausalLM.from_pretrained(options.model, dtype=getattr(torch, options.dtype)).eval()
prompt = torch.randint(model.config.vocab_size, (1, options.prompt_tokens))
result = {"dtype": options.dtype}
for name, run in {"generate": by_generate, "hand": by_hand}.items():
    run(model, prompt, options.new_tokens)
    rows = [run(model, prompt, options.new_tokens) for _ in range(options.repeats)]
    result[name] = {
        "secondsToFirstToken": statistics.median(row[0] for row in rows),
        "tokensPerSecond": statistics.median(row[1] for row in rows),
    }
for figure, best in {"secondsToFirstToken": min, "tokensPerSecond": max}.items():
    result[figure] = best(result[name][figure] for name in ("generate", "hand"))
print(json.dumps(result))
