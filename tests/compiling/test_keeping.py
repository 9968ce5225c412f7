"""Plans on disk: found again by what a program is, and by nothing less."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import generic_nest, keeping
from steepest.compiling.generic_nest import GenericNest
from steepest.compiling.planner import plan
from steepest.compiling.program import Program
from steepest.compiling.sections import Compiled
from steepest.core.primitive import Primitive
from steepest.core.recorder import PACKAGE
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


def test_every_file_that_defines_an_operation_has_a_say() -> None:
    primitives = [x for x in gc.get_objects() if isinstance(x, Primitive)]
    defining = [getattr(p, name, None) for p in primitives for name in keeping.DEFINING]
    files = {Path(f.__code__.co_filename) for f in defining if hasattr(f, "__code__")}
    folders = {file.parent.relative_to(PACKAGE).as_posix() for file in files if file.is_relative_to(PACKAGE)}
    assert "functional/neural" in folders and folders <= set(keeping.DECISIVE)


def test_equal_counters_are_computed_once() -> None:
    """What the slots held before the plan was made was not the counters' value, so some were taken for equal and others were not."""
    assert "3 counters computed once for several, 2 powers by products" in compiled(NET, rows=40, rate=0.01).executable.describe()


F = torch.nn.functional
X = torch.arange(24.0).reshape(4, 6) / 10
Step = Callable[[], Any]


def shared() -> Step:
    w = torch.ones(8)
    return lambda: (w[:4].mul_(1.5), w[2:6].sum())[1]


def apart() -> Step:
    w, v = torch.ones(8), torch.ones(8)
    return lambda: (w[:4].mul_(1.5), v[2:6].sum())[1]


def drawing(*generators: torch.Generator) -> Step:
    return lambda: sum(torch.rand(3, generator=g).sum() for g in generators)


A, B = torch.Generator(), torch.Generator()
STEPS: dict[str, tuple[Callable[[], Step], Callable[[], Step]]] = {
    "a number": (lambda: lambda: (X * 2.0).sum(), lambda: lambda: (X * 3.0).sum()),
    "numbers of a table": (lambda: lambda: (X[:, :2] * torch.tensor([1.0, 2.0])).sum(),
                           lambda: lambda: (X[:, :2] * torch.tensor([1.0, 3.0])).sum()),
    "a place": (lambda: lambda: X[[0, 2]].sum(), lambda: lambda: X[[0, 3]].sum()),
    "an offset": (lambda: lambda: X[0].exp().sum(), lambda: lambda: X[1].exp().sum()),
    "a size": (lambda: lambda: X[:, :5].exp().sum(), lambda: lambda: X[:, :6].exp().sum()),
    "strides": (lambda: lambda: X.reshape(6, 4).cumsum(1).amax(0).sum(), lambda: lambda: X.t().cumsum(1).amax(0).sum()),
    "a dtype": (lambda: lambda: X.exp().sum(), lambda: lambda: X.double().exp().sum()),
    "an operation": (lambda: lambda: X.exp().sum(), lambda: lambda: X.sin().sum()),
    "a dimension": (lambda: lambda: X[:, :4].cumsum(0).exp().sum(), lambda: lambda: X[:, :4].cumsum(1).exp().sum()),
    "a window": (lambda: lambda: F.unfold(X[None, None], 2).exp().sum(),
                           lambda: lambda: F.unfold(X[None, None], 2, dilation=2).exp().sum()),
    "a view in a gradient": (lambda: sliced(slice(0, 4)), lambda: sliced(slice(2, 6))),
    "memory that is shared": (shared, apart),
    "a generator": (lambda: drawing(A, B), lambda: drawing(A, A)),
}


def sliced(part: slice) -> Step:
    w = torch.linspace(0, 1, 8).requires_grad_()
    return lambda: (torch.autograd.grad((w[part] ** 3).sum(), w)[0] * torch.arange(8.0)).sum()


