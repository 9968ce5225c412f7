"""Sums of the rows of a table that an index names, bag by bag, and a row for each bag added to the rows that it names."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, data, quick_function, size
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, Index, itemsize

__all__ = ["bag_sums", "spread_bags"]

Array = np.ndarray[Any, Any]
DTYPES = {"f": "float32", "d": "float64"}


def _columns(f: Function, dtype: str, n: str, body: Callable[[Index, str | None], None]) -> None:
    """Call `body(first, mask)` for the vectors of a row."""
    width = machine.width(dtype)
    whole = f.op(f"and i64 {n}, -{width}")
    with f.loop(whole, width) as j:
        body(j, None)
    with f.if_(f.op(f"icmp ne i64 {whole}, {n}")):
        body(whole, f.below(f.op(f"sub i64 {n}, {whole}"), width))


def _write(f: Function, dtype: str, spread: bool) -> None:
    width = machine.width(dtype)
    m = Scalars(f, width)
    table, index, edges, bags = (data(f, f"%{name}") for name in ("table", "index", "edges", "bags"))
    n = size(f, "%table", 1)
    row = f.mul(n, itemsize(dtype))
    with f.loop(f.op(f"sub i64 {size(f, '%edges', 0)}, 1")) as b:
        start, stop = (f.load(f.gep(edges, at, "int64"), "int64") for at in (b, f.add(b, 1)))
        bag = address(f, bags, (b, row))

        def named(i: Index) -> str:
            return address(f, table, (f.load(f.gep(index, i, "int64"), "int64"), row))

        def summed(j: Index, mask: str | None, start: str = start, stop: str = stop, bag: str = bag) -> None:
            total = f.variable(dtype, width, m.constant(0, dtype).name)
            with f.loop(stop, start=start) as i:
                value = m.value(f.load(f.gep(named(i), j, dtype), dtype, width, mask=mask), dtype)
                total.set((m.value(total.get(), dtype) + value).name)
            f.store(total.get(), f.gep(bag, j, dtype), dtype, width, mask=mask)

        def add(target: str, j: Index, mask: str | None, bag: str = bag) -> None:
            at = f.gep(target, j, dtype)
            value = m.value(f.load(f.gep(bag, j, dtype), dtype, width, mask=mask), dtype)
            f.store((m.value(f.load(at, dtype, width, mask=mask), dtype) + value).name, at, dtype, width, mask=mask)

        if spread:
            with f.loop(stop, start=start) as i:
                _columns(f, dtype, n, functools.partial(add, named(i)))
        else:
            _columns(f, dtype, n, summed)


@functools.cache
def _kernel(dtype: str | None, spread: bool) -> Any:
    if dtype is None:
        return None
    try:
        names = ["bags", "index", "edges", "table"] if spread else ["table", "index", "edges", "bags"]
        return quick_function("bags", names, lambda f: _write(f, dtype, spread))
    except machine.Unavailable:
        return None


def bag_sums(table: Array, index: Array, edges: Array) -> Array:
    """`(B, n)`: the sum of the rows `table[index[edges[b]:edges[b + 1]]]` for each bag. The indices lie within the table."""
    out: Array = np.zeros((len(edges) - 1, table.shape[1]), table.dtype)
    kernel = _kernel(DTYPES.get(table.dtype.char), False)
    if kernel is None:
        np.add.at(out, np.repeat(np.arange(len(out)), np.diff(edges)), table[index])
    else:
        kernel(np.ascontiguousarray(table), index, edges, out)
    return out


def spread_bags(table: Array, index: Array, edges: Array, bags: Array) -> Array:
    """The table, whose elements are in order, with the row of each bag added to all rows that the bag names."""
    kernel = _kernel(DTYPES.get(table.dtype.char), True)
    if kernel is None:
        np.add.at(table, index, np.repeat(bags, np.diff(edges), axis=0))
    else:
        kernel(np.ascontiguousarray(bags), index, edges, table)
    return table
