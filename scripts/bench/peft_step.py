"""A contestant of `npm run bench -- --vs peft`: the step of step-process.ts by transformers and peft on torch's CPU.

python peft_step.py FOLDER TOKENS fp32|bf16|autocast|bf16-autocast checkpointing|plain THREADS

Reads the same checkpoint and the same tokens, does one step, says that it is ready, then does one step for each line on
standard input. Replies are JSON lines, with peak memory and the processor time used while waiting, as serve-steps.ts has them.
"""

import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

LEARNING_RATE = 1e-4

folder, length, dtype, checkpointing, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(1)


def say(reply):
    print(json.dumps(reply), flush=True)


model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16 if dtype.startswith("bf16") else torch.float32)
base_parameters = model.num_parameters()
model = get_peft_model(
    model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", lora_dropout=0.0, task_type="CAUSAL_LM")
)
if checkpointing == "checkpointing":
    model.gradient_checkpointing_enable()
    model.enable_input_require_grads()
model.config.use_cache = False
model.train()
trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
tokens = ((torch.arange(int(length)) * 7919 + 13) % model.config.vocab_size)[None]


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype.endswith("autocast")):
        loss = model(input_ids=tokens, labels=tokens).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


say(
    {
        "baseParameters": base_parameters,
        "trainableParameters": sum(parameter.numel() for parameter in trainable),
        "firstLoss": step(),
    }
)
before = time.process_time()
for _ in sys.stdin:
    waiting = time.process_time() - before
    start = time.perf_counter()
    loss = step()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    say({"seconds": seconds, "waitingCpuSeconds": waiting, "peakBytes": peak, "loss": loss})
    before = time.process_time()
