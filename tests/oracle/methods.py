"""Makes tests/fixtures/methods: what torch and peft make of every adapter method on the tiny models of ../architectures.

Every case of the table below gets a folder with

    expected.json          the run's settings by this studio's names, the base model's folder, tokens [2, 24], dropout
                           seeds, the loss at the start, and the losses of 100 steps of AdamW with clipping
    adapter/               the adapter at the start as peft saves it, with random lora_B (not for PiSSA, which begins itself)
    expected.safetensors   the gradient of every trained tensor at the start, by its name in the adapter file;
                           for PiSSA "delta:<module>", what B·A adds at the start, instead of A and B, whose signs are free

    python tests/oracle/methods.py [--into FOLDER] [--seed N] [NAME ...]

Run again with the same versions, it writes the same files: torch 2.13.0 (CPU), transformers 5.24.0, peft 0.21.2.
"""

import argparse
import json
import pathlib
import shutil
import zlib

import torch
from peft import LoraConfig, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).parent.parent / "fixtures"
MODELS = ROOT / "architectures"
SEQUENCES, LENGTH, STEPS = 2, 24, 100
# Where nothing else is said. At 1e-3 PiSSA on all layers learns so fast that torch in float64 already disagrees with torch
# in float32 by 2e-2 after 100 steps (at 5e-4: by 2e-6).
LEARNING_RATE = 1e-3

ATTENTION = ["q_proj", "v_proj"]
# Settings of this studio, without what is at its default.
CASES = {
    "dora": {"method": "dora", "rank": 4, "alpha": 8},
    "dora-conv1d": {
        "model": "gpt2",
        "method": "dora",
        "rank": 3,
        "alpha": 6,
        "use_rslora": True,
        "target_modules": ["c_attn", "c_fc"],
        "modules_to_save": ["ln_f"],
    },
    "patterns": {
        "method": "rslora",
        "rank": 4,
        "alpha": 8,
        "exclude_modules": ["o_proj", "0.mlp.down_proj"],
        "rank_pattern": {"q_proj": 6, "0.mlp.up_proj": 2},
        "alpha_pattern": {"v_proj": 5, "layers.1.mlp.gate_proj": 12},
    },
    "layers": {
        "rank": 4,
        "alpha": 8,
        "target_modules": ["q_proj", "up_proj"],
        "layers_to_transform": [1],
        "layers_pattern": ["layers"],
    },
    "loraplus": {"rank": 4, "alpha": 8, "target_modules": ATTENTION, "loraplus_lr_ratio": 4, "modules_to_save": ["norm"]},
    "dropout": {"rank": 4, "alpha": 8, "lora_dropout": 0.25},
    "dora-dropout": {"method": "dora", "rank": 4, "alpha": 8, "lora_dropout": 0.25, "target_modules": ["k_proj", "down_proj"]},
    "pissa": {"rank": 4, "alpha": 8, "init_lora_weights": "pissa", "learning_rate": 5e-4},
    "pissa-conv1d": {
        "model": "gpt2",
        "rank": 3,
        "alpha": 9,
        "target_modules": ["c_attn", "mlp.c_proj"],
        "init_lora_weights": "pissa",
    },
    "pissa-dora": {
        "method": "dora",
        "rank": 4,
        "alpha": 8,
        "target_modules": ["q_proj", "gate_proj"],
        "init_lora_weights": "pissa",
    },
    "saved-tied-head": {"rank": 4, "alpha": 8, "target_modules": ATTENTION, "modules_to_save": ["lm_head"]},
    "saved-tied-embedding": {"rank": 4, "alpha": 8, "target_modules": ATTENTION, "modules_to_save": ["embed_tokens"]},
    "saved-both": {
        "rank": 4,
        "alpha": 8,
        "target_modules": ATTENTION,
        "modules_to_save": ["lm_head", "embed_tokens", "1.mlp.up_proj"],
    },
}


class Generator:
    """The studio's generator (lib/engine/optim/rng.ts): xoshiro128**, seeded by SplitMix32."""

    def __init__(self, seed, stream):
        mask = 0xFFFFFFFF
        x = (seed ^ (stream * 0x9E3779B1 & mask)) & mask
        y = (stream + 0x6A09E667) & mask
        self.s = []
        for _ in range(4):
            x = (x + 0x9E3779B9) & mask
            y = ((y ^ (y >> 15)) * 0x2C1B3C6D & mask) ^ x
            z = x ^ y
            z = (z ^ (z >> 16)) * 0x85EBCA6B & mask
            z = (z ^ (z >> 13)) * 0xC2B2AE35 & mask
            self.s.append(z ^ (z >> 16))

    def uint32(self):
        mask, s = 0xFFFFFFFF, self.s
        rotate = lambda x, k: (x << k | x >> (32 - k)) & mask
        result = rotate(s[1] * 5 & mask, 7) * 9 & mask
        t = s[1] << 9 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)
        return result


