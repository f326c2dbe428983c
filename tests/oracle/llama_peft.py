"""Makes tests/fixtures/llama-peft: what torch, transformers and peft say of a tiny random Llama with a LoRA adapter.

Run: python tests/oracle/llama_peft.py   (torch 2.13.0 CPU, transformers, peft)
The tests read only the files it writes.
"""

import json
import pathlib

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

folder = pathlib.Path(__file__).parent.parent / "fixtures" / "llama-peft"
torch.manual_seed(0)
torch.set_num_threads(1)

config = LlamaConfig(
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=64,
    max_position_embeddings=64,
    rms_norm_eps=1e-5,
    tie_word_embeddings=True,
    initializer_range=0.2,
)
model = LlamaForCausalLM(config).to(torch.float32)
model.save_pretrained(folder / "model")

lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
model = get_peft_model(model, lora)
for name, parameter in model.named_parameters():
    if "lora_B" in name:
        torch.nn.init.normal_(parameter, std=0.1)
model.save_pretrained(folder / "adapter")

tokens = torch.randint(0, config.vocab_size, (2, 24))
output = model(input_ids=tokens, labels=tokens)
output.loss.backward()
gradients = {
    name.replace(".default", ""): parameter.grad.flatten().tolist()
    for name, parameter in model.named_parameters()
    if parameter.requires_grad
}

trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
losses = []
for _ in range(100):
    optimizer.zero_grad()
    loss = model(input_ids=tokens, labels=tokens).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    losses.append(loss.item())

(folder / "expected.json").write_text(
    json.dumps(
        {
            "versions": {"torch": torch.__version__},
            "tokens": tokens.tolist(),
            "loss": output.loss.item(),
            "lastLogits": output.logits[0, -1].tolist(),
            "gradients": gradients,
            "losses": losses,
        }
    )
)
