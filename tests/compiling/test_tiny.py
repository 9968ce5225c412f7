"""Tiny programs: as the generic nest and eager leave them; with `exact`, as plain Python floats compute them, bit for bit."""

import math
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
from planned import Planned, check

X = [80.0, 95.0, 104.0, 112.0, 125.0, 135.0]
Y = [200.0, 230.0, 245.0, 247.0, 259.0, 262.0]


def houses() -> tuple[Callable[..., Any], list[torch.Tensor]]:
    x, y = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    m = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([m, b], lr=1e-5)

    def step() -> torch.Tensor:
        loss = ((m * x + b - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, [m, b]


def by_hand() -> tuple[Callable[..., Any], list[torch.Tensor]]:
    x, y = torch.tensor(X, dtype=torch.float64), torch.tensor(Y, dtype=torch.float64)
    m, b = torch.tensor(1.0, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)

    def step() -> torch.Tensor:
        error = m * x + b - y
        loss = (error * error).sum() / 6
        gm, gb = (2 * error * x).sum() / 6, (2 * error).sum() / 6
        m.sub_(gm * 1e-5)
        b.sub_(gb * 1e-5)
        return loss

    return step, [m, b]


def line() -> tuple[Callable[..., Any], list[torch.Tensor]]:
    torch.manual_seed(1)
    model, x = nn.Linear(1, 1), torch.tensor([[1.0], [2.0], [3.0]])
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=0.01), nn.MSELoss(reduction="sum")

    def step() -> torch.Tensor:
        loss = criterion(model(x), 2 * x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step, list(model.parameters())


def himmelblau(optimizer: Callable[..., Any], dtype: Any = torch.float32) -> Any:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        p = torch.tensor([0.1, -0.2], dtype=dtype, requires_grad=True)
        o = optimizer([p])

        def step() -> torch.Tensor:
            x, y = p
            f = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
            o.zero_grad()
            f.backward()
            o.step()
            return f

        return step, [p]

    return make


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-3),
    "momentum": lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-2),
    "adam": lambda p: torch.optim.Adam(p, lr=1e-2),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=1e-2, amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.5, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=1e-1),
    "adadelta": lambda p: torch.optim.Adadelta(p),
    "adamax": lambda p: torch.optim.Adamax(p, lr=1e-2),
    "nadam": lambda p: torch.optim.NAdam(p, lr=1e-2),
    "radam": lambda p: torch.optim.RAdam(p, lr=1e-2),
}


@pytest.mark.parametrize("make", [houses, by_hand, line])
def test_a_straight_line_becomes_linear_forms(make: Any) -> None:
    planned = check(make, regime="tiny", tolerance=5e-5)
    assert "as linear forms" in planned.executable.describe()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_optimizer(name: str, dtype: Any) -> None:
    check(himmelblau(OPTIMIZERS[name], dtype), regime="tiny", tolerance=1e-5 if dtype is torch.float32 else 1e-10, warm=7)


def test_exact_is_what_python_floats_give() -> None:
    planned = Planned(by_hand, exact=True)
    m, b = (float(x) for x in planned.kept)
    records, _ = planned.native(planned.executable)
    losses = []
    for _ in planned.batches:
        error = [m * x + b - y for x, y in zip(X, Y, strict=True)]
        loss = gm = gb = 0.0
        for e, x in zip(error, X, strict=True):
            loss += e * e
            gm += 2 * e * x
            gb += 2 * e
        losses.append(loss / 6)
        m, b = m - gm / 6 * 1e-5, b - gb / 6 * 1e-5
    assert [r.tolist() for r in records] == [[[x] for x in losses]]
    assert [float(x) for x in planned.kept] == [m, b]
    assert planned.executable.describe().startswith("tiny")


def logistic() -> tuple[Callable[..., Any], list[torch.Tensor]]:
    w = torch.tensor([0.3, -0.2], dtype=torch.float64)
    x = torch.tensor([[0.5, 1.5], [-1.0, 0.25], [2.0, -0.75]], dtype=torch.float64)
    y = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)

    def step() -> torch.Tensor:
        p = 1 / (1 + torch.exp(-(x[:, 0] * w[0] + x[:, 1] * w[1])))
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).sum()
        for k in range(2):
            w[k] -= 0.1 * ((p - y) * x[:, k]).sum()
        return loss

    return step, [w]