def growing() -> Step:
    w = torch.ones(6, 4)
    return lambda: (X @ w.mul_(1.1)).exp().sum()


def steps(make: Callable[[], Step], executable: Callable[[Program], Any]) -> None:
    """A function's native steps give what its eager steps do."""
    values = []
    for native in (False, True):
        A.manual_seed(1), B.manual_seed(2)
        step = make()
        if native:
            program = Program(step)
            values.append(executable(program).run([], 3)[0].reshape(-1))
        else:
            values.append(np.array([step().item() for _ in range(5)][2:]))
    np.testing.assert_allclose(values[1], values[0], rtol=1e-5)


def nests_written(monkeypatch: pytest.MonkeyPatch) -> list[GenericNest]:
    """The generic nests that are planned from now on."""
    made: list[GenericNest] = []
    planned = GenericNest._planned
    monkeypatch.setattr(GenericNest, "_planned", lambda self: made.append(self) or planned(self))
    return made


@pytest.mark.parametrize("name", STEPS)
def test_generic_nests_are_kept_and_others_do_not_meet_them(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nests_written(monkeypatch)
    one, other = STEPS[name]
    for _ in range(2):
        steps(one, lambda p: GenericNest(p, p.results))
        assert len(asked) == 1
    for _ in range(2):
        steps(other, lambda p: GenericNest(p, p.results))
        assert len(asked) == 2


@pytest.mark.parametrize("name", STEPS)
def test_plans_of_any_lowering_are_kept_and_others_do_not_meet_them(name: str, folder: Path) -> None:
    one, other = STEPS[name]
    for make in (one, one, other, other):
        steps(make, lambda p: plan(p, p.results))


def test_nests_for_other_threads_have_plans_of_their_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generic_nest, "PAYS", 0)
    asked = nests_written(monkeypatch)
    before = torch.get_num_threads()
    try:
        for threads in (1, 2, 1, 2):
            torch.set_num_threads(threads)
            made = []
            steps(growing, lambda p, made=made: made.append(GenericNest(p, p.results)) or made[0])
            assert made[0].threads == threads
        assert len(asked) == 2
        torch.set_num_threads(1)
        made[0].run([], 2)
        assert made[0].threads == 1 and len(asked) == 3      # laid out for two threads, run by one
    finally:
        torch.set_num_threads(before)


def test_exact_and_watched_nests_do_not_meet_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nests_written(monkeypatch)
    for options in ({}, {"exact": True}, {"watched": True}, {"once": True}):
        steps(lambda: lambda: X.exp().sum(), lambda p, options=options: GenericNest(p, p.results, **options))
    assert len(asked) == 4


def test_what_python_looks_at_is_part_of_the_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nests_written(monkeypatch)
    for seen in (False, True):
        left: list[torch.Tensor] = []

        def step(left: list[torch.Tensor] = left) -> torch.Tensor:
            left[:] = [X.exp()]
            return left[0].sum()

        program = Program(step)
        program.visible = {left[0].storage_cell} if seen else set()
        left[0].array[...] = 0
        GenericNest(program, program.results).run([], 1)
        assert bool(left[0].any()) == seen
    assert len(asked) == 2


def test_the_default_dtype_is_part_of_the_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = nests_written(monkeypatch)
    i = torch.arange(16777210, 16777226)
    for kind in (torch.float32, torch.float64):
        torch.set_default_dtype(kind)
        steps(lambda: lambda: (i > 16777216.5).sum(), lambda p: GenericNest(p, p.results))
    assert len(asked) == 2


def test_a_nest_from_disk_is_explained_like_a_new_one(folder: Path) -> None:
    def described() -> str:
        program = Program(lambda: F.conv2d(X[None, None], torch.ones(2, 1, 2, 2)).cumsum(2).sum())
        made = plan(program, program.results)
        made.run([], 1)
        return made.describe()

    first, second = described(), described()
    assert first == second and first.startswith("generic loop nest: not tiny") and "cumsum" in first
