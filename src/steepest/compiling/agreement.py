"""When two arrays count as the same: the tolerances within which native code may differ from eager evaluation."""

from typing import Any

import numpy as np

__all__ = ["TOLERANCE", "difference", "magnitude"]

Array = np.ndarray[Any, Any]
TOLERANCE = {"float32": 2e-4, "float64": 1e-9, "complex64": 2e-4, "complex128": 1e-9, "float16": 5e-3, "bfloat16": 4e-2}
"""Relative to the largest magnitude; other dtypes must agree in every element."""


def _wide(a: Array) -> Array:
    return a.astype(np.float32) if a.dtype.name in ("float16", "bfloat16") else a


def magnitude(a: Array) -> float:
    """The largest finite absolute value of a floating array; 0 where there is none."""
    if a.dtype.name not in TOLERANCE:
        return 0.0
    a = np.abs(_wide(a))
    finite = a[np.isfinite(a)]
    return float(finite.max()) if finite.size else 0.0


def difference(a: Array, b: Array, scale: float = 1e-3) -> float:
    """The largest difference, relative to the larger of `scale` and the magnitude of `b`.

    Infinite where NaN, infinities or integers differ.
    """
    if a.dtype.name not in TOLERANCE:
        return 0.0 if np.array_equal(a, b) else float("inf")
    a, b = _wide(a), _wide(b)
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    return float(np.abs(a[finite] - b[finite]).max(initial=0.0)) / max(magnitude(b), scale)