@pytest.mark.parametrize("generic", [False, True])
def test_exact_functions_are_those_of_python(generic: bool) -> None:
    planned = Planned(logistic, exact=True)
    w = planned.kept[0].tolist()
    x, y = [[0.5, 1.5], [-1.0, 0.25], [2.0, -0.75]], [1.0, 0.0, 1.0]
    assert planned.executable.describe().startswith("tiny")
    runner = planned.executable.generic if generic else planned.executable
    records, _ = planned.native(runner)
    losses = []
    for _ in planned.batches:
        p = [1 / (1 + math.exp(-(a * w[0] + b * w[1]))) for a, b in x]
        loss = 0.0
        for q, t in zip(p, y, strict=True):
            loss += t * math.log(q) + (1 - t) * math.log(1 - q)
        losses.append(-loss)
        for k in range(2):
            g = 0.0
            for q, t, row in zip(p, y, x, strict=True):
                g += (q - t) * row[k]
            w[k] = w[k] - 0.1 * g
    assert records[0].reshape(-1).tolist() == losses
    assert planned.kept[0].tolist() == w


def test_streams_and_records_of_several_elements() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        w = torch.zeros(2, 3)

        def step(x: torch.Tensor, rate: torch.Tensor) -> list[torch.Tensor]:
            w.add_(x * rate)
            return [w.t() + 1, (w > 0).any(), w.amax()]

        return step, [w]

    random = np.random.default_rng(3)
    batches = [(torch.tensor(random.normal(size=(2, 3)), dtype=torch.float32), torch.tensor(0.5 ** k)) for k in range(9)]
    check(make, batches, regime="tiny")


def test_values_that_a_step_leaves_to_the_next() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        held = {"w": torch.ones(3), "before": torch.zeros(3)}

        def step() -> torch.Tensor:
            held["w"], held["before"] = held["w"] * 1.5 - 0.3 * held["before"], held["w"]
            return held["w"].sum()

        return step, []

    check(make, regime="tiny")


@pytest.mark.parametrize("start", [float("nan"), float("inf"), -float("inf"), 1e30, 1e-42, -0.0])
def test_special_values(start: float) -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        w, x = torch.tensor([start, 1.0], requires_grad=True), torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])
        y = torch.tensor([1.0, 0.0, 1.0])
        optimizer = torch.optim.SGD([w], lr=0.1)

        def step() -> torch.Tensor:
            loss = nn.functional.binary_cross_entropy_with_logits(x @ w, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        return step, [w]

    check(make, regime="tiny")


def test_a_step_too_large_for_it_is_left_to_others() -> None:
    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        w = torch.zeros(700, 2)

        def step() -> None:
            w.add_(1)

        return step, [w]

    check(make, regime="middle")


def test_storages_that_share_memory_are_not_told_apart() -> None:
    memory = np.ones(4, np.float32)

    def make() -> tuple[Callable[..., Any], list[torch.Tensor]]:
        a, b = torch.from_numpy(memory), torch.from_numpy(memory[1:])

        def step() -> torch.Tensor:
            a.mul_(2)
            return b.sum()

        return step, [a]

    planned = Planned(make)
    assert "share memory" in planned.executable.describe()


def test_the_generic_nest_leaves_a_sum_that_only_python_looks_at() -> None:
    w = torch.ones(20, requires_grad=True)
    losses: list[torch.Tensor] = []

    def step() -> None:
        loss = ((w * 2 - 4) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            w.sub_(0.01 * w.grad)
            w.grad.zero_()
        losses.append(loss)

    planned = Planned(lambda: (step, [w]))
    planned.program.visible.add(losses[-1].storage_cell)
    expected = float(((w * 2 - 4) ** 2).sum())
    GenericNest(planned.program, planned.results).run([], 1)
    np.testing.assert_allclose(losses[-1].item(), expected, rtol=1e-5)
