"""Kernels along one dimension: native code over contiguous rows, NumPy for every other layout."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.rows import Fold, make_row_ufunc

__all__ = ["RowKernel"]

NATIVE = frozenset("float32 float64".split())


class RowKernel:
    """Folds along a dimension and a result for every element (see `steepest.lower.rows`); `plain` computes the same with NumPy."""

    def __init__(self, name: str, folds: Sequence[Fold], result: Callable[..., Any], plain: Callable[[Any, int], Any]):
        self.name, self.folds, self.result, self.plain = name, folds, result, plain
        self.made: dict[Any, Any] = {}

    def __call__(self, x: np.ndarray[Any, Any], dim: int) -> np.ndarray[Any, Any]:
        if dim == x.ndim - 1 and x.flags.c_contiguous:
            kernel = self.made.get(x.dtype)
            if kernel is None:
                kernel = self.made[x.dtype] = self.kernel(x.dtype.name)
            if kernel is not False:
                return kernel(x)
        return self.plain(x, dim)

    def kernel(self, dtype: str) -> Any:
        """The compiled ufunc; False where there is none."""
        if dtype not in NATIVE:
            return False
        try:
            return make_row_ufunc(self.name, self.folds, self.result, dtype)
        except machine.Unavailable:
            return False
