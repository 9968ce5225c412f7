"""Products of small matrices, with a bias added to every row: there a library spends most of its time on looking at its arguments."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, data, quick_function, size, stride
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, itemsize

__all__ = ["SMALL", "product"]

Array = np.ndarray[Any, Any]
SMALL = 1 << 13
"""Multiplications up to which a product is done here."""
ROOM = 1 << 12
"""Numbers of the second factor that are laid out on the stack."""
DTYPES = {"f": "float32", "d": "float64"}


def _write(f: Function, dtype: str, biased: bool) -> None:
    width, item = machine.width(dtype), itemsize(dtype)
    m = Scalars(f, width)
    a, b, out = (data(f, name) for name in ("%a", "%b", "%out"))
    rows, inner, columns = size(f, "%a", 0), size(f, "%a", 1), size(f, "%b", 1)
    a_row, a_step, b_row, b_step = (stride(f, name, d) for name in ("%a", "%b") for d in (0, 1))
    laid = f.alloca("float" if dtype == "float32" else "double", ROOM)
    f.declare("declare i64 @llvm.smin.i64(i64, i64)")
    zero = m.constant(0, dtype).name
    with f.loop(columns, width) as first:
        left = f.op(f"sub i64 {columns}, {first}")
        count, mask = f.op(f"call i64 @llvm.smin.i64(i64 {left}, i64 {width})"), f.below(left, width)
        with f.loop(inner) as k:
            source, place = address(f, b, (k, b_row), (first, b_step)), f.gep(laid, f.mul(k, width), dtype)
            with f.loop(count) as j:
                f.store(f.load(address(f, source, (j, b_step)), dtype), f.gep(place, j, dtype), dtype)
        beside = f.load(f.gep(data(f, "%bias"), first, dtype), dtype, width, mask=mask) if biased else zero
        total = f.variable(dtype, width)
        with f.loop(rows) as i:
            row = address(f, a, (i, a_row))
            total.set(zero)
            with f.loop(inner) as k:
                value = m.splat(f.load(address(f, row, (k, a_step)), dtype), dtype)
                column = m.value(f.load(f.gep(laid, f.mul(k, width), dtype), dtype, width), dtype)
                total.set(m.muladd(value, column, m.value(total.get(), dtype)).name)
            result = total.get()
            if biased:      # last, as the product and the sum that it stands for round it
                result = (m.value(result, dtype) + m.value(beside, dtype)).name
            f.store(result, address(f, out, (f.add(f.mul(i, columns), first), item)), dtype, width, mask=mask)


@functools.cache
def _kernel(dtype: str | None, biased: bool) -> Any:
    if dtype is None:
        return None
    try:
        return quick_function("product", ["a", "b", *(["bias"] if biased else []), "out"], lambda f: _write(f, dtype, biased))
    except machine.Unavailable:
        return None


def product(a: Array, b: Array, bias: Array | None = None) -> Array | None:
    """`a @ b` or `a @ b + bias` of matrices in any layout; None where they are too large for this or there is no native code.

    The bias is a vector of as many numbers, one beside the other, as `b` has columns; all are of one dtype.
    """
    rows, inner = a.shape
    first, columns = b.shape
    if first != inner or rows * inner * columns > SMALL or inner * 16 > ROOM:
        return None
    kernel = _kernel(DTYPES.get(a.dtype.char), bias is not None)
    if kernel is None:
        return None
    out = np.empty((rows, columns), a.dtype)
    return kernel(a, b, out) if bias is None else kernel(a, b, bias, out)

