"""Sums in the order in which PyTorch forms them on x86-64 (`aten/src/ATen/native/cpu/SumKernel.cpp`): a cascade.

Four sums run side by side in vectors of 32 bytes, whatever the processor's vectors are. After every so many additions they are added to
sums of a higher level, after so many of these to a still higher one; the error grows with the logarithm of the length, as with sums
in pairs, and the last digit is PyTorch's.
"""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import address, data, quick_function, size, stride
from steepest.lower.scalar import Scalars
from steepest.lower.text import Function, Index, Variable, itemsize

__all__ = ["cascade"]

Array = np.ndarray[Any, Any]
LEVELS, BESIDE, BYTES = 4, 4, 32
DTYPES = {"f": "float32", "d": "float64"}
SEQUENTIAL = 3
"""Numbers that every order adds in the same way."""


class _Sums:
    """Sums of `width` neighbours each, over `count` entries that are `apart` bytes apart."""

    def __init__(self, f: Function, dtype: str, width: int):
        self.f, self.dtype, self.width, self.m = f, dtype, width, Scalars(f, width)
        self.zero = self.m.constant(0, dtype).name
        self.cells = [[f.variable(dtype, width) for _ in range(BESIDE)] for _ in range(LEVELS)]

    def _add(self, cell: Variable, name: str) -> None:
        cell.set((self.m.value(cell.get(), self.dtype) + self.m.value(name, self.dtype)).name)

    def _load(self, place: str, k: int, beside: Index) -> str:
        return self.f.load(address(self.f, place, (k, beside)), self.dtype, self.width)

    def _lift(self, level: int) -> None:
        for low, high in zip(self.cells[level - 1], self.cells[level], strict=True):
            self._add(high, low.get())
            low.set(self.zero)

    def side_by_side(self, base: str, apart: Index, beside: Index, count: str) -> None:
        """Four sums, of which each begins `beside` bytes after the one before; left in the cells of the lowest level."""
        f = self.f
        for level in self.cells:
            for cell in level:
                cell.set(self.zero)
        f.declare("declare i64 @llvm.ctlz.i64(i64, i1)")
        f.declare("declare i64 @llvm.smax.i64(i64, i64)")
        less = f.op(f"sub i64 {count}, 1")
        bits = f.op(f"sub i64 64, {f.op(f'call i64 @llvm.ctlz.i64(i64 {less}, i1 false)')}")
        power = f.op(f"call i64 @llvm.smax.i64(i64 {f.op(f'lshr i64 {bits}, 2')}, i64 4)")
        step = f.op(f"shl i64 1, {power}")
        mask = f.op(f"sub i64 {step}, 1")
        blocks = f.op(f"ashr i64 {count}, {power}")

        def add(i: Index) -> None:
            place = address(f, base, (i, apart))
            for k, cell in enumerate(self.cells[0]):
                self._add(cell, self._load(place, k, beside))

        with f.loop(blocks) as block:
            first, after = f.op(f"shl i64 {block}, {power}"), f.op(f"add i64 {block}, 1")
            with f.loop(f.op(f"add i64 {first}, {step}"), start=first) as i:
                add(i)
            self._lift(1)
            with f.if_(f.op(f"icmp eq i64 {f.op(f'and i64 {after}, {mask}')}, 0")):
                self._lift(2)
                higher = f.op(f"and i64 {f.op(f'lshr i64 {after}, {power}')}, {mask}")
                with f.if_(f.op(f"icmp eq i64 {higher}, 0")):
                    self._lift(3)
        with f.loop(count, start=f.op(f"shl i64 {blocks}, {power}")) as i:
            add(i)
        for level in self.cells[1:]:
            for low, high in zip(self.cells[0], level, strict=True):
                self._add(low, high.get())

    def one(self, base: str, apart: Index, count: str) -> Variable:
        """One sum, of which every fourth entry goes to one of four."""
        f = self.f
        quarter = f.op(f"ashr i64 {count}, 2")
        self.side_by_side(base, f.mul(apart, BESIDE), apart, quarter)
        total = self.cells[0][0]
        with f.loop(count, start=f.op(f"shl i64 {quarter}, 2")) as i:
            self._add(total, self._load(base, 1, f.mul(i, apart)))
        for cell in self.cells[0][1:]:
            self._add(total, cell.get())
        return total


def _write_rows(f: Function, dtype: str) -> None:
    """Sums along rows whose elements are neighbours."""
    item = itemsize(dtype)
    width = BYTES // item
    x, out, rows, n, apart = data(f, "%x"), data(f, "%out"), size(f, "%x", 0), size(f, "%x", 1), stride(f, "%x", 0)
    vectors, single = _Sums(f, dtype, width), _Sums(f, dtype, 1)
    total, lanes = f.variable(dtype), f.alloca("float" if dtype == "float32" else "double", width)
    long = f.op(f"icmp sge i64 {n}, {width}")
    short = f.op(f"xor i1 {long}, true")
    whole = f.op(f"and i64 {n}, -{width}")
    with f.loop(rows) as r:
        row = address(f, x, (r, apart))
        with f.if_(long):
            f.store(vectors.one(row, BYTES, f.op(f"ashr i64 {n}, {width.bit_length() - 1}")).get(), lanes, dtype, width)
            total.set(single.zero)
            with f.loop(n, start=whole) as i:
                single._add(total, f.load(f.gep(row, i, dtype), dtype))
            for k in range(width):
                single._add(total, f.load(f.gep(lanes, k, dtype), dtype))
        with f.if_(short):
            total.set(single.one(row, item, n).get())
        f.store(total.get(), f.gep(out, r, dtype), dtype)


