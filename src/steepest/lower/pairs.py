"""Sums and differences of complex numbers as PyTorch forms them: the second multiplied by 1 + 0j or -1 + 0j, in one pass."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import data, quick_function, size
from steepest.lower.normals import FEW
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function

__all__ = ["combined"]

Array = np.ndarray[Any, Any]
PARTS = {"F": "float32", "D": "float64"}


def _write(f: Function, dtype: str, sign: float) -> None:
    a, b, out, n = data(f, "%a"), data(f, "%b"), data(f, "%out"), size(f, "%a", 0)
    width = machine.width(dtype)
    whole = f.op(f"and i64 {n}, -{width}")
    for wide, start, stop in ((width, 0, whole), (2, whole, n)):
        m = Scalars(f, wide)
        kind = m.type(dtype)
        swapped = ", ".join(f"i32 {k ^ 1}" for k in range(wide))
        zeros = ", ".join(f"{'float' if dtype == 'float32' else 'double'} {'0.0' if k % 2 else '-0.0'}" for k in range(wide))
        with f.loop(stop, wide, start) as i:
            x, y = (m.value(f.load(f.gep(p, i, dtype), dtype, wide), dtype) for p in (a, b))
            other = f.op(f"shufflevector {kind} {y.name}, {kind} poison, <{wide} x i32> <{swapped}>")
            crossed = m.value(f.op(f"fmul {kind} {other}, <{zeros}>"), dtype)
            f.store((x + (y * sign + crossed)).name, f.gep(out, i, dtype), dtype, wide)


@functools.cache
def _kernel(dtype: str, sign: float) -> Any:
    try:
        return quick_function("combined", ["a", "b", "out"], lambda f: _write(f, dtype, sign))
    except machine.Unavailable:
        return None


def combined(a: Any, b: Any, sign: float) -> Array | None:
    """`a + b * complex(sign, 0)` of arrays of one shape and dtype whose elements are in order; None for others and without native code."""
    if type(a) is not np.ndarray or type(b) is not np.ndarray or a.shape != b.shape or a.dtype != b.dtype:
        return None
    dtype = PARTS.get(a.dtype.char)
    if dtype is None or not (a.flags.c_contiguous and b.flags.c_contiguous) or a.size < FEW and not machine.loaded():
        return None
    kernel = _kernel(dtype, sign)
    if kernel is None:
        return None
    out: Array = np.empty(a.shape, a.dtype)
    part = np.dtype(dtype)
    kernel(*[x.reshape(-1).view(part) for x in (a, b, out)])
    return out
