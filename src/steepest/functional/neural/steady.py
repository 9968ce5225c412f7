"""Products with one and the same matrix, step after step: it is laid out once, and the tiles of convolutions do the rest.

Up to some millions of multiplications this takes half the time of a BLAS, which lays out both factors anew in every call.
"""

from typing import Any

import numpy as np

from steepest.functional.neural.rows import NATIVE
from steepest.lower import machine
from steepest.lower.convolving import results_kernel, tile

__all__ = ["Steady"]

Array = np.ndarray[Any, Any]
WORK = 1 << 25
"""Multiplications from which on the BLAS, which keeps parts of the factors in its caches and may use threads, does the product."""


class Steady:
    """`steady(a, out)` writes `a @ b` of contiguous matrices, `a` of at most `rows` rows."""

    def __init__(self, b: Array, rows: int):
        self.b, self.kernel = b, None
        inner, columns = b.shape
        if rows * inner * columns > WORK or not inner:
            return
        dtype = NATIVE[b.dtype]
        try:
            width, shape = machine.width(dtype), tile(rows)
            self.kernel = results_kernel(dtype, *shape)
        except machine.Unavailable:
            return
        self.laid = np.zeros(inner * columns + width, b.dtype)      # the last vector may be read beyond the matrix
        self.laid[: inner * columns].reshape(inner, columns)[...] = b
        places = [(i, i, min(width, columns - i)) for i in range(0, columns, width)]
        places += [(0, 0, 0)] * (-len(places) % shape[1])
        self.table, self.tiles = np.array(places, np.int64), len(places) // shape[1]
        self.shifts, self.nothing = np.arange(inner, dtype=np.int64), np.zeros(rows, b.dtype)
        self.offsets, self.inner, self.columns = self.shifts * columns, inner, columns

    def __call__(self, a: Array, out: Array) -> None:
        if self.kernel is None:
            np.matmul(a, self.b, out=out)
            return
        self.kernel(self.laid, self.offsets, a, self.shifts, self.nothing, self.table, out, 1, 0, 0, self.inner, 0, self.columns, len(a),
                    self.tiles, self.inner)
