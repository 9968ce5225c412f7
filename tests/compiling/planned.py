"""A step planned and run natively, by the generic loop nest, and eagerly, all from the same state."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import steepest as torch
from steepest.compiling.generic_nest import GenericNest
from steepest.compiling.planner import Executable, plan
from steepest.compiling.program import Program

Make = Callable[[], tuple[Callable[..., Any], Sequence[torch.Tensor]]]


class Planned:
    """A step recorded twice, on batches that are streams; `state` is what its storages held then."""

    def __init__(self, make: Make, batches: Sequence[Sequence[torch.Tensor]] = (), exact: bool = False, warm: int = 2) -> None:
        self.step, self.kept = make()
        self.batches = [list(b) for b in batches] or [[] for _ in range(12)]
        for batch in self.batches[:warm]:
            self.step(*batch)
        self.program = Program(self.step, *self.batches[:2])
        self.results = self.program.results
        self.program.visible = {x.storage_cell for x in self.kept} | {x.grad.storage_cell for x in self.kept if x.grad is not None}
        self.executable: Executable = plan(self.program, self.results, exact)
        self.state = {s: s.flat.copy() for s in self.program.storages()}

    def restore(self) -> None:
        for s, held in self.state.items():
            s.flat[...] = held

    def left(self) -> list[np.ndarray]:
        return [x.detach().numpy().copy() for x in self.kept] + [x.grad.numpy().copy() for x in self.kept if x.grad is not None]

    def native(self, runner: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Records, and what is left, after all batches; half of them in a call of their own."""
        self.restore()
        records = []
        half = len(self.batches) // 2
        for part in (self.batches[:half], self.batches[half:]):
            count = len(self.program.streams)
            streams = [np.ascontiguousarray(np.stack([b[k].numpy() for b in part])) for k in range(count)]
            records.append([r.reshape(len(part), -1) for r in runner.run(streams, len(part))])
        return [np.concatenate(pair) for pair in zip(*records, strict=True)], self.left()

    def eager(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        self.restore()
        records: list[list[np.ndarray]] = [[] for _ in self.results]
        for batch in self.batches:
            returned = self.step(*batch)
            out = [] if returned is None else [returned] if isinstance(returned, torch.Tensor) else list(returned)
            for kept, x in zip(records, out, strict=True):
                kept.append(x.detach().numpy().reshape(-1).copy())
        return [np.array(r) for r in records], self.left()


def check(make: Make, batches: Sequence[Sequence[torch.Tensor]] = (), regime: str = "", tolerance: float = 2e-5, warm: int = 2,
          generic: bool = False) -> Planned:
    """What the planned program records and leaves is what eager, and if asked for the generic nest, do."""
    planned = Planned(make, batches, warm=warm)
    assert planned.executable.describe().startswith(regime), planned.executable.describe()
    found = planned.native(planned.executable)
    references = {"eager": planned.eager()}
    if generic:
        references["generic"] = planned.native(GenericNest(planned.program, planned.results))
    for name, expected in references.items():
        for a, b in zip(found[0] + found[1], expected[0] + expected[1], strict=True):
            assert a.dtype == b.dtype
            close(a, b, tolerance, name)
    return planned


def close(a: np.ndarray, b: np.ndarray, tolerance: float, name: str = "") -> None:
    """The same special values, and the rest within a tolerance relative to the largest magnitude; a small number may be what is left of
    larger ones."""
    a, b = a.reshape(-1).astype(float), b.reshape(-1).astype(float)
    finite = np.isfinite(b)
    np.testing.assert_array_equal(np.where(finite, 0, a), np.where(finite, 0, b), name)
    scale = max(float(np.abs(b[finite]).max(initial=0)), 5e-2)
    np.testing.assert_allclose(np.where(finite, a, 0), np.where(finite, b, 0), rtol=0, atol=tolerance * scale, err_msg=name)
