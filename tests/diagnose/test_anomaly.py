"""The first NaN or infinity is located in the graph of the pass that had it, where the program cannot be run again."""

from collections.abc import Callable

import pytest

import steepest as torch
from steepest.diagnose.finding import Finding

X = torch.linspace(0.5, 1.5, 20)


def watched(loss_of: Callable[[torch.Tensor], torch.Tensor], start: float, lr: float, steps: int = 60) -> list[Finding]:
    w = torch.tensor([start], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr)
    with torch.doctor(quiet=True) as doctor:
        for _ in range(steps):
            loss = loss_of(w)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert doctor.watcher.broken is None
    return [f for f in doctor.findings if f.severity != "note"]


def logarithm(w: torch.Tensor) -> torch.Tensor:
    shifted = X * w
    return torch.log(shifted).mean()


def quotient(w: torch.Tensor) -> torch.Tensor:
    left = torch.relu(w - X)
    return (left / left.sum()).sum() + (w * 0.1).sum()


def root(w: torch.Tensor) -> torch.Tensor:
    return torch.sqrt(w * w).sum()


@pytest.mark.parametrize(("loss_of", "start", "lr", "operation", "code"), [
    (logarithm, 1.0, 0.04, "log", "return torch.log(shifted).mean()"),
    (logarithm, -1.0, 0.04, "log", "return torch.log(shifted).mean()"),         # in the first pass of all
    (quotient, 2.0, 0.4, "div", "return (left / left.sum()).sum() + (w * 0.1).sum()"),
])  # fmt: skip
def test_the_operation_its_inputs_and_its_line_are_named(loss_of: Callable[[torch.Tensor], torch.Tensor], start: float, lr: float,
                                                         operation: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    (found,) = watched(loss_of, start, lr)
    assert found.rule == "first-nan" and f"in `{operation}` of" in found.evidence and "[20]" in found.evidence
    assert found.quoted == code and ("clamp" in found.change or "+ 1e-8" in found.change)


def test_parameters_that_were_bad_before_the_pass_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    (found,) = watched(root, 1.0, 0.5)
    assert found.rule == "first-nan" and "and w were so before that pass began" in found.evidence
