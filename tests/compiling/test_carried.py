"""What the steps of a compiled function hand on to each other: tensors replaced, gradients, optimizer state, versions, draws."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch

sys.path.insert(0, str(Path(__file__).parent))
from agreement import agree, close, of_kind

ROWS, BATCH = 759, 32


def batches(n: int, *shapes: tuple[int, ...]) -> list[tuple[torch.Tensor, ...]]:
    random = np.random.default_rng(1)
    return [tuple(of_kind("f", s, random) for s in shapes) for _ in range(n)]


class Rebound:
    """Gradient descent that makes a new weight at each step."""

    def __init__(self) -> None:
        self.w, self.before = torch.zeros(3, 1), torch.zeros(3, 1)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        gradient = x.t() @ (x @ self.w - y)
        self.before, self.w = self.w, self.w - 0.01 * gradient + 0.1 * (self.w - self.before)
        return (gradient * gradient).sum()


def test_a_tensor_replaced_by_a_new_one_is_carried() -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        model = Rebound()
        return model.step, [lambda: model.w, lambda: model.before]

    agree(make, batches(7, (5, 3), (5, 1)))


def test_a_leaf_replaced_by_a_new_one_is_carried() -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = [torch.zeros(3, 1, requires_grad=True)]

        def step(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            loss = ((x @ w[0] - y) ** 2).mean()
            (gradient,) = torch.autograd.grad(loss, w[0])
            w[0] = (w[0] - 0.1 * gradient).detach().requires_grad_()
            return loss

        return step, [lambda: w[0]]

    agree(make, batches(7, (5, 3), (5, 1)))


def test_a_tensor_replaced_outside_of_the_step_is_seen() -> None:
    data = batches(5, (5, 3), (5, 1))
    eager, compiled = Rebound(), Rebound()
    step = torch.compile(compiled.step, fullgraph=True)
    for _ in range(3):
        expected = [eager.step(*b).item() for b in data]
        np.testing.assert_allclose([step(*b).item() for b in data], expected, rtol=1e-4)
        for model in (eager, compiled):
            model.w = torch.ones(3, 1)
    assert step._compilation.native_calls > 2 * len(data)


def test_batches_of_two_sizes_share_what_is_carried() -> None:
    random = np.random.default_rng(1)
    data = [(of_kind("f", (n, 3), random), of_kind("f", (n, 1), random)) for _ in range(4) for n in (5, 5, 5, 2)]
    eager, compiled = Rebound(), Rebound()
    step = torch.compile(compiled.step, fullgraph=True)
    np.testing.assert_allclose([step(*b).item() for b in data], [eager.step(*b).item() for b in data], rtol=1e-4)
    close(compiled.w, eager.w)


def test_the_first_step_of_an_optimizer_may_be_special() -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = torch.zeros(3, 1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)

        def step(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            optimizer.zero_grad()
            loss = ((x @ w - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss

        return step, [w, lambda: optimizer.state[w]["momentum_buffer"], lambda: w.grad]

    agree(make, batches(7, (5, 3), (5, 1)))


def test_gradients_accumulate_and_are_set_to_zero() -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = torch.ones(3, requires_grad=True)
        w.grad = torch.zeros(3)

        def step(x: torch.Tensor) -> torch.Tensor:
            for part in (x[:2], x[2:]):
                (part * w).sum().backward()
            with torch.no_grad():
                w.sub_(w.grad, alpha=0.1)
            w.grad.zero_()
            return w.sum()

        return step, [w, lambda: w.grad]

    agree(make, batches(7, (5, 3)))


def test_versions_count_every_step() -> None:
    eager, compiled = torch.zeros(2), torch.zeros(2)
    data = batches(7, (2,))
    for (x,) in data:
        eager.add_(x)
    step = torch.compile(lambda x: compiled.add_(x).sum())
    for (x,) in data:
        step(x)
    assert step._compilation.native_calls and compiled._version == eager._version


def test_draws_leave_the_generator_where_eager_does() -> None:
    def make() -> tuple[Callable[..., Any], list[Any]]:
        w = torch.zeros(4)

        def step(x: torch.Tensor) -> torch.Tensor:
            order = torch.randperm(4)
            noise = torch.randn(4) + torch.bernoulli(x.sigmoid()) + torch.normal(x, 1.0) + torch.randint(0, 5, (4,))
            chosen = torch.multinomial(x.exp(), 2)
            w.mul_(0.5).add_((x + noise)[order] + x[chosen].sum() + torch.empty(4).uniform_(-1, 1))
            return w.sum()

        return step, [w]

    agree(make, batches(7, (4,)))


class Training:
    """The 8-6-4-1 network of sigmoids with mini-batches, and beside it a counter that is written through views."""

    def __init__(self, optimizer: str, **options: Any):
        torch.manual_seed(0)
        sigmoid, linear = torch.nn.Sigmoid, torch.nn.Linear
        self.model = torch.nn.Sequential(linear(8, 6), sigmoid(), linear(6, 4), sigmoid(), linear(4, 1), sigmoid())
        self.criterion = torch.nn.BCELoss()
        self.optimizer = getattr(torch.optim, optimizer)(self.model.parameters(), lr=0.1, **options)
        self.seen = torch.zeros(4)

    def step(self, x: Any, y: Any) -> Any:
        loss = self.criterion(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            self.seen[1:3] += 1
            self.seen.view(2, 2)[0].mul_(1.01)
        return loss.detach()

    def state(self) -> dict[str, np.ndarray]:
        found = {name: p.detach().numpy().copy() for name, p in self.model.named_parameters()}
        found.update({f"{name}.grad": p.grad.numpy().copy() for name, p in self.model.named_parameters()})
        return found | {"seen": self.seen.numpy().copy()}


@pytest.mark.parametrize(("optimizer", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9, "weight_decay": 0.01}), ("Adam", {})])
def test_epochs_of_mini_batches_leave_what_eager_steps_leave(optimizer: str, options: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 1, (ROWS, 8)).astype(np.float32)
    y = (x @ rng.standard_normal((8, 1)) + 0.3 * rng.standard_normal((ROWS, 1)) > 0).astype(np.float32)
    eager, native = Training(optimizer, **options), Training(optimizer, **options)
    step = torch.compile(native.step, fullgraph=True)
    for _ in range(6):
        order = rng.permutation(ROWS)
        data = [(torch.from_numpy(x[rows]), torch.from_numpy(y[rows])) for rows in (order[i:i + BATCH] for i in range(0, ROWS, BATCH))]
        np.testing.assert_allclose([step(*b).item() for b in data], [eager.step(*b).item() for b in data], rtol=1e-4, atol=1e-5)
    assert step._compilation.native_calls >= 5 * 24, "batches of 32 and a last one of 23"
    for name, value in eager.state().items():
        np.testing.assert_allclose(native.state()[name], value, rtol=2e-3, atol=2e-4, err_msg=name)
