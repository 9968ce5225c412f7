"""Random networks, losses, optimizers and batches: what the planner makes of them leaves what eager leaves.

`STEEPEST_EXAMPLES=n` tries n new programs; a failure prints its seed.
"""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest import nn
from steepest.compiling.generic_nest import GenericNest

sys.path.insert(0, str(Path(__file__).parent))
from planned import Make, Planned, check

ACTIVATIONS = [nn.Sigmoid, nn.Tanh, nn.ReLU, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.Softplus, nn.Identity]
OPTIMIZERS: list[Callable[..., Any]] = [
    lambda p: torch.optim.SGD(p, lr=0.02),
    lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    lambda p: torch.optim.SGD(p, lr=0.02, weight_decay=0.1),
    lambda p: torch.optim.Adam(p, lr=0.003),
    lambda p: torch.optim.AdamW(p, lr=0.003),
    lambda p: torch.optim.RMSprop(p, lr=0.003),
    lambda p: torch.optim.Adagrad(p, lr=0.01),
]


class Residual(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.inner = nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.tanh(self.inner(x))


def program(seed: int) -> tuple[Make, list[tuple[torch.Tensor, ...]]]:
    """A training step and its batches."""
    r, numbers = random.Random(seed), np.random.default_rng(seed)
    rows, inputs = r.choice([1, 2, 5, 16, 17, 32, 48, 61]), r.choice([1, 2, 3, 8, 13])
    classes = r.choice([0, 0, 1, 3, 5])
    widths = [r.choice([1, 2, 4, 6, 17, 32]) for _ in range(r.randint(0, 3))]
    layers: list[Callable[[], nn.Module]] = []
    last = inputs
    for width in widths:
        kind = r.random()
        normalised = kind < 0.15 and width > 2 or kind < 0.3 and rows > 2
        # the gradient of a bias before a normalisation is zero but for rounding, of which some optimizers make full steps
        bias = not normalised and r.random() < 0.8
        layers.append(lambda a=last, b=width, bias=bias: nn.Linear(a, b, bias=bias))
        if normalised:
            layers.append(lambda b=width, norm=nn.LayerNorm if kind < 0.15 else nn.BatchNorm1d: norm(b))
        elif kind < 0.4:
            layers.append(lambda b=width: Residual(b))
        layers.append(r.choice(ACTIVATIONS))
        last = width
    layers.append(lambda: nn.Linear(last, max(classes, 1)))
    losses: list[Callable[..., Any]] = [nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(), nn.SmoothL1Loss(), nn.BCEWithLogitsLoss(),
                                        lambda p, t: (p - t).pow(2).sum() / 7, lambda p, t: ((p - t) ** 2).mean(0).sum()]
    loss = nn.CrossEntropyLoss(label_smoothing=r.choice([0.0, 0.0, 0.1])) if classes > 1 else r.choice(losses)
    optimizer, clip, decay = r.choice(OPTIMIZERS), r.random() < 0.2, r.random() < 0.2
    mode, returned = r.choice(["all", "index", "stream"]), r.choice(["loss", "nothing", "output"])
    table = (torch.tensor(numbers.normal(size=(70, inputs)), dtype=torch.float32),
             torch.tensor(numbers.integers(0, classes, 70)) if classes > 1 else
             torch.tensor(numbers.random((70, 1)) < 0.5, dtype=torch.float32))
    batches: list[tuple[torch.Tensor, ...]] = []
    if mode != "all":
        picked = [torch.tensor(numbers.integers(0, 70, rows)) for _ in range(8)]
        batches = [(i,) if mode == "index" else (table[0][i], table[1][i]) for i in picked]

    extra = [r.random() < 0.25 for _ in range(4)]

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        torch.manual_seed(seed)
        model = nn.Sequential(*(layer() for layer in layers))
        o = optimizer(list(model.parameters()))
        average, before = ([p.detach().clone() for p in model.parameters()] for _ in range(2))
        seen = torch.zeros(())

        def step(*batch: torch.Tensor) -> Any:
            if mode == "all":
                x, y = table[0][:rows], table[1][:rows]
            elif mode == "index":
                x, y = table[0][batch[0]], table[1][batch[0]]
            else:
                x, y = batch
            out = model(x)
            value = loss(out, y)
            if decay:
                value = value + 0.01 * sum((p * p).sum() for p in model.parameters())
            o.zero_grad()
            value.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), 0.7)
            with torch.no_grad():
                if extra[0]:
                    for a, p in zip(before, model.parameters(), strict=True):
                        a.copy_(p)
                if extra[1]:
                    for a, p in zip(average, model.parameters(), strict=True):
                        a.mul_(0.9).add_(0.1 * p)
            o.step()
            if extra[2]:
                seen.copy_(value.detach())
            if extra[3]:
                return [value, next(model.parameters()).detach().clone(), sum(p.grad.abs().sum() for p in model.parameters())]
            return None if returned == "nothing" else value if returned == "loss" else [value, out]

        return step, [*model.parameters(), *(b for b in model.buffers() if b.dtype.is_floating_point), seen, *before, *average]

    return make, batches


def agree(seed: int) -> None:
    """As eager; or no nearer than the generic loop nest is, where rounding has grown (Adam makes steps of the noise in a zero)."""
    make, batches = program(seed)
    try:
        check(make, batches, tolerance=2e-3, warm=4)
    except AssertionError as problem:
        planned = Planned(*program(seed), warm=4)
        generic, eager = planned.native(GenericNest(planned.program, planned.results)), planned.eager()
        far = [np.abs(a.reshape(-1) - b.reshape(-1)).max() > 1e-4 for a, b in zip(generic[1], eager[1], strict=True)]
        if not any(far):
            raise AssertionError(f"seed {seed}: {problem}") from problem


@pytest.mark.parametrize("seed", range(16))
def test_random_programs(seed: int) -> None:
    agree(seed)


def test_new_random_programs() -> None:
    count = int(os.environ.get("STEEPEST_EXAMPLES", "0"))
    if not count:
        pytest.skip("set STEEPEST_EXAMPLES=n to try n new programs")
    first = random.randrange(10**9)
    for seed in range(first, first + count):
        agree(seed)
