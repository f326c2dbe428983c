"""Makes tests/fixtures/architectures: what torch, transformers and peft say of tiny random models.

Every folder there is a row of the table: its config.json is written by hand, in the form in which published models of
that kind come, and is all that this script reads. Beside it the script writes

    model.safetensors      random weights, biases and norms included, in bf16, which holds them exactly
    saved_config.json      config.json as transformers 5 writes it, with keys of its own about rotary positions and layers
    adapter/               a LoRA adapter on all linear layers, as peft saves it, with a random lora_B
    expected.json          tokens [2, 24], the loss with the adapter, and the losses of 100 steps of AdamW with clipping
    expected.safetensors   with the adapter: logits [2, 24, vocabulary] and the gradient of every adapter tensor by name;
                           without: "rows:<weight>" and "columns:<weight>", sums of every matrix's gradient, the
                           numbers of a row or column weighted by 1, cos 1, cos 2 …: before and after a layer norm
                           plain sums vanish, and nothing can be told from them. A vector's gradient is its "columns"

    python tests/oracle/architectures.py [--seed N] [--into FOLDER] [NAME ...]

Without names, all. With --into, the configurations are read here and everything is written there.
Run again with the same versions, it writes the same files: torch 2.13.0 (CPU), transformers 5.24.0, peft 0.21.2.
"""

import argparse
import copy
import json
import pathlib
import shutil
import tempfile
import zlib

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "architectures"
SEQUENCES, LENGTH, STEPS = 2, 24, 100
# Low enough for the loss to fall smoothly: at 2e-3 it oscillates in the end, and torch in float64 already disagrees with
# torch in float32 by 9e-4 after 100 steps (at 1e-3: by 1e-6).
LEARNING_RATE = 1e-3
# Some random models are still at the edge of oscillating: of those, rounding alone decides how they go on.
WELL_CONDITIONED, DRAWS = 1e-5, 5


def randomise(model):
    """Nothing stays at 0 or 1, where an error would not show."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.2)
            else:
                parameter.add_(0.3 * torch.randn_like(parameter))
            parameter.copy_(parameter.to(torch.bfloat16).to(torch.float32))


def write_weights(folder):
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32)
    randomise(model)
    with tempfile.TemporaryDirectory() as saved:
        model.to(torch.bfloat16).save_pretrained(saved)
        shutil.copy(pathlib.Path(saved) / "model.safetensors", folder)
        shutil.copy(pathlib.Path(saved) / "config.json", folder / "saved_config.json")


def loss_of(model, tokens):
    return model(input_ids=tokens, labels=tokens).loss


def cosines(count):
    return torch.cos(torch.arange(count, dtype=torch.float64))


def full_gradients(model, tokens, stored):
    loss_of(model, tokens).backward()
    sums = {}
    for name, parameter in model.named_parameters():
        gradient = parameter.grad.reshape(-1, parameter.shape[-1]).double()
        # transformers calls the head of GPT-NeoX by another name than its checkpoints.
        name = name if name in stored else name.replace("lm_head", "embed_out")
        if parameter.dim() > 1:
            sums[f"rows:{name}"] = (gradient @ cosines(gradient.shape[1])).float()
        sums[f"columns:{name}"] = (cosines(gradient.shape[0]) @ gradient).float()
        parameter.grad = None
    return sums


def with_adapter(model, folder):
    model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")).eval()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    model.save_pretrained(folder / "adapter", save_embedding_layers=False)
    # Neither a path of this machine nor a card belongs into a fixture.
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    path = folder / "adapter" / "adapter_config.json"
    config = json.loads(path.read_text())
    config |= {"base_model_name_or_path": folder.name, "target_modules": sorted(config["target_modules"])}
    path.write_text(json.dumps(config, indent=2) + "\n")
    return model


def train(model, tokens):
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model, tokens)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def in_float64(model):
    precise = copy.deepcopy(model).double()
    for module in precise.modules():
        # GPT-2's way to compute attention in float32 whatever comes in; it insists on that.
        if hasattr(module, "reorder_and_upcast_attn"):
            module.reorder_and_upcast_attn = False
    return precise


def draw_tokens(config):
    tokens = torch.randint(0, config.vocab_size, (SEQUENCES, LENGTH))
    # torch gives no gradient to the embedding of a padding token, which is none of a text's.
    if config.pad_token_id is not None:
        tokens[tokens == config.pad_token_id] = (config.pad_token_id + 1) % config.vocab_size
    return tokens


def make(folder, seed):
    for draw in range(DRAWS):
        apart = make_once(folder, zlib.crc32(folder.name.encode()) + seed + 1000 * draw)
        if apart <= WELL_CONDITIONED:
            return
        print(f"{folder.name}: float32 and float64 end up {apart:.0e} apart; drawn again")
    raise SystemExit(f"{folder.name}: no draw in {DRAWS} whose losses float32 can tell; lower the learning rate")


def make_once(folder, seed):
    """Gives the largest difference of torch's losses in float32 from its own in float64."""
    torch.manual_seed(seed)
    write_weights(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = draw_tokens(model.config)
    tensors = full_gradients(model, tokens, load_file(folder / "model.safetensors"))
    model = with_adapter(model, folder)
    output = model(input_ids=tokens, labels=tokens)
    output.loss.backward()
    tensors["logits"] = output.logits.detach()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            tensors[name.replace(".default", "")] = parameter.grad.clone()
    save_file(tensors, folder / "expected.safetensors")
    precise = train(in_float64(model), tokens)
    expected = {"tokens": tokens.tolist(), "loss": output.loss.item(), "losses": train(model, tokens)}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"{folder.name}: loss {expected['loss']:.4f}, after {STEPS} steps {expected['losses'][-1]:.4f}")
    return max(abs(a - b) for a, b in zip(expected["losses"], precise))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--into", type=pathlib.Path, default=FIXTURES)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or sorted(path.parent.name for path in FIXTURES.glob("*/config.json")):
        folder = arguments.into / name
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.into != FIXTURES:
            shutil.copy(FIXTURES / name / "config.json", folder)
        make(folder, arguments.seed)


main()
