"""Fused multiply-add on arrays: a * b + c rounded once, as the processors that PyTorch is compiled for do it.

NumPy has no such operation. In float32 the product is exact in float64; in float64 error-free transformations give the exact sum
of three numbers (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
IEEE Trans. Computers 57(4), 2008).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["fma32", "fma64"]

Array = np.ndarray[Any, Any]
multipliers: list[Callable[[Array, Any, Any], Array | None]] = []
"""Native code for it, or None where it has none; the layer that compiles puts its function here."""


def _natively(a: Array, b: Any, c: Any) -> Array | None:
    return next((found for multiply in multipliers if (found := multiply(a, b, c)) is not None), None)


def fma32(a: Array, b: Any, c: Any) -> Array:
    """a * b + c in float32; all three hold float32 values."""
    found = _natively(a, b, c)
    if found is not None:
        return found
    product = np.multiply(a, b, dtype=np.float64)
    c = np.asarray(c, np.float64)
    total = product + c
    # Rounding twice goes wrong only where the first rounding ends on a midpoint of float32.
    midpoint = (total.view(np.int64) & 0x1FFFFFFF) == 0x10000000
    if midpoint.any():
        error = _sum_error(product, c, total)
        total = np.where(midpoint, _nudge(total, error), total)
    return total.astype(np.float32)


def fma64(a: Array, b: float, c: float) -> Array:
    """a * b + c in float64 for moderate |a| (between 1e-200 and 1e200, or 0) and any finite b and c."""
    if c == 0 or b == 0:
        return a * b + c
    found = _natively(a, b, c)
    if found is not None:
        return found
    scale = math.frexp(max(abs(b), abs(c)))[1]
    b, c = math.ldexp(b, -scale), math.ldexp(c, -scale)
    product = a * b
    a_high, b_high = _upper_half(a), _upper_half(np.float64(b))
    a_low, b_low = a - a_high, b - b_high
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    small = c + rest
    small_error = _sum_error(rest, np.float64(c), small)
    total = product + small
    total_error = _sum_error(product, small, total)
    low = total_error + small_error
    low = np.where((low.view(np.int64) & 1) == 0, _nudge(low, _sum_error(total_error, small_error, low)), low)
    result: Array = np.ldexp(total + low, scale)
    return result


def _sum_error(x: Array, y: Any, total: Array) -> Array:
    """What rounding took from x + y (Knuth)."""
    part: Array = total - x
    return (x - (total - part)) + (y - part)


def _nudge(total: Array, error: Array) -> Array:
    """The neighbour of `total` in the direction of the error; `total` itself where there is none."""
    return np.where(error == 0, total, np.nextafter(total, np.where(error > 0, np.inf, -np.inf)))


def _upper_half(x: Any) -> Any:
    """The upper 26 bits of the significand (Dekker)."""
    spread = x * 134217729.0
    return spread - (spread - x)
