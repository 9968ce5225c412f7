"""Measurements in a replay: curvature by a few Lanczos steps, and what a nudge along a direction does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, fresh
from steepest.diagnose.reading import reached

if TYPE_CHECKING:
    from steepest.diagnose.run import Run
    from steepest.diagnose.watcher import Watcher

__all__ = ["curvature", "curvature_at", "lanczos", "nudged"]

STEPS = 12
LARGEST = 2_000_000
"""Above so many parameters no curvature is measured."""

Array = np.ndarray[Any, Any]


def curvature_at(run: Run, number: int) -> tuple[float, float, list[Array]] | None:
    """Largest and smallest curvature of the loss at a pass of the run, and the direction of the smallest, one array a leaf."""
    if run.replays is None:
        return None
    found: list[Any] = []

    def look(watcher: Watcher, root: Tensor) -> None:
        found.append(curvature(root))

    def setup(watcher: Watcher) -> None:
        watcher.probes[number] = look
        watcher.next = number + 2           # nothing else is looked at

    run.replays.run(passes=number + 1, setup=setup)
    return found[0] if found else None


def curvature(root: Tensor) -> tuple[float, float, list[Array]] | None:
    """Largest and smallest eigenvalue of the Hessian of `root` with respect to its leaves, and the latter's vector."""
    _, leaves = reached(root)
    leaves = [x for x in leaves if x.dtype.is_floating_point]
    size = sum(x.array.size for x in leaves)
    if not leaves or size > LARGEST or root.array.size != 1:
        return None
    before = modes.grad
    modes.grad = True
    try:
        first = run_backward([root], [None], leaves, True, True)
        gradients = [first.get(i) for i in range(len(leaves))]
        if all(g is None or g.node is None for g in gradients):
            return 0.0, 0.0, [np.zeros_like(x.array) for x in leaves]

        def product(v: Array) -> Array:
            parts, at = [], 0
            for x in leaves:
                parts.append(fresh(v[at: at + x.array.size].reshape(x.array.shape).astype(x.array.dtype), x.dtype))
                at += x.array.size
            chosen = [(g, p) for g, p in zip(gradients, parts) if g is not None and g.node is not None]
            second = run_backward([g for g, _ in chosen], [p for _, p in chosen], leaves, True, False)
            return np.concatenate([second[i].array.reshape(-1).astype(np.float64) if i in second else np.zeros(x.array.size)
                                   for i, x in enumerate(leaves)])

        with np.errstate(all="ignore"):
            values, vectors = lanczos(product, size)
    finally:
        modes.grad = before
    if not np.isfinite(values).all():
        return None
    direction, at = [], 0
    for x in leaves:
        direction.append(vectors[at: at + x.array.size, 0].reshape(x.array.shape))
        at += x.array.size
    return float(values[-1]), float(values[0]), direction


def lanczos(product: Callable[[Array], Array], size: int, steps: int = STEPS) -> tuple[Array, Array]:
    """Extreme eigenvalues of a symmetric operator by Lanczos's method with full reorthogonalisation (Golub and Van Loan, 10.1).

    The first vector comes from a generator of its own, so that nobody else's random numbers move.
    """
    v = np.random.Generator(np.random.PCG64(1)).standard_normal(size)
    basis = [v / np.linalg.norm(v)]
    alphas: list[float] = []
    betas: list[float] = []
    for k in range(min(steps, size)):
        w = product(basis[k])
        alphas.append(float(w @ basis[k]))
        for u in basis:
            w = w - (w @ u) * u
        for u in basis:
            w = w - (w @ u) * u
        beta = float(np.linalg.norm(w))
        if not math.isfinite(beta) or beta < 1e-10 * max(1.0, abs(alphas[0])) or k + 1 == min(steps, size):
            break
        betas.append(beta)
        basis.append(w / beta)
    n = len(alphas)
    tridiagonal = np.diag(alphas) + np.diag(betas[: n - 1], 1) + np.diag(betas[: n - 1], -1)
    if not np.isfinite(tridiagonal).all():
        return np.array([math.nan]), np.zeros((size, 1))
    values, vectors = np.linalg.eigh(tridiagonal)
    return values, np.stack(basis[:n], 1) @ vectors


def nudged(run: Run, number: int, direction: list[Array], steps: int = 200) -> tuple[float, float, float, int]:
    """A small move along `direction` at a pass: the loss before, so many passes later, without the move, and how many passes these were."""
    text = _longer(run, number + steps + 1)
    before, after = _continued(run, text, number, direction, steps)
    if not after:
        return math.nan, math.nan, math.nan, 0
    _, without = _continued(run, text, number, None, len(after))
    if len(without) < len(after):       # there was no time for both: nothing is to be compared
        return math.nan, math.nan, math.nan, 0
    return before, after[-1], without[-1], len(after)


def _continued(run: Run, text: str | None, number: int, direction: list[Array] | None, steps: int) -> tuple[float, list[float]]:
    """The losses of a replay behind a pass, at which the parameters are moved along `direction`."""
    assert run.replays is not None
    losses: list[float] = []

    def push(watcher: Watcher, root: Tensor) -> None:
        _, leaves = reached(root)
        leaves = [x for x in leaves if x.dtype.is_floating_point]
        size = math.sqrt(sum(float((x.array.astype(np.float64) ** 2).sum()) for x in leaves))
        losses.append(float(root.array.item()))
        if direction is not None:
            watcher.push = [(x, 0.05 * max(size, 1.0) * d) for x, d in zip(leaves, direction)]

    def later(watcher: Watcher, root: Tensor) -> None:
        losses.append(float(root.array.item()))

    def setup(watcher: Watcher) -> None:
        watcher.probes[number] = push
        watcher.probes.update(dict.fromkeys(range(number + 1, number + steps + 1), later))
        watcher.next = number + steps + 2           # nothing else is looked at

    run.replays.run(text, passes=number + steps + 1, setup=setup)
    return (losses[0], losses[1:]) if losses else (math.nan, [])


def _longer(run: Run, passes: int) -> str | None:
    """The program with its training loop long enough for so many passes, where its `range` is a plain number."""
    import ast

    from steepest.diagnose.source import Edit, called

    if run.source is None or run.site is None:
        return None
    loop = run.source.loop(run.site.line[1])
    if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call) and called(loop.iter) == "range" and len(loop.iter.args) == 1 \
            and isinstance(loop.iter.args[0], ast.Constant):
        return Edit(run.source).replace(loop.iter.args[0], str(passes + 1)).text()
    return None
