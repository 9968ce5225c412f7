"""Orders: sorting, reversing and rolling. Each is a gather along dimensions whose indices are computed first."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.ops.creation import full
from steepest.ops.indexing import scatter_add


class Sort(Primitive):
    """The elements along `dim` in rising or falling order, equal ones in their own order, and where they came from."""

    form = "sort"

    def __init__(self) -> None:
        super().__init__("sort", ("x",), {"x": lambda g, results, like, dim, descending: scatter_add(
            full(like.shape, 0, g[0].dtype), results[1], g[0], dim=dim) if like.shape else g[0]})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        dim, array = params["dim"], x.array
        if not array.ndim:
            return finish(self, operands, params, (fresh(array.copy(), x.dtype), fresh(np.zeros((), np.int64), dtypes.int64)))
        if params["descending"]:
            order = np.flip(array.shape[dim] - 1 - np.argsort(np.flip(array, dim), axis=dim, kind="stable"), dim)
        else:
            order = np.argsort(array, axis=dim, kind="stable")
        order = np.ascontiguousarray(order)
        return finish(self, operands, params, (fresh(np.take_along_axis(array, order, dim), x.dtype), fresh(order, dtypes.int64)))


class Rearrange(Primitive):
    """A permutation of the elements along dimensions that depends on the shape alone."""

    form = "rearrange"

    def __init__(self, name: str, function: Any, rule: Any):
        super().__init__(name, ("x",), {"x": rule})
        self.function = function

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        return finish(self, operands, params, fresh(np.ascontiguousarray(self.function(x.array, **params)).reshape(x.array.shape), x.dtype))


sort = Sort()
flip = Rearrange("flip", lambda x, dims: np.flip(x, dims), lambda g, dims: flip(g, dims=dims))
roll = Rearrange("roll", lambda x, shifts, dims: np.roll(x, shifts, dims),
                 lambda g, shifts, dims: roll(g, shifts=tuple(-s for s in shifts), dims=dims))


