"""Normal numbers from blocks of words of the random stream, in one native pass: `steepest.core.gaussian` to the last bit. And functions of
the C library and fused multiply-adds for each element, which other samplers need."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import array_function, data
from steepest.lower.drawing import BLOCK, block_of_normals
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function
from steepest.lower.ufunc import make_ufunc

__all__ = ["by_library", "fused", "normals"]

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


@functools.cache
def _library(name: str) -> Any:
    try:
        return make_ufunc(name, lambda m, x: getattr(Scalars(m.function, 1, library=True), name)(x), ["float64"], ["float64"], width=1)
    except machine.Unavailable:
        return None


def by_library(name: str, x: Array) -> Array | None:
    """The C library's function of this name for each number of float64; None where there is no native code."""
    if x.size < FEW and not machine.loaded() or name not in machine.C_FUNCTIONS:
        return None
    function = _library(name)
    return None if function is None else np.asarray(function(x))


@functools.cache
def _fused(dtype: str) -> Any:
    try:
        return make_ufunc("fma", lambda m, a, b, c: m.fma(a, b, c), [dtype] * 3, [dtype])
    except machine.Unavailable:
        return None


def fused(a: Array, b: Any, c: Any) -> Array | None:
    """`a * b + c` rounded once, in the dtype of `a`; None where there is no native code or the processor has no such instruction."""
    if a.dtype.char not in "fd" or a.size < FEW and not machine.loaded() or not machine.has("fma"):
        return None
    function = _fused(a.dtype.name)
    return None if function is None else np.asarray(function(a, a.dtype.type(b), a.dtype.type(c)))
