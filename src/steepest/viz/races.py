"""A race of optimizers: each at the best learning rate of a sweep, on a known function, the user's function, or a model.

All learning rates of one optimizer run side by side as one batch: a parameter group each, one batched evaluation a step. A step is one
evaluation of the gradient, also for LBFGS, which evaluates several times where it searches along a line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

import steepest
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.optim import ASGD, LBFGS, SGD, Adadelta, Adagrad, Adam, Adamax, RMSprop, Rprop, SparseAdam
from steepest.viz.objective import Objective
from steepest.viz.surfaces import objective_of

__all__ = ["FUNCTIONS", "OPTIMIZERS", "Course", "RaceRun", "run_race"]

Array = np.ndarray[Any, Any]
Window = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Course:
    """A function to race on: where it begins, what part of it is shown, its least value, and its formula."""

    function: Callable[..., Any]
    start: tuple[float, float]
    window: Window
    least: float
    formula: str


FUNCTIONS = {
    "himmelblau": Course(lambda x, y: (x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2, (-0.1, -1.0), ((-5, 5), (-5, 5)), 0.0,
                         "(x² + y − 11)² + (x + y² − 7)²"),
    "rosenbrock": Course(lambda x, y: (1 - x) ** 2 + 100 * (y - x ** 2) ** 2, (-1.5, 2.0), ((-2.2, 2.2), (-1, 3)), 0.0,
                         "(1 − x)² + 100 (y − x²)²"),
    "beale": Course(lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2, (1.0, 1.5),
                    ((-1, 4), (-2, 2)), 0.0, "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²"),
    "saddle": Course(lambda x, y: x ** 2 - y ** 2 + y ** 4 / 4, (1.5, 0.01), ((-2, 2), (-2, 2)), -1.0, "x² − y² + y⁴/4"),
    "ravine": Course(lambda x, y: 0.5 * x ** 2 + 25 * y ** 2, (-8.0, 1.0), ((-9, 2), (-1.6, 1.6)), 0.0, "x²/2 + 25 y²"),
}  # fmt: skip
"""Himmelblau (1972), Rosenbrock (1960), Beale (1955), a saddle with its two minima, a narrow ravine."""

OPTIMIZERS: dict[str, Any] = {
    "SGD": SGD, "Adagrad": Adagrad, "RMSprop": RMSprop, "Adadelta": Adadelta, "Adam": Adam, "Adamax": Adamax, "SparseAdam": SparseAdam,
    "ASGD": ASGD, "Rprop": Rprop, "LBFGS": partial(LBFGS, line_search_fn="strong_wolfe"),
}  # fmt: skip
"""The ten optimizers of the course."""
RATES = tuple(float(r) for r in np.geomspace(1e-4, 10.0, 16))
ENDLESS = 1e15
"""A loss that falls by so many times its height at the start has no least value."""
BELOW = 1e-6
"""Where an optimizer diverged with all of its rates, a second sweep goes down by this factor."""
DIVERGED = 1e3
"""A run whose loss ends so many times the height of its start above the least value, or not finite, has diverged."""


@dataclass
class RaceRun:
    """One optimizer: every learning rate of its sweep, and the path and losses of the best one."""

    name: str
    rates: tuple[float, ...]
    finals: Array
    hits: list[int | None]
    best: int
    path: Array
    losses: Array
    seconds: float
    diverged: list[bool] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.rates[self.best]

    @property
    def steps(self) -> int | None:
        """Steps until the loss was at or under the level for the first time; None where it never was."""
        return self.hits[self.best]


def run_race(loss: Any, optimizers: Mapping[str, Any] | None = None, start: Any = None, data: tuple[Any, Any] | None = None, *,
             steps: int | None = None, level: float | None = None,
             rates: Sequence[float] = RATES) -> tuple[list[RaceRun], Objective, float]:
    """Run the race; the runs in the order given, the objective, and the level that counts as arrived.

    Raises ValueError for an unknown function or optimizer.
    """
    course = FUNCTIONS.get(loss.lower()) if isinstance(loss, str) else None
    if isinstance(loss, str) and course is None:
        raise ValueError(text("viz-race-function", seen=loss, known=", ".join(FUNCTIONS)))
    if course is not None:
        objective = Objective.of_function(course.function, course.start if start is None else start)
        objective.words = course.formula
    else:
        objective = objective_of(loss, start, data)
    length = steps if steps is not None else 300 if objective.size <= 4 else 150
    given = OPTIMIZERS if optimizers is None else optimizers
    entered = {name: (_maker(name, o), _rates_of(o, rates)) for name, o in given.items()}
    sweeps = _sweeps(entered, objective, length)
    sweeps |= _sweeps(_for_steeper(entered, sweeps), objective, length)
    least = course.least if course is not None else min(
        (float(np.nanmin(np.where(np.isfinite(losses), losses, np.nan))) for _, losses, _ in sweeps.values() if np.isfinite(losses).any()),
        default=0.0)
    begin = float(objective.values(objective.start[None])[0])
    if begin - least > ENDLESS * max(1.0, abs(begin)):
        raise ValueError(text("viz-race-endless", least=f"{least:.3g}"))
    arrived = level if level is not None else least + 1e-3 * max(begin - least, 1e-12)
    return [_judged(name, *sweep, objective, arrived, begin, least, _maker(name, given[name]))
            for name, sweep in sweeps.items()], objective, arrived


def _for_steeper(entered: Mapping[str, Entry], sweeps: Mapping[str, Sweep]) -> dict[str, Entry]:
    """Those whose whole sweep diverged, with another one below it: on data as they are, large numbers make a loss that steep."""
    def diverged(losses: Array) -> bool:
        return bool((~np.isfinite(losses[-1]) | (losses[-1] > DIVERGED * np.abs(losses[0]))).all())

    return {name: (make, tuple(float(r) for r in np.geomspace(rates[0] * BELOW, rates[0], len(rates))))
            for name, (make, rates) in entered.items() if len(rates) > 1 and diverged(sweeps[name][1])}


def _maker(name: str, optimizer: Any) -> Callable[..., Any]:
    if isinstance(optimizer, tuple):
        kind, options = optimizer
        return partial(kind, **{k: v for k, v in options.items() if k != "lr"})
    if isinstance(optimizer, (int, float)) or optimizer is None:
        found = next((o for n, o in OPTIMIZERS.items() if n.lower() == name.lower()), None)
        if found is None:
            raise ValueError(text("viz-race-optimizer", seen=name, known=", ".join(OPTIMIZERS)))
        return found
    return optimizer


def _rates_of(optimizer: Any, rates: Sequence[float]) -> tuple[float, ...]:
    """The sweep, or the one learning rate that the user fixed."""
    if isinstance(optimizer, (int, float)):
        return (float(optimizer),)
    if isinstance(optimizer, tuple) and "lr" in optimizer[1]:
        return (float(optimizer[1]["lr"]),)
    if isinstance(optimizer, partial) and "lr" in optimizer.keywords:
        return (float(optimizer.keywords["lr"]),)
    return tuple(rates)


Entry = tuple[Callable[..., Any], tuple[float, ...]]
"""What makes an optimizer, and its learning rates."""
Sweep = tuple[Array, Array, tuple[float, ...]]
"""Paths `(steps + 1, K, n)` and losses `(steps + 1, K)` for all learning rates, and these."""


def _sweeps(makers: Mapping[str, Entry], objective: Objective, steps: int) -> dict[str, Sweep]:
    """Every optimizer at all of its learning rates. They go side by side, so that each step is one batch of gradients for all of them;
    line searches ask for losses in their own time and go alone."""
    found: dict[str, Sweep] = {}
    abreast: dict[str, tuple[Any, list[Tensor]]] = {}
    for name, (make, rates) in makers.items():
        if _kind(make) is LBFGS:
            alone = [_line_searching(make, rate, objective, steps) for rate in rates]
            found[name] = np.stack([p for p, _ in alone], 1), np.stack([v for _, v in alone], 1), rates
        else:
            leaves = [from_array(np.array(objective.start, objective.dtype), requires_grad=True) for _ in rates]
            with steepest.enable_grad():
                abreast[name] = make([{"params": [p], "lr": rate} for p, rate in zip(leaves, rates, strict=True)]), leaves
    all_leaves = [p for _, leaves in abreast.values() for p in leaves]
    paths, losses = [], []
    with steepest.enable_grad(), np.errstate(all="ignore"):
        for _ in range(steps + 1 if all_leaves else 0):
            points = np.stack([p.detach().array for p in all_leaves])
            values, gradients = objective.gradients(points)
            paths.append(points.astype(np.float64))
            losses.append(values)
            given = iter(gradients)
            for name, (optimizer, leaves) in abreast.items():
                sparse = _kind(makers[name][0]) is SparseAdam
                for p in leaves:
                    p.grad = _gradient(next(given).astype(objective.dtype), sparse)
                optimizer.step()
    at = 0
    for name, (_, leaves) in abreast.items():
        own = slice(at, at := at + len(leaves))
        found[name] = np.stack([p[own] for p in paths]), np.stack([v[own] for v in losses]), makers[name][1]
    return {name: found[name] for name in makers}


def _kind(make: Callable[..., Any]) -> Any:
    return make.func if isinstance(make, partial) else make


def _gradient(g: Array, sparse: bool) -> Tensor:
    """The gradient as the optimizer takes it; SparseAdam wants one in coordinates, here with every entry."""
    if not sparse:
        return from_array(g)
    return SparseTensor(np.arange(len(g))[None], g, g.shape, from_array(g).dtype, True)


class _Enough(Exception):
    """Ends LBFGS within a step, when it has had as many evaluations as the others."""


def _line_searching(make: Callable[..., Any], rate: float, objective: Objective, steps: int) -> tuple[Array, Array]:
    leaf = from_array(np.array(objective.start, objective.dtype), requires_grad=True)
    optimizer = make([leaf], lr=rate)
    points: list[Array] = []
    losses: list[float] = []

    def closure() -> Any:
        if len(points) > steps:
            raise _Enough
        points.append(leaf.detach().array.astype(np.float64))
        values, gradients = objective.gradients(leaf.detach().array[None])
        losses.append(float(values[0]))
        leaf.grad = from_array(gradients[0].astype(objective.dtype))
        return steepest.tensor(losses[-1])

    try:
        while len(points) <= steps:
            before = len(points)
            optimizer.step(closure)
            if len(points) == before + 1 and before and np.array_equal(points[-1], points[-2]):
                break  # it has converged and evaluates the same point again
    except _Enough:
        pass
    short = steps + 1 - len(points)
    return np.stack([*points, *[points[-1]] * short]), np.array([*losses, *[losses[-1]] * short])


def _judged(name: str, paths: Array, losses: Array, rates: tuple[float, ...], objective: Objective, level: float, begin: float,
            least: float, make: Callable[..., Any]) -> RaceRun:
    finals = losses[-1]
    bad = [bool(not np.isfinite(f) or f - least > DIVERGED * max(begin - least, 1e-12)) for f in finals]
    hits = [_first_at(losses[:, k], level) for k in range(len(rates))]
    low = np.where(np.isfinite(finals), finals, np.inf)
    best = min(range(len(rates)), key=lambda k: (bad[k], hits[k] is None, hits[k] or 0, low[k]))
    hit = hits[best]
    return RaceRun(name, rates, finals, hits, best, paths[:, best], losses[:, best],
                   _timed(make, rates[best], objective, hit if hit is not None else len(losses) - 1), bad)


def _first_at(losses: Array, level: float) -> int | None:
    """The step from which the loss is at most the level."""
    at = np.flatnonzero(losses <= level)
    return int(at[0]) if len(at) else None


def _timed(make: Callable[..., Any], rate: float, objective: Objective, steps: int) -> float:
    """Seconds for so many steps of this learning rate alone, as a program takes them."""
    begin = time.perf_counter()
    _sweeps({"": (make, (rate,))}, objective, max(steps - 1, 0))
    return time.perf_counter() - begin
