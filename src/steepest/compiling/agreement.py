"""When two arrays count as the same: the tolerances within which native code may differ from eager evaluation."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage

__all__ = ["TOLERANCE", "allowed", "difference", "magnitude", "precisions"]

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


def precisions(equations: Iterable[Equation], handed_on: Iterable[tuple[Storage, Storage]]) -> dict[Storage, float]:
    """The tolerance of each storage that equations write: that of the coarsest numbers that it was computed from.

    A sum of losses is a float64 of Python's, and no more exact than the float32 losses are.
    """
    found: dict[Content, float] = {}
    storages: dict[Storage, float] = {}
    for e in equations:
        operands = [x.content for x in e.operands if isinstance(x, Access)]
        coarsest = max([found.get(c, TOLERANCE.get(c.dtype.name, 0)) for c in operands], default=0)
        for x in e.results:
            found[x.content] = storages[x.content.storage] = max(coarsest, TOLERANCE.get(x.content.dtype.name, 0))
    return storages | {to: storages[source] for to, source in handed_on if source in storages}


def allowed(slot: Storage, array: Array, precision: dict[Storage, float]) -> float:
    """How much a storage may differ from the array that it should hold: nothing where these are no real or complex numbers."""
    own = TOLERANCE.get(array.dtype.name, 0)
    return max(own, precision.get(slot, 0)) if own else 0
