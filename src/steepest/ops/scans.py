"""The scan form: a monoid folded along one dimension, every partial result kept."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import HALVES, numpy_dtype
from steepest.core.modes import interpreters
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.ops.arithmetic import conjugate, where
from steepest.ops.creation import full, positions
from steepest.ops.ordering import flip
from steepest.ops.reductions import FEW, derived_again
from steepest.ops.views import narrow

runners: list[Callable[[Any, int, bool], Any]] = []
"""Native code for running sums and, where the last argument is true, products; None where it has none."""
extremum_runners: list[Callable[[Any, int, bool], Any]] = []
"""The same for running minima or maxima with their places. The layer that compiles puts its functions here."""


class Scan(Primitive):
    """`ufunc.accumulate` along `dim`; `combine` and `identity` say the same over scalar mathematics."""

    form = "scan"

    def __init__(self, name: str, ufunc: np.ufunc, combine: Callable[..., Any], identity: Any, rule: Any):
        super().__init__(name, ("x",), {"x": rule})
        self.ufunc, self.combine, self.identity = ufunc, combine, identity

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        to = dtypes.int64 if x.dtype.category < dtypes.FLOATING else x.dtype
        wide = numpy_dtype(dtypes.float32 if to in HALVES else to)
        array, dim = x.array, params["dim"]
        out = runners[0](array.astype(wide, copy=False), dim, self.identity == 1) if array.ndim and runners else None
        if out is not None:
            return finish(self, operands, params, fresh(out.astype(numpy_dtype(to), order="C", copy=False), to))
        out = self.ufunc.accumulate(array, axis=dim, dtype=wide) if array.ndim else array
        if to.category >= dtypes.FLOATING and self.identity == 0:
            out = out + 0           # it starts at 0, and 0 + -0 is 0
        return finish(self, operands, params, fresh(np.asarray(out).astype(numpy_dtype(to), order="C", copy=out is x.array), to))


def backwards(x: Any, dim: int) -> Any:
    """The sum from every element to the end."""
    return flip(cumsum(flip(x, dims=(dim,)), dim=dim), dims=(dim,)) if x.array.ndim else x


cumsum = Scan("cumsum", np.add, lambda m, a, b: a + b, 0, lambda g, dim: backwards(g, dim))
cumprod = Scan("cumprod", np.multiply, lambda m, a, b: a * b, 1, lambda g, x, result, dim: cumprod_gradient(g, x, result, dim))


def cumprod_gradient(g: Any, x: Any, result: Any, dim: int) -> Any:
    """Sums of `g * result / x` to the end; where zeros occur, up to the first with products that leave it out, zero after the second."""
    if x.array.shape[dim:dim + 1] in ((), (1,)):
        return g                                                # nothing is multiplied
    plain = not interpreters and bool(x.array.all())
    if derived_again() and x.array.ndim and (x.array.shape[dim] <= FEW or not interpreters and not plain):
        return products_without(g, x, dim)
    if plain:
        return backwards(g * conjugate(result), dim) / conjugate(x)
    zeros = cumsum((x == 0).to(dtypes.int64), dim=dim)
    before = where(zeros == 0, backwards(where(zeros == 0, g * conjugate(result), 0), dim) / conjugate(where(x == 0, 1, x)), 0)
    filled = where((zeros == 1) & (x == 0), 1, x)
    at_first = backwards(where(zeros == 1, g * conjugate(cumprod(filled, dim=dim)), 0), dim)
    return where((zeros == 1) & (x == 0), at_first, before)


def products_without(g: Any, x: Any, dim: int) -> Any:
    """The same without a quotient, for a gradient that will be derived again: what comes before an element, times the sum of what
    the products behind it add. Few at a time, or it would take long."""
    n = x.array.shape[dim]
    at = positions(n).reshape([-1 if d == dim else 1 for d in range(x.array.ndim)])
    factors = [conjugate(narrow(x, dim=dim, start=k, stop=k + 1, step=1)) for k in range(n)]
    added = [narrow(g, dim=dim, start=k, stop=k + 1, step=1) for k in range(n)]
    for k in reversed(range(n - 1)):
        added[k] = added[k] + factors[k + 1] * added[k + 1]
    made, before = full(x.array.shape, 0, x.dtype), None
    for k in range(n):
        made = where(at == k, added[k] if before is None else before * added[k], made)
        before = factors[k] if before is None else before * factors[k]
    return made


class ExtremumScan(Primitive):
    """The running extremum along `dim` and the index of its last occurrence."""

    form = "extremum_scan"

    def __init__(self, name: str, ufunc: np.ufunc, node: str):
        super().__init__(name, ("x",), {"x": lambda g, rest, like, dim: g[0].new_zeros(like.shape).scatter_add(dim, rest[0], g[0])}, node)
        self.ufunc = ufunc

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        dim = params["dim"]
        if not x.array.ndim:
            return finish(self, operands, params, (fresh(x.array.copy(), x.dtype), fresh(np.zeros((), np.int64), dtypes.int64)))
        found = extremum_runners[0](x.array, dim, self.ufunc is np.maximum) if extremum_runners else None
        if found is not None:
            return finish(self, operands, params, (fresh(found[0], x.dtype), fresh(found[1], dtypes.int64)))
        values = np.ascontiguousarray(self.ufunc.accumulate(x.array, axis=dim))
        along = np.arange(x.array.shape[dim]).reshape([-1 if d == dim else 1 for d in range(x.array.ndim)])
        attained = (x.array == values) | np.isnan(x.array) if x.dtype.is_floating_point else x.array == values
        places = np.maximum.accumulate(np.where(attained, along, 0), axis=dim)
        return finish(self, operands, params, (fresh(values, x.dtype), fresh(places.astype(np.int64, order="C"), dtypes.int64)))


cummax = ExtremumScan("cummax", np.maximum, "CummaxBackward0")
cummin = ExtremumScan("cummin", np.minimum, "CumminBackward0")
