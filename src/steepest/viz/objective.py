"""An objective: a loss as a function of one flat vector of parameters, evaluated at many points at once.

It is made from a function of points, from a model with its data, or from what a trace holds of a program. `values` and `gradients` are
one batched computation (vmap), cut into pieces that fit the processor's caches.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import steepest
from steepest.compiling.planner import plan
from steepest.compiling.program import Differs, Program
from steepest.core.modes import no_graph
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.func import functional_call, vmap
from steepest.lower import machine
from steepest.nn import Module
from steepest.viz.tracing import Operation, replay

__all__ = ["Objective"]

Array = np.ndarray[Any, Any]
ELEMENTS_AT_ONCE = 60_000
"""Numbers that one piece of a batch may hold in its largest intermediate value: what fits into a cache of half a megabyte."""
WORTH_COMPILING, TRIED, NATIVE_TOLERANCE = 1000, 4, 1e-4


class Objective:
    """`function(*parameters) -> 0-dim tensor` over tensors of the given shapes, which begin at `start`.

    `names` are for axes and legends; `words` says in a few words what the loss is.
    """

    def __init__(self, function: Callable[..., Tensor], shapes: Sequence[tuple[int, ...]], start: Any, names: Sequence[str],
                 words: str = "", per_point: int = 1):
        self.function, self.shapes, self.names, self.words = function, [tuple(s) for s in shapes], list(names), words
        self.sizes = [int(np.prod(s)) for s in self.shapes]
        self.size = sum(self.sizes)
        self.start = np.asarray(start, np.float64).reshape(-1)
        self.dtype: Any = np.float64
        self.elementwise: bool | None = None if all(s == () for s in self.shapes) else False
        self.per_point = max(per_point, self.size)

    @classmethod
    def of_function(cls, function: Callable[..., Any], start: Any) -> Objective:
        """Of a function of one vector (`f(p)` with `p[0]`, `p[1]`) or of several numbers (`f(x, y)`), whichever it takes."""
        point = np.asarray(start, np.float64).reshape(-1)
        names = _argument_names(function)
        if names is not None and len(names) == len(point) and len(point) > 1:
            return cls(lambda *numbers: _loss(function(*numbers), numbers[0]), [()] * len(point), point, names)
        argument = names[0] if names else "p"
        indexed = [f"{argument}[{i}]" for i in range(len(point))]
        letters = [argument] if len(point) == 1 else ["x", "y"] if len(point) == 2 else indexed
        return cls(lambda *numbers: _loss(function(steepest.stack(numbers)), numbers[0]), [()] * len(point), point, letters)

    @classmethod
    def of_model(cls, model: Module, data: tuple[Any, Any], loss: Callable[..., Any]) -> Objective:
        """Of the parameters of a model: `loss(model(x), y)` on the data `(x, y)`."""
        x, y = (d if isinstance(d, Tensor) else from_array(np.asarray(d)) for d in data)
        trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        if not trained:
            raise ValueError(text("viz-no-parameters"))

        def function(*values: Tensor) -> Tensor:
            return _scalar(loss(functional_call(model, dict(zip(trained, values, strict=True)), (x,)), y))

        start = np.concatenate([p.detach().array.reshape(-1) for p in trained.values()])
        made = cls(function, [p.array.shape for p in trained.values()], start, list(trained), per_point=8 * x.array.size // max(
            x.array.shape[-1], 1) if x.array.ndim else 1)
        made.dtype = next(iter(trained.values())).array.dtype.type
        return made

    @classmethod
    def of_trace(cls, parts: Sequence[tuple[Sequence[Operation], int, Sequence[int]]], shapes: Sequence[tuple[int, ...]], start: Array,
                 names: Sequence[str], dtype: Any, words: str = "") -> Objective:
        """Of what a program computed: the mean of several traced losses, each `(operations, key of the loss, keys of the parameters)`."""
        functions = [replay(steps, by, loss) for steps, loss, by in parts]

        def function(*values: Tensor) -> Tensor:
            losses = [_scalar(f(*values)) for f in functions]
            return losses[0] if len(losses) == 1 else sum(losses[1:], losses[0]) / len(losses)

        largest = max((a.size for steps, _, _ in parts for s in steps for a in s.makes), default=1)
        made = cls(function, shapes, start, names, words, largest)
        made.dtype, made.elementwise = dtype, False
        return made

    def split(self, points: Tensor) -> list[Tensor]:
        """The parameters that rows of flat vectors `(K, size)` hold, each `(K, *shape)`."""
        out, at = [], 0
        for size, shape in zip(self.sizes, self.shapes, strict=True):
            out.append(points[:, at:at + size].reshape(points.array.shape[0], *shape))
            at += size
        return out

    def batch(self, points: Tensor) -> Tensor:
        """The losses `(K,)` of points `(K, size)`, differentiable."""
        parts = self.split(points)
        if points.array.shape[0] == 1:
            return self.function(*[p.reshape(p.array.shape[1:]) for p in parts]).reshape(1)
        if self.elementwise:
            return self.function(*parts)
        result: Tensor = vmap(self.function)(*parts)
        if self.elementwise is None and len(np.unique(result.detach().array)) > 1:
            self.elementwise = self._takes_columns(parts, result)
        return result

    def _takes_columns(self, parts: list[Tensor], right: Tensor) -> bool:
        """Whether the function, given columns of numbers in the place of numbers, gives the column of results: then it needs no vmap."""
        try:
            found = self.function(*[p.detach() for p in parts])
        except (RuntimeError, ValueError, TypeError, IndexError):
            return False
        return found.array.shape == right.array.shape and np.allclose(found.array, right.detach().array, rtol=1e-9, equal_nan=True)

    def values(self, points: Any) -> Array:
        """The losses `(K,)` at points `(K, size)`; no graph is kept. Many points run as one native program, where it can be made."""
        points = np.ascontiguousarray(points, self.dtype)
        if len(points) >= WORTH_COMPILING:
            native = self._native_values(points)
            if native is not None:
                return native
        rows = max(1, ELEMENTS_AT_ONCE // self.per_point)
        out = np.empty(len(points))
        with no_graph(), np.errstate(all="ignore"):
            for at in range(0, len(points), rows):
                out[at:at + rows] = self.batch(from_array(points[at:at + rows])).array
        return out

    def _native_values(self, points: Array) -> Array | None:
        """The losses by native code, a point a step; None where the loss cannot be compiled or its values are not eager's."""
        def loss(point: Tensor) -> Tensor:
            return self.function(*[x.reshape(x.array.shape[1:]) for x in self.split(point.reshape(1, -1))])

        rows = [from_array(row) for row in points[:TRIED]]
        with no_graph(), np.errstate(all="ignore"):
            first = np.array([loss(row).array for row in rows], np.float64).reshape(-1)
            try:
                program = Program(loss, rows[:1], rows[1:2])
                native = plan(program, program.results)
                out = np.asarray(native.run([points], len(points))[0], np.float64).reshape(-1)
            except (Differs, machine.Unavailable):
                return None
        agrees = np.allclose(out[:TRIED], first, rtol=NATIVE_TOLERANCE, atol=NATIVE_TOLERANCE * float(np.abs(first).max()), equal_nan=True)
        return out if agrees else None

    def gradients(self, points: Any) -> tuple[Array, Array]:
        """Losses `(K,)` and their gradients `(K, size)` at points `(K, size)`."""
        leaf = from_array(np.array(points, self.dtype), requires_grad=True)
        with steepest.enable_grad(), np.errstate(all="ignore"):
            losses = self.batch(leaf)
            losses.sum().backward()
        assert leaf._grad is not None
        return np.array(losses.detach().array, np.float64), np.array(leaf._grad.array, np.float64)

    def curvature(self, point: Any, steps: int = 60) -> float:
        """The eigenvalue of the Hessian at `point` that is largest in size, by power iteration on differences of gradients.

        Central differences of exact gradients in float64 where the function allows it (Nocedal and Wright, section 8.1).
        """
        at = np.asarray(point, np.float64)
        direction = np.random.default_rng(0).standard_normal(self.size)
        direction /= np.linalg.norm(direction)
        width = (1e-5 if self.dtype is np.float64 else 3e-3) * max(1.0, float(np.linalg.norm(at)))
        value = 0.0
        for _ in range(steps):
            _, pair = self.gradients(np.stack([at + width * direction, at - width * direction]))
            product = (pair[0] - pair[1]) / (2 * width)
            before, value = value, float(direction @ product)
            size = float(np.linalg.norm(product))
            if not np.isfinite(size) or size == 0:
                return value
            direction = product / size
            if abs(value - before) <= 1e-4 * abs(value):
                break
        return value


def _argument_names(function: Callable[..., Any]) -> list[str] | None:
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return [p.name for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]


def _loss(value: Any, like: Tensor) -> Any:
    """What a function of numbers gave: a number, or a column of them where it got columns."""
    return value if isinstance(value, Tensor) and value.array.shape == like.array.shape else _scalar(value)


def _scalar(value: Any) -> Any:
    """A loss as a 0-dim tensor; one of one element is taken as its element."""
    if not isinstance(value, Tensor):
        raise TypeError(text("viz-loss-kind", kind=type(value).__name__))
    if value.array.size != 1:
        raise ValueError(text("viz-loss-shape", shape=list(value.array.shape)))
    return value.reshape(()) if value.array.ndim else value
