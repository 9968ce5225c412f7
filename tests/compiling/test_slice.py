"""One training program from end to end: recorded, compared, compiled and run natively; and what makes a step run eagerly."""

from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import Step

ROWS, BATCH = 759, 32


def data() -> tuple[Any, Any]:
    """Eight measurements of 759 people and whether they fell ill, by a rule with noise."""
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 1, (ROWS, 8)).astype(np.float32)
    y = (x @ rng.standard_normal(8) + 0.3 * rng.standard_normal(ROWS) > 0).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(y[:, None])


class Training:
    """The 8-6-4-1 network of sigmoids with mini-batches, and beside it a counter that is written through views."""

    def __init__(self, optimizer: str = "SGD", **options: Any):
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


def batches(order: np.ndarray) -> list[tuple[Any, Any]]:
    x, y = data()
    return [(x[rows], y[rows]) for rows in (torch.from_numpy(order[i:i + BATCH]) for i in range(0, ROWS, BATCH))]


@pytest.mark.parametrize(("optimizer", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9, "weight_decay": 0.01}), ("Adam", {})])
def test_native_steps_leave_what_eager_steps_leave(optimizer: str, options: dict[str, Any]) -> None:
    eager, native = Training(optimizer, **options), Training(optimizer, **options)
    step = Step(native.step)
    rng = np.random.default_rng(1)
    for _ in range(6):
        order = rng.permutation(ROWS)
        wanted = [eager.step(x, y).item() for x, y in batches(order)]
        got = [loss for (loss,) in step.over(batches(order))]
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
    assert len(step.variants) == 2, "batches of 32 and a last one of 23"
    assert all(v.native is not None for v in step.variants.values()), [v.reason for v in step.variants.values()]
    for name, value in eager.state().items():
        np.testing.assert_allclose(native.state()[name], value, rtol=2e-3, atol=2e-4, err_msg=name)


def reason(function: Any, steps: int = 8) -> str:
    """Why a step of one tensor runs eagerly."""
    step = Step(function)
    step.over([torch.full((3,), float(k)) for k in range(steps)])
    (variant,) = step.variants.values()
    assert variant.native is None
    return variant.reason


def test_a_host_read_is_named_with_its_line() -> None:
    total = torch.zeros(1)

    def step(x: Any) -> None:
        total.add_(x.sum())
        if total.item() > 1e9:
            total.zero_()

    assert "test_slice.py" in reason(step) and "reads a value of the step here" in reason(step)


def test_a_python_number_that_changes_is_named() -> None:
    total, count = torch.zeros(3), [0]

    def step(x: Any) -> None:
        count[0] += 1
        total.add_(x * count[0])

    text = reason(step)
    assert "the number" in text and "became" in text and "make it a tensor that the step changes" in text


def test_a_tensor_made_outside_each_step_is_named() -> None:
    total, noise = torch.zeros(3), [torch.zeros(3)]

    def step(x: Any) -> None:
        noise[0] = torch.from_numpy(np.random.default_rng().random(3).astype(np.float32))
        total.add_(x * noise[0])

    assert "made anew for each step outside of it" in reason(step)


def test_tensors_that_change_places_are_named() -> None:
    pair = [torch.zeros(3), torch.ones(3)]

    def step(x: Any) -> None:
        pair[0].add_(x)
        pair.reverse()

    assert "the step exchanges tensors" in reason(step) or "reads" in reason(step) or "became" in reason(step)


def test_a_rebound_tensor_is_carried() -> None:
    state = {"w": torch.zeros(3)}

    def step(x: Any) -> Any:
        state["w"] = state["w"] * 0.5 + x
        return state["w"].sum()

    run = Step(step)
    got = [v for (v,) in run.over([torch.full((3,), float(k)) for k in range(9)])]
    w, wanted = np.zeros(3, np.float32), []
    for k in range(9):
        w = w * np.float32(0.5) + np.float32(k)
        wanted.append(float(w.sum()))
    np.testing.assert_allclose(got, wanted, rtol=1e-6)
    np.testing.assert_allclose(state["w"].numpy(), w, rtol=1e-6)
    assert next(iter(run.variants.values())).native is not None


def test_the_texts_come_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "zh")
    total = torch.zeros(1)

    def step(x: Any) -> None:
        total.add_(x.sum())
        float(total)

    assert "Python 在这里读取了这一步的值" in reason(step)
