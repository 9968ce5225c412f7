"""Rows added to the rows of a table that an index names, one after the other as they come."""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, array_function, data, size, stride
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, llvm_type

__all__ = ["add_rows"]

Array = np.ndarray[Any, Any]


def _write(f: Function, dtype: str) -> None:
    width = machine.width(dtype)
    m = Scalars(f, width)
    count, n = size(f, "%values", 0), size(f, "%values", 1)
    table, index, values = (data(f, name) for name in ("%table", "%index", "%values"))
    apart, step, row = stride(f, "%values", 0), stride(f, "%values", 1), stride(f, "%table", 0)
    buffer = f.alloca(llvm_type(dtype, width))
    still = f.op(f"icmp eq i64 {step}, 0")
    whole = f.op(f"and i64 {n}, -{width}")
    left = f.op(f"icmp ne i64 {whole}, {n}")
    mask = f.below(f.op(f"sub i64 {n}, {whole}"), width)
    with f.loop(count) as i:
        target = address(f, table, (f.load(f.gep(index, i, "int64"), "int64"), row))
        source = address(f, values, (i, apart))
        f.store(f.splat(f.load(source, dtype), dtype, width), buffer, dtype, width)
        source = f.op(f"select i1 {still}, ptr {buffer}, ptr {source}")

        def add(k: Any, mask: str | None, source: str = source, target: str = target) -> None:
            at = f.gep(target, k, dtype)
            value = m.value(f.load(address(f, source, (k, step)), dtype, width, mask=mask), dtype)
            f.store((m.value(f.load(at, dtype, width, mask=mask), dtype) + value).name, at, dtype, width, mask=mask)

        with f.loop(whole, width) as k:
            add(k, None)
        with f.if_(left):
            add(whole, mask)


@functools.cache
def _kernel(dtype: str) -> Any:
    try:
        return array_function("add_rows", [(name, "array") for name in ("table", "index", "values")], lambda f: _write(f, dtype))
    except machine.Unavailable:
        return None


def add_rows(table: Array, index: Array, values: Array) -> bool:
    """`table[index[i]] += values[i]` for one i after the other; False, and nothing is done, where there is no native code for it.

    `index` (k) of int64 lies within the table `(rows, ...)`, whose elements are in order; `values` is `(k, ...)`.
    """
    dtype = {"f": "float32", "d": "float64"}.get(table.dtype.char)
    if dtype is None or values.dtype != table.dtype or not table.flags.c_contiguous:
        return False
    kernel = _kernel(dtype)
    if kernel is None:
        return False
    if values.size:
        rows = values if values.ndim == 2 else values.reshape(len(index), -1)
        if rows.strides[1] not in (0, table.itemsize):
            rows = np.ascontiguousarray(rows)
        kernel(table, np.ascontiguousarray(index), rows)
    return True
