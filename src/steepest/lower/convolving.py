"""Convolution without columns: tiles of results in registers, read from padded planes through a table of offsets.

A plane is laid out so that every element of the kernel, a *tap*, sees the results of one row as neighbours (strides are taken apart
into phases beforehand). Then tap and channel together are one offset, `x[offset[k] + place]`, and a convolution is the product of
weights and these shifted rows. In `results_kernel` vectors are neighbouring results and weights are broadcast. In `weights_kernel`,
which sums over results, vectors are output channels and inputs are broadcast.
"""

import functools
from typing import Any

from steepest.lower import machine
from steepest.lower.arrays import address, array_function, data
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index, itemsize

__all__ = ["depthwise_kernel", "lines_kernel", "results_kernel", "tile", "turning_kernel", "weights_kernel", "weights_tile"]

TILES = {32: ((1, 8), (2, 8), (4, 5)), 16: ((1, 4), (2, 4), (4, 2))}
"""By the number of registers: output channels and vectors of a tile. Sums, vectors and broadcast weights together fit, in any order."""
WEIGHT_TILES = {32: {1: 12, 2: 8, 4: 5}, 16: {1: 6, 2: 4}}
"""The same for the gradient of weights: the rows of a tile by its vectors of output channels."""


def tile(channels: int) -> tuple[int, int]:
    """Channels and vectors of the tiles for so many output channels."""
    shapes = TILES[machine.registers()]
    return next((pair for pair in shapes if pair[0] >= channels), shapes[-1])


