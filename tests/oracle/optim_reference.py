"""Reference values for lib/engine/optim, computed by torch and transformers.

Run by hand when the settings below change:
    python tests/oracle/optim_reference.py > lib/engine/optim/fixtures/torch-reference.json
Made with torch 2.13.0, transformers 5.23.0.
"""
import json
import sys

import torch
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

torch.manual_seed(7)
SHAPES = [(3, 4), (5,)]


def adamw(lr, betas, eps, weight_decay, steps, max_norm):
    parameters = [torch.nn.Parameter(torch.randn(shape)) for shape in SHAPES]
    start = [p.detach().flatten().tolist() for p in parameters]
    optimizer = torch.optim.AdamW(
        parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=False, fused=False
    )
    gradients, norms, after = [], [], []
    for step in range(steps):
        # Sizes from far below to far above epsilon, and exact zeros.
        scale = 10.0 ** (step % 5 - 3)
        for p in parameters:
            p.grad = torch.randn(p.shape) * scale
            p.grad[0] = 0.0
        gradients.append([p.grad.flatten().tolist() for p in parameters])
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, max_norm).item())
        optimizer.step()
        after.append([p.detach().flatten().tolist() for p in parameters])
    return {
        "learningRate": lr,
        "settings": {"beta1": betas[0], "beta2": betas[1], "epsilon": eps, "weightDecay": weight_decay},
        "maxNorm": max_norm,
        "start": start,
        "gradients": gradients,
        "norms": norms,
        "after": after,
    }


def schedule(kind, lr, warmup, total):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    if kind == "constant":
        scheduler = get_constant_schedule_with_warmup(optimizer, warmup)
    elif kind == "linear":
        scheduler = get_linear_schedule_with_warmup(optimizer, warmup, total)
    else:
        scheduler = get_cosine_schedule_with_warmup(optimizer, warmup, total)
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return {"kind": kind, "peakLearningRate": lr, "warmupSteps": warmup, "totalSteps": total, "rates": rates}


json.dump(
    {
        "adamw": [
            adamw(1e-3, (0.9, 0.999), 1e-8, 0.0, 12, 1.0),
            adamw(1e-2, (0.9, 0.95), 1e-8, 0.1, 12, 0.5),
            adamw(3e-4, (0.0, 0.5), 1e-4, 1.0, 6, 100.0),
        ],
        "schedules": [
            schedule(kind, 3e-4, warmup, total)
            for kind in ("linear", "cosine", "constant")
            for warmup, total in ((0, 7), (3, 20), (5, 6), (0, 1))
        ],
    },
    sys.stdout,
)
