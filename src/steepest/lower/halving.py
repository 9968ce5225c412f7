"""Conversions between float32 and the floats of 16 bits: NumPy's take a nanosecond and more for each element."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import data, quick_function, size
from steepest.lower.normals import FEW
from steepest.lower.text import Function

__all__ = ["converted"]

Array = np.ndarray[Any, Any]
PAIRS = {(a, b) for half in ("float16", "bfloat16") for a, b in (("float32", half), (half, "float32"))}


def _write(f: Function, source: str, target: str) -> None:
    width = machine.width("float32")
    x, out, n = data(f, "%x"), data(f, "%out"), size(f, "%x", 0)
    whole = f.op(f"and i64 {n}, -{width}")
    for wide, start, stop in ((width, 0, whole), (1, whole, n)):
        with f.loop(stop, wide, start) as i:
            f.store(f.load(f.gep(x, i, source), source, wide), f.gep(out, i, target), target, wide)


@functools.cache
def _kernel(source: str, target: str) -> Any:
    if (source, target) not in PAIRS:
        return None
    try:
        return quick_function("converted", ["x", "out"], lambda f: _write(f, source, target))
    except machine.Unavailable:
        return None


def converted(x: Array, to: np.dtype[Any]) -> Array | None:
    """The numbers of an array in another dtype, in the same order in memory; None for other dtypes, for layouts with gaps, and where there
    is no native code."""
    if x.size < FEW and not machine.loaded():
        return None
    kernel = _kernel(x.dtype.name, to.name)
    if kernel is None:
        return None
    if not x.flags.c_contiguous:
        if any(x.strides):
            return converted(x.T, to).T if x.flags.f_contiguous else None  # type: ignore[union-attr]
        x = np.ascontiguousarray(x)         # one number for all
    out: Array = np.empty(x.shape, to)
    kernel(x.reshape(-1), out.reshape(-1))
    return out
