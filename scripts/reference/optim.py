"""Makes tests/reference/optim.npz and schedulers.json: iterates of PyTorch's optimizers and rates of its schedulers.

Needs torch 2.13.0. Gradients are computed with NumPy from a formula of products and sums, so that the iterates depend on
nothing but the optimizers. Builds of PyTorch with MKL round square roots differently from one processor to the next (up to 1
ulp); here they are replaced by correctly rounded ones, so that the reference is the same on every machine.

    python scripts/reference/optim.py
"""

import json
import platform
from pathlib import Path

import numpy as np
import torch

OUT = Path(__file__).parents[2] / "tests" / "reference"
KEEP = (1, 2, 3, 7, 15, 25)
SHAPES = ((3, 4), (7,), (), (2, 1, 3))

OPTIMIZERS = [
    ("SGD", {"lr": 0.01}),
    ("SGD", {"lr": 0.01, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.001, "momentum": 0.5, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.01, "initial_accumulator_value": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.9, "weight_decay": 0.01}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.5, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": [0.3, 0.9], "weight_decay": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.01, "maximize": True}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "amsgrad": True, "maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("NAdam", {"weight_decay": 0.1}),
    ("RAdam", {}),
    ("RAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "t0": 5, "weight_decay": 0.1}),
    ("ASGD", {"maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"etas": [0.3, 1.5], "step_sizes": [0.001, 0.05], "maximize": True}),
    ("Adafactor", {}),
    ("Adafactor", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("LBFGS", {"max_iter": 2}),
    ("LBFGS", {"max_iter": 3, "lr": 0.5, "history_size": 2}),
    ("LBFGS", {"max_iter": 3, "line_search_fn": "strong_wolfe"}),
]

SCHEDULERS = [
    {"name": "StepLR", "step_size": 7, "gamma": 0.3},
    {"name": "MultiStepLR", "milestones": [5, 5, 20, 41], "gamma": 0.3},
    {"name": "ConstantLR", "factor": 0.3, "total_iters": 9},
    {"name": "LinearLR", "start_factor": 0.1, "end_factor": 0.8, "total_iters": 17},
    {"name": "ExponentialLR", "gamma": 0.93},
    {"name": "PolynomialLR", "total_iters": 31, "power": 1.7},
    {"name": "CosineAnnealingLR", "T_max": 13, "eta_min": 0.001},
    {"name": "CosineAnnealingWarmRestarts", "T_0": 5, "T_mult": 2, "eta_min": 0.001},
    {"name": "CosineAnnealingWarmRestarts", "T_0": 5},
    {"name": "CyclicLR", "base_lr": 0.01, "max_lr": 0.2, "step_size_up": 7},
    {"name": "CyclicLR", "base_lr": [0.01, 0.02], "max_lr": [0.2, 0.3], "step_size_up": 5, "step_size_down": 9,
     "mode": "triangular2"},
    {"name": "CyclicLR", "base_lr": 0.01, "max_lr": 0.2, "step_size_up": 4, "mode": "exp_range", "gamma": 0.98},
    {"name": "OneCycleLR", "max_lr": 0.5, "total_steps": 60},
    {"name": "OneCycleLR", "max_lr": [0.5, 0.3], "epochs": 6, "steps_per_epoch": 10, "three_phase": True,
     "anneal_strategy": "linear"},
    {"name": "SequentialLR", "milestones": [5, 20], "parts": [
        {"name": "LinearLR", "start_factor": 0.1, "total_iters": 5},
        {"name": "ExponentialLR", "gamma": 0.9},
        {"name": "CosineAnnealingLR", "T_max": 10},
    ]},
    {"name": "ChainedScheduler", "parts": [
        {"name": "ConstantLR", "factor": 0.1, "total_iters": 4},
        {"name": "ExponentialLR", "gamma": 0.9},
    ]},
    {"name": "SWALR", "swa_lr": [0.5, 0.01], "anneal_epochs": 7},
]


def iterates(name, options, start, target, curvature):
    """The parameters, flat, after the steps in KEEP."""
    parameters = [torch.from_numpy(p.copy()).requires_grad_() for p in start]
    cls = getattr(torch.optim, name)
    single = {} if name == "LBFGS" else {"foreach": False}
    optimizer = cls(parameters, **options, **single)

    def closure():
        loss = 0.0
        for p, t, c in zip(parameters, target, curvature, strict=True):
            d = p.detach().numpy() - t
            p.grad = torch.from_numpy(np.asarray(c * d + d / (1 + d * d)))
            loss += float((c * d * d + np.log1p(d * d)).sum(dtype=np.float64)) / 2
        return loss

    kept = []
    for step in range(1, KEEP[-1] + 1):
        optimizer.step(closure)
        if step in KEEP:
            kept.append(np.concatenate([p.detach().numpy().ravel() for p in parameters]))
    return np.array(kept)


def square_root(x):
    return torch.from_numpy(np.asarray(np.sqrt(x.detach().numpy())))


def write_optimizers():
    random = np.random.default_rng(0)
    start, target = ([random.standard_normal(s) for s in SHAPES] for _ in range(2))
    curvature = [random.random(s) * 3 for s in SHAPES]
    torch.Tensor.sqrt = square_root
    torch.Tensor.sqrt_ = lambda x: x.copy_(square_root(x))
    flat = {name: np.concatenate([x.ravel() for x in xs])
            for name, xs in (("start", start), ("target", target), ("curvature", curvature))}
    arrays = {}
    for i, (name, options) in enumerate(OPTIMIZERS):
        for dtype in ("float32", "float64"):
            given = [[np.asarray(x, dtype) for x in xs] for xs in (start, target, curvature)]
            arrays[f"{dtype}_{i}"] = iterates(name, options, *given)
    about = {"cases": OPTIMIZERS, "shapes": SHAPES, "steps": KEEP, "torch": torch.__version__, "cpu": platform.processor(),
             "capability": torch.backends.cpu.get_cpu_capability()}
    np.savez_compressed(OUT / "optim.npz", about=np.array(json.dumps(about)), **flat, **arrays)


def scheduler(spec, optimizer):
    spec = dict(spec)
    name, parts = spec.pop("name"), spec.pop("parts", None)
    module = torch.optim.swa_utils if name == "SWALR" else torch.optim.lr_scheduler
    made = [scheduler(part, optimizer) for part in parts or ()]
    if name == "ChainedScheduler":
        return module.ChainedScheduler(made)
    return getattr(module, name)(optimizer, *([made] if made else ()), **spec)


def write_schedulers():
    rows = []
    for spec in SCHEDULERS:
        a, b = torch.zeros(2, requires_grad=True), torch.zeros(3, requires_grad=True)
        optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.03}], lr=0.1, momentum=0.9)
        made = scheduler(spec, optimizer)
        rates, momenta = [], []
        for _ in range(60):
            rates.append(made.get_last_lr())
            momenta.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            made.step()
        row = {"scheduler": spec, "rates": rates}
        if len(set(momenta)) > 1:
            row["momenta"] = momenta
        rows.append(row)
    losses = [round(1 / (1 + i) if i < 8 else 0.11 + 0.01 * (i % 3), 4) for i in range(40)]
    plateaus = []
    for options in ({"patience": 2}, {"patience": 3, "threshold_mode": "abs", "threshold": 0.05, "cooldown": 2, "min_lr": 1e-3},
                    {"mode": "max", "patience": 5, "factor": 0.5}):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        made = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        rates = []
        for loss in losses:
            made.step(loss)
            rates.append(made.get_last_lr()[0])
        plateaus.append({"options": options, "rates": rates})
    about = {"torch": torch.__version__, "schedulers": rows, "losses": losses, "plateaus": plateaus}
    (OUT / "schedulers.json").write_text(json.dumps(about, indent=None), encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write_schedulers()
    write_optimizers()
