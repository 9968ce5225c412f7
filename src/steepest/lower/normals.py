"""Normal numbers from blocks of words of the random stream, in one native pass: `steepest.core.gaussian` to the last bit."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import array_function, data
from steepest.lower.drawing import BLOCK, block_of_normals
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function

__all__ = ["normals"]

Array = np.ndarray[Any, Any]
PARAMETERS = (("words", "array"), ("out", "array"), ("blocks", "int"), ("std", "float"), ("mean", "float"))
FEW = 4096
"""Numbers, of all draws together, for which LLVM is not imported if nothing else needed it yet."""
_drawn = [0]


def _write(f: Function, dtype: str) -> None:
    half = BLOCK // 2
    m = Scalars(f, half)
    words, out = data(f, "%words"), data(f, "%out")
    of = "int64" if dtype == "float64" else "int32"
    std, mean = (m.cast(m.splat(name, "float64"), dtype) for name in ("%std", "%mean"))
    with f.loop("%blocks") as block:
        parts = []
        for first in (0, half):
            raw = f.load(f.gep(words, f.add(f.mul(block, BLOCK), first), "int64"), "int64", half)
            parts.append(m.value(raw if of == "int64" else f.op(f"trunc <{half} x i64> {raw} to <{half} x i32>"), of))
        for first, value in zip((0, half), block_of_normals(m, parts[0], parts[1]), strict=True):
            f.store(m.fma(value, std, mean).name, f.gep(out, f.add(f.mul(block, BLOCK), first), dtype), dtype, half)


@functools.cache
def _kernel(dtype: str) -> Any:
    try:
        return array_function("normals", PARAMETERS, lambda f: _write(f, dtype))
    except machine.Unavailable:
        return None


def normals(words: Array, mean: float, std: float, dtype: np.dtype[Any]) -> Array | None:
    """Numbers of float32 from words `(n, 16)`, or of float64 from pairs of words; None where there is no native code."""
    _drawn[0] += words.size
    if _drawn[0] < FEW and not machine.loaded():
        return None
    kernel = _kernel("float64" if dtype.itemsize == 8 else "float32")
    if kernel is None:
        return None
    out = np.empty(words.shape, dtype)
    kernel(np.ascontiguousarray(words), out, len(words), std, mean)
    return out
