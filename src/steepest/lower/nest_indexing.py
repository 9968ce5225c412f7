"""Loop nests of the forms that find elements by integer tensors: gather, scatter, take, put, index, index_put.

Indices are checked as they are read. A result into which is written holds a copy of the operand already.
"""

from contextlib import ExitStack
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Equation
from steepest.lower.nest import Nest, as_vector
from steepest.lower.nest_rows import add_rows, move_rows
from steepest.lower.text import Index

__all__ = ["gather", "index", "index_put", "put", "scatter", "take"]


def gather(nest: Nest, e: Equation) -> None:
    """`result[i, j, k] = x[i, index[i, j, k], k]` for dim 1."""
    (x, at), (result,), dim = e.operands, e.results, e.params["dim"]
    if not x.shape:
        nest.copy(x, result)
        return
    with ExitStack() as stack:
        indices = nest.loops(stack, at.shape)
        source = [*indices[:dim], nest.position(at, indices, x.shape[dim]), *indices[dim + 1:]]
        nest.store(nest.load(x, source), result, indices)


def scatter(nest: Nest, e: Equation) -> None:
    """`result[i, index[i, j, k], k] (op)= source[i, j, k]` for dim 1."""
    x, at, source = (as_vector(o) for o in e.operands)
    result, dim = as_vector(e.results[0]), e.params["dim"]
    with ExitStack() as stack:
        indices = nest.loops(stack, at.shape)
        target = [*indices[:dim], nest.position(at, indices, x.shape[dim]), *indices[dim + 1:]]
        _combine(nest, e.primitive.ufunc, source, indices, result, target)


def _combine(nest: Nest, ufunc: np.ufunc | None, source: Access, indices: list[Index], result: Access, target: list[Index]) -> None:
    """`result[target] (op)= source[indices]`; without an operation the element is replaced."""
    value = nest.load(source, indices, result.content.dtype.name)
    if ufunc is not None:
        value = getattr(nest.m, ufunc.__name__)(nest.load(result, target), value)
    nest.store(value, result, target)


def _rows(nest: Nest, stack: ExitStack, at: Access, whole: Access, dim: int) -> tuple[list[Index], list[Index]]:
    """Loops over entries along a dimension: their indices among the picked ones, and in the whole."""
    before = nest.loops(stack, whole.shape[:dim])
    rows = nest.loops(stack, at.shape)
    place = nest.position(at, rows, whole.shape[dim])
    after = nest.loops(stack, whole.shape[dim + 1:])
    return [*before, *rows, *after], [*before, place, *after]


def take(nest: Nest, e: Equation) -> None:
    """Entries along one dimension."""
    (x, at), (result,) = e.operands, e.results
    if move_rows(nest, x, e.params["dim"], at, result):
        return

    def write() -> None:
        with ExitStack() as stack:
            indices, source = _rows(nest, stack, at, x, e.params["dim"])
            nest.store(nest.load(x, source), result, indices)

    nest.alone(write)


def put(nest: Nest, e: Equation) -> None:
    """Entries added along one dimension."""
    (x, at, source), (result,) = e.operands, e.results
    if not e.params["dim"] and add_rows(nest, source, at, result, True):
        return
    with ExitStack() as stack:
        indices, target = _rows(nest, stack, at, x, e.params["dim"])
        _combine(nest, np.add, source, indices, result, target)


def _places(nest: Nest, stack: ExitStack, x: Access, given: Any, places: tuple[int | None, ...]) -> tuple[list[Index], list[Index]]:
    """Loops of advanced indexing: indices of the picked elements, and in `x`.

    The dimensions of the index tensors, broadcast, stand where they are in `x` if these are neighbours, else in front.
    """
    picked = [d for d, place in enumerate(places) if place is not None]
    together = picked[-1] - picked[0] == len(picked) - 1
    shapes = {a.shape for a in given}
    shared = nest.loops(stack, shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes))
    at = {d: nest.position(given[places[d]], shared, x.shape[d]) for d in picked}
    rest = [d for d in range(len(x.shape)) if d not in at]
    at.update(zip(rest, nest.loops(stack, [x.shape[d] for d in rest]), strict=True))
    front = [at[d] for d in rest if together and d < picked[0]]
    behind = [at[d] for d in rest if not together or d > picked[0]]
    return [*front, *shared, *behind], [at[d] for d in range(len(x.shape))]


def index(nest: Nest, e: Equation) -> None:
    """The elements that integer tensors pick together."""
    (x, *given), (result,) = e.operands, e.results
    if len(given) == 1 and e.params["places"][0] == 0 and move_rows(nest, x, 0, given[0], result):
        return

    def write() -> None:
        with ExitStack() as stack:
            indices, source = _places(nest, stack, x, given, e.params["places"])
            nest.store(nest.load(x, source), result, indices)

    nest.alone(write)


def index_put(nest: Nest, e: Equation) -> None:
    """A value written over, or added to, the elements that integer tensors pick."""
    (x, value, *given), (result,) = e.operands, e.results
    if len(given) == 1 and e.params["places"][0] == 0 and add_rows(nest, value, given[0], result, e.primitive.add):
        return
    with ExitStack() as stack:
        indices, target = _places(nest, stack, x, given, e.params["places"])
        _combine(nest, np.add if e.primitive.add else None, value, indices, result, target)
