"""Elements picked along one dimension by an integer for each of them, and put or added there.

Everything is a block of three dimensions, (outer, n, inner), of which the second is indexed. The integers lie at any distance, so one
vector of them serves every row and column.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, data, quick_function, size, stride
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, Index

__all__ = ["picked", "scattered"]

Array = np.ndarray[Any, Any]
PLAIN = {1: "int8", 2: "int16", 4: "int32", 8: "int64"}
"""What elements of so many bytes are moved as."""
NUMBERS = {np.dtype(name): name for name in ("float32", "float64", "int32", "int64")}
COMBINED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "set": lambda m, a, b: b, "add": lambda m, a, b: a + b, "multiply": lambda m, a, b: a * b,
    "maximum": lambda m, a, b: m.maximum(a, b), "minimum": lambda m, a, b: m.minimum(a, b)}


def _each(f: Function, apart: str, beside: str, move: Callable[[str, str], None], checked: bool) -> None:
    """Call `move(near, far)` for every index, with the address of the element that lies as it does and of the one that it names."""
    n = size(f, apart, 1)
    outer, count, inner = (size(f, "%index", d) for d in range(3))
    outside = f.variable("bool", initial="false")
    for name in ("%index", apart, beside):      # read before the loops, whose stores could change them as far as LLVM knows
        data(f, name)
        for d in range(3):
            stride(f, name, d)

    def element(o: Index, j: Index, i: Index) -> None:
        place = address(f, data(f, "%index"), *[(k, stride(f, "%index", d)) for d, k in enumerate((o, j, i))])
        at = f.load(place, "int64")
        if checked:
            wrong = f.op(f"icmp uge i64 {at}, {n}")
            outside.set(f.op(f"or i1 {outside.get()}, {wrong}"))
            at = f.op(f"select i1 {wrong}, i64 0, i64 {at}")
        near, far = (address(f, data(f, name), *[(k, stride(f, name, d)) for d, k in enumerate(which)])
                     for name, which in ((beside, (o, j, i)), (apart, (o, at, i))))
        move(near, far)

    single = f.op(f"icmp eq i64 {inner}, 1")
    with f.loop(outer) as o:
        with f.if_(single), f.loop(count) as j:
            element(o, j, 0)
        with f.if_(f.op(f"xor i1 {single}, true")), f.loop(count) as j, f.loop(inner) as i:
            element(o, j, i)
    if checked:
        f.store(f.op(f"zext i1 {outside.get()} to i64"), data(f, "%outside"), "int64")


def _write_picked(f: Function, dtype: str) -> None:
    _each(f, "%x", "%out", lambda near, far: f.store(f.load(far, dtype), near, dtype), True)


def _write_scattered(f: Function, dtype: str, combine: str) -> None:
    m = Scalars(f)

    def move(near: str, far: str) -> None:
        value = m.value(f.load(near, dtype), dtype)
        before = value if combine == "set" else m.value(f.load(far, dtype), dtype)
        f.store(COMBINED[combine](m, before, value).name, far, dtype)

    _each(f, "%out", "%source", move, False)


@functools.cache
def _kernel(dtype: str, combine: str) -> Any:
    try:
        if combine:
            return quick_function("scattered", ["index", "source", "out"], lambda f: _write_scattered(f, dtype, combine))
        return quick_function("picked", ["x", "index", "out", "outside"], lambda f: _write_picked(f, dtype))
    except machine.Unavailable:
        return None


def _block(x: Array, dim: int) -> Array:
    return x.reshape(math.prod(x.shape[:dim]), x.shape[dim], math.prod(x.shape[dim + 1:]))


def picked(x: Array, index: Array, dim: int) -> Array | None:
    """`x` at the places that `index` names along `dim`; the other sizes are equal. None where an index lies outside or negative, for
    dtypes of other sizes, and where there is no native code.
    """
    kernel = _kernel(PLAIN[x.itemsize], "") if x.itemsize in PLAIN and index.size and x.size else None
    if kernel is None:
        return None
    out: Array = np.empty(index.shape, x.dtype)
    index = index.astype(np.int64, copy=False)
    return None if kernel(_block(x, dim), _block(index, dim), _block(out, dim), np.empty(1, np.int64))[0] else out


def scattered(out: Array, index: Array, source: Array, dim: int, combine: str) -> bool:
    """Put or add, multiply ... elements at the places of `out` that `index` names along `dim`, one after the other as they come.

    `source` is as large as the index, which lies within `out` and differs from it in `dim` alone; `out` has its elements in order. False,
    and nothing is done, where there is no native code for it.
    """
    dtype = PLAIN.get(out.itemsize) if combine == "set" else NUMBERS.get(out.dtype)
    if dtype is None or out.dtype != source.dtype or not out.flags.c_contiguous:
        return False
    kernel = _kernel(dtype, combine)
    if kernel is None:
        return False
    if index.size:
        kernel(_block(index.astype(np.int64, copy=False), dim), _block(source, dim), _block(out, dim))
    return True