class SeededDropout(torch.nn.Module):
    """Drops what the studio drops (lib/engine/lora/dropout-masks.ts). `seeds` are those of the sequences at hand."""

    seeds = []

    def __init__(self, rate, layer, index):
        super().__init__()
        self.threshold, self.stream = round(rate * 65536), 0x44524F50 + layer * 256 + index

    def mask(self, seed, size):
        generator = Generator(seed, self.stream)
        halves = [half for _ in range((size + 1) // 2) for word in [generator.uint32()] for half in (word & 0xFFFF, word >> 16)]
        return torch.tensor(halves[:size]) >= self.threshold

    def forward(self, x):
        mask = torch.stack([self.mask(seed, x[0].numel()).reshape(x.shape[1:]) for seed in SeededDropout.seeds])
        return x * mask / (1 - self.threshold / 65536)


MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def seed_dropout(model, rate):
    for name, module in model.named_modules():
        if hasattr(module, "lora_dropout"):
            layer, last = int(name.split(".layers.")[1].split(".")[0]), name.split(".")[-1]
            module.lora_dropout["default"] = SeededDropout(rate, layer, MODULES.index(last))


def seeds_of(step):
    return [1000 * step + 1, 1000 * step + 2]


def adapt(base, settings):
    get = settings.get
    config = LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        target_modules=get("target_modules", "all-linear"),
        exclude_modules=get("exclude_modules"),
        layers_to_transform=get("layers_to_transform"),
        layers_pattern=get("layers_pattern"),
        rank_pattern=get("rank_pattern", {}),
        alpha_pattern=get("alpha_pattern", {}),
        modules_to_save=get("modules_to_save"),
        lora_dropout=get("lora_dropout", 0),
        use_rslora=get("use_rslora", False) or get("method") == "rslora",
        use_dora=get("method") == "dora",
        init_lora_weights=get("init_lora_weights", True),
        fan_in_fan_out=get("model") == "gpt2",
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base, config).eval()
    if "lora_dropout" in settings:
        seed_dropout(model, settings["lora_dropout"])
        model.train()
    if "init_lora_weights" not in settings:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "lora_B" in name:
                    parameter.normal_(std=0.1)
                elif "magnitude" in name:
                    parameter.mul_(1 + 0.2 * torch.randn_like(parameter))
                elif "modules_to_save" in name:
                    parameter.add_(0.05 * torch.randn_like(parameter))
    return model


def stored_names(model):
    """Parameter → its name in the adapter file."""
    stored = get_peft_model_state_dict(model, save_embedding_layers=False)
    by_data = {value.data_ptr(): name for name, value in stored.items()}
    return {name: by_data[parameter.data_ptr()] for name, parameter in model.named_parameters() if parameter.requires_grad}


def optimizer_of(model, settings):
    ratio = settings.get("loraplus_lr_ratio", 1)
    rate = settings.get("learning_rate", LEARNING_RATE)
    common = {"betas": (0.9, 0.999), "eps": 1e-8}
    if ratio != 1:
        return create_loraplus_optimizer(model, torch.optim.AdamW, lr=rate, loraplus_lr_ratio=ratio, **common)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(trainable, lr=rate, weight_decay=0.0, **common)


def loss_at(model, tokens, step):
    SeededDropout.seeds = seeds_of(step)
    return model(input_ids=tokens, labels=tokens).loss


def train(model, tokens, settings):
    optimizer = optimizer_of(model, settings)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_at(model, tokens, step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def save_adapter(model, folder, name):
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config |= {"base_model_name_or_path": name}
    for key in ("target_modules", "modules_to_save", "exclude_modules"):
        if isinstance(config.get(key), list):
            config[key] = sorted(config[key])
    path.write_text(json.dumps(config, indent=2) + "\n")


def make(name, settings, folder, seed):
    torch.manual_seed(zlib.crc32(name.encode()) + seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model_name = settings.get("model", "llama")
    base = AutoModelForCausalLM.from_pretrained(MODELS / model_name, dtype=torch.float32, attn_implementation="eager").eval()
    tokens = torch.randint(0, base.config.vocab_size, (SEQUENCES, LENGTH))
    model = adapt(base, settings)
    is_pissa = "init_lora_weights" in settings
    if not is_pissa:
        save_adapter(model, folder / "adapter", model_name)
    names = stored_names(model)
    loss = loss_at(model, tokens, 0)
    loss.backward()
    tensors = {}
    for parameter_name, parameter in model.named_parameters():
        if parameter.requires_grad and not (is_pissa and ".lora_" in parameter_name and "magnitude" not in parameter_name):
            tensors[names[parameter_name]] = parameter.grad.clone().contiguous()
    if is_pissa:
        for module_name, module in model.named_modules():
            if hasattr(module, "lora_A"):
                product = module.lora_B["default"].weight @ module.lora_A["default"].weight
                tensors[f"delta:{module_name.removeprefix('base_model.model.')}"] = product.detach().contiguous()
    save_file(tensors, folder / "expected.safetensors")
    expected = {
        "model": model_name,
        "settings": {key: value for key, value in settings.items() if key != "model"},
        "tokens": tokens.tolist(),
        "trainable": sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        "loss": loss.item(),
        "losses": train(model, tokens, settings),
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"{name}: loss {expected['loss']:.4f}, after {STEPS} steps {expected['losses'][-1]:.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--into", type=pathlib.Path, default=ROOT / "methods")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or CASES:
        make(name, CASES[name], arguments.into / name, arguments.seed)


main()