def weights_tile(channels: int, dtype: str) -> tuple[int, int]:
    """Offsets and vectors of output channels of the tiles for the weights' gradient."""
    shapes = WEIGHT_TILES[machine.registers()]
    needed = -(-channels // machine.width(dtype))
    vectors = next((v for v in shapes if v >= needed), max(shapes))
    return shapes[vectors], vectors


class _Sums:
    """A tile of vectors that are summed up."""

    def __init__(self, m: Scalars, rows: int, vectors: int, dtype: str):
        self.m, self.dtype = m, dtype
        self.cells = [[m.function.variable(dtype, m.width) for _ in range(vectors)] for _ in range(rows)]

    def set(self, row: int, value: str) -> None:
        for cell in self.cells[row]:
            cell.set(value)

    def add(self, row: int, factor: Value, values: list[Value]) -> None:
        for cell, value in zip(self.cells[row], values, strict=True):
            cell.set(self.m.muladd(factor, value, self.m.value(cell.get(), self.dtype)).name)


def _parameters(arrays: str, numbers: str) -> list[tuple[str, str]]:
    return [(name, "array") for name in arrays.split()] + [(name, "int") for name in numbers.split()]


RESULTS = _parameters("x offsets weights shifts bias places out",
                      "groups x_group w_group w_channel out_group out_channel channels tiles count")
WEIGHTS = _parameters("x offsets slopes starts out", "groups x_group lines length step tiles blocks out_group")
TURNED = _parameters("x out", "outer inner x_outer x_inner out_outer out_inner rows columns x_row out_row")
DEPTHWISE = _parameters("x offsets slopes starts begins out", "groups x_group slope_group lines length tiles")
LINES = _parameters("x lines out", "planes x_plane out_plane count stride")


def _results(f: Function, dtype: str, rows: int, vectors: int) -> None:
    width, size = machine.width(dtype), itemsize(dtype)
    m = Scalars(f, width)
    x, offsets, weights, shifts, bias, places, out = (data(f, f"%{name}") for name, kind in RESULTS if kind == "array")
    sums = _Sums(m, rows, vectors, dtype)
    f.declare("declare i64 @llvm.smin.i64(i64, i64)")
    final = f.op("sub i64 %channels, 1")
    with f.loop("%groups") as g, f.loop("%tiles") as t:
        table, source = address(f, places, (t, 24 * vectors)), address(f, x, (f.mul(g, "%x_group"), size))
        found = [[f.load(f.gep(table, 3 * v + k, "int64"), "int64") for k in range(3)] for v in range(vectors)]
        reads = [address(f, source, (place[0], size)) for place in found]
        with f.loop("%channels", rows) as first:
            # Where the channels end the tile goes on with the last one, and what comes of it is not written.
            channels = [f.op(f"call i64 @llvm.smin.i64(i64 {f.add(first, r)}, i64 {final})") for r in range(rows)]
            factors = [address(f, weights, (f.mul(g, "%w_group"), size), (f.mul(c, "%w_channel"), size)) for c in channels]
            for r, c in enumerate(channels):
                start = f.load(f.gep(bias, f.add(f.mul(g, "%channels"), c), dtype), dtype)
                sums.set(r, f.splat(start, dtype, width))
            with f.loop("%count") as k:
                offset, shift = (f.load(f.gep(array, k, "int64"), "int64") for array in (offsets, shifts))
                values = [m.value(f.load(address(f, read, (offset, size)), dtype, width), dtype) for read in reads]
                for r in range(rows):
                    sums.add(r, m.splat(f.load(address(f, factors[r], (shift, size)), dtype), dtype), values)
            masks = [f.below(place[2], width) for place in found]
            for r, c in enumerate(channels):
                with f.if_(f.op(f"icmp slt i64 {f.add(first, r)}, %channels")):
                    row = address(f, out, (f.mul(g, "%out_group"), size), (f.mul(c, "%out_channel"), size))
                    for v, place in enumerate(found):
                        f.store(sums.cells[r][v].get(), address(f, row, (place[1], size)), dtype, width, mask=masks[v])


def _weights(f: Function, dtype: str, rows: int, vectors: int) -> None:
    width, size = machine.width(dtype), itemsize(dtype)
    m = Scalars(f, width)
    x, offsets, slopes, starts, out = (data(f, f"%{name}") for name, kind in WEIGHTS if kind == "array")
    across = f.mul("%blocks", width * vectors)      # output channels of a group
    sums = _Sums(m, rows, vectors, dtype)
    f.declare("declare i64 @llvm.smin.i64(i64, i64)")
    more = f.op("sub i64 %step, 1")
    chunks = f.op(f"sdiv i64 {f.op(f'add i64 %lines, {more}')}, %step")
    with f.loop("%groups") as g:
        source = address(f, x, (f.mul(g, "%x_group"), size))
        slope = address(f, slopes, (f.mul(f.mul(f.mul(g, "%lines"), "%length"), across), size))
        target = address(f, out, (f.mul(g, "%out_group"), size))
        with f.loop(chunks) as chunk:
            first = f.mul(chunk, "%step")
            last = f.op(f"call i64 @llvm.smin.i64(i64 {f.add(first, '%step')}, i64 %lines)")
            with f.loop("%tiles") as t:
                shifts = [f.load(f.gep(offsets, f.add(f.mul(t, rows), r), "int64"), "int64") for r in range(rows)]
                with f.loop("%blocks") as b:
                    for r in range(rows):
                        sums.set(r, m.constant(0, dtype).name)
                    _over_lines(f, m, dtype, (source, slope, starts), (first, last), shifts, across, b, sums)
                    for r in range(rows):
                        at = address(f, target, (f.mul(f.add(f.mul(t, rows), r), across), size), (b, width * vectors * size))
                        for v in range(vectors):
                            place = f.gep(at, v * width, dtype)
                            old = m.value(f.load(place, dtype, width), dtype)
                            f.store((old + m.value(sums.cells[r][v].get(), dtype)).name, place, dtype, width)


def _over_lines(f: Function, m: Scalars, dtype: str, bases: tuple[str, str, str], lines: tuple[Index, Index], shifts: list[str],
                across: Index, block: Index, sums: _Sums) -> None:
    width, size, vectors = m.width, itemsize(dtype), len(sums.cells[0])
    source, slope, starts = bases
    with f.loop(lines[1], start=lines[0]) as line:
        begin = f.load(f.gep(starts, line, "int64"), "int64")
        reads = [address(f, source, (f.add(begin, shift), size)) for shift in shifts]
        row = address(f, slope, (f.mul(f.mul(line, "%length"), across), size), (block, width * vectors * size))
        with f.loop("%length") as j:
            at = address(f, row, (f.mul(j, across), size))
            values = [m.value(f.load(f.gep(at, v * width, dtype), dtype, width), dtype) for v in range(vectors)]
            for r, read in enumerate(reads):
                sums.add(r, m.splat(f.load(address(f, read, (j, size)), dtype), dtype), values)


def _depthwise(f: Function, dtype: str, rows: int) -> None:
    width, size = machine.width(dtype), itemsize(dtype)
    m = Scalars(f, width)
    x, offsets, slopes, starts, begins, out = (data(f, f"%{name}") for name, kind in DEPTHWISE if kind == "array")
    sums = _Sums(m, rows, 1, dtype)
    whole = f.op(f"and i64 %length, -{width}")
    rest = f.op(f"sub i64 %length, {whole}")

    def add(slope: str, reads: list[str], at: Index, mask: str | None) -> None:
        value = m.value(f.load(address(f, slope, (at, size)), dtype, width, mask=mask), dtype)
        for r, read in enumerate(reads):
            sums.add(r, value, [m.value(f.load(address(f, read, (at, size)), dtype, width, mask=mask), dtype)])

    with f.loop("%groups") as g, f.loop("%tiles") as t:
        source, slope = address(f, x, (f.mul(g, "%x_group"), size)), address(f, slopes, (f.mul(g, "%slope_group"), size))
        shifts = [f.load(f.gep(offsets, f.add(f.mul(t, rows), r), "int64"), "int64") for r in range(rows)]
        for r in range(rows):
            sums.set(r, m.constant(0, dtype).name)
        with f.loop("%lines") as line:
            begin = f.load(f.gep(starts, line, "int64"), "int64")
            reads = [address(f, source, (f.add(begin, shift), size)) for shift in shifts]
            row = address(f, slope, (f.load(f.gep(begins, line, "int64"), "int64"), size))
            with f.loop(whole, width) as j:
                add(row, reads, j, None)
            with f.if_(f.op(f"icmp ne i64 {rest}, 0")):
                add(row, reads, whole, f.below(rest, width))
        for r in range(rows):
            at = f.add(f.mul(f.add(f.mul(g, "%tiles"), t), rows * width), r * width)
            f.store(sums.cells[r][0].get(), f.gep(out, at, dtype), dtype, width)


def _lines(f: Function, dtype: str) -> None:
    width, size = machine.width(dtype), itemsize(dtype)
    x, lines, out = (data(f, f"%{name}") for name, kind in LINES if kind == "array")
    with f.loop("%planes") as p:
        source, target = address(f, x, (f.mul(p, "%x_plane"), size)), address(f, out, (f.mul(p, "%out_plane"), size))
        with f.loop("%count") as line:
            place = f.gep(lines, f.mul(line, 3), "int64")
            begin, end, n = (f.load(f.gep(place, k, "int64"), "int64") for k in range(3))
            read, write = address(f, source, (begin, size)), address(f, target, (end, size))
            neighbours = f.op("icmp eq i64 %stride, 1")
            whole = f.op(f"select i1 {neighbours}, i64 {f.op(f'and i64 {n}, -{width}')}, i64 0")
            with f.loop(whole, width) as j:
                f.store(f.load(f.gep(read, j, dtype), dtype, width), f.gep(write, j, dtype), dtype, width)
            with f.loop(n, start=whole) as j:
                f.store(f.load(f.gep(read, f.mul(j, "%stride"), dtype), dtype), f.gep(write, j, dtype), dtype)


def _turned(f: Function, dtype: str) -> None:
    width, size = machine.width(dtype), itemsize(dtype)
    x, out = data(f, "%x"), data(f, "%out")
    whole = f.op(f"and i64 %columns, -{width}")
    with f.loop("%outer") as a, f.loop("%inner") as b:
        source = address(f, x, (f.mul(a, "%x_outer"), size), (f.mul(b, "%x_inner"), size))
        target = address(f, out, (f.mul(a, "%out_outer"), size), (f.mul(b, "%out_inner"), size))
        with f.loop(whole, width) as j, f.loop("%rows") as i:
            values = f.load(address(f, source, (f.add(f.mul(i, "%x_row"), j), size)), dtype, width)
            for lane in range(width):
                at = address(f, target, (f.add(f.mul(f.add(j, lane), "%out_row"), i), size))
                f.store(f.lane(values, lane, dtype, width), at, dtype)
        with f.loop("%rows") as i, f.loop("%columns", start=whole) as j:
            value = f.load(address(f, source, (f.add(f.mul(i, "%x_row"), j), size)), dtype)
            f.store(value, address(f, target, (f.add(f.mul(j, "%out_row"), i), size)), dtype)


@functools.cache
def results_kernel(dtype: str, rows: int, vectors: int) -> Any:
    """`out[g, o, written] = bias[g, o] + sum over k of weights[g, o, shift[k]] * x[g, offset[k] + read]`.

    `places` holds for every vector, of any sample, where it is read, where it is written and how many of its elements. The numbers
    are counts and distances in elements. RuntimeError without native code.
    """
    return array_function("convolve", RESULTS, lambda f: _results(f, dtype, rows, vectors))


@functools.cache
def weights_kernel(dtype: str, rows: int, vectors: int) -> Any:
    """`out[g, k, o] += sum of x[g, start[line] + offset[k] + j] * slopes[g, line, j, o]` over lines, of any sample, and their elements.

    `out` is `(groups, tiles * rows, blocks * vectors * width)`, groups `out_group` elements apart; lines are summed up `step` at a time.
    RuntimeError without native code.
    """
    return array_function("convolve_weights", WEIGHTS, lambda f: _weights(f, dtype, rows, vectors))


@functools.cache
def depthwise_kernel(dtype: str, rows: int) -> Any:
    """`out[g, k]` holds in its lanes the sum of `x[g, start[line] + offset[k] + j] * slopes[g, begin[line] + j]` over lines and elements j.

    For groups of one output channel; `out` is `(groups, tiles * rows, width)`. RuntimeError without native code.
    """
    return array_function("convolve_depthwise", DEPTHWISE, lambda f: _depthwise(f, dtype, rows))


@functools.cache
def lines_kernel(dtype: str) -> Any:
    """Lines copied from planes to planes: `lines` says where each is read, in steps of `stride`, where it is written, and its elements."""
    return array_function("copy_lines", LINES, lambda f: _lines(f, dtype))


@functools.cache
def turning_kernel(dtype: str) -> Any:
    """Matrices turned around: `out[a, b, j, i] = x[a, b, i, j]`, all dimensions but the last at distances of their own."""
    return array_function("turn", TURNED, lambda f: _turned(f, dtype))