def _write_columns(f: Function, dtype: str) -> None:
    """Sums over the second of three dimensions."""
    item = itemsize(dtype)
    width = BYTES // item
    x, out = data(f, "%x"), data(f, "%out")
    outer, n, inner = (size(f, "%x", d) for d in range(3))
    apart = stride(f, "%x", 1)
    vectors, single = _Sums(f, dtype, width), _Sums(f, dtype, 1)
    wide = f.op(f"icmp sge i64 {inner}, {width}")
    narrow = f.op(f"xor i1 {wide}, true")

    def over(several: _Sums, source: str, target: str, start: Index) -> str:
        """The columns in blocks of four sums, and then sum by sum; gives what is left."""
        many = several.width * BESIDE
        behind = f.op(f"sub i64 {inner}, {start}")
        blocks = f.op(f"add i64 {start}, {f.op(f'and i64 {behind}, -{many}')}")
        with f.loop(blocks, many, start=start) as j:
            several.side_by_side(f.gep(source, j, dtype), apart, several.width * item, n)
            for k, cell in enumerate(several.cells[0]):
                f.store(cell.get(), f.gep(target, f.add(j, k * several.width), dtype), dtype, several.width)
        return blocks

    def each(several: _Sums, source: str, target: str, start: str) -> str:
        behind = f.op(f"sub i64 {inner}, {start}")
        stop = f.op(f"add i64 {start}, {f.op(f'and i64 {behind}, -{several.width}')}")
        with f.loop(stop, several.width, start=start) as j:
            f.store(several.one(f.gep(source, j, dtype), apart, n).get(), f.gep(target, j, dtype), dtype, several.width)
        return stop

    with f.loop(outer) as o:
        source = address(f, x, (o, stride(f, "%x", 0)))
        target = f.gep(out, f.mul(o, inner), dtype)
        with f.if_(wide):
            each(single, source, target, each(vectors, source, target, over(vectors, source, target, 0)))
        with f.if_(narrow):
            each(single, source, target, over(single, source, target, 0))


@functools.lru_cache(1024)
def _left(shape: tuple[int, ...], dim: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes of the dimensions that are not summed."""
    return tuple([s for d, s in enumerate(shape) if d not in dim])


@functools.cache
def _kernel(rows: bool, kind: str) -> Any:
    """Native code for numbers of a NumPy kind such as "f": sums along rows, or down columns; None where there is none."""
    if kind not in DTYPES:
        return None
    write = _write_rows if rows else _write_columns
    try:
        return quick_function("cascade", ["x", "out"], lambda f: write(f, DTYPES[kind]))
    except machine.Unavailable:
        return None


@functools.lru_cache(1024)
def _block(shape: tuple[int, ...], dim: tuple[int, ...]) -> tuple[int, int, int] | None:
    """An array of this shape as one of three dimensions of which the second is summed; None where what is summed lies apart."""
    outer, n, inner, inside = 1, 1, 1, 0
    for d, s in enumerate(shape):
        if s == 1:
            continue
        if d in dim:
            if inside == 2:
                return None
            n, inside = n * s, 1
        elif inside:
            inner, inside = inner * s, 2
        else:
            outer *= s
    return outer, n, inner


@functools.lru_cache(1024)
def _plan(shape: tuple[int, ...], dim: tuple[int, ...]) -> tuple[int, bool, tuple[int, ...], tuple[int, ...]] | None:
    """How many numbers each sum of such an array has, whether they are rows, the shape to take them in and that of the result."""
    block = _block(shape, dim)
    if block is None:
        return None
    outer, n, inner = block
    return n, inner == 1, (outer, n) if inner == 1 else block, _left(shape, dim)


def cascade(x: Array, dim: tuple[int, ...]) -> Array | None:
    """The sums over some dimensions, which are left out; None where the layout is not for this or there is no native code."""
    shape = x.shape
    if x.size <= SEQUENTIAL:
        return None
    if x.flags.c_contiguous:
        plan = _plan(shape, dim)
        if plan is None:
            return _apart(x, dim)
        n, rows, taken_as, left = plan
        taken = x.reshape(taken_as)
    elif x.ndim == 2 and x.flags.f_contiguous:
        return cascade(x.T, tuple([1 - d for d in reversed(dim)]))
    elif x.ndim == 2 and len(dim) == 1 and x.strides[1] == x.itemsize:
        rows, left = dim != (0,), _left(shape, dim)
        n, taken = (shape[1], x) if rows else (shape[0], x[None])
    else:
        return None
    if n <= SEQUENTIAL:
        return None
    kernel = _kernel(rows, x.dtype.char)
    if kernel is None:
        return None
    out: Array = kernel(taken, np.empty(left, x.dtype))
    return out


def _apart(x: Array, dim: tuple[int, ...]) -> Array | None:
    """Two stretches of dimensions of which the second lies innermost: its sums, added one after the other."""
    last = x.ndim
    while last > 0 and (last - 1 in dim or x.shape[last - 1] == 1):
        last -= 1
    inner = tuple(d for d in dim if d >= last)
    block = _block(x.shape[:last], dim[:len(dim) - len(inner)])
    rows = cascade(x, inner) if inner and block is not None and block[2] > 1 else None
    if rows is None or block is None:
        return None
    out: Array = np.add.reduce(rows.reshape(block), axis=1)
    return out.reshape(_left(x.shape, dim))
