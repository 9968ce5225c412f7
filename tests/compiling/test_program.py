"""What two recordings of a function agree on, what cannot be one program, and how one stops."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling.generic_nest import GenericNest
from steepest.compiling.program import Differs, Program


def natively(function: Callable[..., Any], batches: list[torch.Tensor]) -> Callable[[list[torch.Tensor]], list[np.ndarray]]:
    """A function recorded on two batches, as native steps over further ones; the records of every step."""
    program = Program(function, batches[:1], batches[1:2])
    nest = GenericNest(program, program.results)
    return lambda rest: nest.run([np.stack([x.numpy() for x in rest])], len(rest))


def reason(function: Callable[..., Any]) -> str:
    """Why a step of one tensor cannot be a program."""
    with pytest.raises(Differs) as problem:
        Program(function, [torch.zeros(3)], [torch.ones(3)])
    return str(problem.value)


def test_a_host_read_is_named_with_its_line() -> None:
    total = torch.zeros(1)

    def step(x: torch.Tensor) -> None:
        total.add_(x.sum())
        if total.item() > 1e9:
            total.zero_()

    assert "test_program.py" in reason(step) and "Python reads a value of the step here" in reason(step)


def test_a_branch_on_a_tensor_is_a_host_read() -> None:
    w = torch.zeros(3)

    def step(x: torch.Tensor) -> None:
        w.add_(x if x.sum() > -1 else -x)

    assert "Python reads" in reason(step)


def test_a_python_number_that_changes_is_named() -> None:
    total, count = torch.zeros(3), [0]

    def step(x: torch.Tensor) -> None:
        count[0] += 1
        total.add_(x * count[0])

    found = reason(step)
    assert "the number" in found and "mul" in found and "became" in found and "make it a tensor that the step changes" in found


def test_a_constant_that_changes_is_named() -> None:
    count = [0]
    w = torch.zeros(2)

    def step(x: torch.Tensor) -> None:
        count[0] += 1
        w.add_(x[:2] * torch.tensor([1.0, count[0]]))

    assert "the number" in reason(step)


def test_a_tensor_made_outside_each_step_is_named() -> None:
    total, noise = torch.zeros(3), [torch.zeros(3)]

    def step(x: torch.Tensor) -> None:
        noise[0] = torch.from_numpy(np.random.default_rng().random(3).astype(np.float32))
        total.add_(x * noise[0])

    assert "made anew for each step outside of it" in reason(step)


def test_tensors_that_change_places_are_named() -> None:
    both = [torch.zeros(3), torch.ones(3)]

    def step(x: torch.Tensor) -> None:
        both[0].add_(x * both[1])
        both.reverse()

    assert "the step exchanges tensors" in reason(step)


def test_the_texts_come_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "zh")
    total = torch.zeros(1)

    def step(x: torch.Tensor) -> None:
        total.add_(x.sum())
        float(total)

    assert "Python 在这里读取了这一步的值" in reason(step)


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

    run = natively(function, [torch.tensor([k, 3]) for k in range(2)])
    with pytest.raises((IndexError, RuntimeError)) as expected:
        function(torch.tensor([1, 7]))
    count.zero_()
    with pytest.raises(type(expected.value)) as seen:
        run([torch.tensor([1, k]) for k in (0, 3, 7, 2)])
    assert str(seen.value) == str(expected.value)
    assert count.item() == 3


@pytest.mark.parametrize("operation", [lambda a, b: a // b, lambda a, b: a % b, lambda a, b: torch.fmod(a, b)])
def test_an_integer_divided_by_zero_stops_the_program(operation: Callable[..., Any]) -> None:
    total = torch.zeros(2, dtype=torch.int64)

    def function(b: torch.Tensor) -> None:
        total.add_(operation(torch.full((2,), 7), b))

    run = natively(function, [torch.tensor([1, k]) for k in (1, 2)])
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        run([torch.tensor([1, k]) for k in (3, 2, 0, 1)])
    expected = sum(operation(torch.full((2,), 7), torch.tensor([1, k])) for k in (1, 2, 3, 2))
    assert total.tolist() == expected.tolist()


def test_an_operation_that_fails_in_python_stops_the_program() -> None:
    total = torch.zeros(())

    def function(x: torch.Tensor) -> None:
        total.add_(torch.linalg.inv(x).sum())

    good = torch.eye(2)
    run = natively(function, [good, good])
    with pytest.raises(RuntimeError, match="singular"):
        run([good, good, torch.zeros(2, 2), good])
    assert total.item() == 8


def test_a_step_may_return_nothing() -> None:
    w = torch.zeros(2)

    def function(x: torch.Tensor) -> None:
        w.add_(x)

    assert natively(function, [torch.ones(2)] * 2)([torch.ones(2)] * 3) == []
    assert w.tolist() == [5.0, 5.0]


def test_scalar_arguments_keep_their_shape() -> None:
    seen = []

    def function(x: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(x.shape))
        return x * 2

    (record,) = natively(function, [torch.tensor(0.0), torch.tensor(1.0)])([torch.tensor(float(k)) for k in range(2, 5)])
    assert record.reshape(-1).tolist() == [4.0, 6.0, 8.0]
    assert seen == [(), ()]
