"""Running sums, products and extrema along one dimension of three.

Sums and products of float32 are formed in float64 and rounded for each result, as in PyTorch; of equal extrema the last counts, and a
NaN before everything.
"""

import functools
import math
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import data, quick_function, size
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["running", "running_extremum"]

Array = np.ndarray[Any, Any]
DTYPES = {np.dtype(name): name for name in ("float32", "float64", "int32", "int64")}


def _columns(f: Function, dtype: str, width: int, body: Any) -> None:
    """Call `body(scalars, mask, place)` for vectors of neighbours that run side by side; `place(i)` is the number of entry i's first."""
    outer, n, inner = (size(f, "%x", d) for d in range(3))
    with f.loop(outer) as o:
        start = f.mul(f.mul(o, n), inner)

        def run(m: Scalars, first: Index, mask: str | None) -> None:
            body(m, mask, lambda i: f.add(f.add(start, first), f.mul(i, inner)))

        with f.if_(f.op(f"icmp eq i64 {inner}, 1")):
            run(Scalars(f), 0, None)
        with f.if_(f.op(f"icmp ne i64 {inner}, 1")):
            whole = f.op(f"and i64 {inner}, -{width}")
            with f.loop(whole, width) as j:
                run(Scalars(f, width), j, None)
            with f.if_(f.op(f"icmp ne i64 {whole}, {inner}")):
                run(Scalars(f, width), whole, f.below(f.op(f"sub i64 {inner}, {whole}"), width))


def _write(f: Function, dtype: str, product: bool) -> None:
    wide = "float64" if dtype == "float32" else dtype
    x, out, n = data(f, "%x"), data(f, "%out"), size(f, "%x", 1)

    def body(m: Scalars, mask: str | None, place: Any) -> None:
        total = f.variable(wide, m.width, m.constant(int(product), wide).name)
        with f.loop(n) as i:
            at = place(i)
            value = m.cast(m.value(f.load(f.gep(x, at, dtype), dtype, m.width, mask=mask), dtype), wide)
            before = m.value(total.get(), wide)
            value = before * value if product else before + value
            total.set(value.name)
            f.store(m.cast(value, dtype).name, f.gep(out, at, dtype), dtype, m.width, mask=mask)

    _columns(f, dtype, machine.width(wide), body)


def _beats(m: Scalars, value: Value, before: Value, largest: bool) -> Value:
    """Whether an element takes the place of the extremum before it."""
    beats = value >= before if largest else value <= before
    if not value.dtype.startswith("float"):
        return beats
    return m.logical_or(m.isnan(value), m.logical_and(m.logical_not(m.isnan(before)), beats))


def _write_extremum(f: Function, dtype: str, largest: bool) -> None:
    x, values, places, n = data(f, "%x"), data(f, "%values"), data(f, "%places"), size(f, "%x", 1)

    def body(m: Scalars, mask: str | None, place: Any) -> None:
        def load(i: Index) -> Value:
            return m.value(f.load(f.gep(x, place(i), dtype), dtype, m.width, mask=mask), dtype)

        best = f.variable(dtype, m.width, load(0).name)
        last = f.variable("int64", m.width, m.constant(0, "int64").name)

        def element(i: Index) -> None:
            value, before = load(i), m.value(best.get(), dtype)
            beats = _beats(m, value, before, largest)
            best.set(m.where(beats, value, before).name)
            last.set(m.where(beats, m.splat(str(i), "int64"), m.value(last.get(), "int64")).name)
            f.store(best.get(), f.gep(values, place(i), dtype), dtype, m.width, mask=mask)
            f.store(last.get(), f.gep(places, place(i), "int64"), "int64", m.width, mask=mask)

        if m.width > 1:
            with f.loop(n) as i:
                element(i)
            return
        # Along a row most vectors have no new extremum: what each would wait for is then known at once.
        lanes = Scalars(f, machine.width(dtype))
        whole = f.op(f"and i64 {n}, -{lanes.width}")
        with f.loop(whole, lanes.width) as i:
            before = lanes.splat(best.get(), dtype)
            beats = _beats(lanes, lanes.value(f.load(f.gep(x, place(i), dtype), dtype, lanes.width), dtype), before, largest)
            some = f.op(f"icmp ne i{lanes.width} {f.op(f'bitcast <{lanes.width} x i1> {beats.name} to i{lanes.width}')}, 0")
            with f.if_(some), f.loop(f.op(f"add i64 {i}, {lanes.width}"), start=i) as k:
                element(k)
            with f.if_(f.op(f"xor i1 {some}, true")):
                f.store(before.name, f.gep(values, place(i), dtype), dtype, lanes.width)
                f.store(lanes.splat(last.get(), "int64").name, f.gep(places, place(i), "int64"), "int64", lanes.width)
        with f.loop(n, start=whole) as i:
            element(i)

    _columns(f, dtype, machine.width("int64"), body)


@functools.cache
def _kernel(dtype: str, product: bool) -> Any:
    try:
        return quick_function("running", ["x", "out"], lambda f: _write(f, dtype, product))
    except machine.Unavailable:
        return None


@functools.cache
def _extremum_kernel(dtype: str, largest: bool) -> Any:
    try:
        return quick_function("running_extremum", ["x", "places", "values"], lambda f: _write_extremum(f, dtype, largest))
    except machine.Unavailable:
        return None


def _block(x: Array, dim: int) -> Array:
    shape = x.shape
    return np.ascontiguousarray(x).reshape(math.prod(shape[:dim]), shape[dim], math.prod(shape[dim + 1:]))


def running(x: Array, dim: int, product: bool) -> Array | None:
    """Every partial sum or product; None for other dtypes and where there is no native code."""
    dtype = DTYPES.get(x.dtype)
    kernel = _kernel(dtype, product) if dtype and x.size else None
    if kernel is None:
        return None
    out: Array = np.empty(x.shape, x.dtype)
    kernel(_block(x, dim), out)
    return out


def running_extremum(x: Array, dim: int, largest: bool) -> tuple[Array, Array] | None:
    """Every partial extremum and the place of its last occurrence."""
    dtype = DTYPES.get(x.dtype)
    kernel = _extremum_kernel(dtype, largest) if dtype and x.size else None
    if kernel is None:
        return None
    places, values = np.empty(x.shape, np.int64), np.empty(x.shape, x.dtype)
    kernel(_block(x, dim), places, values)
    return values, places
