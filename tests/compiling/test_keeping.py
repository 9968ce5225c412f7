"""Plans on disk: found again by what a program is, and by nothing less."""

import sys
from pathlib import Path

import numpy as np
import pytest

import steepest as torch
from steepest.compiling.sections import Compiled
from steepest.lower import cache
from steepest.lower.middle import Middle
from steepest.lower.tiny import Tiny
from steepest.ops.maps import elementwise

sys.path.insert(0, str(Path(__file__).parent))
from programs import agree, run

NET = """
model = nn.Sequential(nn.Linear(8, 6), nn.Sigmoid(), nn.Linear(6, 1), nn.Sigmoid())
x, y = torch.rand(rows, 8), (torch.rand(rows, 1) > 0.5).float()
optimizer = torch.optim.Adam(model.parameters(), lr=rate)
for i in loop(20):
    loss = nn.functional.binary_cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
weight = model[0].weight
"""
TINY = """
w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
for i in loop(50):
    loss = (w * 3 - power) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad = None
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEEPEST_CACHE", str(tmp_path))
    return tmp_path


def plans(folder: Path) -> int:
    return len(list(folder.glob("plan-*")))


def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lowerings whose text is asked for from now on."""
    asked: list[str] = []
    for kind in (Tiny, Middle):
        text = kind.text
        monkeypatch.setattr(kind, "text", lambda self, text=text: asked.append(type(self).__name__) or text(self))
    return asked


def compiled(source: str, **given: float) -> Compiled:
    """The only program of a loop."""
    (found,) = [c for case in agree(source, **given).cases for c in case.compiled]
    return found


@pytest.mark.parametrize(("source", "given"), [(NET, {"rows": 40, "rate": 0.01}), (TINY, {"power": 5.0})])
def test_the_same_program_is_not_written_again(source: str, given: dict[str, float], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = written(monkeypatch)
    agree(source, **given)
    assert asked and plans(folder)
    first, kept = len(asked), plans(folder)
    agree(source, **given)
    assert len(asked) == first and plans(folder) == kept


@pytest.mark.parametrize("other", [{"rows": 41, "rate": 0.01}, {"rows": 40, "rate": 0.02}])
def test_another_program_has_another_plan(other: dict[str, float], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(NET, rows=40, rate=0.01)
    asked = written(monkeypatch)
    agree(NET, **other)
    assert asked


def test_exact_arithmetic_has_a_plan_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(TINY, power=5.0)
    asked = written(monkeypatch)
    run(TINY, lambda n: torch.loop(n, exact=True), power=5.0)
    assert asked


def test_a_plan_is_explained_like_a_new_one(folder: Path) -> None:
    first, second = (compiled(NET, rows=40, rate=0.01).executable.describe() for _ in range(2))
    assert first == second and first.startswith("middle")


def test_damaged_plans_are_made_anew(folder: Path) -> None:
    agree(NET, rows=40, rate=0.01)
    for path in folder.glob("plan-*"):
        path.write_bytes(path.read_bytes()[:-3])
    agree(NET, rows=40, rate=0.01)


def test_a_plan_without_its_machine_code_is_made_anew(folder: Path) -> None:
    agree(NET, rows=40, rate=0.01)
    for path in folder.glob("*.obj"):
        if not path.name.startswith("plan-"):
            path.unlink()
    agree(NET, rows=40, rate=0.01)


def test_operations_of_the_user_have_no_plan(folder: Path) -> None:
    def scaled(factor: float) -> torch.Tensor:
        operation = elementwise("scaled", lambda m, x: x * factor, x=lambda g: g * factor)
        return run(TINY.replace("w * 3", "operation(w)"), torch.loop, operation=operation, power=5.0)["w"]

    assert not np.isclose(scaled(3.0).item(), scaled(2.0).item())
    assert cache.folder() == folder and not plans(folder)


def test_equal_counters_are_computed_once() -> None:
    """What the slots held before the plan was made was not the counters' value, so some were taken for equal and others were not."""
    assert "3 counters computed once for several, 2 powers by products" in compiled(NET, rows=40, rate=0.01).executable.describe()
