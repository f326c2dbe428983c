"""Makes tests/fixtures/llama-train/expected.json: full fine-tuning of tests/fixtures/architectures/llama by torch.

Every step sees all blocks, so the order of blocks does not matter. The test trains on the same blocks with the same
settings and compares losses and gradient norms step by step.

Run: python tests/oracle/llama_train.py   (torch 2.13.0 CPU, transformers 5.24.0)
"""

import json
import pathlib

import torch
from transformers import LlamaForCausalLM, get_cosine_schedule_with_warmup

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
BLOCKS, LENGTH, STEPS, WARMUP, LEARNING_RATE, CLIP = 5, 64, 12, 3, 3e-3, 1.0
ADAM = {"betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1}

torch.manual_seed(3)
torch.set_num_threads(1)
model = LlamaForCausalLM.from_pretrained(FIXTURES / "architectures" / "llama", dtype=torch.float32, attn_implementation="eager")

tokens = torch.randint(0, model.config.vocab_size, (BLOCKS, LENGTH))
segments = torch.full((BLOCKS, LENGTH), -1)
positions = torch.zeros((BLOCKS, LENGTH), dtype=torch.long)
labels = torch.full((BLOCKS, LENGTH), -100)
for block in range(BLOCKS):
    # Two or three documents, the first with a prompt that gets no loss, then padding.
    start = 0
    for segment, length in enumerate([20 + block, 15, 9 * (block % 2)]):
        end = start + length
        segments[block, start:end] = segment
        positions[block, start:end] = torch.arange(length)
        first = 6 if segment == 0 else 1
        labels[block, start + first : end] = tokens[block, start + first : end]
        start = end
    tokens[block, start:] = 0


def loss_sum(batch):
    # Causal, and only inside a document. Padding attends to itself so that no row is empty.
    same = segments[batch][:, :, None] == segments[batch][:, None, :]
    allowed = same & torch.ones(LENGTH, LENGTH).tril().bool()
    mask = torch.where(allowed, 0.0, torch.finfo(torch.float32).min)[:, None]
    logits = model(input_ids=tokens[batch], position_ids=positions[batch], attention_mask=mask).logits
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), labels[batch][:, 1:].flatten(), ignore_index=-100, reduction="sum"
    )


count = (labels[:, 1:] != -100).sum().item()
optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, **ADAM)
scheduler = get_cosine_schedule_with_warmup(optimizer, WARMUP, STEPS)
everything = list(range(BLOCKS))
with torch.no_grad():
    before = loss_sum(everything).item() / count
steps = []
for _ in range(STEPS):
    optimizer.zero_grad()
    loss = loss_sum(everything) / count
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    steps.append({"trainLoss": loss.item(), "gradNorm": norm.item(), "learningRate": scheduler.get_last_lr()[0]})
    optimizer.step()
    scheduler.step()
with torch.no_grad():
    after = loss_sum(everything).item() / count

out = {
    "blockLength": LENGTH,
    "trainableTokens": count,
    "tokens": tokens.flatten().tolist(),
    "labels": labels.flatten().tolist(),
    "positions": positions.flatten().tolist(),
    "segments": segments.flatten().tolist(),
    "evalLossBefore": before,
    "evalLossAfter": after,
    "steps": steps,
}
(FIXTURES / "llama-train" / "expected.json").write_text(json.dumps(out))
print(before, after, [step["trainLoss"] for step in steps])
