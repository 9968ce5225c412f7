"""What a compiled step carries, what it refuses, and how it stops."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import Step

sys.path.insert(0, str(Path(__file__).parent))
from agreement import agree, close, of_kind


def batches(n: int, *shapes: tuple[int, ...]) -> list[tuple[torch.Tensor, ...]]:
    random = np.random.default_rng(1)
    return [tuple(of_kind("f", s, random) for s in shapes) for _ in range(n)]


def native(step: Step) -> bool:
    return all(v.native is not None for v in step.variants.values())


def reason(step: Step) -> str:
    return next(iter(step.variants.values())).reason


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
    step = Step(compiled.step)
    for _ in range(3):
        expected = [[eager.step(*b).item()] for b in data]
        np.testing.assert_allclose(step.over(data), expected, rtol=1e-4)
        for model in (eager, compiled):
            model.w = torch.ones(3, 1)
    assert native(step)


def test_batches_of_two_sizes_share_what_is_carried() -> None:
    random = np.random.default_rng(1)
    data = [(of_kind("f", (n, 3), random), of_kind("f", (n, 1), random)) for _ in range(4) for n in (5, 5, 5, 2)]
    eager, compiled = Rebound(), Rebound()
    np.testing.assert_allclose(Step(compiled.step).over(data), [[eager.step(*b).item()] for b in data], rtol=1e-4)
    close(compiled.w, eager.w)


def test_tensors_that_change_places_are_refused() -> None:
    both = [torch.zeros(2), torch.ones(2)]

    def step(x: torch.Tensor) -> None:
        both[0].add_(x * both[1])
        both.reverse()

    compiled = Step(step)
    compiled.over(batches(6, (2,)))
    assert "exchanges" in reason(compiled)


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
    step = Step(lambda x: compiled.add_(x).sum())
    step.over(data)
    assert native(step) and compiled._version == eager._version


def test_numbers_that_change_are_refused() -> None:
    rate = [1.0]
    w = torch.zeros(2)

    def step(x: torch.Tensor) -> None:
        rate[0] *= 0.5
        w.add_(x * rate[0])

    compiled = Step(step)
    compiled.over(batches(6, (2,)))
    assert "the number" in reason(compiled) and "mul" in reason(compiled)


def test_constants_that_change_are_refused() -> None:
    count = [0]
    w = torch.zeros(2)

    def step(x: torch.Tensor) -> None:
        count[0] += 1
        w.add_(x * torch.tensor([1.0, count[0]]))

    compiled = Step(step)
    compiled.over(batches(6, (2,)))
    assert "the number" in reason(compiled)


def test_reads_by_python_are_refused() -> None:
    w = torch.zeros(2)

    def step(x: torch.Tensor) -> None:
        w.add_(x if x.sum() > 0 else -x)

    compiled = Step(step)
    compiled.over(batches(6, (2,)))
    assert "Python reads" in reason(compiled)


@pytest.mark.parametrize("operation", [
    lambda x, i: x[i], lambda x, i: x.gather(0, i), lambda x, i: x.index_select(0, i), lambda x, i: x.index_put((i,), x[:1]),
    lambda x, i: x.scatter_add(0, i, x), lambda x, i: x.index_add(0, i, x[:2]),
])
def test_an_index_outside_stops_the_program_at_its_step_with_the_error_of_eager(operation: Callable[..., Any]) -> None:
    x = torch.arange(4.0)
    count = torch.zeros((), dtype=torch.int64)

    def function(i: torch.Tensor) -> torch.Tensor:
        count.add_(1)
        return operation(x, i).sum()

    step = Step(function)
    step.over([(torch.tensor([k, 3]),) for k in range(3)])
    assert native(step)
    with pytest.raises((IndexError, RuntimeError)) as expected:
        function(torch.tensor([1, 7]))
    count.zero_()
    with pytest.raises(type(expected.value)) as seen:
        step.over([(torch.tensor([1, k]),) for k in (0, 3, 7, 2)])
    assert str(seen.value) == str(expected.value)
    assert count.item() == 3


@pytest.mark.parametrize("operation", [lambda a, b: a // b, lambda a, b: a % b, lambda a, b: torch.fmod(a, b)])
def test_an_integer_divided_by_zero_stops_the_program(operation: Callable[..., Any]) -> None:
    total = torch.zeros(2, dtype=torch.int64)

    def function(b: torch.Tensor) -> None:
        total.add_(operation(torch.full((2,), 7), b))

    step = Step(function)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        step.over([(torch.tensor([1, k]),) for k in (1, 2, 3, 2, 0, 1)])
    assert native(step)
    expected = sum(operation(torch.full((2,), 7), torch.tensor([1, k])) for k in (1, 2, 3, 2))
    assert total.tolist() == expected.tolist()


def test_an_operation_that_fails_in_python_stops_the_program() -> None:
    total = torch.zeros(())

    def function(x: torch.Tensor) -> None:
        total.add_(torch.linalg.inv(x).sum())

    step = Step(function)
    good = torch.eye(2)
    with pytest.raises(RuntimeError, match="singular"):
        step.over([(good,), (good,), (good,), (good,), (torch.zeros(2, 2),), (good,)])
    assert native(step) and total.item() == 8


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


def test_a_step_may_return_nothing() -> None:
    w = torch.zeros(2)

    def function(x: torch.Tensor) -> None:
        w.add_(x)

    assert Step(function).over([torch.ones(2)] * 5) == [[]] * 5
    assert w.tolist() == [5.0, 5.0]


def test_scalar_arguments_keep_their_shape() -> None:
    seen = []

    def function(x: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(x.shape))
        return x * 2

    assert Step(function).over([torch.tensor(float(k)) for k in range(5)]) == [[0.0], [2.0], [4.0], [6.0], [8.0]]
    assert seen == [(), ()]
