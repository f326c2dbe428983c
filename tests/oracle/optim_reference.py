"""Reference values for lib/engine/optim.

AdamW and clipping by torch, Muon by torch.optim.Muon, Adafactor and the schedules by transformers. Lion and 8-bit AdamW
are written here from their papers' equations, independently of the TypeScript.

Run by hand when the settings below change:
    python tests/oracle/optim_reference.py > lib/engine/optim/fixtures/torch-reference.json
Made with torch 2.13.0, transformers 5.24.0, numpy.
"""
import json
import sys
from contextlib import contextmanager

import numpy as np
import torch
from transformers import (
    Adafactor,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_linear_schedule_with_warmup,
    get_wsd_schedule,
)

SHAPES = [(3, 4), (5,)]
MATRICES = [(6, 4), (4, 6), (6, 4)]


def record(parameters, optimizer, steps, max_norm=None, zero_first=True):
    """Random gradients in, the values after every step out."""
    start = [p.detach().flatten().tolist() for p in parameters]
    gradients, norms, after = [], [], []
    for step in range(steps):
        # Sizes from far below to far above epsilon, and exact zeros.
        scale = 10.0 ** (step % 5 - 3)
        for p in parameters:
            p.grad = torch.randn(p.shape) * scale
            if zero_first:
                p.grad[0] = 0.0
        gradients.append([p.grad.flatten().tolist() for p in parameters])
        if max_norm is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(parameters, max_norm).item())
        optimizer.step()
        after.append([p.detach().flatten().tolist() for p in parameters])
    return {
        "shapes": [list(p.shape) for p in parameters],
        "start": start,
        "gradients": gradients,
        "norms": norms,
        "after": after,
    }


def random_parameters(shapes):
    return [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]


def adamw(lr, betas, eps, weight_decay, steps, max_norm):
    parameters = random_parameters(SHAPES)
    optimizer = torch.optim.AdamW(
        parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=False, fused=False
    )
    return {
        "learningRate": lr,
        "settings": {"beta1": betas[0], "beta2": betas[1], "epsilon": eps, "weightDecay": weight_decay},
        "maxNorm": max_norm,
        **record(parameters, optimizer, steps, max_norm),
    }


def adafactor(lr, weight_decay, steps):
    parameters = random_parameters([(3, 4), (5,), (4, 1)])
    optimizer = Adafactor(
        parameters, lr=lr, weight_decay=weight_decay, scale_parameter=False, relative_step=False, warmup_init=False
    )
    settings = {"weightDecay": weight_decay}
    return {"learningRate": lr, "settings": settings, **record(parameters, optimizer, steps)}


@contextmanager
def in_float32():
    """torch's Newton-Schulz rounds to bfloat16 in between; without that it is the same arithmetic as ours."""
    rounding = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = lambda self: self.clone()
    try:
        yield
    finally:
        torch.Tensor.bfloat16 = rounding


def muon(lr, momentum, weight_decay, adjust, steps):
    parameters = random_parameters(MATRICES)
    optimizer = torch.optim.Muon(
        parameters, lr=lr, momentum=momentum, weight_decay=weight_decay, adjust_lr_fn=adjust
    )
    with in_float32():
        recorded = record(parameters, optimizer, steps, zero_first=False)
    settings = {"momentum": momentum, "weightDecay": weight_decay}
    return {"learningRate": lr, "settings": settings, "scale": adjust, **recorded}


class Lion:
    """Chen et al. 2023, Algorithm 2, in float64."""

    def __init__(self, parameters, lr, betas, weight_decay):
        self.parameters, self.lr, self.betas, self.weight_decay = parameters, lr, betas, weight_decay
        self.theta = [p.detach().double().numpy() for p in parameters]
        self.m = [np.zeros_like(theta) for theta in self.theta]

    def step(self):
        b1, b2 = self.betas
        for i, p in enumerate(self.parameters):
            g = p.grad.double().numpy()
            c = b1 * self.m[i] + (1 - b1) * g
            self.theta[i] = self.theta[i] - self.lr * (np.sign(c) + self.weight_decay * self.theta[i])
            self.m[i] = b2 * self.m[i] + (1 - b2) * g
            p.data = torch.from_numpy(self.theta[i]).float()


def lion(lr, betas, weight_decay, steps):
    parameters = random_parameters(SHAPES)
    optimizer = Lion(parameters, lr, betas, weight_decay)
    settings = {"beta1": betas[0], "beta2": betas[1], "weightDecay": weight_decay}
    return {"learningRate": lr, "settings": settings, **record(parameters, optimizer, steps)}


def dynamic_map(signed):
    """Dettmers et al. 2022, section 1.2: the bits of a byte are a sign (signed only), leading zeros that count the
    decade, a one that ends them, and the rest as a fraction that divides [0.1, 1] into equal parts. Two codes are left
    over: 0 and 1. It equals bitsandbytes 0.50's create_dynamic_map to the last bit but one."""
    magnitude_bits = 7 if signed else 8
    values = {0.0, 1.0}
    for code in range(2**magnitude_bits):
        bits = format(code, f"0{magnitude_bits}b")
        zeros = len(bits) - len(bits.lstrip("0"))
        if zeros > 6:
            continue
        fraction_bits = magnitude_bits - zeros - 1
        fraction = int(bits[zeros + 1 :] or "0", 2)
        value = (0.1 + 0.9 * (fraction + 0.5) / 2**fraction_bits) * 10.0**-zeros
        values.add(value)
        if signed:
            values.add(-value)
    ordered = np.array(sorted(values))
    assert ordered.size == 256
    return ordered.astype(np.float32)


