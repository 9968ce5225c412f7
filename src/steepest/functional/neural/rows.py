"""Kernels along the last dimension: native code over rows; None is the answer where there is none for what is given."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.rows import Row, make_row_kernel

__all__ = ["RowKernel", "matrix"]

Array = np.ndarray[Any, Any]
NATIVE = {np.dtype(np.float32): "float32", np.dtype(np.float64): "float64"}


def matrix(x: Array, n: int) -> Array:
    """An array of rows of n elements as row kernels take it: of two dimensions, or one."""
    if x.ndim <= 2 and x.flags.c_contiguous and x.shape[-1] == n:
        return x
    rows = x.reshape(-1, n)
    return rows if rows.strides[1] in (0, rows.itemsize) else np.ascontiguousarray(rows)


def _new(kind: str) -> Callable[[Array], Array]:
    """What makes the room for a result, from the first operand."""
    form, _, of = kind.partition(" ")
    if form == "sum":
        return lambda x: np.zeros(x.shape[-1], x.dtype)
    if form == "column":
        return lambda x: np.empty(x.size // x.shape[-1], of or x.dtype)
    blocks = int(form.partition("*")[2] or 1)
    return lambda x: np.empty((*x.shape[:-1], x.shape[-1] * blocks), x.dtype)


class RowKernel:
    """A definition over rows (see `steepest.lower.rows`), compiled when first called for a dtype and for the operands given.

    Called with the operands in order, matrices as `matrix` gives them, it gives the results in order, one alone or a tuple.
    """

    def __init__(self, name: str, definition: Callable[[Row], None], operands: Mapping[str, str], results: Mapping[str, str]):
        self.name, self.definition, self.operands, self.results = name, definition, operands, results
        self.new = [_new(kind) for kind in results.values()]
        self.one_matrix = list(results.values()) == ["matrix"]
        self.optional = any(kind not in ("matrix", "number") for kind in list(operands.values())[1:])
        self.made: dict[Any, Any] = {}

    def __call__(self, x: Array, *rest: Any) -> Any:
        key = (x.dtype.char, *[o is None for o in rest]) if self.optional else x.dtype.char
        kernel = self.made.get(key)
        if kernel is None:
            kernel = self.made[key] = self.compiled(x, rest)
        if kernel is False or not x.size:
            return None
        if self.optional:
            rest = tuple([o for o in rest if o is not None])
        if self.one_matrix:
            out = np.empty(x.shape, x.dtype)
            kernel(x, *rest, out)
            return out
        results = [new(x) for new in self.new]
        kernel(x, *rest, *results)
        return results[0] if len(results) == 1 else tuple(results)

    def compiled(self, x: Array, rest: tuple[Any, ...]) -> Any:
        """The native function; False where there is none."""
        dtype = NATIVE.get(x.dtype)
        if dtype is None:
            return False
        given = frozenset(n for n, o in zip(self.operands, (x, *rest), strict=True) if o is not None)
        return self.function(dtype, given | self.results.keys())

    def function(self, dtype: str, given: frozenset[str]) -> Any:
        """The native function of the operands and results that are given, in their order; False where there is none."""
        try:
            return make_row_kernel(self.name, self.definition, self.operands, self.results, dtype, given)
        except machine.Unavailable:
            return False
