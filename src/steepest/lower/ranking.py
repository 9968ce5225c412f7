"""Stable orders of long rows by their digits: radix sort, the least significant digit first.

Each element becomes a number of 64 bits, above its key of 32 bits and below its place. Keys of numbers are such that their order is the
numbers': NaN above all, zeros of both signs equal. A digit that is the same in all keys takes no pass.
"""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, data, quick_function, size
from steepest.lower.normals import FEW
from steepest.lower.text import Function, Index, itemsize

__all__ = ["ranked"]

Array = np.ndarray[Any, Any]
SHORTEST, LONG, LONGEST = 128, 4096, 1 << 31
"""Rows for which clearing the counts does not pay; rows for which longer digits do."""


def _write(f: Function, digits: tuple[tuple[int, int], ...]) -> None:
    """`digits` are (first bit, bits) from the lowest to the highest."""
    keys, out, work = data(f, "%keys"), data(f, "%out"), data(f, "%work")
    rows, n = size(f, "%keys", 0), size(f, "%keys", 1)
    counts = f.alloca("i64", 1 << max(bits for _, bits in digits))
    source = f.variable("int64")

    def element(start: Index, i: Index) -> str:
        return f.gep(work, f.add(start, i), "int64")

    def digit(value: str, first: int, bits: int) -> str:
        return f.gep(counts, f.op(f"and i64 {f.op(f'lshr i64 {value}, {first}')}, {(1 << bits) - 1}"), "int64")

    with f.loop(rows) as r:
        row = address(f, keys, (f.mul(r, n), itemsize("int32")))
        source.set("0")
        with f.loop(n) as i:
            key = f.op(f"zext i32 {f.load(f.gep(row, i, 'int32'), 'int32')} to i64")
            f.store(f.op(f"or i64 {f.op(f'shl i64 {key}, 32')}, {i}"), element(0, i), "int64")
        for first, bits in digits:
            with f.loop(1 << bits) as k:
                f.store("0", f.gep(counts, k, "int64"), "int64")
            here = source.get()
            with f.loop(n) as i:
                cell = digit(f.load(element(here, i), "int64"), first, bits)
                f.store(f.op(f"add i64 {f.load(cell, 'int64')}, 1"), cell, "int64")
            some = f.load(digit(f.load(element(here, 0), "int64"), first, bits), "int64")
            with f.if_(f.op(f"icmp ne i64 {some}, {n}")):
                there = f.op(f"sub i64 {n}, {here}")
                before = f.variable("int64", initial="0")
                with f.loop(1 << bits) as k:
                    cell = f.gep(counts, k, "int64")
                    count = f.load(cell, "int64")
                    f.store(before.get(), cell, "int64")
                    before.set(f.op(f"add i64 {before.get()}, {count}"))
                with f.loop(n) as i:
                    value = f.load(element(here, i), "int64")
                    cell = digit(value, first, bits)
                    at = f.load(cell, "int64")
                    f.store(f.op(f"add i64 {at}, 1"), cell, "int64")
                    f.store(value, element(there, at), "int64")
                source.set(there)
        with f.loop(n) as i:
            place = f.op(f"and i64 {f.load(element(source.get(), i), 'int64')}, 4294967295")
            f.store(place, f.gep(out, f.add(f.mul(r, n), i), "int64"), "int64")


@functools.cache
def _kernel(long: bool) -> Any:
    digits = ((32, 11), (43, 11), (54, 10)) if long else ((32, 8), (40, 8), (48, 8), (56, 8))
    try:
        return quick_function("ranked", ["keys", "work", "out"], lambda f: _write(f, digits))
    except machine.Unavailable:
        return None


def _keys(x: Array) -> Array | None:
    """Numbers of 32 bits in the order of the elements; None where these are too far apart."""
    if x.dtype == np.float32 or x.dtype.itemsize == 2 and x.dtype.kind not in "iu":
        single = x.astype(np.float32) + np.float32(0)
        single[np.isnan(single)] = np.nan
        bits = single.view(np.int32)
        return (bits ^ (bits >> 31 & 0x7FFFFFFF)).view(np.uint32) ^ np.uint32(1 << 31)
    if x.dtype.kind not in "iub":
        return None
    low, high = int(x.min()), int(x.max())
    return None if high - low >= 1 << 32 else (x.astype(np.int64) - low).astype(np.uint32)


def ranked(x: Array, dim: int, descending: bool) -> Array | None:
    """The places of the elements in rising or falling order along a dimension, equal ones in their own order; None for short rows, for
    64 bits whose upper half is not the same in all, and where there is no native code.
    """
    n = x.shape[dim]
    if not SHORTEST <= n < LONGEST or not x.size or x.size < FEW and not machine.loaded():
        return None
    kernel = _kernel(n >= LONG)
    rows = np.moveaxis(x, dim, -1)
    keys = None if kernel is None else _keys(rows)
    if keys is None:
        return None
    if descending:
        keys = ~keys
    order = np.empty(rows.shape, np.int64)
    kernel(np.ascontiguousarray(keys).reshape(-1, n), np.empty(2 * n, np.int64), order.reshape(-1, n))
    return np.moveaxis(order, -1, dim)