SIGNED, UNSIGNED = dynamic_map(True), dynamic_map(False)
BLOCK = 256


def quantize(values, table):
    """float32 in; nearest code of every value by looking at all 256, and each block's largest magnitude."""
    codes, scales = [], []
    for start in range(0, values.size, BLOCK):
        block = values[start : start + BLOCK]
        scale = np.abs(block).max()
        scaled = (block.astype(np.float64) / np.float64(scale)).astype(np.float32) if scale > 0 else np.zeros_like(block)
        distance = np.abs(scaled[:, None].astype(np.float64) - table[None, :].astype(np.float64))
        codes.append(distance.argmin(axis=1))
        scales.append(scale)
    return np.concatenate(codes), np.array(scales, dtype=np.float32)


def dequantize(codes, scales, table):
    return (table[codes].astype(np.float64) * np.repeat(scales, BLOCK)[: codes.size]).astype(np.float32)


def numbers(count, seed):
    """Numbers that both languages make for themselves, so that they need not be in the file: exact in float32."""
    state, values = seed, []
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(((state >> 8) - 2**23) / 2**23)
    return np.array(values, dtype=np.float32)


def adamw_8bit(lr, betas, eps, weight_decay, steps, size):
    b1, b2 = betas
    theta = numbers(size, 1)
    m, v = np.zeros(size, np.float32), np.zeros(size, np.float32)
    state = {}
    for step in range(1, steps + 1):
        g = numbers(size, 100 + step).astype(np.float64)
        g = (g * g * g).astype(np.float32).astype(np.float64)
        # As torch: the moments are rounded to float32 before anything else is done with them.
        m64 = m.astype(np.float64) + (g - m) * (1 - b1)
        v64 = v.astype(np.float64) * b2 + g * g * (1 - b2)
        update = lr / (1 - b1**step) * m64 / (np.sqrt(v64) / np.sqrt(1 - b2**step) + eps)
        theta = (theta.astype(np.float64) * (1 - lr * weight_decay) - update).astype(np.float32)
        for name, moment, table in (("first", m64, SIGNED), ("second", v64, UNSIGNED)):
            codes, scales = quantize(moment.astype(np.float32), table)
            state[name] = {"codes": codes.tolist(), "scales": scales.tolist()}
        m = dequantize(np.array(state["first"]["codes"]), np.array(state["first"]["scales"], np.float32), SIGNED)
        v = dequantize(np.array(state["second"]["codes"]), np.array(state["second"]["scales"], np.float32), UNSIGNED)
    return {
        "learningRate": lr,
        "settings": {"beta1": b1, "beta2": b2, "epsilon": eps, "weightDecay": weight_decay},
        "steps": steps,
        "size": size,
        "after": theta.tolist(),
        **state,
    }


def schedule(kind, lr, warmup, total, restarts=2, decay=0):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    if kind == "constant":
        scheduler = get_constant_schedule_with_warmup(optimizer, warmup)
    elif kind == "linear":
        scheduler = get_linear_schedule_with_warmup(optimizer, warmup, total)
    elif kind == "cosine":
        scheduler = get_cosine_schedule_with_warmup(optimizer, warmup, total)
    elif kind == "cosine_with_restarts":
        scheduler = get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, warmup, total, num_cycles=restarts)
    else:
        scheduler = get_wsd_schedule(optimizer, warmup, decay, num_training_steps=total, decay_type="1-sqrt")
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {
        "kind": kind,
        "peakLearningRate": lr,
        "warmupSteps": warmup,
        "totalSteps": total,
        "cycles": restarts,
        "decaySteps": decay,
        "rates": rates,
    }


torch.manual_seed(7)
json.dump(
    {
        "adamw": [
            adamw(1e-3, (0.9, 0.999), 1e-8, 0.0, 12, 1.0),
            adamw(1e-2, (0.9, 0.95), 1e-8, 0.1, 12, 0.5),
            adamw(3e-4, (0.0, 0.5), 1e-4, 1.0, 6, 100.0),
        ],
        "schedules": [
            *(
                schedule(kind, 3e-4, warmup, total)
                for kind in ("linear", "cosine", "constant", "cosine_with_restarts")
                for warmup, total in ((0, 7), (3, 20), (5, 6), (0, 1))
            ),
            schedule("cosine_with_restarts", 1e-3, 2, 23, restarts=4),
            schedule("cosine_with_restarts", 1e-3, 0, 9, restarts=1),
            schedule("wsd", 3e-4, 0, 7, decay=3),
            schedule("wsd", 3e-4, 3, 20, decay=5),
            schedule("wsd", 3e-4, 5, 20, decay=15),
            schedule("wsd", 3e-4, 0, 1, decay=1),
        ],
        "adafactor": [adafactor(1e-2, 0.0, 12), adafactor(1e-3, 0.1, 12)],
        "lion": [lion(1e-4, (0.9, 0.99), 0.0, 12), lion(1e-2, (0.95, 0.98), 0.1, 12)],
        "muon": [
            muon(2e-2, 0.95, 0.0, "original", 6),
            muon(1e-3, 0.9, 0.1, "match_rms_adamw", 6),
        ],
        "dynamicMap": {"signed": SIGNED.tolist(), "unsigned": UNSIGNED.tolist()},
        "adamw8bit": [adamw_8bit(1e-2, (0.9, 0.999), 1e-8, 0.1, 6, 600)],
    },
    sys.stdout,
)
