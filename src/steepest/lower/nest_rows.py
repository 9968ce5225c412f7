"""Whole rows found by one integer tensor, the mini-batch of a step above all: places are checked first, then rows are moved as vectors.

Where the rows of the result are innermost in memory, squares of rows and elements are turned in registers.
"""

import math
from collections.abc import Sequence
from contextlib import ExitStack

from steepest.core.recorder import Access
from steepest.lower.bodies import active
from steepest.lower.extents import typical
from steepest.lower.nest import Nest, Scratch
from steepest.lower.packing import transposed
from steepest.lower.scalar import Value
from steepest.lower.spaces import Segment, masks, segments, single, walk
from steepest.lower.text import Index, itemsize

__all__ = ["add_rows", "move_rows"]


def _line(shape: Sequence[int], strides: Sequence[int]) -> int | None:
    """The stride of neighbours where dimensions lie as one; None where they do not."""
    step = next((s for n, s in zip(reversed(shape), reversed(strides), strict=True) if n != 1), 1)
    expected = step
    for n, s in zip(reversed(shape), reversed(strides), strict=True):
        if n != 1 and s != expected:
            return None
        expected *= n
    return step


def _places(nest: Nest, x: Access, dim: int, index: Access) -> str:
    """A table of where each picked entry begins in `x`, counted in elements; the program stops where an index lies outside."""
    f = nest.function
    count = math.prod(index.shape)
    table = nest.attach(Scratch(max(count, 1), "int64"))

    def write() -> None:
        with ExitStack() as stack:
            at = nest.loops(stack, index.shape)
            place = nest.position(index, at, x.shape[dim])
            f.store(str(f.mul(place, x.strides[dim])), nest.element(table, at, index.shape, "int64"), "int64")

    nest.alone(write)
    return table


def _row(nest: Nest, x: Access, table: str, k: Index, at: Index) -> str:
    """The address of element `at` of the entry that place `k` of the table tells."""
    f, name = nest.function, x.content.dtype.name
    begin = f.load(f.gep(table, k, "int64"), "int64")
    return f.gep(f.gep(nest.pointer(x.content, x.offset, False), begin, name), at, name)


def move_rows(nest: Nest, x: Access, dim: int, index: Access, result: Access) -> bool:
    """`result[..., k, rest] = x[..., index[k], rest]`; False, and nothing written, where the rest is not one line of memory.

    What is picked may lie in parts far apart, which threads share; each of them is one line.
    """
    shape, many = x.shape[dim + 1:], index.shape
    step = _line(shape, x.strides[dim + 1:])
    to = _line(shape, result.strides[dim + len(many):])
    rows = _line(many, result.strides[dim:dim + len(many)])
    parts, apart = 1, 0
    if rows is None and len(many) == 2:
        parts, apart, many = many[0], result.strides[dim], many[1:]
        rows = _line(many, result.strides[dim + 1:dim + 2])
    count = math.prod(many)
    if dim or step != 1 or to is None or rows is None or not math.prod(shape):
        return False
    f, name, size = nest.function, x.content.dtype.name, math.prod(shape)
    width = nest.lanes(name)
    turned = rows == 1 and to != 1 and typical(count) >= width and typical(size) >= width and itemsize(name) >= 4
    if not turned and to != 1:
        return False
    table = _places(nest, x, dim, index)

    def leaf(at: dict[int, Index], chosen: dict[int, Segment]) -> None:
        p, k, i, part = at[2], at[0], at[1], chosen[1]

        def row(r: int) -> str:
            return _row(nest, x, table, f.add(f.mul(p, count), f.add(k, r)), i)

        def target(k: Index, i: Index, by: int = 0) -> str:
            at = f.add(f.mul(p, apart), f.add(f.mul(k, rows), f.mul(i, to)))
            return f.gep(f.gep(nest.pointer(result.content, result.offset, False), at, name), by, name)

        if turned and chosen[0].width > 1 and part.width > 1:
            m = nest.scalars(width)
            lines: list[Value] = [m.value(f.load(row(r), name, width), name) for r in range(width)]
            for r, line in enumerate(transposed(m, lines)):
                f.store(line.name, target(k, i, r * to), name, width)
            return
        for r in range(chosen[0].size if turned else 1):
            for j in range(part.size if turned else 1):
                width_here = 1 if turned else part.width
                mask = None if part.active == part.width or turned else active(nest.scalars(part.width), part.active)
                value = f.load(f.gep(row(r), j, name), name, width_here, mask=mask)
                f.store(value, target(f.add(k, r), i, j * to), name, width_here, mask=mask)

    masked = masks() and not turned and itemsize(name) >= 4
    plan = [(2, single(parts)), (0, segments(count, width, False) if turned else single(count)), (1, segments(size, width, masked))]
    nest.spread(parts * count * size, lambda thread: walk(f, plan, leaf, thread, nest.threads, 2 if parts > 1 else None),
                parts > 1)
    return True


def add_rows(nest: Nest, source: Access, index: Access, result: Access, add: bool) -> bool:
    """`result[index[k], rest] (+)= source[k, rest]` in the order of k; False, and nothing written, where the rest is no line of memory."""
    many, shape = index.shape, result.shape[1:]
    count, size = math.prod(many), math.prod(shape)
    name = result.content.dtype.name
    if source.content.dtype is not result.content.dtype or len(source.shape) != len(many) + len(shape) or name == "bool":
        return False
    lines = [_line(shape, result.strides[1:]), _line(shape, source.strides[len(many):])]
    rows = _line(many, source.strides[:len(many)])
    if lines != [1, 1] or rows is None or tuple(source.shape) != (*many, *shape) or not size:
        return False
    f, width = nest.function, nest.lanes(name)
    table = _places(nest, result, 0, index)

    def leaf(at: dict[int, Index], chosen: dict[int, Segment]) -> None:
        part = chosen[1]
        m = nest.scalars(part.width)
        mask = None if part.active == part.width else active(m, part.active)
        begin = f.gep(f.gep(nest.pointer(source.content, source.offset, False), f.mul(at[0], rows), name), at[1], name)
        into = _row(nest, result, table, at[0], at[1])
        value = m.value(f.load(begin, name, part.width, mask=mask), name)
        if add:
            value = m.value(f.load(into, name, part.width, mask=mask), name) + value
        f.store(value.name, into, name, part.width, mask=mask)

    plan = [(0, single(count)), (1, segments(size, width, masks() and itemsize(name) >= 4))]
    nest.alone(lambda: walk(f, plan, leaf))
    return True
